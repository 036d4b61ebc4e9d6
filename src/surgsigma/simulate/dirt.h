// Planted defects: what is changed in the files of one layout, and which issue must follow.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/random.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/simulate.h"

namespace surgsigma {

inline constexpr std::string_view kDuplicateVideo = "duplicate_video";
/// In drawn pictures, so in any layout, if pictures are drawn.
inline constexpr std::string_view kPictureFaults = "picture_faults";

/// One way to plant a defect: changes `piece` (a whole file) and says what it did; nothing when this file cannot carry
/// it (too short, or it lacks what is to be changed), and then the piece is as before. `file` of the defects is set by
/// the caller.
struct Planting {
  std::string_view dirt;
  std::string_view layout;
  std::string_view role;
  std::string_view expected_rule;
  std::optional<std::vector<Defect>> (*plant)(const Planting& planting, Piece& piece, Draws& draws);
};
const std::vector<Planting>& plantings();

/// The defects that `wanted` names ("all", or a comma list) in the order of dirts(); kUsage with the nearest name for
/// an unknown one, and for one that the layout cannot carry unless "all" is wanted.
Result<std::vector<std::string_view>> wanted_dirts(std::string_view wanted, std::string_view layout);
/// Whether anything in the table, or the copying of videos, plants this defect in the layout.
bool can_carry(std::string_view layout, std::string_view dirt);

}  // namespace surgsigma
