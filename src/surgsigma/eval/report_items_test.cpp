#include "surgsigma/eval/report_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace surgsigma {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SplitReasoning, TakesWhatStandsBeforeTheAnswer) {
  const auto split = [](std::string_view text) {
    const SplitText made = split_reasoning(text);
    return std::pair(made.reasoning, made.said);
  };
  using Two = std::pair<std::string, std::string>;
  EXPECT_EQ(split("Hook."), Two("", "Hook."));
  EXPECT_EQ(split("<think>I see a hook.</think>\nHook."), Two("I see a hook.", "Hook."));
  EXPECT_EQ(split("<THINK>a</THINK> so <answer>Hook.</answer> done"), Two("a\nso", "Hook."));
  EXPECT_EQ(split("It is the hook. <answer>Hook."), Two("It is the hook.", "Hook."));
  EXPECT_EQ(split("a</think>b</think>c"), Two("a</think>b", "c")) << "the last one ends it, as in reading answers";
  EXPECT_EQ(split("<think>never closed"), Two("never closed", ""));
  EXPECT_EQ(split("</answer><answer>"), Two("</answer>", ""));
  EXPECT_EQ(split(""), Two("", ""));
}

PageItem item() {
  PageItem made;
  made.test = "phase";
  made.id = "q1";
  made.source = "a\"b";
  made.form = "choice";
  made.question = "Which?";
  made.options = {"one", "<two>"};
  made.gold = "B";
  made.text = "<script>alert(1)</script>";
  made.reasoning = "because </pre>";
  made.fate = "unparseable";
  made.reason = "two options";
  return made;
}

TEST(ReportItems, ShowAllOfAnAnswerAsText) {
  SuiteScore score;
  score.suite = {{"tests", {{{"id", "phase"}, {"name", "Phase & more"}}}}};
  score.tests.resize(1);
  score.tests[0].test = "phase";
  const std::string page = items_section(score, {item()});
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(page, HasSubstr("<li>&lt;two&gt;</li>"));
  EXPECT_THAT(page, HasSubstr("because &lt;/pre&gt;"));
  EXPECT_THAT(page, HasSubstr("data-source=\"a&quot;b\""));
  EXPECT_THAT(page, HasSubstr("two options"));
  EXPECT_THAT(page, HasSubstr("Phase &amp; more"));
  EXPECT_EQ(items_section(score, {}), "");
}

TEST(ReportItems, OfTooManyPicturesEachTestKeepsItsWorst) {
  std::vector<PageItem> items;
  for (const char* test : {"a", "b"}) {
    for (int i = 0; i < 30; ++i) {
      PageItem one = item();
      one.test = test;
      one.pictures = {{"input", std::string(400'000, 'x')}};
      items.push_back(one);
    }
  }
  EXPECT_EQ(drop_pictures(items), 20U) << "forty of 400 kB are 16 MB";
  EXPECT_FALSE(items[19].pictures.empty());
  EXPECT_TRUE(items[20].pictures.empty());
  EXPECT_FALSE(items[49].pictures.empty());
  EXPECT_TRUE(items[50].pictures.empty());
  EXPECT_EQ(drop_pictures(items), 0U);
}

}  // namespace
}  // namespace surgsigma
