// One class per question: phases, steps, actions and what comes next.
#include <algorithm>
#include <map>
#include <optional>

#include "surgsigma/eval/metrics/clip_classes.h"
#include "surgsigma/eval/metrics/phases.h"
#include "surgsigma/eval/phase_order.h"
#include "surgsigma/eval/scorer_parts.h"

namespace surgsigma {
namespace {

/// The one class of an answer; kUnreadAnswer or kNoSuchClass.
int class_of(const Judged& judged, const Numbers& classes) {
  if (!judged.read.is_read()) return kUnreadAnswer;
  const auto& said = concepts_in(judged.read.answer);
  if (said.size() != 1) return kNoSuchClass;
  const int number = classes.of(said.front().text);
  return number < 0 ? kNoSuchClass : number;
}

/// What a source's answers may name and what its gold answers do.
std::map<std::string, std::vector<ConceptId>> phases_by_source(const ScorerWorld& world) {
  std::map<std::string, std::vector<ConceptId>> phases;
  for (const Judged* judged : world.asked) {
    const std::string& source = judged->question->source;
    const auto [place, is_new] = phases.emplace(source, std::vector<ConceptId>());
    const auto vocabulary = world.facts.vocabularies.find(source);
    if (is_new && vocabulary != world.facts.vocabularies.end()) place->second = vocabulary->second.concepts;
    for (const ConceptId& id : concepts_in(judged->question->gold)) place->second.push_back(id);
  }
  return phases;
}

/// The order of each source; nothing where one of them has no graph.
Result<std::optional<std::map<std::string, PhaseOrder>>> orders_by_source(const ScorerWorld& world,
                                                                          const Numbers& classes) {
  SURGSIGMA_TRY(graphs, read_phase_graphs(world.catalog.folder, world.catalog.ontology));
  std::map<std::string, PhaseOrder> orders;
  for (const auto& [source, phases] : phases_by_source(world)) {
    const PhaseGraph* graph = graph_of(graphs, phases);
    if (graph == nullptr) return std::optional<std::map<std::string, PhaseOrder>>();
    orders[source] = phase_order(*graph, classes.names());
  }
  return std::optional(std::move(orders));
}

}  // namespace

Result<Scorer> clip_class_values(const ScorerWorld& world) {
  const Numbers classes = classes_of(world);
  ClipClassInput input{classes.names(), world.cases.names.size(), {}};
  for (const Judged* judged : world.asked) {
    const auto& truth = concepts_in(judged->question->gold);
    if (truth.size() != 1) {
      return Error{ErrorKind::kData, std::to_string(truth.size()) + " classes where one is right", judged->question->id,
                   "such a question belongs to a task of sets"};
    }
    input.items.push_back({world.case_of(*judged), classes.of(truth.front().text), class_of(*judged, classes)});
  }
  return clip_class_scorer(input);
}

/// Videos in order of their names, the frames of each in order of time. Where every phase is in a graph of
/// catalog/transitions, the values of an allowed order come after the plain ones.
Result<Scorer> phase_values(const ScorerWorld& world) {
  const Numbers classes = classes_of(world);
  if (classes.names().size() > 30'000) return Error{ErrorKind::kData, "too many classes", "phases", ""};
  std::map<std::string, std::vector<const Judged*>> videos;
  for (const Judged* judged : world.asked) videos[judged->question->video].push_back(judged);
  SURGSIGMA_TRY(known_orders, orders_by_source(world, classes));
  std::vector<const PhaseOrder*> orders;
  std::vector<std::vector<Microseconds>> times;
  PhaseInput input;
  input.phases = classes.names();
  input.cases = world.cases.names.size();
  for (auto& [name, frames] : videos) {
    std::stable_sort(frames.begin(), frames.end(),
                     [](const Judged* a, const Judged* b) { return a->question->begin_us < b->question->begin_us; });
    LabelTrack track;
    track.case_number = world.case_of(*frames.front());
    if (known_orders) orders.push_back(&known_orders->at(frames.front()->question->source));
    times.emplace_back();
    for (const Judged* judged : frames) {
      times.back().push_back(judged->question->begin_us);
      const auto& truth = concepts_in(judged->question->gold);
      track.truth.push_back(static_cast<std::int16_t>(truth.size() == 1 ? classes.of(truth.front().text) : -1));
      track.answer.push_back(static_cast<std::int16_t>(std::max(class_of(*judged, classes), -1)));
    }
    input.videos.push_back(std::move(track));
  }
  SURGSIGMA_TRY(plain, phase_scorer(input));
  if (!known_orders) return plain;
  SURGSIGMA_TRY(ordered, phase_order_scorer(input, orders, times));
  return joined(std::move(plain), std::move(ordered));
}

}  // namespace surgsigma
