#include "surgsigma/eval/metrics/ratios.h"

#include <cmath>
#include <limits>
#include <memory>
#include <utility>

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::size_t Ratios::ratio(std::string name) {
  names_.push_back(std::move(name));
  values_.push_back({Kind::kRatio, std::vector<Sums>(cases_), {}});
  return values_.size() - 1;
}

std::size_t Ratios::mean(std::string name, std::vector<std::size_t> of) {
  names_.push_back(std::move(name));
  values_.push_back({Kind::kMean, {}, std::move(of)});
  return values_.size() - 1;
}

std::size_t Ratios::root(std::string name, std::size_t a, std::size_t b) {
  names_.push_back(std::move(name));
  values_.push_back({Kind::kRoot, {}, {a, b}});
  return values_.size() - 1;
}

void Ratios::add(std::size_t value, std::size_t case_number, double numerator, double denominator, double support) {
  Sums& sums = values_[value].of_case[case_number];
  sums.numerator += numerator;
  sums.denominator += denominator;
  sums.support += support;
}

double Ratios::value_at(const Value& value, std::span<const double> weights, std::span<const double> earlier) {
  if (value.kind == Kind::kRoot) return std::sqrt(earlier[value.members[0]] * earlier[value.members[1]]);
  if (value.kind == Kind::kMean) {
    double sum = 0, defined = 0;
    for (const std::size_t member : value.members) {
      if (std::isnan(earlier[member])) continue;
      sum += earlier[member];
      defined += 1;
    }
    return defined > 0 ? sum / defined : kUndefined;
  }
  Sums total;
  for (std::size_t c = 0; c < value.of_case.size(); ++c) {
    if (weights[c] == 0) continue;  // 0 * infinity would be no number
    total.numerator += weights[c] * value.of_case[c].numerator;
    total.denominator += weights[c] * value.of_case[c].denominator;
    total.support += weights[c] * value.of_case[c].support;
  }
  if (!(total.support > 0)) return kUndefined;
  return total.denominator > 0 ? total.numerator / total.denominator : 0;
}

Scorer Ratios::scorer() && {
  Scorer scorer;
  scorer.names = std::move(names_);
  const auto table = std::make_shared<const Table>(Table{std::move(values_)});
  scorer.values_at = [table](std::span<const double> weights, std::span<double> values) {
    for (std::size_t i = 0; i < table->values.size(); ++i) values[i] = value_at(table->values[i], weights, values);
  };
  return scorer;
}

HitRatios hit_ratios(Ratios& ratios, std::string_view prefix, std::string_view suffix) {
  const auto named = [&](std::string_view middle) { return std::string(prefix).append(middle).append(suffix); };
  HitRatios places;
  places.f1 = ratios.ratio(named("f1"));
  places.precision = ratios.ratio(named("precision"));
  places.recall = ratios.ratio(named("recall"));
  return places;
}

void add_hits(Ratios& ratios, const HitRatios& places, std::size_t case_number, double hits, double answers,
              double truths) {
  ratios.add(places.f1, case_number, 2 * hits, answers + truths);
  ratios.add(places.precision, case_number, hits, answers, truths);
  ratios.add(places.recall, case_number, hits, truths);
}

}  // namespace surgsigma
