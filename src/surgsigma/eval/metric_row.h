// What a metric is, for people: one row of the table that `surgsigma list metrics` and every report print.
#pragma once

#include <string_view>

namespace surgsigma {

struct MetricRow {
  std::string_view family;      ///< the file in eval/metrics that computes it
  std::string_view name;        ///< with its variant: "mean_jaccard:video_phase_b"
  std::string_view better;      ///< "higher", "lower" or "zero" (a signed bias)
  std::string_view unit;        ///< "share" (0..1), "s", "px", "dB", ...
  std::string_view definition;  ///< one sentence
  std::string_view source;      ///< paper or code it follows, with commit where one was read
  std::string_view edges;       ///< absent classes, empty sets, ties, unparseable answers
};

}  // namespace surgsigma
