#include "surgsigma/eval/ask_suite.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/progress.h"
#include "surgsigma/base/text.h"
#include "surgsigma/eval/ask_triplets.h"
#include "surgsigma/eval/suite_folder.h"
#include "surgsigma/eval/training_cases.h"

namespace surgsigma {
namespace {

/// What is asked, of whom and how.
Result<Json> run_facts(const AskSuiteOptions& options, const Json& suite, const std::string& endpoint) {
  SURGSIGMA_TRY(suite_hash, file_hash(options.questions / "suite.json"));
  SURGSIGMA_TRY(settings, settings_json(options.chat));
  SURGSIGMA_TRY(decoding, parse_json(settings, "settings"));
  return Json{{"suite", text_or(suite, "suite", "")},
              {"database", text_or(suite, "database", "")},
              {"questions", hex64(suite_hash)},
              {"first", options.first},
              {"settings", std::move(decoding)},
              {"prompt", prompt_json(options.prompt)},
              {"endpoint", endpoint},
              {"tool", options.tool_version}};
}

/// The members that a run which goes on must share with the one before; the endpoint may move.
constexpr std::array<std::string_view, 6> kSameMembers = {"suite", "database", "questions",
                                                          "first", "settings", "prompt"};

Status check_same(const Json& before, const Json& now, const fs::path& file) {
  for (const std::string_view name : kSameMembers) {
    const Json old = before.is_object() && before.contains(name) ? before[std::string(name)] : Json();
    if (old == now[std::string(name)]) continue;
    return Error{ErrorKind::kUsage,
                 "a run with another " + std::string(name) + " stands here: " + quoted(to_text(old)) + ", not " +
                     quoted(to_text(now[std::string(name)])),
                 file.string(), "name another folder, or give the same options to go on"};
  }
  return done();
}

/// New, empty, or of the same run.
Status open_folder(const fs::path& out, const Json& facts) {
  std::error_code code;
  const fs::path file = out / "run.json";
  if (fs::is_regular_file(file, code)) {
    SURGSIGMA_TRY(before, read_document(file));
    return check_same(before, facts, file);
  }
  if (fs::exists(out / "log", code) || fs::exists(out / "answers", code)) {
    return Error{ErrorKind::kUsage, "the folder has answers of no known run", out.string(), "name a new folder"};
  }
  fs::create_directories(out / "log", code);
  if (!code) fs::create_directories(out / "answers", code);
  if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), out.string(), ""};
  Json begun = facts;
  begun["complete"] = false;
  return write_file(file, begun.dump(2) + "\n");
}

Status check_training(const AskSuiteOptions& options, const std::vector<SuiteFolderTest>& tests) {
  if (options.trained_on.empty()) return done();
  SURGSIGMA_TRY(trained, read_training_cases(options.trained_on));
  for (const SuiteFolderTest& test : tests) {
    if (!test.is_in_words) continue;
    SURGSIGMA_TRY(questions, read_questions(test.folder / "questions.jsonl"));
    SURGSIGMA_TRY(names, cases_of_manifest(test.folder / "manifest.json"));
    SURGSIGMA_CHECK(check_untouched(trained, test.id, questions, names));
  }
  return done();
}

/// Pictures of patients leave this machine only where the questions were made to leave the house.
Status check_way_out(const AskSuiteOptions& options, const std::vector<SuiteFolderTest>& tests, AskedSuite& asked) {
  if (options.endpoint.address.starts_with("replay:")) return done();
  SURGSIGMA_TRY(url, parse_endpoint_url(options.endpoint.address));
  if (url.is_this_machine()) return done();
  std::set<std::string> sources;
  for (const SuiteFolderTest& test : tests) {
    if (!test.is_in_words) continue;
    const fs::path file = test.folder / "manifest.json";
    SURGSIGMA_TRY(manifest, read_document(file));
    const Json parameters = manifest.value("parameters", Json::object());
    if (!options.is_inside && text_or(parameters, "purpose", "internal") == "internal") {
      return Error{ErrorKind::kUsage, "questions made for internal use would go to " + url.text(), file.string(),
                   "make them with --purpose research, which asks for approvals; or say --inside if that machine "
                   "belongs to your institution"};
    }
    for (const auto& [part, tasks] : manifest.value("rows", Json::object()).items()) {
      for (const auto& [task, counts] : tasks.items()) {
        for (const auto& [source, count] : counts.items()) sources.insert(source);
      }
    }
  }
  asked.shown_sources.assign(sources.begin(), sources.end());
  return done();
}

