#include "surgsigma/store/manifest.h"

#include <algorithm>
#include <tuple>

namespace surgsigma {
namespace {

Json pairs_json(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json object = Json::object();
  for (const auto& [name, value] : pairs) object[name] = value;
  return object;
}

std::vector<std::pair<std::string, std::string>> pairs_from(const Json& object) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : object.items()) pairs.emplace_back(name, value.get<std::string>());
  return pairs;
}

const Json& list_at(const Json& object, const char* key) {
  static const Json kEmpty = Json::array();
  const auto found = object.find(key);
  return found == object.end() ? kEmpty : *found;
}

}  // namespace

const DoneUnit* Manifest::unit(std::string_view stage, std::string_view source, std::string_view name) const {
  const auto key = std::tie(stage, source, name);
  const auto found = std::lower_bound(units.begin(), units.end(), key, [](const DoneUnit& unit, const auto& wanted) {
    return std::tuple<std::string_view, std::string_view, std::string_view>(unit.stage, unit.source, unit.unit) <
           wanted;
  });
  const bool is_it = found != units.end() && found->stage == stage && found->source == source && found->unit == name;
  return is_it ? &*found : nullptr;
}

Input* Manifest::input(std::string_view source) {
  for (Input& input : inputs) {
    if (input.source == source) return &input;
  }
  return nullptr;
}

std::string manifest_text(const Manifest& manifest) {
  Json json = Json::object();
  json["format"] = "surgsigma-db";
  json["format_version"] = manifest.format_version;
  json["tool_version"] = manifest.tool_version;
  json["seed"] = manifest.seed;
  json["name_key"] = manifest.name_key;
  json["parameters"] = pairs_json(manifest.parameters);
  json["inputs"] = Json::array();
  for (const Input& input : manifest.inputs) {
    json["inputs"].push_back({{"source", input.source},
                              {"path", input.path},
                              {"card", input.card},
                              {"buckets", input.buckets},
                              {"simulated", input.is_simulated}});
  }
  if (!manifest.screening.empty()) json["screening"] = Json::array();
  for (const ScreeningDecision& decision : manifest.screening) {
    json["screening"].push_back({{"video", decision.video},
                                 {"verdict", decision.verdict},
                                 {"region", decision.region},
                                 {"begin_us", decision.begin_us},
                                 {"end_us", decision.end_us},
                                 {"box", decision.box},
                                 {"state", decision.state},
                                 {"by", decision.by},
                                 {"at", decision.at}});
  }
  json["units"] = Json::array();
  for (const DoneUnit& unit : manifest.units) {
    json["units"].push_back({{"stage", unit.stage},
                             {"source", unit.source},
                             {"unit", unit.unit},
                             {"key", unit.key},
                             {"parts", pairs_json(unit.parts)}});
  }
  json["partitions"] = Json::array();
  for (const Partition& part : manifest.partitions) {
    json["partitions"].push_back({{"table", part.table},
                                  {"stage", part.stage},
                                  {"source", part.source},
                                  {"unit", part.unit},
                                  {"key", part.key},
                                  {"file", part.file},
                                  {"rows", part.rows},
                                  {"bytes", part.bytes}});
  }
  // One line per entry: a person can read it and diff it.
  std::string text = "{\n";
  bool is_first = true;
  for (const auto& [key, value] : json.items()) {
    if (!is_first) text += ",\n";
    is_first = false;
    text += "  \"" + key + "\": ";
    if (!value.is_array() || value.empty()) {
      text += value.dump();
      continue;
    }
    text += "[\n";
    for (std::size_t i = 0; i < value.size(); ++i) {
      text += "    " + value[i].dump() + (i + 1 < value.size() ? ",\n" : "\n");
    }
    text += "  ]";
  }
  return text + "\n}\n";
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view where) {
  SURGSIGMA_TRY(json, parse_json(text, where));
  const Error malformed{ErrorKind::kData, "not a surgsigma database manifest", std::string(where),
                        "name a folder made by `surgsigma init`"};
  if (!json.is_object() || text_or(json, "format", "") != "surgsigma-db") return malformed;
  Manifest manifest;
  manifest.format_version = static_cast<int>(int_or(json, "format_version", 0));
  if (manifest.format_version > kFormatVersion) {
    return Error{ErrorKind::kVersion,
                 "database format " + std::to_string(manifest.format_version) + " is newer than this tool's " +
                     std::to_string(kFormatVersion),
                 std::string(where), "update surgsigma, or use the version named under tool_version"};
  }
  try {
    manifest.tool_version = json.value("tool_version", "");
    manifest.seed = json.value("seed", std::uint64_t{1});
    manifest.name_key = json.value("name_key", "");
    if (json.contains("parameters")) manifest.parameters = pairs_from(json["parameters"]);
    for (const Json& input : list_at(json, "inputs")) {
      manifest.inputs.push_back(
          {input.at("source"), input.at("path"), input.at("card"), input.at("buckets"), input.at("simulated")});
    }
    for (const Json& decision : list_at(json, "screening")) {
      manifest.screening.push_back({decision.at("video"), decision.at("verdict"), decision.at("region"),
                                    decision.at("begin_us"), decision.at("end_us"),
                                    decision.at("box").get<std::vector<double>>(), decision.at("state"),
                                    decision.at("by"), decision.at("at")});
    }
    for (const Json& unit : list_at(json, "units")) {
      manifest.units.push_back(
          {unit.at("stage"), unit.at("source"), unit.at("unit"), unit.at("key"), pairs_from(unit.at("parts"))});
    }
    for (const Json& part : list_at(json, "partitions")) {
      manifest.partitions.push_back({part.at("table"), part.at("stage"), part.at("source"), part.at("unit"),
                                     part.at("key"), part.at("file"), part.at("rows"), part.at("bytes")});
    }
  } catch (const std::exception& problem) {
    Error error = malformed;
    error.what = std::string("damaged manifest: ") + problem.what();
    error.hint = "restore the file, or build again in a new folder";
    return error;
  }
  return manifest;
}

}  // namespace surgsigma
