// What goes to standard output: tables for people, JSON for programs. Remarks and errors go to standard error.
#pragma once

#include <string>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/pipeline/report.h"

namespace surgsigma::app {

/// Exit codes of every command.
enum Exit { kDone = 0, kFailed = 1, kUsage = 2, kDataErrors = 3, kInterrupted = 130 };

/// Columns aligned (numbers to the right, thousands apart), long cells cut to the terminal's width.
std::string table_text(const QueryTable& table);
Json table_json(const QueryTable& table);
void print_report(const Report& report, bool as_json);
void print_json(const Json& value);

/// Prints the error with its hint to standard error and gives the exit code for its kind.
int fail(const Error& error);
void remark(const std::string& text);

/// "12,345"
std::string with_thousands(std::int64_t value);

}  // namespace surgsigma::app
