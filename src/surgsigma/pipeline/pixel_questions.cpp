#include "surgsigma/pipeline/pixel_questions.h"

#include <algorithm>
#include <map>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/pixel_depth.h"
#include "surgsigma/eval/pixel_pairs.h"
#include "surgsigma/export/pairs/pair_export.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

constexpr int kUsualMaps = 200;  // of a source: enough for a median

ExportOptions export_of_pairs(const Suite& suite, const SuiteTest& test, const QuestionOptions& options) {
  ExportOptions wished = export_of_test(suite, test, options);
  wished.format = "pixel-questions";
  return wished;
}

/// The lines of the parts as one file.
Status join_lines(const SuiteTest& test, const fs::path& folder) {
  std::string all;
  for (const std::string& part : test.parts) {
    const fs::path file = folder / part / (test.task + ".jsonl");
    std::error_code code;
    if (!fs::exists(file, code)) continue;
    SURGSIGMA_TRY(text, read_file(file));
    all += text;
  }
  return write_file(folder / kPairsFile, all);
}

/// Median distance of one view in mm; nothing for a view that is not metric, or of which nothing is known.
Result<std::optional<double>> median_of_view(const fs::path& file, const Json& parameters) {
  SURGSIGMA_TRY(ends, depth_ends(parameters, file.string()));
  if (!ends.is_metric) return std::optional<double>();
  SURGSIGMA_TRY(view, read_picture(file));
  if (view.channels != 1) return std::optional<double>();
  return median_distance(view, ends);
}

/// Medians of the training part's maps, by source.
Result<std::map<std::string, std::vector<double>>> training_medians(const Database& database, Engine& engine,
                                                                    const SuiteTest& test,
                                                                    const std::vector<std::string>& sources) {
  std::vector<std::string> quoted_sources;
  for (const std::string& source : sources) quoted_sources.push_back(sql_quoted(source));
  SURGSIGMA_TRY(table, engine.query("SELECT p.source_id, p.target, p.parameters FROM pairs p JOIN splits s ON "
                                    "s.source_id = p.source_id AND s.case_id = p.case_id WHERE s.scheme = " +
                                        sql_quoted(test.split) + " AND s.part = 'train' AND p.task = " +
                                        sql_quoted(test.task) + " AND p.source_id IN (" + join(quoted_sources, ", ") +
                                        ") QUALIFY row_number() OVER (PARTITION BY p.source_id ORDER BY "
                                        "md5(p.pair_id), p.pair_id) <= " +
                                        std::to_string(kUsualMaps) + " ORDER BY p.source_id, p.pair_id",
                                    10'000'000));
  std::map<std::string, std::vector<double>> medians;
  for (const auto& row : table.rows) {
    const std::string target = row[1].value_or("");
    if (!is_safe_relative(target)) continue;  // the export names such pairs
    const auto parameters = parse_json(row[2].value_or(""), target);
    if (!parameters) continue;
    const auto median = median_of_view(database.folder() / target, *parameters);
    if (median && *median) medians[row[0].value_or("")].push_back(**median);
  }
  return medians;
}

Status write_usual_depth(const Database& database, Engine& engine, const SuiteTest& test, const fs::path& folder,
                         const std::vector<PixelPair>& pairs, MadeTest& made) {
  std::map<std::string, std::vector<double>> own;
  std::vector<std::string> sources;
  for (const PixelPair& pair : pairs) {
    if (std::find(sources.begin(), sources.end(), pair.source) == sources.end()) sources.push_back(pair.source);
    SURGSIGMA_TRY(median, median_of_view(folder / pair.gold, pair.parameters));
    if (median) own[pair.source].push_back(*median);
  }
  SURGSIGMA_TRY(training, training_medians(database, engine, test, sources));
  Json usual = Json::object();
  for (const auto& [source, medians] : own) {
    const bool has_training = training.contains(source);
    if (!has_training) {
      made.remarks.push_back("no depth of " + source +
                             " in the training part: the constant baseline is the median of the test itself");
    }
    const std::vector<double>& maps = has_training ? training[source] : medians;
    usual[source] = {
        {"mm", median_of_maps(maps)}, {"maps", maps.size()}, {"part", has_training ? "train" : "of the test"}};
  }
  if (own.empty()) made.remarks.emplace_back("no metric depth: only the order of distances can be scored");
  return write_file(folder / "facts.json", Json{{"usual_depth", usual}}.dump(2) + "\n");
}

