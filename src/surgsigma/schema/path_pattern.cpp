#include "surgsigma/schema/path_pattern.h"

#include <algorithm>
#include <string>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::size_t kMostSteps = 20'000;  // of one match; a real name needs a few dozen

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; }

/// Tries one pattern on one text, the longest captures first.
class Matcher {
 public:
  Matcher(const std::vector<PatternPart>& parts, std::string_view text) : parts_(parts), text_(text) {}

  std::optional<Captures> run() {
    if (match(0, 0)) return captures_;
    return std::nullopt;
  }

 private:
  bool match(std::size_t part, std::size_t at) {
    if (part == parts_.size()) return at == text_.size();
    if (++steps_ > kMostSteps) return false;  // a hostile name; real ones never come near
    switch (parts_[part].kind) {
      case PatternPart::Kind::kText:
        return match_literal(part, at, parts_[part].text);
      case PatternPart::Kind::kAny:
        return match_any(part, at);
      case PatternPart::Kind::kName:
        return match_name(part, at);
    }
    return false;
  }

  bool match_literal(std::size_t part, std::size_t at, std::string_view literal) {
    return starts_with_ignoring_case(text_.substr(at), literal) && match(part + 1, at + literal.size());
  }

  bool match_any(std::size_t part, std::size_t at) {
    const std::size_t end = std::min(text_.find('/', at), text_.size());
    for (std::size_t stop = end + 1; stop-- > at;) {
      if (match(part + 1, stop)) return true;
    }
    return false;
  }

  bool match_name(std::size_t part, std::size_t at) {
    const PatternPart& place = parts_[part];
    const auto known = captures_.find(place.text);
    if (known != captures_.end()) return match_literal(part, at, std::string(known->second));
    bool (*const takes)(char) = place.spec == "d" ? &is_digit : &is_word;
    std::size_t end = at;
    while (end < text_.size() && takes(text_[end])) ++end;
    for (; end > at; --end) {
      captures_[place.text] = std::string(text_.substr(at, end - at));
      if (match(part + 1, end)) return true;
    }
    captures_.erase(place.text);
    return false;
  }

  const std::vector<PatternPart>& parts_;
  std::string_view text_;
  Captures captures_;
  std::size_t steps_ = 0;
};

}  // namespace

PathPattern PathPattern::of(std::string_view pattern) {
  PathPattern compiled;
  const auto parts = parse_pattern(pattern);
  if (!parts) return compiled;
  compiled.parts_ = *parts;
  for (const PatternPart& part : compiled.parts_) {
    if (part.kind == PatternPart::Kind::kAny) compiled.has_any_ = true;
    if (part.kind == PatternPart::Kind::kText) {
      compiled.slashes_ += static_cast<std::size_t>(std::count(part.text.begin(), part.text.end(), '/'));
    }
  }
  return compiled;
}

std::optional<Captures> PathPattern::match(std::string_view path) const {
  if (parts_.empty()) return std::nullopt;
  const bool has_literal_end = parts_.back().kind == PatternPart::Kind::kText;
  if (has_literal_end && !ends_with_ignoring_case(path, parts_.back().text)) return std::nullopt;  // nearly all paths
  const auto tail = tail_of(path);
  return tail ? Matcher(parts_, *tail).run() : std::nullopt;
}

std::optional<std::string_view> PathPattern::tail_of(std::string_view path) const {
  std::size_t begin = path.size();
  for (std::size_t found = 0; found <= slashes_; ++found) {
    if (begin == 0) return std::nullopt;
    const std::size_t slash = path.rfind('/', begin - 1);
    if (slash == std::string_view::npos) {
      if (found < slashes_) return std::nullopt;
      return path;
    }
    begin = slash;
  }
  return path.substr(begin + 1);
}

std::optional<Captures> match_path(std::string_view pattern, std::string_view path) {
  return PathPattern::of(pattern).match(path);
}

}  // namespace surgsigma
