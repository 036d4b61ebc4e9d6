#include "surgsigma/eval/suite_score.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"
#include "surgsigma/eval/pixel_scores.h"
#include "surgsigma/eval/report_page.h"
#include "surgsigma/eval/suite_folder.h"
#include "surgsigma/eval/training_cases.h"

namespace surgsigma {
namespace {

Json item_json(const Judged& judged, const std::string& test) {
  const Question& question = *judged.question;
  const auto credit = credit_of(judged);
  Json item = {{"test", test},
               {"id", question.id},
               {"source", question.source},
               {"video", question.video},
               {"case", question.case_id},
               {"form", std::string(word(question.form))},
               {"question", question.turns.back()},
               {"gold", question.gold_text},
               {"text", judged.prediction->text},
               {"fate", std::string(kAnswerFateWords[static_cast<std::size_t>(fate_of(judged))])},
               {"credit", credit ? Json(*credit) : Json()}};
  if (!judged.read.reason.empty()) item["reason"] = judged.read.reason;
  if (!judged.read.out_of_vocabulary.empty()) item["out_of_vocabulary"] = judged.read.out_of_vocabulary;
  if (judged.read.is_read()) item["read"] = *parse_json(answer_json(judged.read.answer), "read");
  if (!judged.prediction->reasoning.empty()) item["reasoning"] = judged.prediction->reasoning;
  return item;
}

/// Answers of all tests in one file: each test takes those of its own questions.
Result<std::vector<Prediction>> predictions_for(const SuiteScoreOptions& options, const std::string& test,
                                                const std::vector<Question>& questions) {
  SURGSIGMA_TRY(file, predictions_file(options.predictions, test));
  return read_predictions(file, questions, options.rules);
}

Status write_all(const SuiteScore& score, const std::vector<Json>& items, const SuiteScoreOptions& options) {
  Json tests = Json::array();
  for (const TestScore& test : score.tests) tests.push_back(test_score_json(test));
  const Json document = {{"surgsigma_scores", 1},
                         {"tool", options.tool_version},
                         {"model", score.model},
                         {"suite", score.suite},
                         {"bootstrap",
                          {{"resamples", options.bootstrap.resamples},
                           {"seed", options.bootstrap.seed},
                           {"level", options.bootstrap.level},
                           {"unit", "case"}}},
                         {"tests", tests}};
  SURGSIGMA_CHECK(write_file(options.out / "scores.json", document.dump(2) + "\n"));
  SURGSIGMA_CHECK(write_file(options.out / "scores.csv", scores_csv(score)));
  SURGSIGMA_CHECK(write_file(options.out / "parts.csv", parts_csv(score)));
  SURGSIGMA_CHECK(write_file(options.out / "scores.md", scores_markdown(score)));
  SURGSIGMA_CHECK(write_file(options.out / "scores.tex", scores_latex(score)));
  std::string lines;
  for (const Json& item : items) lines += to_text(item) + "\n";
  return write_file(options.out / "items.jsonl", lines);
}

/// The classes that the scores name, with their words.
void take_labels(const TestScore& test, const Ontology& ontology, std::map<std::string, std::string>& labels) {
  const auto take = [&](const std::string& id) {
    const Concept* found = ontology.find(ConceptId(id));
    if (found != nullptr && !found->label.empty()) labels.emplace(id, found->label);
  };
  for (const std::string& name : test.names) {
    if (const std::size_t slash = name.rfind('/'); slash != std::string::npos) take(name.substr(slash + 1));
  }
  for (const auto& [id, count] : test.gold_counts) take(id);
  for (const CalibrationOfClass& one : test.calibration.classes) take(one.name);
  if (!test.confusion) return;
  for (const std::string& id : test.confusion->classes) take(id);
}

/// "preparation" of two operations are two classes: where words are shared, the id stands beside them.
void tell_apart(std::map<std::string, std::string>& labels) {
  std::map<std::string, int> uses;
  for (const auto& [id, label] : labels) ++uses[label];
  for (auto& [id, label] : labels) {
    if (uses[label] > 1) label += " (" + id + ")";
  }
}

}  // namespace

const std::string& SuiteScore::label(const std::string& id) const {
  const auto found = labels.find(id);
  return found == labels.end() ? id : found->second;
}

std::string SuiteScore::name_of(const std::string& test) const {
  for (const Json& one : suite["tests"]) {
    if (text_or(one, "id", "") == test) return text_or(one, "name", test);
  }
  return test;
}

Result<SuiteScore> score_suite(const SuiteScoreOptions& options, const Catalog& catalog) {
  SURGSIGMA_CHECK(check_new_folder(options.out));
  SuiteScore score;
  score.model = options.model;
  SURGSIGMA_TRY(suite, read_suite_json(options.questions));
  score.suite = std::move(suite);
  SURGSIGMA_TRY(tests, tests_of_folder(options.questions, score.suite, options.tests));
  std::optional<TrainingCases> trained;
  if (!options.trained_on.empty()) {
    SURGSIGMA_TRY(cases, read_training_cases(options.trained_on));
    trained = std::move(cases);
  }
  std::vector<Json> items;
  std::vector<PageItem> page_items;
  std::error_code code;
  if (tests.size() > 1 && !fs::is_directory(options.predictions, code)) {
    return Error{ErrorKind::kUsage, "one file of answers for " + std::to_string(tests.size()) + " tests",
                 options.predictions.string(), "give a folder with one file per test, or name the test with --test"};
  }
  // Files of all tests are matched to their pairs before the first is decoded: measuring takes minutes.
  std::map<std::string, PixelTest> pixel_tests;
  for (const SuiteFolderTest& test : tests) {
    std::set<std::string> test_cases;
    if (trained) {
      SURGSIGMA_TRY(names, cases_of_manifest(test.folder / "manifest.json"));
      test_cases = std::move(names);
    }
    if (!is_pixel_test(test.folder)) {
      if (!trained) continue;
      SURGSIGMA_TRY(questions, read_questions(test.folder / "questions.jsonl"));
      SURGSIGMA_CHECK(check_untouched(*trained, test.id, questions, test_cases));
      continue;
    }
    SURGSIGMA_TRY(pixels, read_pixel_test(test.folder, options.predictions / test.id, options.rules.allows_missing));
    if (trained) {
      for (const PixelPair& pair : pixels.pairs) test_cases.insert(pair.case_id);
      SURGSIGMA_CHECK(check_untouched(*trained, test.id, {}, test_cases));
    }
    pixel_tests.emplace(test.id, std::move(pixels));
  }
  for (const SuiteFolderTest& test : tests) {
    if (const auto pixels = pixel_tests.find(test.id); pixels != pixel_tests.end()) {
      SURGSIGMA_TRY(scored, score_pixel_test(test.id, test.primary, pixels->second, options.bootstrap));
      SURGSIGMA_TRY(asked, file_hash(test.folder / kPairsFile));
      scored.score.questions_hash = hex64(asked);
      take_labels(scored.score, catalog.ontology, score.labels);
      score.tests.push_back(std::move(scored.score));
      items.insert(items.end(), scored.items.begin(), scored.items.end());
      page_items.insert(page_items.end(), scored.worst.begin(), scored.worst.end());
      continue;
    }
    SURGSIGMA_TRY(questions, read_questions(test.folder / "questions.jsonl"));
    SURGSIGMA_TRY(facts, read_test_facts(test.folder));
    SURGSIGMA_TRY(predictions, predictions_for(options, test.id, questions));
    const std::vector<Judged> judged = judge(questions, predictions, facts, catalog.ontology, options.bootstrap.jobs);
    SURGSIGMA_TRY(scored, score_test(test.id, test.primary, judged, facts, catalog, options.bootstrap));
    SURGSIGMA_TRY(asked, file_hash(test.folder / "questions.jsonl"));
    scored.questions_hash = hex64(asked);
    take_labels(scored, catalog.ontology, score.labels);
    score.tests.push_back(std::move(scored));
    for (const Judged& one : judged) items.push_back(item_json(one, test.id));
    take_page_items(judged, test.id, test.folder, page_items);
  }
  tell_apart(score.labels);
  fs::create_directories(options.out, code);
  if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), options.out.string(), ""};
  SURGSIGMA_CHECK(write_all(score, items, options));
  SURGSIGMA_CHECK(write_file(options.out / "report.html", report_page(score, page_items)));
  return score;
}

}  // namespace surgsigma
