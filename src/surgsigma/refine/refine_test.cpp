#include "surgsigma/refine/refine.h"

#include <gtest/gtest.h>

#include "surgsigma/base/time.h"

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = [] {
    auto result = load_catalog(std::string(SURGSIGMA_SOURCE_DIR) + "/catalog");
    EXPECT_TRUE(result.ok()) << to_string(result.error());
    return std::move(*result);
  }();
  return loaded;
}

struct Refined {
  std::vector<Annotation> annotations;
  std::vector<IssueRow> issues;
};

Refined refine(const std::string& source, std::vector<RawAnnotation> raw) {
  const auto stage = RefineStage::create(catalog(), *catalog().source(SourceId(source)));
  EXPECT_TRUE(stage.ok());
  VideoRow video;
  video.video_id = VideoId(source + "/video01");
  video.source_id = SourceId(source);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    raw[i].video_id = video.video_id;
    raw[i].ordinal = static_cast<std::int64_t>(i);
  }
  Refined refined;
  stage->video(
      video, std::move(raw), [&](Annotation&& row) { refined.annotations.push_back(std::move(row)); },
      [&](IssueRow&& row) { refined.issues.push_back(std::move(row)); });
  return refined;
}

RawAnnotation phase(const std::string& label, Microseconds begin, Microseconds end, const std::string& file = "a.txt",
                    std::int64_t line = 1) {
  RawAnnotation row;
  row.kind = AnnotationKind::kPhase;
  row.labels = {label};
  row.vocabulary = "phases";
  row.begin_us = begin * kSecond;
  row.end_us = end * kSecond;
  row.file = file;
  row.line = line;
  return row;
}

RawAnnotation tools(std::vector<std::string> labels, Microseconds second) {
  RawAnnotation row = phase("", second, second + 1, "t.txt");
  row.kind = AnnotationKind::kPresence;
  row.labels = std::move(labels);
  row.vocabulary = "tools";
  return row;
}

TEST(Refine, WordsBecomeConceptsInTheOrderOfTheLabels) {
  const Refined refined = refine("cholec80", {tools({"Grasper", "Hook"}, 3)});
  ASSERT_EQ(refined.annotations.size(), 1u);
  EXPECT_EQ(refined.annotations[0].concepts, (std::vector<ConceptId>{ConceptId("ins.grasper"), ConceptId("ins.hook")}));
  EXPECT_EQ(refined.annotations[0].labels, (std::vector<std::string>{"Grasper", "Hook"}));  // the raw words stay
  EXPECT_TRUE(refined.issues.empty());
}

TEST(Refine, AnUnmappedWordIsAnIssueAndNeverAGuess) {
  const Refined refined = refine("cholec80", {tools({"Grasper", "Graspr"}, 3), tools({"Graspr"}, 4)});
  EXPECT_EQ(refined.annotations[0].rejected, "unmapped_label");
  EXPECT_EQ(refined.annotations[1].rejected, "unmapped_label");
  ASSERT_EQ(refined.issues.size(), 1u);  // the same word is told once, with its count
  EXPECT_EQ(refined.issues[0].rule, "unmapped_label");
  EXPECT_EQ(refined.issues[0].value, "Graspr");
  EXPECT_EQ(refined.issues[0].file, "t.txt");
  EXPECT_NE(refined.issues[0].message.find("2 records"), std::string::npos);
}

TEST(Refine, EveryRecordComesOutOnceInOrder) {
  const Refined refined = refine("cholec80", {phase("Preparation", 0, 5), phase("nonsense", 5, 6), tools({}, 2)});
  ASSERT_EQ(refined.annotations.size(), 3u);
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(refined.annotations[static_cast<std::size_t>(i)].ordinal, i);
}

TEST(Refine, AnEmptySetIsAFactNotAProblem) {
  const Refined refined = refine("cholec80", {tools({}, 2)});
  EXPECT_EQ(refined.annotations[0].rejected, "");
  EXPECT_TRUE(refined.annotations[0].concepts.empty());
  EXPECT_TRUE(refined.issues.empty());
}

