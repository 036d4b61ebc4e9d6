// Depth maps as data sets publish them: 16-bit PNG, NPY, float TIFF; and what their numbers mean.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/schema/pixel_layout.h"

namespace surgsigma {

enum class DepthUnit {
  kMillimetres,
  kMetres,
  kRelative,   ///< Up to an unknown scale and shift; never compared with metric values.
  kDisparity,  ///< Pixels between the two views of a stereo pair.
};

/// What a card says of a source's depth files.
struct DepthConvention {
  DepthUnit unit = DepthUnit::kMillimetres;
  double scale = 1;             ///< File value * scale = the unit: 1/256 for SCARED's toolkit, 100/65535 for C3VD.
  bool is_inverse = false;      ///< The value is a reciprocal of the distance (disparity always is).
  bool near_is_bright = false;  ///< Falls with distance but is no reciprocal; kRelative only.
  std::vector<double> invalid = {0};  ///< File values that mean "not measured"; what is not finite is always invalid.
  int channel = 0;                    ///< Of several: 2 for SCARED's x, y, z pictures.
  std::optional<double> least;        ///< In the unit; what lies outside was not measured.
  std::optional<double> most;
  PictureHalf half = PictureHalf::kWhole;  ///< Where maps of two cameras are stacked in one file.
};
/// What the card's words mean here.
DepthConvention convention_of(const DepthLayout& layout);
/// Millimetres or metres; disparity is metric only together with its camera, which a map does not hold.
bool is_metric(DepthUnit unit);

struct DepthMap {
  FloatImage values;  ///< In the convention's unit and direction; not-a-number where invalid.
  std::int64_t valid = 0;
};

/// Bytes of a depth file, told by content: PNG of 8 or 16 bits and one channel, TIFF of 16-bit integers or floats, NPY
/// (f4, f8, u1, u2, i4, little or big endian, C order, two or three axes). Fails with kData naming `name`: damaged,
/// truncated or too large files, negative distances, a channel that is not there; with kUsage for a convention that
/// contradicts itself.
Result<DepthMap> decode_depth(std::string_view bytes, std::string_view name, const DepthConvention& convention,
                              PictureLimits limits = {});
Result<DepthMap> read_depth(const fs::path& path, const DepthConvention& convention, PictureLimits limits = {});

/// Larger is nearer: 1 / distance for distances, the value itself where it is inverse or bright when near, the largest
/// value minus the value for other relative maps. Not-a-number stays; a distance of 0 becomes not-a-number.
FloatImage nearness(const DepthMap& map, const DepthConvention& convention);

/// An NPY file (version 1 to 3) as floats; rows, columns, channels in its order.
Result<FloatImage> decode_npy(std::string_view bytes, std::string_view name, PictureLimits limits = {});
/// Version 1.0, '<f4', C order.
std::string encode_npy(const FloatImage& image);

}  // namespace surgsigma
