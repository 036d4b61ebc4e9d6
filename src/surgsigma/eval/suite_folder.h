// The folder that `eval make` wrote, as far as all that read it must know: which tests are in it.
#pragma once

#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"

namespace surgsigma {

struct SuiteFolderTest {
  std::string id;
  std::string primary;  ///< the metric that stands for the test; empty: that of its task
  fs::path folder;
  std::string style;         ///< of asking, as the suite has it; "joint" in older folders
  bool is_in_words = false;  ///< has questions.jsonl; else answered by pixels
};

/// <questions>/suite.json. kNotFound where it is not, kData where it lists no tests.
Result<Json> read_suite_json(const fs::path& questions);
/// The tests that were made, in the suite's order; of those only `wanted`, if any is named. kUsage with the nearest
/// name for one that was not made.
Result<std::vector<SuiteFolderTest>> tests_of_folder(const fs::path& questions, const Json& suite,
                                                     const std::vector<std::string>& wanted);

/// The file of one test in a folder of predictions (<test>.jsonl, .json, .tsv, .csv); the file itself where
/// `predictions` is one. kNotFound naming the test.
Result<fs::path> predictions_file(const fs::path& predictions, const std::string& test);

/// kUsage unless the folder is missing or empty.
Status check_new_folder(const fs::path& folder);

}  // namespace surgsigma
