#include "surgsigma/schema/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "surgsigma/base/files.h"
#include "surgsigma/schema/phase_graph.h"

namespace surgsigma {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

/// A small whole catalog on disk.
class CatalogFolder : public testing::Test {
 protected:
  void SetUp() override {
    put("ontology/all.yaml", R"(
concepts:
  - {id: ins.hook, kind: instrument, label: hook}
  - {id: prc.cholecystectomy, kind: procedure, label: cholecystectomy}
)");
    put("sources/toy.yaml", kToy);
    put("tasks/phase_recognition.yaml", task("phase_recognition", 6));
    put("tasks/instrument_recognition.yaml", task("instrument_recognition", 1));
    put("templates/phase_recognition.yaml", "open: {questions: ['Which phase?']}");
    put("knowledge/instruments.yaml", "knowledge: [{id: kn.1, concept: ins.hook, text: It burns., cite: Book}]");
    put("splits/strict.yaml", "{name: strict, parts: {train: ['toy:1'], test: ['toy:2']}}");
    put("suites/small.yaml", "name: small");
    put("ontology/.swp.yaml", "{{{");
    put("README.md", "# words");
  }

  static std::string task(const std::string& id, int number) {
    return "{id: " + id + ", number: " + std::to_string(number) + ", name: " + id +
           ", answer: concepts, subjects: [frame], forms: [open, yes_no], metrics: [accuracy]}";
  }

  void put(const std::string& path, std::string_view text) { ASSERT_TRUE(write_file(folder_.path() / path, text)); }

  std::string mistake() {
    const auto catalog = load_catalog(folder_.path());
    EXPECT_FALSE(catalog);
    return catalog ? "" : to_string(catalog.error());
  }

  static constexpr std::string_view kToy = R"(
id: toy
name: Toy
licence: {id: custom, terms: [unstated]}
procedure: prc.cholecystectomy
frame_rate: 25
vocabularies: {tools: {kind: instrument, labels: [{label: Hook, concept: ins.hook}]}}
)";
  TemporaryFolder folder_;
};

TEST_F(CatalogFolder, EveryKindOfFileIsRead) {
  const auto catalog = load_catalog(folder_.path());
  ASSERT_TRUE(catalog) << to_string(catalog.error());
  EXPECT_EQ(catalog->ontology.concepts().size(), 2u);
  ASSERT_TRUE(catalog->source(SourceId("toy")));
  EXPECT_EQ(catalog->source(SourceId("toi")), nullptr);
  ASSERT_EQ(catalog->tasks.size(), 2u);
  EXPECT_EQ(catalog->tasks[0].id, "instrument_recognition");  // by number
  ASSERT_TRUE(catalog->task("phase_recognition"));
  EXPECT_EQ(catalog->task("phase_recognition")->forms, (std::vector<Form>{Form::kOpen, Form::kYesNo}));
  EXPECT_EQ(catalog->knowledge.at(ConceptId("ins.hook")).at(0).citation, "Book");
  EXPECT_EQ(catalog->split_schemes.at(0).part_of_case.at("toy:2"), "test");
  EXPECT_THAT(catalog->templates, Contains(Key("phase_recognition")));
  EXPECT_THAT(catalog->file_hashes, Contains(Key("suites/small.yaml")));
}

TEST_F(CatalogFolder, HashOfAFileChangesWithItsBytes) {
  const auto before = load_catalog(folder_.path());
  put("sources/toy.yaml", std::string(kToy) + "# a remark\n");
  const auto after = load_catalog(folder_.path());
  ASSERT_TRUE(before && after);
  EXPECT_NE(before->file_hashes.at("sources/toy.yaml"), after->file_hashes.at("sources/toy.yaml"));
  EXPECT_EQ(before->file_hashes.at("suites/small.yaml"), after->file_hashes.at("suites/small.yaml"));
}

TEST_F(CatalogFolder, CardOutsideTheFolderIsAddedAndHashed) {
  TemporaryFolder elsewhere;
  ASSERT_TRUE(write_file(elsewhere.path() / "mine.yaml",
                         "{id: own, name: Own, licence: {id: custom, terms: []}, frame_rate: 50}"));
  const auto catalog = load_catalog(folder_.path(), {elsewhere.path() / "mine.yaml"});
  ASSERT_TRUE(catalog) << to_string(catalog.error());
  ASSERT_TRUE(catalog->source(SourceId("own")));
  EXPECT_THAT(catalog->file_hashes, Contains(Key("sources/own.yaml")));
}

TEST_F(CatalogFolder, MissingExtraCardIsAnError) {
  EXPECT_FALSE(load_catalog(folder_.path(), {folder_.path() / "nowhere.yaml"}));
}

TEST_F(CatalogFolder, UnknownConceptOfALabelNamesFileAndEntry) {
  std::string card(kToy);
  card.replace(card.find("ins.hook"), 8, "ins.hok");
  put("sources/toy.yaml", card);
  EXPECT_EQ(
      mistake(),
      "sources/toy.yaml: vocabularies.tools.labels[0].concept: unknown concept 'ins.hok' (did you mean 'ins.hook'?)");
}

TEST_F(CatalogFolder, CardInAFileOfAnotherNameIsRefused) {
  put("sources/other.yaml", kToy);
  const std::string text = mistake();
  EXPECT_THAT(text, HasSubstr("name the file as the id"));
  EXPECT_THAT(text, HasSubstr("duplicate source 'toy'"));
}

TEST_F(CatalogFolder, TwoTasksCannotShareANumber) {
  put("tasks/x.yaml", task("x", 6));
  EXPECT_THAT(mistake(), HasSubstr("tasks/x.yaml: number: task 'phase_recognition' has number 6 too"));
}

