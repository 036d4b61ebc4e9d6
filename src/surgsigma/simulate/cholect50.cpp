// CholecT50: labels/VIDnn.json with vectors of 15 numbers per frame and second, and label_mapping.txt. The release has
// no boxes; every fifth video here has, in the form of the challenge's slices.
#include <cmath>

#include "surgsigma/simulate/layout.h"

namespace surgsigma {
namespace {

constexpr std::string_view kNoBox = "-1.0, -1.0, -1.0, -1.0";

struct Vocabularies {
  const Vocabulary* instruments = nullptr;
  const Vocabulary* verbs = nullptr;
  const Vocabulary* targets = nullptr;
  const Vocabulary* triplets = nullptr;
  const Vocabulary* phases = nullptr;
};

Result<Vocabularies> vocabularies_of(const SourceCard& card) {
  SURGSIGMA_TRY(instruments, vocabulary_of(card, "instruments"));
  SURGSIGMA_TRY(verbs, vocabulary_of(card, "verbs"));
  SURGSIGMA_TRY(targets, vocabulary_of(card, "targets"));
  SURGSIGMA_TRY(triplets, vocabulary_of(card, "triplets"));
  SURGSIGMA_TRY(phases, vocabulary_of(card, "phases"));
  return Vocabularies{instruments, verbs, targets, triplets, phases};
}

std::int64_t id_of(const Vocabulary& vocabulary, std::string_view word) {
  const VocabularyLabel* label = vocabulary.by_label(word);
  return label == nullptr ? -1 : label->id;
}

std::int64_t triplet_id(const Vocabulary& triplets, const Activity& activity) {
  for (const auto& [id, words] : triplets.classes) {
    if (words[0] == activity.instrument && words[1] == activity.verb && words[2] == activity.target) return id;
  }
  return -1;
}

/// An activity's vector before and after the instrument's box.
struct VectorText {
  std::string before;
  std::string after;
};

VectorText vector_text(const Vocabularies& words, const Activity& activity) {
  VectorText text;
  text.before = "[";
  append(text.before, triplet_id(*words.triplets, activity));
  text.before += ", ";
  append(text.before, id_of(*words.instruments, activity.instrument));
  text.before += ", 1.0, ";
  text.after = ", ";
  append(text.after, id_of(*words.verbs, activity.verb));
  text.after += ", ";
  append(text.after, id_of(*words.targets, activity.target));
  text.after += ", 1.0, ";
  text.after += kNoBox;
  text.after += ", ";
  return text;
}

/// Corners are rounded, not sizes, so that no box reaches beyond the picture.
void append_box(std::string& text, const RelativeBox& box) {
  const auto rounded = [](double share) { return std::round(share * 1e6) / 1e6; };
  append_float(text, rounded(box.x));
  text += ", ";
  append_float(text, rounded(box.y));
  text += ", ";
  append_float(text, rounded(rounded(box.x + box.width) - rounded(box.x)));
  text += ", ";
  append_float(text, rounded(rounded(box.y + box.height) - rounded(box.y)));
}

void append_category(std::string& text, std::string_view name, const Vocabulary& vocabulary) {
  append_json(text, name);
  text += ": {";
  bool is_first = true;
  const auto add = [&](std::int64_t id, const std::string& label) {
    text += is_first ? "\"" : ", \"";
    append(text, id);
    text += "\": ";
    append_json(text, label);
    is_first = false;
  };
  for (const VocabularyLabel& label : vocabulary.labels) add(label.id, label.label);
  for (const auto& [id, words] : vocabulary.classes) add(id, words[0] + "," + words[1] + "," + words[2]);
  text += "}";
}

std::string head_text(const World& world, const Vocabularies& words, int number, std::int64_t frames) {
  std::string text =
      "{\"info\": {\"dataset\": \"simulated in the layout of CholecT50\", \"version\": 2.0, \"description\": "
      "\"invented by "
      "surgsigma simulate, not real data\", \"bbox format\": \"[x1,y1,bw,bh] == [top_left_x, top_left_y, box_width, "
      "box_height]\"}, \"licenses\": {\"id\": 1, \"name\": \"simulated\", \"url\": \"\"}, \"categories\": {";
  append_category(text, "instrument", *words.instruments);
  text += ", ";
  append_category(text, "verb", *words.verbs);
  text += ", ";
  append_category(text, "target", *words.targets);
  text += ", ";
  append_category(text, "phase", *words.phases);
  text += ", ";
  append_category(text, "triplet", *words.triplets);
  text += "}, \"video\": ";
  append(text, number);
  text += ", \"fps\": ";
  append(text, world.card.frame_rate.num / world.card.frame_rate.den);
  text += ", \"num_frames\": ";
  append(text, frames);
  text += ", \"annotations\": {";
  return text;
}

bool has_boxes(int number) { return number % 5 == 0; }

}  // namespace

Result<VideoFiles> write_cholect50(const World& world, VideoNumber video) {
  SURGSIGMA_TRY(operation, operation_of(world, std::to_string(video.operation)));
  SURGSIGMA_TRY(words, vocabularies_of(world.card));
  SURGSIGMA_TRY(name, fill_pattern(world.card.video_name, {{"video", std::to_string(video.number)}}));

  std::vector<VectorText> vectors;
  vectors.reserve(operation.activities.size());
  for (const Activity& activity : operation.activities) vectors.push_back(vector_text(words, activity));

  const std::int64_t seconds = operation.end / 1000;
  const bool is_boxed = has_boxes(video.operation);
  std::int64_t rows = 0;
  std::string text = head_text(world, words, video.number, seconds);
  text.reserve(text.size() + static_cast<std::size_t>(seconds) * 180);
  ActivitySweep sweep(operation.activities);
  SpanSweep phases(operation.phases);
  for (std::int64_t second = 0; second < seconds; ++second) {
    const Span* phase = phases.at(second * 1000);
    const std::int64_t phase_id = phase == nullptr ? -1 : id_of(*words.phases, phase->word);
    text += second == 0 ? "\"" : ", \"";
    append(text, second);
    text += "\": [";
    bool is_first = true;
    for (const Activity* activity : sweep.at(second * 1000)) {
      const VectorText& vector = vectors[static_cast<std::size_t>(activity - operation.activities.data())];
      if (!is_first) text += ", ";
      text += vector.before;
      if (is_boxed)
        append_box(text, activity->path.at(second * 1000));
      else
        text += kNoBox;
      text += vector.after;
      append(text, phase_id);
      text += ']';
      is_first = false;
      ++rows;
    }
    if (is_first) {  // nothing in view, or outside the body: a row that knows the phase only
      text += "[-1, -1, -1.0, -1.0, -1.0, -1.0, -1.0, -1, -1, -1.0, -1.0, -1.0, -1.0, -1.0, ";
      append(text, phase_id);
      text += ']';
      ++rows;
    }
    text += ']';
  }
  text += "}}";

  VideoFiles files;
  files.seconds = seconds;
  files.pieces.push_back({"labels/" + name + ".json", "label", rows, std::move(text)});
  return files;
}

Result<std::vector<Piece>> cholect50_companions(const World& world) {
  SURGSIGMA_TRY(words, vocabularies_of(world.card));
  const auto verbs = static_cast<std::int64_t>(words.verbs->labels.size());
  const auto targets = static_cast<std::int64_t>(words.targets->labels.size());
  Piece piece{"label_mapping.txt", "triplet_map", 0, "# IVT, I, V, T, IV, IT\n"};
  for (const auto& [id, triplet] : words.triplets->classes) {
    const std::int64_t instrument = id_of(*words.instruments, triplet[0]);
    const std::int64_t verb = id_of(*words.verbs, triplet[1]);
    const std::int64_t target = id_of(*words.targets, triplet[2]);
    std::string separator;
    for (const std::int64_t value :
         {id, instrument, verb, target, instrument * verbs + verb, instrument * targets + target}) {
      piece.text += separator;
      append(piece.text, value);
      separator = ",";
    }
    piece.text += '\n';
    ++piece.rows;
  }
  return std::vector<Piece>{std::move(piece)};
}

}  // namespace surgsigma
