#include "surgsigma/simulate/copies.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "surgsigma/base/files.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/resize.h"
#include "surgsigma/media/video.h"
#include "surgsigma/simulate/render/overlay.h"

namespace surgsigma {
namespace {

double between(Draws& draws, double low, double high) { return low + (high - low) * draws.unit(); }

/// Takes shares of the sides away.
Image cropped(const Image& picture, double left, double top, double right, double bottom) {
  const int x0 = static_cast<int>(std::lround(left * picture.width)),
            y0 = static_cast<int>(std::lround(top * picture.height));
  const int x1 = picture.width - static_cast<int>(std::lround(right * picture.width));
  const int y1 = picture.height - static_cast<int>(std::lround(bottom * picture.height));
  Image out(std::max(x1 - x0, 1), std::max(y1 - y0, 1), picture.channels);
  for (int y = 0; y < out.height; ++y) std::copy_n(picture.at(x0, y0 + y), out.row_values(), out.row(y));
  return out;
}

Image with_bars(const Image& picture, int beside, int above) {
  Image out(picture.width + 2 * beside, picture.height + 2 * above, picture.channels);
  for (int y = 0; y < picture.height; ++y) std::copy_n(picture.row(y), picture.row_values(), out.at(beside, above + y));
  return out;
}

Image scaled(const Image& picture, double factor) {
  const ImageSize size{static_cast<int>(std::lround(picture.width * factor)),
                       static_cast<int>(std::lround(picture.height * factor))};
  return *resized(picture, size, factor < 1 ? Resampling::kArea : Resampling::kBilinear);
}

Image same(const Image& picture, Draws) { return picture; }

Image as_jpeg(const Image& picture, Draws) { return *decode_picture(*encode_jpeg(picture, 20), "copy"); }

Image half(const Image& picture, Draws) { return scaled(picture, 0.5); }

Image full_hd(const Image& picture, Draws) { return scaled(picture, 1080.0 / picture.height); }

Image cropped_evenly(const Image& picture, Draws draws) {
  const double share = between(draws, 0.04, 0.1);
  return cropped(picture, share, share, share, share);
}

Image cropped_unevenly(const Image& picture, Draws draws) {
  std::array<double, 4> shares{};
  for (double& share : shares) share = between(draws, 0.04, 0.1);
  return cropped(picture, shares[0], shares[1], shares[2], shares[3]);
}

Image narrowed(const Image& picture, Draws) {
  const double beside = std::max(0.0, 0.5 * (1 - picture.height * 4.0 / 3 / picture.width));
  return cropped(picture, beside, 0, beside, 0);
}

Image letterboxed(const Image& picture, Draws draws) {
  const double share = between(draws, 0.06, 0.16);
  return draws.chance(0.5) ? with_bars(picture, 0, static_cast<int>(share * picture.height))
                           : with_bars(picture, static_cast<int>(share * picture.width), 0);
}

Image through_round_mask(const Image& picture, Draws draws) {
  Image out = picture;
  const double radius = between(draws, 0.48, 0.6) * std::min(picture.width, picture.height);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      if (std::hypot(x + 0.5 - 0.5 * out.width, y + 0.5 - 0.5 * out.height) > radius)
        std::fill_n(out.at(x, y), out.channels, std::uint8_t{0});
    }
  }
  return out;
}

Image exposed(const Image& picture, Draws draws) {
  const double gain = between(draws, 0.7, 1.35), gamma = between(draws, 0.75, 1.35);
  std::array<std::uint8_t, 256> to{};
  for (std::size_t i = 0; i < 256; ++i) {
    to[i] =
        static_cast<std::uint8_t>(std::clamp(255 * gain * std::pow(static_cast<double>(i) / 255, gamma), 0.0, 255.0));
  }
  Image out = picture;
  for (std::uint8_t& value : out.values) value = to[value];
  return out;
}

void fill(Image& picture, int x, int y, int wide, int high, const std::array<std::uint8_t, 3>& colour) {
  for (int j = std::max(y, 0); j < std::min(y + high, picture.height); ++j) {
    for (int i = std::max(x, 0); i < std::min(x + wide, picture.width); ++i)
      std::copy_n(colour.begin(), picture.channels, picture.at(i, j));
  }
}

