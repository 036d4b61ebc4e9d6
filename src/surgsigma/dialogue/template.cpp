#include "surgsigma/dialogue/template.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::array<SlotSpec, kSlots> kSlotSpecs = {{{"subject", SlotType::kText},
                                                      {"procedure", SlotType::kConcepts},
                                                      {"phase", SlotType::kConcepts},
                                                      {"step", SlotType::kConcepts},
                                                      {"action", SlotType::kConcepts},
                                                      {"next", SlotType::kConcepts},
                                                      {"level", SlotType::kText},
                                                      {"instrument", SlotType::kConcepts},
                                                      {"instruments", SlotType::kConcepts},
                                                      {"tissue", SlotType::kConcepts},
                                                      {"tissues", SlotType::kConcepts},
                                                      {"target", SlotType::kConcepts},
                                                      {"candidates", SlotType::kConcepts},
                                                      {"interaction", SlotType::kDoings},
                                                      {"interactions", SlotType::kDoings},
                                                      {"boxes", SlotType::kText},
                                                      {"place", SlotType::kText},
                                                      {"located", SlotType::kText},
                                                      {"sides", SlotType::kText},
                                                      {"count", SlotType::kNumber},
                                                      {"total", SlotType::kNumber},
                                                      {"duration", SlotType::kText},
                                                      {"limit", SlotType::kText},
                                                      {"protocol", SlotType::kConcepts},
                                                      {"criterion", SlotType::kConcepts},
                                                      {"statement", SlotType::kText},
                                                      {"asks", SlotType::kText},
                                                      {"criteria", SlotType::kMarks},
                                                      {"met", SlotType::kConcepts},
                                                      {"unmet", SlotType::kConcepts},
                                                      {"key", SlotType::kText},
                                                      {"option", SlotType::kText},
                                                      {"events", SlotType::kText},
                                                      {"names", SlotType::kText}}};

constexpr unsigned on(SlotType type) { return 1u << static_cast<unsigned>(type); }

struct FormFilter {
  std::string_view name;
  WordForm form;
  unsigned types;
};
constexpr unsigned kConceptTypes = on(SlotType::kConcepts);
constexpr unsigned kDoingTypes = on(SlotType::kDoings);
constexpr unsigned kMarkTypes = on(SlotType::kMarks);
constexpr std::array<FormFilter, 18> kForms = {{{"a", WordForm::kA, kConceptTypes | on(SlotType::kText)},
                                                {"the", WordForm::kThe, kConceptTypes},
                                                {"plural", WordForm::kPlural, kConceptTypes},
                                                {"count", WordForm::kCount, kConceptTypes},
                                                {"gerund", WordForm::kGerund, kConceptTypes},
                                                {"digits", WordForm::kDigits, on(SlotType::kNumber)},
                                                {"doing", WordForm::kDoing, kDoingTypes},
                                                {"a_doing", WordForm::kADoing, kDoingTypes},
                                                {"does", WordForm::kDoes, kDoingTypes},
                                                {"a_does", WordForm::kADoes, kDoingTypes},
                                                {"is_doing", WordForm::kIsDoing, kDoingTypes},
                                                {"a_is_doing", WordForm::kAIsDoing, kDoingTypes},
                                                {"deed", WordForm::kDeed, kDoingTypes},
                                                {"triplet", WordForm::kTriplet, kDoingTypes},
                                                {"performing", WordForm::kPerforming, kDoingTypes},
                                                {"numbered", WordForm::kNumbered, kMarkTypes},
                                                {"named", WordForm::kNamed, kMarkTypes},
                                                {"short", WordForm::kShort, kMarkTypes}}};

struct JoinFilter {
  std::string_view name;
  Join join;
};
constexpr std::array<JoinFilter, 4> kJoins = {
    {{"and", Join::kAnd}, {"or", Join::kOr}, {"comma", Join::kComma}, {"semicolon", Join::kSemicolon}}};

constexpr std::array<std::string_view, 13> kNumberWords = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                                           "seven", "eight", "nine", "ten",   "eleven", "twelve"};

Error bad_template(std::string what, std::string_view source, std::string_view where, std::string hint) {
  return {ErrorKind::kData, std::move(what) + " in \"" + std::string(source) + "\"", std::string(where),
          std::move(hint)};
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const auto near = nearest(name, known);
  return near ? "did you mean '" + *near + "'?" : "see docs/templates.md";
}

std::optional<Slot> slot_named(std::string_view name) {
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (kSlotSpecs[i].name == name) return static_cast<Slot>(i);
  }
  return std::nullopt;
}

std::string slot_hint(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& spec : kSlotSpecs) known.emplace_back(spec.name);
  return did_you_mean(name, known);
}

