// surgsigma eval run and compare: a suite put to a model behind a chat endpoint, and two models side by side.
#include <fmt/core.h>

#include <atomic>
#include <cmath>
#include <csignal>

#include "commands.h"
#include "eval_words.h"
#include "output.h"
#include "surgsigma/base/text.h"
#include "surgsigma/eval/ask_suite.h"
#include "surgsigma/eval/compare.h"

namespace surgsigma::app {
namespace {

std::atomic<bool> is_told_to_stop = false;

extern "C" void stop_asking(int) {
  if (is_told_to_stop.exchange(true)) std::_Exit(kInterrupted);  // the second time at once: the logs are whole
}

struct RunWords {
  std::string suite;
  std::string out;
  MakeWords make;
  AskSuiteOptions ask;
  std::string instructions = "system";
  std::string system_file;
  std::string extra;
  std::vector<std::string> headers;
  double timeout_s = 300;
  double dead_after_s = 60;
  bool has_no_scores = false;
  SuiteScoreOptions score;
};

Result<InstructionPlace> place_of(const std::string& text) {
  for (std::size_t i = 0; i < kInstructionPlaceWords.size(); ++i) {
    if (kInstructionPlaceWords[i] == text) return static_cast<InstructionPlace>(i);
  }
  return Error{ErrorKind::kUsage, "--instructions does not know " + quoted(text), "eval run",
               "it is one of: system, user, none"};
}

Status finish_options(const RunWords& words, AskSuiteOptions& options) {
  SURGSIGMA_TRY(place, place_of(words.instructions));
  options.prompt.instructions = place;
  if (!words.system_file.empty()) {
    SURGSIGMA_TRY(text, read_file(words.system_file, 1 << 20));
    options.prompt.system = std::string(trim(text));
  }
  if (!words.extra.empty()) {
    SURGSIGMA_TRY(extra, parse_json(words.extra, "--extra"));
    options.chat.extra = std::move(extra);
  }
  for (const std::string& header : words.headers) {
    const std::size_t colon = header.find(':');
    if (colon == std::string::npos) {
      return Error{ErrorKind::kUsage, "a header without a colon", "--header", "write it as 'Name: value'"};
    }
    options.endpoint.headers.emplace_back(header.substr(0, colon), std::string(trim(header.substr(colon + 1))));
  }
  options.endpoint.read_timeout = static_cast<Microseconds>(words.timeout_s * kSecond);
  options.ask.dead_after = static_cast<Microseconds>(words.dead_after_s * kSecond);
  return done();
}

/// The folder of the questions: the one that is named, or one made from the database for the suite that is named.
Result<fs::path> questions_of(const Session& session, const RunWords& words, const Catalog& catalog) {
  std::error_code code;
  if (fs::is_directory(words.suite, code)) return fs::path(words.suite);
  const fs::path questions = fs::path(words.out) / "questions";
  SURGSIGMA_TRY(suite, read_suite(words.suite, catalog.folder, catalog));
  SURGSIGMA_TRY(database, session.open_database(Access::kRead));
  if (fs::is_regular_file(questions / "suite.json", code)) {
    SURGSIGMA_TRY(made, read_document(questions / "suite.json"));
    SURGSIGMA_TRY(tree_hash, database.tree_hash());
    if (text_or(made, "suite", "") == suite.id && text_or(made, "database", "") == tree_hash) return questions;
    return Error{ErrorKind::kUsage, "the folder has questions of another suite or state of the database",
                 questions.string(),
                 "name another folder, or give " + questions.string() + " itself to go on with them"};
  }
  // A kill leaves no half-made questions under their name.
  const fs::path unfinished = fs::path(words.out) / "questions.unfinished";
  fs::remove_all(unfinished, code);
  SURGSIGMA_TRY(made, make_suite_questions(session, words.make, database, catalog, suite, unfinished));
  if (!session.is_quiet && !session.as_json) print_made(session, made, unfinished.string());
  fs::rename(unfinished, questions, code);
  if (code) return Error{ErrorKind::kIo, "cannot rename the questions: " + code.message(), questions.string(), ""};
  return questions;
}

void print_asked(const AskedSuite& asked, const AskSuiteOptions& options) {
  QueryTable table;
  table.names = {"test", "questions", "answered", "unanswered", "asked now", "retries", "tokens in", "tokens out"};
  for (const AskedTest& test : asked.tests) {
    const std::size_t answered = test.report.count(AskState::kAnswered);
    table.rows.push_back(
        {{test.test, std::to_string(test.questions), std::to_string(answered),
          std::to_string(test.report.items - answered),
          std::to_string(answered - std::min(answered, test.report.spared)), std::to_string(test.report.retries),
          std::to_string(test.report.tokens.prompt), std::to_string(test.report.tokens.completion)}});
  }
  fmt::print("{}", table_text(table));
  const TokenPrices& prices = options.ask.prices;
  if (prices.prompt_per_million > 0 || prices.completion_per_million > 0) {
    fmt::print("All tries so far: {} tokens in, {} out, at your prices {:.4f}\n", with_thousands(asked.tokens.prompt),
               with_thousands(asked.tokens.completion), asked.tokens.cost(prices));
  }
  if (asked.tokens.answers_without_count > 0) {
    remark(with_thousands(asked.tokens.answers_without_count) +
           " answers came without a count of tokens: the sums are at least that");
  }
  if (!asked.shown_sources.empty()) {
    remark("pictures of " + join(asked.shown_sources, ", ") +
           " went to another machine: LICENCES.md in the questions says what their terms allow");
  }
  for (const std::string& test : asked.not_asked) remark(test + " is answered by pixels, not asked: `eval score`");
}

Json asked_json(const AskedSuite& asked, const std::string& out) {
  Json tests = Json::array();
  for (const AskedTest& test : asked.tests) {
    tests.push_back({{"test", test.test},
                     {"questions", test.questions},
                     {"answered", test.answered},
                     {"spared", test.report.spared},
                     {"attempts", test.report.attempts},
                     {"retries", test.report.retries}});
  }
  return {{"out", out},
          {"tests", tests},
          {"unanswered", asked.unanswered},
          {"complete", asked.is_complete()},
          {"prompt_tokens", asked.tokens.prompt},
          {"completion_tokens", asked.tokens.completion}};
}

/// Why a run must not be scored yet; nothing if it may.
std::optional<Error> unfinished(const AskedSuite& asked, const RunWords& words) {
  const std::string again = "give the same command again to go on: what is answered is not asked twice";
  if (asked.stopped) {
    Error error = *asked.stopped;
    error.hint += (error.hint.empty() ? "" : "; ") + again;
    return error;
  }
  if (asked.unanswered > 0 && !words.score.rules.allows_missing && words.ask.first == 0) {
    return Error{ErrorKind::kData, std::to_string(asked.unanswered) + " questions have no answer",
                 (fs::path(words.out) / "unanswered.jsonl").string(),
                 again + "; or --allow-missing, which counts them as wrong"};
  }
  return std::nullopt;
}

Status score_run(const Session& session, const RunWords& words, const AskSuiteOptions& asked_options,
                 const AskedSuite& asked, const Catalog& catalog) {
  const fs::path scores = fs::path(words.out) / "scores";
  std::error_code code;
  fs::remove_all(scores, code);  // of an earlier end of this run
  SuiteScoreOptions options = words.score;
  options.questions = asked_options.questions;
  options.predictions = fs::path(words.out) / "answers";
  options.out = scores;
  options.model = words.score.model.empty() ? asked_options.chat.model : words.score.model;
  options.trained_on = asked_options.trained_on;
  for (const AskedTest& test : asked.tests) options.tests.push_back(test.test);
  options.bootstrap.jobs = jobs_of(session);
  options.tool_version = SURGSIGMA_VERSION;
  SURGSIGMA_TRY(score, score_suite(options, catalog));
  if (!session.as_json) {
    print_scores(session, score, scores.string());
    return done();
  }
  Json document = asked_json(asked, words.out);
  for (const TestScore& test : score.tests) document["scores"].push_back(test_score_json(test));
  print_json(document);
  return done();
}

Status run(Session& session, const RunWords& words) {
  SURGSIGMA_TRY(catalog, session.open_catalog());
  AskSuiteOptions options = words.ask;
  options.out = words.out;
  options.is_quiet = session.is_quiet;
  options.tool_version = SURGSIGMA_VERSION;
  SURGSIGMA_CHECK(finish_options(words, options));
  SURGSIGMA_CHECK(check_prompt_rules(options.prompt));
  SURGSIGMA_TRY(questions, questions_of(session, words, catalog));
  options.questions = questions;
  options.ask.interrupted = &is_told_to_stop;
  const auto before = std::signal(SIGINT, stop_asking);
  std::signal(SIGTERM, stop_asking);
  SURGSIGMA_TRY(asked, ask_suite(options, catalog));
  std::signal(SIGINT, before);  // scoring has nothing to bring to an end
  std::signal(SIGTERM, SIG_DFL);
  const auto error = asked.is_interrupted ? std::nullopt : unfinished(asked, words);
  const bool is_scored = !asked.is_interrupted && !error && !words.has_no_scores && options.first == 0;
  if (!session.as_json) print_asked(asked, options);
  if (session.as_json && !is_scored) print_json(asked_json(asked, words.out));
  if (asked.is_interrupted) {
    if (!session.is_quiet) remark("stopped; give the same command again to go on");
    session.exit_code = kInterrupted;
    return done();
  }
  if (error) return *error;
  if (options.first > 0 && !session.is_quiet) {
    remark("a try of the first questions is not scored; look at " + words.out + "/answers");
  }
  if (!is_scored) return done();
  return score_run(session, words, options, asked, catalog);
}

void add_run(CLI::App& parent, Session& session) {
  CLI::App* command =
      add_command(parent, session, "run", "ask a model behind an OpenAI-compatible endpoint, and score", "");
  command->footer(
      "Examples:\n"
      "  surgsigma --db mydb eval run sigma-18 out --endpoint http://localhost:8000 --model Qwen2.5-VL-7B\n"
      "  surgsigma eval run questions out --endpoint https://api.example.com/v1 --model m --key-env EXAMPLE_KEY\n"
      "  surgsigma eval run questions out --endpoint replay:other/log/phase.jsonl --model m --test phase\n\n"
      "Killed or stopped, the same command goes on: what is answered is never asked twice. The key is read from the\n"
      "environment and written nowhere. docs/asking-models.md tells the rest.");
  auto words = std::make_shared<RunWords>();
  AskSuiteOptions& ask = words->ask;
  command->add_option("suite", words->suite, "folder that `eval make` wrote, or a suite to make from the database")
      ->required();
  command->add_option("out", words->out, "folder of the run: new, or of the same run begun before")->required();
  command->add_option("--endpoint", ask.endpoint.address, "http(s) address of the endpoint, or replay:FILE")
      ->required();
  command->add_option("--model", ask.chat.model, "its name at the endpoint")->required();
  command->add_option("--name", words->score.model, "its name in the tables (default: --model)");
  command->add_option("--test", ask.tests, "only this test; may be repeated");
  command->add_option("--first", ask.first, "so many questions of each test only, to try out; not scored")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--trained-on", ask.trained_on,
                      "export that the model was trained with, or a list of cases: refused where they meet the test");
  command->add_flag("--inside", ask.is_inside,
                    "the endpoint belongs to your institution: questions made for internal use may go there");
  command->add_option("--instructions", words->instructions,
                      "where the form of answers is told: system (default), user, none");
  command->add_option("--system", words->system_file, "file with further words of the system message");
  command->add_option("--detail", ask.prompt.detail, "low, high or auto, for endpoints that know it");
  command->add_option("--picture-urls", ask.prompt.picture_urls, "address of the questions folder, instead of data");
  command->add_option("--clip-frames", ask.prompt.clip_frames, "pictures of a clip (default 8)");
  command->add_option("--long-side", ask.prompt.long_side, "frames of clips are made no larger");
  command->add_option("--temperature", ask.chat.temperature, "default: the endpoint's");
  command->add_option("--top-p", ask.chat.top_p, "default: the endpoint's");
  command->add_option("--max-tokens", ask.chat.max_tokens, "of an answer (default: the endpoint's)");
  command->add_option("--decoding-seed", ask.chat.seed, "for endpoints that know it");
  command->add_option("--extra", words->extra, "further members of each request, as JSON");
  command->add_option("--key-env", ask.endpoint.key_variable,
                      "environment variable with the key (default OPENAI_API_KEY)");
  command->add_option("--header", words->headers, "'Name: value', sent with each request; may be repeated");
  command->add_option("--proxy", ask.endpoint.proxy, "http://host:port");
  command->add_option("--ca-file", ask.endpoint.ca_file, "certificates to trust instead of the system's");
  command->add_option("--connections", ask.ask.connections, "requests at a time (default 4)");
  command->add_option("--requests-per-minute", ask.ask.limits.requests_per_minute, "default: no limit");
  command->add_option("--tokens-per-minute", ask.ask.limits.tokens_per_minute, "default: no limit");
  command->add_option("--attempts", ask.ask.retry.max_attempts, "per question (default 6)");
  command->add_option("--timeout", words->timeout_s, "seconds without a byte (default 300)")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--dead-after", words->dead_after_s,
                   "seconds without any model behind the address until the run ends (default 60)")
      ->check(CLI::PositiveNumber);
  command->add_option("--price-in", ask.ask.prices.prompt_per_million, "of a million prompt tokens");
  command->add_option("--price-out", ask.ask.prices.completion_per_million, "of a million completion tokens");
  command->add_flag("--send-ids", ask.endpoint.sends_ids, "each question's id as X-Question-Id (ids name videos)");
  add_make_options(command, words->make);
  command->add_flag("--no-scores", words->has_no_scores, "only ask");
  add_statistics_options(command, words->score);
  on_run(command, session, [&session, words]() -> Status { return run(session, *words); });
}

