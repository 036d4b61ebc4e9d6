#include "surgsigma/reason/scene.h"

#include <algorithm>
#include <set>

namespace surgsigma::chain {
namespace {

constexpr double kSameBox = 0.7;  // overlap from which two boxes of a class may be one object told twice

void cite(Ordinals& evidence, std::int64_t ordinal) {
  if (std::find(evidence.begin(), evidence.end(), ordinal) == evidence.end()) evidence.push_back(ordinal);
}

bool is_told_twice(const Annotation& row) { return row.rejected == "duplicate"; }

/// Takes the one concept on which all records of a kind agree.
void agree(SceneLabel& label, bool& is_torn, int concept_index, std::int64_t ordinal) {
  if (concept_index == kNone) return;
  if (label && label.concept_index != concept_index) is_torn = true;
  if (!label) label.concept_index = concept_index;
  if (label.concept_index == concept_index) cite(label.evidence, ordinal);
}

}  // namespace

void Scene::clear() {
  is_out_of_body = false;
  things.clear();
  boxes.clear();
  deeds.clear();
  are_deeds_whole = true;
  phase = {};
  step = {};
  criteria.clear();
  lists.clear();
  are_instruments_total = false;
  are_tissues_total = false;
}

bool Scene::has_instruments() const {
  return std::any_of(things.begin(), things.end(), [](const SceneThing& t) { return t.is_instrument; });
}

bool Scene::has_structures() const {
  return std::any_of(things.begin(), things.end(), [](const SceneThing& t) { return !t.is_instrument; });
}

int Scene::count_of(int concept_index) const {
  for (const SceneThing& thing : things) {
    if (thing.concept_index == concept_index) return thing.count;
  }
  return 0;
}

CardWords::CardWords(const SourceCard& card, const Words& words) : prefix_(card.id.text + "/") {
  const auto count = [&](const Vocabulary& vocabulary, Row& row) {
    std::set<int> instruments;
    std::set<int> tissues;
    for (const VocabularyLabel& label : vocabulary.labels) {
      const int index = words.index(label.concept_id.text);
      if (index == kNone || label.has_becomes || label.state != LabelState::kPresent) continue;
      const Sort sort = words[index].sort;
      const bool is_tool = sort == Sort::kInstrument || (sort == Sort::kObject && vocabulary.kind == "instrument");
      if (is_tool) instruments.insert(index);
      if (sort == Sort::kAnatomy) tissues.insert(index);
    }
    row.instruments = static_cast<int>(instruments.size());
    row.tissues = static_cast<int>(tissues.size());
  };
  for (const auto& [name, vocabulary] : card.vocabularies) {
    Row row;
    row.name = name;
    row.is_total = vocabulary.is_closed && vocabulary.is_complete;
    row.is_of_instruments = vocabulary.kind == "instrument";
    const auto first = vocabulary.parts.empty() ? card.vocabularies.end() : card.vocabularies.find(vocabulary.parts[0]);
    count(first == card.vocabularies.end() ? vocabulary : first->second, row);
    rows_.push_back(std::move(row));
  }
}

const CardWords::Row* CardWords::find(std::string_view name) const {
  if (name.starts_with(prefix_)) name.remove_prefix(prefix_.size());
  for (const Row& row : rows_) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

SceneReader::SceneReader(const VideoRow& video, const RecordTable& records, const CardWords& card, const Words& words)
    : video_(video), records_(records), card_(card), words_(words) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Annotation& row = records.row(i);
    if (row.kind == AnnotationKind::kPresence) {
      const CardWords::Row* vocabulary = card.find(row.vocabulary);
      has_presence_ = has_presence_ || (vocabulary != nullptr && vocabulary->instruments > 0);
    }
    if (states_fact(row) || is_told_twice(row)) continue;
    doubts_.push_back({{row.begin_us, std::max(row.end_us, row.begin_us + 1)}, row.kind, row.vocabulary});
  }
  std::stable_sort(doubts_.begin(), doubts_.end(),
                   [](const Doubt& a, const Doubt& b) { return a.time.begin < b.time.begin; });
  Microseconds latest = 0;
  for (const Doubt& doubt : doubts_) {
    latest = std::max(latest, doubt.time.end);
    latest_end_.push_back(latest);
  }
}

/// A doubtful record of the vocabulary holds at `t`.
bool SceneReader::has_doubt(std::string_view vocabulary, Microseconds t) const {
  auto after = std::partition_point(doubts_.begin(), doubts_.end(), [&](const Doubt& d) { return d.time.begin <= t; });
  for (auto at = after - doubts_.begin(); at-- > 0;) {
    if (latest_end_[static_cast<std::size_t>(at)] <= t) return false;
    const Doubt& doubt = doubts_[static_cast<std::size_t>(at)];
    if (doubt.time.contains(t) && doubt.vocabulary == vocabulary) return true;
  }
  return false;
}

