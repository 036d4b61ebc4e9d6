#include "surgsigma/reason/records.h"

#include <algorithm>

namespace surgsigma::chain {

bool states_fact(const Annotation& row) {
  if (!row.rejected.empty() || row.match == Match::kRelated) return false;
  const bool is_criterion = row.kind == AnnotationKind::kCriterion;
  switch (row.state) {
    case LabelState::kPresent:
    case LabelState::kIdle:
      return true;
    case LabelState::kAbsent:
      return is_criterion;
    case LabelState::kUncertain:
      return is_criterion && row.raters.size() > 1;
    case LabelState::kOutOfView:
    case LabelState::kNotAnnotated:
      return false;
  }
  return false;
}

RecordTable::RecordTable(const std::vector<Annotation>& annotations, const Words& words) : annotations_(annotations) {
  first_.reserve(annotations.size() + 1);
  for (const Annotation& row : annotations) {
    first_.push_back(static_cast<std::uint32_t>(concepts_.size()));
    for (const ConceptId& id : row.concepts) concepts_.push_back(id.empty() ? kNone : words.index(id.text));
  }
  first_.push_back(static_cast<std::uint32_t>(concepts_.size()));
}

std::size_t RecordTable::find(std::int64_t ordinal) const {
  if (annotations_.empty()) return 0;
  const auto guess = static_cast<std::uint64_t>(ordinal - annotations_.front().ordinal);
  if (guess < annotations_.size() && annotations_[guess].ordinal == ordinal) return guess;
  const auto at = std::lower_bound(annotations_.begin(), annotations_.end(), ordinal,
                                   [](const Annotation& row, std::int64_t wanted) { return row.ordinal < wanted; });
  const bool is_found = at != annotations_.end() && at->ordinal == ordinal;
  return is_found ? static_cast<std::size_t>(at - annotations_.begin()) : annotations_.size();
}

double criterion_value(const Annotation& row) {
  if (row.value) return *row.value;
  if (row.raters.empty()) return row.state == LabelState::kAbsent ? 0 : 1;
  double sum = 0;
  for (const double vote : row.raters) sum += vote;
  return sum / static_cast<double>(row.raters.size());
}

}  // namespace surgsigma::chain
