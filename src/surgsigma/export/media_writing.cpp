#include "surgsigma/export/media_writing.h"

#include <string>

namespace surgsigma {
namespace {

constexpr std::int64_t kSmallestBudget = 16 * 16;
constexpr int kSmallestSide = 16;

Error refused(std::string what, std::string hint) {
  return {ErrorKind::kUsage, std::move(what), "export", std::move(hint)};
}

}  // namespace

Status check_media_writing(const MediaWriting& wishes) {
  const auto format = wishes.format.value_or(PictureFormat::kJpeg);
  if (format != PictureFormat::kJpeg && format != PictureFormat::kPng && format != PictureFormat::kWebp) {
    return refused("pictures are not written as " + std::string(picture_format_name(format)), "jpeg, png or webp");
  }
  if (wishes.quality && (*wishes.quality < 1 || *wishes.quality > 100)) {
    return refused("no picture quality " + std::to_string(*wishes.quality), "1 to 100");
  }
  if (wishes.quality && wishes.format == PictureFormat::kPng) {
    return refused("PNG keeps every pixel, so it has no quality", "leave out --picture-quality, or take jpeg or webp");
  }
  if (wishes.long_side && *wishes.long_side < kSmallestSide) {
    return refused("no long side of " + std::to_string(*wishes.long_side) + " pixels", "16 or more");
  }
  if (wishes.pixel_budget && *wishes.pixel_budget < kSmallestBudget) {
    return refused("no picture of " + std::to_string(*wishes.pixel_budget) + " pixels", "256 or more");
  }
  if (wishes.clip_rate && (wishes.clip_rate->num <= 0 || wishes.clip_rate->den <= 0)) {
    return refused("a clip needs a positive rate", "frames per second, e.g. 1 or 30000/1001");
  }
  return done();
}

std::string_view picture_ending(PictureFormat format) {
  if (format == PictureFormat::kPng) return ".png";
  return format == PictureFormat::kWebp ? ".webp" : ".jpg";
}

std::string_view clip_form_word(ClipForm form) { return form == ClipForm::kFrames ? "frames" : "mp4"; }

}  // namespace surgsigma
