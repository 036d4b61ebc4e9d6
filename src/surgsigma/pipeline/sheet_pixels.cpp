#include "surgsigma/pipeline/sheet_pixels.h"

#include <algorithm>

#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/video.h"
#include "surgsigma/pipeline/stages.h"
#include "surgsigma/refine/measure.h"

namespace surgsigma {
namespace {

/// Evenly from `items`, the middle of each stretch.
template <class Item>
std::vector<Item> evenly(const std::vector<Item>& items, std::size_t count) {
  if (items.size() <= count) return items;
  std::vector<Item> kept;
  for (std::size_t i = 0; i < count; ++i) kept.push_back(items[(2 * i + 1) * items.size() / (2 * count)]);
  return kept;
}

bool is_there(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

}  // namespace

fs::path SheetPixels::root_of(const std::string& source) const {
  for (const Input& input : database_->manifest().inputs) {
    if (input.source == source) return input.path;
  }
  return {};
}

Result<SheetPixels::Medium> SheetPixels::medium_of(const SheetMoment& where) {
  Medium medium;
  SURGSIGMA_CHECK(
      engine_->query_json("SELECT m.path, m.codec, v.frame_rate_num AS num, v.frame_rate_den AS den FROM media m JOIN "
                          "videos v USING (video_id) "
                          "WHERE video_id = " +
                              sql_quoted(where.video) + " LIMIT 1",
                          [&](const Json& row) {
                            medium.path = row.value("path", "");
                            medium.is_folder = row.value("codec", "") == "pictures";
                            medium.rate = {std::max<std::int64_t>(row.value("num", std::int64_t{25}), 1),
                                           std::max<std::int64_t>(row.value("den", std::int64_t{1}), 1)};
                            return done();
                          }));
  return medium;
}

Error SheetPixels::no_pixels(const SheetMoment& where) const {
  return {ErrorKind::kNotFound, "no pixels: neither video nor pictures were found",
          where.media.empty() ? where.video : where.media, "put them where the source has them, then build again"};
}

Result<SheetPixels> SheetPixels::open(const Database& database, Engine& engine) {
  SURGSIGMA_TRY(privacy, Privacy::read(database, Purpose::kInternal));
  return SheetPixels(database, engine, std::move(privacy));
}

Result<Image> SheetPixels::passed(Image&& picture, const SheetMoment& where, Microseconds time) {
  const std::string videos[] = {where.video};
  SURGSIGMA_CHECK(privacy_.check_pixels(videos));
  if (const HidingPlan* plan = privacy_.plan(where.video)) SURGSIGMA_CHECK(plan->apply(picture, time));
  return std::move(picture);
}

Result<std::vector<SheetPanel>> SheetPixels::frames_of(const Medium& medium, const SheetMoment& where,
                                                       std::vector<std::int64_t> frames) {
  const fs::path file = root_of(where.source) / medium.path;
  if (!is_there(file))
    return Error{ErrorKind::kNotFound, "the file is not there", where.source + "/" + medium.path, ""};
  VideoOptions options;
  options.index = video_index_file(database_->folder() / kVideoIndexFolder, where.video, medium.path);
  std::error_code code;
  if (!fs::exists(options.index, code)) options.index.clear();  // looking writes nothing into a database
  SURGSIGMA_TRY(video, Video::open(file, options));
  for (const std::int64_t frame : frames) {
    if (frame < video.info().frames) continue;
    return Error{ErrorKind::kData,
                 "there is no frame " + std::to_string(frame) + " in the " + std::to_string(video.info().frames) +
                     " of the video",
                 where.source + "/" + medium.path, ""};
  }
  std::vector<SheetPanel> panels;
  SURGSIGMA_CHECK(video.frames(std::move(frames), [&](VideoFrame&& frame) -> Status {
    SURGSIGMA_TRY(picture, passed(std::move(frame.image), where, frame.time_us));
    panels.push_back({std::move(picture), clock_text(frame.time_us), {}});
    return done();
  }));
  return panels;
}

Result<std::vector<SheetPanel>> SheetPixels::pictures_of(const SheetMoment& where) {
  struct Found {
    std::string path;
    Microseconds time;
  };
  std::vector<Found> found;
  SURGSIGMA_CHECK(
      engine_->query_json("SELECT media, time_us FROM frames WHERE video_id = " + sql_quoted(where.video) +
                              " AND time_us >= " + std::to_string(where.begin_us) + " AND time_us < " +
                              std::to_string(where.end_us) + " AND media <> '' ORDER BY time_us",
                          [&](const Json& row) {
                            found.push_back({row.value("media", ""), row.value("time_us", Microseconds{0})});
                            return done();
                          }));
  if (found.empty()) return no_pixels(where);
  std::vector<SheetPanel> panels;
  for (const Found& one : evenly(found, kStripPictures)) {
    const fs::path file = root_of(where.source) / one.path;
    if (!is_there(file)) return Error{ErrorKind::kNotFound, "the file is not there", where.source + "/" + one.path, ""};
    SURGSIGMA_TRY(picture, read_picture(file));
    SURGSIGMA_TRY(seen, passed(std::move(picture), where, one.time));
    panels.push_back({std::move(seen), clock_text(one.time), {}});
  }
  return panels;
}

Result<std::vector<SheetPanel>> SheetPixels::moment(const SheetMoment& where) {
  SURGSIGMA_TRY(medium, medium_of(where));
  if (medium.path.empty()) return no_pixels(where);
  if (!medium.is_folder) {
    return frames_of(medium, where, {where.frame >= 0 ? where.frame : frame_at(where.begin_us, medium.rate)});
  }
  // A picture is named by the row; its first part is the source.
  const std::string path =
      where.media.starts_with(where.source + "/") ? where.media.substr(where.source.size() + 1) : where.media;
  const fs::path file = root_of(where.source) / path;
  if (path.empty() || !is_there(file)) return Error{ErrorKind::kNotFound, "the file is not there", where.media, ""};
  SURGSIGMA_TRY(picture, read_picture(file));
  SURGSIGMA_TRY(seen, passed(std::move(picture), where, where.begin_us));
  std::vector<SheetPanel> panels;
  panels.push_back({std::move(seen), "", {}});
  return panels;
}

Result<std::vector<SheetPanel>> SheetPixels::clip(const SheetMoment& where) {
  SURGSIGMA_TRY(medium, medium_of(where));
  if (medium.path.empty()) return no_pixels(where);
  if (medium.is_folder) return pictures_of(where);
  std::vector<std::int64_t> frames;
  for (int i = 0; i < kStripPictures; ++i) {
    const Microseconds time = where.begin_us + (where.end_us - where.begin_us) * (2 * i + 1) / (2 * kStripPictures);
    const std::int64_t frame = frame_at(time, medium.rate);
    if (frames.empty() || frames.back() != frame) frames.push_back(frame);
  }
  return frames_of(medium, where, std::move(frames));
}

Result<Image> SheetPixels::own_picture(const std::string& path, const SheetMoment& where) {
  if (!is_safe_relative(path)) return Error{ErrorKind::kData, "a path that leaves the database", path, ""};
  const fs::path file = database_->folder() / path;
  if (!is_there(file))
    return Error{ErrorKind::kNotFound, "the file is not there", path, "`surgsigma build` makes it again"};
  SURGSIGMA_TRY(picture, read_picture(file));
  return passed(std::move(picture), where, where.begin_us);
}

Result<std::vector<SheetPanel>> SheetPixels::own_clip(const std::string& path, int count, const SheetMoment& where) {
  if (!is_safe_relative(path)) return Error{ErrorKind::kData, "a path that leaves the database", path, ""};
  const fs::path file = database_->folder() / path;
  if (!is_there(file))
    return Error{ErrorKind::kNotFound, "the file is not there", path, "`surgsigma build` makes it again"};
  SURGSIGMA_TRY(video, Video::open(file));
  std::vector<std::int64_t> frames;
  for (std::int64_t i = 0; i < video.info().frames; ++i) frames.push_back(i);
  std::vector<SheetPanel> panels;
  SURGSIGMA_CHECK(video.frames(evenly(frames, static_cast<std::size_t>(count)), [&](VideoFrame&& frame) -> Status {
    const Microseconds time = where.begin_us + frame.time_us;
    SURGSIGMA_TRY(picture, passed(std::move(frame.image), where, time));
    panels.push_back({std::move(picture), clock_text(time), {}});
    return done();
  }));
  return panels;
}

bool SheetPixels::has_pixels(const SheetMoment& where, bool is_clip) {
  const auto medium = medium_of(where);
  if (!medium.ok() || medium->path.empty()) return false;
  if (!medium->is_folder) return is_there(root_of(where.source) / medium->path);
  if (!is_clip)
    return where.media.size() > where.source.size() &&
           is_there(root_of(where.source) / where.media.substr(where.source.size() + 1));
  std::int64_t count = 0;
  const Status counted =
      engine_->query_json("SELECT count(*) AS n FROM frames WHERE video_id = " + sql_quoted(where.video) +
                              " AND media <> '' AND time_us >= " + std::to_string(where.begin_us) + " AND time_us < " +
                              std::to_string(where.end_us),
                          [&](const Json& row) {
                            count = row.value("n", std::int64_t{0});
                            return done();
                          });
  return counted.ok() && count > 0;
}

}  // namespace surgsigma
