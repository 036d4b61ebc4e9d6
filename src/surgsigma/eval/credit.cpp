// Whether one answer is right, as the browser of errors shows it (task_scorers.h).
#include <algorithm>
#include <cmath>

#include "surgsigma/eval/scorer_parts.h"

namespace surgsigma {
namespace {

double set_f1(std::size_t common, std::size_t truth, std::size_t said) {
  return truth + said == 0 ? 1 : 2.0 * static_cast<double>(common) / static_cast<double>(truth + said);
}

template <class Item>
double f1_of(const std::vector<Item>& truth, const std::vector<Item>& said) {
  std::size_t common = 0;
  for (const Item& item : truth) common += std::find(said.begin(), said.end(), item) != said.end();
  return set_f1(common, truth.size(), said.size());
}

double best_iou(const Answer& gold, const Answer& said) {
  const auto truth = boxes_in(gold), answered = boxes_in(said);
  if (truth.empty()) return answered.empty() ? 1 : 0;
  double sum = 0;
  for (const Box& box : truth) {
    double best = 0;
    for (const Box& other : answered) best = std::max(best, iou(box, other));
    sum += best;
  }
  return sum / static_cast<double>(std::max(truth.size(), answered.size()));
}

}  // namespace

std::optional<double> credit_of(const Judged& judged) {
  const Answer& gold = judged.question->gold;
  if (gold.shape() == AnswerShape::kText && !gold.yes && gold.key.empty()) return std::nullopt;
  if (!judged.read.is_read()) return 0;
  const Answer& said = judged.read.answer;
  if (gold.yes) return gold.yes == said.yes ? 1 : 0;
  if (!gold.key.empty()) return gold.key == said.key ? 1 : 0;
  switch (gold.shape()) {
    case AnswerShape::kConcepts:
      return f1_of(concepts_in(gold), concepts_in(said));
    case AnswerShape::kTriplets:
      return f1_of(std::get<TripletsAnswer>(gold.value).triplets, std::get<TripletsAnswer>(said.value).triplets);
    case AnswerShape::kBoxes: {
      if (!std::get<BoxesAnswer>(gold.value).is_grid) return best_iou(gold, said);
      const auto truth = cells_in(gold), cells = cells_in(said);
      return set_f1(static_cast<std::size_t>(__builtin_popcount(truth & cells)),
                    static_cast<std::size_t>(__builtin_popcount(truth)),
                    static_cast<std::size_t>(__builtin_popcount(cells)));
    }
    case AnswerShape::kDuration:
      return std::abs(seconds_in(gold) - seconds_in(said)) <= 2 ? 1 : 0;
    case AnswerShape::kCriteria: {
      const auto& truth = std::get<CriteriaAnswer>(gold.value).criteria;
      const auto& marks = std::get<CriteriaAnswer>(said.value).criteria;
      double right = 0;
      for (const CriterionMark& mark : truth) {
        for (const CriterionMark& other : marks)
          right += mark.criterion == other.criterion && mark.holds == other.holds;
      }
      return truth.empty() ? 1 : right / static_cast<double>(truth.size());
    }
    default:
      return gold.value == said.value ? 1 : 0;
  }
}

}  // namespace surgsigma
