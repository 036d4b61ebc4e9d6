// The stretches of a video that become clip contexts.
#pragma once

#include <vector>

#include "surgsigma/augment/use.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct ClipRange {
  TimeRange range;
  bool with_pictures = true;  ///< joins the labels of single pictures too, not only those of spans
  bool operator==(const ClipRange&) const = default;
};

/// Rising by (begin, end), each range once, none of them outside the body:
/// - runs of each annotated action and step (equal neighbours less than a second apart are one), without the pictures
///   for steps, which last minutes;
/// - where no action is annotated, stretches of at least two seconds in which one kind of instrument alone acts, and
/// all
///   it does is one verb: they show a basic action;
/// - windows of at most `caption_clip` that tile the labelled time and begin and end where actions, steps and phases do
///   as far as that keeps them at least half as long.
/// A run through which the camera leaves the body is cut there and its longest part kept.
std::vector<ClipRange> clip_ranges(const std::vector<Annotation>& annotations,
                                   const std::vector<TimeRange>& out_of_body, Microseconds caption_clip);

}  // namespace surgsigma
