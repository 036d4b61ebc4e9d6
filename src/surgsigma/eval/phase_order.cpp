#include "surgsigma/eval/phase_order.h"

#include <algorithm>
#include <array>
#include <limits>

#include "surgsigma/eval/metrics/ratios.h"

namespace surgsigma {
namespace {

constexpr std::string_view kSuffix = ":transitions";
constexpr std::array<std::string_view, 6> kPlainNames = {"accuracy:video",
                                                         "accuracy:pooled",
                                                         "mean_precision:video_phase_b",
                                                         "mean_recall:video_phase_b",
                                                         "mean_jaccard:video_phase_b",
                                                         "mean_f1:video_phase_b"};

constexpr std::string_view kFamily = "phases", kOurs = "project recipe, see docs/evaluation.md";
constexpr std::string_view kEdges =
    "an unread answer stays unread and wrong; only where a graph holds every phase of the test; sees later pictures";
constexpr std::array<MetricRow, 7> kRows = {{
    {kFamily, "accuracy:video:transitions", "higher", "share",
     "accuracy:video after the fewest changes of answers that give an allowed order of phases.", kOurs, kEdges},
    {kFamily, "accuracy:pooled:transitions", "higher", "share",
     "accuracy:pooled after the fewest changes of answers that give an allowed order of phases.", kOurs, kEdges},
    {kFamily, "mean_precision:video_phase_b:transitions", "higher", "share",
     "mean_precision:video_phase_b after the fewest changes of answers that give an allowed order of phases.", kOurs,
     kEdges},
    {kFamily, "mean_recall:video_phase_b:transitions", "higher", "share",
     "mean_recall:video_phase_b after the fewest changes of answers that give an allowed order of phases.", kOurs,
     kEdges},
    {kFamily, "mean_jaccard:video_phase_b:transitions", "higher", "share",
     "mean_jaccard:video_phase_b after the fewest changes of answers that give an allowed order of phases.", kOurs,
     kEdges},
    {kFamily, "mean_f1:video_phase_b:transitions", "higher", "share",
     "mean_f1:video_phase_b after the fewest changes of answers that give an allowed order of phases.", kOurs, kEdges},
    {kFamily, "changed:transitions", "none", "share", "Share of the read answers that the allowed order replaces.",
     kOurs, "no answer was read: undefined"},
}};

/// Everything that can be reached over allowed changes (Warshall).
std::vector<bool> closure(std::vector<bool> edges, std::size_t side) {
  for (std::size_t via = 0; via < side; ++via) {
    for (std::size_t from = 0; from < side; ++from) {
      if (!edges[from * side + via]) continue;
      for (std::size_t to = 0; to < side; ++to) {
        if (edges[via * side + to]) edges[from * side + to] = true;
      }
    }
  }
  return edges;
}

/// Changed answers first, then changes of phase.
struct Cost {
  std::int64_t answers = 0;
  std::int64_t phases = 0;
  auto operator<=>(const Cost&) const = default;
};
constexpr Cost kNever = {std::numeric_limits<std::int64_t>::max(), 0};

}  // namespace

bool PhaseOrder::allows(std::size_t from_state, std::size_t to_state, Microseconds apart) const {
  return (apart > gap ? is_reachable : is_allowed)[from_state * states.size() + to_state];
}

PhaseOrder phase_order(const PhaseGraph& graph, std::span<const std::string> classes) {
  PhaseOrder order;
  order.classes = classes.size();
  order.gap = graph.gap;
  const std::size_t all = graph.phases.size();
  std::vector<bool> edges(all * all);
  for (std::size_t from = 0; from < all; ++from) {
    edges[from * all + from] = true;
    for (const std::size_t to : graph.next[from]) edges[from * all + to] = true;
  }
  const std::vector<bool> paths = closure(edges, all);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < all; ++i) {
    const auto found = std::find(classes.begin(), classes.end(), graph.phases[i].text);
    if (found == classes.end()) continue;
    kept.push_back(i);
    order.states.push_back(static_cast<std::size_t>(found - classes.begin()));
  }
  for (const std::size_t from : kept) {
    for (const std::size_t to : kept) {
      order.is_allowed.push_back(edges[from * all + to]);
      order.is_reachable.push_back(paths[from * all + to]);
    }
  }
  return order;
}

const PhaseGraph* graph_of(std::span<const PhaseGraph> graphs, const std::vector<ConceptId>& phases) {
  for (const PhaseGraph& graph : graphs) {
    const bool has_all = std::all_of(phases.begin(), phases.end(), [&](const ConceptId& phase) {
      return std::find(graph.phases.begin(), graph.phases.end(), phase) != graph.phases.end();
    });
    if (has_all && !phases.empty()) return &graph;
  }
  return nullptr;
}

