#include "surgsigma/eval/pixel_depth.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/pixel_marks.h"
#include "surgsigma/media/npy.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr auto kMedian = static_cast<std::size_t>(DepthAlignment::kMedian);

PixelFault bad_value(std::string what) { return {PixelFault::kBadValue, std::move(what)}; }

/// An answer as distances, or of disparities as they are; or what is wrong with it.
struct ReadDepth {
  ImageSize size;
  std::vector<float> values;
  std::optional<PixelFault> fault;
};

ReadDepth read_view(const std::string& bytes, const std::string& name, const DepthEnds& ends) {
  ReadDepth read;
  if (is_npy(bytes)) {
    read.fault =
        bad_value("numbers of an unknown meaning: answers.json must say \"depth\": \"distance\" or \"disparity\"");
    return read;
  }
  const auto header = read_picture_header(bytes, name);
  if (!header) {
    read.fault = unreadable(header.error());
    return read;
  }
  if (header->bits > 8 || header->is_float) {
    read.fault =
        bad_value(std::to_string(header->bits) +
                  " bits of an unknown meaning: answers.json must say \"depth\": \"distance\" or \"disparity\"");
    return read;
  }
  auto picture = decode_picture(bytes, name);
  if (!picture) {
    read.fault = unreadable(picture.error());
    return read;
  }
  Image view = std::move(*picture);
  if (view.channels == 3) {
    Image grey(view.width, view.height, 1);
    for (std::size_t i = 0; i < grey.values.size(); ++i) {
      const std::uint8_t* pixel = view.values.data() + 3 * i;
      if (pixel[0] != pixel[1] || pixel[0] != pixel[2]) {
        read.fault = bad_value("colours where grey is asked for: nearness is one number, near is bright");
        return read;
      }
      grey.values[i] = pixel[0];
    }
    view = std::move(grey);
  }
  read.size = view.size();
  read.values = distances_of_view(view, ends);
  return read;
}

/// Of a map as decode_depth() reads it; 1 where the file says nothing that can be read: it then gives the reason.
int channels_of(const std::string& bytes, const std::string& name) {
  if (is_npy(bytes)) {
    const auto header = read_npy_header(bytes, name);
    return header && header->sides.size() == 3 ? static_cast<int>(header->sides[2]) : 1;
  }
  const auto header = read_picture_header(bytes, name);
  return header ? header->channels : 1;
}

ReadDepth read_answer(const fs::path& file, const AnswerNotes& notes, const DepthEnds& ends) {
  ReadDepth read;
  const auto bytes = read_file(file, kLargestPictureFile);
  if (!bytes) {
    read.fault = unreadable(bytes.error());
    return read;
  }
  if (notes.depth == DepthAnswer::kView) return read_view(*bytes, file.string(), ends);
  if (const int channels = channels_of(*bytes, file.string()); channels > 1) {
    read.fault = bad_value(std::to_string(channels) + " channels where one number a pixel is asked for");
    return read;
  }
  DepthConvention convention;
  convention.invalid = {};  // an answer has a number for every pixel
  if (notes.depth == DepthAnswer::kDistance) {
    convention.unit = notes.unit;
    convention.scale = notes.scale;
  } else {
    convention.unit = DepthUnit::kRelative;
    convention.is_inverse = true;
  }
  auto map = decode_depth(*bytes, file.string(), convention);
  if (!map) {
    read.fault = unreadable(map.error());
    return read;
  }
  read.size = map->values.size();
  read.values = std::move(map->values.values);
  if (notes.depth == DepthAnswer::kDistance && notes.unit == DepthUnit::kMetres) {
    for (float& value : read.values) value *= 1000;
  }
  return read;
}

/// A view has no unit of its own, and a disparity neither scale nor shift.
bool is_defined(DepthAnswer kind, DepthAlignment alignment) {
  if (kind == DepthAnswer::kView) return alignment != DepthAlignment::kNone;
  return kind == DepthAnswer::kDistance || alignment == DepthAlignment::kScaleShiftDisparity;
}

DepthOptions options_of(std::size_t alignment, bool is_disparity) {
  DepthOptions options;
  options.alignment = static_cast<DepthAlignment>(alignment);
  options.most = kDeepestMm;
  options.is_disparity = is_disparity;
  return options;
}

Result<PixelMarks> marks_of(const std::vector<float>& said, DepthAnswer kind, const std::vector<float>& truth,
                            bool is_metric, const std::string& id) {
  PixelMarks marks;
  marks.depth.emplace();
  const bool is_disparity = kind == DepthAnswer::kDisparity;
  for (std::size_t a = 0; a < kDepthAlignmentWords.size() && is_metric; ++a) {
    if (!is_defined(kind, static_cast<DepthAlignment>(a))) continue;
    SURGSIGMA_TRY(values, depth_values(said, truth, options_of(a, is_disparity), id));
    (*marks.depth)[a] = values;
  }
  OrdinalOptions order;
  order.prediction_falls = is_disparity;
  SURGSIGMA_TRY(counts, ordinal_counts(said, truth, order, id));
  marks.ordinal = counts;
  const DepthValues& median = (*marks.depth)[kMedian];
  if (median.pixels > 0) {
    marks.credit = median.delta[0];
    marks.values = {{"abs_rel:median", median.abs_rel}, {"delta_1:median", median.delta[0]}};
  } else if (counts.pairs > 0) {
    marks.credit = static_cast<double>(counts.right) / static_cast<double>(counts.pairs);
  }
  if (counts.pairs > 0) {
    marks.values["ordinal_accuracy"] = static_cast<double>(counts.right) / static_cast<double>(counts.pairs);
  }
  return marks;
}

