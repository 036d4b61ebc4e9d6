// A contact sheet: one picture with examples of each task, what their answers say drawn onto their pixels, question and
// answer in words beneath. For a person who wants to see whether labels, times and pixels belong together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/media/drawing.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

struct SheetOptions {
  std::vector<std::string> tasks;  ///< task ids; empty: all
  int per_task = 1;                ///< 1 to 10
  std::uint64_t seed = 1;          ///< another draw of examples
};

/// What one tile shows and where it lies on the sheet.
struct SheetTile {
  int number = 0;
  std::string task;
  std::string id;  ///< conversation or pair; empty: the task has no example
  std::string source;
  std::string case_id;
  std::string video;
  PixelArea area;
  bool is_simulated = false;
  bool is_private = false;
  std::string remark;  ///< why there is no example, no picture, or what was cut; empty when all is there
};

struct Sheet {
  Image picture;
  std::vector<SheetTile> tiles;  ///< by task number, from left to right and from top to bottom
};

/// Examples with pixels go before those without, open questions before other forms, moments without a mark before
/// marked ones; the rest is drawn by the seed. The same database, catalog, files and options give the same bytes. Never
/// fails for a missing or broken picture: the tile names it. kUsage: an unknown task (with the nearest name), a number
/// of examples out of range, a database that holds neither conversations nor pairs.
Result<Sheet> contact_sheet(const Database& database, const Catalog& catalog, const SheetOptions& options);

}  // namespace surgsigma
