#include "surgsigma/dialogue/book.h"

#include <algorithm>
#include <bit>
#include <set>

#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"

namespace surgsigma {

const std::array<std::string_view, kTextTasks> kTextTaskIds = {"instrument_recognition", "instrument_localization",
                                                               "tissue_recognition",     "tissue_localization",
                                                               "triplet_recognition",    "phase_recognition",
                                                               "step_recognition",       "action_recognition",
                                                               "action_remaining",       "next_action",
                                                               "safety_assessment",      "image_captioning",
                                                               "video_captioning"};

namespace {

template <class... S>
constexpr SlotSet set(S... slots) {
  return (SlotSet{0} | ... | bit(slots));
}

using enum Slot;
using enum TextTask;
constexpr SlotSet kAlways = set(kSubject, kProcedure);
constexpr SlotSet kChoiceSlots = set(kKey, kOption);

enum Parts { kAsk, kSay, kAskSay, kAskYesNo };

GroupSpec spec(TextTask task, std::string_view name, Parts parts, SlotSet question_may, SlotSet question_must,
               SlotSet answer_may, SlotSet answer_must, SlotSet question_either = 0) {
  GroupSpec made{task,
                 name,
                 parts != kSay,
                 parts == kSay || parts == kAskSay,
                 parts == kAskYesNo,
                 question_may | question_must | question_either | kAlways,
                 question_must,
                 answer_may | answer_must | kAlways,
                 answer_must,
                 question_either};
  return made;
}

void add_recognition(std::vector<GroupSpec>& specs, TextTask task, Slot one, Slot many) {
  specs.push_back(spec(task, "open", kAskSay, 0, 0, 0, set(many)));
  specs.push_back(spec(task, "listed", kAskSay, 0, set(kCandidates), 0, set(many)));
  specs.push_back(spec(task, "none", kSay, 0, 0, set(kCandidates), 0));
  specs.push_back(spec(task, "choice", kAskSay, 0, 0, kChoiceSlots, set(kKey)));
  specs.push_back(spec(task, "yes_no", kAskYesNo, 0, set(one), set(one), 0));
}

void add_localization(std::vector<GroupSpec>& specs, TextTask task, Slot one) {
  specs.push_back(spec(task, "box", kAskSay, 0, set(one), set(one, kCount), set(kBoxes)));
  specs.push_back(spec(task, "in_place", kAskSay, 0, set(one, kPlace), set(one, kPlace), set(kBoxes)));
  specs.push_back(spec(task, "grid", kAskSay, 0, set(one), set(one, kCount), set(kPlace)));
  specs.push_back(spec(task, "all", kAskSay, 0, 0, 0, set(kLocated)));
  specs.push_back(spec(task, "absent", kSay, 0, 0, set(one), 0));
  specs.push_back(spec(task, "choice", kAskSay, 0, set(one), kChoiceSlots | set(one), set(kKey)));
  specs.push_back(spec(task, "yes_no", kAskYesNo, 0, set(one, kPlace), set(one, kPlace), 0));
  specs.push_back(spec(task, "follow", kAsk, 0, set(one), 0, 0));
}

void add_exclusive(std::vector<GroupSpec>& specs, TextTask task, Slot one, SlotSet known) {
  specs.push_back(spec(task, "open", kAskSay, known, 0, known, set(one)));
  specs.push_back(spec(task, "choice", kAskSay, known, 0, kChoiceSlots, set(kKey)));
  specs.push_back(spec(task, "yes_no", kAskYesNo, known, set(one), set(one) | known, 0));
}

std::vector<GroupSpec> make_specs() {
  std::vector<GroupSpec> specs;
  add_recognition(specs, kInstrumentRecognition, kInstrument, kInstruments);
  add_localization(specs, kInstrumentLocalization, kInstrument);
  add_recognition(specs, kTissueRecognition, kTissue, kTissues);
  add_localization(specs, kTissueLocalization, kTissue);

  const SlotSet deeds = set(kInteractions);
  specs.push_back(spec(kTripletRecognition, "all", kAskSay, 0, 0, 0, deeds));
  specs.push_back(spec(kTripletRecognition, "instrument", kAskSay, 0, set(kInstrument), set(kInstrument), deeds));
  specs.push_back(spec(kTripletRecognition, "target", kAskSay, 0, set(kTarget), set(kTarget, kInstruments), deeds));
  specs.push_back(spec(kTripletRecognition, "choice", kAskSay, 0, 0, kChoiceSlots, set(kKey)));
  specs.push_back(spec(kTripletRecognition, "yes_no", kAskYesNo, 0, set(kInteraction), set(kInteraction), 0));
  specs.push_back(spec(kTripletRecognition, "follow", kAsk, 0, set(kInstrument), 0, 0));

  add_exclusive(specs, kPhaseRecognition, kPhase, 0);
  add_exclusive(specs, kStepRecognition, kStep, set(kPhase));
  specs.push_back(spec(kStepRecognition, "follow", kAsk, set(kPhase), 0, 0, 0));
  add_exclusive(specs, kActionRecognition, kAction, 0);
  specs.push_back(spec(kActionRecognition, "instrument", kAskSay, 0, set(kInstrument), set(kInstrument), set(kAction)));

  const SlotSet action = set(kAction);
  const SlotSet named = set(kAction, kLevel);
  specs.push_back(spec(kActionRemaining, "open", kAskSay, named, action, named | set(kCount), set(kDuration)));
  specs.push_back(spec(kActionRemaining, "choice", kAskSay, named, action, kChoiceSlots | named, set(kKey)));
  specs.push_back(spec(kActionRemaining, "yes_no", kAskYesNo, named, action | set(kLimit),
                       named | set(kLimit, kDuration, kCount), 0));

  specs.push_back(spec(kNextAction, "open", kAskSay, named, 0, named, set(kNext)));
  specs.push_back(spec(kNextAction, "choice", kAskSay, named, 0, kChoiceSlots | named, set(kKey)));
  specs.push_back(spec(kNextAction, "yes_no", kAskYesNo, named, set(kNext), named | set(kNext), 0));
  specs.push_back(spec(kNextAction, "follow", kAsk, named, 0, 0, 0));

  const SlotSet protocol = set(kProtocol);
  const SlotSet counts = set(kCount, kTotal, kMet, kUnmet);
  specs.push_back(spec(kSafetyAssessment, "open", kAskSay, protocol, 0, protocol, set(kCriteria)));
  specs.push_back(spec(kSafetyAssessment, "scored", kAskSay, protocol, 0, protocol, set(kCriteria)));
  specs.push_back(spec(kSafetyAssessment, "all_met", kSay, 0, 0, protocol | counts, 0));
  specs.push_back(spec(kSafetyAssessment, "some_met", kSay, 0, 0, protocol | counts, 0));
  specs.push_back(spec(kSafetyAssessment, "none_met", kSay, 0, 0, protocol | counts, 0));
  specs.push_back(spec(kSafetyAssessment, "choice", kAskSay, protocol, 0, kChoiceSlots | protocol, set(kKey)));
  specs.push_back(spec(kSafetyAssessment, "yes_no", kAskYesNo, protocol, 0, protocol | set(kCriterion, kStatement), 0,
                       set(kCriterion, kAsks, kStatement)));
  specs.push_back(spec(kSafetyAssessment, "overall", kAskYesNo, 0, protocol, protocol | counts, 0));

  for (const TextTask task : {kImageCaptioning, kVideoCaptioning}) {
    specs.push_back(spec(task, "open", kAsk, 0, 0, 0, 0));
    specs.push_back(spec(task, "detailed", kAsk, 0, 0, 0, 0));
    specs.push_back(spec(task, "scene", kSay, 0, 0, set(kPhase, kStep), 0));
    specs.push_back(spec(task, "tools", kSay, 0, 0, 0, set(kInstruments)));
    specs.push_back(spec(task, "sides", kSay, 0, 0, 0, set(kSides)));
  }
  specs.push_back(spec(kImageCaptioning, "acts", kSay, 0, 0, 0, deeds));
  specs.push_back(spec(kImageCaptioning, "tissues", kSay, 0, 0, 0, set(kTissues)));
  specs.push_back(spec(kVideoCaptioning, "ordered", kAsk, 0, 0, 0, 0));
  specs.push_back(spec(kVideoCaptioning, "one_event", kSay, 0, 0, 0, set(kEvents)));
  specs.push_back(spec(kVideoCaptioning, "events", kSay, 0, 0, 0, set(kEvents)));
  specs.push_back(spec(kVideoCaptioning, "one_name", kSay, 0, 0, set(kLevel), set(kNames)));
  specs.push_back(spec(kVideoCaptioning, "names", kSay, 0, 0, set(kLevel, kCount), set(kNames)));
  return specs;
}

std::string slot_names(SlotSet slots) {
  std::string names;
  for (std::size_t i = 0; i < kSlots; ++i) {
    if ((slots >> i & 1) == 0) continue;
    if (!names.empty()) names += ", ";
    names += '{';
    names += slot_specs()[i].name;
    names += '}';
  }
  return names;
}

/// One document of catalog/templates with what is needed to name a place in it.
class Document {
 public:
  Document(const Catalog& catalog, std::string task, const Json& json)
      : json_(json), name_("templates/" + std::move(task) + ".yaml") {
    if (auto bytes = read_file(catalog.folder / name_)) text_ = std::move(*bytes);
  }

