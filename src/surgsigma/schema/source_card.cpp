#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "surgsigma/base/files.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/catalog_parts.h"
#include "surgsigma/schema/fields.h"
#include "surgsigma/schema/pattern.h"
#include "surgsigma/schema/pixel_layout.h"

namespace surgsigma {
namespace {

constexpr std::int64_t kLargestRange = 100'000;  // cases named by one "first-last"

const std::vector<std::string> kCardKeys = {
    "id",         "name",      "version",  "citation", "url",         "licence",         "private",
    "simulated",  "procedure", "approach", "species",  "institution", "institution_map", "frame_rate",
    "frame_size", "video_id",  "case",     "case_map", "media",       "layout",          "vocabularies",
    "expected",   "splits",    "overlaps", "notes"};
const std::vector<std::string> kTerms = {"attribution",      "non_commercial",    "share_alike",
                                         "no_derivatives",   "registration",      "no_redistribution",
                                         "no_model_release", "no_commercial_llm", "unstated"};
const std::vector<std::string> kEvidence = {"verified", "second_hand", "memory"};
const std::vector<std::string> kApproaches = {"laparoscopic", "robotic", "open", "endoscopic", "microscopic"};
const std::vector<std::string> kVocabularyKinds = {"instrument", "verb",        "anatomy", "object",
                                                   "target",     "interaction", "phase",   "step",
                                                   "action",     "criterion",   "flag",    "motion"};
const std::vector<std::string> kParts = {"train", "val", "test", "out"};

bool is_source_id(std::string_view id) {
  std::string plain(id);
  std::replace(plain.begin(), plain.end(), '-', '_');
  return is_catalog_id(plain) && plain.find('.') == std::string::npos;
}

std::map<std::string, std::string> text_map(const Fields& fields, std::string_view key) {
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : fields.object(key).items()) {
    if (auto text = scalar_text(value)) {
      result.emplace(name, std::move(*text));
    } else {
      fields.mistake(key, quoted(name) + " must have a text");
    }
  }
  return result;
}

template <class Item>
void check_unique(const std::vector<Item>& items, const std::string Item::*key, const Place& list,
                  std::string_view what, Mistakes& mistakes) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool is_new = seen.insert(items[i].*key).second;
    if (!is_new) mistakes.add(list.element(i), "duplicate " + std::string(what) + " " + quoted(items[i].*key));
  }
}

class CardReader {
 public:
  CardReader(const Json& document, const std::string& file, Mistakes& mistakes)
      : fields_(document, {file, ""}, mistakes, kCardKeys), mistakes_(mistakes) {
    card_.document = document;
  }

  SourceCard read() {
    read_identity();
    read_licence();
    read_recording();
    read_layout();
    read_names();
    read_vocabularies();
    read_expected();
    read_splits();
    check_overlaps();
    fields_.texts("notes");
    return std::move(card_);
  }

 private:
  void read_identity() {
    card_.id = SourceId(fields_.text("id", Need::kRequired));
    if (!card_.id.empty() && !is_source_id(card_.id.text)) {
      fields_.mistake("id", "not an id: " + quoted(card_.id.text), "lower case letters, digits, '_' and '-'");
    }
    card_.name = fields_.text("name", Need::kRequired);
    card_.version = fields_.text("version");
    card_.citation = fields_.text("citation");
    card_.url = fields_.text("url");
    card_.is_private = fields_.boolean("private", false);
    card_.is_simulated = fields_.boolean("simulated", false);
    card_.procedure = ConceptId(fields_.text("procedure"));
    card_.approach = fields_.one_of("approach", kApproaches, "");
    card_.species = fields_.text("species");
    card_.institution = fields_.text("institution");
    card_.institution_map = text_map(fields_, "institution_map");
  }

  void read_licence() {
    if (!fields_.has("licence")) {
      fields_.mistake("licence", "is missing", "give its id and terms; terms: [unstated] where nobody said");
      return;
    }
    const Fields licence(fields_.object("licence"), fields_.at("licence"), mistakes_,
                         {"id", "terms", "evidence", "note"});
    card_.licence_id = licence.text("id", Need::kRequired);
    card_.licence_note = licence.text("note");
    licence.one_of("evidence", kEvidence, "");
    if (!licence.has("terms")) licence.mistake("terms", "is missing", "list them; [unstated] where nobody said");
    for (std::string& term : licence.texts("terms")) {
      const bool is_known = std::find(kTerms.begin(), kTerms.end(), term) != kTerms.end();
      if (!is_known) licence.mistake("terms", "unknown word " + quoted(term), hint_for(term, kTerms));
      card_.terms.push_back(std::move(term));
    }
  }

