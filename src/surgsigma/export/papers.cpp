#include "surgsigma/export/papers.h"

#include <algorithm>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

Json parameters_of(const Papers& papers) {
  const ExportOptions& options = *papers.options;
  Json json = {{"tasks", options.tasks},
               {"sources", options.sources},
               {"parts", options.parts},
               {"purpose", purpose_word(options.purpose)},
               {"allow_mixed", options.allows_mixed},
               {"require_media", options.requires_media},
               {"cap", options.cap},
               {"seed", options.seed}};
  for (const auto& [name, value] : papers.parameters.items()) json[name] = value;
  return json;
}

Json manifest_of(const Papers& papers, const Database& database, const std::string& tree_hash) {
  Json files = Json::array();
  for (const ExportedFile& file : papers.files) {
    files.push_back({{"path", file.path},
                     {"config", file.config},
                     {"part", file.part},
                     {"rows", file.rows},
                     {"bytes", file.bytes},
                     {"sha256", file.sha256}});
  }
  Json dropped = Json::object();
  for (const auto& [rule, rows] : papers.drops.by_rule()) {
    dropped[rule] = {{"rows", rows.rows}, {"example", rows.example}};
  }
  Json json = {{"format", papers.format},
               {"tool", {{"name", "surgsigma"}, {"version", papers.options->tool_version}}},
               {"database",
                {{"tree_hash", tree_hash},
                 {"tool_version", database.manifest().tool_version},
                 {"seed", database.manifest().seed}}},
               {"simulated", papers.has_simulated},
               {"mixed_with_simulated", papers.has_simulated && papers.has_real},
               {"split", papers.options->split},
               {"parameters", parameters_of(papers)},
               {"rows_total", papers.rows_total()},
               {"rows", papers.rows},
               {"cases", case_list_json(papers.cases)},
               {"files", std::move(files)},
               {"left_out",
                {{"by_licence", papers.selection->dropped_by_licence},
                 {"forbidden_sources", papers.selection->forbidden_sources},
                 {"outside_split", papers.selection->outside_split},
                 {"over_cap", papers.over_cap},
                 {"by_rule", dropped}}}};
  for (const auto& [name, value] : papers.more.items()) json[name] = value;
  json["licences"] = licence_json(papers.sources(), papers.options->purpose);
  return json;
}

