#include "surgsigma/eval/metrics/coco_ap.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "surgsigma/eval/metrics/coco_match.h"
#include "surgsigma/eval/metrics/ranked_cuts.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kRecalls = 101;
constexpr int kAt75 = 5;              // the threshold 0.75
constexpr std::size_t kOverall = 12;  // values before those of the classes

/// numpy.linspace(0, 1, 101).
std::array<double, kRecalls> recall_points() {
  std::array<double, kRecalls> points;
  for (std::size_t i = 0; i < kRecalls; ++i) points[i] = static_cast<double>(i) * 0.01;
  points.back() = 1;
  return points;
}

/// A mean that leaves out what is undefined.
struct Mean {
  double sum = 0, count = 0;
  void add(double value) {
    sum += value;
    count += 1;
  }
  double value() const { return count > 0 ? sum / count : kUndefined; }
};

struct Board {
  std::vector<CocoClass> classes;
  std::array<double, kRecalls> recalls = recall_points();
};

std::shared_ptr<const Board> board_of(const CocoInput& input, CocoTies ties, int jobs) {
  auto board = std::make_shared<Board>();
  board->classes = coco_classes(input, ties, jobs);
  return board;
}

double weighted(std::span<const double> weights, const std::vector<double>& of_case) {
  double sum = 0;
  for (std::size_t c = 0; c < of_case.size(); ++c) sum += weights[c] * of_case[c];
  return sum;
}

/// Of one class at one setting of the weights: what the sweeps gave.
struct ClassValues {
  std::array<double, kCocoRanges> positives{};
  std::array<std::array<double, kCocoThresholds>, kCocoRanges> ap{};
};

/// Adds a class to the means and sets its own two values.
void add_class(const CocoClass& of_class, const ClassValues& of, std::span<const double> weights,
               std::array<Mean, kOverall>& means, std::span<double> own) {
  own[0] = own[1] = kUndefined;
  for (std::size_t range = 0; range < kCocoRanges; ++range) {
    if (!(of.positives[range] > 0)) continue;
    Mean all;
    for (const double value : of.ap[range]) all.add(value);
    if (range == 0) {
      own[0] = all.value();
      means[1].add(own[1] = of.ap[0][0]);
      means[2].add(of.ap[0][kAt75]);
    }
    means[range == 0 ? 0 : 2 + range].add(all.value());
  }
  for (std::size_t kind = 0; kind < kCocoRecalls; ++kind) {
    const double truths = of.positives[kCocoRecallOf[kind].first];
    if (truths > 0) means[6 + kind].add(weighted(weights, of_class.found[kind]) / (truths * kCocoThresholds));
  }
}

/// The twelve values of COCO, then ap and ap50 of each class.
void board_values(const Board& board, std::span<const double> weights, std::span<double> values) {
  std::array<Mean, kOverall> means;
  for (std::size_t c = 0; c < board.classes.size(); ++c) {
    const CocoClass& of_class = board.classes[c];
    ClassValues of;
    for (std::size_t range = 0; range < kCocoRanges; ++range) {
      of.positives[range] = weighted(weights, of_class.positives[range]);
      for (std::size_t t = 0; t < kCocoThresholds && of.positives[range] > 0; ++t)
        of.ap[range][t] = interpolated_ap(of_class.cuts[range][t], weights, of.positives[range], board.recalls);
    }
    add_class(of_class, of, weights, means, values.subspan(kOverall + 2 * c, 2));
  }
  for (std::size_t i = 0; i < kOverall; ++i) values[i] = means[i].value();
}

/// Of one class at many settings.
std::vector<ClassValues> class_values(const Board& board, const CocoClass& of_class,
                                      const std::vector<WeightLanes>& groups) {
  std::vector<ClassValues> of(groups.size() * kLanes);
  std::vector<Lanes> positives(groups.size());
  for (std::size_t range = 0; range < kCocoRanges; ++range) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      weighted_sums(of_class.positives[range], groups[g], positives[g]);
      for (std::size_t l = 0; l < kLanes; ++l) of[g * kLanes + l].positives[range] = positives[g][l];
    }
    // One ranking after the other, so that it is in the cache when the next group asks for it.
    for (std::size_t t = 0; t < kCocoThresholds; ++t) {
      for (std::size_t g = 0; g < groups.size(); ++g) {
        Lanes ap{};
        interpolated_ap(of_class.cuts[range][t], groups[g], positives[g], board.recalls, ap);
        for (std::size_t l = 0; l < kLanes; ++l) of[g * kLanes + l].ap[range][t] = ap[l];
      }
    }
  }
  return of;
}

void many_values(const Board& board, std::size_t count, std::span<const double> weights, std::span<double> values) {
  const std::size_t cases = weights.size() / count, names = values.size() / count;
  const std::vector<WeightLanes> groups = lanes_of(weights, count);
  std::vector<std::array<Mean, kOverall>> means(count);
  for (std::size_t c = 0; c < board.classes.size(); ++c) {
    const std::vector<ClassValues> of = class_values(board, board.classes[c], groups);
    for (std::size_t i = 0; i < count; ++i) {
      add_class(board.classes[c], of[i], weights.subspan(i * cases, cases), means[i],
                values.subspan(i * names + kOverall + 2 * c, 2));
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < kOverall; ++k) values[i * names + k] = means[i][k].value();
  }
}

Error bad(std::string_view what, std::string_view kind, std::size_t number) {
  return {ErrorKind::kData, std::string(what), fmt::format("{} {}", kind, number), "leave it out or mend it"};
}

