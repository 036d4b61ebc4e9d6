#include "surgsigma/eval/metrics/segmentation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "surgsigma/eval/metrics/ratios.h"

namespace surgsigma {
namespace {

constexpr double kSarTolerance = 10;  // px

std::uint64_t union_of(const ClassOverlap& o) { return o.truth + o.answer - o.both; }

/// `if_empty` where there is nothing on either side.
double iou_of(const ClassOverlap& o, double if_empty = 0) {
  return union_of(o) == 0 ? if_empty : static_cast<double>(o.both) / static_cast<double>(union_of(o));
}
double dice_of(const ClassOverlap& o) {
  return union_of(o) == 0 ? 0 : 2 * static_cast<double>(o.both) / static_cast<double>(o.truth + o.answer);
}
double nsd_of(const ClassSurface& s, std::size_t tolerance, double if_empty = 0) {
  return s.edges == 0 ? if_empty : static_cast<double>(s.within[tolerance]) / static_cast<double>(s.edges);
}

/// Means of one frame over some of its classes.
struct FrameMean {
  double sum = 0, count = 0;
  void add(double value) {
    sum += value;
    count += 1;
  }
};

void add_mean(Ratios& ratios, std::size_t value, std::size_t case_number, const FrameMean& mean) {
  if (mean.count > 0) ratios.add(value, case_number, mean.sum / mean.count, 1);
}

/// Adds the overlaps of all frames.
void add_overlaps(Ratios& ratios, const SegmentationInput& input) {
  const std::size_t challenge_iou = ratios.ratio("challenge_iou"), challenge_dice = ratios.ratio("challenge_dice");
  const std::size_t frame_iou = ratios.ratio("frame_iou"), empty1 = ratios.ratio("mean_iou:empty1");
  const std::size_t binary_iou = ratios.ratio("binary_iou"), binary_dice = ratios.ratio("binary_dice");
  const std::size_t binary_empty1 = ratios.ratio("binary_iou:empty1");
  std::vector<std::size_t> iou, dice, iou_union;
  for (const std::string& name : input.classes) {
    iou.push_back(ratios.ratio("iou/" + name));
    dice.push_back(ratios.ratio("dice/" + name));
    iou_union.push_back(ratios.ratio("iou:union/" + name));
  }
  ratios.mean("mc_iou", iou);
  ratios.mean("mc_dice", dice);
  ratios.mean("mc_iou:union", iou_union);

  for (const SegmentationFrame& frame : input.frames) {
    const std::size_t of = input.case_of_video[frame.video];
    const double if_empty = frame.is_missing ? 0 : 1;
    FrameMean true_iou, true_dice, any_iou;
    for (std::size_t c = 0; c < frame.overlaps.size(); ++c) {
      const ClassOverlap& o = frame.overlaps[c];
      if (o.truth > 0) true_iou.add(iou_of(o));
      if (o.truth > 0) true_dice.add(dice_of(o));
      if (union_of(o) > 0) any_iou.add(iou_of(o));
      ratios.add(empty1, of, iou_of(o, if_empty), 1);
      const auto both = static_cast<double>(o.both), truth = static_cast<double>(o.truth);
      ratios.add(iou[c], of, both, static_cast<double>(union_of(o)), truth);
      ratios.add(dice[c], of, 2 * both, static_cast<double>(o.truth + o.answer), truth);
      ratios.add(iou_union[c], of, both, static_cast<double>(union_of(o)));
    }
    add_mean(ratios, challenge_iou, of, true_iou);
    add_mean(ratios, challenge_dice, of, true_dice);
    add_mean(ratios, frame_iou, of, any_iou);
    if (union_of(frame.foreground) > 0) {
      ratios.add(binary_iou, of, iou_of(frame.foreground), 1);
      ratios.add(binary_dice, of, dice_of(frame.foreground), 1);
    }
    ratios.add(binary_empty1, of, iou_of(frame.foreground, if_empty), 1);
  }
}

void add_surfaces(Ratios& ratios, const SegmentationInput& input) {
  const std::vector<double>& tolerances = input.plan.tolerances;
  for (std::size_t t = 0; t < tolerances.size(); ++t) {
    std::vector<std::size_t> of_class;
    for (const std::string& name : input.classes)
      of_class.push_back(ratios.ratio(fmt::format("nsd@{}/{}", tolerances[t], name)));
    const std::size_t empty1 = ratios.ratio(fmt::format("nsd@{}:empty1", tolerances[t]));
    ratios.mean(fmt::format("nsd@{}", tolerances[t]), of_class);
    for (const SegmentationFrame& frame : input.frames) {
      const std::size_t of = input.case_of_video[frame.video];
      for (std::size_t c = 0; c < frame.surfaces.size(); ++c) {
        const ClassSurface& surface = frame.surfaces[c];
        ratios.add(empty1, of, nsd_of(surface, t, frame.is_missing ? 0 : 1), 1);
        if (surface.edges > 0) ratios.add(of_class[c], of, nsd_of(surface, t), 1, frame.overlaps[c].truth > 0 ? 1 : 0);
      }
    }
  }
  std::vector<std::size_t> hd, hd95;
  for (const std::string& name : input.classes) {
    hd.push_back(ratios.ratio("hd/" + name));
    hd95.push_back(ratios.ratio("hd95/" + name));
  }
  ratios.mean("hd", hd);
  ratios.mean("hd95", hd95);
  const std::size_t coverage = ratios.ratio("hd_coverage");
  for (const SegmentationFrame& frame : input.frames) {
    const std::size_t of = input.case_of_video[frame.video];
    for (std::size_t c = 0; c < frame.surfaces.size(); ++c) {
      const ClassSurface& surface = frame.surfaces[c];
      if (surface.edges > 0) ratios.add(coverage, of, surface.hausdorff ? 1 : 0, 1);
      if (!surface.hausdorff) continue;
      ratios.add(hd[c], of, *surface.hausdorff, 1);
      ratios.add(hd95[c], of, *surface.hausdorff95, 1);
    }
  }
}

void add_sar(Ratios& ratios, const SegmentationInput& input) {
  const auto found = std::find(input.plan.tolerances.begin(), input.plan.tolerances.end(), kSarTolerance);
  if (found == input.plan.tolerances.end() || input.classes.empty()) return;
  const auto tolerance = static_cast<std::size_t>(found - input.plan.tolerances.begin());
  std::vector<FrameMean> iou(input.case_of_video.size()), nsd(input.case_of_video.size());
  for (const SegmentationFrame& frame : input.frames) {
    const double if_empty = frame.is_missing ? 0 : 1;
    FrameMean own_iou, own_nsd;
    for (std::size_t c = 0; c < frame.surfaces.size(); ++c) {
      own_iou.add(iou_of(frame.overlaps[c], if_empty));
      own_nsd.add(nsd_of(frame.surfaces[c], tolerance, if_empty));
    }
    iou[frame.video].add(own_iou.sum / own_iou.count);
    nsd[frame.video].add(own_nsd.sum / own_nsd.count);
  }
  const std::size_t miou = ratios.ratio("sar_miou"), mnsd = ratios.ratio("sar_nsd");
  ratios.root("sar_score", miou, mnsd);
  for (std::size_t v = 0; v < iou.size(); ++v) {
    add_mean(ratios, miou, input.case_of_video[v], iou[v]);
    add_mean(ratios, mnsd, input.case_of_video[v], nsd[v]);
  }
}

Error bad(std::string_view what, std::string_view kind, std::size_t number, std::string_view hint) {
  return {ErrorKind::kData, std::string(what), fmt::format("{} {}", kind, number), std::string(hint)};
}

Status check(const SegmentationInput& input) {
  if (input.plan.labels.size() != input.classes.size())
    return Error{ErrorKind::kUsage,
                 fmt::format("{} labels for {} classes", input.plan.labels.size(), input.classes.size()),
                 "segmentation", "one label per class"};
  for (std::size_t v = 0; v < input.case_of_video.size(); ++v) {
    if (input.case_of_video[v] >= input.cases) return bad("no such case", "video", v, "cases count from 0");
  }
  for (std::size_t f = 0; f < input.frames.size(); ++f) {
    const SegmentationFrame& frame = input.frames[f];
    if (frame.video >= input.case_of_video.size()) return bad("no such video", "frame", f, "videos count from 0");
    bool fits = frame.overlaps.size() == input.classes.size() &&
                frame.surfaces.size() == (input.plan.has_surfaces ? input.classes.size() : 0);
    for (const ClassOverlap& o : frame.overlaps) fits &= o.both <= std::min(o.truth, o.answer);
    for (const ClassSurface& s : frame.surfaces) {
      fits &= s.within.size() == input.plan.tolerances.size() && s.hausdorff.has_value() == s.hausdorff95.has_value();
      for (const std::uint64_t within : s.within) fits &= within <= s.edges;
    }
    if (!fits) return bad("counts that do not fit the plan", "frame", f, "compare all frames with one plan");
  }
  return done();
}

constexpr std::string_view kFamily = "segmentation";
constexpr std::string_view kEndovis = "EndoVis 2017/2018 challenges";
constexpr std::string_view kMonai = "MONAI 1.1 metrics (definitions)";
constexpr std::string_view kSar = "surgical-vision/SAR_RARP50-evaluation (519280b)";
constexpr std::string_view kEmpty = "empty against empty: undefined; missing answer: an empty picture";
constexpr std::string_view kEmpty1 = "empty against empty: 1; missing answer: 0";
constexpr std::string_view kPooled = "pixels summed, defined in eval/metrics/segmentation.h";
constexpr std::array<MetricRow, 20> kRows = {{
    {kFamily, "challenge_iou", "higher", "share",
     "Per frame the mean IoU of the classes in its truth, mean over frames with truth (also challenge_dice).", kEndovis,
     kEmpty},
    {kFamily, "frame_iou", "higher", "share",
     "Per frame the mean IoU of the classes in truth or answer, mean over frames.", kEndovis, kEmpty},
    {kFamily, "iou/<class>", "higher", "share", "IoU of pixels summed over frames (also dice).", kPooled,
     "class without truth: undefined"},
    {kFamily, "mc_iou", "higher", "share", "Mean of iou over the classes.", kPooled, "class without truth: left out"},
    {kFamily, "mc_dice", "higher", "share", "Mean of dice over the classes.", kPooled, "class without truth: left out"},
    {kFamily, "mc_iou:union", "higher", "share", "Mean of iou over the classes in any truth or answer.", kPooled,
     "class answered but nowhere true: 0 (also iou:union/<class>)"},
    {kFamily, "binary_iou", "higher", "share",
     "IoU of any class against background, mean over frames (also binary_dice).", kEndovis, kEmpty},
    {kFamily, "binary_iou:empty1", "higher", "share", "binary_iou over all frames.", kEndovis, kEmpty1},
    {kFamily, "mean_iou:empty1", "higher", "share", "Mean IoU over all frames and classes.", kMonai, kEmpty1},
    {kFamily, "nsd@10/<class>", "higher", "share",
     "Share of edge pixels within 10 px of the other's edges, mean over frames (any tolerance).", kMonai,
     "one side empty: 0; class without truth: undefined"},
    {kFamily, "nsd@10", "higher", "share", "Mean of nsd over the classes.", kMonai, "class without truth: left out"},
    {kFamily, "nsd@10:empty1", "higher", "share", "Mean nsd over all frames and classes.", kMonai, kEmpty1},
    {kFamily, "hd/<class>", "lower", "px", "Largest distance between edges, mean over frames with the class in both.",
     kMonai, "a side empty: left out, see hd_coverage"},
    {kFamily, "hd95/<class>", "lower", "px", "95th percentile of the distances between edges, the larger direction.",
     kMonai, "a side empty: left out, see hd_coverage"},
    {kFamily, "hd", "lower", "px", "Mean of hd over the classes.", kMonai, "class never in both: left out"},
    {kFamily, "hd95", "lower", "px", "Mean of hd95 over the classes.", kMonai, "class never in both: left out"},
    {kFamily, "hd_coverage", "higher", "share",
     "Share of frames and classes in truth or answer that have the class in both, so that hd is defined.",
     "defined in eval/metrics/segmentation.h", "none in either: undefined"},
    {kFamily, "sar_miou", "higher", "share", "Mean IoU over classes, frames of a video, then videos.", kSar, kEmpty1},
    {kFamily, "sar_nsd", "higher", "share", "Mean NSD at 10 px over classes, frames of a video, then videos.", kSar,
     kEmpty1},
    {kFamily, "sar_score", "higher", "share", "sqrt(sar_miou * sar_nsd).", kSar, kEmpty1},
}};

}  // namespace

Result<Scorer> segmentation(const SegmentationInput& input) {
  SURGSIGMA_CHECK(check(input));
  Ratios ratios(input.cases);
  add_overlaps(ratios, input);
  if (input.plan.has_surfaces) {
    add_surfaces(ratios, input);
    add_sar(ratios, input);
  }
  return std::move(ratios).scorer();
}

std::span<const MetricRow> segmentation_metrics() { return kRows; }

}  // namespace surgsigma
