#include "surgsigma/eval/judged.h"

#include <algorithm>
#include <array>

#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/eval/metrics/triplet_detection.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 2> kSetTasks = {"instrument_recognition", "tissue_recognition"};

Json ids_json(const std::vector<ConceptId>& ids) {
  Json list = Json::array();
  for (const ConceptId& id : ids) list.push_back(id.text);
  return list;
}

Result<std::vector<ConceptId>> ids_from(const Json& list, const std::string& where) {
  std::vector<ConceptId> ids;
  if (!list.is_array()) return Error{ErrorKind::kData, "not a list of concepts", where, "make the questions again"};
  for (const Json& id : list) {
    if (!id.is_string()) return Error{ErrorKind::kData, "not a concept", where, "make the questions again"};
    ids.emplace_back(id.get<std::string>());
  }
  return ids;
}

Status read_vocabularies(const fs::path& file, TestFacts& facts) {
  SURGSIGMA_TRY(document, read_document(file));
  facts.profile = text_or(document, "profile", facts.profile);
  const auto sources = document.find("sources");
  if (sources == document.end() || !sources->is_object()) {
    return Error{ErrorKind::kData, "no sources", file.string(), "make the questions again"};
  }
  for (const auto& [source, lists] : sources->items()) {
    if (!lists.is_object()) {
      return Error{ErrorKind::kData, "no lists of concepts", file.string() + ": " + source, "make the questions again"};
    }
    SourceVocabulary& made = facts.vocabularies[source];
    for (auto [key, ids] :
         {std::pair{"concepts", &made.concepts}, {"verbs", &made.verbs}, {"targets", &made.targets}}) {
      SURGSIGMA_TRY(read, ids_from(lists.value(key, Json::array()), file.string() + ": " + source));
      *ids = std::move(read);
    }
  }
  return done();
}

Status read_priors(const fs::path& file, TestFacts& facts) {
  std::error_code code;
  if (!fs::exists(file, code)) return done();  // nothing to train on was there
  return each_json_line(file, [&](const Json& row, const std::string& where) -> Status {
    PriorAnswer prior;
    prior.source = text_or(row, "source", "");
    prior.count = int_or(row, "count", 0);
    const auto form = from_word<Form>(text_or(row, "form", ""));
    if (prior.source.empty() || prior.count <= 0 || !form || !row.contains("answer")) {
      return Error{ErrorKind::kData, "not an answer of the training part", where, "make the questions again"};
    }
    prior.form = *form;
    SURGSIGMA_TRY(answer, answer_from_json(to_text(row["answer"]), where));
    prior.answer = std::move(answer);
    facts.priors.push_back(std::move(prior));
    return done();
  });
}

/// From pixels of the shown picture to those of the recording's frame.
void to_native(Answer& answer, ImageSize shown, const Answer& gold) {
  auto* boxes = std::get_if<BoxesAnswer>(&answer.value);
  const auto* right = std::get_if<BoxesAnswer>(&gold.value);
  if (boxes == nullptr || right == nullptr || shown.width <= 0 || right->size.width <= 0) return;
  const double x = static_cast<double>(right->size.width) / shown.width;
  const double y = static_cast<double>(right->size.height) / shown.height;
  for (PlacedConcept& placed : boxes->boxes) {
    placed.box = {placed.box.x1 * x, placed.box.y1 * y, placed.box.x2 * x, placed.box.y2 * y};
  }
  boxes->size = right->size;
}

/// What the endpoint told of an answer that has no text or whose text says nothing.
void take_endpoint_word(const Prediction& prediction, ReadAnswer& read) {
  if (read.is_read()) return;
  if (!prediction.refusal.empty() || prediction.finish_reason == "content_filter") {
    read.state = ReadState::kRefused;
  } else if (prediction.finish_reason == "length") {
    read.state = ReadState::kTruncated;
  }
}

/// An answer with thousands of triplets is no answer, and no input that a metric must bear.
void refuse_floods(ReadAnswer& read) {
  const auto* set = std::get_if<TripletsAnswer>(&read.answer.value);
  if (!read.is_read() || set == nullptr || set->triplets.size() <= kMostTripletBoxes) return;
  const std::string count = std::to_string(set->triplets.size());
  read = ReadAnswer{};
  read.answer.value = TripletsAnswer{};
  read.reason = "names " + count + " triplets, more than " + std::to_string(kMostTripletBoxes);
}

}  // namespace

