// Three-level reasoning as a model writes it: <think> Level 1 ... Level 3 </think>, then the answer.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"
#include "surgsigma/store/engine.h"

namespace surgsigma {

/// Looking up a std::string by a view without a copy.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

struct ThoughtStyle {
  bool has_level_headings = true;
  bool has_answer_tags = true;
  std::string separator = "\n";
};

/// "Level 1: statement statement\nLevel 2: ...", without the tags. A level without statements is left out.
std::string thought_text(const ReasoningRow& row, bool has_level_headings);

/// Thoughts of accepted chains by reasoning id.
Result<TextMap<std::string>> read_thoughts(const std::shared_ptr<Engine>& engine, const std::vector<fs::path>& files,
                                           bool has_level_headings);

/// Sets `out` to the last turn of a conversation that thinks first. `sentence` is the turn as a template worded it,
/// `label` the plain wording of the same answer: tags hold the label, without tags the sentence follows.
void write_thinking(std::string_view thought, std::string_view sentence, std::string_view label,
                    const ThoughtStyle& style, std::string& out);

/// The plain wording of answers (answer_text), remembered: few answers are frequent.
class PlainAnswers {
 public:
  explicit PlainAnswers(const Ontology& ontology) : ontology_(ontology) {}
  /// Nothing for JSON that is no answer.
  const std::string* find(std::string_view answer_json);

 private:
  static constexpr std::size_t kMostRemembered = 50'000;
  const Ontology& ontology_;
  TextMap<std::string> known_;
};

}  // namespace surgsigma
