// Pieces of the measures of quality.h that are shared by its sources; nobody else includes this.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "surgsigma/media/quality.h"

namespace surgsigma::quality {

/// Columns [begin, end) of one row.
struct Span {
  int begin = 0;
  int end = 0;
};

/// The working picture by channel, one byte a pixel each: loops over planes become wide instructions. A grey picture
/// has luma only, which then stands for all three colours.
struct Planes {
  Image luma;
  Image red, green, blue;
  const Image& r() const { return red.is_empty() ? luma : red; }
  const Image& g() const { return green.is_empty() ? luma : green; }
  const Image& b() const { return blue.is_empty() ? luma : blue; }
};
Planes planes_of(const Image& picture);
/// Hands back planes that are no longer needed; the next call on this thread takes their memory.
void keep(Planes&& planes);
/// Luma of BT.601 in 0-255.
Image luma_of(const Image& picture);

/// How many pixels have each luma.
struct LumaCounts {
  std::array<std::int64_t, 256> of = {};
  std::int64_t pixels = 0;
};
LumaCounts luma_counts(const Image& luma, const std::vector<Span>& inside);
/// Luma above this is picture, not black surroundings: it follows how bright the picture is.
int black_level(const Image& luma);
int black_level(const LumaCounts& whole);
std::optional<CircularField> field_of(const Image& luma, int black);
Borders borders_of(const Image& luma, int black);
/// Inside the field, a little away from its blurred edge; else inside the borders. One span a row.
std::vector<Span> inside_of(const std::optional<CircularField>& field, const Borders& borders, ImageSize size);
Box region_of(const std::optional<CircularField>& field, const Borders& borders, ImageSize size);

/// FrameQuality::tiles.
double tiles_of(const Image& luma, const std::vector<Span>& inside);
/// Mean dark channel inside, 0-255.
double mean_dark_channel(const Planes& planes, const std::vector<Span>& inside);
Motion motion_between(const Thumbnail& before, const Thumbnail& now);

}  // namespace surgsigma::quality
