// Whether the criteria of a safety protocol hold.
#include <algorithm>
#include <cmath>

#include "surgsigma/dialogue/pieces.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

struct MarkedProtocol {
  int protocol = kNoConcept;
  std::vector<Mark> marks;
  std::vector<double> means;
  std::vector<std::int64_t> ordinals;
  bool is_scored = false;
};

/// The protocols all of whose criteria were rated, each criterion once.
std::vector<MarkedProtocol> marked_protocols(const Talk& talk, const ContextFacts& facts) {
  std::vector<MarkedProtocol> made;
  std::vector<int> protocols;
  const Lexicon& lexicon = talk.lexicon();
  for (const auto& seen : facts.criteria) {
    const int protocol = lexicon[seen.criterion].group;
    if (std::find(protocols.begin(), protocols.end(), protocol) == protocols.end()) protocols.push_back(protocol);
  }
  for (const int protocol : protocols) {
    MarkedProtocol marked;
    marked.protocol = protocol;
    bool is_whole = true;
    for (const int criterion : lexicon.criteria_of(protocol)) {
      const SeenCriterion* found = nullptr;
      for (const auto& seen : facts.criteria) {
        if (seen.criterion != criterion) continue;
        is_whole = is_whole && (found == nullptr || found->mean == seen.mean);
        found = &seen;
      }
      is_whole = is_whole && found != nullptr;
      if (found == nullptr) continue;
      const double top = lexicon[criterion].scale_top;
      marked.is_scored = marked.is_scored || top > 1;
      marked.marks.push_back({criterion, top > 1 ? found->mean >= top : found->mean >= 0.5, found->mean});
      marked.ordinals.push_back(found->ordinal);
    }
    if (is_whole) made.push_back(std::move(marked));
  }
  return made;
}

void answer_marks(Talk& talk, const MarkedProtocol& marked) {
  CriteriaAnswer answer;
  answer.protocol = talk.id(marked.protocol);
  for (const Mark& mark : marked.marks) answer.criteria.push_back({talk.id(mark.criterion), mark.holds, mark.value});
  talk.answer_is(std::move(answer));
  talk.cite(marked.ordinals);
}

std::string mark_class(const MarkedProtocol& marked) {
  std::string text;
  for (const Mark& mark : marked.marks) {
    if (!text.empty()) text += '-';
    if (marked.is_scored)
      text += std::to_string(std::llround(mark.value));
    else
      text += mark.holds ? "yes" : "no";
  }
  return text;
}

/// Fills the protocol and the counts; how many criteria are met.
std::size_t fill_marks(Talk& talk, const MarkedProtocol& marked) {
  std::size_t met_count = 0;
  talk.slots().concept_is(Slot::kProtocol, marked.protocol);
  talk.slots().marks(Slot::kCriteria) = marked.marks;
  std::vector<int> met;
  std::vector<int> unmet;
  for (const Mark& mark : marked.marks) (mark.holds ? met : unmet).push_back(mark.criterion);
  met_count = met.size();
  if (!met.empty()) list_concepts(talk, Slot::kMet, met);
  if (!unmet.empty()) list_concepts(talk, Slot::kUnmet, unmet);
  talk.slots().number(Slot::kCount, static_cast<std::int64_t>(met_count));
  talk.slots().number(Slot::kTotal, static_cast<std::int64_t>(marked.marks.size()));
  return met_count;
}

bool safety_open(Talk& talk, const MarkedProtocol& marked) {
  const std::size_t met = fill_marks(talk, marked);
  const auto task = TextTask::kSafetyAssessment;
  const auto& group = talk.group(task, marked.is_scored ? "scored" : "open");
  if (!talk.round(group)) return false;
  if (!marked.is_scored && talk.draws().chance(0.5)) {
    const auto& summary = talk.group(task, met == marked.marks.size() ? "all_met" : met == 0 ? "none_met" : "some_met");
    talk.say(summary, summary.answers, 'a');
  }
  talk.class_is(mark_class(marked));
  answer_marks(talk, marked);
  return true;
}

bool safety_choice(Talk& talk, const MarkedProtocol& marked) {
  const std::size_t met = fill_marks(talk, marked);
  const std::size_t total = marked.marks.size();
  if (marked.is_scored || total < 3 || total > 6) return false;
  const auto count_text = [&](std::size_t count) {
    std::string text;
    if (count == 0) return std::string("none");
    append_number_word(static_cast<std::int64_t>(count), text);
    return count == total ? "all " + text : text;
  };
  std::vector<std::string> wrong;
  for (std::size_t count = 0; count <= total; ++count) {
    if (count != met) wrong.push_back(count_text(count));
  }
  if (!talk.choice_round(talk.group(TextTask::kSafetyAssessment, "choice"), count_text(met), std::move(wrong)))
    return false;
  talk.class_is(mark_class(marked));
  answer_marks(talk, marked);
  return true;
}

bool safety_yes_no(Talk& talk, const MarkedProtocol& marked) {
  if (marked.is_scored) return false;
  const std::size_t met = fill_marks(talk, marked);
  const bool is_overall = talk.draws().chance(0.3);
  if (is_overall) {
    if (!talk.yes_no_round(talk.group(TextTask::kSafetyAssessment, "overall"), met == marked.marks.size()))
      return false;
    answer_marks(talk, marked);
    return true;
  }
  const Mark& mark = one_of(marked.marks, talk.draws());
  const Surface& surface = talk.lexicon()[mark.criterion];
  talk.slots().concept_is(Slot::kCriterion, mark.criterion);
  if (!surface.question.empty()) talk.slots().text(Slot::kAsks, surface.question);
  if (!surface.statement.empty()) {
    std::string& statement = talk.slots().text(Slot::kStatement);
    statement = surface.statement;
    if (statement.ends_with('.')) statement.pop_back();
  }
  if (!talk.yes_no_round(talk.group(TextTask::kSafetyAssessment, "yes_no"), mark.holds)) return false;
  CriteriaAnswer answer;
  answer.protocol = talk.id(marked.protocol);
  answer.criteria.push_back({talk.id(mark.criterion), mark.holds, mark.value});
  talk.answer_is(std::move(answer));
  talk.cite(marked.ordinals);
  return true;
}

}  // namespace

bool make_safety(Talk& talk, const ContextFacts& facts, Form form) {
  const auto protocols = marked_protocols(talk, facts);
  if (protocols.empty()) return false;
  const auto& marked = one_of(protocols, talk.draws());
  if (form == Form::kChoice) return safety_choice(talk, marked);
  if (form == Form::kYesNo) return safety_yes_no(talk, marked);
  return safety_open(talk, marked);
}

}  // namespace surgsigma
