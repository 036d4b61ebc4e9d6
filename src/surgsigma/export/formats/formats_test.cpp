#include <gtest/gtest.h>
#include <simdjson.h>

#include "surgsigma/base/json.h"
#include "surgsigma/export/format.h"

namespace surgsigma {
namespace {

constexpr std::string_view kThoughtfulAnswer =
    "<think>\nLevel 1: A hook and a grasper are visible.\nLevel 2: The hook dissects tissue around the cystic duct.\n"
    "Level 3: This matches dissection of the triangle.\n</think>\n<answer>Calot Triangle Dissection</answer>";

Sample phase_sample() {
  Sample sample;
  sample.id = "co01";
  sample.task = "phase_recognition";
  sample.source = "cholec80";
  sample.part = "train";
  sample.form = "open";
  sample.turns = {"Which phase is shown?", kThoughtfulAnswer};
  sample.answer = R"({"shape":"text","text":"Calot Triangle Dissection"})";
  sample.solution = "Calot Triangle Dissection";
  sample.media = {"media/fr01.jpg"};
  sample.pictures = {""};
  return sample;
}

Sample box_sample() {
  Sample sample = phase_sample();
  sample.task = "instrument_localization";
  sample.turns = {"Locate the hook.", "{box:0}"};
  sample.box_texts = {"[100, 50, 300, 250]"};
  sample.pixels = {{100, 50, 300, 250}};
  sample.box_labels = {"hook"};
  sample.names_boxes = true;
  return sample;
}

std::string line_of(const FormatRow& format, const Sample& sample) {
  std::string line;
  format.append(sample, line);
  return line;
}

std::string problem_of(const FormatRow& format, std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::element row;
  if (parser.parse(line.data(), line.size()).get(row)) return "not JSON";
  return format.check_line(row);
}

/// The row without our own columns.
Json without_metadata(std::string_view line) {
  Json row = *parse_json(line, "line");
  for (const MetadataColumn& column : metadata_columns()) row.erase(std::string(column.name));
  return row;
}

TEST(LlavaFormat, APhaseQuestionWithAThoughtIsTheGoldenRow) {
  const std::string line = line_of(llava_format(), phase_sample());
  EXPECT_EQ(
      line,
      R"({"id":"co01","image":"media/fr01.jpg","conversations":[{"from":"human","value":"<image>\nWhich phase is shown?"},)"
      R"({"from":"gpt","value":"<think>\nLevel 1: A hook and a grasper are visible.\nLevel 2: The hook dissects tissue )"
      R"(around the cystic duct.\nLevel 3: This matches dissection of the triangle.\n</think>\n<answer>Calot Triangle )"
      R"(Dissection</answer>"}]})");
  EXPECT_EQ(problem_of(llava_format(), line), "");
}

TEST(LlavaFormat, ClipsAndSeveralPicturesHaveOneTagEach) {
  Sample sample = phase_sample();
  sample.media = {"media/a.jpg", "media/b.jpg"};
  Json row = *parse_json(line_of(llava_format(), sample), "line");
  EXPECT_EQ(row["image"], (Json{"media/a.jpg", "media/b.jpg"}));
  EXPECT_EQ(row["conversations"][0]["value"], "<image>\n<image>\nWhich phase is shown?");
  sample.media = {"media/a.mp4"};
  sample.is_video = true;
  row = *parse_json(line_of(llava_format(), sample), "line");
  EXPECT_EQ(row["video"], "media/a.mp4");
  EXPECT_FALSE(row.contains("image"));
  EXPECT_EQ(row["conversations"][0]["value"], "<video>\nWhich phase is shown?");
}

