#include "surgsigma/eval/training_cases.h"

#include <array>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 2> kSeenParts = {"train", "val"};
constexpr std::size_t kMostNamed = 5;

Status take_names(const Json& list, const fs::path& file, std::set<std::string, std::less<>>& names) {
  const auto wrong = [&] {
    return Error{ErrorKind::kData, "the list of cases is not one of names", file.string(), "export again"};
  };
  if (!list.is_array()) return wrong();
  for (const Json& name : list) {
    if (!name.is_string()) return wrong();
    const auto text = name.get<std::string>();
    if (trim(text).empty()) return wrong();  // it would match no case, and seem to be a list
    names.insert(text);
  }
  return done();
}

Result<TrainingCases> from_manifest(const fs::path& file) {
  SURGSIGMA_TRY(manifest, read_document(file));
  if (!manifest.is_object() || !manifest.contains("cases") || !manifest["cases"].is_object()) {
    return Error{ErrorKind::kData, "the manifest has no list of cases", file.string(),
                 "export again with this version, or give a text file with one case id a line"};
  }
  TrainingCases trained{file, {}};
  for (const std::string_view part : kSeenParts) {
    const auto list = manifest["cases"].find(part);
    if (list != manifest["cases"].end()) SURGSIGMA_CHECK(take_names(*list, file, trained.names));
  }
  return trained;
}

Result<TrainingCases> from_lines(const fs::path& file) {
  SURGSIGMA_TRY(bytes, read_file(file, 1ULL << 30));
  // A mark of the encoding at the start would make the first name another one, and its case would be asked.
  SURGSIGMA_TRY(text, decode_text(std::move(bytes), file.string()));
  TrainingCases trained{file, {}};
  std::int64_t number = 0;
  for (const std::string_view line : split(text.utf8, '\n')) {
    ++number;
    const std::string_view name = trim(line.substr(0, line.find('#')));
    if (name.empty()) continue;
    if (name.starts_with('{') || name.starts_with('[')) {
      return Error{ErrorKind::kData, "JSON, no case id", file.string() + ":" + std::to_string(number),
                   "name the manifest.json of the export, or a text file with one case id a line"};
    }
    trained.names.emplace(name);
  }
  return trained;
}

}  // namespace

Result<TrainingCases> read_training_cases(const fs::path& path) {
  std::error_code code;
  const fs::path file = fs::is_directory(path, code) ? path / "manifest.json" : path;
  if (!fs::is_regular_file(file, code)) {
    return Error{ErrorKind::kNotFound, "no manifest of a training set", file.string(),
                 "name an export's folder, its manifest.json, or a text file with one case id a line"};
  }
  auto trained = file.extension() == ".json" ? from_manifest(file) : from_lines(file);
  if (trained.ok() && trained->names.empty()) {
    return Error{ErrorKind::kData, "no case of training is named", file.string(),
                 "is this the manifest that the model was trained with?"};
  }
  return trained;
}

Result<std::set<std::string>> cases_of_manifest(const fs::path& file) {
  std::error_code code;
  std::set<std::string, std::less<>> names;
  if (!fs::is_regular_file(file, code)) return std::set<std::string>();
  SURGSIGMA_TRY(manifest, read_document(file));
  if (manifest.is_object() && manifest.contains("cases") && manifest["cases"].is_object()) {
    for (const auto& [part, list] : manifest["cases"].items()) SURGSIGMA_CHECK(take_names(list, file, names));
  }
  return std::set<std::string>(names.begin(), names.end());
}

Status check_untouched(const TrainingCases& trained, const std::string& test, const std::vector<Question>& questions,
                       const std::set<std::string>& test_cases) {
  std::set<std::string> touched;
  std::size_t touched_questions = 0;
  for (const Question& question : questions) {
    if (!trained.names.contains(question.case_id)) continue;
    touched.insert(question.case_id);
    ++touched_questions;
  }
  for (const std::string& name : test_cases) {
    if (trained.names.contains(name)) touched.insert(name);
  }
  if (touched.empty()) return done();
  std::vector<std::string> first(touched.begin(), touched.end());
  if (first.size() > kMostNamed) first.resize(kMostNamed);
  return Error{ErrorKind::kUsage,
               "the model was trained with " + std::to_string(touched.size()) + " operations of the test " +
                   quoted(test) + ": " + join(first, ", ") + (touched.size() > first.size() ? ", ..." : "") +
                   (touched_questions > 0 ? " (" + std::to_string(touched_questions) + " questions)" : ""),
               trained.file.string(),
               "scores on operations of the training say nothing; make the questions and the training set with one "
               "split"};
}

}  // namespace surgsigma
