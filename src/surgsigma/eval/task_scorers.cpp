#include "surgsigma/eval/task_scorers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/metrics/boxes.h"
#include "surgsigma/eval/metrics/caption_facts.h"
#include "surgsigma/eval/metrics/captions.h"
#include "surgsigma/eval/metrics/choices.h"
#include "surgsigma/eval/metrics/clip_classes.h"
#include "surgsigma/eval/metrics/coco_ap.h"
#include "surgsigma/eval/metrics/depth.h"
#include "surgsigma/eval/metrics/generation.h"
#include "surgsigma/eval/metrics/label_sets.h"
#include "surgsigma/eval/metrics/phases.h"
#include "surgsigma/eval/metrics/pictures.h"
#include "surgsigma/eval/metrics/reasoning.h"
#include "surgsigma/eval/metrics/remaining_time.h"
#include "surgsigma/eval/metrics/safety.h"
#include "surgsigma/eval/metrics/segmental.h"
#include "surgsigma/eval/metrics/segmentation.h"
#include "surgsigma/eval/metrics/triplet_detection.h"
#include "surgsigma/eval/metrics/triplet_sets.h"
#include "surgsigma/eval/metrics/triplets.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// What a family needs besides the answers.
struct World {
  const std::vector<const Judged*>& open;
  const CaseNumbers& cases;
  const TestFacts& facts;
  const Catalog& catalog;
  int jobs;
};

/// Ids by number, in rising order.
class Numbers {
 public:
  void add(const std::string& id) { ids_.insert(id); }
  void close() { names_.assign(ids_.begin(), ids_.end()); }
  const std::vector<std::string>& names() const { return names_; }
  int of(const std::string& id) const {
    const auto found = std::lower_bound(names_.begin(), names_.end(), id);
    return found != names_.end() && *found == id ? static_cast<int>(found - names_.begin()) : -1;
  }

 private:
  std::set<std::string> ids_;
  std::vector<std::string> names_;
};

const std::vector<ConceptId>& concepts_of(const Answer& answer) {
  static const std::vector<ConceptId> none;
  const auto* concepts = std::get_if<ConceptsAnswer>(&answer.value);
  return concepts ? concepts->concepts : none;
}

/// The classes of a test: those of the vocabularies, and what the gold answers name.
Numbers classes_of(const World& world) {
  Numbers numbers;
  for (const Judged* judged : world.open) {
    const auto vocabulary = world.facts.vocabularies.find(judged->question->source);
    if (vocabulary != world.facts.vocabularies.end()) {
      for (const ConceptId& id : vocabulary->second.concepts) numbers.add(id.text);
    }
    for (const ConceptId& id : concepts_of(judged->question->gold)) numbers.add(id.text);
  }
  numbers.close();
  return numbers;
}

std::size_t case_of(const World& world, const Judged& judged) {
  return world.cases.number_of(judged.question->case_id);
}

/// The one class of an answer; kUnreadAnswer or kNoSuchClass.
int class_of(const Judged& judged, const Numbers& classes) {
  if (!judged.read.is_read()) return kUnreadAnswer;
  const auto& said = concepts_of(judged.read.answer);
  if (said.size() != 1) return kNoSuchClass;
  const int number = classes.of(said.front().text);
  return number < 0 ? kNoSuchClass : number;
}

Result<Scorer> clip_classes(const World& world) {
  const Numbers classes = classes_of(world);
  ClipClassInput input{classes.names(), world.cases.names.size(), {}};
  for (const Judged* judged : world.open) {
    const auto& truth = concepts_of(judged->question->gold);
    if (truth.size() != 1) {
      return Error{ErrorKind::kData, std::to_string(truth.size()) + " classes where one is right", judged->question->id,
                   "such a question belongs to a task of sets"};
    }
    input.items.push_back({case_of(world, *judged), classes.of(truth.front().text), class_of(*judged, classes)});
  }
  return clip_class_scorer(input);
}

