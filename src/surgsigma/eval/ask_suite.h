// A suite put to a model: `surgsigma eval run`. One folder:
//   run.json              what was asked of whom and how, and what became of it; no key
//   log/<test>.jsonl      every answer as it came (infer/answer_log.h): the place to go on from after a kill
//   answers/<test>.jsonl  the same in the order of the questions, one line each: what `eval score` reads
//   unanswered.jsonl      questions without an answer, with the reason
// A test is written to `answers` when its questions have been through.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/eval/prompt.h"
#include "surgsigma/infer/ask_all.h"
#include "surgsigma/infer/endpoint.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

struct AskSuiteOptions {
  fs::path questions;  ///< the folder that `eval make` wrote
  fs::path out;        ///< new, empty, or of the same run begun before
  EndpointSettings endpoint;
  ChatSettings chat;
  PromptRules prompt;
  AskSettings ask;
  std::vector<std::string> tests;  ///< ids; empty: all that are answered in words
  fs::path trained_on;             ///< as SuiteScoreOptions has it: refused before anything is asked
  /// The endpoint lies inside the institution: questions made for internal use may go there. To this machine they
  /// always may.
  bool is_inside = false;
  std::int64_t first = 0;  ///< so many questions of each test only, to try out; 0: all
  bool is_quiet = false;
  std::string tool_version;
};

struct AskedTest {
  std::string test;
  std::size_t questions = 0;
  std::size_t answered = 0;
  AskReport report;  ///< of what was put to the model: of triplets asked one after another every round
};

struct AskedSuite {
  std::vector<AskedTest> tests;
  std::vector<std::string> not_asked;  ///< tests that are answered by pixels
  std::size_t unanswered = 0;
  std::vector<std::string> shown_sources;  ///< whose pictures went to another machine
  TokenTotals tokens;                      ///< of all answers in the logs, also of earlier tries
  bool is_interrupted = false;
  std::optional<Error> stopped;  ///< why the run ended before its end

  bool is_complete() const { return !is_interrupted && !stopped; }
};

/// Asks all tests, one after another. Goes on with a run begun before if questions, model and prompt are the same; else
/// kUsage naming what differs. A question that gets no answer is listed and the run goes on; a dead endpoint, a refused
/// key or an interrupt ends it, and what was answered stays. Errors as open_endpoint(), check_prompt_rules(),
/// AnswerLog::open() and read_questions(); kUsage for a test that is not there, and for questions
/// made for internal use where the endpoint is another machine, unless it is said to lie inside.
Result<AskedSuite> ask_suite(const AskSuiteOptions& options, const Catalog& catalog);

}  // namespace surgsigma
