// The command line: one door to the database, no logic of its own.
#include <fmt/core.h>

#include <csignal>

#include "commands.h"
#include "surgsigma/base/text.h"

namespace surgsigma::app {
namespace {

extern "C" void stop_at_once(int) { std::_Exit(kInterrupted); }  // everything unfinished is under temporary names

/// CLI11 tells a wrong word by throwing; a near command name is worth naming.
int explain(const CLI::App& program, const CLI::ParseError& problem, int argc, char** argv) {
  if (problem.get_exit_code() == 0) return program.exit(problem);
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  fmt::print(stderr, "surgsigma: {}\n", problem.what());
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.empty() || word[0] == '-') continue;
    const bool is_command = std::find(names.begin(), names.end(), word) != names.end();
    if (const auto near = nearest(word, names); !is_command && near) {
      fmt::print(stderr, "  did you mean `surgsigma {}`?\n", *near);
      return kUsage;
    }
    if (is_command) {
      fmt::print(stderr, "  `surgsigma {} --help` shows how it is used\n", word);
      return kUsage;
    }
  }
  fmt::print(stderr, "  `surgsigma --help` lists the commands\n");
  return kUsage;
}

int run(int argc, char** argv) {
  std::signal(SIGINT, stop_at_once);
  std::signal(SIGPIPE, SIG_DFL);
  Session session;
  CLI::App program("surgsigma " SURGSIGMA_VERSION
                   ": licensed surgical datasets in; one database and training-ready conversations out.\n"
                   "Start with: surgsigma simulate demo world && surgsigma init mydb && "
                   "surgsigma --db mydb ingest cholec80 world/cholec80");
  program.name("surgsigma");
  program.add_option("--db", session.database, "database folder (default: the nearest one at or above this folder)");
  program.add_option("--catalog", session.catalog, "catalog folder (default: the one that came with the program)");
  program.add_option("--jobs,-j", session.jobs, "threads (default: all cores)")->check(CLI::Range(0, 1024));
  program.add_flag("--json", session.as_json, "answers as JSON");
  program.add_flag("--quiet,-q", session.is_quiet, "no progress, no remarks");
  program.fallthrough();
  program.require_subcommand(0, 1);
  add_build_commands(program, session);
  add_look_commands(program, session);
  add_catalog_commands(program, session);
  add_simulate_commands(program, session);
  add_export_commands(program, session);
  add_screen_commands(program, session);
  add_eval_commands(program, session);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return explain(program, problem, argc, argv);
  }
  if (program.get_subcommands().empty()) return print_state(session);
  return session.exit_code;
}

}  // namespace

Result<Catalog> Session::open_catalog() const {
  if (!catalog.empty()) return load_catalog(catalog);
  SURGSIGMA_TRY(folder, find_catalog());
  return load_catalog(folder);
}

Result<Database> Session::open_database(Access access) const {
  if (!database.empty()) return Database::open(database, access);
  SURGSIGMA_TRY(folder, Database::find(fs::current_path()));
  return Database::open(folder, access);
}

CLI::App* add_command(CLI::App& program, Session&, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App* command = program.add_subcommand(name, description);
  command->footer("Example:\n  " + example);
  return command;
}

void on_run(CLI::App* command, Session& session, std::function<Status()> body) {
  command->callback([&session, body = std::move(body)] {
    const Status status = body();
    if (!status.ok()) session.exit_code = fail(status.error());
  });
}

}  // namespace surgsigma::app

int main(int argc, char** argv) {
  try {
    return surgsigma::app::run(argc, argv);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "surgsigma: unexpected: {}\n  please report this with the command you gave\n", problem.what());
    return surgsigma::app::kFailed;
  }
}
