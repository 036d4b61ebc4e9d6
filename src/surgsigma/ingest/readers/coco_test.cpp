#include "surgsigma/ingest/readers/coco_scan.h"
#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;

std::string card_with(const std::string& with, const std::string& more = "") {
  return R"(
id: demo
name: Demo
licence: {id: custom, terms: [unstated]}
frame_rate: 25
video_id: "{video}"
case: "demo:{video}"
)" + more +
         R"(
layout:
  - {role: boxes, pattern: "*.json", reader: coco, with: )" +
         with + R"(}
vocabularies:
  open: {kind: instrument, closed: false, complete: false, labels: []}
  closed: {kind: instrument, labels: [{id: 1, label: hook, concept: ins.a}]}
)";
}

const std::string kCategories = R"("categories": [{"id": 3, "name": "hook"}, {"id": 4, "name": "clip"}])";
const std::string kImage = R"({"id": 1, "file_name": "video01/000050.jpg", "width": 854, "height": 480})";

std::string document(const std::string& images, const std::string& annotations) {
  return "{" + kCategories + R"(, "images": [)" + images + R"(], "annotations": [)" + annotations + "]}";
}

Reading read_boxes(const std::string& text, const std::string& with = "{}", const std::string& more = "") {
  return read_texts(card_with(with, more), {{"boxes.json", text}});
}

std::string box(const std::string& values, const std::string& more = "") {
  return R"({"id": 1, "image_id": 1, "category_id": 3, "bbox": )" + values + more + "}";
}

TEST(Coco, BoxStandsAtItsFrameWithItsLabelAsShipped) {
  const Reading reading = read_boxes(document(kImage, box("[10, 20, 30, 40.5]")));
  ASSERT_EQ(reading.records.size(), 1u);
  const RawAnnotation& record = reading.records[0];
  EXPECT_EQ(record.kind, AnnotationKind::kBox);
  EXPECT_EQ(record.video_id.text, "demo/video01");
  EXPECT_EQ(record.begin_frame, 50);
  EXPECT_EQ(record.begin_us, 2'000'000);
  EXPECT_EQ(record.labels, std::vector<std::string>{"hook"});
  EXPECT_DOUBLE_EQ(*record.x2, 40);
  EXPECT_DOUBLE_EQ(*record.y2, 60.5);
  EXPECT_EQ(record.width, 854);
  EXPECT_EQ(record.media, "video01/000050.jpg");
  EXPECT_TRUE(reading.issues.empty());
}

TEST(Coco, ListsMayStandInAnyOrder) {
  const Reading reading = read_boxes(R"({"annotations": [)" + box("[1, 2, 3, 4]") + R"(], "images": [)" + kImage +
                                     "], " + kCategories + "}");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1u);
  EXPECT_EQ(reading.files.at(0).rows, 1);
}

TEST(Coco, ImageWithoutAnnotationIsANegative) {
  const Reading reading = read_boxes(document(kImage, ""), "{vocabulary: open}");
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].kind, AnnotationKind::kPresence);
  EXPECT_TRUE(reading.records[0].labels.empty());
  EXPECT_EQ(reading.records[0].vocabulary, "open");
  EXPECT_TRUE(read_boxes(document(kImage, ""), "{negatives: false}").records.empty());
}

