// Chains of reasoning that come with answers, whatever the task: held against the records of the moment, and against
// the answer that is given.
#include <algorithm>

#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/eval/metrics/reasoning.h"
#include "surgsigma/eval/scorer_parts.h"

namespace surgsigma {
namespace {

bool carries_chain(const Prediction& prediction) {
  if (!prediction.reasoning.empty()) return true;
  const std::string said = lower(prediction.text);
  return said.find("<think>") != std::string::npos || said.find("level 1") != std::string::npos;
}

/// The chain stands apart where the endpoint gives it so, else before the answer.
ChainText chain_of(const Prediction& prediction, const OntologyMentions& mentions) {
  if (!prediction.reasoning.empty()) {
    ChainText apart = read_chain(prediction.reasoning, mentions);
    if (apart.is_readable) return apart;
  }
  return read_chain(prediction.text, mentions);
}

/// "A hook. It cuts." -> both; a point inside a number ends nothing.
std::vector<std::string_view> sentences_of(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool is_last = i == text.size();
    const bool is_stop = !is_last && (text[i] == '.' || text[i] == '!' || text[i] == '?');
    const bool ends = is_last || text[i] == '\n' || (is_stop && (i + 1 == text.size() || text[i + 1] <= ' '));
    if (!ends) continue;
    const std::string_view sentence = trim(text.substr(begin, i - begin));
    if (!sentence.empty()) sentences.push_back(sentence);
    begin = i + 1;
  }
  return sentences;
}

/// What the last sentence of level 3 that reads as an answer says; nothing where none does.
std::optional<ConceptIds> conclusion_of(const ChainText& chain, const AnswerQuestion& asked, const AnswerWords& words) {
  const std::vector<std::string_view> sentences = sentences_of(chain.levels[2]);
  for (auto at = sentences.rbegin(); at != sentences.rend(); ++at) {
    const ReadAnswer read = read_answer(*at, asked, words);
    const auto* said = std::get_if<ConceptsAnswer>(&read.answer.value);
    if (read.is_read() && said != nullptr) return said->concepts;
  }
  return std::nullopt;
}

bool is_answered_by_concepts(const Question& question) {
  const bool is_open = question.form == Form::kOpen || question.form == Form::kMultiTurn;
  return is_open && !question.gold.yes && question.gold.key.empty() && question.gold.shape() == AnswerShape::kConcepts;
}

ReasoningItem item_of(const Judged& judged, const ScorerWorld& world, const OntologyMentions& mentions,
                      const AnswerWords& words) {
  const Question& question = *judged.question;
  ReasoningItem item;
  item.case_index = static_cast<std::int32_t>(world.case_of(judged));
  item.chain = chain_of(*judged.prediction, mentions);
  if (const auto found = world.facts.records.find(question.id); found != world.facts.records.end()) {
    item.true_entities = found->second.entities;
    item.absent_entities = found->second.absent;
    item.true_triplets = found->second.triplets;
    item.true_phase = found->second.phase;
  }
  if (!is_answered_by_concepts(question)) return item;
  item.answer.emplace();
  if (!judged.read.is_read()) return item;  // no answer to arrive at: inconsistent
  item.answer = concepts_in(judged.read.answer);
  if (item.chain.is_readable) {
    item.conclusion = conclusion_of(item.chain, answer_question(question, world.facts, words), words);
  }
  return item;
}

}  // namespace

Chains chains_in(const std::vector<Judged>& judged) {
  const bool has_chain =
      std::any_of(judged.begin(), judged.end(), [](const Judged& one) { return carries_chain(*one.prediction); });
  return has_chain ? Chains::kScored : Chains::kLeftOut;
}

Result<Scorer> reasoning_values(const ScorerWorld& world) {
  SURGSIGMA_TRY(mentions, OntologyMentions::create(world.catalog.ontology));
  const AnswerWords words(world.catalog.ontology);
  std::vector<ReasoningItem> items(world.asked.size());
  parallel_for(items.size(), world.jobs,
               [&](std::size_t i) { items[i] = item_of(*world.asked[i], world, mentions, words); });
  return reasoning_scorer(items, world.cases.names.size());
}

}  // namespace surgsigma
