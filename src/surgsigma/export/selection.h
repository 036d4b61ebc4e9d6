// Which conversations go into an export: names checked, terms of the sources applied, cases looked up in the split,
// caps drawn. Nothing is written before it is known that something is left.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/export/export.h"
#include "surgsigma/export/licence.h"
#include "surgsigma/export/reasoning.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// Parts in the order of the export.
inline constexpr std::array<std::string_view, 3> kParts = {"train", "val", "test"};
constexpr int kNoPart = -1;

/// The part of a case of one source; kNoPart for one that the scheme leaves out or that was not asked for.
class PartOfCase {
 public:
  void set(std::string_view case_id, int part) { parts_[std::string(case_id)] = part; }
  int find(std::string_view case_id) const;

 private:
  TextMap<int> parts_;
};

/// A threshold per task, part and (when balanced) answer class: rows are drawn by the order of draw(seed, id), so the
/// same rows come whatever else is in the database.
class Caps {
 public:
  static constexpr std::string_view kPurpose = "export cap";

  Caps(std::int64_t cap, bool is_balanced, std::uint64_t seed) : cap_(cap), is_balanced_(is_balanced), seed_(seed) {}
  bool is_used() const { return cap_ > 0; }
  bool is_balanced() const { return is_balanced_; }
  /// First every candidate ...
  void offer(std::string_view task, int part, std::string_view answer_class, std::string_view id);
  /// ... then the draw ...
  void draw_rows();
  /// ... then whether a row is among the drawn.
  bool keeps(std::string_view task, int part, std::string_view answer_class, std::string_view id) const;
  /// Candidates that were not drawn.
  std::int64_t left_out() const { return left_out_; }

 private:
  struct Ticket {
    std::uint64_t number = 0;
    std::string id;
    auto operator<=>(const Ticket&) const = default;
  };
  using Key = std::pair<std::string, int>;  // task, part
  Ticket ticket(std::string_view id) const;

  std::int64_t cap_;
  bool is_balanced_;
  std::uint64_t seed_;
  std::int64_t left_out_ = 0;
  std::map<Key, std::map<std::string, std::vector<Ticket>, std::less<>>> offered_;
  std::map<Key, std::map<std::string, Ticket, std::less<>>> last_drawn_;
};

/// How many of each class when `cap` rows are shared as evenly as the classes allow; earlier classes get what is left
/// over.
std::vector<std::int64_t> even_shares(const std::vector<std::int64_t>& sizes, std::int64_t cap);

struct Selection {
  std::vector<SourceShare> sources;         ///< that give rows, by id; `rows` is the rows they may give
  std::vector<std::string> tasks;           ///< that give rows, by their number in the catalog
  std::map<std::string, PartOfCase> parts;  ///< by source
  std::string where;                        ///< SQL condition on the table conversations
  std::int64_t rows = 0;
  std::int64_t outside_split = 0;
  std::int64_t dropped_by_licence = 0;
  std::vector<std::string> forbidden_sources;  ///< "psi-ava (unstated)"
  bool has_simulated = false;
  bool has_real = false;
};

/// Errors as export_conversations() says. The caps are not applied yet.
Result<Selection> select_conversations(const Database& database, const Catalog& catalog, const ExportOptions& options);

/// kUsage unless `name` is known; names the nearest.
Status check_name(std::string_view kind, const std::string& name, const std::vector<std::string>& known);

}  // namespace surgsigma
