#include "surgsigma/eval/metrics/average_precision.h"

#include <algorithm>

#include "surgsigma/eval/metrics/case_sums.h"

namespace surgsigma {
namespace {

/// The AP of one case, fed with its answers from high scores to low.
class CaseSweep {
 public:
  void add(double score, bool is_positive) {
    if (score != score_) end_group();
    score_ = score;
    group_positives_ += is_positive;
    all_ += 1;
  }
  double value() {
    end_group();
    return share_of(sum_, positives_);
  }

 private:
  void end_group() {
    positives_ += group_positives_;
    if (group_positives_ > 0) sum_ += group_positives_ * (positives_ / all_);
    group_positives_ = 0;
  }
  double score_ = 0, group_positives_ = 0, positives_ = 0, all_ = 0, sum_ = 0;
};

}  // namespace

Ranking::Ranking(std::vector<RankedAnswer> answers, std::size_t cases) : of_cases_(cases, kNoValue) {
  std::sort(answers.begin(), answers.end(),
            [](const RankedAnswer& a, const RankedAnswer& b) { return a.score > b.score; });
  std::vector<CaseSweep> sweeps(cases);
  std::size_t last_cut = 0;
  bool has_positive = false;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    sweeps[answers[i].case_number].add(answers[i].score, answers[i].is_positive);
    has_positive |= answers[i].is_positive;
    const bool ends_group = i + 1 == answers.size() || answers[i + 1].score != answers[i].score;
    if (!ends_group || !has_positive) continue;
    std::sort(answers.begin() + static_cast<std::ptrdiff_t>(last_cut),
              answers.begin() + static_cast<std::ptrdiff_t>(i + 1),
              [](const RankedAnswer& a, const RankedAnswer& b) { return a.case_number < b.case_number; });
    add_cut(std::span(answers).subspan(last_cut, i + 1 - last_cut));
    last_cut = i + 1;
    has_positive = false;
  }
  for (std::size_t c = 0; c < cases; ++c) of_cases_[c] = sweeps[c].value();
}

void Ranking::add_cut(std::span<const RankedAnswer> answers) {
  const std::size_t first = all_.size(), first_positive = positives_.size();
  const auto count = [](std::vector<Share>& shares, std::size_t from, std::uint32_t case_number) {
    if (shares.size() == from || shares.back().case_number != case_number) shares.push_back({case_number, 0});
    ++shares.back().answers;
  };
  for (const RankedAnswer& answer : answers) {
    count(all_, first, answer.case_number);
    if (answer.is_positive) count(positives_, first_positive, answer.case_number);
  }
  cuts_.push_back({all_.size(), positives_.size()});
}

double Ranking::average_precision(std::span<const double> weights) const {
  double positives = 0, all = 0, sum = 0;
  std::size_t i = 0, k = 0;
  for (const Cut& cut : cuts_) {
    double here = 0;
    for (; i < cut.end_of_all; ++i) all += weights[all_[i].case_number] * all_[i].answers;
    for (; k < cut.end_of_positives; ++k) here += weights[positives_[k].case_number] * positives_[k].answers;
    if (!(here > 0)) continue;
    positives += here;
    sum += here * (positives / all);
  }
  return share_of(sum, positives);
}

}  // namespace surgsigma