TEST(Refine, OverlappingPhasesOfOneFileAreReportedAndTheFirstIsKept) {
  const Refined refined =
      refine("cholec80", {phase("Preparation", 0, 60), phase("CalotTriangleDissection", 50, 90, "a.txt", 61)});
  EXPECT_EQ(refined.annotations[0].rejected, "");
  EXPECT_EQ(refined.annotations[1].rejected, "overlap");
  ASSERT_EQ(refined.issues.size(), 1u);
  EXPECT_EQ(refined.issues[0].line, 61);
}

TEST(Refine, TheSamePhaseFromASecondFileIsKeptOnceWithoutAnIssue) {
  const Refined refined =
      refine("cholec80", {phase("Preparation", 0, 60, "v-phase.txt"), phase("Preparation", 0, 61, "v.csv")});
  EXPECT_EQ(refined.annotations[0].rejected, "");
  EXPECT_EQ(refined.annotations[1].rejected, "duplicate");
  EXPECT_TRUE(refined.issues.empty());
}

TEST(Refine, TwoFilesThatDisagreeAreReported) {
  const Refined refined =
      refine("cholec80", {phase("Preparation", 0, 60, "v-phase.txt"), phase("ClippingCutting", 0, 60, "v.csv")});
  EXPECT_EQ(refined.annotations[1].rejected, "files_disagree");
  ASSERT_EQ(refined.issues.size(), 1u);
  EXPECT_EQ(refined.issues[0].rule, "files_disagree");
}

TEST(Refine, NeighboursThatTouchDoNotOverlap) {
  const Refined refined = refine("cholec80", {phase("Preparation", 0, 60), phase("CalotTriangleDissection", 60, 90)});
  EXPECT_EQ(refined.annotations[1].rejected, "");
  EXPECT_TRUE(refined.issues.empty());
}

TEST(Refine, AnIntervalThatEndsBeforeItBeginsIsRejected) {
  const Refined refined = refine("cholec80", {phase("Preparation", 60, 60)});
  EXPECT_EQ(refined.annotations[0].rejected, "empty_interval");
  EXPECT_EQ(refined.issues[0].rule, "empty_interval");
}

RawAnnotation interaction(std::vector<std::string> labels, int instance) {
  RawAnnotation row = phase("", 7, 8, "VID01.json");
  row.kind = AnnotationKind::kInteraction;
  row.labels = std::move(labels);
  row.vocabulary = "triplets";
  row.instance = instance;
  return row;
}

TEST(Refine, ANullVerbIsIdleAndNotMissing) {
  const Refined refined = refine("cholect50", {interaction({"grasper", "null_verb", "null_target"}, 0)});
  EXPECT_EQ(refined.annotations[0].rejected, "");
  EXPECT_EQ(refined.annotations[0].state, LabelState::kIdle);
  EXPECT_EQ(refined.annotations[0].concepts[1], ConceptId("act.idle"));
}

TEST(Refine, ACombinationOutsideTheListIsDoubtfulButKept) {
  const Refined refined = refine("cholect50", {interaction({"clipper", "aspirate", "liver"}, 0)});
  EXPECT_EQ(refined.annotations[0].rejected, "");
  ASSERT_EQ(refined.issues.size(), 1u);
  EXPECT_EQ(refined.issues[0].rule, "unlisted_triplet");
}

TEST(Refine, TwoInstancesOfOneTripletAreTwoFactsAndARepeatedLineIsNot) {
  const std::vector<std::string> triplet = {"grasper", "retract", "gallbladder"};
  const Refined two = refine("cholect50", {interaction(triplet, 0), interaction(triplet, 1)});
  EXPECT_EQ(two.annotations[1].rejected, "");
  const Refined repeated = refine("cholect50", {interaction(triplet, 0), interaction(triplet, 0)});
  EXPECT_EQ(repeated.annotations[1].rejected, "duplicate");
  EXPECT_EQ(repeated.issues[0].rule, "duplicate_record");
}

