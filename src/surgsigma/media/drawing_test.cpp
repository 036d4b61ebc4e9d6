#include "surgsigma/media/drawing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace surgsigma {
namespace {

constexpr Colour kRed = {255, 0, 0};
constexpr Colour kGreen = {0, 255, 0};
constexpr Colour kBlack = {0, 0, 0};

Image black(int width, int height) { return Image(width, height, 3); }

Colour colour_at(const Image& picture, int x, int y) {
  const std::uint8_t* pixel = picture.at(x, y);
  return {pixel[0], pixel[1], pixel[2]};
}

/// Pixels that are not black inside an area.
int lit(const Image& picture, const PixelArea& area) {
  int count = 0;
  for (int y = area.y; y < area.bottom(); ++y) {
    for (int x = area.x; x < area.right(); ++x) count += colour_at(picture, x, y) != kBlack;
  }
  return count;
}

TEST(Drawing, TextLiesInsideTheLineThatWasMeasured) {
  const TextStyle style{0.5, {255, 255, 255}, false};
  Image picture = black(300, 60);
  draw_text(picture, 10, 20, "Grasper jpq", style);
  // Soft edges may reach one pixel further.
  const PixelArea line{9, 19, text_width("Grasper jpq", style) + 2, line_height(style) + 2};
  EXPECT_GT(lit(picture, line), 50);
  EXPECT_EQ(lit(picture, line), lit(picture, {0, 0, 300, 60}));
}

TEST(Drawing, TextBeyondTheBorderIsCut) {
  Image picture = black(20, 10);
  draw_text(picture, -30, -5, "a long text that begins and ends outside", {0.5, kRed, true});
  draw_text(picture, 500, 500, "elsewhere", {0.5, kRed, true});
  EXPECT_EQ(picture.size(), (ImageSize{20, 10}));
  Image nothing;
  draw_text(nothing, 0, 0, "x", {});
  EXPECT_TRUE(nothing.is_empty());
}

TEST(Drawing, SignsThatTheFontLacksAreSeenToBeMissing) {
  EXPECT_EQ(drawable("Schnitt \xE2\x80\x93 \xC3\xA4u\xC3\x9F"
                     "er\xE2\x80\xA6"),
            "Schnitt - \x01u\x01"
            "er...");
  EXPECT_EQ(drawable("\xE6\xB0\xB4\t\xFF\xC3"),
            "\x01 \x01\x01");  // a Chinese sign, a byte that is no UTF-8, half a sign
  EXPECT_EQ(drawable("a\nb"), "a\nb");
  const TextStyle style{0.5, kRed, false};
  Image picture = black(60, 20);
  draw_text(picture, 0, 0, "\x01", style);
  const int wide = text_width("\x01", style), bottom = base_line(style);
  EXPECT_EQ(colour_at(picture, 1, bottom - 1), kRed);           // its frame
  EXPECT_EQ(colour_at(picture, wide / 2, bottom - 5), kBlack);  // hollow
}

TEST(Drawing, LinesBreakBetweenWordsAndHoldAllOfThem) {
  const TextStyle style{0.5, kBlack, false};
  const std::string text = "the hook dissects the cystic duct while the grasper retracts the gallbladder";
  const int width = text_width("the hook dissects the cystic", style);
  const WrappedText made = wrapped(text, width, style);
  ASSERT_GE(made.lines.size(), 3u);
  EXPECT_EQ(made.lines[0], "the hook dissects the cystic");
  EXPECT_EQ(made.words_left_out, 0u);
  std::string joined;
  for (const std::string& line : made.lines) {
    EXPECT_LE(text_width(line, style), width);
    joined += (joined.empty() ? "" : " ") + line;
  }
  EXPECT_EQ(joined, text);
  EXPECT_EQ(wrapped("A. hook\nB. clip", 500, style).lines, (std::vector<std::string>{"A. hook", "B. clip"}));
  EXPECT_TRUE(wrapped("", 100, style).lines.empty());
}

TEST(Drawing, WhatDoesNotFitIsCountedAndShownByDots) {
  const TextStyle style{0.5, kBlack, false};
  const int width = text_width("one two three ...", style);
  const WrappedText made = wrapped("one two three four five six seven eight nine ten", width, style, 2);
  ASSERT_EQ(made.lines.size(), 2u);
  EXPECT_TRUE(made.lines[1].ends_with("...")) << made.lines[1];
  EXPECT_LE(text_width(made.lines[1], style), width);
  std::size_t shown = 0;
  for (const std::string& line : made.lines)
    shown += static_cast<std::size_t>(std::count(line.begin(), line.end(), ' ')) + 1;
  EXPECT_EQ(shown - 1 + made.words_left_out, 10u);  // the dots are no word
}

TEST(Drawing, AWordWiderThanTheLineIsBrokenAndANarrowLineStillHoldsALetter) {
  const TextStyle style{0.5, kBlack, false};
  std::string joined;
  for (const std::string& line : wrapped("cholecystectomycholecystectomy", 60, style).lines) {
    EXPECT_LE(text_width(line, style), 60);
    joined += line;
  }
  EXPECT_EQ(joined, "cholecystectomycholecystectomy");
  EXPECT_EQ(wrapped("abc", 1, style).lines.size(), 3u);
  const WrappedText cut = wrapped("cholecystectomycholecystectomy and more", 60, style, 1);
  ASSERT_EQ(cut.lines.size(), 1u);
  EXPECT_TRUE(cut.lines[0].ends_with("..."));
  EXPECT_GE(cut.words_left_out, 3u);
}

TEST(Drawing, ABoxIsFramedWhereItLiesAndItsLabelStandsAbove) {
  Image picture = black(200, 100);
  const LabelledBox box{{50, 40, 120, 90}, "hook", kRed};
  draw_boxes(picture, std::vector<LabelledBox>{box});
  EXPECT_EQ(colour_at(picture, 50, 40), kRed);
  EXPECT_EQ(colour_at(picture, 119, 89), kRed);
  EXPECT_EQ(colour_at(picture, 120, 60), kBlack);  // x2 is exclusive
  EXPECT_EQ(colour_at(picture, 80, 60), kBlack);   // inside stays as it is
  const PixelArea chip = chip_area(50, 0, "hook", 0.45);
  EXPECT_EQ(colour_at(picture, 51, 39), kRed);
  EXPECT_EQ(colour_at(picture, 51, 40 - chip.height), kRed);
  EXPECT_EQ(colour_at(picture, 51, 39 - chip.height), kBlack);
}

TEST(Drawing, LabelsDoNotCoverEachOtherAndStayInThePicture) {
  Image picture = black(200, 120);
  const std::vector<LabelledBox> boxes = {{{20, 40, 100, 80}, "grasper", kRed},
                                          {{24, 40, 104, 80}, "hook", kGreen},
                                          {{150, 0, 260, 300}, "a long label", {0, 0, 255}}};
  draw_boxes(picture, boxes);
  const PixelArea first = chip_area(20, 0, "grasper", 0.45);
  // The first label stands above its box and nothing of the second is on it.
  int green = 0;
  for (int y = 40 - first.height; y < 40; ++y) {
    for (int x = 20; x < 20 + first.width; ++x) green += colour_at(picture, x, y) == kGreen;
  }
  EXPECT_EQ(green, 0);
  EXPECT_EQ(colour_at(picture, 199, 119), (Colour{0, 0, 255}));  // the third is cut at the border
}

TEST(Drawing, BoxesOutsideOrWithoutAreaDoNoHarm) {
  Image picture = black(30, 20);
  draw_boxes(picture,
             std::vector<LabelledBox>{
                 {{-50, -50, -10, -10}, "", kRed}, {{400, 400, 500, 500}, "", kRed}, {{5, 5, 5, 5}, "", kGreen}});
  EXPECT_EQ(colour_at(picture, 29, 19), kRed);
  EXPECT_EQ(colour_at(picture, 5, 5), kGreen);
  Image pixel = black(1, 1);
  draw_boxes(pixel, std::vector<LabelledBox>{{{0, 0, 1, 1}, "", kRed}});
  EXPECT_EQ(colour_at(pixel, 0, 0), kRed);
}

TEST(Drawing, TintAndContourFollowTheMask) {
  Image picture(40, 30, 3, 100);
  Image mask(40, 30, 1);
  for (int y = 10; y < 20; ++y) {
    for (int x = 10; x < 30; ++x) *mask.at(x, y) = 255;
  }
  ASSERT_TRUE(tint(picture, mask, {200, 0, 100}, 0.5));
  EXPECT_EQ(colour_at(picture, 15, 15), (Colour{150, 50, 100}));
  EXPECT_EQ(colour_at(picture, 5, 5), (Colour{100, 100, 100}));
  ASSERT_TRUE(draw_contour(picture, mask, kGreen, 1));
  EXPECT_EQ(colour_at(picture, 10, 10), kGreen);
  EXPECT_EQ(colour_at(picture, 29, 15), kGreen);
  EXPECT_EQ(colour_at(picture, 30, 15), (Colour{100, 100, 100}));
  EXPECT_EQ(colour_at(picture, 15, 15), (Colour{150, 50, 100}));
  const auto refused = tint(picture, Image(39, 30, 1), kRed, 0.5);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
}

TEST(Drawing, PicturesOfAnyShapeFitTheirRoom) {
  const auto size = [](ImageSize picture, ImageSize room) {
    const auto made = fitted(Image(picture.width, picture.height, 1, 7), room);
    EXPECT_TRUE(made.ok());
    EXPECT_EQ(made->channels, 3);
    EXPECT_EQ(colour_at(*made, 0, 0), (Colour{7, 7, 7}));
    return made->size();
  };
  EXPECT_EQ(size({1920, 1080}, {504, 283}), (ImageSize{503, 283}));
  EXPECT_EQ(size({1, 1}, {504, 283}), (ImageSize{283, 283}));
  EXPECT_EQ(size({10000, 1}, {504, 283}), (ImageSize{504, 1}));
  EXPECT_EQ(size({5000, 5000}, {30, 20}), (ImageSize{20, 20}));
  EXPECT_FALSE(fitted(Image(), {10, 10}).ok());
  EXPECT_FALSE(fitted(Image(3, 3, 1), {0, 10}).ok());
}

TEST(Drawing, APastedPictureIsCutAtTheBorder) {
  Image canvas = black(10, 10);
  paste(canvas, Image(4, 4, 1, 50), 8, -2);
  EXPECT_EQ(colour_at(canvas, 8, 0), (Colour{50, 50, 50}));
  EXPECT_EQ(lit(canvas, {0, 0, 10, 10}), 4);
}

}  // namespace
}  // namespace surgsigma
