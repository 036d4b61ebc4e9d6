#include "surgsigma/ingest/readers/endoscapes_votes.h"
#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;

constexpr std::string_view kCard = R"(
id: demo
name: Demo
licence: {id: custom, terms: [unstated]}
frame_rate: 25
frame_size: [854, 480]
video_id: "{video}"
case: "demo:{video}"
media: {frame: "all/{video}_{index}.jpg", first: 0, step: 1}
layout:
  - {role: metadata, pattern: "all_metadata.csv", reader: endoscapes_metadata, required: false, with: {vocabulary: criteria}}
  - {role: object, pattern: "annotation_coco.json", reader: endoscapes_coco, required: false, with: {vocabulary: objects}}
  - {role: matches, pattern: "matches.json", reader: endoscapes_matches, required: false, with: {vocabulary: criteria}}
vocabularies:
  criteria:
    kind: criterion
    labels: [{id: 1, label: C1, concept: cri.a}, {id: 2, label: C2, concept: cri.b}, {id: 3, label: C3, concept: cri.c}]
  objects:
    kind: anatomy
    labels: [{id: 1, label: cystic_plate, concept: ana.a}, {id: 6, label: tool, concept: ins.a}]
)";

std::string image(const std::string& id, const std::string& more) {
  return R"({"id": )" + id + R"(, "file_name": "12_5025.jpg", "height": 480, "width": 854, "frame_id": null)" + more +
         "}";
}

Reading read_coco_text(const std::string& images, const std::string& annotations) {
  return read_texts(kCard,
                    {{"annotation_coco.json", R"({"images": [)" + images + R"(], "annotations": [)" + annotations +
                                                  R"(], "categories": [{"id": 1, "name": "cystic_plate"}]})"}});
}

const std::string kVotes = R"(, "ds": [0.3333333333333333, 0.0, 1.0], "video_id": 12)";

TEST(EndoscapesCoco, VotesBelongToKeyframesOnly) {
  const Reading reading =
      read_coco_text(image("1", kVotes + R"(, "is_ds_keyframe": true, "is_det_keyframe": false)"), "");
  const auto criteria = reading.of_kind(AnnotationKind::kCriterion);
  ASSERT_EQ(criteria.size(), 3u);
  EXPECT_EQ(criteria[0].labels, std::vector<std::string>{"C1"});
  EXPECT_NEAR(*criteria[0].value, 1.0 / 3, 1e-9);
  EXPECT_DOUBLE_EQ(*criteria[2].value, 1.0);
  EXPECT_TRUE(criteria[0].raters.empty());
  EXPECT_EQ(criteria[0].rows + criteria[1].rows + criteria[2].rows, 1);
  EXPECT_EQ(criteria[0].begin_frame, 5025);
  EXPECT_EQ(criteria[0].begin_us, 201'000'000);
  EXPECT_EQ(criteria[0].media, "all/12_5025.jpg");
  EXPECT_EQ(criteria[0].video_id.text, "demo/12");
  const Reading between =
      read_coco_text(image("1", kVotes + R"(, "is_ds_keyframe": false, "is_det_keyframe": false)"), "");
  EXPECT_TRUE(between.records.empty());
  EXPECT_EQ(between.files.at(0).recorded_rows, 1);
}

TEST(EndoscapesCoco, BoxedFrameWithoutObjectsIsAValidNegative) {
  const Reading reading = read_coco_text(image("1", R"(, "is_det_keyframe": true)"), "");
  ASSERT_EQ(reading.of_kind(AnnotationKind::kPresence).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPresence)[0].vocabulary, "objects");
  const Reading not_boxed = read_coco_text(image("1", R"(, "is_det_keyframe": false)"), "");
  EXPECT_TRUE(not_boxed.of_kind(AnnotationKind::kPresence).empty());
}

