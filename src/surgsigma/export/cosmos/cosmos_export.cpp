#include "surgsigma/export/cosmos/cosmos_export.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>

#include "surgsigma/base/progress.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/export/cosmos/clip_maker.h"
#include "surgsigma/export/cosmos/cosmos_card.h"
#include "surgsigma/export/cosmos/recording.h"
#include "surgsigma/export/papers.h"
#include "surgsigma/export/row_selection.h"
#include "surgsigma/export/unfinished_folder.h"

namespace surgsigma {
namespace {

constexpr const char* kPage = "docs/export-cosmos.md";
constexpr const char* kTask = "conditional_video_generation";
/// What a manifest calls its list of clips, by part.
constexpr std::array<std::string_view, kParts.size()> kLists = {"training", "validation", "test"};

Result<Selection> select_videos(Engine& engine, const Database& database, const ExportOptions& options) {
  std::string where = "true";
  if (!options.sources.empty()) where += " AND videos.source_id IN (" + sql_list(options.sources) + ")";
  const RowQuestion question{
      "video",
      "videos",
      "task of a cosmos export",
      {kTask},
      where,
      "SELECT videos.source_id, videos.case_id, '" + std::string(kTask) +
          "', false, count(*) FROM media JOIN videos USING (video_id) WHERE " + where + " GROUP BY ALL ORDER BY ALL",
      "SELECT DISTINCT videos.source_id, videos.case_id, video_id FROM media JOIN videos USING (video_id) WHERE " +
          where + " ORDER BY ALL",
      "look at `surgsigma stats`: clips need the videos themselves, measured by `surgsigma build`"};
  return select_rows(engine, database, options, question);
}

template <class Row>
Result<std::vector<Row>> read_rows(const std::shared_ptr<Engine>& engine, const std::vector<fs::path>& files,
                                   const std::string& where = "") {
  SURGSIGMA_TRY(reader, TableReader<Row>::open(engine, files, where));
  std::vector<Row> rows;
  for (Row row;;) {
    SURGSIGMA_TRY(more, reader.next(row));
    if (!more) return rows;
    rows.push_back(row);
  }
}

/// A clip that stands in the folder.
struct KeptClip {
  std::string name;
  std::vector<std::string> controls;
  bool has_temporal_caption = false;
};

/// What a recording gave.
struct Made {
  std::vector<KeptClip> clips;
  Drops drops;
};

class CosmosExport {
 public:
  CosmosExport(const Database& database, const Catalog& catalog, const ExportOptions& options,
               const CosmosSettings& settings, const Privacy& privacy, const Selection& selection,
               const fs::path& folder, std::shared_ptr<Engine> engine)
      : database_(database),
        catalog_(catalog),
        options_(options),
        settings_(settings),
        privacy_(privacy),
        selection_(selection),
        folder_(folder),
        engine_(std::move(engine)) {}

  Status find_recordings() {
    SURGSIGMA_TRY(videos, read_rows<VideoRow>(engine_, database_.files(VideoRow::kTable)));
    SURGSIGMA_TRY(media, read_rows<MediumRow>(engine_, database_.files(MediumRow::kTable)));
    videos_ = std::move(videos);
    std::map<std::string, const MediumRow*> medium_of;
    for (const MediumRow& medium : media) medium_of.emplace(medium.video_id.text, &medium);
    for (const VideoRow& video : videos_) {
      const auto source = std::find_if(selection_.sources.begin(), selection_.sources.end(),
                                       [&](const auto& share) { return share.source.source_id == video.source_id; });
      const auto medium = medium_of.find(video.video_id.text);
      const int part = part_of(selection_, video.source_id.text, video.case_id.text);
      if (source == selection_.sources.end() || medium == medium_of.end() || part == kNoPart) continue;
      Recording recording;
      recording.video = &video;
      recording.medium = *medium->second;
      recording.source = static_cast<std::size_t>(source - selection_.sources.begin());
      recording.part = static_cast<std::size_t>(part);
      recordings_.push_back(std::move(recording));
    }
    std::stable_sort(recordings_.begin(), recordings_.end(),
                     [](const Recording& a, const Recording& b) { return a.video->video_id < b.video->video_id; });
    return list_sources();
  }

