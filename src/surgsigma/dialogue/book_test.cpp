#include "surgsigma/dialogue/book.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"
#include "surgsigma/dialogue/small_world.h"

namespace surgsigma {
namespace {

const Lexicon& words() {
  static const Lexicon lexicon = std::move(*Lexicon::create(real_catalog().ontology));
  return lexicon;
}
const TemplateBook& book() {
  static const TemplateBook made = [] {
    auto read = TemplateBook::create(real_catalog());
    EXPECT_TRUE(read) << to_string(read.error());
    return read ? std::move(*read) : TemplateBook{};
  }();
  return made;
}
int at(const char* id) { return words().index(ConceptId(id)); }

/// Every slot filled with one, or several, awkward values.
Slots representative(int variant) {
  Slots slots;
  const bool is_many = variant == 1;
  const bool is_vowel = variant == 2;
  slots.text(Slot::kSubject, is_vowel ? "image" : "video clip");
  slots.concept_is(Slot::kProcedure, at("prc.cholecystectomy"));
  slots.concept_is(Slot::kPhase, at(is_vowel ? "pha.chole.calot_dissection" : "pha.chole.preparation"));
  slots.concept_is(Slot::kStep, at(is_vowel ? "stp.bypass.adhesiolysis" : "stp.prostatectomy.dissect_iliac_nodes"));
  slots.concept_is(Slot::kAction, at(is_vowel ? "bsa.aspiration" : "stp.prostatectomy.tie_suture"));
  slots.concept_is(Slot::kNext, at(is_vowel ? "bsa.aspiration" : "bsa.dissection"));
  slots.text(Slot::kLevel, is_vowel ? "action" : "step");
  slots.concept_is(Slot::kInstrument, {at(is_vowel ? "ins.irrigator" : "ins.hook"), is_many ? 2 : 1, false});
  slots.concepts(Slot::kInstruments) = {{at(is_vowel ? "ins.irrigator" : "ins.scissors"), 1, false}};
  if (is_many) slots.concepts(Slot::kInstruments) = {{at("ins.grasper"), 2, false}, {at("ins.hook"), 1, false}};
  if (variant == 3) slots.concepts(Slot::kInstruments).clear();
  slots.concept_is(Slot::kTissue, at(is_vowel ? "ana.omentum" : "ana.cystic_duct"));
  slots.concepts(Slot::kTissues) = {{at(is_vowel ? "ana.adhesion" : "ana.gallbladder"), 1, false}};
  if (is_many) slots.concepts(Slot::kTissues) = {{at("ana.liver"), 1, false}, {at("ana.gallbladder"), 1, false}};
  if (variant == 3) slots.concepts(Slot::kTissues).clear();
  slots.concept_is(Slot::kTarget, at(is_vowel ? "ana.omentum" : "ana.liver"));
  slots.concepts(Slot::kCandidates) = {
      {at("ins.irrigator"), 1, false}, {at("ins.hook"), 1, false}, {at("ins.grasper"), 1, false}};
  slots.doings(Slot::kInteraction) = {{at("ins.hook"), at("act.dissect"), at("ana.cystic_duct"), false, 1}};
  slots.doings(Slot::kInteractions) = {
      {at(is_vowel ? "ins.irrigator" : "ins.hook"), at("act.idle"), kNoConcept, true, 1}};
  if (is_many)
    slots.doings(Slot::kInteractions).push_back({at("ins.grasper"), at("act.retract"), at("ana.liver"), false, 2});
  slots.text(Slot::kBoxes, is_many ? "{box:0} and {box:1}" : "{box:0}");
  slots.text(Slot::kPlace, is_many ? "top-left and top-center" : "top-left");
  slots.text(Slot::kLocated, "an irrigator at {box:0}");
  slots.text(Slot::kSides, "the hook is on the left");
  slots.number(Slot::kCount, is_many ? 2 : 1);
  slots.number(Slot::kTotal, 3);
  slots.text(Slot::kDuration, is_many ? "1 min 20 s" : "1 second");
  slots.text(Slot::kLimit, "30 seconds");
  slots.concept_is(Slot::kProtocol, at("pro.cvs"));
  slots.concept_is(Slot::kCriterion, at("cri.cvs.two_structures"));
  slots.text(Slot::kStatement, "Two structures are seen");
  slots.text(Slot::kAsks, "Are two structures seen?");
  slots.marks(Slot::kCriteria) = {{at("cri.cvs.two_structures"), true, 1}, {at("cri.cvs.cystic_plate"), false, 0}};
  slots.concept_is(Slot::kMet, at("cri.cvs.two_structures"));
  slots.concept_is(Slot::kUnmet, at("cri.cvs.cystic_plate"));
  slots.text(Slot::kKey, "B");
  slots.text(Slot::kOption, is_vowel ? "irrigator" : "dissection");
  slots.text(Slot::kEvents, "a hook dissects the cystic duct, then the hook dissects the liver");
  slots.text(Slot::kNames, "dissection, then clipping");
  return slots;
}

/// A text with the box tokens taken out: the only braces that may stand in it.
std::string without_boxes(const std::string& text) {
  static const std::regex kBox(R"(\{box:\d+\})");
  return std::regex_replace(text, kBox, "BOX");
}

struct Listed {
  std::string place;
  const TemplateList* list;
  bool is_question;
  bool is_open;
};

std::vector<Listed> all_lists() {
  std::vector<Listed> lists;
  for (std::size_t i = 0; i < kTextTasks; ++i) {
    for (const auto& group : book().groups(static_cast<TextTask>(i))) {
      const std::string place = std::string(kTextTaskIds[i]) + "." + group.name;
      const bool is_open = group.name != "choice" && group.name != "yes_no" && group.name != "overall";
      lists.push_back({place + ".questions", &group.questions, true, is_open});
      lists.push_back({place + ".answers", &group.answers, false, is_open});
      lists.push_back({place + ".yes", &group.yes, false, false});
      lists.push_back({place + ".no", &group.no, false, false});
    }
  }
  return lists;
}

TEST(Book, EveryTextTaskHasTemplates) {
  for (std::size_t i = 0; i < kTextTasks; ++i) EXPECT_TRUE(book().has(static_cast<TextTask>(i))) << kTextTaskIds[i];
}

TEST(Book, EverySentenceIsWellFormedWhateverFillsIt) {
  const std::regex bad_article(
      R"(\b[Aa] (?:[aeio]|hour)|\b[Aa]n [bcdfgjklmnpqrstvwxyz]|\b(?:a|an|the) (?:a|an|the)\b)");
  for (const Listed& listed : all_lists()) {
    for (const Template& item : listed.list->items()) {
      for (int variant = 0; variant < 4; ++variant) {
        const Slots slots = representative(variant);
        std::string text;
        item.render(slots, words(), text);
        const std::string plain = without_boxes(text);
        const std::string at_place = listed.place + ": " + text;
        EXPECT_EQ(plain.find_first_of("{}"), std::string::npos) << at_place;
        EXPECT_EQ(plain.find("  "), std::string::npos) << at_place;
        EXPECT_EQ(plain.find(".."), std::string::npos) << at_place;
        EXPECT_EQ(plain.find(" ."), std::string::npos) << at_place;
        EXPECT_EQ(plain.find(" ,"), std::string::npos) << at_place;
        EXPECT_EQ(trim(plain), plain) << at_place;
        EXPECT_FALSE(std::regex_search(plain, bad_article)) << at_place;
        const char first = plain.front();
        EXPECT_TRUE((first >= 'A' && first <= 'Z') || first == '(' || (first >= '0' && first <= '9')) << at_place;
        const bool is_bare_value = item.source() == "{key}" || item.source() == "{boxes}";
        EXPECT_TRUE(is_bare_value || std::string_view(".?!").find(plain.back()) != std::string_view::npos) << at_place;
      }
    }
  }
}

TEST(Book, EveryTaskHasEnoughPhrasings) {
  for (std::size_t i = 0; i < kTextTasks; ++i) {
    std::size_t questions = 0;
    std::size_t answers = 0;
    for (const auto& group : book().groups(static_cast<TextTask>(i))) {
      const bool is_open = group.name != "choice" && group.name != "yes_no" && group.name != "overall";
      if (!is_open) {
        EXPECT_GE(group.questions.items().size(), 8u) << kTextTaskIds[i] << "." << group.name;
        continue;
      }
      if (group.name != "follow") questions += group.questions.items().size();
      answers += group.answers.items().size();
    }
    EXPECT_GE(questions, 40u) << kTextTaskIds[i];
    EXPECT_GE(answers, 20u) << kTextTaskIds[i];
  }
}

/// Words without slots, punctuation and case.
std::vector<std::string> bare_words(const std::string& source) {
  std::vector<std::string> out(1);
  for (const char c : lower(source)) {
    const bool is_word = (c >= 'a' && c <= 'z') || c == '{' || c == '}' || c == '|' || c == '_';
    if (is_word)
      out.back() += c;
    else if (!out.back().empty())
      out.emplace_back();
  }
  if (out.back().empty()) out.pop_back();
  return out;
}

TEST(Book, NoTwoQuestionsOfAListAreTheSameButForOneWord) {
  for (const Listed& listed : all_lists()) {
    if (!listed.is_question) continue;
    const auto& items = listed.list->items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto a = bare_words(items[i].source());
      for (std::size_t j = i + 1; j < items.size(); ++j) {
        const auto b = bare_words(items[j].source());
        if (a.size() != b.size() || a.size() < 4) continue;
        int differences = 0;
        for (std::size_t k = 0; k < a.size(); ++k) differences += a[k] != b[k] ? 1 : 0;
        EXPECT_GT(differences, 1) << listed.place << ": " << items[i].source() << " / " << items[j].source();
      }
    }
  }
}

TEST(Book, QuestionsNeverHoldWhatTheyAskFor) {
  // The table of groups decides what a question may name; here it is checked against the answers' own slots.
  for (const GroupSpec& spec : group_specs()) {
    if (!spec.has_questions || spec.has_yes_no) continue;
    EXPECT_EQ(spec.question_may & spec.answer_must & ~bit(Slot::kProcedure), 0u) << spec.name;
  }
}

// --- mistakes in the files

struct Copy {
  TemporaryFolder folder;
  Catalog catalog;
};

/// The real catalog with one template file changed.
void change(Copy& copy, const std::string& task, const std::string& from, const std::string& to) {
  copy.catalog = real_catalog();
  copy.catalog.folder = copy.folder.path();
  const std::string name = "templates/" + task + ".yaml";
  std::string text = *read_file(real_catalog().folder / name);
  const auto found = text.find(from);
  ASSERT_NE(found, std::string::npos);
  text.replace(found, from.size(), to);
  ASSERT_TRUE(write_file(copy.folder.path() / name, text));
  auto document = parse_yaml(text, name);
  ASSERT_TRUE(document) << to_string(document.error());
  copy.catalog.templates[task] = *document;
}

TEST(Book, AnUnknownSlotIsNamedWithFileAndLine) {
  Copy copy;
  change(copy, "phase_recognition", "Identify the current phase of the operation.", "Identify the {fase} now.");
  const auto made = TemplateBook::create(copy.catalog);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().where.find("templates/phase_recognition.yaml:8"), std::string::npos)
      << to_string(made.error());
  EXPECT_NE(made.error().what.find("unknown slot 'fase'"), std::string::npos);
}

