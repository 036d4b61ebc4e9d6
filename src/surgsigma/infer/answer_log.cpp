#include "surgsigma/infer/answer_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <limits>
#include <mutex>
#include <system_error>
#include <unordered_map>

#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr int kVersion = 1;
constexpr const char* kHeadMember = "surgsigma_answers";
constexpr int kLinesPerSync = 32;
constexpr auto kTimePerSync = std::chrono::seconds(2);

Error log_error(const char* doing, const fs::path& path, int code) {
  return {ErrorKind::kIo, std::string(doing) + ": " + std::generic_category().message(code), path.string(),
          code == ENOSPC ? "the disk is full; make room and run again" : ""};
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

bool is_hash(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string line_of(std::string_view hash, std::string_view id, const ChatAnswer& answer) {
  Json object = {{"hash", hash}, {"id", id}, {"text", answer.text}};
  const auto put_text = [&](const char* key, const std::string& value) {
    if (!value.empty()) object[key] = value;
  };
  put_text("finish_reason", answer.finish_reason);
  put_text("reasoning", answer.reasoning);
  put_text("refusal", answer.refusal);
  put_text("model", answer.model);
  if (answer.prompt_tokens) object["prompt_tokens"] = *answer.prompt_tokens;
  if (answer.completion_tokens) object["completion_tokens"] = *answer.completion_tokens;
  object["latency_ms"] = answer.latency_ms;
  object["attempts"] = answer.attempts;
  if (answer.http_status) object["http_status"] = answer.http_status;
  object["time"] = now_text();
  return to_text(object) + "\n";
}

/// "temperature is 0.2 here and 0.0 in the log" for the first member that differs.
std::string difference(const Json& ours, const Json& theirs) {
  const auto text_at_key = [](const Json& object, const std::string& key) {
    return object.contains(key) ? to_text(object.at(key)) : std::string("not set");
  };
  const auto compare = [&](const Json& keys) -> std::string {
    for (const auto& [key, value] : keys.items()) {
      const std::string here = text_at_key(ours, key);
      const std::string there = text_at_key(theirs, key);
      if (here != there) return key + " is " + here + " here and " + there + " in the log";
    }
    return "";
  };
  const std::string found = compare(ours);
  return found.empty() ? compare(theirs) : found;
}

}  // namespace

struct AnswerLog::State {
  struct Place {
    std::uint64_t offset;
    std::uint64_t bytes;
  };

  ~State() {
    if (file >= 0) ::close(file);
    if (lock >= 0) ::close(lock);
  }

  Status read_head(std::string_view line);
  Status read_all();
  Status append(std::string_view line);

  fs::path path;
  int lock = -1;
  int file = -1;
  std::uint64_t end = 0;
  std::uint64_t dropped = 0;
  std::string settings;  ///< As settings_json() writes them; empty: not known yet.
  std::unordered_map<std::string, Place> places;
  TokenTotals tokens;
  int unsynced = 0;
  std::chrono::steady_clock::time_point last_sync = std::chrono::steady_clock::now();
  mutable std::mutex mutex;
};

Status AnswerLog::State::read_head(std::string_view line) {
  const std::string where = path.string() + ":1";
  const Error no_log{ErrorKind::kData, "this is no answer log", where, "name a file that is not there yet"};
  const auto head = parse_json(line, where);
  if (!head.ok() || !head->is_object() || !head->contains(kHeadMember)) return no_log;
  const std::int64_t version = int_or(*head, kHeadMember, 0);
  if (version > kVersion) {
    return Error{ErrorKind::kVersion, "the log was written by a newer version", where, "update surgsigma"};
  }
  if (version < 1 || !head->contains("settings") || !head->at("settings").is_object()) return no_log;
  settings = to_text(head->at("settings"));
  return done();
}

Status AnswerLog::State::read_all() {
  SURGSIGMA_TRY(mapped, MappedFile::open(path));
  const std::string_view bytes = mapped.bytes();
  for (std::int64_t number = 1; end < bytes.size(); ++number) {
    const std::size_t line_end = bytes.find('\n', end);
    if (line_end == std::string_view::npos) break;
    const std::string_view line = bytes.substr(end, line_end - end);
    if (number == 1) {
      SURGSIGMA_CHECK(read_head(line));
    } else {
      SURGSIGMA_TRY(logged, parse_logged_answer(line, path.string() + ":" + std::to_string(number)));
      if (logged.hash.empty()) {
        return Error{ErrorKind::kData, "the line has no hash", path.string() + ":" + std::to_string(number), ""};
      }
      if (places.emplace(logged.hash, Place{end, line.size()}).second) tokens.add(logged.answer);
    }
    end = line_end + 1;
  }
  // The start of a file that was never ours must not be cut away.
  const bool may_be_ours =
      end > 0 || bytes.empty() || std::string_view("{\"surgsigma_answers\":").starts_with(bytes.substr(0, 21));
  if (!may_be_ours) {
    return Error{ErrorKind::kData, "this is no answer log", path.string() + ":1", "name a file that is not there yet"};
  }
  dropped = bytes.size() - end;
  return done();
}

Status AnswerLog::State::append(std::string_view line) {
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int code = errno;
      if (rest.size() < line.size()) (void)!::ftruncate(file, static_cast<off_t>(end));  // half a line helps nobody
      return log_error("cannot write to the answer log", path, code);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  end += line.size();
  ++unsynced;
  const auto now = std::chrono::steady_clock::now();
  if (unsynced < kLinesPerSync && now - last_sync < kTimePerSync) return done();
  if (::fdatasync(file) != 0) return log_error("cannot sync the answer log", path, errno);
  unsynced = 0;
  last_sync = now;
  return done();
}

AnswerLog::AnswerLog(std::unique_ptr<State> state) : state_(std::move(state)) {}

AnswerLog::~AnswerLog() {
  if (state_->unsynced > 0) ::fdatasync(state_->file);
}

Result<std::unique_ptr<AnswerLog>> AnswerLog::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  std::error_code code;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), code);
  if (code) return log_error("cannot make the folder of the answer log", path, code.value());
  const std::string lock_path = path.string() + ".lock";
  state->lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (state->lock < 0) return log_error("cannot open the lock file", lock_path, errno);
  if (::flock(state->lock, LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorKind::kBusy, "another process is writing to this answer log", path.string(),
                 "wait for it to end, or stop it"};
  }
  state->file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (state->file < 0) return log_error("cannot open the answer log", path, errno);
  SURGSIGMA_CHECK(state->read_all());
  if (state->dropped > 0 && ::ftruncate(state->file, static_cast<off_t>(state->end)) != 0) {
    return log_error("cannot cut off the broken last line", path, errno);
  }
  return std::unique_ptr<AnswerLog>(new AnswerLog(std::move(state)));
}