/// Whether what follows `text` is the start of a sentence.
bool ends_sentence(std::string_view text) {
  if (text.empty()) return true;
  if (text.back() == '\n') return true;
  if (text.back() != ' ' || text.size() < 2) return false;
  const char mark = text[text.size() - 2];
  return mark == '.' || mark == '?' || mark == '!';
}

void capitalise(std::string& text, std::size_t at) {
  if (at < text.size() && text[at] >= 'a' && text[at] <= 'z') text[at] = static_cast<char>(text[at] - 'a' + 'A');
}

bool takes_plural(const CountedConcept& item, const Lexicon& lexicon) {
  return item.count != 1 || lexicon[item.concept_index].is_plural;
}

void append_article(WordForm form, const std::string& noun, std::string& out) {
  if (form == WordForm::kThe) {
    out += "the ";
  } else if (form == WordForm::kA || form == WordForm::kCount) {
    out += indefinite_article(noun);
    out += ' ';
  }
  out += noun;
}

/// "hook tip": the surface has no forms of its own for it, and needs none.
void append_tip(const CountedConcept& item, WordForm form, const Surface& surface, std::string& out) {
  const bool is_several = item.count != 1 && (form == WordForm::kCount || form == WordForm::kThe);
  const bool is_many = form == WordForm::kPlural || is_several;
  if (form == WordForm::kThe && is_several) out += "the ";
  if (form == WordForm::kCount && item.count != 1) {
    append_number_word(item.count, out);
    out += ' ';
  }
  if (is_many) {
    out += surface.label;
    out += " tips";
    return;
  }
  append_article(form, surface.label, out);
  out += " tip";
}

/// "dissecting the cystic duct", "present but not interacting with any tissue".
void append_deed(const Doing& doing, const std::string& verb_form, const Lexicon& lexicon, std::string& out) {
  out += verb_form;
  if (doing.target == kNoConcept) return;
  const std::string& preposition = lexicon[doing.verb].preposition;
  if (!preposition.empty()) {
    out += ' ';
    out += preposition;
  }
  out += ' ';
  const Surface& target = lexicon[doing.target];
  out += target.a == target.label ? target.label : target.the;
}

void append_instrument(const Doing& doing, bool is_definite, const Lexicon& lexicon, std::string& out) {
  const Surface& surface = lexicon[doing.instrument];
  if (doing.count != 1) {
    if (is_definite) out += "the ";
    append_number_word(doing.count, out);
    out += ' ';
    out += surface.plural;
  } else {
    out += is_definite ? surface.the : surface.a;
  }
}

constexpr std::string_view kIdleWords = "present but not interacting with any tissue";

bool is_definite(WordForm form) {
  return form == WordForm::kDoing || form == WordForm::kDoes || form == WordForm::kIsDoing;
}

int total(const std::vector<CountedConcept>& items) {
  int sum = 0;
  for (const auto& item : items) sum += item.count;
  return sum;
}

bool agrees_with_plural(SlotType type, const Slots::Value& value, const Lexicon& lexicon) {
  switch (type) {
    case SlotType::kNumber:
      return value.number != 1;
    case SlotType::kConcepts:
      if (value.concepts.size() == 1) return takes_plural(value.concepts.front(), lexicon);
      return total(value.concepts) != 1;
    case SlotType::kDoings:
      if (value.doings.size() == 1) {
        return value.doings[0].count != 1 || lexicon[value.doings[0].instrument].is_plural;
      }
      return true;
    case SlotType::kMarks:
      return value.marks.size() != 1;
    case SlotType::kText:
      return false;
  }
  return false;
}

void append_number(double value, std::string& out) {
  char digits[32];
  const auto end = value == std::floor(value) && std::abs(value) < 1e15
                       ? std::to_chars(digits, digits + sizeof digits, static_cast<std::int64_t>(value)).ptr
                       : std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 1).ptr;
  out.append(digits, end);
}

void append_mark(const Mark& mark, WordForm form, const Lexicon& lexicon, std::string& out) {
  const Surface& criterion = lexicon[mark.criterion];
  if (form == WordForm::kNumbered || form == WordForm::kShort) {
    out += form == WordForm::kNumbered ? "Criterion " : "C";
    append_number(criterion.number, out);
  } else {
    out += criterion.label;
  }
  out += ": ";
  if (criterion.scale_top > 1) {
    append_number(mark.value, out);
  } else if (form == WordForm::kNumbered) {
    out += mark.holds ? "Yes" : "No";
  } else {
    out += mark.holds ? "yes" : "no";
  }
}