  Status plan() {
    for (Recording& recording : recordings_) {
      const VideoRow& video = *recording.video;
      SURGSIGMA_TRY(marks, read_rows<MarkRow>(engine_, database_.files("marks", video.source_id.text, video.unit),
                                              "video_id = " + sql_quoted(video.video_id.text)));
      SURGSIGMA_TRY(rows, annotations_of(video));
      SURGSIGMA_CHECK(
          plan_recording(recording, settings_, options_.seed, root_of(recording), media_of(recording), marks, rows));
    }
    return done();
  }

  void draw_caps(Caps& caps) {
    if (!caps.is_used()) return;
    for (const Recording& recording : recordings_) {
      for (const PlannedClip& clip : recording.clips) {
        caps.offer(kTask, static_cast<int>(recording.part), "", clip_name(shown_id(recording), clip.frames[0]));
      }
    }
    caps.draw_rows();
    for (Recording& recording : recordings_) {
      std::erase_if(recording.clips, [&](const PlannedClip& clip) {
        return !caps.keeps(kTask, static_cast<int>(recording.part), "", clip_name(shown_id(recording), clip.frames[0]));
      });
    }
  }

  Status make_all() {
    made_.resize(recordings_.size());
    std::vector<std::optional<Error>> errors(recordings_.size());
    std::uint64_t clips = 0;
    for (const Recording& recording : recordings_) clips += recording.clips.size();
    std::error_code code;
    fs::create_directories(folder_ / "videos", code);
    Progress progress("export cosmos", clips, options_.is_quiet);
    parallel_for(recordings_.size(), options_.jobs, [&](std::size_t i) {
      const Status status = make(recordings_[i], made_[i], progress);
      if (!status.ok()) errors[i] = status.error();
    });
    for (const auto& error : errors) {
      if (error) return *error;
    }
    return done();
  }

  Status write(Papers& papers) {
    std::array<Json, kParts.size()> lists;
    for (Json& list : lists) list = Json::array();
    std::array<std::vector<std::string>, kParts.size()> names;
    Json controls = {{"blur", 0}, {"depth", 0}, {"seg", 0}};
    std::int64_t captioned = 0;
    for (std::size_t i = 0; i < made_.size(); ++i) {
      const Recording& recording = recordings_[i];
      const SourceRow& source = selection_.sources[recording.source].source;
      papers.drops.add(made_[i].drops);
      for (const KeptClip& clip : made_[i].clips) {
        lists[recording.part].push_back({{"video", "videos/" + clip.name + ".mp4"}});
        names[recording.part].push_back(clip.name);
        ++papers.rows[std::string(kParts[recording.part])][kTask][source.source_id.text];
        add_case(papers.cases, kParts[recording.part], privacy_, source.source_id.text,
                 recording.video->case_id.text);
        (source.is_simulated ? papers.has_simulated : papers.has_real) = true;
        for (const std::string& word : clip.controls) controls[word] = controls[word].get<std::int64_t>() + 1;
        captioned += clip.has_temporal_caption;
      }
    }
    papers.more = {{"clips_with_control", controls}, {"clips_with_temporal_caption", captioned}};
    if (papers.rows_total() == 0) return done();
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      if (names[part].empty()) continue;
      SURGSIGMA_CHECK(write_part(part, lists[part], names[part], papers));
    }
    return done();
  }

 private:
  Result<std::vector<Annotation>> annotations_of(const VideoRow& video) const {
    return read_rows<Annotation>(engine_, database_.files("annotations", video.source_id.text, video.unit),
                                 "video_id = " + sql_quoted(video.video_id.text));
  }

