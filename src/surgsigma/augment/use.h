// Which annotations a context may join.
#pragma once

#include "surgsigma/base/time.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// Rejected records and those that say nobody looked take no part.
inline bool is_in_use(const Annotation& row) { return row.rejected.empty() && row.state != LabelState::kNotAnnotated; }

inline TimeRange range_of(const Annotation& row) { return {row.begin_us, row.end_us}; }

/// Kinds that are labelled picture by picture.
inline bool is_picture_kind(AnnotationKind kind) {
  return kind == AnnotationKind::kPresence || kind == AnnotationKind::kBox || kind == AnnotationKind::kMask ||
         kind == AnnotationKind::kInteraction || kind == AnnotationKind::kCriterion;
}

/// Kinds that are labelled as spans of the workflow.
inline bool is_workflow_kind(AnnotationKind kind) {
  return kind == AnnotationKind::kPhase || kind == AnnotationKind::kStep || kind == AnnotationKind::kAction;
}

/// A record of one sampled picture holds until the next sample; what lasts longer than this was labelled as a span.
constexpr Microseconds kLongestSample = 10 * kSecond;

}  // namespace surgsigma
