// Looking into a database: statistics, the way back from a row to its file and line, and the checks of the schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

/// A titled table for people.
struct Report {
  std::string title;
  QueryTable table;
  std::string remark;
};

/// Sources (videos, patients, hours, records, conversations, pairs, reasoning, issues), tasks by part of `scheme`,
/// tasks by source (conversations, for tasks of pixels pairs), and which share of the measured time is marked, by
/// source and reason. Percentages and totals included; a table that has nothing to say is left out.
Result<std::vector<Report>> stats(const Database& database, const Catalog& catalog, const std::string& scheme);

/// Issues by source, stage and rule with an example each, or the single issues. Marks of `measure` stand among them as
/// rule marked_<reason>, one per recording, with their share of its time.
struct IssueFilter {
  std::string source;
  std::string rule;
  std::string severity;
  std::size_t limit = 50;
  bool is_listed = false;  ///< single issues, not counts
};
Result<Report> issue_report(const Database& database, const IssueFilter& filter);

/// One step of the way back: what it is, its id, its content, where it comes from.
struct TraceStep {
  int depth = 0;
  std::string kind;  ///< conversation, reasoning, context, annotation, label, file, case, split, licence
  std::string id;
  std::string text;
  std::string where;  ///< file:line
};
/// `id` of a conversation (16 hex digits), a reasoning chain, a context (video@time) or a record (video#ordinal).
Result<std::vector<TraceStep>> why(const Database& database, const std::string& id);

/// One check of the database with what it found.
struct CheckResult {
  std::string name;
  std::string meaning;
  std::int64_t violations = 0;
  std::string example;
};
/// Files against the manifest, row accounts, references between tables, times and boxes, one part per group and scheme,
/// no conversation without records. Read-only.
Result<std::vector<CheckResult>> check(const Database& database);

/// Samples to look at: conversations with question, answer, reasoning and record ids. `id` one of them, or empty for
/// `count` drawn by hash over `tasks` (empty: all).
Result<std::vector<Json>> show_conversations(const Database& database, const std::string& id,
                                             const std::vector<std::string>& tasks, std::size_t count,
                                             std::uint64_t seed);

}  // namespace surgsigma
