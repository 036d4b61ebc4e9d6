#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/schema/catalog.h"

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr std::string_view kCard = R"(
id: toy
name: Toy
version: 2016
licence: {id: CC-BY-4.0, terms: [attribution]}
procedure: prc.cholecystectomy
approach: laparoscopic
frame_rate: 29.97
frame_size: [854, 480]
video_id: "video{video:02}"
case: "camma:{video}"
case_map: {"01": "camma:67"}
media: {video: "videos/video{video:02}.mp4", frame: "frames/{video}/{index:06}.png", step: 25}
layout:
  - {role: phase, pattern: "phase/video{video}-phase.txt", reader: frame_track, with: {vocabulary: phases}}
  - {role: list, pattern: "list.csv", reader: intervals_csv, required: false}
  - {role: video, pattern: "videos/video{video}.mp4"}
vocabularies:
  tools: {kind: instrument, labels: [{id: 5, label: hook, concept: ins.hook}]}
  verbs: {kind: verb, labels: [{label: cut, concept: act.cut}, {label: null_verb, concept: act.idle, state: idle}]}
  targets: {kind: anatomy, labels: [{label: liver, concept: ana.liver}, {label: unknown, state: not_annotated}]}
  phases:
    kind: phase
    complete: false
    labels: [{id: 1, label: out, concept: flg.out_of_body, becomes: flag, match: broad}]
  triplets: {kind: interaction, parts: [tools, verbs, targets], classes: {7: [hook, cut, liver]}}
expected: {videos: 80, rows: {phase: 4612452}}
splits:
  - {name: endonet, honoured: true, parts: {train: ["1-3", 5], test: ["camma:99", 07, BBP1]}}
overlaps: [{source: cholect50, note: same numbers}]
notes: [none]
)";

/// The card above with one piece of its text replaced.
Result<SourceCard> card_with(std::string_view piece, std::string_view replacement) {
  std::string yaml(kCard);
  if (!piece.empty()) {
    const std::size_t at = yaml.find(piece);
    EXPECT_NE(at, std::string::npos) << piece;
    yaml.replace(at, piece.size(), replacement);
  }
  const auto document = parse_yaml(yaml, "toy.yaml");
  EXPECT_TRUE(document) << to_string(document.error());
  return read_source_card(*document, "toy.yaml");
}

/// The error of that card as one line.
std::string mistake_with(std::string_view piece, std::string_view replacement) {
  const auto card = card_with(piece, replacement);
  EXPECT_FALSE(card) << replacement;
  return card ? "" : to_string(card.error());
}

TEST(SourceCard, EveryMemberIsRead) {
  const auto card = card_with("", "");
  ASSERT_TRUE(card) << to_string(card.error());
  EXPECT_EQ(card->version, "2016");
  EXPECT_EQ(card->frame_rate, (FrameRate{30000, 1001}));
  EXPECT_EQ(card->frame_size, (ImageSize{854, 480}));
  EXPECT_EQ(card->frame_media_step, 25);
  EXPECT_THAT(card->terms, ElementsAre("attribution"));
  EXPECT_THAT(card->expected, UnorderedElementsAre(Pair("videos", 80), Pair("rows.phase", 4612452)));
  EXPECT_EQ(card->vocabularies.at("triplets").classes.at(7), (std::vector<std::string>{"hook", "cut", "liver"}));
}

TEST(SourceCard, LayoutDefaultsFollowTheEntry) {
  const auto card = card_with("", "");
  ASSERT_TRUE(card);
  EXPECT_EQ(card->layout[0].unit, "video");
  EXPECT_TRUE(card->layout[0].is_required);
  EXPECT_EQ(card->layout[1].unit, "all");
  EXPECT_FALSE(card->layout[2].is_required);  // nothing reads it
}

