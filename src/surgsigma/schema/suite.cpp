#include "surgsigma/schema/suite.h"

#include <algorithm>
#include <set>

#include "surgsigma/schema/fields.h"

namespace surgsigma {
namespace {

const std::vector<std::string> kSuiteKeys = {"id",    "name",    "description", "cite",      "matches", "arena_sum",
                                             "arena", "profile", "seed",        "long_side", "tests"};
const std::vector<std::string> kTestKeys = {"id",      "name",  "task",      "sources",    "split",
                                            "parts",   "forms", "style",     "questions",  "balanced",
                                            "primary", "note",  "published", "unavailable"};
const std::vector<std::string> kPublishedKeys = {"model", "protocol", "value", "unit", "cite"};
const std::vector<std::string> kPartWords = {"train", "val", "test"};

std::vector<std::string> task_ids(const Catalog& catalog) {
  std::vector<std::string> ids;
  for (const Task& task : catalog.tasks) ids.push_back(task.id);
  return ids;
}

std::vector<std::string> source_ids(const Catalog& catalog) {
  std::vector<std::string> ids;
  for (const auto& [id, card] : catalog.sources) ids.push_back(id.text);
  return ids;
}

PublishedScore published_from(const Json& value, const Place& place, Mistakes& mistakes) {
  const Fields fields(value, place, mistakes, kPublishedKeys);
  PublishedScore score{fields.text("model", Need::kRequired), fields.text("protocol", Need::kRequired), 0,
                       fields.one_of("unit", {"%", "share"}, "%"), fields.text("cite", Need::kRequired)};
  const bool has_number = value.is_object() && value.contains("value") && value["value"].is_number();
  if (has_number)
    score.value = value["value"].get<double>();
  else
    fields.mistake("value", "is not a number");
  return score;
}

SuiteTest test_from(const Json& value, const Place& place, const Catalog& catalog, Mistakes& mistakes) {
  const Fields fields(value, place, mistakes, kTestKeys);
  SuiteTest test;
  test.id = fields.text("id", Need::kRequired);
  test.name = fields.text("name", Need::kRequired);
  test.unavailable = fields.text("unavailable");
  const Need unless_unavailable = test.unavailable.empty() ? Need::kRequired : Need::kOptional;
  test.task = fields.text("task", unless_unavailable);
  test.sources = fields.texts("sources");
  test.split = fields.has("split") ? fields.text("split") : "strict";
  if (fields.has("parts")) test.parts = fields.texts("parts");
  test.forms = fields.words<Form>("forms");
  test.questions = fields.integer("questions", 0);
  test.style = fields.one_of("style", {"joint", "sequential", "sequential_gt"}, "joint");
  if (test.style != "joint" && (test.task != "triplet_recognition" || test.forms != std::vector<Form>{Form::kOpen})) {
    fields.mistake("style", "is for open questions on triplets", "task: triplet_recognition and forms: [open]");
  }
  test.is_balanced = fields.boolean("balanced", false);
  test.primary = fields.text("primary", unless_unavailable);
  test.note = fields.text("note");
  if (test.questions < 0) fields.mistake("questions", "is below 0", "0 means all");
  if (test.is_balanced && test.questions == 0) fields.mistake("balanced", "needs a number of questions");
  const auto check = [&](std::string_view key, const std::string& word, const std::vector<std::string>& known) {
    if (std::find(known.begin(), known.end(), word) != known.end()) return;
    fields.mistake(key, "unknown word " + quoted(word), hint_for(word, known));
  };
  if (!test.task.empty()) check("task", test.task, task_ids(catalog));
  for (const std::string& source : test.sources) check("sources", source, source_ids(catalog));
  for (const std::string& part : test.parts) check("parts", part, kPartWords);
  const Json& published = fields.array("published");
  for (std::size_t i = 0; i < published.size(); ++i) {
    test.published.push_back(published_from(published[i], fields.at("published").element(i), mistakes));
  }
  return test;
}

}  // namespace

const SuiteTest* Suite::find(std::string_view test) const {
  for (const SuiteTest& one : tests) {
    if (one.id == test) return &one;
  }
  return nullptr;
}

std::vector<std::string> suite_ids(const fs::path& catalog_folder) {
  std::vector<std::string> ids;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(catalog_folder / "suites", code)) {
    if (entry.path().extension() == ".yaml") ids.push_back(entry.path().stem().string());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<Suite> suite_from(const Json& document, const std::string& file, const Catalog& catalog) {
  Mistakes mistakes;
  const Fields fields(document, {file, ""}, mistakes, kSuiteKeys);
  Suite suite;
  suite.id = fields.text("id", Need::kRequired);
  suite.name = fields.text("name", Need::kRequired);
  suite.description = fields.text("description");
  suite.citation = fields.text("cite");
  suite.matches = fields.text("matches", Need::kRequired);
  suite.arena = fields.text("arena");
  suite.has_arena_sum = fields.boolean("arena_sum", false);
  if (suite.has_arena_sum && suite.arena.empty()) {
    fields.mistake("arena_sum", "needs `arena`", "say in words what is added up, and as whose protocol");
  }
  if (fields.has("profile")) suite.profile = fields.text("profile");
  const std::int64_t seed = fields.integer("seed", 1);
  if (seed < 0) fields.mistake("seed", "is below 0");
  suite.seed = static_cast<std::uint64_t>(seed);
  const std::int64_t side = fields.integer("long_side", 0);
  if (side < 0 || side > 65'535) fields.mistake("long_side", "is not a number of pixels");
  if (side > 0) suite.long_side = static_cast<int>(std::min<std::int64_t>(side, 65'535));
  const Json& tests = fields.array("tests");
  if (tests.empty()) fields.mistake("tests", "a suite needs a test");
  std::set<std::string> ids;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const Place place = fields.at("tests").element(i);
    suite.tests.push_back(test_from(tests[i], place, catalog, mistakes));
    const std::string& id = suite.tests.back().id;
    if (!is_catalog_id(id)) mistakes.add(place.member("id"), quoted(id) + " is not lower case letters, digits and '_'");
    if (!ids.insert(id).second) mistakes.add(place.member("id"), "duplicate test " + quoted(id));
  }
  if (!mistakes.empty()) return mistakes.as_error(file);
  return suite;
}

Result<Suite> read_suite(const std::string& id_or_path, const fs::path& catalog_folder, const Catalog& catalog) {
  const std::vector<std::string> ids = suite_ids(catalog_folder);
  const bool is_id = std::find(ids.begin(), ids.end(), id_or_path) != ids.end();
  const fs::path path = is_id ? catalog_folder / "suites" / (id_or_path + ".yaml") : fs::path(id_or_path);
  std::error_code code;
  if (!fs::is_regular_file(path, code)) {
    return Error{ErrorKind::kUsage, "no suite " + quoted(id_or_path), "eval", hint_for(id_or_path, ids)};
  }
  SURGSIGMA_TRY(document, read_document(path));
  return suite_from(document, path.string(), catalog);
}

}  // namespace surgsigma
