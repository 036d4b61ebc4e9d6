// Readers of pictures, masks, depth maps and tables of features. Small limits keep each run short; that larger pictures
// are refused before memory is taken is part of what is tried.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "surgsigma/media/depth_file.h"
#include "surgsigma/media/mask.h"
#include "surgsigma/media/mask_picture.h"
#include "surgsigma/media/mask_text.h"
#include "surgsigma/media/npy.h"
#include "surgsigma/media/outline.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/quality.h"
#include "targets.h"

namespace surgsigma::fuzz {
namespace {

constexpr PictureLimits kLimits{2048, 1 << 18};

void run_picture(const Target&, std::string_view bytes) {
  const auto header = read_picture_header(bytes, "input", kLimits);
  const auto picture = decode_picture(bytes, "input", kLimits);
  if (!picture) {
    expect(!picture.error().what.empty() && picture.error().where == "input", "an error without words or place");
    return;
  }
  expect(header.ok(), "a picture whose header is refused");
  expect(header->size == picture->size(), "the header tells another size");
  expect(picture->channels == 1 || picture->channels == 3, "a picture of odd channels");
  expect(picture->values.size() == picture->pixels() * static_cast<std::size_t>(picture->channels),
         "pixels are missing");
  const auto again = decode_picture(*encode_png(*picture), "written", kLimits);
  expect(again.ok() && *again == *picture, "what was read cannot be written and read back");
}

void run_class_ids(const Target&, std::string_view bytes) {
  const auto ids = decode_class_ids(bytes, "input", kLimits);
  if (!ids) return;
  expect(ids->channels == 1, "class ids in several channels");
  std::int64_t covered = 0;
  for (const MaskObject& object : objects_in(*ids, {MaskParts::kComponents, 1, -1, -1})) {
    expect(object.area_px == area(object.mask), "an object whose area is not its pixels'");
    covered += object.area_px;
  }
  expect(covered == static_cast<std::int64_t>(ids->pixels()), "parts do not cover the picture once");
}

unsigned char byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

/// Tolerance in a byte, how many colours of three bytes follow, then the mask's file. Read as colours and, where it can
/// be, as values.
void run_class_colours(const Target&, std::string_view bytes) {
  if (bytes.size() < 2) return;
  const int tolerance = byte_at(bytes, 0);
  const std::size_t colours = byte_at(bytes, 1) % 16U;
  if (bytes.size() < 2 + 3 * colours) return;
  std::vector<ColourClass> palette;
  std::vector<ValueClass> values;
  for (std::size_t i = 0; i < colours; ++i) {
    const std::size_t at = 2 + 3 * i;
    palette.push_back({{byte_at(bytes, at), byte_at(bytes, at + 1), byte_at(bytes, at + 2)}, static_cast<int>(i)});
    values.push_back({byte_at(bytes, at), static_cast<int>(i)});
  }
  const std::string_view file = bytes.substr(2 + 3 * colours);
  const auto sound = [&](const ClassPicture& classes, ImageSize size) {
    expect(classes.ids.size() == size, "classes of another size than their picture");
    std::int64_t told = 0;
    for (const UnknownMaskValue& unknown : classes.unknown) {
      expect(unknown.pixels > 0 && unknown.first_x < size.width && unknown.first_y < size.height, "a stray nowhere");
      told += unknown.pixels;
    }
    expect(told <= classes.unknown_pixels && (told == 0) == (classes.unknown_pixels == 0), "strays are miscounted");
    for (const std::uint8_t id : classes.ids.values) {
      expect(id < colours || id == kIgnoredClass, "a class that the palette does not have");
    }
  };
  if (const auto picture = decode_picture(file, "input", kLimits)) {
    const auto classes = classes_from_colours(*picture, palette, tolerance, "input");
    expect(classes.ok(), "a picture that gives no classes");
    sound(*classes, picture->size());
  }
  if (const auto ids = decode_class_ids(file, "input", kLimits)) {
    const auto classes = classes_from_values(*ids, values, "input");
    expect(classes.ok(), "a mask that gives no classes");
    sound(*classes, ids->size());
    expect(!classes_from_values(*ids, values, "input", ImageSize{ids->width + 1, ids->height}).ok(),
           "a mask of another size than its picture");
  }
}

void run_measures(const Target&, std::string_view bytes) {
  const auto measures = measure_picture_file(bytes, "input", nullptr, {}, kLimits);
  if (!measures) return;
  const FrameQuality& quality = measures->quality;
  for (const double share : {quality.mean_luma, quality.dark_share, quality.bright_share, quality.black_share,
                             quality.specular_share, quality.smoke}) {
    expect(share >= 0 && share <= 1, "a share outside 0-1");
  }
  expect(std::isfinite(quality.sharpness) && std::isfinite(quality.colourfulness), "a measure that is no number");
}

/// Width and height in two bytes, then COCO's text.
void run_mask_counts(const Target&, std::string_view bytes) {
  if (bytes.size() < 2) return;
  const ImageSize size{static_cast<unsigned char>(bytes[0]), static_cast<unsigned char>(bytes[1])};
  const auto mask = mask_from_counts(bytes.substr(2), size, "input");
  if (!mask) return;
  const auto again = mask_from_counts(counts_text(*mask), size, "written");
  expect(again.ok() && *again == *mask, "a mask changes when it is written and read back");
  const Image picture = image_from_mask(*mask);
  expect(mask_from_image(picture) == *mask, "a mask changes when it is drawn and read back");
  double covered = 0;
  for (const Outline& outline : outlines_of(*mask)) covered += area(outline);
  expect(covered == static_cast<double>(area(*mask)), "outlines enclose another area than the mask");
  expect(filled(outlines_of(*mask), size) == picture, "filled outlines are another mask");
}

/// Width and height in two bytes, then what an annotation row keeps: JSON of outlines or run lengths.
void run_mask_text(const Target&, std::string_view bytes) {
  if (bytes.size() < 2) return;
  const ImageSize size{byte_at(bytes, 0), byte_at(bytes, 1)};
  const auto mask = mask_from_text(bytes.substr(2), size, "input");
  if (!mask) {
    expect(!mask.error().what.empty() && mask.error().where.starts_with("input"), "an error without words or place");
    return;
  }
  expect(mask->size == size, "a mask of another size");
  std::uint64_t covered = 0;
  for (std::size_t i = 0; i < mask->runs.size(); ++i) {
    expect(mask->runs[i] > 0 || i == 0, "a run of nothing");
    covered += mask->runs[i];
  }
  expect(covered == static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height),
         "runs that are not the picture");
  const Box box = bounding_box(*mask);
  expect(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= size.width && box.y2 <= size.height, "a box beyond the picture");
  expect((box.x2 > box.x1) == (area(*mask) > 0), "a box without pixels");
  const auto again = mask_from_counts(counts_text(*mask), size, "written");
  expect(again.ok() && *again == *mask, "a mask changes when it is written and read back");
}

/// First byte: what the card says.
void run_depth(const Target&, std::string_view bytes) {
  if (bytes.empty()) return;
  const auto code = static_cast<unsigned char>(bytes[0]);
  DepthConvention convention;
  convention.unit = static_cast<DepthUnit>(code & 3);
  convention.is_inverse = (code & 4) != 0;
  convention.near_is_bright = (code & 8) != 0;
  convention.channel = code >> 4 & 3;
  convention.scale = (code & 64) != 0 ? 1.0 / 256 : 1;
  const auto map = decode_depth(bytes.substr(1), "input", convention, kLimits);
  if (!map) return;
  std::int64_t valid = 0;
  for (const float value : map->values.values) {
    expect(!std::isinf(value), "an endless depth");
    valid += std::isnan(value) ? 0 : 1;
  }
  expect(valid == map->valid, "valid pixels are miscounted");
  expect(nearness(*map, convention).size() == map->values.size(), "nearness of another size");
}

void run_npy(const Target&, std::string_view bytes) {
  const auto table = decode_npy_table(bytes, "input", 1 << 16);
  if (!table) {
    expect(!table.error().what.empty() && table.error().where == "input", "an error without words or place");
    return;
  }
  expect(table->rows > 0 && table->columns > 0, "a table of nothing");
  expect(table->values.size() == table->rows * table->columns, "values are missing");
  expect(std::all_of(table->values.begin(), table->values.end(), [](double v) { return std::isfinite(v); }),
         "a value that is not finite");
  const auto again = decode_npy_table(encode_npy_table(*table), "written");
  expect(again.ok() && again->rows == table->rows && again->values == table->values,
         "what was read cannot be written and read back");
}

}  // namespace

std::vector<Target> pixel_targets() {
  return {{"picture", run_picture},
          {"class_ids", run_class_ids},
          {"class_colours", run_class_colours},
          {"measures", run_measures},
          {"mask_counts", run_mask_counts},
          {"mask_text", run_mask_text},
          {"depth", run_depth},
          {"npy", run_npy}};
}

}  // namespace surgsigma::fuzz
