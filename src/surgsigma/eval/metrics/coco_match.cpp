#include "surgsigma/eval/metrics/coco_match.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "surgsigma/base/threads.h"

namespace surgsigma {
namespace {

constexpr std::size_t kMostDetections = 100;
constexpr std::size_t kGroupsPerTurn = 512;

struct Range {
  double low, high;
  bool holds(double area) const { return !(area < low || area > high); }
};
constexpr std::array<Range, kCocoRanges> kRanges = {{{0, 1e10}, {0, 1024}, {1024, 9216}, {9216, 1e10}}};

/// numpy.linspace(.5, .95, 10), bit for bit.
double threshold_at(int t) { return t == kCocoThresholds - 1 ? 0.95 : t * ((0.95 - 0.5) / 9) + 0.5; }

/// One detection in the ranking of its class. Bit t of a word: at IoU threshold t.
struct CocoHit {
  std::uint32_t case_number = 0;
  std::uint8_t place_in_image = 0;                        // 0..99
  bool ends_group = true;                                 // the ranking may be cut behind it
  std::array<std::uint16_t, kCocoRanges> hits{};          // found a truth that counts
  std::array<std::uint16_t, kCocoRanges> false_alarms{};  // found none and is not ignored
};

/// Items of one picture and class: [begin, end) of the sorted orders.
struct Group {
  std::uint32_t image = 0, category = 0;
  std::size_t truth_begin = 0, truth_end = 0, detection_begin = 0, detection_end = 0;
};

struct Sorted {
  std::vector<std::uint32_t> truths, detections;  // by category, then picture, then input
  std::vector<Group> groups;                      // in the same order
};

template <class Item>
std::vector<std::uint32_t> sorted_places(const std::vector<Item>& items, std::size_t images, std::size_t categories) {
  // Two stable counting sorts: by picture, then by category.
  std::vector<std::uint32_t> order(items.size()), by_image(items.size());
  std::vector<std::size_t> begin(std::max(images, categories) + 1, 0);
  for (const Item& item : items) ++begin[item.image + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  for (std::uint32_t i = 0; i < items.size(); ++i) by_image[begin[items[i].image]++] = i;
  std::fill(begin.begin(), begin.end(), 0);
  for (const Item& item : items) ++begin[item.category + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  for (const std::uint32_t i : by_image) order[begin[items[i].category]++] = i;
  return order;
}

Sorted sorted_input(const CocoInput& input) {
  Sorted sorted;
  const std::size_t images = input.case_of_image.size(), categories = input.categories.size();
  sorted.truths = sorted_places(input.truths, images, categories);
  sorted.detections = sorted_places(input.detections, images, categories);
  const auto key = [](const auto& item) { return std::pair(item.category, item.image); };
  std::size_t t = 0, d = 0;
  while (t < sorted.truths.size() || d < sorted.detections.size()) {
    const bool has_truth = t < sorted.truths.size(), has_detection = d < sorted.detections.size();
    auto here = has_truth ? key(input.truths[sorted.truths[t]]) : key(input.detections[sorted.detections[d]]);
    if (has_truth && has_detection) here = std::min(here, key(input.detections[sorted.detections[d]]));
    Group group{here.second, here.first, t, t, d, d};
    while (t < sorted.truths.size() && key(input.truths[sorted.truths[t]]) == here) ++t;
    while (d < sorted.detections.size() && key(input.detections[sorted.detections[d]]) == here) ++d;
    group.truth_end = t;
    group.detection_end = d;
    sorted.groups.push_back(group);
  }
  return sorted;
}

/// Orders the items of one group by their content, for results that do not depend on the order of input.
template <class Item>
bool content_before(const std::vector<Item>& items, const std::vector<Mask>& masks, std::uint32_t a, std::uint32_t b) {
  if (items[a].box != items[b].box) return (items[a].box <=> items[b].box) == std::partial_ordering::less;
  if (!masks.empty() && masks[a].runs != masks[b].runs) return masks[a].runs < masks[b].runs;
  return false;
}

/// Room for the work on one group, kept from group to group.
struct Room {
  std::vector<double> ious;         // [detection][truth]
  std::vector<std::uint32_t> line;  // truths, those that count first
  std::vector<char> is_ignored, is_taken;
};

void order_group(const CocoInput& input, const Group& group, CocoTies ties, Sorted& sorted) {
  const auto truths = sorted.truths.begin(), detections = sorted.detections.begin();
  const auto at = [](auto first, std::size_t place) { return first + static_cast<std::ptrdiff_t>(place); };
  if (ties == CocoTies::kByThreshold) {
    std::sort(at(truths, group.truth_begin), at(truths, group.truth_end), [&](std::uint32_t a, std::uint32_t b) {
      if (content_before(input.truths, input.truth_masks, a, b)) return true;
      if (content_before(input.truths, input.truth_masks, b, a)) return false;
      return std::pair(input.truths[a].area, input.truths[a].is_crowd) <
             std::pair(input.truths[b].area, input.truths[b].is_crowd);
    });
  }
  std::stable_sort(at(detections, group.detection_begin), at(detections, group.detection_end),
                   [&](std::uint32_t a, std::uint32_t b) {
                     const double left = input.detections[a].score, right = input.detections[b].score;
                     if (left != right || ties == CocoTies::kByOrder) return left > right;
                     return content_before(input.detections, input.detection_masks, a, b);
                   });
}

/// The hits of one group, best score first, at most a hundred; counts its positives in `positives` [range].
void match_group(const CocoInput& input, const Group& group, const Sorted& sorted, Room& room,
                 std::vector<CocoHit>& hits, std::array<std::uint32_t, kCocoRanges>& positives) {
  const std::size_t truths = group.truth_end - group.truth_begin;
  const std::size_t detections = std::min(group.detection_end - group.detection_begin, kMostDetections);
  const auto truth_at = [&](std::size_t t) { return sorted.truths[group.truth_begin + t]; };
  const auto detection_at = [&](std::size_t d) { return sorted.detections[group.detection_begin + d]; };
  const bool has_masks = !input.truth_masks.empty() || !input.detection_masks.empty();
  room.ious.resize(truths * detections);
  room.line.resize(truths);
  room.is_ignored.resize(truths);
  room.is_taken.resize(truths);
  hits.assign(detections, {});
  for (std::size_t d = 0; d < detections; ++d) {
    hits[d].case_number = static_cast<std::uint32_t>(input.case_of_image[group.image]);
    hits[d].place_in_image = static_cast<std::uint8_t>(d);
    for (std::size_t t = 0; t < truths; ++t) {
      const bool is_crowd = input.truths[truth_at(t)].is_crowd;
      // Sizes are equal (checked), so masks always meet.
      room.ious[d * truths + t] =
          has_masks ? mask_iou(input.detection_masks[detection_at(d)], input.truth_masks[truth_at(t)], is_crowd).value()
                    : coco_iou(input.detections[detection_at(d)].box, input.truths[truth_at(t)].box, is_crowd);
    }
  }
  for (std::size_t range = 0; range < kCocoRanges; ++range) {
    positives[range] = 0;
    for (std::size_t t = 0; t < truths; ++t) {
      const CocoTruth& truth = input.truths[truth_at(t)];
      room.is_ignored[t] = truth.is_crowd || !kRanges[range].holds(truth.area) ? 1 : 0;
      positives[range] += room.is_ignored[t] ? 0 : 1;
    }
    std::size_t placed = 0;
    for (const char ignored : {char{0}, char{1}}) {
      for (std::size_t t = 0; t < truths; ++t) {
        if (room.is_ignored[t] == ignored) room.line[placed++] = static_cast<std::uint32_t>(t);
      }
    }
    for (int threshold = 0; threshold < kCocoThresholds; ++threshold) {
      const auto bit = static_cast<std::uint16_t>(1u << threshold);
      std::fill(room.is_taken.begin(), room.is_taken.end(), 0);
      for (std::size_t d = 0; d < detections; ++d) {
        double best = std::min(threshold_at(threshold), 1 - 1e-10);
        std::size_t found = truths;
        for (const std::uint32_t t : room.line) {
          if (room.is_taken[t] && !input.truths[truth_at(t)].is_crowd) continue;
          if (found < truths && !room.is_ignored[found] && room.is_ignored[t]) break;
          if (room.ious[d * truths + t] < best) continue;
          best = room.ious[d * truths + t];
          found = t;
        }
        if (found < truths) {
          room.is_taken[found] = 1;
          if (!room.is_ignored[found]) hits[d].hits[range] |= bit;
          continue;
        }
        const CocoBox& box = input.detections[detection_at(d)].box;
        const double size =
            has_masks ? static_cast<double>(area(input.detection_masks[detection_at(d)])) : box.w * box.h;
        if (kRanges[range].holds(size)) hits[d].false_alarms[range] |= bit;
      }
    }
  }
}

/// What one size range and threshold see of a ranking.
RankedCuts cuts_of(const std::vector<CocoHit>& ranking, std::size_t range, int threshold) {
  RankedCuts cuts;
  std::size_t hits_cut = 0, others_cut = 0;  // what the last cut holds
  const auto end_cut = [&] {
    if (others_cut == cuts.others.size() && cuts.size() > 0) {
      cuts.end_of_hits.pop_back();
      cuts.end_of_others.pop_back();
    }
    cuts.cut();
    hits_cut = cuts.hits.size();
    others_cut = cuts.others.size();
  };
  for (const CocoHit& hit : ranking) {
    if (hit.hits[range] >> threshold & 1) cuts.add_hits(hit.case_number, 1);
    if (hit.false_alarms[range] >> threshold & 1) cuts.add_others(hit.case_number, 1);
    if (hit.ends_group && cuts.hits.size() > hits_cut) end_cut();
  }
  cuts.others.resize(others_cut);
  return cuts;
}

void set_found(const std::vector<CocoHit>& ranking, std::size_t cases, CocoClass& of_class) {
  for (auto& of_case : of_class.found) of_case.assign(cases, 0);
  for (const CocoHit& hit : ranking) {
    for (std::size_t kind = 0; kind < kCocoRecalls; ++kind) {
      if (hit.place_in_image < kCocoRecallOf[kind].second)
        of_class.found[kind][hit.case_number] += std::popcount(hit.hits[kCocoRecallOf[kind].first]);
    }
  }
}

}  // namespace

double coco_iou(const CocoBox& detection, const CocoBox& truth, bool is_crowd) {
  const double wide = std::min(detection.w + detection.x, truth.w + truth.x) - std::max(detection.x, truth.x);
  const double high = std::min(detection.h + detection.y, truth.h + truth.y) - std::max(detection.y, truth.y);
  if (wide <= 0 || high <= 0) return 0;
  const double common = wide * high, own = detection.w * detection.h;
  return common / (is_crowd ? own : own + truth.w * truth.h - common);
}

std::vector<CocoClass> coco_classes(const CocoInput& input, CocoTies ties, int jobs) {
  Sorted sorted = sorted_input(input);
  // Hits keep the places of their detections in the sorted order; those beyond the hundredth of a picture stay unused.
  std::vector<CocoHit> hits(sorted.detections.size());
  std::vector<std::uint32_t> detections_of(sorted.groups.size());
  std::vector<std::array<std::uint32_t, kCocoRanges>> positives_of(sorted.groups.size());
  const std::size_t turns = (sorted.groups.size() + kGroupsPerTurn - 1) / kGroupsPerTurn;
  parallel_for(turns, jobs, [&](std::size_t turn) {
    Room room;
    std::vector<CocoHit> of_group;
    const std::size_t end = std::min(sorted.groups.size(), (turn + 1) * kGroupsPerTurn);
    for (std::size_t g = turn * kGroupsPerTurn; g < end; ++g) {
      order_group(input, sorted.groups[g], ties, sorted);
      match_group(input, sorted.groups[g], sorted, room, of_group, positives_of[g]);
      detections_of[g] = static_cast<std::uint32_t>(of_group.size());
      std::copy(of_group.begin(), of_group.end(),
                hits.begin() + static_cast<std::ptrdiff_t>(sorted.groups[g].detection_begin));
    }
  });

  std::vector<std::size_t> first_group(input.categories.size() + 1, sorted.groups.size());
  for (std::size_t g = sorted.groups.size(); g > 0; --g) first_group[sorted.groups[g - 1].category] = g - 1;
  for (std::size_t c = input.categories.size(); c > 0; --c)
    first_group[c - 1] = std::min(first_group[c - 1], first_group[c]);

  std::vector<CocoClass> classes(input.categories.size());
  parallel_for(classes.size(), jobs, [&](std::size_t c) {
    for (auto& of_case : classes[c].positives) of_case.assign(input.cases, 0);
    std::vector<std::pair<double, std::size_t>> order;  // score, place
    for (std::size_t g = first_group[c]; g < first_group[c + 1]; ++g) {
      const Group& group = sorted.groups[g];
      for (std::size_t range = 0; range < kCocoRanges; ++range)
        classes[c].positives[range][input.case_of_image[group.image]] += positives_of[g][range];
      for (std::size_t d = 0; d < detections_of[g]; ++d) {
        const std::size_t place = group.detection_begin + d;
        order.emplace_back(input.detections[sorted.detections[place]].score, place);
      }
    }
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<CocoHit> ranking;
    ranking.reserve(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      ranking.push_back(hits[order[i].second]);
      ranking.back().ends_group =
          ties == CocoTies::kByOrder || i + 1 == order.size() || order[i + 1].first != order[i].first;
    }
    set_found(ranking, input.cases, classes[c]);
    for (std::size_t range = 0; range < kCocoRanges; ++range) {
      for (int t = 0; t < kCocoThresholds; ++t)
        classes[c].cuts[range][static_cast<std::size_t>(t)] = cuts_of(ranking, range, t);
    }
  });
  return classes;
}

}  // namespace surgsigma
