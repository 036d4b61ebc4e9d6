// Operations that a model was trained with, so that none of them is taken for a test of it. The worst way to be wrong:
// frames of one operation are so alike that a model which has seen some knows the others.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/eval/question.h"

namespace surgsigma {

struct TrainingCases {
  fs::path file;
  std::set<std::string, std::less<>> names;
};

/// From the folder or manifest.json of an export (the parts train and val: both shape a model), or from a text file
/// with one case id a line ('#' begins a remark). kNotFound, kData for a manifest without its list of cases, which
/// older versions did not write, and for a list that names none.
Result<TrainingCases> read_training_cases(const fs::path& path);

/// kUsage where a question's case is among them, with the number of such cases, the first ones, and the number of
/// questions. `test_cases`: further names of the test's cases, from the manifest of the questions.
Status check_untouched(const TrainingCases& trained, const std::string& test, const std::vector<Question>& questions,
                       const std::set<std::string>& test_cases);

/// All names in the list of cases of a manifest.json; none where there is no such file.
Result<std::set<std::string>> cases_of_manifest(const fs::path& file);

}  // namespace surgsigma
