#include "surgsigma/simulate/layout.h"

#include <algorithm>
#include <cmath>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

/// Which official split decides where a video lies: the honoured one, else the first.
const OfficialSplit* deciding_split(const SourceCard& card) {
  for (const OfficialSplit& split : card.splits) {
    if (split.is_honoured) return &split;
  }
  return card.splits.empty() ? nullptr : &card.splits.front();
}

const Vocabulary* of_kind(const SourceCard& card, std::string_view kind) {
  for (const auto& [name, vocabulary] : card.vocabularies) {
    if (vocabulary.kind == kind) return &vocabulary;
  }
  return nullptr;
}

Error missing_word(const SourceCard& card, std::string_view what, std::string_view word) {
  return {ErrorKind::kNotFound, "no " + std::string(what) + " " + quoted(word), "source card " + card.id.text,
          "the invented operation needs it; add it to the card's vocabularies"};
}

}  // namespace

const std::vector<Layout>& layout_table() {
  static const std::vector<Layout> table = {
      {"cholec80", "cholecystectomy: a phase per native frame, tools once a second", "cholecystectomy", write_cholec80,
       nullptr, nullptr, nullptr},
      {"cholect50", "cholecystectomy: instrument, verb, target and phase once a second", "cholecystectomy",
       write_cholect50, nullptr, cholect50_companions, nullptr},
      {"endoscapes2023", "cholecystectomy: critical view by three raters, boxes of anatomy and tools",
       "cholecystectomy", write_endoscapes, endoscapes_shared, endoscapes_companions, endoscapes_number},
      {"multibypass140", "gastric bypass: phases, steps and adverse events as intervals", "bypass", write_multibypass,
       nullptr, multibypass_companions, nullptr, multibypass_name},
      {"sar-rarp50", "suturing in robotic prostatectomy: gestures ten times a second", "suturing", write_sar_rarp50,
       nullptr, nullptr, nullptr, nullptr, 6, {640, 360}},
      {"autolaparo", "hysterectomy: a phase per second, and clips of camera motion", "hysterectomy", write_autolaparo,
       autolaparo_shared, nullptr, nullptr},
      {"grasp", "robotic prostatectomy: phases and steps per second, instruments with masks and actions on keyframes",
       "prostatectomy", write_grasp, grasp_shared, nullptr, grasp_number, grasp_name},
      {"scared", "stereo endoscope: key frames with depth and calibration; only with --pixels more than calibrations",
       "suturing", write_scared, nullptr, nullptr, nullptr, nullptr, 0, {}, write_scared_pixels},
  };
  return table;
}

Result<std::string> case_key_of(const SourceCard& card, const std::string& captured_video) {
  const auto twin = card.case_map.find(captured_video);
  if (twin != card.case_map.end()) return twin->second;
  return fill_pattern(card.case_key, {{"video", captured_video}});
}

Result<Operation> operation_of(const World& world, const std::string& captured_video) {
  SURGSIGMA_TRY(case_key, case_key_of(world.card, captured_video));
  return make_operation(world.script, world.valid, world.seed, case_key, world.scale);
}

Result<const Vocabulary*> vocabulary_of(const SourceCard& card, std::string_view name) {
  const auto found = card.vocabularies.find(std::string(name));
  if (found == card.vocabularies.end()) return missing_word(card, "vocabulary", name);
  return &found->second;
}

Result<WordMap> words_for(const World& world, std::string_view vocabulary, std::string_view home_vocabulary) {
  SURGSIGMA_TRY(own, vocabulary_of(world.card, vocabulary));
  SURGSIGMA_TRY(home, vocabulary_of(world.home, home_vocabulary));
  WordMap words;
  for (const VocabularyLabel& word : home->labels) {
    const VocabularyLabel* label = own->by_label(word.label);
    for (const VocabularyLabel& candidate : own->labels) {
      if (label != nullptr) break;
      if (!word.concept_id.empty() && candidate.concept_id == word.concept_id) label = &candidate;
    }
    if (label != nullptr) words[word.label] = label;
  }
  return words;
}