TEST(LlavaFormat, LinesThatTheLoaderWouldReplaceSilentlyAreFound) {
  const auto problem = [](std::string_view line) { return problem_of(llava_format(), line); };
  const std::string tags = "tags in the questions and media differ in number";
  EXPECT_EQ(
      problem(
          R"({"id":"a","image":"x","conversations":[{"from":"human","value":"no tag"},{"from":"gpt","value":"b"}]})"),
      tags);
  EXPECT_EQ(
      problem(
          R"({"id":"a","image":"x","conversations":[{"from":"human","value":"<image><image> a"},{"from":"gpt","value":"b"}]})"),
      tags);
  EXPECT_EQ(
      problem(
          R"({"id":"a","video":"x","conversations":[{"from":"human","value":"<image> a"},{"from":"gpt","value":"b"}]})"),
      tags);
  EXPECT_EQ(
      problem(
          R"({"id":"a","image":"x","conversations":[{"from":"human","value":"<image>\n a"},{"from":"gpt","value":"<image>b"}]})"),
      "a media tag in an answer");
  EXPECT_EQ(
      problem(R"({"id":"a","image":"x","conversations":[{"from":"system","value":"s"},{"from":"gpt","value":"b"}]})"),
      "roles do not alternate");
  EXPECT_EQ(
      problem(
          R"({"id":"a","image":"x","conversations":[{"from":"human","value":"<image>\n a"},{"from":"gpt","value":" "}]})"),
      "an empty turn");
  EXPECT_EQ(problem(R"({"id":"a","conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]})"),
            "neither image nor video");
}

TEST(SwiftFormat, ABoxQuestionIsTheGoldenRow) {
  const std::string line = line_of(swift_format(), box_sample());
  EXPECT_EQ(
      to_text(without_metadata(line)),
      R"({"messages":[{"role":"user","content":"<image>Locate the <ref-object>."},{"role":"assistant","content":"<bbox>"}],)"
      R"("images":["media/fr01.jpg"],"objects":{"ref":["hook"],"bbox":[[100,50,300,250]],"bbox_type":"real"},)"
      R"("channel":"instrument_localization"})");
  EXPECT_EQ(problem_of(swift_format(), line), "");
}

TEST(SwiftFormat, NamesBeforeTheirBoxesBecomeReferencesInTheOrderOfTheText) {
  Sample sample = box_sample();
  sample.turns = {"Which instruments are where?",
                  "A hook at {box:1}, two graspers at {box:0} and {box:2}; a hooked wire."};
  sample.box_texts = {"[1, 1, 2, 2]", "[3, 3, 4, 4]", "[5, 5, 6, 6]"};
  sample.pixels = {{1, 1, 2, 2}, {3, 3, 4, 4}, {5, 5, 6, 6}};
  sample.box_labels = {"graspers", "hook", "graspers"};
  const std::string line = line_of(swift_format(), sample);
  const Json row = *parse_json(line, "line");
  EXPECT_EQ(row["messages"][1]["content"],
            "A <ref-object> at <bbox>, two <ref-object> at <bbox> and <bbox>; a hooked wire.");
  EXPECT_EQ(row["objects"]["ref"], (Json{"hook", "graspers"}));
  EXPECT_EQ(row["objects"]["bbox"], (Json{{3, 3, 4, 4}, {1, 1, 2, 2}, {5, 5, 6, 6}}));
  EXPECT_EQ(problem_of(swift_format(), line), "");
}

TEST(SwiftFormat, ABoxThatNoWordNamesHasNoPlaceholderButAName) {
  Sample sample = box_sample();
  sample.turns = {"Where is the instrument?", "At {box:0}."};
  const std::string line = line_of(swift_format(), sample);
  const Json row = *parse_json(line, "line");
  EXPECT_EQ(row["messages"][1]["content"], "At <bbox>.");
  EXPECT_EQ(row["objects"]["ref"], (Json::array({"hook"}))) << "an empty list would have no type";
  EXPECT_EQ(problem_of(swift_format(), line), "");
}

TEST(SwiftFormat, EveryRowHasTheSameColumnsOfOursAndNoneThatSwiftRenames) {
  Sample sample = phase_sample();
  const Json row = *parse_json(line_of(swift_format(), sample), "line");
  for (const MetadataColumn& column : metadata_columns())
    EXPECT_TRUE(row.contains(std::string(column.name))) << column.name;
  for (const char* taken :
       {"query", "prompt", "input", "question", "response", "answer", "output", "target", "solution", "text"}) {
    EXPECT_FALSE(row.contains(taken)) << taken;
  }
  sample.options = {"A", "with \"quotes\""};
  const Json options =
      *parse_json((*parse_json(line_of(swift_format(), sample), "l"))["sg_options"].get<std::string>(), "o");
  EXPECT_EQ(options, (Json{"A", "with \"quotes\""}));
}

