#include "surgsigma/base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace surgsigma {
namespace {

using testing::ElementsAre;

TEST(Text, BlanksAreTrimmedAtBothEndsOnly) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, LowerLeavesOtherBytesAlone) { EXPECT_EQ(lower("GÄZE-1"), "gÄze-1"); }

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(Text, JoinPutsSeparatorsBetween) {
  const std::vector<std::string> parts = {"a", "", "c"};
  EXPECT_EQ(join(parts, ", "), "a, , c");
  EXPECT_EQ(join({}, ","), "");
}

TEST(Text, EndsAreComparedWithoutCase) {
  EXPECT_TRUE(ends_with_ignoring_case("Frame.PNG", ".png"));
  EXPECT_TRUE(starts_with_ignoring_case("VIDEO01", "video"));
  EXPECT_FALSE(ends_with_ignoring_case("png", ".png"));
  EXPECT_FALSE(starts_with_ignoring_case("vide", "video"));
}

TEST(Text, BrokenUtf8IsSeen) {
  EXPECT_TRUE(is_valid_utf8("naïve 手術 \U0001F600"));
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_FALSE(is_valid_utf8("na\xEFve"));
  EXPECT_FALSE(is_valid_utf8("\xC0\xAF"));          // overlong '/'
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
}

TEST(Text, NumbersMayHaveBlanksAndASign) {
  EXPECT_EQ(parse_int(" 42\r"), 42);
  EXPECT_EQ(parse_int("+7"), 7);
  EXPECT_EQ(parse_int("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_double(" -1.5e3 "), -1500.0);
  EXPECT_EQ(parse_double("+.5"), 0.5);
}

TEST(Text, WhatIsNotWhollyANumberIsNone) {
  for (const char* text : {"", " ", "12x", "x12", "1 2", "+", "-", "+-1", "++1", "0x10", "1.0", "9223372036854775808"})
    EXPECT_EQ(parse_int(text), std::nullopt) << text;
  for (const char* text : {"", "nan", "inf", "-Infinity", "1e999", "1,5", "1.5s", "0x1p3", "1e"})
    EXPECT_EQ(parse_double(text), std::nullopt) << text;
}

DecodedText decoded(std::string bytes) {
  const auto text = decode_text(std::move(bytes), "labels.txt");
  EXPECT_TRUE(text.ok());
  return text.ok() ? *text : DecodedText{};
}

TEST(DecodeText, EveryEncodingComesOutAsUtf8) {
  EXPECT_EQ(decoded("a\xC3\xA9\r\n").utf8, "aé\r\n");
  EXPECT_EQ(decoded("a\xC3\xA9").encoding, "utf-8");
  EXPECT_EQ(decoded("\xEF\xBB\xBF"
                    "a")
                .utf8,
            "a");
  EXPECT_EQ(decoded("\xEF\xBB\xBF"
                    "a")
                .encoding,
            "utf-8-bom");
  EXPECT_EQ(decoded("caf\xE9").utf8, "café");
  EXPECT_EQ(decoded("caf\xE9").encoding, "latin-1");
}

TEST(DecodeText, Utf16IsReadFromBothEnds) {
  const std::string little(
      "\xFF\xFE"
      "a\0\xE9\0\x53\x62\x3D\xD8\x00\xDE",
      12);
  const std::string big(
      "\xFE\xFF"
      "\0a\0\xE9\x62\x53\xD8\x3D\xDE\x00",
      12);
  EXPECT_EQ(decoded(little).utf8, "aé打\U0001F600");
  EXPECT_EQ(decoded(little).encoding, "utf-16le");
  EXPECT_EQ(decoded(big).utf8, "aé打\U0001F600");
  EXPECT_EQ(decoded(big).encoding, "utf-16be");
}

TEST(DecodeText, OddUtf16NamesFileAndLine) {
  const auto text = decode_text(std::string("\xFF\xFE"
                                            "a\0\n\0b",
                                            7),
                                "labels.txt");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::kData);
  EXPECT_EQ(text.error().where, "labels.txt:2");
}

TEST(DecodeText, LoneSurrogatesAreRefused) {
  EXPECT_FALSE(decode_text(std::string("\xFF\xFE\x3D\xD8", 4), "f"));  // high half at the end
  EXPECT_FALSE(decode_text(std::string("\xFF\xFE\x00\xDE"
                                       "a\0",
                                       6),
                           "f"));  // low half first
  EXPECT_FALSE(decode_text(std::string("\xFF\xFE\x3D\xD8"
                                       "a\0",
                                       6),
                           "f"));  // high half, then a letter
}

TEST(DecodeText, EmptyAndBareMarksAreEmptyTexts) {
  EXPECT_EQ(decoded("").utf8, "");
  EXPECT_EQ(decoded("\xEF\xBB\xBF").utf8, "");
  EXPECT_EQ(decoded("\xFF\xFE").utf8, "");
}

TEST(DecodeText, ABrokenTextWithMarkFallsBackToLatin1) {
  EXPECT_EQ(decoded("\xEF\xBB\xBF"
                    "caf\xE9")
                .encoding,
            "latin-1");
}

TEST(EditDistance, CountsSlips) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("grasper", "grapser"), 1);  // two letters swapped
  EXPECT_EQ(edit_distance("ca", "abc"), 2);           // swap with an insertion between
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string> commands = {"ingest", "export", "explore", "eval"};
  EXPECT_EQ(nearest("exprot", commands), "export");
  EXPECT_EQ(nearest("INGEST", commands), "ingest");
  EXPECT_EQ(nearest("evall", commands), "eval");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  const std::vector<std::string> commands = {"ingest", "export", "a", ""};
  EXPECT_EQ(nearest("banana", commands), std::nullopt);
  EXPECT_EQ(nearest("x", commands), std::nullopt);
  EXPECT_EQ(nearest("", commands), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'a'), commands), std::nullopt);
}

TEST(Quoted, ShowsControlCharacters) {
  EXPECT_EQ(quoted("a\tb\n"), "'a\\tb\\n'");
  EXPECT_EQ(quoted(std::string_view("\0\x1B[31m", 6)), "'\\x00\\x1b[31m'");
  EXPECT_EQ(quoted("\xC2\x9B"), "'\\xc2\\x9b'");  // a control character that some terminals obey
  EXPECT_EQ(quoted("é"), "'é'");
}

TEST(Quoted, IsAlwaysValidUtf8AndShort) {
  EXPECT_EQ(quoted("a\xE9"), "'a\\xe9'");
  const std::string long_text = std::string(79, 'x') + "ééé";
  EXPECT_EQ(quoted(long_text), "'" + std::string(79, 'x') + "...'");
  EXPECT_EQ(quoted(std::string(80, 'x')), "'" + std::string(80, 'x') + "'");
  EXPECT_TRUE(is_valid_utf8(quoted(std::string(200, '\xF0'))));
}

}  // namespace
}  // namespace surgsigma
