// How instruments move between two moments, in words: "The hook moves right and closer, and the grasper stays where it
// is."
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/geometry.h"
#include "surgsigma/schema/ids.h"

namespace surgsigma {

/// One instrument at one moment.
struct MotionPlace {
  double x = 0;       ///< Centre in pixels.
  double y = 0;
  double area = 0;    ///< Pixels; of the box or of the mask, the same kind at both moments.
  bool operator==(const MotionPlace&) const = default;
};
MotionPlace place_of_box(const Box& box);

/// Words of a concept, as the ontology or the dialogue's lexicon has them.
struct MotionWords {
  std::string the;           ///< "the hook"
  std::string a;             ///< "a hook", "an L-hook", "scissors"
  std::string plural;        ///< "hooks"; for two that move alike
  bool is_plural = false;    ///< "the scissors move"
};

/// One instrument followed over both moments; a side is missing where it is not seen.
struct InstrumentMotion {
  std::string key;           ///< Concept id: equal ones are the same kind of instrument.
  MotionWords words;
  std::optional<MotionPlace> before;
  std::optional<MotionPlace> after;
};

struct MotionThresholds {
  double dead_zone = 0.02;    ///< Share of the picture's width below which a move in x or in y is none.
  double closer = 1.15;       ///< sqrt(area after / area before) above this ...
  double away = 0.87;         ///< ... and below this.
};

enum class Sideways { kNone, kLeft, kRight };
enum class Upright { kNone, kUp, kDown };
enum class InDepth { kNone, kCloser, kAway };
enum class Presence { kStays, kAppears, kLeaves };
struct MotionVerdict {
  Presence presence = Presence::kStays;
  Sideways sideways = Sideways::kNone;
  Upright upright = Upright::kNone;
  InDepth in_depth = InDepth::kNone;
  double size = 0;            ///< Larger of way / width and the change of sqrt(area); 1 for coming and going.
  bool operator==(const MotionVerdict&) const = default;
};
/// Fails with kUsage on a picture without size, an instrument seen at neither moment, places that are no numbers or an
/// area that is not positive.
Result<MotionVerdict> motion_of(const InstrumentMotion& motion, ImageSize size,
                                const MotionThresholds& thresholds = {});

struct MotionOptions {
  int instruments = 3;        ///< At most so many are named, the largest motion first.
  MotionThresholds thresholds;
};
/// One sentence, or "" where there is no instrument. Two of a kind that do the same are one subject ("two graspers");
/// two of a kind that differ are "one grasper" and "another grasper". The order of the list changes nothing.
Result<std::string> motion_text(std::vector<InstrumentMotion> motions, ImageSize size,
                                const MotionOptions& options = {});

/// Joins what is seen at two moments: equal key and instance where there is one; those of one kind without instance
/// pair so that the sum of their ways is least (beyond eight of a kind: nearest first). The rest comes or goes. Ordered
/// by key.
struct SeenInstrument {
  std::string key;
  std::optional<std::int64_t> instance;
  MotionPlace place;
};
struct FollowedInstrument {
  std::string key;
  std::optional<MotionPlace> before;
  std::optional<MotionPlace> after;
  bool operator==(const FollowedInstrument&) const = default;
};
std::vector<FollowedInstrument> followed(const std::vector<SeenInstrument>& before,
                                         const std::vector<SeenInstrument>& after);

}  // namespace surgsigma
