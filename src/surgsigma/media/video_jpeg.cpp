#include "surgsigma/media/video_jpeg.h"

extern "C" {
#include <libavutil/frame.h>
}
#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "surgsigma/media/video_pixels.h"

namespace surgsigma::av {
namespace {

constexpr int kHalf = 1 << 15;
constexpr LumaWeights kJpegWeights{};  // JFIF knows BT.601 alone

int step(double value) { return static_cast<int>(std::lround(value * 65536)); }
inline std::uint8_t clipped(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

/// Luma and chroma of a video to those of JPEG, in steps of 1/65536.
struct JpegSteps {
  int luma_floor = 16;
  int luma = 0, luma_of_u = 0, luma_of_v = 0;
  int u = 0, u_of_v = 0;
  int v = 0, v_of_u = 0;
};

JpegSteps jpeg_steps(LumaWeights from, bool is_full) {
  const LumaWeights to = kJpegWeights;
  const double chroma = is_full ? 1.0 : 255.0 / 224.0;
  const double from_green = 1 - from.red - from.blue, to_green = 1 - to.red - to.blue;
  // What one step of u and of v adds to red, green and blue; luma adds the same to all three.
  const double green_of_u = -2 * (1 - from.blue) * from.blue / from_green, blue_of_u = 2 * (1 - from.blue);
  const double green_of_v = -2 * (1 - from.red) * from.red / from_green, red_of_v = 2 * (1 - from.red);
  const double luma_of_u = to_green * green_of_u + to.blue * blue_of_u;
  const double luma_of_v = to_green * green_of_v + to.red * red_of_v;
  JpegSteps steps;
  steps.luma_floor = is_full ? 0 : 16;
  steps.luma = step(is_full ? 1.0 : 255.0 / 219.0);
  steps.luma_of_u = step(luma_of_u * chroma);
  steps.luma_of_v = step(luma_of_v * chroma);
  steps.u = step((blue_of_u - luma_of_u) / (2 * (1 - to.blue)) * chroma);
  steps.u_of_v = step(-luma_of_v / (2 * (1 - to.blue)) * chroma);
  steps.v = step((red_of_v - luma_of_v) / (2 * (1 - to.red)) * chroma);
  steps.v_of_u = step(-luma_of_u / (2 * (1 - to.red)) * chroma);
  return steps;
}

SURGSIGMA_WIDE
void stretch_row(const std::uint8_t* __restrict from, std::uint8_t* __restrict to, int count, int centre_from,
                 int centre_to, int factor) {
  for (int i = 0; i < count; ++i) {
    to[i] = clipped((((from[i] - centre_from) * factor + kHalf) >> 16) + centre_to);
  }
}

SURGSIGMA_WIDE
void mix_chroma_row(const std::uint8_t* __restrict own, const std::uint8_t* __restrict other,
                    std::uint8_t* __restrict to, int count, int own_factor, int other_factor) {
  for (int i = 0; i < count; ++i) {
    to[i] = clipped((((own[i] - 128) * own_factor + (other[i] - 128) * other_factor + kHalf) >> 16) + 128);
  }
}

void mix_luma_row(const std::uint8_t* luma, const std::uint8_t* u, const std::uint8_t* v, std::uint8_t* to, int count,
                  int shift, const JpegSteps& steps) {
  for (int i = 0; i < count; ++i) {
    const int value = (luma[i] - steps.luma_floor) * steps.luma + (u[i >> shift] - 128) * steps.luma_of_u +
                      (v[i >> shift] - 128) * steps.luma_of_v;
    to[i] = clipped((value + kHalf) >> 16);
  }
}

const std::uint8_t* plane_row(const AVFrame& frame, int plane, int y) {
  return frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane];
}

int subsampling(const PlanarLayout& layout) {
  if (layout.chroma_shift_x == 0) return TJSAMP_444;
  return layout.chroma_shift_y == 0 ? TJSAMP_422 : TJSAMP_420;
}

}  // namespace

PlaneEncoder::PlaneEncoder() : turbo_(tjInitCompress()) {}

PlaneEncoder::~PlaneEncoder() {
  tjFree(buffer_);
  if (turbo_ != nullptr) tjDestroy(turbo_);
}

void PlaneEncoder::convert(const AVFrame& frame, int shift_x, int shift_y, Planes& planes, Strides& strides) {
  const JpegSteps steps = jpeg_steps(luma_weights(frame), is_full_range(frame));
  const bool is_same_matrix = luma_weights(frame) == kJpegWeights;
  const int chroma_width = (frame.width + (1 << shift_x) - 1) >> shift_x;
  const int chroma_height = (frame.height + (1 << shift_y) - 1) >> shift_y;
  strides = {frame.width, chroma_width, chroma_width};
  const auto row = [&](std::size_t plane, int y) {
    return converted_[plane].data() + static_cast<std::ptrdiff_t>(y) * strides[plane];
  };
  for (std::size_t p = 0; p < 3; ++p) {
    converted_[p].resize(static_cast<std::size_t>(strides[p]) *
                         static_cast<std::size_t>(p == 0 ? frame.height : chroma_height));
    planes[p] = converted_[p].data();
  }
  for (int y = 0; y < frame.height; ++y) {
    const std::uint8_t* luma = plane_row(frame, 0, y);
    if (is_same_matrix) {
      stretch_row(luma, row(0, y), frame.width, steps.luma_floor, 0, steps.luma);
    } else {
      mix_luma_row(luma, plane_row(frame, 1, y >> shift_y), plane_row(frame, 2, y >> shift_y), row(0, y), frame.width,
                   shift_x, steps);
    }
  }
  for (int y = 0; y < chroma_height; ++y) {
    const std::uint8_t *u = plane_row(frame, 1, y), *v = plane_row(frame, 2, y);
    mix_chroma_row(u, v, row(1, y), chroma_width, steps.u, steps.u_of_v);
    mix_chroma_row(v, u, row(2, y), chroma_width, steps.v, steps.v_of_u);
  }
}

std::optional<Result<std::string>> PlaneEncoder::encode(const AVFrame& frame, int quality, const std::string& what) {
  const PlanarLayout layout = planar_layout(frame);
  if (!layout.is_planar || turbo_ == nullptr) return std::nullopt;
  Planes planes{frame.data[0], frame.data[1], frame.data[2]};
  Strides strides{frame.linesize[0], frame.linesize[1], frame.linesize[2]};
  const bool is_jpeg_already = is_full_range(frame) && luma_weights(frame) == kJpegWeights;
  const bool has_plain_rows = strides[0] >= frame.width && strides[1] > 0 && strides[2] > 0;
  if (!is_jpeg_already || !has_plain_rows) {
    convert(frame, layout.chroma_shift_x, layout.chroma_shift_y, planes, strides);
  }
  unsigned long bytes = buffer_bytes_;  // NOLINT
  const int code = tjCompressFromYUVPlanes(turbo_, planes.data(), frame.width, strides.data(), frame.height,
                                           subsampling(layout), &buffer_, &bytes, quality, TJFLAG_ACCURATEDCT);
  if (code != 0) return Result<std::string>(Error{ErrorKind::kInternal, tjGetErrorStr2(turbo_), what, ""});
  buffer_bytes_ = std::max(buffer_bytes_, bytes);
  return Result<std::string>(std::string(reinterpret_cast<const char*>(buffer_), bytes));
}

}  // namespace surgsigma::av
