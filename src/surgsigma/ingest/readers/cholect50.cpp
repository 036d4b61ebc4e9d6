// CholecT50, the JSON release: labels/VIDnn.json with `categories` (id -> name), `fps`, `num_frames` and `annotations`
// (frame -> list of vectors). A row is a vector, one instrument in one frame:
//   [0] triplet  [1] instrument  [2] its score  [3..6] its box  [7] verb  [8] target  [9] its score  [10..13] its box
//   [14] phase; -1 stands for nothing, boxes are left, top, width, height as shares of the picture.
//
// vector with a triplet       -> interaction [instrument, verb, target]; idle when the verb or the target is null
// without, with an instrument -> interaction with "" for what is not annotated
// all -1                      -> interaction ["", "", ""], state not_annotated: nothing was labelled, which is neither
//                                an idle instrument nor an absent one
// box                         -> box of the same `instance`, in pixels, cut to the picture (the shares reach 1.01)
// phase of the frames         -> phase records over neighbouring frames
// frame                       -> presence of the instruments, where the file lists all of them
// Boxes, phases and presence rest on vectors that are counted already and carry rows 0.
//
// A file whose classes, video or shape differ from the card's is refused whole: a renumbered class would turn every
// label into another.
//
// with:
//   triplets: triplets, phases: phases   vocabularies; the parts of triplets name the other three
//   complete: detect                     true, false, or detect: boxes in a file that leaves frames out mean a slice
//                                        that lists only instruments with a box
//   boxed: instruments_boxed             vocabulary of the presence records of such a slice; none without it
//   box_scope: tip                       what the boxes enclose
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include "surgsigma/base/text.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/track.h"
#include "surgsigma/ingest/readers/triplet_classes.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {
namespace {

namespace dom = simdjson::dom;
using What = RowIssues::What;

constexpr std::size_t kLength = 15;
constexpr std::array<std::size_t, 3> kPartAt = {1, 7, 8};  // instrument, verb, target
constexpr std::size_t kInstrumentScore = 2, kInstrumentBox = 3, kTargetScore = 9, kTargetBox = 10, kPhase = 14;
constexpr std::string_view kVectorHint =
    "a vector is 15 numbers: triplet, instrument, score, box, verb, target, score, box, phase";
constexpr double kTolerance = 1e-6;  // pixels; beyond it a box was really cut

struct Vector {
  std::int32_t instance = 0;  ///< position in its frame
  std::int64_t element = 0;   ///< position in the file, from 1
  std::array<double, kLength> values{};

