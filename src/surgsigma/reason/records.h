// The annotations of one video with their concepts as numbers. Only a look-up: what they mean is decided by those who
// make chains and, apart from them, by the checker.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/reason/words.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma::chain {

/// The record states something: nothing wrong with it, and neither doubtful nor left open. A criterion may be absent,
/// and raters who disagree about one still have a majority.
bool states_fact(const Annotation& row);

class RecordTable {
 public:
  /// `annotations` by ordinal; both must outlive this.
  RecordTable(const std::vector<Annotation>& annotations, const Words& words);

  std::size_t size() const { return annotations_.size(); }
  const Annotation& row(std::size_t position) const { return annotations_[position]; }
  /// kNone for a word that was left open or that the ontology lacks.
  std::span<const int> concepts(std::size_t position) const {
    return {concepts_.data() + first_[position], first_[position + 1] - first_[position]};
  }
  int concept_at(std::size_t position, std::size_t part) const {
    const auto all = concepts(position);
    return part < all.size() ? all[part] : kNone;
  }
  /// Position of the record with this ordinal, or size().
  std::size_t find(std::int64_t ordinal) const;

 private:
  const std::vector<Annotation>& annotations_;
  std::vector<int> concepts_;
  std::vector<std::uint32_t> first_;
};

inline TimeRange time_of(const Annotation& row) { return {row.begin_us, row.end_us}; }

/// Mean vote, or the majority's value where there are no votes.
double criterion_value(const Annotation& row);

}  // namespace surgsigma::chain
