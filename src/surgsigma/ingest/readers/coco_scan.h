// COCO files of every dialect, element by element: the file is streamed, so that its size costs no memory.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"

namespace surgsigma {

/// An element of `videos` or of a list whose name ends in "categories" ("categories", "phases_categories").
struct CocoCategory {
  std::string_view list;
  std::int64_t element = 0;  ///< position in its list, from 1
  std::int64_t id = 0;
  std::string_view name;
};

/// An element of `images`. Texts live until the handler returns.
struct CocoImage {
  std::int64_t element = 0;
  std::int64_t id = 0;
  std::string_view file_name;
  std::int64_t width = 0;  ///< 0: not told
  std::int64_t height = 0;
  std::string_view video;  ///< video_id, whether a number or a text; empty where there is none or it is null
  std::optional<std::int64_t> frame;
  std::vector<double> ds;  ///< Endoscapes: mean votes of the criteria
  std::optional<bool> is_det_keyframe;
  std::optional<bool> is_ds_keyframe;
};

/// An element of `annotations`. A member that is absent or null is nothing; one of the wrong type makes the element
/// malformed, except in `box`, which tells of itself.
struct CocoAnnotation {
  enum class BoxState { kNone, kFour, kMalformed };

  std::int64_t element = 0;
  std::optional<std::int64_t> id;
  std::int64_t image_id = 0;
  std::optional<std::int64_t> category_id;
  BoxState box_state = BoxState::kNone;
  std::array<double, 4> box{};    ///< x, y, width, height
  std::string_view segmentation;  ///< raw JSON; empty where there is none, null or an empty list
  std::vector<std::int64_t> actions;
  std::optional<std::int64_t> phase;  ///< "phase", or "phases" as a number or a list of one
  std::optional<std::int64_t> step;   ///< "step" or "steps"
  std::optional<std::int64_t> track;  ///< "track_id" or "instance_id"
  std::optional<double> score;        ///< only predictions have one
  bool is_crowd = false;
};

struct CocoHandlers {
  std::function<Status(const CocoCategory&)> category;
  std::function<Status(const CocoImage&)> image;
  std::function<Status(const CocoAnnotation&)> annotation;
  /// An element of `list` that could not be read, and why. Called once for each.
  std::function<void(std::string_view list, std::int64_t element, const std::string& why, std::string_view text)>
      malformed;
};

/// Hands over every category and image, and then every annotation, each in file order. Where annotations stand before
/// the categories or the images the file is read twice; `videos` must stand before `images`. Stops at the first error
/// of a handler. Fails with kData when the file is no JSON object, is cut short, or has neither images nor annotations.
Status scan_coco(const std::filesystem::path& path, const CocoHandlers& handlers);

/// JSON without blanks between its tokens.
std::string compact_json(std::string_view json);

}  // namespace surgsigma
