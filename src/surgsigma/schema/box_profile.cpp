#include "surgsigma/schema/box_profile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace surgsigma {
namespace {

constexpr int kQwenFactor = 28;
constexpr int kHighestRatio = 200;
constexpr int kThousand = 1000;

/// x1, y1, x2, y2 in the target's whole numbers.
using Corners = std::array<std::int64_t, 4>;

/// Half to even under the default rounding mode, as Python's round().
std::int64_t rounded(double value) { return static_cast<std::int64_t>(std::nearbyint(value)); }

bool has_area(const Corners& c) { return c[2] > c[0] && c[3] > c[1]; }

bool is_known(ImageSize size) { return size.width > 0 && size.height > 0; }

std::optional<Box> inside(const Box& box, ImageSize size) {
  if (!is_known(size)) return box.area() > 0 ? std::optional(box) : std::nullopt;
  return clamped(box, size);
}

Corners pixels(const Box& box) { return {rounded(box.x1), rounded(box.y1), rounded(box.x2), rounded(box.y2)}; }

/// Share of the frame in thousandths.
Corners thousandths(const Box& box, ImageSize size) {
  const auto share = [](double value, int side) {
    return std::clamp<std::int64_t>(rounded(value / side * kThousand), 0, kThousand);
  };
  return {share(box.x1, size.width), share(box.y1, size.height), share(box.x2, size.width), share(box.y2, size.height)};
}

void append_whole(std::int64_t value, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

/// 117 -> "0.117"
void append_thousandth(std::int64_t value, std::string& out) {
  out += static_cast<char>('0' + value / kThousand);
  out += '.';
  for (std::int64_t unit = kThousand / 10; unit > 0; unit /= 10) out += static_cast<char>('0' + value / unit % 10);
}

bool append_corners(const Corners& corners, void (*append_number)(std::int64_t, std::string&), std::string& out) {
  if (!has_area(corners)) return false;
  char before = '[';
  for (const std::int64_t corner : corners) {
    out += before;
    if (before == ',') out += ' ';
    append_number(corner, out);
    before = ',';
  }
  out += ']';
  return true;
}

bool append_pixel(const Box& box, ImageSize size, const ResizeLimits&, std::string& out) {
  const auto corners = pixel_corners(box, size);
  return corners && append_corners(*corners, append_whole, out);
}

bool append_unit(const Box& box, ImageSize size, const ResizeLimits&, std::string& out) {
  if (!is_known(size)) return false;
  const auto part = clamped(box, size);
  return part && append_corners(thousandths(*part, size), append_thousandth, out);
}

bool append_permille(const Box& box, ImageSize size, const ResizeLimits&, std::string& out) {
  if (!is_known(size)) return false;
  const auto part = clamped(box, size);
  return part && append_corners(thousandths(*part, size), append_whole, out);
}

/// Pixels of the resized frame; the last column and row are the highest values, as in Qwen's own conversion.
bool append_qwen25(const Box& box, ImageSize size, const ResizeLimits& limits, std::string& out) {
  if (!is_known(size)) return false;
  const auto part = clamped(box, size);
  const auto resized = smart_resize(size, kQwenFactor, limits);
  if (!part || !resized.ok()) return false;
  const auto at = [](double value, int from, int to) {
    return std::clamp<std::int64_t>(rounded(value * (static_cast<double>(to) / from)), 0, to - 1);
  };
  return append_corners({at(part->x1, size.width, resized->width), at(part->y1, size.height, resized->height),
                         at(part->x2, size.width, resized->width), at(part->y2, size.height, resized->height)},
                        append_whole, out);
}

std::optional<BoxScale> pixel_scale(ImageSize, const ResizeLimits&) { return BoxScale{}; }

std::optional<BoxScale> unit_scale(ImageSize size, const ResizeLimits&) {
  if (!is_known(size)) return std::nullopt;
  return BoxScale{static_cast<double>(size.width), static_cast<double>(size.height)};
}

std::optional<BoxScale> permille_scale(ImageSize size, const ResizeLimits&) {
  if (!is_known(size)) return std::nullopt;
  return BoxScale{static_cast<double>(size.width) / kThousand, static_cast<double>(size.height) / kThousand};
}

std::optional<BoxScale> qwen25_scale(ImageSize size, const ResizeLimits& limits) {
  if (!is_known(size)) return std::nullopt;
  const auto resized = smart_resize(size, kQwenFactor, limits);
  if (!resized.ok()) return std::nullopt;
  return BoxScale{static_cast<double>(size.width) / resized->width, static_cast<double>(size.height) / resized->height};
}

}  // namespace

const std::vector<BoxProfileRow>& box_profiles() {
  static const std::vector<BoxProfileRow> rows = {
      {"pixel", "whole pixels of the original frame: [100, 50, 300, 250]", false, append_pixel, pixel_scale},
      {"unit", "share of width and height with three decimals: [0.117, 0.104, 0.351, 0.521]", true, append_unit,
       unit_scale},
      {"permille", "whole numbers 0-1000 of width and height (Qwen2-VL, Qwen3-VL, InternVL): [117, 104, 351, 521]",
       true, append_permille, permille_scale},
      {"qwen25", "pixels after the resize of Qwen2.5-VL, whose limits must match the training: [98, 50, 295, 248]",
       true, append_qwen25, qwen25_scale},
  };
  return rows;
}

const BoxProfileRow* find_box_profile(std::string_view name) {
  for (const BoxProfileRow& row : box_profiles()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::optional<std::array<std::int64_t, 4>> pixel_corners(const Box& box, ImageSize size) {
  const auto part = inside(box, size);
  if (!part) return std::nullopt;
  const Corners corners = pixels(*part);
  return has_area(corners) ? std::optional(corners) : std::nullopt;
}

Result<ImageSize> smart_resize(ImageSize size, int factor, const ResizeLimits& limits) {
  const std::string where = std::to_string(size.width) + "x" + std::to_string(size.height);
  const int longer = std::max(size.width, size.height);
  const int shorter = std::min(size.width, size.height);
  if (shorter < factor) {
    return Error{ErrorKind::kData, "a side is shorter than " + std::to_string(factor) + " pixels", where, ""};
  }
  if (longer > kHighestRatio * shorter) {
    return Error{ErrorKind::kData, "one side is more than " + std::to_string(kHighestRatio) + " times the other", where,
                 ""};
  }
  const double area = static_cast<double>(size.width) * size.height;
  const auto nearest_multiple = [&](int side) { return rounded(static_cast<double>(side) / factor) * factor; };
  std::int64_t width = nearest_multiple(size.width);
  std::int64_t height = nearest_multiple(size.height);
  if (width * height > limits.max_pixels) {
    const double shrink = std::sqrt(area / static_cast<double>(limits.max_pixels));
    const auto smaller = [&](int side) {
      return std::max<std::int64_t>(factor, static_cast<std::int64_t>(std::floor(side / shrink / factor)) * factor);
    };
    width = smaller(size.width);
    height = smaller(size.height);
  } else if (width * height < limits.min_pixels) {
    const double grow = std::sqrt(static_cast<double>(limits.min_pixels) / area);
    const auto larger = [&](int side) { return static_cast<std::int64_t>(std::ceil(side * grow / factor)) * factor; };
    width = larger(size.width);
    height = larger(size.height);
  }
  return ImageSize{static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace surgsigma
