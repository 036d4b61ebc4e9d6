// One line to a model, whatever is at its other end (HTTP, a replay, later a model of our own): one question goes in,
// what came of it comes out. Retrying, pacing and keeping are not its business (ask_all.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "surgsigma/base/time.h"
#include "surgsigma/infer/chat.h"

namespace surgsigma {

/// What became of a question in the end.
enum class AskState {
  kAnswered,
  kNotMade,      ///< The request could not be made: a picture is missing, a text is no UTF-8.
  kRejected,     ///< The endpoint does not want this one: too long, filtered, malformed.
  kUnreadable,   ///< An answer came whose form is not understood.
  kTooLarge,     ///< The answer is beyond the limit.
  kUnavailable,  ///< Errors of the endpoint or the network until the attempts were used up.
  kTimedOut,     ///< Not answered before the deadline.
  kNotAsked,     ///< The run ended before there was an answer.
};
inline constexpr int kAskStates = 8;
/// "answered", "not_made", ...
std::string_view name_of(AskState state);

/// What to do about one attempt.
enum class Verdict {
  kAnswered,
  kRetry,       ///< May well go better later.
  kItemFailed,  ///< This question will not be answered, others may.
  kStop,        ///< No question will: key, model, address.
};

struct Attempt {
  Verdict verdict = Verdict::kItemFailed;
  AskState state = AskState::kUnavailable;  ///< What the question becomes if this was the last attempt.
  ChatAnswer answer;                        ///< If answered; without attempts.
  int http_status = 0;                      ///< 0: no reply came.
  bool has_reached_model = false;           ///< False: no connection, no reply, or a gateway without its server.
  std::string what;                         ///< For people. Never holds the key.
  std::string hint;
  std::optional<Microseconds> retry_after;  ///< As the endpoint wishes.
};

struct AskedQuestion {
  std::string_view id;
  std::string_view hash;
  const ChatRequest& request;
};

/// `ask` is called by one thread at a time and blocks; `cancel` may come from another thread at any moment and makes an
/// `ask` in progress return soon. Neither throws.
struct ModelLine {
  std::function<Attempt(const AskedQuestion&)> ask;
  std::function<void()> cancel;
};
/// Opens one more line; safe from any thread.
using OpenLine = std::function<ModelLine()>;

}  // namespace surgsigma
