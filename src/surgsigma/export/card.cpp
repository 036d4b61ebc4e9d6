#include "surgsigma/export/card.h"

#include <algorithm>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

std::string_view reasoning_word(ReasoningMode mode) {
  switch (mode) {
    case ReasoningMode::kNone:
      return "none";
    case ReasoningMode::kOnly:
      return "only";
    case ReasoningMode::kSeparate:
      return "separate";
  }
  return "none";
}

Json parameters(const ExportOptions& options) {
  Json json = {{"tasks", options.tasks},
               {"sources", options.sources},
               {"forms", options.forms},
               {"parts", options.parts},
               {"reasoning", reasoning_word(options.reasoning)},
               {"level_headings", options.has_level_headings},
               {"answer_tags", options.has_answer_tags},
               {"think_separator", options.think_separator},
               {"purpose", purpose_word(options.purpose)},
               {"allow_mixed", options.allows_mixed},
               {"absolute_media", options.has_absolute_media},
               {"require_media", options.requires_media},
               {"write_media", options.media.is_wanted},
               {"cap", options.cap},
               {"balanced", options.is_balanced},
               {"seed", options.seed}};
  return json;
}

Json profile(const ExportFacts& facts) {
  if (facts.format->has_own_boxes)
    return {{"name", "real"}, {"boxes", "pixels of the picture that the row names, converted by the trainer"}};
  Json json = {{"name", facts.options->profile}};
  if (facts.options->profile == "qwen25") {
    json["min_pixels"] = facts.options->limits.min_pixels;
    json["max_pixels"] = facts.options->limits.max_pixels;
    json["factor"] = 28;
  }
  return json;
}

Json token_json(const TokenCounts& tokens) {
  Json over = Json::object();
  for (std::size_t i = 0; i < tokens.over.size(); ++i) {
    const double share = tokens.rows == 0 ? 0 : static_cast<double>(tokens.over[i]) / static_cast<double>(tokens.rows);
    over[std::to_string(TokenCounts::kLimits[i])] = {{"rows", tokens.over[i]}, {"share", share}};
  }
  return {{"estimate", "characters of the texts / 4, without pictures"}, {"total", tokens.tokens}, {"over", over}};
}

/// Double quotes as YAML and JSON both read them.
std::string yaml_text(const std::string& text) { return to_text(Json(text)); }

std::string hub_split(const std::string& part) { return part == "val" ? "validation" : part; }

