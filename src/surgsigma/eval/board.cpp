#include "surgsigma/eval/board.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/suite_folder.h"
#include "surgsigma/eval/table_text.h"

namespace surgsigma {
namespace {

constexpr std::int64_t kFewestCases = 5;
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

struct Run {
  std::string model;
  fs::path file;
  Json scores;
};

Error not_ours(const fs::path& file, const std::string& what) {
  return {ErrorKind::kData, what, file.string(), "score the answers again with `surgsigma eval score`"};
}

/// null is undefined; infinities are words.
double number_from(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end()) return kUndefined;
  if (found->is_number()) return found->get<double>();
  if (found->is_string()) {
    if (*found == "inf") return std::numeric_limits<double>::infinity();
    if (*found == "-inf") return -std::numeric_limits<double>::infinity();
  }
  return kUndefined;
}

Result<Run> read_run(const fs::path& folder) {
  Run run;
  run.file = folder / "scores.json";
  std::error_code code;
  if (!fs::is_regular_file(run.file, code)) {
    return Error{ErrorKind::kNotFound, "no scores of a run", folder.string(),
                 "name folders that `surgsigma eval score` wrote"};
  }
  SURGSIGMA_TRY(document, read_document(run.file));
  if (!document.is_object() || int_or(document, "surgsigma_scores", 0) != 1) {
    return not_ours(run.file, "not the scores of a run");
  }
  const auto suite = document.find("suite"), tests = document.find("tests");
  const bool has_suite =
      suite != document.end() && suite->is_object() && suite->contains("tests") && (*suite)["tests"].is_array();
  if (!has_suite || tests == document.end() || !tests->is_array()) return not_ours(run.file, "no suite or no tests");
  run.model = text_or(document, "model", "");
  if (run.model.empty()) return not_ours(run.file, "no name of the model");
  run.scores = std::move(document);
  return run;
}

std::string shown(const Json& value) { return value.is_string() ? quoted(value.get<std::string>()) : to_text(value); }

Json member(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() ? Json() : *found;
}

Error differ(const std::string& what, const Json& first, const Json& other, const Run& run, std::string hint) {
  return {ErrorKind::kUsage, "the runs differ in " + what + ": " + shown(first) + " and " + shown(other),
          run.file.string(), std::move(hint)};
}

Status check_same(const Run& first, const Run& other) {
  static constexpr std::string_view kAsk = "only answers to the same questions can stand side by side";
  const std::pair<const char*, const char*> of_suite[] = {{"suite", "their suite"},
                                                          {"seed", "the seed of the suite"},
                                                          {"database", "the database"},
                                                          {"profile", "the profile of boxes"},
                                                          {"long_side", "the size of pictures"}};
  for (const auto& [key, what] : of_suite) {
    const Json a = member(first.scores["suite"], key), b = member(other.scores["suite"], key);
    if (a != b) return differ(what, a, b, other, std::string(kAsk));
  }
  const Json a = member(first.scores, "bootstrap"), b = member(other.scores, "bootstrap");
  if (a != b) return differ("their intervals", a, b, other, "score them with the same --resamples and --seed");
  const Json &tests = first.scores["tests"], &others = other.scores["tests"];
  std::vector<std::string> names, other_names;
  for (const Json& test : tests) names.push_back(text_or(test, "test", ""));
  for (const Json& test : others) other_names.push_back(text_or(test, "test", ""));
  if (names != other_names) {
    return differ("their tests", join(names, ", "), join(other_names, ", "), other, std::string(kAsk));
  }
  for (std::size_t i = 0; i < tests.size(); ++i) {
    for (const auto& [key, what] : {std::pair{"questions", "the number of questions"},
                                    {"primary", "the metric"},
                                    {"cases", "the number of cases"},
                                    {"questions_hash", "the questions"}}) {
      const Json x = member(tests[i], key), y = member(others[i], key);
      if (x != y) return differ(std::string(what) + " of " + names[i], x, y, other, std::string(kAsk));
    }
  }
  return done();
}

Status check_runs(const std::vector<Run>& runs) {
  std::set<std::string> models;
  for (const Run& run : runs) {
    if (!models.insert(run.model).second) {
      return Error{ErrorKind::kUsage, "two runs of the model " + quoted(run.model), run.file.string(),
                   "name them apart with `surgsigma eval score ... --model`"};
    }
    SURGSIGMA_CHECK(check_same(runs.front(), run));
  }
  return done();
}

const Json* entry_of(const Json& suite, const std::string& test) {
  for (const Json& entry : suite["tests"]) {
    if (text_or(entry, "id", "") == test) return &entry;
  }
  return nullptr;
}

/// Members of a value that are no part of the score itself: the blind models.
void take_blind(const Json& value, BoardTest& test) {
  static const std::set<std::string> own = {"metric", "value", "low", "high", "share_defined"};
  for (const auto& [key, number] : value.items()) {
    if (own.contains(key)) continue;
    const double reached = number_from(value, key);
    if (!std::isnan(reached)) test.blind.emplace_back(key, reached);
  }
}

Status take_value(const Json& scored, const Run& run, BoardTest& test) {
  for (const Json& value : member(scored, "values")) {
    if (text_or(value, "metric", "") != test.metric) continue;
    test.values.push_back({number_from(value, "value"), number_from(value, "low"), number_from(value, "high"),
                           number_or(value, "share_defined", 1)});
    test.parse_rates.push_back(number_or(scored, "parse_rate", 0));
    if (test.values.size() == 1) take_blind(value, test);
    return done();
  }
  return not_ours(run.file, "the test " + quoted(test.id) + " has no value of " + quoted(test.metric));
}

/// The smaller, the better.
double loss(const BoardTest& test, double value) {
  return test.better == "lower" ? value : test.better == "zero" ? std::abs(value) : -value;
}

/// Of a signed bias two intervals may both hold zero, so nothing is marked there.
std::optional<std::size_t> best_of(const BoardTest& test) {
  if (test.values.size() < 2 || test.cases < kFewestCases || (test.better != "higher" && test.better != "lower"))
    return std::nullopt;
  const std::size_t first = test.ranked().front();
  for (std::size_t i = 0; i < test.values.size(); ++i) {
    const ScoredValue &mine = test.values[first], &other = test.values[i];
    if (i == first) continue;
    const bool is_apart = test.better == "higher" ? mine.low > other.high : mine.high < other.low;
    if (!is_apart) return std::nullopt;  // also where one has no interval
  }
  return first;
}

void take_published(const Json& entry, BoardTest& test) {
  for (const Json& score : member(entry, "published")) {
    test.published.push_back({text_or(score, "model", ""), text_or(score, "protocol", ""), number_or(score, "value", 0),
                              text_or(score, "unit", "%"), text_or(score, "cite", "")});
  }
}

void take_sum(Board& board) {
  if (!bool_or(board.suite, "arena_sum", false)) return;
  if (!board.left_out.empty()) {
    board.no_sum = "No sum: not every test of the suite was asked.";
    return;
  }
  for (const BoardTest& test : board.tests) {
    if (test.unit == "share" && test.better == "higher") continue;
    board.no_sum = "No sum: " + test.name + " is not a share of which more is better.";
    return;
  }
  ArenaSum sum;
  sum.points.assign(board.models.size(), 0);
  for (const BoardTest& test : board.tests) {
    for (std::size_t i = 0; i < sum.points.size(); ++i) sum.points[i] += 100 * test.values[i].value;
  }
  for (const PublishedRow& row : published_rows(board)) {
    double points = 0;
    bool is_whole = true;
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      is_whole = is_whole && row.values[i];
      points += row.values[i].value_or(0) * (row.units[i] == "share" ? 100 : 1);
    }
    if (is_whole) sum.published.emplace_back(row.model + " (" + row.protocol + ")", points);
  }
  board.sum = std::move(sum);
}

}  // namespace