TEST(EndoscapesCoco, BoxesAreAbsoluteAndMasksShareTheirInstance) {
  const Reading reading = read_coco_text(
      image("1", ""), R"({"id": 1, "image_id": 1, "category_id": 6, "bbox": [10, 20, 30, 40], "segmentation": []},
                         {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "segmentation": [[1, 2, 3, 4, 5, 6]]})");
  ASSERT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 2u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox)[0].labels, std::vector<std::string>{"tool"});
  EXPECT_DOUBLE_EQ(*reading.of_kind(AnnotationKind::kBox)[0].x2, 40);
  ASSERT_EQ(reading.of_kind(AnnotationKind::kMask).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kMask)[0].text, "[[1,2,3,4,5,6]]");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kMask)[0].instance, 1);
  EXPECT_EQ(reading.files.at(0).rows, 3);  // one image, two annotations
}

TEST(EndoscapesCoco, NameAndVideoIdThatDisagreeAreAnIssue) {
  const Reading reading = read_coco_text(image("1", R"(, "video_id": 13)"),
                                         R"({"id": 1, "image_id": 1, "category_id": 6, "bbox": [1, 2, 3, 4]})");
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("unknown_frame").size(), 2u);
}

TEST(EndoscapesCoco, ImageIdIsNotTakenForVideoAndFrame) {
  // 12 * 10^6 + 5025 is not how ids are made: "12" "0" "5025" is.
  const Reading reading = read_coco_text(image("1205025", kVotes + R"(, "is_ds_keyframe": true)"), "");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kCriterion).at(0).begin_frame, 5025);
}

TEST(EndoscapesCoco, BrokenElementsAreIssues) {
  const Reading reading = read_coco_text(image("1", R"(, "ds": [1, 2], "is_ds_keyframe": true)") + "," + image("1", ""),
                                         R"({"id": 1, "image_id": 1, "category_id": 9, "bbox": [1, 2, 3, 4]},
         {"id": 2, "image_id": 1, "category_id": 6, "bbox": [900, 2, 3, 4]},
         {"id": 3, "image_id": 1, "category_id": 6, "bbox": [1, NaN, 3, 4]},
         {"id": 4, "image_id": 7, "category_id": 6, "bbox": [1, 2, 3, 4]},
         {"id": 5, "image_id": 1, "category_id": 6})");
  EXPECT_EQ(reading.of_rule("vote_count").size(), 1u);
  EXPECT_EQ(reading.of_rule("repeated_image").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_label").size(), 1u);
  EXPECT_EQ(reading.of_rule("bad_box").size(), 2u);
  EXPECT_EQ(reading.of_rule("unknown_image").size(), 1u);
  EXPECT_EQ(reading.of_rule("no_geometry").size(), 1u);
}

const std::string kHeader =
    "vid,frame,avg_cvs,C1,C2,C3,is_ds_keyframe,cvs_annotator_1,cvs_annotator_2,cvs_annotator_3,mask_path,label_path\n";
const std::string kKeyframe = R"(12,5025,"[0.33, 0.0, 1.0]",0.333,0.0,1.0,True,"[0, 0, 1]","[1, 0, 1]","[0, 0, 1]",,)"
                              "\n";

Reading read_metadata(const std::string& rows) { return read_texts(kCard, {{"all_metadata.csv", kHeader + rows}}); }

TEST(EndoscapesMetadata, KeyframeGivesEachCriterionWithItsRaters) {
  const Reading reading = read_metadata(kKeyframe);
  const auto criteria = reading.of_kind(AnnotationKind::kCriterion);
  ASSERT_EQ(criteria.size(), 3u);
  EXPECT_EQ(criteria[0].raters, (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(criteria[2].raters, (std::vector<double>{1, 1, 1}));
  EXPECT_NEAR(*criteria[0].value, 0.333, 1e-9);
  EXPECT_EQ(criteria[0].line, 2);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(EndoscapesMetadata, RowsBetweenKeyframesAreCountedAndSayNothing) {
  const Reading reading = read_metadata(kKeyframe + R"(12,5050,"[0.33, 0.0, 1.0]",0.333,0.0,1.0,False,,,,,)"
                                                    "\n");
  EXPECT_EQ(reading.records.size(), 3u);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 2);
  ASSERT_EQ(reading.of_rule("not_a_keyframe").size(), 1u);
  EXPECT_EQ(reading.of_rule("not_a_keyframe")[0].severity, Severity::kInfo);
}

TEST(EndoscapesMetadata, MaskPathBecomesAMaskRecordWithoutPixels) {
  const Reading reading =
      read_metadata(R"(12,5025,,0.333,0.0,1.0,True,"[0, 0, 1]","[1, 0, 1]","[0, 0, 1]",semseg/12_5025.png,x.csv)"
                    "\n");
  ASSERT_EQ(reading.of_kind(AnnotationKind::kMask).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kMask)[0].text, "semseg/12_5025.png");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kMask)[0].rows, 0);
}

