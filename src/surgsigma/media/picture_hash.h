// Perceptual hashes: pictures that look alike have hashes that differ in few bits, whatever the size and the encoding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "surgsigma/media/image.h"

namespace surgsigma {

/// Two hashes of different kind: they err on different pictures, so a match should ask for both.
struct PictureHash {
  std::uint64_t dct = 0;         ///< Signs of the 64 lowest frequencies of a 32x32 picture against their median.
  std::uint64_t difference = 0;  ///< Brighter or darker than the right neighbour, on a 9x8 picture.
  double contrast = 0;  ///< Standard deviation of the 32x32 picture, 0-255. Near 0 the bits are noise: a black frame
                        ///< matches anything.
  bool operator==(const PictureHash&) const = default;
};

/// Hash of the part of the picture inside `region` (pixels of the picture, clamped to it; empty: the whole).
PictureHash hash_region(const Image& picture, const Box& region);
/// Hash of what the endoscope sees: inside the round field or the black borders, so that cropping them changes little.
PictureHash picture_hash(const Image& picture);

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
