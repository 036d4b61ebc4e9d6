// The bodies of instruments. A tool is bars: a working end (wrist and clasper) that fills the box it is given, and a
// shaft that goes on from there to beyond the border.
#pragma once

#include <vector>

#include "surgsigma/simulate/render/band.h"

namespace surgsigma::drawing {

/// From which corner of its box a tool comes.
struct Entry {
  bool is_from_left = true;
  bool is_from_bottom = true;
};
Entry entry_of(const Activity& activity);

struct ToolPose {
  ToolForm form = ToolForm::kGrasper;
  Box box;             ///< of the working end, pixels
  Entry entry;
  float opening = 0;   ///< radians between jaw and axis
  float roll = 0;      ///< -1 to 1: which way a hook or a curved blade points
  bool holds_clip = false;
  float tip_depth = kStageMm;
  float wrist_depth = 110;
  std::uint8_t id = 0;
};

struct Tool {
  std::vector<Bar> bars;
  Place tip;        ///< where the jaws close
  Place wrist;      ///< where the shaft ends
};

/// The working end alone is fitted; when the box is cut by the border it is squeezed into what is left.
Tool make_tool(const ToolPose& pose, const Lens& lens);
/// Moves a tool along its shaft, outwards: 0 in place, 1 out of the picture.
void slide(Tool& tool, float share, ImageSize size);

}  // namespace surgsigma::drawing
