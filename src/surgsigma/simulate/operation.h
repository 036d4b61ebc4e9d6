// An invented operation: what happens when, as a pure function of the procedure's script, a seed, the case and a length
// factor. Times are milliseconds from the start of the recording; ranges are half-open; words are those of the script,
// which are those of the procedure's home source card.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/random.h"
#include "surgsigma/simulate/script.h"

namespace surgsigma {

using Milliseconds = std::int64_t;

/// Something that lasts: a phase, a step, a segment outside the body, a thing in view.
struct Span {
  std::string_view word;
  Milliseconds begin = 0;
  Milliseconds end = 0;
  bool contains(Milliseconds t) const { return begin <= t && t < end; }
  bool operator==(const Span&) const = default;
};

/// A box in parts of the picture's width and height: top-left corner and size, inside [0, 1].
struct RelativeBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

/// Where a thing is over time: a centre that sways smoothly, clamped to the picture.
struct Path {
  double x = 0.5;
  double y = 0.5;
  double width = 0.2;
  double height = 0.2;
  double sway_x = 0.05;
  double sway_y = 0.05;
  double period_x_s = 7;
  double period_y_s = 11;
  double turn_x = 0;
  double turn_y = 0;

  RelativeBox at(Milliseconds t) const;
};

/// One instrument doing one thing. An idle instrument is in view with the null verb and null target.
struct Activity {
  std::string_view instrument;
  std::string_view verb;
  std::string_view target;
  Milliseconds begin = 0;
  Milliseconds end = 0;
  Path path;
  int lane = 0;  ///< which hand holds it
  bool is_idle = false;
};

/// A thing in view with its place.
struct Sight {
  std::string_view word;
  Milliseconds begin = 0;
  Milliseconds end = 0;
  Path path;
};

/// When a criterion becomes true, and when each rater begins to see it; absent: never.
struct CriterionCourse {
  std::optional<Milliseconds> met;
  std::vector<std::optional<Milliseconds>> raters;
};

struct Operation {
  std::string case_key;
  Milliseconds begin = 0;  ///< labels begin here
  Milliseconds end = 0;
  std::vector<Span> phases;               ///< tile [begin, end)
  std::vector<Span> steps;                ///< tile [begin, end) where the script has steps
  std::vector<Span> out_of_body;          ///< inside phases, in order, apart
  std::vector<Span> adverse_events;       ///< inside phases, in order, apart
  std::vector<Activity> activities;       ///< by begin, then lane; those of one lane do not overlap
  std::vector<Sight> sights;              ///< anatomy, by word, then begin
  std::vector<CriterionCourse> criteria;  ///< in the script's order of becoming true
  std::vector<Span> motions;              ///< movements of the camera
};

/// Valid triplets of the home source: instrument, verb, target, and the idle triplet of each instrument.
struct TripletWords {
  std::string_view instrument;
  std::string_view verb;
  std::string_view target;
  bool is_idle = false;
};

/// `scale` multiplies the length of every phase; a visit of a phase lasts two seconds at least.
Operation make_operation(const Script& script, const std::vector<TripletWords>& valid, std::uint64_t seed,
                         std::string case_key, double scale);

/// The span that contains t, or null; `spans` in order and apart.
const Span* span_at(const std::vector<Span>& spans, Milliseconds t);

}  // namespace surgsigma
