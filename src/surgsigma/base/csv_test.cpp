#include "surgsigma/base/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using Row = std::vector<std::string>;

std::vector<Row> rows(std::string_view text, char delimiter = ',') {
  CsvReader reader(text, delimiter);
  std::vector<Row> all;
  while (reader.next()) all.emplace_back(reader.fields().begin(), reader.fields().end());
  return all;
}

std::vector<std::int64_t> lines(std::string_view text) {
  CsvReader reader(text);
  std::vector<std::int64_t> all;
  while (reader.next()) all.push_back(reader.line());
  return all;
}

TEST(Csv, PlainFieldsKeepTheirBlanks) {
  EXPECT_THAT(rows("a, b ,c\n1,,3"), ElementsAre(Row{"a", " b ", "c"}, Row{"1", "", "3"}));
  EXPECT_THAT(rows(",\n"), ElementsAre(Row{"", ""}));
}

TEST(Csv, EveryLineEndEndsARow) {
  EXPECT_THAT(rows("a\nb\r\nc\rd"), ElementsAre(Row{"a"}, Row{"b"}, Row{"c"}, Row{"d"}));
  EXPECT_THAT(lines("a\nb\r\nc\rd"), ElementsAre(1, 2, 3, 4));
}

TEST(Csv, BlankRowsArePassedOverButCounted) {
  EXPECT_THAT(rows("\n\na\r\n  \r\n\rb\n\n"), ElementsAre(Row{"a"}, Row{"b"}));
  EXPECT_THAT(lines("\n\na\r\n  \r\n\rb\n\n"), ElementsAre(3, 6));
  EXPECT_THAT(rows("\"\"\n"), ElementsAre(Row{""}));  // said to be empty, not blank
}

TEST(Csv, AMarkAtTheStartIsNotPartOfTheFirstName) {
  EXPECT_THAT(rows("\xEF\xBB\xBF"
                   "Frame,Phase"),
              ElementsAre(Row{"Frame", "Phase"}));
  EXPECT_THAT(rows("\xEF\xBB\xBF"
                   "\"Frame\",Phase"),
              ElementsAre(Row{"Frame", "Phase"}));
}

TEST(Csv, QuotesHoldDelimitersLineEndsAndQuotes) {
  EXPECT_THAT(rows("\"a,b\",\"c\"\"d\"\"\",\"\"\"\",\"\"\nx"), ElementsAre(Row{"a,b", "c\"d\"", "\"", ""}, Row{"x"}));
  EXPECT_THAT(rows("\"two\r\nlines\",1\n2"), ElementsAre(Row{"two\r\nlines", "1"}, Row{"2"}));
  EXPECT_THAT(lines("\"a\nb\r\nc\rd\",1\n2"), ElementsAre(1, 5));
}

TEST(Csv, AQuoteInsideAPlainFieldIsAQuote) {
  EXPECT_THAT(rows("5\" trocar,a\"b\"\n"), ElementsAre(Row{"5\" trocar", "a\"b\""}));
}

TEST(Csv, TextAfterAClosingQuoteIsKept) {
  EXPECT_THAT(rows("\"a\"b,\"c\"\"d\" e\n\"f\" \n"), ElementsAre(Row{"ab", "c\"d e"}, Row{"f "}));
}

TEST(Csv, ManyUnescapedFieldsStayReadable) {
  // Views into short strings must not move when later fields are added.
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\"\"\"" + std::to_string(i) + "\",";
  const auto all = rows(text);
  ASSERT_EQ(all.size(), 1u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(all[0][static_cast<std::size_t>(i)], "\"" + std::to_string(i));
}

TEST(Csv, AnUnclosedQuoteHoldsTheRestAndIsTold) {
  CsvReader reader("a,b\n1,\"x\n2,y\n");
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.unclosed_quote());
  ASSERT_TRUE(reader.next());
  EXPECT_TRUE(reader.unclosed_quote());
  EXPECT_THAT(reader.fields(), ElementsAre("1", "x\n2,y\n"));
  EXPECT_EQ(reader.line(), 2);
  EXPECT_FALSE(reader.next());
}