/// What every answer is charged that is not there.
Result<PixelMarks> marks_of_missing(const std::vector<float>& constant, const std::vector<float>& truth, bool is_metric,
                                    DepthAnswer kind, const std::string& id) {
  SURGSIGMA_TRY(marks, marks_of(constant, DepthAnswer::kDistance, truth, is_metric, id));
  for (std::size_t a = 0; a < kDepthAlignmentWords.size() && is_metric; ++a) {
    (*marks.depth)[a] = DepthValues{};
    if (!is_defined(kind, static_cast<DepthAlignment>(a))) continue;
    SURGSIGMA_TRY(values, missing_depth(truth, constant[0], options_of(a, false), id));
    (*marks.depth)[a] = values;
  }
  marks.credit = 0;
  marks.values = Json::object();
  return marks;
}

}  // namespace

Result<DepthEnds> depth_ends(const Json& parameters, const std::string& where) {
  DepthEnds ends;
  const std::string unit = text_or(parameters, "unit", "");
  ends.is_metric = bool_or(parameters, "is_metric", false) && text_or(parameters, "view", "") == "inverse depth" &&
                   (unit == "mm" || unit == "m");
  if (!ends.is_metric) return ends;
  const double per_mm = unit == "m" ? 1e-3 : 1;
  ends.q2 = number_or(parameters, "q2", 0) * per_mm;
  ends.q98 = number_or(parameters, "q98", 0) * per_mm;
  const bool is_range = ends.q2 > 0 && ends.q98 > ends.q2 && std::isfinite(ends.q98);
  if (is_range) return ends;
  return Error{ErrorKind::kData, "a metric depth view without its ends q2 and q98", where,
               "make the questions again with `surgsigma eval make`"};
}

std::vector<float> distances_of_view(const Image& view, const DepthEnds& ends) {
  std::array<float, 256> distance;
  for (int v = 0; v < 256; ++v) {
    const double q = ends.q2 + v / 255.0 * (ends.q98 - ends.q2);
    distance[static_cast<std::size_t>(v)] = static_cast<float>(ends.is_metric ? 1 / q : 256 - v);
  }
  std::vector<float> distances(view.values.size());
  std::transform(view.values.begin(), view.values.end(), distances.begin(),
                 [&](std::uint8_t v) { return distance[v]; });
  return distances;
}

std::vector<float> known_distances(const Image& view, const DepthEnds& ends) {
  std::vector<float> distances = distances_of_view(view, ends);
  for (std::size_t i = 0; i < distances.size(); ++i) {
    if (view.values[i] == 0 || view.values[i] == 255) distances[i] = kUnknown;
  }
  return distances;
}

std::optional<double> median_distance(const Image& view, const DepthEnds& ends) {
  std::vector<double> known;
  for (const float value : known_distances(view, ends)) {
    if (std::isfinite(value)) known.push_back(value);
  }
  if (known.empty()) return std::nullopt;
  return median_of_maps(std::move(known));
}

double median_of_maps(std::vector<double> medians) {
  const auto middle = medians.begin() + static_cast<std::ptrdiff_t>((medians.size() - 1) / 2);
  std::nth_element(medians.begin(), middle, medians.end());
  return *middle;
}

Result<MarkedPair> mark_depth(const PixelTest& test, std::size_t index) {
  const PixelPair& pair = test.pairs[index];
  SURGSIGMA_TRY(view, picture_of_test(test, pair.gold));
  if (view.channels != 1)
    return Error{ErrorKind::kData, "a depth view in colours", pair.gold, "make the questions again"};
  SURGSIGMA_TRY(ends, depth_ends(pair.parameters, pair.id));
  const std::vector<float> truth = known_distances(view, ends);
  double distance = 1;  // where only the order counts, any will do
  if (ends.is_metric) {
    const auto known = test.constant_mm.find(pair.source);
    if (known == test.constant_mm.end()) {
      return Error{ErrorKind::kData, "no usual depth of the source " + quoted(pair.source), "facts.json",
                   "make the questions again with `surgsigma eval make`"};
    }
    distance = known->second;
  }
  const std::vector<float> constant(truth.size(), static_cast<float>(distance));
  MarkedPair marked;
  SURGSIGMA_TRY(usual, marks_of(constant, DepthAnswer::kDistance, truth, ends.is_metric, pair.id));
  marked.baseline = std::move(usual);
  const AnswerNotes& notes = test.answers.notes;
  const fs::path& file = test.answers.files[index];
  if (file.empty()) {
    marked.is_missing = true;
    SURGSIGMA_TRY(missing, marks_of_missing(constant, truth, ends.is_metric, notes.depth, pair.id));
    marked.answer = std::move(missing);
    return marked;
  }
  ReadDepth read = read_answer(file, notes, ends);
  marked.fault = read.fault ? read.fault : size_fault(read.size, view.size());
  if (marked.fault) return marked;
  auto made = marks_of(read.values, notes.depth, truth, ends.is_metric, pair.id);
  if (!made) {
    // Sizes and options are right: what is left is a number that is none.
    if (made.error().kind != ErrorKind::kData) return made.error();
    marked.fault = bad_value(made.error().what);
    return marked;
  }
  marked.answer = std::move(*made);
  return marked;
}

}  // namespace surgsigma