std::string size_category(std::int64_t rows) {
  if (rows < 1'000) return "n<1K";
  if (rows < 10'000) return "1K<n<10K";
  if (rows < 100'000) return "10K<n<100K";
  if (rows < 1'000'000) return "100K<n<1M";
  return "1M<n<10M";
}

/// Files of one config have the same columns; "val" is called validation on the hub.
std::string yaml_configs(const std::vector<ExportedFile>& files) {
  std::map<std::string, std::map<std::string, std::vector<std::string>>> configs;
  for (const ExportedFile& file : files) {
    if (file.rows > 0) configs[file.config][file.part == "val" ? "validation" : file.part].push_back(file.path);
  }
  std::string yaml = "configs:\n";
  for (const auto& [config, splits] : configs) {
    yaml += "- config_name: " + config + "\n  data_files:\n";
    for (const auto& [split_name, paths] : splits) {
      yaml += "  - split: " + split_name + "\n    path:\n";
      for (const std::string& path : paths) yaml += "    - " + path + "\n";
    }
  }
  return yaml;
}

std::string yaml_header(const Papers& papers, const std::vector<SourceShare>& sources) {
  const std::string licence = card_licence(sources);
  std::string yaml = "---\npretty_name: \"" + papers.title + " (" + papers.format + ")\"\nlicense: " + licence + "\n";
  if (licence == "other") yaml += "license_name: terms-of-the-sources\nlicense_link: LICENCES.md\n";
  yaml += "language:\n- en\ntask_categories:\n";
  for (const std::string& task : papers.hub_tasks) yaml += "- " + task + "\n";
  yaml += "tags:\n- medical\n- surgery\n- surgsigma\n";
  if (papers.has_simulated) yaml += "- simulated\n";
  yaml += "size_categories:\n- " + size_category(papers.rows_total()) + "\n";
  if (papers.lists_configs) yaml += yaml_configs(papers.files);
  return yaml + "---\n";
}

std::string origin_notice(const Papers& papers) {
  if (!papers.has_simulated) return "";
  return papers.has_real ? "**Simulated and real pixels are mixed here.**\n\n"
                         : "**Everything here is simulated.** No picture shows a patient.\n\n";
}

std::string rows_table(const Papers& papers) {
  std::string text = "| part | task | " + papers.many + " |\n|---|---|---:|\n";
  for (const std::string_view part : kParts) {
    const auto tasks = papers.rows.find(std::string(part));
    if (tasks == papers.rows.end()) continue;
    for (const auto& [task, sources] : tasks->second) {
      std::int64_t rows = 0;
      for (const auto& [source, count] : sources) rows += count;
      text += "| " + std::string(part) + " | " + task + " | " + std::to_string(rows) + " |\n";
    }
  }
  return text;
}

std::string left_out_table(const Papers& papers) {
  if (papers.drops.by_rule().empty()) return "";
  std::string text = "\n## Left out\n\n| rule | number | first |\n|---|---:|---|\n";
  for (const auto& [rule, dropped] : papers.drops.by_rule()) {
    text += "| " + rule + " | " + std::to_string(dropped.rows) + " | `" + dropped.example + "` |\n";
  }
  return text;
}

std::string card_of(const Papers& papers, const std::string& tree_hash) {
  const std::vector<SourceShare> sources = papers.sources();
  std::vector<std::string> names;
  for (const SourceShare& share : sources) names.push_back(share.source.name);
  std::string text = yaml_header(papers, sources) + "\n# " + papers.title + ", format " + papers.format + "\n\n";
  text += origin_notice(papers) + std::to_string(papers.rows_total()) + " " + papers.many + ", made from " +
          join(names, ", ") + ". Split scheme: `" + papers.options->split + "`, by operation, never by frame.\n\n";
  text += rows_table(papers) + "\n" + papers.body + left_out_table(papers) + "\n## Terms\n\n";
  text +=
      "This folder holds pixels of the sources. The terms of each hold for all that is made from it "
      "(LICENCES.md):\n\n";
  for (const std::string& term : combined_terms(sources)) text += "- " + term_text(term) + "\n";
  for (const SourceShare& share : sources) {
    if (!share.source.is_private) continue;
    text +=
        "- **" + share.source.name + " is private clinical data**: it leaves the institution only after screening.\n";
  }
  return text + "\n## How it was made\n\nsurgsigma " + papers.options->tool_version + ", database " + tree_hash +
         "; parameters, hashes and what was left out: manifest.json.\n";
}

}  // namespace

void Drops::add(std::string_view rule, const std::string& example, std::int64_t rows) {
  DroppedRows& dropped = rows_[std::string(rule)];
  if (dropped.rows == 0) dropped.example = example;
  dropped.rows += rows;
}

void Drops::add(const Drops& other) {
  for (const auto& [rule, dropped] : other.rows_) add(rule, dropped.example, dropped.rows);
}

std::int64_t Drops::count(const std::string& rule) const {
  const auto found = rows_.find(rule);
  return found == rows_.end() ? 0 : found->second.rows;
}

std::int64_t Papers::rows_total() const {
  std::int64_t total = 0;
  for (const auto& [part, tasks] : rows) {
    for (const auto& [task, by_source] : tasks) {
      for (const auto& [source, count] : by_source) total += count;
    }
  }
  return total;
}

std::vector<SourceShare> Papers::sources() const {
  std::map<std::string, std::int64_t> rows_of_source;
  for (const auto& [part, tasks] : rows) {
    for (const auto& [task, by_source] : tasks) {
      for (const auto& [source, count] : by_source) rows_of_source[source] += count;
    }
  }
  std::vector<SourceShare> shares;
  for (SourceShare share : selection->sources) {
    share.rows = rows_of_source[share.source.source_id.text];
    if (share.rows > 0) shares.push_back(std::move(share));
  }
  return shares;
}

Status write_papers_of(const Papers& papers, const Database& database, const fs::path& folder) {
  SURGSIGMA_TRY(tree_hash, database.tree_hash());
  SURGSIGMA_CHECK(write_file(folder / "manifest.json", manifest_of(papers, database, tree_hash).dump(2) + "\n"));
  SURGSIGMA_CHECK(write_file(folder / "README.md", card_of(papers, tree_hash)));
  const std::vector<SourceShare> sources = papers.sources();
  const Purpose purpose = papers.options->purpose;
  SURGSIGMA_CHECK(write_file(folder / "licences.json", licence_json(sources, purpose).dump(2) + "\n"));
  return write_file(folder / "LICENCES.md", licence_page(sources, purpose));
}

ExportReport report_of(const Papers& papers) {
  ExportReport report;
  for (const auto& [part, tasks] : papers.rows) {
    for (const auto& [task, by_source] : tasks) {
      for (const auto& [source, count] : by_source) report.rows[part][task] += count;
    }
  }
  report.rows_total = papers.rows_total();
  report.dropped_by_licence = papers.selection->dropped_by_licence;
  report.forbidden_sources = papers.selection->forbidden_sources;
  report.outside_split = papers.selection->outside_split;
  report.over_cap = papers.over_cap;
  report.dropped = papers.drops.by_rule();
  for (const ExportedFile& file : papers.files) report.files.push_back(file.path);
  for (const SourceShare& share : papers.sources()) {
    const std::string& id = share.source.source_id.text;
    if (share.source.is_simulated) report.remarks.push_back(id + " is simulated; card and ledger say so");
    if (share.source.is_private) {
      report.remarks.push_back(id + " is private clinical data: see docs/privacy.md before it leaves the house");
    }
  }
  if (papers.has_simulated && papers.has_real) {
    report.remarks.emplace_back("simulated and real pixels are mixed, as allowed");
  }
  for (const auto& [rule, dropped] : papers.drops.by_rule()) {
    report.remarks.push_back(std::to_string(dropped.rows) + " left out: " + rule + ", first " + dropped.example);
  }
  report.remarks.insert(report.remarks.end(), papers.remarks.begin(), papers.remarks.end());
  return report;
}

Error nothing_written(const Papers& papers, std::string_view page) {
  Error error{ErrorKind::kData, "nothing to export: no selected " + papers.one + " can be written", "export",
              std::string(page) + " says what each rule means"};
  for (const auto& [rule, dropped] : papers.drops.by_rule()) {
    error.what += "; " + std::to_string(dropped.rows) + " " + rule + " (first " + dropped.example + ")";
  }
  return error;
}

Status refuse_words(const ExportOptions& options, bool takes_media) {
  const ExportOptions plain;
  const bool has_words =
      !options.forms.empty() || options.reasoning != plain.reasoning || options.profile != plain.profile ||
      options.is_balanced || options.has_absolute_media || options.has_level_headings != plain.has_level_headings ||
      options.has_answer_tags != plain.has_answer_tags || (!takes_media && !options.media_root.empty());
  if (has_words) {
    return Error{ErrorKind::kUsage,
                 "the format " + options.format + " has no forms, reasoning, box profile or classes of answers",
                 "export",
                 std::string("leave out --form, --reasoning, --profile, --balanced, --absolute-media") +
                     (takes_media ? "" : " and --media")};
  }
  MediaWriting beyond_rate = options.media;
  beyond_rate.clip_rate.reset();
  if (beyond_rate != MediaWriting()) {
    return Error{
        ErrorKind::kUsage, "this export writes its pictures and clips in a form of its own", "export",
        "leave out --write-media, --picture-format, --picture-quality, --long-side, --pixel-budget and --clips"};
  }
  if (options.cap < 0) {
    return Error{ErrorKind::kUsage, "a cap is a number of rows, not " + std::to_string(options.cap), "export",
                 "0: no cap"};
  }
  std::error_code code;
  if (!options.media_root.empty() && !fs::is_directory(options.media_root, code)) {
    return Error{ErrorKind::kNotFound, "no such folder of pictures and clips", options.media_root.string(),
                 "it holds one folder per source"};
  }
  return done();
}

Result<ExportedFile> file_of_export(const fs::path& folder, const std::string& path, const std::string& config,
                                    const std::string& part, std::int64_t rows) {
  SURGSIGMA_TRY(sha256, file_sha256(folder / path));
  std::error_code code;
  const auto bytes = fs::file_size(folder / path, code);
  if (code) return Error{ErrorKind::kIo, "cannot read back: " + code.message(), (folder / path).string(), ""};
  return ExportedFile{path, config, part, sha256, rows, static_cast<std::int64_t>(bytes)};
}

}  // namespace surgsigma
