#include "surgsigma/export/coco/coco_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/export/test_tables.h"

namespace surgsigma {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CocoImages : public ::testing::Test {
 protected:
  CocoImages() : classes_(CocoClasses::of_concepts(catalog_.ontology)) {
    video_.video_id = VideoId("cholec/v1");
    video_.source_id = SourceId("cholec");
    rules_.ontology = &catalog_.ontology;
    rules_.classes = &classes_;
    rules_.evidence = {"cholec/objects"};
  }

  Annotation& add(AnnotationKind kind, std::int64_t frame, const char* id, std::optional<int> instance = 0) {
    Annotation row;
    row.video_id = video_.video_id;
    row.ordinal = static_cast<std::int64_t>(rows_.size());
    row.kind = kind;
    row.begin_frame = frame;
    row.end_frame = frame + 1;
    row.begin_us = frame * 40'000;
    row.end_us = row.begin_us + 40'000;
    row.vocabulary = "objects";
    row.media = "frames/" + std::to_string(frame) + ".jpg";
    if (id != nullptr) {
      row.labels = {id};
      row.concepts = {ConceptId(id)};
      row.instance = instance;
    }
    if (kind == AnnotationKind::kBox) {
      row.x1 = row.y1 = 10;
      row.x2 = row.y2 = 30;
    }
    if (kind == AnnotationKind::kMask) row.text = "[[10,10,30,10,30,30]]";
    rows_.push_back(row);
    return rows_.back();
  }

  std::vector<CocoImage> run() { return images_of(video_, rows_, rules_, drops_); }

  Catalog catalog_ = small_catalog();
  CocoClasses classes_;
  VideoRow video_;
  CocoRules rules_;
  std::vector<Annotation> rows_;
  Drops drops_;
};

TEST_F(CocoImages, BoxAndMaskOfOneInstanceAreOneObject) {
  add(AnnotationKind::kBox, 25, "ins.hook", 0);
  add(AnnotationKind::kMask, 25, "ins.hook", 0);
  add(AnnotationKind::kBox, 25, "ins.grasper", 1);
  const auto images = run();
  ASSERT_THAT(images, SizeIs(1));
  EXPECT_EQ(images[0].frame, 25);
  EXPECT_EQ(images[0].media, "frames/25.jpg");
  ASSERT_THAT(images[0].objects, SizeIs(2));
  EXPECT_NE(images[0].objects[0].mask, nullptr);
  EXPECT_EQ(images[0].objects[1].mask, nullptr);
  EXPECT_EQ(classes_.all()[static_cast<std::size_t>(images[0].objects[1].category)].name, "grasper");
}

TEST_F(CocoImages, AnEmptyPictureCountsOnlyWithEvidence) {
  add(AnnotationKind::kPresence, 25, nullptr);
  add(AnnotationKind::kPresence, 50, nullptr).vocabulary = "tools";  // no boxes are drawn for this vocabulary
  Annotation& rejected = add(AnnotationKind::kPresence, 75, nullptr);
  rejected.rejected = "files_disagree";
  const auto images = run();
  ASSERT_THAT(images, SizeIs(1));
  EXPECT_EQ(images[0].frame, 25);
  EXPECT_THAT(images[0].objects, IsEmpty());
  EXPECT_THAT(images[0].vocabularies, Contains("cholec/objects"));
}

TEST_F(CocoImages, APictureThatHoldsOnlyOtherClassesIsANegativeWhereTheVocabularyIsComplete) {
  rules_.wish = wish_of({"instrument_localization"});
  add(AnnotationKind::kBox, 25, "ana.gallbladder");
  EXPECT_THAT(run(), SizeIs(1));
  rules_.evidence.clear();
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(CocoImages, WhatIsRejectedOrUncertainIsCountedAndMarked) {
  add(AnnotationKind::kBox, 25, "ins.hook", 0);
  add(AnnotationKind::kBox, 25, "ins.grasper", 1).state = LabelState::kUncertain;
  add(AnnotationKind::kBox, 50, "ins.hook", 0).rejected = "bad_box";
  const auto images = run();
  ASSERT_THAT(images, SizeIs(1)) << "the second picture has an object that is not in the file: it is no negative";
  EXPECT_EQ(images[0].left_out, 1);
  EXPECT_EQ(drops_.count("not_certain"), 1);
  EXPECT_EQ(drops_.count("rejected_label"), 1);
  EXPECT_EQ(drops_.count("image_without_usable_object"), 1);
}

TEST_F(CocoImages, AnObjectToldAgainByASecondFileCountsOnceAndBringsItsMask) {
  add(AnnotationKind::kBox, 25, "ins.hook", 0);
  add(AnnotationKind::kBox, 25, "ins.hook", 7).rejected = "duplicate";
  add(AnnotationKind::kMask, 25, "ins.hook", 7);
  const auto images = run();
  ASSERT_THAT(images, SizeIs(1));
  ASSERT_THAT(images[0].objects, SizeIs(1));
  EXPECT_EQ(images[0].objects[0].box->ordinal, 0);
  ASSERT_NE(images[0].objects[0].mask, nullptr);
  EXPECT_EQ(images[0].left_out, 0);
}

TEST_F(CocoImages, NamesOfRastersAreNoOutlines) {
  Annotation& raster = add(AnnotationKind::kMask, 25, nullptr);
  raster.text = "semseg/1_25.png";
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_EQ(drops_.count("mask_is_a_file"), 1);
}

TEST_F(CocoImages, SegmentationWantsMasks) {
  rules_.wish = wish_of({"instrument_segmentation"});
  add(AnnotationKind::kBox, 25, "ins.hook", 0);
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_EQ(drops_.count("no_mask"), 1);
}

TEST(CocoClasses, WordsOfSourcesKeepTheirNumbersAndDoNotMix) {
  const CocoClasses classes = CocoClasses::of_words({
      {"b/tools", SourceId("b"), "instrument", 0, 5, "hook", ConceptId("ins.hook"), Match::kExact},
      {"a/tools", SourceId("a"), "instrument", 1, 2, "hook", ConceptId("ins.hook"), Match::kExact},
      {"a/tools", SourceId("a"), "instrument", 0, 1, "other", ConceptId(""), Match::kExact},
  });
  ASSERT_EQ(classes.all().size(), 3U);
  EXPECT_EQ(classes.all()[0].name, "other");
  Annotation row;
  row.labels = {"hook"};
  row.vocabulary = "tools";
  EXPECT_EQ(classes.find(row, "a"), 1);
  EXPECT_EQ(classes.find(row, "b"), 2);
  EXPECT_EQ(classes.find(row, "c"), -1);
  EXPECT_EQ(classes.all()[2].label_id, 5);
}

}  // namespace
}  // namespace surgsigma
