#include "surgsigma/export/media_steps.h"

#include "surgsigma/base/progress.h"
#include "surgsigma/base/text.h"
#include "surgsigma/export/media_collect.h"
#include "surgsigma/export/media_cutter.h"
#include "surgsigma/export/media_lists.h"

namespace surgsigma {
namespace {

/// Recordings of private sources whose rows may go out.
Status check_private_pixels(const RenderPlan& plan) {
  std::vector<std::string> sources;
  for (const SourceShare& share : plan.selection->sources) {
    if (share.source.is_private) sources.push_back(sql_quoted(share.source.source_id.text));
  }
  if (sources.empty()) return done();
  SURGSIGMA_TRY(engine, plan.database->engine_with_views(1));
  SURGSIGMA_TRY(
      table, engine->query("SELECT DISTINCT source_id, case_id, video_id FROM conversations WHERE " +
                               plan.selection->where + " AND source_id IN (" + join(sources, ", ") + ") ORDER BY ALL",
                           100'000'000));
  std::vector<std::string> videos;
  for (const auto& row : table.rows) {
    const auto parts = plan.selection->parts.find(row[0].value_or(""));
    const bool goes_out = parts != plan.selection->parts.end() && parts->second.find(row[1].value_or("")) != kNoPart;
    if (goes_out) videos.push_back(row[2].value_or(""));
  }
  return plan.rules.privacy->check_pixels(videos);
}

}  // namespace

Status check_media_wishes(const ExportOptions& options, const FormatRow& format) {
  const MediaWriting& media = options.media;
  if (!media.is_wanted && media.has_wishes()) {
    return Error{ErrorKind::kUsage, "formats, sizes and rates of pictures and clips need media that are written",
                 "export", "add --write-media"};
  }
  if (media.clip_form() == ClipForm::kFrames && !format.takes_frame_lists) {
    std::vector<std::string> taking;
    for (const FormatRow& row : format_rows()) {
      if (row.takes_frame_lists) taking.emplace_back(row.name);
    }
    return Error{ErrorKind::kUsage,
                 "the loader of the format " + std::string(format.name) + " takes no lists of frames", "export",
                 "--clips frames goes with " + join(taking, " and ") + "; leave it out for mp4"};
  }
  return check_media_writing(media);
}

Status check_named_media(const Privacy& privacy, const Selection& selection, const FormatRow& format) {
  std::vector<std::string> sources;
  for (const SourceShare& share : selection.sources) sources.push_back(share.source.source_id.text);
  SURGSIGMA_CHECK(privacy.check_paths(sources));
  return format.embeds_pictures ? privacy.check_embedding(sources) : done();
}

Status write_media(const RenderPlan& plan, const Catalog& catalog, const std::vector<Partition>& partitions,
                   const std::vector<VideoRow>& videos, MediaStore& store, WrittenMedia& written) {
  SURGSIGMA_CHECK(check_private_pixels(plan));
  constexpr std::size_t kEnoughMedia = 200'000;
  CutRules rules;
  rules.wishes = &plan.options->media;
  rules.places = plan.rules.places;
  rules.catalog = &catalog;
  rules.privacy = plan.rules.privacy;
  for (const VideoRow& video : videos) rules.videos[video.video_id.text] = &video;
  rules.index_folder = plan.database->folder() / ".video-index";
  rules.jobs = plan.options->jobs;
  MediaCollector collector(plan, catalog, videos);
  Progress progress("media", 0, plan.options->is_quiet);
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    SURGSIGMA_CHECK(collector.collect(partitions[i]));
    if (collector.count() < kEnoughMedia && i + 1 < partitions.size()) continue;
    SURGSIGMA_CHECK(cut_media(collector.take(), rules, store, written, progress));
  }
  progress.finish();
  return done();
}

Status settle_rendered(const WrittenMedia& written, const std::vector<Rendered>& rendered, MediaStore& store,
                       ExportFacts& facts) {
  std::vector<MediumKey> shown;
  for (const Rendered& one : rendered) shown.insert(shown.end(), one.written.begin(), one.written.end());
  SURGSIGMA_TRY(settled, settle_media(written, shown, store));
  settled.scaled_rows = facts.written.scaled_rows;
  settled.unwritten = facts.written.unwritten;
  facts.written = std::move(settled);
  return done();
}

}  // namespace surgsigma
