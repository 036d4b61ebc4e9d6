// What captions state (tasks image_captioning and video_captioning): the instruments, actions, targets and phases that
// a caption names, compared with those of its reference as sets, and the order of the actions. Found with the words of
// the ontology, whole words, longest first (schema/mentions.h); negation and who does what are not understood.
// Larger is better; unit: share.
//
// A fact is a mention: equal to another when both may mean one concept, so that "preparation", the name of three
// phases, matches the full name of one of them. A word of two sorts counts in both ("clips" is an action and a thing).
// Of several references the one with the best F1 is used, the first of equals.
//
// facts_f1           mean over items of the F1 of all facts of the four sorts; both without facts: 1.
// facts_f1:micro, facts_precision:micro, facts_recall:micro   counts summed over items.
// facts_f1:micro/<sort>  the same of one sort: instruments, actions, targets, phases. NaN where neither side has any.
// action_order       mean over items whose reference names an action of 1 - edit distance / longer length, between the
//                    sequences of mentioned actions in the order of the text; neighbours that repeat are not merged. A
//                    caption without actions gives 0.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metrics/captions.h"
#include "surgsigma/schema/mentions.h"

namespace surgsigma {

/// The concepts that one mention may mean, rising; never empty.
using Fact = std::vector<int>;

struct CaptionFacts {
  std::array<std::vector<Fact>, kFactKinds> sets;  ///< without repeats, by FactKind
  std::vector<Fact> actions;                       ///< in the order of the text, with repeats
};
CaptionFacts caption_facts(std::string_view text, const OntologyMentions& mentions);

struct FactCounts {
  std::array<std::int64_t, kFactKinds> matched{};
  std::array<std::int64_t, kFactKinds> stated{};    ///< by the answer
  std::array<std::int64_t, kFactKinds> expected{};  ///< by the reference
  double f1() const;                                ///< over all sorts; 1 when neither side has a fact
};
FactCounts compare_facts(const CaptionFacts& answer, const CaptionFacts& reference);
/// NaN when the reference has no action.
double action_order(const CaptionFacts& answer, const CaptionFacts& reference);

/// kData for an item without references, kUsage for a case that does not exist.
Result<Scorer> caption_fact_scorer(std::span<const CaptionItem> items, std::size_t cases,
                                   const OntologyMentions& mentions, int jobs = 1);

}  // namespace surgsigma
