// What the annotations say of the moment that a question shows: the truth that chains of reasoning are held against
// (metrics/reasoning.h). `eval make` writes it beside the questions (pipeline/question_records.h), one JSON object a
// line:
// {"id":"...","entities":["ins.hook"],"absent":["ins.clip_applier"],"triplets":[["ins.hook","act.idle",""]],"phase":"..."}
// with null for what was not annotated. A question without a line is one of which no moment is known.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/schema/answer.h"

namespace surgsigma {

struct MomentRecords {
  std::optional<std::vector<ConceptId>> entities;  ///< instruments, anatomy and objects; nothing: nobody looked
  std::vector<ConceptId> absent;                   ///< looked for and not there
  std::optional<std::vector<Triplet>> triplets;    ///< all of them; nothing: not all are known
  std::optional<ConceptId> phase;

  bool operator==(const MomentRecords&) const = default;
};

inline constexpr std::string_view kRecordsFile = "records.jsonl";

Json moment_json(const std::string& question, const MomentRecords& records);
/// By question, from the folder of a test; empty where there is no such file. kData naming file and line for what
/// `eval make` does not write: a missing member, an id that stood before, an entity that is annotated and absent at
/// once.
Result<std::map<std::string, MomentRecords>> read_moment_records(const fs::path& folder);

}  // namespace surgsigma