std::string size_category(std::int64_t rows) {
  struct Category {
    std::int64_t below;
    const char* name;
  };
  constexpr Category kCategories[] = {{1'000, "n<1K"},          {10'000, "1K<n<10K"},     {100'000, "10K<n<100K"},
                                      {1'000'000, "100K<n<1M"}, {10'000'000, "1M<n<10M"}, {100'000'000, "10M<n<100M"}};
  for (const Category& category : kCategories) {
    if (rows < category.below) return category.name;
  }
  return "100M<n<1B";
}

/// config -> split of the hub -> its files, in the order of the files.
using Configs = std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::vector<std::string>>>>>;
Configs configs_of(const std::vector<ExportedFile>& files) {
  Configs configs;
  const auto entry = [](auto& list, const std::string& name) -> auto& {
    for (auto& [known, value] : list) {
      if (known == name) return value;
    }
    return list.emplace_back(name, typename std::decay_t<decltype(list)>::value_type::second_type()).second;
  };
  for (const ExportedFile& file : files) entry(entry(configs, file.config), hub_split(file.part)).push_back(file.path);
  return configs;
}

bool has_clips(const ExportFacts& facts) {
  return std::any_of(facts.files.begin(), facts.files.end(),
                     [](const ExportedFile& file) { return file.config.find("video") != std::string::npos; });
}

std::string yaml_header(const ExportFacts& facts) {
  const std::string licence = card_licence(facts.sources);
  std::string yaml =
      "---\npretty_name: " + yaml_text("SurgSigma conversations (" + std::string(facts.format->name) + ")") + "\n";
  yaml += "license: " + licence + "\n";
  if (licence == "other") yaml += "license_name: terms-of-the-sources\nlicense_link: LICENCES.md\n";
  yaml += "language:\n- en\ntask_categories:\n- visual-question-answering\n- image-text-to-text\n";
  if (has_clips(facts)) yaml += "- video-text-to-text\n";
  yaml += "tags:\n- medical\n- surgery\n- surgsigma\n";
  if (has_simulated(facts)) yaml += "- simulated\n";
  yaml += "size_categories:\n- " + size_category(facts.rows_total) + "\nconfigs:\n";
  for (const auto& [config, splits] : configs_of(facts.files)) {
    yaml += "- config_name: " + config + "\n  data_files:\n";
    for (const auto& [split_name, paths] : splits) {
      yaml += "  - split: " + split_name + "\n    path:\n";
      for (const std::string& path : paths) yaml += "    - " + path + "\n";
    }
  }
  return yaml + "---\n";
}

/// train, val, test; those of two sets one after the other.
std::vector<std::string> parts_in_order(const ExportFacts& facts) {
  std::vector<std::string> parts;
  for (const std::string set : {"", "direct-", "reasoning-"}) {
    for (const std::string part : {"train", "val", "test"}) {
      if (facts.rows.contains(set + part)) parts.push_back(set + part);
    }
  }
  return parts;
}

std::string rows_table(const ExportFacts& facts) {
  std::string text = "| task |";
  std::string rule = "|---|";
  const std::vector<std::string> parts = parts_in_order(facts);
  for (const std::string& part : parts) {
    text.append(" ").append(part).append(" |");
    rule += "---:|";
  }
  text += "\n" + rule + "\n";
  for (const std::string& task : facts.tasks) {
    text += "| " + task + " |";
    for (const std::string& part : parts) {
      const auto& tasks = facts.rows.at(part);
      std::int64_t count = 0;
      if (const auto found = tasks.find(task); found != tasks.end()) {
        for (const auto& [source, rows] : found->second) count += rows;
      }
      text.append(" ").append(std::to_string(count)).append(" |");
    }
    text += "\n";
  }
  return text;
}

std::string source_names(const ExportFacts& facts) {
  std::vector<std::string> names;
  for (const SourceShare& share : facts.sources) {
    names.push_back(share.source.name + (share.source.is_simulated ? " (simulated)" : ""));
  }
  return join(names, ", ");
}

std::string origin_notice(const ExportFacts& facts) {
  if (!has_simulated(facts)) return "";
  if (has_real(facts)) {
    return "**Part of these rows is simulated** (see the column or the ledger): invented labels in the layout of a "
           "real "
           "dataset, mixed in on request. They say nothing about real operations.\n\n";
  }
  return "**Everything here is simulated**: invented labels in the layout of real datasets. It says nothing about real "
         "operations.\n\n";
}

std::string terms_section(const ExportFacts& facts) {
  std::string text = "## Terms\n\nThe whole inherits the terms of every source (LICENCES.md, licences.json):\n\n";
  for (const std::string& term : combined_terms(facts.sources)) text += "- " + term_text(term) + "\n";
  for (const SourceShare& share : facts.sources) {
    if (share.source.is_private) {
      text +=
          "- **" + share.source.name + " is private clinical data**: it leaves the institution only after screening.\n";
    }
  }
  return text + "\n";
}

std::string media_section(const ExportFacts& facts) {
  std::string text = "## Pictures and clips\n\n";
  if (facts.written.is_written) return text + media_writing_text(facts.options->media, facts.written);
  text += std::to_string(facts.media) + " files are named, " + std::to_string(facts.missing_media) +
          " of them were missing";
  text += facts.missing_media > 0 ? " (missing-media.txt).\n" : ".\n";
  text += facts.options->has_absolute_media ? "Paths are absolute where the place of a file was known.\n"
                                            : "Paths are `media/<source>/<path in the source's folder>`, relative to "
                                              "this folder: put the pictures there,\n"
                                              "or make `media` a link to a folder that holds one folder per source.\n";
  return text +
         "Frames of a source that has only videos, and clips of longer videos, are cut by you: each line of media.tsv "
         "names\n"
         "file, state, recording, what it is cut from, first and last microsecond. Frame and clip names are "
         "microseconds.\n\n";
}

std::string boxes_section(const ExportFacts& facts) {
  std::string text = "## Boxes\n\n";
  if (facts.format->has_own_boxes)
    return text + "Pixels of the picture that the row names; the trainer converts them.\n\n";
  const BoxProfileRow* row = find_box_profile(facts.options->profile);
  text += "Profile `" + facts.options->profile + "`: " + std::string(row ? row->description : "") + ".";
  if (facts.options->profile == "qwen25") {
    text += " Limits: " + std::to_string(facts.options->limits.min_pixels) + " to " +
            std::to_string(facts.options->limits.max_pixels) + " pixels; train with the same.";
  }
  return text + "\n\n";
}

}  // namespace

