// What was said for what: a table of counts, rows by the right class, columns by the class that was said, and two more
// columns for answers that could not be read and for answers that are no class. Only open questions with exactly one
// right class (phases, steps, actions); multiple choice and yes or no have options, not classes. Every such question
// stands in exactly one cell, so the cells sum to their number.
//
// Beside it how often each class is right in the gold answers of a test, for every task whose answers name classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/eval/judged.h"

namespace surgsigma {

struct Confusion {
  std::vector<std::string> classes;               ///< in rising order: those of the vocabulary and of the gold answers
  std::vector<std::vector<std::int64_t>> counts;  ///< [right class][said class]
  std::vector<std::int64_t> unread;               ///< [right class]: could not be read, refused, missing, ...
  std::vector<std::int64_t> no_class;             ///< [right class]: read, and no class of the test

  std::int64_t row_sum(std::size_t row) const;
  std::int64_t column_sum(std::size_t column) const;
};

/// Nothing where the task is one of sets, or no question is open with one right class.
std::optional<Confusion> confusion_of(const std::vector<Judged>& judged, const TestFacts& facts);
/// Classes that neither were right nor said are left out of `counts` and listed as `unused`.
Json confusion_json(const Confusion& confusion);

/// Gold answers of open questions that name a class (of criteria: meet it), by class in rising order. Triplets count by
/// their instrument. Empty for answers without classes.
std::vector<std::pair<std::string, std::int64_t>> gold_counts(const std::vector<Judged>& judged);

}  // namespace surgsigma
