#include "surgsigma/export/pairs/pair_card.h"

#include <algorithm>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

Json parameters(const PairFacts& facts) {
  const ExportOptions& options = *facts.options;
  Json json = {{"tasks", options.tasks},
               {"sources", options.sources},
               {"parts", options.parts},
               {"purpose", purpose_word(options.purpose)},
               {"allow_mixed", options.allows_mixed},
               {"require_media", options.requires_media},
               {"cap", options.cap},
               {"seed", options.seed}};
  const MediaWriting& media = options.media;
  json["picture_format"] = media.format ? Json(picture_format_name(*media.format)) : Json();
  json["picture_quality"] = media.quality ? Json(*media.quality) : Json();
  json["long_side"] = media.long_side ? Json(*media.long_side) : Json();
  json["pixel_budget"] = media.pixel_budget ? Json(*media.pixel_budget) : Json();
  if (facts.format->is_sharded) json["shard_bytes"] = facts.limits->shard_bytes;
  return json;
}

std::string size_category(std::int64_t rows) {
  if (rows < 1'000) return "n<1K";
  if (rows < 10'000) return "1K<n<10K";
  if (rows < 100'000) return "10K<n<100K";
  if (rows < 1'000'000) return "100K<n<1M";
  return "1M<n<10M";
}

std::string yaml_header(const PairFacts& facts) {
  const std::string licence = card_licence(facts.sources);
  std::string yaml = "---\npretty_name: \"SurgSigma pairs (" + std::string(facts.format->name) + ")\"\n";
  yaml += "license: " + licence + "\n";
  if (licence == "other") yaml += "license_name: terms-of-the-sources\nlicense_link: LICENCES.md\n";
  yaml += "language:\n- en\ntask_categories:\n- image-to-image\ntags:\n- medical\n- surgery\n- surgsigma\n";
  if (facts.has_simulated) yaml += "- simulated\n";
  return yaml + "size_categories:\n- " + size_category(facts.rows_total) + "\n---\n";
}

std::string origin_notice(const PairFacts& facts) {
  if (!facts.has_simulated) return "";
  return facts.has_real ? "**Simulated and real pixels are mixed here.** `simulated` says which a pair has.\n\n"
                        : "**Everything here is simulated.** No picture shows a patient.\n\n";
}

std::string rows_table(const PairFacts& facts) {
  std::string text = "| part | task | input | target | pairs |\n|---|---|---|---|---:|\n";
  for (const std::string_view part : kParts) {
    const auto tasks = facts.rows.find(std::string(part));
    if (tasks == facts.rows.end()) continue;
    for (const auto& [task, sources] : tasks->second) {
      std::int64_t rows = 0;
      for (const auto& [source, count] : sources) rows += count;
      const PairRoles& roles = *find_pair_roles(task);
      text += "| " + std::string(part) + " | " + task + " | " + std::string(roles.input) + " | " +
              std::string(roles.target) + " | " + std::to_string(rows) + " |\n";
    }
  }
  return text;
}

}  // namespace

Json pair_manifest(const PairFacts& facts) {
  Json files = Json::array();
  for (const ExportedFile& file : facts.files) {
    files.push_back({{"path", file.path},
                     {"config", file.config},
                     {"part", file.part},
                     {"rows", file.rows},
                     {"bytes", file.bytes},
                     {"sha256", file.sha256}});
  }
  Json dropped = Json::object();
  for (const auto& [rule, rows] : facts.dropped) dropped[rule] = {{"rows", rows.rows}, {"example", rows.example}};
  return {{"format", facts.format->name},
          {"tool", {{"name", "surgsigma"}, {"version", facts.options->tool_version}}},
          {"database",
           {{"tree_hash", facts.database_hash}, {"tool_version", facts.database_tool}, {"seed", facts.database_seed}}},
          {"simulated", facts.has_simulated},
          {"mixed_with_simulated", facts.has_simulated && facts.has_real},
          {"split", facts.options->split},
          {"parameters", parameters(facts)},
          {"rows_total", facts.rows_total},
          {"rows", facts.rows},
          {"cases", case_list_json(facts.cases)},
          {"files", std::move(files)},
          {"left_out",
           {{"by_licence", facts.selection->dropped_by_licence},
            {"forbidden_sources", facts.selection->forbidden_sources},
            {"outside_split", facts.selection->outside_split},
            {"over_cap", facts.over_cap},
            {"by_rule", dropped}}},
          {"licences", licence_json(facts.sources, facts.options->purpose)}};
}

std::string pair_card(const PairFacts& facts) {
  std::vector<std::string> names;
  for (const SourceShare& share : facts.sources) names.push_back(share.source.name);
  std::string text = yaml_header(facts) + "\n# SurgSigma pairs, format " + std::string(facts.format->name) + "\n\n";
  text += origin_notice(facts);
  text += std::to_string(facts.rows_total) +
          " pairs of an input and its right answer (a picture, a mask, a depth map or a clip), made from " +
          join(names, ", ") + ". Split scheme: `" + facts.options->split + "`, by operation, never by frame.\n\n";
  text += rows_table(facts) + "\n## Loading\n\n" + std::string(facts.format->readme) + "\n## Terms\n\n";
  text +=
      "This folder holds pixels of the sources. The terms of each hold for all that is made from it "
      "(LICENCES.md):\n\n";
  for (const std::string& term : combined_terms(facts.sources)) text += "- " + term_text(term) + "\n";
  return text + "\n## How it was made\n\nsurgsigma " + facts.options->tool_version + ", database " +
         facts.database_hash + "; parameters, hashes and what was left out: manifest.json.\n";
}

}  // namespace surgsigma