void append_marks(const std::vector<Mark>& marks, WordForm form, const Lexicon& lexicon, std::string& out) {
  const bool are_sentences = form == WordForm::kNumbered || form == WordForm::kBare;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (i > 0) out += are_sentences ? " " : "; ";
    append_mark(marks[i], are_sentences ? WordForm::kNumbered : form, lexicon, out);
    // The template puts the last full stop.
    if (are_sentences && i + 1 < marks.size()) out += '.';
  }
}

}  // namespace

const std::array<SlotSpec, kSlots>& slot_specs() { return kSlotSpecs; }

std::string& Slots::text(Slot slot) {
  std::string& value = fill(slot).text;
  value.clear();
  return value;
}
void Slots::number(Slot slot, std::int64_t value) { fill(slot).number = value; }
std::vector<CountedConcept>& Slots::concepts(Slot slot) {
  auto& value = fill(slot).concepts;
  value.clear();
  return value;
}
std::vector<Doing>& Slots::doings(Slot slot) {
  auto& value = fill(slot).doings;
  value.clear();
  return value;
}
std::vector<Mark>& Slots::marks(Slot slot) {
  auto& value = fill(slot).marks;
  value.clear();
  return value;
}

void append_number_word(std::int64_t number, std::string& out) {
  if (number >= 0 && number < static_cast<std::int64_t>(kNumberWords.size())) {
    out += kNumberWords[static_cast<std::size_t>(number)];
    return;
  }
  append_number(static_cast<double>(number), out);
}

void append_joint(std::size_t index, std::size_t count, Join join, std::string& out) {
  if (index == 0) return;
  if (join == Join::kComma) {
    out += ", ";
  } else if (join == Join::kSemicolon) {
    out += "; ";
  } else if (index + 1 < count) {
    out += ", ";
  } else {
    out += join == Join::kAnd ? " and " : " or ";
  }
}

void append_words(const CountedConcept& item, WordForm form, const Lexicon& lexicon, std::string& out) {
  const Surface& surface = lexicon[item.concept_index];
  if (item.is_tip) return append_tip(item, form, surface, out);
  switch (form) {
    case WordForm::kA:
      out += surface.a;
      return;
    case WordForm::kThe:
      if (item.count != 1) {
        out += "the ";
        out += surface.plural;
      } else {
        out += surface.the;
      }
      return;
    case WordForm::kPlural:
      out += surface.plural;
      return;
    case WordForm::kGerund:
      out += surface.gerund.empty() ? surface.a : surface.gerund;
      return;
    case WordForm::kCount:
      if (item.count == 1) {
        out += surface.a;
        return;
      }
      append_number_word(item.count, out);
      out += ' ';
      out += surface.plural;
      return;
    default:
      out += surface.label;
  }
}

void append_words(const Doing& doing, WordForm form, const Lexicon& lexicon, std::string& out) {
  const Surface& instrument = lexicon[doing.instrument];
  if (form == WordForm::kTriplet || form == WordForm::kPerforming) {
    const bool is_triplet = form == WordForm::kTriplet;
    if (is_triplet) out += '(';
    out += instrument.label;
    out += is_triplet ? ", " : ", performing ";
    if (doing.is_idle) {
      if (!is_triplet) out.erase(out.size() - std::string_view("performing ").size());
      out += is_triplet ? "present but not interacting" : kIdleWords;
    } else {
      out += lexicon[doing.verb].label;
      if (doing.target != kNoConcept) {
        out += is_triplet ? ", " : " on ";
        out += lexicon[doing.target].label;
      }
    }
    if (is_triplet) out += ')';
    return;
  }
  const bool is_many = doing.count != 1 || instrument.is_plural;
  if (form != WordForm::kDeed) {
    append_instrument(doing, is_definite(form), lexicon, out);
    out += ' ';
  }
  const bool is_clause = form == WordForm::kIsDoing || form == WordForm::kAIsDoing;
  const bool is_statement = is_clause || form == WordForm::kDoes || form == WordForm::kADoes;
  if (doing.is_idle) {
    if (is_statement) out += is_many ? "are " : "is ";
    out += kIdleWords;
    return;
  }
  const Surface& verb = lexicon[doing.verb];
  // Plural subjects take the progressive: "the scissors are cutting", since a base form is not always at hand.
  const bool is_progressive = is_clause || (is_statement && is_many);
  if (is_progressive) out += is_many ? "are " : "is ";
  append_deed(doing, is_statement && !is_progressive ? verb.third : verb.gerund, lexicon, out);
}