TEST(SwiftFormat, WrongObjectsAreFound) {
  const auto with = [](std::string_view answer, std::string_view objects) {
    return problem_of(swift_format(),
                      R"({"messages":[{"role":"user","content":"<image>a"},{"role":"assistant","content":")" +
                          std::string(answer) + R"("}],"images":["x"],"channel":"c")" + std::string(objects) + "}");
  };
  EXPECT_EQ(with("<bbox>", ""), "placeholders of boxes without objects");
  EXPECT_EQ(with("<bbox>", R"(,"objects":{"ref":["a"],"bbox":[[1,1,2,2],[1,1,2,2]],"bbox_type":"real"})"),
            "placeholders and objects differ in number");
  EXPECT_EQ(with("<bbox>", R"(,"objects":{"ref":["a"],"bbox":[[2,1,2,2]],"bbox_type":"real"})"), "a box without area");
  EXPECT_EQ(with("<bbox>", R"(,"objects":{"ref":["a"],"bbox":[[1,1,2]],"bbox_type":"real"})"),
            "a box that is not four pixels");
  EXPECT_EQ(with("<bbox>", R"(,"objects":{"ref":["a"],"bbox":[[1,1,2,2]],"bbox_type":"real"})"), "");
  EXPECT_EQ(with("fine", ""), "");
}

TEST(SwiftGrpoFormat, APhaseQuestionIsTheGoldenRow) {
  Sample sample = phase_sample();
  sample.turns[1] = "Calot Triangle Dissection";
  const std::string line = line_of(swift_grpo_format(), sample);
  Json row = *parse_json(line, "line");
  EXPECT_EQ(row["sg_task"], "phase_recognition");
  Json expected = *parse_json(
      R"({"messages":[{"role":"user","content":"<image>Which phase is shown?"}],"images":["media/fr01.jpg"],)"
      R"("solution":"Calot Triangle Dissection","channel":"phase_recognition"})",
      "golden");
  EXPECT_EQ(without_metadata(line), expected);
  EXPECT_EQ(problem_of(swift_grpo_format(), line), "");
  EXPECT_EQ(problem_of(swift_grpo_format(), line_of(swift_format(), sample)), "no solution");
}

TEST(SwiftGrpoFormat, BoxesOfTheAnswerAreInTheSolutionOnly) {
  Sample sample = box_sample();
  sample.solution = "{box:0}";
  sample.names_boxes = false;  // none in the question
  const Json row = *parse_json(line_of(swift_grpo_format(), sample), "line");
  EXPECT_EQ(row["solution"], "[100, 50, 300, 250]");
  EXPECT_FALSE(row.contains("objects"));
}

TEST(HfFormat, APhaseQuestionHasTypedPartsAndNoTag) {
  Sample sample = phase_sample();
  sample.turns[1] = "Calot Triangle Dissection";
  const Json row = *parse_json(line_of(hf_format(), sample), "line");
  EXPECT_EQ(
      to_text(row["messages"]),
      R"([{"role":"user","content":[{"type":"image","text":null},{"type":"text","text":"Which phase is shown?"}]},)"
      R"({"role":"assistant","content":[{"type":"text","text":"Calot Triangle Dissection"}]}])");
  EXPECT_EQ(to_text(row["images"]), R"([{"bytes":null,"path":"media/fr01.jpg"}])");
}

TEST(HfFormat, AnEmbeddedPictureHasOnlyItsName) {
  Sample sample = phase_sample();
  sample.media = {"media/cholec80/frames/fr01.jpg"};
  sample.pictures = {"TWFu"};
  const Json row = *parse_json(line_of(hf_format(), sample), "line");
  EXPECT_EQ(to_text(row["images"]), R"([{"bytes":"TWFu","path":"fr01.jpg"}])");
  EXPECT_EQ(to_text(row["sg_media"]), R"(["media/cholec80/frames/fr01.jpg"])");
}

TEST(Formats, EveryRowOfTheTableIsComplete) {
  for (const FormatRow& row : format_rows()) {
    EXPECT_EQ(find_format(row.name), find_format(std::string(row.name)));
    EXPECT_FALSE(row.description.empty()) << row.name;
    EXPECT_NE(row.append, nullptr) << row.name;
    EXPECT_NE(row.check_line, nullptr) << row.name;
    EXPECT_NE(row.readme, nullptr) << row.name;
    EXPECT_EQ(row.convert == nullptr, row.check_file == nullptr) << row.name;
    EXPECT_FALSE(row.readme({{"train.jsonl", "default", "train", "", 1, 1}}).empty()) << row.name;
  }
  EXPECT_EQ(find_format("lava"), nullptr);
}

}  // namespace
}  // namespace surgsigma
