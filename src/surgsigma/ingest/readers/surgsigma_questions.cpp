// SurgSigma-DB v0.1: questions with numeric ids over frames of CholecT50, as an array or as lists of one object; the
// list of videos, which the release keeps in the same file, is taken too (surgsigma_videos.cpp). Key names of the
// release and of copies are understood:
//   id         qID, question_id, id ("surgsigma__250644" has the number 250644)
//   frame      frame, image, frame_path, image_path, or the first of images
//   texts      question and answer, or the turns of conversations ([{from, value}] or [{role, content}])
//   boxes      gt_raw, else the answer
// Boxes stand in the text on a grid of 0..1000 with a model's tokens or without (grounding.h). They become box records
// in pixels, origin model (the release does not say which); the question itself is kept without tokens, origin foreign.
// A record whose boxes cannot be read is an issue as a whole, e.g. 231034 (blanks, stray tokens) and 242123 ("ir
// irrigator"). A row is an element.
//
// with:
//   vocabulary: instruments   of the boxes' labels, by word
//   grid: 1000
//   frame: "VID{video:d}/{index:d}.*"   pattern of the frame's path
//   unit: second   what the index counts, see track.h
#include <array>

#include "surgsigma/base/json_stream.h"
#include "surgsigma/ingest/readers/grounding.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/surgsigma_parts.h"

namespace surgsigma {
namespace {

/// One turn of a conversation in either notation.
std::string turn_text(const Json& turn) {
  for (const char* key : {"value", "content", "text"}) {
    if (turn.is_object() && turn.contains(key) && turn.at(key).is_string()) return turn.at(key).get<std::string>();
  }
  return turn.is_string() ? turn.get<std::string>() : "";
}

struct Question {
  std::string id;
  std::string frame;
  std::vector<std::string> turns;  ///< question, answer, ...
  std::string grounding;
};

Question question_of(const LooseObject& entry) {
  Question question;
  question.id = entry.text({"qid", "question_id", "id"});
  question.frame = entry.text({"frame", "image", "frame_path", "image_path"});
  if (const Json* images = entry.find("images"); question.frame.empty() && images != nullptr && images->is_array() &&
                                                 !images->empty() && images->front().is_string()) {
    question.frame = images->front().get<std::string>();
  }
  question.turns = {entry.text({"question"}), entry.text({"answer"})};
  for (const std::string_view key : {"conversations", "conversation", "messages"}) {
    const Json* turns = entry.find(key);
    if (turns == nullptr || !turns->is_array() || !question.turns.front().empty()) continue;
    question.turns.clear();
    for (const Json& turn : *turns) question.turns.push_back(turn_text(turn));
  }
  question.grounding = entry.text({"gt_raw"});
  if (question.grounding.empty() && question.turns.size() >= 2) question.grounding = question.turns[1];
  return question;
}

Json qa_of(const Question& question) {
  Json qa = Json::object();
  qa["id"] = question.id;
  if (question.turns.size() == 2) {
    qa["question"] = without_tokens(question.turns[0]);
    qa["answer"] = without_tokens(question.turns[1]);
    return qa;
  }
  qa["turns"] = Json::array();
  for (const std::string& turn : question.turns) qa["turns"].push_back(without_tokens(turn));
  return qa;
}

class QuestionReader {
 public:
  QuestionReader(const FileJob& job, IndexScale scale, const Vocabulary& vocabulary, ImageSize size, std::int64_t grid)
      : job_(job),
        scale_(scale),
        vocabulary_(vocabulary),
        size_(size),
        grid_(grid),
        frame_(job.param("frame", "VID{video:d}/{index:d}.*")),
        spots_(job),
        issues_(job.out),
        videos_(job, spots_, issues_) {}

  Status take(const JsonPiece& piece) {
    const std::int64_t element = piece.index + 1;
    const auto entry = parse_json(piece.text, job_.file.path);
    if (!entry || !entry->is_object()) {
      job_.out.rows(1);
      issues_.add({}, element,
                  {"malformed_element", std::string(piece.text.substr(0, 200)),
                   entry ? "not an object" : entry.error().what, kCompare});
      return done();
    }
    const LooseObject object(*entry);
    if (is_video_entry(object)) return videos_.take(object, element);
    return take_question(object, element);
  }