Status AnswerLog::require(const ChatSettings& settings) {
  SURGSIGMA_TRY(text, settings_json(settings));
  const std::lock_guard lock(state_->mutex);
  if (text == state_->settings) return done();
  if (state_->settings.empty()) {
    SURGSIGMA_CHECK(state_->append(std::string("{\"") + kHeadMember + "\":" + std::to_string(kVersion) +
                                   ",\"settings\":" + text + "}\n"));
    state_->settings = text;
    return done();
  }
  SURGSIGMA_TRY(ours, parse_json(text, "settings"));
  SURGSIGMA_TRY(theirs, parse_json(state_->settings, "settings"));
  const std::string what = difference(ours, theirs);
  if (what.empty()) return done();  // written in another order
  return Error{ErrorKind::kUsage, "the answer log holds answers under other settings: " + what, state_->path.string(),
               "name another log, or ask with the same settings"};
}

Result<std::optional<ChatAnswer>> AnswerLog::find(std::string_view hash) const {
  State::Place place{};
  {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->places.find(std::string(hash));
    if (found == state_->places.end()) return std::optional<ChatAnswer>();
    place = found->second;
  }
  std::string line(place.bytes, '\0');
  for (std::size_t got = 0; got < line.size();) {
    const ssize_t count =
        ::pread(state_->file, line.data() + got, line.size() - got, static_cast<off_t>(place.offset + got));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return log_error("cannot read the answer log", state_->path, count < 0 ? errno : EIO);
    got += static_cast<std::size_t>(count);
  }
  SURGSIGMA_TRY(logged, parse_logged_answer(line, state_->path.string()));
  return std::optional<ChatAnswer>(std::move(logged.answer));
}

