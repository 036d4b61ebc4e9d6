#include "surgsigma/schema/suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

const Catalog& catalog() {
  static const Catalog loaded = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  return loaded;
}

Result<Suite> read(std::string_view yaml) { return suite_from(*parse_yaml(yaml, "s.yaml"), "s.yaml", catalog()); }

TEST(Suite, SaysWhatIsAskedAndWhatStandsForIt) {
  const auto suite = read(R"(
id: s
name: A suite
matches: nothing
tests:
  - id: phase
    name: Phases
    task: phase_recognition
    sources: [cholec80]
    forms: [choice]
    questions: 100
    primary: accuracy
    published:
      - {model: M, protocol: open, value: 70.5, cite: "somebody 2026"}
)");
  ASSERT_TRUE(suite) << to_string(suite.error());
  EXPECT_EQ(suite->tests.size(), 1U);
  EXPECT_EQ(suite->find("phase")->forms, std::vector<Form>{Form::kChoice});
  EXPECT_EQ(suite->find("phase")->parts, std::vector<std::string>{"test"});
  EXPECT_EQ(suite->find("phase")->published[0].value, 70.5);
  EXPECT_EQ(suite->find("fase"), nullptr);
}

TEST(Suite, EveryMistakeIsNamedAtOnce) {
  const auto suite = read(R"(
id: s
name: A suite
matches: nothing
tests:
  - {id: a, name: A, task: fase_recognition, sources: [cholec81], primary: accuracy, balanced: true}
  - {id: a, name: A, task: phase_recognition, partz: [test], primary: x, published: [{model: M, protocol: p, cite: c}]}
)");
  ASSERT_FALSE(suite);
  const std::string text = to_string(suite.error());
  for (const char* part :
       {"fase_recognition", "cholec81", "needs a number of questions", "duplicate test", "partz", "is not a number"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Suite, AColumnThatNobodyCanAskSaysWhyAndNeedsNoTask) {
  const auto suite =
      read("{id: s, name: n, matches: m, tests: [{id: a, name: A, unavailable: not published}, {id: b, name: B}]}");
  ASSERT_FALSE(suite);
  EXPECT_THAT(to_string(suite.error()), HasSubstr("tests[1]"));
  EXPECT_THAT(to_string(suite.error()), ::testing::Not(HasSubstr("tests[0]")));
}

TEST(Suite, BoardsListEveryColumnWithWhatIsAskedOrWhyNot) {
  const fs::path folder = fs::path(SURGSIGMA_SOURCE_DIR) / "catalog";
  const auto vlm = read_suite("surgvlm-bench", folder, catalog());
  ASSERT_TRUE(vlm) << to_string(vlm.error());
  EXPECT_EQ(vlm->tests.size(), 6U);
  const auto thirteen = read_suite("surgbench-13", folder, catalog());
  ASSERT_TRUE(thirteen) << to_string(thirteen.error());
  for (const char* source : {"cholect50", "endoscapes2023", "cholec80", "multibypass140", "sar-rarp50"}) {
    EXPECT_TRUE(std::any_of(thirteen->tests.begin(), thirteen->tests.end(), [&](const SuiteTest& test) {
      return test.sources == std::vector<std::string>{source};
    })) << source;
  }
  for (const SuiteTest& test : thirteen->tests) EXPECT_EQ(test.unavailable.empty(), !test.task.empty()) << test.id;
}

TEST(Suite, OneWithoutTestsMeasuresNothing) {
  EXPECT_THAT(to_string(read("{id: s, name: n, matches: m}").error()), HasSubstr("a suite needs a test"));
}

TEST(Suite, ASumNeedsItsProtocolInWords) {
  const std::string rest = "tests: [{id: a, name: A, task: phase_recognition, primary: x}]\n";
  const auto plain = read("id: s\nname: n\nmatches: m\narena: Six accuracies added.\n" + rest);
  ASSERT_TRUE(plain) << to_string(plain.error());
  EXPECT_FALSE(plain->has_arena_sum) << "words alone ask for no sum";
  const auto sum = read("id: s\nname: n\nmatches: m\narena: Six accuracies added.\narena_sum: true\n" + rest);
  ASSERT_TRUE(sum) << to_string(sum.error());
  EXPECT_TRUE(sum->has_arena_sum);
  EXPECT_THAT(to_string(read("id: s\nname: n\nmatches: m\narena_sum: true\n" + rest).error()),
              HasSubstr("needs `arena`"));
}

TEST(Suite, ThoseOfTheCatalogAreInOrder) {
  for (const std::string& id : suite_ids(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog")) {
    const auto suite = read_suite(id, fs::path(SURGSIGMA_SOURCE_DIR) / "catalog", catalog());
    ASSERT_TRUE(suite) << to_string(suite.error());
    EXPECT_EQ(suite->id, id);
  }
  const auto none = read_suite("sigma-19", fs::path(SURGSIGMA_SOURCE_DIR) / "catalog", catalog());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
