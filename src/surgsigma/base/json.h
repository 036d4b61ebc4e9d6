// Documents: JSON and YAML as one value type, with file and line in errors, and limits against hostile input.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "surgsigma/base/result.h"

namespace surgsigma {

/// Keeps the order of keys as written.
using Json = nlohmann::ordered_json;

/// Parses a whole JSON document into memory. Refuses (kData, "file:line") truncated text, invalid UTF-8, NaN or
/// Infinity, numbers beyond double, duplicate keys, nesting deeper than 200 and text after the document.
Result<Json> parse_json(std::string_view text, std::string_view file);
/// YAML 1.1 as yaml-cpp reads it, plain scalars typed as JSON would (12 is a number, true a boolean, "12" text; ~
/// null). Refuses duplicate keys. An error names file and line.
Result<Json> parse_yaml(std::string_view text, std::string_view file);
/// By ending: .yaml, .yml or .json.
Result<Json> read_document(const std::filesystem::path& path);

/// Compact text, keys in stored order, non-ASCII as UTF-8.
std::string to_text(const Json& value);

/// Reads one member of an object with a type check. `where` names the document in the error.
Result<std::string> text_at(const Json& object, std::string_view key, std::string_view where);
std::string text_or(const Json& object, std::string_view key, std::string fallback);
std::int64_t int_or(const Json& object, std::string_view key, std::int64_t fallback);
double number_or(const Json& object, std::string_view key, double fallback);
bool bool_or(const Json& object, std::string_view key, bool fallback);

}  // namespace surgsigma
