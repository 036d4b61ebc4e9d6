#include "surgsigma/eval/pixel_pairs.h"

#include <unordered_set>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/question.h"

namespace surgsigma {
namespace {

constexpr const char* kAgain = "make the questions again with `surgsigma eval make`";

Error wrong(std::string what, const std::string& where) { return {ErrorKind::kData, std::move(what), where, kAgain}; }

/// The one path of a list.
Result<std::string> path_at(const Json& row, std::string_view key, const std::string& where) {
  const auto found = row.find(key);
  if (found == row.end() || !found->is_array() || found->size() != 1 || !found->front().is_string()) {
    return wrong(std::string(key) + " is not a list of one path", where);
  }
  const auto path = found->front().get<std::string>();
  if (!is_safe_relative(path)) return wrong("the path " + quoted(path) + " leaves the folder", where);
  return path;
}

Result<PixelPair> pair_from(const Json& row, const std::string& where) {
  if (!row.is_object()) return wrong("not an object", where);
  PixelPair pair;
  const std::pair<const char*, std::string*> texts[] = {
      {"id", &pair.id},         {"task", &pair.task},   {"part", &pair.part},   {"prompt", &pair.prompt},
      {"source", &pair.source}, {"video", &pair.video}, {"case", &pair.case_id}};
  for (const auto& [key, text] : texts) {
    SURGSIGMA_TRY(value, text_at(row, key, where));
    *text = value;
  }
  SURGSIGMA_TRY(input, path_at(row, "inputs", where));
  pair.input = std::move(input);
  SURGSIGMA_TRY(gold, path_at(row, "gold", where));
  pair.gold = std::move(gold);
  pair.is_simulated = bool_or(row, "simulated", false);
  pair.parameters = row.value("parameters", Json::object());
  if (!pair.parameters.is_object()) return wrong("parameters are not an object", where);
  const auto family = pixel_family(pair.task);
  if (!family) return wrong("the task " + quoted(pair.task) + " is not answered by pixels", where);
  if (family != PixelFamily::kMasks) return pair;
  const Json classes = row.value("classes", Json::object());
  if (!classes.is_object() || classes.empty()) return wrong("a mask without classes", where);
  for (const auto& [name, value] : classes.items()) {
    const auto label = label_value(value);
    if (!label) return wrong("the class " + quoted(name) + " has no value from 1 to 255", where);
    pair.classes[name] = *label;
  }
  return pair;
}

}  // namespace

std::optional<PixelFamily> pixel_family(std::string_view task) {
  constexpr std::pair<std::string_view, PixelFamily> kRows[] = {{"desmoking", PixelFamily::kPictures},
                                                                {"next_frame_generation", PixelFamily::kPictures},
                                                                {"instrument_segmentation", PixelFamily::kMasks},
                                                                {"depth_estimation", PixelFamily::kDepth},
                                                                {"conditional_video_generation", PixelFamily::kClips}};
  for (const auto& [name, family] : kRows) {
    if (name == task) return family;
  }
  return std::nullopt;
}

std::optional<int> label_value(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  const auto number = value.get<std::int64_t>();  // as int it would be cut to its lower bits
  return number > 0 && number < 256 ? std::optional<int>(static_cast<int>(number)) : std::nullopt;
}

std::string_view usual_pixel_metric(PixelFamily family) {
  switch (family) {
    case PixelFamily::kMasks:
      return "segmentation.mc_iou";
    case PixelFamily::kDepth:
      return "depth.abs_rel:median";
    case PixelFamily::kClips:
      return "pictures.frame_difference";
    default:
      return "pictures.psnr:rgb";
  }
}

Result<std::vector<PixelPair>> read_pixel_pairs(const fs::path& file) {
  std::vector<PixelPair> pairs;
  std::unordered_set<std::string> ids;
  SURGSIGMA_CHECK(each_json_line(file, [&](const Json& row, const std::string& where) -> Status {
    SURGSIGMA_TRY(pair, pair_from(row, where));
    if (!ids.insert(pair.id).second) return wrong("the pair " + quoted(pair.id) + " stood before", where);
    if (!pairs.empty() && (pair.task != pairs[0].task || pair.classes != pairs[0].classes)) {
      return wrong("another task or other classes than the pairs before", where);
    }
    pairs.push_back(std::move(pair));
    return done();
  }));
  if (pairs.empty()) return wrong("no pair in the file", file.string());
  return pairs;
}

}  // namespace surgsigma
