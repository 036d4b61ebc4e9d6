// Triplets: tuples, labelled lines and sentences are read alike, as instruments, verbs and targets in their order.
#include <algorithm>

#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

enum Role : unsigned { kInstrumentRole = 1, kVerbRole = 2, kTargetRole = 4 };

struct RoleMention {
  Mention mention;
  unsigned roles = 0;
  std::array<int, 3> concepts{-1, -1, -1};  ///< by role
};

struct Roles {
  Standings instruments;
  Standings verbs;
  Standings targets;
};

/// Only what can fill a place is looked for; of verbs no narrower ones, so that "aspirating fluid" is aspirating and
/// fluid where the list knows no verb of that name.
Roles roles_of(const AnswerQuestion& question, const AnswerWords& words) {
  const auto kinds = [](const std::vector<ConceptId>& list, std::vector<std::string_view> otherwise) {
    return list.empty() ? otherwise : std::vector<std::string_view>{};
  };
  Roles made{words.standings(question.vocabulary, kinds(question.vocabulary, {"instrument"})),
             words.standings(question.verbs, kinds(question.verbs, {"verb"})),
             words.standings(question.targets, kinds(question.targets, {"anatomy", "object"}))};
  for (Standings* standings : {&made.instruments, &made.verbs, &made.targets}) {
    for (Standing& standing : *standings) {
      if (standing < Standing::kKin) standing = Standing::kIgnored;
    }
  }
  for (int i = 0; i < words.size(); ++i) {
    Standing& standing = made.verbs[static_cast<std::size_t>(i)];
    const bool is_narrower = standing == Standing::kKin &&
                             std::any_of(question.verbs.begin(), question.verbs.end(), [&](const ConceptId& id) {
                               const int listed = words.index(id);
                               return listed >= 0 && words.is_a(i, listed);
                             });
    if (is_narrower) standing = Standing::kIgnored;
  }
  const auto admit = [&](Standings& standings, const char* id) {
    if (const int at = words.index(ConceptId(id)); at >= 0)
      standings[static_cast<std::size_t>(at)] = Standing::kAdmissible;
  };
  admit(made.verbs, "act.idle");
  admit(made.targets, "obj.no_target");
  return made;
}

/// The three lists as one, from the left, the longest first; equal places carry several roles.
std::vector<RoleMention> merged(const TokenText& text, const Roles& roles, const AnswerWords& words) {
  std::vector<RoleMention> all;
  unsigned role = kInstrumentRole;
  std::size_t place = 0;
  for (const Standings* standings : {&roles.instruments, &roles.verbs, &roles.targets}) {
    for (const Mention& mention : words.find(text, *standings)) {
      RoleMention made{mention, role, {-1, -1, -1}};
      made.concepts[place] = mention.concept_index;
      all.push_back(made);
    }
    role <<= 1;
    ++place;
  }
  std::stable_sort(all.begin(), all.end(), [](const RoleMention& a, const RoleMention& b) {
    return a.mention.first != b.mention.first ? a.mention.first < b.mention.first : a.mention.last > b.mention.last;
  });
  std::vector<RoleMention> kept;
  for (const RoleMention& next : all) {
    if (kept.empty() || next.mention.first >= kept.back().mention.last) {
      kept.push_back(next);
    } else if (next.mention.first == kept.back().mention.first && next.mention.last == kept.back().mention.last) {
      kept.back().roles |= next.roles;
      for (std::size_t i = 0; i < 3; ++i) {
        if (next.concepts[i] >= 0) kept.back().concepts[i] = next.concepts[i];
      }
    }
  }
  std::vector<Mention> plain;
  for (const RoleMention& mention : kept) plain.push_back(mention.mention);
  mark_denied(text, plain);
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i].mention.is_denied = plain[i].is_denied;
  return kept;
}

class TripletReader {
 public:
  TripletReader(const TokenText& text, const Reading& reading)
      : text_(text),
        reading_(reading),
        idle_(reading.words.index(ConceptId("act.idle"))),
        no_target_(reading.words.index(ConceptId("obj.no_target"))) {}

  void take(const RoleMention& next) {
    const bool is_apart = has_stop_before(next.mention) && !is_labelled(next.mention);
    if (is_apart) end_sentence(next.mention.first);
    const unsigned role = role_of(next);
    if (role == kInstrumentRole) instrument(next);
    if (role == kVerbRole) verb(next);
    if (role == kTargetRole) target(next);
    last_role_ = role;
    last_end_ = next.mention.last;
  }

  TripletsAnswer finish() {
    end_sentence(text_.tokens.size());
    return std::move(answer_);
  }

