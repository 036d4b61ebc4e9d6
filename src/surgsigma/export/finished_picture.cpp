#include "surgsigma/export/finished_picture.h"

#include <algorithm>
#include <utility>

#include "surgsigma/media/picture_metadata.h"
#include "surgsigma/media/resize.h"

namespace surgsigma {
namespace {

constexpr int kJpegQuality = 95;
constexpr int kWebpQuality = 90;
constexpr int kSmallestEvenSide = 16;  // of a clip

int even(int side) { return std::max(side - side % 2, kSmallestEvenSide); }

/// The format that a shipped file keeps: formats that trainers do not read become PNG, which loses nothing.
PictureFormat own_format(PictureFormat format) {
  const bool is_read_everywhere =
      format == PictureFormat::kJpeg || format == PictureFormat::kPng || format == PictureFormat::kWebp;
  return is_read_everywhere ? format : PictureFormat::kPng;
}

Result<FinishedPicture> finished(Image picture, PictureFormat format, const PixelRules& rules, Microseconds time) {
  FinishedPicture made;
  made.format = format;
  made.true_size = picture.size();
  SURGSIGMA_CHECK(finish_picture(picture, rules, time, false));
  made.size = picture.size();
  SURGSIGMA_TRY(bytes, encoded_picture(picture, format, *rules.wishes));
  made.bytes = std::move(bytes);
  return made;
}

}  // namespace

ImageSize PixelRules::size_of(ImageSize true_size, bool is_for_clip) const {
  const ImageSize size = right_size(true_size, wishes->size());
  if (!is_for_clip || size == true_size) return size;
  return {even(size.width), even(size.height)};
}

Status finish_picture(Image& picture, const PixelRules& rules, Microseconds time, bool is_for_clip) {
  if (rules.hides_anything()) SURGSIGMA_CHECK(rules.hiding->apply(picture, time));
  const ImageSize size = rules.size_of(picture.size(), is_for_clip);
  if (size == picture.size()) return done();
  SURGSIGMA_TRY(small, resized(picture, size, Resampling::kArea));
  picture = std::move(small);
  return done();
}

Result<FinishedPicture> finished_frame(Image frame, const PixelRules& rules, Microseconds time) {
  return finished(std::move(frame), rules.wishes->format.value_or(PictureFormat::kJpeg), rules, time);
}

Result<FinishedPicture> finished_file(std::string bytes, std::string_view name, const PixelRules& rules,
                                      Microseconds time) {
  SURGSIGMA_TRY(header, read_picture_header(bytes, name));
  SURGSIGMA_TRY(picture, decode_picture(bytes, name));
  const PictureFormat format = rules.wishes->format.value_or(own_format(header.format));
  const bool is_plain = header.bits == 8 && !header.is_float && !header.has_alpha && header.channels != 4;
  const bool stays = header.format == format && is_plain && !rules.wishes->quality && !rules.hides_anything() &&
                     rules.size_of(picture.size(), false) == picture.size();
  if (!stays) return finished(std::move(picture), format, rules, time);
  FinishedPicture made{"", format, picture.size(), picture.size(), true};
  auto clean = without_metadata(bytes);
  made.is_unchanged = !clean.has_value();
  made.bytes = clean ? std::move(*clean) : std::move(bytes);
  return made;
}

Result<std::string> encoded_picture(const Image& picture, PictureFormat format, const MediaWriting& wishes) {
  if (format == PictureFormat::kPng) return encode_png(picture);
  if (format == PictureFormat::kWebp) return encode_webp(picture, wishes.quality.value_or(kWebpQuality));
  return encode_jpeg(picture, wishes.quality.value_or(kJpegQuality));
}

}  // namespace surgsigma