TEST_F(CatalogFolder, UnknownAnswerShapeIsRefused) {
  put("tasks/x.yaml", "{id: x, number: 9, name: x, answer: concept}");
  EXPECT_THAT(mistake(), HasSubstr("did you mean 'concepts'?"));
}

TEST_F(CatalogFolder, TemplateWithoutATaskIsRefused) {
  put("templates/phase_recogniton.yaml", "open: {}");
  EXPECT_THAT(mistake(), HasSubstr("did you mean 'phase_recognition'?"));
}

TEST_F(CatalogFolder, KnowledgeNeedsAKnownConceptAndACitation) {
  put("knowledge/more.yaml", "knowledge: [{id: kn.2, concept: ins.hoook, text: It burns.}]");
  const std::string text = mistake();
  EXPECT_THAT(text, HasSubstr("did you mean 'ins.hook'?"));
  EXPECT_THAT(text, HasSubstr("has no 'cite'"));
}

TEST_F(CatalogFolder, CaseInTwoPartsOfASchemeIsRefused) {
  put("splits/strict.yaml", "{name: strict, parts: {train: ['toy:1'], test: ['toy:1']}}");
  EXPECT_THAT(mistake(), HasSubstr("case 'toy:1' is in train already"));
}

TEST_F(CatalogFolder, OverlapMustNameASourceOfTheCatalog) {
  put("sources/toy.yaml", std::string(kToy) + "overlaps: [{source: tou}]\n");
  EXPECT_THAT(mistake(), HasSubstr("did you mean 'toy'?"));
}

TEST_F(CatalogFolder, APhaseGraphNamesPhasesThatAreThereEachOnce) {
  put("transitions/g.yaml",
      "{id: g, name: G, cite: ours, gap_s: -1, phases: [{phase: ins.hook, next: [pha.z]}, {phase: ins.hook}]}");
  const std::string text = mistake();
  EXPECT_THAT(text, HasSubstr("unknown phase 'ins.hook'"));
  EXPECT_THAT(text, HasSubstr("no phase of this file is 'pha.z'"));
  EXPECT_THAT(text, HasSubstr("'ins.hook' stands twice"));
  EXPECT_THAT(text, HasSubstr("is not a number of seconds"));
}

TEST_F(CatalogFolder, APhaseGraphOfOnePhaseHasNoOrder) {
  put("transitions/g.yaml", "{id: h, name: G, cite: ours, phases: []}");
  const std::string text = mistake();
  EXPECT_THAT(text, HasSubstr("fewer than two phases have no order"));
  EXPECT_THAT(text, HasSubstr("name the file as the id"));
}

TEST(Catalog, PhaseGraphsSayWhatMayFollow) {
  const auto catalog = load_catalog(std::filesystem::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  ASSERT_TRUE(catalog) << to_string(catalog.error());
  const auto graphs = read_phase_graphs(catalog->folder, catalog->ontology);
  ASSERT_TRUE(graphs) << to_string(graphs.error());
  ASSERT_EQ(graphs->size(), 1u);
  const PhaseGraph& graph = graphs->front();
  const auto place = [&](const char* id) {
    return static_cast<std::size_t>(std::find(graph.phases.begin(), graph.phases.end(), ConceptId(id)) -
                                    graph.phases.begin());
  };
  const auto& next = graph.next.at(place("pha.chole.gallbladder_dissection"));
  EXPECT_THAT(next, Contains(place("pha.chole.gallbladder_packaging")));
  EXPECT_TRUE(read_phase_graphs("/nonexistent/catalog", catalog->ontology)->empty());
  EXPECT_THAT(graph.next.at(place("pha.chole.clipping_cutting")),
              Not(Contains(place("pha.chole.cleaning_coagulation"))));
}

TEST_F(CatalogFolder, MistakesOfAllFilesAreNamedAtOnce) {
  put("tasks/broken.yaml", "id: [");
  put("sorces/x.yaml", "id: x");
  put("knowledge/instruments.yaml", "knowlege: []");
  const std::string text = mistake();
  EXPECT_THAT(text, HasSubstr("3 mistakes"));
  EXPECT_THAT(text, HasSubstr("tasks/broken.yaml:"));
  EXPECT_THAT(text, HasSubstr("did you mean 'sources'?"));
  EXPECT_THAT(text, HasSubstr("unknown key 'knowlege'"));
}

TEST_F(CatalogFolder, CatalogIsFoundThroughTheEnvironment) {
  const char* before = std::getenv("SURGSIGMA_CATALOG");
  const std::string kept = before ? before : "";
  ::setenv("SURGSIGMA_CATALOG", folder_.path().c_str(), 1);
  EXPECT_EQ(*find_catalog(), folder_.path());
  ::setenv("SURGSIGMA_CATALOG", (folder_.path() / "nowhere").c_str(), 1);
  const auto wrong = find_catalog();
  ::setenv("SURGSIGMA_CATALOG", kept.c_str(), 1);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::kUsage);
}

TEST(Catalog, TheCatalogOfTheProjectHasNoMistake) {
  const auto catalog = load_catalog(std::filesystem::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  ASSERT_TRUE(catalog) << to_string(catalog.error());
  EXPECT_EQ(catalog->tasks.size(), 18u);
  EXPECT_TRUE(catalog->source(SourceId("cholec80")));
}

TEST(Catalog, FolderThatIsNotThereIsAnError) { EXPECT_FALSE(load_catalog("/nonexistent/catalog")); }

}  // namespace
}  // namespace surgsigma
