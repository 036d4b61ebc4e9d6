#include "surgsigma/media/picture_hash.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "surgsigma/media/quality_parts.h"

namespace surgsigma {
namespace {

constexpr int kSide = 32;
using Square = std::array<float, kSide * kSide>;

/// Luma of a rectangle of the picture, averaged onto a grid of `wide` x `high` cells.
void average_cells(const Image& picture, const Box& region, int wide, int high, float* cells) {
  const auto edge = [](double begin, double end, int at, int count) { return begin + (end - begin) * at / count; };
  const int many = picture.channels;
  for (int j = 0; j < high; ++j) {
    const int y0 = std::clamp(static_cast<int>(edge(region.y1, region.y2, j, high)), 0, picture.height - 1);
    const int y1 = std::clamp(static_cast<int>(edge(region.y1, region.y2, j + 1, high)), y0 + 1, picture.height);
    for (int i = 0; i < wide; ++i) {
      const int x0 = std::clamp(static_cast<int>(edge(region.x1, region.x2, i, wide)), 0, picture.width - 1);
      const int x1 = std::clamp(static_cast<int>(edge(region.x1, region.x2, i + 1, wide)), x0 + 1, picture.width);
      std::uint32_t sum = 0;
      for (int y = y0; y < y1; ++y) {
        const std::uint8_t* p = picture.at(x0, y);
        if (many == 3) {
          for (int x = x0; x < x1; ++x, p += 3) sum += 77U * p[0] + 150U * p[1] + 29U * p[2];
        } else {
          for (int x = x0; x < x1; ++x, p += many) sum += 256U * p[0];
        }
      }
      cells[j * wide + i] = static_cast<float>(sum) / (256.0F * static_cast<float>((y1 - y0) * (x1 - x0)));
    }
  }
}

/// The lowest frequencies of a cosine transform, without the mean: kept[v][u] of u, v < 9.
constexpr int kLow = 9;
struct Cosines {
  float at[kLow][kSide];
  Cosines() {
    for (int u = 0; u < kLow; ++u) {
      for (int x = 0; x < kSide; ++x)
        at[u][x] = static_cast<float>(std::cos(std::numbers::pi * u * (2 * x + 1) / (2.0 * kSide)));
    }
  }
};

/// 64 coefficients: the square of 8x8 lowest without the mean, and (8, 0) in its place.
std::array<float, 64> low_frequencies(const Square& square) {
  static const Cosines cosines;
  float rows[kSide][kLow];
  for (int y = 0; y < kSide; ++y) {
    for (int u = 0; u < kLow; ++u) {
      float sum = 0;
      for (int x = 0; x < kSide; ++x) sum += square[static_cast<std::size_t>(y * kSide + x)] * cosines.at[u][x];
      rows[y][u] = sum;
    }
  }
  const auto coefficient = [&](int u, int v) {
    float sum = 0;
    for (int y = 0; y < kSide; ++y) sum += rows[y][u] * cosines.at[v][y];
    return sum;
  };
  std::array<float, 64> out;
  for (int v = 0; v < 8; ++v) {
    for (int u = 0; u < 8; ++u) out[static_cast<std::size_t>(v * 8 + u)] = coefficient(u, v);
  }
  out[0] = coefficient(8, 0);
  return out;
}

std::uint64_t dct_hash(const Square& square) {
  const std::array<float, 64> values = low_frequencies(square);
  std::array<float, 64> sorted = values;
  std::nth_element(sorted.begin(), sorted.begin() + 32, sorted.end());
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < 64; ++i) hash |= static_cast<std::uint64_t>(values[i] > sorted[32]) << i;
  return hash;
}

std::uint64_t difference_hash(const Square& square) {
  // 9x8 cells of the 32x32 square: columns overlap by fractions, rows are four high.
  std::uint64_t hash = 0;
  for (int y = 0; y < 8; ++y) {
    float cells[9] = {};
    for (int x = 0; x < 9; ++x) {
      const float begin = static_cast<float>(x * kSide) / 9, end = static_cast<float>((x + 1) * kSide) / 9;
      for (int i = static_cast<int>(begin); i < kSide && static_cast<float>(i) < end; ++i) {
        const float share = std::min(end, static_cast<float>(i + 1)) - std::max(begin, static_cast<float>(i));
        for (int j = 0; j < 4; ++j) cells[x] += share * square[static_cast<std::size_t>((4 * y + j) * kSide + i)];
      }
    }
    for (int x = 0; x < 8; ++x) hash |= static_cast<std::uint64_t>(cells[x + 1] > cells[x]) << (8 * y + x);
  }
  return hash;
}

double deviation(const Square& square) {
  double sum = 0, squares = 0;
  for (const float value : square) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const double count = static_cast<double>(square.size());
  return std::sqrt(std::max(0.0, squares / count - sum / count * sum / count));
}

constexpr int kQuarters = 4;

std::uint32_t quarter(std::uint64_t hash, int which) {
  return static_cast<std::uint32_t>(hash >> (16 * which) & 0xFFFF);
}

/// Calls `take` for every 16-bit word that differs from `word` in at most `bits` bits.
template <class Take>
void each_near(std::uint32_t word, int bits, int from, const Take& take) {
  take(word);
  if (bits == 0) return;
  for (int bit = from; bit < 16; ++bit) each_near(word ^ (1U << bit), bits - 1, bit + 1, take);
}

}  // namespace

