// One conversation ready to be written: selected, its media named, its boxes in the target's numbers, its reasoning in
// place. Formats see nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/schema/geometry.h"

namespace surgsigma {

struct Sample {
  std::string_view id;
  std::string_view task;
  std::string_view source;
  std::string_view video;
  std::string_view case_id;
  std::string_view centre;   ///< where it was operated; empty: not known
  std::string_view part;     ///< train, val or test
  std::string_view form;     ///< open, choice, yes_no or multi_turn
  std::string_view origin;   ///< human, derived, ...
  std::string_view licence;  ///< licence id of the source
  bool is_simulated = false;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;

  std::vector<std::string_view> turns;  ///< user, assistant, ...; "{box:N}" stands for box N
  std::vector<std::string_view> options;
  std::string_view answer;  ///< canonical JSON
  std::string solution;     ///< plain wording of the last answer; only where the format asks for it

  std::vector<std::string> box_texts;               ///< in the box profile; empty for a box no text names
  std::vector<std::array<std::int64_t, 4>> pixels;  ///< the same boxes in whole pixels of the picture
  std::vector<std::string_view> box_labels;
  bool names_boxes = false;  ///< a turn that is written holds a "{box:N}"

  std::vector<std::string> media;  ///< as the row names them; pictures or clips, never both
  /// The pictures of each clip where clips are written as lists; then `media` has the first of each.
  std::vector<std::vector<std::string>> frame_lists;
  std::vector<std::string> pictures;  ///< base64 of each picture, "" for one that is missing; only where embedded
  bool is_video = false;
  ImageSize size;  ///< of the picture that is shown; 0 x 0: unknown
};

}  // namespace surgsigma