 private:
  Status take_question(const LooseObject& entry, std::int64_t element) {
    job_.out.rows(1);
    const Question question = question_of(entry);
    const auto refuse = [&](const VideoId& video, const char* rule, std::string value, const std::string& message) {
      issues_.add(video, element, {rule, std::move(value), "question " + question.id + ": " + message, kCompare});
      return done();
    };
    if (!number_in_name(question.id)) return refuse({}, "malformed_id", question.id, "no number in the id");
    const bool is_complete = question.turns.size() >= 2 && question.turns.size() % 2 == 0 &&
                             !trim(question.turns[0]).empty() && !trim(question.turns[1]).empty();
    if (!is_complete) return refuse({}, "no_answer", question.id, "a question and an answer are needed");
    const auto captures = match_path(frame_, question.frame);
    const bool is_named = captures && captures->contains("index") && captures->contains("video");
    const std::int64_t index = is_named ? parse_int(captures->at("index")).value_or(-1) : -1;
    if (index < 0 || index > IndexSequence::kLargest) {
      return refuse({}, "unknown_frame", question.frame, "its frame tells neither video nor second");
    }
    SURGSIGMA_TRY(video, spots_.video(captures->at("video")));
    if (!seen_.insert(*number_in_name(question.id)).second) {
      return refuse(video, "repeated_question", question.id, "two records have this id");
    }
    const auto boxes = parse_grounding(question.grounding, grid_);
    if (!boxes) return refuse(video, "broken_boxes", question.grounding, boxes.error().what);
    for (const GroundedBox& box : *boxes) {
      if (vocabulary_.by_label(box.label) != nullptr) continue;
      return refuse(video, "unknown_label", box.label,
                    "'" + box.label + "' is not in vocabulary '" + vocabulary_.id + "'");
    }
    check_count(entry, question, *boxes, video, element);
    hand_over(question, *boxes, spots_.frame(video, captures->at("video"), scale_.frame(index)), element);
    return done();
  }

  /// Counts were made from boxes; where they differ one of the two was edited.
  void check_count(const LooseObject& entry, const Question& question, const std::vector<GroundedBox>& boxes,
                   const VideoId& video, std::int64_t element) {
    if (entry.text({"answer_format"}) != "number" || boxes.empty()) return;
    const auto count = parse_int(question.turns[1]);
    if (!count || *count == static_cast<std::int64_t>(boxes.size())) return;
    issues_.add(video, element,
                {"count_conflict", question.turns[1],
                 "question " + question.id + ": " + std::to_string(boxes.size()) + " boxes",
                 "both are kept; do not use the count", Severity::kWarning},
                0);
  }

  void hand_over(const Question& question, const std::vector<GroundedBox>& boxes, const Spot& spot,
                 std::int64_t element) {
    RawAnnotation qa = record_at(spot, AnnotationKind::kQa, "", {}, element, 1);
    qa.text = to_text(qa_of(question));
    qa.origin = Origin::kForeign;
    job_.out.record(std::move(qa));
    std::int32_t instance = 0;
    for (const GroundedBox& box : boxes) {
      RawAnnotation record = record_at(spot, AnnotationKind::kBox, vocabulary_.id, {box.label}, element, 0);
      const double x_scale = static_cast<double>(size_.width) / static_cast<double>(grid_);
      const double y_scale = static_cast<double>(size_.height) / static_cast<double>(grid_);
      set_box(record, {static_cast<double>(box.x1) * x_scale, static_cast<double>(box.y1) * y_scale,
                       static_cast<double>(box.x2) * x_scale, static_cast<double>(box.y2) * y_scale});
      record.instance = instance++;
      record.origin = Origin::kModel;
      job_.out.record(std::move(record));
    }
  }

  static constexpr const char* kCompare = "compare with the published record";

  const FileJob& job_;
  IndexScale scale_;
  const Vocabulary& vocabulary_;
  ImageSize size_;
  std::int64_t grid_;
  std::string frame_;
  Spots spots_;
  FileIssues issues_;
  VideoListReader videos_;
  std::set<std::int64_t> seen_;
};

}  // namespace

Status read_surgsigma_questions(const FileJob& job) {
  SURGSIGMA_TRY(vocabulary, job.vocabulary());
  SURGSIGMA_TRY(scale, index_scale(job, "second", 1));
  SURGSIGMA_TRY(grid, integer_of(job, "grid", 1000));
  if (grid <= 0) return card_error(job, "with.grid must be positive", "1000 in the release");
  if (!job.card.frame_size) return card_error(job, "boxes are parts of a grid, but frame_size is missing", "add it");
  QuestionReader reader(job, scale, *vocabulary, *job.card.frame_size, grid);
  return stream_json(job.path(),
                     [&](const JsonPiece& piece) -> Status { return piece.index >= 0 ? reader.take(piece) : done(); });
}

}  // namespace surgsigma
