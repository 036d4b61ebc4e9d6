#include "surgsigma/eval/metrics/average_precision.h"

#include <algorithm>

#include "surgsigma/eval/metrics/case_sums.h"

namespace surgsigma {
namespace {

/// Adds up growth of recall times precision, one threshold at a time.
class Sweep {
 public:
  void add(double positives, double negatives) {
    group_positives_ += positives;
    all_ += positives + negatives;
  }
  void end_group() {
    if (group_positives_ > 0) {
      positives_ += group_positives_;
      sum_ += group_positives_ * (positives_ / all_);
    }
    group_positives_ = 0;
  }
  double value() const { return share_of(sum_, positives_); }

 private:
  double group_positives_ = 0, positives_ = 0, all_ = 0, sum_ = 0;
};

}  // namespace

Ranking::Ranking(std::vector<RankedAnswer> answers, std::size_t cases) : of_cases_(cases, kNoValue) {
  std::sort(answers.begin(), answers.end(), [](const RankedAnswer& a, const RankedAnswer& b) {
    return a.score != b.score ? a.score > b.score : a.case_number < b.case_number;
  });
  std::vector<Sweep> sweeps(cases);
  for (std::size_t i = 0; i < answers.size();) {
    Step step{answers[i].case_number, 0, 0, false};
    const double score = answers[i].score;
    for (; i < answers.size() && answers[i].score == score && answers[i].case_number == step.case_number; ++i)
      ++(answers[i].is_positive ? step.positives : step.negatives);
    step.ends_group = i == answers.size() || answers[i].score != score;
    sweeps[step.case_number].add(step.positives, step.negatives);
    sweeps[step.case_number].end_group();
    steps_.push_back(step);
  }
  for (std::size_t c = 0; c < cases; ++c) of_cases_[c] = sweeps[c].value();
}

double Ranking::average_precision(std::span<const double> weights) const {
  Sweep sweep;
  for (const Step& step : steps_) {
    const double weight = weights[step.case_number];
    sweep.add(weight * step.positives, weight * step.negatives);
    if (step.ends_group) sweep.end_group();
  }
  return sweep.value();
}

}  // namespace surgsigma
