#include "surgsigma/eval/metrics/triplet_detection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "surgsigma/eval/metrics/ranked.h"
#include "surgsigma/eval/metrics/ratios.h"
#include "surgsigma/eval/metrics/triplet_association.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<double, 11> kRecalls = {0 / 10.0, 1 / 10.0, 2 / 10.0, 3 / 10.0, 4 / 10.0, 5 / 10.0,
                                             6 / 10.0, 7 / 10.0, 8 / 10.0, 9 / 10.0, 10 / 10.0};

/// One answered box in the ranking of its class.
struct Hit {
  double score = 0;
  std::uint32_t video = 0;
  bool is_found = false;
  bool ends_group = true;
};

struct Class {
  std::vector<Hit> ranking;         // best score first
  std::vector<double> truths;       // [video]
  std::vector<double> ap_of_video;  // no number where the video has no truth
};

/// One of the two kinds of classes.
struct Board {
  std::vector<std::string> names;
  std::vector<Class> classes;
};

void mark_groups(std::vector<Hit>& ranking) {
  for (std::size_t i = 0; i < ranking.size(); ++i)
    ranking[i].ends_group = i + 1 == ranking.size() || ranking[i + 1].score != ranking[i].score;
}

double video_ap(const Class& of_class, std::size_t video, RankedCurve& curve) {
  if (!(of_class.truths[video] > 0)) return kUndefined;
  std::vector<Hit> own;
  for (const Hit& hit : of_class.ranking) {
    if (hit.video == video) own.push_back(hit);
  }
  mark_groups(own);
  const auto step = [&](std::size_t i) {
    return RankedStep{own[i].is_found ? 1.0 : 0.0, own[i].is_found ? 0.0 : 1.0, own[i].ends_group};
  };
  return interpolated_ap(own.size(), of_class.truths[video], kRecalls, step, curve);
}

Board board_of(const TripletDetection& input, const std::vector<TripletBoxFrame>& frames,
               const std::vector<std::string>& names, std::size_t TripletBox::*of) {
  Board board{names, std::vector<Class>(names.size())};
  const std::size_t videos = input.case_of_video.size();
  for (Class& of_class : board.classes) of_class.truths.assign(videos, 0);
  for (const TripletBoxFrame& frame : frames) {
    const std::vector<char> is_found = found_boxes(frame.truth, frame.answer, of, input.iou);
    for (const TripletBox& box : frame.truth) board.classes[box.*of].truths[frame.video] += 1;
    for (std::size_t a = 0; a < frame.answer.size(); ++a)
      board.classes[frame.answer[a].*of].ranking.push_back(
          {frame.answer[a].score, static_cast<std::uint32_t>(frame.video), is_found[a] != 0, true});
  }
  RankedCurve curve;
  for (Class& of_class : board.classes) {
    std::stable_sort(of_class.ranking.begin(), of_class.ranking.end(),
                     [](const Hit& a, const Hit& b) { return a.score > b.score; });
    mark_groups(of_class.ranking);
    for (std::size_t v = 0; v < videos; ++v) of_class.ap_of_video.push_back(video_ap(of_class, v, curve));
  }
  return board;
}

struct Mean {
  double sum = 0, count = 0;
  void add(double value, double weight = 1) {
    sum += weight * value;
    count += weight;
  }
  double value() const { return count > 0 ? sum / count : kUndefined; }
};

constexpr std::size_t kOverall = 5;  // values of a board before those of its classes

void board_values(const Board& board, std::span<const double> of_video, std::span<double> values, RankedCurve& curve) {
  Mean global, by_video, absent_zero, recall, precision;
  for (std::size_t c = 0; c < board.classes.size(); ++c) {
    const Class& of_class = board.classes[c];
    double truths = 0, found = 0, answers = 0;
    Mean videos;
    for (std::size_t v = 0; v < of_video.size(); ++v) {
      truths += of_video[v] * of_class.truths[v];
      if (of_video[v] > 0 && !std::isnan(of_class.ap_of_video[v])) videos.add(of_class.ap_of_video[v], of_video[v]);
    }
    for (const Hit& hit : of_class.ranking) {
      answers += of_video[hit.video];
      found += hit.is_found ? of_video[hit.video] : 0;
    }
    if (!std::isnan(videos.value())) by_video.add(videos.value());
    values[kOverall + c] = kUndefined;
    if (!(truths > 0)) {
      if (answers > 0) absent_zero.add(0);
      continue;
    }
    const auto step = [&](std::size_t i) {
      const Hit& hit = of_class.ranking[i];
      const double weight = of_video[hit.video];
      return RankedStep{hit.is_found ? weight : 0, hit.is_found ? 0 : weight, hit.ends_group};
    };
    const double value = interpolated_ap(of_class.ranking.size(), truths, kRecalls, step, curve);
    values[kOverall + c] = value;
    global.add(value);
    absent_zero.add(value);
    recall.add(found / truths);
    precision.add(answers > 0 ? found / answers : 0);
  }
  values[0] = global.value();
  values[1] = by_video.value();
  values[2] = absent_zero.value();
  values[3] = recall.value();
  values[4] = precision.value();
}

