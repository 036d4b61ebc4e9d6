// Every answer that a template can word is read back as the answer it words: boxes, cells and triplets.
#include <cmath>

#include "surgsigma/dialogue/read_back_test.h"

namespace surgsigma {
namespace {

Box drawn_box(Draws& draws) {
  const auto x = static_cast<double>(draws.below(700));
  const auto y = static_cast<double>(draws.below(380));
  return {x, y, x + 20 + static_cast<double>(draws.below(130)), y + 20 + static_cast<double>(draws.below(80))};
}

/// Boxes come back within the rounding of the profile, their objects exactly.
void expect_boxes(const TemplateList& list, const Slots& slots, const AnswerQuestion& question, std::string_view where,
                  BoxesAnswer truth) {
  Answer wanted{truth, {}, ""};
  make_canonical(wanted);
  truth = std::get<BoxesAnswer>(wanted.value);
  each(list, slots, question, where, [&](const Answer& answer, const std::string& text) {
    const auto& read = std::get<BoxesAnswer>(answer.value);
    ASSERT_EQ(read.boxes.size(), truth.boxes.size()) << text;
    std::vector<bool> is_found(truth.boxes.size(), false);
    for (const PlacedConcept& box : read.boxes) {
      bool is_there = false;
      for (std::size_t i = 0; i < truth.boxes.size() && !is_there; ++i) {
        const Box& other = truth.boxes[i].box;
        const double apart = std::max({std::abs(box.box.x1 - other.x1), std::abs(box.box.y1 - other.y1),
                                       std::abs(box.box.x2 - other.x2), std::abs(box.box.y2 - other.y2)});
        is_there = !is_found[i] && box.concept_id == truth.boxes[i].concept_id && apart <= 1.1;
        if (is_there) is_found[i] = true;
      }
      EXPECT_TRUE(is_there) << text << " read: " << answer_json(answer);
    }
  });
}

TEST(ReadBack, BoxesInEveryProfile) {
  for (const RoleTasks& role : kRoleTasks) {
    const auto lists = lists_of(role.kind, role.of);
    for (const BoxProfileRow& profile : box_profiles()) {
      for (const List& list : lists) {
        Draws draws = draws_of(list.name + std::string(profile.name));
        AnswerQuestion question;
        question.shape = AnswerShape::kBoxes;
        question.vocabulary = list.ids;
        question.size = kSize;
        question.box_profile = profile.name;
        const std::string where = list.name + " " + std::string(profile.name);
        // One object, once or several times, whole or its tip.
        const int index = one(list.concepts, draws);
        const std::size_t count = 1 + draws.below(3);
        const bool is_tip = draws.chance(0.2);
        BoxesAnswer answer{kSize, false, {}};
        std::string boxes;
        for (std::size_t i = 0; i < count; ++i) {
          answer.boxes.push_back({id_of(index), drawn_box(draws), {}});
          append_joint(i, count, Join::kAnd, boxes);
          ASSERT_TRUE(profile.append(answer.boxes.back().box, kSize, {}, boxes));
        }
        Slots slots = ordinary(false);
        slots.concept_is(role.one, {index, static_cast<int>(count), is_tip});
        slots.number(Slot::kCount, static_cast<std::int64_t>(count));
        slots.text(Slot::kBoxes, boxes);
        slots.text(Slot::kPlace, "bottom-left");
        question.asked = id_of(index);
        expect_boxes(book().group(role.localization, "box").answers, slots, question, where, answer);
        expect_boxes(book().group(role.localization, "in_place").answers, slots, question, where, answer);
        expect_boxes(book().group(role.localization, "absent").answers, slots, question, where, {kSize, false, {}});
        // Everything, each with its name.
        const auto there = some(list.concepts, 4, draws);
        BoxesAnswer all{kSize, false, {}};
        std::string& located = slots.text(Slot::kLocated);
        for (std::size_t i = 0; i < there.size(); ++i) {
          const std::size_t copies = 1 + draws.below(2);
          append_joint(i, there.size(), Join::kSemicolon, located);
          append_words(CountedConcept{there[i], static_cast<int>(copies), is_tip}, WordForm::kCount, lexicon(),
                       located);
          located += " at ";
          for (std::size_t b = 0; b < copies; ++b) {
            all.boxes.push_back({id_of(there[i]), drawn_box(draws), {}});
            append_joint(b, copies, Join::kAnd, located);
            ASSERT_TRUE(profile.append(all.boxes.back().box, kSize, {}, located));
          }
        }
        question.asked = {};
        expect_boxes(book().group(role.localization, "all").answers, slots, question, where, all);
      }
    }
  }
  expect_all_said({TextTask::kInstrumentLocalization, TextTask::kTissueLocalization}, {"grid", "choice", "yes_no"});
}

TEST(ReadBack, CellsOfTheGrid) {
  for (const RoleTasks& role : kRoleTasks) {
    for (const List& list : lists_of(role.kind, role.of)) {
      Draws draws = draws_of(list.name + "grid");
      for (int round = 0; round < kRounds; ++round) {
        const int index = one(list.concepts, draws);
        AnswerQuestion question;
        question.shape = AnswerShape::kBoxes;
        question.is_grid = true;
        question.size = kSize;
        question.vocabulary = list.ids;
        question.asked = id_of(index);
        auto cells = some(std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8}, 4, draws);
        std::sort(cells.begin(), cells.end());
        Slots slots = ordinary(false);
        slots.concept_is(role.one, index);
        slots.number(Slot::kCount, static_cast<std::int64_t>(cells.size()));
        std::string& place = slots.text(Slot::kPlace);
        for (std::size_t i = 0; i < cells.size(); ++i) {
          append_joint(i, cells.size(), Join::kAnd, place);
          place += kGridWords[static_cast<std::size_t>(cells[i])];
        }
        expect_value(book().group(role.localization, "grid").answers, slots, question, list.name,
                     BoxesAnswer{kSize, true, {{id_of(index), {}, cells}}});
        slots.text(Slot::kPlace, kGridWords[static_cast<std::size_t>(cells[0])]);
        expect_yes_no(book().group(role.localization, "yes_no"), slots, question, list.name);
        std::vector<std::string> options;
        for (const int cell : some(std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8}, 4, draws))
          options.emplace_back(kGridWords[static_cast<std::size_t>(cell)]);
        expect_choice(book().group(role.localization, "choice"), slots, question, list.name, options);
      }
    }
  }
  expect_all_said({TextTask::kInstrumentLocalization, TextTask::kTissueLocalization},
                  {"box", "in_place", "all", "absent"});
}

