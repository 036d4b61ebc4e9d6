// What the task families of pairs.h share: one video's frames, rows, issues and labels. Each family has its own source:
// pairs_desmoking, pairs_segmentation, pairs_depth, pairs_next, pairs_clips. Internal to the room.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/base/random.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/video.h"
#include "surgsigma/synth/depth_targets.h"
#include "surgsigma/synth/motion_text.h"
#include "surgsigma/synth/next_frame.h"
#include "surgsigma/synth/instrument_masks.h"
#include "surgsigma/synth/pairs.h"

namespace surgsigma {

using TakeFrame = std::function<Status(std::int64_t frame, Image&& picture)>;
using TakeWhole = std::function<Status(std::int64_t frame, Microseconds time, Image&& picture)>;

/// "1 second", "4 seconds".
std::string seconds_words(int seconds);

/// Makes the pairs of one video.
class PairMaker {
 public:
  PairMaker(const Catalog& catalog, const SourceCard& card, bool is_simulated, const PairOptions& options,
            const PairInput& input, const Sink<PairRow>& pairs, const Sink<IssueRow>& issues)
      : catalog_(catalog),
        card_(card),
        is_simulated_(is_simulated),
        options_(options),
        input_(input),
        pairs_(pairs),
        issues_(issues) {}

  Status run();

 private:
  // --- pixels

  const std::string& id() const { return input_.video.video_id.text; }
  FrameRate rate() const {
    const bool is_file = !input_.video_file.empty() && input_.medium->frame_rate_num > 0;
    return is_file ? FrameRate{input_.medium->frame_rate_num, input_.medium->frame_rate_den}
                   : FrameRate{input_.video.frame_rate_num, input_.video.frame_rate_den};
  }

  bool has_frame(std::int64_t frame) const;
  /// Leaves out frames of which there is no picture; how many those were is an issue.
  Status keep_those_with_pictures(std::vector<std::int64_t>& frames, const std::string& what_they_have);
  /// Frames in ascending order, of two views in one picture the left one; those that cannot be had are issues. What is to
  /// be hidden is hidden, and a picture of which nothing would be left is left out.
  Status each_frame(std::vector<std::int64_t> frames, const TakeFrame& take);
  /// The pictures as the files hold them: both views, nothing hidden.
  Status each_whole_frame(std::vector<std::int64_t> frames, const TakeWhole& take);
  Status take_shown(std::int64_t frame, Microseconds time, Image&& picture, const TakeFrame& take) const;

  /// "media/ab/abcdef0123456789.jpg", written unless it is there.
  Result<std::string> keep(const std::string& bytes, const char* ending);
  Result<std::string> keep_jpeg(const Image& picture);
  Result<std::string> keep_png(const Image& picture);

  // --- rows

  PairRow row(const char* task, std::int64_t frame, std::int64_t target_frame, ImageSize size) const;
  void hand_over(PairRow&& made);
  /// What is wrong with a file, told once for each frame. `file`: which, below the source's folder; empty: the video,
  /// or the folder of its pictures. Damaged content is an error, anything else a warning.
  Status issue(const char* rule, std::int64_t frame, const Error& error, const std::string& file = "");
  /// What was passed over, and why. `frame` below 0: it concerns the whole video.
  Status issue(const char* rule, std::int64_t frame, const std::string& message, Severity severity,
               const std::string& file = "");
  IssueRow issue_row(const char* rule, std::int64_t frame, Severity severity, const std::string& file) const;
  Status tell(IssueRow&& found);

  /// At most `per_video` (or so many) of a list, in its order; always the same ones.
  template <class Item>
  std::vector<Item> drawn(std::vector<Item> items, const char* purpose) const {
    return drawn(std::move(items), purpose, options_.per_video);
  }
  template <class Item>
  std::vector<Item> drawn(std::vector<Item> items, const char* purpose, std::int64_t limit) const {
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(limit, 0));
    if (items.size() <= most) return items;
    std::vector<std::size_t> places(items.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
    Draws draws(options_.seed, id(), purpose);
    draws.shuffle(places);
    places.resize(most);
    std::sort(places.begin(), places.end());
    std::vector<Item> kept;
    for (const std::size_t place : places) kept.push_back(std::move(items[place]));
    return kept;
  }

  // --- labels

  bool is_in_use(const Annotation& row) const { return row.rejected.empty() && row.state == LabelState::kPresent; }
  bool is_instrument(const Annotation& row) const;
  bool is_marked(Microseconds time) const;
  bool is_out_of_body(Microseconds time) const;
  bool is_out_of_body_flag(const Annotation& row) const;
  VideoSpans spans() const;
  /// "The phase is X." for the phase (or step) at a time; empty where none is labelled.
  std::string workflow_words(Microseconds time, std::vector<std::int64_t>& ordinals) const;
  /// The size of the picture that a box or outline was drawn on; 0x0 where the source does not say.
  ImageSize label_size(const Annotation& row) const;
  /// An annotation's box on a picture that may have been scaled.
  Box box_on(const Annotation& row, ImageSize picture) const;
  std::vector<SeenInstrument> instruments_at(std::int64_t frame, ImageSize picture,
                                             std::vector<std::int64_t>& ordinals) const;
  /// " The hook moves right." where both frames carry boxes.
  std::string motion_words(std::int64_t from, std::int64_t to, ImageSize size,
                           std::vector<std::int64_t>& ordinals) const;

  // --- one task each

  Status desmoking();
  Status add_smoke_pair(const FrameRow& frame, const Image& clean);

  Status segmentation();
  /// kData for outlines that were drawn on a picture of another size.
  Result<InstrumentMask> outlined(const std::vector<const Annotation*>& rows, ImageSize size) const;

  Status depth();
  Status shipped_depth(const std::vector<DepthSource>& sources);
  Status stereo_depths(const std::vector<DepthSource>& sources);
  Status add_depth(std::int64_t frame, const Image& picture, const DepthTarget& target);

  Status next_frames();

  Status clips();
  Status add_clip(const ClipSample& sample, const Annotation& action);

  const Catalog& catalog_;
  const SourceCard& card_;
  bool is_simulated_;
  const PairOptions& options_;
  const PairInput& input_;
  const Sink<PairRow>& pairs_;
  const Sink<IssueRow>& issues_;
  std::optional<Video> video_;
  std::set<std::string> told_;  ///< issues, so that none is told twice
};

}  // namespace surgsigma
