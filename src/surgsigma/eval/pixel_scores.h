// The scores of a test that is answered by pixels: the same TestScore as for words, with intervals by case, one
// baseline beside it (pixel_marks.h) and the parts by source.
#pragma once

#include <string>
#include <vector>

#include "surgsigma/eval/pixel_marks.h"
#include "surgsigma/eval/report_page.h"
#include "surgsigma/eval/test_score.h"

namespace surgsigma {

/// Whether the folder of a test is one of pixels.
bool is_pixel_test(const fs::path& folder);

/// Pairs, answers and facts.json (the usual depth of each source). Errors as read_pixel_pairs() and
/// find_pixel_answers().
Result<PixelTest> read_pixel_test(const fs::path& folder, const fs::path& answers, bool allows_missing);

struct ScoredPixels {
  TestScore score;
  std::vector<Json> items;      ///< lines of items.jsonl, in the order of the pairs
  std::vector<PageItem> worst;  ///< at most 12, with small pictures
};

/// Scores on bootstrap.jobs threads; the numbers do not depend on how many. kData naming numbers and ids for answers
/// that cannot be read, have another size or values that mean nothing; kUsage where `primary` is no metric of the test.
///
/// Names: "pictures.", "generation.", "segmentation." or "depth." and the metric; those that cannot be had of such
/// pairs are left out. With features.npy beside the answers and beside pairs.jsonl (one row per pair, in their order)
/// there are generation.frechet_distance, without interval and undefined for too few rows, and
/// generation.kernel_distance:all_pairs.
Result<ScoredPixels> score_pixel_test(const std::string& name, const std::string& primary, const PixelTest& test,
                                      const BootstrapOptions& bootstrap);

/// What two models are compared by: the metrics of score_pixel_test() but those of feature files.
struct PixelScorer {
  Scorer scorer;
  std::size_t cases = 0;
};
Result<PixelScorer> pixel_scorer(const PixelTest& test, int jobs);

/// Small pictures of input, right and answer for the page; those that cannot be had are left out (pixel_page.cpp).
std::vector<PagePicture> page_pictures(const PixelTest& test, std::size_t index);

}  // namespace surgsigma
