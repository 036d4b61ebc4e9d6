// compat:vlm_box_ap, step by step as the reference does it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "surgsigma/eval/metrics/boxes.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

struct Scored {
  double score = 0;
  bool is_hit = false;
};

/// The answers of one picture and class in order of their scores, each given to the best true box that is left.
std::vector<Scored> hits_in_picture(const std::vector<const VlmBoxRecord*>& records, double threshold) {
  std::vector<const VlmBoxRecord*> ranked = records;
  std::stable_sort(ranked.begin(), ranked.end(), [](auto* a, auto* b) { return a->score > b->score; });
  std::vector<char> is_used(records.size(), 0);
  std::vector<Scored> hits;
  for (std::size_t r = 0; r < ranked.size(); ++r) {
    double best = 0;
    std::size_t best_at = records.size();
    for (std::size_t t = 0; t < records.size(); ++t) {
      const double overlap = is_used[t] ? 0 : iou(*ranked[r]->answer, records[t]->truth);
      if (overlap <= best) continue;
      best = overlap;
      best_at = t;
    }
    const bool is_hit = best_at < records.size() && best >= threshold;
    if (is_hit) is_used[best_at] = 1;
    // The reference puts the labels, which follow the ranking, beside the scores in order of input.
    hits.push_back({records[r]->score, is_hit});
  }
  return hits;
}

double average_precision(std::vector<Scored> scored) {
  const auto positives =
      static_cast<double>(std::count_if(scored.begin(), scored.end(), [](auto& s) { return s.is_hit; }));
  if (positives == 0) return 0;
  std::stable_sort(scored.begin(), scored.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  double hits = 0, sum = 0, recall_before = 0;
  for (std::size_t i = 0; i < scored.size(); ++i) {
    if (!scored[i].is_hit) continue;
    hits += 1;
    const double recall = hits / positives;
    sum += hits / static_cast<double>(i + 1) * (recall - recall_before);
    recall_before = recall;
  }
  return sum;
}

}  // namespace

VlmBoxAp compat_vlm_box_ap(std::span<const VlmBoxRecord> records) {
  // Class -> pictures in order of their first record. A class all of whose answers were dropped keeps an AP of 0.
  std::map<std::string, std::vector<std::vector<const VlmBoxRecord*>>> pictures_of;
  std::map<std::pair<std::string, std::string>, std::size_t> place_of;
  VlmBoxAp result;
  double iou_sum = 0;
  for (const VlmBoxRecord& record : records) {
    if (record.label.empty()) continue;
    auto& pictures = pictures_of[record.label];
    const auto [place, is_new] = place_of.try_emplace({record.label, record.image}, pictures.size());
    if (is_new) pictures.emplace_back();
    if (!record.answer) continue;
    pictures[place->second].push_back(&record);
    iou_sum += iou(record.truth, *record.answer);
    ++result.scored;
  }
  result.classes = pictures_of.size();
  result.mean_iou = result.scored == 0 ? kUndefined : iou_sum / static_cast<double>(result.scored);
  result.ap50 = result.ap75 = result.coco_ap = kUndefined;
  if (pictures_of.empty()) return result;
  double sum = 0;
  for (int step = 0; step < 10; ++step) {
    const double threshold = (50 + 5 * step) / 100.0;
    double of_classes = 0;
    for (const auto& [label, pictures] : pictures_of) {
      std::vector<Scored> all;
      for (const auto& picture : pictures) {
        const auto hits = hits_in_picture(picture, threshold);
        all.insert(all.end(), hits.begin(), hits.end());
      }
      of_classes += average_precision(std::move(all));
    }
    const double mean = of_classes / static_cast<double>(pictures_of.size());
    if (step == 0) result.ap50 = mean;
    if (step == 5) result.ap75 = mean;
    sum += mean;
  }
  result.coco_ap = sum / 10;
  return result;
}

}  // namespace surgsigma
