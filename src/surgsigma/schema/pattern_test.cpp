#include "surgsigma/schema/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/schema/catalog.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Pattern, NumbersLoseTheirZerosAndAreFilledUpToTheWidth) {
  EXPECT_EQ(*fill_pattern("video{video:02}", {{"video", "7"}}), "video07");
  EXPECT_EQ(*fill_pattern("video{video:02}", {{"video", "0007"}}), "video07");
  EXPECT_EQ(*fill_pattern("video{video:02}", {{"video", "123"}}), "video123");
  EXPECT_EQ(*fill_pattern("camma:{video}", {{"video", "017"}}), "camma:17");
  EXPECT_EQ(*fill_pattern("v{video}", {{"video", "00"}}), "v0");
}

TEST(Pattern, WordsStandAsTheyAre) { EXPECT_EQ(*fill_pattern("{video:04}", {{"video", "BBP01"}}), "BBP01"); }

TEST(Pattern, UnknownNameIsOurMistake) {
  const auto text = fill_pattern("{hospital}/{video}", {{"video", "1"}});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::kInternal);
  EXPECT_THAT(text.error().what, HasSubstr("'hospital'"));
}

TEST(Pattern, CaptureThatWouldLeadOutOfTheFolderIsRefused) {
  for (const char* hostile : {"../../etc/passwd", "..", "a/b", "a\\b"}) {
    EXPECT_FALSE(fill_pattern("videos/{video}.mp4", {{"video", hostile}})) << hostile;
  }
  EXPECT_FALSE(fill_pattern("videos/{video}.mp4", {{"video", std::string("a\0b", 3)}}));
}

TEST(Pattern, StarCannotBeFilledIn) { EXPECT_FALSE(fill_pattern("videos/*.mp4", {})); }

TEST(Pattern, MalformedPlacesAreRefusedWithTheWayToWriteThem) {
  for (const char* pattern :
       {"a{", "a{video", "a}", "{}", "{Video}", "{vi deo}", "{video:}", "{video:x}", "{video:123}"}) {
    const auto parts = parse_pattern(pattern);
    ASSERT_FALSE(parts) << pattern;
    EXPECT_THAT(parts.error().where, HasSubstr(pattern));
    EXPECT_THAT(parts.error().hint, HasSubstr("{name:d}"));
  }
}

TEST(Pattern, NamesAreListedOnce) {
  EXPECT_THAT(names_in_pattern("{video}/{split:d}/{video}_*.txt"), ElementsAre("split", "video"));
  EXPECT_TRUE(names_in_pattern("plain.txt").empty());
}

}  // namespace
}  // namespace surgsigma