SceneThing& SceneReader::thing(Scene& scene, int concept_index, bool is_instrument) {
  for (SceneThing& known : scene.things) {
    if (known.concept_index == concept_index) return known;
  }
  SceneThing& made = scene.things.emplace_back();
  made.concept_index = concept_index;
  made.is_instrument = is_instrument;
  return made;
}

void SceneReader::read(const ContextRow& context, Microseconds until, Scene& scene) {
  scene.clear();
  instances_.clear();
  positions_.clear();
  const bool is_clip = context.subject == Subject::kClip;
  bool is_phase_torn = false;
  bool is_step_torn = false;
  for (const std::int64_t ordinal : context.ordinals) {
    const std::size_t position = records_.find(ordinal);
    if (position == records_.size()) continue;
    const Annotation& row = records_.row(position);
    if (!states_fact(row) || (is_clip && row.begin_us >= until)) continue;
    positions_.push_back(position);
    const bool is_workflow = row.kind == AnnotationKind::kPhase || row.kind == AnnotationKind::kStep;
    if (!is_workflow) {
      read_record(context, position, scene);
      continue;
    }
    const bool is_phase = row.kind == AnnotationKind::kPhase;
    bool& is_torn = is_phase ? is_phase_torn : is_step_torn;
    const bool covers = !is_clip || (row.begin_us <= context.begin_us && row.end_us >= std::min(context.end_us, until));
    if (!covers) is_torn = true;
    agree(is_phase ? scene.phase : scene.step, is_torn, records_.concept_at(position, 0), ordinal);
    if (!is_clip && has_doubt(row.vocabulary, context.begin_us)) is_torn = true;
  }
  if (is_phase_torn) scene.phase = {};
  if (is_step_torn) scene.step = {};
  if (is_clip) return;
  count_instances(scene);
  close_lists(context, scene);
}

void SceneReader::read_record(const ContextRow& context, std::size_t position, Scene& scene) {
  const Annotation& row = records_.row(position);
  const auto concepts = records_.concepts(position);
  switch (row.kind) {
    case AnnotationKind::kPresence:
    case AnnotationKind::kBox:
    case AnnotationKind::kMask: {
      const CardWords::Row* vocabulary = nullptr;
      for (const int index : concepts) {
        if (index == kNone) continue;
        const Sort sort = words_[index].sort;
        bool is_instrument = sort == Sort::kInstrument;
        if (sort == Sort::kObject) {
          if (vocabulary == nullptr) vocabulary = card_.find(row.vocabulary);
          is_instrument = vocabulary != nullptr && vocabulary->is_of_instruments;
        }
        const bool is_thing = is_instrument || sort == Sort::kAnatomy || sort == Sort::kObject;
        if (!is_thing || index == words_.no_target()) continue;
        SceneThing& seen = thing(scene, index, is_instrument);
        seen.is_answer = true;
        cite(seen.evidence, row.ordinal);
        if (row.kind == AnnotationKind::kPresence) continue;
        instances_.push_back({index, row.instance ? *row.instance : -1, row.kind == AnnotationKind::kBox});
      }
      if (row.kind == AnnotationKind::kBox && context.subject == Subject::kFrame) read_box(context, position, scene);
      break;
    }
    case AnnotationKind::kInteraction:
      read_interaction(position, scene, context.subject == Subject::kClip);
      break;
    case AnnotationKind::kCriterion:
      if (concepts.size() == 1 && concepts[0] != kNone && words_[concepts[0]].sort == Sort::kCriterion) {
        scene.criteria.push_back({concepts[0], criterion_value(row), row.ordinal});
      }
      break;
    case AnnotationKind::kFlag: {
      const int index = concepts.empty() ? kNone : concepts[0];
      const bool is_outside =
          index != kNone && words_.out_of_body() != kNone && words_.is_a(index, words_.out_of_body());
      scene.is_out_of_body = scene.is_out_of_body || is_outside;
      break;
    }
    default:
      break;
  }
}