template <class Item>
std::optional<Error> fault_of(const CocoInput& input, const Item& item, std::string_view kind, std::size_t number) {
  if (item.image >= input.case_of_image.size()) return bad("no such picture", kind, number);
  if (item.category >= input.categories.size()) return bad("no such class", kind, number);
  const CocoBox& box = item.box;
  if (!std::isfinite(box.x) || !std::isfinite(box.y) || !std::isfinite(box.w) || !std::isfinite(box.h))
    return bad("a box that is no number", kind, number);
  if (box.w < 0 || box.h < 0) return bad("a box of negative size", kind, number);
  return std::nullopt;
}

Status check_masks(const CocoInput& input) {
  if (input.truth_masks.empty() && input.detection_masks.empty()) return done();
  for (const auto& [masks, items, kind] : {std::tuple(&input.truth_masks, input.truths.size(), "truth"),
                                           std::tuple(&input.detection_masks, input.detections.size(), "detection")}) {
    if (masks->size() != items) return bad("no mask", kind, std::min(masks->size(), items));
  }
  std::vector<ImageSize> size_of(input.case_of_image.size(), ImageSize{-1, -1});
  const auto differs = [&](std::uint32_t image, ImageSize size) {
    if (size_of[image].width < 0) size_of[image] = size;
    return size_of[image] != size;
  };
  for (std::size_t i = 0; i < input.truths.size(); ++i) {
    if (differs(input.truths[i].image, input.truth_masks[i].size))
      return bad("a mask of another size than others of its picture", "truth", i);
  }
  for (std::size_t i = 0; i < input.detections.size(); ++i) {
    if (differs(input.detections[i].image, input.detection_masks[i].size))
      return bad("a mask of another size than others of its picture", "detection", i);
  }
  return done();
}

Status check(const CocoInput& input) {
  for (std::size_t i = 0; i < input.case_of_image.size(); ++i) {
    if (input.case_of_image[i] >= input.cases) return bad("no such case", "picture", i);
  }
  for (std::size_t i = 0; i < input.truths.size(); ++i) {
    if (const auto fault = fault_of(input, input.truths[i], "truth", i)) return *fault;
    if (!std::isfinite(input.truths[i].area) || input.truths[i].area < 0)
      return bad("an area that is no number", "truth", i);
  }
  for (std::size_t i = 0; i < input.detections.size(); ++i) {
    if (const auto fault = fault_of(input, input.detections[i], "detection", i)) return *fault;
    if (!std::isfinite(input.detections[i].score)) return bad("a score that is no number", "detection", i);
  }
  return check_masks(input);
}

constexpr std::string_view kFamily = "coco_ap";
constexpr std::string_view kCoco = "cocodataset/cocoapi cocoeval.py (8c9bcc3)";
constexpr std::string_view kEdges = "class without truth: left out; equal scores are cut together, order never matters";
constexpr std::array<MetricRow, 9> kRows = {{
    {kFamily, "ap", "higher", "share", "Mean over classes and IoU 0.50:0.05:0.95 of the precision at 101 recalls.",
     kCoco, kEdges},
    {kFamily, "ap50", "higher", "share", "ap at IoU 0.5 (also ap75).", kCoco, kEdges},
    {kFamily, "ap_small", "higher", "share",
     "ap over truths of up to 32^2 square pixels (also ap_medium to 96^2, ap_large).", kCoco,
     "other truths and unmatched detections of other sizes are ignored"},
    {kFamily, "ar1", "higher", "share",
     "Mean over classes and IoU of the share of truths found by the best detection of each picture (also ar10, ar100).",
     kCoco, "equal scores within a picture: in order of their boxes"},
    {kFamily, "ar_small", "higher", "share", "ar100 over small truths (also ar_medium, ar_large).", kCoco, kEdges},
    {kFamily, "ap/<class>", "higher", "share", "ap of one class.", kCoco, "class without truth: undefined"},
    {kFamily, "ap50/<class>", "higher", "share", "ap50 of one class.", kCoco, "class without truth: undefined"},
    {kFamily, "compat:coco/ap", "higher", "share", "All values as pycocotools gives them.", kCoco,
     "defect D10: equal scores stand in order of pictures, so the order of pictures matters"},
    {kFamily, "compat:coco/ar100", "higher", "share", "Recalls as pycocotools gives them.", kCoco,
     "defect D10 as compat:coco/ap, within a picture"},
}};

}  // namespace

Result<Scorer> coco_ap(const CocoInput& input, int jobs) {
  SURGSIGMA_CHECK(check(input));
  Scorer scorer;
  scorer.names = {"ap",  "ap50", "ap75",  "ap_small", "ap_medium", "ap_large",
                  "ar1", "ar10", "ar100", "ar_small", "ar_medium", "ar_large"};
  for (const std::string& category : input.categories) {
    scorer.names.push_back("ap/" + category);
    scorer.names.push_back("ap50/" + category);
  }
  const auto board = board_of(input, CocoTies::kByThreshold, jobs);
  scorer.values_at = [board](std::span<const double> weights, std::span<double> values) {
    board_values(*board, weights, values);
  };
  scorer.many_values_at = [board](std::size_t count, std::span<const double> weights, std::span<double> values) {
    many_values(*board, count, weights, values);
  };
  return scorer;
}

Result<CocoSummary> compat_coco(const CocoInput& input, int jobs) {
  SURGSIGMA_CHECK(check(input));
  const std::vector<double> weights(input.cases, 1);
  std::vector<double> v(kOverall + 2 * input.categories.size());
  board_values(*board_of(input, CocoTies::kByOrder, jobs), weights, v);
  CocoSummary summary{v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], {}};
  for (std::size_t c = 0; c < input.categories.size(); ++c) summary.ap_of_category.push_back(v[kOverall + 2 * c]);
  return summary;
}

std::span<const MetricRow> coco_ap_metrics() { return kRows; }

}  // namespace surgsigma
