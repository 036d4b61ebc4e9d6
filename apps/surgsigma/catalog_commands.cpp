// list, identify, doctor, version: what the tool knows and whether the machine is fit.
#include <fmt/core.h>
#include <sys/statvfs.h>

#include <memory>

#include "commands.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/eval/task_scorers.h"
#include "surgsigma/export/all_formats.h"
#include "surgsigma/ingest/reader.h"
#include "surgsigma/pipeline/stages.h"
#include "surgsigma/schema/box_profile.h"
#include "surgsigma/schema/docs.h"
#include "surgsigma/schema/suite.h"
#include "surgsigma/simulate/simulate.h"

namespace surgsigma::app {
namespace {

QueryTable list_sources(const Catalog& catalog) {
  QueryTable table;
  table.names = {"source", "name", "licence", "terms", "procedure"};
  for (const auto& [id, card] : catalog.sources) {
    const Concept* procedure = catalog.ontology.find(card.procedure);
    table.rows.push_back(
        {{id.text, card.name, card.licence_id, join(card.terms, ", "), procedure ? procedure->label : ""}});
  }
  return table;
}

QueryTable list_tasks(const Catalog& catalog) {
  QueryTable table;
  table.names = {"task", "name", "answer", "state"};
  for (const Task& task : catalog.tasks) {
    table.rows.push_back(
        {{task.id, task.name, std::string(word(task.shape)), task.needs_pixels ? "needs pixels" : "ready"}});
  }
  return table;
}

QueryTable list_concepts(const Catalog& catalog) {
  QueryTable table;
  table.names = {"concept", "kind", "label", "definition"};
  for (const Concept& known : catalog.ontology.concepts()) {
    table.rows.push_back({{known.id.text, known.kind, known.label, known.definition}});
  }
  return table;
}

QueryTable list_metrics(const Catalog&) {
  QueryTable table;
  table.names = {"family", "metric", "better", "unit", "definition", "source"};
  for (const MetricRow& row : all_metrics()) {
    table.rows.push_back({{std::string(row.family), std::string(row.name), std::string(row.better),
                           std::string(row.unit), std::string(row.definition), std::string(row.source)}});
  }
  return table;
}

QueryTable list_suites(const Catalog& catalog) {
  QueryTable table;
  table.names = {"suite", "name", "tests", "how far it can be compared"};
  for (const std::string& id : suite_ids(catalog.folder)) {
    const auto suite = read_suite(id, catalog.folder, catalog);
    if (suite)
      table.rows.push_back({{id, suite->name, std::to_string(suite->tests.size()), suite->matches}});
    else
      table.rows.push_back({{id, "cannot be read", "0", to_string(suite.error())}});
  }
  return table;
}

/// Registries that are plain arrays of name and description.
template <class Rows>
QueryTable list_rows(const Rows& rows) {
  QueryTable table;
  table.names = {"name", "description"};
  for (const auto& row : rows) table.rows.push_back({{std::string(row.name), std::string(row.description)}});
  return table;
}

struct ListRow {
  const char* name;
  QueryTable (*rows)(const Catalog&);
};
const ListRow kLists[] = {
    {"sources", list_sources},
    {"tasks", list_tasks},
    {"concepts", list_concepts},
    {"readers", [](const Catalog&) { return list_rows(readers()); }},
    {"stages", [](const Catalog&) { return list_rows(stage_rows()); }},
    {"parameters", [](const Catalog&) { return list_rows(parameter_rows()); }},
    {"formats", [](const Catalog&) { return list_rows(all_export_formats()); }},
    {"profiles", [](const Catalog&) { return list_rows(box_profiles()); }},
    {"layouts", [](const Catalog&) { return list_rows(layouts()); }},
    {"dirts", [](const Catalog&) { return list_rows(dirts()); }},
    {"metrics", list_metrics},
    {"suites", list_suites},
    {"splits", [](const Catalog& catalog) { return list_rows(catalog.split_schemes); }},
};

void add_list(CLI::App& program, Session& session) {
  std::vector<std::string> names;
  for (const ListRow& row : kLists) names.emplace_back(row.name);
  CLI::App* command =
      add_command(program, session, "list", "what the tool knows: " + join(names, ", "), "surgsigma list sources");
  auto what = std::make_shared<std::string>();
  command->add_option("what", *what, join(names, ", "))->required();
  on_run(command, session, [&session, what, names]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    for (const ListRow& row : kLists) {
      if (row.name == *what) {
        print_report({"", row.rows(catalog), ""}, session.as_json);
        return done();
      }
    }
    const auto near = nearest(*what, names);
    return Error{ErrorKind::kUsage, "nothing called " + quoted(*what), "list",
                 near ? "did you mean " + *near + "?" : "one of " + join(names, ", ")};
  });
}

void add_identify(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "identify", "which source a folder is, what is missing or unexpected",
                  "surgsigma identify world/cholec80");
  auto path = std::make_shared<std::string>();
  command->add_option("path", *path, "a download folder, or one above it")->required();
  on_run(command, session, [&session, path]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    SURGSIGMA_TRY(found, identify(catalog, *path));
    std::erase_if(found, [](const Identification& one) { return one.matched_files == 0; });
    if (session.as_json) {
      Json all = Json::array();
      for (const Identification& one : found) {
        all.push_back({{"source", one.source_id.text},
                       {"roles_found", one.found_roles},
                       {"roles_required", one.required_roles},
                       {"files", one.matched_files},
                       {"videos", one.videos},
                       {"missing", one.missing},
                       {"unexpected", one.unexpected}});
      }
      print_json(all);
      return done();
    }
    if (found.empty()) {
      return Error{ErrorKind::kNotFound, "the folder looks like none of the known sources", *path,
                   "`surgsigma list sources` names them; docs/new-source.md tells how to describe another"};
    }
    const Identification& best = found.front();
    fmt::print("{}: {} ({} of {} required kinds of file, {} files, {} videos)\n", *path, best.source_id.text,
               best.found_roles, best.required_roles, best.matched_files, best.videos);
    for (const std::string& pattern : best.missing) fmt::print("  missing     {}\n", pattern);
    std::size_t shown = 0;
    for (const std::string& file : best.unexpected) {
      if (++shown > 20) break;
      fmt::print("  unexpected  {}\n", file);
    }
    if (best.unexpected.size() > 20) fmt::print("  and {} more unexpected files\n", best.unexpected.size() - 20);
    for (std::size_t i = 1; i < found.size() && i < 3; ++i) {
      fmt::print("less likely: {} ({} of {} kinds, {} files)\n", found[i].source_id.text, found[i].found_roles,
                 found[i].required_roles, found[i].matched_files);
    }
    fmt::print("next: surgsigma ingest {} {}\n", best.source_id.text, *path);
    return done();
  });
}

