// screen: what is hidden of private recordings, and who says that they may leave.
#include <fmt/core.h>

#include <memory>

#include "commands.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/time.h"
#include "surgsigma/pipeline/screening.h"

namespace surgsigma::app {
namespace {

struct ScreenWords {
  bool is_list = false;
  std::string sheet;
  std::vector<std::string> approve;
  std::string hide;
  std::string clear;
  std::string from, to, box;
  std::string by;
};

Result<Microseconds> clock_of(const std::string& flag, const std::string& text) {
  const auto time = parse_clock(text);
  if (time) return *time;
  return Error{ErrorKind::kUsage, flag + " is no time: " + quoted(text), "screen",
               "seconds or a clock, as 65.5 or 1:05.5"};
}

Status hide(Database& database, const ScreenWords& words) {
  HideRequest request;
  request.video = words.hide;
  SURGSIGMA_TRY(begin, clock_of("--from", words.from));
  SURGSIGMA_TRY(end, clock_of("--to", words.to));
  request.begin_us = begin;
  request.end_us = end;
  for (const std::string_view number : split(words.box, ',')) {
    if (words.box.empty()) break;
    const auto value = parse_double(trim(number));
    if (!value)
      return Error{ErrorKind::kUsage, "no number in --box: " + quoted(number), "screen", "left,top,right,bottom"};
    request.box.push_back(*value);
  }
  SURGSIGMA_CHECK(hide_region(database, request, words.by));
  remark("run `surgsigma build` to apply it; an approval given before does not hold for what changes");
  return done();
}

Status decide(Session& session, const ScreenWords& words) {
  SURGSIGMA_TRY(database, session.open_database(Access::kWrite));
  if (!words.hide.empty()) return hide(database, words);
  if (!words.clear.empty()) {
    SURGSIGMA_CHECK(clear_region(database, words.clear, words.by));
    remark("run `surgsigma build` to apply it; an approval given before does not hold for what changes");
    return done();
  }
  SURGSIGMA_TRY(count, approve_recordings(database, words.approve, words.by));
  fmt::print("{} recordings approved by {}\n", count, words.by);
  return done();
}

}  // namespace

void add_screen_commands(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "screen",
                  "private recordings: what is hidden in all that is written, and who has approved them",
                  "surgsigma --db mydb screen --sheet audit");
  command->footer(
      "Example:\n  surgsigma --db mydb screen --sheet audit\n"
      "  surgsigma --db mydb screen --hide own/op1 --from 0:10 --to 0:14 --by 'A. Smith'\n"
      "  surgsigma --db mydb screen --approve own/op1 --by 'A. Smith'");
  auto words = std::make_shared<ScreenWords>();
  command->add_flag("--list", words->is_list, "every region");
  command->add_option("--sheet", words->sheet, "write the audit sheet (HTML and CSV) to a new folder");
  auto* approve = command->add_option("--approve", words->approve, "recordings that may leave as they are now, or all");
  auto* hide_option =
      command->add_option("--hide", words->hide, "a recording of which a stretch or place is to be hidden");
  auto* clear = command->add_option("--clear", words->clear, "a region (its id) that need not be hidden");
  command->add_option("--from", words->from, "of --hide: begin, as 65.5 or 1:05.5")->needs(hide_option);
  command->add_option("--to", words->to, "of --hide: end")->needs(hide_option);
  command->add_option("--box", words->box, "of --hide: left,top,right,bottom in pixels (default: the whole picture)")
      ->needs(hide_option);
  command->add_option("--by", words->by, "who decides");
  approve->excludes(hide_option);
  approve->excludes(clear);
  hide_option->excludes(clear);
  on_run(command, session, [&session, words]() -> Status {
    const bool decides = !words->approve.empty() || !words->hide.empty() || !words->clear.empty();
    if (decides) return decide(session, *words);
    SURGSIGMA_TRY(database, session.open_database(Access::kRead));
    SURGSIGMA_TRY(recordings, screened_recordings(database));
    if (!words->sheet.empty()) {
      SURGSIGMA_CHECK(write_screening_sheet(database, recordings, words->sheet));
      fmt::print("{0}/screening.html and {0}/screening.csv: {1} recordings\n", words->sheet, recordings.size());
      return done();
    }
    const Report report = words->is_list ? region_report(recordings) : screening_report(recordings);
    print_report(report, session.as_json);
    return done();
  });
}

}  // namespace surgsigma::app