std::vector<std::int16_t> ordered_answers(const PhaseOrder& order, std::span<const std::int16_t> answers,
                                          std::span<const Microseconds> times) {
  const std::size_t states = order.states.size();
  std::vector<std::int16_t> ordered(answers.begin(), answers.end());
  std::vector<std::size_t> read;  // pictures whose answer is evidence
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const bool is_state = answers[i] >= 0 && std::find(order.states.begin(), order.states.end(),
                                                       static_cast<std::size_t>(answers[i])) != order.states.end();
    if (is_state) read.push_back(i);
  }
  std::vector<Cost> costs(states), before(states);
  std::vector<std::uint16_t> came_from(read.size() * states);
  for (std::size_t k = 0; k < read.size(); ++k) {
    before.swap(costs);
    for (std::size_t to = 0; to < states; ++to) {
      Cost best = k == 0 ? Cost{} : kNever;
      for (std::size_t from = 0; k > 0 && from < states; ++from) {
        const bool is_open = before[from] != kNever && order.allows(from, to, times[read[k]] - times[read[k - 1]]);
        if (!is_open) continue;
        const Cost cost = {before[from].answers, before[from].phases + (from == to ? 0 : 1)};
        if (cost >= best) continue;
        best = cost;
        came_from[k * states + to] = static_cast<std::uint16_t>(from);
      }
      const bool is_said = order.states[to] == static_cast<std::size_t>(answers[read[k]]);
      if (best != kNever && !is_said) ++best.answers;
      costs[to] = best;
    }
  }
  if (read.empty()) return ordered;
  auto state = static_cast<std::size_t>(std::min_element(costs.begin(), costs.end()) - costs.begin());
  for (std::size_t k = read.size(); k-- > 0;) {
    ordered[read[k]] = static_cast<std::int16_t>(order.states[state]);
    state = came_from[k * states + state];
  }
  return ordered;
}

Result<Scorer> phase_order_scorer(const PhaseInput& input, const std::vector<const PhaseOrder*>& orders,
                                  const std::vector<std::vector<Microseconds>>& times) {
  if (orders.size() != input.videos.size() || times.size() != input.videos.size()) {
    return Error{ErrorKind::kUsage, "orders or times of another number of videos", "phases", "give one for each"};
  }
  PhaseInput moved;
  moved.phases = input.phases;
  moved.cases = input.cases;
  Ratios changes(input.cases);
  const std::size_t changed = changes.ratio("changed" + std::string(kSuffix));
  for (std::size_t v = 0; v < input.videos.size(); ++v) {
    LabelTrack track = input.videos[v];
    const bool fits = times[v].size() == track.answer.size() && track.case_number < input.cases &&
                      orders[v]->classes == input.phases.size() && std::is_sorted(times[v].begin(), times[v].end());
    if (!fits) {
      return Error{ErrorKind::kData, "times, case or order do not fit the answers", "video " + std::to_string(v),
                   "give a time for each answer, in rising order"};
    }
    const std::vector<std::int16_t> ordered = ordered_answers(*orders[v], track.answer, times[v]);
    double read = 0, replaced = 0;
    for (std::size_t i = 0; i < ordered.size(); ++i) {
      if (track.answer[i] < 0 || track.truth[i] < 0) continue;
      ++read;
      replaced += ordered[i] != track.answer[i];
    }
    changes.add(changed, track.case_number, replaced, read);
    track.answer = ordered;
    moved.videos.push_back(std::move(track));
  }
  SURGSIGMA_TRY(plain, phase_scorer(moved));
  Scorer scorer;
  std::vector<std::size_t> places;
  for (const std::string_view name : kPlainNames) {
    scorer.names.push_back(std::string(name) + std::string(kSuffix));
    places.push_back(
        static_cast<std::size_t>(std::find(plain.names.begin(), plain.names.end(), name) - plain.names.begin()));
  }
  Scorer share = std::move(changes).scorer();
  scorer.names.push_back(share.names.front());
  scorer.values_at = [plain = std::move(plain), share = std::move(share), places](std::span<const double> weights,
                                                                                  std::span<double> values) {
    std::vector<double> all(plain.names.size());
    plain.values_at(weights, all);
    for (std::size_t k = 0; k < places.size(); ++k) values[k] = all[places[k]];
    share.values_at(weights, values.last(1));
  };
  return scorer;
}

std::span<const MetricRow> phase_order_metrics() { return kRows; }

}  // namespace surgsigma
