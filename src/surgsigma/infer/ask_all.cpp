#include "surgsigma/infer/ask_all.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr auto kTick = std::chrono::milliseconds(20);
constexpr int kTicksPerProgress = 12;

Microseconds now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// One worker's line, as the thread that watches the deadlines sees it.
struct Watched {
  ModelLine line;
  std::mutex mutex;  ///< Held while cancelling, so that the next attempt is never the one cut off.
  bool is_asking = false;
  bool was_cut = false;
  Microseconds deadline = 0;
};

/// A question on its way.
struct Asked {
  std::size_t index;
  std::string id;
  std::string hash;
};

class Run {
 public:
  Run(const OpenLine& open, const AskSettings& settings, const NextItem& next, const TakeOutcome& take, AnswerLog* log)
      : settings_(settings), next_(next), take_(take), log_(log), pace_(settings.limits) {
    has_hope_ = log && log->size() > 0;  // these settings have been answered before
    for (int i = 0; i < settings.connections; ++i) {
      watched_.push_back(std::make_unique<Watched>());
      watched_.back()->line = open();
    }
  }

  AskReport run() {
    working_ = settings_.connections;
    std::vector<std::thread> threads;
    for (const auto& watched : watched_) threads.emplace_back([this, &line = *watched] { work(line); });
    watch();
    for (std::thread& thread : threads) thread.join();
    if (log_) {
      const Status synced = log_->sync();
      if (!synced.ok()) stop(synced.error());
    }
    if (report_.stopped && report_.stopped->hint.empty())
      report_.stopped->hint = how_to_go_on();
    else if (report_.stopped)
      report_.stopped->hint += "; then " + how_to_go_on();
    tell();
    return report_;
  }

 private:
  // --- the calling thread ---

  void watch() {
    std::unique_lock lock(mutex_);
    Microseconds cut_all_at = 0;
    for (int tick = 1; working_ > 0; ++tick) {
      wake_.wait_for(lock, kTick, [this] { return working_ == 0; });
      if (settings_.interrupted && *settings_.interrupted && !is_stopping_) {
        report_.is_interrupted = true;
        is_stopping_ = true;
        wake_.notify_all();
      }
      if (is_stopping_ && cut_all_at == 0) cut_all_at = now() + settings_.grace;
      lock.unlock();
      for (const auto& watched : watched_) cut_if_late(*watched, cut_all_at);
      if (tick % kTicksPerProgress == 0) tell();
      lock.lock();
    }
  }

  static void cut_if_late(Watched& watched, Microseconds cut_all_at) {
    const std::lock_guard lock(watched.mutex);
    const Microseconds time = now();
    const bool is_late = time >= watched.deadline || (cut_all_at > 0 && time >= cut_all_at);
    if (!watched.is_asking || !is_late) return;
    watched.was_cut = true;
    watched.line.cancel();
  }

  void tell() {
    if (!settings_.progress) return;
    std::unique_lock lock(mutex_);
    const AskReport copy = report_;
    lock.unlock();
    settings_.progress(copy);
  }

  std::string how_to_go_on() const {
    if (!log_) return "run again with an answer log, so that answers are kept";
    return "run again with the same answer log: its " + std::to_string(log_->size()) + " answers are not asked again";
  }

  // --- the workers ---

  void work(Watched& line) {
    try {
      while (auto taken = take_next()) answer(line, taken->first, taken->second);
    } catch (const std::exception& problem) {
      stop({ErrorKind::kInternal, problem.what(), "asking a model", ""});
    }
    const std::lock_guard lock(mutex_);
    --working_;
    wake_.notify_all();
  }

  void stop(Error error) {
    const std::lock_guard lock(mutex_);
    if (!report_.stopped && !report_.is_interrupted) report_.stopped = std::move(error);
    is_stopping_ = true;
    wake_.notify_all();
  }

  bool is_stopping() {
    const std::lock_guard lock(mutex_);
    return is_stopping_;
  }