Json answer_json_of(const Outcome& outcome) {
  Json line = {{"id", outcome.id}, {"text", outcome.answer.text}};
  if (!outcome.answer.reasoning.empty()) line["reasoning"] = outcome.answer.reasoning;
  if (!outcome.answer.refusal.empty()) line["refusal"] = outcome.answer.refusal;
  if (!outcome.answer.finish_reason.empty()) line["finish_reason"] = outcome.answer.finish_reason;
  return line;
}

/// The answers of a test on their way into a file, which gets its name when it is whole.
class AnswersFile {
 public:
  explicit AnswersFile(fs::path path) : path_(std::move(path)), part_(path_.string() + ".part") {
    stream_.open(part_, std::ios::binary | std::ios::trunc);
  }
  ~AnswersFile() {
    std::error_code code;
    fs::remove(part_, code);
  }
  void add(const Json& line) { stream_ << to_text(line) << '\n'; }
  Status finish() {
    stream_.flush();
    if (!stream_) return Error{ErrorKind::kIo, "cannot write the answers", path_.string(), "is the disk full?"};
    stream_.close();
    std::error_code code;
    fs::rename(part_, path_, code);
    if (code) return Error{ErrorKind::kIo, "cannot write: " + code.message(), path_.string(), ""};
    return done();
  }

 private:
  fs::path path_;
  fs::path part_;
  std::ofstream stream_;
};

struct Asking {
  const AskSuiteOptions& options;
  const Catalog& catalog;
  const Endpoint& endpoint;
  std::vector<Json> unanswered;
  AskedSuite asked;
};

/// A test on its way: where its answers go.
struct TestAsking {
  const SuiteFolderTest& test;
  const std::vector<Question>& questions;
  AnswerLog& log;
  AnswersFile& file;
  AskedTest& asked;
};

void add_report(const AskReport& more, AskReport& sum) {
  sum.items += more.items;
  for (std::size_t i = 0; i < sum.by_state.size(); ++i) sum.by_state[i] += more.by_state[i];
  sum.spared += more.spared;
  sum.attempts += more.attempts;
  sum.retries += more.retries;
  sum.tokens.prompt += more.tokens.prompt;
  sum.tokens.completion += more.tokens.completion;
  sum.tokens.answers += more.tokens.answers;
  sum.tokens.answers_without_count += more.tokens.answers_without_count;
  sum.is_interrupted = more.is_interrupted;
  sum.stopped = more.stopped;
}

/// Asks `count` rows; true if all were put to the model.
Result<bool> ask_rows(std::size_t count, const std::function<AskItem(std::size_t)>& row, const TakeOutcome& take,
                      Asking& asking, const TestAsking& at) {
  std::size_t next = 0;
  const NextItem next_item = [&]() -> Result<std::optional<AskItem>> {
    if (next == count) return std::optional<AskItem>();
    return std::optional(row(next++));
  };
  SURGSIGMA_TRY(report, ask_all(asking.endpoint.open, asking.options.ask, next_item, take, &at.log));
  const bool is_through = report.is_complete();
  add_report(report, at.asked.report);
  return is_through;
}

void list_unanswered(const std::string& test, const std::string& id, const Outcome& outcome, Asking& asking) {
  asking.unanswered.push_back({{"test", test},
                               {"id", id},
                               {"state", std::string(name_of(outcome.state))},
                               {"what", outcome.what},
                               {"http_status", outcome.http_status},
                               {"attempts", outcome.attempts}});
}

