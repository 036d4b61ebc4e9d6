#include "surgsigma/export/cosmos/clip_maker.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>

#include "surgsigma/base/text.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/depth_file.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/soft.h"

namespace surgsigma {
namespace {

constexpr int kPictureCrf = 18;
constexpr int kMapCrf = 10;            // flat colours and slopes must keep their values
constexpr int kBlurShare = 60;         // radius of the box filter: height / 60
constexpr std::size_t kDepthStep = 7;  // every so many values are enough for quantiles

using TakeImage = std::function<Status(Image&&)>;

ClipSettings settings_of(const ClipShape& shape, int crf) {
  ClipSettings settings;
  settings.rate = shape.rate;
  settings.crf = crf;
  return settings;
}

Result<DepthConvention> depth_convention(const Json& with, const std::string& where) {
  DepthConvention convention;
  if (!with.is_object()) return convention;
  const std::map<std::string, DepthUnit> units = {{"mm", DepthUnit::kMillimetres},
                                                  {"m", DepthUnit::kMetres},
                                                  {"relative", DepthUnit::kRelative},
                                                  {"disparity", DepthUnit::kDisparity}};
  const std::string unit = text_or(with, "unit", "mm");
  const auto known = units.find(unit);
  if (known == units.end()) {
    return Error{ErrorKind::kUsage, "no unit of depth: " + quoted(unit), where, "mm, m, relative or disparity"};
  }
  convention.unit = known->second;
  convention.scale = number_or(with, "scale", 1);
  convention.is_inverse = bool_or(with, "is_inverse", unit == "disparity");
  convention.near_is_bright = bool_or(with, "near_is_bright", false);
  if (with.contains("invalid") && with["invalid"].is_number()) convention.invalid = {with["invalid"].get<double>()};
  return convention;
}

/// Colours of classes that lie far apart: hues a golden angle from each other.
std::array<std::uint8_t, 3> colour_of(int class_id) {
  if (class_id == 0 || class_id == 255) return {0, 0, 0};
  const double hue = std::fmod(class_id * 0.61803398875, 1.0) * 6;
  const double value = class_id % 2 == 0 ? 255 : 200;
  const double share = hue - std::floor(hue);
  const auto full = static_cast<std::uint8_t>(value);
  const auto rising = static_cast<std::uint8_t>(value * share),
             falling = static_cast<std::uint8_t>(value * (1 - share));
  switch (static_cast<int>(hue)) {
    case 0:
      return {full, rising, 0};
    case 1:
      return {falling, full, 0};
    case 2:
      return {0, full, rising};
    case 3:
      return {0, falling, full};
    case 4:
      return {rising, 0, full};
    default:
      return {full, 0, falling};
  }
}

std::string hex_colour(const std::array<std::uint8_t, 3>& colour) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "#";
  for (const std::uint8_t part : colour) {
    text += kDigits[part >> 4];
    text += kDigits[part & 15];
  }
  return text;
}

class Maker {
 public:
  Maker(const PlannedClip& plan, const ClipShape& shape, ClipFit fit, const ClipPixels& pixels, const fs::path& stem)
      : plan_(plan), shape_(shape), fit_(fit), pixels_(pixels), stem_(stem) {}

  Result<MadeClip> run() {
    SURGSIGMA_CHECK(write_pictures());
    if (!made_.fault.empty()) return remove();
    SURGSIGMA_CHECK(check(""));
    SURGSIGMA_CHECK(check(".blur"));
    made_.controls.emplace_back("blur");
    made_.notes["blur"] = {{"filter", "three passes of a box filter"}, {"radius_px", blur_radius()}};
    SURGSIGMA_CHECK(
        control("depth", maps_of(&VideoMedia::depths), [&](const auto& maps) { return write_depth(maps); }));
    SURGSIGMA_CHECK(control("seg", maps_of(&VideoMedia::masks), [&](const auto& maps) { return write_seg(maps); }));
    return std::move(made_);
  }

 private:
  using Maps = std::vector<const MapOfFrame*>;

  fs::path file(const std::string& kind) const { return stem_.string() + kind + ".mp4"; }
  int blur_radius() const { return std::max(1, shape_.height / kBlurShare); }
  ImageSize size() const { return {shape_.width, shape_.height}; }

  Result<MadeClip> remove() {
    std::error_code code;
    for (const char* kind : {"", ".blur", ".depth", ".seg"}) fs::remove(file(kind), code);
    return std::move(made_);
  }

