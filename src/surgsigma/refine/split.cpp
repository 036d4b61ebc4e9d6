#include "surgsigma/refine/split.h"

#include <algorithm>
#include <map>
#include <set>

#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/time.h"

namespace surgsigma {
namespace {

/// Cases joined into groups that must stay together.
class Groups {
 public:
  std::string find(const std::string& name) {
    auto at = parent_.find(name);
    if (at == parent_.end() || at->second == name) return name;
    return parent_[name] = find(at->second);
  }
  /// The group keeps the smaller name, whatever the order of the calls.
  void join(const std::string& a, const std::string& b) {
    const std::string first = find(a), second = find(b);
    if (first != second) parent_[std::max(first, second)] = std::min(first, second);
  }

 private:
  std::map<std::string, std::string> parent_;
};

/// Of two parts for one group the one with the higher rank is the safe one.
int rank(const std::string& part) {
  return part == "test" ? 4 : part == "val" ? 3 : part == "train" ? 2 : part == "out" ? 1 : 0;
}

/// Everything known of one case.
struct KnownCase {
  CaseRow row;
  std::set<std::string> sources;
  /// source -> part, by the source's honoured official split
  std::map<std::string, std::string> honoured;
};

std::string part_in(const OfficialSplit& split, const std::string& case_key) {
  for (const auto& [part, cases] : split.parts) {
    if (std::find(cases.begin(), cases.end(), case_key) != cases.end()) return part;
  }
  return "";
}

std::string facet(const Concept* found, const char* name) { return found ? text_or(found->facets, name, "") : ""; }

std::string institution_of(const SourceCard& card, const VideoRow& video) {
  const std::string name = video.video_id.text.substr(video.video_id.text.find('/') + 1);
  for (const auto& [prefix, institution] : card.institution_map) {
    if (name.starts_with(prefix)) return institution;
  }
  return card.institution;
}

CaseRow case_row(const Catalog& catalog, const SourceCard& card, const VideoRow& video) {
  CaseRow row;
  row.case_id = video.case_id;
  row.procedure = card.procedure;
  const Concept* procedure = catalog.ontology.find(card.procedure);
  row.specialty = ConceptId(facet(procedure, "specialty"));
  row.body_region = facet(procedure, "body_region");
  row.approach = card.approach;
  row.institution = institution_of(card, video);
  row.species = card.species;
  return row;
}

IssueRow split_issue(const SourceId& source, const char* rule, Severity severity, std::string value,
                     std::string message, std::string hint) {
  IssueRow issue;
  issue.source_id = source;
  issue.stage = "split";
  issue.rule = rule;
  issue.severity = severity;
  issue.value = std::move(value);
  issue.message = std::move(message);
  issue.hint = std::move(hint);
  return issue;
}

/// Videos of one source whose labels are the same to the last: one recording under two names.
void join_copies(const std::vector<LabelledVideo>& videos, Groups& groups, SplitTables& tables) {
  constexpr std::int64_t kFewRecords = 8;  // short label lists may be equal by chance
  std::map<std::pair<SourceId, std::uint64_t>, const LabelledVideo*> seen;
  for (const LabelledVideo& video : videos) {
    if (video.records < kFewRecords) continue;
    const auto [at, is_new] = seen.try_emplace({video.video.source_id, video.label_hash}, &video);
    if (is_new || at->second->records != video.records) continue;
    groups.join(at->second->video.case_id.text, video.video.case_id.text);
    IssueRow issue = split_issue(
        video.video.source_id, "duplicate_labels", Severity::kWarning, video.video.video_id.text,
        "all " + std::to_string(video.records) + " records equal those of " + at->second->video.video_id.text,
        "the two stay in one part of every split; remove one if it is a copy");
    issue.video_id = video.video.video_id;
    tables.issues.push_back(std::move(issue));
  }
}

/// "03:20", "1:03:20".
std::string minutes_text(Microseconds time) {
  const std::int64_t seconds = (time + kSecond / 2) / kSecond;
  const std::int64_t hours = seconds / 3600, minutes = seconds / 60 % 60;
  const auto two = [](std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return (hours > 0 ? std::to_string(hours) + ":" : "") + two(minutes) + ":" + two(seconds % 60);
}

/// One side of a match.
struct MatchSide {
  const LabelledVideo* video = nullptr;
  TimeRange range;

  std::string file() const {
    const std::string& path = video->file.empty() ? video->video.video_id.text : video->file;
    return path.substr(path.rfind('/') + 1);
  }
  /// Of the recording; 0 where its length is not known.
  double share() const {
    return video->length_us > 0 ? static_cast<double>(range.duration()) / static_cast<double>(video->length_us) : 0;
  }
  std::string times() const { return minutes_text(range.begin) + " to " + minutes_text(range.end); }
};

/// "your clip017.mp4 is VID111.mp4 of cholect50 from 03:20 to 04:05; in clip017.mp4 that is 00:00 to 00:45"
std::string match_text(const Catalog& catalog, const MatchSide& part, const MatchSide& whole) {
  const SourceCard* card = catalog.source(part.video->video.source_id);
  return (card && card->is_private ? "your " : "") + part.file() + " is " + whole.file() + " of " +
         whole.video->video.source_id.text + " from " + whole.times() + "; in " + part.file() + " that is " +
         part.times();
}

/// Videos that show the same pictures for a while: one recording, whatever their names say.
void join_matches(const Catalog& catalog, const std::vector<LabelledVideo>& videos,
                  const std::vector<MatchRow>& matches, Groups& groups, SplitTables& tables) {
  std::map<VideoId, const LabelledVideo*> known;
  for (const LabelledVideo& video : videos) known.emplace(video.video.video_id, &video);
  for (const MatchRow& match : matches) {
    const auto one = known.find(match.video_id), other = known.find(match.other_video_id);
    if (one == known.end() || other == known.end()) continue;
    groups.join(one->second->video.case_id.text, other->second->video.case_id.text);
    MatchSide part{one->second, {match.begin_us, match.end_us}};
    MatchSide whole{other->second, {match.other_begin_us, match.other_end_us}};
    if (whole.share() > part.share()) std::swap(part, whole);
    const bool is_known = one->second->video.case_id == other->second->video.case_id;
    IssueRow issue =
        split_issue(part.video->video.source_id, "same_recording", is_known ? Severity::kInfo : Severity::kWarning,
                    whole.video->video.video_id.text, match_text(catalog, part, whole),
                    is_known ? "one case, as the catalog knew: same part of every split"
                             : "one overlap group: same part of the strict split");
    issue.video_id = part.video->video.video_id;
    issue.file = part.video->file;
    tables.issues.push_back(std::move(issue));
  }
}

/// The strict part of every group, with the reason.
std::map<std::string, std::pair<std::string, std::string>> strict_parts(
    const Catalog& catalog, const std::map<std::string, std::vector<const KnownCase*>>& members, std::uint64_t seed) {
  const SplitScheme* fixed = nullptr;
  for (const SplitScheme& scheme : catalog.split_schemes) {
    if (scheme.name == "strict") fixed = &scheme;
  }
  std::map<std::string, std::pair<std::string, std::string>> parts;
  for (const auto& [group, cases] : members) {
    std::pair<std::string, std::string> chosen;
    const auto offer = [&](const std::string& part, const std::string& reason) {
      if (rank(part) > rank(chosen.first)) chosen = {part, reason};
    };
    for (const KnownCase* known : cases) {
      const auto listed =
          fixed ? fixed->part_of_case.find(known->row.case_id.text) : decltype(fixed->part_of_case.end()){};
      if (fixed && listed != fixed->part_of_case.end()) offer(listed->second, "catalog/splits/strict.yaml");
    }
    if (chosen.first.empty()) {
      for (const KnownCase* known : cases) {
        for (const auto& [source, part] : known->honoured) offer(part, "official split of " + source);
      }
    }
    if (chosen.first.empty()) {
      const double at = Draws(seed, group, "split").unit();
      chosen = {at < 0.7 ? "train" : at < 0.8 ? "val" : "test", "drawn"};
    }
    parts[group] = chosen;
  }
  return parts;
}

}  // namespace

Result<SplitTables> make_splits(const Catalog& catalog, const std::vector<LabelledVideo>& videos, std::uint64_t seed,
                                const std::vector<MatchRow>& matches) {
  SplitTables tables;
  std::map<std::string, KnownCase> cases;
  std::set<std::string> sources;
  for (const LabelledVideo& labelled : videos) {
    const VideoRow& video = labelled.video;
    sources.insert(video.source_id.text);
    KnownCase& known = cases[video.case_id.text];
    const SourceCard* card = catalog.source(video.source_id);
    if (known.row.case_id.empty()) {
      known.row.case_id = video.case_id;
      if (card) known.row = case_row(catalog, *card, video);
    }
    known.sources.insert(video.source_id.text);
    if (!card) continue;
    for (const OfficialSplit& split : card->splits) {
      const std::string part = split.is_honoured ? part_in(split, video.case_id.text) : "";
      if (!part.empty()) known.honoured[video.source_id.text] = part;
    }
  }

  Groups groups;
  join_copies(videos, groups, tables);
  join_matches(catalog, videos, matches, groups, tables);
  std::map<std::string, std::vector<const KnownCase*>> members;
  for (auto& [key, known] : cases) {
    known.row.overlap_group = groups.find(key);
    members[known.row.overlap_group].push_back(&known);
  }

  const auto add = [&](const std::string& scheme, const std::string& source, const KnownCase& known,
                       const std::string& part, const std::string& reason) {
    tables.splits.push_back({scheme, SourceId(source), known.row.case_id, known.row.overlap_group, part, reason});
  };
  const auto strict = strict_parts(catalog, members, seed);
  for (const auto& [key, known] : cases) {
    const auto& [part, reason] = strict.at(known.row.overlap_group);
    for (const std::string& source : known.sources) add("strict", source, known, part, reason);
    for (const auto& [source, official] : known.honoured) {
      if (official == part) continue;
      tables.issues.push_back(
          split_issue(SourceId(source), official == "test" ? "official_test_elsewhere" : "official_part_differs",
                      Severity::kInfo, key, "official part " + official + ", strict part " + part + " (" + reason + ")",
                      "strict keeps a patient in one part over all sources; `--split official:" + source +
                          "` keeps the published list"));
    }
  }
  for (const SplitScheme& scheme : catalog.split_schemes) {
    if (scheme.name == "strict") continue;
    for (const auto& [key, known] : cases) {
      for (const std::string& source : known.sources) {
        auto listed = scheme.part_of_case.find(source + "|" + key);
        if (listed == scheme.part_of_case.end()) listed = scheme.part_of_case.find(key);
        const bool is_listed = listed != scheme.part_of_case.end();
        add(scheme.name, source, known, is_listed ? listed->second : "out",
            is_listed ? "catalog/splits/" + scheme.name + ".yaml" : "not named by the scheme");
      }
    }
  }
  for (const std::string& source : sources) {
    const SourceCard* card = catalog.source(SourceId(source));
    if (!card) continue;
    for (const OfficialSplit& split : card->splits) {
      std::vector<std::string> names = {"official:" + source + ":" + split.name};
      if (split.is_honoured) names.push_back("official:" + source);
      for (const auto& [key, known] : cases) {
        if (!known.sources.contains(source)) continue;
        const std::string part = part_in(split, key);
        for (const std::string& name : names) {
          add(name, source, known, part.empty() ? "out" : part,
              part.empty() ? "not named by the split" : split.citation);
        }
      }
    }
  }
  for (auto& [key, known] : cases) tables.cases.push_back(known.row);
  std::sort(tables.splits.begin(), tables.splits.end(), [](const SplitRow& a, const SplitRow& b) {
    return std::tie(a.scheme, a.case_id, a.source_id) < std::tie(b.scheme, b.case_id, b.source_id);
  });
  return tables;
}

}  // namespace surgsigma
