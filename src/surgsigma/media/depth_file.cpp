#include "surgsigma/media/depth_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "surgsigma/base/text.h"
#include "surgsigma/media/halves.h"
#include "surgsigma/media/npy.h"

namespace surgsigma {
namespace {

constexpr float kNoValue = std::numeric_limits<float>::quiet_NaN();

template <class T>
void copy_numbers(std::string_view bytes, bool is_swapped, FloatImage& out) {
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    char raw[sizeof(T)];
    std::memcpy(raw, bytes.data() + i * sizeof(T), sizeof(T));
    if (is_swapped) std::reverse(raw, raw + sizeof(T));
    T value;
    std::memcpy(&value, raw, sizeof(T));
    out.values[i] = static_cast<float>(value);
  }
}

struct NumberType {
  std::string_view word;
  std::size_t bytes;
  void (*copy)(std::string_view, bool, FloatImage&);
};
constexpr NumberType kNumberTypes[] = {{"f4", 4, copy_numbers<float>},
                                       {"f8", 8, copy_numbers<double>},
                                       {"u1", 1, copy_numbers<std::uint8_t>},
                                       {"u2", 2, copy_numbers<std::uint16_t>},
                                       {"i4", 4, copy_numbers<std::int32_t>}};

std::optional<Error> contradiction(const DepthConvention& convention, std::string_view name) {
  const auto usage = [&](std::string what) { return Error{ErrorKind::kUsage, std::move(what), std::string(name), ""}; };
  if (!std::isfinite(convention.scale) || convention.scale <= 0)
    return usage("a depth scale must be a positive number");
  if (convention.channel < 0) return usage("a depth channel cannot be negative");
  if (convention.near_is_bright && convention.unit != DepthUnit::kRelative) {
    return usage("near_is_bright says nothing of metric depth or disparity");
  }
  if (convention.near_is_bright && convention.is_inverse) {
    return usage("a map is a reciprocal (is_inverse) or falls with distance (near_is_bright), not both");
  }
  return {};
}

Result<FloatImage> raw_values(std::string_view bytes, std::string_view name, const PictureLimits& limits) {
  if (is_npy(bytes)) return decode_npy(bytes, name, limits);
  if (picture_format(bytes) == PictureFormat::kTiff) return decode_float_tiff(bytes, name, limits);
  if (picture_format(bytes) == PictureFormat::kPng) {
    SURGSIGMA_TRY(picture, decode_picture16(bytes, name, limits));
    FloatImage out(picture.width, picture.height, 1);
    std::copy(picture.values.begin(), picture.values.end(), out.values.begin());
    return out;
  }
  return Error{ErrorKind::kData, bytes.empty() ? "the file is empty" : "not a depth map that can be read here",
               std::string(name), "16-bit PNG, float TIFF and NPY are"};
}

bool is_invalid(float value, const DepthConvention& convention) {
  if (!std::isfinite(value)) return true;
  for (const double code : convention.invalid) {
    if (value == static_cast<float>(code)) return true;
  }
  return false;
}

bool is_in_range(double value, const DepthConvention& convention) {
  return (!convention.least || value >= *convention.least) && (!convention.most || value <= *convention.most);
}

bool larger_is_nearer(const DepthConvention& convention) {
  return convention.is_inverse || convention.unit == DepthUnit::kDisparity || convention.near_is_bright;
}

}  // namespace

DepthConvention convention_of(const DepthLayout& layout) {
  DepthConvention convention;
  convention.unit = layout.unit == "m"           ? DepthUnit::kMetres
                    : layout.unit == "relative"  ? DepthUnit::kRelative
                    : layout.unit == "disparity" ? DepthUnit::kDisparity
                                                 : DepthUnit::kMillimetres;
  convention.scale = layout.scale;
  convention.is_inverse = layout.is_inverse;
  convention.near_is_bright = layout.near_is_bright;
  convention.invalid = layout.invalid;
  convention.channel = layout.channel;
  convention.least = layout.least;
  convention.most = layout.most;
  convention.half = layout.half;
  return convention;
}

bool is_metric(DepthUnit unit) { return unit == DepthUnit::kMillimetres || unit == DepthUnit::kMetres; }