/// A light block in one corner and a line of letters in the other.
Image with_logo(const Image& picture, Draws draws) {
  Image out = picture;
  const bool is_left = draws.chance(0.5), is_top = draws.chance(0.5);
  const int wide = out.width * 14 / 100, high = out.height * 10 / 100, edge = out.height * 3 / 100;
  const int y = is_top ? edge : out.height - edge - high;
  fill(out, is_left ? edge : out.width - edge - wide, y, wide, high, {235, 235, 240});
  const int dot = std::max(1, out.height / 160);
  std::vector<RenderedText> texts;
  const double text_x = is_left ? out.width - edge - 96.0 * dot : edge;
  texts.push_back({{text_x, static_cast<double>(y), text_x + 96.0 * dot, y + 7.0 * dot}, "SURGERY CHANNEL"});
  drawing::draw_texts(texts, out);
  return out;
}

Image half_and_exposed(const Image& picture, Draws draws) { return exposed(half(picture, draws), draws); }
Image cropped_with_logo(const Image& picture, Draws draws) { return with_logo(cropped_evenly(picture, draws), draws); }
Image cropped_then_letterboxed(const Image& picture, Draws draws) {
  return letterboxed(cropped_unevenly(picture, draws), draws);
}
Image masked_then_half(const Image& picture, Draws draws) { return half(through_round_mask(picture, draws), draws); }
Image exposed_as_jpeg(const Image& picture, Draws draws) { return as_jpeg(exposed(picture, draws), draws); }

constexpr std::array<CopyRow, 18> kRows = {{
    {"trimmed", "only a part of the recording, sampled at other moments", same},
    {"h264", "encoded again at crf 35", same, true},
    {"jpeg", "encoded again as JPEG of quality 20", as_jpeg},
    {"half", "half the sides", half},
    {"full_hd", "scaled to 1080 lines", full_hd},
    {"cropped", "4 to 10 % of each side cut off, the same of all", cropped_evenly},
    {"cropped_unevenly", "4 to 10 % of each side cut off, of each another share", cropped_unevenly},
    {"narrowed", "the middle at 4:3", narrowed},
    {"letterboxed", "black bars at two sides", letterboxed},
    {"masked", "a round mask over it", through_round_mask},
    {"exposed", "brighter or darker, with another gamma", exposed},
    {"logo", "a logo and a line of text over it", with_logo},
    {"half_exposed", "half the sides and another brightness", half_and_exposed},
    {"cropped_logo", "cropped, then a logo", cropped_with_logo},
    {"cropped_letterboxed", "cropped unevenly, then black bars", cropped_then_letterboxed},
    {"cropped_h264", "cropped, then encoded again at crf 35", cropped_evenly, true},
    {"masked_half", "a round mask and half the sides", masked_then_half},
    {"exposed_jpeg", "another brightness, then JPEG of quality 20", exposed_as_jpeg},
}};

}  // namespace

std::span<const CopyRow> copy_rows() { return kRows; }

const CopyRow* find_copy_row(std::string_view name) {
  const auto found = std::find_if(kRows.begin(), kRows.end(), [&](const CopyRow& row) { return row.name == name; });
  return found == kRows.end() ? nullptr : &*found;
}

Result<std::vector<Image>> reencoded(const std::vector<Image>& pictures, int crf) {
  if (pictures.empty()) return pictures;
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "copy.mp4";
  SURGSIGMA_TRY(clip, ClipWriter::open(path, pictures.front().size(), {{25, 1}, crf, "veryfast", 1}));
  for (const Image& picture : pictures) SURGSIGMA_CHECK(clip.add(picture));
  SURGSIGMA_CHECK(clip.close());
  SURGSIGMA_TRY(video, Video::open(path));
  std::vector<Image> out;
  VideoFrame frame;
  while (true) {
    SURGSIGMA_TRY(has_more, video.next(frame));
    if (!has_more) return out;
    out.push_back(std::move(frame.image));
  }
}

}  // namespace surgsigma
