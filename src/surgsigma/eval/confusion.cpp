#include "surgsigma/eval/confusion.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace surgsigma {
namespace {

bool is_open(const Judged& judged) {
  const Question& question = *judged.question;
  const bool has_words = question.form == Form::kOpen || question.form == Form::kMultiTurn;
  return has_words && !question.gold.yes && question.gold.key.empty();
}

/// The one right class of an open question; nullptr where there is none or several.
const ConceptId* right_class(const Judged& judged) {
  if (!is_open(judged)) return nullptr;
  const auto* concepts = std::get_if<ConceptsAnswer>(&judged.question->gold.value);
  return concepts != nullptr && concepts->concepts.size() == 1 ? &concepts->concepts.front() : nullptr;
}

}  // namespace

std::int64_t Confusion::row_sum(std::size_t row) const {
  return std::accumulate(counts[row].begin(), counts[row].end(), unread[row] + no_class[row]);
}

std::int64_t Confusion::column_sum(std::size_t column) const {
  std::int64_t sum = 0;
  for (const auto& row : counts) sum += row[column];
  return sum;
}

std::optional<Confusion> confusion_of(const std::vector<Judged>& judged, const TestFacts& facts) {
  std::set<std::string> classes;
  std::vector<const Judged*> single;
  for (const Judged& one : judged) {
    const ConceptId* right = right_class(one);
    if (right == nullptr || is_set_task(one.question->task)) continue;
    single.push_back(&one);
    classes.insert(right->text);
    const auto vocabulary = facts.vocabularies.find(one.question->source);
    if (vocabulary == facts.vocabularies.end()) continue;
    for (const ConceptId& id : vocabulary->second.concepts) classes.insert(id.text);
  }
  if (single.empty()) return std::nullopt;
  Confusion table;
  table.classes.assign(classes.begin(), classes.end());
  const std::size_t count = table.classes.size();
  table.counts.assign(count, std::vector<std::int64_t>(count, 0));
  table.unread.assign(count, 0);
  table.no_class.assign(count, 0);
  const auto place_of = [&](const std::string& id) {
    const auto found = std::lower_bound(table.classes.begin(), table.classes.end(), id);
    return found != table.classes.end() && *found == id ? static_cast<std::size_t>(found - table.classes.begin())
                                                        : count;
  };
  for (const Judged* one : single) {
    const std::size_t row = place_of(right_class(*one)->text);
    if (!one->read.is_read()) {
      ++table.unread[row];
      continue;
    }
    const auto* said = std::get_if<ConceptsAnswer>(&one->read.answer.value);
    const bool is_one = said != nullptr && said->concepts.size() == 1;
    const std::size_t column = is_one ? place_of(said->concepts.front().text) : count;
    ++(column < count ? table.counts[row][column] : table.no_class[row]);
  }
  return table;
}

Json confusion_json(const Confusion& confusion) {
  std::vector<std::size_t> used;
  Json unused = Json::array(), classes = Json::array(), rows = Json::array();
  for (std::size_t i = 0; i < confusion.classes.size(); ++i) {
    const bool is_used = confusion.row_sum(i) + confusion.column_sum(i) > 0;
    (is_used ? classes : unused).push_back(confusion.classes[i]);
    if (is_used) used.push_back(i);
  }
  Json unread = Json::array(), no_class = Json::array();
  for (const std::size_t row : used) {
    Json cells = Json::array();
    for (const std::size_t column : used) cells.push_back(confusion.counts[row][column]);
    rows.push_back(std::move(cells));
    unread.push_back(confusion.unread[row]);
    no_class.push_back(confusion.no_class[row]);
  }
  return {{"classes", classes}, {"counts", rows}, {"unread", unread}, {"no_class", no_class}, {"unused", unused}};
}

std::vector<std::pair<std::string, std::int64_t>> gold_counts(const std::vector<Judged>& judged) {
  std::map<std::string, std::int64_t> counts;
  for (const Judged& one : judged) {
    if (!is_open(one)) continue;
    std::set<std::string> classes;  // each once per question
    const AnswerValue& gold = one.question->gold.value;
    if (const auto* concepts = std::get_if<ConceptsAnswer>(&gold)) {
      for (const ConceptId& id : concepts->concepts) classes.insert(id.text);
    } else if (const auto* boxes = std::get_if<BoxesAnswer>(&gold)) {
      for (const PlacedConcept& placed : boxes->boxes) classes.insert(placed.concept_id.text);
    } else if (const auto* triplets = std::get_if<TripletsAnswer>(&gold)) {
      for (const Triplet& triplet : triplets->triplets) classes.insert(triplet.instrument.text);
    } else if (const auto* marks = std::get_if<CriteriaAnswer>(&gold)) {
      for (const CriterionMark& mark : marks->criteria) {
        if (mark.holds) classes.insert(mark.criterion.text);
      }
    }
    for (const std::string& id : classes) ++counts[id];
  }
  return {counts.begin(), counts.end()};
}

}  // namespace surgsigma