Scorer association_scorer(const TripletDetection& input, const std::vector<TripletBoxFrame>& frames) {
  std::vector<std::array<double, 7>> of_video(input.case_of_video.size());
  for (const TripletBoxFrame& frame : frames) {
    const auto counts = association(frame.truth, frame.answer, input.iou);
    for (std::size_t k = 0; k < counts.size(); ++k) of_video[frame.video][k] += counts[k];
  }
  Ratios ratios(input.cases);
  for (std::size_t k = 0; k < kAssociations.size(); ++k) {
    const std::size_t pooled = ratios.ratio(std::string(kAssociations[k]));
    const std::size_t by_video = ratios.ratio(fmt::format("{}:video", kAssociations[k]));
    for (std::size_t v = 0; v < of_video.size(); ++v) {
      double all = 0;
      for (const double count : of_video[v]) all += count;
      if (all == 0) continue;
      ratios.add(pooled, input.case_of_video[v], of_video[v][k], all);
      ratios.add(by_video, input.case_of_video[v], of_video[v][k] / all, 1);
    }
  }
  return std::move(ratios).scorer();
}

Error bad(std::string what, std::string_view kind, std::size_t number, std::string_view hint) {
  return {ErrorKind::kData, std::move(what), fmt::format("{} {}", kind, number), std::string(hint)};
}

constexpr std::string_view kFamily = "triplet_detection";
constexpr std::string_view kIvt = "CAMMA-public/ivtmetrics detection.py (a89cf65), corrected";
constexpr std::string_view kAssociation = "CAMMA-public/ivtmetrics 0.1.5 detection.py, corrected; CholecTriplet2022";
constexpr std::string_view kEdges = "class without truth: left out; equal scores are cut together";
constexpr std::string_view kNone = "no boxes at all: undefined; each box is counted once";
constexpr std::array<MetricRow, 15> kRows = {{
    {kFamily, "ap_ivt:global", "higher", "share",
     "11-point AP of each triplet at IoU 0.5, mean over classes (also ap_i).", kIvt, kEdges},
    {kFamily, "ap_ivt:video", "higher", "share",
     "AP per class and video, mean over videos, then over classes (also ap_i).", kIvt, kEdges},
    {kFamily, "ap_ivt:global_absent_zero", "higher", "share",
     "ap_ivt:global where a class that is answered but nowhere true counts 0 (also ap_i).", kIvt,
     "a class neither true nor answered: left out"},
    {kFamily, "recall_ivt", "higher", "share", "Share of true boxes found, mean over classes (also recall_i).", kIvt,
     kEdges},
    {kFamily, "precision_ivt", "higher", "share", "Share of answered boxes that find one, mean over classes (also _i).",
     kIvt, "class without truth: left out; class never answered: 0"},
    {kFamily, "ap_ivt:global/<class>", "higher", "share", "ap_ivt:global of one class (also ap_i).", kIvt,
     "class without truth: undefined"},
    {kFamily, "lm", "higher", "share", "Boxes localised and matched (also lm:video, mean over videos).", kAssociation,
     kNone},
    {kFamily, "plm", "lower", "share", "Boxes of the right triplet that lie only partly right.", kAssociation, kNone},
    {kFamily, "ids", "lower", "share", "Boxes whose identity is switched with another of the frame.", kAssociation,
     kNone},
    {kFamily, "idm", "lower", "share", "Boxes that lie right but have a wrong identity.", kAssociation, kNone},
    {kFamily, "mil", "lower", "share", "Boxes of a triplet of the frame that lie elsewhere.", kAssociation, kNone},
    {kFamily, "fp", "lower", "share", "Answered boxes that belong to none.", kAssociation, kNone},
    {kFamily, "fn", "lower", "share", "True boxes that none belongs to.", kAssociation, kNone},
    {kFamily, "compat:ivtmetrics/ap_ivt", "higher", "share",
     "AP, recall and precision as ivtmetrics gives them (also ap_i).", "CAMMA-public/ivtmetrics detection.py (a89cf65)",
     "defects D1 and D2, hits in order of frames; class answered but not true: 0"},
    {kFamily, "compat:ivtmetrics/association", "higher", "share",
     "The seven shares as ivtmetrics gives them, mean over videos.", "CAMMA-public/ivtmetrics 0.1.5 detection.py",
     "defect D1 and those named in eval/metrics/triplet_detection.h"},
}};

}  // namespace

