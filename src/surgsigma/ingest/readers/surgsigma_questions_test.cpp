#include "surgsigma/ingest/readers/grounding.h"
#include "surgsigma/ingest/readers/test_reading.h"

namespace surgsigma {
namespace {

using testing_readers::read_texts;
using testing_readers::Reading;
using testing_readers::Texts;

constexpr std::string_view kCard = R"(
id: demo
name: Demo
licence: {id: custom, terms: [unstated]}
frame_rate: 1
frame_size: [854, 480]
video_id: "VID{video:02}"
case: "camma:{video}"
media: {frame: "videos/VID{video:02}/{index:06}.png", first: 0, step: 1}
layout:
  - {role: question, pattern: "questions.json", reader: surgsigma_questions, required: false, with: {vocabulary: tools}}
  - {role: video_list, pattern: "video_list.json", reader: surgsigma_videos, required: false}
vocabularies:
  tools:
    kind: instrument
    labels: [{id: 0, label: grasper, concept: ins.a}, {id: 2, label: hook, concept: ins.b}, {id: 5, label: irrigator, concept: ins.c}]
)";

Reading read_questions(const std::string& text) { return read_texts(kCard, {{"questions.json", text}}); }

std::string question(const std::string& id, const std::string& boxes, const std::string& answer = "1") {
  return R"({"qID": "surgsigma__)" + id + R"(", "frame": "dense_prediction/desmoke/CholecT50/VID92/000938.png",)" +
         R"( "question": "How many?", "answer": ")" + answer + R"(", "answer_format": "number", "gt_raw": ")" + boxes +
         R"("})";
}

using Boxes = std::vector<GroundedBox>;

TEST(Grounding, BothFormsGiveTheSameBoxes) {
  const Boxes expected{{"hook", 643, 0, 920, 298}};
  EXPECT_EQ(*parse_grounding("hook (643,0),(920,298)", 1000), expected);
  EXPECT_EQ(
      *parse_grounding(
          "There is a <|object_ref_start|>hook<|object_ref_end|><|box_start|>(643,0),(920,298)<|box_end|>.", 1000),
      expected);
  EXPECT_EQ(parse_grounding("hook (1,2),(3,4) grasper (5,6),(7,8)", 1000)->size(), 2u);
  EXPECT_TRUE(parse_grounding("The hook (an energy tool) dissects.", 1000)->empty());
}

TEST(Grounding, AnythingElseIsAFault) {
  for (const std::string text :
       {"hook (643, 0),(920,298)", "hook (643,0),(920,298", "(643,0),(920,298)", "hook (643,0),(1001,298)",
        "hook (643,300),(920,298)", "hook (643,0),(920,298) and more", "hook (-1,0),(920,298)",
        "hook<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>", "<|object_ref_start|>hook<|object_ref_end|>",
        "<|object_ref_start|>hook<|object_ref_end|><|box_start|>(1,2),(3,4)", "<|object_ref_start|>hook (1,2),(3,4)",
        "hook (99999999999999999999,0),(920,298)"}) {
    EXPECT_FALSE(parse_grounding(text, 1000)) << text;
  }
}

TEST(Grounding, TokensGoAndWordsStay) {
  EXPECT_EQ(without_tokens("<image>\nA <|object_ref_start|>hook<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>."),
            "A hook (1,2),(3,4).");
}

TEST(SurgsigmaQuestions, BoxesBecomePixelsAndTheQuestionIsKept) {
  const Reading reading = read_questions("[" + question("250644", "hook (500,0),(1000,250)") + "]");
  ASSERT_EQ(reading.records.size(), 2u);
  EXPECT_EQ(reading.records[0].kind, AnnotationKind::kQa);
  EXPECT_EQ(reading.records[0].text, R"({"id":"surgsigma__250644","question":"How many?","answer":"1"})");
  EXPECT_EQ(reading.records[0].origin, Origin::kForeign);
  EXPECT_EQ(reading.records[0].begin_us, 938'000'000);
  EXPECT_EQ(reading.records[0].media, "videos/VID92/000938.png");
  const RawAnnotation& box = reading.records[1];
  EXPECT_EQ(box.origin, Origin::kModel);
  EXPECT_DOUBLE_EQ(*box.x1, 427);
  EXPECT_DOUBLE_EQ(*box.y2, 120);
  EXPECT_EQ(box.rows, 0);
  EXPECT_EQ(reading.videos.at(0).case_id.text, "camma:92");
  EXPECT_TRUE(reading.issues.empty());
}

