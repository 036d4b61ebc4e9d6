// Twelve numbers of one picture that tell the inside of a body from drapes, the room and the trocar's metal. No network,
// no thresholds: the weights that turn them into a chance stand in the catalog and are read by refine.
//
// Taken on the picture averaged down to at most 160 pixels on its long side, so weave, grain and burned-in letters count
// little. Only pixels inside the field count (the circle of the endoscope, else the picture without its black borders).
// R, G, B are 0-1; max and min of a pixel's three channels; luma Y = 0.299 R + 0.587 G + 0.114 B. Shares and chroma means
// are over the lit pixels, those with max > 0.1 (26 of 255): what has no light has no colour. Without a lit pixel every
// feature but lit_share is 0.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

inline constexpr std::size_t kOutsideFeatures = 12;
using OutsideFeatures = std::array<double, kOutsideFeatures>;

/// In the order of OutsideFeatures. Hue and saturation are those of HSV.
inline constexpr std::array<std::string_view, kOutsideFeatures> kOutsideFeatureNames = {
    "warm_share",      // hue within 60 degrees of 0 (magenta-red to yellow) and saturation >= 0.15
    "vivid_red_share",  // hue from 330 to 40 degrees and saturation >= 0.4
    "cool_share",      // hue from 75 to 270 degrees (green to blue) and saturation >= 0.12
    "grey_share",      // saturation < 0.12
    "pale_share",      // saturation < 0.2 and max >= 0.6
    "a_mean",          // mean of (R - G) / max: red against green, free of brightness
    "b_mean",          // mean of ((R + G) / 2 - B) / max: yellow against blue
    "saturation_mean",  // mean of (max - min) / max
    "saturation_spread",  // standard deviation of the same
    "hue_entropy",     // of 12 hue bins weighted by saturation, in parts of log 12: 0 one hue, 1 all alike
    "texture",         // mean |Y - mean Y of the 4 neighbours| / mean Y, over lit pixels with lit neighbours
    "lit_share",       // lit pixels over pixels inside the field
};

/// `picture`: grey or RGB; an empty one gives kUsage.
Result<OutsideFeatures> outside_features(const Image& picture);

}  // namespace surgsigma
