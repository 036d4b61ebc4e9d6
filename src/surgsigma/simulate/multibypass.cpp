// MultiBypass140: labels/<centre>/labels_by70/<video>.mp4.json with phases and steps in milliseconds, and the two
// tables of ids. Odd numbers are BBP (Bern), even ones SBP (Strasbourg); severe_index exists for Bern only, as in the
// release.
#include <algorithm>

#include "surgsigma/simulate/layout.h"

namespace surgsigma {
namespace {

struct Interval {
  Milliseconds begin = 0;
  Milliseconds end = 0;
  std::string name;
  std::int64_t id = 0;
};

/// The files number the steps ("s1_cavity_exploration") where the script has the bare word.
std::string numbered(const VocabularyLabel& label) {
  const std::string prefix = "s" + std::to_string(label.id) + "_";
  return label.label.compare(0, prefix.size(), prefix) == 0 ? label.label : prefix + label.label;
}

const VocabularyLabel* step_label(const Vocabulary& steps, std::string_view word) {
  for (const VocabularyLabel& label : steps.labels) {
    if (label.label == word || numbered(label) == "s" + std::to_string(label.id) + "_" + std::string(word))
      return &label;
  }
  return nullptr;
}

void append_list(std::string& text, std::string_view name, const std::vector<Interval>& intervals) {
  append_json(text, name);
  text += ": [";
  for (const Interval& interval : intervals) {
    text += &interval == &intervals.front() ? "{\"start\": " : ", {\"start\": ";
    append(text, interval.begin);
    text += ", \"end\": ";
    append(text, interval.end);
    text += ", \"label_name\": ";
    append_json(text, interval.name);
    text += ", \"label_id\": ";
    append(text, interval.id);
    text += "}";
  }
  text += "]";
}

Error missing(const World& world, std::string_view word) {
  return {ErrorKind::kNotFound, "no label for '" + std::string(word) + "'", "source card " + world.card.id.text,
          "the invented operation needs it; add it to the card's vocabularies"};
}

}  // namespace

std::string multibypass_name(int number) {
  std::string name = number % 2 == 1 ? "BBP" : "SBP";
  append_padded(name, (number + 1) / 2, 2);
  return name;
}

Result<VideoFiles> write_multibypass(const World& world, VideoNumber video) {
  const std::string name = multibypass_name(video.number);
  const bool is_bern = name.front() == 'B';
  SURGSIGMA_TRY(operation, operation_of(world, multibypass_name(video.operation)));
  SURGSIGMA_TRY(phases, vocabulary_of(world.card, "phases"));
  SURGSIGMA_TRY(steps, vocabulary_of(world.card, "steps"));

  std::vector<Interval> phase_list;
  const auto add_phases = [&](const std::vector<Span>& spans, std::string_view word) -> Status {
    for (const Span& span : spans) {
      const VocabularyLabel* label = phases->by_label(word.empty() ? span.word : word);
      if (label == nullptr) return missing(world, word.empty() ? span.word : word);
      phase_list.push_back({span.begin, span.end, label->label, label->id});
    }
    return done();
  };
  SURGSIGMA_CHECK(add_phases(operation.phases, ""));
  SURGSIGMA_CHECK(add_phases(operation.out_of_body, "out_of_body"));
  if (is_bern) SURGSIGMA_CHECK(add_phases(operation.adverse_events, "severe_index"));
  std::stable_sort(phase_list.begin(), phase_list.end(),
                   [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::vector<Interval> step_list;
  for (const Span& span : operation.steps) {
    const VocabularyLabel* label = step_label(*steps, span.word);
    if (label == nullptr) return missing(world, span.word);
    step_list.push_back({span.begin, span.end, numbered(*label), label->id});
  }

  std::string text = "{";
  append_list(text, "phases", phase_list);
  text += ", ";
  append_list(text, "steps", step_list);
  text += "}";
  VideoFiles files;
  files.seconds = (operation.end - operation.begin) / 1000;
  files.pieces.push_back(
      {std::string("labels/") + (is_bern ? "bern" : "strasbourg") + "/labels_by70/" + name + ".mp4.json", "interval",
       static_cast<std::int64_t>(phase_list.size() + step_list.size()), std::move(text)});
  return files;
}

Result<std::vector<Piece>> multibypass_companions(const World& world) {
  SURGSIGMA_TRY(phases, vocabulary_of(world.card, "phases"));
  SURGSIGMA_TRY(steps, vocabulary_of(world.card, "steps"));
  // The published tables have a blank after the comma and no line end after the last row.
  const auto table = [](const Vocabulary& vocabulary, std::string path, std::string role, bool is_numbered) {
    Piece piece{std::move(path), std::move(role), 0, "id, name"};
    for (const VocabularyLabel& label : vocabulary.labels) {
      piece.text += "\n" + std::to_string(label.id) + ", " + (is_numbered ? numbered(label) : label.label);
      ++piece.rows;
    }
    return piece;
  };
  return std::vector<Piece>{table(*phases, "tables/phase.csv", "phase_table", false),
                            table(*steps, "tables/step.csv", "step_table", true)};
}

}  // namespace surgsigma
