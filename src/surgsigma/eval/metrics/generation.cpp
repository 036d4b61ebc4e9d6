#include "surgsigma/eval/metrics/generation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr int kLeastMask = 50;
constexpr int kReach = 3;

/// Least total cost of giving each row a column of its own (Hungarian method with potentials); a square table.
double least_assignment(const std::vector<std::vector<double>>& cost) {
  const std::size_t n = cost.size();
  constexpr double kFar = std::numeric_limits<double>::infinity();
  std::vector<double> row_price(n + 1), column_price(n + 1);
  std::vector<std::size_t> row_of(n + 1), from(n + 1);  // 1-based; 0: none
  for (std::size_t i = 1; i <= n; ++i) {
    row_of[0] = i;
    std::size_t column = 0;
    std::vector<double> slack(n + 1, kFar);
    std::vector<bool> is_seen(n + 1);
    do {
      is_seen[column] = true;
      const std::size_t row = row_of[column];
      std::size_t next = 0;
      double step = kFar;
      for (std::size_t j = 1; j <= n; ++j) {
        if (is_seen[j]) continue;
        const double reduced = cost[row - 1][j - 1] - row_price[row] - column_price[j];
        if (reduced < slack[j]) {
          slack[j] = reduced;
          from[j] = column;
        }
        if (slack[j] < step) {
          step = slack[j];
          next = j;
        }
      }
      for (std::size_t j = 0; j <= n; ++j) {
        if (is_seen[j]) {
          row_price[row_of[j]] += step;
          column_price[j] -= step;
        } else {
          slack[j] -= step;
        }
      }
      column = next;
    } while (row_of[column] != 0);
    for (; column != 0; column = from[column]) row_of[column] = row_of[from[column]];
  }
  double total = 0;
  for (std::size_t j = 1; j <= n; ++j) total += cost[row_of[j] - 1][j - 1];
  return total;
}

double gradient_energy(const Image& picture, int x, int y) {
  const int left = std::max(0, x - 1), right = std::min(picture.width - 1, x + 1);
  const int above = std::max(0, y - 1), below = std::min(picture.height - 1, y + 1);
  const double dx = (*picture.at(right, y) - *picture.at(left, y)) / 2.0;
  const double dy = (*picture.at(x, below) - *picture.at(x, above)) / 2.0;
  return dx * dx + dy * dy;
}

struct Pixel {
  int x;
  int y;
};

/// Correlation of the true pixels with those of `generated` moved by (dx, dy); what falls outside is left out.
double correlation(const Image& generated, const Image& truth, const std::vector<Pixel>& pixels, int dx, int dy) {
  double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (const Pixel& pixel : pixels) {
    const int x = pixel.x + dx, y = pixel.y + dy;
    if (x < 0 || y < 0 || x >= generated.width || y >= generated.height) continue;
    const double p = *generated.at(x, y), q = *truth.at(pixel.x, pixel.y);
    n += 1;
    a += p;
    b += q;
    aa += p * p;
    bb += q * q;
    ab += p * q;
  }
  const double spread = (n * aa - a * a) * (n * bb - b * b);  // whole numbers: exact
  return spread > 0 ? (n * ab - a * b) / std::sqrt(spread) : 0;
}

double energy_ratio(const Image& generated, const Image& truth, const std::vector<Pixel>& pixels, int dx, int dy) {
  double of_generated = 0, of_truth = 0;
  for (const Pixel& pixel : pixels) {
    const int x = pixel.x + dx, y = pixel.y + dy;
    if (x < 0 || y < 0 || x >= generated.width || y >= generated.height) continue;
    of_generated += gradient_energy(generated, x, y);
    of_truth += gradient_energy(truth, pixel.x, pixel.y);
  }
  return of_truth > 0 ? std::min(1.0, of_generated / of_truth) : 1;
}

double gatc_of_frame(std::span<const Image> generated, const Image& truth, const std::vector<Pixel>& pixels,
                     std::size_t t) {
  double best = -2, ratio = 0;
  const std::size_t first = t == 0 ? 0 : t - 1, last = std::min(generated.size() - 1, t + 1);
  for (std::size_t g = first; g <= last; ++g) {
    for (int dy = -kReach; dy <= kReach; ++dy) {
      for (int dx = -kReach; dx <= kReach; ++dx) {
        const double value = correlation(generated[g], truth, pixels, dx, dy);
        if (value <= best) continue;
        best = value;
        ratio = energy_ratio(generated[g], truth, pixels, dx, dy);
      }
    }
  }
  return best * ratio;
}

