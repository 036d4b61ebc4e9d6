// stats, sql, why, show, issues, check: looking into a database.
#include <fmt/core.h>

#include <memory>

#include "commands.h"
#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"
#include "surgsigma/eval/suite_score.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/pipeline/build.h"
#include "surgsigma/pipeline/report.h"
#include "surgsigma/pipeline/sheet.h"
#include "surgsigma/schema/suite.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma::app {
namespace {

void add_stats(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "stats", "sources, tasks and parts in numbers", "surgsigma --db mydb stats");
  auto scheme = std::make_shared<std::string>("strict");
  command->add_option("--split", *scheme, "split scheme of the columns train, val and test");
  on_run(command, session, [&session, scheme]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_TRY(reports, stats(database, catalog, *scheme));
    if (session.as_json) {
      Json all = Json::object();
      for (const Report& report : reports) all[report.title] = table_json(report.table);
      print_json(all);
      return done();
    }
    for (const Report& report : reports) print_report(report, false);
    return done();
  });
}

void add_sql(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "sql", "a query over the tables (docs/schema.md); every table is a view",
                  "surgsigma --db mydb sql \"SELECT task, count(*) FROM conversations GROUP BY 1\"");
  auto query = std::make_shared<std::string>();
  auto limit = std::make_shared<std::size_t>(1000);
  command->add_option("query", *query, "SQL (DuckDB)")->required();
  command->add_option("--limit", *limit, "rows shown");
  on_run(command, session, [&session, query, limit]() -> Status {
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_TRY(engine, database.engine_with_views());
    if (session.as_json) {
      Json rows = Json::array();
      std::size_t count = 0;
      SURGSIGMA_CHECK(
          engine->query_json("SELECT * FROM (" + *query + "\n) LIMIT " + std::to_string(*limit), [&](const Json& row) {
            rows.push_back(row);
            ++count;
            return done();
          }));
      print_json(rows);
      return done();
    }
    SURGSIGMA_TRY(table, engine->query(*query, *limit));
    fmt::print("{}", table_text(table));
    if (table.is_truncated) remark(fmt::format("only the first {} rows; --limit N shows more", *limit));
    return done();
  });
}

void add_why(CLI::App& program, Session& session) {
  CLI::App* command = add_command(program, session, "why", "from a conversation or record back to file and line",
                                  "surgsigma --db mydb why $(surgsigma --db mydb show --ids | head -1)");
  auto id = std::make_shared<std::string>();
  command->add_option("id", *id, "conversation, reasoning, context or record id")->required();
  on_run(command, session, [&session, id]() -> Status {
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_TRY(steps, why(database, *id));
    if (session.as_json) {
      Json all = Json::array();
      for (const TraceStep& step : steps) {
        all.push_back(
            {{"depth", step.depth}, {"kind", step.kind}, {"id", step.id}, {"text", step.text}, {"where", step.where}});
      }
      print_json(all);
      return done();
    }
    for (const TraceStep& step : steps) {
      fmt::print("{:{}}{}{}{}{}\n", "", step.depth * 2, step.kind, step.id.empty() ? "" : " " + step.id,
                 step.text.empty() ? "" : ": " + step.text, step.where.empty() ? "" : "  [" + step.where + "]");
    }
    return done();
  });
}

void print_conversation(const Json& row) {
  fmt::print("{}  {}  {}  {} to {} us\n", row.value("conversation_id", ""), row.value("task", ""),
             row.value("form", ""), row.value("begin_us", std::int64_t{0}), row.value("end_us", std::int64_t{0}));
  bool is_user = true;
  for (const Json& turn : row["turns"]) {
    fmt::print("  {} {}\n", is_user ? "Q:" : "A:", turn.get<std::string>());
    is_user = !is_user;
  }
  for (std::size_t i = 0; i * 4 < row["boxes"].size(); ++i) {
    fmt::print(
        "     {{box:{}}} = {} in a {}x{} frame\n", i,
        to_text(Json{row["boxes"][i * 4], row["boxes"][i * 4 + 1], row["boxes"][i * 4 + 2], row["boxes"][i * 4 + 3]}),
        to_text(row["width"]), to_text(row["height"]));
  }
  if (row.contains("statements") && row["statements"].is_array()) {
    int level = 0;
    for (std::size_t i = 0; i < row["statements"].size(); ++i) {
      const int now = row["levels"][i].get<int>();
      fmt::print("     {} {}  [{}]\n", now != level ? fmt::format("Level {}:", now) : "        ",
                 row["statements"][i].get<std::string>(), row["evidence"][i].get<std::string>());
      level = now;
    }
  }
  fmt::print("\n");
}

struct ShowFlags {
  std::string id;
  std::vector<std::string> tasks;
  std::size_t count = 5;
  std::uint64_t seed = 1;
  bool only_ids = false;
  std::string sheet;
  int per_task = 1;
};

