#include "surgsigma/media/extract.h"

#include <fcntl.h>
#include <unistd.h>

extern "C" {
#include <libavutil/frame.h>
}

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <numeric>
#include <system_error>
#include <utility>

#include "surgsigma/base/threads.h"
#include "surgsigma/media/resize.h"
#include "surgsigma/media/video_container.h"
#include "surgsigma/media/video_index.h"
#include "surgsigma/media/video_jpeg.h"
#include "surgsigma/media/video_pixels.h"
#include "surgsigma/media/video_reader.h"
#include "surgsigma/media/video_stream.h"

namespace surgsigma {
namespace {

using TakeExtracted = std::function<Status(ExtractedFrame&&)>;

/// What the threads have in common: where results go, and the first failure, which ends the work.
class Gathering {
 public:
  explicit Gathering(const TakeExtracted& take) : take_(take) {}
  bool has_failed() const { return has_failed_; }

  void add(ExtractedFrame&& frame) {
    const std::int64_t index = frame.index;
    if (const Status status = take_(std::move(frame)); !status.ok()) return fail(status.error());
    const std::lock_guard lock(mutex_);
    extraction_.written.push_back(index);
  }
  void add_broken(std::int64_t index, Error error) {
    const std::lock_guard lock(mutex_);
    extraction_.broken.push_back({index, std::move(error)});
  }
  void fail(Error error) {
    const std::lock_guard lock(mutex_);
    if (!has_failed_.exchange(true)) failure_ = std::move(error);
  }

  Result<Extraction> result() {
    if (has_failed_) return failure_;
    std::sort(extraction_.written.begin(), extraction_.written.end());
    std::sort(extraction_.broken.begin(), extraction_.broken.end(),
              [](const BrokenFrame& a, const BrokenFrame& b) { return a.index < b.index; });
    return std::move(extraction_);
  }

 private:
  const TakeExtracted& take_;
  std::mutex mutex_;
  Extraction extraction_;
  std::atomic<bool> has_failed_ = false;
  Error failure_;
};

Result<std::string> encode_in_size(Image image, const ExtractSettings& settings) {
  const ImageSize size = right_size(image.size(), settings.size);
  if (size == image.size()) return encode_jpeg(image, settings.quality);
  SURGSIGMA_TRY(small, resized(image, size, Resampling::kArea));
  return encode_jpeg(small, settings.quality);
}

/// A video file whose frames are wanted.
class FileExtraction {
 public:
  static Result<std::unique_ptr<FileExtraction>> open(const fs::path& path, const ExtractSettings& settings) {
    SURGSIGMA_TRY(container, av::Container::open(path, settings.video));
    SURGSIGMA_CHECK(av::check_size(*container, settings.video.limits));
    VideoOptions options = settings.video;
    options.threads = settings.jobs;
    SURGSIGMA_TRY(index, index_of_video(path, options));
    auto work = std::make_unique<FileExtraction>();
    work->path_ = path;
    work->settings_ = settings;
    work->orientation_ = av::orientation_of(container->track());
    work->size_ = av::video_info(*container, index).size;
    work->map_ = std::make_shared<const av::PacketMap>(std::move(index));
    return work;
  }

  std::int64_t frames() const { return map_->frames(); }

  /// Many entries: each thread decodes and encodes stretches of its own. Few: they take turns at one decoder, and each
  /// encodes what it got.
  void run(const std::vector<std::int64_t>& indices, Gathering& gathering) {
    const int jobs = std::max(settings_.jobs, 1);
    const auto stretches = map_->stretches_of(indices);
    if (stretches.size() >= static_cast<std::size_t>(kStretchesPerJob * jobs) || jobs == 1) {
      run_stretches(stretches, jobs, gathering);
    } else {
      run_together(indices, jobs, gathering);
    }
  }

 private:
  static constexpr int kStretchesPerJob = 4;
  /// What a thread works with.
  struct Tools {
    std::unique_ptr<av::FrameReader> reader;
    av::PlaneEncoder encoder;
  };

