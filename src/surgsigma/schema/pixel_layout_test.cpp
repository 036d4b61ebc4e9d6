#include "surgsigma/schema/pixel_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/schema/catalog.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Json yaml(std::string_view text) {
  auto json = parse_yaml(text, "with");
  EXPECT_TRUE(json) << to_string(json.error());
  return json ? *json : Json();
}

std::string mistake_in_depth(std::string_view text) {
  const auto depth = depth_layout(yaml(text), "card.yaml: layout[2].with");
  EXPECT_FALSE(depth) << text;
  return depth ? "" : to_string(depth.error());
}

/// The error of a card with this layout entry.
std::string mistake_of_entry(const std::string& entry) {
  const Json card =
      yaml("{id: toy, name: Toy, licence: {id: custom, terms: [unstated]}, frame_rate: 25, layout: [" + entry + "]}");
  const auto read = read_source_card(card, "toy.yaml");
  return read ? "" : to_string(read.error());
}

TEST(DepthLayout, EveryWordIsRead) {
  const auto depth = depth_layout(yaml("{unit: m, scale: \"100/65535\", invalid: [0, 65535], range: [1, 300], channel: "
                                       "2, half: top, provenance: ct, "
                                       "projection: ray, video_id: \"a{video}\", index: 0}"),
                                  "card");
  ASSERT_TRUE(depth) << to_string(depth.error());
  EXPECT_EQ(depth->unit, "m");
  EXPECT_DOUBLE_EQ(depth->scale, 100.0 / 65535);
  EXPECT_THAT(depth->invalid, ElementsAre(0, 65535));
  EXPECT_EQ(depth->least, 1);
  EXPECT_EQ(depth->most, 300);
  EXPECT_EQ(depth->channel, 2);
  EXPECT_EQ(depth->half, PictureHalf::kTop);
  EXPECT_EQ(depth->provenance, "ct");
  EXPECT_EQ(depth->projection, "ray");
  EXPECT_FALSE(depth->is_inverse);
}

TEST(DepthLayout, DisparityIsInverseAndOneInvalidValueNeedsNoList) {
  const auto depth = depth_layout(yaml("{unit: disparity, invalid: 255, provenance: stereo}"), "card");
  ASSERT_TRUE(depth);
  EXPECT_TRUE(depth->is_inverse);
  EXPECT_THAT(depth->invalid, ElementsAre(255));
}

TEST(DepthLayout, WhatAMatcherOrANetworkMadeIsPseudo) {
  EXPECT_TRUE(is_pseudo_depth("stereo"));
  EXPECT_TRUE(is_pseudo_depth("network"));
  for (const char* measured : {"measured", "structured_light", "ct", "model", "carried"})
    EXPECT_FALSE(is_pseudo_depth(measured));
}

TEST(DepthLayout, MistakesNameTheKeyAndTheNearestWord) {
  EXPECT_THAT(mistake_in_depth("{unit: feet, provenance: ct}"), HasSubstr("layout[2].with: unit: unknown word 'feet'"));
  EXPECT_THAT(mistake_in_depth("{unit: mm}"), HasSubstr("provenance"));
  EXPECT_THAT(mistake_in_depth("{provenance: structured_ligth}"), HasSubstr("structured_light"));
  EXPECT_THAT(mistake_in_depth("{provenance: ct, scale: 0}"), HasSubstr("scale: must be greater than 0"));
  EXPECT_THAT(mistake_in_depth("{provenance: ct, scale: \"1/0\"}"), HasSubstr("must be a number"));
  EXPECT_THAT(mistake_in_depth("{provenance: ct, invalid: [0, none]}"), HasSubstr("invalid"));
  EXPECT_THAT(mistake_in_depth("{provenance: ct, range: [300, 1]}"), HasSubstr("smaller number first"));
  EXPECT_THAT(mistake_in_depth("{provenance: ct, range: 300}"), HasSubstr("[least, most]"));
  EXPECT_THAT(mistake_in_depth("{provenance: ct, channel: -1}"), HasSubstr("channel"));
  EXPECT_THAT(mistake_in_depth("{provenance: ct, half: middle}"), HasSubstr("half"));
  EXPECT_THAT(mistake_in_depth("{provenance: ct, near_is_bright: true}"), HasSubstr("near_is_bright"));
  EXPECT_THAT(mistake_in_depth("{provenance: ct, unti: mm}"), HasSubstr("unknown key 'unti'"));
}

TEST(StackedViews, TheLeftViewHasItsHalf) {
  EXPECT_EQ(view_layout(yaml("{views: left_over_right}"), "card")->views,
            (StackedViews{PictureHalf::kTop, PictureHalf::kBottom}));
  EXPECT_EQ(view_layout(yaml("{views: right_beside_left}"), "card")->views,
            (StackedViews{PictureHalf::kRight, PictureHalf::kLeft}));
  EXPECT_FALSE(view_layout(Json(), "card")->views.is_stacked());
  EXPECT_TRUE(view_layout(yaml("{stills: true}"), "card")->is_stills);
  EXPECT_FALSE(view_layout(yaml("{views: left_under_right}"), "card"));
}

TEST(CalibrationLayout, MetresBecomeMillimetresAndNonsenseIsRefused) {
  EXPECT_EQ(calibration_layout(yaml("{unit: m, disparities: 64, max_mm: 300}"), "card")->mm, 1000);
  EXPECT_FALSE(calibration_layout(yaml("{unit: inch}"), "card"));
  EXPECT_FALSE(calibration_layout(yaml("{disparities: 20}"), "card"));
  EXPECT_FALSE(calibration_layout(yaml("{known_share: 2}"), "card"));
}

TEST(SourceCardPixels, AMistakeIsFoundWithTheCard) {
  EXPECT_EQ(mistake_of_entry("{role: depth, pattern: 'd{video}/{index}.png', with: {provenance: ct}}"), "");
  EXPECT_THAT(mistake_of_entry("{role: depth, pattern: 'd{video}/{index}.png', with: {unit: feet, provenance: ct}}"),
              HasSubstr("toy.yaml: layout[0].with.unit: unknown word 'feet'"));
  EXPECT_THAT(mistake_of_entry("{role: depth, pattern: 'd{video}/{index}.png'}"),
              HasSubstr("layout[0].with.provenance"));
  EXPECT_THAT(mistake_of_entry("{role: depth, pattern: 'd{video}.png', with: {provenance: ct}}"),
              HasSubstr("does not say which frame"));
  EXPECT_EQ(mistake_of_entry("{role: depth, pattern: 'd{video}.png', with: {provenance: ct, index: 0}}"), "");
  EXPECT_THAT(mistake_of_entry("{role: video, pattern: 'd{video}.mp4', with: {views: upside_down}}"),
              HasSubstr("layout[0].with.views"));
  EXPECT_THAT(mistake_of_entry("{role: calibration, pattern: 'c{video}.yaml', with: {unit: feet}}"),
              HasSubstr("layout[0].with.unit"));
}

}  // namespace
}  // namespace surgsigma