Result<FloatImage> decode_npy(std::string_view bytes, std::string_view name, PictureLimits limits) {
  SURGSIGMA_TRY(shape, read_npy_header(bytes, name));
  if (shape.is_column_major) return bad_npy(name, "its values are in Fortran order");
  if (shape.sides.size() != 2 && shape.sides.size() != 3) {
    return bad_npy(name, "it has " + std::to_string(shape.sides.size()) + " axes; rows and columns are needed");
  }
  const std::int64_t high = shape.sides[0], wide = shape.sides[1];
  const std::int64_t many = shape.sides.size() == 3 ? shape.sides[2] : 1;
  if (wide > limits.longest_side || high > limits.longest_side || wide > limits.pixels / high || many > 16 ||
      wide * high * many > 2 * limits.pixels) {
    return bad_npy(name, "an array of " + std::to_string(high) + "x" + std::to_string(wide) + "x" +
                             std::to_string(many) + " values is too large");
  }
  const NumberType* type = std::find_if(std::begin(kNumberTypes), std::end(kNumberTypes), [&](const NumberType& each) {
    return std::string_view(shape.type).substr(1) == each.word;
  });
  const char order = shape.type[0];
  if (type == std::end(kNumberTypes) || (order != '<' && order != '>' && order != '|' && order != '=')) {
    return bad_npy(name, "values of type " + quoted(shape.type) + "; f4, f8, u1, u2 and i4 can be read");
  }
  const std::size_t needed = static_cast<std::size_t>(wide * high * many) * type->bytes;
  if (bytes.size() - shape.data_at < needed) {
    return bad_npy(name, "it holds " + std::to_string(bytes.size() - shape.data_at) + " of " + std::to_string(needed) +
                             " bytes of values");
  }
  FloatImage out(static_cast<int>(wide), static_cast<int>(high), static_cast<int>(many));
  type->copy(bytes.substr(shape.data_at), order == '>', out);
  return out;
}

std::string encode_npy(const FloatImage& image) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(image.height) + ", " +
                       std::to_string(image.width);
  if (image.channels > 1) header += ", " + std::to_string(image.channels);
  header += "), }";
  while ((10 + header.size() + 1) % 64 != 0) header.push_back(' ');
  header.push_back('\n');
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes.push_back(static_cast<char>(header.size() & 0xFF));
  bytes.push_back(static_cast<char>(header.size() >> 8));
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(image.values.data()), image.values.size() * sizeof(float));
  return bytes;
}

Result<DepthMap> decode_depth(std::string_view bytes, std::string_view name, const DepthConvention& convention,
                              PictureLimits limits) {
  if (auto error = contradiction(convention, name)) return *error;
  SURGSIGMA_TRY(read, raw_values(bytes, name, limits));
  const FloatImage raw = convention.half == PictureHalf::kWhole ? std::move(read) : half_of(read, convention.half);
  if (raw.is_empty()) return Error{ErrorKind::kData, "the depth map is too small to hold two", std::string(name), ""};
  if (convention.channel >= raw.channels) {
    return Error{ErrorKind::kData,
                 "the depth map has " + std::to_string(raw.channels) + " channels, channel " +
                     std::to_string(convention.channel) + " is not there",
                 std::string(name), ""};
  }
  DepthMap map{FloatImage(raw.width, raw.height, 1, kNoValue), 0};
  const bool may_be_negative = convention.unit == DepthUnit::kRelative;
  const auto step = static_cast<std::size_t>(raw.channels);
  for (std::size_t i = 0; i < map.values.values.size(); ++i) {
    const float value = raw.values[i * step + static_cast<std::size_t>(convention.channel)];
    if (is_invalid(value, convention)) continue;
    if (value < 0 && !may_be_negative) {
      const auto wide = static_cast<std::size_t>(raw.width);
      return Error{ErrorKind::kData,
                   "a negative depth of " + std::to_string(value) + " at x " + std::to_string(i % wide) + ", y " +
                       std::to_string(i / wide),
                   std::string(name), "if it means \"not measured\", name it in the card"};
    }
    const double measured = value * convention.scale;
    if (!is_in_range(measured, convention)) continue;
    map.values.values[i] = static_cast<float>(measured);
    ++map.valid;
  }
  return map;
}

Result<DepthMap> read_depth(const fs::path& path, const DepthConvention& convention, PictureLimits limits) {
  SURGSIGMA_TRY(bytes, read_file(path, kLargestPictureFile));
  return decode_depth(bytes, path.string(), convention, limits);
}

FloatImage nearness(const DepthMap& map, const DepthConvention& convention) {
  FloatImage out = map.values;
  if (larger_is_nearer(convention)) return out;
  if (convention.unit != DepthUnit::kRelative) {
    for (float& value : out.values) value = value > 0 ? 1 / value : kNoValue;
    return out;
  }
  float largest = -std::numeric_limits<float>::infinity();
  for (const float value : out.values) largest = value > largest ? value : largest;
  for (float& value : out.values) value = largest - value;
  return out;
}

}  // namespace surgsigma
