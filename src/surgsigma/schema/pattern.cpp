#include "surgsigma/schema/pattern.h"

#include <algorithm>
#include <cstddef>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {
namespace {

constexpr std::size_t kWidestNumber = 18;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z'); });
}

bool is_spec(std::string_view text) {
  const bool is_width = is_number(text) && text.size() <= 2;
  return text.empty() || text == "d" || is_width;
}

Error bad_pattern(std::string_view pattern, std::string what) {
  return {ErrorKind::kUsage, std::move(what), "pattern " + quoted(pattern),
          "a place is written {name}, {name:d} (digits only) or {name:02} (filled up with zeros)"};
}

/// A part of a pattern, in its text.
struct PartView {
  PatternPart::Kind kind = PatternPart::Kind::kText;
  std::string_view text;
  std::string_view spec;
};

Result<PartView> parse_place(std::string_view pattern, std::string_view inside) {
  const std::size_t colon = inside.find(':');
  const std::string_view name = inside.substr(0, colon);
  const std::string_view spec = colon == std::string_view::npos ? "" : inside.substr(colon + 1);
  if (!is_name(name)) return bad_pattern(pattern, "not a name: " + quoted(name));
  if (!is_spec(spec) || (spec.empty() && colon != std::string_view::npos)) {
    return bad_pattern(pattern, "not understood after ':': " + quoted(spec));
  }
  return PartView{PatternPart::Kind::kName, name, spec};
}

/// Calls `take` with each part, in order, until it fails.
template <class F>
Status for_each_part(std::string_view pattern, F&& take) {
  std::size_t at = 0;
  while (at < pattern.size()) {
    const char c = pattern[at];
    if (c == '}') return bad_pattern(pattern, "'}' without '{'");
    if (c == '*') {
      SURGSIGMA_CHECK(take(PartView{PatternPart::Kind::kAny, {}, {}}));
      ++at;
    } else if (c == '{') {
      const std::size_t end = pattern.find('}', at);
      if (end == std::string_view::npos) return bad_pattern(pattern, "'{' is never closed");
      SURGSIGMA_TRY(place, parse_place(pattern, pattern.substr(at + 1, end - at - 1)));
      SURGSIGMA_CHECK(take(place));
      at = end + 1;
    } else {
      const std::size_t end = std::min(pattern.find_first_of("{}*", at), pattern.size());
      SURGSIGMA_CHECK(take(PartView{PatternPart::Kind::kText, pattern.substr(at, end - at), {}}));
      at = end;
    }
  }
  return done();
}

/// A captured name comes from somebody's file name; it must not lead out of the folder.
bool is_harmless(std::string_view capture) {
  const bool has_separator = capture.find_first_of(std::string_view("/\\\0", 3)) != std::string_view::npos;
  return !has_separator && capture.find("..") == std::string_view::npos;
}

void append_filled(std::string& text, const PartView& place, std::string_view capture) {
  if (!is_number(capture)) {
    text += capture;
    return;
  }
  capture.remove_prefix(std::min(capture.find_first_not_of('0'), capture.size() - 1));
  const std::size_t width = is_number(place.spec) ? static_cast<std::size_t>(parse_int(place.spec).value_or(0)) : 0;
  const std::size_t wanted = std::min(width, kWidestNumber);
  if (capture.size() < wanted) text.append(wanted - capture.size(), '0');
  text += capture;
}

}  // namespace

Result<std::vector<PatternPart>> parse_pattern(std::string_view pattern) {
  std::vector<PatternPart> parts;
  SURGSIGMA_CHECK(for_each_part(pattern, [&](const PartView& part) {
    parts.push_back({part.kind, std::string(part.text), std::string(part.spec)});
    return done();
  }));
  return parts;
}

std::set<std::string> names_in_pattern(std::string_view pattern) {
  const auto parts = parse_pattern(pattern);
  std::set<std::string> names;
  if (!parts) return names;
  for (const PatternPart& part : *parts) {
    if (part.kind == PatternPart::Kind::kName) names.insert(part.text);
  }
  return names;
}

std::string without_leading_zeros(std::string_view capture) {
  if (!is_number(capture)) return std::string(capture);
  const std::size_t first = std::min(capture.find_first_not_of('0'), capture.size() - 1);
  return std::string(capture.substr(first));
}

Result<std::string> fill_pattern(std::string_view pattern, const Captures& captures) {
  std::string text;
  SURGSIGMA_CHECK(for_each_part(pattern, [&](const PartView& part) -> Status {
    if (part.kind == PatternPart::Kind::kText) {
      text += part.text;
      return done();
    }
    if (part.kind == PatternPart::Kind::kAny) return bad_pattern(pattern, "'*' cannot be filled in");
    const auto capture = captures.find(part.text);
    if (capture == captures.end()) {
      return Error{ErrorKind::kInternal, "nothing is known about " + quoted(part.text), "pattern " + quoted(pattern),
                   "a name in a pattern must be captured by the layout or given by the reader"};
    }
    if (!is_harmless(capture->second)) {
      return Error{ErrorKind::kData, "a name must not hold '/', '\\' or '..': " + quoted(capture->second),
                   "pattern " + quoted(pattern), "rename the file or folder"};
    }
    append_filled(text, part, capture->second);
    return done();
  }));
  return text;
}

}  // namespace surgsigma