std::vector<std::size_t> BoardTest::ranked() const {
  std::vector<std::size_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto key = [&](std::size_t run) {
    const double value = loss(*this, values[run].value);
    return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return order;
}

std::vector<PublishedRow> published_rows(const Board& board) {
  std::vector<PublishedRow> rows;
  for (std::size_t t = 0; t < board.tests.size(); ++t) {
    for (const PublishedScore& score : board.tests[t].published) {
      auto row = std::find_if(rows.begin(), rows.end(), [&](const PublishedRow& one) {
        return one.model == score.model && one.protocol == score.protocol;
      });
      if (row == rows.end()) {
        rows.push_back({score.model, score.protocol, {}, {}, ""});
        row = rows.end() - 1;
        row->values.resize(board.tests.size());
        row->units.resize(board.tests.size());
      }
      row->values[t] = score.value;
      row->units[t] = score.unit;
      const bool is_new = ("; " + row->cite + "; ").find("; " + score.cite + "; ") == std::string::npos;
      if (is_new) row->cite += (row->cite.empty() ? "" : "; ") + score.cite;
    }
  }
  return rows;
}

Result<Board> read_board(const std::vector<fs::path>& folders) {
  if (folders.empty())
    return Error{ErrorKind::kUsage, "no run", "eval board", "name folders of `surgsigma eval score`"};
  std::vector<Run> runs;
  for (const fs::path& folder : folders) {
    SURGSIGMA_TRY(run, read_run(folder));
    runs.push_back(std::move(run));
  }
  SURGSIGMA_CHECK(check_runs(runs));
  Board board;
  board.suite = runs.front().scores["suite"];
  board.arena = text_or(board.suite, "arena", "");
  std::set<std::string> tools;
  for (const Run& run : runs) {
    board.models.push_back(run.model);
    tools.insert(text_or(run.scores, "tool", ""));
  }
  if (tools.size() > 1) {
    board.remarks.push_back("scored by versions " + join(std::vector<std::string>(tools.begin(), tools.end()), ", ") +
                            ": score all with one version where metrics may have changed");
  }
  const Json& tests = runs.front().scores["tests"];
  for (std::size_t t = 0; t < tests.size(); ++t) {
    BoardTest test;
    test.id = text_or(tests[t], "test", "");
    test.task = text_or(tests[t], "task", "");
    test.metric = text_or(tests[t], "primary", "");
    const MetricRow* row = metric_row_of(test.metric);
    test.better = row ? row->better : "higher";
    test.unit = unit_of(test.metric);
    test.questions = int_or(tests[t], "questions", 0);
    test.cases = int_or(tests[t], "cases", 0);
    test.has_simulated = bool_or(tests[t], "simulated", false);
    const Json* entry = entry_of(board.suite, test.id);
    test.name = entry ? text_or(*entry, "name", test.id) : test.id;
    if (entry) test.note = text_or(*entry, "note", "");
    if (entry) take_published(*entry, test);
    for (const Run& run : runs) SURGSIGMA_CHECK(take_value(run.scores["tests"][t], run, test));
    test.best = best_of(test);
    board.tests.push_back(std::move(test));
  }
  for (const Json& entry : board.suite["tests"]) {
    const std::string why = text_or(entry, "left_out", "");
    if (!why.empty()) board.left_out.emplace_back(text_or(entry, "name", ""), why);
  }
  take_sum(board);
  return board;
}

Status write_board(const Board& board, const fs::path& out) {
  SURGSIGMA_CHECK(check_new_folder(out));
  std::error_code code;
  fs::create_directories(out, code);
  if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), out.string(), ""};
  SURGSIGMA_CHECK(write_file(out / "board.json", board_json(board).dump(2) + "\n"));
  SURGSIGMA_CHECK(write_file(out / "board.csv", board_csv(board)));
  SURGSIGMA_CHECK(write_file(out / "board.md", board_markdown(board)));
  SURGSIGMA_CHECK(write_file(out / "board.tex", board_latex(board)));
  return write_file(out / "board.html", board_page(board));
}

}  // namespace surgsigma
