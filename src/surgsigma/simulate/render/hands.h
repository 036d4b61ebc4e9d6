// Hands for scripts that name no works: instruments that fit the word of the phase or step.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "surgsigma/simulate/operation.h"
#include "surgsigma/simulate/render/cast.h"

namespace surgsigma::drawing {

struct InventedHand {
  Activity activity;  ///< lane, path and time; no words
  std::string_view instrument;  ///< concept
  Deed deed = Deed::kIdle;
};

/// By begin, then lane; nothing outside the body.
std::vector<InventedHand> invent_hands(const Operation& operation, std::uint64_t seed);

}  // namespace surgsigma::drawing