TEST(SourceCard, VocabularyFindsLabelsByNumberAndByExactWord) {
  const auto card = card_with("", "");
  ASSERT_TRUE(card);
  const Vocabulary& tools = card->vocabularies.at("tools");
  ASSERT_TRUE(tools.by_id(5));
  EXPECT_EQ(tools.by_id(5)->concept_id, ConceptId("ins.hook"));
  EXPECT_EQ(tools.by_id(0), nullptr);
  EXPECT_EQ(tools.by_label("Hook"), nullptr);
  EXPECT_EQ(card->vocabularies.at("verbs").by_label("null_verb")->state, LabelState::kIdle);
  EXPECT_EQ(card->vocabularies.at("verbs").by_label("null_verb")->id, 1);
  const VocabularyLabel& out = card->vocabularies.at("phases").labels[0];
  EXPECT_TRUE(out.has_becomes);
  EXPECT_EQ(out.becomes, AnnotationKind::kFlag);
  EXPECT_EQ(out.match, Match::kBroad);
  EXPECT_FALSE(card->vocabularies.at("phases").is_complete);
}

TEST(SourceCard, SplitsBecomeCaseKeys) {
  const auto card = card_with("", "");
  ASSERT_TRUE(card);
  const OfficialSplit& split = card->splits.at(0);
  EXPECT_TRUE(split.is_honoured);
  EXPECT_THAT(split.parts.at("train"), ElementsAre("camma:67", "camma:2", "camma:3", "camma:5"));
  EXPECT_THAT(split.parts.at("test"), ElementsAre("camma:99", "camma:7", "camma:BBP1"));
}

TEST(SourceCard, CaseMapComesBeforeTheKeyHoweverTheNumberIsWritten) {
  const auto card = card_with("", "");
  ASSERT_TRUE(card);
  EXPECT_EQ(case_of(*card, {{"video", "1"}})->text, "camma:67");
  EXPECT_EQ(case_of(*card, {{"video", "001"}})->text, "camma:67");
  EXPECT_EQ(case_of(*card, {{"video", "08"}})->text, "camma:8");
  EXPECT_FALSE(case_of(*card, {}));
}

TEST(SourceCard, UnknownKeyGetsTheNearestName) {
  EXPECT_THAT(mistake_with("approach:", "aproach:"), HasSubstr("unknown key 'aproach' (did you mean 'approach'?)"));
  EXPECT_THAT(mistake_with("reader: frame_track", "raeder: frame_track"),
              HasSubstr("toy.yaml: layout[0]: unknown key 'raeder'"));
}

TEST(SourceCard, UnknownWordsOfClosedListsAreRefused) {
  EXPECT_THAT(mistake_with("[attribution]", "[atribution]"), HasSubstr("did you mean 'attribution'?"));
  EXPECT_THAT(mistake_with("laparoscopic", "laproscopic"), HasSubstr("did you mean 'laparoscopic'?"));
  EXPECT_THAT(mistake_with("state: idle", "state: idel"), HasSubstr("vocabularies.verbs.labels[1].state"));
  EXPECT_THAT(mistake_with("becomes: flag", "becomes: flagg"), HasSubstr("did you mean 'flag'?"));
  EXPECT_THAT(mistake_with("match: broad", "match: wide"), HasSubstr("known: exact, narrow, broad, related"));
  EXPECT_THAT(mistake_with("parts: {train", "parts: {trian"), HasSubstr("did you mean 'train'?"));
}

TEST(SourceCard, WrongTypesNameTheEntry) {
  EXPECT_THAT(mistake_with("frame_rate: 29.97", "frame_rate: fast"),
              HasSubstr("toy.yaml: frame_rate: not a frame rate: 'fast'"));
  EXPECT_THAT(mistake_with("[854, 480]", "[854, -1]"), HasSubstr("frame_size"));
  EXPECT_THAT(mistake_with("step: 25", "step: 0"), HasSubstr("media.step"));
  EXPECT_THAT(mistake_with("honoured: true", "honoured: maybe"),
              HasSubstr("splits[0].honoured: must be true or false"));
  EXPECT_THAT(mistake_with("notes: [none]", "notes: none"), HasSubstr("notes: must be a list"));
}

