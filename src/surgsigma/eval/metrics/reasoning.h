// Chains of reasoning in three levels (Level 1 perception, 2 relations, 3 context), as models write them inside
// <think>: do they name what is there, who does what to what, and do they lead to the answer that is given? Larger is
// better but for contradictions. Everything works on concept ids; read_chain takes them out of a text with the words of
// the ontology.
//
// entity_f1      mean over chains of the F1 of the entities named in level 1 (instruments, anatomy, objects) against
//                the annotated ones. A chain without annotation (true_entities not given) is left out; nothing named
//                and nothing annotated: 1.
// triplet_f1     the same of (instrument, verb, target) in level 2; an idle instrument has act.idle and no target.
// levels         mean of the two where both are annotated, one where one is: the "levels" part of the reward.
// contradiction_rate  share of checkable statements that the records deny, pooled (lower). Checkable: an entity of
//                levels 1 and 2 that was looked for (it is in true_entities or absent_entities), a triplet where all
//                triplets are annotated, a phase where the phase is. Denied: an entity known to be absent, a triplet
//                that is not there, another phase.
// contradicted_chains  share of chains with a denial (lower), of those with something checkable.
// answer_consistency   share of chains whose conclusion and given answer are the same set. No conclusion: inconsistent.
// readable       share of answers in which all three levels were found, in order. What cannot be read counts 0 in all
//                scores, and names nothing that could be denied.
// Source: rewards of the project (format, levels), after the three levels of Surg-R1; contradictions and consistency
// are the project's own.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"
#include "surgsigma/schema/answer.h"
#include "surgsigma/schema/mentions.h"

namespace surgsigma {

using ConceptIds = std::vector<ConceptId>;

/// What a chain says.
struct ChainText {
  bool is_readable = false;
  std::array<std::string, 3> levels;
  ConceptIds entities;             ///< of level 1, rising, without repeats
  ConceptIds entities_of_level_2;  ///< likewise
  std::vector<Triplet> triplets;   ///< of level 2, likewise
  ConceptIds phases;               ///< of level 3, likewise; of a name of several phases all
};

/// `text`: the answer as it is, with or without <think>. Levels begin at "Level 1", "Level 2", "Level 3" in this order
/// (any capitals) and end at the next, at </think>, <answer> or the end. A triplet is read clause by clause: the
/// instruments up to a verb act, on each target up to the next instrument or verb; "T is retracted by the I" is turned
/// round; a verb without a target gives a triplet without one. Words of two sorts ("clip") are verbs right after an
/// instrument and things otherwise; as entities they are left out. A thing of several meanings counts as the first of the
/// ontology.
ChainText read_chain(std::string_view text, const OntologyMentions& mentions);
std::vector<Triplet> triplets_in(std::string_view text, const OntologyMentions& mentions);

struct ReasoningItem {
  std::int32_t case_index = 0;
  ChainText chain;
  std::optional<ConceptIds> true_entities;            ///< annotated; nothing: nobody looked
  ConceptIds absent_entities;                         ///< looked for and not there
  std::optional<std::vector<Triplet>> true_triplets;  ///< all of them; nothing: not annotated
  std::optional<ConceptId> true_phase;
  std::optional<ConceptIds> conclusion;  ///< the answer that the chain arrives at
  std::optional<ConceptIds> answer;      ///< the answer given; nothing: not a matter of concepts, left out
};
/// kUsage for a case that does not exist, kData for an entity that is annotated and absent at once.
Result<Scorer> reasoning_scorer(std::span<const ReasoningItem> items, std::size_t cases);

std::span<const MetricRow> reasoning_metrics();

}  // namespace surgsigma
