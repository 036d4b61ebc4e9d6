#include "surgsigma/eval/board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

namespace surgsigma {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Two tests of a suite, as scores.json of `eval score` has them.
class BoardRuns : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }

  static Json value(double v, double low, double high) {
    return {{"metric", "clip_classes.accuracy"},
            {"value", v},
            {"low", low},
            {"high", high},
            {"share_defined", 1},
            {"majority", 0.3}};
  }
  static Json document(const std::string& model, double v, double low, double high) {
    Json suite = {{"suite", "s"},
                  {"name", "S"},
                  {"matches", "nothing"},
                  {"seed", 1},
                  {"database", "abc"},
                  {"arena", ""},
                  {"tests",
                   {{{"id", "phase"},
                     {"name", "Phase"},
                     {"left_out", ""},
                     {"published",
                      {{{"model", "Big<b>"},
                        {"protocol", "multiple choice"},
                        {"value", 69.66},
                        {"unit", "%"},
                        {"cite", "a paper"}}}}},
                    {{"id", "time"}, {"name", "Time"}, {"left_out", ""}, {"published", Json::array()}}}}};
    Json tests = {{{"test", "phase"},
                   {"task", "phase_recognition"},
                   {"primary", "clip_classes.accuracy"},
                   {"questions", 10},
                   {"cases", 5},
                   {"simulated", false},
                   {"parse_rate", 1.0},
                   {"values", {value(v, low, high)}},
                   {"questions_hash", "00"}},
                  {{"test", "time"},
                   {"task", "action_remaining"},
                   {"primary", "remaining_time.mae"},
                   {"questions", 4},
                   {"cases", 1},
                   {"simulated", false},
                   {"parse_rate", 0.5},
                   {"values",
                    {{{"metric", "remaining_time.mae"},
                      {"value", 10 * (1 - v)},
                      {"low", nullptr},
                      {"high", nullptr},
                      {"majority", 12.5}}}},
                   {"questions_hash", "00"}}};
    return {{"surgsigma_scores", 1},
            {"tool", "1"},
            {"model", model},
            {"suite", suite},
            {"bootstrap", {{"resamples", 100}, {"seed", 1}}},
            {"tests", tests}};
  }
  fs::path run(const std::string& name, const Json& json) {
    fs::create_directories(folder_ / name);
    EXPECT_TRUE(write_file(folder_ / name / "scores.json", json.dump()));
    return folder_ / name;
  }

  fs::path folder_ = fs::temp_directory_path() / ("board_" + std::to_string(::getpid()));
};

TEST_F(BoardRuns, TheBestIsMarkedOnlyWhereItsIntervalStandsAlone) {
  const auto apart = read_board({run("a", document("a", 0.5, 0.4, 0.6)), run("b", document("b", 0.8, 0.7, 0.9))});
  ASSERT_TRUE(apart) << to_string(apart.error());
  EXPECT_EQ(apart->tests[0].best, 1U);
  EXPECT_FALSE(apart->tests[1].best) << "one case: no interval, no mark";
  EXPECT_THAT(board_markdown(*apart), HasSubstr("**80.00 % [70.00 %, 90.00 %]**"));
  EXPECT_THAT(board_latex(*apart), HasSubstr("\\textbf{80.00 \\% [70.00 \\%, 90.00 \\%]}"));
  const auto near = read_board({run("a", document("a", 0.7, 0.6, 0.8)), run("b", document("b", 0.8, 0.7, 0.9))});
  ASSERT_TRUE(near);
  EXPECT_FALSE(near->tests[0].best);
  EXPECT_THAT(board_markdown(*near), Not(HasSubstr("**80.00")));
}

TEST_F(BoardRuns, AnIntervalOfFewCasesMarksNothing) {
  Json a = document("a", 0.5, 0.4, 0.6), b = document("b", 0.8, 0.7, 0.9);
  a["tests"][0]["cases"] = b["tests"][0]["cases"] = 4;
  const auto board = read_board({run("a", a), run("b", b)});
  ASSERT_TRUE(board) << to_string(board.error());
  EXPECT_FALSE(board->tests[0].best);
}

TEST_F(BoardRuns, RanksByTheDirectionOfTheMetric) {
  const auto board = read_board({run("a", document("a", 0.5, 0.4, 0.6)), run("b", document("b", 0.8, 0.7, 0.9))});
  ASSERT_TRUE(board);
  EXPECT_THAT(board->tests[0].ranked(), ::testing::ElementsAre(1, 0));
  EXPECT_THAT(board->tests[1].ranked(), ::testing::ElementsAre(1, 0)) << "fewer seconds of error are better";
  EXPECT_EQ(board->tests[1].blind.at(0).second, 12.5);
}

