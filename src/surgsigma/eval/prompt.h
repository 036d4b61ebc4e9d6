// What a chat model is sent for a question of a suite: the pictures, the question, and, unless it is told not to, one
// sentence on the form of the answer with the names that it may use. The gold answer, ids and names of files are never
// part of it: file names of some published clips hold their label.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/eval/judged.h"
#include "surgsigma/infer/chat.h"

namespace surgsigma {

/// Where the sentence on the form of the answer stands.
enum class InstructionPlace {
  kSystem,  ///< a message of its own before the question
  kUser,    ///< before the question's text, for models without a system role
  kNone,    ///< nowhere: for models that were trained on these questions
};
inline constexpr std::array<std::string_view, 3> kInstructionPlaceWords = {"system", "user", "none"};

/// The same for every question of a run; kept in run.json.
struct PromptRules {
  InstructionPlace instructions = InstructionPlace::kSystem;
  std::string system;            ///< further words of the system message, before the sentence; empty: none
  std::string detail;            ///< "low", "high", "auto": passed on with each picture; empty: not sent
  std::string picture_urls;      ///< "https://host/questions": pictures by address instead of as data
  int clip_frames = 8;           ///< pictures of a clip, from the middles of as many equal parts; 1..256
  std::optional<int> long_side;  ///< frames cut from clips are made no larger
};
/// kUsage for numbers out of range, an unknown detail, addresses with clips that would have to be cut.
Status check_prompt_rules(const PromptRules& rules);
Json prompt_json(const PromptRules& rules);

/// The words of a concept; its id where the ontology does not know it.
std::string concept_label(const Ontology& ontology, const ConceptId& id);

/// "Answer with one of these names: preparation; dissection." Nothing for free text.
std::string instructions_for(const Question& question, const TestFacts& facts, const Ontology& ontology);

/// What is asked, and how the answer shall look.
struct Wording {
  std::vector<std::string> turns;  ///< as Question has them
  std::string instruction;         ///< empty: nothing is told
};

/// The request; reads the question's pictures below `folder` (of the test, named `test` within the suite). kNotFound,
/// kData naming the file for a picture or clip that cannot be read, kUsage for a clip where addresses are wanted.
Result<ChatRequest> chat_request(const Question& question, const Wording& wording, const std::string& test,
                                 const fs::path& folder, const PromptRules& rules, const ChatSettings& settings);

}  // namespace surgsigma