void TokenCounts::add(std::int64_t characters) {
  const std::int64_t estimate = (characters + kCharactersPerToken - 1) / kCharactersPerToken;
  ++rows;
  tokens += estimate;
  for (std::size_t i = 0; i < over.size(); ++i) over[i] += estimate > kLimits[i];
}

void TokenCounts::add(const TokenCounts& other) {
  rows += other.rows;
  tokens += other.tokens;
  for (std::size_t i = 0; i < over.size(); ++i) over[i] += other.over[i];
}

bool has_simulated(const ExportFacts& facts) {
  return std::any_of(facts.sources.begin(), facts.sources.end(),
                     [](const auto& share) { return share.source.is_simulated; });
}

bool has_real(const ExportFacts& facts) {
  return std::any_of(facts.sources.begin(), facts.sources.end(),
                     [](const auto& share) { return !share.source.is_simulated; });
}

Json export_manifest(const ExportFacts& facts) {
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
          {"simulated", has_simulated(facts)},
          {"mixed_with_simulated", has_simulated(facts) && has_real(facts)},
          {"split", facts.options->split},
          {"box_profile", profile(facts)},
          {"parameters", parameters(*facts.options)},
          {"rows_total", facts.rows_total},
          {"rows", facts.rows},
          {"cases", case_list_json(facts.cases)},
          {"files", files},
          {"left_out",
           {{"by_licence", facts.dropped_by_licence},
            {"forbidden_sources", facts.forbidden_sources},
            {"outside_split", facts.outside_split},
            {"over_cap", facts.over_cap},
            {"by_rule", dropped}}},
          {"media",
           {{"files", facts.media},
            {"missing", facts.missing_media},
            {"list", "media.tsv"},
            {"columns", facts.written.is_written
                            ? media_columns()
                            : std::vector<std::string>(media_columns().begin(), media_columns().begin() + 6)},
            {"written", media_writing_json(facts.options->media, facts.written)},
            {"unwritten", facts.written.unwritten},
            {"unwritten_list", facts.written.unwritten > 0 ? Json("unwritten-media.tsv") : Json()},
            {"missing_list", facts.missing_media > 0 ? Json("missing-media.txt") : Json()}}},
          {"tokens", token_json(facts.tokens)},
          {"licences", licence_json(facts.sources, facts.options->purpose)}};
}

std::string export_card(const ExportFacts& facts) {
  std::string text =
      yaml_header(facts) + "\n# SurgSigma conversations, format " + std::string(facts.format->name) + "\n\n";
  text += origin_notice(facts);
  text += std::to_string(facts.rows_total) +
          " conversations about surgical pictures and clips, made from the labels of " + source_names(facts) +
          ". Split scheme: `" + facts.options->split + "`, by operation, never by frame.\n\n";
  text += rows_table(facts) + "\n## Loading\n\n" + facts.format->readme(facts.files) + "\n";
  text += boxes_section(facts) + media_section(facts) + terms_section(facts);
  text += "## How it was made\n\nsurgsigma " + facts.options->tool_version + ", database " + facts.database_hash +
          "; parameters, hashes, rows that were left out and why: manifest.json. `surgsigma why ID` walks from a\n"
          "conversation back to the label files.\n";
  return text;
}

}  // namespace surgsigma