  Status list_sources() {
    for (const SourceShare& share : selection_.sources) {
      const std::string& id = share.source.source_id.text;
      const SourceCard* card = catalog_.source(share.source.source_id);
      const fs::path root = folder_of_source(options_, database_.manifest(), id);
      if (card == nullptr || root.empty()) continue;
      auto media = SourceMedia::open(*card, root);
      if (media.ok()) sources_.emplace(id, std::move(*media));  // a folder that is gone: its videos are counted below
    }
    return done();
  }

  /// The name that the recording has outside.
  VideoId shown_id(const Recording& recording) const {
    return VideoId(privacy_.shown_video(recording.video->source_id.text, recording.video->video_id.text));
  }

  const VideoMedia* media_of(const Recording& recording) const {
    const auto found = sources_.find(recording.video->source_id.text);
    return found == sources_.end() ? nullptr : found->second.find(recording.video->video_id.text);
  }

  fs::path root_of(const Recording& recording) const {
    return folder_of_source(options_, database_.manifest(), recording.video->source_id.text);
  }

  Status make(const Recording& recording, Made& made, Progress& progress) const {
    const VideoId id = shown_id(recording);
    if (!recording.fault.empty()) {
      made.drops.add(recording.fault, id.text);
      return done();
    }
    if (recording.clips.empty()) return done();
    const PixelGate gate(privacy_, *recording.video);
    std::optional<Video> video;
    if (recording.is_file()) {
      auto opened = Video::open(root_of(recording) / recording.medium.path);
      if (!opened.ok()) {
        made.drops.add("broken_video", id.text);
        return done();
      }
      video = std::move(*opened);
    }
    const ClipPixels pixels{root_of(recording),  catalog_.source(recording.video->source_id),
                            media_of(recording), video ? &*video : nullptr,
                            recording.rate(),    &gate};
    SURGSIGMA_TRY(annotations, annotations_of(*recording.video));
    const VideoRow& row = *recording.video;
    const ClipAbout names{id.text, privacy_.shown_case(row.source_id.text, row.case_id.text),
                          &selection_.sources[recording.source].source, catalog_.source(row.source_id),
                          &catalog_.ontology};
    for (const PlannedClip& plan : recording.clips) {
      const std::string name = clip_name(id, plan.frames.front());
      if (gate.hides_all_within(plan.begin_us, plan.end_us)) {
        made.drops.add("hidden_clip", id.text + "@" + std::to_string(plan.frames.front()));
        continue;
      }
      SURGSIGMA_TRY(clip, make_clip(plan, settings_.shape, settings_.fit, pixels, folder_ / "videos" / name));
      progress.advance();
      const std::string example = id.text + "@" + std::to_string(plan.frames.front());
      for (const std::string& fault : clip.faults_of_controls) made.drops.add(fault, example);
      if (!clip.fault.empty()) {
        made.drops.add(clip.fault, example);
        continue;
      }
      const Json about = about_clip(recording, names, annotations, plan, clip, settings_.shape);
      SURGSIGMA_CHECK(write_file(folder_ / "videos" / (name + ".json"), about.dump(2) + "\n"));
      made.clips.push_back({name, clip.controls, about["caption_json"].contains("temporal_caption")});
    }
    return done();
  }

