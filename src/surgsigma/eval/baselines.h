// What a model that sees no picture scores on the same questions: the yardstick beside every score. Drawn from the
// answers of the training part of the same source and form; never from the questions that are scored.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "surgsigma/eval/judged.h"

namespace surgsigma {

enum class Baseline {
  kMajority,    ///< the most frequent answer of the training part; of durations the median
  kStratified,  ///< drawn as often as it was given there
  kRandom,      ///< drawn from its different answers, each as likely
};
inline constexpr std::array<std::string_view, 3> kBaselineWords = {"majority", "stratified", "random"};

/// The answers of a baseline to the same questions: by seed and question, whatever their order. Multiple choice: a
/// random option for all but kMajority, which takes the letter that was right most often. A question for which the
/// training part has no answer stays unparseable; `judged` keeps its texts and predictions.
std::vector<Judged> baseline_answers(const std::vector<Judged>& judged, const TestFacts& facts, Baseline baseline,
                                     std::uint64_t seed);

}  // namespace surgsigma