/// Videos in order of their names, the frames of each in order of time.
Result<Scorer> phases(const World& world) {
  const Numbers classes = classes_of(world);
  if (classes.names().size() > 30'000) return Error{ErrorKind::kData, "too many classes", "phases", ""};
  std::map<std::string, std::vector<const Judged*>> videos;
  for (const Judged* judged : world.open) videos[judged->question->video].push_back(judged);
  PhaseInput input;
  input.phases = classes.names();
  input.cases = world.cases.names.size();
  for (auto& [name, frames] : videos) {
    std::stable_sort(frames.begin(), frames.end(),
                     [](const Judged* a, const Judged* b) { return a->question->begin_us < b->question->begin_us; });
    LabelTrack track;
    track.case_number = case_of(world, *frames.front());
    for (const Judged* judged : frames) {
      const auto& truth = concepts_of(judged->question->gold);
      track.truth.push_back(static_cast<std::int16_t>(truth.size() == 1 ? classes.of(truth.front().text) : -1));
      track.answer.push_back(static_cast<std::int16_t>(std::max(class_of(*judged, classes), -1)));
    }
    input.videos.push_back(std::move(track));
  }
  return phase_scorer(input);
}

Result<Scorer> label_sets(const World& world) {
  const Numbers classes = classes_of(world);
  LabelSetInput input{classes.names(), world.cases.names.size(), {}, {}};
  const bool has_scores = std::all_of(world.open.begin(), world.open.end(),
                                      [](const Judged* judged) { return !judged->prediction->scores.empty(); });
  for (const Judged* judged : world.open) {
    LabelSetItem item;
    item.case_number = case_of(world, *judged);
    for (const ConceptId& id : concepts_of(judged->question->gold)) item.truth.push_back(classes.of(id.text));
    if (judged->read.is_read()) {
      item.answer.emplace();
      item.unknown = static_cast<int>(judged->read.out_of_vocabulary.size());
      for (const ConceptId& id : concepts_of(judged->read.answer)) {
        const int number = classes.of(id.text);
        if (number >= 0)
          item.answer->push_back(number);
        else
          ++item.unknown;
      }
    }
    const auto vocabulary = world.facts.vocabularies.find(judged->question->source);
    for (std::size_t i = 0; vocabulary != world.facts.vocabularies.end() && i < classes.names().size(); ++i) {
      const auto& known = vocabulary->second.concepts;
      const ConceptId id(classes.names()[i]);
      const int number = static_cast<int>(i);
      const bool is_true = std::find(item.truth.begin(), item.truth.end(), number) != item.truth.end();
      if (!known.empty() && !is_true && std::find(known.begin(), known.end(), id) == known.end())
        item.not_annotated.push_back(number);
    }
    if (has_scores) {
      std::vector<double> row(classes.names().size(), -std::numeric_limits<double>::max());
      for (const auto& [id, score] : judged->prediction->scores) {
        const int number = classes.of(id);
        if (number < 0) {
          return Error{ErrorKind::kData, "a score for " + quoted(id) + ", which is no class of this test",
                       judged->question->id, "classes are concept ids: " + join(classes.names(), ", ")};
        }
        row[static_cast<std::size_t>(number)] = score;
      }
      input.scores.insert(input.scores.end(), row.begin(), row.end());
    }
    input.items.push_back(std::move(item));
  }
  return label_set_scorer(input);
}

std::vector<Box> boxes_in(const Answer& answer) {
  std::vector<Box> boxes;
  if (const auto* placed = std::get_if<BoxesAnswer>(&answer.value)) {
    for (const PlacedConcept& one : placed->boxes) boxes.push_back(one.box);
  }
  return boxes;
}

std::uint16_t cells_in(const Answer& answer) {
  std::uint16_t cells = 0;
  if (const auto* placed = std::get_if<BoxesAnswer>(&answer.value)) {
    for (const PlacedConcept& one : placed->boxes) {
      for (const int cell : one.cells) cells |= static_cast<std::uint16_t>(1U << cell);
    }
  }
  return cells;
}

Result<Scorer> boxes(const World& world) {
  Numbers classes;
  const auto label = [](const Judged& judged) {
    const auto* placed = std::get_if<BoxesAnswer>(&judged.question->gold.value);
    return placed == nullptr || placed->boxes.empty() ? std::string("not_present")
                                                      : placed->boxes.front().concept_id.text;
  };
  for (const Judged* judged : world.open) classes.add(label(*judged));
  classes.close();
  BoxesInput input;
  input.cases = world.cases.names.size();
  input.labels = classes.names();
  for (const Judged* judged : world.open) {
    const Answer& gold = judged->question->gold;
    const bool is_read = judged->read.is_read();
    if (const auto* placed = std::get_if<BoxesAnswer>(&gold.value); placed != nullptr && placed->is_grid) {
      input.grid.push_back({case_of(world, *judged), cells_in(gold),
                            is_read ? cells_in(judged->read.answer) : std::uint16_t{0}, is_read});
      continue;
    }
    input.queries.push_back({case_of(world, *judged), static_cast<std::size_t>(classes.of(label(*judged))),
                             boxes_in(gold), is_read ? boxes_in(judged->read.answer) : std::vector<Box>(), is_read});
  }
  return boxes_scorer(input);
}

Result<Scorer> triplets(const World& world) {
  Numbers words;
  const auto each = [](const Answer& answer, const auto& take) {
    if (const auto* set = std::get_if<TripletsAnswer>(&answer.value)) {
      for (const Triplet& triplet : set->triplets) take(triplet);
    }
  };
  const auto learn = [&](const Triplet& triplet) {
    for (const ConceptId& id : {triplet.instrument, triplet.verb, triplet.target}) words.add(id.text);
  };
  for (const Judged* judged : world.open) {
    each(judged->question->gold, learn);
    each(judged->read.answer, learn);
  }
  words.close();
  std::vector<TripletSetFrame> frames;
  for (const Judged* judged : world.open) {
    TripletSetFrame frame;
    frame.case_number = case_of(world, *judged);
    frame.is_readable = judged->read.is_read();
    const auto numbered = [&](std::vector<TripletNumbers>& into) {
      return [&](const Triplet& triplet) {
        into.push_back({words.of(triplet.instrument.text), words.of(triplet.verb.text), words.of(triplet.target.text)});
      };
    };
    each(judged->question->gold, numbered(frame.truth));
    if (frame.is_readable) each(judged->read.answer, numbered(frame.answer));
    frames.push_back(std::move(frame));
  }
  return triplet_sets(world.cases.names.size(), frames);
}

double seconds_of(const Answer& answer) {
  const auto* duration = std::get_if<DurationAnswer>(&answer.value);
  return duration ? static_cast<double>(duration->duration) / 1e6 : 0;
}

/// The weighted median of the training part's answers.
std::optional<double> train_median(const TestFacts& facts) {
  std::vector<std::pair<double, std::int64_t>> durations;
  std::int64_t all = 0;
  for (const PriorAnswer& prior : facts.priors) {
    if (!std::holds_alternative<DurationAnswer>(prior.answer.value)) continue;
    durations.emplace_back(seconds_of(prior.answer), prior.count);
    all += prior.count;
  }
  std::sort(durations.begin(), durations.end());
  std::int64_t below = 0;
  for (const auto& [seconds, count] : durations) {
    below += count;
    if (2 * below >= all) return seconds;
  }
  return std::nullopt;
}

Result<Scorer> remaining_time(const World& world) {
  RemainingTimeInput input;
  input.cases = world.cases.names.size();
  input.horizon_s = 10;
  input.train_median_s = train_median(world.facts);
  std::map<std::string, std::int64_t> clips;
  for (const Judged* judged : world.open) {
    const auto clip = clips.emplace(judged->question->video, static_cast<std::int64_t>(clips.size())).first->second;
    input.items.push_back({case_of(world, *judged), clip, seconds_of(judged->question->gold),
                           judged->read.is_read() ? std::optional(seconds_of(judged->read.answer)) : std::nullopt});
  }
  return remaining_time_scorer(input);
}

Result<Scorer> safety(const World& world) {
  Numbers criteria;
  const auto marks = [](const Answer& answer) {
    const auto* made = std::get_if<CriteriaAnswer>(&answer.value);
    return made ? made->criteria : std::vector<CriterionMark>();
  };
  for (const Judged* judged : world.open) {
    for (const CriterionMark& mark : marks(judged->question->gold)) criteria.add(mark.criterion.text);
  }
  criteria.close();
  const std::size_t count = criteria.names().size();
  SafetyInput input;
  input.criteria = criteria.names();
  input.cases = world.cases.names.size();
  for (const Judged* judged : world.open) {
    const auto truth = marks(judged->question->gold);
    if (truth.size() != count) {
      return Error{ErrorKind::kData, "criteria of several protocols in one test", judged->question->id,
                   "choose sources of one protocol"};
    }
    std::vector<double> means(count, 0);
    std::vector<std::int8_t> answers(count, -1);
    for (const CriterionMark& mark : truth) {
      means[static_cast<std::size_t>(criteria.of(mark.criterion.text))] = mark.mean.value_or(mark.holds ? 1.0 : 0.0);
    }
    for (const CriterionMark& mark :
         judged->read.is_read() ? marks(judged->read.answer) : std::vector<CriterionMark>()) {
      const int number = criteria.of(mark.criterion.text);
      if (number >= 0) answers[static_cast<std::size_t>(number)] = mark.holds ? 1 : 0;
    }
    input.case_of_frame.push_back(case_of(world, *judged));
    input.truth.insert(input.truth.end(), means.begin(), means.end());
    input.answers.insert(input.answers.end(), answers.begin(), answers.end());
  }
  return safety_scorer(input);
}

std::vector<CaptionItem> caption_items(const World& world) {
  std::vector<CaptionItem> items;
  for (const Judged* judged : world.open) {
    const auto* said = std::get_if<TextAnswer>(&judged->read.answer.value);
    const auto* truth = std::get_if<TextAnswer>(&judged->question->gold.value);
    items.push_back({static_cast<std::int32_t>(case_of(world, *judged)),
                     judged->read.is_read() && said ? said->text : std::string(),
                     {truth ? truth->text : judged->question->gold_text}});
  }
  return items;
}

Result<Scorer> captions(const World& world) {
  return caption_scorer(caption_items(world), world.cases.names.size(), caption_synonyms(world.catalog.ontology),
                        world.jobs);
}

Result<Scorer> caption_fact_values(const World& world) {
  SURGSIGMA_TRY(mentions, OntologyMentions::create(world.catalog.ontology));
  return caption_fact_scorer(caption_items(world), world.cases.names.size(), mentions, world.jobs);
}

/// The families of a task's open questions, and the metric that stands for it.
struct Family {
  std::string_view name;
  Result<Scorer> (*make)(const World&);
};
struct TaskRow {
  std::string_view task;
  std::vector<Family> families;
  std::string_view usual;
};

const std::vector<TaskRow>& task_rows() {
  static const std::vector<TaskRow> rows = {
      {"instrument_recognition", {{"label_sets", label_sets}}, "label_sets.micro_f1"},
      {"tissue_recognition", {{"label_sets", label_sets}}, "label_sets.micro_f1"},
      {"instrument_localization", {{"boxes", boxes}}, "boxes.mean_iou"},
      {"tissue_localization", {{"boxes", boxes}}, "boxes.mean_iou"},
      {"triplet_recognition", {{"triplet_sets", triplets}}, "triplet_sets.micro_f1"},
      {"phase_recognition", {{"clip_classes", clip_classes}, {"phases", phases}}, "clip_classes.accuracy"},
      {"step_recognition", {{"clip_classes", clip_classes}, {"phases", phases}}, "clip_classes.accuracy"},
      {"action_recognition", {{"clip_classes", clip_classes}}, "clip_classes.accuracy"},
      {"next_action", {{"clip_classes", clip_classes}}, "clip_classes.accuracy"},
      {"action_remaining", {{"remaining_time", remaining_time}}, "remaining_time.mae"},
      {"safety_assessment", {{"safety", safety}}, "safety.mean_balanced_accuracy"},
      {"image_captioning", {{"captions", captions}, {"facts", caption_fact_values}}, "facts.facts_f1"},
      {"video_captioning", {{"captions", captions}, {"facts", caption_fact_values}}, "facts.facts_f1"}};
  return rows;
}

const TaskRow* find_task_row(std::string_view task) {
  for (const TaskRow& row : task_rows()) {
    if (row.task == task) return &row;
  }
  return nullptr;
}

Result<Scorer> choices(const std::vector<const Judged*>& asked, const CaseNumbers& cases) {
  std::vector<ChoiceItem> items;
  for (const Judged* judged : asked) {
    const Answer& gold = judged->question->gold;
    const Answer& said = judged->read.answer;
    ChoiceItem item;
    item.case_number = cases.number_of(judged->question->case_id);
    if (gold.yes) {
      item.truth = gold.yes;
      if (judged->read.is_read()) item.answer = said.yes;
      item.is_right = item.answer == item.truth;
    } else {
      item.options = std::max<std::size_t>(2, judged->question->options.size());
      item.is_right = judged->read.is_read() && said.key == gold.key;
    }
    items.push_back(item);
  }
  return choice_scorer(items, cases.names.size());
}

void append(Scorer& all, std::string_view family, Scorer one) {
  const std::size_t first = all.names.size(), count = one.names.size();
  for (const std::string& name : one.names) all.names.push_back(std::string(family) + "." + name);
  all.values_at = [before = std::move(all.values_at), values_at = std::move(one.values_at), first, count](
                      std::span<const double> weights, std::span<double> values) {
    if (before) before(weights, values.first(first));
    values_at(weights, values.subspan(first, count));
  };
}

double set_f1(std::size_t common, std::size_t truth, std::size_t said) {
  return truth + said == 0 ? 1 : 2.0 * static_cast<double>(common) / static_cast<double>(truth + said);
}

template <class Item>
double f1_of(const std::vector<Item>& truth, const std::vector<Item>& said) {
  std::size_t common = 0;
  for (const Item& item : truth) common += std::find(said.begin(), said.end(), item) != said.end();
  return set_f1(common, truth.size(), said.size());
}

double best_iou(const Answer& gold, const Answer& said) {
  const auto truth = boxes_in(gold), answered = boxes_in(said);
  if (truth.empty()) return answered.empty() ? 1 : 0;
  double sum = 0;
  for (const Box& box : truth) {
    double best = 0;
    for (const Box& other : answered) best = std::max(best, iou(box, other));
    sum += best;
  }
  return sum / static_cast<double>(std::max(truth.size(), answered.size()));
}

}  // namespace