  const Json& json() const { return json_; }
  /// "templates/x.yaml:12" where the line can be found in the file, else file and entry.
  std::string place(std::string_view line, const std::string& entry) const {
    const auto at = line.empty() ? std::string::npos : text_.find(line);
    if (at == std::string::npos) return name_ + ": " + entry;
    const auto number = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return name_ + ":" + std::to_string(number);
  }
  Error error(std::string what, std::string_view line, const std::string& entry, std::string hint) const {
    return {ErrorKind::kData, std::move(what), place(line, entry), std::move(hint)};
  }

 private:
  const Json& json_;
  std::string name_;
  std::string text_;
};

struct Allowed {
  SlotSet may;
  SlotSet must;
  SlotSet either;
};

Result<TemplateList> read_list(const Document& document, const Json& lines, const std::string& entry, Allowed allowed) {
  if (!lines.is_array() || lines.empty()) {
    return document.error("'" + entry + "' must be a list of sentences", "", entry, "see docs/templates.md");
  }
  TemplateList list;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string place_of_line = entry + "[" + std::to_string(i) + "]";
    if (!lines[i].is_string()) {
      return document.error("a template must be text", "", place_of_line, "put it in quotes");
    }
    const std::string line = lines[i].get<std::string>();
    const std::string where = document.place(line, place_of_line);
    SURGSIGMA_TRY(made, Template::compile(line, where));
    const SlotSet strangers = made.needs() & ~allowed.may;
    if (strangers != 0) {
      return document.error("this list knows no " + slot_names(strangers) + ": \"" + line + "\"", line, place_of_line,
                            "it knows " + slot_names(allowed.may));
    }
    const bool lacks_one = (made.needs() & allowed.must) != allowed.must;
    const bool lacks_all = allowed.either != 0 && (made.needs() & allowed.either) == 0;
    if (lacks_one || lacks_all) {
      return document.error(
          "the sentence must use " + slot_names(allowed.must) + slot_names(allowed.either) + ": \"" + line + "\"", line,
          place_of_line, lacks_all && !lacks_one ? "one of them is enough" : "");
    }
    if (!seen.insert(lower(line)).second) {
      return document.error("the same sentence twice: \"" + line + "\"", line, place_of_line, "take one out");
    }
    list.add(std::move(made));
  }
  return list;
}

Result<TemplateGroup> read_group(const Document& document, const Json& json, const GroupSpec& spec_of) {
  TemplateGroup group;
  group.name = std::string(spec_of.name);
  struct Section {
    const char* key;
    bool is_wanted;
    TemplateList& list;
    Allowed allowed;
  };
  const Allowed answer{spec_of.answer_may, spec_of.answer_must, 0};
  const std::array<Section, 4> sections = {{{"questions",
                                             spec_of.has_questions,
                                             group.questions,
                                             {spec_of.question_may, spec_of.question_must, spec_of.question_either}},
                                            {"answers", spec_of.has_answers, group.answers, answer},
                                            {"yes", spec_of.has_yes_no, group.yes, answer},
                                            {"no", spec_of.has_yes_no, group.no, answer}}};
  if (!json.is_object()) {
    return document.error("group '" + group.name + "' must hold lists", group.name + ":", group.name, "");
  }
  for (const auto& [key, unused] : json.items()) {
    const bool is_known = std::any_of(sections.begin(), sections.end(),
                                      [&, wanted = key](const auto& s) { return s.is_wanted && s.key == wanted; });
    if (!is_known) {
      return document.error("group '" + group.name + "' has no list '" + key + "'", key + ":", group.name + "." + key,
                            "see docs/templates.md");
    }
  }
  for (const Section& section : sections) {
    if (!section.is_wanted) continue;
    const auto at = json.find(section.key);
    if (at == json.end()) {
      return document.error("group '" + group.name + "' lacks the list '" + section.key + "'", group.name + ":",
                            group.name, "add it");
    }
    SURGSIGMA_TRY(list, read_list(document, *at, group.name + "." + section.key, section.allowed));
    section.list = std::move(list);
  }
  return group;
}

bool is_data_key(std::string_view key) {
  return key == "task" || key == "actions_of_verbs" || key == "background" || key == "unnamed";
}

Result<std::vector<TemplateGroup>> read_task(const Document& document, TextTask task) {
  const Json& json = document.json();
  if (!json.is_object() || !json.contains("groups") || !json["groups"].is_object()) {
    return document.error("the document must hold 'groups'", "", "groups", "see docs/templates.md");
  }
  for (const auto& [key, unused] : json.items()) {
    if (key == "groups" || is_data_key(key)) continue;
    return document.error("unknown key '" + key + "'", key + ":", key, "see docs/templates.md");
  }
  std::vector<std::string> known;
  for (const auto& spec_of : group_specs()) {
    if (spec_of.task == task) known.emplace_back(spec_of.name);
  }
  for (const auto& [name, unused] : json["groups"].items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto near = nearest(name, known);
    return document.error("unknown group '" + name + "'", name + ":", name,
                          near ? "did you mean '" + *near + "'?" : "see docs/templates.md");
  }
  std::vector<TemplateGroup> groups;
  for (const auto& spec_of : group_specs()) {
    if (spec_of.task != task) continue;
    const auto at = json["groups"].find(std::string(spec_of.name));
    if (at == json["groups"].end()) {
      return document.error("group '" + std::string(spec_of.name) + "' is missing", "", std::string(spec_of.name),
                            "see docs/templates.md");
    }
    SURGSIGMA_TRY(group, read_group(document, *at, spec_of));
    groups.push_back(std::move(group));
  }
  return groups;
}

bool fits(const Template& candidate, const Slots& slots, const Lexicon& lexicon) {
  if ((candidate.needs() & ~slots.filled()) != 0) return false;
  SlotSet open = candidate.needs_gerund();
  while (open != 0) {
    const auto slot = static_cast<Slot>(std::countr_zero(open));
    open &= open - 1;
    for (const auto& item : slots[slot].concepts) {
      if (lexicon[item.concept_index].gerund.empty()) return false;
    }
  }
  return true;
}

}  // namespace