constexpr std::array<std::string_view, 6> kNames = {"tool_centroid_distance", "gatc",    "action_accuracy", "flicker",
                                                    "flicker_excess",         "answered"};

/// Value of each metric; nothing where the clip has none.
std::array<std::optional<double>, kNames.size()> entries_of(const GenerationItem& item) {
  std::array<std::optional<double>, kNames.size()> entries;
  entries[0] = item.is_missing ? std::optional(item.half_diagonal) : item.tool_centroid_distance;
  entries[1] = item.is_missing ? std::optional(0.0) : item.gatc;
  if (!item.action.empty()) entries[2] = !item.is_missing && item.action == item.recognised ? 1 : 0;
  if (!item.is_missing) {
    entries[3] = item.flicker;
    if (item.flicker && item.true_flicker) entries[4] = *item.flicker - *item.true_flicker;
  }
  entries[5] = item.is_missing ? 0 : 1;
  return entries;
}

struct CaseSums {
  std::array<double, kNames.size()> sum{};
  std::array<double, kNames.size()> count{};
};

constexpr std::string_view kSimulator = "Cosmos-H-Surgical-Simulator evaluation readme 8c4bcb0, see generation.h";
constexpr std::array<MetricRow, 9> kRows = {{
    {"generation", kNames[0], "lower", "px",
     "Least total distance of matched tool centroids over the larger number of tools, mean over frames and clips.",
     kSimulator, "a missed or invented tool costs half the diagonal; frames without tools are left out"},
    {"generation", kNames[1], "higher", "share",
     "Median over frames of the best masked correlation within one frame and 3 px, times the capped energy ratio.",
     kSimulator, "masks below 50 pixels are left out; flat pixels correlate 0; a missing clip is 0"},
    {"generation", kNames[2], "higher", "share",
     "Generated clips on which a fixed recogniser names the action that was asked for.", "surgsigma",
     "no output of the recogniser and missing clips are wrong"},
    {"generation", kNames[3], "lower", "share", "Mean absolute change between successive generated frames, of 255.",
     "after VBench temporal flickering", "missing clips are left out"},
    {"generation", kNames[4], "zero", "share", "Flicker of the generated minus that of the true clip.", "surgsigma",
     "clips without a true continuation are left out"},
    {"generation", kNames[5], "higher", "share", "Clips that were generated.", "surgsigma", ""},
    {"generation", "frechet_distance", "lower", "squared feature units",
     "Frechet distance of Gaussians fitted to two sets of features; FID and FVD differ in the features alone.",
     "Heusel et al. 2017; pytorch-fid b9c1811", "refused for fewer samples than dimensions + 1; has no interval"},
    {"generation", "kernel_distance", "lower", "squared MMD",
     "Unbiased squared MMD with a cubic kernel, mean over subsets.", "Binkowski et al. 2018; torch-fidelity's subsets",
     "may be below 0; refused when a set is smaller than a subset; has no interval over cases"},
    {"generation", "kernel_distance:all_pairs", "lower", "squared MMD",
     "Unbiased squared MMD with a cubic kernel over all samples.", "Binkowski et al. 2018",
     "may be below 0; undefined for fewer than two samples"},
}};

}  // namespace

std::optional<Point> centroid_of(const Image& mask) {
  double n = 0, x_sum = 0, y_sum = 0;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (*mask.at(x, y) == 0) continue;
      n += 1;
      x_sum += x;
      y_sum += y;
    }
  }
  if (n == 0) return {};
  return Point{x_sum / n, y_sum / n};
}

