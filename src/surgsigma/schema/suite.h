// A suite of an evaluation as catalog/suites/<id>.yaml says it: which questions of a database are asked, how, and which
// score stands for each test. docs/evaluation.md tells users of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

/// A published score that a report may show beside ours, grey and with its source.
struct PublishedScore {
  std::string model;
  std::string protocol;  ///< "multiple choice", "open", ...: what was asked differs, so the scores do
  double value = 0;      ///< as printed there
  std::string unit;      ///< "%" or "share"
  std::string cite;
};

/// One row of the board.
struct SuiteTest {
  std::string id;  ///< lower_snake, unique within the suite
  std::string name;
  std::string task;
  std::vector<std::string> sources;  ///< empty: every source that has the task
  std::string split = "strict";
  std::vector<std::string> parts = {"test"};
  std::vector<Form> forms;     ///< empty: all that the task has
  /// How triplets are asked: "joint" (one question), "sequential" (instruments, verbs, targets, each on the model's own
  /// answers) or "sequential_gt" (on the true ones: an ablation). Other tasks have one way.
  std::string style = "joint";
  std::int64_t questions = 0;  ///< at most, drawn by hash; 0: all
  bool is_balanced = false;    ///< with `questions`: the same number from every answer class as far as it goes
  std::string primary;         ///< the metric that stands for the test
  std::string note;            ///< how it differs from what was published
  /// Why nobody can be asked this column of a board from here; empty: it is asked. Task and primary may be empty then.
  std::string unavailable;
  std::vector<PublishedScore> published;
};

struct Suite {
  std::string id;
  std::string name;
  std::string description;
  std::string citation;
  /// How far it can match what was published, and why not further; printed in every report.
  std::string matches;
  /// What a published board does with the sum of its tests: the protocol in words.
  std::string arena;
  /// Reports show such a sum of ours, labelled with `arena`. Every test must be a share of which more is better.
  bool has_arena_sum = false;
  std::string profile = "permille";  ///< of boxes in questions and answers (docs/export.md)
  std::uint64_t seed = 1;
  std::optional<int> long_side;  ///< pictures are made no larger
  std::vector<SuiteTest> tests;

  const SuiteTest* find(std::string_view test) const;
};

/// Ids of the files in catalog/suites, sorted.
std::vector<std::string> suite_ids(const fs::path& catalog_folder);
/// By id, or by the path of a file of one's own. kUsage with the nearest name for one that is not there; kData naming
/// every mistake of the file: unknown members, tasks, sources, forms, and tests without a primary metric.
Result<Suite> read_suite(const std::string& id_or_path, const fs::path& catalog_folder, const Catalog& catalog);
Result<Suite> suite_from(const Json& document, const std::string& file, const Catalog& catalog);

}  // namespace surgsigma
