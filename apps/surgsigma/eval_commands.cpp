// surgsigma eval: the questions of a suite, and the scores of what a model said to them.
#include <fmt/core.h>

#include "eval_words.h"
#include "output.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/eval/board.h"

namespace surgsigma::app {
namespace {

Result<Purpose> purpose_of(const std::string& text) {
  const std::vector<std::string> words = {"internal", "research", "commercial"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<Purpose>(i);
  }
  return Error{ErrorKind::kUsage, "--purpose does not know " + quoted(text), "eval",
               "it is one of: " + join(words, ", ")};
}

void add_make(CLI::App& parent, Session& session) {
  CLI::App* command = add_command(parent, session, "make", "the questions of a suite, with pictures and gold answers",
                                  "surgsigma --db mydb eval make sigma-18 questions");
  auto words = std::make_shared<MakeWords>();
  command->add_option("suite", words->suite, "name (surgsigma list suites) or file of your own")->required();
  command->add_option("out", words->out, "new or empty folder")->required();
  add_make_options(command, *words);
  command->add_flag("--no-media", words->has_no_media,
                    "name the pictures only, write none; leaves out what is answered by pixels");
  on_run(command, session, [&session, words]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    SURGSIGMA_TRY(suite, read_suite(words->suite, catalog.folder, catalog));
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_TRY(made, make_suite_questions(session, *words, database, catalog, suite, words->out));
    print_made(session, made, words->out);
    if (!session.as_json) {
      fmt::print(
          "Ask a model with `surgsigma eval run {} RUN --endpoint URL --model NAME`, or elsewhere and then\n"
          "`surgsigma eval score {} ANSWERS OUT`\n",
          words->out, words->out);
    }
    return done();
  });
}

struct ScoreWords {
  SuiteScoreOptions options;
  std::string questions;
  std::string predictions;
  std::string out;
};

void add_score(CLI::App& parent, Session& session) {
  CLI::App* command = add_command(parent, session, "score", "what a model said, scored with intervals and baselines",
                                  "surgsigma eval score questions answers out --model my-model");
  std::string formats = "Formats of answers:\n";
  for (const PredictionFormat& format : prediction_formats()) {
    formats += fmt::format("  {:<14} {}\n", format.name, format.description);
  }
  command->footer("Example:\n  surgsigma eval score questions answers out --model my-model\n\n" + formats);
  auto words = std::make_shared<ScoreWords>();
  command->add_option("questions", words->questions, "folder that `eval make` wrote")->required();
  command
      ->add_option("answers", words->predictions,
                   "folder with one file per test, of pixels one folder per test; or the file of the only test")
      ->required();
  command->add_option("out", words->out, "new or empty folder")->required();
  command->add_option("--model", words->options.model, "its name in the tables (default: that of the answers)");
  command->add_option("--format", words->options.rules.format, "see below (default: by the first row)");
  command->add_option("--test", words->options.tests, "only this test; may be repeated");
  command->add_option("--trained-on", words->options.trained_on,
                      "export that the model was trained with, or a list of cases: refused where they meet the test");
  add_statistics_options(command, words->options);
  on_run(command, session, [&session, words]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    SuiteScoreOptions options = words->options;
    options.questions = words->questions;
    options.predictions = words->predictions;
    options.out = words->out;
    if (options.model.empty()) options.model = options.predictions.stem().string();
    options.bootstrap.jobs = jobs_of(session);
    options.tool_version = SURGSIGMA_VERSION;
    SURGSIGMA_TRY(score, score_suite(options, catalog));
    print_scores(session, score, words->out);
    return done();
  });
}

struct BoardWords {
  std::string out;
  std::vector<std::string> runs;
};

void print_board(const Session& session, const Board& board, const std::string& out) {
  if (session.as_json) {
    print_json(board_json(board));
    return;
  }
  QueryTable table;
  table.names = {"model"};
  for (const BoardTest& test : board.tests) table.names.push_back(test.id);
  for (std::size_t i = 0; i < board.models.size(); ++i) {
    std::vector<std::optional<std::string>> row = {board.models[i]};
    for (const BoardTest& test : board.tests) {
      row.emplace_back(shown_value(test.values[i].value, test.unit) + (test.best == i ? " *" : ""));
    }
    table.rows.push_back(std::move(row));
  }
  fmt::print("{}", table_text(table));
  fmt::print("* best: five cases or more, and its interval overlaps that of no other. Look at {}/board.html\n", out);
  if (session.is_quiet) return;
  for (const std::string& text : board.remarks) remark(text);
}

