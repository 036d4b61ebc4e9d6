// Which stretches of a video training should do without, from the measures of its sampled frames: black, blurred,
// overexposed, smoky, frozen, seen before, out of the body, hidden by a publisher, written upon. The limits stand in
// catalog/cleaning/cleaning.yaml. Pure: frames in, marks out; nothing is deleted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// A limit on one column of the table `frames`. A frame without the measure does not pass.
struct MarkLimit {
  std::string measure;
  bool is_least = true;  ///< the measure must be at least `value`, else at most
  double value = 0;
};

/// One reason: all its limits must hold, for at least `for_us`.
struct MarkRule {
  std::string reason;
  std::vector<MarkLimit> limits;
  std::string score;  ///< measure that the mark carries as its score
  Microseconds for_us = 0;
};

struct CleaningRules {
  std::vector<MarkRule> marks;
  int duplicate_bits = 2;
  double duplicate_contrast = 12;
  Microseconds duplicate_apart_us = 20 * kSecond;
  double overlay_share = 0.0005;  ///< of the picture that burned-in text covers

  /// kData naming the line of the catalog for an unknown measure, a reason that stands twice or a limit that is none.
  static Result<CleaningRules> create(const Catalog& catalog);
};

/// The value of a measure by its column name; nothing where the frame has none. kUsage is for create() to find.
std::optional<double> measure_of(const FrameRow& frame, std::string_view measure);
bool is_measure(std::string_view name);

/// `frames` of one video by time; `end_us` is where the video ends. Marks by (begin, reason). A mark reaches from its
/// first sample to the next sample that does not show it. Duplicates name the later of two pictures.
std::vector<MarkRow> marks_of(const std::vector<FrameRow>& frames, const CleaningRules& rules, Microseconds end_us);
/// "overlay" over the whole recording when burned-in text covers enough of it; its score is the share covered.
/// `samples`: frames looked at.
std::optional<MarkRow> overlay_mark(const MediumRow& medium, std::int64_t samples, const CleaningRules& rules);

}  // namespace surgsigma