  Status each_picture(const TakeImage& take) {
    if (pixels_.video != nullptr) {
      return pixels_.video->frames(plan_.frames, [&](VideoFrame&& frame) -> Status {
        SURGSIGMA_CHECK(pixels_.gate->apply(frame.image, frame.time_us));
        return take(std::move(frame.image));
      });
    }
    for (const std::int64_t frame : plan_.frames) {
      SURGSIGMA_TRY(picture, read_picture(pixels_.root / pixels_.media->pictures.at(frame)));
      SURGSIGMA_CHECK(pixels_.gate->apply(picture, time_of_frame(frame, pixels_.rate)));
      SURGSIGMA_CHECK(take(std::move(picture)));
    }
    return done();
  }

  Status write_pictures() {
    SURGSIGMA_TRY(clip, ClipWriter::open(file(""), size(), settings_of(shape_, kPictureCrf)));
    SURGSIGMA_TRY(blur, ClipWriter::open(file(".blur"), size(), settings_of(shape_, kPictureCrf)));
    std::int64_t added = 0;
    bool is_too_small = false;
    bool changes_size = false;
    std::optional<Error> failure;  // of the writers, which no other clip would mend
    const Status status = each_picture([&](Image&& picture) -> Status {
      if (added == 0) {
        native_ = picture.size();
        const auto fit = plan_fit(native_, size(), fit_);
        is_too_small = !fit;
        if (!fit) return Error{ErrorKind::kData, "", "", ""};
        fit_plan_ = *fit;
      }
      changes_size = picture.size() != native_;
      if (changes_size) return Error{ErrorKind::kData, "", "", ""};
      SURGSIGMA_TRY(fitting, fitted(picture, fit_plan_, Resampling::kArea));
      SURGSIGMA_TRY(soft, softened(fitting, blur_radius()));
      for (const Status& written : {clip.add(fitting), blur.add(soft)}) {
        if (!written.ok()) failure = written.error();
      }
      ++added;
      return failure ? Status(*failure) : done();
    });
    if (failure) return *failure;
    if (is_too_small) {
      made_.fault = "smaller_than_clip";
    } else if (changes_size) {
      made_.fault = "size_changes";
    } else if (!status.ok() || added != shape_.frames) {
      made_.fault = "broken_frame";
    }
    if (!made_.fault.empty()) return done();
    made_.notes["fit"] = {{"how", fit_ == ClipFit::kCrop ? "crop" : "pad"},
                          {"native", {native_.width, native_.height}},
                          {"scaled", {fit_plan_.scaled.width, fit_plan_.scaled.height}},
                          {"corner", {fit_plan_.x, fit_plan_.y}}};
    SURGSIGMA_CHECK(clip.close());
    return blur.close();
  }

  /// One for every frame of the clip, or none.
  Maps maps_of(std::map<std::int64_t, MapOfFrame> VideoMedia::*kind) const {
    Maps maps;
    if (pixels_.media == nullptr) return maps;
    for (const std::int64_t frame : plan_.frames) {
      const auto found = (pixels_.media->*kind).find(frame);
      if (found == (pixels_.media->*kind).end()) return {};
      maps.push_back(&found->second);
    }
    return maps;
  }

  template <class Write>
  Status control(const std::string& name, const Maps& maps, Write write) {
    if (maps.empty()) return done();
    const Status status = write(maps);
    if (!status.ok()) {
      std::error_code code;
      fs::remove(file("." + name), code);
      if (status.error().kind == ErrorKind::kInternal) return status.error();
      made_.faults_of_controls.push_back("unusable_" + name);
      return done();
    }
    SURGSIGMA_CHECK(check("." + name));
    made_.controls.push_back(name);
    return done();
  }

  Result<FloatImage> nearness_of(const MapOfFrame& map) const {
    SURGSIGMA_TRY(convention, depth_convention(map.entry->with, map.path));
    SURGSIGMA_TRY(depth, read_depth(pixels_.root / map.path, convention));
    if (depth.values.size() != native_) {
      return Error{ErrorKind::kData, "the map has another size than its picture", map.path, ""};
    }
    return fitted(nearness(depth, convention), fit_plan_);
  }

