// For the tests that read answers back: the closed lists of the project's own cards, sentences of every template, and
// what is expected of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "surgsigma/dialogue/book.h"
#include "surgsigma/dialogue/small_world.h"
#include "surgsigma/schema/answer_reading.h"

namespace surgsigma {

inline constexpr ImageSize kSize{854, 480};
inline constexpr int kRounds = 6;  // drawn answers for each template

inline const Lexicon& lexicon() {
  static const Lexicon made = std::move(*Lexicon::create(real_catalog().ontology));
  return made;
}
inline const TemplateBook& book() {
  static const TemplateBook made = std::move(*TemplateBook::create(real_catalog()));
  return made;
}
inline const AnswerWords& words() {
  static const AnswerWords made(real_catalog().ontology);
  return made;
}
inline int at(std::string_view id) { return lexicon().index(ConceptId(std::string(id))); }
inline const ConceptId& id_of(int index) { return lexicon()[index].id; }
inline Draws draws_of(std::string_view name) { return Draws(11, name, "read back"); }

/// A closed list of a card, by the kind asked for; idle words and what names nothing left out.
struct List {
  std::string name;
  std::vector<int> concepts;
  std::vector<ConceptId> ids;
};

inline List list_of(const SourceCard& card, const Vocabulary& vocabulary, WordKind kind = WordKind::kOther) {
  List made{card.id.text + "/" + vocabulary.id, {}, {}};
  for (const VocabularyLabel& label : vocabulary.labels) {
    const int index = lexicon().index(label.concept_id);
    const bool is_of_kind = kind == WordKind::kOther || (index != kNoConcept && lexicon()[index].kind == kind);
    const bool counts = index != kNoConcept && is_of_kind && label.state == LabelState::kPresent && !label.has_becomes;
    if (!counts || std::find(made.concepts.begin(), made.concepts.end(), index) != made.concepts.end()) continue;
    made.concepts.push_back(index);
    made.ids.push_back(label.concept_id);
  }
  return made;
}

inline std::vector<List> lists_of(std::string_view kind, WordKind of = WordKind::kOther) {
  std::vector<List> lists;
  for (const auto& [id, card] : real_catalog().sources) {
    for (const auto& [name, vocabulary] : card.vocabularies) {
      if (vocabulary.kind != kind) continue;
      List list = list_of(card, vocabulary, of);
      if (list.concepts.size() >= 4) lists.push_back(std::move(list));
    }
  }
  EXPECT_FALSE(lists.empty()) << kind;
  return lists;
}

template <class T>
inline std::vector<T> some(std::vector<T> from, std::size_t most, Draws& draws) {
  draws.shuffle(from);
  from.resize(1 + draws.below(std::min(from.size(), most)));
  return from;
}
template <class T>
inline const T& one(const std::vector<T>& from, Draws& draws) {
  return from[draws.below(from.size())];
}

inline Slots ordinary(bool is_clip) {
  Slots slots;
  slots.text(Slot::kSubject, is_clip ? "video clip" : "surgical image");
  slots.concept_is(Slot::kProcedure, at("prc.cholecystectomy"));
  return slots;
}

inline bool can_say(const Template& sentence, const Slots& slots) {
  if ((sentence.needs() & ~slots.filled()) != 0) return false;
  for (const Slot slot : {Slot::kAction, Slot::kNext, Slot::kStep, Slot::kPhase}) {
    if ((sentence.needs_gerund() & bit(slot)) == 0) continue;
    for (const auto& item : slots[slot].concepts) {
      if (lexicon()[item.concept_index].gerund.empty()) return false;
    }
  }
  return true;
}

inline std::set<const Template*>& said() {
  static std::set<const Template*> sentences;
  return sentences;
}

/// No template of the tasks was left out; groups of `but` are none of closed answers.
inline void expect_all_said(std::initializer_list<TextTask> tasks, std::initializer_list<std::string_view> but = {}) {
  for (const TextTask task : tasks) {
    for (const TemplateGroup& group : book().groups(task)) {
      if (std::find(but.begin(), but.end(), group.name) != but.end()) continue;
      for (const TemplateList* list : {&group.answers, &group.yes, &group.no}) {
        for (const Template& sentence : list->items()) {
          EXPECT_TRUE(said().contains(&sentence)) << group.name << ": " << sentence.source();
        }
      }
    }
  }
}

/// Renders every sentence of the list and reads it; `check` compares.
template <class Check>
inline void each(const TemplateList& list, const Slots& slots, const AnswerQuestion& question, std::string_view where,
                 Check&& check) {
  for (const Template& sentence : list.items()) {
    if (!can_say(sentence, slots)) continue;
    said().insert(&sentence);
    std::string text;
    sentence.render(slots, lexicon(), text);
    const ReadAnswer read = read_answer(text, question, words());
    ASSERT_TRUE(read.is_read()) << where << ": " << text << "\n  " << word(read.state) << ": " << read.reason;
    EXPECT_TRUE(read.out_of_vocabulary.empty()) << where << ": " << text << "\n  " << read.out_of_vocabulary.front();
    check(read.answer, std::string(where) + ": " + text);
  }
}

inline void expect_value(const TemplateList& list, const Slots& slots, const AnswerQuestion& question,
                         std::string_view where, const AnswerValue& value) {
  Answer wanted{value, {}, ""};
  make_canonical(wanted);
  each(list, slots, question, where, [&](const Answer& answer, const std::string& text) {
    EXPECT_EQ(answer_json(answer), answer_json(wanted)) << text;
  });
}

inline void expect_yes_no(const TemplateGroup& group, const Slots& slots, AnswerQuestion question,
                          std::string_view where) {
  question.form = Form::kYesNo;
  for (const bool is_yes : {true, false}) {
    each(is_yes ? group.yes : group.no, slots, question, where,
         [&](const Answer& answer, const std::string& text) { EXPECT_EQ(answer.yes, std::optional(is_yes)) << text; });
  }
}

/// `options` are distinct; each in turn is the right one.
inline void expect_choice(const TemplateGroup& group, Slots slots, AnswerQuestion question, std::string_view where,
                          std::vector<std::string> options) {
  question.form = Form::kChoice;
  question.options = options;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const std::string key(1, static_cast<char>('A' + i));
    slots.text(Slot::kKey, key);
    slots.text(Slot::kOption, options[i]);
    each(group.answers, slots, question, where,
         [&](const Answer& answer, const std::string& text) { EXPECT_EQ(answer.key, key) << text; });
  }
}

inline std::vector<std::string> labels_of(const std::vector<int>& concepts) {
  std::vector<std::string> labels;
  for (const int index : concepts) {
    const std::string& label = lexicon()[index].label;
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  }
  return labels;
}

struct RoleTasks {
  TextTask recognition;
  TextTask localization;
  Slot one;
  Slot many;
  std::string_view kind;
  WordKind of;
};
inline constexpr std::array<RoleTasks, 2> kRoleTasks = {
    {{TextTask::kInstrumentRecognition, TextTask::kInstrumentLocalization, Slot::kInstrument, Slot::kInstruments,
      "instrument", WordKind::kInstrument},
     {TextTask::kTissueRecognition, TextTask::kTissueLocalization, Slot::kTissue, Slot::kTissues, "anatomy",
      WordKind::kAnatomy}}};

}  // namespace surgsigma