struct CompareWords {
  CompareOptions options;
};

void print_comparison(const Session& session, const Comparison& comparison, const std::string& out) {
  if (session.as_json) {
    Json tests = Json::array();
    for (const ComparedTest& test : comparison.tests) {
      const PairedDifference& pair = test.differences[test.primary_place()];
      tests.push_back({{"test", test.test},
                       {"metric", test.primary},
                       {"a", test.a[test.primary_place()]},
                       {"b", test.b[test.primary_place()]},
                       {"difference", pair.difference.value},
                       {"low", pair.difference.low},
                       {"high", pair.difference.high},
                       {"p", pair.p_value},
                       {"adjusted_p", test.adjusted_p}});
    }
    print_json({{"out", out}, {"a", comparison.model_a}, {"b", comparison.model_b}, {"tests", tests}});
    return;
  }
  QueryTable table;
  table.names = {"test", "metric", comparison.model_a, comparison.model_b, "difference",
                 "low",  "high",   "p adjusted",       "only first right", "only second right"};
  for (const ComparedTest& test : comparison.tests) {
    const std::size_t i = test.primary_place();
    const MetricRow* row = metric_row_of(test.primary);
    const std::string_view unit = row ? row->unit : "share";
    const ScoredValue& difference = test.differences[i].difference;
    const auto count = [](std::optional<std::size_t> one) { return one ? std::to_string(*one) : std::string("-"); };
    table.rows.push_back(
        {{test.test, test.primary, shown_value(test.a[i], unit), shown_value(test.b[i], unit),
          shown_value(difference.value, unit), shown_value(difference.low, unit), shown_value(difference.high, unit),
          std::isnan(test.adjusted_p) ? "-" : fmt::format("{:.4f}", test.adjusted_p), count(test.only_a),
          count(test.only_b)}});
  }
  fmt::print("{}", table_text(table));
  fmt::print("All metrics: {}/compare.csv and compare.json; a table for people: compare.md\n", out);
}