Status check_triplet_detection(const TripletDetection& input) {
  if (!(input.iou > 0 && input.iou <= 1))
    return Error{ErrorKind::kUsage, fmt::format("IoU threshold {} makes no sense", input.iou), "triplet detection",
                 "a threshold lies above 0 and at most at 1"};
  for (std::size_t v = 0; v < input.case_of_video.size(); ++v) {
    if (input.case_of_video[v] >= input.cases) return bad("no such case", "video", v, "cases count from 0");
  }
  for (std::size_t f = 0; f < input.frames.size(); ++f) {
    const TripletBoxFrame& frame = input.frames[f];
    if (frame.video >= input.case_of_video.size()) return bad("no such video", "frame", f, "videos count from 0");
    for (const std::vector<TripletBox>* boxes : {&frame.truth, &frame.answer}) {
      if (boxes->size() > kMostTripletBoxes)
        return bad(fmt::format("{} boxes", boxes->size()), "frame", f, fmt::format("at most {}", kMostTripletBoxes));
      for (const TripletBox& box : *boxes) {
        if (box.triplet >= input.triplets.size() || box.instrument >= input.instruments.size())
          return bad("no such class", "frame", f, "classes count from 0");
        if (!std::isfinite(box.score) || !std::isfinite(box.x) || !std::isfinite(box.y) || !std::isfinite(box.w) ||
            !std::isfinite(box.h))
          return bad("a box or score that is no finite number", "frame", f, "leave it out or mend it");
        if (box.w < 0 || box.h < 0) return bad("a box of negative size", "frame", f, "leave it out or mend it");
      }
    }
  }
  return done();
}

Result<Scorer> triplet_detection(const TripletDetection& input) {
  SURGSIGMA_CHECK(check_triplet_detection(input));
  std::vector<TripletBoxFrame> frames;
  for (const TripletBoxFrame& frame : input.frames)
    frames.push_back({frame.video, ranked_boxes(frame.truth), ranked_boxes(frame.answer)});
  const auto boards = std::make_shared<const std::array<Board, 2>>(
      std::array<Board, 2>{board_of(input, frames, input.triplets, &TripletBox::triplet),
                           board_of(input, frames, input.instruments, &TripletBox::instrument)});
  const Scorer associations = association_scorer(input, frames);
  Scorer scorer;
  for (std::size_t b = 0; b < boards->size(); ++b) {
    const std::string kind = b == 0 ? "ivt" : "i";
    for (const std::string_view name :
         {"ap_{}:global", "ap_{}:video", "ap_{}:global_absent_zero", "recall_{}", "precision_{}"})
      scorer.names.push_back(fmt::format(fmt::runtime(name), kind));
    for (const std::string& name : (*boards)[b].names)
      scorer.names.push_back(fmt::format("ap_{}:global/{}", kind, name));
  }
  scorer.names.insert(scorer.names.end(), associations.names.begin(), associations.names.end());
  scorer.values_at = [boards, associations, case_of_video = input.case_of_video](std::span<const double> weights,
                                                                                 std::span<double> values) {
    std::vector<double> of_video;
    for (const std::size_t c : case_of_video) of_video.push_back(weights[c]);
    RankedCurve curve;
    std::size_t at = 0;
    for (const Board& board : *boards) {
      board_values(board, of_video, values.subspan(at, kOverall + board.classes.size()), curve);
      at += kOverall + board.classes.size();
    }
    associations.values_at(weights, values.subspan(at));
  };
  return scorer;
}

std::span<const MetricRow> triplet_detection_metrics() { return kRows; }

}  // namespace surgsigma
