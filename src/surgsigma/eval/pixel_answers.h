// The files that a model made for the pairs of one test: <folder>/<pair id>.<ending>, or of clips a folder <pair id>/
// with pictures. Besides there may be answers.json, which says what the numbers in the files mean, and features.npy.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "surgsigma/eval/pixel_pairs.h"
#include "surgsigma/media/depth_file.h"

namespace surgsigma {

/// What the numbers of a depth answer mean.
enum class DepthAnswer {
  kView,       ///< what is asked for: grey of 8 bits, near is bright, black and white the ends of the true picture
  kDistance,   ///< millimetres or metres after a scale
  kDisparity,  ///< larger is nearer, a reciprocal of the distance up to scale and shift
};

/// answers.json: {"depth": "view" | "distance" | "disparity", "unit": "mm" | "m", "scale": 0.015625,
/// "classes": {"instrument": 1}}; every member may be absent.
struct AnswerNotes {
  DepthAnswer depth = DepthAnswer::kView;
  DepthUnit unit = DepthUnit::kMillimetres;
  double scale = 1;                    ///< file value * scale = unit
  std::map<std::string, int> classes;  ///< name to value in the answers, where it is not that of the gold masks
};

struct PixelAnswers {
  std::vector<fs::path> files;  ///< one per pair; empty: missing
  AnswerNotes notes;
  fs::path features;  ///< features.npy; empty: none
};

/// kNotFound for a folder that is not there. kData naming numbers and ids: pairs without an answer (unless allowed),
/// files of no pair, pairs with several; a mistake in answers.json. Names that begin with a dot are passed over.
Result<PixelAnswers> find_pixel_answers(const fs::path& folder, const std::vector<PixelPair>& pairs,
                                        bool allows_missing);

}  // namespace surgsigma
