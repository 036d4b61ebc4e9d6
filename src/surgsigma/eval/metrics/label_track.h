// One video as the frame-wise metrics see it: a true and an answered class for every frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace surgsigma {

/// Frames in order of time at one rate. Classes are counted from 0.
struct LabelTrack {
  std::size_t case_number = 0;
  std::vector<std::int16_t> truth;   ///< -1: the frame is ignored (out of the body, black, not annotated)
  std::vector<std::int16_t> answer;  ///< -1: no answer, or one that could not be read: wrong
};

}  // namespace surgsigma