void add_doctor(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "doctor", "is this machine fit: cores, space, engine, catalog", "surgsigma doctor");
  on_run(command, session, [&session]() -> Status {
    QueryTable table;
    table.names = {"what", "state", "detail"};
    const auto add = [&](const std::string& what, bool is_good, const std::string& detail) {
      table.rows.push_back({{what, is_good ? "ok" : "problem", detail}});
      if (!is_good) session.exit_code = kFailed;
    };
    add("cores", true, std::to_string(available_cores()));
    struct statvfs space {};
    const bool has_space = statvfs(".", &space) == 0;
    const double free_gb =
        has_space ? static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize) / 1e9 : 0;
    add("free space here", free_gb > 1, fmt::format("{:.1f} GB", free_gb));
    const auto engine = Engine::open();
    if (engine.ok()) {
      const auto version = (*engine)->query("SELECT version()");
      add("DuckDB", version.ok(), version.ok() ? version->rows[0][0].value_or("") : version.error().what);
    } else {
      add("DuckDB", false, engine.error().what);
    }
    const auto catalog = session.open_catalog();
    add("catalog", catalog.ok(), catalog.ok() ? catalog->folder.string() : to_string(catalog.error()));
    const auto database = session.open_database(Access::kRead);
    const bool is_absent = !database.ok() && database.error().kind == ErrorKind::kNotFound;
    add("database", database.ok() || is_absent,
        database.ok() ? database->folder().string()
        : is_absent   ? "none here"
                      : to_string(database.error()));
    print_report({"", std::move(table), ""}, session.as_json);
    return done();
  });
}

void add_version(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "version", "versions of tool, database format and catalog", "surgsigma version");
  auto as_schema = std::make_shared<bool>(false);
  command->add_flag("--schema", *as_schema, "print the schema page (docs/schema.md)");
  on_run(command, session, [&session, as_schema]() -> Status {
    if (*as_schema) {
      fmt::print("{}", schema_page());
      return done();
    }
    if (session.as_json)
      print_json(Json{{"surgsigma", SURGSIGMA_VERSION}, {"format", kFormatVersion}});
    else
      fmt::print("surgsigma {}\ndatabase format {}\n", SURGSIGMA_VERSION, kFormatVersion);
    return done();
  });
}

}  // namespace

void add_catalog_commands(CLI::App& program, Session& session) {
  add_list(program, session);
  add_identify(program, session);
  add_doctor(program, session);
  add_version(program, session);
}

}  // namespace surgsigma::app