/// What the pairs are that a score of them must say.
std::string note_of(const std::vector<PixelPair>& pairs) {
  if (pairs[0].task == "desmoking") return "The smoke was put on clean pictures by a program.";
  const auto estimates = std::count_if(pairs.begin(), pairs.end(), [](const PixelPair& pair) {
    return pair.task == "depth_estimation" && bool_or(pair.parameters, "is_pseudo", false);
  });
  if (estimates == 0) return "";
  return "The true depth of " + std::to_string(estimates) + " of " + std::to_string(pairs.size()) +
         " pictures is itself an estimate, of stereo or a network.";
}

}  // namespace

bool selects_nothing(const Error& error) {
  return error.kind == ErrorKind::kData || error.what.starts_with("nothing to export");
}

Result<SuiteTest> present_sources(Engine& engine, const std::string& table, const SuiteTest& test, MadeTest& made) {
  std::string where = "task = " + sql_quoted(test.task);
  if (!test.sources.empty()) {
    std::vector<std::string> named;
    for (const std::string& source : test.sources) named.push_back(sql_quoted(source));
    where += " AND source_id IN (" + join(named, ", ") + ")";
  }
  SURGSIGMA_TRY(there, engine.query("SELECT DISTINCT source_id FROM " + table + " WHERE " + where + " ORDER BY 1"));
  SuiteTest narrowed = test;
  if (there.rows.empty()) {
    made.left_out = "the database has no such " + table;
    return narrowed;
  }
  if (test.sources.empty()) return narrowed;
  narrowed.sources.clear();
  for (const auto& row : there.rows) narrowed.sources.push_back(row[0].value_or(""));
  std::vector<std::string> absent;
  for (const std::string& source : test.sources) {
    const auto& present = narrowed.sources;
    if (std::find(present.begin(), present.end(), source) == present.end()) absent.push_back(source);
  }
  if (!absent.empty()) made.remarks.push_back("without " + join(absent, ", ") + ", which the database lacks");
  return narrowed;
}

Result<MadeTest> make_pixel_test(const Database& database, const Catalog& catalog, const Suite& suite,
                                 const SuiteTest& test, const QuestionOptions& options, Engine& engine) {
  MadeTest made{test.id, 0, "", {}, ""};
  if (!options.has_media) {
    made.left_out = "answered by pixels, and no pictures are to be written";
    return made;
  }
  SURGSIGMA_TRY(narrowed, present_sources(engine, "pairs", test, made));
  if (!made.left_out.empty()) return made;
  auto report = export_pairs(database, catalog, export_of_pairs(suite, narrowed, options));
  if (!report) {
    if (!selects_nothing(report.error())) return report.error();
    made.left_out = report.error().what;
    return made;
  }
  made.questions = report->rows_total;
  made.remarks.insert(made.remarks.end(), report->remarks.begin(), report->remarks.end());
  const fs::path folder = options.out / test.id;
  SURGSIGMA_CHECK(join_lines(narrowed, folder));
  SURGSIGMA_TRY(pairs, read_pixel_pairs(folder / kPairsFile));
  made.note = note_of(pairs);
  if (pixel_family(test.task) == PixelFamily::kDepth) {
    SURGSIGMA_CHECK(write_usual_depth(database, engine, narrowed, folder, pairs, made));
  }
  return made;
}

}  // namespace surgsigma