  std::int64_t id(std::size_t at) const { return static_cast<std::int64_t>(values[at]); }
  bool has_box(std::size_t at) const { return values[at] >= 0 || values[at + 1] >= 0 || values[at + 2] >= 0; }
  bool is_empty() const { return values[0] < 0 && values[1] < 0 && values[7] < 0 && values[8] < 0; }
};

struct Frame {
  std::int64_t index = 0;
  std::int64_t element = 0;  ///< of its first vector
  std::vector<Vector> vectors;
  std::int64_t listed = 0;  ///< vectors in the file, sound or not
};

struct Labels {
  std::int64_t video = -1;
  std::int64_t frames_announced = -1;
  FrameRate rate{1, 1};
  std::vector<Frame> frames;  ///< in file order
  std::int64_t rows = 0;
};

struct Card {
  TripletClasses triplets;
  const Vocabulary* phases = nullptr;
  const Vocabulary* boxed = nullptr;
  BoxScope box_scope = BoxScope::kTip;
  std::optional<bool> is_complete;
};

Result<Card> card_of(const FileJob& job) {
  Card card;
  SURGSIGMA_TRY(triplets, triplet_classes(job, "triplets"));
  SURGSIGMA_TRY(phases, job.vocabulary("phases"));
  card.triplets = std::move(triplets);
  card.phases = phases;
  if (!job.param("boxed", "").empty()) {
    SURGSIGMA_TRY(boxed, job.vocabulary("boxed"));
    card.boxed = boxed;
  }
  const std::string scope = job.param("box_scope", "tip");
  const auto known = from_word<BoxScope>(scope);
  if (!known) return card_error(job, "box_scope is " + quoted(scope), "write tip, visible or region");
  card.box_scope = *known;
  const std::string complete = job.param("complete", "detect");
  if (complete == "true" || complete == "false") {
    card.is_complete = complete == "true";
  } else if (complete != "detect") {
    return card_error(job, "complete is " + quoted(complete), "write true, false or detect");
  }
  return card;
}

/// Why a vector cannot be read; fills `vector` otherwise.
std::optional<What> parse_vector(const dom::element& json, Vector& vector) {
  dom::array array;
  if (json.get(array) != simdjson::SUCCESS) {
    return What{"malformed_vector", "", "an entry of the frame is no list", std::string(kVectorHint)};
  }
  if (array.size() != kLength) {
    return What{"field_count", std::to_string(array.size()),
                std::to_string(array.size()) + " numbers where 15 are expected", std::string(kVectorHint)};
  }
  std::size_t at = 0;
  for (const dom::element field : array) {
    double value = 0;
    if (field.get(value) != simdjson::SUCCESS) {
      return What{"not_a_number", simdjson::minify(field), "number " + std::to_string(at) + " of the vector is none",
                  std::string(kVectorHint)};
    }
    vector.values[at++] = value;
  }
  for (const std::size_t id : {std::size_t{0}, kPartAt[0], kPartAt[1], kPartAt[2], kPhase}) {
    const double value = vector.values[id];
    if (value >= -1 && value <= 1e6 && value == std::floor(value)) continue;
    return What{"not_an_id", std::to_string(value),
                "number " + std::to_string(id) + " of the vector must be an id or -1", std::string(kVectorHint)};
  }
  return std::nullopt;
}

/// The ids and names of one category of the file against the card's; empty when they agree.
std::string category_fault(std::string_view category, const dom::object& names,
                           const std::map<std::int64_t, std::string>& expected) {
  std::size_t found = 0;
  for (const auto& [key, value] : names) {
    const auto id = parse_int(key);
    std::string_view name;
    if (!id || value.get(name) != simdjson::SUCCESS) return "category " + std::string(category) + " is malformed";
    const auto known = expected.find(*id);
    const std::string at = std::string(category) + " " + std::to_string(*id) + " is " + quoted(name) + " in the file";
    if (known == expected.end()) return at + " and unknown to the card";
    if (known->second != name) return at + " and " + quoted(known->second) + " in the card";
    ++found;
  }
  if (found == expected.size()) return {};
  return "category " + std::string(category) + " has " + std::to_string(found) + " classes in the file and " +
         std::to_string(expected.size()) + " in the card";
}

std::map<std::int64_t, std::string> names_of(const Vocabulary& vocabulary) {
  std::map<std::int64_t, std::string> names;
  for (const VocabularyLabel& label : vocabulary.labels) names.emplace(label.id, label.label);
  for (const auto& [id, words] : vocabulary.classes) names.emplace(id, join(words, ","));
  return names;
}

struct CategoryCheck {
  std::string fault;
  bool is_missing = false;
};

CategoryCheck check_categories(const dom::object& document, const Card& card) {
  dom::object categories;
  if (document["categories"].get(categories) != simdjson::SUCCESS) return {"", true};
  const std::array<std::pair<std::string_view, const Vocabulary*>, 5> expected = {{
      {"instrument", card.triplets.parts[0]},
      {"verb", card.triplets.parts[1]},
      {"target", card.triplets.parts[2]},
      {"phase", card.phases},
      {"triplet", card.triplets.vocabulary},
  }};
  for (const auto& [name, vocabulary] : expected) {
    dom::object names;
    if (categories[name].get(names) != simdjson::SUCCESS) return {"category " + std::string(name) + " is missing"};
    std::string fault = category_fault(name, names, names_of(*vocabulary));
    if (!fault.empty()) return {std::move(fault)};
  }
  return {};
}

std::int64_t integer_or(const dom::object& document, std::string_view key, std::int64_t fallback) {
  double value = 0;
  if (document[key].get(value) != simdjson::SUCCESS || !(std::abs(value) < 1e9)) return fallback;
  return static_cast<std::int64_t>(value);
}

std::int64_t count_vectors(const dom::object& annotations) {
  std::int64_t rows = 0;
  for (const auto& [key, value] : annotations) {
    dom::array list;
    rows += value.get(list) == simdjson::SUCCESS ? static_cast<std::int64_t>(list.size()) : 1;
  }
  return rows;
}

/// Reads every frame; what cannot be read becomes an issue.
void collect_frames(const dom::object& annotations, Labels& labels, RowIssues& issues) {
  std::set<std::int64_t> seen;
  for (const auto& [key, value] : annotations) {
    Frame frame;
    frame.element = labels.rows + 1;
    dom::array list;
    const bool is_list = value.get(list) == simdjson::SUCCESS;
    frame.listed = is_list ? static_cast<std::int64_t>(list.size()) : 1;
    labels.rows += frame.listed;
    const auto index = parse_int(key);
    if (!index || *index < 0 || *index > IndexSequence::kLargest) {
      issues.add(frame.element,
                 {"not_a_number", shortened(key), "the frame's name is no frame number",
                  "frames are named by their number from 0"},
                 frame.listed);
      continue;
    }
    frame.index = *index;
    if (!is_list) {
      issues.add(frame.element,
                 {"malformed_frame", std::to_string(frame.index), "the frame holds no list", std::string(kVectorHint)});
      continue;
    }
    if (!seen.insert(frame.index).second) {
      issues.add(frame.element,
                 {"repeated_index", std::to_string(frame.index), "the frame stands twice in the file",
                  "keep one of the two lists"},
                 frame.listed);
      continue;
    }
    std::int64_t element = frame.element;
    std::int32_t instance = 0;
    for (const dom::element json : list) {
      Vector vector;
      vector.element = element++;
      vector.instance = instance++;
      if (auto wrong = parse_vector(json, vector)) {
        wrong->message = "frame " + std::to_string(frame.index) + ": " + wrong->message;
        issues.add(vector.element, std::move(*wrong));
      } else {
        frame.vectors.push_back(vector);
      }
    }
    labels.frames.push_back(std::move(frame));
  }
}

/// Frames were left out: the numbers do not run from 0 to the last without a hole.
bool is_sparse(const Labels& labels) {
  std::int64_t last = -1;
  for (const Frame& frame : labels.frames) last = std::max(last, frame.index);
  return last + 1 != static_cast<std::int64_t>(labels.frames.size());
}

bool has_boxes(const Labels& labels) {
  return std::any_of(labels.frames.begin(), labels.frames.end(), [](const Frame& frame) {
    return std::any_of(frame.vectors.begin(), frame.vectors.end(),
                       [](const Vector& vector) { return vector.has_box(kInstrumentBox); });
  });
}

/// Turns the frames of one file into records.
class Writer {
 public:
  Writer(const FileJob& job, const Card& card, const VideoId& video, IndexScale scale, RowIssues& issues)
      : job_(job), card_(card), video_(video), scale_(scale), issues_(issues), pictures_(job) {}