const std::vector<GroupSpec>& group_specs() {
  static const std::vector<GroupSpec> kSpecs = make_specs();
  return kSpecs;
}

Chosen TemplateList::choose(const Slots& slots, const Lexicon& lexicon, Draws& draws) const {
  // Most templates fit: a few draws find one. Counting is the fallback that stays uniform.
  for (int attempt = 0; attempt < 8 && !items_.empty(); ++attempt) {
    const std::size_t at = draws.below(items_.size());
    if (fits(items_[at], slots, lexicon)) return {&items_[at], static_cast<int>(at) + 1};
  }
  return choose_fullest(slots, 0, lexicon, draws);
}

Chosen TemplateList::choose_fullest(const Slots& slots, SlotSet wanted, const Lexicon& lexicon, Draws& draws) const {
  int best = -1;
  std::uint64_t equals = 0;
  for (const Template& item : items_) {
    if (!fits(item, slots, lexicon)) continue;
    const int said = std::popcount(item.needs() & wanted);
    if (said > best) {
      best = said;
      equals = 0;
    }
    if (said == best) ++equals;
  }
  if (best < 0) return {};
  std::uint64_t left = draws.below(equals);
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const bool is_equal = std::popcount(items_[i].needs() & wanted) == best && fits(items_[i], slots, lexicon);
    if (is_equal && left-- == 0) return {&items_[i], static_cast<int>(i) + 1};
  }
  return {};
}

