#include "surgsigma/media/video_pixels.h"

extern "C" {
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace surgsigma::av {
namespace {

constexpr int kScale = 1 << 16;
constexpr int kHalf = kScale / 2;

/// Luma and chroma to RGB in steps of 1/65536, for one matrix and range.
struct ColourSteps {
  int luma_floor = 16;
  int luma = 0;
  int red_of_v = 0;
  int green_of_u = 0;
  int green_of_v = 0;
  int blue_of_u = 0;
};

int step(double value) { return static_cast<int>(std::lround(value * kScale)); }

ColourSteps colour_steps(LumaWeights weights, bool is_full) {
  const double chroma = is_full ? 1.0 : 255.0 / 224.0;
  const double green = 1 - weights.red - weights.blue;
  ColourSteps steps;
  steps.luma_floor = is_full ? 0 : 16;
  steps.luma = step(is_full ? 1.0 : 255.0 / 219.0);
  steps.red_of_v = step(2 * (1 - weights.red) * chroma);
  steps.blue_of_u = step(2 * (1 - weights.blue) * chroma);
  steps.green_of_u = step(-2 * (1 - weights.blue) * weights.blue / green * chroma);
  steps.green_of_v = step(-2 * (1 - weights.red) * weights.red / green * chroma);
  return steps;
}

inline std::uint8_t clipped(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

/// One row; `u` and `v` have a value for each pixel.
SURGSIGMA_WIDE
void row_to_rgb(const std::uint8_t* __restrict luma, const std::uint8_t* __restrict u,
                const std::uint8_t* __restrict v, std::uint8_t* __restrict rgb, int width, ColourSteps steps) {
  for (int x = 0; x < width; ++x) {
    const int grey = (luma[x] - steps.luma_floor) * steps.luma + kHalf;
    const int blue_side = u[x] - 128, red_side = v[x] - 128;
    rgb[3 * x] = clipped((grey + steps.red_of_v * red_side) >> 16);
    rgb[3 * x + 1] = clipped((grey + steps.green_of_u * blue_side + steps.green_of_v * red_side) >> 16);
    rgb[3 * x + 2] = clipped((grey + steps.blue_of_u * blue_side) >> 16);
  }
}

SURGSIGMA_WIDE
void repeat_each(const std::uint8_t* __restrict from, std::uint8_t* __restrict to, int pairs) {
  for (int i = 0; i < pairs; ++i) to[2 * i] = to[2 * i + 1] = from[i];
}

const std::uint8_t* plane_row(const AVFrame& frame, int plane, int y) {
  return frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane];
}

Image planes_to_rgb(const AVFrame& frame, const PlanarLayout& layout) {
  Image image(frame.width, frame.height, 3);
  const ColourSteps steps = colour_steps(luma_weights(frame), is_full_range(frame));
  const int pairs = (frame.width + 1) / 2;
  std::vector<std::uint8_t> wide_u(static_cast<std::size_t>(pairs) * 2), wide_v(wide_u.size());
  int widened = -1;
  for (int y = 0; y < frame.height; ++y) {
    const int chroma_y = y >> layout.chroma_shift_y;
    const std::uint8_t* u = plane_row(frame, 1, chroma_y);
    const std::uint8_t* v = plane_row(frame, 2, chroma_y);
    if (layout.chroma_shift_x == 1) {
      if (widened != chroma_y) {
        repeat_each(u, wide_u.data(), pairs);
        repeat_each(v, wide_v.data(), pairs);
        widened = chroma_y;
      }
      u = wide_u.data();
      v = wide_v.data();
    }
    row_to_rgb(plane_row(frame, 0, y), u, v, image.row(y), frame.width, steps);
  }
  return image;
}

int swscale_matrix(const AVFrame& frame) {
  return frame.colorspace == AVCOL_SPC_UNSPECIFIED || frame.colorspace == AVCOL_SPC_RGB ? SWS_CS_ITU601
                                                                                       : frame.colorspace;
}

/// Everything that is not planes of 8 bits: more bits, RGB, palettes, packed chroma.
Result<Image> any_to_rgb(const AVFrame& frame, const std::string& what) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const Error cannot{ErrorKind::kData, "the pixel format cannot be converted", what, ""};
  if (sws_isSupportedInput(format) <= 0) return cannot;
  const int flags = SWS_POINT | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
  const Owned<SwsContext> scaler(sws_getContext(frame.width, frame.height, format, frame.width, frame.height,
                                                AV_PIX_FMT_RGB24, flags, nullptr, nullptr, nullptr));
  if (!scaler) return cannot;
  const int* matrix = sws_getCoefficients(swscale_matrix(frame));
  sws_setColorspaceDetails(scaler.get(), matrix, is_full_range(frame) ? 1 : 0, sws_getCoefficients(SWS_CS_DEFAULT), 1,
                           0, 1 << 16, 1 << 16);
  // The scaler writes whole blocks beyond the end of a row, so it gets rows with room behind them.
  Image image(frame.width, frame.height, 3);
  const int stride = (frame.width * 3 + 127) / 64 * 64;
  std::vector<std::uint8_t> rows(static_cast<std::size_t>(stride) * static_cast<std::size_t>(frame.height) + 64);
  std::uint8_t* planes[4] = {rows.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {stride, 0, 0, 0};
  if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, planes, strides) != frame.height) {
    return cannot;
  }
  for (int y = 0; y < frame.height; ++y) {
    std::copy_n(rows.data() + static_cast<std::ptrdiff_t>(y) * stride, image.row_values(), image.row(y));
  }
  return image;
}

}  // namespace