Status show_sheet(Session& session, const ShowFlags& flags) {
  if (!ends_with_ignoring_case(flags.sheet, ".png")) {
    return Error{ErrorKind::kUsage, "the sheet is a PNG picture", flags.sheet, "name a file that ends with .png"};
  }
  SURGSIGMA_TRY(catalog, session.open_catalog());
  SURGSIGMA_TRY(database, session.open_database(Access::kRead));
  SURGSIGMA_TRY(sheet, contact_sheet(database, catalog, {flags.tasks, flags.per_task, flags.seed}));
  SURGSIGMA_TRY(bytes, encode_png(sheet.picture));
  SURGSIGMA_CHECK(write_file(flags.sheet, bytes));
  if (session.as_json) {
    Json tiles = Json::array();
    for (const SheetTile& tile : sheet.tiles) {
      tiles.push_back({{"number", tile.number},
                       {"task", tile.task},
                       {"id", tile.id},
                       {"source", tile.source},
                       {"case", tile.case_id},
                       {"video", tile.video},
                       {"is_simulated", tile.is_simulated},
                       {"is_private", tile.is_private},
                       {"remark", tile.remark},
                       {"area", {tile.area.x, tile.area.y, tile.area.width, tile.area.height}}});
    }
    print_json(Json{
        {"sheet", flags.sheet}, {"width", sheet.picture.width}, {"height", sheet.picture.height}, {"tiles", tiles}});
    return done();
  }
  QueryTable table;
  table.names = {"number", "task", "id", "source", "case", "remark"};
  for (const SheetTile& tile : sheet.tiles) {
    table.rows.push_back({{std::to_string(tile.number), tile.task, tile.id, tile.source, tile.case_id, tile.remark}});
  }
  print_report({"", std::move(table), ""}, false);
  fmt::print("{}: {} x {} pixels\n", flags.sheet, sheet.picture.width, sheet.picture.height);
  remark("the sheet shows pixels of the sources: their terms hold for it");
  return done();
}

/// A task that the catalog does not know is a usage error with the nearest name.
Status check_tasks(const Session& session, const std::vector<std::string>& tasks) {
  if (tasks.empty()) return done();
  SURGSIGMA_TRY(catalog, session.open_catalog());
  std::vector<std::string> names;
  for (const Task& known : catalog.tasks) names.push_back(known.id);
  for (const std::string& task : tasks) {
    if (catalog.task(task)) continue;
    const auto near = nearest(task, names);
    return Error{ErrorKind::kUsage, "unknown task " + quoted(task), "--task",
                 near ? "did you mean " + *near + "?" : "`surgsigma list tasks` names them"};
  }
  return done();
}

void add_show(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "show", "conversations to read, or one picture with an example of each task",
                  "surgsigma --db mydb show --task triplet_recognition --count 3\n"
                  "  surgsigma --db mydb show --sheet sheet.png");
  auto flags = std::make_shared<ShowFlags>();
  CLI::Option* id = command->add_option("id", flags->id, "one conversation");
  command->add_option("--task", flags->tasks, "only this task; may be repeated")->allow_extra_args(false);
  CLI::Option* count = command->add_option("--count", flags->count, "how many");
  command->add_option("--seed", flags->seed, "another draw");
  CLI::Option* ids = command->add_flag("--ids", flags->only_ids, "only the ids");
  CLI::Option* sheet =
      command->add_option("--sheet", flags->sheet, "a PNG file to write: examples of each task with their pixels");
  sheet->excludes(id)->excludes(count)->excludes(ids);
  command->add_option("--per-task", flags->per_task, "examples per task on the sheet")
      ->check(CLI::Range(1, 10))
      ->needs(sheet);
  on_run(command, session, [&session, flags]() -> Status {
    if (!flags->sheet.empty()) return show_sheet(session, *flags);
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_CHECK(check_tasks(session, flags->tasks));
    SURGSIGMA_TRY(rows, show_conversations(database, flags->id, flags->tasks, flags->count, flags->seed));
    if (session.as_json) {
      print_json(Json(rows));
      return done();
    }
    for (const Json& row : rows) {
      if (flags->only_ids)
        fmt::print("{}\n", row.value("conversation_id", ""));
      else
        print_conversation(row);
    }
    return done();
  });
}

void add_issues(CLI::App& program, Session& session) {
  CLI::App* command = add_command(program, session, "issues", "what is wrong or doubtful in the data",
                                  "surgsigma --db mydb issues --list --rule unknown_label");
  auto filter = std::make_shared<IssueFilter>();
  command->add_option("--source", filter->source, "only this source");
  command->add_option("--rule", filter->rule, "only this rule");
  command->add_option("--severity", filter->severity, "error, warning or info")
      ->check(CLI::IsMember({"error", "warning", "info"}));
  command->add_option("--limit", filter->limit, "rows shown");
  command->add_flag("--list", filter->is_listed, "single issues with file and line");
  on_run(command, session, [&session, filter]() -> Status {
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_TRY(report, issue_report(database, *filter));
    print_report(report, session.as_json);
    return done();
  });
}

