// Every answer that a template can word is read back as the answer it words: names, times and criteria.
#include "surgsigma/dialogue/read_back_test.h"

namespace surgsigma {
namespace {

TEST(ReadBack, Recognition) {
  for (const RoleTasks& role : kRoleTasks) {
    for (const List& list : lists_of(role.kind, role.of)) {
      Draws draws = draws_of(list.name);
      AnswerQuestion question;
      question.shape = AnswerShape::kConcepts;
      question.vocabulary = list.ids;
      for (int round = 0; round < kRounds; ++round) {
        const auto there = some(list.concepts, 4, draws);
        Slots slots = ordinary(false);
        ConceptsAnswer answer;
        auto& items = slots.concepts(role.many);
        for (const int index : there) {
          items.push_back({index, 1, false});
          answer.concepts.push_back(id_of(index));
        }
        slots.concept_is(role.one, there[0]);
        for (const char* group : {"open", "listed"}) {
          expect_value(book().group(role.recognition, group).answers, slots, question, list.name, answer);
        }
        expect_value(book().group(role.recognition, "none").answers, slots, question, list.name, ConceptsAnswer{});
        expect_yes_no(book().group(role.recognition, "yes_no"), slots, question, list.name);
        expect_choice(book().group(role.recognition, "choice"), slots, question, list.name,
                      labels_of(some(list.concepts, 5, draws)));
      }
    }
  }
  expect_all_said({TextTask::kInstrumentRecognition, TextTask::kTissueRecognition});
}

/// Phase, step, action, next action: one label of a list.
void expect_single(TextTask task, Slot slot, const List& list, const std::vector<const char*>& open_groups) {
  Draws draws = draws_of(list.name + std::string(kTextTaskIds[static_cast<std::size_t>(task)]));
  AnswerQuestion question;
  question.shape = AnswerShape::kConcepts;
  question.is_set = false;
  question.vocabulary = list.ids;
  for (const int index : list.concepts) {
    Slots slots = ordinary(task == TextTask::kActionRecognition || task == TextTask::kNextAction);
    slots.text(Slot::kLevel, lexicon()[index].kind == WordKind::kStep ? "step" : "action");
    question.given.clear();
    const bool is_step = task == TextTask::kStepRecognition;
    if (is_step && lexicon()[index].group != kNoConcept) {
      slots.concept_is(Slot::kPhase, lexicon()[index].group);
      question.given = {id_of(lexicon()[index].group)};
    }
    if (task == TextTask::kActionRecognition) slots.concept_is(Slot::kInstrument, at("ins.monopolar_curved_scissors"));
    if (task == TextTask::kNextAction) {
      int now = index;
      while (lexicon()[now].label == lexicon()[index].label) now = one(list.concepts, draws);
      slots.concept_is(Slot::kAction, now);  // not every question names it: the answer must say what is past
    }
    slots.concept_is(slot, index);
    const std::string where = list.name + " " + std::string(kTextTaskIds[static_cast<std::size_t>(task)]);
    for (const char* group : open_groups) {
      expect_value(book().group(task, group).answers, slots, question, where, ConceptsAnswer{{id_of(index)}});
    }
    expect_yes_no(book().group(task, "yes_no"), slots, question, where);
    expect_choice(book().group(task, "choice"), slots, question, where, labels_of(some(list.concepts, 6, draws)));
  }
}

TEST(ReadBack, PhasesStepsAndActions) {
  for (const List& list : lists_of("phase")) expect_single(TextTask::kPhaseRecognition, Slot::kPhase, list, {"open"});
  for (const List& list : lists_of("step")) {
    expect_single(TextTask::kStepRecognition, Slot::kStep, list, {"open"});
    expect_single(TextTask::kNextAction, Slot::kNext, list, {"open"});
  }
  auto actions = lists_of("action");
  List basic{"basic actions", {}, {}};
  for (const Concept& entry : real_catalog().ontology.concepts()) {
    if (!entry.id.text.starts_with("bsa.")) continue;
    basic.concepts.push_back(lexicon().index(entry.id));
    basic.ids.push_back(entry.id);
  }
  actions.push_back(std::move(basic));
  for (const List& list : actions) {
    expect_single(TextTask::kActionRecognition, Slot::kAction, list, {"open", "instrument"});
    expect_single(TextTask::kNextAction, Slot::kNext, list, {"open"});
  }
  expect_all_said(
      {TextTask::kPhaseRecognition, TextTask::kStepRecognition, TextTask::kActionRecognition, TextTask::kNextAction});
}

TEST(ReadBack, TimeLeft) {
  const TextTask task = TextTask::kActionRemaining;
  Draws draws = draws_of("time");
  AnswerQuestion question;
  question.shape = AnswerShape::kDuration;
  for (const List& list : lists_of("step")) {
    for (const int index : list.concepts) {
      const Microseconds left = draws.between(0, 900) * kSecond;
      Slots slots = ordinary(true);
      slots.concept_is(Slot::kAction, index);
      slots.text(Slot::kLevel, "step");
      slots.number(Slot::kCount, left / kSecond);
      slots.text(Slot::kDuration, duration_text(left));
      slots.text(Slot::kLimit, duration_text(left / 2));
      expect_value(book().group(task, "open").answers, slots, question, list.name, DurationAnswer{left});
      expect_yes_no(book().group(task, "yes_no"), slots, question, list.name);
      expect_choice(book().group(task, "choice"), slots, question, list.name,
                    {duration_text(left), duration_text(left + 60 * kSecond), duration_text(3 * left + 7 * kSecond),
                     duration_text(left + 10 * kSecond)});
    }
  }
  expect_all_said({task});
}

TEST(ReadBack, SafetyCriteria) {
  const TextTask task = TextTask::kSafetyAssessment;
  Draws draws = draws_of("safety");
  int protocols = 0;
  for (const Concept& entry : real_catalog().ontology.concepts()) {
    const auto& criteria = lexicon().criteria_of(lexicon().index(entry.id));
    if (criteria.empty()) continue;
    ++protocols;
    const double top = lexicon()[criteria[0]].scale_top;
    AnswerQuestion question;
    question.shape = AnswerShape::kCriteria;
    question.protocol = entry.id;
    question.scale_top = top;
    for (int round = 0; round < 4 * kRounds; ++round) {
      Slots slots = ordinary(false);
      slots.concept_is(Slot::kProtocol, lexicon().index(entry.id));
      auto& marks = slots.marks(Slot::kCriteria);
      CriteriaAnswer answer{entry.id, {}};
      std::vector<int> met;
      std::vector<int> unmet;
      for (const int criterion : criteria) {
        const double value = static_cast<double>(draws.below(static_cast<std::uint64_t>(top) + 1));
        const bool holds = value >= top;
        marks.push_back({criterion, holds, value});
        answer.criteria.push_back({id_of(criterion), holds, top > 1 ? std::optional(value) : std::nullopt});
        (holds ? met : unmet).push_back(criterion);
      }
      const auto fill = [&](Slot slot, const std::vector<int>& list) {
        if (list.empty()) return;
        auto& items = slots.concepts(slot);
        for (const int criterion : list) items.push_back({criterion, 1, false});
      };
      fill(Slot::kMet, met);
      fill(Slot::kUnmet, unmet);
      slots.number(Slot::kCount, static_cast<std::int64_t>(met.size()));
      slots.number(Slot::kTotal, static_cast<std::int64_t>(criteria.size()));
      const bool is_scored = top > 1;
      const auto& group = book().group(task, is_scored ? "scored" : "open");
      expect_value(group.answers, slots, question, entry.id.text, answer);
      if (is_scored) continue;
      // The summary that may follow changes nothing.
      const char* name = unmet.empty() ? "all_met" : met.empty() ? "none_met" : "some_met";
      for (const Template& summary : book().group(task, name).answers.items()) {
        if (!can_say(summary, slots)) continue;
        said().insert(&summary);
        for (const Template& sentence : group.answers.items()) {
          std::string text;
          sentence.render(slots, lexicon(), text);
          text += ' ';
          summary.render(slots, lexicon(), text);
          const ReadAnswer read = read_answer(text, question, words());
          ASSERT_TRUE(read.is_read()) << text << " " << read.reason;
          EXPECT_EQ(answer_json(read.answer), answer_json({answer, {}, ""})) << text;
        }
      }
      slots.concept_is(Slot::kCriterion, criteria[0]);
      slots.text(Slot::kStatement, lexicon()[criteria[0]].statement);
      expect_yes_no(book().group(task, "yes_no"), slots, question, entry.id.text);
      expect_yes_no(book().group(task, "overall"), slots, question, entry.id.text);
      expect_choice(book().group(task, "choice"), slots, question, entry.id.text, {"one", "none", "all three", "two"});
    }
  }
  EXPECT_GE(protocols, 3);
  expect_all_said({task});
}

TEST(ReadBack, AnAnswerOfAnotherListIsNotReadAsOneOfThis) {
  AnswerQuestion question;
  question.shape = AnswerShape::kConcepts;
  question.is_set = false;
  question.vocabulary = {ConceptId("pha.chole.preparation"), ConceptId("pha.chole.gallbladder_packaging")};
  const ReadAnswer read = read_answer("The current phase is the creation of the gastric pouch.", question, words());
  EXPECT_EQ(read.out_of_vocabulary, (std::vector<std::string>{"creation of the gastric pouch"}));
  EXPECT_EQ(std::get<ConceptsAnswer>(read.answer.value).concepts.size(), 0u);
}

}  // namespace
}  // namespace surgsigma