TEST(SurgsigmaQuestions, BrokenRecordsAreIssuesWithTheirId) {
  const Reading reading = read_questions(
      "[" +
      question(
          "231034",
          "grasper<|object_ref_end|><|box_start|>(58, 0),(430, 206)<|box_end|> <|object_ref_start|>hook (1,2),(3,4)") +
      "," + question("242123", "grasper (70,681),(333,969) ir irrigator (340,244),(893,990)") + "]");
  EXPECT_TRUE(reading.records.empty());
  ASSERT_EQ(reading.issues.size(), 2u);
  EXPECT_EQ(reading.issues[0].rule, "broken_boxes");
  EXPECT_NE(reading.issues[0].message.find("231034"), std::string::npos);
  EXPECT_EQ(reading.issues[1].rule, "unknown_label");
  EXPECT_NE(reading.issues[1].message.find("242123"), std::string::npos);
  EXPECT_EQ(reading.issues[1].value, "ir irrigator");
}

TEST(SurgsigmaQuestions, ConversationsOfTheReleaseAreUnderstood) {
  const Reading reading = read_questions(
      R"({"videos": [{"id": 0, "source dataset": "Cholec80", "video path": "Cholec80/videos/vid01.mp4"}],
          "questions": [{"question id": 7, "image path": "CholecT50/VID01/000003.png",
           "conversations": [{"from": "human", "value": "<image>\nWhere is the hook?"},
           {"from": "gpt", "value": "<|object_ref_start|>hook<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"}]}]})");
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 1u);
  ASSERT_EQ(reading.of_kind(AnnotationKind::kQa).size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kQa)[0].text,
            R"json({"id":"7","question":"Where is the hook?","answer":"hook (1,2),(3,4)"})json");
  EXPECT_EQ(reading.files.at(0).rows, 2);
  EXPECT_TRUE(reading.issues.empty());
}

TEST(SurgsigmaQuestions, CountThatIsNotTheNumberOfBoxesIsTold) {
  const Reading reading = read_questions("[" + question("1", "hook (1,2),(3,4) grasper (5,6),(7,8)", "3") + "]");
  EXPECT_EQ(reading.of_rule("count_conflict").size(), 1u);
  EXPECT_EQ(reading.of_kind(AnnotationKind::kBox).size(), 2u);
}

TEST(SurgsigmaQuestions, IncompleteRecordsAreIssues) {
  const Reading reading = read_questions("[" + question("5", "") + "," + question("5", "") + R"(, 7, {"qID": "none"},
      {"qID": 8, "question": "q", "answer": ""}, {"qID": 9, "question": "q", "answer": "a", "frame": "x.png"}])");
  EXPECT_EQ(reading.of_rule("repeated_question").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_element").size(), 1u);
  EXPECT_EQ(reading.of_rule("malformed_id").size(), 1u);
  EXPECT_EQ(reading.of_rule("no_answer").size(), 1u);
  EXPECT_EQ(reading.of_rule("unknown_frame").size(), 1u);
  EXPECT_EQ(reading.files.at(0).issue_rows, 5);
}

std::string video(int id, const std::string& path) {
  return R"({"id": )" + std::to_string(id) + R"(, "source dataset": "Cholec80", "video path": ")" + path + R"("})";
}

TEST(SurgsigmaVideos, PathsBeyondTheDatasetAreDead) {
  const Reading reading = read_texts(kCard, {{"video_list.json", "[" + video(0, "Cholec80/videos/vid01.mp4") + "," +
                                                                     video(45, "Cholec80/videos/vid92.mp4") + "]"}});
  EXPECT_EQ(reading.of_rule("dead_path").at(0).line, 2);
  EXPECT_EQ(reading.files.at(0).recorded_rows, 1);
  EXPECT_EQ(reading.videos.size(), 2u);  // the frames of VID92 exist in CholecT50
}

TEST(SurgsigmaVideos, MissingOriginalsAreToldOnceTheirFolderIsFilled) {
  const std::string list =
      "[" + video(0, "Cholec80/videos/vid01.mp4") + "," + video(1, "Cholec80/videos/vid02.mp4") + "]";
  const Reading reading = read_texts(kCard, {{"video_list.json", list}, {"raw_data/Cholec80/videos/vid01.mp4", "x"}});
  ASSERT_EQ(reading.of_rule("missing_media").size(), 1u);
  EXPECT_EQ(reading.of_rule("missing_media")[0].value, "Cholec80/videos/vid02.mp4");
  EXPECT_TRUE(read_texts(kCard, {{"video_list.json", list}}).issues.empty());
}

TEST(SurgsigmaVideos, PathsThatLeaveTheFolderAreRefused) {
  const Reading reading = read_texts(kCard, {{"video_list.json", "[" + video(0, "../../etc/vid01.mp4") + "," +
                                                                     video(1, "Cholec80/readme.txt") + ", 3]"}});
  EXPECT_EQ(reading.of_rule("malformed_path").size(), 2u);
  EXPECT_EQ(reading.of_rule("malformed_element").size(), 1u);
}

}  // namespace
}  // namespace surgsigma
