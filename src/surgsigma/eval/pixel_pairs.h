// Questions that are answered by pixels (desmoking, masks, depth, pictures and clips to come): what is shown, what is
// right, and what scoring needs to know of it. Written by the export format `pixel-questions`, joined to pairs.jsonl.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {

/// What an answer is, and with it which metrics there are.
enum class PixelFamily {
  kPictures,  ///< desmoking, next_frame_generation: a picture
  kMasks,     ///< instrument_segmentation: class numbers
  kDepth,     ///< depth_estimation: a grey view, or distances
  kClips,     ///< conditional_video_generation: frames
};
/// Nothing for a task that is answered in words.
std::optional<PixelFamily> pixel_family(std::string_view task);
/// The metric that stands for a family where a suite names none.
std::string_view usual_pixel_metric(PixelFamily family);

struct PixelPair {
  std::string id;
  std::string task;
  std::string part;
  std::string prompt;
  std::string source;
  std::string video;
  std::string case_id;
  std::string input;  ///< paths below the folder of the test
  std::string gold;
  bool is_simulated = false;
  Json parameters;                     ///< how the pair was made: of depth the ends of the grey scale
  std::map<std::string, int> classes;  ///< of masks: name to value in the file
};

/// The value of a class in a mask: a whole number from 1 to 255; nothing for anything else.
std::optional<int> label_value(const Json& value);

/// The file of a test's pairs; whether it is there tells a test of pixels from one of words.
inline constexpr const char* kPairsFile = "pairs.jsonl";

/// All pairs of a test, of one task. kData naming file and line: a missing member, a path that leaves the folder, an id
/// that stood before, another task than the first line's, a file without pairs.
Result<std::vector<PixelPair>> read_pixel_pairs(const fs::path& file);

}  // namespace surgsigma
