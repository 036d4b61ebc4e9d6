#include "surgsigma/media/frame_folder.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <tuple>

#include "surgsigma/base/text.h"
#include "surgsigma/media/video_source.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 7> kEndings = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"};
constexpr std::size_t kMostDigits = 15;
constexpr std::string_view kDigits = "0123456789";

bool is_picture_name(std::string_view file) {
  return !file.starts_with('.') && std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) {
    return ends_with_ignoring_case(file, ending);
  });
}

Result<std::vector<std::string>> picture_names(const fs::path& folder) {
  std::error_code code;
  std::vector<std::string> names;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    std::error_code none;
    const std::string name = at->path().filename().string();
    if (is_picture_name(name) && at->is_regular_file(none)) names.push_back(name);
  }
  if (code == std::errc::no_such_file_or_directory || code == std::errc::not_a_directory) {
    return Error{ErrorKind::kNotFound, "no such folder", folder.string(), ""};
  }
  if (code) return Error{ErrorKind::kIo, "cannot list the folder: " + code.message(), folder.string(), ""};
  return names;
}

Result<std::vector<FolderFrame>> numbered(const std::vector<std::string>& names, const fs::path& folder) {
  std::vector<FolderFrame> frames;
  for (const std::string& name : names) {
    const auto number = frame_number_in_name(name);
    if (!number) {
      return Error{ErrorKind::kData, "no number in the name", (folder / name).string(),
                   "frames that are found by number need one in every name"};
    }
    if (!frames.empty() && frames.back().index == *number) {
      return Error{ErrorKind::kData, "the same number as " + frames.back().file, (folder / name).string(), ""};
    }
    frames.push_back({*number, name});
  }
  return frames;
}

class FolderSource : public VideoSource {
 public:
  FolderSource(fs::path folder, VideoOptions options, std::vector<FolderFrame> files)
      : folder_(std::move(folder)), options_(std::move(options)), files_(std::move(files)) {
    if (const auto first = read_picture(folder_ / files_.front().file, options_.limits)) info_.size = first->size();
    info_.frames = files_.back().index + 1;
    info_.average_rate = options_.folder_rate;
    info_.constant_rate = options_.folder_rate;
    info_.duration_us = time_of(info_.frames);
    info_.codec = "pictures";
    info_.container = "folder";
  }

  const VideoInfo& info() const override { return info_; }
  Microseconds time_of(std::int64_t index) const override { return time_of_frame(index, options_.folder_rate); }

  Status seek(std::int64_t index) override {
    at_ = first_from(index);
    return done();
  }

  Result<bool> next(VideoFrame& frame) override {
    if (at_ == files_.size()) return false;
    SURGSIGMA_TRY(read, read_frame(files_[at_++]));
    frame = std::move(read);
    return true;
  }

  Status frames(const std::vector<std::int64_t>& indices, const TakeFrame& take, const TakeBroken& broken) override {
    for (const std::int64_t index : indices) {
      const std::size_t at = first_from(index);
      const bool is_there = at < files_.size() && files_[at].index == index;
      auto frame = is_there ? read_frame(files_[at]) : Result<VideoFrame>(missing(index));
      SURGSIGMA_CHECK(frame ? take(std::move(*frame)) : broken(index, frame.error()));
    }
    return done();
  }

 private:
  std::size_t first_from(std::int64_t index) const {
    const auto found = std::lower_bound(files_.begin(), files_.end(), index,
                                        [](const FolderFrame& file, std::int64_t i) { return file.index < i; });
    return static_cast<std::size_t>(found - files_.begin());
  }

  Error missing(std::int64_t index) const {
    return {ErrorKind::kData, "no picture of frame " + std::to_string(index), folder_.string(),
            "no file has this number in its name"};
  }

  Error broken_file(const FolderFrame& file, std::string what, std::string hint) const {
    return {ErrorKind::kData, "frame " + std::to_string(file.index) + ": " + std::move(what),
            (folder_ / file.file).string(), std::move(hint)};
  }

  Result<VideoFrame> read_frame(const FolderFrame& file) const {
    auto picture = read_picture(folder_ / file.file, options_.limits);
    if (!picture) return broken_file(file, picture.error().what, picture.error().hint);
    if (info_.size != ImageSize{} && picture->size() != info_.size) {
      return broken_file(file,
                         std::to_string(picture->width) + " x " + std::to_string(picture->height) +
                             " pixels where the first has " + std::to_string(info_.size.width) + " x " +
                             std::to_string(info_.size.height),
                         "pictures of several sizes are several videos");
    }
    return VideoFrame{file.index, time_of(file.index), in_three_channels(std::move(*picture))};
  }

  static Image in_three_channels(Image picture) {
    if (picture.channels == 3) return picture;
    Image colour(picture.width, picture.height, 3);
    for (std::size_t i = 0; i < picture.values.size(); ++i) std::fill_n(&colour.values[3 * i], 3, picture.values[i]);
    return colour;
  }

  fs::path folder_;
  VideoOptions options_;
  std::vector<FolderFrame> files_;
  VideoInfo info_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::int64_t> frame_number_in_name(std::string_view file) {
  const std::string_view stem = file.substr(0, file.rfind('.'));
  const std::size_t last = stem.find_last_of(kDigits);
  if (last == std::string_view::npos) return std::nullopt;
  const std::size_t before = stem.substr(0, last + 1).find_last_not_of(kDigits);
  const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
  if (last + 1 - first > kMostDigits) return std::nullopt;
  return parse_int(stem.substr(first, last + 1 - first));
}

Result<std::vector<FolderFrame>> list_frames(const fs::path& folder, FrameNumbering numbering) {
  SURGSIGMA_TRY(names, picture_names(folder));
  if (names.empty()) return Error{ErrorKind::kData, "no picture in the folder", folder.string(), ""};
  const bool have_numbers = std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return frame_number_in_name(name).has_value();
  });
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    const auto number = [&](const std::string& name) { return have_numbers ? *frame_number_in_name(name) : 0; };
    return std::tuple(number(a), std::string_view(a)) < std::tuple(number(b), std::string_view(b));
  });
  if (numbering == FrameNumbering::kFileName) return numbered(names, folder);
  std::vector<FolderFrame> frames;
  for (std::string& name : names) frames.push_back({static_cast<std::int64_t>(frames.size()), std::move(name)});
  return frames;
}

Result<std::unique_ptr<VideoSource>> open_folder(const fs::path& path, const VideoOptions& options) {
  SURGSIGMA_TRY(files, list_frames(path, options.numbering));
  return std::unique_ptr<VideoSource>(std::make_unique<FolderSource>(path, options, std::move(files)));
}

}  // namespace surgsigma