TEST(SourceCard, MissingLicenceIsRefused) {
  EXPECT_THAT(mistake_with("licence: {id: CC-BY-4.0, terms: [attribution]}", ""), HasSubstr("unstated"));
  EXPECT_THAT(mistake_with(", terms: [attribution]", ""), HasSubstr("licence.terms: is missing"));
}

TEST(SourceCard, PatternsAreChecked) {
  EXPECT_THAT(mistake_with("phase/video{video}-", "phase/video{video-"), HasSubstr("layout[0].pattern"));
  EXPECT_THAT(mistake_with("phase/video{video}-", "phase/video{video:02}-"), HasSubstr("{name:d}"));
  EXPECT_THAT(mistake_with("frames/{video}", "frames/{vdieo}"), HasSubstr("did you mean 'video'?"));
  EXPECT_THAT(mistake_with("videos/video{video:02}.mp4", "../video{video:02}.mp4"),
              HasSubstr("below the source's folder"));
  EXPECT_THAT(mistake_with("reader: intervals_csv", "unit: video"), HasSubstr("the pattern has no {video}"));
}

TEST(SourceCard, DuplicatesAreRefused) {
  EXPECT_THAT(mistake_with("{label: cut, concept: act.cut}", "{label: null_verb, concept: act.cut}"),
              HasSubstr("duplicate label 'null_verb'"));
  EXPECT_THAT(mistake_with("{label: unknown,", "{id: 0, label: unknown,"), HasSubstr("duplicate id 0"));
  EXPECT_THAT(
      mistake_with("role: list, pattern: \"list.csv\"", "role: phase, pattern: \"PHASE/video{video}-phase.txt\""),
      HasSubstr("has this pattern already"));
}

TEST(SourceCard, LabelWithoutConceptIsOnlyForWhatIsNotAnnotated) {
  EXPECT_THAT(mistake_with(", concept: ins.hook", ""), HasSubstr("vocabularies.tools.labels[0]: has no 'concept'"));
}

TEST(SourceCard, ClassesMustBeMadeOfTheirVocabularies) {
  EXPECT_THAT(mistake_with("[hook, cut, liver]", "[hook, cut, livr]"), HasSubstr("did you mean 'liver'?"));
  EXPECT_THAT(mistake_with("[hook, cut, liver]", "[hook, cut]"), HasSubstr("classes.7"));
  EXPECT_THAT(mistake_with("parts: [tools, verbs, targets]", "parts: [tool, verbs, targets]"),
              HasSubstr("did you mean 'tools'?"));
}

TEST(SourceCard, ExpectedRowsBelongToARole) {
  EXPECT_THAT(mistake_with("rows: {phase:", "rows: {phases:"), HasSubstr("did you mean 'phase'?"));
}

TEST(SourceCard, CaseInTwoPartsOfASplitIsRefused) {
  EXPECT_THAT(mistake_with("BBP1]", "\"2\"]"), HasSubstr("case 'camma:2' is in train already"));
}

TEST(SourceCard, BackwardOrEndlessRangeIsRefused) {
  EXPECT_THAT(mistake_with("\"1-3\"", "\"3-1\""), HasSubstr("not a range: '3-1'"));
  EXPECT_THAT(mistake_with("\"1-3\"", "\"1-999999999999\""), HasSubstr("not a range"));
}

TEST(SourceCard, SecondHonouredSplitIsRefused) {
  EXPECT_THAT(mistake_with("splits:\n", "splits:\n  - {name: other, honoured: true, parts: {}}\n"),
              HasSubstr("only one split of a source"));
}

TEST(SourceCard, AnythingButAnObjectIsAnErrorAndNoCrash) {
  for (const char* text : {"[]", "12", "null", "\"words\""}) {
    const auto document = parse_json(text, "x.json");
    ASSERT_TRUE(document);
    EXPECT_FALSE(read_source_card(*document, "x.json")) << text;
  }
}

}  // namespace
}  // namespace surgsigma
