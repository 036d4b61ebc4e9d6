// A question, what the model said to it, and what that means: the input of every score.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "surgsigma/eval/moment_records.h"
#include "surgsigma/eval/predictions.h"
#include "surgsigma/eval/question.h"
#include "surgsigma/schema/answer_reading.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

/// The closed vocabulary of one source in one test: what an answer may name, and the classes of the scores.
struct SourceVocabulary {
  std::vector<ConceptId> concepts;  ///< for triplets the instruments
  std::vector<ConceptId> verbs;
  std::vector<ConceptId> targets;
};

/// An answer of the training part and how often it was given: what baselines draw from.
struct PriorAnswer {
  std::string source;
  Form form = Form::kOpen;
  Answer answer;
  std::int64_t count = 0;
};

/// What belongs to a test besides its questions: vocabulary.json, priors.jsonl and records.jsonl beside them.
struct TestFacts {
  std::map<std::string, SourceVocabulary> vocabularies;  ///< by source
  std::vector<PriorAnswer> priors;                       ///< the most frequent first, then by text
  std::string profile = "permille";                      ///< of boxes
  std::map<std::string, MomentRecords> records;          ///< by question; few or none where little is annotated
};
/// From the folder of a test. kData naming the file for what `eval make` does not write.
Result<TestFacts> read_test_facts(const fs::path& folder);
/// The reverse of read_test_facts for one file each.
Json vocabulary_json(const TestFacts& facts);
Json prior_json(const PriorAnswer& prior);

/// Whether several concepts are one answer (instruments in a picture) or exactly one is right (phases).
bool is_set_task(std::string_view task);

/// What reading needs to know of the question.
AnswerQuestion answer_question(const Question& question, const TestFacts& facts, const AnswerWords& words);

struct Judged {
  const Question* question = nullptr;
  const Prediction* prediction = nullptr;
  ReadAnswer read;  ///< boxes in pixels of the recording's frame, as the gold answer has them
};

enum class AnswerFate { kRead, kEmpty, kRefused, kTruncated, kUnparseable, kMissing };
inline constexpr std::array<std::string_view, 6> kAnswerFateWords = {"read",      "empty",       "refused",
                                                                     "truncated", "unparseable", "missing"};
AnswerFate fate_of(const Judged& judged);

/// Reads every answer, on several threads; one entry per question, in their order. The questions and predictions must
/// outlive the result.
std::vector<Judged> judge(const std::vector<Question>& questions, const std::vector<Prediction>& predictions,
                          const TestFacts& facts, const Ontology& ontology, int jobs);

}  // namespace surgsigma
