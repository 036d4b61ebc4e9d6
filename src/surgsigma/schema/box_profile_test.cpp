#include "surgsigma/schema/box_profile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "surgsigma/base/json.h"

namespace surgsigma {
namespace {

constexpr ImageSize kFrame{854, 480};

std::string written(std::string_view profile, const Box& box, ImageSize size = kFrame) {
  std::string text;
  return find_box_profile(profile)->append(box, size, {}, text) ? text : "nothing:" + text;
}

TEST(BoxProfile, OneBoxIsWrittenInFourConventions) {
  const Box box{100, 50, 300, 250};
  EXPECT_EQ(written("pixel", box), "[100, 50, 300, 250]");
  EXPECT_EQ(written("unit", box), "[0.117, 0.104, 0.351, 0.521]");
  EXPECT_EQ(written("permille", box), "[117, 104, 351, 521]");
  EXPECT_EQ(written("qwen25", box), "[98, 50, 295, 248]");
}

TEST(BoxProfile, TheWholeFrameEndsAtTheLastNumberOfEachConvention) {
  const Box box{0, 0, 854, 480};
  EXPECT_EQ(written("pixel", box), "[0, 0, 854, 480]");
  EXPECT_EQ(written("unit", box), "[0.000, 0.000, 1.000, 1.000]");
  EXPECT_EQ(written("permille", box), "[0, 0, 1000, 1000]");
  EXPECT_EQ(written("qwen25", box), "[0, 0, 839, 475]");
}

TEST(BoxProfile, HalvesGoToTheEvenNumber) {
  EXPECT_EQ(written("pixel", {0.5, 1.5, 2.5, 3.5}), "[0, 2, 2, 4]");
  EXPECT_EQ(written("permille", {0.25, 0.75, 10.25, 10.75}, {500, 500}), "[0, 2, 20, 22]");
}

TEST(BoxProfile, WhatLiesOutsideTheFrameIsCutOff) {
  EXPECT_EQ(written("pixel", {-20, -5, 900, 470}), "[0, 0, 854, 470]");
  EXPECT_EQ(written("permille", {-20, -5, 900, 600}), "[0, 0, 1000, 1000]");
}

TEST(BoxProfile, ABoxWithoutAreaAfterRoundingIsNotWritten) {
  EXPECT_EQ(written("qwen25", {853.4, 479.6, 854, 480}), "nothing:");
  EXPECT_EQ(written("pixel", {10.1, 10.1, 10.3, 40}), "nothing:");
  EXPECT_EQ(written("unit", {10, 10, 10.1, 40}, {2000, 2000}), "nothing:");
  EXPECT_EQ(written("pixel", {900, 10, 950, 40}), "nothing:") << "outside the frame";
}

TEST(BoxProfile, AnUnknownFrameSizeIsOnlyForPixels) {
  EXPECT_EQ(written("pixel", {1, 2, 3, 4}, {0, 0}), "[1, 2, 3, 4]");
  for (const BoxProfileRow& row : box_profiles()) {
    EXPECT_EQ(written(row.name, {1, 2, 300, 400}, {0, 0}).starts_with("nothing:"), row.needs_size) << row.name;
  }
  EXPECT_EQ(find_box_profile("pixels"), nullptr);
}

TEST(BoxProfile, WhatIsWrittenIsReadBackWithinItsOwnRounding) {
  const Box box{101, 53, 307, 251};
  for (const BoxProfileRow& row : box_profiles()) {
    const auto scale = row.scale(kFrame, {});
    ASSERT_TRUE(scale) << row.name;
    const auto numbers = parse_json(written(row.name, box), "box");
    ASSERT_TRUE(numbers) << row.name;
    const double step_x = row.name == "unit" ? scale->x / 1000 : scale->x;
    const double step_y = row.name == "unit" ? scale->y / 1000 : scale->y;
    EXPECT_LE(std::abs((*numbers)[0].get<double>() * scale->x - box.x1), step_x / 2 + 1e-9) << row.name;
    EXPECT_LE(std::abs((*numbers)[1].get<double>() * scale->y - box.y1), step_y / 2 + 1e-9) << row.name;
    EXPECT_LE(std::abs((*numbers)[2].get<double>() * scale->x - box.x2), step_x / 2 + 1e-9) << row.name;
    EXPECT_LE(std::abs((*numbers)[3].get<double>() * scale->y - box.y2), step_y / 2 + 1e-9) << row.name;
  }
}

TEST(BoxProfile, WithoutTheSizeOnlyPixelsAreReadBack) {
  for (const BoxProfileRow& row : box_profiles()) {
    EXPECT_EQ(row.scale({0, 0}, {}).has_value(), !row.needs_size) << row.name;
  }
  EXPECT_FALSE(find_box_profile("qwen25")->scale({400, 20}, {})) << "a frame that the resize refuses";
}

TEST(SmartResize, KeepsSidesMultiplesOfTheFactorAndTheAreaWithinTheLimits) {
  EXPECT_EQ(*smart_resize({854, 480}, 28, {}), (ImageSize{840, 476}));
  EXPECT_EQ(*smart_resize({1920, 1080}, 28, {}), (ImageSize{1316, 728}));
  EXPECT_EQ(*smart_resize({1920, 1080}, 28, {3136, 12845056}), (ImageSize{1932, 1092}));
}

TEST(SmartResize, RefusesThinAndTinyFrames) {
  EXPECT_EQ(smart_resize({400, 20}, 28, {}).error().kind, ErrorKind::kData);
  EXPECT_EQ(smart_resize({28 * 201, 28}, 28, {}).error().where, "5628x28");
}

Result<Json> coordinate_vectors() {
  const char* shared = std::getenv("SURGSIGMA_SHARED_DATA");
  const std::filesystem::path folder = shared ? shared : SURGSIGMA_SOURCE_DIR "/../shared/data";
  return read_document(folder / "metric-vectors/coordinates.json");
}

const Json* vector_of(const Json& document, std::string_view id) {
  for (const Json& vector : document["vectors"]) {
    if (vector["id"] == id) return &vector;
  }
  return nullptr;
}

TEST(SmartResize, AgreesWithTheReferenceVectors) {
  const auto document = coordinate_vectors();
  if (!document.ok()) GTEST_SKIP() << "coordinates.json is not here: " << to_string(document.error());
  const Json* vector = vector_of(*document, "smart-resize");
  ASSERT_NE(vector, nullptr);
  struct Case {
    const char* name;
    int factor;
    ResizeLimits limits;
  };
  for (const Case& c : {Case{"qwen25", 28, {}}, Case{"qwen25_max_12845056", 28, {3136, 12845056}},
                        Case{"qwen3", 32, {65536, 16777216}}}) {
    const Json& sizes = (*vector)["input"]["height_width"];
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const Json& expected = (*vector)["expected"][c.name][i];
      const auto resized = smart_resize({sizes[i][1].get<int>(), sizes[i][0].get<int>()}, c.factor, c.limits);
      ASSERT_EQ(resized.ok(), expected.is_array()) << c.name << " " << i;
      if (!resized.ok()) continue;
      EXPECT_EQ((Json{resized->height, resized->width}), expected) << c.name << " " << i;
    }
  }
}

TEST(BoxProfile, AgreesWithTheReferenceVectors) {
  const auto document = coordinate_vectors();
  if (!document.ok()) GTEST_SKIP() << "coordinates.json is not here: " << to_string(document.error());
  const Json* vector = vector_of(*document, "box-conversions");
  ASSERT_NE(vector, nullptr);
  for (const auto& [profile, name] :
       {std::pair{"permille", "qwen2_and_qwen3_0_1000"}, std::pair{"qwen25", "qwen25_absolute_resized"},
        std::pair{"unit", "unit_normalised_3_decimals"}}) {
    const Json& expected = (*vector)["expected"][name];
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const Json& box = (*vector)["input"]["boxes_xyxy_pixel"][i];
      const std::string text = written(profile, {box[0], box[1], box[2], box[3]});
      if (expected[i][0] == expected[i][2] || expected[i][1] == expected[i][3]) {
        EXPECT_EQ(text, "nothing:") << name << " " << i;
      } else {
        EXPECT_EQ(*parse_json(text, "box"), expected[i]) << name << " " << i;
      }
    }
  }
  const Json* notebook = vector_of(*document, "notebook-example");
  ASSERT_NE(notebook, nullptr);
  EXPECT_EQ(*parse_json(written("permille", {146, 137, 615, 415}, {640, 428}), "box"),
            (*notebook)["expected"]["qwen2"]);
  EXPECT_EQ(*parse_json(written("qwen25", {146, 137, 615, 415}, {640, 428}), "box"), (*notebook)["expected"]["qwen25"]);
}

}  // namespace
}  // namespace surgsigma
