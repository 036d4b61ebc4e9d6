// What a run took: tokens as the endpoint counted them, and their price as the caller gives it.
#pragma once

#include <cstdint>

#include "surgsigma/infer/chat.h"

namespace surgsigma {

/// Of a million tokens, in any currency.
struct TokenPrices {
  double prompt_per_million = 0;
  double completion_per_million = 0;
};

struct TokenTotals {
  std::int64_t prompt = 0;
  std::int64_t completion = 0;
  std::int64_t answers = 0;
  std::int64_t answers_without_count = 0;  ///< The endpoint did not tell; the sums are at least what is above.
  bool operator==(const TokenTotals&) const = default;

  void add(const ChatAnswer& answer) {
    ++answers;
    if (!answer.prompt_tokens || !answer.completion_tokens) ++answers_without_count;
    prompt += answer.prompt_tokens.value_or(0);
    completion += answer.completion_tokens.value_or(0);
  }
  double cost(const TokenPrices& prices) const {
    return (static_cast<double>(prompt) * prices.prompt_per_million +
            static_cast<double>(completion) * prices.completion_per_million) /
           1e6;
  }
};

}  // namespace surgsigma
