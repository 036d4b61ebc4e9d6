#include "surgsigma/export/media.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 10> kVideoEndings = {".mp4", ".avi",  ".mkv",  ".mov", ".m4v",
                                                            ".mpg", ".mpeg", ".webm", ".wmv", ".ts"};

/// Microseconds with as many digits as a day has, so that names sort by time.
std::string moment(std::int64_t us) {
  std::string digits = std::to_string(us);
  constexpr std::size_t kDigits = 12;
  return digits.size() < kDigits ? std::string(kDigits - digits.size(), '0') + digits : digits;
}

std::string below(std::string_view source, std::string_view path) {
  return std::string(source) + "/" + std::string(path);
}

/// "video01" of "cholec80/video01".
std::string_view name_of(std::string_view video) { return video.substr(video.find('/') + 1); }

std::string made_name(const MediaQuestion& question, const char* folder, const std::string& name) {
  return below(question.source, folder) + "/" + std::string(name_of(question.video)) + "/" + name;
}

}  // namespace

bool is_video_path(std::string_view path) {
  return std::any_of(kVideoEndings.begin(), kVideoEndings.end(),
                     [&](std::string_view ending) { return ends_with_ignoring_case(path, ending); });
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
  for (const VideoRow& video : videos) videos_[video.video_id.text] = {video.media, video.duration_us.value_or(-1)};
  for (const auto& [id, card] : catalog.sources) frame_patterns_[id.text] = card.frame_media;
}

bool MediaNames::name(const MediaQuestion& question, ShownMedia& media) const {
  media.items.clear();
  media.is_video = false;
  const auto& listed = *question.listed;
  for (const std::string_view path : listed) {
    if (!is_safe_relative(path)) return false;
  }
  if (!listed.empty() && !is_video_path(listed[0])) {
    for (const std::string_view path : listed) media.items.push_back({below(question.source, path), ""});
    return true;
  }
  if (!question.is_clip) {
    if (listed.empty()) return false;
    media.items.push_back(
        {made_name(question, "frames", moment(question.begin_us) + ".jpg"), below(question.source, listed[0])});
  } else {
    media.is_video = true;
    if (!listed.empty() && is_whole(question, listed[0])) {
      media.items.push_back({below(question.source, listed[0]), ""});
      return true;
    }
    const auto pattern = frame_patterns_.find(std::string(question.source));
    const std::string frames = pattern == frame_patterns_.end() ? "" : pattern->second;
    if (listed.empty() && frames.empty()) return false;
    media.items.push_back(
        {made_name(question, "clips", moment(question.begin_us) + "-" + moment(question.end_us) + ".mp4"),
         below(question.source, listed.empty() ? std::string_view(frames) : listed[0])});
  }
  return is_safe_relative(media.items[0].path);
}

bool MediaNames::is_whole(const MediaQuestion& question, std::string_view medium) const {
  const auto video = videos_.find(std::string(question.video));
  if (video == videos_.end()) return false;
  const bool is_clip_of_source = medium != video->second.media;
  const bool spans_all =
      question.begin_us == 0 && video->second.duration_us >= 0 && question.end_us >= video->second.duration_us;
  return is_clip_of_source || spans_all;
}

MediaPlaces::MediaPlaces(fs::path root, const Manifest& manifest) {
  if (!root.empty()) root_ = fs::absolute(root).lexically_normal();
  for (const Input& input : manifest.inputs) inputs_[input.source] = input.path;
}

fs::path MediaPlaces::place(const ShownMedium& medium) const {
  if (!root_.empty()) return root_ / medium.path;
  const std::size_t slash = medium.path.find('/');
  const auto input = inputs_.find(medium.path.substr(0, slash));
  return input == inputs_.end() ? fs::path() : input->second / medium.path.substr(slash + 1);
}

bool MediaPlaces::has_folder(std::string_view source) const {
  std::error_code code;
  if (!root_.empty()) return fs::is_directory(root_ / source, code);
  const auto input = inputs_.find(std::string(source));
  return input != inputs_.end() && fs::is_directory(input->second, code);
}

}  // namespace surgsigma
