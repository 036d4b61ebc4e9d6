// What the commands below `surgsigma eval` share.
#pragma once

#include <string>
#include <vector>

#include "commands.h"
#include "surgsigma/eval/suite_score.h"
#include "surgsigma/pipeline/questions.h"
#include "surgsigma/schema/suite.h"

namespace surgsigma::app {

struct MakeWords {
  std::string suite;
  std::string out;
  std::string purpose = "research";
  std::string media;
  bool is_mixed = false;
  bool has_no_media = false;
};

int jobs_of(const Session& session);
/// --purpose, --media, --allow-mixed.
void add_make_options(CLI::App* command, MakeWords& words);
Result<std::vector<MadeTest>> make_suite_questions(const Session& session, const MakeWords& words,
                                                   const Database& database, const Catalog& catalog, const Suite& suite,
                                                   const fs::path& out);
void print_made(const Session& session, const std::vector<MadeTest>& made, const std::string& out);

/// --allow-missing, --resamples, --seed.
void add_statistics_options(CLI::App* command, SuiteScoreOptions& options);
void print_scores(const Session& session, const SuiteScore& score, const std::string& out);

void add_run_commands(CLI::App& eval, Session& session);  // run compare

}  // namespace surgsigma::app
