#include "surgsigma/eval/phase_order.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "surgsigma/base/files.h"
#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

constexpr std::int16_t A = 0, B = 1, C = 2, U = -1;

/// a -> b -> c -> b.
PhaseGraph line() {
  return {"line", "Line", "ours", 10 * kSecond, {ConceptId("a"), ConceptId("b"), ConceptId("c")}, {{1}, {2}, {1}}};
}
const std::vector<std::string> kClasses = {"a", "b", "c"};

std::vector<Microseconds> each_second(std::size_t count) {
  std::vector<Microseconds> times;
  for (std::size_t i = 0; i < count; ++i) times.push_back(static_cast<Microseconds>(i) * kSecond);
  return times;
}
std::vector<std::int16_t> ordered(const std::vector<std::int16_t>& answers) {
  return ordered_answers(phase_order(line(), kClasses), answers, each_second(answers.size()));
}

TEST(PhaseOrder, OneForbiddenPictureIsSmoothed) {
  EXPECT_EQ(ordered({A, A, C, A, A, B}), (std::vector<std::int16_t>{A, A, A, A, A, B}));
  EXPECT_EQ(ordered({B, B, A, B, C}), (std::vector<std::int16_t>{B, B, B, B, C}));
}

TEST(PhaseOrder, WhatIsAllowedStaysAsItWasSaid) {
  const std::vector<std::int16_t> legal = {A, B, C, B, C, C, B, B};
  EXPECT_EQ(ordered(legal), legal);
}

TEST(PhaseOrder, UnreadAnswersStayUnreadAndCarryNoEvidence) {
  EXPECT_EQ(ordered({U, U, U}), (std::vector<std::int16_t>{U, U, U}));
  EXPECT_EQ(ordered({A, U, C, U, A, A}), (std::vector<std::int16_t>{A, U, A, U, A, A}));
  EXPECT_TRUE(ordered({}).empty());
}

TEST(PhaseOrder, TheFewestChangesWinAgainstWhatStoodFirst) {
  // a cannot become c at once. Keeping a costs three answers; c from the start, or b first, costs one. Of these two
  // all c has fewer changes of phase.
  EXPECT_EQ(ordered({A, C, C, C}), (std::vector<std::int16_t>{C, C, C, C}));
}

TEST(PhaseOrder, FarApartAnyNumberOfChangesIsAllowed) {
  const PhaseOrder order = phase_order(line(), kClasses);
  const std::vector<std::int16_t> forward = {A, C}, back = {C, A};
  const std::vector<Microseconds> near = {0, 10 * kSecond}, far = {0, 10 * kSecond + 1};
  EXPECT_NE(ordered_answers(order, forward, near), forward);
  EXPECT_EQ(ordered_answers(order, forward, far), forward);
  EXPECT_NE(ordered_answers(order, back, far), back) << "nothing leads back to a";
}

TEST(PhaseOrder, ResultsAlwaysObeyTheGraph) {
  Draws draws(11, "phase order", "property");
  for (int round = 0; round < 300; ++round) {
    const std::size_t phases = 2 + draws.below(5), count = 1 + draws.below(40);
    PhaseGraph graph{"g", "G", "ours", static_cast<Microseconds>(draws.below(5)) * kSecond, {}, {}};
    std::vector<std::string> classes;
    for (std::size_t i = 0; i < phases; ++i) {
      classes.push_back(std::string(1, static_cast<char>('a' + i)));
      graph.phases.emplace_back(classes.back());
      graph.next.emplace_back();
      for (std::size_t to = 0; to < phases; ++to) {
        if (to != i && draws.chance(0.3)) graph.next.back().push_back(to);
      }
    }
    std::vector<std::int16_t> answers;
    std::vector<Microseconds> times;
    Microseconds now = 0;
    for (std::size_t i = 0; i < count; ++i) {
      now += static_cast<Microseconds>(draws.below(8)) * kSecond;
      times.push_back(now);
      answers.push_back(static_cast<std::int16_t>(static_cast<int>(draws.below(phases + 1)) - 1));
    }
    const PhaseOrder order = phase_order(graph, classes);
    const auto result = ordered_answers(order, answers, times);
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(result[i] < 0, answers[i] < 0);
      if (result[i] < 0) continue;
      if (last) {
        ASSERT_TRUE(order.allows(static_cast<std::size_t>(result[*last]), static_cast<std::size_t>(result[i]),
                                 times[i] - times[*last]));
      }
      last = i;
    }
    ASSERT_EQ(ordered_answers(order, result, times), result) << "what is in order is not changed again";
  }
}