void add_board(CLI::App& parent, Session& session) {
  CLI::App* command = add_command(parent, session, "board", "several scored runs of one suite side by side",
                                  "surgsigma eval board board out-a out-b");
  auto words = std::make_shared<BoardWords>();
  command->add_option("out", words->out, "new or empty folder")->required();
  command->add_option("runs", words->runs, "folders that `eval score` wrote, of the same questions")->required();
  on_run(command, session, [&session, words]() -> Status {
    SURGSIGMA_TRY(board, read_board({words->runs.begin(), words->runs.end()}));
    SURGSIGMA_CHECK(write_board(board, words->out));
    print_board(session, board, words->out);
    return done();
  });
}

}  // namespace

int jobs_of(const Session& session) { return session.jobs > 0 ? session.jobs : available_cores(); }

void add_make_options(CLI::App* command, MakeWords& words) {
  command->add_option("--purpose", words.purpose, "internal, research (default) or commercial");
  command->add_option("--media", words.media,
                      "folder that holds <source>/<pictures>, where they are not where they were");
  command->add_flag("--allow-mixed", words.is_mixed, "simulated and real sources in one test");
}

Result<std::vector<MadeTest>> make_suite_questions(const Session& session, const MakeWords& words,
                                                   const Database& database, const Catalog& catalog, const Suite& suite,
                                                   const fs::path& out) {
  QuestionOptions options;
  SURGSIGMA_TRY(purpose, purpose_of(words.purpose));
  options.purpose = purpose;
  options.out = out;
  options.media_root = words.media;
  options.allows_mixed = words.is_mixed;
  options.has_media = !words.has_no_media;
  options.jobs = jobs_of(session);
  options.is_quiet = session.is_quiet;
  options.tool_version = SURGSIGMA_VERSION;
  return make_questions(database, catalog, suite, options);
}

void print_made(const Session& session, const std::vector<MadeTest>& made, const std::string& out) {
  if (session.as_json) {
    Json tests = Json::array();
    for (const MadeTest& one : made) {
      tests.push_back(
          {{"test", one.test}, {"questions", one.questions}, {"left_out", one.left_out}, {"remarks", one.remarks}});
    }
    print_json({{"out", out}, {"tests", tests}});
    return;
  }
  QueryTable table;
  table.names = {"test", "questions", "left out"};
  for (const MadeTest& one : made) table.rows.push_back({{one.test, with_thousands(one.questions), one.left_out}});
  fmt::print("{}", table_text(table));
  if (session.is_quiet) return;
  for (const MadeTest& one : made) {
    for (const std::string& text : one.remarks) remark(one.test + ": " + text);
  }
}

void add_statistics_options(CLI::App* command, SuiteScoreOptions& options) {
  command->add_flag("--allow-missing", options.rules.allows_missing,
                    "questions without an answer count as wrong, of pixels as the worst there is");
  command->add_option("--resamples", options.bootstrap.resamples, "of the intervals (default 10000)");
  command->add_option("--seed", options.bootstrap.seed, "of resamples and baselines (default 1)");
}

void print_scores(const Session& session, const SuiteScore& score, const std::string& out) {
  if (session.as_json) {
    Json tests = Json::array();
    for (const TestScore& test : score.tests) tests.push_back(test_score_json(test));
    print_json({{"out", out}, {"model", score.model}, {"tests", tests}});
    return;
  }
  QueryTable table;
  table.names = {"test", "metric", "score", "low", "high", "baseline", "questions", "cases", "read"};
  for (const TestScore& test : score.tests) {
    const MetricRow* row = metric_row_of(test.primary);
    const std::string_view unit = row ? row->unit : "share";
    const ScoredValue& value = *test.find(test.primary);
    const auto place = static_cast<std::size_t>(&value - test.values.data());
    table.rows.push_back({{test.test, test.primary, shown_value(value.value, unit), shown_value(value.low, unit),
                           shown_value(value.high, unit), shown_baseline(test, place, unit),
                           with_thousands(static_cast<std::int64_t>(test.questions)), std::to_string(test.cases),
                           fmt::format("{:.2f} %", 100 * test.parse_rate())}});
  }
  fmt::print("{}", table_text(table));
  fmt::print("Look at {}/report.html; tables are in scores.md, scores.csv and scores.tex\n", out);
}

void add_eval_commands(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand("eval", "questions of a suite, and scores one can trust");
  command->require_subcommand(1);
  add_make(*command, session);
  add_score(*command, session);
  add_run_commands(*command, session);
  add_board(*command, session);
}

}  // namespace surgsigma::app
