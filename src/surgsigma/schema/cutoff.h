// Where the footage of an action-remaining sample stops. Written once: the question, the answer and the reasoning that
// leads to it must mean the same moment.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "surgsigma/base/random.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// Least footage before the cutoff, and least time left after it.
inline constexpr Microseconds kCutoffLead = kSecond;

/// A moment strictly inside `run`, uniform, at least `lead` from both ends and not after the clip of `context`, which
/// begins with the run. Nothing when the run is too short.
inline std::optional<Microseconds> action_cutoff(std::uint64_t seed, const ContextRow& context, TimeRange run,
                                                 Microseconds lead = kCutoffLead) {
  const Microseconds first = run.begin + lead;
  const Microseconds last = std::min(run.end - lead, context.end_us);
  if (lead <= 0 || last < first) return std::nullopt;
  return Draws(seed, context.context_id, "cutoff").between(first, last);
}

}  // namespace surgsigma