TEST(Csv, UnclosedQuotesAtTheVeryEndAreTold) {
  for (const char* text : {"\"", "\"a\"\"", "\"\"\""}) {
    CsvReader reader(text);
    ASSERT_TRUE(reader.next()) << text;
    EXPECT_TRUE(reader.unclosed_quote()) << text;
  }
}

TEST(Csv, BlanksAsDelimiterJoin) {
  EXPECT_THAT(rows("5 10  G1 \n  11 20 G2\r\n   \n", ' '), ElementsAre(Row{"5", "10", "G1"}, Row{"11", "20", "G2"}));
}

TEST(Csv, NothingGivesNothing) {
  EXPECT_TRUE(rows("").empty());
  EXPECT_TRUE(rows("\r\n\n").empty());
  EXPECT_TRUE(rows("\xEF\xBB\xBF").empty());
}

/// The same rules, one character at a time.
std::vector<Row> slow_rows(std::string_view text, char delimiter) {
  std::vector<Row> all;
  Row row{""};
  enum { kStart, kPlain, kQuoted, kClosed } state = kStart;
  bool has_quotes = false;
  const auto end_row = [&] {
    const bool is_blank = row.size() == 1 && !has_quotes && row[0].find_first_not_of(" \t\v\f") == std::string::npos;
    if (!is_blank) all.push_back(row);
    row = {""};
    has_quotes = false;
    state = kStart;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (state == kQuoted) {
      if (c != '"') {
        row.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        row.back() += '"', ++i;
      } else {
        state = kClosed;
      }
    } else if (c == '"' && state == kStart) {
      state = kQuoted, has_quotes = true;
    } else if (c == delimiter) {
      row.emplace_back(), state = kStart;
    } else if (c == '\n' || c == '\r') {
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      end_row();
    } else {
      row.back() += c;
      if (state == kStart) state = kPlain;
    }
  }
  if (!text.empty() && text.back() != '\n' && text.back() != '\r') end_row();
  if (state == kQuoted) end_row();
  return all;
}

TEST(Csv, AgreesWithASlowReaderOnAnything) {
  constexpr std::string_view kLetters = "ab,,\"\"\n\r ;x";
  for (int round = 0; round < 20'000; ++round) {
    Draws draws(3, std::to_string(round), "csv");
    std::string text(draws.below(60), ' ');
    for (char& c : text) c = kLetters[draws.below(kLetters.size())];
    const auto opened = std::count(text.begin(), text.end(), '"') % 2;
    if (opened) text += '"';
    CsvReader reader(text);
    bool is_unclosed = false;
    while (reader.next()) is_unclosed |= reader.unclosed_quote();
    if (is_unclosed) continue;
    ASSERT_EQ(rows(text), slow_rows(text, ',')) << testing::PrintToString(text);
  }
}

TEST(GuessDelimiter, TakesTheOneThatSplitsEvenly) {
  EXPECT_EQ(guess_delimiter("Frame\tPhase\n0\tPrep, then cut\n"), '\t');
  EXPECT_EQ(guess_delimiter("a;b;c\n1,5;2;3\n"), ';');
  EXPECT_EQ(guess_delimiter("a,b\n1,2\n"), ',');
  EXPECT_EQ(guess_delimiter("a,b\n\"x;y\",2\n"), ',');
}

TEST(GuessDelimiter, CommaWhenNothingFits) {
  EXPECT_EQ(guess_delimiter(""), ',');
  EXPECT_EQ(guess_delimiter("one\ntwo\n"), ',');
  EXPECT_EQ(guess_delimiter("a;b\nc\n"), ',');
}

}  // namespace
}  // namespace surgsigma