struct Deeds {
  std::string name;
  List instruments;
  List verbs;
  List targets;
};

std::vector<Deeds> deeds() {
  std::vector<Deeds> made;
  for (const auto& [id, card] : real_catalog().sources) {
    for (const auto& [name, vocabulary] : card.vocabularies) {
      if (vocabulary.kind != "interaction" || vocabulary.parts.size() != 3) continue;
      Deeds next{card.id.text + "/" + name, list_of(card, card.vocabularies.at(vocabulary.parts[0])),
                 list_of(card, card.vocabularies.at(vocabulary.parts[1])),
                 list_of(card, card.vocabularies.at(vocabulary.parts[2]))};
      const bool is_whole =
          !next.instruments.concepts.empty() && !next.verbs.concepts.empty() && !next.targets.concepts.empty();
      if (is_whole) made.push_back(std::move(next));
    }
  }
  EXPECT_GE(made.size(), 2u);
  // Every word there is, as an in-house source may use them.
  Deeds all{"the whole ontology", {}, {}, {}};
  for (int i = 0; i < lexicon().size(); ++i) {
    const WordKind kind = lexicon()[i].kind;
    List* list = kind == WordKind::kInstrument ? &all.instruments
                 : kind == WordKind::kVerb     ? &all.verbs
                 : kind == WordKind::kAnatomy  ? &all.targets
                                               : nullptr;
    // "Aspirating fluid" is the wording of two deeds, aspirate and fluid, or aspirate fluid and nothing: no list may
    // have both verbs.
    if (list == nullptr || i == lexicon().idle_verb() || i == at("act.aspirate_field")) continue;
    list->concepts.push_back(i);
    list->ids.push_back(id_of(i));
  }
  made.push_back(std::move(all));
  return made;
}

Doing drawn_doing(const Deeds& source, Draws& draws) {
  Doing doing{one(source.instruments.concepts, draws), at("act.idle"), kNoConcept, draws.chance(0.15),
              1 + static_cast<int>(draws.below(2))};
  if (doing.is_idle) return doing;
  doing.verb = one(source.verbs.concepts, draws);
  doing.target = one(source.targets.concepts, draws);
  return doing;
}

TEST(ReadBack, Triplets) {
  const TextTask task = TextTask::kTripletRecognition;
  for (const Deeds& source : deeds()) {
    Draws draws = draws_of(source.name);
    AnswerQuestion question;
    question.shape = AnswerShape::kTriplets;
    question.vocabulary = source.instruments.ids;
    question.verbs = source.verbs.ids;
    question.targets = source.targets.ids;
    for (int round = 0; round < 20 * kRounds; ++round) {
      const std::size_t count = 1 + draws.below(3);
      const auto way = draws.below(3);
      std::vector<Doing> doings;
      for (std::size_t i = 0; i < count; ++i) {
        Doing next = drawn_doing(source, draws);
        if (way == 1 && i > 0) next.instrument = doings[0].instrument;
        if (way == 2) {
          while (next.is_idle) next = drawn_doing(source, draws);
          if (i > 0) next.target = doings[0].target;
        }
        doings.push_back(next);
      }
      TripletsAnswer answer;
      for (const Doing& doing : doings) {
        answer.triplets.push_back({id_of(doing.instrument), id_of(doing.verb),
                                   doing.target == kNoConcept ? ConceptId() : id_of(doing.target)});
      }
      Slots slots = ordinary(false);
      slots.concept_is(Slot::kInstrument, doings[0].instrument);
      slots.concept_is(Slot::kInstruments, doings[0].instrument);
      if (doings[0].target != kNoConcept) slots.concept_is(Slot::kTarget, doings[0].target);
      slots.doings(Slot::kInteractions) = doings;
      slots.doings(Slot::kInteraction) = {doings[0]};
      const char* group = way == 0 ? "all" : way == 1 ? "instrument" : "target";
      expect_value(book().group(task, group).answers, slots, question, source.name + " " + group, answer);
      expect_yes_no(book().group(task, "yes_no"), slots, question, source.name);
      std::vector<std::string> options;
      for (int i = 0; i < 4; ++i) {
        Doing next = drawn_doing(source, draws);
        next.count = 1;
        std::string text;
        append_words(next, WordForm::kADoing, lexicon(), text);
        if (std::find(options.begin(), options.end(), text) == options.end()) options.push_back(std::move(text));
      }
      expect_choice(book().group(task, "choice"), slots, question, source.name, options);
    }
  }
  expect_all_said({task});
}

}  // namespace
}  // namespace surgsigma