Result<const VocabularyLabel*> label_for(const World& world, const WordMap& words, std::string_view word) {
  const auto found = words.find(word);
  if (found == words.end()) return missing_word(world.card, "label for", word);
  return found->second;
}

Result<std::vector<TripletWords>> valid_triplets(const SourceCard& home) {
  std::vector<TripletWords> valid;
  const Vocabulary* triplets = of_kind(home, "interaction");
  if (triplets == nullptr || triplets->classes.empty()) return valid;
  if (triplets->parts.size() != 3) return missing_word(home, "triplet vocabulary with three parts in", triplets->id);
  SURGSIGMA_TRY(verbs, vocabulary_of(home, triplets->parts[1]));
  for (const auto& [id, words] : triplets->classes) {
    if (words.size() != 3) return missing_word(home, "complete triplet of class", std::to_string(id));
    const VocabularyLabel* verb = verbs->by_label(words[1]);
    if (verb == nullptr) return missing_word(home, "verb", words[1]);
    valid.push_back({words[0], words[1], words[2], verb->state == LabelState::kIdle});
  }
  return valid;
}

Status check_script(const Script& script, const SourceCard& home, const std::vector<TripletWords>& valid) {
  const Vocabulary* phases = of_kind(home, "phase");
  if (phases == nullptr) phases = of_kind(home, "action");
  for (const PhaseScript& phase : script.phases) {
    if (phases == nullptr || phases->by_label(phase.word) == nullptr) return missing_word(home, "phase", phase.word);
  }
  if (valid.empty()) return done();
  for (const WorkScript& work : script.works) {
    const bool is_valid = std::any_of(valid.begin(), valid.end(), [&](const TripletWords& triplet) {
      return triplet.instrument == work.instrument && triplet.verb == work.verb && triplet.target == work.target;
    });
    if (is_valid) continue;
    return missing_word(home, "triplet",
                        std::string(work.instrument) + "," + std::string(work.verb) + "," + std::string(work.target));
  }
  return done();
}

std::string official_part(const World& world, const std::string& captured_video, int number) {
  if (const OfficialSplit* split = deciding_split(world.card)) {
    const auto case_key = case_key_of(world.card, captured_video);
    for (const auto& [part, members] : split->parts) {
      const bool is_member = std::any_of(members.begin(), members.end(), [&](const std::string& member) {
        return member == captured_video || (case_key && member == *case_key);
      });
      if (is_member) return part;
    }
  }
  const int last_digit = number % 10;
  return last_digit == 8 ? "val" : last_digit == 9 || last_digit == 0 ? "test" : "train";
}

const std::vector<const Activity*>& ActivitySweep::at(Milliseconds t) {
  std::erase_if(on_, [&](const Activity* activity) { return activity->end <= t; });
  for (; next_ < activities_.size() && activities_[next_].begin <= t; ++next_) {
    if (activities_[next_].end > t) on_.push_back(&activities_[next_]);
  }
  return on_;
}

const Span* SpanSweep::at(Milliseconds t) {
  while (index_ < spans_.size() && spans_[index_].end <= t) ++index_;
  if (index_ == spans_.size() || t < spans_[index_].begin) return nullptr;
  return &spans_[index_];
}

void append(std::string& text, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  text.append(digits, end);
}

void append_padded(std::string& text, std::int64_t value, int digits) {
  char written[24];
  const auto end = std::to_chars(written, written + sizeof written, value).ptr;
  for (auto size = end - written; size < digits; ++size) text += '0';
  text.append(written, end);
}

void append_float(std::string& text, double value) {
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const std::string_view written(digits, static_cast<std::size_t>(end - digits));
  text += written;
  if (written.find_first_of(".e") == std::string_view::npos) text += ".0";
}

void append_rounded(std::string& text, double value, int decimals) {
  const double factor = std::pow(10.0, decimals);
  append_float(text, std::round(value * factor) / factor);
}

void append_json(std::string& text, std::string_view value) {
  text += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  text += '"';
}

}  // namespace surgsigma
