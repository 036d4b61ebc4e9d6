#include "surgsigma/eval/baselines.h"

#include <algorithm>
#include <map>

#include "surgsigma/base/random.h"

namespace surgsigma {
namespace {

struct Pool {
  std::vector<const PriorAnswer*> answers;  ///< the most frequent first
  std::int64_t count = 0;
};

using Key = std::pair<std::string, Form>;

std::map<Key, Pool> pools_of(const TestFacts& facts) {
  std::map<Key, Pool> pools;
  for (const PriorAnswer& prior : facts.priors) {
    Pool& pool = pools[{prior.source, prior.form}];
    pool.answers.push_back(&prior);
    pool.count += prior.count;
  }
  return pools;
}

const PriorAnswer& median_of(const Pool& pool) {
  std::vector<const PriorAnswer*> sorted = pool.answers;
  const auto duration = [](const PriorAnswer* prior) { return std::get<DurationAnswer>(prior->answer.value).duration; };
  std::sort(sorted.begin(), sorted.end(),
            [&](const PriorAnswer* a, const PriorAnswer* b) { return duration(a) < duration(b); });
  std::int64_t below = 0;
  for (const PriorAnswer* prior : sorted) {
    below += prior->count;
    if (2 * below >= pool.count) return *prior;
  }
  return *sorted.back();
}

const PriorAnswer& majority_of(const Pool& pool) {
  const bool is_duration = std::all_of(pool.answers.begin(), pool.answers.end(), [](const PriorAnswer* prior) {
    return std::holds_alternative<DurationAnswer>(prior->answer.value);
  });
  if (is_duration) return median_of(pool);
  return **std::max_element(pool.answers.begin(), pool.answers.end(),
                            [](const PriorAnswer* a, const PriorAnswer* b) { return a->count < b->count; });
}

const PriorAnswer& drawn_from(const Pool& pool, Baseline baseline, Draws& draws) {
  if (baseline == Baseline::kRandom) return *pool.answers[draws.below(pool.answers.size())];
  std::int64_t place = static_cast<std::int64_t>(draws.below(static_cast<std::uint64_t>(pool.count)));
  for (const PriorAnswer* prior : pool.answers) {
    place -= prior->count;
    if (place < 0) return *prior;
  }
  return *pool.answers.back();
}

/// Boxes of the training part lie in pictures of its own size.
void fit_boxes(Answer& answer, const Answer& gold) {
  auto* boxes = std::get_if<BoxesAnswer>(&answer.value);
  const auto* right = std::get_if<BoxesAnswer>(&gold.value);
  if (boxes == nullptr || right == nullptr || boxes->size.width <= 0 || right->size.width <= 0) return;
  const double x = static_cast<double>(right->size.width) / boxes->size.width;
  const double y = static_cast<double>(right->size.height) / boxes->size.height;
  for (PlacedConcept& placed : boxes->boxes) {
    placed.box = {placed.box.x1 * x, placed.box.y1 * y, placed.box.x2 * x, placed.box.y2 * y};
  }
  boxes->size = right->size;
}

}  // namespace

std::vector<Judged> baseline_answers(const std::vector<Judged>& judged, const TestFacts& facts, Baseline baseline,
                                     std::uint64_t seed) {
  const auto pools = pools_of(facts);
  std::vector<Judged> answers = judged;
  for (Judged& one : answers) {
    const Question& question = *one.question;
    one.read = ReadAnswer();
    one.read.answer.value = question.gold.value;  // an empty answer of the shape
    Draws draws(seed, question.id, kBaselineWords[static_cast<std::size_t>(baseline)]);
    const bool is_choice = !question.gold.key.empty() && !question.options.empty();
    const auto pool = pools.find({question.source, question.form});
    if (is_choice && baseline != Baseline::kMajority) {
      one.read.answer.key = std::string(1, static_cast<char>('A' + draws.below(question.options.size())));
      one.read.state = ReadState::kRead;
      continue;
    }
    if (pool == pools.end()) continue;
    const PriorAnswer& prior =
        baseline == Baseline::kMajority ? majority_of(pool->second) : drawn_from(pool->second, baseline, draws);
    if (prior.answer.shape() != question.gold.shape()) continue;
    one.read.answer = prior.answer;
    fit_boxes(one.read.answer, question.gold);
    one.read.state = ReadState::kRead;
  }
  return answers;
}

}  // namespace surgsigma