TEST(Coco, NameOfTheImageFollowsTheCard) {
  const Reading reading =
      read_boxes(document(R"({"id": 1, "file_name": "op7\\left\\f12_x3.jpg"})", box("[1, 2, 3, 4]")),
                 R"({image_name: "{video}/*/f{index:d}_*.jpg", unit: second, first: 1})");
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].video_id.text, "demo/op7");
  EXPECT_EQ(reading.records[0].begin_us, 11'000'000);
}

TEST(Coco, VideoFlavourGoesBeforeTheName) {
  const Reading reading = read_boxes(
      R"({"videos": [{"id": 5, "name": "case_a"}], "images": [{"id": 1, "file_name": "x.jpg", "video_id": 5, "frame_id": 25},
          {"id": 2, "file_name": "x.jpg", "video_id": "case_b", "frame_id": 3}], )" +
          kCategories + R"(, "annotations": [)" + box("[1, 2, 3, 4]", R"(, "track_id": 77)") + "]}",
      "{}");
  ASSERT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.records[0].video_id.text, "demo/case_a");
  EXPECT_EQ(reading.records[0].begin_us, 1'000'000);
  EXPECT_EQ(reading.records[0].instance, 77);
  EXPECT_EQ(reading.records[1].video_id.text, "demo/case_b");
}

TEST(Coco, NumberAfterTheVideoInOneNameIsTheFrame) {
  const Reading reading = read_boxes(document(R"({"id": 1, "file_name": "video01_000123.jpg"})", box("[1, 2, 3, 4]")));
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].video_id.text, "demo/video01");
  EXPECT_EQ(reading.records[0].begin_frame, 123);
}

TEST(Coco, SegmentationBecomesAMaskOfTheSameInstance) {
  const Reading reading = read_boxes(
      document(kImage, box("[1, 2, 3, 4]", R"(, "segmentation": [[1, 2, 3, 4, 5, 6.5]], "iscrowd": 0)") + "," +
                           box("[]", R"(, "segmentation": {"size": [480, 854], "counts": [5, 6]}, "iscrowd": 1)")));
  const auto masks = reading.of_kind(AnnotationKind::kMask);
  ASSERT_EQ(masks.size(), 2u);
  EXPECT_EQ(masks[0].text, "[[1,2,3,4,5,6.5]]");
  EXPECT_EQ(masks[0].rows, 0);
  EXPECT_EQ(masks[1].rows, 1);  // a mask without a box accounts for its row
  EXPECT_EQ(masks[1].box_scope, BoxScope::kRegion);
  EXPECT_EQ(masks[1].instance, 1);
}

TEST(Coco, EveryBrokenBoxIsAnIssueWithItsElement) {
  const std::vector<std::string> broken = {"[1, 2, 0, 4]",   "[1, 2, 3, -4]",   "[900, 2, 3, 4]", "[1, 2, NaN, 4]",
                                           "[1, 2, 3]",      "[1, 2, 3, 4, 5]", R"("1 2 3 4")",   "[1, 2, 1e999, 4]",
                                           "[1, [2], 3, 4]", "{\"x\": 1}"};
  std::string annotations;
  for (const std::string& values : broken) annotations += (annotations.empty() ? "" : ",") + box(values);
  annotations += "," + box("[5, 5, 5, 5]");
  const Reading reading = read_boxes(document(kImage, annotations));
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1u);
  EXPECT_EQ(reading.files.at(0).rows, static_cast<std::int64_t>(broken.size()) + 1);
  EXPECT_EQ(reading.files.at(0).issue_rows, static_cast<std::int64_t>(broken.size()));
  EXPECT_EQ(reading.of_rule("bad_box").at(2).line, 3);
}

TEST(Coco, BoxThatReachesBeyondThePictureIsKeptAndTold) {
  const Reading reading = read_boxes(document(kImage, box("[800, 2, 100, 4]")));
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1u);
  EXPECT_EQ(reading.of_rule("box_outside").at(0).rows, 0);
}

TEST(Coco, UnknownIdsAreIssues) {
  const Reading reading =
      read_boxes(document(kImage, R"({"id": 1, "image_id": 8, "category_id": 3, "bbox": [1, 2, 3, 4]},
                                     {"id": 2, "image_id": 1, "category_id": 8, "bbox": [1, 2, 3, 4]},
                                     {"id": 3, "image_id": 1, "bbox": [1, 2, 3, 4]},
                                     {"id": 4, "category_id": 3, "bbox": [1, 2, 3, 4]},
                                     {"id": 5, "image_id": 1, "category_id": 3}, 7, null)"));
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("unknown_image").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_category").size(), 2u);
  EXPECT_EQ(reading.of_rule("no_geometry").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_element").size(), 3u);
  EXPECT_EQ(reading.files.at(0).rows, 7);
}

TEST(Coco, RepeatedIdsAreTold) {
  const Reading reading = read_boxes(document(kImage + "," + kImage, box("[1, 2, 3, 4]") + "," + box("[5, 5, 5, 5]")));
  EXPECT_EQ(reading.of_rule("repeated_image").at(0).rows, 1);
  EXPECT_EQ(reading.of_rule("repeated_annotation").at(0).value, "1");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 2u);
  const Reading categories =
      read_boxes(R"({"categories": [{"id": 3, "name": "hook"}, {"id": 3, "name": "clip"}], "images": [)" + kImage +
                 R"(], "annotations": []})");
  EXPECT_EQ(categories.of_rule("repeated_category").size(), 1u);
}

TEST(Coco, LabelOutsideAClosedVocabularyIsAnIssue) {
  const std::string clip = R"({"id": 2, "image_id": 1, "category_id": 4, "bbox": [1, 2, 3, 4]})";
  const Reading reading = read_boxes(document(kImage, box("[1, 2, 3, 4]") + "," + clip), "{vocabulary: closed}");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_label").at(0).value, "clip");
  EXPECT_EQ(read_boxes(document(kImage, clip), "{vocabulary: open}").of_kind(AnnotationKind::kBox).size(), 1u);
}

TEST(Coco, ScoresAreTakenOnlyFromAModel) {
  const std::string text = document(kImage, box("[1, 2, 3, 4]", R"(, "score": 0.75)"));
  EXPECT_EQ(read_boxes(text).of_rule("bad_file").size(), 1u);
  const Reading reading = read_boxes(text, "{origin: model}");
  ASSERT_EQ(reading.records.size(), 1u);
  EXPECT_EQ(reading.records[0].origin, Origin::kModel);
  EXPECT_DOUBLE_EQ(*reading.records[0].value, 0.75);
}

TEST(Coco, ImageThatNamesNoFrameTakesItsAnnotationsOut) {
  const Reading reading =
      read_boxes(document(R"({"id": 1, "file_name": "thumbnail.jpg"}, {"id": 2})", box("[1, 2, 3, 4]")));
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("unknown_frame").size(), 2u);
}

TEST(Coco, NamesThatLeaveTheirFolderNameNoRecording) {
  const Reading reading = read_boxes(document(R"({"id": 1, "file_name": "../000001.jpg"}, )"
                                              R"({"id": 2, "video_id": "../../up", "frame_id": 3})",
                                              box("[1, 2, 3, 4]")));
  EXPECT_TRUE(reading.records.empty());
  EXPECT_TRUE(reading.videos.empty());
  EXPECT_EQ(reading.of_rule("unknown_frame").size(), 2u);
}

TEST(Coco, ImagesOnBothSidesOfTheAnnotationsAreRefused) {
  const Reading reading = read_boxes("{" + kCategories + R"(, "images": [)" + kImage + R"(], "annotations": [)" +
                                     box("[1, 2, 3, 4]") + R"(], "images": [)" + kImage + "]}");
  EXPECT_EQ(reading.of_rule("bad_file").size(), 1u);
}

TEST(Coco, SparseAndNegativeIdsAreFound) {
  const Reading reading = read_boxes(document(
      R"({"id": -9223372036854775808, "file_name": "v/1.jpg"}, {"id": 9223372036854775807, "file_name": "v/2.jpg"})",
      R"({"id": 1, "image_id": 9223372036854775807, "category_id": 3, "bbox": [1, 2, 3, 4]},
         {"id": 2, "image_id": -9223372036854775808, "category_id": 3, "bbox": [1, 2, 3, 4]},
         {"id": 3, "image_id": 0, "category_id": 3, "bbox": [1, 2, 3, 4]})"));
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 2u);
  EXPECT_EQ(reading.of_rule("unknown_image").size(), 1u);
}

TEST(Coco, DocumentsThatAreNoCocoAreRefused) {
  for (const std::string text : {"[1, 2]", "{}", R"({"info": 1})", "", R"({"images": [)", "no json"}) {
    const Reading reading = read_boxes(text);
    EXPECT_TRUE(reading.records.empty()) << text;
    EXPECT_EQ(reading.issues.size(), 1u) << text;
  }
}

TEST(Coco, IdsMayBeWrittenAsTextOrFloat) {
  const Reading reading =
      read_boxes(document(R"({"id": "1", "file_name": "v/5.jpg"})",
                          R"({"id": 1, "image_id": 1.0, "category_id": "3", "bbox": [1, 2, 3, 4]})"));
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1u);
}

}  // namespace
}  // namespace surgsigma
