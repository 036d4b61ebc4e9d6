#include "surgsigma/eval/pixel_marks.h"

#include <algorithm>
#include <cmath>

#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

std::string size_text(ImageSize size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

Image in_three_channels(const Image& grey) {
  Image picture(grey.width, grey.height, 3);
  for (std::size_t i = 0; i < grey.values.size(); ++i) {
    std::fill_n(picture.values.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, grey.values[i]);
  }
  return picture;
}

Json number(double value) { return std::isinf(value) ? Json("inf") : Json(value); }

/// Marks of a picture beside the true one.
Result<PixelMarks> picture_marks(Image answer, Image gold, const std::string& where) {
  match_channels(answer, gold);
  PictureItem item;
  SURGSIGMA_TRY(values, picture_values(answer, gold, nullptr, {}, where));
  item.values = values;
  PixelMarks marks;
  marks.credit = std::clamp(values.ssim_gaussian_rgb, 0.0, 1.0);
  marks.values = {{"psnr:rgb", number(values.psnr_rgb)}, {"ssim:gaussian/rgb", values.ssim_gaussian_rgb}};
  marks.pictures.push_back(std::move(item));
  return marks;
}

PixelMarks marks_of_missing_picture() {
  PictureItem item;
  item.is_missing = true;
  item.values = missing_picture();
  PixelMarks marks;
  marks.pictures.push_back(item);
  marks.credit = 0;
  return marks;
}

Result<MarkedPair> mark_picture(const PixelTest& test, std::size_t index) {
  const PixelPair& pair = test.pairs[index];
  SURGSIGMA_TRY(gold, picture_of_test(test, pair.gold));
  SURGSIGMA_TRY(input, picture_of_test(test, pair.input));
  MarkedPair marked;
  SURGSIGMA_TRY(copied, picture_marks(std::move(input), gold, pair.id));
  marked.baseline = std::move(copied);
  const fs::path& file = test.answers.files[index];
  if (file.empty()) {
    marked.is_missing = true;
    marked.answer = marks_of_missing_picture();
    return marked;
  }
  auto answer = read_picture(file);
  if (!answer) {
    marked.fault = unreadable(answer.error());
  } else if (marked.fault = size_fault(answer->size(), gold.size()); !marked.fault) {
    SURGSIGMA_TRY(made, picture_marks(std::move(*answer), std::move(gold), pair.id));
    marked.answer = std::move(made);
  }
  return marked;
}

/// Values of the answer in those of the gold mask; the fault names the first value that is no class.
std::optional<PixelFault> translate(Image& answer, const PixelPair& pair, const std::map<std::string, int>& classes) {
  std::array<int, 256> label;
  label.fill(-1);
  label[0] = 0;
  std::string known = "0 background";
  for (const auto& [name, value] : pair.classes) {
    const auto own = classes.find(name);
    const int said = own == classes.end() ? value : own->second;
    label[static_cast<std::size_t>(said)] = value;
    known += ", " + std::to_string(said) + " " + name;
  }
  for (std::uint8_t& value : answer.values) {
    if (label[value] < 0) {
      return PixelFault{PixelFault::kBadValue,
                        "value " + std::to_string(value) + ", which is no class; there are " + known};
    }
    value = static_cast<std::uint8_t>(label[value]);
  }
  return std::nullopt;
}

Result<PixelMarks> mask_marks(const Image& gold, const Image* answer, const PixelPair& pair) {
  std::optional<LabelPlane> said;
  if (answer != nullptr) said = LabelPlane{answer->size(), answer->values};
  SURGSIGMA_TRY(frame, compare_planes({gold.size(), gold.values}, said, mask_plan(pair), pair.id));
  const ClassOverlap& any = frame.foreground;
  const std::uint64_t either = any.truth + any.answer - any.both;
  PixelMarks marks;
  marks.credit = frame.is_missing ? 0 : either == 0 ? 1 : static_cast<double>(any.both) / static_cast<double>(either);
  marks.values = {{"iou", *marks.credit}, {"gold_px", any.truth}, {"answer_px", any.answer}};
  marks.mask = std::move(frame);
  return marks;
}

Result<MarkedPair> mark_mask(const PixelTest& test, std::size_t index) {
  const PixelPair& pair = test.pairs[index];
  SURGSIGMA_TRY(gold, read_class_ids(test.folder / pair.gold));
  MarkedPair marked;
  const Image nothing(gold.width, gold.height, 1);
  SURGSIGMA_TRY(empty, mask_marks(gold, &nothing, pair));
  marked.baseline = std::move(empty);
  const fs::path& file = test.answers.files[index];
  if (file.empty()) {
    marked.is_missing = true;
    SURGSIGMA_TRY(missing, mask_marks(gold, nullptr, pair));
    marked.answer = std::move(missing);
    return marked;
  }
  auto answer = read_class_ids(file);
  if (!answer) {
    marked.fault = unreadable(answer.error());
    return marked;
  }
  marked.fault = size_fault(answer->size(), gold.size());
  if (!marked.fault) marked.fault = translate(*answer, pair, test.answers.notes.classes);
  if (marked.fault) return marked;
  SURGSIGMA_TRY(made, mask_marks(gold, &*answer, pair));
  marked.answer = std::move(made);
  return marked;
}

}  // namespace

std::string_view pixel_baseline(PixelFamily family) {
  if (family == PixelFamily::kMasks) return "empty";
  return family == PixelFamily::kDepth ? "constant" : "copy";
}

SegmentationPlan mask_plan(const PixelPair& pair) {
  SegmentationPlan plan;
  for (const auto& [name, value] : pair.classes) plan.labels.push_back(static_cast<std::uint8_t>(value));
  return plan;
}

Result<Image> picture_of_test(const PixelTest& test, const std::string& path) {
  return read_picture(test.folder / path);
}

PixelFault unreadable(const Error& error) { return {PixelFault::kUnreadable, error.what}; }

std::optional<PixelFault> size_fault(ImageSize answer, ImageSize gold) {
  if (answer == gold) return std::nullopt;
  return PixelFault{PixelFault::kOtherSize, size_text(answer) + " instead of " + size_text(gold)};
}

void match_channels(Image& a, Image& b) {
  if (a.channels == 1 && b.channels == 3) a = in_three_channels(a);
  if (b.channels == 1 && a.channels == 3) b = in_three_channels(b);
}

Result<MarkedPair> mark_pair(const PixelTest& test, std::size_t index) {
  switch (test.family) {
    case PixelFamily::kMasks:
      return mark_mask(test, index);
    case PixelFamily::kDepth:
      return mark_depth(test, index);
    case PixelFamily::kClips:
      return mark_clip(test, index);
    default:
      return mark_picture(test, index);
  }
}

}  // namespace surgsigma
