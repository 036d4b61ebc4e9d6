#include "surgsigma/eval/pixel_answers.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/wrong_ids.h"

namespace surgsigma {
namespace {

constexpr const char* kNotesFile = "answers.json";
constexpr const char* kFeaturesFile = "features.npy";

Error wrong_note(std::string what, const fs::path& file,
                 std::string hint = "docs/evaluation.md says what may stand there") {
  return {ErrorKind::kData, std::move(what), file.string(), std::move(hint)};
}

/// Place of the word of a member; 0 where the member is absent.
Result<std::size_t> choice_at(const Json& notes, const char* key, const std::vector<std::string>& words,
                              const fs::path& file) {
  if (!notes.contains(key)) return std::size_t{0};
  const Json& value = notes[key];
  const auto found = value.is_string() ? std::find(words.begin(), words.end(), value.get<std::string>()) : words.end();
  if (found == words.end()) {
    return wrong_note(std::string(key) + " is none of " + join(words, ", "), file);
  }
  return static_cast<std::size_t>(found - words.begin());
}

Status read_classes(const Json& given, const std::vector<PixelPair>& pairs, const fs::path& file, AnswerNotes& notes) {
  std::vector<std::string> known;
  for (const auto& [name, value] : pairs[0].classes) known.push_back(name);
  if (!given.is_object()) return wrong_note("classes are not an object of names and values", file);
  for (const auto& [name, value] : given.items()) {
    if (!pairs[0].classes.contains(name)) {
      return wrong_note("there is no class " + quoted(name), file, "the classes are " + join(known, ", "));
    }
    const auto label = label_value(value);
    if (!label) return wrong_note("the class " + quoted(name) + " has no value from 1 to 255", file);
    for (const auto& [other, taken] : notes.classes) {
      if (taken == *label) return wrong_note(quoted(name) + " and " + quoted(other) + " share a value", file);
    }
    notes.classes[name] = *label;
  }
  if (notes.classes.size() == known.size()) return done();
  return wrong_note("classes do not name every class", file, "the classes are " + join(known, ", "));
}

Result<AnswerNotes> read_notes(const fs::path& file, const std::vector<PixelPair>& pairs) {
  AnswerNotes notes;
  std::error_code code;
  if (!fs::exists(file, code)) return notes;
  SURGSIGMA_TRY(document, read_document(file));
  if (!document.is_object()) return wrong_note("not an object", file);
  const std::vector<std::string> keys = {"depth", "unit", "scale", "classes"};
  for (const auto& [key, value] : document.items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    const auto near = nearest(key, keys);
    return wrong_note("unknown member " + quoted(key), file,
                      near ? "did you mean '" + *near + "'?" : "it may have " + join(keys, ", "));
  }
  SURGSIGMA_TRY(depth, choice_at(document, "depth", {"view", "distance", "disparity"}, file));
  notes.depth = static_cast<DepthAnswer>(depth);
  SURGSIGMA_TRY(unit, choice_at(document, "unit", {"mm", "m"}, file));
  notes.unit = unit == 0 ? DepthUnit::kMillimetres : DepthUnit::kMetres;
  if (document.contains("scale")) {
    notes.scale = number_or(document, "scale", std::nan(""));
    if (!(notes.scale > 0) || !std::isfinite(notes.scale)) return wrong_note("scale is no positive number", file);
  }
  const bool has_unit = document.contains("unit") || document.contains("scale");
  if (has_unit && notes.depth != DepthAnswer::kDistance) {
    return wrong_note("unit and scale belong to \"depth\": \"distance\"", file);
  }
  if (document.contains("classes")) SURGSIGMA_CHECK(read_classes(document["classes"], pairs, file, notes));
  return notes;
}

}  // namespace

Result<PixelAnswers> find_pixel_answers(const fs::path& folder, const std::vector<PixelPair>& pairs,
                                        bool allows_missing) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) {
    return Error{ErrorKind::kNotFound, "no answers to a test that is answered by pixels", folder.string(),
                 "make this folder with one file <pair id>.<ending> for each line of " + std::string(kPairsFile)};
  }
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < pairs.size(); ++i) places.emplace(pairs[i].id, i);
  PixelAnswers answers;
  answers.files.resize(pairs.size());
  std::vector<fs::path> found;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code))
    found.push_back(at->path());
  if (code) return Error{ErrorKind::kIo, "cannot list the folder: " + code.message(), folder.string(), ""};
  std::sort(found.begin(), found.end());
  WrongIds unknown, twice, missing;
  for (const fs::path& path : found) {
    const std::string name = path.filename().string();
    if (name.starts_with(".") || name == kNotesFile) continue;
    if (name == kFeaturesFile) {
      answers.features = path;
      continue;
    }
    const auto place = places.find(path.stem().string());
    if (place == places.end()) {
      unknown.add(name);
    } else if (!answers.files[place->second].empty()) {
      twice.add(pairs[place->second].id);
    } else {
      answers.files[place->second] = path;
    }
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (answers.files[i].empty() && !allows_missing) missing.add(pairs[i].id);
  }
  std::vector<std::string> wrong;
  for (std::string text : {unknown.text("files are of no pair"), twice.text("pairs have several files"),
                           missing.text("pairs have no file")}) {
    if (!text.empty()) wrong.push_back(std::move(text));
  }
  if (!wrong.empty()) {
    return Error{ErrorKind::kData, join(wrong, "; "), folder.string(),
                 missing.count > 0 ? "--allow-missing counts pairs without an answer as the worst there is"
                                   : "a file is named by the id of its pair, and there is one for each"};
  }
  SURGSIGMA_TRY(notes, read_notes(folder / kNotesFile, pairs));
  answers.notes = std::move(notes);
  return answers;
}

}  // namespace surgsigma
