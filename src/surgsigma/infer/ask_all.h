// Asks a chat endpoint a long row of questions: several at a time, within its limits, again where that may help, never
// twice what has been answered, and with the outcomes in the order of the questions.
//
// What a run promises:
// - Each question gets exactly one Outcome, handed over in the order of the questions, whatever the number of
//   connections. Two runs whose model answers alike give alike ids, states and texts.
// - An answer is in the log before its outcome is handed over. After a kill the same call goes on where it was: what is
//   in the log is not asked; only what was on its way then is asked a second time.
// - Memory is that of `connections` requests (with their pictures) and of `window` outcomes at most.
// - It does not print, and stops within `grace` when told to.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "surgsigma/base/result.h"
#include "surgsigma/infer/answer_log.h"
#include "surgsigma/infer/cost.h"
#include "surgsigma/infer/line.h"
#include "surgsigma/infer/pace.h"

namespace surgsigma {

/// One question, not yet made. `make` runs on the thread that sends, so pictures are read late and at the same time as
/// others. If it fails the question becomes kNotMade and the run goes on.
struct AskItem {
  std::string id;  ///< UTF-8; need not be unique.
  std::function<Result<ChatRequest>()> make;
};
/// The next question, or nothing at the end. Called by one thread at a time. An error ends the run.
using NextItem = std::function<Result<std::optional<AskItem>>()>;

struct Outcome {
  std::size_t index = 0;  ///< Place in the row, from 0.
  std::string id;
  std::string hash;  ///< Empty where the request could not be made.
  AskState state = AskState::kNotAsked;
  ChatAnswer answer;      ///< If answered.
  std::string what;       ///< If not: why, for people.
  int http_status = 0;    ///< Of the last attempt.
  int attempts = 0;       ///< Made in this run.
  bool is_asked = false;  ///< False: from the log, the same as another question of this run, or never sent.
};
/// Called by one thread at a time, in the order of the questions. An error ends the run.
using TakeOutcome = std::function<Status(const Outcome&)>;

struct AskReport {
  std::size_t items = 0;                           ///< Outcomes handed over.
  std::array<std::size_t, kAskStates> by_state{};  ///< By AskState; sums to `items`.
  std::size_t spared = 0;  ///< Answered without being asked: by the log or by an equal question.
  std::size_t attempts = 0;
  std::size_t retries = 0;
  TokenTotals tokens;  ///< Of what was asked in this run.
  double cost = 0;     ///< At the prices given.
  bool is_interrupted = false;
  std::optional<Error> stopped;  ///< Why the run ended early: a key, a dead endpoint, a full disk. With how to go on.

  std::size_t count(AskState state) const { return by_state[static_cast<std::size_t>(state)]; }
  bool is_complete() const { return !is_interrupted && !stopped; }
};

struct AskSettings {
  int connections = 4;  ///< 1..512
  RateLimits limits;
  RetrySettings retry;
  Microseconds deadline = 1800 * kSecond;     ///< Of one question, from its first sending, waits and retries included.
  Microseconds longest_wait = 900 * kSecond;  ///< An endpoint that wants more (Retry-After) ends the run.
  /// No model behind the address for so many attempts in a row and so long: the run ends. Meanwhile questions are not
  /// given up for it.
  int dead_after_failures = 10;
  Microseconds dead_after = 60 * kSecond;
  /// So many questions failed and none answered by the endpoint: a setting is wrong, the run ends. 0: never.
  int hopeless_after = 20;
  Microseconds grace = 5 * kSecond;  ///< Told to stop: how long requests on their way may still end well.
  std::size_t window = 4096;         ///< Outcomes that may wait for an earlier one.
  TokenPrices prices;
  const std::atomic<bool>* interrupted = nullptr;  ///< Set by the caller, for example on SIGINT.
  /// Called from the calling thread a few times a second and at the end.
  std::function<void(const AskReport&)> progress;
};

/// Runs until all is asked or the run must end; then what is known is handed over still, the unanswered as kNotAsked,
/// and the report says why. Fails (kUsage) only on settings out of range, before anything is asked. `log` may be null:
/// then nothing is kept. All requests must have the settings of the log; the first that has others ends the run.
Result<AskReport> ask_all(const OpenLine& open, const AskSettings& settings, const NextItem& next,
                          const TakeOutcome& take, AnswerLog* log);

}  // namespace surgsigma
