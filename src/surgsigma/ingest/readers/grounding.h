// Boxes written into text in the way of Qwen2-VL: integer corners on a grid, with or without the model's tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"

namespace surgsigma {

struct GroundedBox {
  std::string label;
  std::int64_t x1 = 0;
  std::int64_t y1 = 0;
  std::int64_t x2 = 0;
  std::int64_t y2 = 0;

  bool operator==(const GroundedBox&) const = default;
};

/// The boxes in `text`, in order; none for text without any. Two forms, never mixed:
///   <|object_ref_start|>hook<|object_ref_end|><|box_start|>(643,0),(920,298)<|box_end|>   with prose around it
///   hook (643,0),(920,298) grasper (23,558),(117,725)                                     and nothing else
/// Fails with kData on tokens out of place, a blank inside the corners, a corner off the grid [0, grid], a box without
/// label or without area. `where` is empty.
Result<std::vector<GroundedBox>> parse_grounding(std::string_view text, std::int64_t grid);

/// The text without a model's tokens: `hook (643,0),(920,298)`; "<image>" and "<video>" go as well.
std::string without_tokens(std::string_view text);

}  // namespace surgsigma