  void read_recording() {
    const std::string rate = fields_.text("frame_rate", Need::kRequired);
    if (const auto parsed = parse_frame_rate(rate)) {
      card_.frame_rate = *parsed;
    } else if (!rate.empty()) {
      fields_.mistake("frame_rate", "not a frame rate: " + quoted(rate), "for example 25, 29.97 or 30000/1001");
    }
    if (!fields_.has("frame_size")) return;
    const Json& size = fields_.array("frame_size");
    const bool is_size = size.size() == 2 && is_length(size[0]) && is_length(size[1]);
    if (is_size) {
      card_.frame_size = ImageSize{size[0].get<int>(), size[1].get<int>()};
    } else {
      fields_.mistake("frame_size", "must be [width, height] in pixels");
    }
  }

  static bool is_length(const Json& value) {
    constexpr std::int64_t kLongestSide = 100'000;
    return value.is_number_integer() && value.get<std::int64_t>() > 0 && value.get<std::int64_t>() <= kLongestSide;
  }

  void read_layout() {
    const Json& list = fields_.array("layout");
    std::set<std::pair<std::string, std::string>> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Place place = fields_.at("layout").element(i);
      LayoutEntry entry = read_entry(list[i], place);
      const bool is_new = seen.emplace(entry.role, lower(entry.pattern)).second;
      if (!is_new) mistakes_.add(place, "role " + quoted(entry.role) + " has this pattern already");
      card_.layout.push_back(std::move(entry));
    }
  }

  LayoutEntry read_entry(const Json& json, const Place& place) {
    const Fields fields(json, place, mistakes_, {"role", "pattern", "reader", "required", "unit", "with"});
    LayoutEntry entry;
    entry.role = fields.text("role", Need::kRequired);
    entry.pattern = fields.text("pattern", Need::kRequired);
    entry.reader = fields.text("reader");
    entry.is_required = fields.boolean("required", !entry.reader.empty());
    entry.with = fields.object("with");
    const std::set<std::string> names = check_pattern(fields, "pattern", entry.pattern, PatternUse::kMatched);
    const bool names_video = names.contains("video");
    if (entry.reader.empty()) check_pixels(entry, fields, names.contains("index"));
    captured_.insert(names.begin(), names.end());
    entry.unit = fields.one_of("unit", {"video", "all"}, names_video ? "video" : "all");
    if (entry.unit == "video" && !names_video) {
      fields.mistake("unit", "the pattern has no {video}", "write {video} in the pattern, or unit: all");
    }
    return entry;
  }

  /// Files without a reader whose pixels are used: each says enough to be read.
  void check_pixels(const LayoutEntry& entry, const Fields& fields, bool names_index) {
    const Place place = fields.at("with");
    if (entry.role == "depth") read_depth_layout(entry.with, place, mistakes_);
    if (entry.role == "mask") masks_.emplace_back(read_mask_layout(entry.with, place, mistakes_).vocabulary, place);
    if (entry.role == "calibration") read_calibration_layout(entry.with, place, mistakes_);
    if (entry.role == "frame" || entry.role == "video") read_view_layout(entry.with, place, mistakes_);
    const bool is_used_mask = entry.role == "mask" && entry.with.contains("vocabulary");
    const bool is_picture = entry.role == "frame" || is_used_mask || entry.role == "depth" || entry.role == "right";
    const auto index = entry.with.find("index");
    const bool has_index = index != entry.with.end();
    if (has_index && !index->is_number_integer()) mistakes_.add(place.member("index"), "must be a whole number");
    if (!is_picture || names_index || has_index) return;
    fields.mistake("pattern", "does not say which frame a picture is", "write {index} in it, or with: {index: 0}");
  }

  enum class PatternUse { kMatched, kFilled };

  std::set<std::string> check_pattern(const Fields& fields, std::string_view key, const std::string& pattern,
                                      PatternUse use) {
    if (pattern.empty()) return {};
    const auto parts = parse_pattern(pattern);
    if (!parts) {
      fields.mistake(key, parts.error().what, parts.error().hint);
      return {};
    }
    for (const PatternPart& part : *parts) check_part(fields, key, part, use);
    return names_in_pattern(pattern);
  }

  static void check_part(const Fields& fields, std::string_view key, const PatternPart& part, PatternUse use) {
    const bool is_wide = !part.spec.empty() && part.spec != "d";
    if (use == PatternUse::kMatched && is_wide) {
      fields.mistake(key, "a pattern that is matched takes {name} or {name:d}: {" + part.text + ":" + part.spec + "}");
    }
    if (use == PatternUse::kFilled && part.kind == PatternPart::Kind::kAny) {
      fields.mistake(key, "'*' cannot be filled in", "use a captured {name}");
    }
  }

  /// A path is filled from file names; it must stay below the source's folder.
  void check_path(const Fields& fields, std::string_view key, const std::string& pattern) {
    if (!pattern.empty() && !is_safe_relative(pattern)) {
      fields.mistake(key, "must be a path below the source's folder: " + quoted(pattern));
    }
  }

  std::string filled_pattern(const Fields& fields, std::string_view key, std::string fallback,
                             const std::vector<std::string>& more_names = {}) {
    const std::string pattern = fields.has(key) ? fields.text(key) : std::move(fallback);
    std::vector<std::string> known(captured_.begin(), captured_.end());
    known.push_back("video");
    known.insert(known.end(), more_names.begin(), more_names.end());
    for (const std::string& name : check_pattern(fields, key, pattern, PatternUse::kFilled)) {
      const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
      if (!is_known) fields.mistake(key, "no layout pattern captures " + quoted(name), hint_for(name, known));
    }
    return pattern;
  }

  void read_names() {
    card_.video_name = filled_pattern(fields_, "video_id", "{video}");
    card_.case_key = filled_pattern(fields_, "case", card_.id.text + ":{video}");
    for (auto& [video, key] : text_map(fields_, "case_map")) {
      card_.case_map.emplace(without_leading_zeros(video), std::move(key));
    }
    const Fields media(fields_.object("media"), fields_.at("media"), mistakes_, {"video", "frame", "first", "step"});
    card_.video_media = filled_pattern(media, "video", "");
    card_.frame_media = filled_pattern(media, "frame", "", {"index"});
    check_path(media, "video", card_.video_media);
    check_path(media, "frame", card_.frame_media);
    card_.frame_media_first = media.integer("first", 0);
    card_.frame_media_step = media.integer("step", 1);
    if (card_.frame_media_step < 1) media.mistake("step", "must be at least 1");
  }

  void read_vocabularies() {
    for (const auto& [name, json] : fields_.object("vocabularies").items()) {
      const Place place = fields_.at("vocabularies").member(name);
      card_.vocabularies.emplace(name, read_vocabulary(name, json, place));
    }
    std::vector<std::string> names;
    for (const auto& [name, vocabulary] : card_.vocabularies) names.push_back(name);
    for (const auto& [name, place] : masks_) {
      const bool is_known = name.empty() || card_.vocabularies.contains(name);
      if (!is_known) mistakes_.add(place.member("vocabulary"), "unknown vocabulary " + quoted(name), hint_for(name, names));
    }
    for (const auto& [name, vocabulary] : card_.vocabularies) {
      if (vocabulary.kind == "interaction") check_classes(vocabulary, fields_.at("vocabularies").member(name));
    }
  }

  Vocabulary read_vocabulary(const std::string& name, const Json& json, const Place& place) {
    const Fields fields(json, place, mistakes_, {"kind", "closed", "complete", "labels", "parts", "classes"});
    Vocabulary vocabulary;
    vocabulary.id = name;
    vocabulary.kind = fields.one_of("kind", kVocabularyKinds, "");
    if (!fields.has("kind")) fields.mistake("kind", "is missing", hint_for("", kVocabularyKinds));
    vocabulary.is_closed = fields.boolean("closed", true);
    vocabulary.is_complete = fields.boolean("complete", true);
    const Json& labels = fields.array("labels");
    for (std::size_t i = 0; i < labels.size(); ++i) {
      vocabulary.labels.push_back(read_label(labels[i], i, fields.at("labels").element(i)));
    }
    check_unique(vocabulary.labels, &VocabularyLabel::label, fields.at("labels"), "label", mistakes_);
    check_label_ids(vocabulary, fields.at("labels"));
    vocabulary.parts = fields.texts("parts");
    for (const auto& [id, words] : fields.object("classes").items()) {
      read_class(vocabulary, id, words, fields.at("classes").member(id));
    }
    return vocabulary;
  }

  VocabularyLabel read_label(const Json& json, std::size_t position, const Place& place) {
    const Fields fields(json, place, mistakes_, {"id", "label", "concept", "match", "state", "becomes"});
    VocabularyLabel label;
    label.id = fields.integer("id", static_cast<std::int64_t>(position));
    label.label = fields.text("label", Need::kRequired);
    label.match = fields.word("match", Match::kExact);
    label.state = fields.word("state", LabelState::kPresent);
    label.has_becomes = fields.has("becomes");
    label.becomes = fields.word("becomes", AnnotationKind::kPresence);
    const bool needs_concept = label.state != LabelState::kNotAnnotated;
    label.concept_id = ConceptId(fields.text("concept", needs_concept ? Need::kRequired : Need::kOptional));
    return label;
  }

  void check_label_ids(const Vocabulary& vocabulary, const Place& list) {
    std::set<std::int64_t> seen;
    for (std::size_t i = 0; i < vocabulary.labels.size(); ++i) {
      const std::int64_t id = vocabulary.labels[i].id;
      if (!seen.insert(id).second) mistakes_.add(list.element(i), "duplicate id " + std::to_string(id));
    }
  }

  void read_class(Vocabulary& vocabulary, const std::string& id, const Json& json, const Place& place) {
    const auto number = parse_int(id);
    if (!number) {
      mistakes_.add(place, "a class is named by a number, not " + quoted(id));
      return;
    }
    std::vector<std::string> words;
    for (const Json& word : json.is_array() ? json : Json::array()) words.push_back(scalar_text(word).value_or(""));
    if (!vocabulary.classes.emplace(*number, std::move(words)).second) mistakes_.add(place, "this class stands twice");
  }

  void check_classes(const Vocabulary& vocabulary, const Place& place) {
    std::vector<const Vocabulary*> parts;
    std::vector<std::string> names;
    for (const auto& [name, other] : card_.vocabularies) names.push_back(name);
    for (const std::string& part : vocabulary.parts) {
      const auto found = card_.vocabularies.find(part);
      if (found == card_.vocabularies.end()) {
        mistakes_.add(place.member("parts"), "unknown vocabulary " + quoted(part), hint_for(part, names));
        return;
      }
      parts.push_back(&found->second);
    }
    if (parts.size() != 3) {
      mistakes_.add(place.member("parts"), "must name the vocabularies of instrument, verb and target");
      return;
    }
    for (const auto& [id, words] : vocabulary.classes) {
      check_class(parts, words, place.member("classes").member(std::to_string(id)));
    }
  }

  void check_class(const std::vector<const Vocabulary*>& parts, const std::vector<std::string>& words,
                   const Place& place) {
    if (words.size() != parts.size()) {
      mistakes_.add(place, "must be [instrument, verb, target]");
      return;
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (parts[i]->by_label(words[i])) continue;
      std::vector<std::string> known;
      for (const VocabularyLabel& label : parts[i]->labels) known.push_back(label.label);
      mistakes_.add(place, quoted(words[i]) + " is not a label of " + parts[i]->id, hint_for(words[i], known));
    }
  }

  void read_expected() {
    const Fields expected(fields_.object("expected"), fields_.at("expected"), mistakes_, {"videos", "rows"});
    if (expected.has("videos")) card_.expected["videos"] = expected.integer("videos", 0);
    std::vector<std::string> roles;
    for (const LayoutEntry& entry : card_.layout) roles.push_back(entry.role);
    const Fields rows(expected.object("rows"), expected.at("rows"), mistakes_, roles);
    for (const auto& [role, count] : expected.object("rows").items()) {
      card_.expected["rows." + role] = rows.integer(role, 0);
    }
  }

  void read_splits() {
    const Json& list = fields_.array("splits");
    std::size_t honoured = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Fields fields(list[i], fields_.at("splits").element(i), mistakes_,
                          {"name", "citation", "honoured", "parts"});
      OfficialSplit split;
      split.name = fields.text("name", Need::kRequired);
      split.citation = fields.text("citation");
      split.is_honoured = fields.boolean("honoured", false);
      honoured += split.is_honoured ? 1 : 0;
      if (honoured == 2 && split.is_honoured) fields.mistake("honoured", "only one split of a source can be honoured");
      read_parts(split, fields);
      card_.splits.push_back(std::move(split));
    }
    check_unique(card_.splits, &OfficialSplit::name, fields_.at("splits"), "name", mistakes_);
  }

  void read_parts(OfficialSplit& split, const Fields& fields) {
    const Fields parts(fields.object("parts"), fields.at("parts"), mistakes_, kParts);
    std::map<std::string, std::string> part_of_case;
    for (const auto& [part, unused] : fields.object("parts").items()) {
      for (const std::string& item : parts.texts(part)) {
        for (std::string& key : case_keys(item, parts.at(part))) {
          const auto [known, is_new] = part_of_case.emplace(key, part);
          if (!is_new && known->second != part) {
            parts.mistake(part, "case " + quoted(key) + " is in " + known->second + " already");
          }
          if (is_new) split.parts[part].push_back(std::move(key));
        }
      }
    }
  }

  /// Case keys of one item of a split: "1-40", "7", "BBP12" or a whole key "camma:7".
  std::vector<std::string> case_keys(const std::string& item, const Place& place) {
    if (item.find(':') != std::string::npos) return {item};
    std::vector<std::string> keys;
    for (const std::string& video : videos_of(item, place)) {
      const auto key = case_of(card_, {{"video", video}});
      if (key) {
        keys.push_back(key->text);
      } else {
        mistakes_.add(place, quoted(item) + ": " + key.error().what, "write the whole case key instead");
        return {};
      }
    }
    return keys;
  }

  std::vector<std::string> videos_of(const std::string& item, const Place& place) {
    const std::size_t dash = item.find('-');
    if (dash == std::string::npos) return {item};
    const auto first = parse_int(item.substr(0, dash));
    const auto last = parse_int(item.substr(dash + 1));
    if (!first || !last) return {item};
    if (*last < *first || *last - *first >= kLargestRange) {
      mistakes_.add(place, "not a range: " + quoted(item), "write the smaller number first, as in \"1-40\"");
      return {};
    }
    std::vector<std::string> videos;
    for (std::int64_t video = *first; video <= *last; ++video) videos.push_back(std::to_string(video));
    return videos;
  }

  void check_overlaps() {
    const Json& list = fields_.array("overlaps");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Fields overlap(list[i], fields_.at("overlaps").element(i), mistakes_, {"source", "note"});
      overlap.text("source", Need::kRequired);
      overlap.text("note");
    }
  }

  Fields fields_;
  Mistakes& mistakes_;
  SourceCard card_;
  std::vector<std::pair<std::string, Place>> masks_;  // vocabularies that number masks, and where they are named
  std::set<std::string> captured_;  // names that any layout pattern captures
};

}  // namespace