PictureHash hash_region(const Image& picture, const Box& region) {
  if (picture.is_empty()) return {};
  Box inside = clamped(region, picture.size()).value_or(Box{});
  if (inside.width() < 1 || inside.height() < 1) {
    inside = {0, 0, static_cast<double>(picture.width), static_cast<double>(picture.height)};
  }
  Square square;
  average_cells(picture, inside, kSide, kSide, square.data());
  return {dct_hash(square), difference_hash(square), deviation(square)};
}

PictureHash picture_hash(const Image& picture) {
  if (picture.is_empty()) return {};
  const Image luma = quality::luma_of(shrunk_for_measures(picture));
  return hash_region(luma, content_region(luma));
}

HashIndex::HashIndex(std::vector<std::uint64_t> hashes) : hashes_(std::move(hashes)) {
  for (int q = 0; q < kQuarters; ++q) {
    std::vector<std::uint32_t>& begins = begins_[q];
    begins.assign(65537, 0);
    for (const std::uint64_t hash : hashes_) ++begins[quarter(hash, q) + 1];
    for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
    std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
    positions_[q].resize(hashes_.size());
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
      positions_[q][next[quarter(hashes_[i], q)]++] = static_cast<std::uint32_t>(i);
    }
  }
}

std::vector<HashIndex::Match> HashIndex::search(std::uint64_t hash, int radius) const {
  std::vector<Match> found;
  if (radius < 0) return found;
  if (radius > 15 || hashes_.size() < 1000) {
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
      const int distance = hamming(hashes_[i], hash);
      if (distance <= radius) found.push_back({static_cast<std::uint32_t>(i), distance});
    }
    return found;
  }
  // Among four quarters one differs in at most a fourth of the bits; a match is taken at the first such quarter only.
  const int bits = radius / kQuarters;
  for (int q = 0; q < kQuarters; ++q) {
    each_near(quarter(hash, q), bits, 0, [&](std::uint32_t word) {
      for (std::uint32_t at = begins_[q][word]; at < begins_[q][word + 1]; ++at) {
        const std::uint32_t position = positions_[q][at];
        const std::uint64_t difference = hashes_[position] ^ hash;
        const int distance = std::popcount(difference);
        if (distance > radius) continue;
        bool is_taken = false;
        for (int before = 0; before < q; ++before) is_taken |= std::popcount(quarter(difference, before)) <= bits;
        if (!is_taken) found.push_back({position, distance});
      }
    });
  }
  std::sort(found.begin(), found.end(), [](const Match& a, const Match& b) { return a.position < b.position; });
  return found;
}

}  // namespace surgsigma
