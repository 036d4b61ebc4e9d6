// Perceptual hashes: pictures that look alike have hashes that differ in few bits, whatever the size and the encoding.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/media/image.h"

namespace surgsigma {

/// Two hashes of different kind: they err on different pictures, so a match should ask for both.
struct RegionHash {
  std::uint64_t dct = 0;         ///< Signs of the 64 lowest frequencies of a 32x32 picture against their median.
  std::uint64_t difference = 0;  ///< Brighter or darker than the right neighbour, on a 9x8 picture.
  bool operator==(const RegionHash&) const = default;
};

/// Parts of one picture about its middle, so that what another keeps of it after cropping or masking is found again:
/// the whole content, then that at 0.9 and 0.81 of its sides, the middle at 4:3 of a wide content (else at 0.73), and
/// squares of 0.85, 0.73 and 0.63 of the shorter side (what lies inside a round mask put over it).
inline constexpr std::size_t kHashViews = 7;

struct PictureHash {
  std::array<RegionHash, kHashViews> views{};
  double contrast = 0;  ///< Standard deviation of the 32x32 picture of the whole content, 0-255. Near 0 the bits are
                        ///< noise: a black frame matches anything.
  bool operator==(const PictureHash&) const = default;
};

/// Hashes of the part of the picture inside `region` (pixels of the picture, clamped to it; empty: the whole).
PictureHash hash_region(const Image& picture, const Box& region);
/// Hashes of what the endoscope sees: inside the round field or the black borders, so that cropping them changes
/// little.
PictureHash picture_hash(const Image& picture);

inline constexpr std::size_t kHashDigits = 32;
/// 32 hex digits: frequencies, then differences.
std::string hash_text(const RegionHash& hash);
/// Nothing unless it is 32 hex digits.
std::optional<RegionHash> hash_from_text(std::string_view text);
/// The views behind the first, one after the other.
std::string inner_text(const PictureHash& hash);

inline int hamming(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

/// Finds all hashes within a number of bits: exact, by multi-index hashing (Norouzi 2012). 24 bytes per hash.
class HashIndex {
 public:
  struct Match {
    std::uint32_t position = 0;  ///< In the list that the index was made of.
    int distance = 0;
    bool operator==(const Match&) const = default;
  };

  HashIndex() = default;
  /// At most 2^32 - 1 hashes.
  explicit HashIndex(std::vector<std::uint64_t> hashes);
  std::size_t size() const { return hashes_.size(); }
  std::uint64_t hash_at(std::uint32_t position) const { return hashes_[position]; }
  /// Every hash at most `radius` bits away, by rising position. Above 15 bits every hash is looked at.
  std::vector<Match> search(std::uint64_t hash, int radius) const;

 private:
  std::vector<std::uint64_t> hashes_;
  // For each quarter of 16 bits: positions in the order of that quarter's value, and where each value begins.
  std::vector<std::uint32_t> begins_[4];
  std::vector<std::uint32_t> positions_[4];
};

}  // namespace surgsigma
