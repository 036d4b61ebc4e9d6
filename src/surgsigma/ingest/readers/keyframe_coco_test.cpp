#include "surgsigma/ingest/readers/keyframe_coco.h"

#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;
using testing_readers::Texts;

std::string card_for(const std::string& reader, const std::string& rate) {
  return R"(
id: demo
name: Demo
licence: {id: custom, terms: [unstated]}
frame_rate: )" +
         rate + R"(
frame_size: [1280, 800]
video_id: "{video}"
case: "demo:{video}"
media: {frame: "frames/{video}/{index:09}.jpg", first: 0, step: 1}
layout:
  - {role: rate_table, pattern: "1fps_to_30fps_association.json"}
  - {role: frame_list, pattern: "frame_lists/*.csv"}
  - role: keyframe
    pattern: "labels.json"
    reader: )" +
         reader + R"(
vocabularies:
  instruments: {kind: instrument, labels: [{id: 1, label: Bipolar, concept: ins.a}, {id: 2, label: Prograsp, concept: ins.b}]}
  actions:
    kind: verb
    labels: [{id: 5, label: Hold, concept: act.a}, {id: 11, label: Still, concept: act.idle, state: idle}]
  targets: {kind: target, labels: []}
  interactions: {kind: interaction, parts: [instruments, actions, targets]}
  phases: {kind: phase, labels: [{id: 0, label: Idle, concept: pha.a}, {id: 3, label: Retzius, concept: pha.b}]}
  steps: {kind: step, labels: [{id: 5, label: Prevessical, concept: stp.a}]}
)";
}

std::string document(
    const std::string& images, const std::string& annotations,
    const std::string& categories = R"([{"id": 1, "name": "Bipolar"}, {"id": 2, "name": "Prograsp"}])") {
  return R"({"info": {"version": "v3"}, "categories": )" + categories + R"(, "images": [)" + images +
         R"(], "annotations": [)" + annotations + "]}";
}

std::string image(int id, const std::string& name) {
  return R"({"id": )" + std::to_string(id) + R"(, "file_name": ")" + name + R"(", "width": 1280, "height": 800})";
}

std::string psi(int id, int image_id, const std::string& more = R"("actions": [5, 11])") {
  return R"({"id": )" + std::to_string(id) + R"(, "image_id": )" + std::to_string(image_id) +
         R"(, "category_id": 2, "bbox": [10, 20.5, 300, 180], "phase": 3, "step": 5, )" + more + "}";
}

Reading read_psi(const std::string& text) { return read_texts(card_for("psi_ava_coco", "1"), {{"labels.json", text}}); }

Reading read_grasp(const std::string& text, Texts others = {}) {
  others["labels.json"] = text;
  return read_texts(card_for("grasp_coco", "30"), others);
}

TEST(PsiAvaCoco, AnnotationGivesBoxActionsPhaseAndStep) {
  const Reading reading = read_psi(document(image(1, "CASE015/00211.jpg"), psi(1, 1)));
  const auto boxes = reading.of_kind(AnnotationKind::kBox);
  ASSERT_EQ(boxes.size(), 1u);
  EXPECT_DOUBLE_EQ(*boxes[0].x2, 310);
  EXPECT_DOUBLE_EQ(*boxes[0].y2, 200.5);
  EXPECT_EQ(boxes[0].begin_us, 211'000'000);
  EXPECT_EQ(boxes[0].media, "frames/CASE015/00211.jpg");
  ASSERT_EQ(reading.of_kind(AnnotationKind::kInteraction).size(), 2u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kInteraction)[0].labels,
            (std::vector<std::string>{"Prograsp", "Hold", ""}));
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase).at(0).labels, std::vector<std::string>{"Retzius"});
  EXPECT_EQ(reading.of_kind(AnnotationKind::kStep).at(0).rows, 0);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(PsiAvaCoco, ImageWithoutAnnotationIsAValidNegative) {
  const Reading reading =
      read_psi(document(image(1, "CASE015/00211.jpg") + "," + image(2, "CASE015/00301.jpg"), psi(1, 1)));
  const auto negatives = reading.of_kind(AnnotationKind::kPresence);
  ASSERT_EQ(negatives.size(), 1u);
  EXPECT_TRUE(negatives[0].labels.empty());
  EXPECT_EQ(negatives[0].vocabulary, "instruments");
  EXPECT_EQ(negatives[0].begin_us, 301'000'000);
  EXPECT_EQ(reading.files.at(0).rows, 2);
}

TEST(PsiAvaCoco, ScoresAreRefusedAsPredictions) {
  const Reading reading =
      read_psi(document(image(1, "CASE015/00211.jpg"), psi(1, 1, R"("actions": [5], "score": 0.9)")));
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("bad_file").size(), 1u);
}

TEST(PsiAvaCoco, CategoryNamesOfAnotherOrderAreTold) {
  const Reading reading = read_psi(document(image(1, "CASE015/00211.jpg"), psi(1, 1),
                                            R"([{"id": 1, "name": "Prograsp"}, {"id": 2, "name": "Bipolar"}])"));
  EXPECT_EQ(reading.of_rule("label_conflict").size(), 2u);
}