Result<TemplateBook> TemplateBook::create(const Catalog& catalog) {
  TemplateBook book;
  for (const auto& [task_id, json] : catalog.templates) {
    const auto at = std::find(kTextTaskIds.begin(), kTextTaskIds.end(), task_id);
    if (at == kTextTaskIds.end()) {
      if (catalog.task(task_id) != nullptr) continue;  // a task with pixels: its phrases belong to another stage
      const std::vector<std::string> known(kTextTaskIds.begin(), kTextTaskIds.end());
      const auto near = nearest(task_id, known);
      return Error{ErrorKind::kData, "templates for an unknown task '" + task_id + "'",
                   "templates/" + task_id + ".yaml",
                   near ? "did you mean '" + *near + "'?" : "task ids are those of catalog/tasks"};
    }
    const auto index = static_cast<std::size_t>(at - kTextTaskIds.begin());
    const Document document(catalog, task_id, json);
    SURGSIGMA_TRY(groups, read_task(document, static_cast<TextTask>(index)));
    book.groups_[index] = std::move(groups);
  }
  return book;
}

const TemplateGroup& TemplateBook::group(TextTask task, std::string_view name) const {
  static const TemplateGroup kNone;
  const auto& groups = groups_[static_cast<std::size_t>(task)];
  const auto at = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.name == name; });
  return at == groups.end() ? kNone : *at;
}

}  // namespace surgsigma
