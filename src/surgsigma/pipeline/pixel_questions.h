// The pairs of a test that is answered by pixels: inputs, gold files and pairs.jsonl, by the export of pairs.
#pragma once

#include "surgsigma/pipeline/questions.h"
#include "surgsigma/store/engine.h"

namespace surgsigma {

/// Whether an export failed because no row is left (parts, terms, files that are not there): no reason to make no other
/// test.
bool selects_nothing(const Error& error);

/// The test with its sources narrowed to those that have rows of its task in `table`; those it names and the database
/// lacks are a remark, since few labs have them all. No sources and `left_out` set: nothing is there.
Result<SuiteTest> present_sources(Engine& engine, const std::string& table, const SuiteTest& test, MadeTest& made);

/// Writes <out>/<test>/inputs, gold and pairs.jsonl; of depth also facts.json: {"usual_depth": {source: {"mm", "maps",
/// "part"}}}, the median over at most 200 maps of the training part, of the test's own where there is none. Everything
/// that the export of pairs refuses is refused; a test that has no pairs is left out and says why.
Result<MadeTest> make_pixel_test(const Database& database, const Catalog& catalog, const Suite& suite,
                                 const SuiteTest& test, const QuestionOptions& options, Engine& engine);

}  // namespace surgsigma
