#include "surgsigma/export/reasoning.h"

#include <algorithm>

#include "surgsigma/schema/answer.h"

namespace surgsigma {
namespace {

constexpr int kLevels = 3;

}  // namespace

std::string thought_text(const ReasoningRow& row, bool has_level_headings) {
  std::string text;
  const std::size_t count = std::min(row.levels.size(), row.statements.size());
  for (int level = 1; level <= kLevels; ++level) {
    bool is_first = true;
    for (std::size_t i = 0; i < count; ++i) {
      if (row.levels[i] != level) continue;
      if (!is_first) {
        text += ' ';
      } else {
        if (!text.empty()) text += '\n';
        if (has_level_headings) text += "Level " + std::to_string(level) + ": ";
      }
      is_first = false;
      text += row.statements[i];
    }
  }
  return text;
}

Result<TextMap<std::string>> read_thoughts(const std::shared_ptr<Engine>& engine, const std::vector<fs::path>& files,
                                           bool has_level_headings) {
  TextMap<std::string> thoughts;
  SURGSIGMA_TRY(reader, TableReader<ReasoningRow>::open(engine, files, "verdict = 'accepted'"));
  for (ReasoningRow row;;) {
    SURGSIGMA_TRY(more, reader.next(row));
    if (!more) return thoughts;
    std::string text = thought_text(row, has_level_headings);
    if (!text.empty()) thoughts.emplace(row.reasoning_id, std::move(text));
  }
}

void write_thinking(std::string_view thought, std::string_view sentence, std::string_view label,
                    const ThoughtStyle& style, std::string& out) {
  out = "<think>\n";
  out += thought;
  out += "\n</think>";
  out += style.separator;
  if (!style.has_answer_tags) {
    out += sentence;
    return;
  }
  out += "<answer>";
  out += label;
  out += "</answer>";
}

const std::string* PlainAnswers::find(std::string_view answer_json) {
  if (const auto known = known_.find(answer_json); known != known_.end()) return &known->second;
  const auto answer = answer_from_json(answer_json, "conversations.answer");
  if (!answer.ok()) return nullptr;
  if (known_.size() >= kMostRemembered) known_.clear();
  return &known_.emplace(std::string(answer_json), answer_text(*answer, ontology_)).first->second;
}

}  // namespace surgsigma
