#include "surgsigma/pipeline/sheet_tile.h"

#include <gtest/gtest.h>

namespace surgsigma {
namespace {

constexpr Colour kFlat = {90, 40, 40};

const Ontology& ontology() {
  static const Catalog loaded = std::move(*load_catalog(SURGSIGMA_SOURCE_DIR "/catalog"));
  return loaded.ontology;
}

Image flat(int width, int height, Colour colour = kFlat) {
  Image made(width, height, 3);
  fill_area(made, {0, 0, width, height}, colour);
  return made;
}

SheetExample example(const char* task, std::optional<Answer> answer, Image picture) {
  SheetExample made;
  made.number = 2;
  made.task = task;
  made.id = "0123456789abcdef";
  made.about = "conversation 0123456789abcdef, open";
  made.place = "cholec80, case camma:7, video07 at 00:12.0";
  made.answer = std::move(answer);
  made.question = "Where is the hook?";
  made.words = "There.";
  made.panels.push_back({std::move(picture), "", {}});
  return made;
}

Image drawn(const SheetExample& one, std::string* remark = nullptr) {
  std::string found;
  auto tile = draw_tile(one, ontology(), found);
  EXPECT_TRUE(tile.ok()) << to_string(tile.error());
  if (remark != nullptr) *remark = found;
  return tile.ok() ? std::move(*tile) : Image();
}

/// Where the picture begins: the first place with its colour, or with any other that paper and letters do not have.
PixelArea area_of(const Image& tile, Colour colour) {
  int x1 = tile.width, y1 = tile.height, x2 = 0, y2 = 0;
  for (int y = 0; y < tile.height; ++y) {
    for (int x = 0; x < tile.width; ++x) {
      const std::uint8_t* p = tile.at(x, y);
      if (Colour{p[0], p[1], p[2]} != colour) continue;
      x1 = std::min(x1, x), y1 = std::min(y1, y), x2 = std::max(x2, x + 1), y2 = std::max(y2, y + 1);
    }
  }
  return {x1, y1, x2 - x1, y2 - y1};
}

int count_of(const Image& tile, Colour colour) {
  int count = 0;
  for (std::size_t i = 0; i + 2 < tile.values.size(); i += 3) {
    count += tile.values[i] == colour[0] && tile.values[i + 1] == colour[1] && tile.values[i + 2] == colour[2];
  }
  return count;
}

Answer boxes(ImageSize size, Box box, std::vector<int> cells = {}, bool is_grid = false) {
  return Answer{BoxesAnswer{size, is_grid, {{ConceptId("ins.hook"), box, std::move(cells)}}}, std::nullopt, ""};
}

TEST(SheetTile, ABoxIsScaledFromTheFrameOfTheLabelsToThePicture) {
  // Labels of a frame twice as large as the picture; the picture is 504 wide in the tile.
  const Image tile =
      drawn(example("instrument_localization", boxes({1920, 1080}, {960, 540, 1440, 810}), flat(960, 540)));
  const PixelArea picture = area_of(tile, kFlat);
  ASSERT_EQ(picture.width, 504);
  const PixelArea box = area_of(tile, distinct_colour(0));
  EXPECT_EQ(box.x, picture.x + 252);
  EXPECT_NEAR(box.right(), picture.x + 378, 1);
  EXPECT_NEAR(box.bottom(), picture.y + picture.height * 3 / 4, 2);
}

TEST(SheetTile, OtherShapesOfFrameAndPictureAreToldApart) {
  std::string remark;
  drawn(example("instrument_localization", boxes({1920, 1080}, {960, 540, 1440, 810}), flat(640, 640)), &remark);
  EXPECT_EQ(remark, "boxes refer to 1920x1080, the picture is 640x640");
  drawn(example("instrument_localization", boxes({854, 480}, {0, 0, 10, 10}), flat(1920, 1080)), &remark);
  EXPECT_EQ(remark, "");
}

TEST(SheetTile, AGridAnswerTintsItsCells) {
  const Image tile =
      drawn(example("instrument_localization", boxes({900, 600}, {0, 0, 300, 200}, {0, 5}, true), flat(900, 600)));
  const PixelArea picture = area_of(tile, kFlat);
  const auto at = [&](int column, int row) {
    const std::uint8_t* p =
        tile.at(picture.x + picture.width * (2 * column + 1) / 6, picture.y + picture.height * (4 * row + 3) / 12);
    return Colour{p[0], p[1], p[2]};
  };
  EXPECT_NE(at(2, 1), kFlat);
  EXPECT_EQ(at(1, 1), kFlat);
  EXPECT_EQ(at(2, 2), kFlat);
}

TEST(SheetTile, CriteriaAreBadgesGreenAndRed) {
  CriteriaAnswer criteria{
      ConceptId("cri.cvs"),
      {{ConceptId("a"), true, 0.667}, {ConceptId("b"), false, 0.0}, {ConceptId("c"), false, std::nullopt}}};
  const Image tile = drawn(example("safety_assessment", Answer{criteria, std::nullopt, ""}, flat(854, 480)));
  const PixelArea yes = area_of(tile, {40, 170, 70}), no = area_of(tile, {200, 50, 50});
  ASSERT_GT(yes.width, 10);
  EXPECT_LT(yes.right(), no.x);  // the first of three
  EXPECT_GT(no.width, yes.width);
}

TEST(SheetTile, AMaskIsTintAndContourWhereItLies) {
  SheetExample one = example("instrument_segmentation", std::nullopt, flat(504, 252));
  one.panels[0].mask = Image(504, 252, 1);
  fill_area(one.panels[0].picture, {0, 0, 1, 1}, kFlat);
  for (int y = 100; y < 150; ++y) std::fill_n(one.panels[0].mask.at(200, y), 100, std::uint8_t{255});
  const Image tile = drawn(one);
  const PixelArea picture = area_of(tile, kFlat);
  const PixelArea contour = area_of(tile, {60, 255, 90});
  EXPECT_EQ(contour, (PixelArea{picture.x + 200, picture.y + 100, 100, 50}));
  const std::uint8_t* inside = tile.at(picture.x + 250, picture.y + 125);
  EXPECT_GT(inside[1], 90);   // tinted green ...
  EXPECT_LT(inside[1], 150);  // ... and still the picture
}

TEST(SheetTile, WhatIsMissingIsSaidWhereThePictureWouldBe) {
  SheetExample one = example("phase_recognition", std::nullopt, Image());
  one.panels.clear();
  one.missing = "no picture: cholec80/videos/video07.mp4: the file is not there";
  std::string remark;
  const Image tile = drawn(one, &remark);
  EXPECT_EQ(remark, one.missing);
  EXPECT_GT(count_of(tile, {62, 62, 66}), 30000);
}

TEST(SheetTile, LongAnswersAreCutWithARemarkAndOddOnesDoNoHarm) {
  SheetExample one = example("image_captioning", Answer{TextAnswer{"x"}, std::nullopt, ""}, flat(854, 480));
  for (int i = 0; i < 400; ++i) one.words += " gallbladder";
  std::string remark;
  drawn(one, &remark);
  EXPECT_NE(remark.find("more words: surgsigma show 0123456789abcdef"), std::string::npos) << remark;
  one.words = "Schl\xC3\xBCssel \xE6\xB0\xB4 \xFF";
  EXPECT_GT(drawn(one, &remark).height, 300);
  EXPECT_EQ(remark, "");
}

TEST(SheetTile, PicturesOfAnyShapeHaveRoom) {
  for (const ImageSize size : {ImageSize{1, 1}, ImageSize{8000, 3}, ImageSize{3, 8000}, ImageSize{4096, 4096}}) {
    const Image tile =
        drawn(example("phase_recognition", Answer{ConceptsAnswer{{ConceptId("ins.hook")}}, std::nullopt, ""},
                      flat(size.width, size.height)));
    EXPECT_EQ(tile.width, kTileWidth);
    EXPECT_LT(tile.height, 520) << size.width << "x" << size.height;
  }
}

TEST(SheetTile, AStripStandsInRowsOfThree) {
  SheetExample one = example("action_recognition", std::nullopt, flat(854, 480, {10, 20, 30}));
  for (int i = 1; i < 6; ++i)
    one.panels.push_back({flat(854, 480, {static_cast<std::uint8_t>(10 + 30 * i), 20, 30}), "", {}});
  const Image tile = drawn(one);
  const PixelArea first = area_of(tile, {10, 20, 30}), third = area_of(tile, {70, 20, 30}),
                  fourth = area_of(tile, {100, 20, 30});
  EXPECT_EQ(first.y, third.y);
  EXPECT_GT(third.x, first.right());
  EXPECT_EQ(fourth.x, first.x);
  EXPECT_GE(fourth.y, first.bottom());
}

TEST(SheetTile, BoxesInWordsAreWholePixelsAndUnknownOnesStay) {
  EXPECT_EQ(with_boxes("A hook at {box:1}, {box:0}.", {1, 2, 3, 4, 5.4, 6.6, 7, 8}),
            "A hook at [5, 7, 7, 8], [1, 2, 3, 4].");
  EXPECT_EQ(with_boxes("{box:2} {box:} {box:x} {box:0", {1, 2, 3, 4}), "{box:2} {box:} {box:x} {box:0");
}

TEST(SheetTile, WhatAnAnswerSaysStandsOnThePicture) {
  const Answer hook{ConceptsAnswer{{ConceptId("ins.hook")}}, std::nullopt, "B"};
  EXPECT_EQ(overlay_words("instrument_recognition", hook, ontology()), "instruments: hook");
  Answer denied = hook;
  denied.yes = false;
  denied.key.clear();
  EXPECT_EQ(overlay_words("instrument_recognition", denied, ontology()), "instruments: not hook");
  EXPECT_EQ(overlay_words("action_remaining", Answer{DurationAnswer{10 * kSecond}, std::nullopt, ""}, ontology()),
            "time left: 10 seconds");
  EXPECT_EQ(overlay_words("image_captioning", Answer{TextAnswer{"words"}, std::nullopt, ""}, ontology()), "");
}

}  // namespace
}  // namespace surgsigma
