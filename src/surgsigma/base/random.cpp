#include "surgsigma/base/random.h"

#include <array>
#include <cstring>
#include <string>

#include "surgsigma/base/hash.h"

namespace surgsigma {

std::uint64_t draw(std::uint64_t seed, std::string_view record_id, std::string_view purpose) {
  // The length first, so that ("ab", "c") and ("a", "bc") differ; little-endian, so that machines agree.
  std::array<char, 8> length{};
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(std::uint64_t{record_id.size()} >> (8 * i) & 0xFF);
  const std::size_t size = length.size() + record_id.size() + purpose.size();
  std::array<char, 256> small;
  std::string large;
  if (size > small.size()) large.resize(size);
  char* const bytes = size > small.size() ? large.data() : small.data();
  char* at = bytes;
  for (const std::string_view part : {std::string_view(length.data(), length.size()), record_id, purpose}) {
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  return hash64({bytes, size}, seed);
}

std::uint64_t Draws::bits() {
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t z = state_;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

// Lemire's multiplication (arXiv:1805.10941): no division in the common case, no value likelier than another.
std::uint64_t Draws::below(std::uint64_t n) {
  if (n == 0) return bits();  // 2^64 wraps to 0: between() over all integers
  __extension__ using Wide = unsigned __int128;
  Wide product = Wide{bits()} * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t threshold = (0 - n) % n;
    while (static_cast<std::uint64_t>(product) < threshold) product = Wide{bits()} * n;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Draws::unit() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

}  // namespace surgsigma