 private:
  bool has_stop_before(const Mention& mention) const {
    for (std::size_t i = last_end_; i <= mention.first; ++i) {
      if (i > 0 && text_.tokens[i].after_stop) return true;
    }
    return false;
  }
  /// "Verb: dissect" goes on with the triplet of the line before.
  bool is_labelled(const Mention& mention) const {
    if (mention.first == 0 || !text_.tokens[mention.first].after_colon) return false;
    const std::string_view before = text_.word(mention.first - 1);
    return before == "verb" || before == "action" || before == "target" || before == "tissue" || before == "organ";
  }
  unsigned role_of(const RoleMention& next) const {
    const bool wants_target = verb_ >= 0 && last_role_ == kVerbRole;
    const bool wants_verb = !instruments_.empty() && verb_ < 0;
    if ((next.roles & kTargetRole) != 0 && wants_target) return kTargetRole;
    if ((next.roles & kVerbRole) != 0 && wants_verb) return kVerbRole;
    if ((next.roles & kInstrumentRole) != 0) return kInstrumentRole;
    if ((next.roles & kTargetRole) != 0 && verb_ >= 0) return kTargetRole;
    return (next.roles & kVerbRole) != 0 ? kVerbRole : kTargetRole;
  }

  void instrument(const RoleMention& next) {
    if (verb_ >= 0) {
      close_verb(next.mention.first);
      instruments_.clear();
    }
    if (next.mention.is_denied) return;
    instruments_.push_back(next.concepts[0]);
  }
  void verb(const RoleMention& next) {
    if (verb_ >= 0) close_verb(next.mention.first);
    verb_ = -1;
    if (next.mention.is_denied) {
      reading_.out.incomplete = true;
      instruments_.clear();
      return;
    }
    if (instruments_.empty()) return orphan(next.mention);
    verb_ = next.concepts[1];
    is_emitted_ = false;
    verb_end_ = next.mention.last;
    verb_begin_ = next.mention.first;
    if (verb_ == idle_) emit({});
  }
  void target(const RoleMention& next) {
    if (verb_ < 0 || verb_ == idle_ || next.mention.is_denied) return;
    const int index = next.concepts[2];
    emit(index == no_target_ ? ConceptId() : reading_.words.id(index));
  }
  void emit(const ConceptId& target) {
    is_emitted_ = true;
    for (const int index : instruments_) {
      answer_.triplets.push_back({reading_.words.id(index), reading_.words.id(verb_), target});
    }
  }
  /// Words between two places that may be a label which nobody knows.
  bool has_unknown(std::size_t first, std::size_t last) const {
    if (first >= last) return false;
    std::string between;
    for (std::size_t i = first; i < last && (i == first || !text_.tokens[i].after_stop); ++i) {
      between += text_.word(i);
      between += text_.is_word(i + 1, "and") ? ", " : " ";
    }
    return !unknown_labels(TokenText(between), {}).empty();
  }
  /// A verb without a target: true of some, but not where the target is a word that nobody knows.
  void close_verb(std::size_t next_first) {
    if (is_emitted_ || verb_ < 0) return;
    if (!text_.tokens.empty() && verb_end_ < text_.tokens.size() && verb_end_ < next_first &&
        !text_.tokens[verb_end_].after_stop && has_unknown(verb_end_, next_first)) {
      note_stranger(shown_words(text_, verb_begin_, std::min(next_first, verb_end_ + 4)), reading_.out);
      return;
    }
    emit({});
  }
  void orphan(const Mention& mention) {
    std::size_t first = mention.first;
    while (first > last_end_ && !text_.tokens[first].after_stop && mention.first - first < 4) --first;
    if (has_unknown(first, mention.first)) note_stranger(shown_words(text_, first, mention.last), reading_.out);
    reading_.out.incomplete = true;
  }
  void end_sentence(std::size_t next_first) {
    if (verb_ >= 0) close_verb(next_first);
    if (verb_ < 0 && !instruments_.empty()) reading_.out.incomplete = true;
    instruments_.clear();
    verb_ = -1;
    last_role_ = 0;
  }

  const TokenText& text_;
  const Reading& reading_;
  int idle_;
  int no_target_;
  TripletsAnswer answer_;
  std::vector<int> instruments_;
  int verb_ = -1;
  bool is_emitted_ = false;
  std::size_t verb_begin_ = 0;
  std::size_t verb_end_ = 0;
  std::size_t last_end_ = 0;
  unsigned last_role_ = 0;
};

}  // namespace

void read_triplets(const TokenText& text, const Reading& reading) {
  const auto mentions = merged(text, roles_of(reading.question, reading.words), reading.words);
  TripletReader reader(text, reading);
  bool names_instrument = false;
  for (const RoleMention& next : mentions) {
    names_instrument = names_instrument || ((next.roles & kInstrumentRole) != 0 && !next.mention.is_denied);
    reader.take(next);
  }
  TripletsAnswer answer = reader.finish();
  if (!answer.triplets.empty() || !reading.out.out_of_vocabulary.empty()) return reading.done(std::move(answer));
  const bool is_bare_list = text.tokens.empty() && text.lower.find("[]") != std::string::npos;
  if (!names_instrument && !reading.out.incomplete && (has_denial(text) || is_bare_list))
    return reading.done(TripletsAnswer{});
  reading.fail(names_instrument ? "an instrument without a verb" : "no triplet is named");
}

}  // namespace surgsigma
