// Numbers and verdicts: the time that remains, the criteria of a safety protocol, multiple choice and yes or no.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/metrics/choices.h"
#include "surgsigma/eval/metrics/remaining_time.h"
#include "surgsigma/eval/metrics/safety.h"
#include "surgsigma/eval/scorer_parts.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// The weighted median of the training part's answers.
std::optional<double> train_median(const TestFacts& facts) {
  std::vector<std::pair<double, std::int64_t>> durations;
  std::int64_t all = 0;
  for (const PriorAnswer& prior : facts.priors) {
    if (!std::holds_alternative<DurationAnswer>(prior.answer.value)) continue;
    durations.emplace_back(seconds_in(prior.answer), prior.count);
    all += prior.count;
  }
  std::sort(durations.begin(), durations.end());
  std::int64_t below = 0;
  for (const auto& [seconds, count] : durations) {
    below += count;
    if (2 * below >= all) return seconds;
  }
  return std::nullopt;
}

/// The scores of all answers, frames x criteria; none where an answer carries none. kData where one leaves a criterion
/// out or names something else: a table with holes has no average precision.
Status take_criterion_scores(const ScorerWorld& world, const Numbers& criteria, SafetyInput& input) {
  const bool has_scores = std::all_of(world.asked.begin(), world.asked.end(),
                                      [](const Judged* judged) { return !judged->prediction->scores.empty(); });
  if (!has_scores) return done();
  input.scores_are_probabilities = true;
  for (const Judged* judged : world.asked) {
    std::vector<double> row(criteria.names().size(), kUndefined);
    for (const auto& [id, score] : judged->prediction->scores) {
      const int number = criteria.of(id);
      if (number < 0) {
        return Error{ErrorKind::kData, "a score for " + quoted(id) + ", which is no criterion of this test",
                     judged->question->id, "criteria are concept ids: " + join(criteria.names(), ", ")};
      }
      row[static_cast<std::size_t>(number)] = score;
      input.scores_are_probabilities = input.scores_are_probabilities && score >= 0 && score <= 1;
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!std::isnan(row[i])) continue;
      return Error{ErrorKind::kData, "no score for " + quoted(criteria.names()[i]), judged->question->id,
                   "an answer with scores needs one for every criterion"};
    }
    input.scores.insert(input.scores.end(), row.begin(), row.end());
  }
  return done();
}

}  // namespace

Result<Scorer> remaining_time_values(const ScorerWorld& world) {
  RemainingTimeInput input;
  input.cases = world.cases.names.size();
  input.horizon_s = 10;
  input.train_median_s = train_median(world.facts);
  std::map<std::string, std::int64_t> clips;
  for (const Judged* judged : world.asked) {
    const auto clip = clips.emplace(judged->question->video, static_cast<std::int64_t>(clips.size())).first->second;
    input.items.push_back({world.case_of(*judged), clip, seconds_in(judged->question->gold),
                           judged->read.is_read() ? std::optional(seconds_in(judged->read.answer)) : std::nullopt});
  }
  return remaining_time_scorer(input);
}

Result<Scorer> safety_values(const ScorerWorld& world) {
  Numbers criteria;
  const auto marks = [](const Answer& answer) {
    const auto* made = std::get_if<CriteriaAnswer>(&answer.value);
    return made ? made->criteria : std::vector<CriterionMark>();
  };
  for (const Judged* judged : world.asked) {
    for (const CriterionMark& mark : marks(judged->question->gold)) criteria.add(mark.criterion.text);
  }
  criteria.close();
  const std::size_t count = criteria.names().size();
  SafetyInput input;
  input.criteria = criteria.names();
  input.cases = world.cases.names.size();
  for (const Judged* judged : world.asked) {
    const auto truth = marks(judged->question->gold);
    if (truth.size() != count) {
      return Error{ErrorKind::kData, "criteria of several protocols in one test", judged->question->id,
                   "choose sources of one protocol"};
    }
    std::vector<double> means(count, 0);
    std::vector<std::int8_t> answers(count, -1);
    for (const CriterionMark& mark : truth) {
      means[static_cast<std::size_t>(criteria.of(mark.criterion.text))] = mark.mean.value_or(mark.holds ? 1.0 : 0.0);
    }
    for (const CriterionMark& mark :
         judged->read.is_read() ? marks(judged->read.answer) : std::vector<CriterionMark>()) {
      const int number = criteria.of(mark.criterion.text);
      if (number >= 0) answers[static_cast<std::size_t>(number)] = mark.holds ? 1 : 0;
    }
    input.case_of_frame.push_back(world.case_of(*judged));
    input.truth.insert(input.truth.end(), means.begin(), means.end());
    input.answers.insert(input.answers.end(), answers.begin(), answers.end());
  }
  SURGSIGMA_CHECK(take_criterion_scores(world, criteria, input));
  return safety_scorer(input);
}

Result<Scorer> choice_values(const ScorerWorld& world) {
  std::vector<ChoiceItem> items;
  for (const Judged* judged : world.asked) {
    const Answer& gold = judged->question->gold;
    const Answer& said = judged->read.answer;
    ChoiceItem item;
    item.case_number = world.case_of(*judged);
    if (gold.yes) {
      item.truth = gold.yes;
      if (judged->read.is_read()) item.answer = said.yes;
      item.is_right = item.answer == item.truth;
    } else {
      item.options = std::max<std::size_t>(2, judged->question->options.size());
      item.is_right = judged->read.is_read() && said.key == gold.key;
    }
    items.push_back(item);
  }
  return choice_scorer(items, world.cases.names.size());
}

}  // namespace surgsigma
