#include "surgsigma/dialogue/facts.h"

#include <algorithm>

namespace surgsigma {
namespace {

bool contains(const std::vector<int>& items, int item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

void add_once(std::vector<int>& items, int item) {
  if (!contains(items, item)) items.push_back(item);
}

void add_once(std::vector<Seen>& items, int concept_index, std::int64_t ordinal) {
  const bool is_known =
      std::any_of(items.begin(), items.end(), [&](const Seen& seen) { return seen.concept_index == concept_index; });
  if (!is_known) items.push_back({concept_index, ordinal});
}

bool is_null_target(const Surface& surface) { return surface.id.text == "obj.no_target"; }

/// The states in which a record of this kind says something.
bool states_a_fact(const Annotation& row) {
  if (!row.rejected.empty() || row.match == Match::kRelated) return false;
  switch (row.state) {
    case LabelState::kPresent:
    case LabelState::kIdle:
      return true;
    case LabelState::kAbsent:
      return row.kind == AnnotationKind::kCriterion;
    case LabelState::kUncertain:
      // Raters who disagree still have a majority.
      return row.kind == AnnotationKind::kCriterion && row.raters.size() > 1;
    default:
      return false;
  }
}

bool names_what_is_seen(AnnotationKind kind) {
  return kind == AnnotationKind::kPresence || kind == AnnotationKind::kBox || kind == AnnotationKind::kMask ||
         kind == AnnotationKind::kInteraction;
}

double mean_of(const Annotation& row) {
  if (row.value) return *row.value;
  if (!row.raters.empty()) {
    double sum = 0;
    for (const double vote : row.raters) sum += vote;
    return sum / static_cast<double>(row.raters.size());
  }
  return row.state == LabelState::kAbsent ? 0 : 1;
}

/// Takes the one concept that all records of a kind agree on; two different ones leave nothing.
class OneOf {
 public:
  void take(int concept_index, const Record& record) {
    if (concept_index == kNoConcept) return;
    if (found_ && found_.concept_index != concept_index) is_torn_ = true;
    if (!found_) found_ = {concept_index, record.vocabulary, record.row->ordinal};
  }
  void tear() { is_torn_ = true; }
  Exclusive result() const { return is_torn_ ? Exclusive{} : found_; }

 private:
  Exclusive found_;
  bool is_torn_ = false;
};

}  // namespace

bool RoleFacts::has(int concept_index) const {
  return std::any_of(seen.begin(), seen.end(), [&](const Seen& s) { return s.concept_index == concept_index; });
}

void ContextFacts::clear() {
  is_out_of_body = false;
  size = {};
  phase = {};
  step = {};
  for (auto& r : roles) {
    r.seen.clear();
    r.is_total = false;
    r.candidates.clear();
    r.evidence.clear();
    r.doubtful.clear();
  }
  boxes.clear();
  doings.clear();
  are_doings_total = false;
  criteria.clear();
  missing.clear();
}

CardFacts::CardFacts(const SourceCard& card, const Lexicon& lexicon) : prefix_(card.id.text + "/"), lexicon_(lexicon) {
  for (const auto& [name, vocabulary] : card.vocabularies) {
    VocabularyFacts made;
    made.vocabulary = &vocabulary;
    made.is_total = vocabulary.is_closed && vocabulary.is_complete;
    for (const auto& label : vocabulary.labels) {
      const int index = lexicon.index(label.concept_id);
      const bool is_word = label.state == LabelState::kPresent && !label.has_becomes && index != kNoConcept;
      if (is_word) add_once(made.concepts, index);
    }
    vocabularies_.push_back(std::move(made));
  }
  std::size_t at = 0;
  for (const auto& [name, vocabulary] : card.vocabularies) {
    VocabularyFacts& made = vocabularies_[at++];
    if (vocabulary.parts.size() != 3) continue;
    for (std::size_t part = 0; part < 3; ++part) made.parts[part] = find(vocabulary.parts[part]);
    if (contains({made.parts.begin(), made.parts.end()}, -1)) continue;
    for (const auto& [id, words] : vocabulary.classes) {
      if (words.size() != 3) continue;
      std::array<int, 3> concepts{};
      bool is_idle = false;
      for (std::size_t part = 0; part < 3; ++part) {
        const auto* label = (*this)[made.parts[part]].vocabulary->by_label(words[part]);
        concepts[part] = label == nullptr ? kNoConcept : lexicon.index(label->concept_id);
        if (label != nullptr && label->state == LabelState::kIdle && part == 1) is_idle = true;
        if (label != nullptr && label->state == LabelState::kIdle) concepts[part] = kNoConcept;
      }
      if (is_idle) concepts = {concepts[0], lexicon.idle_verb(), kNoConcept};
      const bool is_usable =
          concepts[0] != kNoConcept && concepts[1] != kNoConcept && (is_idle || concepts[2] != kNoConcept);
      if (is_usable) made.classes.push_back({concepts[0], concepts[1], concepts[2], is_idle, 1});
    }
  }
  roles_.resize(vocabularies_.size());
  for (int i = 0; i < size(); ++i) {
    // The instruments of an interaction vocabulary are those of its first part.
    const bool is_interaction = (*this)[i].parts[0] >= 0;
    const int words = is_interaction ? (*this)[i].parts[0] : i;
    for (const int index : (*this)[words].concepts) {
      const auto role = role_of(index, words);
      if (role) roles_[static_cast<std::size_t>(i)][static_cast<std::size_t>(*role)].push_back(index);
    }
  }
}

int CardFacts::find(std::string_view name) const {
  if (name.starts_with(prefix_)) name.remove_prefix(prefix_.size());
  for (std::size_t i = 0; i < vocabularies_.size(); ++i) {
    if (vocabularies_[i].vocabulary->id == name) return static_cast<int>(i);
  }
  return -1;
}

std::optional<Role> CardFacts::role_of(int concept_index, int vocabulary) const {
  const WordKind kind = lexicon_[concept_index].kind;
  if (kind == WordKind::kInstrument) return Role::kInstrument;
  if (kind == WordKind::kAnatomy) return Role::kTissue;
  // A specimen bag is a tool where the source lists it among the tools.
  const bool is_listed_as_tool = vocabulary >= 0 && (*this)[vocabulary].vocabulary->kind == "instrument";
  if (kind == WordKind::kObject && is_listed_as_tool) return Role::kInstrument;
  return std::nullopt;
}

VideoFacts::VideoFacts(const std::vector<Annotation>& annotations, const CardFacts& card, const Lexicon& lexicon)
    : card_(card), lexicon_(lexicon) {
  records_.reserve(annotations.size());
  std::string_view last_name;
  int last_vocabulary = -1;
  for (const Annotation& row : annotations) {
    Record record;
    record.row = &row;
    if (row.vocabulary != last_name) {
      last_name = row.vocabulary;
      last_vocabulary = card.find(last_name);
    }
    record.vocabulary = last_vocabulary;
    record.first = static_cast<std::uint32_t>(concepts_.size());
    record.is_fact = states_a_fact(row);
    for (const ConceptId& id : row.concepts) {
      int index = id.empty() ? kNoConcept : lexicon.index(id);
      if (index == kNoConcept && !id.empty()) {
        record.is_fact = false;
        if (std::find(unknown_concepts_.begin(), unknown_concepts_.end(), id.text) == unknown_concepts_.end()) {
          unknown_concepts_.push_back(id.text);
        }
      }
      // Only an interaction may leave a word open; a presence list with a hole in it is no closed list.
      if (id.empty() && row.kind != AnnotationKind::kInteraction) record.is_fact = false;
      concepts_.push_back(index);
    }
    record.size = static_cast<std::uint32_t>(row.concepts.size());
    labelled_end_ = std::max(labelled_end_, row.end_us);
    const auto number = static_cast<std::uint32_t>(records_.size());
    const bool is_copy = row.rejected == "duplicate";  // another record in use says the same: nothing is in doubt
    if (!record.is_fact && !is_copy)
      doubts_.push_back({{row.begin_us, std::max(row.end_us, row.begin_us + 1)}, 0, number});
    const bool is_presence = row.kind == AnnotationKind::kPresence && record.vocabulary >= 0;
    for (std::size_t r = 0; is_presence && r < kRoles; ++r) {
      if (!card.of_role(record.vocabulary, static_cast<Role>(r)).empty()) has_presence_[r] = true;
    }
    records_.push_back(record);
  }
  std::stable_sort(doubts_.begin(), doubts_.end(),
                   [](const Doubt& a, const Doubt& b) { return a.range.begin < b.range.begin; });
  Microseconds latest = 0;
  for (Doubt& doubt : doubts_) doubt.latest_end = latest = std::max(latest, doubt.range.end);
}

const Record* VideoFacts::find(std::int64_t ordinal) const {
  if (records_.empty()) return nullptr;
  const auto guess = static_cast<std::uint64_t>(ordinal - records_.front().row->ordinal);
  if (guess < records_.size() && records_[guess].row->ordinal == ordinal) return &records_[guess];
  const auto at =
      std::lower_bound(records_.begin(), records_.end(), ordinal,
                       [](const Record& record, std::int64_t wanted) { return record.row->ordinal < wanted; });
  return at != records_.end() && at->row->ordinal == ordinal ? &*at : nullptr;
}

template <class Take>
void VideoFacts::each_doubt(TimeRange range, Take&& take) const {
  auto at = std::partition_point(doubts_.begin(), doubts_.end(),
                                 [&](const Doubt& doubt) { return doubt.range.begin < range.end; });
  while (at != doubts_.begin()) {
    --at;
    if (at->latest_end <= range.begin) return;
    if (at->range.end > range.begin) take(records_[at->record]);
  }
}

bool VideoFacts::has_doubt(AnnotationKind kind, TimeRange range) const {
  bool found = false;
  each_doubt(range, [&](const Record& record) { found = found || record.row->kind == kind; });
  return found;
}

std::optional<SeenDoing> VideoFacts::doing_of(const Record& record) const {
  SeenDoing seen;
  seen.doing = {concept_of(record, 0), concept_of(record, 1), concept_of(record, 2), false, 1};
  if (seen.doing.instrument == kNoConcept) return std::nullopt;
  seen.vocabulary = record.vocabulary;
  seen.ordinal = record.row->ordinal;
  Doing& doing = seen.doing;
  doing.is_idle =
      record.row->state == LabelState::kIdle || (doing.verb != kNoConcept && doing.verb == lexicon_.idle_verb());
  const bool has_null_target = doing.target != kNoConcept && is_null_target(lexicon_[doing.target]);
  if (doing.is_idle) doing.verb = lexicon_.idle_verb();
  if (doing.is_idle || has_null_target) doing.target = kNoConcept;
  seen.is_whole = doing.is_idle || (doing.verb != kNoConcept && (doing.target != kNoConcept || has_null_target));
  return seen;
}

void VideoFacts::take_record(const Record& record, ContextFacts& facts) const {
  const Annotation& row = *record.row;
  const std::size_t words =
      row.kind == AnnotationKind::kInteraction ? std::min<std::size_t>(record.size, 1) : record.size;
  if (names_what_is_seen(row.kind)) {
    for (std::size_t i = 0; i < words; ++i) {
      const int index = concept_of(record, i);
      if (index == kNoConcept) continue;
      const auto role = card_.role_of(index, record.vocabulary);
      if (!role) continue;
      RoleFacts& seen = facts.role(*role);
      add_once(seen.seen, index, row.ordinal);
      seen.evidence.push_back(row.ordinal);
    }
  }
  if (row.kind == AnnotationKind::kBox && record.size > 0 && row.x1 && row.y1 && row.x2 && row.y2) {
    Box box{*row.x1, *row.y1, *row.x2, *row.y2};
    const bool is_scaled = row.width && row.height && *row.width > 0 && *row.height > 0 &&
                           (*row.width != facts.size.width || *row.height != facts.size.height);
    if (is_scaled) {
      const double sx = static_cast<double>(facts.size.width) / *row.width;
      const double sy = static_cast<double>(facts.size.height) / *row.height;
      box = {box.x1 * sx, box.y1 * sy, box.x2 * sx, box.y2 * sy};
    }
    const auto inside = clamped(box, facts.size);
    if (inside && concept_of(record, 0) != kNoConcept) {
      facts.boxes.push_back({concept_of(record, 0), *inside, row.box_scope, row.ordinal});
    }
  }
  if (row.kind == AnnotationKind::kInteraction) {
    if (const auto seen = doing_of(record)) facts.doings.push_back(*seen);
    // What an instrument acts on is there, but nobody listed it: it is neither asserted nor denied as seen.
    const int target = concept_of(record, 2);
    const auto role = target == kNoConcept ? std::nullopt : card_.role_of(target, -1);
    if (role) facts.role(*role).doubtful.push_back(target);
  }
  if (row.kind == AnnotationKind::kCriterion && concept_of(record, 0) != kNoConcept) {
    facts.criteria.push_back({concept_of(record, 0), mean_of(row), row.ordinal});
  }
  const bool is_flag = row.kind == AnnotationKind::kFlag && lexicon_.out_of_body() != kNoConcept;
  if (is_flag && concept_of(record, 0) == lexicon_.out_of_body()) facts.is_out_of_body = true;
}

void VideoFacts::close_roles(const ContextRow& context, ContextFacts& facts) const {
  const TimeRange range{context.begin_us, std::max(context.end_us, context.begin_us + 1)};
  // Doubts of any kind: which vocabularies are no longer closed here, and which words are open.
  std::uint64_t broken = 0;
  each_doubt(range, [&](const Record& record) {
    if (record.vocabulary >= 0 && record.vocabulary < 64) broken |= std::uint64_t{1} << record.vocabulary;
    for (std::size_t i = 0; i < record.size; ++i) {
      const int index = concept_of(record, i);
      if (index == kNoConcept) continue;
      if (const auto role = card_.role_of(index, record.vocabulary)) facts.role(*role).doubtful.push_back(index);
    }
  });
  const auto is_whole = [&](int vocabulary) {
    return vocabulary >= 0 && vocabulary < 64 && card_[vocabulary].is_total && (broken >> vocabulary & 1) == 0;
  };
  if (context.subject == Subject::kClip) return;  // a list of a moment says nothing of a whole clip
  bool has_interactions = false;
  bool are_interactions_whole = true;
  for (const std::int64_t ordinal : context.ordinals) {
    const Record* record = find(ordinal);
    if (record == nullptr || !record->is_fact || !names_what_is_seen(record->row->kind)) continue;
    const AnnotationKind kind = record->row->kind;
    if (kind == AnnotationKind::kInteraction) {
      has_interactions = true;
      const bool is_triplet_list = is_whole(record->vocabulary) && card_[record->vocabulary].parts[0] >= 0;
      are_interactions_whole = are_interactions_whole && is_triplet_list;
    }
    if (!is_whole(record->vocabulary)) continue;
    for (std::size_t r = 0; r < kRoles; ++r) {
      const auto& words = card_.of_role(record->vocabulary, static_cast<Role>(r));
      // Where the source tells presence by itself, a frame without that list is not closed by its boxes.
      const bool closes = words.size() > 1 && (kind == AnnotationKind::kPresence || !has_presence_[r]);
      if (!closes) continue;
      RoleFacts& role = facts.roles[r];
      role.is_total = true;
      for (const int word_index : words) add_once(role.candidates, word_index);
      if (std::find(role.evidence.begin(), role.evidence.end(), ordinal) == role.evidence.end()) {
        role.evidence.push_back(ordinal);
      }
    }
  }
  // An instrument that is seen but has no deed may be idle, or its deed was not annotated.
  const auto& instruments = facts.role(Role::kInstrument).seen;
  const bool has_each_its_deed = std::all_of(instruments.begin(), instruments.end(), [&](const Seen& seen) {
    return std::any_of(facts.doings.begin(), facts.doings.end(),
                       [&](const SeenDoing& d) { return d.doing.instrument == seen.concept_index; });
  });
  facts.are_doings_total = has_interactions && are_interactions_whole && has_each_its_deed &&
                           (!has_presence_[0] || facts.role(Role::kInstrument).is_total);
}

void VideoFacts::of_context(const ContextRow& context, ContextFacts& facts) const {
  facts.clear();
  facts.size = {context.width.value_or(0), context.height.value_or(0)};
  const bool is_clip = context.subject == Subject::kClip;
  OneOf phase;
  OneOf step;
  for (const std::int64_t ordinal : context.ordinals) {
    const Record* record = find(ordinal);
    if (record == nullptr) {
      facts.missing.push_back(ordinal);
      continue;
    }
    if (!record->is_fact) continue;
    const Annotation& row = *record->row;
    const bool is_size_open = facts.size.width <= 0 || facts.size.height <= 0;
    if (is_size_open && row.width && row.height) facts.size = {*row.width, *row.height};
    const bool is_workflow = row.kind == AnnotationKind::kPhase || row.kind == AnnotationKind::kStep;
    if (is_workflow) {
      const bool covers = !is_clip || (row.begin_us <= context.begin_us && row.end_us >= context.end_us);
      OneOf& one = row.kind == AnnotationKind::kPhase ? phase : step;
      // In a clip only what lasts throughout is its phase; anything else tears it.
      one.take(concept_of(*record, 0), *record);
      if (!covers) one.tear();
      continue;
    }
    take_record(*record, facts);
  }
  const TimeRange range{context.begin_us, std::max(context.end_us, context.begin_us + 1)};
  if (!has_doubt(AnnotationKind::kPhase, range)) facts.phase = phase.result();
  if (!has_doubt(AnnotationKind::kStep, range)) facts.step = step.result();
  close_roles(context, facts);
}

}  // namespace surgsigma
