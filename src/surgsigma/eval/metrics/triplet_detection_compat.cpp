// compat:ivtmetrics of the detection form, step by step as the reference does it, damage included.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "surgsigma/eval/metrics/triplet_detection.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// A row of the reference's arrays: class ids may be -1 (padding), and w, h become x2, y2 whenever it is compared.
struct Row {
  int triplet = -1, instrument = -1;
  double x = -1, y = -1, w = -1, h = -1;
  void spoil() {
    w += x;
    h += y;
  }
};
using Rows = std::vector<Row>;

double spoiling_iou(Row& a, Row& b) {
  a.spoil();
  b.spoil();
  const double wide_a = std::max(0.0, a.w - a.x), high_a = std::max(0.0, a.h - a.y);
  const double wide_b = std::max(0.0, b.w - b.x), high_b = std::max(0.0, b.h - b.y);
  const double wide = std::max(0.0, std::min(a.w, b.w) - std::max(a.x, b.x));
  const double high = std::max(0.0, std::min(a.h, b.h) - std::max(a.y, b.y));
  if (wide * high <= 0) return 0;
  return wide * high / (wide_a * high_a + wide_b * high_b - wide * high);
}

/// Highest score first; equal scores in reverse order, as a stable rising sort read backwards.
Rows rows_of(std::vector<TripletBox> boxes, IvtmetricsVersion version) {
  std::stable_sort(boxes.begin(), boxes.end(), [](auto& a, auto& b) { return a.score < b.score; });
  std::reverse(boxes.begin(), boxes.end());
  Rows rows;
  for (const TripletBox& box : boxes)
    rows.push_back({static_cast<int>(box.triplet), static_cast<int>(box.instrument), box.x, box.y, box.w, box.h});
  if (rows.empty() && version == IvtmetricsVersion::kHead) rows.emplace_back();  // D2
  return rows;
}

/// Of one class: hits in order of frames.
struct Tally {
  std::vector<char> hits;
  double truths = 0;
};

struct Video {
  std::vector<Tally> ivt, i;
  std::array<double, 7> association{};
};

/// Python's index: -1 is the last.
Tally& tally_at(std::vector<Tally>& tallies, int index) {
  return index < 0 ? tallies.back() : tallies[static_cast<std::size_t>(index)];
}

void count_frame(Rows truth, Rows answer, int Row::*of, double threshold, std::vector<Tally>& tallies) {
  if (tallies.empty()) return;
  for (const Row& row : truth) tally_at(tallies, row.*of).truths += 1;
  for (Row& row : answer) {
    bool is_matched = false;
    for (std::size_t t = 0; t < truth.size() && !is_matched; ++t) {
      if (truth[t].*of != row.*of || spoiling_iou(truth[t], row) < threshold) continue;
      truth.erase(truth.begin() + static_cast<std::ptrdiff_t>(t));
      is_matched = true;
    }
    tally_at(tallies, row.*of).hits.push_back(is_matched ? 1 : 0);
  }
}

void erase_at(Rows& rows, std::size_t at) { rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(at)); }

/// The place of the first true box of that triplet, unless it is 0, which the reference reads as "no".
std::optional<std::size_t> place_but_first(const Rows& truth, int triplet) {
  for (std::size_t t = 0; t < truth.size(); ++t) {
    if (truth[t].triplet == triplet) return t == 0 ? std::nullopt : std::optional(t);
  }
  return std::nullopt;
}

/// One step of the association: matches(box, truth) may take true boxes away; boxes that match are counted.
template <class Matches>
void step(Rows& boxes, Rows& truth, double& count, Matches matches) {
  Rows left;
  for (const Row& box : boxes) {
    if (matches(box, truth)) {
      count += 1;
    } else {
      left.push_back(box);
    }
  }
  boxes = std::move(left);
}

void associate(Rows truth, const Rows& answer, double threshold, std::array<double, 7>& counts) {
  if (truth.empty() || answer.empty()) {
    counts[5] += static_cast<double>(answer.size());
    counts[6] += static_cast<double>(truth.size());
    return;
  }
  Rows known, unknown;  // boxes of triplets that are in the frame, and others
  for (const Row& row : answer) {
    const bool is_known = std::any_of(truth.begin(), truth.end(), [&](auto& t) { return t.triplet == row.triplet; });
    (is_known ? known : unknown).push_back(row);
  }
  // Answered boxes are copied for each comparison here and stay whole; true boxes are spoiled.
  const auto same_triplet = [](auto enough) {
    return [enough](const Row& box, Rows& left) {
      for (std::size_t t = 0; t < left.size(); ++t) {
        Row copy = box;
        if (left[t].triplet != box.triplet || !enough(spoiling_iou(left[t], copy))) continue;
        erase_at(left, t);
        return true;
      }
      return false;
    };
  };
  step(known, truth, counts[0], same_triplet([&](double overlap) { return overlap >= threshold; }));
  step(known, truth, counts[1], same_triplet([](double overlap) { return overlap > 0; }));
  step(known, truth, counts[2], [&](const Row& box, Rows& left) {
    for (Row& row : left) {
      Row copy = box;
      if (spoiling_iou(row, copy) <= threshold) continue;
      if (const auto other = place_but_first(left, box.triplet)) {
        erase_at(left, *other);
        return true;
      }
    }
    return false;
  });
  if (!known.empty()) {
    unknown.insert(unknown.end(), known.begin(), known.end());
    step(unknown, truth, counts[3], [&](const Row& box, Rows& left) {
      for (Row& row : left) {
        Row copy = box;
        if (spoiling_iou(row, copy) > threshold) return true;
      }
      return false;
    });
    known = std::move(unknown);
  }
  step(known, truth, counts[4], [](const Row& box, Rows& left) {
    const auto own = place_but_first(left, box.triplet);
    if (own) erase_at(left, *own);
    return own.has_value();
  });
  counts[5] += static_cast<double>(known.size());
  counts[6] += static_cast<double>(truth.size());
}

