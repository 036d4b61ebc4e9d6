#include "surgsigma/export/pairs/pair_pictures.h"

#include <utility>

#include "surgsigma/export/finished_picture.h"
#include "surgsigma/export/media.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/resize.h"
#include "surgsigma/media/video.h"

namespace surgsigma {
namespace {

bool is_clip(const fs::path& file) { return is_video_path(file.string()); }

/// Its values mean something: no new ones, and nothing that loses any.
bool has_values(std::string_view role) { return role == "mask" || role == "depth"; }

/// A file on its way: where it is, and its size.
struct PairFile {
  fs::path* path = nullptr;
  std::int64_t* bytes = nullptr;
  ImageSize size;
};

Status write(PairFile& file, const fs::path& to, const std::string& bytes) {
  SURGSIGMA_CHECK(write_file(to, bytes));
  *file.path = to;
  *file.bytes = static_cast<std::int64_t>(bytes.size());
  return done();
}

/// Errors of reading are of the data, whatever the file system called them.
Error unreadable(const Error& error) { return {ErrorKind::kData, error.what, error.where, error.hint}; }

Status finish_picture_file(PairFile& file, bool keeps_values, bool is_for_clip, const MediaWriting& wishes,
                           const std::string& work) {
  auto bytes = read_file(*file.path);
  if (!bytes.ok()) return unreadable(bytes.error());
  auto decoded = decode_picture(*bytes, file.path->string());
  if (!decoded.ok()) return unreadable(decoded.error());
  Image picture = std::move(*decoded);
  const PixelRules rules{&wishes, nullptr};  // what is private was hidden when the pair was made
  file.size = rules.size_of(picture.size(), is_for_clip);
  const PictureFormat own = picture_format(*bytes);
  const PictureFormat format = keeps_values ? PictureFormat::kPng : wishes.format.value_or(own);
  const bool stays = file.size == picture.size() && format == own && (keeps_values || !wishes.quality);
  if (stays) return done();
  if (keeps_values && file.size != picture.size()) {
    SURGSIGMA_TRY(small, resized(picture, file.size, Resampling::kNearest));
    picture = std::move(small);
  } else {
    SURGSIGMA_CHECK(finish_picture(picture, rules, 0, is_for_clip));
  }
  SURGSIGMA_TRY(encoded, encoded_picture(picture, format, wishes));
  return write(file, work + std::string(picture_ending(format)), encoded);
}

Status finish_clip_file(PairFile& file, const MediaWriting& wishes, const std::string& work) {
  auto video = Video::open(*file.path);
  if (!video.ok()) return unreadable(video.error());
  const PixelRules rules{&wishes, nullptr};
  file.size = rules.size_of(video->info().size, true);
  if (file.size == video->info().size) return done();
  const fs::path to = work + ".mp4";
  ClipSettings settings;
  settings.rate = video->info().constant_rate.value_or(video->info().average_rate);
  SURGSIGMA_TRY(clip, ClipWriter::open(to, file.size, settings));
  for (VideoFrame frame;;) {
    const auto more = video->next(frame);
    if (!more.ok()) return unreadable(more.error());
    if (!*more) break;
    SURGSIGMA_CHECK(finish_picture(frame.image, rules, frame.time_us, true));
    SURGSIGMA_CHECK(clip.add(frame.image));
  }
  SURGSIGMA_CHECK(clip.close());
  std::error_code code;
  *file.bytes = static_cast<std::int64_t>(fs::file_size(to, code));
  if (code) return Error{ErrorKind::kIo, "cannot read back: " + code.message(), to.string(), ""};
  *file.path = to;
  return done();
}

}  // namespace

Status finish_pair(PairSample& sample, const MediaWriting& wishes, const fs::path& work, const std::string& name) {
  const PairRoles& roles = *find_pair_roles(sample.row.task);
  const std::string begin = (work / name).string();
  const bool has_clip = is_clip(sample.target);
  PairFile input{&sample.input, &sample.input_bytes, {}};
  PairFile target{&sample.target, &sample.target_bytes, {}};
  SURGSIGMA_CHECK(finish_picture_file(input, has_values(roles.input), has_clip, wishes, begin + "-input"));
  SURGSIGMA_CHECK(has_clip ? finish_clip_file(target, wishes, begin + "-target")
                           : finish_picture_file(target, has_values(roles.target), false, wishes, begin + "-target"));
  sample.row.width = input.size.width;
  sample.row.height = input.size.height;
  return done();
}

}  // namespace surgsigma