  void write(const Frame& frame, const Vocabulary* presence, bool is_closed) {
    media_ = pictures_.of(scale_.frame(frame.index));
    for (const Vector& vector : frame.vectors) write_vector(frame, vector);
    const bool is_whole = frame.listed == static_cast<std::int64_t>(frame.vectors.size());
    if (presence != nullptr && (is_whole || !is_closed)) write_presence(frame, *presence, is_closed);
  }

  void write_phases(const std::vector<Frame>& frames);

 private:
  RawAnnotation record(const Frame& frame, AnnotationKind kind, const Vocabulary& vocabulary,
                       std::int64_t element) const {
    RawAnnotation made;
    made.video_id = video_;
    made.kind = kind;
    made.vocabulary = vocabulary.id;
    made.line = element;
    made.rows = 0;
    made.media = media_;
    scale_.place(made, frame.index, frame.index + 1);
    return made;
  }

  void fault(const Frame& frame, std::int64_t element, What what, std::int64_t rows) {
    what.message = "frame " + std::to_string(frame.index) + ": " + what.message;
    issues_.add(element, std::move(what), rows);
  }

  void write_vector(const Frame& frame, const Vector& vector);
  std::optional<What> label_interaction(const Vector& vector, RawAnnotation& made) const;
  void write_box(const Frame& frame, const Vector& vector, std::size_t box_at, std::size_t score_at, std::size_t part);
  void write_presence(const Frame& frame, const Vocabulary& vocabulary, bool is_closed);
  std::optional<std::int64_t> phase_of(const Frame& frame);

