#include "surgsigma/export/cosmos/clip_caption.h"

#include <gtest/gtest.h>

#include "surgsigma/export/test_tables.h"

namespace surgsigma {
namespace {

class ClipCaptionTest : public ::testing::Test {
 protected:
  Annotation& add(AnnotationKind kind, Microseconds begin, Microseconds end, std::vector<std::string> concepts) {
    Annotation row;
    row.video_id = VideoId("s/v");
    row.ordinal = static_cast<std::int64_t>(rows_.size());
    row.kind = kind;
    row.begin_us = begin;
    row.end_us = end;
    for (const std::string& id : concepts) row.concepts.emplace_back(id);
    row.labels = std::move(concepts);
    rows_.push_back(row);
    return rows_.back();
  }
  Json caption() const { return caption_of(rows_, {10 * kSecond, 16 * kSecond}, catalog_.ontology, &card_).json; }

  Catalog catalog_ = small_catalog();
  SourceCard card_;
  std::vector<Annotation> rows_;
};

TEST_F(ClipCaptionTest, WhatIsLabelledIsToldWithItsTimes) {
  card_.procedure = ConceptId("prc.cholecystectomy");
  card_.approach = "laparoscopic";
  add(AnnotationKind::kPhase, 0, 12 * kSecond, {"pha.dissection"});
  add(AnnotationKind::kPhase, 12 * kSecond, 30 * kSecond, {"pha.cleaning"});
  for (int second = 10; second < 13; ++second) {
    add(AnnotationKind::kInteraction, second * kSecond, second * kSecond + 40'000,
        {"ins.hook", "act.dissect", "ana.gallbladder"});
  }
  const Json json = caption();
  EXPECT_EQ(json["background"], "laparoscopic cholecystectomy");
  ASSERT_EQ(json["subjects"].size(), 1U);
  EXPECT_EQ(json["subjects"][0]["name"], "hook");
  ASSERT_EQ(json["actions"].size(), 1U) << "samples a second apart are one action";
  EXPECT_EQ(json["actions"][0]["description"], "the hook dissects the gallbladder");
  EXPECT_EQ(json["actions"][0]["end_s"], 2.04);
  ASSERT_EQ(json["segments"].size(), 2U);
  EXPECT_EQ(json["segments"][0]["phase"], "dissection");
  EXPECT_EQ(json["segments"][1]["begin_s"], 2.0);
  EXPECT_EQ(json["temporal_caption"],
            "From 0.0 to 2.0 seconds the phase is dissection and the hook dissects the gallbladder. "
            "From 2.0 to 6.0 seconds the phase is cleaning and the hook dissects the gallbladder.");
}

TEST_F(ClipCaptionTest, WhatIsNotKnownIsAbsent) {
  EXPECT_TRUE(caption().empty());
  add(AnnotationKind::kPhase, 0, 5 * kSecond, {"pha.dissection"});  // before the clip
  add(AnnotationKind::kPhase, 10 * kSecond, 20 * kSecond, {"pha.cleaning"}).rejected = "overlap";
  add(AnnotationKind::kInteraction, 11 * kSecond, 12 * kSecond, {"ins.hook", "act.dissect", ""}).state =
      LabelState::kUncertain;
  EXPECT_TRUE(caption().empty());
}

TEST_F(ClipCaptionTest, AnActionWithoutTargetIsToldWithoutOne) {
  add(AnnotationKind::kInteraction, 11 * kSecond, 12 * kSecond, {"ins.hook", "act.dissect", ""});
  EXPECT_EQ(caption()["actions"][0]["description"], "the hook dissects");
}

TEST_F(ClipCaptionTest, RecordsAreNamed) {
  add(AnnotationKind::kBox, 11 * kSecond, 11 * kSecond + 1, {"ins.grasper"});
  add(AnnotationKind::kBox, 99 * kSecond, 99 * kSecond + 1, {"ins.grasper"});
  const ClipCaption made = caption_of(rows_, {10 * kSecond, 16 * kSecond}, catalog_.ontology, nullptr);
  EXPECT_EQ(made.ordinals, std::vector<std::int64_t>{0});
}

}  // namespace
}  // namespace surgsigma