  std::optional<std::pair<std::size_t, AskItem>> take_next() {
    const std::lock_guard source(source_mutex_);
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return is_stopping_ || produced_ < handed_over_ + settings_.window; });
      if (is_stopping_ || is_exhausted_) return std::nullopt;
    }
    auto item = next_();
    if (!item.ok()) {
      stop(item.error());
      return std::nullopt;
    }
    const std::lock_guard lock(mutex_);
    if (!*item) {
      is_exhausted_ = true;
      return std::nullopt;
    }
    return std::pair(produced_++, std::move(**item));
  }

  void answer(Watched& line, std::size_t index, AskItem item) {
    Outcome outcome;
    outcome.index = index;
    outcome.id = item.id;
    const auto not_made = [&](const Error& error) {
      outcome.state = AskState::kNotMade;
      outcome.what = to_string(error);
      hand_over({std::move(outcome)});
    };
    if (!is_valid_utf8(item.id)) {
      return not_made({ErrorKind::kData, "the question's id is not valid UTF-8", quoted(item.id), ""});
    }
    const auto request = made(item);
    if (!request.ok()) return not_made(request.error());
    const auto hash = request_hash(*request);
    if (!hash.ok()) return not_made(hash.error());
    outcome.hash = *hash;
    // Joined first, looked up then: an equal request that ends in between has its answer in the log by now.
    if (join_equal(outcome)) return;
    if (!take_from_log(*request, outcome)) ask(line, *request, outcome);
    if (outcome.is_asked && outcome.state == AskState::kAnswered && log_) {
      const Status kept = log_->add(outcome.hash, outcome.id, outcome.answer);
      if (!kept.ok()) stop(kept.error());
    }
    hand_over(with_equals(std::move(outcome)));
  }

  static Result<ChatRequest> made(const AskItem& item) {
    try {
      return item.make();
    } catch (const std::exception& problem) {
      return Error{ErrorKind::kInternal, problem.what(), "question " + item.id, ""};
    }
  }

  /// True if there is nothing to ask: the log knows it, or does not want it.
  bool take_from_log(const ChatRequest& request, Outcome& outcome) {
    if (!log_) return false;
    const Status fits = log_->require(request.settings);
    if (!fits.ok()) {
      stop(fits.error());
      outcome.what = to_string(fits.error());
      return true;
    }
    auto known = log_->find(outcome.hash);
    if (!known.ok()) {
      stop(known.error());
      outcome.what = to_string(known.error());
      return true;
    }
    if (!*known) return false;
    outcome.state = AskState::kAnswered;
    outcome.answer = std::move(**known);
    return true;
  }

  /// True if the same request is on its way already: its outcome will be this one's too.
  bool join_equal(const Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    const auto [found, is_first] = on_their_way_.try_emplace(outcome.hash);
    if (!is_first) found->second.push_back({outcome.index, outcome.id, outcome.hash});
    return !is_first;
  }

  std::vector<Outcome> with_equals(Outcome outcome) {
    std::vector<Asked> equals;
    {
      const std::lock_guard lock(mutex_);
      const auto found = on_their_way_.find(outcome.hash);
      equals = std::move(found->second);
      on_their_way_.erase(found);
    }
    std::vector<Outcome> outcomes = {std::move(outcome)};
    for (Asked& equal : equals) {
      Outcome copy = outcomes.front();
      copy.index = equal.index;
      copy.id = std::move(equal.id);
      copy.attempts = 0;
      copy.is_asked = false;
      outcomes.push_back(std::move(copy));
    }
    return outcomes;
  }

  /// Attempts until there is an answer or a reason to give up.
  void ask(Watched& line, const ChatRequest& request, Outcome& outcome) {
    const AskedQuestion question{outcome.id, outcome.hash, request};
    std::optional<Microseconds> first_sent;
    std::optional<std::size_t> replies_at_failure;
    int charged = 0;  // failed attempts that are the question's own
    while (true) {
      const std::int64_t reserved = expected_tokens(request);
      if (!wait_for_place(reserved)) return not_asked(outcome);
      if (!first_sent) first_sent = now();
      const Microseconds deadline = *first_sent + settings_.deadline;
      outcome.is_asked = true;
      ++outcome.attempts;
      bool was_cut = false;
      Attempt attempt = ask_once(line, question, deadline, was_cut);
      note(attempt, reserved, outcome.attempts > 1, was_cut);
      outcome.http_status = attempt.http_status;
      outcome.what = attempt.what;
      if (attempt.verdict == Verdict::kAnswered) {
        outcome.state = AskState::kAnswered;
        outcome.answer = std::move(attempt.answer);
        outcome.answer.attempts = outcome.attempts;
        return;
      }
      if (attempt.verdict == Verdict::kItemFailed) {
        outcome.state = attempt.state;
        return;
      }
      if (attempt.verdict == Verdict::kStop) {
        stop({ErrorKind::kUsage, attempt.what, "question " + outcome.id, attempt.hint});
        outcome.state = AskState::kNotAsked;
        return;
      }
      if (was_cut || now() >= deadline) {
        const bool is_late = now() >= deadline;
        outcome.state = is_late ? AskState::kTimedOut : AskState::kNotAsked;
        if (is_late)
          outcome.what =
              "no answer within " + std::to_string(settings_.deadline / kSecond) + " s (" + attempt.what + ")";
        return;
      }
      // While nobody gets through, the endpoint is to blame, not the question.
      const std::size_t replies_now = replies();
      if (attempt.has_reached_model || replies_at_failure != replies_now) ++charged;
      replies_at_failure = replies_now;
      const bool is_used_up = charged >= settings_.retry.max_attempts;
      Microseconds wait = retry_delay(settings_.retry, std::min(outcome.attempts, 64), outcome.hash);
      wait = std::max(wait, attempt.retry_after.value_or(0));
      if (is_used_up || now() + wait >= deadline) {
        outcome.state = is_used_up ? attempt.state : AskState::kTimedOut;
        outcome.what += " (after " + std::to_string(outcome.attempts) + " attempts)";
        return;
      }
      if (!sleep_until(now() + wait)) return not_asked(outcome);
    }
  }

  static void not_asked(Outcome& outcome) {
    outcome.state = AskState::kNotAsked;
    outcome.what =
        outcome.what.empty() ? "the run ended before" : "the run ended before an answer came: " + outcome.what;
  }

  static Attempt ask_once(Watched& watched, const AskedQuestion& question, Microseconds deadline, bool& was_cut) {
    {
      const std::lock_guard lock(watched.mutex);
      watched.is_asking = true;
      watched.was_cut = false;
      watched.deadline = deadline;
    }
    Attempt attempt = watched.line.ask(question);
    const std::lock_guard lock(watched.mutex);
    watched.is_asking = false;
    was_cut = watched.was_cut;
    return attempt;
  }

  std::size_t replies() {
    const std::lock_guard lock(mutex_);
    return replies_;
  }

  /// A guess before it is known: what answers have taken so far.
  std::int64_t expected_tokens(const ChatRequest& request) {
    if (settings_.limits.tokens_per_minute <= 0) return 0;
    const std::lock_guard lock(mutex_);
    const std::int64_t counted = report_.tokens.answers - report_.tokens.answers_without_count;
    if (counted <= 0) return rough_tokens(request);
    return (report_.tokens.prompt + report_.tokens.completion) / counted;
  }

  bool sleep_until(Microseconds time) {
    std::unique_lock lock(mutex_);
    const auto point = std::chrono::steady_clock::time_point(std::chrono::microseconds(time));
    wake_.wait_until(lock, point, [this] { return is_stopping_; });
    return !is_stopping_;
  }

  /// False: the run ends.
  bool wait_for_place(std::int64_t tokens) {
    Microseconds time = 0;
    {
      const std::lock_guard lock(mutex_);
      time = pace_.reserve(now(), tokens);
    }
    while (true) {
      if (time > now() && !sleep_until(time)) return false;
      const std::lock_guard lock(mutex_);
      if (is_stopping_) return false;
      if (pace_.paused_until() <= now()) return true;
      time = pace_.paused_until();
    }
  }

  /// Books one attempt and draws the run's own conclusions from it.
  void note(const Attempt& attempt, std::int64_t reserved, bool is_retry, bool was_cut) {
    std::optional<Error> fatal;
    {
      const std::lock_guard lock(mutex_);
      ++report_.attempts;
      if (is_retry) ++report_.retries;
      if (attempt.verdict == Verdict::kAnswered) {
        report_.tokens.add(attempt.answer);
        report_.cost = report_.tokens.cost(settings_.prices);
        const auto used = attempt.answer.prompt_tokens.value_or(0) + attempt.answer.completion_tokens.value_or(0);
        if (used > 0) pace_.correct(reserved, used);
      } else if (attempt.http_status != 0 && attempt.http_status != 200) {
        pace_.correct(reserved, 0);  // refused before the model read it
      }
      fatal = outage_after(attempt, was_cut);
      if (attempt.verdict == Verdict::kRetry && attempt.retry_after) {
        if (*attempt.retry_after > settings_.longest_wait) {
          fatal = Error{ErrorKind::kIo,
                        "the endpoint wants to be left alone for " + std::to_string(*attempt.retry_after / kSecond) +
                            " s (" + attempt.what + ")",
                        "asking a model", "wait"};
        } else if (attempt.http_status == 429) {
          pace_.pause_until(now() + *attempt.retry_after);
        }
      }
    }
    if (fatal) stop(std::move(*fatal));
  }

  std::optional<Error> outage_after(const Attempt& attempt, bool was_cut) {
    if (attempt.has_reached_model) {
      ++replies_;
      failures_in_a_row_ = 0;
      return std::nullopt;
    }
    if (was_cut || attempt.verdict != Verdict::kRetry) return std::nullopt;
    if (failures_in_a_row_++ == 0) first_failure_ = now();
    const bool is_dead =
        failures_in_a_row_ >= settings_.dead_after_failures && now() - first_failure_ >= settings_.dead_after;
    if (!is_dead) return std::nullopt;
    return Error{
        ErrorKind::kIo,
        "the endpoint is gone: " + std::to_string(failures_in_a_row_) + " failures in a row, the last: " + attempt.what,
        "asking a model", "see that it runs"};
  }

  // --- outcomes in order ---

  void hand_over(std::vector<Outcome> outcomes) {
    {
      const std::lock_guard lock(mutex_);
      for (Outcome& outcome : outcomes) {
        note_hope(outcome);
        const std::size_t index = outcome.index;
        waiting_.emplace(index, std::move(outcome));
      }
    }
    const std::lock_guard order(take_mutex_);
    while (true) {
      std::unique_lock lock(mutex_);
      const auto first = waiting_.begin();
      if (first == waiting_.end() || first->first != handed_over_) return;
      const Outcome outcome = std::move(first->second);
      waiting_.erase(first);
      const bool is_taking = is_taking_;
      lock.unlock();
      const Status taken = is_taking ? take_(outcome) : done();
      if (!taken.ok()) stop(taken.error());
      lock.lock();
      is_taking_ = is_taking_ && taken.ok();
      ++handed_over_;
      if (is_taking_) {
        ++report_.items;
        ++report_.by_state[static_cast<std::size_t>(outcome.state)];
        if (outcome.state == AskState::kAnswered && !outcome.is_asked) ++report_.spared;
      }
      wake_.notify_all();
    }
  }

  /// With mutex_ held.
  void note_hope(const Outcome& outcome) {
    if (!outcome.is_asked || outcome.state == AskState::kNotAsked) return;
    if (outcome.state == AskState::kAnswered) {
      has_hope_ = true;
      return;
    }
    ++hopeless_;
    if (has_hope_ || settings_.hopeless_after <= 0 || hopeless_ < settings_.hopeless_after || is_stopping_) return;
    report_.stopped =
        Error{ErrorKind::kUsage,
              "none of the first " + std::to_string(hopeless_) + " questions was answered, the last: " + outcome.what,
              "question " + outcome.id, "see whether a setting is wrong"};
    is_stopping_ = true;
    wake_.notify_all();
  }

  const AskSettings& settings_;
  const NextItem& next_;
  const TakeOutcome& take_;
  AnswerLog* log_;
  std::vector<std::unique_ptr<Watched>> watched_;

  std::mutex source_mutex_;  ///< One thread at a time asks for the next question. Taken before mutex_.
  std::mutex take_mutex_;    ///< One thread at a time hands over. Taken before mutex_.
  std::mutex mutex_;         ///< All below.
  std::condition_variable wake_;
  int working_ = 0;
  bool is_stopping_ = false;
  bool is_exhausted_ = false;
  bool is_taking_ = true;
  std::size_t produced_ = 0;
  std::size_t handed_over_ = 0;
  std::map<std::size_t, Outcome> waiting_;
  std::unordered_map<std::string, std::vector<Asked>> on_their_way_;
  Pace pace_;
  std::size_t replies_ = 0;
  int failures_in_a_row_ = 0;
  Microseconds first_failure_ = 0;
  int hopeless_ = 0;
  bool has_hope_ = false;
  AskReport report_;
};

}  // namespace

Result<AskReport> ask_all(const OpenLine& open, const AskSettings& settings, const NextItem& next,
                          const TakeOutcome& take, AnswerLog* log) {
  const auto usage = [](const char* what) { return Error{ErrorKind::kUsage, what, "asking a model", ""}; };
  if (settings.connections < 1 || settings.connections > 512) return usage("connections must be between 1 and 512");
  if (settings.limits.requests_per_minute < 0 || settings.limits.tokens_per_minute < 0) {
    return usage("a rate limit must not be negative");
  }
  if (settings.retry.max_attempts < 1 || settings.retry.first_delay < 0 || settings.retry.longest_delay < 0) {
    return usage("at least one attempt, and no negative delays");
  }
  if (settings.deadline <= 0 || settings.window < 1) return usage("the deadline and the window must be above 0");
  return Run(open, settings, next, take, log).run();
}

}  // namespace surgsigma
