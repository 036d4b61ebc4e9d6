#include "surgsigma/export/privacy.h"

#include <algorithm>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::size_t kExamples = 3;

/// The state of each recording that was approved last.
std::map<std::string, std::string> approvals(const Manifest& manifest) {
  std::map<std::string, std::string> states;
  for (const ScreeningDecision& decision : manifest.screening) {
    if (decision.verdict == "approve") states[decision.video] = decision.state;
  }
  return states;
}

/// Sources that share an operation must agree on its centre, else it is not known.
std::map<std::string, std::string, std::less<>> centres_of(const std::vector<CaseRow>& cases) {
  std::map<std::string, std::string, std::less<>> centres;
  for (const CaseRow& one : cases) {
    if (one.institution.empty()) continue;
    const auto [known, is_new] = centres.emplace(one.case_id.text, one.institution);
    if (!is_new && known->second != one.institution) known->second.clear();
  }
  return centres;
}

std::string_view source_of(std::string_view video) { return video.substr(0, video.find('/')); }

/// "3 recordings (a/x, a/y, ...)"
std::string counted(const std::vector<std::string>& videos) {
  std::vector<std::string> first(videos.begin(),
                                 videos.begin() + static_cast<std::ptrdiff_t>(std::min(videos.size(), kExamples)));
  if (videos.size() > kExamples) first.emplace_back("...");
  return std::to_string(videos.size()) + (videos.size() == 1 ? " recording (" : " recordings (") + join(first, ", ") +
         ")";
}

}  // namespace

Result<Privacy> Privacy::read(const Database& database, Purpose purpose) {
  Privacy made;
  made.purpose_ = purpose;
  SURGSIGMA_TRY(engine, Engine::open(1));
  SURGSIGMA_TRY(sources, read_all<SourceRow>(engine, database.files(SourceRow::kTable)));
  for (const SourceRow& source : sources) {
    if (source.is_private) made.sources_.insert(source.source_id.text);
  }
  SURGSIGMA_TRY(cases, read_all<CaseRow>(engine, database.files(CaseRow::kTable)));
  made.centres_ = centres_of(cases);
  if (made.sources_.empty()) return made;
  made.key_ = database.manifest().name_key;
  if (made.key_.empty() && purpose != Purpose::kInternal) {
    return Error{ErrorKind::kVersion, "the database has no key for the names of private recordings",
                 database.folder().string(), "run `surgsigma build` once with this version: it adds one"};
  }
  SURGSIGMA_TRY(screenings, read_all<ScreeningRow>(engine, database.files(ScreeningRow::kTable)));
  SURGSIGMA_TRY(regions, read_all<RegionRow>(engine, database.files(RegionRow::kTable)));
  std::map<std::string, std::vector<RegionRow>> by_video;
  for (RegionRow& region : regions) by_video[region.video_id.text].push_back(std::move(region));
  const auto approved = approvals(database.manifest());
  for (const ScreeningRow& screening : screenings) {
    const std::string& video = screening.video_id.text;
    SURGSIGMA_TRY(plan, hiding_plan(by_video[video]));
    const auto state = approved.find(video);
    made.recordings_[video] = {std::move(plan), state != approved.end() && state->second == screening.state_hash};
  }
  return made;
}

const HidingPlan* Privacy::plan(std::string_view video) const {
  const auto found = recordings_.find(video);
  return found == recordings_.end() ? nullptr : &found->second.plan;
}

Status Privacy::check_pixels(std::span<const std::string> videos) const {
  std::vector<std::string> unscreened, unapproved;
  for (const std::string& video : videos) {
    if (!is_private(source_of(video))) continue;
    const auto found = recordings_.find(video);
    if (found == recordings_.end()) {
      unscreened.push_back(video);
    } else if (!found->second.is_approved && purpose_ != Purpose::kInternal) {
      unapproved.push_back(video);
    }
  }
  if (!unscreened.empty()) {
    return Error{
        ErrorKind::kUsage, counted(unscreened) + " of private sources were not screened", "export",
        "run `surgsigma build` where their videos or pictures lie: what could tell who somebody is is looked for "
        "there"};
  }
  if (!unapproved.empty()) {
    return Error{ErrorKind::kUsage,
                 counted(unapproved) +
                     " of private sources were approved by nobody in their present "
                     "state",
                 "export",
                 "look at `surgsigma screen --sheet DIR`, then `surgsigma screen --approve VIDEO --by NAME`; or "
                 "--purpose internal for use inside your institution"};
  }
  return done();
}

Status Privacy::check_paths(std::span<const std::string> sources) const {
  for (const std::string& source : sources) {
    if (!renames(source)) continue;
    return Error{ErrorKind::kUsage,
                 "rows of the private source " + quoted(source) +
                     " would name its files, and names of "
                     "files may tell who somebody is",
                 "export",
                 "add --write-media: its pictures are written with what was found hidden, under other names; or leave "
                 "the source out with --source"};
  }
  return done();
}

Status Privacy::check_embedding(std::span<const std::string> sources) const {
  for (const std::string& source : sources) {
    if (!is_private(source)) continue;
    return Error{ErrorKind::kUsage,
                 "pictures of the private source " + quoted(source) + " would be embedded with nothing hidden",
                 "export", "add --write-media: what was found is hidden then; or leave the source out with --source"};
  }
  return done();
}

std::string Privacy::name(std::string_view kind, std::string_view id) const {
  Hasher hasher;
  return hasher.add(key_).add(kind).add(id).hex();
}

std::string Privacy::shown_video(std::string_view source, std::string_view video) const {
  if (!renames(source)) return std::string(video);
  return std::string(source) + "/" + name("video", video);
}

std::string Privacy::shown_case(std::string_view source, std::string_view case_id) const {
  return renames(source) ? case_outside(source, case_id) : std::string(case_id);
}

std::string Privacy::case_outside(std::string_view source, std::string_view case_id) const {
  return std::string(source) + ":" + name("case", case_id);
}

std::string Privacy::shown_centre(std::string_view source, std::string_view case_id) const {
  const auto found = centres_.find(case_id);
  return found == centres_.end() || renames(source) ? std::string() : found->second;
}

}  // namespace surgsigma
