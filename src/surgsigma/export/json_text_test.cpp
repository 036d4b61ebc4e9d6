#include "surgsigma/export/json_text.h"

#include <gtest/gtest.h>

#include "surgsigma/base/json.h"

namespace surgsigma {
namespace {

std::string read_back(std::string_view text) {
  std::string json;
  append_string(text, json);
  const auto value = parse_json(json, "test");
  return value.ok() ? value->get<std::string>() : to_string(value.error());
}

TEST(JsonText, AnyTextComesBackTheSame) {
  std::string every;
  for (int c = 0; c < 128; ++c) every += static_cast<char>(c);
  EXPECT_EQ(read_back(every), every);
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (const char c : {'"', '\\', '\n', '\x01', '\x1f', ' ', '!', '#', '[', ']', '~'}) {
        std::string text(length, 'a');
        text[at] = c;
        ASSERT_EQ(read_back(text), text) << length << " " << at << " " << int(c);
      }
    }
  }
  EXPECT_EQ(read_back("vésicule, Ω, 胆囊, 🔪 and \"quotes\""), "vésicule, Ω, 胆囊, 🔪 and \"quotes\"");
}

TEST(JsonText, PlainTextIsNotChanged) {
  std::string json;
  append_escaped("A grasper and a hook: 50 % of <hook, dissect>/duct.", json);
  EXPECT_EQ(json, "A grasper and a hook: 50 % of <hook, dissect>/duct.");
}

TEST(ReservedWord, TokensOfTrainersAreFoundWhereverTheyStand) {
  for (const std::string_view word :
       {"<image>", "<video>", "<audio>", "<bbox>", "<ref-object>", "<think>", "</think>", "<answer>", "</answer>",
        "<|im_end|>", "<|vision_start|>", "<|endoftext|>", "<loc0123>"}) {
    EXPECT_EQ(reserved_word("a < b " + std::string(word) + " c"), word);
  }
}

TEST(ReservedWord, AngleBracketsOfTripletsAreText) {
  for (const std::string_view text :
       {"<hook, dissect, cystic duct>", "a < b > c", "<", "<|", "<| a |>", "<images>", "<local>", ""}) {
    EXPECT_EQ(reserved_word(text), "") << text;
  }
}

TEST(BoxPlaces, EveryPlaceIsReplacedInOrder) {
  std::string out;
  append_with_boxes("hook at {box:1} and \"clip\" at {box:0}.", {"[1, 2, 3, 4]", "[5, 6, 7, 8]"}, out);
  EXPECT_EQ(out, "hook at [5, 6, 7, 8] and \\\"clip\\\" at [1, 2, 3, 4].");
}

TEST(BoxPlaces, WhatIsNoPlaceStaysText) {
  BoxPlace place;
  EXPECT_FALSE(find_box_place("{box} {box:} {box:x} {box:1 {box:2", 0, place));
  EXPECT_FALSE(find_box_place("{box:99999999999999999999}", 0, place));
  std::string out;
  append_with_boxes("{box:7} of {box:0}", {"[1, 2, 3, 4]"}, out);
  EXPECT_EQ(out, "{box:7} of [1, 2, 3, 4]");
}

}  // namespace
}  // namespace surgsigma
