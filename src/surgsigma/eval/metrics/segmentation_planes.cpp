// Counting in two planes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "surgsigma/eval/metrics/segmentation.h"

namespace surgsigma {
namespace {

constexpr std::uint8_t kBackground = 0xff;  // places of labels that are no class
constexpr std::uint8_t kIgnored = 0xfe;
constexpr std::uint8_t kUnknown = 0xfd;
constexpr std::size_t kMostClasses = 250;

/// Label -> place of its class, or one of the above.
using Places = std::array<std::uint8_t, 256>;

Result<Places> places_of(const SegmentationPlan& plan) {
  Places places;
  places.fill(kUnknown);
  const Error error{ErrorKind::kUsage, "", "segmentation", "each label has one meaning"};
  if (plan.labels.size() > kMostClasses)
    return Error{error.kind, fmt::format("{} classes", plan.labels.size()), error.where, "at most 250"};
  const auto place = [&](std::uint8_t label, std::uint8_t meaning) {
    if (places[label] != kUnknown) return false;
    places[label] = meaning;
    return true;
  };
  bool is_sound = place(plan.background, kBackground);
  if (plan.ignored) is_sound &= place(*plan.ignored, kIgnored);
  for (std::size_t c = 0; c < plan.labels.size(); ++c) is_sound &= place(plan.labels[c], static_cast<std::uint8_t>(c));
  if (!is_sound) return Error{error.kind, "a label occurs twice in the plan", error.where, error.hint};
  for (const double tolerance : plan.tolerances) {
    if (!std::isfinite(tolerance) || tolerance < 0)
      return Error{error.kind, fmt::format("tolerance {} makes no sense", tolerance), error.where, "pixels, 0 or more"};
  }
  return places;
}

Status check_plane(const LabelPlane& plane, std::string_view which, std::string_view where) {
  const ImageSize size = plane.size;
  if (size.width < 0 || size.height < 0 || size.width > kLongestSide || size.height > kLongestSide)
    return Error{ErrorKind::kData, fmt::format("{} of {} x {} pixels", which, size.width, size.height),
                 std::string(where), fmt::format("at most {} on a side", kLongestSide)};
  if (plane.labels.size() != static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height))
    return Error{
        ErrorKind::kData,
        fmt::format("{} of {} x {} pixels with {} labels", which, size.width, size.height, plane.labels.size()),
        std::string(where), "one label per pixel"};
  return done();
}

Error unknown_label(std::uint8_t label, std::size_t pixel, int width, std::string_view which, std::string_view where) {
  const auto wide = static_cast<std::size_t>(width);
  return {ErrorKind::kData,
          fmt::format("label {} in the {} at pixel ({}, {})", label, which, pixel % wide, pixel / wide),
          std::string(where), "name it as a class, as background or as ignored"};
}

void grow(PixelBox& box, int x1, int x2, int y) {
  if (box.is_empty()) {
    box = {x1, y, x2, y + 1};
    return;
  }
  box = {std::min(box.x1, x1), box.y1, std::max(box.x2, x2), y + 1};  // rows come in order
}

/// The value at 95 % of sorted distances, linear between ranks.
double percentile95(std::vector<std::uint32_t>& squares) {
  const double rank = 0.95 * static_cast<double>(squares.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const auto at = squares.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(squares.begin(), at, squares.end());
  const double low = std::sqrt(static_cast<double>(*at));
  if (below + 1 == squares.size()) return low;
  const double high = std::sqrt(static_cast<double>(*std::min_element(at + 1, squares.end())));
  return low + (high - low) * (rank - static_cast<double>(below));
}

ClassSurface surface_of(SurfaceDistances distances, const std::vector<double>& tolerances) {
  ClassSurface surface;
  surface.edges = distances.from_truth.size() + distances.from_answer.size();
  surface.within.assign(tolerances.size(), 0);
  if (distances.from_truth.empty() || distances.from_answer.empty()) return surface;
  double largest = 0, nearly = 0;
  for (std::vector<std::uint32_t>* squares : {&distances.from_truth, &distances.from_answer}) {
    for (std::size_t t = 0; t < tolerances.size(); ++t) {
      for (const std::uint32_t square : *squares)
        surface.within[t] += std::sqrt(static_cast<double>(square)) <= tolerances[t] ? 1 : 0;
    }
    largest = std::max(largest, std::sqrt(static_cast<double>(*std::max_element(squares->begin(), squares->end()))));
    nearly = std::max(nearly, percentile95(*squares));
  }
  surface.hausdorff = largest;
  surface.hausdorff95 = nearly;
  return surface;
}

}  // namespace

Result<SegmentationFrame> compare_planes(const LabelPlane& truth, const std::optional<LabelPlane>& answer,
                                         const SegmentationPlan& plan, std::string_view where) {
  SURGSIGMA_TRY(places, places_of(plan));
  SURGSIGMA_CHECK(check_plane(truth, "truth", where));
  if (answer) SURGSIGMA_CHECK(check_plane(*answer, "answer", where));
  if (answer && answer->size != truth.size)
    return Error{ErrorKind::kData,
                 fmt::format("an answer of {} x {} pixels to a truth of {} x {}", answer->size.width,
                             answer->size.height, truth.size.width, truth.size.height),
                 std::string(where), "resize the answer to the truth first, nearest neighbour"};
  SegmentationFrame frame;
  frame.is_missing = !answer.has_value();
  frame.overlaps.resize(plan.labels.size());
  std::vector<PixelBox> around(plan.labels.size());
  std::vector<std::uint8_t> cleared;  // the answer without ignored pixels, once there is one
  const auto wide = static_cast<std::size_t>(truth.size.width);
  for (int y = 0; y < truth.size.height; ++y) {
    const std::size_t row = static_cast<std::size_t>(y) * wide;
    for (std::size_t x = 0; x < wide;) {
      // A run in which neither plane changes.
      const std::uint8_t own = truth.labels[row + x], other = answer ? answer->labels[row + x] : plan.background;
      std::size_t end = x + 1;
      while (end < wide && truth.labels[row + end] == own && (!answer || answer->labels[row + end] == other)) ++end;
      const std::uint64_t length = end - x;
      const std::uint8_t of_truth = places[own];
      std::uint8_t of_answer = places[other];
      if (of_truth == kUnknown) return unknown_label(own, row + x, truth.size.width, "truth", where);
      if (of_answer == kUnknown) return unknown_label(other, row + x, truth.size.width, "answer", where);
      if (of_truth == kIgnored) {
        frame.ignored_px += length;
        if (cleared.empty() && answer) cleared.assign(answer->labels.begin(), answer->labels.end());
        if (answer) std::fill_n(cleared.begin() + static_cast<std::ptrdiff_t>(row + x), length, plan.background);
        of_answer = kBackground;
      }
      const bool is_true = of_truth < kUnknown, is_answered = of_answer < kUnknown;
      if (is_true) {
        frame.overlaps[of_truth].truth += length;
        grow(around[of_truth], static_cast<int>(x), static_cast<int>(end), y);
      }
      if (is_answered) {
        frame.overlaps[of_answer].answer += length;
        grow(around[of_answer], static_cast<int>(x), static_cast<int>(end), y);
      }
      if (is_true && of_truth == of_answer) frame.overlaps[of_truth].both += length;
      frame.foreground.truth += is_true ? length : 0;
      frame.foreground.answer += is_answered ? length : 0;
      frame.foreground.both += is_true && is_answered ? length : 0;
      x = end;
    }
  }
  if (!plan.has_surfaces) return frame;
  std::vector<std::uint8_t> nothing;
  if (!answer) nothing.assign(truth.labels.size(), plan.background);
  const LabelPlane compared{truth.size, !answer           ? std::span<const std::uint8_t>(nothing)
                                        : cleared.empty() ? answer->labels
                                                          : std::span<const std::uint8_t>(cleared)};
  for (std::size_t c = 0; c < plan.labels.size(); ++c)
    frame.surfaces.push_back(
        surface_of(surface_distances(truth, compared, plan.labels[c], around[c]), plan.tolerances));
  return frame;
}

}  // namespace surgsigma
