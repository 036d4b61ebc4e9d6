// Which instruments or tissues are there.
#include <algorithm>

#include "surgsigma/dialogue/pieces.h"
#include "surgsigma/dialogue/tasks.h"

namespace surgsigma {
namespace {

/// Candidates of a closed question: everything that was looked for, but nothing akin to what is there without being it.
std::vector<int> offered(Talk& talk, const RoleFacts& role, const std::vector<int>& there) {
  std::vector<int> offer = deniable_in(talk.lexicon(), role);
  const std::size_t room = kMaxListed > there.size() ? kMaxListed - there.size() : 0;
  offer = drawn(std::move(offer), room, talk.draws());
  offer.insert(offer.end(), there.begin(), there.end());
  talk.draws().shuffle(offer);
  return offer;
}

bool recognition_choice(Talk& talk, const RoleFacts& role, const RoleWords& words) {
  if (role.seen.empty()) return false;
  const auto wrong = wrong_options(talk, deniable_in(talk.lexicon(), role));
  if (wrong.empty()) return false;
  const int right = one_of(role.seen, talk.draws()).concept_index;
  const auto& group = talk.group(words.recognition, "choice");
  if (!talk.choice_round(group, label_of(talk.lexicon(), right), labels_of(talk.lexicon(), wrong))) return false;
  talk.answer_is(concepts_answer(talk, {right}));
  talk.class_is(talk.id(right).text);
  talk.cite(role.evidence);
  return true;
}

bool recognition_yes_no(Talk& talk, const RoleFacts& role, const RoleWords& words) {
  // Only where both answers are possible: else one of them would prevail.
  const auto absent = deniable_in(talk.lexicon(), role);
  if (role.seen.empty() || absent.empty()) return false;
  const bool is_yes = talk.draws().chance(0.5);
  const int asked = is_yes ? one_of(role.seen, talk.draws()).concept_index : one_of(absent, talk.draws());
  talk.slots().concept_is(words.one, asked);
  if (!talk.yes_no_round(talk.group(words.recognition, "yes_no"), is_yes)) return false;
  talk.answer_is(concepts_answer(talk, {asked}));
  talk.cite(role.evidence);
  return true;
}

}  // namespace

bool recognition_open(Talk& talk, const ContextFacts& facts, Role role_asked) {
  const RoleFacts& role = facts.role(role_asked);
  if (!role.is_total) return false;
  const RoleWords& words = words_of(role_asked);
  const std::vector<int> there = concepts_of(role.seen);
  const bool is_listable = there.size() + 3 <= kMaxListed;
  // "None" is only true of what was looked for, so such a question names it.
  const bool is_listed = there.empty() || (is_listable && talk.draws().chance(kListedShare));
  if (is_listed) {
    const auto offer = offered(talk, role, there);
    if (offer.size() < 2) return false;
    list_concepts(talk, Slot::kCandidates, offer);
  }
  if (!there.empty()) list_concepts(talk, words.many, there);
  const auto& asking = talk.group(words.recognition, is_listed ? "listed" : "open");
  const auto& saying = talk.group(words.recognition, there.empty() ? "none" : is_listed ? "listed" : "open");
  if (!talk.round(asking, asking.questions, saying, saying.answers)) return false;
  talk.answer_is(concepts_answer(talk, there));
  talk.class_is(class_of(talk.lexicon(), there));
  talk.cite(role.evidence);
  return true;
}

bool make_recognition(Talk& talk, const ContextFacts& facts, Role role_asked, Form form) {
  const RoleFacts& role = facts.role(role_asked);
  if (!role.is_total) return false;
  if (form == Form::kChoice) return recognition_choice(talk, role, words_of(role_asked));
  if (form == Form::kYesNo) return recognition_yes_no(talk, role, words_of(role_asked));
  return recognition_open(talk, facts, role_asked);
}

}  // namespace surgsigma
