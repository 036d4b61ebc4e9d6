#include "surgsigma/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/files.h"

namespace surgsigma {
namespace {

using testing::HasSubstr;

Error json_error(std::string_view text) {
  const auto json = parse_json(text, "a.json");
  EXPECT_FALSE(json) << text;
  return json ? Error{} : json.error();
}

Error yaml_error(std::string_view text) {
  const auto yaml = parse_yaml(text, "a.yaml");
  EXPECT_FALSE(yaml) << text;
  return yaml ? Error{} : yaml.error();
}

std::string json_text(std::string_view text) {
  const auto json = parse_json(text, "a.json");
  return json ? to_text(*json) : to_string(json.error());
}

std::string yaml_text(std::string_view text) {
  const auto yaml = parse_yaml(text, "a.yaml");
  return yaml ? to_text(*yaml) : to_string(yaml.error());
}

TEST(ParseJson, KeepsOrderTypesAndLetters) {
  EXPECT_EQ(json_text(R"( {"b": [1, -2, 3.5, true, null], "a": {"é": "\u00e9\n"}} )"),
            R"({"b":[1,-2,3.5,true,null],"a":{"é":"é\n"}})");
  EXPECT_EQ(json_text("\xEF\xBB\xBF[]"), "[]");
  EXPECT_EQ(json_text("12"), "12");
  EXPECT_EQ(json_text("[9223372036854775807, 18446744073709551615]"), "[9223372036854775807,18446744073709551615]");
}

TEST(ParseJson, BrokenTextIsNamedWithItsLine) {
  EXPECT_EQ(json_error("{\n\"a\": 1,\n\"b\": ]\n}").where, "a.json:3");
  EXPECT_EQ(json_error("{\n\"a\": 1").where, "a.json:2");
  EXPECT_EQ(json_error("").where, "a.json:1");
  EXPECT_EQ(json_error("[1\n2]").where, "a.json:2");
  for (const char* text : {"[1,]", "{\"a\":1,}", "{a:1}", "['a']", "[1 2]", "[", "\"a", "nul", "// x\n1", "[01]",
                           "[+1]", "[.5]", "[\"\t\"]", "[\"\\x\"]", "[\"\\ud800\"]", "{\"a\"}", "{1:2}"})
    EXPECT_EQ(json_error(text).kind, ErrorKind::kData) << text;
}

TEST(ParseJson, ErrorsArePrintable) {
  EXPECT_TRUE(parse_json("\"é", "f").ok() == false);
  for (const char* text : {"é", "[é]", "{\"é\": é}", "[\"\x01\"]", "[\"é"})
    EXPECT_NO_THROW(to_text(Json(json_error(text).what)));
  EXPECT_THAT(json_error("[x]").what, HasSubstr("syntax error"));
}

TEST(ParseJson, DuplicateMembersAreRefused) {
  const Error error = json_error("{\"a\": {\"b\": 1},\n \"b\": 2,\n \"a\": 3}");
  EXPECT_EQ(error.where, "a.json:3");
  EXPECT_EQ(error.what, "the member 'a' stands here twice");
  EXPECT_TRUE(parse_json(R"([{"a": 1}, {"a": {"a": 2}}])", "f"));
  std::string large = "{";
  for (int i = 0; i < 1000; ++i) large += "\"k" + std::to_string(i) + "\": 0,\n";
  EXPECT_TRUE(parse_json(large + "\"z\": 0}", "f"));
  EXPECT_EQ(json_error(large + "\"k999\": 0}").where, "a.json:1001");
  EXPECT_EQ(json_error(large + "\"k3\": 0}").where, "a.json:1001");
}

TEST(ParseJson, NumbersThatAreNoneAreRefused) {
  for (const char* text : {"[NaN]", "[Infinity]", "[-Infinity]", "[1e999]", "[-1e999]"}) {
    EXPECT_EQ(json_error(text).kind, ErrorKind::kData) << text;
  }
  EXPECT_EQ(json_error("[1,\n1e999]").where, "a.json:2");
  EXPECT_EQ(json_error("[1e999]").what, "the number '1e999' is too large");
}

TEST(ParseJson, DepthIsLimited) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(200), "f"));
  EXPECT_THAT(json_error(nested(201)).what, HasSubstr("deeper"));
  EXPECT_THAT(json_error(std::string(1'000'000, '[')).what, HasSubstr("deeper"));
}

