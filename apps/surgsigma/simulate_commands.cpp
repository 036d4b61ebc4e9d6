// simulate: invented label folders in the sources' own layouts.
#include <fmt/core.h>

#include <memory>

#include "commands.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/simulate/simulate.h"

namespace surgsigma::app {
namespace {

std::string layout_list() {
  std::string text = "Layouts:\n";
  for (const LayoutRow& row : layouts()) text += fmt::format("  {:<16} {}\n", row.name, row.description);
  text += "Mixtures (several layouts at once):\n";
  std::string_view last;
  for (const MixtureRow& row : mixtures()) {
    if (row.mixture != last) text += fmt::format("  {:<16}", row.mixture);
    text += fmt::format(" {} x {}", row.videos, row.layout);
    last = row.mixture;
    if (&row == &mixtures().back() || (&row + 1)->mixture != row.mixture) text += "\n";
  }
  text += "Defects for --dirt:\n";
  for (const DirtRow& row : dirts()) text += fmt::format("  {:<16} {}\n", row.name, row.description);
  return text;
}

bool is_mixture(const std::string& name) {
  for (const MixtureRow& row : mixtures()) {
    if (row.mixture == name) return true;
  }
  return false;
}

void print_simulated(const Session& session, const std::string& out, const SimulateReport& report) {
  if (session.as_json) {
    Json defects = Json::array();
    for (const Defect& defect : report.defects) {
      defects.push_back({{"defect", defect.defect},
                         {"file", defect.file},
                         {"line", defect.line},
                         {"value", defect.value},
                         {"expected_rule", defect.expected_rule},
                         {"rows", defect.rows}});
    }
    print_json(Json{{"out", out},
                    {"videos", report.videos},
                    {"files", report.files},
                    {"bytes", report.bytes},
                    {"seconds", report.seconds},
                    {"rows", report.rows},
                    {"defects", defects}});
    return;
  }
  fmt::print("{}: {} videos, {:.1f} hours, {} files, {:.1f} MB; simulated, not real data\n", out, report.videos,
             static_cast<double>(report.seconds) / 3600.0, with_thousands(report.files),
             static_cast<double>(report.bytes) / 1e6);
  for (const auto& [role, rows] : report.rows) fmt::print("  {:<24} {:>14} rows\n", role, with_thousands(rows));
  if (!report.defects.empty()) {
    fmt::print("{} defects planted, listed in {}\n", report.defects.size(), std::string(kDirtManifest));
  }
}

}  // namespace

void add_simulate_commands(CLI::App& program, Session& session) {
  CLI::App* command =
      add_command(program, session, "simulate", "write invented labels in a source's layout, with --pixels also what they show",
                  "surgsigma simulate demo world");
  command->footer("Example:\n  surgsigma simulate cholec80 world/cholec80 --videos 4 --dirt all\n\n" + layout_list());
  auto options = std::make_shared<SimulateOptions>();
  auto out = std::make_shared<std::string>();
  command->add_option("layout", options->layout, "a layout or a mixture, see below")->required();
  command->add_option("out", *out, "new or empty folder")->required();
  command->add_option("--videos", options->videos, "how many videos")->check(CLI::Range(1, 100000));
  command->add_option("--seed", options->seed, "other operations");
  command->add_option("--length", options->scale, "length of the operations against real ones");
  command->add_option("--first", options->first_video, "number of the first video");
  command->add_option("--dirt", options->dirt, "defects to plant: all, or names separated by commas");
  command->add_flag("--pixels", options->has_pixels, "also videos or pictures, drawn; use a short --length");
  auto scale = std::make_shared<std::string>();
  command->add_option("--scale", *scale, "a mixture by its name (simulate all OUT --scale paper)");
  on_run(command, session, [&session, options, out, scale]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    options->out = *out;
    options->jobs = session.jobs > 0 ? session.jobs : available_cores();
    const std::string mixture = !scale->empty() ? *scale : is_mixture(options->layout) ? options->layout : "";
    if (!mixture.empty()) {
      Progress progress("simulate", 0, session.is_quiet);
      SURGSIGMA_TRY(report, simulate_mixture(catalog, {*out, mixture, options->seed, options->jobs}, &progress));
      progress.finish();
      print_simulated(session, *out, report);
      return done();
    }
    Progress progress("simulate", static_cast<std::uint64_t>(options->videos), session.is_quiet);
    SURGSIGMA_TRY(report, simulate(catalog, *options, &progress));
    progress.finish();
    print_simulated(session, *out, report);
    return done();
  });
}

}  // namespace surgsigma::app