TEST(EndoscapesMetadata, ValueThatIsNotTheMeanOfItsRatersIsTold) {
  const Reading reading = read_metadata(R"(12,5025,,0.667,0.0,0.5,True,"[0, 0, 1]","[1, 0, 1]","[0, 0, 1]",,)"
                                        "\n");
  EXPECT_EQ(reading.of_rule("vote_conflict").size(), 2u);
  EXPECT_EQ(reading.of_rule("odd_vote").size(), 1u);  // 0.5 is no mean of three
  EXPECT_EQ(reading.of_kind(AnnotationKind::kCriterion).size(), 3u);
}

TEST(EndoscapesMetadata, MissingRaterLeavesTheMeanAlone) {
  const Reading reading = read_metadata(R"(12,5025,,0.333,0.0,1.0,True,"[0, 0, 1]",,"[0, 0, 1]",,)"
                                        "\n");
  EXPECT_EQ(reading.of_rule("missing_rater").size(), 1u);
  EXPECT_TRUE(reading.of_kind(AnnotationKind::kCriterion).at(0).raters.empty());
}

TEST(EndoscapesMetadata, BrokenRowsAreIssues) {
  const Reading reading = read_metadata(kKeyframe + kKeyframe +
                                        "x,5050,,0,0,0,False,,,,,\n"
                                        "12,5075,,0,0,0,maybe,,,,,\n"
                                        "12,5100,,a,0,0,True,,,,,\n"
                                        "12,5125\n");
  EXPECT_EQ(reading.of_rule("repeated_frame").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_value").size(), 3u);
  EXPECT_EQ(reading.of_rule("column_count").size(), 1u);
  EXPECT_EQ(reading.files.at(0).issue_rows, 5);
}

TEST(EndoscapesMetadata, MissingColumnIsNamed) {
  const Reading reading = read_texts(kCard, {{"all_metadata.csv", "vid,frame,C1,C2\n1,2,0,0\n"}});
  ASSERT_EQ(reading.of_rule("bad_file").size(), 1u);
  EXPECT_NE(reading.of_rule("bad_file")[0].message.find("c3"), std::string::npos);
}

TEST(EndoscapesMatches, InnerRecordsGiveVotesAndMasks) {
  const Reading reading = read_texts(
      kCard,
      {{"matches.json", R"({"12_5025": {"file_name": "12_5025.jpg", "folders": ["semseg", "train"], "annotations": [)" +
                            image("1", kVotes + R"(, "is_ds_keyframe": true)") + R"(]},
                                   "13_25": {"folders": [], "annotations": []}, "14_25": 7})"}});
  EXPECT_EQ(reading.of_kind(AnnotationKind::kCriterion).size(), 3u);
  ASSERT_EQ(reading.of_kind(AnnotationKind::kMask).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kMask)[0].text, "semseg/12_5025.png");
  EXPECT_EQ(reading.of_rule("no_record").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_element").at(0).line, 3);
}

}  // namespace
}  // namespace surgsigma
