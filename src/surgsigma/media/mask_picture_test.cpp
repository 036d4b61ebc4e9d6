#include "surgsigma/media/mask_picture.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace surgsigma {
namespace {

fs::path shared_data() {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  for (const fs::path& root :
       {fs::path(named == nullptr ? "" : named), fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data"}) {
    if (!root.empty() && fs::exists(root / "endoscapes2023")) return root;
  }
  return {};
}

std::vector<fs::path> masks_below(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".png") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<ValueClass> first_values(int count) {
  std::vector<ValueClass> classes;
  for (int i = 0; i < count; ++i) classes.push_back({i, i});
  return classes;
}

Image row_of(std::vector<std::uint8_t> values, int channels = 1) {
  Image picture(static_cast<int>(values.size()) / channels, 1, channels);
  picture.values = std::move(values);
  return picture;
}

const std::vector<ColourClass> kPalette = {{{0, 0, 0}, 0}, {{255, 0, 0}, 1}, {{240, 0, 0}, 2}};

TEST(MaskPicture, ColoursBecomeClassesAndStrangersAreNamed) {
  const auto classes = classes_from_colours(row_of({255, 0, 0, 0, 0, 0, 1, 2, 3, 1, 2, 3}, 3), kPalette, 0, "m.png");
  ASSERT_TRUE(classes);
  EXPECT_EQ(classes->ids.values, (std::vector<std::uint8_t>{1, 0, kIgnoredClass, kIgnoredClass}));
  ASSERT_EQ(classes->unknown.size(), 1u);
  EXPECT_EQ(to_string(classes->unknown[0]), "colour #010203 on 2 pixels, first at x 2, y 0, is not in the palette");
  EXPECT_EQ(classes->unknown_pixels, 2);
}

TEST(MaskPicture, ToleranceTakesTheNearestColour) {
  const Image picture = row_of({250, 3, 0, 243, 0, 4, 225, 0, 0}, 3);
  EXPECT_EQ(classes_from_colours(picture, kPalette, 10, "m")->ids.values,
            (std::vector<std::uint8_t>{1, 2, kIgnoredClass}));
  EXPECT_EQ(classes_from_colours(picture, kPalette, 0, "m")->unknown.size(), 3u);
}

TEST(MaskPicture, ValuesMapAndFreeTwoFiveFiveIsIgnoredInSilence) {
  const std::vector<ValueClass> watershed = {{50, 0}, {22, 10}};
  const auto classes = classes_from_values(row_of({22, 50, 255, 7, 7}), watershed, "m");
  ASSERT_TRUE(classes);
  EXPECT_EQ(classes->ids.values, (std::vector<std::uint8_t>{10, 0, 255, 255, 255}));
  EXPECT_EQ(classes->unknown, (std::vector<UnknownMaskValue>{{"7", 2, 3, 0}}));
}

TEST(MaskPicture, TwoFiveFiveMayBeAClass) {
  const std::vector<ValueClass> classes = {{0, 0}, {255, 3}};
  EXPECT_EQ(classes_from_values(row_of({255, 0}), classes, "m")->ids.values, (std::vector<std::uint8_t>{3, 0}));
}

TEST(MaskPicture, WrongSizeIsAnError) {
  const auto classes = classes_from_values(Image(4, 3, 1), first_values(2), "video01/7.png", ImageSize{8, 6});
  ASSERT_FALSE(classes);
  EXPECT_EQ(classes.error().what, "the mask has 4x3 pixels, its frame 8x6");
  EXPECT_EQ(classes.error().where, "video01/7.png");
  EXPECT_FALSE(classes_from_colours(Image(4, 3, 3), kPalette, 0, "m", ImageSize{4, 4}));
}

TEST(MaskPicture, APhotographInPlaceOfAMaskStaysBounded) {
  Image photograph(300, 300, 3);
  for (std::size_t i = 0; i < photograph.values.size(); ++i)
    photograph.values[i] = static_cast<std::uint8_t>(i * 2654435761U >> 13);
  const auto classes = classes_from_colours(photograph, kPalette, 0, "m");
  EXPECT_EQ(classes->unknown.size(), kMostUnknown);
  EXPECT_GT(classes->unknown_pixels, 89'000);
}

TEST(MaskPicture, ClassIdsOutsideABytesRangeAreAUsageError) {
  EXPECT_EQ(classes_from_values(Image(1, 1, 1), std::vector<ValueClass>{{0, 256}}, "m").error().kind,
            ErrorKind::kUsage);
  EXPECT_EQ(classes_from_values(Image(1, 1, 1), std::vector<ValueClass>{{-1, 0}}, "m").error().kind, ErrorKind::kUsage);
}

TEST(MaskPicture, ObjectsAreWholeValuesOrTheirParts) {
  Image ids(5, 3, 1);
  ids.values = {1, 0, 2, 0,   1,  //
                0, 1, 0, 0,   1,  //
                0, 0, 0, 255, 1};
  const auto whole = objects_in(ids);
  ASSERT_EQ(whole.size(), 2u);
  EXPECT_EQ(whole[0].box, (Box{0, 0, 5, 3}));
  EXPECT_EQ(whole[0].area_px, 5);
  const auto parts = objects_in(ids, {MaskParts::kComponents});
  ASSERT_EQ(parts.size(), 3u);  // the two pixels that touch with a corner are one
  EXPECT_EQ(parts[0].box, (Box{0, 0, 2, 2}));
  EXPECT_EQ(parts[1].box, (Box{4, 0, 5, 3}));
  EXPECT_EQ(parts[2].value, 2);
  EXPECT_EQ(objects_in(ids, {MaskParts::kComponents, 3}).size(), 1u);
  EXPECT_EQ(objects_in(ids, {MaskParts::kWhole, 1, 0, -1}).size(), 3u);
}

TEST(MaskPicture, ShapesThatMeetLateAreOneObject) {
  Image ids(7, 4, 1);
  ids.values = {1, 0, 1, 0, 1, 0, 1,  //
                1, 0, 1, 0, 1, 0, 1,  //
                1, 1, 1, 0, 1, 1, 1,  //
                0, 0, 1, 1, 1, 0, 0};
  const auto parts = objects_in(ids, {MaskParts::kComponents});
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].area_px, 17);
  EXPECT_EQ(parts[0].mask, mask_from_image(ids));
}

TEST(MaskPicture, InstanceIdsOfSixteenBits) {
  DepthPicture ids(3, 1, 1);
  ids.values = {1000, 0, 40000};
  const auto objects = objects_in(ids);
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects[1].value, 40000);
  EXPECT_EQ(objects[1].mask, mask_of_value(ids, 40000));
}