/// Checks that compare tables fail while the later one is not built; that is no fault of the data.
void remark_on_stale_units(Session& session, Database& database) {
  const auto catalog = session.open_catalog();
  if (!catalog.ok()) return;
  const auto plan = make_plan(database, *catalog);
  if (!plan.ok() || plan->stale() == 0) return;
  fmt::print("{} units are not built yet: run `surgsigma build`, then check again\n", plan->stale());
}

/// kData where the table of metrics has no such name.
Status known_metric(const std::string& name, const std::string& where) {
  if (metric_row_of(name) != nullptr) return done();
  std::vector<std::string> names;
  for (const MetricRow& row : all_metrics()) names.push_back(std::string(row.family) + "." + std::string(row.name));
  const auto near = nearest(name, names);
  return Error{ErrorKind::kData, "no metric is called " + quoted(name), where,
               near ? "did you mean '" + *near + "'?" : "`surgsigma list metrics` names them"};
}

void add_check(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "check", "the invariants of the schema over the whole database, or the catalog",
                  "surgsigma --db mydb check");
  auto only_catalog = std::make_shared<bool>(false);
  command->add_flag("--catalog-only", *only_catalog, "read and check the catalog, no database");
  on_run(command, session, [&session, only_catalog]() -> Status {
    if (*only_catalog) {
      SURGSIGMA_TRY(catalog, session.open_catalog());
      const std::vector<std::string> suites = suite_ids(catalog.folder);
      for (const Task& task : catalog.tasks) {
        for (const std::string& metric : task.metrics) SURGSIGMA_CHECK(known_metric(metric, "tasks/" + task.id));
      }
      for (const std::string& id : suites) {
        SURGSIGMA_TRY(suite, read_suite(id, catalog.folder, catalog));
        for (const SuiteTest& test : suite.tests) {
          if (test.unavailable.empty()) SURGSIGMA_CHECK(known_metric(test.primary, "suites/" + id + ": " + test.id));
        }
      }
      fmt::print("{}: {} concepts, {} sources, {} tasks, {} split schemes, {} suites: in order\n",
                 catalog.folder.string(), catalog.ontology.concepts().size(), catalog.sources.size(),
                 catalog.tasks.size(), catalog.split_schemes.size(), suites.size());
      return done();
    }
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_TRY(results, check(database));
    QueryTable table;
    table.names = {"check", "result", "meaning", "for example"};
    std::int64_t violations = 0;
    for (const CheckResult& result : results) {
      violations += result.violations;
      table.rows.push_back({{result.name, result.violations ? std::to_string(result.violations) + " violations" : "ok",
                             result.meaning, result.example}});
    }
    print_report({"", std::move(table), ""}, session.as_json);
    if (!session.as_json) {
      fmt::print("{}\n", violations ? "the database is not in order" : "the database is in order");
      if (violations > 0) remark_on_stale_units(session, database);
    }
    SURGSIGMA_TRY(hash, database.tree_hash());
    if (!session.as_json) fmt::print("tree hash {}\n", hash);
    if (violations > 0) session.exit_code = kDataErrors;
    return done();
  });
}

void add_diff(CLI::App& program, Session& session) {
  CLI::App* command = add_command(program, session, "diff", "rows per table, source and task of two databases",
                                  "surgsigma diff mydb otherdb");
  auto a = std::make_shared<std::string>();
  auto b = std::make_shared<std::string>();
  command->add_option("a", *a, "database folder")->required();
  command->add_option("b", *b, "database folder")->required();
  on_run(command, session, [&session, a, b]() -> Status {
    SURGSIGMA_TRY(first, Database::open(*a, Access::kRead));
    SURGSIGMA_TRY(second, Database::open(*b, Access::kRead));
    std::map<std::array<std::string, 2>, std::array<std::int64_t, 3>> rows;
    for (const Partition& part : first.manifest().partitions) rows[{part.table, part.source}][0] += part.rows;
    for (const Partition& part : second.manifest().partitions) rows[{part.table, part.source}][1] += part.rows;
    std::map<std::array<std::string, 3>, std::string> keys;
    for (const Partition& part : first.manifest().partitions)
      keys[{part.table, part.source, part.unit + part.stage}] = part.key;
    for (const Partition& part : second.manifest().partitions) {
      const auto old = keys.find({part.table, part.source, part.unit + part.stage});
      if (old == keys.end() || old->second != part.key) ++rows[{part.table, part.source}][2];
    }
    QueryTable table;
    table.names = {"table", "source", "rows in a", "rows in b", "difference", "partitions that differ"};
    for (const auto& [key, count] : rows) {
      if (count[0] == count[1] && count[2] == 0) continue;
      table.rows.push_back({{key[0], key[1], std::to_string(count[0]), std::to_string(count[1]),
                             std::to_string(count[1] - count[0]), std::to_string(count[2])}});
    }
    print_report({"", std::move(table), ""}, session.as_json);
    return done();
  });
}

}  // namespace

void add_look_commands(CLI::App& program, Session& session) {
  add_stats(program, session);
  add_show(program, session);
  add_why(program, session);
  add_issues(program, session);
  add_check(program, session);
  add_sql(program, session);
  add_diff(program, session);
}

}  // namespace surgsigma::app
