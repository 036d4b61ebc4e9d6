// Readers of an evaluation's files: questions and what belongs to them, predictions in other people's forms, pairs of
// pixels, suites, lists of training cases, scores of runs, and what models and logs say.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"
#include "surgsigma/eval/board.h"
#include "surgsigma/eval/judged.h"
#include "surgsigma/eval/pixel_answers.h"
#include "surgsigma/eval/predictions.h"
#include "surgsigma/eval/training_cases.h"
#include "surgsigma/infer/answer_log.h"
#include "surgsigma/infer/replay.h"
#include "surgsigma/infer/reply.h"
#include "surgsigma/schema/suite.h"
#include "targets.h"

namespace surgsigma::fuzz {
namespace {

/// A folder for each target: the replay runs all of them.
fs::path folder_of(const Target& target) {
  static const TemporaryFolder folder;
  return folder.path() / target.name;
}

std::pair<std::string_view, std::string_view> first_line(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  return {bytes.substr(0, end), bytes.substr(std::min(end + 1, bytes.size()))};
}

template <class T>
bool is_sound(const Result<T>& read) {
  if (read.ok()) return true;
  expect(!read.error().what.empty() && is_valid_utf8(read.error().what), "an error without words");
  return false;
}

void expect_text(std::string_view text) { expect(is_valid_utf8(text), "text that is no UTF-8"); }

void run_questions(const Target& target, std::string_view bytes) {
  const fs::path file = folder_of(target) / "questions.jsonl";
  replace_file(file, bytes);
  const auto questions = read_questions(file);
  if (!is_sound(questions)) return;
  std::set<std::string> ids;
  for (const Question& question : *questions) {
    expect(ids.insert(question.id).second, "an id stands twice");
    expect(question.turns.size() % 2 == 1, "turns that do not end with a question");
    expect(question.size.width >= 0 && question.size.height >= 0, "a picture of a size below nothing");
    const std::string gold = answer_json(question.gold);
    const auto again = answer_from_json(gold, "written");
    expect(again.ok() && answer_json(*again) == gold, "a gold answer cannot be written and read back");
  }
}

/// The first line is the vocabulary, the rest the answers of the training part.
void run_test_facts(const Target& target, std::string_view bytes) {
  const fs::path folder = folder_of(target);
  const auto [vocabulary, priors] = first_line(bytes);
  replace_file(folder / "vocabulary.json", vocabulary);
  replace_file(folder / "priors.jsonl", priors);
  const auto facts = read_test_facts(folder);
  if (!is_sound(facts)) return;
  std::string written;
  for (const PriorAnswer& prior : facts->priors) {
    expect(prior.count > 0 && !prior.source.empty(), "an answer that was never given");
    written += to_text(prior_json(prior)) + "\n";
  }
  replace_file(folder / "vocabulary.json", to_text(vocabulary_json(*facts)));
  replace_file(folder / "priors.jsonl", written);
  const auto again = read_test_facts(folder);
  expect(again.ok(), "what was read cannot be written and read back");
  expect(vocabulary_json(*again) == vocabulary_json(*facts), "a vocabulary changes when it is written and read back");
  expect(again->priors.size() == facts->priors.size(), "an answer is lost");
}

std::vector<Question> three_questions() {
  std::vector<Question> questions(3);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    questions[i].id = std::string("q") + std::to_string(i + 1);
    questions[i].turns = {"Which instrument is this?"};
  }
  questions[2].id = "3";  // VLMEvalKit's index is a number
  return questions;
}

/// The first byte chooses the ending of the file's name.
void run_predictions(const Target& target, std::string_view bytes) {
  if (bytes.empty()) return;
  constexpr std::string_view kEndings[] = {".jsonl", ".json", ".tsv", ".csv"};
  static const std::vector<Question> questions = three_questions();
  const fs::path file = folder_of(target) / ("p" + std::string(kEndings[static_cast<unsigned char>(bytes[0]) % 4U]));
  replace_file(file, bytes.substr(1));
  for (const bool allows_missing : {false, true}) {
    const auto predictions = read_predictions(file, questions, {"", allows_missing});
    if (!is_sound(predictions)) continue;
    expect(predictions->size() == questions.size(), "not one prediction per question");
    for (const Prediction& prediction : *predictions) {
      expect(allows_missing || !prediction.is_missing, "a missing answer is passed over");
      expect(!prediction.is_missing || prediction.text.empty(), "a missing answer with words");
      for (const std::string& text :
           {prediction.text, prediction.reasoning, prediction.refusal, prediction.finish_reason}) {
        expect_text(text);
      }
    }
  }
}

void run_suite(const Target&, std::string_view bytes) {
  static const auto catalog = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
  expect(catalog.ok(), "the catalog cannot be read");
  const auto document = parse_yaml(bytes, "suite.yaml");
  if (!document) return;
  const auto suite = suite_from(*document, "suite.yaml", *catalog);
  if (!is_sound(suite)) return;
  expect(!suite->id.empty() && !suite->name.empty() && !suite->tests.empty(), "a suite of nothing");
  for (const SuiteTest& test : suite->tests) {
    expect(suite->find(test.id) == &test, "two tests of one id");
    expect(test.questions >= 0, "a number of questions below 0");
    expect(!test.unavailable.empty() || !test.primary.empty(), "a test without a score");
    for (const std::string& source : test.sources) {
      expect(catalog->source(SourceId(source)) != nullptr, "a source that is not there");
    }
  }
}

void expect_label(const std::string& name, int value) { expect(value > 0 && value < 256, "no label: " + name); }

void run_pixel_pairs(const Target& target, std::string_view bytes) {
  const fs::path file = folder_of(target) / kPairsFile;
  replace_file(file, bytes);
  const auto pairs = read_pixel_pairs(file);
  if (!is_sound(pairs)) return;
  std::set<std::string> ids;
  for (const PixelPair& pair : *pairs) {
    expect(ids.insert(pair.id).second, "an id stands twice");
    expect(pair.task == pairs->front().task && pixel_family(pair.task), "a pair of another task");
    expect(is_safe_relative(pair.input) && is_safe_relative(pair.gold), "a path that leaves the folder");
    expect(pair.parameters.is_object(), "parameters that are no object");
    for (const auto& [name, value] : pair.classes) expect_label(name, value);
  }
}

/// answers.json beside the one answer to one pair.
void run_pixel_notes(const Target& target, std::string_view bytes) {
  const fs::path folder = folder_of(target);
  PixelPair pair;
  pair.id = "a";
  pair.classes = {{"grasper", 1}, {"hook", 2}};
  replace_file(folder / "a.png", "");
  replace_file(folder / "answers.json", bytes);
  const auto answers = find_pixel_answers(folder, {pair}, false);
  if (!is_sound(answers)) return;
  const AnswerNotes& notes = answers->notes;
  expect(answers->files.size() == 1 && answers->files[0] == folder / "a.png", "the answer is not found");
  expect(notes.scale > 0, "a scale that is no positive number");
  std::set<int> values;
  for (const auto& [name, value] : notes.classes) {
    expect_label(name, value);
    expect(values.insert(value).second && pair.classes.contains(name), "classes that are not those of the pairs");
  }
  expect(notes.classes.empty() || notes.classes.size() == pair.classes.size(), "a class is left out");
}

/// Once as the manifest of an export, once as lines.
void run_training_cases(const Target& target, std::string_view bytes) {
  for (const char* name : {"manifest.json", "cases.txt"}) {
    const fs::path file = folder_of(target) / name;
    replace_file(file, bytes);
    const auto trained = read_training_cases(file);
    if (!is_sound(trained)) continue;
    expect(!trained->names.empty(), "a list that names no case");
    for (const std::string& one : trained->names) {
      expect_text(one);
      expect(!trim(one).empty(), "a case without a name");
    }
    Question question;
    question.case_id = *trained->names.begin();
    expect(!check_untouched(*trained, "test", {question}, {}).ok(), "a case of the training is asked");
  }
  is_sound(cases_of_manifest(folder_of(target) / "manifest.json"));
}

/// A log that opens says the same when it is opened again, and can be replayed.
void run_answer_log(const Target& target, std::string_view bytes) {
  const auto line = parse_logged_answer(bytes, "input:1");
  if (is_sound(line)) {
    expect(line->hash.empty() || line->hash.size() == 32, "a hash that is none");
    expect(line->answer.attempts >= 0 && line->answer.latency_ms >= 0, "a count below 0");
    expect(line->answer.http_status >= 0, "a status below 0");
    expect_text(line->answer.text);
  }
  const fs::path file = folder_of(target) / "log.jsonl";
  replace_file(file, bytes);
  std::size_t size = 0;
  {
    const auto log = AnswerLog::open(file);
    if (!is_sound(log)) return;
    size = (*log)->size();
    expect((*log)->dropped_bytes() <= bytes.size(), "more is dropped than there was");
  }
  const auto again = AnswerLog::open(file);
  expect(again.ok() && (*again)->size() == size && (*again)->dropped_bytes() == 0, "a log changes when it is opened");
  is_sound(open_replay(file));
}

/// The first line is the status and a Retry-After header, the rest the body.
void run_reply(const Target&, std::string_view bytes) {
  const auto [head, body] = first_line(bytes);
  const std::size_t blank = std::min(head.find(' '), head.size());
  const Attempt attempt = read_reply(static_cast<int>(parse_int(head.substr(0, blank)).value_or(200) % 1000), body);
  const bool is_answered = attempt.verdict == Verdict::kAnswered;
  expect(is_answered == (attempt.state == AskState::kAnswered), "answered, and yet not");
  expect(is_answered == attempt.what.empty(), "an attempt that failed without a reason");
  for (const std::string& text : {attempt.what, attempt.hint, attempt.answer.text, attempt.answer.reasoning,
                                  attempt.answer.refusal, attempt.answer.finish_reason, attempt.answer.model}) {
    expect_text(text);
  }
  expect(attempt.what.size() < 2000, "an endpoint talks without end");
  expect(attempt.answer.prompt_tokens.value_or(0) >= 0, "a count below 0");
  expect(attempt.answer.completion_tokens.value_or(0) >= 0, "a count below 0");
  const auto wait = parse_retry_after(head.substr(std::min(blank + 1, head.size())), 1'700'000'000);
  expect(!wait || (*wait >= 0 && *wait <= 10'000'000 * kSecond), "a wait that is none");
}

/// scores.json of one run, as the board takes it and shows it.
void run_scores(const Target& target, std::string_view bytes) {
  replace_file(folder_of(target) / "scores.json", bytes);
  const auto board = read_board({folder_of(target)});
  if (!is_sound(board)) return;
  expect(board->models.size() == 1, "one run of several models");
  for (const BoardTest& test : board->tests) {
    expect(test.values.size() == 1 && test.parse_rates.size() == 1, "a test without its one value");
  }
  for (const std::string& text : {board_page(*board), board_markdown(*board), board_latex(*board), board_csv(*board),
                                  to_text(board_json(*board))}) {
    expect_text(text);
  }
}

}  // namespace

std::vector<Target> eval_targets() {
  return {{"questions", run_questions},
          {"test_facts", run_test_facts},
          {"predictions", run_predictions},
          {"suite", run_suite},
          {"pixel_pairs", run_pixel_pairs},
          {"pixel_notes", run_pixel_notes},
          {"training_cases", run_training_cases},
          {"answer_log", run_answer_log},
          {"reply", run_reply},
          {"scores", run_scores}};
}

}  // namespace surgsigma::fuzz
