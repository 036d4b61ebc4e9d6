#include "surgsigma/schema/pixel_layout.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr int kMostChannels = 16;
constexpr int kMostDisparities = 1024;

/// Keys that any pixel entry may have.
std::vector<std::string> with_common(std::vector<std::string> own) {
  own.insert(own.end(), {"video_id", "case", "index", "vocabulary"});
  return own;
}

struct HalfWord {
  const char* word;
  PictureHalf half;
};
constexpr std::array<HalfWord, 4> kHalves = {{{"top", PictureHalf::kTop},
                                              {"bottom", PictureHalf::kBottom},
                                              {"left", PictureHalf::kLeft},
                                              {"right", PictureHalf::kRight}}};

struct ViewsWord {
  const char* word;
  StackedViews views;
};
constexpr std::array<ViewsWord, 4> kViews = {{{"left_over_right", {PictureHalf::kTop, PictureHalf::kBottom}},
                                              {"right_over_left", {PictureHalf::kBottom, PictureHalf::kTop}},
                                              {"left_beside_right", {PictureHalf::kLeft, PictureHalf::kRight}},
                                              {"right_beside_left", {PictureHalf::kRight, PictureHalf::kLeft}}}};

const std::vector<std::string> kUnits = {"mm", "m", "relative", "disparity"};
const std::vector<std::string> kProjections = {"z", "ray"};
const std::vector<std::string> kPseudo = {"stereo", "network"};
const std::vector<std::string> kProvenances = {"measured", "structured_light", "ct",     "model",
                                               "carried",  "stereo",           "network"};

template <class Table>
std::vector<std::string> words_in(const Table& table) {
  std::vector<std::string> words;
  for (const auto& row : table) words.emplace_back(row.word);
  return words;
}

/// 0.25, "0.25" or "100/65535".
std::optional<double> number_in(const Json& value) {
  const auto text = scalar_text(value);
  if (!text) return {};
  const std::size_t slash = text->find('/');
  if (slash == std::string::npos) return parse_double(*text);
  const auto above = parse_double(text->substr(0, slash)), below = parse_double(text->substr(slash + 1));
  if (!above || !below || *below == 0) return {};
  return *above / *below;
}

class Reading {
 public:
  Reading(const Json& with, const Place& place, Mistakes& mistakes, std::vector<std::string> own)
      : with_(with), fields_(with, place, mistakes, with_common(std::move(own))) {}

  const Fields& fields() const { return fields_; }

  std::optional<double> number(std::string_view key) const {
    if (!fields_.has(key)) return {};
    const auto value = number_in(with_[std::string(key)]);
    if (!value) fields_.mistake(key, "must be a number", "write 0.25, or a fraction as \"100/65535\"");
    return value;
  }

  double positive(std::string_view key, double fallback) const {
    const auto value = number(key);
    if (!value) return fallback;
    if (*value > 0) return *value;
    fields_.mistake(key, "must be greater than 0");
    return fallback;
  }

  int whole(std::string_view key, int fallback, int most) const {
    const std::int64_t value = fields_.integer(key, fallback);
    if (value >= 0 && value <= most) return static_cast<int>(value);
    fields_.mistake(key, "must be 0 to " + std::to_string(most));
    return fallback;
  }

  /// One number or a list of them.
  std::vector<double> numbers(std::string_view key, std::vector<double> fallback) const {
    if (!fields_.has(key)) return fallback;
    const Json& value = with_[std::string(key)];
    std::vector<double> found;
    for (const Json& item : value.is_array() ? value : Json::array({value})) {
      const auto one = number_in(item);
      if (!one) fields_.mistake(key, "must be a number or a list of numbers");
      if (one) found.push_back(*one);
    }
    return found;
  }

 private:
  const Json& with_;
  Fields fields_;
};

void check_depth(const DepthLayout& depth, const Fields& fields) {
  const bool is_relative = depth.unit == "relative";
  if (depth.near_is_bright && !is_relative) {
    fields.mistake("near_is_bright", "says nothing of metric depth or disparity", "use it with unit: relative");
  }
  if (depth.near_is_bright && depth.is_inverse) {
    fields.mistake("near_is_bright", "a map is a reciprocal (is_inverse) or falls with distance, not both");
  }
  if (depth.least && depth.most && *depth.least >= *depth.most) {
    fields.mistake("range", "must be [least, most], the smaller number first");
  }
}

