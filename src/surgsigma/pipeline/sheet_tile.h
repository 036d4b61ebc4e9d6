// One tile of a contact sheet: drawn from an example whose pixels were fetched already.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "surgsigma/media/drawing.h"
#include "surgsigma/schema/answer.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

inline constexpr int kTileWidth = 520;

/// One picture of a tile.
struct SheetPanel {
  Image picture;
  std::string caption;
  Image mask;  ///< not empty: drawn onto the picture as tint and contour; of the picture's size or scaled to it
};

struct SheetExample {
  int number = 0;
  std::string task;
  std::string id;     ///< empty: the task has no example
  std::string about;  ///< "conversation 0123456789abcdef, open"
  std::string place;  ///< "cholec80, case camma:7, video07 at 01:23.4"
  bool is_simulated = false;
  bool is_private = false;
  std::optional<Answer> answer;  ///< drawn onto the first picture, or across the strip
  ImageSize geometry;            ///< frame that boxes refer to, where the answer does not say
  std::string question;
  std::string words;               ///< the answer as it is asked of a model; for a pair: what the target is
  std::vector<SheetPanel> panels;  ///< one: as wide as the tile; two: side by side; more: rows of three
  std::string missing;             ///< why there is no picture, or no example
};

/// Width kTileWidth, as high as it needs to be. `remark` gets what was cut or does not fit together.
Result<Image> draw_tile(const SheetExample& example, const Ontology& ontology, std::string& remark);

/// "{box:1}" becomes "[12, 30, 200, 310]" in whole pixels; a number that has no box stays as it is.
std::string with_boxes(const std::string& text, const std::vector<double>& boxes);

/// What an answer says, as it stands on the picture: "phase: calot triangle dissection", "not: hook". Empty for boxes,
/// criteria and captions.
std::string overlay_words(const std::string& task, const Answer& answer, const Ontology& ontology);

}  // namespace surgsigma
