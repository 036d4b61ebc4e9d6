#include "surgsigma/eval/metrics/segmental.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>

#include "surgsigma/eval/metrics/case_sums.h"

namespace surgsigma {
namespace {

constexpr std::array<double, 3> kOverlaps = {0.10, 0.25, 0.50};
constexpr std::size_t kOverlapCount = kOverlaps.size();

constexpr std::string_view kFamily = "segmental", kHigher = "higher", kShare = "share";
constexpr std::string_view kMsTcn = "yabufarha/ms-tcn 33ed91c eval.py";
constexpr std::string_view kSarRarp =
    "surgical-vision/SAR_RARP50-evaluation 519280b sarrarp50/metrics/action_recognition.py";
constexpr std::string_view kVideoF1 = "Mean over videos of the F1 of segments that overlap a true one of their class.";
constexpr std::string_view kPooledF1 =
    "F1 of segments that overlap a true one of their class, hits summed over videos.";
constexpr std::string_view kEdges =
    "no segments on either side: 1; on one side: 0; frames without an answer form segments that match nothing";
constexpr std::string_view kPooledEdges =
    "no segments at all: undefined; frames without an answer form segments that match nothing";

constexpr std::array<MetricRow, 11> kRows = {{
    {kFamily, "f1@10:video", kHigher, kShare, kVideoF1, kSarRarp, kEdges},
    {kFamily, "f1@25:video", kHigher, kShare, kVideoF1, kSarRarp, kEdges},
    {kFamily, "f1@50:video", kHigher, kShare, kVideoF1, kSarRarp, kEdges},
    {kFamily, "f1@10:pooled", kHigher, kShare, kPooledF1, kMsTcn, kPooledEdges},
    {kFamily, "f1@25:pooled", kHigher, kShare, kPooledF1, kMsTcn, kPooledEdges},
    {kFamily, "f1@50:pooled", kHigher, kShare, kPooledF1, kMsTcn, kPooledEdges},
    {kFamily, "edit", kHigher, kShare,
     "Mean over videos of 1 minus the Levenshtein distance of the classes of segments over the longer length.", kMsTcn,
     kEdges},
    {kFamily, "accuracy:video", kHigher, kShare, "Mean over videos of the share of right frames.", kSarRarp,
     "frames without an answer are wrong; ignored frames are removed"},
    {kFamily, "action_score", kHigher, kShare, "Root of mean accuracy times mean F1@10 over videos.", kSarRarp,
     "every class is a class here, also the background"},
    {kFamily, "truth_segments", "none", "segments", "Number of true segments.", "project rule",
     "runs of background are none"},
    {kFamily, "answer_segments", "none", "segments", "Number of answered segments.", "project rule",
     "runs of background are none; runs without an answer are some"},
}};

Status check_video(const LabelTrack& video, const SegmentalInput& input, const std::string& where) {
  SURGSIGMA_CHECK(check_case(video.case_number, input.cases, where));
  if (video.truth.size() != video.answer.size())
    return bad_item(
        std::to_string(video.answer.size()) + " answers for " + std::to_string(video.truth.size()) + " frames", where,
        "give -1 where there is no answer");
  const auto classes = static_cast<int>(input.classes);
  for (std::size_t i = 0; i < video.truth.size(); ++i) {
    const int truth = video.truth[i], answer = video.answer[i];
    if (truth >= -1 && truth < classes && answer >= -1 && answer < classes) continue;
    const std::string frame = where + ", frame " + std::to_string(i);
    SURGSIGMA_CHECK(check_class(truth, -1, input.classes, frame + ", truth"));
    SURGSIGMA_CHECK(check_class(answer, -1, input.classes, frame + ", answer"));
  }
  return done();
}

LabelTrack without_ignored(const LabelTrack& video) {
  LabelTrack kept{video.case_number, {}, {}};
  for (std::size_t i = 0; i < video.truth.size(); ++i) {
    if (video.truth[i] < 0) continue;
    kept.truth.push_back(video.truth[i]);
    kept.answer.push_back(video.answer[i]);
  }
  return kept;
}

double f1_of(const SegmentHits& hits) {
  const auto named = static_cast<double>(2 * hits.right + hits.wrong + hits.missed);
  return named > 0 ? static_cast<double>(2 * hits.right) / named : 1;
}

std::vector<int> labels_of(const std::vector<LabelSegment>& segments) {
  std::vector<int> labels;
  for (const LabelSegment& segment : segments) labels.push_back(segment.label);
  return labels;
}

// Of a case: three times right, wrong, missed; then segments of truth and answer; then what is summed over its videos:
// how many, F1 three times, edit, accuracy, F1@10 with background.
enum Column : std::size_t {
  kTruthSegments = 9,
  kAnswerSegments,
  kVideos,
  kF1,
  kEdit = kF1 + 3,
  kAccuracy,
  kPlainF1,
  kEnd
};

void add_video(const LabelTrack& video, std::span<const int> background, CaseSums& sums) {
  const std::size_t c = video.case_number;
  const LabelTrack kept = without_ignored(video);
  if (kept.truth.empty()) return;
  const auto truth = segments_of(kept.truth, background), answer = segments_of(kept.answer, background);
  for (std::size_t k = 0; k < kOverlapCount; ++k) {
    const SegmentHits hits = match_segments(truth, answer, kOverlaps[k]);
    sums.add(c, 3 * k, static_cast<double>(hits.right));
    sums.add(c, 3 * k + 1, static_cast<double>(hits.wrong));
    sums.add(c, 3 * k + 2, static_cast<double>(hits.missed));
    sums.add(c, kF1 + k, f1_of(hits));
    if (k == 0 && background.empty()) sums.add(c, kPlainF1, f1_of(hits));
  }
  if (!background.empty()) {
    const auto all_truth = segments_of(kept.truth, {}), all_answer = segments_of(kept.answer, {});
    sums.add(c, kPlainF1, f1_of(match_segments(all_truth, all_answer, kOverlaps[0])));
  }
  std::size_t right = 0;
  for (std::size_t i = 0; i < kept.truth.size(); ++i) right += kept.truth[i] == kept.answer[i];
  sums.add(c, kTruthSegments, static_cast<double>(truth.size()));
  sums.add(c, kAnswerSegments, static_cast<double>(answer.size()));
  sums.add(c, kVideos);
  sums.add(c, kEdit, edit_score(labels_of(truth), labels_of(answer)));
  sums.add(c, kAccuracy, static_cast<double>(right) / static_cast<double>(kept.truth.size()));
}

}  // namespace

std::vector<LabelSegment> segments_of(std::span<const std::int16_t> labels, std::span<const int> background) {
  std::vector<LabelSegment> segments;
  for (std::size_t begin = 0; begin < labels.size();) {
    std::size_t end = begin + 1;
    while (end < labels.size() && labels[end] == labels[begin]) ++end;
    const int label = labels[begin];
    if (std::find(background.begin(), background.end(), label) == background.end())
      segments.push_back({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end), label});
    begin = end;
  }
  return segments;
}