  /// Grey, near is bright; one scale for the whole clip, so that nothing flickers.
  Status write_depth(const Maps& maps) {
    std::vector<float> values;
    for (const MapOfFrame* map : maps) {
      SURGSIGMA_TRY(near, nearness_of(*map));
      for (std::size_t i = 0; i < near.values.size(); i += kDepthStep) {
        if (std::isfinite(near.values[i])) values.push_back(near.values[i]);
      }
    }
    if (values.empty()) return Error{ErrorKind::kData, "the maps hold no depth", "", ""};
    const auto quantile = [&](double share) {
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
      std::nth_element(values.begin(), at, values.end());
      return *at;
    };
    const float far = quantile(0.02), near_by = quantile(0.98);
    if (!(near_by > far)) return Error{ErrorKind::kData, "the maps are flat", "", ""};
    SURGSIGMA_TRY(clip, ClipWriter::open(file(".depth"), size(), settings_of(shape_, kMapCrf)));
    for (const MapOfFrame* map : maps) {
      SURGSIGMA_TRY(near, nearness_of(*map));
      Image grey(shape_.width, shape_.height, 1);
      for (std::size_t i = 0; i < grey.values.size(); ++i) {
        const float value = near.values[i];
        if (!std::isfinite(value)) continue;
        grey.values[i] =
            static_cast<std::uint8_t>(std::clamp((value - far) / (near_by - far), 0.0F, 1.0F) * 255.0F + 0.5F);
      }
      SURGSIGMA_CHECK(clip.add(grey));
    }
    made_.notes["depth"] = {{"near_is_bright", true}, {"q2", far}, {"q98", near_by}, {"unmeasured", 0}};
    return clip.close();
  }

  /// The classes of a mask's values; kUsage where the card does not say.
  Result<const Vocabulary*> classes_of(const MapOfFrame& map) const {
    const std::string name = text_or(map.entry->with.is_object() ? map.entry->with : Json::object(), "vocabulary", "");
    const auto found = pixels_.card->vocabularies.find(name);
    if (found == pixels_.card->vocabularies.end()) {
      return Error{ErrorKind::kData, "the card does not say which vocabulary numbers the mask", map.path, ""};
    }
    return &found->second;
  }

  Status write_seg(const Maps& maps) {
    SURGSIGMA_TRY(clip, ClipWriter::open(file(".seg"), size(), settings_of(shape_, kMapCrf)));
    std::map<std::string, std::string> colours;
    for (const MapOfFrame* map : maps) {
      SURGSIGMA_TRY(classes, classes_of(*map));
      SURGSIGMA_TRY(ids, read_class_ids(pixels_.root / map->path));
      if (ids.size() != native_)
        return Error{ErrorKind::kData, "the mask has another size than its picture", map->path, ""};
      std::array<bool, 256> is_there{};
      for (const std::uint8_t id : ids.values) is_there[id] = true;
      for (int id = 1; id < 255; ++id) {
        if (!is_there[static_cast<std::size_t>(id)]) continue;
        const VocabularyLabel* label = classes->by_id(id);
        if (label == nullptr) return Error{ErrorKind::kData, "a value of the mask is no class", map->path, ""};
        colours[label->label] = hex_colour(colour_of(id));
      }
      SURGSIGMA_TRY(fitting, fitted(ids, fit_plan_, Resampling::kNearest));
      Image picture(shape_.width, shape_.height, 3);
      for (std::size_t i = 0; i < fitting.values.size(); ++i) {
        const auto colour = colour_of(fitting.values[i]);
        std::copy(colour.begin(), colour.end(), picture.values.begin() + static_cast<std::ptrdiff_t>(3 * i));
      }
      SURGSIGMA_CHECK(clip.add(picture));
    }
    made_.notes["seg"] = {{"background", "#000000"}, {"colours", colours}};
    return clip.close();
  }

  /// Opened as a trainer opens it.
  Status check(const std::string& kind) const {
    const auto wrong = [&](const std::string& what) {
      return Error{ErrorKind::kInternal, "a clip reads back wrong: " + what, file(kind).string(),
                   "please report this with the command you gave"};
    };
    const auto video = Video::open(file(kind));
    if (!video.ok()) return wrong(video.error().what);
    const VideoInfo& info = video->info();
    if (info.size != size()) return wrong("another size");
    if (info.frames != shape_.frames) return wrong(std::to_string(info.frames) + " frames");
    if (!info.constant_rate) return wrong("no constant rate");
    const FrameRate rate = *info.constant_rate;
    if (rate.num * shape_.rate.den != rate.den * shape_.rate.num) return wrong("the rate " + to_string(rate));
    return done();
  }

  const PlannedClip& plan_;
  const ClipShape& shape_;
  ClipFit fit_;
  const ClipPixels& pixels_;
  fs::path stem_;
  ImageSize native_;
  FitPlan fit_plan_;
  MadeClip made_;
};

}  // namespace

Result<MadeClip> make_clip(const PlannedClip& plan, const ClipShape& shape, ClipFit fit, const ClipPixels& pixels,
                           const fs::path& stem) {
  return Maker(plan, shape, fit, pixels, stem).run();
}

}  // namespace surgsigma
