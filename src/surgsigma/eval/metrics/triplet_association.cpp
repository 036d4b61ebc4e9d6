#include "surgsigma/eval/metrics/triplet_association.h"

#include <algorithm>
#include <set>

namespace surgsigma {
namespace {

/// The free true box with the highest IoU among those that `fits` (box, IoU) accepts; truth.size() if none.
template <class Fits>
std::size_t best_free(const std::vector<TripletBox>& truth, const std::vector<char>& is_taken, const TripletBox& box,
                      Fits fits) {
  std::size_t found = truth.size();
  double best = -1;
  for (std::size_t t = 0; t < truth.size(); ++t) {
    if (is_taken[t]) continue;
    const double overlap = box_iou(truth[t], box);
    if (overlap <= best || !fits(truth[t], overlap)) continue;
    best = overlap;
    found = t;
  }
  return found;
}

}  // namespace

std::vector<TripletBox> ranked_boxes(std::vector<TripletBox> boxes) {
  std::sort(boxes.begin(), boxes.end(), [](const TripletBox& a, const TripletBox& b) {
    if (a.score != b.score) return a.score > b.score;
    return (a <=> b) == std::partial_ordering::less;
  });
  return boxes;
}

double box_iou(const TripletBox& a, const TripletBox& b) {
  const double wide = std::min(a.x + a.w, b.x + b.w) - std::max(a.x, b.x);
  const double high = std::min(a.y + a.h, b.y + b.h) - std::max(a.y, b.y);
  if (wide <= 0 || high <= 0) return 0;
  const double common = wide * high;
  return common / (a.w * a.h + b.w * b.h - common);
}

std::vector<char> found_boxes(const std::vector<TripletBox>& truth, const std::vector<TripletBox>& answer,
                              std::size_t TripletBox::*of, double iou) {
  std::vector<char> is_taken(truth.size(), 0), is_found;
  for (const TripletBox& box : answer) {
    const std::size_t t = best_free(truth, is_taken, box, [&](const TripletBox& true_box, double overlap) {
      return true_box.*of == box.*of && overlap >= iou;
    });
    if (t < truth.size()) is_taken[t] = 1;
    is_found.push_back(t < truth.size() ? 1 : 0);
  }
  return is_found;
}

std::array<double, 7> association(const std::vector<TripletBox>& truth, const std::vector<TripletBox>& answer,
                                  double iou) {
  std::array<double, 7> counts{};
  std::vector<char> is_taken(truth.size(), 0);
  std::vector<const TripletBox*> left;
  for (const TripletBox& box : answer) left.push_back(&box);
  // One step: every box that is left takes the best true box that fits.
  const auto step = [&](std::size_t kind, auto fits) {
    std::vector<const TripletBox*> rest;
    for (const TripletBox* box : left) {
      const std::size_t t = best_free(truth, is_taken, *box, [&](const TripletBox& true_box, double overlap) {
        return fits(*box, true_box, overlap);
      });
      if (t == truth.size()) {
        rest.push_back(box);
        continue;
      }
      is_taken[t] = 1;
      counts[kind] += 1;
    }
    left = std::move(rest);
  };
  step(0, [&](auto& box, auto& own, double overlap) { return own.triplet == box.triplet && overlap >= iou; });
  step(1, [](auto& box, auto& own, double overlap) { return own.triplet == box.triplet && overlap > 0; });
  std::set<std::size_t> free_triplets;  // before any switch takes a box, so that two exchanged names are two switches
  for (std::size_t t = 0; t < truth.size(); ++t) {
    if (!is_taken[t]) free_triplets.insert(truth[t].triplet);
  }
  step(2, [&](auto& box, auto& other, double overlap) {
    return other.triplet != box.triplet && overlap >= iou && free_triplets.contains(box.triplet);
  });
  step(3, [&](auto& box, auto& other, double overlap) { return other.triplet != box.triplet && overlap >= iou; });
  step(4, [](auto& box, auto& own, double) { return own.triplet == box.triplet; });
  counts[5] = static_cast<double>(left.size());
  counts[6] = static_cast<double>(std::count(is_taken.begin(), is_taken.end(), 0));
  return counts;
}

}  // namespace surgsigma