SegmentHits match_segments(std::span<const LabelSegment> truth, std::span<const LabelSegment> answer, double min_iou) {
  SegmentHits hits;
  std::vector<char> is_taken(truth.size(), 0);
  std::size_t first = 0;  // true segments before it end before the answered one begins
  for (const LabelSegment& said : answer) {
    while (first < truth.size() && truth[first].end <= said.begin) ++first;
    double best = 0;
    std::size_t best_at = truth.size();
    for (std::size_t i = first; i < truth.size() && truth[i].begin < said.end; ++i) {
      if (truth[i].label != said.label) continue;
      const auto common = static_cast<double>(std::min(said.end, truth[i].end) - std::max(said.begin, truth[i].begin));
      const auto either = static_cast<double>(std::max(said.end, truth[i].end) - std::min(said.begin, truth[i].begin));
      if (common / either <= best) continue;
      best = common / either;
      best_at = i;
    }
    if (best_at < truth.size() && best >= min_iou && is_taken[best_at] == 0) {
      is_taken[best_at] = 1;
      ++hits.right;
    } else {
      ++hits.wrong;
    }
  }
  hits.missed = static_cast<std::int64_t>(truth.size()) - hits.right;
  return hits;
}

double edit_score(std::span<const int> truth, std::span<const int> answer) {
  const std::size_t longer = std::max(truth.size(), answer.size());
  if (longer == 0) return 1;
  std::vector<std::size_t> row(answer.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < truth.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < answer.size(); ++j) {
      const std::size_t changed = diagonal + (truth[i] == answer[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return 1 - static_cast<double>(row.back()) / static_cast<double>(longer);
}

std::vector<int> collapsed(std::span<const int> labels) {
  std::vector<int> runs(labels.begin(), labels.end());
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
  return runs;
}

Result<Scorer> segmental_scorer(const SegmentalInput& input) {
  for (const int label : input.background) {
    if (label < 0 || label >= static_cast<int>(input.classes))
      return Error{ErrorKind::kUsage,
                   "background class " + std::to_string(label) + " of " + std::to_string(input.classes), "background",
                   "classes are counted from 0"};
  }
  CaseSums sums(input.cases, kEnd);
  for (std::size_t v = 0; v < input.videos.size(); ++v) {
    SURGSIGMA_CHECK(check_video(input.videos[v], input, "video " + std::to_string(v)));
    add_video(input.videos[v], input.background, sums);
  }
  Scorer scorer;
  for (const MetricRow& row : kRows) scorer.names.emplace_back(row.name);
  scorer.values_at = [sums = std::make_shared<const CaseSums>(std::move(sums))](std::span<const double> weights,
                                                                                std::span<double> values) {
    const std::vector<double> totals = sums->totals(weights);
    const auto mean = [&](std::size_t column) { return share_of(totals[column], totals[kVideos]); };
    for (std::size_t k = 0; k < kOverlapCount; ++k) {
      values[k] = mean(kF1 + k);
      values[kOverlapCount + k] =
          share_of(2 * totals[3 * k], 2 * totals[3 * k] + totals[3 * k + 1] + totals[3 * k + 2]);
    }
    values[6] = mean(kEdit);
    values[7] = mean(kAccuracy);
    values[8] = std::sqrt(mean(kAccuracy) * mean(kPlainF1));
    values[9] = totals[kTruthSegments];
    values[10] = totals[kAnswerSegments];
  };
  return scorer;
}

std::span<const MetricRow> segmental_metrics() { return kRows; }

}  // namespace surgsigma
