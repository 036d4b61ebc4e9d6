// Patterns of a source card matched against the ends of paths: which file is the video, a picture, a mask of what.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "surgsigma/schema/pattern.h"

namespace surgsigma {

/// `{name}` captures letters, digits, '_' and '-' ; `{name:d}` digits only; `*` matches anything but '/'; the rest is
/// literal, ignoring case. The pattern must match whole path components at the end of `path`.
std::optional<Captures> match_path(std::string_view pattern, std::string_view path);

/// A pattern made ready to be tried on many paths.
class PathPattern {
 public:
  /// One that cannot be parsed matches nothing: a card with such a pattern is not loaded.
  static PathPattern of(std::string_view pattern);

  std::optional<Captures> match(std::string_view path) const;
  /// Holds a '*'.
  bool has_any() const { return has_any_; }

 private:
  /// As many components of the path as the pattern has, from the end; nothing when the path is shorter.
  std::optional<std::string_view> tail_of(std::string_view path) const;

  std::vector<PatternPart> parts_;
  std::size_t slashes_ = 0;
  bool has_any_ = false;
};

}  // namespace surgsigma
