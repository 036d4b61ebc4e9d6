#include "surgsigma/infer/replay.h"

#include <memory>
#include <unordered_map>

#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"
#include "surgsigma/infer/answer_log.h"

namespace surgsigma {
namespace {

/// The file stays mapped and a line is parsed when it is wanted, so that a replay of any length takes little memory.
struct Replay {
  MappedFile file;
  std::string name;
  std::unordered_map<std::string, std::string_view> by_hash;
  std::unordered_map<std::string, std::string_view> by_id;
};

using Lines = std::unordered_map<std::string, std::string_view>;

Status note(Lines& lines, const std::string& name, std::string_view line, const LoggedAnswer& logged,
            const std::string& where) {
  if (name.empty()) return done();
  const auto [found, is_new] = lines.emplace(name, line);
  if (is_new) return done();
  SURGSIGMA_TRY(first, parse_logged_answer(found->second, where));
  if (first.answer.text == logged.answer.text) return done();
  return Error{ErrorKind::kData, "a second, different answer for " + quoted(name), where, "keep one of the two"};
}

Attempt answer_from(const Replay& replay, const AskedQuestion& question) {
  auto found = replay.by_hash.find(std::string(question.hash));
  bool is_known = found != replay.by_hash.end();
  if (!is_known) {
    found = replay.by_id.find(std::string(question.id));
    is_known = found != replay.by_id.end();
  }
  Attempt attempt;
  attempt.has_reached_model = true;
  attempt.state = AskState::kRejected;
  if (!is_known) {
    attempt.what = "the replay has no answer to it";
    return attempt;
  }
  auto logged = parse_logged_answer(found->second, replay.name);
  if (!logged.ok()) {
    attempt.what = to_string(logged.error());
    return attempt;
  }
  attempt.verdict = Verdict::kAnswered;
  attempt.state = AskState::kAnswered;
  attempt.answer = std::move(logged->answer);
  attempt.answer.http_status = 0;
  attempt.answer.latency_ms = 0;
  return attempt;
}

}  // namespace

Result<OpenLine> open_replay(const std::filesystem::path& path) {
  SURGSIGMA_TRY(file, MappedFile::open(path));
  auto replay = std::make_shared<Replay>(Replay{std::move(file), path.string(), {}, {}});
  std::string_view rest = replay->file.bytes();
  for (std::int64_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const bool is_head = number == 1 && line.find("\"surgsigma_answers\"") != std::string_view::npos;
    if (is_head || trim(line).empty()) continue;
    const std::string where = replay->name + ":" + std::to_string(number);
    SURGSIGMA_TRY(logged, parse_logged_answer(line, where));
    if (logged.hash.empty() && logged.id.empty()) {
      return Error{ErrorKind::kData, "neither a hash nor an id", where, "say which question this answers"};
    }
    SURGSIGMA_CHECK(note(replay->by_hash, logged.hash, line, logged, where));
    SURGSIGMA_CHECK(note(replay->by_id, logged.id, line, logged, where));
  }
  return OpenLine([replay] {
    return ModelLine{[replay](const AskedQuestion& question) { return answer_from(*replay, question); }, [] {}};
  });
}

}  // namespace surgsigma
