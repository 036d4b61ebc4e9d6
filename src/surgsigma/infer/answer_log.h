// The answers of a run, kept as they come: the place from which a run goes on after a kill, and the cache that spares
// asking twice. One file of JSON lines:
//   {"surgsigma_answers":1,"settings":{"model":"m","temperature":0.0}}
//   {"hash":"<32 hex>","id":"...","text":"...","finish_reason":"stop","reasoning":"...","refusal":"...","model":"m",
//    "prompt_tokens":812,"completion_tokens":9,"latency_ms":311,"attempts":1,"http_status":200,"time":"2025-01-31T12:00:00Z"}
// Members that are empty or unknown are left out. One log holds the answers of one ChatSettings.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "surgsigma/infer/chat.h"
#include "surgsigma/infer/cost.h"

namespace surgsigma {

/// Safe from several threads. A line is written by one call and synced to disk every 32 lines or 2 s and at the end: a
/// kill loses nothing that was written, a power cut the last seconds.
class AnswerLog {
 public:
  /// Opens or makes `path`, under a lock on `path`.lock. A last line without its end (a kill while it was written) is
  /// cut off. Fails with kBusy where another process has it open, kData naming the line where the file is damaged or no
  /// answer log, kVersion for a newer one, kIo.
  static Result<std::unique_ptr<AnswerLog>> open(const std::filesystem::path& path);
  ~AnswerLog();
  AnswerLog(const AnswerLog&) = delete;
  AnswerLog& operator=(const AnswerLog&) = delete;

  /// Fails with kUsage, naming the first setting that differs, if the log holds answers under other settings. The first
  /// call on an empty log writes them down.
  Status require(const ChatSettings& settings);
  /// The answer to a request, read back from the file.
  Result<std::optional<ChatAnswer>> find(std::string_view hash) const;
  /// Keeps an answer; one whose hash is there already is passed over. Requires require().
  Status add(std::string_view hash, std::string_view id, const ChatAnswer& answer);
  Status sync();

  const std::filesystem::path& path() const;
  std::size_t size() const;             ///< Answers.
  std::uint64_t dropped_bytes() const;  ///< Of the line that was cut off when the log was opened.
  TokenTotals tokens() const;           ///< Of all answers in the log.

 private:
  struct State;
  explicit AnswerLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One line of a log or a replay. `where` names it in errors ("file:12").
struct LoggedAnswer {
  std::string hash;  ///< Empty: none.
  std::string id;    ///< Empty: none.
  ChatAnswer answer;
};
/// Fails with kData on what is no object with "text", a hash that is not 32 hex digits, or members of a wrong kind.
Result<LoggedAnswer> parse_logged_answer(std::string_view line, std::string_view where);

}  // namespace surgsigma
