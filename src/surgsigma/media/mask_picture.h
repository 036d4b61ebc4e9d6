// Mask pictures of data sets to class ids and objects. A value or colour that nobody declared becomes "ignore" and is
// reported, never background: see the notes on stray values in the sources' own sheets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"
#include "surgsigma/media/mask.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {

/// Class id of pixels that count for nothing.
inline constexpr int kIgnoredClass = 255;

/// `colour` in the picture means `class_id` (0-255).
struct ColourClass {
  PaletteColour colour = {};
  int class_id = 0;
};
/// `value` in a class-id picture means `class_id`; the same number for most sources, not for all.
struct ValueClass {
  int value = 0;
  int class_id = 0;
};

/// Something in a mask that the card does not name.
struct UnknownMaskValue {
  std::string value;  ///< "#rrggbb" or a decimal value.
  std::int64_t pixels = 0;
  int first_x = 0;  ///< The first such pixel, row by row.
  int first_y = 0;
  bool operator==(const UnknownMaskValue&) const = default;
};

struct ClassPicture {
  Image ids;                              ///< One channel; kIgnoredClass where unknown.
  std::vector<UnknownMaskValue> unknown;  ///< Most pixels first; at most kMostUnknown.
  std::int64_t unknown_pixels = 0;        ///< All of them, also those of values beyond kMostUnknown.
};
inline constexpr std::size_t kMostUnknown = 64;

/// Sentence for an issue: "colour #ff0101 on 12 pixels, first at x 3, y 9, is not in the palette".
std::string to_string(const UnknownMaskValue& unknown);

/// Each pixel gets the class of the palette's nearest colour if no channel differs by more than `tolerance` (0: exact;
/// JPEG masks need about 20); of two equally near the first of the list. Fails with kData if the picture has not
/// `expected` size, kUsage if a class id is outside 0-255. A grey picture counts as three equal channels.
Result<ClassPicture> classes_from_colours(const Image& picture, std::span<const ColourClass> palette, int tolerance,
                                          std::string_view name, std::optional<ImageSize> expected = {});

/// The same for pictures read with decode_class_ids(); `classes` must name every value that may occur, 255 included if
/// it is a class. Value 255 that is not named is "ignore" by custom and no unknown value.
Result<ClassPicture> classes_from_values(const Image& values, std::span<const ValueClass> classes,
                                         std::string_view name, std::optional<ImageSize> expected = {});

/// What one object of a mask picture is: the whole of a value, or each connected part of it (corners touch: connected).
/// A source declares it; one value may stand for two instruments.
enum class MaskParts { kWhole, kComponents };

struct MaskObject {
  int value = 0;
  Mask mask;
  Box box;
  std::int64_t area_px = 0;
};
struct ObjectRule {
  MaskParts parts = MaskParts::kWhole;
  std::int64_t least_area_px = 1;
  int background = 0;
  int ignored = kIgnoredClass;  ///< -1: none.
};
/// Objects by rising value, then by their first pixel column by column. For class ids and instance ids.
std::vector<MaskObject> objects_in(const Image& ids, const ObjectRule& rule = {});
std::vector<MaskObject> objects_in(const DepthPicture& ids, const ObjectRule& rule = {});

}  // namespace surgsigma