Result<Template::Op> Template::compile_slot(std::string_view body, std::string_view where) const {
  Op op;
  op.kind = Op::Kind::kSlot;
  const auto question = body.find('?');
  const auto parts = split(question == std::string_view::npos ? body : body.substr(0, question), '|');
  const auto slot = slot_named(parts[0]);
  if (!slot) return bad_template("unknown slot '" + std::string(parts[0]) + "'", source_, where, slot_hint(parts[0]));
  op.slot = *slot;
  const SlotType type = kSlotSpecs[static_cast<std::size_t>(*slot)].type;
  if (question != std::string_view::npos) {
    const auto words = split(body.substr(question + 1), ':');
    const bool is_whole = words.size() == 2 && parts.size() == 1 && type != SlotType::kText;
    if (!is_whole) {
      return bad_template("agreement needs a countable slot and two words", source_, where, "write {slot?is:are}");
    }
    op.kind = Op::Kind::kAgreement;
    op.text = words[0];
    op.plural = words[1];
    return op;
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto form = std::find_if(kForms.begin(), kForms.end(), [&](const auto& f) { return f.name == parts[i]; });
    if (form != kForms.end()) {
      if ((form->types & on(type)) == 0) {
        return bad_template(
            "filter '" + std::string(parts[i]) + "' does not fit the slot '" + std::string(parts[0]) + "'", source_,
            where, "see the table of filters in docs/templates.md");
      }
      op.form = form->form;
      continue;
    }
    const auto join = std::find_if(kJoins.begin(), kJoins.end(), [&](const auto& j) { return j.name == parts[i]; });
    const bool has_list = type == SlotType::kConcepts || type == SlotType::kDoings;
    if (join == kJoins.end() || !has_list) {
      std::vector<std::string> known;
      for (const auto& f : kForms) known.emplace_back(f.name);
      for (const auto& j : kJoins) known.emplace_back(j.name);
      return bad_template("unknown filter '" + std::string(parts[i]) + "'", source_, where,
                          did_you_mean(parts[i], known));
    }
    op.join = join->join;
  }
  if (type == SlotType::kDoings && op.form == WordForm::kBare) op.form = WordForm::kTriplet;
  return op;
}

Result<Template> Template::compile(std::string_view source, std::string_view where) {
  Template made;
  made.source_ = std::string(source);
  if (trim(source).empty()) return bad_template("empty template", source, where, "take the line out");
  std::size_t at = 0;
  std::string_view before;
  while (at < source.size()) {
    const std::size_t open = source.find_first_of("{}", at);
    if (open == std::string_view::npos || open > at) {
      Op literal;
      literal.text = source.substr(at, open == std::string_view::npos ? std::string_view::npos : open - at);
      before = source.substr(at, literal.text.size());
      made.ops_.push_back(std::move(literal));
    }
    if (open == std::string_view::npos) break;
    const std::size_t close = source.find_first_of("{}", open + 1);
    const bool is_pair = source[open] == '{' && close != std::string_view::npos && source[close] == '}';
    if (!is_pair) return bad_template("stray brace", source, where, "slots are written {name} or {name|filter}");
    SURGSIGMA_TRY(op, made.compile_slot(source.substr(open + 1, close - open - 1), where));
    op.begins_sentence = open == 0 || (open > at && ends_sentence(before));
    made.needs_ |= bit(op.slot);
    if (op.form == WordForm::kGerund) made.needs_gerund_ |= bit(op.slot);
    made.ops_.push_back(std::move(op));
    at = close + 1;
  }
  return made;
}

void Template::render(const Slots& slots, const Lexicon& lexicon, std::string& out) const {
  for (const Op& op : ops_) {
    if (op.kind == Op::Kind::kLiteral) {
      out += op.text;
      continue;
    }
    const std::size_t start = out.size();
    const auto& value = slots[op.slot];
    const SlotType type = kSlotSpecs[static_cast<std::size_t>(op.slot)].type;
    if (op.kind == Op::Kind::kAgreement) {
      out += agrees_with_plural(type, value, lexicon) ? op.plural : op.text;
    } else if (type == SlotType::kText) {
      if (op.form == WordForm::kA) {
        out += indefinite_article(value.text);
        out += ' ';
      }
      out += value.text;
    } else if (type == SlotType::kNumber) {
      if (op.form == WordForm::kDigits)
        append_number(static_cast<double>(value.number), out);
      else
        append_number_word(value.number, out);
    } else if (type == SlotType::kConcepts) {
      if (value.concepts.empty()) out += "none";
      for (std::size_t i = 0; i < value.concepts.size(); ++i) {
        append_joint(i, value.concepts.size(), op.join, out);
        append_words(value.concepts[i], op.form, lexicon, out);
      }
    } else if (type == SlotType::kDoings) {
      if (value.doings.empty()) out += "none";
      for (std::size_t i = 0; i < value.doings.size(); ++i) {
        append_joint(i, value.doings.size(), op.join, out);
        append_words(value.doings[i], op.form, lexicon, out);
      }
    } else {
      append_marks(value.marks, op.form, lexicon, out);
    }
    if (op.begins_sentence) capitalise(out, start);
  }
}

}  // namespace surgsigma
