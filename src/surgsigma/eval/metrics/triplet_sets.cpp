#include "surgsigma/eval/metrics/triplet_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "surgsigma/eval/metrics/ratios.h"
#include "surgsigma/eval/metrics/triplets.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::string_view, 6> kParts = {"ivt", "i", "v", "t", "iv", "it"};

/// The set of one part; what the part does not hold is 0.
std::vector<TripletNumbers> set_of(std::vector<TripletNumbers> triplets, std::string_view part) {
  for (TripletNumbers& triplet : triplets) {
    if (part.find('i') == part.npos) triplet.instrument = 0;
    if (part.find('v') == part.npos) triplet.verb = 0;
    if (part.find('t') == part.npos) triplet.target = 0;
  }
  std::sort(triplets.begin(), triplets.end());
  triplets.erase(std::unique(triplets.begin(), triplets.end()), triplets.end());
  return triplets;
}

std::size_t common(const std::vector<TripletNumbers>& a, const std::vector<TripletNumbers>& b) {
  std::vector<TripletNumbers> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both.size();
}

/// One part of the joint protocol.
JointScores::Part joint_part(std::span<const JointRecord> records, int words, int TripletNumbers::*true_word,
                             std::optional<int> JointAnswer::*answered_word) {
  JointScores::Part part;
  const auto is_answered = [&](const JointRecord& record, int word) {
    return std::any_of(record.answer.begin(), record.answer.end(),
                       [&](const JointAnswer& answer) { return answer.*answered_word == word; });
  };
  double right = 0;
  for (const JointRecord& record : records) right += is_answered(record, record.truth.*true_word) ? 1 : 0;
  part.accuracy = right / static_cast<double>(records.size());
  double precision = 0, precisions = 0, recall = 0, recalls = 0, ap = 0;
  for (int word = 0; word < words; ++word) {
    std::vector<std::uint8_t> truth;
    std::vector<double> answered;
    double hits = 0, answers = 0, truths = 0;
    for (const JointRecord& record : records) {
      truth.push_back(record.truth.*true_word == word ? 1 : 0);
      answered.push_back(is_answered(record, word) ? 1 : 0);
      hits += truth.back() * answered.back();
      answers += answered.back();
      truths += truth.back();
    }
    ap += compat_positives_first_ap(truth, answered);
    if (truths == 0) continue;
    recall += hits / truths;
    recalls += 1;
    if (answers == 0) continue;
    precision += hits / answers;
    precisions += 1;
  }
  part.precision = precisions > 0 ? precision / precisions : kUndefined;
  part.recall = recalls > 0 ? recall / recalls : kUndefined;
  part.mean_ap = words > 0 ? ap / words : kUndefined;
  return part;
}

}  // namespace

Result<Scorer> triplet_sets(std::size_t cases, std::span<const TripletSetFrame> frames) {
  Ratios ratios(cases);
  std::array<HitRatios, kParts.size()> places;
  for (std::size_t p = 0; p < kParts.size(); ++p)
    places[p] = hit_ratios(ratios, "micro_", p == 0 ? std::string() : fmt::format("_{}", kParts[p]));
  const std::size_t sample_f1 = ratios.ratio("sample_f1"), exact = ratios.ratio("exact_set");
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const TripletSetFrame& frame = frames[f];
    if (frame.case_number >= cases)
      return Error{ErrorKind::kData, "no such case", fmt::format("frame {}", f), "cases count from 0"};
    for (const TripletNumbers& triplet : frame.truth) {
      if (triplet.instrument < 0 || triplet.verb < 0 || triplet.target < 0)
        return Error{ErrorKind::kData, "a true triplet with a negative id", fmt::format("frame {}", f),
                     "a triplet with an unknown part is not a label: leave the frame out"};
    }
    for (std::size_t p = 0; p < kParts.size(); ++p) {
      const std::vector<TripletNumbers> truth = set_of(frame.truth, kParts[p]);
      const std::vector<TripletNumbers> answer =
          frame.is_readable ? set_of(frame.answer, kParts[p]) : std::vector<TripletNumbers>();
      const auto hits = static_cast<double>(common(truth, answer)), answers = static_cast<double>(answer.size()),
                 truths = static_cast<double>(truth.size());
      add_hits(ratios, places[p], frame.case_number, hits, answers, truths);
      if (p != 0) continue;
      const double f1 = answers + truths > 0 ? 2 * hits / (answers + truths) : 1;
      ratios.add(sample_f1, frame.case_number, frame.is_readable ? f1 : 0, 1);
      ratios.add(exact, frame.case_number, frame.is_readable && truth == answer ? 1 : 0, 1);
    }
  }
  return std::move(ratios).scorer();
}

JointScores compat_joint(std::span<const JointRecord> records, const TripletNumbers& words) {
  JointScores scores;
  if (records.empty()) {
    const JointScores::Part none{kUndefined, kUndefined, kUndefined, kUndefined};
    return {none, none, none, kUndefined, kUndefined, kUndefined};
  }
  scores.instrument = joint_part(records, words.instrument, &TripletNumbers::instrument, &JointAnswer::instrument);
  scores.verb = joint_part(records, words.verb, &TripletNumbers::verb, &JointAnswer::verb);
  scores.target = joint_part(records, words.target, &TripletNumbers::target, &JointAnswer::target);
  for (const JointRecord& record : records) {
    std::vector<TripletNumbers> whole;  // answers that have all three parts, each once
    for (const JointAnswer& answer : record.answer) {
      if (answer.instrument && answer.verb && answer.target)
        whole.push_back({*answer.instrument, *answer.verb, *answer.target});
    }
    whole = set_of(std::move(whole), "ivt");
    if (!std::binary_search(whole.begin(), whole.end(), record.truth)) continue;
    scores.triplet_accuracy += 1;
    scores.triplet_precision += 1 / static_cast<double>(whole.size());
  }
  scores.triplet_accuracy /= static_cast<double>(records.size());
  scores.triplet_precision /= static_cast<double>(records.size());
  scores.triplet_recall = scores.triplet_accuracy;
  return scores;
}

}  // namespace surgsigma