  /// The manifest of a part and the files it names; all are read back and hashed.
  Status write_part(std::size_t part, const Json& list, const std::vector<std::string>& names, Papers& papers) const {
    const std::string part_name(kParts[part]);
    const std::string manifest = "manifests/" + part_name + ".json";
    SURGSIGMA_CHECK(write_file(folder_ / manifest, Json{{std::string(kLists[part]), list}}.dump(1) + "\n"));
    SURGSIGMA_TRY(text, read_file(folder_ / manifest));
    SURGSIGMA_TRY(read, parse_json(text, manifest));
    if (read[std::string(kLists[part])].size() != names.size()) {
      return Error{ErrorKind::kInternal, "the manifest reads back with another number of clips", manifest,
                   "please report this with the command you gave"};
    }
    SURGSIGMA_TRY(file, file_of_export(folder_, manifest, kTask, part_name, static_cast<std::int64_t>(names.size())));
    papers.files.push_back(std::move(file));
    for (const std::string& name : names) {
      for (const char* ending : {".mp4", ".json", ".blur.mp4", ".depth.mp4", ".seg.mp4"}) {
        const std::string path = "videos/" + name + ending;
        std::error_code code;
        if (!fs::exists(folder_ / path, code)) continue;
        SURGSIGMA_TRY(one, file_of_export(folder_, path, "", part_name, 0));
        papers.files.push_back(std::move(one));
      }
    }
    return done();
  }

  const Database& database_;
  const Catalog& catalog_;
  const ExportOptions& options_;
  const CosmosSettings& settings_;
  const Privacy& privacy_;
  const Selection& selection_;
  fs::path folder_;
  std::shared_ptr<Engine> engine_;
  std::vector<VideoRow> videos_;
  std::vector<Recording> recordings_;
  std::map<std::string, SourceMedia> sources_;
  std::vector<Made> made_;
};

}  // namespace

ExportFormatRow cosmos_format() {
  return {"cosmos", "clips with structured captions and control videos, as Cosmos-H-Surgical is post-trained"};
}

Result<ImageSize> parse_clip_size(std::string_view text) {
  const auto parts = split(text, 'x');
  if (parts.size() == 2) {
    const auto width = parse_int(parts[0]), height = parse_int(parts[1]);
    if (width && height && *width > 0 && *height > 0 && *width <= 8192 && *height <= 8192) {
      return ImageSize{static_cast<int>(*width), static_cast<int>(*height)};
    }
  }
  return Error{ErrorKind::kUsage, "not a size of clips: " + quoted(text), "--clip-size", "e.g. 832x480"};
}

Result<ExportReport> export_cosmos(const Database& database, const Catalog& catalog, const ExportOptions& options,
                                   const CosmosSettings& settings) {
  SURGSIGMA_CHECK(refuse_words(options, true));
  if (settings.clips_per_video < 0) {
    return Error{ErrorKind::kUsage, "a number of clips below 0", "--clips-per-video", "0: all that fit"};
  }
  SURGSIGMA_TRY(views, database.engine_with_views(options.jobs));
  SURGSIGMA_TRY(selection, select_videos(*views, database, options));
  SURGSIGMA_TRY(engine, Engine::open(1));
  UnfinishedFolder folder(options.out);
  SURGSIGMA_CHECK(folder.make());
  SURGSIGMA_TRY(privacy, Privacy::read(database, options.purpose));
  CosmosExport work(database, catalog, options, settings, privacy, selection, folder.path(), engine);
  SURGSIGMA_CHECK(work.find_recordings());
  SURGSIGMA_CHECK(work.plan());
  Caps caps(options.cap, false, options.seed);
  work.draw_caps(caps);
  SURGSIGMA_CHECK(work.make_all());
  Papers papers;
  papers.options = &options;
  papers.selection = &selection;
  papers.over_cap = caps.left_out();
  describe(settings, papers);
  SURGSIGMA_CHECK(work.write(papers));
  if (options.requires_media && papers.drops.count("missing_video") > 0) {
    return Error{ErrorKind::kNotFound, std::to_string(papers.drops.count("missing_video")) + " videos are missing",
                 papers.drops.by_rule().at("missing_video").example,
                 "name their folder with --media DIR, or leave out --require-media: those videos then stay out"};
  }
  if (papers.rows_total() == 0) return nothing_written(papers, kPage);
  describe_made(settings, papers);
  SURGSIGMA_CHECK(write_papers_of(papers, database, folder.path()));
  SURGSIGMA_CHECK(folder.put_in_place());
  return report_of(papers);
}

}  // namespace surgsigma
