// Samples whose answer is a picture, a mask, a depth map or a clip: made from the pixels of one video, its labels and its
// measures. Files go to a folder in which names are hashes of their content; rows tell what belongs together and how to
// make it again. A pair has the split of the video it was made from. A human label is never overwritten.
//
//   desmoking                     clean frame -> smoke put on it (smoke.h); input smoky, target clean
//   instrument_segmentation       frame; target: instruments white on black, from masks that the source ships
//   depth_estimation              frame; target: 8-bit view of a depth map that the source ships, else of stereo depth
//                                 where there are two views and their calibration (depth_targets.h)
//   next_frame_generation         frame; target: the frame 1 to 10 seconds later (next_frame.h)
//   conditional_video_generation  frame and action; target: the clip that follows within that action
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/hiding.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/pixel_layout.h"
#include "surgsigma/schema/sink.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// Where a depth map, a mask or the right view of a frame lies.
struct PairMap {
  std::int64_t frame = 0;
  std::string path;        ///< below the source's folder
  std::string vocabulary;  ///< of a mask: which vocabulary numbers its values
  Json convention;         ///< of a depth map: the card's words (schema/pixel_layout.h)
};

/// Everything that is known of one video.
struct PairInput {
  VideoRow video;
  std::optional<MediumRow> medium;
  std::vector<FrameRow> frames;
  std::vector<MarkRow> marks;
  std::vector<Annotation> annotations;
  std::string video_file;                                      ///< below the source's folder; empty where pictures are
  std::vector<std::pair<std::int64_t, std::string>> pictures;  ///< (native frame, path below the source's folder)
  std::vector<PairMap> masks;
  std::vector<PairMap> depths;
  HidingPlan hiding;  ///< of a private recording; empty elsewhere
  std::vector<PairMap> rights;  ///< what the right camera sees
  ViewLayout layout;            ///< of the video or the pictures: of two views only the left one is shown
  std::string calibration;      ///< of the two cameras, below the source's folder; empty where there is none
  Json calibration_with;        ///< the card's words on it
};

struct PairOptions {
  std::uint64_t seed = 1;
  std::int64_t per_video = 6;  ///< most pairs of a task and video; half as many clips
  Microseconds clip_us = 3 * kSecond;
  fs::path source_root;
  fs::path media_folder;  ///< the database's `media`
};

class PairStage {
 public:
  static Result<PairStage> create(const Catalog& catalog, const SourceCard& card, bool is_simulated, PairOptions options);

  /// Pairs in the order of tasks, then of time. A frame or mask that cannot be used is an issue (stage "synth"), and the
  /// rest goes on; fails only where files cannot be written. Thread-safe.
  Status video(const PairInput& input, const Sink<PairRow>& pairs, const Sink<IssueRow>& issues) const;

 private:
  PairStage(const Catalog& catalog, const SourceCard& card, bool is_simulated, PairOptions options)
      : catalog_(&catalog), card_(&card), is_simulated_(is_simulated), options_(std::move(options)) {}
  const Catalog* catalog_;
  const SourceCard* card_;
  bool is_simulated_;
  PairOptions options_;
};

}  // namespace surgsigma
