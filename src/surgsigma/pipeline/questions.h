// The questions of a suite, made from a database: one folder per test with the questions, the pictures that are shown,
// the closed vocabularies and the answers of the training part that baselines draw from; or, of a task that is answered
// by pixels, with pairs, inputs and gold files (pixel_questions.h). The folder is all that a model's machine needs, and
// holds what scoring needs: also what the annotations say of the shown moments (question_records.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/export/export.h"
#include "surgsigma/schema/suite.h"

namespace surgsigma {

struct QuestionOptions {
  fs::path out;  ///< new or empty
  Purpose purpose = Purpose::kResearch;
  fs::path media_root;
  bool allows_mixed = false;
  bool has_media = true;  ///< false: pictures are only named, for a model that sees none or finds them itself
  int jobs = 1;
  bool is_quiet = false;
  std::string tool_version;
};

struct MadeTest {
  std::string test;
  std::int64_t questions = 0;
  std::string left_out;  ///< why there is no folder; empty: there is
  std::vector<std::string> remarks;
  std::string note;  ///< what a report must say of these questions, besides the suite's own note
};

/// What both kinds of tests ask of their export: folder, sources, split, parts, number, purpose.
ExportOptions export_of_test(const Suite& suite, const SuiteTest& test, const QuestionOptions& options);

/// Writes <out>/suite.json and one folder per test. A test that no row of the database fits is left out and says why;
/// kData when that are all of them. Everything that export refuses is refused.
Result<std::vector<MadeTest>> make_questions(const Database& database, const Catalog& catalog, const Suite& suite,
                                             const QuestionOptions& options);

}  // namespace surgsigma
