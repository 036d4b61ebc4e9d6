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
  const std::size_t first_hit = cuts_.hits.size(), first_other = cuts_.others.size();
  const auto count = [](std::vector<RankedCuts::Count>& counts, std::size_t first, std::uint32_t case_number) {
    if (counts.size() == first || counts.back().case_number != case_number) counts.push_back({case_number, 0});
    ++counts.back().count;
  };
  for (const RankedAnswer& answer : answers) {
    if (answer.is_positive)
      count(cuts_.hits, first_hit, answer.case_number);
    else
      count(cuts_.others, first_other, answer.case_number);
  }
  cuts_.cut();
}

}  // namespace surgsigma