TEST(PsiAvaCoco, BrokenAnnotationsAreIssuesOneByOne) {
  const std::string start = R"({"id": 1, "image_id": )";
  const Reading reading = read_psi(document(
      image(1, "CASE015/00211.jpg") + "," + image(2, "nonsense.jpg"),
      start + R"(9, "category_id": 2, "bbox": [1, 2, 3, 4]},)" + start +
          R"(2, "category_id": 2, "bbox": [1, 2, 3, 4]},)" + start + R"(1, "category_id": 8, "bbox": [1, 2, 3, 4]},)" +
          start + R"(1, "category_id": 2, "bbox": [1, 2, 3]},)" + start +
          R"(1, "category_id": 2, "bbox": [1, 2, 0, 4]},)" + start + R"(1, "bbox": [1, 2, 3, 4]},)" +
          R"({"id": 4, "category_id": 2}, "text")"));
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("unknown_image").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_frame").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_label").size(), 1u);
  EXPECT_EQ(reading.of_rule("bad_box").size(), 2u);
  EXPECT_EQ(reading.of_rule("unknown_category").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_element").size(), 2u);
  EXPECT_EQ(reading.files.at(0).issue_rows, 8);
}

std::string grasp_object(int id, int image_id) {
  return R"({"id": )" + std::to_string(id) + R"(, "image_id": )" + std::to_string(image_id) +
         R"(, "category_id": 2, "bbox": [10, 20, 300, 180], "segmentation": {"size": [800, 1280], "counts": "ab c"},)" +
         R"( "actions": [5], "phases": 3, "steps": [5], "iscrowd": 0, "area": 31200})";
}

TEST(GraspCoco, ShortTermObjectKeepsItsMaskAsJson) {
  const Reading reading = read_grasp(document(image(1, "CASE041/000000900.jpg"), grasp_object(1, 1)));
  const auto masks = reading.of_kind(AnnotationKind::kMask);
  ASSERT_EQ(masks.size(), 1u);
  EXPECT_EQ(masks[0].text, R"({"size":[800,1280],"counts":"ab c"})");
  EXPECT_EQ(masks[0].rows, 0);
  EXPECT_EQ(masks[0].instance, reading.of_kind(AnnotationKind::kBox).at(0).instance);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kStep).size(), 1u);
}

TEST(GraspCoco, NumbersCountAtThirtyOrFortyFiveASecond) {
  const Reading reading = read_grasp(document(
      image(1, "CASE041/000000900.jpg") + "," + image(2, "CASE001/000000900.jpg") + "," + image(3, "CASE001/00020.jpg"),
      grasp_object(1, 1) + "," + grasp_object(2, 2) + "," + grasp_object(3, 3)));
  const auto boxes = reading.of_kind(AnnotationKind::kBox);
  ASSERT_EQ(boxes.size(), 3u);
  EXPECT_EQ(boxes[0].begin_us, 30'000'000);
  EXPECT_EQ(boxes[1].begin_us, 20'000'000);
  EXPECT_EQ(boxes[1].begin_frame, 600);  // position in the 30-fps list
  EXPECT_EQ(boxes[1].media, "frames/CASE001/000000900.jpg");
  EXPECT_EQ(boxes[2].begin_us, 20'000'000);  // five digits: the 1-fps release
}

TEST(GraspCoco, IrregularCaseNeedsTheAssociation) {
  const std::string text = document(image(1, "CASE014/000001234.jpg"), grasp_object(1, 1));
  const Reading without = read_grasp(text);
  EXPECT_TRUE(without.records.empty());
  EXPECT_EQ(without.of_rule("unknown_time").at(0).rows, 1);
  for (const std::string table :
       {R"({"CASE014": {"00033.jpg": "000001234.jpg"}})", R"({"CASE014/00033.jpg": "CASE014/000001234.jpg"})"}) {
    const Reading with = read_grasp(text, {{"1fps_to_30fps_association.json", table}});
    ASSERT_EQ(with.of_kind(AnnotationKind::kBox).size(), 1u) << table;
    EXPECT_EQ(with.of_kind(AnnotationKind::kBox)[0].begin_us, 33'000'000);
  }
  const Reading listed = read_grasp(text, {{"frame_lists/train.csv", "CASE014 1 990 CASE014/000001234.jpg\n"}});
  ASSERT_EQ(listed.of_kind(AnnotationKind::kBox).size(), 1u);
  EXPECT_EQ(listed.of_kind(AnnotationKind::kBox)[0].begin_us, 33'000'000);
}

TEST(GraspCoco, LongTermSecondsBecomeRuns) {
  std::string images;
  std::string annotations;
  for (int i = 0; i < 4; ++i) {
    const std::string number = std::to_string(i * 30);
    images += (i ? "," : "") + image(i, "CASE021/" + std::string(9 - number.size(), '0') + number + ".jpg");
    annotations += std::string(i ? "," : "") + R"({"id": )" + std::to_string(i) + R"(, "image_id": )" +
                   std::to_string(i) + R"(, "phases": 3, "steps": 5})";
  }
  images += "," + image(9, "CASE021/000000120.jpg");
  const Reading reading = read_grasp(document(images, annotations));
  ASSERT_EQ(reading.of_kind(AnnotationKind::kPhase).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase)[0].rows, 4);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kPhase)[0].end_us, 4'000'000);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kStep).at(0).rows, 0);
  EXPECT_TRUE(reading.of_kind(AnnotationKind::kPresence).empty());  // an unlabelled second is no negative
  EXPECT_EQ(reading.of_rule("no_label").size(), 1u);
}

TEST(GraspCoco, BrokenAssociationIsNamed) {
  const Reading reading = read_grasp(document(image(1, "CASE041/000000900.jpg"), grasp_object(1, 1)),
                                     {{"1fps_to_30fps_association.json", "[1, 2]"}});
  EXPECT_TRUE(reading.records.empty());
  EXPECT_EQ(reading.of_rule("bad_file").size(), 1u);
}

}  // namespace
}  // namespace surgsigma