std::size_t CaseNumbers::number_of(const std::string& case_id) const {
  return static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), case_id) - names.begin());
}

CaseNumbers case_numbers(const std::vector<Judged>& judged) {
  std::set<std::string> names;
  for (const Judged& one : judged) names.insert(one.question->case_id);
  return {{names.begin(), names.end()}};
}

Result<Scorer> task_scorer(const std::vector<Judged>& judged, const CaseNumbers& cases, const TestFacts& facts,
                           const Catalog& catalog, int jobs) {
  std::vector<const Judged*> open, closed;
  for (const Judged& one : judged) {
    const bool is_open = one.question->form == Form::kOpen || one.question->form == Form::kMultiTurn;
    (is_open && !one.question->gold.yes && one.question->gold.key.empty() ? open : closed).push_back(&one);
  }
  Scorer all;
  if (!open.empty()) {
    const TaskRow* row = find_task_row(open.front()->question->task);
    if (row == nullptr) {
      return Error{ErrorKind::kData, "no metrics for answers in words", open.front()->question->task,
                   "its answers are pictures"};
    }
    const World world{open, cases, facts, catalog, jobs};
    for (const Family& family : row->families) {
      SURGSIGMA_TRY(one, family.make(world));
      append(all, family.name, std::move(one));
    }
  }
  if (!closed.empty()) {
    SURGSIGMA_TRY(one, choices(closed, cases));
    append(all, "choices", std::move(one));
  }
  return all;
}