TEST_F(BoardRuns, RunsOfOtherQuestionsAreNotPutSideBySide) {
  const fs::path a = run("a", document("a", 0.5, 0.4, 0.6));
  Json other = document("b", 0.8, 0.7, 0.9);
  const auto refused = [&](const Json& changed) {
    const auto board = read_board({a, run("b", changed)});
    EXPECT_FALSE(board);
    if (board) return std::string();
    EXPECT_EQ(board.error().kind, ErrorKind::kUsage);
    return board.error().what;
  };
  Json changed = other;
  changed["suite"]["seed"] = 2;
  EXPECT_EQ(refused(changed), "the runs differ in the seed of the suite: 1 and 2");
  changed = other;
  changed["suite"]["database"] = "xyz";
  EXPECT_THAT(refused(changed), HasSubstr("the database: 'abc' and 'xyz'"));
  changed = other;
  changed["tests"][0]["questions"] = 9;
  EXPECT_THAT(refused(changed), HasSubstr("the number of questions of phase: 10 and 9"));
  changed = other;
  changed["tests"][1]["questions_hash"] = "11";
  EXPECT_THAT(refused(changed), HasSubstr("the questions of time"));
  changed = other;
  changed["tests"].erase(1);
  EXPECT_THAT(refused(changed), HasSubstr("their tests"));
  changed = other;
  changed["bootstrap"]["resamples"] = 7;
  EXPECT_THAT(refused(changed), HasSubstr("their intervals"));
  changed = other;
  changed["model"] = "a";
  EXPECT_THAT(refused(changed), HasSubstr("two runs of the model 'a'"));
}

TEST_F(BoardRuns, FoldersWithoutScoresAreNamed) {
  const auto none = read_board({folder_ / "nothing"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kNotFound);
  const auto wrong = read_board({run("w", {{"surgsigma_scores", 2}})});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::kData);
  Json no_value = document("a", 0.5, 0.4, 0.6);
  no_value["tests"][0]["values"] = Json::array();
  EXPECT_THAT(read_board({run("n", no_value)}).error().what, HasSubstr("no value of 'clip_classes.accuracy'"));
  EXPECT_FALSE(read_board({}));
}

TEST_F(BoardRuns, PublishedScoresStandBesideWithProtocolAndSource) {
  const auto board = read_board({run("a", document("a", 0.5, 0.4, 0.6))});
  ASSERT_TRUE(board);
  const auto rows = published_rows(*board);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].values[0], 69.66);
  EXPECT_FALSE(rows[0].values[1]);
  const std::string page = board_page(*board);
  EXPECT_THAT(page, HasSubstr("published: Big&lt;b&gt;<br><span class=\"small\">multiple choice; a paper"));
  EXPECT_THAT(page, Not(HasSubstr("Big<b>")));
  EXPECT_FALSE(board->tests[0].best) << "one run is no contest";
  EXPECT_THAT(board_csv(*board), HasSubstr("published,Big<b>,multiple choice,phase,phase_recognition,,69.66,,,%"));
}

TEST_F(BoardRuns, ASumOnlyWhereTheSuiteDeclaresOneAndEveryTestFits) {
  Json shares = document("a", 0.5, 0.4, 0.6);
  EXPECT_FALSE(read_board({run("a", shares)})->sum) << "nobody asked for it";
  shares["suite"]["arena"] = "Two accuracies added.";
  shares["suite"]["arena_sum"] = true;
  const auto seconds = read_board({run("a", shares)});
  EXPECT_FALSE(seconds->sum);
  EXPECT_THAT(seconds->no_sum, HasSubstr("Time is not a share"));
  shares["tests"][1] = shares["tests"][0];
  shares["tests"][1]["test"] = "time";
  const auto board = read_board({run("a", shares)});
  ASSERT_TRUE(board->sum);
  EXPECT_DOUBLE_EQ(board->sum->points[0], 100);
  EXPECT_TRUE(board->sum->published.empty()) << "published in one test of two";
  EXPECT_THAT(board_page(*board), HasSubstr("<b>Sum.</b> Two accuracies added."));
  shares["suite"]["tests"].push_back({{"id", "x"}, {"name", "X"}, {"left_out", "not there"}});
  const auto partial = read_board({run("a", shares)});
  EXPECT_FALSE(partial->sum);
  EXPECT_THAT(partial->no_sum, HasSubstr("not every test"));
}

TEST_F(BoardRuns, UndefinedScoresAreLastAndNoBest) {
  Json undefined = document("b", 0.8, 0.7, 0.9);
  undefined["tests"][0]["values"][0]["value"] = nullptr;
  undefined["tests"][0]["values"][0]["low"] = nullptr;
  undefined["tests"][0]["values"][0]["high"] = nullptr;
  const auto board = read_board({run("b", undefined), run("a", document("a", 0.5, 0.4, 0.6))});
  ASSERT_TRUE(board);
  EXPECT_TRUE(std::isnan(board->tests[0].values[0].value));
  EXPECT_THAT(board->tests[0].ranked(), ::testing::ElementsAre(1, 0));
  EXPECT_FALSE(board->tests[0].best);
  EXPECT_TRUE(write_board(*board, folder_ / "out"));
  EXPECT_FALSE(write_board(*board, folder_ / "out")) << "never into a folder that holds something";
}

}  // namespace
}  // namespace surgsigma
