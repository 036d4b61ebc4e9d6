// Frames and 8-bit views of their depth: from the maps that a source ships, then from stereo (depth_targets.h).
#include "surgsigma/media/halves.h"
#include "surgsigma/media/stereo_calibration.h"
#include "surgsigma/synth/depth_targets.h"
#include "surgsigma/synth/instrument_masks.h"
#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

namespace {

std::vector<std::int64_t> frames_of(const std::vector<DepthSource>& sources) {
  std::vector<std::int64_t> frames;
  for (const DepthSource& source : sources) frames.push_back(source.frame);
  return frames;
}

}  // namespace

Status PairMaker::depth() {
  const DepthPlan plan = plan_depth(input_, [&](std::int64_t frame) { return has_frame(frame); });
  if (!plan.without_picture.empty()) {
    const PairMap& first = *plan.without_picture.front();
    SURGSIGMA_CHECK(issue("depth_without_picture", first.frame,
                          std::to_string(plan.without_picture.size()) +
                              " depth maps have no picture of their frame, the first is " + first.path +
                              "; fetch the pictures too",
                          Severity::kWarning, first.path));
  }
  if (plan.without_calibration > 0) {
    SURGSIGMA_CHECK(issue("stereo_without_calibration", -1,
                          "two views and no calibration: no depth of " + std::to_string(plan.without_calibration) +
                              " frames; add the calibration file, and an entry of role calibration to the card",
                          Severity::kWarning));
  }
  const auto shipped = drawn(plan.shipped, "depth_estimation", options_.per_video);
  SURGSIGMA_CHECK(shipped_depth(shipped));
  if (!plan.stereo.empty() && card_.is_private) {
    // Rectified views have their pixels elsewhere than the regions say.
    return issue("no_stereo_of_private", -1, "the recording is private: no depth is made of its two views",
                 Severity::kInfo);
  }
  return stereo_depths(
      drawn(plan.stereo, "stereo_depth", options_.per_video - static_cast<std::int64_t>(shipped.size())));
}

Status PairMaker::shipped_depth(const std::vector<DepthSource>& sources) {
  std::map<std::int64_t, const PairMap*> maps, masks;
  for (const DepthSource& source : sources) maps.emplace(source.frame, source.map);
  for (const PairMap& mask : input_.masks) masks.emplace(mask.frame, &mask);
  return each_frame(frames_of(sources), [&](std::int64_t frame, Image&& picture) -> Status {
    const PairMap& map = *maps.at(frame);
    std::optional<Image> instruments;
    if (const auto mask = masks.find(frame); mask != masks.end()) {
      auto read = mask_of_raster(*mask->second, options_.source_root, card_, picture.size());
      if (read.ok()) instruments = std::move(read->picture);  // a bad one is an issue of its own pair
    }
    const auto target =
        target_of_map(map, options_.source_root, picture, instruments ? &*instruments : nullptr, is_simulated_);
    if (!target.ok()) return issue("unusable_depth", frame, target.error(), map.path);
    return add_depth(frame, picture, *target);
  });
}

Status PairMaker::stereo_depths(const std::vector<DepthSource>& sources) {
  if (sources.empty()) return done();
  SURGSIGMA_TRY(layout, calibration_layout(input_.calibration_with, input_.calibration));
  std::map<std::int64_t, const PairMap*> rights;
  for (const DepthSource& source : sources) rights.emplace(source.frame, source.right);
  bool is_calibrated = true;
  return each_whole_frame(frames_of(sources), [&](std::int64_t frame, Microseconds, Image&& whole) -> Status {
    if (!is_calibrated) return done();
    const PairMap* const right_file = rights.at(frame);
    const std::string file = right_file ? right_file->path : input_.video_file;
    const auto right = right_file ? read_picture(options_.source_root / right_file->path)
                                  : Result<Image>(half_of(whole, input_.layout.views.right));
    if (!right.ok()) return issue("unusable_depth", frame, right.error(), file);
    const Image left = half_of(whole, input_.layout.views.left);
    const auto cameras = read_stereo_calibration(options_.source_root / input_.calibration, left.size(), layout.mm);
    if (!cameras.ok()) {
      is_calibrated = false;  // the same for all frames
      return issue("bad_calibration", -1, cameras.error(), input_.calibration);
    }
    auto made = target_of_stereo(left, *right, *cameras, layout, input_.calibration, is_simulated_);
    if (!made.ok()) return issue("unusable_depth", frame, made.error(), file);
    SURGSIGMA_TRY(bytes, encode_png16(made->depth));
    SURGSIGMA_TRY(kept, keep(bytes, ".png"));
    made->target.told["depth_map"] = kept;
    if (right_file) made->target.told["right"] = right_file->path;
    return add_depth(frame, made->picture, made->target);
  });
}

Status PairMaker::add_depth(std::int64_t frame, const Image& picture, const DepthTarget& target) {
  PairRow made = row("depth_estimation", frame, frame, picture.size());
  SURGSIGMA_TRY(given, keep_jpeg(picture));
  SURGSIGMA_TRY(view, keep_png(target.view.picture));
  made.input = std::move(given);
  made.target = std::move(view);
  made.prompt = "Draw the depth of this picture in grey: the nearer, the brighter.";
  made.parameters = to_text(target.told);
  if (target.is_of_model && !is_simulated_) made.origin = Origin::kModel;
  hand_over(std::move(made));
  return done();
}

}  // namespace surgsigma
