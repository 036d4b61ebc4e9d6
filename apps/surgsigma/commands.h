// The commands, one group per file. Each function adds its commands to the program; a command stores its exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "output.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/store/database.h"

namespace surgsigma::app {

/// Flags that every command knows, and what most commands start with.
struct Session {
  std::string database;
  std::string catalog;
  bool as_json = false;
  bool is_quiet = false;
  int jobs = 0;
  int exit_code = kDone;

  Result<Catalog> open_catalog() const;
  Result<Database> open_database(Access access) const;
};

/// A sub-command whose body returns a Status; its error becomes message and exit code.
CLI::App* add_command(CLI::App& program, Session& session, const std::string& name, const std::string& description,
                      const std::string& example);
void on_run(CLI::App* command, Session& session, std::function<Status()> body);

void add_build_commands(CLI::App& program, Session& session);     // init ingest plan build
void add_look_commands(CLI::App& program, Session& session);      // stats sql why show issues check diff
void add_catalog_commands(CLI::App& program, Session& session);   // list identify doctor version
void add_simulate_commands(CLI::App& program, Session& session);  // simulate
void add_export_commands(CLI::App& program, Session& session);    // export
void add_screen_commands(CLI::App& program, Session& session);    // screen
void add_eval_commands(CLI::App& program, Session& session);      // eval

/// The state of the nearest database in five lines and the next sensible command.
int print_state(const Session& session);

}  // namespace surgsigma::app