void SceneReader::read_interaction(std::size_t position, Scene& scene, bool is_clip) {
  const Annotation& row = records_.row(position);
  SceneDeed deed;
  deed.instrument = records_.concept_at(position, 0);
  deed.verb = records_.concept_at(position, 1);
  deed.target = records_.concept_at(position, 2);
  if (deed.instrument == kNone) {
    scene.are_deeds_whole = false;
    return;
  }
  deed.is_idle = row.state == LabelState::kIdle || (deed.verb != kNone && deed.verb == words_.idle_verb());
  if (deed.is_idle || deed.target == words_.no_target()) deed.target = kNone;
  if (deed.is_idle) deed.verb = words_.idle_verb();
  SceneThing& tool = thing(scene, deed.instrument, true);
  tool.is_instrument = true;
  tool.is_answer = true;
  cite(tool.evidence, row.ordinal);
  instances_.push_back({deed.instrument, row.instance ? *row.instance : -1, false});
  if (deed.target != kNone) cite(thing(scene, deed.target, false).evidence, row.ordinal);
  const bool is_known = deed.is_idle || (deed.verb != kNone && words_[deed.verb].is_sayable);
  if (!is_known) {
    scene.are_deeds_whole = false;
    return;
  }
  for (SceneDeed& known : scene.deeds) {
    const bool is_same = known.instrument == deed.instrument && known.verb == deed.verb &&
                         known.target == deed.target && known.is_idle == deed.is_idle;
    if (!is_same) continue;
    // In a clip the same deed goes on from picture to picture: instances of different pictures do not add up.
    if (!is_clip) ++known.count;
    known.evidence.push_back(row.ordinal);
    return;
  }
  deed.count = 1;
  if (row.instance) deed.instance = *row.instance;
  deed.evidence.push_back(row.ordinal);
  scene.deeds.push_back(std::move(deed));
}

void SceneReader::read_box(const ContextRow& context, std::size_t position, Scene& scene) {
  const Annotation& row = records_.row(position);
  const int index = records_.concept_at(position, 0);
  const bool is_whole = row.x1 && row.y1 && row.x2 && row.y2 && index != kNone;
  if (!is_whole) return;
  SceneBox made;
  made.concept_index = index;
  made.box = {*row.x1, *row.y1, *row.x2, *row.y2};
  const auto width = row.width ? row.width : context.width ? context.width : video_.width;
  const auto height = row.height ? row.height : context.height ? context.height : video_.height;
  if (!width || !height || *width <= 0 || *height <= 0 || made.box.area() <= 0) return;
  made.size = {*width, *height};
  made.is_tip = row.box_scope == BoxScope::kTip;
  made.cell = grid_cell(made.box, made.size);
  const std::string_view side = side_word(made.box, made.size);
  made.side = static_cast<int>(std::find(kSides.begin(), kSides.end(), side) - kSides.begin());
  made.ordinal = row.ordinal;
  scene.boxes.push_back(made);
}

/// Counts the distinct instances of each instrument and structure where every record of it names its instance.
void SceneReader::count_instances(Scene& scene) {
  for (SceneThing& seen : scene.things) {
    std::vector<std::int64_t> known;
    bool is_countable = true;
    for (const Instance& instance : instances_) {
      if (instance.concept_index != seen.concept_index) continue;
      if (instance.instance < 0) is_countable = false;
      if (std::find(known.begin(), known.end(), instance.instance) == known.end()) known.push_back(instance.instance);
    }
    // Two files of a release may draw the same object twice, under two numbers.
    for (std::size_t i = 0; is_countable && i < scene.boxes.size(); ++i) {
      if (scene.boxes[i].concept_index != seen.concept_index) continue;
      for (std::size_t j = i + 1; j < scene.boxes.size(); ++j) {
        const bool is_same_class = scene.boxes[j].concept_index == seen.concept_index;
        if (is_same_class && iou(scene.boxes[i].box, scene.boxes[j].box) > kSameBox) is_countable = false;
      }
    }
    seen.count = is_countable ? static_cast<int>(known.size()) : 0;
  }
}

void SceneReader::close_lists(const ContextRow& context, Scene& scene) {
  std::string_view last_name;
  const CardWords::Row* last = nullptr;
  bool is_doubtful = false;
  for (const std::size_t position : positions_) {
    const Annotation& row = records_.row(position);
    const bool names_things = row.kind == AnnotationKind::kPresence || row.kind == AnnotationKind::kBox ||
                              row.kind == AnnotationKind::kMask || row.kind == AnnotationKind::kInteraction;
    if (!names_things) continue;
    if (row.vocabulary != last_name || last == nullptr) {
      last_name = row.vocabulary;
      last = card_.find(last_name);
      is_doubtful = last != nullptr && last->is_total && has_doubt(last_name, context.begin_us);
    }
    if (last == nullptr || !last->is_total || is_doubtful) continue;
    const bool is_list = row.kind == AnnotationKind::kPresence;
    // Where the source tells presence by itself, a picture without that list is not closed by its boxes.
    if (last->instruments > 1 && (is_list || !has_presence_)) scene.are_instruments_total = true;
    if (last->tissues > 1) scene.are_tissues_total = true;
    if (!is_list || !last->is_of_instruments || row.state != LabelState::kPresent) continue;
    ScenePresence list;
    list.vocabulary = last->name;
    list.ordinal = row.ordinal;
    bool is_known = true;
    for (const int index : records_.concepts(position)) {
      is_known = is_known && index != kNone;
      list.concepts.push_back(index);
    }
    if (is_known) scene.lists.push_back(std::move(list));
  }
}

}  // namespace surgsigma::chain