Result<bool> ask_joint(const TestFacts& facts, Asking& asking, const TestAsking& at) {
  Progress progress(at.test.id, at.questions.size(), asking.options.is_quiet);
  const auto row = [&](std::size_t i) {
    const Question& question = at.questions[i];
    return AskItem{question.id, [&]() -> Result<ChatRequest> {
                     const Wording wording{question.turns, instructions_for(question, facts, asking.catalog.ontology)};
                     return chat_request(question, wording, at.test.id, at.test.folder, asking.options.prompt,
                                         asking.options.chat);
                   }};
  };
  const TakeOutcome take = [&](const Outcome& outcome) -> Status {
    if (outcome.state == AskState::kAnswered) {
      at.file.add(answer_json_of(outcome));
      ++at.asked.answered;
    } else {
      list_unanswered(at.test.id, outcome.id, outcome, asking);
    }
    progress.advance();
    return done();
  };
  auto is_through = ask_rows(at.questions.size(), row, take, asking, at);
  progress.finish();
  return is_through;
}

Result<bool> ask_rounds(const TestFacts& facts, Asking& asking, const TestAsking& at) {
  const AnswerWords words(asking.catalog.ontology);
  TripletRounds rounds(at.questions, facts, asking.catalog.ontology, words, at.test.style == "sequential_gt");
  std::vector<std::optional<Outcome>> lost(at.questions.size());
  do {
    const std::vector<RoundQuestion>& round = rounds.questions();
    Progress progress(at.test.id, round.size(), asking.options.is_quiet);
    const auto row = [&](std::size_t i) {
      return AskItem{round[i].id, [&, i]() -> Result<ChatRequest> {
                       return chat_request(at.questions[round[i].question], round[i].wording, at.test.id,
                                           at.test.folder, asking.options.prompt, asking.options.chat);
                     }};
    };
    const TakeOutcome take = [&](const Outcome& outcome) -> Status {
      if (outcome.state == AskState::kAnswered) {
        rounds.take(outcome.index, outcome.answer.text);
      } else {
        rounds.lose(outcome.index);
        lost[round[outcome.index].question] = outcome;
      }
      progress.advance();
      return done();
    };
    SURGSIGMA_TRY(is_through, ask_rows(round.size(), row, take, asking, at));
    progress.finish();
    if (!is_through) return false;
  } while (rounds.close_round());
  for (std::size_t i = 0; i < at.questions.size(); ++i) {
    if (const auto text = rounds.text(i)) {
      at.file.add({{"id", at.questions[i].id}, {"text", *text}});
      ++at.asked.answered;
    } else {
      list_unanswered(at.test.id, at.questions[i].id, *lost[i], asking);
    }
  }
  return true;
}

Status ask_test(const SuiteFolderTest& test, Asking& asking) {
  const AskSuiteOptions& options = asking.options;
  SURGSIGMA_TRY(questions, read_questions(test.folder / "questions.jsonl"));
  SURGSIGMA_TRY(facts, read_test_facts(test.folder));
  if (options.first > 0 && questions.size() > static_cast<std::size_t>(options.first)) {
    questions.resize(static_cast<std::size_t>(options.first));
  }
  SURGSIGMA_TRY(log, AnswerLog::open(options.out / "log" / (test.id + ".jsonl")));
  SURGSIGMA_CHECK(log->require(options.chat));
  AnswersFile file(options.out / "answers" / (test.id + ".jsonl"));
  AskedTest asked{test.id, questions.size(), 0, {}};
  const TestAsking at{test, questions, *log, file, asked};
  const bool is_joint = test.style == "joint";
  SURGSIGMA_TRY(is_through, is_joint ? ask_joint(facts, asking, at) : ask_rounds(facts, asking, at));
  SURGSIGMA_CHECK(log->sync());
  const TokenTotals of_log = log->tokens();
  asking.asked.tokens.prompt += of_log.prompt;
  asking.asked.tokens.completion += of_log.completion;
  asking.asked.tokens.answers += of_log.answers;
  asking.asked.tokens.answers_without_count += of_log.answers_without_count;
  asking.asked.unanswered += asked.questions - asked.answered;
  asking.asked.is_interrupted = asked.report.is_interrupted;
  asking.asked.stopped = asked.report.stopped;
  asking.asked.tests.push_back(std::move(asked));
  return is_through ? file.finish() : done();
}