double mean_of_defined(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    count += 1;
  }
  return count > 0 ? sum / count : kUndefined;
}

void finish(IvtmetricsScores& scores) {
  scores.mean_ap = mean_of_defined(scores.ap);
  scores.mean_recall = mean_of_defined(scores.recall);
  scores.mean_precision = mean_of_defined(scores.precision);
}

IvtmetricsScores scores_of(const std::vector<Tally>& tallies) {
  IvtmetricsScores scores;
  for (const Tally& tally : tallies) {
    double ap = 0, best_recall = 0, best_precision = 0, hits = 0;
    std::vector<std::pair<double, double>> curve;
    for (std::size_t i = 0; i < tally.hits.size(); ++i) {
      hits += tally.hits[i];
      const double recall = tally.truths > 0 ? hits / tally.truths : 0;
      curve.emplace_back(recall, hits / static_cast<double>(i + 1));
      best_recall = std::max(best_recall, recall);
      best_precision = std::max(best_precision, curve.back().second);
    }
    for (int i = 0; i <= 10; ++i) {
      double best = 0;
      for (const auto& [recall, precision] : curve) best = recall >= i / 10.0 ? std::max(best, precision) : best;
      ap += best / 11;
    }
    const bool is_defined = tally.truths > 0 || !tally.hits.empty();
    scores.ap.push_back(is_defined ? ap : kUndefined);
    scores.recall.push_back(is_defined ? best_recall : kUndefined);
    scores.precision.push_back(is_defined ? best_precision : kUndefined);
  }
  finish(scores);
  return scores;
}

std::vector<double> mean_over_videos(const std::vector<IvtmetricsScores>& videos,
                                     std::vector<double> IvtmetricsScores::*of) {
  std::vector<double> means;
  for (std::size_t c = 0; !videos.empty() && c < (videos[0].*of).size(); ++c) {
    std::vector<double> values;
    for (const IvtmetricsScores& video : videos) values.push_back((video.*of)[c]);
    means.push_back(mean_of_defined(values));
  }
  return means;
}

IvtmetricsScores by_video(const std::vector<Video>& videos, std::vector<Tally> Video::*of) {
  std::vector<IvtmetricsScores> of_video;
  for (const Video& video : videos) of_video.push_back(scores_of(video.*of));
  IvtmetricsScores scores;
  scores.ap = mean_over_videos(of_video, &IvtmetricsScores::ap);
  scores.recall = mean_over_videos(of_video, &IvtmetricsScores::recall);
  scores.precision = mean_over_videos(of_video, &IvtmetricsScores::precision);
  finish(scores);
  return scores;
}

IvtmetricsScores pooled(const std::vector<Video>& videos, std::vector<Tally> Video::*of, std::size_t classes) {
  std::vector<Tally> all(classes);
  for (const Video& video : videos) {
    for (std::size_t c = 0; c < classes; ++c) {
      const Tally& own = (video.*of)[c];
      all[c].hits.insert(all[c].hits.end(), own.hits.begin(), own.hits.end());
      all[c].truths += own.truths;
    }
  }
  return scores_of(all);
}

}  // namespace

Result<IvtmetricsDetection> compat_ivtmetrics_detection(const TripletDetection& input, IvtmetricsVersion version) {
  SURGSIGMA_CHECK(check_triplet_detection(input));
  const bool has_association = version == IvtmetricsVersion::kReleased;
  const std::size_t triplets = input.triplets.size(), instruments = input.instruments.size();
  std::vector<Video> videos(input.case_of_video.size(),
                            {std::vector<Tally>(triplets), std::vector<Tally>(instruments), {}});
  for (const TripletBoxFrame& frame : input.frames) {
    Video& video = videos[frame.video];
    const Rows truth = rows_of(frame.truth, version), answer = rows_of(frame.answer, version);
    count_frame(truth, answer, &Row::triplet, input.iou, video.ivt);
    count_frame(truth, answer, &Row::instrument, input.iou, video.i);
    if (has_association) associate(truth, answer, input.iou, video.association);
  }
  IvtmetricsDetection result{pooled(videos, &Video::ivt, triplets),
                             pooled(videos, &Video::i, instruments),
                             by_video(videos, &Video::ivt),
                             by_video(videos, &Video::i),
                             {}};
  for (std::size_t k = 0; k < result.association.size(); ++k) {
    std::vector<double> shares;
    for (const Video& video : videos) {
      double all = 0;
      for (const double count : video.association) all += count;
      if (all > 0) shares.push_back(video.association[k] / all);
    }
    result.association[k] = has_association ? mean_of_defined(shares) : kUndefined;
  }
  return result;
}

}  // namespace surgsigma