TEST(Book, ALeakOfTheAnswerIntoTheQuestionIsRefused) {
  Copy copy;
  change(copy, "phase_recognition", "Identify the current phase of the operation.", "Is this {phase} or what?");
  const auto made = TemplateBook::create(copy.catalog);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("knows no {phase}"), std::string::npos) << to_string(made.error());
}

TEST(Book, AQuestionWithoutItsSlotIsRefused) {
  Copy copy;
  change(copy, "instrument_localization", "\"Detect {instrument|the}.\"", "\"Detect it.\"");
  const auto made = TemplateBook::create(copy.catalog);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("must use {instrument}"), std::string::npos) << to_string(made.error());
}

TEST(Book, TheSameSentenceTwiceIsRefused) {
  Copy copy;
  change(copy, "phase_recognition", "Identify the current phase of the operation.",
         "At what stage of the {procedure} are we?");
  const auto made = TemplateBook::create(copy.catalog);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("same sentence twice"), std::string::npos);
}

TEST(Book, AnUnknownGroupIsNamedWithTheNearestOne) {
  Copy copy;
  change(copy, "phase_recognition", "  choice:\n", "  choise:\n");
  const auto made = TemplateBook::create(copy.catalog);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("unknown group 'choise'"), std::string::npos);
  EXPECT_NE(made.error().hint.find("choice"), std::string::npos);
}

TEST(Book, TemplatesOfAnUnknownTaskAreRefused) {
  Catalog catalog = real_catalog();
  catalog.templates["fase_recognition"] = catalog.templates["phase_recognition"];
  const auto made = TemplateBook::create(catalog);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().hint.find("phase_recognition"), std::string::npos) << to_string(made.error());
}

TEST(Stage, ATextTaskWithoutTemplatesIsRefused) {
  Catalog catalog = real_catalog();
  catalog.templates.erase("phase_recognition");
  const auto made = DialogueStage::create(catalog);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().where.find("phase_recognition"), std::string::npos);
}

}  // namespace
}  // namespace surgsigma
