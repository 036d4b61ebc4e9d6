// The plain functions over one class, and the table of what the family gives.
#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <numeric>

#include "surgsigma/eval/metrics/triplet_ranking.h"
#include "surgsigma/eval/metrics/triplets.h"

namespace surgsigma {
namespace {

constexpr std::string_view kFamily = "triplets";
constexpr std::string_view kIvt = "CAMMA-public/ivtmetrics recognition.py (a89cf65)";
constexpr std::string_view kSets = "defined in eval/metrics/triplet_sets.h";
constexpr std::string_view kAbsent =
    "class without positives: left out (defect D3 of the reference); equal scores: one threshold";
constexpr std::string_view kUnread = "unreadable answer: an empty set, never exact; empty and empty: 1";
constexpr std::array<MetricRow, 15> kRows = {{
    {kFamily, "ap_ivt:video", "higher", "share",
     "AP of each triplet class and video, mean over videos, then over classes (also ap_i, ap_v, ap_t, ap_iv, ap_it).",
     kIvt, kAbsent},
    {kFamily, "ap_ivt:global", "higher", "share",
     "AP of each triplet class over all frames, mean over classes (also ap_i, ap_v, ap_t, ap_iv, ap_it).", kIvt,
     kAbsent},
    {kFamily, "ap_ivt:video_no_null", "higher", "share", "ap_ivt:video without the null classes.", kIvt, kAbsent},
    {kFamily, "ap_ivt:global_no_null", "higher", "share", "ap_ivt:global without the null classes.", kIvt, kAbsent},
    {kFamily, "ap_ivt:video/<class>", "higher", "share", "ap_ivt:video of one class (also of components).", kIvt,
     "class without positives: undefined"},
    {kFamily, "ap_ivt:global/<class>", "higher", "share", "ap_ivt:global of one class (also of components).", kIvt,
     "class without positives: undefined"},
    {kFamily, "top5_ivt", "higher", "share",
     "Share of the triplets present that are among the five highest of their frame (also 1, 10, 20 and components).",
     kIvt, "equal scores: the expected value over their orders"},
    {kFamily, "micro_f1", "higher", "share", "F1 of sets of triplets, hits and misses pooled over frames.", kSets,
     "no truth and no answers at all: undefined; unreadable answer: an empty set"},
    {kFamily, "micro_precision", "higher", "share", "Answered triplets that are right (also micro_recall).", kSets,
     "no truth: undefined; truth but no answers: 0"},
    {kFamily, "micro_f1_i", "higher", "share",
     "micro_f1 of the sets of instruments of each frame (also _v, _t, _iv, _it).", kSets, kUnread},
    {kFamily, "sample_f1", "higher", "share", "Mean over frames of the F1 of the two sets.", kSets, kUnread},
    {kFamily, "exact_set", "higher", "share", "Share of frames whose set is right as a whole.", kSets, kUnread},
    {kFamily, "compat:joint/triplet_accuracy", "higher", "share",
     "Share of annotated triplets that are anywhere in the list answered for their frame (also components).",
     "davidshyn1/surgical_vlm_test triplet_recognition_cholect50.py (bfb5afe)",
     "defect D9: listing every triplet scores 1; unreadable answer: an empty list"},
    {kFamily, "compat:joint/instrument_map", "higher", "share", "Mean AP over 0/1 answers (also verb, target).",
     "davidshyn1/surgical_vlm_test triplet_recognition_cholect50.py (bfb5afe)",
     "defect D4: equal scores with positives first, absent classes count 0"},
    {kFamily, "compat:joint/triplet_precision", "higher", "share",
     "Mean over annotations of the share of answered triplets that equal it.",
     "davidshyn1/surgical_vlm_test triplet_recognition_cholect50.py (bfb5afe)", "no answer: 0"},
}};

}  // namespace

double average_precision_of(std::span<const std::uint8_t> truth, std::span<const double> scores) {
  VideoFrames one;
  one.begin = {0, static_cast<std::uint32_t>(truth.size())};
  one.case_of_video = {0};
  one.cases = 1;
  double value = std::numeric_limits<double>::quiet_NaN();
  TripletRankingRoom room;
  triplet_ranking(truth, scores, one, std::span(&value, 1), room);
  return value;
}

double compat_positives_first_ap(std::span<const std::uint8_t> truth, std::span<const double> scores) {
  std::vector<std::size_t> order(truth.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : truth[a] > truth[b];
  });
  double hits = 0, sum = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (!truth[order[i]]) continue;
    hits += 1;
    sum += hits / static_cast<double>(i + 1);
  }
  return hits > 0 ? sum / hits : 0;
}

std::span<const MetricRow> triplets_metrics() { return kRows; }

}  // namespace surgsigma
