// Keyframes of a robotic operation as PSI-AVA and GraSP label them: instruments with one to three actions each, and the
// phase and step of the moment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "surgsigma/ingest/readers/spots.h"

namespace surgsigma {

/// One instrument of a keyframe, as read. `actions` are ids; `box` in pixels.
struct KeyframeObject {
  Spot spot;
  std::int64_t picture = 0;  ///< number that groups the objects of one picture
  std::int64_t line = 0;
  std::int64_t instrument = 0;
  std::optional<Box> box;
  std::string mask;  ///< segmentation as compact JSON; empty when there is none
  std::vector<std::int64_t> actions;
};

/// Phase and step of one second. `rows` input rows rest on it alone.
struct KeyframeMoment {
  VideoId video;
  Microseconds begin = 0;
  std::int64_t line = 0;
  std::optional<std::int64_t> phase;
  std::optional<std::int64_t> step;
  std::int64_t rows = 0;
};

/// Parameters in the card's `with`: instruments, actions, phases, steps (names of vocabularies, by default those words)
/// and interactions (name of the vocabulary of kind interaction, by default "interactions").
class KeyframeFacts {
 public:
  static Result<KeyframeFacts> make(const FileJob& job);

  /// Hands over box, mask and one interaction [instrument, action, ""] per action; the first of them accounts for one
  /// input row. False when the whole row became an issue instead.
  bool object(const KeyframeObject& object);
  /// Notes the phase and step of a second; a second that is told twice must say the same.
  void moment(const KeyframeMoment& moment);
  /// Hands over phases and steps, neighbouring seconds with equal labels joined. Call once, last.
  void finish();

  const Vocabulary& instruments() const { return *instruments_; }
  const Vocabulary& phases() const { return *phases_; }
  /// The vocabulary that a COCO list of categories enumerates ("phases_categories"); nothing for other lists.
  const Vocabulary* vocabulary_of_list(std::string_view list) const;
  FileIssues& issues() { return issues_; }

 private:
  explicit KeyframeFacts(const FileJob& job) : job_(&job), issues_(job.out) {}
  void hand_over_runs(bool is_phase);

  const FileJob* job_;
  FileIssues issues_;
  const Vocabulary* instruments_ = nullptr;
  const Vocabulary* actions_ = nullptr;
  const Vocabulary* phases_ = nullptr;
  const Vocabulary* steps_ = nullptr;
  std::string interactions_;
  InstanceCounter instances_;
  std::map<std::pair<VideoId, Microseconds>, KeyframeMoment> moments_;
};

}  // namespace surgsigma
