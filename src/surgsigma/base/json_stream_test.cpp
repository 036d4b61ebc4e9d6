#include "surgsigma/base/json_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kNoLimit = 1ULL << 40;

class JsonStream : public testing::Test {
 protected:
  /// Each piece as "key|index|line|text", and at the end the error if there is one.
  std::vector<std::string> pieces(std::string_view text, std::size_t block = 1 << 16,
                                  std::uint64_t max_piece = kNoLimit) {
    std::ofstream(path_, std::ios::binary) << text;  // without the sync of write_file, for there are thousands
    std::vector<std::string> all;
    const auto status = internal::stream_json_by(
        block, path_,
        [&](const JsonPiece& piece) {
          all.push_back(std::string(piece.key) + "|" + std::to_string(piece.index) + "|" + std::to_string(piece.line) +
                        "|" + std::string(piece.text));
          volatile char last = piece.text.data()[piece.text.size() + 63];  // seen by the address sanitizer
          static_cast<void>(last);
          return done();
        },
        max_piece);
    if (!status)
      all.push_back(std::to_string(static_cast<int>(status.error().kind)) + "!" +
                    status.error().where.substr(path_.string().size()) + " " + status.error().what);
    return all;
  }

  std::string error_of(std::string_view text) {
    const auto all = pieces(text);
    EXPECT_TRUE(!all.empty() && all.back().starts_with("0!")) << text;
    return all.empty() ? "" : all.back();
  }

  TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "f.json";
};

TEST_F(JsonStream, CutsArraysIntoElementsAndKeepsOtherValuesWhole) {
  EXPECT_THAT(pieces("{\"info\": {\"year\": [2020]},\n \"images\": [{\"id\": 1},\n{\"id\": 2} , [3], \"x\", 4, null],\n"
                     "\"empty\": [], \"n\" : -1.5e+3}\n"),
              ElementsAre("info|-1|1|{\"year\": [2020]}", "images|0|2|{\"id\": 1}", "images|1|3|{\"id\": 2}",
                          "images|2|3|[3]", "images|3|3|\"x\"", "images|4|3|4", "images|5|3|null", "n|-1|4|-1.5e+3"));
}

TEST_F(JsonStream, AnArrayDocumentIsOneMemberWithoutName) {
  EXPECT_THAT(pieces(" [ {\"a\":1} ,{} ]"), ElementsAre("|0|1|{\"a\":1}", "|1|1|{}"));
  EXPECT_THAT(pieces("[]"), ElementsAre());
  EXPECT_THAT(pieces("\xEF\xBB\xBF{}"), ElementsAre());
}

TEST_F(JsonStream, BracketsAndQuotesInsideStringsAreLetters) {
  EXPECT_THAT(pieces(R"([{"a}]":"\"}"},"\\",["]\\\"[",{"x":"\\\\"}]])"),
              ElementsAre(R"(|0|1|{"a}]":"\"}"})", R"(|1|1|"\\")", R"(|2|1|["]\\\"[",{"x":"\\\\"}])"));
}

TEST_F(JsonStream, EscapedNamesAreGivenPlain) {
  EXPECT_THAT(pieces(R"({"a\"\u00e9": [1]})"), ElementsAre("a\"é|0|1|1"));
}

/// A document with everything in it, whose elements have all lengths, so that every lane border meets every character.
std::string varied_document() {
  std::string text = "{\"info\": {\"text\": \"a \\\"quoted\\\" \\\\ }{\"},\n\"annotations\": [\n";
  for (int i = 0; i < 150; ++i) {
    if (i > 0) text += i % 3 == 0 ? " ,\n" : ",";
    text +=
        "{\"id\": " + std::to_string(i) + ", \"s\": \"" + std::string(static_cast<std::size_t>(i), i % 2 ? 'x' : '}') +
        std::string(static_cast<std::size_t>(i % 7) * 2, '\\') + "\\\"\", \"p\": [[1,2],[" + std::to_string(i) + "]]}";
  }
  return text + "],\n \"last\" : \"é\\\\\"}\n";
}

TEST_F(JsonStream, BlockBordersMakeNoDifference) {
  const std::string text = varied_document();
  const auto expected = pieces(text, 1 << 20);
  ASSERT_EQ(expected.size(), 152u);
  for (const std::string& piece : expected) {
    ASSERT_TRUE(parse_json(piece.substr(piece.find_first_of("{\"", piece.find('|'))), "f")) << piece;
  }
  for (std::size_t block = 1; block <= 200; ++block) ASSERT_EQ(pieces(text, block), expected) << block;
  for (std::size_t block = 201; block < text.size() + 100; block += 97)
    ASSERT_EQ(pieces(text, block), expected) << block;
}

TEST_F(JsonStream, EveryCutIsATruncatedText) {
  const std::string text = varied_document().substr(0, 700);
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto all = pieces(text.substr(0, length), 50);
    ASSERT_FALSE(all.empty());
    ASSERT_THAT(all.back(), HasSubstr("ends in the middle")) << length;
  }
}

