// Patterns of the catalog: text with places for names, as in "videos/video{video:02}.mp4". One grammar for what is
// matched (layout) and what is filled in (ids, keys, media).
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"

namespace surgsigma {

/// What the names of a pattern stand for in a path; digits keep their zeros ("07").
using Captures = std::map<std::string, std::string, std::less<>>;

struct PatternPart {
  enum class Kind { kText, kName, kAny };
  Kind kind = Kind::kText;
  std::string text;  ///< the literal text, or the name
  std::string spec;  ///< what stands after ':' in a name: "", "d" (digits only) or "02" (filled up with zeros)
};

/// Cuts a pattern into its parts. Fails with kUsage on an unclosed or empty brace, a name that is not made of lower
/// case letters, digits and '_', or a spec that is none of the three.
Result<std::vector<PatternPart>> parse_pattern(std::string_view pattern);
/// The names in a pattern; empty for a pattern that cannot be parsed.
std::set<std::string> names_in_pattern(std::string_view pattern);

/// "video{video:02}" with {video: "7"} -> "video07". A numeric capture is stripped of zeros before padding; an unknown
/// name is kInternal.
Result<std::string> fill_pattern(std::string_view pattern, const Captures& captures);

/// A number without its leading zeros ("007" -> "7", "000" -> "0"); other text as it is.
std::string without_leading_zeros(std::string_view capture);

}  // namespace surgsigma
