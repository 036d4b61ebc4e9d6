#include "surgsigma/export/media_collect.h"

#include <algorithm>

#include "surgsigma/media/frame_folder.h"
#include "surgsigma/schema/picture_paths.h"

namespace surgsigma {
namespace {

enum Column : std::size_t { kId, kTask, kVideo, kCase, kSubject, kBegin, kEnd, kMedia, kClass };

std::string sql_of(const RenderPlan& plan, const Partition& partition) {
  return std::string("SELECT conversation_id, task, video_id, case_id, subject, begin_us, end_us, media, ") +
         (plan.caps->is_balanced() ? "answer_class" : "''") + " FROM read_parquet(" +
         sql_quoted((plan.database->folder() / partition.file).string()) + ") WHERE " + plan.selection->where;
}

void read_texts(const ColumnView& column, std::size_t row, std::vector<std::string_view>& out) {
  const ListEntry entry = static_cast<const ListEntry*>(column.data)[row];
  out.clear();
  for (std::uint64_t i = 0; i < entry.length; ++i) out.push_back(text_at(column.child, entry.offset + i));
}

}  // namespace

MediaCollector::MediaCollector(const RenderPlan& plan, const Catalog& catalog, const std::vector<VideoRow>& videos)
    : plan_(plan), catalog_(catalog) {
  for (const VideoRow& video : videos) videos_[video.video_id.text] = &video;
}

Status MediaCollector::collect(const Partition& partition) {
  const auto parts = plan_.selection->parts.find(partition.source);
  const bool is_chosen =
      std::any_of(plan_.selection->sources.begin(), plan_.selection->sources.end(),
                  [&](const SourceShare& share) { return share.source.source_id.text == partition.source; });
  if (!is_chosen || parts == plan_.selection->parts.end()) return done();
  SURGSIGMA_TRY(stream, ChunkStream::open(plan_.engine, sql_of(plan_, partition)));
  std::vector<std::string_view> listed;
  ShownMedia shown;
  while (true) {
    SURGSIGMA_TRY(count, stream->next());
    if (count == 0) return done();
    const auto& columns = stream->columns();
    for (std::size_t i = 0; i < count; ++i) {
      const auto text = [&](Column column) { return text_at(columns[column].data, i); };
      const auto number = [&](Column column) { return static_cast<const std::int64_t*>(columns[column].data)[i]; };
      const int part = parts->second.find(text(kCase));
      if (part == kNoPart) continue;
      if (plan_.caps->is_used() && !plan_.caps->keeps(text(kTask), part, text(kClass), text(kId))) continue;
      read_texts(columns[kMedia], i, listed);
      const bool is_clip = text(kSubject) == word(Subject::kClip);
      const MediaQuestion question{partition.source, text(kVideo), is_clip, number(kBegin), number(kEnd), &listed};
      if (!plan_.rules.names->name(question, shown)) continue;  // such a row is refused, and counted then
      MediaQuestion of_item = question;
      of_item.is_clip = shown.is_video;
      for (const ShownMedium& medium : shown.items) want(medium, of_item);
    }
  }
}

void MediaCollector::want(const ShownMedium& medium, const MediaQuestion& question) {
  const MediumKey key = medium_key(medium, question.is_clip, question.begin_us, question.end_us);
  if (!known_.insert(key).second) return;
  ++count_;
  const auto known = wanted_.find(question.video);
  WantedMedia& of_video = known != wanted_.end() ? known->second : wanted_[std::string(question.video)];
  of_video.source = question.source;
  of_video.video = question.video;
  const bool is_shipped = medium.made_from.empty();
  if (question.is_clip) {
    of_video.clips.push_back({key, medium.path, {question.begin_us, question.end_us}, is_shipped});
    return;
  }
  const auto video = videos_.find(question.video);
  const FrameRate rate =
      video == videos_.end() ? FrameRate{} : FrameRate{video->second->frame_rate_num, video->second->frame_rate_den};
  std::optional<std::int64_t> frame;
  if (!is_shipped) {
    frame = frame_number_in_name(std::string_view(medium.path).substr(medium.path.rfind('/') + 1));
  } else if (const auto card = catalog_.sources.find(SourceId(std::string(question.source)));
             card != catalog_.sources.end() && video != videos_.end()) {
    frame = PicturePaths(card->second, *video->second).native_frame(medium.path);
  }
  of_video.pictures.push_back({key,
                               medium.path,
                               frame.value_or(frame_at(std::max<Microseconds>(question.begin_us, 0), rate)),
                               is_shipped,
                               {0, 1}});
}

std::vector<WantedMedia> MediaCollector::take() {
  std::vector<WantedMedia> taken;
  taken.reserve(wanted_.size());
  for (auto& [video, media] : wanted_) taken.push_back(std::move(media));
  wanted_.clear();
  count_ = 0;
  return taken;
}

}  // namespace surgsigma
