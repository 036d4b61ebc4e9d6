// init, ingest, plan, build: from folders to a database.
#include <fmt/core.h>

#include <memory>

#include "commands.h"
#include "surgsigma/pipeline/build.h"

namespace surgsigma::app {
namespace {

void add_init(CLI::App& program, Session& session) {
  CLI::App* command = add_command(program, session, "init", "make an empty database", "surgsigma init mydb --seed 1");
  auto folder = std::make_shared<std::string>();
  auto seed = std::make_shared<std::uint64_t>(1);
  command->add_option("folder", *folder, "new or empty folder")->required();
  command->add_option("--seed", *seed, "seed of every draw in this database");
  on_run(command, session, [&session, folder, seed]() -> Status {
    SURGSIGMA_CHECK(Database::create(*folder, *seed, SURGSIGMA_VERSION));
    if (session.as_json)
      print_json(Json{{"database", *folder}, {"seed", *seed}});
    else
      fmt::print("made {}\nnext: surgsigma --db {} ingest SOURCE PATH\n", *folder, *folder);
    return done();
  });
}

int exit_code_of(const BuildReport& report) { return report.errors > 0 ? kDataErrors : kDone; }

void print_build(const Session& session, const BuildReport& report) {
  Json rows = Json::object();
  for (const auto& [table, count] : report.rows_by_table) rows[table] = count;
  if (session.as_json) {
    Json seconds = Json::object();
    for (const auto& [stage, time] : report.seconds_by_stage) seconds[stage] = time;
    print_json(Json{{"units_done", report.units_done},
                    {"units_kept", report.units_kept},
                    {"rows", rows},
                    {"seconds_by_stage", seconds},
                    {"errors", report.errors},
                    {"warnings", report.warnings}});
    return;
  }
  fmt::print("{} units done, {} up to date\n", with_thousands(static_cast<std::int64_t>(report.units_done)),
             with_thousands(static_cast<std::int64_t>(report.units_kept)));
  for (const auto& [stage, time] : report.seconds_by_stage)
    fmt::print("  {:<9} {:8.2f} s of thread time\n", stage, time);
  for (const auto& [table, count] : report.rows_by_table) {
    if (count > 0) fmt::print("  {:<16} {:>14} rows\n", table, with_thousands(count));
  }
  if (report.errors + report.warnings > 0) {
    fmt::print("{} errors and {} warnings in the data: `surgsigma issues` shows them\n", with_thousands(report.errors),
               with_thousands(report.warnings));
  }
}

void add_ingest(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "ingest", "put a download folder into the database and read its labels",
                  "surgsigma --db mydb ingest cholec80 world/cholec80");
  auto source = std::make_shared<std::string>();
  auto path = std::make_shared<std::string>();
  auto card = std::make_shared<std::string>();
  command->add_option("source", *source, "source id (`surgsigma list sources`), or `auto` to identify the folder")
      ->required();
  command->add_option("path", *path, "folder of the download, or one above it")->required();
  command->add_option("--card", *card, "source card of an in-house dataset (docs/new-source.md)");
  on_run(command, session, [&session, source, path, card]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    SURGSIGMA_TRY(database, session.open_database(Access::kWrite));
    SURGSIGMA_TRY(added, add_input(database, catalog, *source == "auto" ? "" : *source, *path, *card));
    if (!session.is_quiet) {
      remark(fmt::format(
          "{}: {} files, {} videos{}", added.input.source, with_thousands(static_cast<std::int64_t>(added.files)),
          with_thousands(static_cast<std::int64_t>(added.videos)), added.input.is_simulated ? ", simulated" : ""));
      for (const std::string& pattern : added.missing) remark("  missing: " + pattern);
    }
    BuildOptions options;
    options.jobs = session.jobs;
    options.is_quiet = session.is_quiet;
    options.only = {added.input.source, "describe", "ingest"};
    SURGSIGMA_TRY(report, build(database, catalog, options));
    print_build(session, report);
    session.exit_code = exit_code_of(report);
    return done();
  });
}

