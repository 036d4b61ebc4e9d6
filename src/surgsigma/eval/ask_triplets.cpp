#include "surgsigma/eval/ask_triplets.h"

#include <algorithm>
#include <set>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::string_view kIdleVerb = "act.idle";

std::string label_of(const Ontology& ontology, const ConceptId& id) {
  return id.text.empty() ? "null" : concept_label(ontology, id);
}

std::string names_of(const Ontology& ontology, const std::vector<ConceptId>& ids) {
  std::vector<std::string> names;
  for (const ConceptId& id : ids) names.push_back(label_of(ontology, id));
  return names.empty() ? "" : " The names are: " + join(names, "; ") + ".";
}

}  // namespace

TripletRounds::TripletRounds(const std::vector<Question>& questions, const TestFacts& facts, const Ontology& ontology,
                             const AnswerWords& words, bool is_gold)
    : all_(questions),
      facts_(facts),
      ontology_(ontology),
      words_(words),
      is_gold_(is_gold),
      made_(questions.size()),
      lost_(questions.size(), false),
      unread_(questions.size(), false) {
  if (!is_gold) {
    open_instruments();
    return;
  }
  for (std::size_t i = 0; i < all_.size(); ++i) {
    for (const Triplet& triplet : std::get<TripletsAnswer>(all_[i].gold.value).triplets) {
      made_[i].push_back({{triplet.instrument, {}, {}}, triplet.verb, false});
    }
  }
  open_verbs();
}

const SourceVocabulary& TripletRounds::known(std::size_t question) const {
  static const SourceVocabulary nothing;
  const auto found = facts_.vocabularies.find(all_[question].source);
  return found == facts_.vocabularies.end() ? nothing : found->second;
}

std::optional<std::vector<ConceptId>> TripletRounds::read(const std::string& text,
                                                          const std::vector<ConceptId>& names) const {
  AnswerQuestion asked;
  asked.shape = AnswerShape::kConcepts;
  asked.vocabulary = names;
  const ReadAnswer read = read_answer(text, asked, words_);
  if (!read.is_read()) return std::nullopt;
  return std::get<ConceptsAnswer>(read.answer.value).concepts;
}

void TripletRounds::open_instruments() {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    round_.push_back({i,
                      all_[i].id + "/instruments",
                      {{"Which instruments are visible in this picture?"},
                       "Answer with the names of all that apply, separated by commas, or none." +
                           names_of(ontology_, known(i).concepts)}});
    made_of_.push_back(0);
  }
}

void TripletRounds::open_verbs() {
  at_ = Round::kVerbs;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    for (std::size_t k = 0; k < made_[i].size(); ++k) {
      const std::string instrument = label_of(ontology_, made_[i][k].triplet.instrument);
      round_.push_back(
          {i,
           all_[i].id + "/verb/" + std::to_string(k),
           {{"What does the " + instrument + " do in this picture?"},
            "Answer with one name only, or none if it does nothing." + names_of(ontology_, known(i).verbs)}});
      made_of_.push_back(k);
    }
  }
}

void TripletRounds::open_targets() {
  at_ = Round::kTargets;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    for (std::size_t k = 0; k < made_[i].size(); ++k) {
      const Made& made = made_[i][k];
      const ConceptId& verb = is_gold_ ? made.true_verb : made.triplet.verb;
      if (made.is_dropped || verb.text.empty() || verb.text == kIdleVerb) continue;
      round_.push_back({i,
                        all_[i].id + "/target/" + std::to_string(k),
                        {{"The " + label_of(ontology_, made.triplet.instrument) + " is used to " +
                          label_of(ontology_, verb) + ". To what?"},
                         "Answer with one name only, or none." + names_of(ontology_, known(i).targets)}});
      made_of_.push_back(k);
    }
  }
}

void TripletRounds::take(std::size_t place, const std::string& text) {
  const std::size_t question = round_[place].question;
  const SourceVocabulary& names = known(question);
  if (at_ == Round::kInstruments) {
    const auto said = read(text, names.concepts);
    unread_[question] = !said.has_value();
    if (said) {
      for (const ConceptId& id : *said) made_[question].push_back({{id, {}, {}}, {}, false});
    }
    return;
  }
  Made& made = made_[question][made_of_[place]];
  const auto said = read(text, at_ == Round::kVerbs ? names.verbs : names.targets);
  if (!said || said->size() > 1) {
    made.is_dropped = true;
    return;
  }
  if (said->empty()) return;
  (at_ == Round::kVerbs ? made.triplet.verb : made.triplet.target) = said->front();
}

bool TripletRounds::close_round() {
  round_.clear();
  made_of_.clear();
  switch (at_) {
    case Round::kInstruments:
      open_verbs();
      return true;
    case Round::kVerbs:
      open_targets();
      return true;
    default:
      at_ = Round::kDone;
      return false;
  }
}

std::optional<std::string> TripletRounds::text(std::size_t question) const {
  if (lost_[question]) return std::nullopt;
  if (unread_[question]) return "?";
  std::set<Triplet> triplets;
  for (const Made& made : made_[question]) {
    if (!made.is_dropped) triplets.insert(made.triplet);
  }
  std::vector<std::string> lines;
  for (const Triplet& triplet : triplets) {
    lines.push_back("<" + label_of(ontology_, triplet.instrument) + ", " + label_of(ontology_, triplet.verb) + ", " +
                    label_of(ontology_, triplet.target) + ">");
  }
  return lines.empty() ? "none" : join(lines, "\n");
}

}  // namespace surgsigma
