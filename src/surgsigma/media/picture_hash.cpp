#include "surgsigma/media/picture_hash.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

#include "surgsigma/base/hash.h"
#include "surgsigma/media/quality_parts.h"

namespace surgsigma {
namespace {

constexpr int kSide = 32;
using Square = std::array<float, kSide * kSide>;
using quality::Span;

/// Sums of luma above and to the left of every pixel of a rectangle, so that any part of it costs four look-ups. They
/// may wrap round; differences of parts below 2^32 are right all the same.
class SumTable {
 public:
  SumTable(const Image& luma, const Box& region)
      : left_(static_cast<int>(region.x1)),
        top_(static_cast<int>(region.y1)),
        wide_(std::min(luma.width, static_cast<int>(std::ceil(region.x2))) - left_),
        high_(std::min(luma.height, static_cast<int>(std::ceil(region.y2))) - top_) {
    thread_local std::vector<std::uint32_t> kept;  // frames come by the thousand in one size
    kept.resize(static_cast<std::size_t>(wide_ + 1) * static_cast<std::size_t>(high_ + 1));
    sums_ = kept.data();
    std::fill_n(sums_, wide_ + 1, 0U);
    for (int y = 0; y < high_; ++y) {
      const std::uint8_t* in = luma.row(top_ + y) + left_;
      const std::uint32_t* above = row(y);
      std::uint32_t* out = row(y + 1);
      std::uint32_t sum = out[0] = 0;
      for (int x = 0; x < wide_; ++x) out[x + 1] = above[x + 1] + (sum += in[x]);
    }
  }

  float mean(Span columns, Span rows) const {
    const std::uint32_t *above = row(rows.begin - top_), *below = row(rows.end - top_);
    const int begin = columns.begin - left_, end = columns.end - left_;
    const std::uint32_t sum = below[end] - below[begin] - above[end] + above[begin];
    return static_cast<float>(sum) / static_cast<float>((columns.end - columns.begin) * (rows.end - rows.begin));
  }
  Span columns() const { return {left_, left_ + wide_}; }
  Span rows() const { return {top_, top_ + high_}; }

 private:
  std::uint32_t* row(int y) const { return sums_ + static_cast<std::size_t>(y) * static_cast<std::size_t>(wide_ + 1); }

  int left_;
  int top_;
  int wide_;
  int high_;
  std::uint32_t* sums_ = nullptr;  ///< this thread's, until its next table
};

/// The part of the table inside `region`, averaged onto the square.
void average_cells(const SumTable& table, const Box& region, Square& cells) {
  std::array<Span, kSide> columns, rows;
  const auto cut = [](double begin, double end, Span within, std::array<Span, kSide>& spans) {
    for (int i = 0; i < kSide; ++i) {
      Span& span = spans[static_cast<std::size_t>(i)];
      span.begin = std::clamp(static_cast<int>(begin + (end - begin) * i / kSide), within.begin, within.end - 1);
      span.end = std::clamp(static_cast<int>(begin + (end - begin) * (i + 1) / kSide), span.begin + 1, within.end);
    }
  };
  cut(region.x1, region.x2, table.columns(), columns);
  cut(region.y1, region.y2, table.rows(), rows);
  for (std::size_t j = 0; j < kSide; ++j) {
    for (std::size_t i = 0; i < kSide; ++i) cells[j * kSide + i] = table.mean(columns[i], rows[j]);
  }
}

/// About the middle of the box.
Box middle_of(const Box& box, double width, double height) {
  const double x = (box.x1 + box.x2) / 2, y = (box.y1 + box.y2) / 2;
  return {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
}

std::array<Box, kHashViews> views_of(const Box& content) {
  const double width = content.width(), height = content.height(), shorter = std::min(width, height);
  const bool is_wide = width > 1.45 * height;
  const auto square = [&](double share) { return middle_of(content, share * shorter, share * shorter); };
  return {content,
          middle_of(content, 0.9 * width, 0.9 * height),
          middle_of(content, 0.81 * width, 0.81 * height),
          is_wide ? middle_of(content, height * 4 / 3, height) : middle_of(content, 0.73 * width, 0.73 * height),
          square(0.85),
          square(0.73),
          square(0.63)};
}

/// The lowest frequencies of a cosine transform, without the mean: kept[v][u] of u, v < 9.
constexpr int kLow = 9;
constexpr int kLanes = 12;  ///< kLow and some more, so that the compiler takes whole vectors
struct Cosines {
  float at[kSide][kLanes];  ///< of place and frequency
  Cosines() {
    for (int x = 0; x < kSide; ++x) {
      for (int u = 0; u < kLanes; ++u) {
        at[x][u] = static_cast<float>(std::cos(std::numbers::pi * u * (2 * x + 1) / (2.0 * kSide)));
      }
    }
  }
};

/// 64 coefficients: the square of 8x8 lowest without the mean, and (8, 0) in its place.
std::array<float, 64> low_frequencies(const Square& square) {
  static const Cosines cosines;
  float rows[kSide][kLanes] = {}, values[kLow][kLanes] = {};
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const float value = square[static_cast<std::size_t>(y * kSide + x)];
      for (int u = 0; u < kLanes; ++u) rows[y][u] += value * cosines.at[x][u];
    }
  }
  for (int v = 0; v < kLow; ++v) {
    for (int y = 0; y < kSide; ++y) {
      for (int u = 0; u < kLanes; ++u) values[v][u] += rows[y][u] * cosines.at[y][v];
    }
  }
  std::array<float, 64> out;
  for (int v = 0; v < 8; ++v) {
    for (int u = 0; u < 8; ++u) out[static_cast<std::size_t>(v * 8 + u)] = values[v][u];
  }
  out[0] = values[0][8];
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
  if (picture.channels != 1) return hash_region(quality::luma_of(picture), inside);
  const SumTable table(picture, inside);
  PictureHash hash;
  const std::array<Box, kHashViews> views = views_of(inside);
  for (std::size_t i = 0; i < kHashViews; ++i) {
    Square square;
    average_cells(table, views[i], square);
    hash.views[i] = {dct_hash(square), difference_hash(square)};
    if (i == 0) hash.contrast = deviation(square);
  }
  return hash;
}

PictureHash picture_hash(const Image& picture) {
  if (picture.is_empty()) return {};
  const Image luma = quality::luma_of(shrunk_for_measures(picture));
  return hash_region(luma, content_region(luma));
}

std::string hash_text(const RegionHash& hash) { return hex64(hash.dct) + hex64(hash.difference); }

std::optional<RegionHash> hash_from_text(std::string_view text) {
  RegionHash hash;
  const auto read = [](std::string_view digits, std::uint64_t& value) {
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return code == std::errc() && end == digits.data() + digits.size();
  };
  const bool is_hash = text.size() == kHashDigits && read(text.substr(0, kHashDigits / 2), hash.dct) &&
                       read(text.substr(kHashDigits / 2), hash.difference);
  return is_hash ? std::optional<RegionHash>(hash) : std::nullopt;
}

std::string inner_text(const PictureHash& hash) {
  std::string text;
  for (std::size_t i = 1; i < kHashViews; ++i) text += hash_text(hash.views[i]);
  return text;
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