void add_plan(CLI::App& program, Session& session) {
  CLI::App* command = add_command(program, session, "plan", "what has to be made, and why", "surgsigma --db mydb plan");
  auto is_all = std::make_shared<bool>(false);
  auto format = std::make_shared<std::string>("table");
  command->add_flag("--all", *is_all, "also what is up to date");
  command->add_option("--format", *format, "table, or slurm: a script of array jobs")
      ->check(CLI::IsMember({"table", "slurm"}));
  on_run(command, session, [&session, is_all, format]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_TRY(plan, make_plan(database, catalog));
    if (*format == "slurm") {
      fmt::print("{}", slurm_script(plan, database.folder()));
      return done();
    }
    QueryTable table;
    table.names = {"unit", "state", "why"};
    for (const PlannedUnit& unit : plan.units) {
      if (unit.is_stale || *is_all)
        table.rows.push_back({{unit.id(), unit.is_stale ? "stale" : "up to date", unit.reason}});
    }
    print_report({"", std::move(table), ""}, session.as_json);
    if (!session.as_json) {
      fmt::print("{} of {} units stale{}\n", plan.stale(), plan.units.size(),
                 plan.stale() ? "; `surgsigma build` makes them" : ": nothing to do");
    }
    return done();
  });
}

void add_build(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "build", "make everything that is stale", "surgsigma --db mydb build --jobs 2");
  auto options = std::make_shared<BuildOptions>();
  auto is_dry = std::make_shared<bool>(false);
  auto settings = std::make_shared<std::vector<std::string>>();
  command->add_option("--only", options->only, "sources or stages to bring up to date");
  command->add_option("--unit", options->unit, "one unit id of `surgsigma plan`; commits nothing (for schedulers)");
  command->add_flag("--dry-run", *is_dry, "only say how much would be done");
  command->add_option("--set", *settings, "name=value of `surgsigma list parameters`, kept in the database");
  on_run(command, session, [&session, options, is_dry, settings]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    const bool is_reading = *is_dry || !options->unit.empty();
    SURGSIGMA_TRY(database, session.open_database(is_reading ? Access::kRead : Access::kWrite));
    if (!settings->empty()) {
      Manifest manifest = database.manifest();
      for (const std::string& setting : *settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos) {
          return Error{ErrorKind::kUsage, "not name=value: " + setting, "--set", "e.g. --set frame_step=5"};
        }
        const std::string name = setting.substr(0, equals);
        std::erase_if(manifest.parameters, [&](const auto& old) { return old.first == name; });
        manifest.parameters.emplace_back(name, setting.substr(equals + 1));
      }
      std::sort(manifest.parameters.begin(), manifest.parameters.end());
      SURGSIGMA_CHECK(build_parameters(manifest).ok() ? done() : Status(build_parameters(manifest).error()));
      SURGSIGMA_CHECK(database.commit(std::move(manifest)));
    }
    if (*is_dry) {
      SURGSIGMA_TRY(plan, make_plan(database, catalog));
      fmt::print("{} of {} units would be made\n", plan.stale(), plan.units.size());
      return done();
    }
    options->jobs = session.jobs;
    options->is_quiet = session.is_quiet;
    SURGSIGMA_TRY(report, build(database, catalog, *options));
    print_build(session, report);
    session.exit_code = exit_code_of(report);
    return done();
  });
}

}  // namespace

void add_build_commands(CLI::App& program, Session& session) {
  add_init(program, session);
  add_ingest(program, session);
  add_plan(program, session);
  add_build(program, session);
}

int print_state(const Session& session) {
  auto database = session.open_database(Access::kRead);
  if (!database.ok()) {
    fmt::print("no database here\nnext: surgsigma init mydb     (or `surgsigma --help`)\n");
    return database.error().kind == ErrorKind::kNotFound ? kDone : fail(database.error());
  }
  std::map<std::string, std::int64_t> rows;
  for (const Partition& part : database->manifest().partitions) rows[part.table] += part.rows;
  fmt::print("database       {}\nsources        {}\nvideos         {}\nconversations  {}\n",
             database->folder().string(), with_thousands(static_cast<std::int64_t>(database->manifest().inputs.size())),
             with_thousands(rows["videos"]), with_thousands(rows["conversations"]));
  auto catalog = session.open_catalog();
  std::size_t stale = 0;
  if (catalog.ok()) {
    if (auto plan = make_plan(*database, *catalog); plan.ok()) stale = plan->stale();
  }
  const std::string next = database->manifest().inputs.empty() ? "surgsigma ingest SOURCE PATH"
                           : stale > 0                         ? "surgsigma build"
                                                               : "surgsigma stats, or surgsigma export llava OUT";
  fmt::print("stale units    {}\nnext: {}\n", stale, next);
  return kDone;
}

}  // namespace surgsigma::app
