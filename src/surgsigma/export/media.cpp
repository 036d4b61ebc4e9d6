#include "surgsigma/export/media.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 10> kVideoEndings = {".mp4", ".avi",  ".mkv",  ".mov", ".m4v",
                                                            ".mpg", ".mpeg", ".webm", ".wmv", ".ts"};

constexpr std::int64_t kMillisecond = 1000;
constexpr std::size_t kFrameDigits = 8;

std::string below(std::string_view source, std::string_view path) {
  return std::string(source) + "/" + std::string(path);
}

/// "video01" of "cholec80/video01".
std::string_view name_of(std::string_view video) { return video.substr(video.find('/') + 1); }

/// "cholec80/frames/video01/"
std::string made_folder(const MediaQuestion& question, const char* folder) {
  return below(question.source, folder) + "/" + std::string(name_of(question.video)) + "/";
}

bool is_below(std::string_view path, std::string_view source) {
  return path.size() > source.size() + 1 && path.starts_with(source) && path[source.size()] == '/';
}

}  // namespace

bool is_video_path(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string ending = lower(path.substr(dot));
  return std::find(kVideoEndings.begin(), kVideoEndings.end(), ending) != kVideoEndings.end();
}

bool is_picture(const fs::path& path) {
  std::array<char, 12> bytes{};
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), bytes.size());
  const std::string_view head(bytes.data(), static_cast<std::size_t>(file.gcount()));
  return head.starts_with("\xFF\xD8\xFF") || head.starts_with("\x89PNG\r\n") || head.starts_with("BM") ||
         head.starts_with("GIF8") || head.starts_with(std::string_view("II*\0", 4)) ||
         head.starts_with(std::string_view("MM\0*", 4)) || (head.starts_with("RIFF") && head.substr(8) == "WEBP");
}

MediaNames::MediaNames(const std::vector<VideoRow>& videos, const Catalog& catalog) {
  for (const VideoRow& video : videos) {
    videos_[video.video_id.text] = {
        video.media, video.duration_us.value_or(-1), {video.frame_rate_num, video.frame_rate_den}};
  }
  for (const auto& [id, card] : catalog.sources) frame_patterns_[id.text] = card.frame_media;
}

bool MediaNames::name(const MediaQuestion& question, ShownMedia& media) const {
  media.items.clear();
  media.is_video = false;
  const auto& listed = *question.listed;
  for (const std::string_view path : listed) {
    if (!is_safe_relative(path)) return false;
    const bool is_named = is_below(path, question.source);
    const bool is_clip_file = is_video_path(path);
    media.is_video |= is_clip_file && question.is_clip;
    if (is_named)
      media.items.push_back({std::string(path), origin_of(question, path)});
    else if (!is_clip_file)
      media.items.push_back({below(question.source, path), ""});
    else if (question.is_clip && is_whole(question, path))
      media.items.push_back({below(question.source, path), ""});
    else
      media.items.push_back(cut(question, path));
  }
  if (listed.empty() && question.is_clip && !frame_pattern(question.source).empty()) {
    media.is_video = true;
    media.items.push_back(cut(question, frame_pattern(question.source)));
  }
  return !media.items.empty() && is_safe_relative(media.items[0].path);
}

const MediaNames::KnownVideo* MediaNames::find(std::string_view video) const {
  const auto found = videos_.find(std::string(video));
  return found == videos_.end() ? nullptr : &found->second;
}

const std::string& MediaNames::frame_pattern(std::string_view source) const {
  static const std::string none;
  const auto found = frame_patterns_.find(std::string(source));
  return found == frame_patterns_.end() ? none : found->second;
}

std::string MediaNames::origin_of(const MediaQuestion& question, std::string_view path) const {
  const bool is_clip_file = is_video_path(path);
  const std::string& pictures = frame_pattern(question.source);
  if (!is_clip_file && !pictures.empty()) return "";  // the source ships its pictures, perhaps in a folder of that name
  if (!path.starts_with(made_folder(question, is_clip_file ? "clips" : "frames"))) return "";
  const KnownVideo* video = find(question.video);
  if (video != nullptr && !video->media.empty()) return below(question.source, video->media);
  return pictures.empty() ? "" : below(question.source, pictures);
}

ShownMedium MediaNames::cut(const MediaQuestion& question, std::string_view recording) const {
  const std::string origin = below(question.source, recording);
  if (question.is_clip) {
    return {made_folder(question, "clips") + std::to_string(question.begin_us / kMillisecond) + "-" +
                std::to_string(question.end_us / kMillisecond) + ".mp4",
            origin};
  }
  const KnownVideo* video = find(question.video);
  std::string index = std::to_string(frame_at(question.begin_us, video ? video->rate : FrameRate{}));
  if (index.size() < kFrameDigits) index.insert(0, kFrameDigits - index.size(), '0');
  return {made_folder(question, "frames") + index + ".jpg", origin};
}

bool MediaNames::is_whole(const MediaQuestion& question, std::string_view medium) const {
  const KnownVideo* video = find(question.video);
  if (video == nullptr) return false;
  const bool is_clip_of_source = medium != video->media;
  const bool spans_all = question.begin_us == 0 && video->duration_us >= 0 && question.end_us >= video->duration_us;
  return is_clip_of_source || spans_all;
}

bool FilesThere::has(std::string_view place) {
  const std::size_t slash = place.rfind('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view folder = place.substr(0, slash);
  if (!has_listed_ || folder != folder_) list(std::string(folder));
  return names_.contains(std::string(place.substr(slash + 1)));
}

void FilesThere::list(const std::string& folder) {
  folder_ = folder;
  has_listed_ = true;
  names_.clear();
  std::error_code code;
  for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    std::error_code unknown;
    if (at->is_regular_file(unknown)) names_.insert(at->path().filename().native());
  }
}

MediaPlaces::MediaPlaces(fs::path root, const Manifest& manifest) {
  if (!root.empty()) root_ = fs::absolute(root).lexically_normal();
  for (const Input& input : manifest.inputs) inputs_[input.source] = input.path;
}

std::string MediaPlaces::place_of(std::string_view path) const {
  if (!root_.empty()) return root_.native() + '/' + std::string(path);
  const std::size_t slash = path.find('/');
  const auto input = inputs_.find(std::string(path.substr(0, slash)));
  if (input == inputs_.end()) return {};
  return slash == std::string_view::npos ? input->second.native()
                                         : input->second.native() + '/' + std::string(path.substr(slash + 1));
}

bool MediaPlaces::has_folder(std::string_view source) const {
  std::error_code code;
  if (!root_.empty()) return fs::is_directory(root_ / source, code);
  const auto input = inputs_.find(std::string(source));
  return input != inputs_.end() && fs::is_directory(input->second, code);
}

}  // namespace surgsigma