double tool_centroid_distance(std::span<const Point> generated, std::span<const Point> truth, ImageSize size) {
  const std::size_t n = std::max(generated.size(), truth.size());
  if (n == 0) return kUndefined;
  const double half_diagonal = std::hypot(size.width, size.height) / 2;
  std::vector<std::vector<double>> cost(n, std::vector<double>(n, half_diagonal));
  for (std::size_t i = 0; i < generated.size(); ++i) {
    for (std::size_t j = 0; j < truth.size(); ++j) {
      const double distance = std::hypot(generated[i].x - truth[j].x, generated[i].y - truth[j].y);
      cost[i][j] = std::min(half_diagonal, distance);
    }
  }
  return least_assignment(cost) / static_cast<double>(n);
}

Result<double> gatc(std::span<const Image> generated, std::span<const Image> truth, std::span<const Image> masks,
                    std::string_view where) {
  const auto bad = [&](std::string what) { return Error{ErrorKind::kData, std::move(what), std::string(where), ""}; };
  if (generated.size() != truth.size() || masks.size() != truth.size()) {
    return bad(std::to_string(generated.size()) + " generated frames, " + std::to_string(truth.size()) +
               " true ones, " + std::to_string(masks.size()) + " masks");
  }
  for (std::size_t t = 0; t < truth.size(); ++t) {
    for (const Image* picture : {&generated[t], &truth[t], &masks[t]}) {
      if (picture->size() == truth[0].size() && picture->channels == 1 && !picture->is_empty()) continue;
      return bad("frame " + std::to_string(t) + " is not a grey picture of the clip's size");
    }
  }
  std::vector<double> values;
  for (std::size_t t = 0; t < truth.size(); ++t) {
    std::vector<Pixel> pixels;
    for (int y = 0; y < masks[t].height; ++y) {
      for (int x = 0; x < masks[t].width; ++x) {
        if (*masks[t].at(x, y) != 0) pixels.push_back({x, y});
      }
    }
    if (pixels.size() >= kLeastMask) values.push_back(gatc_of_frame(generated, truth[t], pixels, t));
  }
  if (values.empty()) return kUndefined;
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

Result<double> flicker(std::span<const Image> frames, std::string_view where) {
  if (frames.size() < 2) return kUndefined;
  double total = 0;
  for (std::size_t t = 1; t < frames.size(); ++t) {
    if (frames[t].size() != frames[0].size() || frames[t].channels != frames[0].channels || frames[t].is_empty()) {
      return Error{ErrorKind::kData, "frame " + std::to_string(t) + " differs in size from the first",
                   std::string(where), ""};
    }
    std::int64_t distance = 0;
    for (std::size_t i = 0; i < frames[t].values.size(); ++i)
      distance += std::abs(frames[t].values[i] - frames[t - 1].values[i]);
    total += static_cast<double>(distance) / static_cast<double>(frames[t].values.size()) / 255;
  }
  return total / static_cast<double>(frames.size() - 1);
}

Result<Scorer> generation_scorer(std::span<const GenerationItem> items, std::size_t cases) {
  auto sums = std::make_shared<std::vector<CaseSums>>(cases);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string where = "clip " + std::to_string(i);
    if (items[i].case_index < 0 || static_cast<std::size_t>(items[i].case_index) >= cases) {
      return Error{ErrorKind::kUsage, "case " + std::to_string(items[i].case_index) + " of " + std::to_string(cases),
                   where, ""};
    }
    const auto entries = entries_of(items[i]);
    CaseSums& of_case = (*sums)[static_cast<std::size_t>(items[i].case_index)];
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      if (!entries[k]) continue;
      if (!std::isfinite(*entries[k])) {
        return Error{ErrorKind::kData, std::string(kNames[k]) + " is not a number", where,
                     "leave out what could not be measured"};
      }
      of_case.sum[k] += *entries[k];
      of_case.count[k] += 1;
    }
  }
  Scorer scorer;
  scorer.names.assign(kNames.begin(), kNames.end());
  scorer.values_at = [sums](std::span<const double> weights, std::span<double> out) {
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      double sum = 0, count = 0;
      for (std::size_t c = 0; c < sums->size(); ++c) {
        sum += weights[c] * (*sums)[c].sum[k];
        count += weights[c] * (*sums)[c].count[k];
      }
      out[k] = count > 0 ? sum / count : kUndefined;
    }
  };
  return scorer;
}

std::span<const MetricRow> generation_metrics() { return kRows; }

}  // namespace surgsigma