Orientation orientation_of(const AVStream& track) {
  std::size_t bytes = 0;
  const std::uint8_t* data = av_stream_get_side_data(&track, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
  if (data == nullptr || bytes < 9 * sizeof(std::int32_t)) return {};
  const auto* matrix = reinterpret_cast<const std::int32_t*>(data);
  // A stored pixel (x, y) is shown at (x * m0 + y * m3, x * m1 + y * m4).
  const std::int64_t m0 = matrix[0], m1 = matrix[1], m3 = matrix[3], m4 = matrix[4];
  const auto is_small = [](std::int64_t a, std::int64_t beside) { return std::abs(a) * 64 <= std::abs(beside); };
  if (m0 != 0 && m4 != 0 && is_small(m1, m0) && is_small(m3, m4)) return {false, m0 < 0, m4 < 0};
  if (m1 != 0 && m3 != 0 && is_small(m0, m1) && is_small(m4, m3)) return {true, m3 < 0, m1 < 0};
  return {};
}

Image upright(Image stored, const Orientation& orientation) {
  if (orientation.is_upright()) return stored;
  const ImageSize size = orientation.upright(stored.size());
  Image turned(size.width, size.height, stored.channels);
  for (int y = 0; y < size.height; ++y) {
    const int from_b = orientation.flips_y ? size.height - 1 - y : y;
    for (int x = 0; x < size.width; ++x) {
      const int from_a = orientation.flips_x ? size.width - 1 - x : x;
      const std::uint8_t* from = orientation.is_transposed ? stored.at(from_b, from_a) : stored.at(from_a, from_b);
      std::copy_n(from, stored.channels, turned.at(x, y));
    }
  }
  return turned;
}

PlanarLayout planar_layout(const AVFrame& frame) {
  switch (frame.format) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_YUVJ420P: return {true, 1, 1};
    case AV_PIX_FMT_YUV422P:
    case AV_PIX_FMT_YUVJ422P: return {true, 1, 0};
    case AV_PIX_FMT_YUV444P:
    case AV_PIX_FMT_YUVJ444P: return {true, 0, 0};
    default: return {};
  }
}

bool is_full_range(const AVFrame& frame) {
  const bool is_named_so = frame.format == AV_PIX_FMT_YUVJ420P || frame.format == AV_PIX_FMT_YUVJ422P ||
                           frame.format == AV_PIX_FMT_YUVJ444P;
  return is_named_so || frame.color_range == AVCOL_RANGE_JPEG;
}

LumaWeights luma_weights(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709: return {0.2126, 0.0722};
    case AVCOL_SPC_FCC: return {0.30, 0.11};
    case AVCOL_SPC_SMPTE240M: return {0.212, 0.087};
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return {0.2627, 0.0593};
    default: return {};
  }
}

Result<Image> to_rgb(const AVFrame& frame, const std::string& what) {
  const PlanarLayout layout = planar_layout(frame);
  if (layout.is_planar) return planes_to_rgb(frame, layout);
  return any_to_rgb(frame, what);
}

}  // namespace surgsigma::av
