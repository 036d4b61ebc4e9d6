// The metrics that catalog files name are in the table, and what a score prints is too.
#include <gtest/gtest.h>

#include <set>

#include "surgsigma/eval/suite_score.h"
#include "surgsigma/schema/suite.h"

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  return loaded;
}

TEST(TaskMetrics, EveryTaskNamesMetricsOfTheTableEachOnce) {
  for (const Task& task : catalog().tasks) {
    EXPECT_FALSE(task.metrics.empty()) << task.id;
    EXPECT_EQ(std::set<std::string>(task.metrics.begin(), task.metrics.end()).size(), task.metrics.size()) << task.id;
    for (const std::string& metric : task.metrics) {
      EXPECT_NE(metric_row_of(metric), nullptr) << task.id << ": " << metric;
    }
  }
}

TEST(TaskMetrics, TheFirstStandsForTheTaskWhereASuiteNamesNone) {
  EXPECT_EQ(usual_metric(catalog(), "phase_recognition"), "clip_classes.accuracy");
  EXPECT_EQ(usual_metric(catalog(), "no_task"), "");
}

TEST(TaskMetrics, EveryPrimaryOfASuiteIsInTheTableAndSaysWhichWayIsBetter) {
  for (const std::string& id : suite_ids(catalog().folder)) {
    const auto suite = read_suite(id, catalog().folder, catalog());
    ASSERT_TRUE(suite) << to_string(suite.error());
    for (const SuiteTest& test : suite->tests) {
      if (!test.unavailable.empty()) continue;
      const MetricRow* row = metric_row_of(test.primary);
      ASSERT_NE(row, nullptr) << id << "/" << test.id << ": " << test.primary;
      EXPECT_TRUE(row->better == "higher" || row->better == "lower") << test.primary;
    }
  }
}

TEST(TaskMetrics, ANameThatNoRowHasIsUnknown) {
  EXPECT_EQ(metric_row_of("f1.micro"), nullptr);
  EXPECT_EQ(metric_row_of("label_sets"), nullptr);
  EXPECT_EQ(metric_row_of("label_sets.f1:micro"), nullptr);
  EXPECT_EQ(metric_row_of("phases.accuracy:video:transition"), nullptr);
}

/// One question with its answer, for the words that a scorer gives.
struct Asked {
  std::vector<Question> questions;
  std::vector<Prediction> predictions;

  void add(const std::string& task, AnswerValue gold, const std::string& text) {
    Question question;
    question.id = std::to_string(questions.size());
    question.task = task;
    question.turns = {"What is it?"};
    question.gold.value = std::move(gold);
    question.source = "cholec80";
    question.video = question.case_id = "v";
    question.begin_us = static_cast<std::int64_t>(questions.size()) * kSecond;
    questions.push_back(std::move(question));
    predictions.push_back({text, false, {}, ""});
  }
  std::vector<Judged> judged() const { return judge(questions, predictions, {}, catalog().ontology, 1); }
};

void expect_known(const Asked& asked) {
  const std::vector<Judged> judged = asked.judged();
  const auto scorer = task_scorer(judged, case_numbers(judged), {}, catalog(), 1);
  ASSERT_TRUE(scorer) << to_string(scorer.error());
  for (const std::string& name : scorer->names) EXPECT_NE(metric_row_of(name), nullptr) << name;
}

TEST(TaskMetrics, WhatTheScorersOfEachShapeNameIsInTheTable) {
  Asked sets, classes, boxes, grid, triplets, left, safety, caption;
  sets.add("instrument_recognition", ConceptsAnswer{{ConceptId("ins.hook")}}, "hook");
  classes.add("phase_recognition", ConceptsAnswer{{ConceptId("pha.chole.preparation")}}, "preparation");
  boxes.add("instrument_localization", BoxesAnswer{{100, 100}, false, {{ConceptId("ins.hook"), {1, 1, 9, 9}, {}}}}, "");
  grid.add("instrument_localization", BoxesAnswer{{100, 100}, true, {{ConceptId("ins.hook"), {}, {4}}}}, "center");
  triplets.add("triplet_recognition",
               TripletsAnswer{{{ConceptId("ins.hook"), ConceptId("act.dissect"), ConceptId("ana.liver")}}}, "");
  left.add("action_remaining", DurationAnswer{3 * kSecond}, "3 s");
  safety.add("safety_assessment", CriteriaAnswer{ConceptId("pro.cvs"), {{ConceptId("cri.cvs.cystic_plate"), true, {}}}},
             "");
  caption.add("image_captioning", TextAnswer{"The hook dissects the liver."}, "A hook.");
  for (const Asked* asked : {&sets, &classes, &boxes, &grid, &triplets, &left, &safety, &caption}) expect_known(*asked);
}

TEST(TaskMetrics, TheOrderOfPhasesIsScoredApartWhereAGraphIsKnown) {
  Asked asked;
  for (const char* phase : {"pha.chole.preparation", "pha.chole.calot_dissection", "pha.chole.clipping_cutting"}) {
    asked.add("phase_recognition", ConceptsAnswer{{ConceptId(phase)}}, phase);
  }
  asked.predictions[1].text = "gallbladder packaging";
  const std::vector<Judged> judged = asked.judged();
  const auto scorer = task_scorer(judged, case_numbers(judged), {}, catalog(), 1);
  ASSERT_TRUE(scorer);
  const auto place = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(scorer->names.begin(), scorer->names.end(), name) -
                                    scorer->names.begin());
  };
  ASSERT_LT(place("phases.changed:transitions"), scorer->names.size());
  EXPECT_LT(place("phases.accuracy:video"), place("phases.accuracy:video:transitions"));
  Asked bypass;
  bypass.add("phase_recognition", ConceptsAnswer{{ConceptId("pha.bypass.preparation")}}, "preparation");
  const std::vector<Judged> other = bypass.judged();
  const auto without = task_scorer(other, case_numbers(other), {}, catalog(), 1);
  ASSERT_TRUE(without);
  for (const std::string& name : without->names) EXPECT_EQ(name.find("transitions"), std::string::npos) << name;
}

TEST(Judging, AFloodOfTripletsIsUnreadableAndFailsNothing) {
  Asked asked;
  asked.add("triplet_recognition",
            TripletsAnswer{{{ConceptId("ins.hook"), ConceptId("act.dissect"), ConceptId("ana.liver")}}}, "");
  std::string& text = asked.predictions[0].text;
  for (const Concept& instrument : catalog().ontology.concepts()) {
    if (instrument.kind != "instrument") continue;
    for (const Concept& target : catalog().ontology.concepts()) {
      if (target.kind != "anatomy") continue;
      for (const char* verb : {"dissect", "cut", "clip", "coagulate", "grasp", "retract"}) {
        text += "<" + instrument.label + ", " + verb + ", " + target.label + ">\n";
      }
    }
  }
  const std::vector<Judged> judged = asked.judged();
  EXPECT_EQ(fate_of(judged[0]), AnswerFate::kUnparseable);
  EXPECT_NE(judged[0].read.reason.find("more than 4096"), std::string::npos) << judged[0].read.reason;
  EXPECT_TRUE(task_scorer(judged, case_numbers(judged), {}, catalog(), 1));
}

}  // namespace
}  // namespace surgsigma
