// What can be said of a frame's pixels without a network: one pass over a reduced picture. Numbers only; from which
// value on a frame counts as dark, blurred or smoky stands in the catalog.
//
// All measures but motion are taken on the working picture: the frame shrunk by 1, 2, 4 or 8 so that its long side is
// at least 400 pixels (854x480 -> 427x240). So the same scene gives about the same numbers from 480p and 1080p, and a
// JPEG is only decoded that far. Shares and means are taken inside the field (the circle of the endoscope, else the
// picture without its black borders). Lengths are pixels of the native frame.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/picture_hash.h"

namespace surgsigma {

/// The round image of an endoscope on a black picture. It may be cut by the picture's edges.
struct CircularField {
  double centre_x = 0;
  double centre_y = 0;
  double radius = 0;
  bool operator==(const CircularField&) const = default;
};

/// Black bars, in pixels from each edge of the native frame.
struct Borders {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  bool operator==(const Borders&) const = default;
};

/// Against the frame before.
struct Motion {
  double difference = 0;  ///< 0-1: mean absolute difference of the two thumbnails' luma / 255. Exactly 0: frozen.
  double shift_x = 0;     ///< How far the scene moved, in native pixels; at most an eighth of that side.
  double shift_y = 0;
  double residual = 0;  ///< 0-1: the difference that is left after that shift.
};

struct FrameQuality {
  int reduced_by = 1;     ///< Native size / working size.
  double sharpness = 0;   ///< Variance of the 4-neighbour Laplacian of luma (Pech-Pacheco 2000), >= 0; blur lowers it.
  double mean_luma = 0;   ///< 0-1, BT.601 luma inside the field.
  double dark_share = 0;  ///< 0-1: luma <= 16 inside the field.
  double bright_share = 0;             ///< 0-1: luma >= 250 inside the field.
  double black_share = 0;              ///< 0-1: luma <= 16 in the whole picture; near 1 for a black frame.
  double specular_share = 0;           ///< 0-1: largest channel >= 230 and saturation (HSV) <= 0.2 inside the field.
  double smoke = 0;                    ///< 0-1: see smoke_score().
  double colourfulness = 0;            ///< Hasler and Suesstrunk 2003: 0 grey, about 15 slight, above 60 strong.
  double tiles = 0;  ///< 0-1: share of all steps of luma that lie on the strongest fifth of the lines between columns
                     ///< and of those between rows, the lesser of both. About 0.3 of pictures, near 1 of coarse tiles.
  std::optional<CircularField> field;  ///< None for a full-frame picture.
  Borders borders;                     ///< Of the content's bounding rectangle.
  std::optional<Motion> motion;        ///< None without a frame before.
};

struct QualitySettings {
  int reduce = 0;  ///< 0: by the rule above; else 1, 2, 4 or 8.
  bool wants_hash = true;
};

/// What one frame leaves for the next: luma of the working picture shrunk by 4 (long side 100-200 pixels, so an eighth
/// of 854x480).
struct Thumbnail {
  Image luma;
  int reduced_by = 8;  ///< Native size / size of the thumbnail.
};

struct FrameMeasures {
  FrameQuality quality;
  PictureHash hash;
  Thumbnail thumbnail;
};

/// `picture`: grey or RGB, not empty (an empty one gives kUsage). `previous` may be null or of another size (no motion
/// then).
Result<FrameMeasures> measure_frame(const Image& picture, const Thumbnail* previous = nullptr,
                                    const QualitySettings& settings = {});
/// The same from a file's bytes; JPEG is decoded at the working size at once (its shrinking differs slightly from the
/// average that decoded pictures get: sharpness by some percent, the rest by less than 0.01).
Result<FrameMeasures> measure_picture_file(std::string_view bytes, std::string_view name,
                                           const Thumbnail* previous = nullptr, const QualitySettings& settings = {},
                                           PictureLimits limits = {});

/// Dark channel (He 2009) of the working picture: the least channel, least of 15x15 pixels at a scale of 200-400
/// pixels, its mean inside the field over the luma that 99 % of the field stay below. 0 without haze, 1 in white fog;
/// instruments, fat and highlights alone reach about 0.2.
double smoke_score(const Image& picture);

/// The factor of the rule above.
int working_reduction(ImageSize native);
/// A picture at the working size.
Image shrunk_for_measures(const Image& picture);
/// The largest upright rectangle that is sure to show content: the square inside the round field (cut by the picture),
/// else the picture without its borders.
Box content_region(const Image& picture);

/// The round field of a picture at its own scale; none if the picture is filled.
std::optional<CircularField> find_field(const Image& picture);
/// 1 inside, 0 outside.
Image field_mask(const CircularField& field, ImageSize size);
Borders find_borders(const Image& picture);

}  // namespace surgsigma