TEST(RealMasks, EndoscapesKnowsSixClassesAndOneStranger) {
  if (shared_data().empty()) GTEST_SKIP() << "no real masks: set SURGSIGMA_SHARED_DATA";
  int read = 0, background_only = 0;
  std::set<std::string> strangers;
  for (const fs::path& path : masks_below(shared_data() / "endoscapes2023/GROUND_TH")) {
    const auto values = read_class_ids(path);
    ASSERT_TRUE(values) << to_string(values.error());
    const auto classes = classes_from_values(*values, first_values(7), path.filename().string(), ImageSize{854, 480});
    ASSERT_TRUE(classes) << to_string(classes.error());
    for (const auto& each : classes->unknown)
      strangers.insert(path.filename().string() + " " + each.value + " " + std::to_string(each.pixels));
    background_only += objects_in(classes->ids).empty() ? 1 : 0;
    ++read;
  }
  EXPECT_EQ(read, 174);
  EXPECT_EQ(strangers, (std::set<std::string>{"153_32700.png 7 24522"}));
  EXPECT_GT(background_only, 0);
}

TEST(RealMasks, CadisSegcolAndCholecInstanceSegAreRead) {
  if (shared_data().empty()) GTEST_SKIP() << "no real masks: set SURGSIGMA_SHARED_DATA";
  for (const fs::path& path : masks_below(shared_data() / "cadis")) {  // three equal channels, some with alpha
    const auto values = read_class_ids(path);
    ASSERT_TRUE(values) << to_string(values.error());
    EXPECT_TRUE(classes_from_values(*values, first_values(36), "m", ImageSize{960, 540})->unknown.empty()) << path;
  }
  const std::vector<ValueClass> segcol = {{0, 0}, {127, 1}, {129, 2}, {255, 3}};
  for (const fs::path& path : masks_below(shared_data() / "segcol")) {
    const auto values = read_class_ids(path);
    ASSERT_TRUE(values) << to_string(values.error());
    EXPECT_TRUE(classes_from_values(*values, segcol, "m", ImageSize{640, 480})->unknown.empty()) << path;
  }
  int objects = 0;
  for (const fs::path& path : masks_below(shared_data() / "cholecinstanceseg")) {  // colours: it must not pass as ids
    const auto picture = read_picture(path);
    ASSERT_TRUE(picture) << to_string(picture.error());
    const std::vector<ColourClass> palette = {{{0, 0, 0}, 0}, {{255, 0, 0}, 1}, {{0, 255, 0}, 2}, {{0, 0, 255}, 3}};
    const auto classes = classes_from_colours(*picture, palette, 0, path.string());
    objects += static_cast<int>(objects_in(classes->ids, {MaskParts::kComponents}).size());
  }
  EXPECT_GT(objects, 0);
}

}  // namespace
}  // namespace surgsigma