TEST(PhaseOrder, ValuesStandBesideThePlainOnesAndSayHowMuchWasChanged) {
  PhaseInput input{kClasses, 1, {{0, {A, A, A, A, B}, {A, A, C, U, B}}}, {}, {}};
  const PhaseOrder order = phase_order(line(), kClasses);
  const auto scorer = phase_order_scorer(input, {&order}, {each_second(5)});
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  std::vector<double> values(scorer->names.size());
  scorer->values_at(std::vector<double>{1.0}, values);
  ASSERT_EQ(scorer->names.front(), "accuracy:video:transitions");
  EXPECT_NEAR(values.front(), 0.8, 1e-12) << "the unread picture stays wrong";
  ASSERT_EQ(scorer->names.back(), "changed:transitions");
  EXPECT_NEAR(values.back(), 0.25, 1e-12);
}

TEST(PhaseOrder, TimesThatDoNotFitAreErrors) {
  const PhaseInput input{kClasses, 1, {{0, {A, A}, {A, A}}}, {}, {}};
  const PhaseOrder order = phase_order(line(), kClasses);
  EXPECT_EQ(phase_order_scorer(input, {&order}, {{0}}).error().kind, ErrorKind::kData);
  EXPECT_EQ(phase_order_scorer(input, {&order}, {{5, 0}}).error().kind, ErrorKind::kData);
  EXPECT_EQ(phase_order_scorer(input, {}, {}).error().kind, ErrorKind::kUsage);
}

TEST(PhaseOrder, LabelsOfRealOperationsAreLeftAsTheyAre) {
  const char* shared = std::getenv("SURGSIGMA_SHARED_DATA");
  const fs::path folder = fs::path(shared ? shared : SURGSIGMA_SOURCE_DIR "/../shared/data") / "cholec80/csvs";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not here: set SURGSIGMA_SHARED_DATA";
  const auto catalog = load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  ASSERT_TRUE(catalog) << to_string(catalog.error());
  const auto graphs = read_phase_graphs(catalog->folder, catalog->ontology);
  ASSERT_TRUE(graphs) << to_string(graphs.error());
  std::vector<std::string> classes;  // labels 1 to 7 of these files
  for (const char* phase : {"preparation", "calot_dissection", "clipping_cutting", "gallbladder_dissection",
                            "gallbladder_packaging", "cleaning_coagulation", "gallbladder_extraction"}) {
    classes.push_back("pha.chole." + std::string(phase));
  }
  const PhaseOrder order = phase_order(graphs->front(), classes);
  ASSERT_EQ(order.states.size(), 7u);
  std::size_t videos = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto text = read_file(entry.path());
    ASSERT_TRUE(text) << to_string(text.error());
    std::vector<std::int16_t> phases;
    for (std::size_t at = text->find('\n') + 1; at < text->size(); at = text->find('\n', at) + 1) {
      phases.push_back(static_cast<std::int16_t>((*text)[text->find(',', at) + 1] - '1'));
      if (text->find('\n', at) == std::string::npos) break;
    }
    ASSERT_GT(phases.size(), 300u) << entry.path();
    EXPECT_EQ(ordered_answers(order, phases, each_second(phases.size())), phases) << entry.path();
    ++videos;
  }
  EXPECT_GT(videos, 0u);
}

TEST(PhaseOrder, AGraphIsTakenOnlyWhereItHoldsEveryPhase) {
  const std::vector<PhaseGraph> graphs = {line()};
  EXPECT_NE(graph_of(graphs, {ConceptId("a"), ConceptId("c")}), nullptr);
  EXPECT_EQ(graph_of(graphs, {ConceptId("a"), ConceptId("z")}), nullptr);
  EXPECT_EQ(graph_of(graphs, {}), nullptr);
}

}  // namespace
}  // namespace surgsigma
