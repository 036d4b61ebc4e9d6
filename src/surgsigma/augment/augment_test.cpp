#include "surgsigma/augment/augment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "surgsigma/augment/clips.h"
#include "surgsigma/augment/knowledge_index.h"
#include "surgsigma/augment/moments.h"
#include "surgsigma/schema/picture_paths.h"

namespace surgsigma {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Catalog& catalog() {
  static const auto loaded = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
  if (!loaded) ADD_FAILURE() << to_string(loaded.error());
  return *loaded;
}

const SourceCard& card(const char* id) { return *catalog().source(SourceId(id)); }

VideoRow video_of(const char* source, const char* name, std::int64_t rate = 25) {
  VideoRow video;
  video.video_id = VideoId(std::string(source) + "/" + name);
  video.source_id = SourceId(source);
  video.frame_rate_num = rate;
  video.width = 854;
  video.height = 480;
  return video;
}

/// Annotations of one video, numbered as they are added.
class Labels {
 public:
  Annotation& add(AnnotationKind kind, double begin_s, double end_s, std::vector<std::string> concepts) {
    Annotation& row = rows.emplace_back();
    row.ordinal = static_cast<std::int64_t>(rows.size()) - 1;
    row.kind = kind;
    row.begin_us = static_cast<Microseconds>(begin_s * 1e6);
    row.end_us = static_cast<Microseconds>(end_s * 1e6);
    for (std::string& id : concepts) {
      row.labels.push_back(id);
      row.concepts.emplace_back(std::move(id));
    }
    return row;
  }
  std::vector<Annotation> rows;
};

std::vector<ContextRow> contexts_of(const char* source, const VideoRow& video, const Labels& labels,
                                    AugmentOptions options = {}) {
  const auto stage = AugmentStage::create(catalog(), card(source), options);
  EXPECT_TRUE(stage.ok());
  std::vector<ContextRow> contexts;
  stage->video(video, labels.rows, [&](ContextRow&& row) { contexts.push_back(std::move(row)); });
  return contexts;
}

std::vector<Microseconds> seconds_of(const std::vector<ContextRow>& contexts) {
  std::vector<Microseconds> seconds;
  for (const ContextRow& row : contexts) {
    if (row.subject == Subject::kFrame) seconds.push_back(row.begin_us / kSecond);
  }
  return seconds;
}

const ContextRow* at(const std::vector<ContextRow>& contexts, double second) {
  for (const ContextRow& row : contexts) {
    if (row.subject == Subject::kFrame && row.begin_us == static_cast<Microseconds>(second * 1e6)) return &row;
  }
  return nullptr;
}

TEST(Moments, PicturesThatWereLabelledAreThinnedToTheStep) {
  Labels labels;
  for (int s = 0; s < 7; ++s) labels.add(AnnotationKind::kPresence, s, s + 1, {"ins.hook"});
  AugmentOptions options;
  options.frame_step = 3 * kSecond;
  EXPECT_THAT(seconds_of(contexts_of("cholec80", video_of("cholec80", "video01"), labels, options)),
              ElementsAre(0, 3, 6));
}

TEST(Moments, WhereBoxesLieIsSampledBeforeItsNeighbours) {
  Labels labels;
  for (int s = 0; s < 6; ++s) labels.add(AnnotationKind::kPresence, s, s + 1, {"ins.hook"});
  labels.add(AnnotationKind::kBox, 2, 3, {"ins.hook"});
  AugmentOptions options;
  options.frame_step = 3 * kSecond;
  EXPECT_THAT(seconds_of(contexts_of("cholec80", video_of("cholec80", "video01"), labels, options)), ElementsAre(2, 5));
}

TEST(Moments, SpansWithoutPicturesAreSampledOnARegularGridInside) {
  Labels labels;
  labels.add(AnnotationKind::kPhase, 1.5, 4.2, {"pha.bypass.preparation"});
  labels.add(AnnotationKind::kStep, 8, 10, {"stp.bypass.trocar_placement"});
  EXPECT_THAT(seconds_of(contexts_of("multibypass140", video_of("multibypass140", "BBP01"), labels)),
              ElementsAre(2, 3, 4, 8, 9));
}

TEST(Moments, TheGridOnlyFillsWhatKeyframesLeaveOpen) {
  Labels labels;
  labels.add(AnnotationKind::kPhase, 0, 5, {"pha.prostatectomy.retzius_space"});
  labels.add(AnnotationKind::kBox, 2.5, 2.6, {"ins.bipolar_forceps"});
  const auto contexts = contexts_of("psi-ava", video_of("psi-ava", "CASE001"), labels);
  std::vector<Microseconds> times;
  for (const ContextRow& row : contexts) {
    if (row.subject == Subject::kFrame) times.push_back(row.begin_us / 1000);
  }
  EXPECT_THAT(times, ElementsAre(0, 1000, 2500, 4000));
}

TEST(Moments, ARateThatIsNoWholeNumberLosesNoSample) {
  Labels labels;
  const FrameRate rate{30000, 1001};
  for (int i = 0; i < 50; ++i) {
    Annotation& row = labels.add(AnnotationKind::kPresence, 0, 1, {"ins.hook"});
    row.begin_us = time_of_frame(i * 30, rate);
    row.end_us = time_of_frame((i + 1) * 30, rate);
  }
  VideoRow video = video_of("cholec80", "video01", 30000);
  video.frame_rate_den = 1001;
  AugmentOptions options;
  options.frame_step = 1'001'000;
  EXPECT_EQ(seconds_of(contexts_of("cholec80", video, labels, options)).size(), 50u);
}

TEST(Moments, AVideoWithoutLabelsHasNoContexts) {
  EXPECT_THAT(contexts_of("cholec80", video_of("cholec80", "video01"), Labels()), IsEmpty());
}

TEST(FrameContext, JoinsWhatHoldsAtTheMomentAndNothingElse) {
  Labels labels;
  labels.add(AnnotationKind::kPhase, 0, 10, {"pha.chole.preparation"});
  labels.add(AnnotationKind::kPresence, 4, 5, {"ins.grasper"});  // ends where the moment begins
  labels.add(AnnotationKind::kPresence, 5, 6, {"ins.hook"});
  labels.add(AnnotationKind::kPhase, 10, 20, {"pha.chole.calot_dissection"});
  const auto contexts = contexts_of("cholec80", video_of("cholec80", "video01"), labels);
  const ContextRow* row = at(contexts, 5);
  ASSERT_NE(row, nullptr);
  EXPECT_THAT(row->ordinals, ElementsAre(0, 2));
  EXPECT_EQ(row->context_id, "cholec80/video01@5000000");
  EXPECT_EQ(row->end_us, row->begin_us);
  EXPECT_EQ(row->frame, 125);
  EXPECT_EQ(row->width, 854);
}

TEST(FrameContext, RejectedAndUnlookedAtRecordsTakeNoPart) {
  Labels labels;
  labels.add(AnnotationKind::kPresence, 0, 1, {"ins.hook"});
  labels.add(AnnotationKind::kPhase, 0, 5, {"pha.chole.preparation"}).rejected = "overlap";
  labels.add(AnnotationKind::kInteraction, 0, 1, {"", "", ""}).state = LabelState::kNotAnnotated;
  const auto contexts = contexts_of("cholect50", video_of("cholect50", "VID01", 1), labels);
  ASSERT_NE(at(contexts, 0), nullptr);
  EXPECT_THAT(at(contexts, 0)->ordinals, ElementsAre(0));
  EXPECT_EQ(at(contexts, 3), nullptr) << "a rejected phase must not make a moment";
}

TEST(FrameContext, OutsideTheBodyOnlyTheFlagIsJoined) {
  Labels labels;
  labels.add(AnnotationKind::kPhase, 0, 10, {"pha.bypass.preparation"});
  labels.add(AnnotationKind::kFlag, 3, 6, {"flg.out_of_body"});
  labels.add(AnnotationKind::kFlag, 2, 8, {"flg.severe_index"});
  const auto contexts = contexts_of("multibypass140", video_of("multibypass140", "BBP01"), labels);
  EXPECT_THAT(at(contexts, 2)->ordinals, ElementsAre(0, 2));
  EXPECT_THAT(at(contexts, 4)->ordinals, ElementsAre(1));
  for (const std::string& id : at(contexts, 4)->knowledge) EXPECT_TRUE(id.starts_with("kn.flg.out_of_body")) << id;
  EXPECT_THAT(at(contexts, 6)->ordinals, ElementsAre(0, 2)) << "the flag ends before";
  for (const ContextRow& row : contexts) {
    const bool is_inside = row.end_us <= 3 * kSecond || row.begin_us >= 6 * kSecond;
    EXPECT_TRUE(row.subject == Subject::kFrame || is_inside) << row.context_id;
  }
}

TEST(FrameContext, APhaseWithTheWordOutOfBodyInItsPastIsNoFlag) {
  Labels labels;
  labels.add(AnnotationKind::kPhase, 0, 5, {"pha.bypass.preparation"});
  labels.add(AnnotationKind::kFlag, 1, 3, {"flg.out_of_body"}).state = LabelState::kAbsent;
  const auto contexts = contexts_of("multibypass140", video_of("multibypass140", "BBP01"), labels);
  EXPECT_THAT(at(contexts, 2)->ordinals, ElementsAre(0, 1));
}

TEST(Media, APictureThatARecordNamesComesFirst) {
  Labels labels;
  labels.add(AnnotationKind::kPresence, 5, 6, {"ins.hook"}).media = "videos/VID07/000005.png";
  const auto contexts = contexts_of("cholect50", video_of("cholect50", "VID07", 1), labels);
  EXPECT_EQ(at(contexts, 5)->media, "cholect50/videos/VID07/000005.png");
}

TEST(Media, ReleasedPicturesKeepTheNamesOfTheSource) {
  EXPECT_EQ(PicturePaths(card("cholect50"), video_of("cholect50", "VID07", 1)).frame(12),
            "cholect50/videos/VID07/000012.png");
  EXPECT_EQ(PicturePaths(card("endoscapes2023"), video_of("endoscapes2023", "96")).frame(24500),
            "endoscapes2023/all/96_24500.jpg");
}

TEST(Media, PicturesStillToBeDrawnFromAVideoAreNumberedByNativeFrame) {
  const PicturePaths paths(card("cholec80"), video_of("cholec80", "video07"));
  EXPECT_EQ(paths.frame(125), "cholec80/frames/video07/00000125.jpg");
  EXPECT_EQ(paths.clip({1'500'000, 4'250'000}), "cholec80/clips/video07/1500-4250.mp4");
}

TEST(Media, TwoPartsOfARecordingNeverShareAPicture) {
  const std::string first = PicturePaths(card("sar-rarp50"), video_of("sar-rarp50", "video_11_1", 60)).frame(60);
  const std::string second = PicturePaths(card("sar-rarp50"), video_of("sar-rarp50", "video_11_2", 60)).frame(60);
  EXPECT_NE(first, second);
}

TEST(Media, APictureOfAnotherMomentIsNotTaken) {
  Labels labels;
  labels.add(AnnotationKind::kPhase, 0, 3, {"pha.chole.preparation"}).media = "somewhere/first.png";
  const auto contexts = contexts_of("cholec80", video_of("cholec80", "video01"), labels);
  EXPECT_EQ(at(contexts, 0)->media, "cholec80/somewhere/first.png");
  EXPECT_EQ(at(contexts, 2)->media, "cholec80/frames/video01/00000050.jpg");
}

TEST(Media, NamesAreReadBackWithTheirPattern) {
  EXPECT_EQ(captures_in_name("video{video:02}", "video07")->at("video"), "07");
  EXPECT_EQ(captures_in_name("video_{video:02}_{part}", "video_11_2")->at("part"), "2");
  EXPECT_FALSE(captures_in_name("video{video:02}", "VID07"));
  EXPECT_FALSE(captures_in_name("video{video:02}", "video"));
}

TEST(Knowledge, WhatIsRareInTheVideoComesFirstAndTheListIsCut) {
  Labels labels;
  labels.add(AnnotationKind::kPhase, 0, 100, {"pha.chole.calot_dissection"});
  for (int s = 0; s < 20; ++s) labels.add(AnnotationKind::kPresence, s, s + 1, {"ins.grasper"});
  labels.add(AnnotationKind::kInteraction, 5, 6, {"ins.clip_applier", "act.clip", "ana.cystic_duct"});
  AugmentOptions options;
  options.max_knowledge = 4;
  const auto contexts = contexts_of("cholec80", video_of("cholec80", "video01"), labels, options);
  const auto& knowledge = at(contexts, 5)->knowledge;
  ASSERT_EQ(knowledge.size(), 4u);
  EXPECT_TRUE(knowledge[3].starts_with("kn.ins.grasper.")) << knowledge[3];
  EXPECT_EQ(std::set<std::string>(knowledge.begin(), knowledge.end()).size(), 4u);
  options.max_knowledge = 0;
  EXPECT_THAT(at(contexts_of("cholec80", video_of("cholec80", "video01"), labels, options), 5)->knowledge, IsEmpty());
}

TEST(Knowledge, ACriterionBringsItsProtocolIntoPlay) {
  Labels labels;
  labels.add(AnnotationKind::kCriterion, 1, 2, {"cri.cvs.two_structures"});
  const auto contexts = contexts_of("endoscapes2023", video_of("endoscapes2023", "5"), labels);
  const auto& knowledge = at(contexts, 1)->knowledge;
  EXPECT_TRUE(std::any_of(knowledge.begin(), knowledge.end(),
                          [](const std::string& id) { return id.starts_with("kn.pro.cvs."); }));
}

TEST(Knowledge, NoTargetIsNoConceptToExplain) {
  Labels labels;
  labels.add(AnnotationKind::kInteraction, 1, 2, {"ins.hook", "act.idle", "obj.no_target"}).state = LabelState::kIdle;
  const auto contexts = contexts_of("cholect50", video_of("cholect50", "VID01", 1), labels);
  for (const std::string& id : at(contexts, 1)->knowledge) EXPECT_FALSE(id.starts_with("kn.obj.no_target")) << id;
}

std::vector<TimeRange> ranges_of(const Labels& labels, Microseconds caption = 0,
                                 const std::vector<TimeRange>& outside = {}) {
  std::vector<TimeRange> ranges;
  for (const ClipRange& clip : clip_ranges(labels.rows, outside, caption)) ranges.push_back(clip.range);
  return ranges;
}

constexpr TimeRange seconds(int begin, int end) { return {begin * kSecond, end * kSecond}; }

TEST(Clips, EqualActionsLessThanASecondApartAreOneRun) {
  Labels labels;
  labels.add(AnnotationKind::kAction, 0, 4, {"ges.sar.tying_knot"});
  labels.add(AnnotationKind::kAction, 4.5, 8, {"ges.sar.tying_knot"});
  labels.add(AnnotationKind::kAction, 9, 12, {"ges.sar.tying_knot"});
  labels.add(AnnotationKind::kAction, 12, 14, {"ges.sar.cutting_suture"});
  EXPECT_THAT(ranges_of(labels), ElementsAre(seconds(0, 8), seconds(9, 12), seconds(12, 14)));
}

TEST(Clips, OneInstrumentActingAloneMakesARunAndTwoDoNot) {
  Labels labels;
  for (int s = 0; s < 6; ++s) {
    labels.add(AnnotationKind::kInteraction, s, s + 1,
               {"ins.hook", "act.dissect", s < 3 ? "ana.cystic_duct" : "ana.liver"});
    labels.add(AnnotationKind::kInteraction, s, s + 1, {"ins.grasper", "act.idle", "obj.no_target"}).state =
        LabelState::kIdle;
  }
  for (int s = 6; s < 9; ++s) {
    labels.add(AnnotationKind::kInteraction, s, s + 1, {"ins.hook", "act.dissect", "ana.liver"});
    labels.add(AnnotationKind::kInteraction, s, s + 1, {"ins.grasper", "act.retract", "ana.gallbladder"});
  }
  labels.add(AnnotationKind::kInteraction, 9, 10, {"ins.clip_applier", "act.clip", "ana.cystic_duct"});
  EXPECT_THAT(ranges_of(labels), ElementsAre(seconds(0, 6))) << "a single second is no clip";
}

TEST(Clips, ARunOfInteractionsIsNotMadeWhereActionsAreAnnotated) {
  Labels labels;
  labels.add(AnnotationKind::kAction, 0, 3, {"bsa.dissection"});
  labels.add(AnnotationKind::kInteraction, 0, 9, {"ins.hook", "act.dissect", "ana.liver"});
  EXPECT_THAT(ranges_of(labels), ElementsAre(seconds(0, 3)));
}

TEST(Clips, ARunIsCutWhereTheCameraLeavesTheBody) {
  Labels labels;
  labels.add(AnnotationKind::kStep, 0, 30, {"stp.bypass.trocar_placement"});
  EXPECT_THAT(ranges_of(labels, 0, {seconds(5, 12)}), ElementsAre(seconds(12, 30)));
  EXPECT_THAT(ranges_of(labels, 0, {seconds(0, 30)}), IsEmpty());
}

TEST(Clips, CaptionWindowsTileTheLabelledTimeAndKeepToChanges) {
  Labels labels;
  labels.add(AnnotationKind::kPhase, 0, 33, {"pha.chole.preparation"});
  labels.add(AnnotationKind::kPhase, 33, 60, {"pha.chole.calot_dissection"});
  EXPECT_THAT(ranges_of(labels, 20 * kSecond),
              ElementsAre(seconds(0, 20), seconds(20, 33), seconds(33, 53), seconds(53, 60)));
}

TEST(Clips, AClipJoinsWhatOverlapsItAndStepsLeaveThePicturesOut) {
  Labels labels;
  labels.add(AnnotationKind::kStep, 0, 30, {"stp.bypass.trocar_placement"});
  labels.add(AnnotationKind::kPresence, 3, 4, {"ins.grasper"});
  labels.add(AnnotationKind::kPhase, 10, 60, {"pha.bypass.preparation"});
  labels.add(AnnotationKind::kPhase, 30, 60, {"pha.bypass.preparation"}).rejected = "overlap";
  AugmentOptions options;
  options.caption_clip = 5 * kSecond;
  const auto contexts = contexts_of("multibypass140", video_of("multibypass140", "BBP01"), labels, options);
  const auto clip = [&](int begin, int end) {
    return std::find_if(contexts.begin(), contexts.end(), [&](const ContextRow& row) {
      return row.subject == Subject::kClip && row.begin_us == begin * kSecond && row.end_us == end * kSecond;
    });
  };
  ASSERT_NE(clip(0, 30), contexts.end());
  EXPECT_THAT(clip(0, 30)->ordinals, ElementsAre(0, 2));
  EXPECT_EQ(clip(0, 30)->context_id, "multibypass140/BBP01@0-30000000");
  EXPECT_FALSE(clip(0, 30)->frame);
  ASSERT_NE(clip(0, 5), contexts.end());
  EXPECT_THAT(clip(0, 5)->ordinals, ElementsAre(0, 1));
}

TEST(Contexts, ComeInOrderWithIdsOfTheirOwnAndTheSameTwice) {
  Labels labels;
  for (int s = 0; s < 90; ++s) {
    const bool is_early = s < 40;
    labels.add(AnnotationKind::kInteraction, s, s + 1,
               {"ins.hook", is_early ? "act.dissect" : "act.coagulate", "ana.liver"});
    labels.add(AnnotationKind::kPresence, s, s + 1, {"ins.hook"});
  }
  labels.add(AnnotationKind::kPhase, 0, 90, {"pha.chole.calot_dissection"});
  const VideoRow video = video_of("cholect50", "VID01", 1);
  const auto contexts = contexts_of("cholect50", video, labels);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    EXPECT_TRUE(ids.insert(contexts[i].context_id).second) << contexts[i].context_id;
    EXPECT_TRUE(std::is_sorted(contexts[i].ordinals.begin(), contexts[i].ordinals.end()));
    if (i == 0) continue;
    const auto key = [](const ContextRow& row) { return std::make_tuple(row.subject, row.begin_us, row.end_us); };
    EXPECT_LT(key(contexts[i - 1]), key(contexts[i]));
  }
  const auto again = contexts_of("cholect50", video, labels);
  ASSERT_EQ(again.size(), contexts.size());
  for (std::size_t i = 0; i < contexts.size(); ++i) EXPECT_EQ(again[i].knowledge, contexts[i].knowledge);
}

TEST(Augment, AStepOfNothingIsRefused) {
  AugmentOptions options;
  options.frame_step = 0;
  const auto stage = AugmentStage::create(catalog(), card("cholec80"), options);
  ASSERT_FALSE(stage);
  EXPECT_EQ(stage.error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace surgsigma
