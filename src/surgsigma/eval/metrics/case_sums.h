// Sums kept per case, so that the same sums at other weights of the cases cost one addition per case; means that leave
// out what is undefined; and the four shares that follow from right, wrong and missed answers of one class.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"

namespace surgsigma {

/// A value that does not exist, for example the recall of a class without positives.
inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// numerator / denominator; undefined where the denominator is 0.
inline double share_of(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : kNoValue;
}

/// Mean of the values that are defined; undefined if none is.
class DefinedMean {
 public:
  void add(double value, double weight = 1) {
    if (!(weight > 0) || std::isnan(value)) return;
    sum_ += weight * value;
    weight_ += weight;
  }
  double value() const { return share_of(sum_, weight_); }

 private:
  double sum_ = 0, weight_ = 0;
};

/// cases x columns amounts, all 0 at first.
class CaseSums {
 public:
  CaseSums(std::size_t cases, std::size_t columns) : columns_(columns), amounts_(cases * columns, 0.0) {}

  void add(std::size_t case_number, std::size_t column, double amount = 1) {
    amounts_[case_number * columns_ + column] += amount;
  }
  /// One total per column: sum over cases of weight * amount.
  std::vector<double> totals(std::span<const double> weights) const {
    std::vector<double> totals(columns_, 0.0);
    for (std::size_t c = 0; c < weights.size(); ++c) {
      if (weights[c] == 0) continue;
      const double* row = amounts_.data() + c * columns_;
      for (std::size_t k = 0; k < columns_; ++k) totals[k] += weights[c] * row[k];
    }
    return totals;
  }

 private:
  std::size_t columns_;
  std::vector<double> amounts_;
};

/// How answers of one class met the truth: right (true positives), wrong (false positives), missed (false negatives).
struct Hits {
  double right = 0, wrong = 0, missed = 0;
};
/// The four shares of a class that occurs in the truth; undefined for one that does not, whatever was answered. The
/// precision of a class that occurs and was never answered is 0.
inline double recall_of(const Hits& hits) { return share_of(hits.right, hits.right + hits.missed); }
inline double precision_of(const Hits& hits) {
  if (!(hits.right + hits.missed > 0)) return kNoValue;
  return hits.right + hits.wrong > 0 ? hits.right / (hits.right + hits.wrong) : 0;
}
inline double f1_of(const Hits& hits) {
  if (!(hits.right + hits.missed > 0)) return kNoValue;
  return 2 * hits.right / (2 * hits.right + hits.wrong + hits.missed);
}
inline double jaccard_of(const Hits& hits) {
  if (!(hits.right + hits.missed > 0)) return kNoValue;
  return hits.right / (hits.right + hits.wrong + hits.missed);
}

/// An item that no metric can be made of. `where` is "item 17" or "video 3, frame 12".
inline Error bad_item(std::string what, std::string where, std::string hint) {
  return {ErrorKind::kData, std::move(what), std::move(where), std::move(hint)};
}
inline Status check_case(std::size_t case_number, std::size_t cases, const std::string& where) {
  if (case_number < cases) return done();
  return bad_item("case " + std::to_string(case_number) + " of " + std::to_string(cases), where,
                  "cases are counted from 0");
}
/// `lowest` is -1 where "no class" is allowed, else 0.
inline Status check_class(int index, int lowest, std::size_t classes, const std::string& where) {
  if (index >= lowest && index < static_cast<int>(classes)) return done();
  return bad_item("class " + std::to_string(index) + " of " + std::to_string(classes), where,
                  lowest < 0 ? "classes are counted from 0; -1 is none" : "classes are counted from 0");
}

}  // namespace surgsigma