TEST_F(JsonStream, AgreesWithAParserOnAnything) {
  constexpr std::string_view kTokens[] = {"{", "}",    "[", "]",  ",",  ":",      "\"a\"", "\"\\\"]\"",
                                          "1", "true", " ", "\n", "{}", "\"b\":", "[1,2]"};
  int good = 0;
  for (int round = 0; round < 3'000; ++round) {
    Draws draws(5, std::to_string(round), "stream");
    std::string text = "[";
    for (std::uint64_t i = draws.below(8); i > 0; --i) text += kTokens[draws.below(std::size(kTokens))];
    text += "]";
    const auto whole = parse_json(text, "f");
    std::string joined;
    const auto all = pieces(text, 1 + draws.below(70));
    if (!whole) continue;
    ++good;
    ASSERT_EQ(all.size(), whole->size()) << text;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string prefix = "|" + std::to_string(i) + "|";
      ASSERT_TRUE(all[i].starts_with(prefix));
      const auto value = parse_json(all[i].substr(all[i].find('|', prefix.size()) + 1), "f");
      ASSERT_TRUE(value) << text;
      ASSERT_EQ(*value, (*whole)[i]) << text;
    }
  }
  EXPECT_GT(good, 50);
}

TEST_F(JsonStream, BrokenTextIsNamedWithItsLine) {
  EXPECT_THAT(error_of(""), HasSubstr(":1 "));
  EXPECT_THAT(error_of("{\"a\": [1,\n2"), HasSubstr(":2 the text ends"));
  EXPECT_THAT(error_of("{\"a\": [\n{\"b\": [}]"), HasSubstr(":2 '}' closes '['"));
  EXPECT_THAT(error_of("{\"a\": [1,\n,2]}"), HasSubstr(":2 a value is missing"));
  EXPECT_THAT(error_of("[1,]"), HasSubstr("a value is missing"));
  EXPECT_THAT(error_of("{\"a\": }"), HasSubstr("a value is missing"));
  EXPECT_THAT(error_of("[1 2]"), HasSubstr("',' or ']' is missing"));
  EXPECT_THAT(error_of("{\"a\":1]"), HasSubstr("',' or '}' is missing"));
  EXPECT_THAT(error_of("{\"a\" 1}"), HasSubstr("':' is missing"));
  EXPECT_THAT(error_of("{a: 1}"), HasSubstr("name of a member"));
  EXPECT_THAT(error_of("{\"a\":1,}"), HasSubstr("name of a member"));
  EXPECT_THAT(error_of("{\n\n\"\xE9\":1}"), HasSubstr(":3 the name of a member is broken"));
  EXPECT_THAT(error_of("[1]\n\n x"), HasSubstr(":3 text after the document"));
  EXPECT_THAT(error_of("[1]]"), HasSubstr("text after the document"));
  EXPECT_THAT(error_of("12"), HasSubstr("must begin"));
  EXPECT_THAT(error_of(std::string_view("[\0]", 3)), HasSubstr("not a value: '\\x00'"));
  EXPECT_THAT(error_of("[" + std::string(5000, '[')), HasSubstr("nested deeper"));
}

TEST_F(JsonStream, WhatIsTooLargeIsRefusedAtItsLine) {
  const std::string text = "[1,\n\"" + std::string(98, 'x') + "\"]";
  for (const std::size_t block : {1, 7, 64, 1000}) {
    EXPECT_THAT(pieces(text, block, 100), testing::SizeIs(2));
    EXPECT_THAT(pieces(text, block, 99).back(), HasSubstr(":2 a single value is longer than 99 bytes"));
    EXPECT_THAT(pieces("[{" + std::string(1000, ' ') + "}]", block, 99).back(), HasSubstr("longer than 99"));
    EXPECT_THAT(pieces("[{" + std::string(97, ' ') + "}]", block, 99), testing::SizeIs(1));
  }
}

TEST_F(JsonStream, AHugeSingleLineIsReadByBlocks) {
  std::string text = "{\"annotations\":[";
  for (int i = 0; i < 200'000; ++i) text += (i ? ",{\"id\":" : "{\"id\":") + std::to_string(i) + ",\"s\":\"[\\\"\"}";
  text += "]}";
  ASSERT_TRUE(write_file(path_, text));
  std::int64_t count = 0;
  const auto status = stream_json(path_, [&](const JsonPiece& piece) {
    EXPECT_EQ(piece.index, count++);
    EXPECT_EQ(piece.line, 1);
    return done();
  });
  EXPECT_TRUE(status);
  EXPECT_EQ(count, 200'000);
}

TEST_F(JsonStream, StopsAtTheFirstErrorOfTheCaller) {
  ASSERT_TRUE(write_file(path_, "[1,2,3]"));
  int calls = 0;
  const Error stop{ErrorKind::kUsage, "enough", "here", ""};
  const auto status = stream_json(path_, [&](const JsonPiece&) -> Status {
    if (++calls == 2) return stop;
    return done();
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error(), stop);
  EXPECT_EQ(calls, 2);
}

TEST_F(JsonStream, MissingFilesAndFoldersAreIoErrors) {
  const auto take = [](const JsonPiece&) { return done(); };
  EXPECT_EQ(stream_json(folder_.path() / "none", take).error().kind, ErrorKind::kIo);
  EXPECT_EQ(stream_json(folder_.path(), take).error().kind, ErrorKind::kIo);
}

}  // namespace
}  // namespace surgsigma
