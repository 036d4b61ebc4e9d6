// Values that are one sum over cases divided by another, means of such values and roots of products of two: what most
// metrics of sets, boxes and masks are. Each case keeps its own sums, so a value at other weights costs one addition
// per case.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/eval/scorer.h"

namespace surgsigma {

/// Collects sums, then becomes a Scorer whose values stand in the order in which they were named.
class Ratios {
 public:
  explicit Ratios(std::size_t cases) : cases_(cases) {}

  /// A new value: sum of numerators / sum of denominators. Its place, for add() and the functions below.
  std::size_t ratio(std::string name);
  /// The mean of those of the values that are defined; undefined if none is.
  std::size_t mean(std::string name, std::vector<std::size_t> of);
  /// sqrt(a * b); undefined if one of them is.
  std::size_t root(std::string name, std::size_t a, std::size_t b);

  /// Adds to one case. The value is undefined where the sum of supports is 0, and 0 where there is support but no
  /// denominator (a class that is present and was never predicted has precision 0).
  void add(std::size_t value, std::size_t case_number, double numerator, double denominator, double support);
  void add(std::size_t value, std::size_t case_number, double numerator, double denominator) {
    add(value, case_number, numerator, denominator, denominator);
  }

  Scorer scorer() &&;

 private:
  struct Sums {
    double numerator = 0, denominator = 0, support = 0;
  };
  enum class Kind { kRatio, kMean, kRoot };
  struct Value {
    Kind kind = Kind::kRatio;
    std::vector<Sums> of_case;         // kRatio: one per case
    std::vector<std::size_t> members;  // kMean, kRoot: places of earlier values
  };
  struct Table {
    std::vector<Value> values;
  };
  static double value_at(const Value& value, std::span<const double> weights, std::span<const double> earlier);

  std::size_t cases_;
  std::vector<std::string> names_;
  std::vector<Value> values_;
};

/// Recall, precision and F1 of counted hits: three places of a Ratios.
struct HitRatios {
  std::size_t f1 = 0, precision = 0, recall = 0;
};
/// Names "f1<suffix>", "precision<suffix>" and "recall<suffix>" after `prefix`: "micro_f1_iv".
HitRatios hit_ratios(Ratios& ratios, std::string_view prefix, std::string_view suffix);
/// Undefined: F1 without truth and answers, precision and recall without truth. Precision 0: truth but no answers.
void add_hits(Ratios& ratios, const HitRatios& places, std::size_t case_number, double hits, double answers,
              double truths);

}  // namespace surgsigma