std::string_view usual_metric(std::string_view task) {
  const TaskRow* row = find_task_row(task);
  return row ? row->usual : std::string_view();
}

std::optional<double> credit_of(const Judged& judged) {
  const Answer& gold = judged.question->gold;
  if (gold.shape() == AnswerShape::kText && !gold.yes && gold.key.empty()) return std::nullopt;
  if (!judged.read.is_read()) return 0;
  const Answer& said = judged.read.answer;
  if (gold.yes) return gold.yes == said.yes ? 1 : 0;
  if (!gold.key.empty()) return gold.key == said.key ? 1 : 0;
  switch (gold.shape()) {
    case AnswerShape::kConcepts:
      return f1_of(concepts_of(gold), concepts_of(said));
    case AnswerShape::kTriplets:
      return f1_of(std::get<TripletsAnswer>(gold.value).triplets, std::get<TripletsAnswer>(said.value).triplets);
    case AnswerShape::kBoxes: {
      if (!std::get<BoxesAnswer>(gold.value).is_grid) return best_iou(gold, said);
      const auto truth = cells_in(gold), cells = cells_in(said);
      return set_f1(static_cast<std::size_t>(__builtin_popcount(truth & cells)),
                    static_cast<std::size_t>(__builtin_popcount(truth)),
                    static_cast<std::size_t>(__builtin_popcount(cells)));
    }
    case AnswerShape::kDuration:
      return std::abs(seconds_of(gold) - seconds_of(said)) <= 2 ? 1 : 0;
    case AnswerShape::kCriteria: {
      const auto& truth = std::get<CriteriaAnswer>(gold.value).criteria;
      const auto& marks = std::get<CriteriaAnswer>(said.value).criteria;
      double right = 0;
      for (const CriterionMark& mark : truth) {
        for (const CriterionMark& other : marks)
          right += mark.criterion == other.criterion && mark.holds == other.holds;
      }
      return truth.empty() ? 1 : right / static_cast<double>(truth.size());
    }
    default:
      return gold.value == said.value ? 1 : 0;
  }
}

std::vector<MetricRow> all_metrics() {
  std::vector<MetricRow> rows;
  for (const auto& table :
       {label_sets_metrics(), choices_metrics(), clip_classes_metrics(), phases_metrics(), segmental_metrics(),
        boxes_metrics(), coco_ap_metrics(), triplets_metrics(), triplet_detection_metrics(), remaining_time_metrics(),
        safety_metrics(), captions_metrics(), pictures_metrics(), segmentation_metrics(), depth_metrics(),
        generation_metrics(), reasoning_metrics()}) {
    rows.insert(rows.end(), table.begin(), table.end());
  }
  return rows;
}

}  // namespace surgsigma