  void run_stretches(const std::vector<std::vector<std::int64_t>>& stretches, int jobs, Gathering& gathering) {
    std::mutex mutex;
    std::vector<std::unique_ptr<Tools>> idle;
    parallel_for(stretches.size(), jobs, [&](std::size_t i) {
      if (gathering.has_failed()) return;
      std::unique_ptr<Tools> tools;
      {
        const std::lock_guard lock(mutex);
        if (!idle.empty()) {
          tools = std::move(idle.back());
          idle.pop_back();
        }
      }
      if (!tools) {
        tools = std::make_unique<Tools>();
        auto reader = av::FrameReader::open(path_, settings_.video, map_);
        if (!reader) return gathering.fail(reader.error());
        tools->reader = std::move(*reader);
      }
      tools->reader->want(stretches[i]);
      for (const std::int64_t index : stretches[i]) {
        if (gathering.has_failed()) return;
        finish(index, tools->reader->next(), tools->encoder, gathering);
      }
      const std::lock_guard lock(mutex);
      idle.push_back(std::move(tools));
    });
  }

  void run_together(const std::vector<std::int64_t>& indices, int jobs, Gathering& gathering) {
    auto reader = av::FrameReader::open(path_, settings_.video, map_);
    if (!reader) return gathering.fail(reader.error());
    (*reader)->want(indices);
    std::mutex mutex;
    std::size_t at = 0;
    parallel_for(static_cast<std::size_t>(jobs), jobs, [&](std::size_t) {
      av::PlaneEncoder encoder;
      while (!gathering.has_failed()) {
        std::unique_lock lock(mutex);
        if (at == indices.size()) return;
        const std::int64_t index = indices[at++];
        auto picture = (*reader)->next();
        lock.unlock();
        finish(index, std::move(picture), encoder, gathering);
      }
    });
  }

  void finish(std::int64_t index, Result<std::optional<av::FrameReader::Picture>> picture, av::PlaneEncoder& encoder,
              Gathering& gathering) const {
    if (!picture) return gathering.add_broken(index, picture.error());
    if (!*picture) return gathering.add_broken(index, broken(index, "cannot be read: the file gave up before it"));
    auto frame = encode(**picture, encoder);
    if (!frame) return gathering.add_broken(index, frame.error());
    gathering.add(std::move(*frame));
  }

  Error broken(std::int64_t index, const std::string& what) const {
    return {ErrorKind::kData, "frame " + std::to_string(index) + " " + what, path_.string(), ""};
  }

  Result<ExtractedFrame> encode(const av::FrameReader::Picture& picture, av::PlaneEncoder& encoder) const {
    const AVFrame& frame = *picture.frame;
    const ImageSize stored{frame.width, frame.height};
    const ImageSize size = orientation_.upright(stored);
    if (size != size_) return broken(picture.index, "has another size than the video; cut the video there");
    const std::string what = path_.string() + ": frame " + std::to_string(picture.index);
    ExtractedFrame extracted{picture.index, map_->index().time_of(picture.index), right_size(size, settings_.size), ""};
    if (orientation_.is_upright() && extracted.size == size) {
      if (auto jpeg = encoder.encode(frame, settings_.quality, what)) {
        SURGSIGMA_TRY(bytes, std::move(*jpeg));
        extracted.jpeg = std::move(bytes);
        return extracted;
      }
    }
    SURGSIGMA_TRY(rgb, av::to_rgb(frame, what));
    SURGSIGMA_TRY(bytes, encode_in_size(av::upright(std::move(rgb), orientation_), settings_));
    extracted.jpeg = std::move(bytes);
    return extracted;
  }