TEST(ParseJson, NothingMayFollowTheDocument) {
  EXPECT_EQ(json_error("{}\n{}").where, "a.json:2");
  EXPECT_EQ(json_error(std::string_view("{}\n\0more", 8)).where, "a.json:2");  // NUL ends nothing
  EXPECT_FALSE(parse_json(std::string_view("[\0]", 3), "f"));
}

TEST(ParseJson, InvalidUtf8IsNamedWithItsLine) {
  EXPECT_EQ(json_error("{\"a\": 1,\n\"caf\xE9\": 2}").where, "a.json:2");
  EXPECT_EQ(json_error("[\"\xC0\xAF\"]").what, "not valid UTF-8");
}

TEST(ParseJson, ALargeObjectTakesNoQuadraticTime) {
  std::string text = "{\"k\": 0";
  for (int i = 0; i < 200'000; ++i) text += ",\"k" + std::to_string(i) + "\":0";
  const auto json = parse_json(text + "}", "f");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->size(), 200'001u);
}

TEST(ParseYaml, PlainScalarsAreTypedAsInJson) {
  EXPECT_EQ(yaml_text("a: 12\nb: -1.5e3\nc: true\nd: ~\ne:\nf: null\ng: text\nh: False"),
            R"({"a":12,"b":-1500.0,"c":true,"d":null,"e":null,"f":null,"g":"text","h":false})");
  EXPECT_EQ(yaml_text("[0, -0, 1.0, 9223372036854775807]"), "[0,0,1.0,9223372036854775807]");
}

TEST(ParseYaml, WhatJsonWouldNotCallANumberIsText) {
  EXPECT_EQ(yaml_text("[007, 0x1F, 1_000, .5, +5, 12:30, 1., no, off, yes, y, 2020-01-01, .nan, .inf, nan]"),
            R"(["007","0x1F","1_000",".5","+5","12:30","1.","no","off","yes","y","2020-01-01",".nan",".inf","nan"])");
}

TEST(ParseYaml, QuotedAndTaggedScalarsAreText) {
  EXPECT_EQ(yaml_text("['12', \"true\", '', \"~\", !!str 12]"), R"(["12","true","","~","12"])");
  EXPECT_EQ(yaml_text("a: |\n  12\nb: >-\n  true\n"), R"({"a":"12\n","b":"true"})");
  EXPECT_EQ(yaml_text("'12': 1\n12: 2\n").substr(0, 9), "a.yaml:2:");  // one name, written twice
}

TEST(ParseYaml, KeepsOrderAndNesting) {
  EXPECT_EQ(yaml_text("z:\n  - a: 1\n    b: [x, {y: 2}]\n  - - 3\na: {}\nm: []\n"),
            R"({"z":[{"a":1,"b":["x",{"y":2}]},[3]],"a":{},"m":[]})");
  EXPECT_EQ(yaml_text("# only a remark\n"), "null");
  EXPECT_EQ(yaml_text(""), "null");
}

TEST(ParseYaml, AliasesAreCopied) {
  EXPECT_EQ(yaml_text("a: &x {b: [1]}\nc: *x\nd: [*x, &y 5, *y]\n"),
            R"({"a":{"b":[1]},"c":{"b":[1]},"d":[{"b":[1]},5,5]})");
}

TEST(ParseYaml, HostileAliasesEnd) {
  EXPECT_THAT(yaml_error("a: &a [*a]").what, HasSubstr("alias"));
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string from = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + from + ", " + from + ", " + from + ", " +
              from + "]\n";
  }
  EXPECT_THAT(yaml_error(laughs).what, HasSubstr("aliases unfolded"));
  std::string deep = "a0: &a0 []\n";
  for (int i = 1; i < 300; ++i) {
    deep += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_THAT(yaml_error(deep).what, HasSubstr("deeper"));
}

TEST(ParseYaml, DuplicateMembersAreRefusedWithTheirLine) {
  const Error error = yaml_error("a: 1\nb:\n  c: 1\n  c: 2\n");
  EXPECT_EQ(error.where, "a.yaml:4");
  EXPECT_EQ(error.what, "the member 'c' stands here twice");
}

TEST(ParseYaml, BrokenTextIsNamedWithItsLine) {
  EXPECT_EQ(yaml_error("a: 1\nb: [1, 2\nc: 3\n").kind, ErrorKind::kData);
  EXPECT_EQ(yaml_error("a: 1\n  b: 2\n").where, "a.yaml:2");
  EXPECT_EQ(yaml_error("a: 1\nb: 'x\n").kind, ErrorKind::kData);
  EXPECT_EQ(yaml_error("a: 1\nb: \"x").kind, ErrorKind::kData);
  EXPECT_EQ(yaml_error("a: 1\nb: *nowhere\n").where, "a.yaml:2");
  EXPECT_EQ(yaml_error("a: 1\n? [x]\n: 2\n").where, "a.yaml:2");
  EXPECT_EQ(yaml_error("a: 1\n~: 2\n").where, "a.yaml:2");
  EXPECT_EQ(yaml_error("a: 1\nb: 1e999\n").where, "a.yaml:2");
  EXPECT_THAT(yaml_error("a: 1\n---\nb: 2\n").what, HasSubstr("more than one"));
}

TEST(ParseYaml, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(yaml_error("a: 1\nb: caf\xE9\n").where, "a.yaml:2");
  EXPECT_EQ(yaml_error("a: 1\nb: \x04\nc: 3\n").where, "a.yaml:2");  // would end the text unseen
}

TEST(ParseYaml, DepthIsLimited) {
  EXPECT_TRUE(parse_yaml(std::string(150, '[') + std::string(150, ']'), "f"));
  EXPECT_FALSE(parse_yaml(std::string(201, '[') + std::string(201, ']'), "f"));
  EXPECT_FALSE(parse_yaml(std::string(100'000, '['), "f"));
  EXPECT_FALSE(parse_yaml(std::string(100'000, '{'), "f"));
  std::string dashes;
  for (int i = 0; i < 50'000; ++i) dashes += "- ";
  EXPECT_FALSE(parse_yaml(dashes, "f"));
}

TEST(ReadDocument, GoesByTheEnding) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "a.YAML", "a: 007"));
  ASSERT_TRUE(write_file(folder.path() / "a.json", "{\"a\": 7}"));
  ASSERT_TRUE(write_file(folder.path() / "a.txt", "{\"a\": 7}"));
  EXPECT_EQ(to_text(*read_document(folder.path() / "a.YAML")), R"({"a":"007"})");
  EXPECT_EQ(to_text(*read_document(folder.path() / "a.json")), R"({"a":7})");
  EXPECT_EQ(read_document(folder.path() / "a.txt").error().kind, ErrorKind::kUsage);
  EXPECT_EQ(read_document(folder.path() / "none.json").error().kind, ErrorKind::kIo);
}

TEST(ToText, NeverThrows) { EXPECT_EQ(to_text(Json("caf\xE9")), "\"caf\xEF\xBF\xBD\""); }

TEST(Members, AreReadWithTheirType) {
  const Json object = {{"t", "x"}, {"i", 3}, {"f", 2.5}, {"w", 4.0}, {"b", true}, {"u", UINT64_MAX}, {"n", nullptr}};
  EXPECT_EQ(*text_at(object, "t", "card"), "x");
  EXPECT_EQ(text_or(object, "i", "none"), "none");
  EXPECT_EQ(int_or(object, "i", 0), 3);
  EXPECT_EQ(int_or(object, "w", 0), 4);
  EXPECT_EQ(int_or(object, "f", -1), -1);
  EXPECT_EQ(int_or(object, "u", -1), -1);
  EXPECT_EQ(number_or(object, "i", 0), 3.0);
  EXPECT_EQ(number_or(object, "t", 0.5), 0.5);
  EXPECT_EQ(bool_or(object, "b", false), true);
  EXPECT_EQ(bool_or(object, "i", true), true);
  EXPECT_EQ(int_or(Json::array({1}), "i", 9), 9);
}

TEST(Members, MissingTextSaysWhere) {
  const Json object = {{"i", 3}};
  EXPECT_EQ(text_at(object, "id", "cards/x.yaml").error().where, "cards/x.yaml");
  EXPECT_EQ(text_at(object, "id", "c").error().what, "the member 'id' is missing");
  EXPECT_EQ(text_at(object, "i", "c").error().what, "the member 'i' is not text");
  EXPECT_FALSE(text_at(Json(3), "i", "c"));
}

}  // namespace
}  // namespace surgsigma
