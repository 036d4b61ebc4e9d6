#include "surgsigma/media/mask_text.h"

#include <gtest/gtest.h>

namespace surgsigma {
namespace {

constexpr ImageSize kSize{20, 10};

std::string refusal(std::string_view text) {
  const auto mask = mask_from_text(text, kSize, "v#1");
  return mask ? "read" : mask.error().where + ": " + mask.error().what;
}

TEST(MaskText, OutlinesAndRunLengthsTellTheSameMask) {
  const auto outline = mask_from_text("[[5,2,15,2,15,8,5,8]]", kSize, "v#1");
  ASSERT_TRUE(outline) << to_string(outline.error());
  EXPECT_EQ(area(*outline), 60);
  EXPECT_EQ(mask_from_text(R"({"size":[10,20],"counts":")" + counts_text(*outline) + "\"}", kSize, "v#1").value(),
            *outline);
  std::string runs;
  for (const std::uint32_t run : outline->runs) runs += (runs.empty() ? "" : ",") + std::to_string(run);
  EXPECT_EQ(mask_from_text("{\"counts\":[" + runs + "]}", kSize, "v#1").value(), *outline);
}

TEST(MaskText, AMaskOfAnotherShapeWithAsManyPixelsIsRefused) {
  EXPECT_EQ(refusal(R"({"size":[20,10],"counts":[200]})"), "v#1: the mask is 10x20, its picture 20x10");
  EXPECT_EQ(refusal(R"({"size":[10,20],"counts":[200]})"), "read");
}

TEST(MaskText, WhatIsNoMaskIsNamed) {
  EXPECT_EQ(refusal("{}"), "v#1: neither outlines nor run lengths");
  EXPECT_EQ(refusal("7"), "v#1: neither outlines nor run lengths");
  EXPECT_EQ(refusal("[7]"), "v#1: an outline is no list of numbers");
  EXPECT_EQ(refusal("[[1,2,null,4,5,6]]"), "v#1: an outline holds something that is no number");
  EXPECT_EQ(refusal(R"({"counts":{"a":200}})"), "v#1: run lengths are a text or a list of numbers");
  EXPECT_EQ(refusal(R"({"counts":[1.5]})"), "v#1: a run length is no whole number");
  EXPECT_EQ(refusal(R"({"size":[10],"counts":[200]})"), "v#1: the size of the run lengths is not [height, width]");
  EXPECT_NE(refusal(R"({"counts":[18446744073709551615]})"), "read");
  EXPECT_NE(refusal("[[1,2"), "read");
}

}  // namespace
}  // namespace surgsigma