  const FileJob& job_;
  const Card& card_;
  const VideoId& video_;
  IndexScale scale_;
  RowIssues& issues_;
  PictureNames pictures_;
  std::string media_;
};

/// Words and state of the vector's interaction, or why its ids make no sense.
std::optional<What> Writer::label_interaction(const Vector& vector, RawAnnotation& made) const {
  if (vector.is_empty()) {
    made.labels.assign(3, "");
    made.state = LabelState::kNotAnnotated;
    return std::nullopt;
  }
  std::array<std::string, 3> words;
  for (std::size_t part = 0; part < 3; ++part) {
    const std::int64_t id = vector.id(kPartAt[part]);
    if (id < 0) continue;
    const VocabularyLabel* label = card_.triplets.parts[part]->by_id(id);
    if (label == nullptr) {
      return What{"unknown_label", std::to_string(id),
                  "vocabulary " + card_.triplets.parts[part]->id + " has no id " + std::to_string(id),
                  "the release is another one than the card's"};
    }
    words[part] = label->label;
    if (label->state == LabelState::kIdle) made.state = LabelState::kIdle;
  }
  if (vector.id(0) >= 0) {
    const auto found = card_.triplets.by_id.find(vector.id(0));
    if (found == card_.triplets.by_id.end()) {
      return What{"unknown_label", std::to_string(vector.id(0)), "the card has no such triplet class",
                  "the release is another one than the card's"};
    }
    for (std::size_t part = 0; part < 3; ++part) {
      const std::string& expected = found->second.words[part];
      if (!words[part].empty() && words[part] != expected) {
        return What{
            "inconsistent_triplet", std::to_string(vector.id(0)),
            "triplet " + std::to_string(vector.id(0)) + " means " + expected + ", the vector says " + words[part],
            "the vector contradicts itself; fetch the file again"};
      }
      words[part] = expected;
    }
    made.state = found->second.state;
  }
  made.labels.assign(words.begin(), words.end());
  return std::nullopt;
}

void Writer::write_vector(const Frame& frame, const Vector& vector) {
  RawAnnotation made = record(frame, AnnotationKind::kInteraction, *card_.triplets.vocabulary, vector.element);
  made.instance = vector.instance;
  made.rows = 1;
  if (auto wrong = label_interaction(vector, made)) return fault(frame, vector.element, std::move(*wrong), 1);
  job_.out.record(std::move(made));
  write_box(frame, vector, kInstrumentBox, kInstrumentScore, 0);
  write_box(frame, vector, kTargetBox, kTargetScore, 2);
}

void Writer::write_box(const Frame& frame, const Vector& vector, std::size_t box_at, std::size_t score_at,
                       std::size_t part) {
  if (!vector.has_box(box_at)) return;
  const double* const shares = &vector.values[box_at];
  const VocabularyLabel* label = card_.triplets.parts[part]->by_id(vector.id(kPartAt[part]));
  const auto value = [&] {
    return std::to_string(shares[0]) + "," + std::to_string(shares[1]) + "," + std::to_string(shares[2]) + "," +
           std::to_string(shares[3]);
  };
  if (label == nullptr) {
    return fault(frame, vector.element, {"box_without_class", value(), "a box stands beside no class", ""}, 0);
  }
  const ImageSize size = *job_.card.frame_size;
  const Box box{shares[0] * size.width, shares[1] * size.height, (shares[0] + shares[2]) * size.width,
                (shares[1] + shares[3]) * size.height};
  const auto cut = shares[2] > 0 && shares[3] > 0 ? clamped(box, size) : std::nullopt;
  if (!cut) {
    return fault(frame, vector.element,
                 {"bad_box", value(), "the box is empty or outside the picture",
                  "a box is left, top, width and height as shares of the picture"},
                 0);
  }
  const double lost = std::max({cut->x1 - box.x1, cut->y1 - box.y1, box.x2 - cut->x2, box.y2 - cut->y2});
  if (lost > kTolerance) {
    fault(frame, vector.element,
          {"box_clamped", value(), "the box reached " + std::to_string(lost) + " pixels beyond the picture and was cut",
           "", Severity::kWarning},
          0);
  }
  RawAnnotation made = record(frame, AnnotationKind::kBox, *card_.triplets.parts[part], vector.element);
  made.labels = {label->label};
  made.instance = vector.instance;
  made.box_scope = card_.box_scope;
  made.x1 = cut->x1;
  made.y1 = cut->y1;
  made.x2 = cut->x2;
  made.y2 = cut->y2;
  made.width = size.width;
  made.height = size.height;
  if (vector.values[score_at] >= 0) made.value = vector.values[score_at];
  job_.out.record(std::move(made));
}

/// `is_closed`: the frame lists every instrument, so that an empty list means that none is there.
void Writer::write_presence(const Frame& frame, const Vocabulary& vocabulary, bool is_closed) {
  std::vector<std::int64_t> ids;
  for (const Vector& vector : frame.vectors) {
    if (vector.id(kPartAt[0]) >= 0) ids.push_back(vector.id(kPartAt[0]));
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  const bool is_unlabelled = ids.empty() && !frame.vectors.empty();  // all -1: nobody said what is there
  if (is_unlabelled || (ids.empty() && !is_closed)) return;
  RawAnnotation made = record(frame, AnnotationKind::kPresence, vocabulary, frame.element);
  for (const std::int64_t id : ids) {
    if (const VocabularyLabel* label = vocabulary.by_id(id)) made.labels.push_back(label->label);
  }
  made.state = made.labels.empty() ? LabelState::kAbsent : LabelState::kPresent;
  job_.out.record(std::move(made));
}

std::optional<std::int64_t> Writer::phase_of(const Frame& frame) {
  std::optional<std::int64_t> phase;
  for (const Vector& vector : frame.vectors) {
    const std::int64_t id = vector.id(kPhase);
    if (id < 0 || phase == id) continue;
    if (phase) {
      fault(frame, vector.element,
            {"phase_conflict", std::to_string(id),
             "its vectors name the phases " + std::to_string(*phase) + " and " + std::to_string(id),
             "the frame stays without a phase"},
            0);
      return std::nullopt;
    }
    if (card_.phases->by_id(id) == nullptr) {
      fault(frame, vector.element,
            {"unknown_label", std::to_string(id), "the card has no such phase", "the frame stays without a phase"}, 0);
      return std::nullopt;
    }
    phase = id;
  }
  return phase;
}

void Writer::write_phases(const std::vector<Frame>& frames) {
  struct Run {
    std::int64_t begin, end, phase, element;
  };
  std::vector<const Frame*> by_time;
  for (const Frame& frame : frames) by_time.push_back(&frame);
  std::sort(by_time.begin(), by_time.end(), [](const Frame* a, const Frame* b) { return a->index < b->index; });
  std::vector<Run> runs;
  for (const Frame* frame : by_time) {
    const auto phase = phase_of(*frame);
    if (!phase) continue;
    const bool goes_on = !runs.empty() && runs.back().end == frame->index && runs.back().phase == *phase;
    if (goes_on) {
      ++runs.back().end;
    } else {
      runs.push_back({frame->index, frame->index + 1, *phase, frame->element});
    }
  }
  for (const Run& run : runs) {
    const VocabularyLabel& label = *card_.phases->by_id(run.phase);
    RawAnnotation made;
    made.video_id = video_;
    made.kind = label.has_becomes ? label.becomes : AnnotationKind::kPhase;
    made.labels = {label.label};
    made.vocabulary = card_.phases->id;
    made.state = label.state;
    made.line = run.element;
    made.rows = 0;
    scale_.place(made, run.begin, run.end);
    job_.out.record(std::move(made));
  }
}

Status refuse(const FileJob& job, const VideoId& video, std::int64_t rows, std::string rule, std::string value,
              std::string message, std::string hint) {
  job.out.rows(rows);
  job.out.issue(std::move(rule), Severity::kError, 0, std::move(value), std::move(message), std::move(hint), rows,
                video);
  return done();
}

/// Remarks about the file as a whole.
void remark(const Labels& labels, bool lacks_categories, bool is_complete, RowIssues& issues) {
  const auto frames = static_cast<std::int64_t>(labels.frames.size());
  if (lacks_categories) {
    issues.add(0,
               {"no_categories", "", "the file does not name its classes", "ids were read as the card has them",
                Severity::kWarning},
               0);
  }
  if (labels.frames_announced >= 0 && labels.frames_announced != frames) {
    issues.add(
        0,
        {"frame_count", std::to_string(labels.frames_announced),
         "num_frames says " + std::to_string(labels.frames_announced) + ", the file holds " + std::to_string(frames),
         "is the file whole?", Severity::kWarning},
        0);
  }
  if (!is_complete) {
    issues.add(0,
               {"partial_release", std::to_string(frames),
                "frames are left out and instruments carry boxes: the file lists only instruments with a box",
                "what it does not list may still be there; absence is not recorded", Severity::kInfo},
               0);
  }
}

}  // namespace

Status read_cholect50(const FileJob& job) {
  SURGSIGMA_TRY(prepared, job.once_per_unit(&card_of));
  const Card& card = *prepared;
  SURGSIGMA_TRY(text, job.text());
  thread_local dom::parser parser;  // keeps its buffers from file to file
  dom::object document;
  const auto error = parser.parse(text).get(document);
  if (error != simdjson::SUCCESS) {
    return Error{ErrorKind::kData, std::string("not a JSON object: ") + simdjson::error_message(error), job.file.path,
                 "is the file whole? fetch it again"};
  }
  dom::object annotations;
  if (document["annotations"].get(annotations) != simdjson::SUCCESS) {
    return Error{ErrorKind::kData, "there is no object `annotations`", job.file.path,
                 "the file is no label file of CholecT50"};
  }
  SURGSIGMA_TRY(video, job.out.video(job.file.captures));
  const std::int64_t rows = count_vectors(annotations);
  const CategoryCheck categories = check_categories(document, card);
  if (!categories.fault.empty()) {
    return refuse(job, video, rows, "class_differs", "", categories.fault,
                  "classes were renamed or renumbered: nothing of the file was taken; correct the source card");
  }
  Labels labels;
  labels.video = integer_or(document, "video", -1);
  const auto captured = job.file.captures.find("video");
  const auto named = captured == job.file.captures.end() ? std::nullopt : parse_int(captured->second);
  if (labels.video >= 0 && named && labels.video != *named) {
    return refuse(job, video, rows, "wrong_video", std::to_string(labels.video),
                  "the file says that it is about video " + std::to_string(labels.video),
                  "the file was renamed: a wrong name would mix two patients");
  }
  labels.frames_announced = integer_or(document, "num_frames", -1);
  const std::int64_t fps = integer_or(document, "fps", 1);
  if (fps < 1 || fps > 1000)
    return refuse(job, video, rows, "bad_rate", std::to_string(fps), "fps is no frame rate", "");

  RowIssues issues(job.out, video);
  collect_frames(annotations, labels, issues);
  job.out.rows(labels.rows);
  if (has_boxes(labels) && !job.card.frame_size) {
    issues.finish();
    return card_error(job, "boxes are shares of a picture whose size the card does not give", "add frame_size");
  }
  const bool is_complete = card.is_complete.value_or(!(is_sparse(labels) && has_boxes(labels)));
  remark(labels, categories.is_missing, is_complete, issues);

  IndexScale scale;
  scale.index_rate = {fps, 1};
  scale.native = job.card.frame_rate;
  Writer writer(job, card, video, scale, issues);
  const Vocabulary* presence = is_complete ? card.triplets.parts[0] : card.boxed;
  for (const Frame& frame : labels.frames) writer.write(frame, presence, is_complete);
  writer.write_phases(labels.frames);
  return done();
}

}  // namespace surgsigma