void add_compare(CLI::App& parent, Session& session) {
  CLI::App* command = add_command(parent, session, "compare", "two models on the same questions, differences paired",
                                  "surgsigma eval compare questions run-a/answers run-b/answers out");
  auto words = std::make_shared<CompareWords>();
  CompareOptions& options = words->options;
  command->add_option("questions", options.questions, "folder that `eval make` wrote")->required();
  command->add_option("a", options.answers_a, "answers of the first model, as for `eval score`")->required();
  command->add_option("b", options.answers_b, "answers of the second model")->required();
  command->add_option("out", options.out, "new or empty folder")->required();
  command->add_option("--name-a", options.model_a, "name of the first model (default: a)");
  command->add_option("--name-b", options.model_b, "name of the second model (default: b)");
  command->add_option("--test", options.tests, "only this test; may be repeated");
  command->add_flag("--allow-missing", options.rules.allows_missing, "questions without an answer count as wrong");
  command->add_option("--resamples", options.bootstrap.resamples, "of the intervals (default 10000)");
  command->add_option("--seed", options.bootstrap.seed, "of the resamples (default 1)");
  on_run(command, session, [&session, words]() -> Status {
    SURGSIGMA_TRY(catalog, session.open_catalog());
    CompareOptions given = words->options;
    if (given.model_a.empty()) given.model_a = "a";
    if (given.model_b.empty()) given.model_b = "b";
    given.bootstrap.jobs = jobs_of(session);
    given.tool_version = SURGSIGMA_VERSION;
    SURGSIGMA_TRY(comparison, compare_answers(given, catalog));
    print_comparison(session, comparison, given.out.string());
    return done();
  });
}

}  // namespace

void add_run_commands(CLI::App& eval, Session& session) {
  add_run(eval, session);
  add_compare(eval, session);
}

}  // namespace surgsigma::app