  fs::path path_;
  ExtractSettings settings_;
  av::Orientation orientation_;
  ImageSize size_;
  std::shared_ptr<const av::PacketMap> map_;
};

/// Pictures of a folder, each thread with its own.
void run_folder(const fs::path& path, const std::vector<std::int64_t>& indices, const ExtractSettings& settings,
                Gathering& gathering) {
  constexpr std::size_t kBlock = 16;
  const std::size_t blocks = (indices.size() + kBlock - 1) / kBlock;
  parallel_for(blocks, std::max(settings.jobs, 1), [&](std::size_t block) {
    if (gathering.has_failed()) return;
    auto video = Video::open(path, settings.video);
    if (!video) return gathering.fail(video.error());
    const auto first = indices.begin() + static_cast<std::ptrdiff_t>(block * kBlock);
    const auto last = indices.begin() + static_cast<std::ptrdiff_t>(std::min(indices.size(), (block + 1) * kBlock));
    const Status status = video->frames(
        {first, last},
        [&](VideoFrame&& frame) -> Status {
          const ImageSize size = right_size(frame.image.size(), settings.size);
          SURGSIGMA_TRY(jpeg, encode_in_size(std::move(frame.image), settings));
          gathering.add({frame.index, frame.time_us, size, std::move(jpeg)});
          return done();
        },
        [&](std::int64_t index, const Error& error) -> Status {
          gathering.add_broken(index, error);
          return done();
        });
    if (!status.ok()) gathering.fail(status.error());
  });
}

Status check_within(const std::vector<std::int64_t>& indices, std::int64_t frames, const fs::path& video) {
  if (indices.empty() || (indices.front() >= 0 && indices.back() < frames)) return done();
  const std::int64_t wrong = indices.front() < 0 ? indices.front() : indices.back();
  return Error{ErrorKind::kUsage, "no frame " + std::to_string(wrong), video.string(),
               "the video has frames 0 to " + std::to_string(frames - 1)};
}

/// Under its name by rename and without waiting for the disk: a picture that is lost is made again.
Status write_picture(const fs::path& path, std::string_view bytes) {
  static std::atomic<std::uint64_t> counter = 0;
  const fs::path unfinished = path.parent_path() / (".picture-" + std::to_string(::getpid()) + "-" +
                                                    std::to_string(counter++));
  const auto failed = [&](int code) {
    ::unlink(unfinished.c_str());
    return Error{ErrorKind::kIo, "cannot write: " + std::generic_category().message(code), path.string(),
                 code == ENOSPC ? "the disk is full; make room and run again" : ""};
  };
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return failed(errno);
  int code = 0;
  while (!bytes.empty() && code == 0) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) code = errno;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::close(file) != 0 && code == 0) code = errno;
  if (code == 0 && ::rename(unfinished.c_str(), path.c_str()) != 0) code = errno;
  if (code != 0) return failed(code);
  return done();
}

}  // namespace

ImageSize right_size(ImageSize size, const RightSize& wish) {
  if (wish.longest_side) size = fit_long_side(size, *wish.longest_side);
  if (wish.pixels) size = fit_pixels(size, *wish.pixels);
  return size;
}

Result<Extraction> extract_frames(const fs::path& video, std::vector<std::int64_t> indices,
                                  const ExtractSettings& settings, const TakeExtracted& take) {
  if (settings.quality < 1 || settings.quality > 100) {
    return Error{ErrorKind::kUsage, "no JPEG quality " + std::to_string(settings.quality), "", "1 to 100"};
  }
  const bool has_size = settings.size.longest_side.value_or(1) > 0 && settings.size.pixels.value_or(1) > 0;
  if (!has_size) return Error{ErrorKind::kUsage, "a size must be positive", "", ""};
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  Gathering gathering(take);
  std::error_code none;
  if (fs::is_directory(video, none)) {
    SURGSIGMA_TRY(folder, Video::open(video, settings.video));
    SURGSIGMA_CHECK(check_within(indices, folder.info().frames, video));
    run_folder(video, indices, settings, gathering);
  } else {
    SURGSIGMA_TRY(file, FileExtraction::open(video, settings));
    SURGSIGMA_CHECK(check_within(indices, file->frames(), video));
    file->run(indices, gathering);
  }
  return gathering.result();
}

Result<Extraction> extract_files(const fs::path& video, std::vector<std::int64_t> indices, const fs::path& folder,
                                 const std::function<std::string(std::int64_t)>& name,
                                 const ExtractSettings& settings) {
  std::mutex mutex;
  fs::path made;  // the parent folder that is there for certain
  return extract_frames(video, std::move(indices), settings, [&](ExtractedFrame&& frame) -> Status {
    const fs::path path = folder / name(frame.index);
    {
      const std::lock_guard lock(mutex);
      if (path.parent_path() != made) {
        std::error_code code;
        fs::create_directories(path.parent_path(), code);
        if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), folder.string(), ""};
        made = path.parent_path();
      }
    }
    return write_picture(path, frame.jpeg);
  });
}

std::vector<std::int64_t> every_frame(std::int64_t frames, std::int64_t step, std::int64_t first) {
  std::vector<std::int64_t> indices;
  for (std::int64_t index = first; step > 0 && index < frames; index += step) indices.push_back(index);
  return indices;
}

}  // namespace surgsigma
