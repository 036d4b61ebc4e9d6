#include "surgsigma/pipeline/screening.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>

#include "surgsigma/base/text.h"
#include "surgsigma/base/time.h"

namespace surgsigma {
namespace {

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Error usage(std::string what, std::string hint) {
  return {ErrorKind::kUsage, std::move(what), "screen", std::move(hint)};
}

Status check_name(const std::string& by) {
  if (trim(by).empty()) return usage("nobody's name is given", "say who decides: --by NAME");
  return done();
}

Result<const ScreenedRecording*> find(const std::vector<ScreenedRecording>& recordings, const std::string& video) {
  std::vector<std::string> names;
  for (const ScreenedRecording& recording : recordings) {
    if (recording.row.video_id.text == video) return &recording;
    names.push_back(recording.row.video_id.text);
  }
  if (names.empty()) {
    return usage("no recording of a private source was screened",
                 "ingest one where its videos lie, then run `surgsigma build`");
  }
  const auto near = nearest(video, names);
  return usage("no screened recording " + quoted(video),
               near ? "did you mean " + *near + "?" : "`surgsigma screen` lists them");
}

Status add(Database& database, ScreeningDecision decision) {
  decision.at = now_utc();
  Manifest manifest = database.manifest();
  manifest.screening.push_back(std::move(decision));
  return database.commit(std::move(manifest));
}

std::string yes(bool value) { return value ? "yes" : "no"; }

std::string box_text(const RegionRow& row) {
  if (!row.x1) return "whole picture";
  const auto whole = [](double value) { return std::to_string(static_cast<std::int64_t>(std::llround(value))); };
  return whole(*row.x1) + "," + whole(*row.y1) + "," + whole(*row.x2) + "," + whole(*row.y2);
}

}  // namespace

Result<std::vector<ScreenedRecording>> screened_recordings(const Database& database) {
  SURGSIGMA_TRY(engine, Engine::open(1));
  SURGSIGMA_TRY(rows, read_all<ScreeningRow>(engine, database.files(ScreeningRow::kTable)));
  SURGSIGMA_TRY(regions, read_all<RegionRow>(engine, database.files(RegionRow::kTable)));
  std::map<std::string, ScreenedRecording> by_id;
  for (ScreeningRow& row : rows) by_id[row.video_id.text].row = std::move(row);
  for (RegionRow& region : regions) by_id[region.video_id.text].regions.push_back(std::move(region));
  for (const ScreeningDecision& decision : database.manifest().screening) {
    const auto found = by_id.find(decision.video);
    if (decision.verdict != "approve" || found == by_id.end()) continue;
    const bool is_present = decision.state == found->second.row.state_hash;
    found->second.approved_by = is_present ? decision.by : "";
    found->second.approved_at = is_present ? decision.at : "";
  }
  std::vector<ScreenedRecording> list;
  for (auto& [id, recording] : by_id) list.push_back(std::move(recording));
  return list;
}

Report screening_report(const std::vector<ScreenedRecording>& recordings) {
  Report report;
  report.table.names = {"recording", "looked at",     "regions",     "hidden", "of",
                        "sound",     "file metadata", "approved by", "at"};
  std::int64_t open = 0;
  for (const ScreenedRecording& recording : recordings) {
    const ScreeningRow& row = recording.row;
    open += recording.approved_by.empty();
    report.table.rows.push_back({{row.video_id.text, std::to_string(row.samples), std::to_string(row.regions),
                                  clock_text(row.hidden_us), clock_text(row.duration_us), yes(row.has_sound),
                                  yes(row.has_metadata), recording.approved_by, recording.approved_at}});
  }
  if (recordings.empty()) {
    report.remark = "no recording of a private source has been screened; a source is private when its card says so";
  } else if (open > 0) {
    report.remark = std::to_string(open) + " of " + std::to_string(recordings.size()) +
                    " wait for a person: `surgsigma screen --sheet DIR` to look, then --approve VIDEO --by NAME";
  }
  return report;
}

Report region_report(const std::vector<ScreenedRecording>& recordings) {
  Report report;
  report.table.names = {"recording", "region", "kind",     "from",  "to",
                        "place",     "hiding", "found by", "score", "decided by"};
  for (const ScreenedRecording& recording : recordings) {
    for (const RegionRow& row : recording.regions) {
      report.table.rows.push_back(
          {{row.video_id.text, row.region_id, row.kind, clock_text(row.begin_us), clock_text(row.end_us), box_text(row),
            row.hiding, row.found_by, std::to_string(row.score).substr(0, 4), row.decided_by}});
    }
  }
  if (report.table.rows.empty()) report.remark = "nothing was found; look at the sheet all the same";
  return report;
}

Status hide_region(Database& database, const HideRequest& request, const std::string& by) {
  SURGSIGMA_CHECK(check_name(by));
  SURGSIGMA_TRY(recordings, screened_recordings(database));
  SURGSIGMA_TRY(recording, find(recordings, request.video));
  const Microseconds duration = recording->row.duration_us;
  if (request.begin_us < 0 || request.begin_us >= request.end_us || request.begin_us >= duration) {
    return usage("no stretch of the recording: " + clock_text(request.begin_us) + " to " + clock_text(request.end_us),
                 "it is " + clock_text(duration) + " long; give --from and --to, as 1:05 or 65.5");
  }
  ScreeningDecision decision;
  decision.video = request.video;
  decision.verdict = "hide";
  decision.begin_us = request.begin_us;
  decision.end_us = std::min(request.end_us, duration);
  decision.by = by;
  if (!request.box.empty()) {
    SURGSIGMA_TRY(engine, Engine::open(1));
    SURGSIGMA_TRY(media, read_all<MediumRow>(engine, database.files(MediumRow::kTable)));
    const auto medium = std::find_if(media.begin(), media.end(),
                                     [&](const MediumRow& row) { return row.video_id.text == request.video; });
    if (medium == media.end())
      return usage("the size of the recording's picture is not known", "run `surgsigma build`");
    const std::vector<double>& box = request.box;
    const bool is_inside = box.size() == 4 && 0 <= box[0] && box[0] < box[2] && box[2] <= medium->width &&
                           0 <= box[1] && box[1] < box[3] && box[3] <= medium->height;
    if (!is_inside) {
      return usage("no box inside the picture", "left,top,right,bottom in pixels of a " +
                                                    std::to_string(medium->width) + "x" +
                                                    std::to_string(medium->height) + " picture");
    }
    decision.box = box;
    decision.box.push_back(medium->width);
    decision.box.push_back(medium->height);
  }
  return add(database, std::move(decision));
}

Status clear_region(Database& database, const std::string& region, const std::string& by) {
  SURGSIGMA_CHECK(check_name(by));
  SURGSIGMA_TRY(recordings, screened_recordings(database));
  for (const ScreenedRecording& recording : recordings) {
    for (const RegionRow& row : recording.regions) {
      if (row.region_id != region) continue;
      ScreeningDecision decision;
      decision.video = row.video_id.text;
      decision.verdict = "clear";
      decision.region = region;
      decision.by = by;
      return add(database, std::move(decision));
    }
  }
  return usage("no region " + quoted(region), "`surgsigma screen --list` shows them with their ids");
}

Result<std::int64_t> approve_recordings(Database& database, const std::vector<std::string>& videos,
                                        const std::string& by) {
  SURGSIGMA_CHECK(check_name(by));
  SURGSIGMA_TRY(recordings, screened_recordings(database));
  const bool is_all = videos.size() == 1 && videos.front() == "all";
  std::vector<const ScreenedRecording*> chosen;
  if (is_all) {
    for (const ScreenedRecording& recording : recordings) chosen.push_back(&recording);
  }
  for (const std::string& video : videos) {
    if (is_all) break;
    SURGSIGMA_TRY(recording, find(recordings, video));
    chosen.push_back(recording);
  }
  if (chosen.empty()) return usage("there is nothing to approve", "no recording of a private source was screened");
  Manifest manifest = database.manifest();
  for (const ScreenedRecording* recording : chosen) {
    ScreeningDecision decision;
    decision.video = recording->row.video_id.text;
    decision.verdict = "approve";
    decision.state = recording->row.state_hash;
    decision.by = by;
    decision.at = now_utc();
    manifest.screening.push_back(std::move(decision));
  }
  SURGSIGMA_CHECK(database.commit(std::move(manifest)));
  return static_cast<std::int64_t>(chosen.size());
}

}  // namespace surgsigma
