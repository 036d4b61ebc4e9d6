// What the answer to one pair is worth, and beside it what a baseline reaches that makes nothing: numbers from which
// pixel_scores.h makes scores. One pair at a time is in memory; pairs do not depend on each other.
//
// Baselines  pictures: the input, unchanged ("copy"); clips: their first picture for all frames ("copy"); masks:
// nothing found ("empty"); depth: the same distance everywhere, the median of the training part ("constant").
//
// An answer must have the size of the gold file: it is never resized. A missing one is the worst there is, as the
// headers of eval/metrics say for each family.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/eval/metrics/depth.h"
#include "surgsigma/eval/metrics/generation.h"
#include "surgsigma/eval/metrics/pictures.h"
#include "surgsigma/eval/metrics/segmentation.h"
#include "surgsigma/eval/pixel_answers.h"
#include "surgsigma/eval/pixel_pairs.h"

namespace surgsigma {

struct PixelTest {
  fs::path folder;  ///< of the test
  PixelFamily family = PixelFamily::kPictures;
  std::vector<PixelPair> pairs;
  PixelAnswers answers;
  std::map<std::string, double> constant_mm;  ///< by source: the distance that is charged for a missing depth map
};

/// The measures of one answer; those of its family. Places of cases and videos are for the caller to set.
struct PixelMarks {
  std::vector<PictureItem> pictures;  ///< one; of a clip one per frame but the first, which was given
  std::optional<GenerationItem> clip;
  std::optional<SegmentationFrame> mask;
  std::optional<std::array<DepthValues, kDepthAlignmentWords.size()>> depth;  ///< by alignment; no pixels: undefined
  std::optional<OrdinalCounts> ordinal;
  /// 0 to 1 for people: SSIM (of clips its mean), IoU of all classes together, delta_1:median; nothing: undefined.
  std::optional<double> credit;
  Json values = Json::object();  ///< for items.jsonl
};

/// What is wrong with the file of an answer.
struct PixelFault {
  enum Kind { kUnreadable, kOtherSize, kBadValue };
  Kind kind = kUnreadable;
  std::string what;
};

struct MarkedPair {
  PixelMarks answer;
  PixelMarks baseline;
  bool is_missing = false;
  std::optional<PixelFault> fault;  ///< then the rest means nothing
};

/// "copy", "empty" or "constant".
std::string_view pixel_baseline(PixelFamily family);
/// Background 0, the classes of the pairs, distances at 10 px.
SegmentationPlan mask_plan(const PixelPair& pair);
/// Fails for files of the test itself; what is wrong with an answer stands in `fault`.
Result<MarkedPair> mark_pair(const PixelTest& test, std::size_t index);

// The families, and what they share ----------------------------------------------------------------------------------

/// A file of the test: input or gold.
Result<Image> picture_of_test(const PixelTest& test, const std::string& path);
PixelFault unreadable(const Error& error);
/// Nothing where the sizes are equal.
std::optional<PixelFault> size_fault(ImageSize answer, ImageSize gold);
/// Three channels for both where one of them has three.
void match_channels(Image& a, Image& b);

Result<MarkedPair> mark_depth(const PixelTest& test, std::size_t index);
Result<MarkedPair> mark_clip(const PixelTest& test, std::size_t index);

}  // namespace surgsigma