Json test_json(const AskedTest& test, const TokenPrices& prices) {
  Json states = Json::object();
  for (int i = 0; i < kAskStates; ++i) {
    const auto state = static_cast<AskState>(i);
    if (test.report.count(state) > 0) states[std::string(name_of(state))] = test.report.count(state);
  }
  return {{"test", test.test},
          {"questions", test.questions},
          {"answered", test.answered},
          {"states", std::move(states)},
          {"spared", test.report.spared},
          {"attempts", test.report.attempts},
          {"retries", test.report.retries},
          {"prompt_tokens", test.report.tokens.prompt},
          {"completion_tokens", test.report.tokens.completion},
          {"cost", test.report.tokens.cost(prices)}};
}

Status write_account(const Json& facts, const Asking& asking) {
  const AskSuiteOptions& options = asking.options;
  const AskedSuite& asked = asking.asked;
  std::string lines;
  for (const Json& line : asking.unanswered) lines += to_text(line) + "\n";
  SURGSIGMA_CHECK(write_file(options.out / "unanswered.jsonl", lines));
  Json account = facts;
  Json tests = Json::array();
  for (const AskedTest& test : asked.tests) tests.push_back(test_json(test, options.ask.prices));
  account["complete"] = asked.is_complete();
  account["unanswered"] = asked.unanswered;
  account["not_asked"] = asked.not_asked;
  account["last_try"] = std::move(tests);
  account["all_tries"] = {{"prompt_tokens", asked.tokens.prompt},
                          {"completion_tokens", asked.tokens.completion},
                          {"answers", asked.tokens.answers},
                          {"answers_without_count", asked.tokens.answers_without_count},
                          {"cost", asked.tokens.cost(options.ask.prices)},
                          {"price_prompt_per_million", options.ask.prices.prompt_per_million},
                          {"price_completion_per_million", options.ask.prices.completion_per_million}};
  return write_file(options.out / "run.json", account.dump(2) + "\n");
}

}  // namespace

Result<AskedSuite> ask_suite(const AskSuiteOptions& options, const Catalog& catalog) {
  SURGSIGMA_CHECK(check_prompt_rules(options.prompt));
  SURGSIGMA_TRY(suite, read_suite_json(options.questions));
  SURGSIGMA_TRY(tests, tests_of_folder(options.questions, suite, options.tests));
  SURGSIGMA_TRY(endpoint, open_endpoint(options.endpoint));
  Asking asking{options, catalog, endpoint, {}, {}};
  if (std::none_of(tests.begin(), tests.end(), [](const SuiteFolderTest& test) { return test.is_in_words; })) {
    return Error{ErrorKind::kData, "no test is answered in words", options.questions.string(),
                 "answer them with files, and score these with `surgsigma eval score`"};
  }
  SURGSIGMA_CHECK(check_training(options, tests));
  SURGSIGMA_CHECK(check_way_out(options, tests, asking.asked));
  SURGSIGMA_TRY(facts, run_facts(options, suite, endpoint.name));
  SURGSIGMA_CHECK(open_folder(options.out, facts));
  for (const SuiteFolderTest& test : tests) {
    if (!test.is_in_words) {
      asking.asked.not_asked.push_back(test.id);
      continue;
    }
    SURGSIGMA_CHECK(ask_test(test, asking));
    if (!asking.asked.is_complete()) break;
  }
  SURGSIGMA_CHECK(write_account(facts, asking));
  return std::move(asking.asked);
}

}  // namespace surgsigma