Result<TestFacts> read_test_facts(const fs::path& folder) {
  TestFacts facts;
  SURGSIGMA_CHECK(read_vocabularies(folder / "vocabulary.json", facts));
  SURGSIGMA_CHECK(read_priors(folder / "priors.jsonl", facts));
  SURGSIGMA_TRY(records, read_moment_records(folder));
  facts.records = std::move(records);
  return facts;
}

Json vocabulary_json(const TestFacts& facts) {
  Json sources = Json::object();
  for (const auto& [source, lists] : facts.vocabularies) {
    sources[source] = {
        {"concepts", ids_json(lists.concepts)}, {"verbs", ids_json(lists.verbs)}, {"targets", ids_json(lists.targets)}};
  }
  return {{"profile", facts.profile}, {"sources", sources}};
}

Json prior_json(const PriorAnswer& prior) {
  return {{"source", prior.source},
          {"form", std::string(word(prior.form))},
          {"count", prior.count},
          {"answer", *parse_json(answer_json(prior.answer), "prior")}};
}

bool is_set_task(std::string_view task) {
  return std::find(kSetTasks.begin(), kSetTasks.end(), task) != kSetTasks.end();
}

AnswerQuestion answer_question(const Question& question, const TestFacts& facts, const AnswerWords& words) {
  AnswerQuestion asked;
  asked.shape = question.gold.shape();
  asked.form = question.form == Form::kMultiTurn ? Form::kOpen : question.form;
  const auto vocabulary = facts.vocabularies.find(question.source);
  if (vocabulary != facts.vocabularies.end()) {
    asked.vocabulary = vocabulary->second.concepts;
    asked.verbs = vocabulary->second.verbs;
    asked.targets = vocabulary->second.targets;
  }
  asked.is_set = is_set_task(question.task);
  if (asked.shape == AnswerShape::kConcepts && !asked.is_set) {
    asked.given = concepts_named(question.turns.back(), asked.vocabulary, words);
  }
  asked.options = question.options;
  if (question.gold.yes) asked.about = question.gold.value;
  asked.box_profile = facts.profile;
  if (const auto* boxes = std::get_if<BoxesAnswer>(&question.gold.value)) {
    if (!boxes->boxes.empty()) asked.asked = boxes->boxes.front().concept_id;
    asked.is_grid = boxes->is_grid;
    asked.size = question.size.width > 0 ? question.size : boxes->size;
  }
  if (const auto* marks = std::get_if<CriteriaAnswer>(&question.gold.value)) {
    asked.protocol = marks->protocol;
    for (const CriterionMark& mark : marks->criteria) asked.criteria.push_back(mark.criterion);
  }
  return asked;
}

AnswerFate fate_of(const Judged& judged) {
  if (judged.prediction->is_missing) return AnswerFate::kMissing;
  switch (judged.read.state) {
    case ReadState::kRead:
      return AnswerFate::kRead;
    case ReadState::kEmpty:
      return AnswerFate::kEmpty;
    case ReadState::kRefused:
      return AnswerFate::kRefused;
    case ReadState::kTruncated:
      return AnswerFate::kTruncated;
    case ReadState::kUnparseable:
      break;
  }
  return AnswerFate::kUnparseable;
}

std::vector<Judged> judge(const std::vector<Question>& questions, const std::vector<Prediction>& predictions,
                          const TestFacts& facts, const Ontology& ontology, int jobs) {
  const AnswerWords words(ontology);
  std::vector<Judged> all(questions.size());
  parallel_for(questions.size(), jobs, [&](std::size_t i) {
    all[i].question = &questions[i];
    all[i].prediction = &predictions[i];
    if (predictions[i].is_missing) return;
    all[i].read = read_answer(predictions[i].text, answer_question(questions[i], facts, words), words);
    take_endpoint_word(predictions[i], all[i].read);
    refuse_floods(all[i].read);
    to_native(all[i].read.answer, questions[i].size, questions[i].gold);
  });
  return all;
}

}  // namespace surgsigma
