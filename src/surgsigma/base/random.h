// Randomness is a function of (seed, record id, purpose); there is no generator with hidden state, so adding a
// dataset reshuffles nothing and any thread count gives the same draws.
#pragma once

#include <cstdint>
#include <string_view>

namespace surgsigma {

/// 64 uniform bits that depend on nothing but the arguments (XXH3 of their bytes).
std::uint64_t draw(std::uint64_t seed, std::string_view record_id, std::string_view purpose);

/// A short reproducible stream for one record and purpose (splitmix64 started from draw()).
class Draws {
 public:
  Draws(std::uint64_t seed, std::string_view record_id, std::string_view purpose)
      : state_(draw(seed, record_id, purpose)) {}
  std::uint64_t bits();
  /// Uniform in [0, n); n must be positive.
  std::uint64_t below(std::uint64_t n);
  /// Uniform in [0, 1).
  double unit();
  /// Uniform integer in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    const auto first = static_cast<std::uint64_t>(low);  // unsigned, so that the widest range does not overflow
    return static_cast<std::int64_t>(first + below(static_cast<std::uint64_t>(high) - first + 1));
  }
  bool chance(double probability) { return unit() < probability; }
  /// Fisher-Yates in place.
  template <class Items>
  void shuffle(Items& items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      using std::swap;
      swap(items[i - 1], items[below(i)]);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace surgsigma
