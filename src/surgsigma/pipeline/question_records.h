// records.jsonl of a test: what the annotations say of the moment that each question shows (eval/moment_records.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "surgsigma/eval/moment_records.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

/// Writes <folder>/records.jsonl for the questions of <folder>/questions.jsonl, in their order; no file where nothing
/// is known. `condition`: SQL that the rows of `conversations` meet. The engine has the views of the database.
///
/// Entities are what records in use name; a record of an interaction also names its target. Absent is what a closed and
/// complete vocabulary lists beyond that, without the kin of what is there or in doubt; triplets are given where all of
/// them are annotated and whole, the phase where all records agree: the rules by which questions deny
/// (dialogue/facts.h). Without a line: clips (a record of one moment says little of the others), the outside of the
/// body, questions made elsewhere, and moments of which nothing is annotated. A source whose card cannot be read has
/// none, and `remarks` says so.
Status write_question_records(const Database& database, const Catalog& catalog, const std::shared_ptr<Engine>& engine,
                              const std::string& condition, const fs::path& folder, std::vector<std::string>& remarks);

}  // namespace surgsigma
