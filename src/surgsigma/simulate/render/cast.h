// Who is on the stage: the words of an operation turned into tools, tissue and what they do. Scripts that name no works
// (bypass, suturing, hysterectomy) get hands that fit the phase or step; those carry no words.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/simulate/operation.h"

namespace surgsigma::drawing {

enum class ToolForm { kGrasper, kBipolar, kNeedleHolder, kHook, kScissors, kClipApplier, kTube, kStapler };

enum class Deed { kIdle, kTravel, kHold, kPush, kDissect, kCut, kCoagulate, kClip, kAspirate, kIrrigate, kSew, kOpen, kClose };

enum class Material : std::uint8_t {
  kNothing,
  kWall,
  kLiver,
  kFat,
  kGut,
  kMuscle,
  kGallbladder,
  kDuct,
  kArtery,
  kPlate,
  kCleared,  ///< dissected triangle
  kFluid,
  kBag,
  kSteel,
  kShaft,
  kBlueShaft,
  kCeramic,
  kClip,
  kNeedle,
  kThread,
};

enum class TargetForm { kNone, kDome, kTube, kPatch, kPool };

/// What a concept of anatomy looks like.
struct Appearance {
  Material material = Material::kWall;
  TargetForm form = TargetForm::kDome;
};
Appearance appearance_of(const ConceptId& anatomy);

/// One hand doing one thing for a while.
struct Hand {
  Activity activity;  ///< without words when the script names no works
  ConceptId instrument;
  ConceptId target;  ///< empty: nothing
  ToolForm form = ToolForm::kGrasper;
  Deed deed = Deed::kIdle;
  Appearance target_look;
  bool is_first = false;  ///< the instrument was not in view before
  bool is_last = false;
};

/// A structure with the stretches of time in which it is in view.
struct Structure {
  std::string_view word;
  ConceptId concept_id;
  Appearance look;
  Path path;
  std::vector<Span> in_view;  ///< by begin, apart
  int criterion = -1;         ///< index of the criterion that needs it exposed
  std::vector<Milliseconds> clips;          ///< when each was placed, at most three
  std::optional<Milliseconds> divided;      ///< when it was cut through
};

/// Where the tissue was hurt: a share of the picture at that time, and how large.
struct Wound {
  Milliseconds time = 0;
  Milliseconds heals = 0;
  double x = 0.5;
  double y = 0.5;
  double size = 0.03;  ///< of the width
};

/// The surfaces behind everything: far first.
struct Backdrop {
  struct Region {
    ConceptId concept_id;
    Material material = Material::kWall;
  };
  Region far, upper, lower, side;
};

struct Cast {
  std::vector<Hand> hands;  ///< by begin
  std::vector<Structure> structures;
  std::vector<Wound> wounds;  ///< by time
  Backdrop backdrop;
};

/// kNotFound when the catalog has no concept for a word.
Result<Cast> make_cast(const Catalog& catalog, const Script& script, const Operation& operation, std::uint64_t seed);

}  // namespace surgsigma::drawing
