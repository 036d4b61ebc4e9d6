#include "surgsigma/eval/suite_folder.h"

#include <algorithm>

#include "surgsigma/base/text.h"

namespace surgsigma {

Result<Json> read_suite_json(const fs::path& questions) {
  const fs::path file = questions / "suite.json";
  std::error_code code;
  if (!fs::is_regular_file(file, code)) {
    return Error{ErrorKind::kNotFound, "no questions of a suite", questions.string(),
                 "make them with `surgsigma eval make SUITE OUT`"};
  }
  SURGSIGMA_TRY(suite, read_document(file));
  const auto list = suite.find("tests");
  if (!suite.is_object() || list == suite.end() || !list->is_array()) {
    return Error{ErrorKind::kData, "no tests", file.string(), "make the questions again with `surgsigma eval make`"};
  }
  return suite;
}

Result<std::vector<SuiteFolderTest>> tests_of_folder(const fs::path& questions, const Json& suite,
                                                     const std::vector<std::string>& wanted) {
  std::vector<SuiteFolderTest> tests;
  std::vector<std::string> known;
  for (const Json& test : suite["tests"]) {
    if (!text_or(test, "left_out", "").empty()) continue;
    SuiteFolderTest one{
        text_or(test, "id", ""), text_or(test, "primary", ""), {}, text_or(test, "style", "joint"), false};
    if (!is_safe_relative(one.id)) {
      return Error{ErrorKind::kData, "a test is called " + quoted(one.id), (questions / "suite.json").string(),
                   "make the questions again with `surgsigma eval make`"};
    }
    known.push_back(one.id);
    one.folder = questions / one.id;
    std::error_code code;
    one.is_in_words = fs::is_regular_file(one.folder / "questions.jsonl", code);
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), one.id) != wanted.end()) {
      tests.push_back(std::move(one));
    }
  }
  for (const std::string& name : wanted) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto near = nearest(name, known);
    return Error{ErrorKind::kUsage, "the questions have no test " + quoted(name), (questions / "suite.json").string(),
                 near ? "did you mean '" + *near + "'?" : "it is one of: " + join(known, ", ")};
  }
  if (tests.empty()) {
    return Error{ErrorKind::kData, "no test has questions", (questions / "suite.json").string(),
                 "make the questions again with `surgsigma eval make`"};
  }
  return tests;
}

Result<fs::path> predictions_file(const fs::path& predictions, const std::string& test) {
  std::error_code code;
  if (!fs::is_directory(predictions, code)) return predictions;
  for (const char* ending : {".jsonl", ".json", ".tsv", ".csv"}) {
    const fs::path file = predictions / (test + ending);
    if (fs::is_regular_file(file, code)) return file;
  }
  return Error{ErrorKind::kNotFound, "no answers to the test " + quoted(test), predictions.string(),
               "name the file " + test + ".jsonl, or leave the test out with --test"};
}

Status check_new_folder(const fs::path& folder) {
  std::error_code code;
  if (!fs::exists(folder, code) || (fs::is_directory(folder, code) && fs::is_empty(folder, code))) return done();
  return Error{ErrorKind::kUsage, "the folder is not empty", folder.string(), "name a new or empty folder"};
}

}  // namespace surgsigma
