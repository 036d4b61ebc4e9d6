// Several runs of one suite side by side: what `surgsigma eval board` writes from folders of `eval score`. One folder:
//   board.html   models and tests with intervals, a section per test, published scores grey with protocol and source
//   board.md, board.tex   models by tests; board.csv one line per score; board.json all of it
//
// Only runs that were asked the same are put side by side. A score is marked as the best of a test only where its
// interval overlaps that of no other run and rests on five cases or more: resampling two operations says little.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/eval/intervals.h"
#include "surgsigma/schema/suite.h"

namespace surgsigma {

/// One test of the suite, asked of every run.
struct BoardTest {
  std::string id;
  std::string name;
  std::string task;
  std::string metric;
  std::string better;  ///< "higher", "lower" or "zero"
  std::string unit;
  std::string note;
  std::int64_t questions = 0;
  std::int64_t cases = 0;
  bool has_simulated = false;
  std::vector<ScoredValue> values;                    ///< by run
  std::vector<double> parse_rates;                    ///< by run
  std::vector<std::pair<std::string, double>> blind;  ///< what models reach that see no picture
  std::vector<PublishedScore> published;
  std::optional<std::size_t> best;  ///< a run

  /// Runs from the best value to the worst, undefined ones last.
  std::vector<std::size_t> ranked() const;
};

/// A sum over the tests, of one protocol. Only where the suite declares one and every test fits it.
struct ArenaSum {
  std::vector<double> points;                             ///< by run, in percentage points; NaN: a score is undefined
  std::vector<std::pair<std::string, double>> published;  ///< "model (protocol)" that has a score in every test
};

struct Board {
  Json suite;  ///< suite.json of the questions
  std::vector<std::string> models;
  std::vector<BoardTest> tests;
  std::vector<std::pair<std::string, std::string>> left_out;  ///< name of a test, and why it was not asked
  std::string arena;                                          ///< protocol of the sum in the suite's words
  std::optional<ArenaSum> sum;
  std::string no_sum;                ///< why a suite that declares a sum has none here
  std::vector<std::string> remarks;  ///< what differs between the runs without making them other questions
};

/// Reads scores.json of each folder. kNotFound without one; kUsage naming the difference where runs were not asked the
/// same (suite, seed, database, tests, number and text of the questions, metric, resamples) or two have one name; kData
/// for a file that `eval score` did not write.
Result<Board> read_board(const std::vector<fs::path>& runs);

std::string board_markdown(const Board& board);
std::string board_latex(const Board& board);
std::string board_csv(const Board& board);
Json board_json(const Board& board);
std::string board_page(const Board& board);

/// kUsage for a folder that is not empty.
Status write_board(const Board& board, const fs::path& out);

/// Published scores of one model under one protocol, over all tests: a grey row of a table.
struct PublishedRow {
  std::string model;
  std::string protocol;
  std::vector<std::optional<double>> values;  ///< by test, as printed there
  std::vector<std::string> units;
  std::string cite;  ///< all of them, each once
};
std::vector<PublishedRow> published_rows(const Board& board);

}  // namespace surgsigma