template <class Value, class Read>
Result<Value> checked(const Json& with, std::string_view where, Read read) {
  Mistakes mistakes;
  const Json nothing = Json::object();
  Value value = read(with.is_null() ? nothing : with, Place{std::string(where), ""}, mistakes);
  if (!mistakes.empty()) return mistakes.as_error(where);
  return value;
}

}  // namespace

bool is_pseudo_depth(std::string_view provenance) {
  return std::find(kPseudo.begin(), kPseudo.end(), provenance) != kPseudo.end();
}

DepthLayout read_depth_layout(const Json& with, const Place& place, Mistakes& mistakes) {
  const Reading reading(with, place, mistakes,
                        {"unit", "scale", "is_inverse", "near_is_bright", "invalid", "range", "channel", "half",
                         "provenance", "projection"});
  const Fields& fields = reading.fields();
  DepthLayout depth;
  depth.unit = fields.one_of("unit", kUnits, depth.unit);
  depth.scale = reading.positive("scale", depth.scale);
  depth.is_inverse = fields.boolean("is_inverse", depth.unit == "disparity");
  depth.near_is_bright = fields.boolean("near_is_bright", false);
  depth.invalid = reading.numbers("invalid", depth.invalid);
  const std::vector<double> range = reading.numbers("range", {});
  if (fields.has("range") && range.size() != 2) fields.mistake("range", "must be [least, most], in the unit");
  if (range.size() == 2) {
    depth.least = range[0];
    depth.most = range[1];
  }
  depth.channel = reading.whole("channel", 0, kMostChannels - 1);
  const std::string half = fields.one_of("half", words_in(kHalves), "");
  for (const HalfWord& row : kHalves) {
    if (half == row.word) depth.half = row.half;
  }
  depth.provenance = fields.one_of("provenance", kProvenances, "");
  if (!fields.has("provenance")) {
    fields.mistake("provenance", "is missing: measured depth and guesses must not be mixed",
                   "one of: " + join(kProvenances, ", "));
  }
  depth.projection = fields.one_of("projection", kProjections, depth.projection);
  check_depth(depth, fields);
  return depth;
}

MaskLayout read_mask_layout(const Json& with, const Place& place, Mistakes& mistakes) {
  const Reading reading(with, place, mistakes, {"stray"});
  MaskLayout layout;
  layout.vocabulary = reading.fields().text("vocabulary");
  layout.stray_share = reading.number("stray").value_or(0);
  const bool is_share = layout.stray_share >= 0 && layout.stray_share < 1;
  if (!is_share) reading.fields().mistake("stray", "must be a share of the pixels, 0 to 1");
  return layout;
}

CalibrationLayout read_calibration_layout(const Json& with, const Place& place, Mistakes& mistakes) {
  const Reading reading(with, place, mistakes, {"unit", "disparities", "max_mm", "known_share"});
  CalibrationLayout layout;
  layout.mm = reading.fields().one_of("unit", {"mm", "m"}, "mm") == "m" ? 1000 : 1;
  layout.disparities = reading.whole("disparities", 0, kMostDisparities);
  if (layout.disparities % 16 != 0) reading.fields().mistake("disparities", "must be a multiple of 16");
  layout.max_mm = reading.positive("max_mm", layout.max_mm);
  layout.known_share = reading.positive("known_share", layout.known_share);
  if (layout.known_share > 1) reading.fields().mistake("known_share", "is a share, at most 1");
  return layout;
}

ViewLayout read_view_layout(const Json& with, const Place& place, Mistakes& mistakes) {
  const Reading reading(with, place, mistakes, {"views", "stills"});
  ViewLayout layout;
  layout.is_stills = reading.fields().boolean("stills", false);
  const std::string word = reading.fields().one_of("views", words_in(kViews), "");
  for (const ViewsWord& row : kViews) {
    if (word == row.word) layout.views = row.views;
  }
  return layout;
}

Result<DepthLayout> depth_layout(const Json& with, std::string_view where) {
  return checked<DepthLayout>(with, where, read_depth_layout);
}
Result<MaskLayout> mask_layout(const Json& with, std::string_view where) {
  return checked<MaskLayout>(with, where, read_mask_layout);
}
Result<CalibrationLayout> calibration_layout(const Json& with, std::string_view where) {
  return checked<CalibrationLayout>(with, where, read_calibration_layout);
}
Result<ViewLayout> view_layout(const Json& with, std::string_view where) {
  return checked<ViewLayout>(with, where, read_view_layout);
}

}  // namespace surgsigma
