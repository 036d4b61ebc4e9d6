// Depth behind a grey view, and depth answers. The gold file is the view of 8 bits that stage synth makes: value v is
// the nearness q = q2 + v / 255 (q98 - q2), q2 and q98 its 2nd and 98th percentile, distance 1 / q. What lies beyond
// the ends is cut off there, and 0 is also what nobody measured: so values 0 and 255 of the truth are left out. In 254
// steps a distance is known to half a step, 0.1 % to 1 % of itself for the ranges of endoscopes.
#pragma once

#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

/// Maps deeper than this have no value and predictions are cut off here: the largest cap in use for endoscopes
/// (Hamlyn's; SCARED has 150 mm).
inline constexpr double kDeepestMm = 300;

/// What the parameters of a pair say of its view.
struct DepthEnds {
  bool is_metric = false;  ///< else only the order of distances is known
  double q2 = 0, q98 = 1;  ///< 1 / mm; without metric depth 0 and 1
};
/// kData naming `where` for metric ends that are not there or no range.
Result<DepthEnds> depth_ends(const Json& parameters, const std::string& where);

/// One distance per pixel: mm, or of a view that is not metric 256 - v, larger is farther.
std::vector<float> distances_of_view(const Image& view, const DepthEnds& ends);
/// The same for the truth: not a number where it is not known.
std::vector<float> known_distances(const Image& view, const DepthEnds& ends);

/// The median of the known distances of one view; nothing where none is known.
std::optional<double> median_distance(const Image& view, const DepthEnds& ends);
/// The lower of the two middle ones; the list must not be empty.
double median_of_maps(std::vector<double> medians);

}  // namespace surgsigma