TEST(Refine, ASecondFileThatTellsTheSameBoxesInOtherDigitsAddsNothing) {
  const auto box = [](double x1, const std::string& file, int instance) {
    RawAnnotation row = phase("", 7, 8, file);
    row.kind = AnnotationKind::kBox;
    row.labels = {"grasper"};
    row.vocabulary = "instruments";
    row.instance = instance;
    row.x1 = x1;
    row.y1 = 20;
    row.x2 = x1 + 100;
    row.y2 = 80;
    return row;
  };
  const Refined refined = refine("cholect50", {box(10, "a.csv", 0), box(300, "a.csv", 1), box(300.0001, "b.json", 0),
                                               box(10, "b.json", 1), box(500, "b.json", 2)});
  std::vector<std::string> rejected;
  for (const Annotation& row : refined.annotations) rejected.push_back(row.rejected);
  EXPECT_EQ(rejected, (std::vector<std::string>{"", "", "duplicate", "duplicate", ""}));
  EXPECT_TRUE(refined.issues.empty());
}

TEST(Refine, ABoxIsCutToItsFrameAndOneWithNothingInsideIsRejected) {
  const auto box = [](double x1, double x2) {
    RawAnnotation row = phase("", 7, 8, "a.json");
    row.kind = AnnotationKind::kBox;
    row.labels = {"grasper"};
    row.vocabulary = "instruments";
    row.x1 = x1;
    row.y1 = 10;
    row.x2 = x2;
    row.y2 = 50;
    row.width = 854;
    row.height = 480;
    return row;
  };
  const Refined refined = refine("cholect50", {box(10, 900), box(860, 900), box(50, 40)});
  EXPECT_EQ(refined.annotations[0].rejected, "");
  EXPECT_EQ(refined.annotations[0].x2, 854);
  EXPECT_EQ(refined.annotations[1].rejected, "bad_box");
  EXPECT_EQ(refined.annotations[2].rejected, "bad_box");
  EXPECT_EQ(refined.issues.size(), 1u);
}

TEST(Refine, TheCriterionWithTheRatersVotesIsKept) {
  const SourceCard& card = *catalog().source(SourceId("endoscapes2023"));
  std::string vocabulary, label;
  for (const auto& [name, words] : card.vocabularies) {
    if (words.kind == "criterion") {
      vocabulary = name;
      label = words.labels.at(0).label;
    }
  }
  ASSERT_FALSE(vocabulary.empty());
  RawAnnotation mean = phase(label, 5, 6, "coco.json");
  mean.kind = AnnotationKind::kCriterion;
  mean.vocabulary = vocabulary;
  mean.value = 1.0 / 3;
  RawAnnotation votes = mean;
  votes.file = "all_metadata.csv";
  votes.raters = {0, 0, 1};
  const Refined refined = refine("endoscapes2023", {mean, votes});
  EXPECT_EQ(refined.annotations[0].rejected, "duplicate");
  EXPECT_EQ(refined.annotations[1].rejected, "");
}

TEST(Refine, ATrackAtAnotherRateIsFoundByItsEnd) {
  std::vector<RawAnnotation> raw;
  for (int i = 0; i < 100; ++i) raw.push_back(tools({"Hook"}, i));
  RawAnnotation track = phase("Preparation", 0, 50, "v-phase.txt");
  track.rows = 1250;
  raw.push_back(track);
  const Refined refined = refine("cholec80", std::move(raw));
  ASSERT_EQ(refined.issues.size(), 1u);
  EXPECT_EQ(refined.issues[0].rule, "rate_mismatch");
  EXPECT_EQ(refined.issues[0].file, "v-phase.txt");
}

}  // namespace
}  // namespace surgsigma
