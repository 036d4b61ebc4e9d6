// The answers of one video put in an order that an operation can have: a variant of the phase metrics that stands
// beside the plain score and never replaces it, because a score with post-processing is a score of model and
// post-processing.
//
// Our recipe, after the constraint that Surg-R1's demonstration puts on its answers (JianJiangKCL/Surg-R1 f7cffd6,
// where a second model does it): the sequence of phases with the fewest changed answers among those that the graph of
// catalog/transitions allows (Viterbi; every changed answer costs 1, allowed changes of phase cost nothing). Among
// equals the one with the fewest changes of phase, then the one whose phases, from the last picture on, stand first in
// the graph. It sees the whole video, later pictures too: not what a model in the operating room could do.
//
// Pictures may be sparse: between two that are at most `gap` apart one change of phase is allowed, beyond it any number
// of them. An answer that could not be read is no evidence and stays unread, so it stays wrong.
//
// Values, each of the family "phases" at the same weights as the plain ones:
//   <metric>:transitions   for accuracy:video, accuracy:pooled and mean_{precision,recall,jaccard,f1}:video_phase_b
//   changed:transitions    share of the read answers that were replaced; no direction is better
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/metrics/phases.h"
#include "surgsigma/schema/phase_graph.h"

namespace surgsigma {

/// A graph over the classes of a test. Classes that are no phase of the graph are never said by the result.
struct PhaseOrder {
  std::size_t classes = 0;
  Microseconds gap = 0;
  std::vector<std::size_t> states;  ///< classes of the graph's phases, in its order
  std::vector<bool> is_allowed;     ///< [from state][to state]: by one change or none
  std::vector<bool> is_reachable;   ///< the same by any number of changes

  bool allows(std::size_t from_state, std::size_t to_state, Microseconds apart) const;
};

/// The order of those phases of `graph` that are among `classes` (concept ids). A path through a phase that is not
/// among them still counts as reachable.
PhaseOrder phase_order(const PhaseGraph& graph, std::span<const std::string> classes);

/// The graph whose phases hold all of `phases`; nothing where there is none.
const PhaseGraph* graph_of(std::span<const PhaseGraph> graphs, const std::vector<ConceptId>& phases);

/// Answers of one video (classes, -1: not read) in rising order of `times`. The same length; -1 stays -1, and so does
/// an answer that is no phase of the graph.
std::vector<std::int16_t> ordered_answers(const PhaseOrder& order, std::span<const std::int16_t> answers,
                                          std::span<const Microseconds> times);

/// The values above. orders[v] and times[v] belong to videos[v]; an order may stand at several videos. kUsage for
/// another number of orders or times; kData as phase_scorer().
Result<Scorer> phase_order_scorer(const PhaseInput& input, const std::vector<const PhaseOrder*>& orders,
                                  const std::vector<std::vector<Microseconds>>& times);

std::span<const MetricRow> phase_order_metrics();

}  // namespace surgsigma
