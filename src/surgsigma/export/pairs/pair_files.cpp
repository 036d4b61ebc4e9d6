#include "surgsigma/export/pairs/pair_files.h"

#include <algorithm>
#include <cctype>

namespace surgsigma {
namespace {

/// A file name's ending that every loader takes: a dot and a few letters or digits.
bool has_plain_ending(const fs::path& file) {
  const std::string ending = file.extension().string();
  return ending.size() >= 2 && ending.size() <= 9 &&
         std::all_of(ending.begin() + 1, ending.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

/// Letters, digits, '-' and '_': neither a dot, where loaders end the key, nor a path.
bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
}

/// Finds one file of a pair below the database's folder.
PairRefusal find_file(const fs::path& database, const std::string& name, fs::path& path, std::int64_t& bytes) {
  if (!is_safe_relative(name) || !name.starts_with("media/")) return {"unsafe_path", name};
  path = database / name;
  if (!has_plain_ending(path)) return {"unknown_ending", name};
  std::error_code code;
  if (!fs::is_regular_file(path, code)) return {"missing_file", name};
  bytes = static_cast<std::int64_t>(fs::file_size(path, code));
  if (code) return {"missing_file", name};
  return bytes == 0 ? PairRefusal{"empty_file", name} : PairRefusal{};
}

}  // namespace

PairRefusal find_files_of(const fs::path& database, PairSample& sample) {
  const PairRow& row = sample.row;
  if (!is_plain_id(row.pair_id)) return {"bad_id", ""};
  if (find_pair_roles(row.task) == nullptr) return {"unknown_task", ""};
  const auto parameters = parse_json(row.parameters.empty() ? "{}" : row.parameters, row.pair_id);
  if (!parameters.ok() || !parameters->is_object()) return {"bad_parameters", ""};
  sample.parameters = *parameters;
  const PairRefusal input = find_file(database, row.input, sample.input, sample.input_bytes);
  return input.rule.empty() ? find_file(database, row.target, sample.target, sample.target_bytes) : input;
}

}  // namespace surgsigma
