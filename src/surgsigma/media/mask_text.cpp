#include "surgsigma/media/mask_text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/json.h"

namespace surgsigma {
namespace {

Error bad_text(std::string_view name, std::string what) {
  return {ErrorKind::kData, std::move(what), std::string(name), ""};
}

Result<Mask> mask_of_outlines(const Json& rings, ImageSize size, std::string_view name) {
  std::vector<std::vector<double>> polygons;
  for (const Json& ring : rings) {
    if (!ring.is_array()) return bad_text(name, "an outline is no list of numbers");
    std::vector<double> flat;
    for (const Json& number : ring) {
      if (!number.is_number()) return bad_text(name, "an outline holds something that is no number");
      flat.push_back(number.get<double>());
    }
    polygons.push_back(std::move(flat));
  }
  return mask_from_polygons(polygons, size, name);
}

std::optional<Error> wrong_size(const Json& told, ImageSize size, std::string_view name) {
  const bool is_pair =
      told.is_array() && told.size() == 2 && told[0].is_number_integer() && told[1].is_number_integer();
  if (!is_pair) return bad_text(name, "the size of the run lengths is not [height, width]");
  const auto high = told[0].get<std::int64_t>(), wide = told[1].get<std::int64_t>();
  if (high == size.height && wide == size.width) return {};
  return bad_text(name, "the mask is " + std::to_string(wide) + "x" + std::to_string(high) + ", its picture " +
                            std::to_string(size.width) + "x" + std::to_string(size.height));
}

}  // namespace

Result<Mask> mask_from_text(std::string_view text, ImageSize size, std::string_view name) {
  SURGSIGMA_TRY(json, parse_json(text, name));
  if (json.is_array()) return mask_of_outlines(json, size, name);
  if (!json.is_object() || !json.contains("counts")) return bad_text(name, "neither outlines nor run lengths");
  if (json.contains("size")) {
    if (auto error = wrong_size(json["size"], size, name)) return *error;
  }
  const Json& counts = json["counts"];
  if (counts.is_string()) return mask_from_counts(counts.get<std::string>(), size, name);
  if (!counts.is_array()) return bad_text(name, "run lengths are a text or a list of numbers");
  std::vector<std::int64_t> runs;
  for (const Json& run : counts) {
    if (!run.is_number_integer()) return bad_text(name, "a run length is no whole number");
    runs.push_back(run.get<std::int64_t>());
  }
  return mask_from_runs(runs, size, name);
}

}  // namespace surgsigma
