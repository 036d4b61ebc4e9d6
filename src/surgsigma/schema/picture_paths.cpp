#include "surgsigma/schema/picture_paths.h"

#include <algorithm>

#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"
#include "surgsigma/schema/pattern.h"

namespace surgsigma {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Matches parts[part...] against the whole of `rest`, the longest capture first.
bool match(const std::vector<PatternPart>& parts, std::size_t part, std::string_view rest, Captures& captures) {
  if (part == parts.size()) return rest.empty();
  const PatternPart& wanted = parts[part];
  if (wanted.kind == PatternPart::Kind::kText) {
    return rest.starts_with(wanted.text) && match(parts, part + 1, rest.substr(wanted.text.size()), captures);
  }
  std::size_t longest = rest.size();
  if (!wanted.spec.empty()) {
    longest = static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), [](char c) { return is_digit(c); }) -
                                       rest.begin());
  }
  for (std::size_t size = longest; size > 0; --size) {
    if (!match(parts, part + 1, rest.substr(size), captures)) continue;
    if (wanted.kind == PatternPart::Kind::kName) captures[wanted.text] = std::string(rest.substr(0, size));
    return true;
  }
  return false;
}

/// Patterns that name the videos of a card: its own, and those of layout entries that differ from it. The longest
/// first: what captures more says more.
std::vector<std::string> name_patterns(const SourceCard& card) {
  std::vector<std::string> patterns = {card.video_name};
  for (const LayoutEntry& entry : card.layout) {
    if (!entry.with.is_object()) continue;
    std::string own = text_or(entry.with, "video_id", "");
    if (!own.empty()) patterns.push_back(std::move(own));
  }
  std::stable_sort(patterns.begin(), patterns.end(), [](const auto& a, const auto& b) {
    return names_in_pattern(a).size() > names_in_pattern(b).size();
  });
  return patterns;
}

std::string_view name_of(const VideoRow& video) {
  const std::string_view id = video.video_id.text;
  const std::size_t slash = id.find('/');
  return slash == std::string_view::npos ? id : id.substr(slash + 1);
}

/// `pattern` cut at {index}: what stands before and after it, filled, and its digits.
struct FilledPattern {
  std::string before;
  std::string after;
  std::size_t digits = 1;
};

std::optional<FilledPattern> filled_around_index(const std::string& pattern, Captures captures) {
  const auto parts = parse_pattern(pattern);
  if (!parts) return std::nullopt;
  FilledPattern made;
  bool has_index = false;
  for (const PatternPart& part : *parts) {
    if (part.kind == PatternPart::Kind::kAny) return std::nullopt;
    const bool is_index = part.kind == PatternPart::Kind::kName && part.text == "index";
    if (is_index) {
      if (has_index) return std::nullopt;
      has_index = true;
      made.digits = static_cast<std::size_t>(std::clamp<std::int64_t>(parse_int(part.spec).value_or(1), 1, 18));
      continue;
    }
    std::string text = part.text;
    if (part.kind == PatternPart::Kind::kName) {
      const std::string place = "{" + part.text + (part.spec.empty() ? "" : ":" + part.spec) + "}";
      auto filled = fill_pattern(place, captures);
      if (!filled) return std::nullopt;
      text = std::move(*filled);
    }
    (has_index ? made.after : made.before) += text;
  }
  if (!has_index) return std::nullopt;
  return made;
}

std::string padded(std::int64_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

}  // namespace

std::optional<Captures> captures_in_name(std::string_view pattern, std::string_view name) {
  const auto parts = parse_pattern(pattern);
  Captures captures;
  if (!parts || !match(*parts, 0, name, captures)) return std::nullopt;
  return captures;
}

PicturePaths::PicturePaths(const SourceCard& card, const VideoRow& video)
    : source_(video.source_id.text), video_name_(name_of(video)) {
  before_ = source_ + "/frames/" + video_name_ + "/";
  after_ = ".jpg";
  if (card.frame_media.empty()) return;
  for (const std::string& pattern : name_patterns(card)) {
    const auto captures = captures_in_name(pattern, video_name_);
    if (!captures) continue;
    // A pattern that leaves out what tells two recordings apart, such as their part, would name one picture for both.
    const auto used = names_in_pattern(card.frame_media);
    const bool tells_apart = std::all_of(captures->begin(), captures->end(),
                                         [&](const auto& capture) { return used.contains(capture.first); });
    if (!tells_apart) return;
    const auto filled = filled_around_index(card.frame_media, *captures);
    if (!filled) continue;
    before_ = source_ + "/" + filled->before;
    after_ = filled->after;
    digits_ = filled->digits;
    first_ = card.frame_media_first;
    step_ = std::max<std::int64_t>(card.frame_media_step, 1);
    return;
  }
}

std::string PicturePaths::frame(std::int64_t native_frame) const {
  std::string path = before_;
  path += padded(first_ + native_frame / step_, digits_);
  path += after_;
  return path;
}

std::optional<std::int64_t> PicturePaths::native_frame(std::string_view path) const {
  const bool fits = path.size() > before_.size() + after_.size() && path.starts_with(before_) && path.ends_with(after_);
  if (!fits) return std::nullopt;
  const std::string_view digits = path.substr(before_.size(), path.size() - before_.size() - after_.size());
  constexpr std::size_t kMostDigits = 15;
  if (digits.size() > kMostDigits || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  const auto index = parse_int(digits);
  if (!index || *index < first_) return std::nullopt;
  return (*index - first_) * step_;
}

std::string PicturePaths::clip(TimeRange range) const {
  std::string path = source_ + "/clips/" + video_name_ + "/";
  path += std::to_string(range.begin / 1000);
  path += '-';
  path += std::to_string(range.end / 1000);
  path += ".mp4";
  return path;
}

}  // namespace surgsigma
