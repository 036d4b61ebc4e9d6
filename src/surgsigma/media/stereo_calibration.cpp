#include "surgsigma/media/stereo_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::uint64_t kLargestFile = 1 << 20;
constexpr std::string_view kNested = "camera-calibration";
constexpr const char* kHint = "OpenCV's names: M1 D1 M2 D2 R T (or K1 K2, or KL DL KR DR)";

using Names = std::vector<std::string_view>;

Error bad(std::string_view name, std::string what) {
  return {ErrorKind::kData, "calibration: " + what, std::string(name), kHint};
}

const Json* find(const Json& object, const Names& names) {
  for (const std::string_view name : names) {
    const auto found = object.find(std::string(name));
    if (found != object.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

/// OpenCV writes "0." and ".5", which YAML takes for text.
std::optional<double> number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  return value.is_string() ? parse_double(value.get<std::string>()) : std::nullopt;
}

bool add_numbers(const Json& list, std::vector<double>& out) {
  for (const Json& item : list) {
    if (item.is_array()) {
      if (!add_numbers(item, out)) return false;
      continue;
    }
    const auto value = number(item);
    if (!value) return false;
    out.push_back(*value);
  }
  return true;
}

Result<std::vector<double>> numbers(const Json& object, const Names& names, std::string_view file) {
  const std::string key(names.front());
  const Json* const member = find(object, names);
  if (!member) return bad(file, "it has no " + key);
  const Json* const list = member->is_object() && member->contains("data") ? &(*member)["data"] : member;
  std::vector<double> values;
  if (!list->is_array() || !add_numbers(*list, values)) return bad(file, key + " is not a matrix of numbers");
  return values;
}

Status read_camera(const Json& object, const Names& matrix, const Names& lens, std::string_view file,
                   CameraModel& camera) {
  SURGSIGMA_TRY(m, numbers(object, matrix, file));
  const std::string key(matrix.front());
  if (m.size() != 9) return bad(file, key + " has " + std::to_string(m.size()) + " numbers, a camera matrix has 9");
  if (m[3] != 0 || m[6] != 0 || m[7] != 0 || m[8] != 1) return bad(file, key + " is not a camera matrix");
  if (m[1] != 0) return bad(file, key + " has skew, which is not supported");
  camera.fx = m[0];
  camera.fy = m[4];
  camera.cx = m[2];
  camera.cy = m[5];
  if (!find(object, lens)) return done();
  SURGSIGMA_TRY(terms, numbers(object, lens, file));
  camera.lens = std::move(terms);
  return done();
}

std::string matrix_text(std::string_view key, int rows, int columns, const std::vector<double>& values) {
  std::string text =
      fmt::format("{}: !!opencv-matrix\n   rows: {}\n   cols: {}\n   dt: d\n   data: [ ", key, rows, columns);
  for (std::size_t i = 0; i < values.size(); ++i) text += fmt::format("{}{:.10g}", i == 0 ? "" : ", ", values[i]);
  return text + " ]\n";
}

std::vector<double> matrix_of(const CameraModel& camera) {
  return {camera.fx, 0, camera.cx, 0, camera.fy, camera.cy, 0, 0, 1};
}

std::vector<double> lens_of(const CameraModel& camera) {
  return camera.lens.empty() ? std::vector<double>(5, 0.0) : camera.lens;
}

}  // namespace

Result<StereoCalibration> decode_stereo_calibration(std::string_view text, std::string_view name, ImageSize size,
                                                    double mm) {
  // OpenCV's "%YAML:1.0" is no directive that YAML knows.
  const bool is_opencv = text.starts_with("%YAML:");
  if (is_opencv) text.remove_prefix(std::min(text.find('\n'), text.size()));
  const bool is_json = trim(text).starts_with('{');
  auto read = is_json ? parse_json(text, name) : parse_yaml(text, name);
  if (!read.ok()) return read.error();
  if (!read->is_object()) return bad(name, "it is not a list of 'key: value'");
  const auto nested = read->find(std::string(kNested));
  const Json& object = nested != read->end() && nested->is_object() ? *nested : *read;

  StereoCalibration calibration;
  calibration.size = size;
  SURGSIGMA_CHECK(read_camera(object, {"M1", "K1", "KL"}, {"D1", "DL"}, name, calibration.left));
  SURGSIGMA_CHECK(read_camera(object, {"M2", "K2", "KR"}, {"D2", "DR"}, name, calibration.right));
  SURGSIGMA_TRY(rotation, numbers(object, {"R"}, name));
  SURGSIGMA_TRY(translation, numbers(object, {"T"}, name));
  if (rotation.size() != 9) return bad(name, "R has " + std::to_string(rotation.size()) + " numbers, a rotation has 9");
  if (translation.size() != 3) return bad(name, "T has " + std::to_string(translation.size()) + " numbers, not 3");
  std::copy(rotation.begin(), rotation.end(), calibration.rotation.begin());
  std::transform(translation.begin(), translation.end(), calibration.translation.begin(),
                 [mm](double value) { return mm * value; });
  return calibration;
}

Result<StereoCalibration> read_stereo_calibration(const fs::path& path, ImageSize size, double mm) {
  SURGSIGMA_TRY(text, read_file(path, kLargestFile));
  return decode_stereo_calibration(text, path.string(), size, mm);
}

std::string encode_stereo_calibration(const StereoCalibration& calibration) {
  const std::vector<double> rotation(calibration.rotation.begin(), calibration.rotation.end());
  const std::vector<double> translation(calibration.translation.begin(), calibration.translation.end());
  const std::vector<double> left = lens_of(calibration.left), right = lens_of(calibration.right);
  return "%YAML:1.0\n---\n" + matrix_text("M1", 3, 3, matrix_of(calibration.left)) +
         matrix_text("D1", 1, static_cast<int>(left.size()), left) +
         matrix_text("M2", 3, 3, matrix_of(calibration.right)) +
         matrix_text("D2", 1, static_cast<int>(right.size()), right) + matrix_text("R", 3, 3, rotation) +
         matrix_text("T", 3, 1, translation);
}

}  // namespace surgsigma
