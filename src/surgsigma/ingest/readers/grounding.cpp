#include "surgsigma/ingest/readers/grounding.h"

#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::string_view kRefStart = "<|object_ref_start|>";
constexpr std::string_view kRefEnd = "<|object_ref_end|>";
constexpr std::string_view kBoxStart = "<|box_start|>";
constexpr std::string_view kBoxEnd = "<|box_end|>";
constexpr std::string_view kToken = "<|";
constexpr std::string_view kBetweenCorners = "),(";

Error fault(std::string what) { return {ErrorKind::kData, std::move(what), "", "compare with the published record"}; }

/// Walks the text from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  void skip_blanks() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0) rest_.remove_prefix(1);
  }
  bool accept(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  /// Everything up to `stop`, which stays; nothing when it does not come.
  std::optional<std::string_view> until(std::string_view stop) {
    const std::size_t at = rest_.find(stop);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view before = rest_.substr(0, at);
    rest_.remove_prefix(at);
    return before;
  }
  std::optional<std::int64_t> number() {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

Result<GroundedBox> corners(Scanner& scanner, std::string_view label, std::int64_t grid) {
  const auto shown = std::string(scanner.rest().substr(0, 40));
  std::array<std::int64_t, 4> values{};
  constexpr std::array<std::string_view, 4> kBefore = {"(", ",", "),(", ","};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = scanner.accept(kBefore[i]) ? scanner.number() : std::nullopt;
    if (!value) return fault("corners must be written (x,y),(x,y) without blanks: " + quoted(shown));
    values[i] = *value;
  }
  if (!scanner.accept(")")) return fault("corners must be written (x,y),(x,y) without blanks: " + quoted(shown));
  const auto [x1, y1, x2, y2] = values;
  for (const std::int64_t value : values) {
    if (value < 0 || value > grid) return fault("a corner lies off the grid of 0 to " + std::to_string(grid));
  }
  if (x2 <= x1 || y2 <= y1) return fault("the box has no area: " + quoted(shown));
  const std::string_view word = trim(label);
  if (word.empty()) return fault("a box without label: " + quoted(shown));
  return GroundedBox{std::string(word), x1, y1, x2, y2};
}

bool holds_corners(std::string_view text) { return text.find(kBetweenCorners) != std::string_view::npos; }

Result<std::vector<GroundedBox>> with_tokens(std::string_view text, std::int64_t grid) {
  std::vector<GroundedBox> boxes;
  Scanner scanner(text);
  while (true) {
    const auto prose = scanner.until(kToken);
    if (holds_corners(prose.value_or(scanner.rest()))) return fault("boxes with and without tokens are mixed");
    if (!prose) return boxes;
    if (!scanner.accept(kRefStart)) {
      return fault("a token out of place: " + quoted(scanner.rest().substr(0, 24)));
    }
    const auto label = scanner.until(kToken);
    if (!label || !scanner.accept(kRefEnd)) return fault("object_ref_end is missing");
    std::size_t count = 0;
    for (; scanner.accept(kBoxStart); ++count) {
      SURGSIGMA_TRY(box, corners(scanner, *label, grid));
      if (!scanner.accept(kBoxEnd)) return fault("box_end is missing");
      boxes.push_back(std::move(box));
    }
    if (count == 0) return fault("an object without a box: " + quoted(*label));
  }
}

Result<std::vector<GroundedBox>> plain(std::string_view text, std::int64_t grid) {
  std::vector<GroundedBox> boxes;
  Scanner scanner(text);
  scanner.skip_blanks();
  while (!scanner.at_end()) {
    const auto label = scanner.until("(");
    if (!label) return fault("text after the last box: " + quoted(scanner.rest()));
    SURGSIGMA_TRY(box, corners(scanner, *label, grid));
    boxes.push_back(std::move(box));
    scanner.skip_blanks();
    if (scanner.accept(",") || scanner.accept(";")) scanner.skip_blanks();
  }
  return boxes;
}

}  // namespace

Result<std::vector<GroundedBox>> parse_grounding(std::string_view text, std::int64_t grid) {
  if (text.find(kToken) != std::string_view::npos) return with_tokens(text, grid);
  if (holds_corners(text)) return plain(text, grid);
  return std::vector<GroundedBox>{};
}

std::string without_tokens(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    if (text.starts_with(kToken)) {
      const std::size_t end = text.find("|>");
      if (end != std::string_view::npos) {
        const bool parts_words = text.starts_with(kBoxStart) && !result.empty() && result.back() != ' ';
        if (parts_words) result += ' ';
        text.remove_prefix(end + 2);
        continue;
      }
    }
    result += text.front();
    text.remove_prefix(1);
  }
  for (const std::string_view medium : {"<image>", "<video>"}) {
    for (std::size_t at = result.find(medium); at != std::string::npos; at = result.find(medium, at)) {
      result.erase(at, medium.size());
    }
  }
  return std::string(trim(result));
}

}  // namespace surgsigma