Status AnswerLog::add(std::string_view hash, std::string_view id, const ChatAnswer& answer) {
  const std::string line = line_of(hash, id, answer);
  const std::lock_guard lock(state_->mutex);
  if (state_->settings.empty()) {
    return Error{ErrorKind::kInternal, "an answer before its settings", state_->path.string(), ""};
  }
  if (state_->places.contains(std::string(hash))) return done();
  const std::uint64_t offset = state_->end;
  SURGSIGMA_CHECK(state_->append(line));
  state_->places.emplace(hash, State::Place{offset, line.size() - 1});
  state_->tokens.add(answer);
  return done();
}

Status AnswerLog::sync() {
  const std::lock_guard lock(state_->mutex);
  if (::fdatasync(state_->file) != 0) return log_error("cannot sync the answer log", state_->path, errno);
  state_->unsynced = 0;
  return done();
}

const std::filesystem::path& AnswerLog::path() const { return state_->path; }
std::size_t AnswerLog::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->places.size();
}
std::uint64_t AnswerLog::dropped_bytes() const { return state_->dropped; }
TokenTotals AnswerLog::tokens() const {
  const std::lock_guard lock(state_->mutex);
  return state_->tokens;
}

Result<LoggedAnswer> parse_logged_answer(std::string_view line, std::string_view where) {
  const auto json = parse_json(line, "");
  const auto bad = [&](std::string what) {
    return Error{ErrorKind::kData, std::move(what), std::string(where),
                 "take this line out, its question is asked again"};
  };
  if (!json.ok()) return bad("the line is damaged: " + json.error().what);
  if (!json->is_object()) return bad("the line is no JSON object");
  for (const char* key : {"hash", "id", "finish_reason", "reasoning", "refusal", "model"}) {
    if (json->contains(key) && !json->at(key).is_string()) return bad("the member " + quoted(key) + " is not text");
  }
  for (const char* key : {"prompt_tokens", "completion_tokens", "latency_ms", "attempts", "http_status"}) {
    const std::int64_t count = json->contains(key) ? int_or(*json, key, -1) : 0;
    if (count < 0 || count > kLargestCount) return bad("the member " + quoted(key) + " is no count");
  }
  LoggedAnswer logged;
  logged.hash = text_or(*json, "hash", "");
  logged.id = text_or(*json, "id", "");
  if (!logged.hash.empty() && !is_hash(logged.hash)) return bad("the hash is not 32 hex digits");
  const auto text = text_at(*json, "text", where);
  if (!text.ok()) return bad(text.error().what);
  ChatAnswer& answer = logged.answer;
  answer.text = *text;
  answer.finish_reason = text_or(*json, "finish_reason", "");
  answer.reasoning = text_or(*json, "reasoning", "");
  answer.refusal = text_or(*json, "refusal", "");
  answer.model = text_or(*json, "model", "");
  const auto count_at = [&](const char* key) {
    return json->contains(key) ? std::optional<std::int64_t>(int_or(*json, key, 0)) : std::nullopt;
  };
  answer.prompt_tokens = count_at("prompt_tokens");
  answer.completion_tokens = count_at("completion_tokens");
  answer.latency_ms = int_or(*json, "latency_ms", 0);
  const std::int64_t attempts = int_or(*json, "attempts", 0), status = int_or(*json, "http_status", 0);
  if (std::max(attempts, status) > std::numeric_limits<int>::max()) return bad("attempts or http_status is no count");
  answer.attempts = static_cast<int>(attempts);
  answer.http_status = static_cast<int>(status);
  return logged;
}

}  // namespace surgsigma