const VocabularyLabel* Vocabulary::by_id(std::int64_t label_id) const {
  const auto found =
      std::find_if(labels.begin(), labels.end(), [&](const auto& label) { return label.id == label_id; });
  return found == labels.end() ? nullptr : &*found;
}

const VocabularyLabel* Vocabulary::by_label(std::string_view word) const {
  const auto found = std::find_if(labels.begin(), labels.end(), [&](const auto& label) { return label.label == word; });
  return found == labels.end() ? nullptr : &*found;
}

SourceCard source_card_from(const Json& document, const std::string& file, Mistakes& mistakes) {
  return CardReader(document, file, mistakes).read();
}

Result<SourceCard> read_source_card(const Json& document, const std::string& where) {
  Mistakes mistakes;
  SourceCard card = source_card_from(document, where, mistakes);
  if (!mistakes.empty()) return mistakes.as_error(where);
  return card;
}

void check_concepts(const SourceCard& card, const std::string& file, const Ontology& ontology, Mistakes& mistakes) {
  std::vector<std::string> ids;
  for (const Concept& entry : ontology.concepts()) ids.push_back(entry.id.text);
  const auto check = [&](const ConceptId& id, const Place& place) {
    if (id.empty() || ontology.find(id)) return;
    mistakes.add(place, "unknown concept " + quoted(id.text), hint_for(id.text, ids));
  };
  const Place card_place{file, ""};
  check(card.procedure, card_place.member("procedure"));
  for (const auto& [name, vocabulary] : card.vocabularies) {
    const Place labels = card_place.member("vocabularies").member(name).member("labels");
    for (std::size_t i = 0; i < vocabulary.labels.size(); ++i) {
      check(vocabulary.labels[i].concept_id, labels.element(i).member("concept"));
    }
  }
}

Result<CaseId> case_of(const SourceCard& card, const Captures& captures) {
  const auto video = captures.find("video");
  if (video != captures.end()) {
    const auto exception = card.case_map.find(without_leading_zeros(video->second));
    if (exception != card.case_map.end()) return CaseId(exception->second);
  }
  SURGSIGMA_TRY(key, fill_pattern(card.case_key, captures));
  return CaseId(std::move(key));
}

}  // namespace surgsigma
