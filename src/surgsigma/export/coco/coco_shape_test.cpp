#include "surgsigma/export/coco/coco_shape.h"

#include <gtest/gtest.h>

#include "surgsigma/base/json.h"
#include "surgsigma/media/mask.h"

namespace surgsigma {
namespace {

constexpr ImageSize kPicture{100, 50};

Annotation box_row(double x1, double y1, double x2, double y2) {
  Annotation row;
  row.kind = AnnotationKind::kBox;
  row.x1 = x1;
  row.y1 = y1;
  row.x2 = x2;
  row.y2 = y2;
  return row;
}

Annotation mask_row(const std::string& text) {
  Annotation row;
  row.kind = AnnotationKind::kMask;
  row.text = text;
  return row;
}

TEST(CocoShape, ABoxInsideIsHandedOnAsItIs) {
  const Annotation box = box_row(10.25, 5, 30.5, 25);
  CocoShape shape;
  EXPECT_EQ(shape_of(&box, nullptr, kPicture, shape), "");
  EXPECT_EQ(shape.box, (Box{10.25, 5, 30.5, 25}));
  EXPECT_DOUBLE_EQ(shape.area, 20.25 * 20);
  EXPECT_TRUE(shape.segmentation.empty());
  EXPECT_FALSE(shape.is_cut || shape.is_scaled);
}

TEST(CocoShape, ABoxOverTheBorderIsCutAndSaysSo) {
  const Annotation box = box_row(-10, 40, 20, 60);
  CocoShape shape;
  EXPECT_EQ(shape_of(&box, nullptr, kPicture, shape), "");
  EXPECT_EQ(shape.box, (Box{0, 40, 20, 50}));
  EXPECT_TRUE(shape.is_cut);
}

TEST(CocoShape, WhatIsNoBoxIsNamed) {
  const Annotation outside = box_row(200, 5, 230, 25), flat = box_row(10, 5, 10, 25);
  Annotation half = box_row(10, 5, 20, 25);
  half.y2.reset();
  CocoShape shape;
  EXPECT_EQ(shape_of(&outside, nullptr, kPicture, shape), coco_rule::kBoxOutside);
  EXPECT_EQ(shape_of(&flat, nullptr, kPicture, shape), coco_rule::kBoxWithoutArea);
  EXPECT_EQ(shape_of(&half, nullptr, kPicture, shape), coco_rule::kBrokenBox);
}

TEST(CocoShape, PolygonsStayAsTheyStandAndTheirPixelsAreCounted) {
  const std::string text = "[[10,10,20,10,20,20,10,20]]";
  const Annotation mask = mask_row(text);
  CocoShape shape;
  EXPECT_EQ(shape_of(nullptr, &mask, kPicture, shape), "");
  EXPECT_EQ(shape.segmentation, text);
  EXPECT_EQ(shape.area, 100);
  EXPECT_EQ(shape.box, (Box{10, 10, 20, 20}));
}

TEST(CocoShape, RunLengthsAreWrittenCompressed) {
  // Two columns of a 4 x 3 picture.
  const Annotation mask = mask_row(R"({"size":[3,4],"counts":[3,6,3]})");
  CocoShape shape;
  EXPECT_EQ(shape_of(nullptr, &mask, {4, 3}, shape), "");
  EXPECT_EQ(shape.area, 6);
  EXPECT_EQ(shape.box, (Box{1, 0, 3, 3}));
  const Json json = *parse_json(shape.segmentation, "segmentation");
  EXPECT_EQ(json["size"], Json::array({3, 4}));
  const auto read = mask_from_counts(json["counts"].get<std::string>(), {4, 3}, "read back");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(area(*read), 6);
}

TEST(CocoShape, LabelsOfASmallerPictureAreScaled) {
  Annotation box = box_row(10, 5, 20, 10), mask = mask_row("[[10,5,20,5,20,10,10,10]]");
  for (Annotation* row : {&box, &mask}) {
    row->width = 50;
    row->height = 25;
  }
  CocoShape shape;
  EXPECT_EQ(shape_of(&box, &mask, kPicture, shape), "");
  EXPECT_EQ(shape.box, (Box{20, 10, 40, 20}));
  EXPECT_EQ(shape.area, 200);
  EXPECT_TRUE(shape.is_scaled);
  EXPECT_EQ(*parse_json(shape.segmentation, "s"), *parse_json("[[20.0,10.0,40.0,10.0,40.0,20.0,20.0,20.0]]", "t"));
}

TEST(CocoShape, RunLengthsOfASmallerPictureAreScaled) {
  Annotation mask = mask_row(R"({"size":[3,4],"counts":[3,6,3]})");
  CocoShape shape;
  EXPECT_EQ(shape_of(nullptr, &mask, {8, 6}, shape), "");
  EXPECT_EQ(shape.area, 24);
  EXPECT_TRUE(shape.is_scaled);
}

TEST(CocoShape, LabelsOfAPictureOfAnotherShapeAreRefused) {
  Annotation box = box_row(10, 5, 20, 10);
  box.width = 50;
  box.height = 50;
  CocoShape shape;
  EXPECT_EQ(shape_of(&box, nullptr, kPicture, shape), coco_rule::kOtherShape);
}

TEST(CocoShape, BrokenOutlinesAreNamed) {
  CocoShape shape;
  for (const char* text : {"[[1,2,3]]", "[[1,2]]", "[[1,2,\"x\",4,5,6]]", "[3]", "[[1,2", "{\"counts\":[1]}",
                           "{\"size\":[50,100]}", "[[-900,0,0,0,0,10]]"}) {
    const Annotation mask = mask_row(text);
    EXPECT_EQ(shape_of(nullptr, &mask, kPicture, shape), coco_rule::kBrokenOutline) << text;
  }
  const Annotation empty = mask_row(R"({"size":[50,100],"counts":[5000]})");
  EXPECT_EQ(shape_of(nullptr, &empty, kPicture, shape), coco_rule::kEmptyMask);
  const Annotation file = mask_row("semseg/4_100.png");
  EXPECT_EQ(shape_of(nullptr, &file, kPicture, shape), coco_rule::kMaskIsFile);
}

TEST(CocoShape, AGoodBoxStaysWithoutItsBrokenMask) {
  const Annotation box = box_row(10, 5, 30, 25), mask = mask_row("[[1,2]]");
  CocoShape shape;
  EXPECT_EQ(shape_of(&box, &mask, kPicture, shape), "");
  EXPECT_EQ(shape.mask_fault, coco_rule::kBrokenOutline);
  EXPECT_TRUE(shape.segmentation.empty());
  EXPECT_EQ(shape.area, 400);
}

}  // namespace
}  // namespace surgsigma
