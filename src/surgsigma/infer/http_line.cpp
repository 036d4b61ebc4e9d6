#include "surgsigma/infer/http_line.h"

#include <httplib.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>

#include "surgsigma/base/text.h"
#include "surgsigma/infer/reply.h"

namespace surgsigma {
namespace {

/// Blocks SIGPIPE in this thread for its life and takes away one that came meanwhile; other threads and the handlers of
/// the process stay as they are.
class NoBrokenPipeSignal {
 public:
  NoBrokenPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipeSignal() {
    const timespec at_once{0, 0};
    if (!was_pending_) {
      while (sigtimedwait(&pipe_, nullptr, &at_once) > 0) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
  NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

using SteadyClock = std::chrono::steady_clock;

/// What came back, before anyone understands it.
struct Reply {
  httplib::Error error = httplib::Error::Success;
  int status = 0;
  std::string body;
  std::string retry_after;
  std::string retry_after_ms;
  bool is_too_large = false;
  bool was_cancelled = false;
  std::chrono::microseconds took{};
};

std::unique_ptr<httplib::ClientImpl> client_for(const EndpointUrl& url) {
  if (url.is_https) return std::make_unique<httplib::SSLClient>(url.host, url.port);
  return std::make_unique<httplib::ClientImpl>(url.host, url.port);
}

class HttpLine {
 public:
  explicit HttpLine(std::shared_ptr<const HttpTarget> target)
      : target_(std::move(target)), client_(client_for(target_->url)) {
    const EndpointSettings& settings = target_->settings;
    const auto seconds = [](Microseconds time) { return static_cast<time_t>(time / kSecond); };
    const auto rest = [](Microseconds time) { return static_cast<time_t>(time % kSecond); };
    client_->set_connection_timeout(seconds(settings.connect_timeout), rest(settings.connect_timeout));
    client_->set_read_timeout(seconds(settings.read_timeout), rest(settings.read_timeout));
    client_->set_write_timeout(60);
    client_->set_keep_alive(true);
    client_->set_tcp_nodelay(true);
    client_->set_follow_location(false);
    client_->set_url_encode(false);
    client_->enable_server_certificate_verification(true);
    if (!settings.ca_file.empty()) client_->set_ca_cert_path(settings.ca_file);
    if (!target_->proxy_host.empty()) client_->set_proxy(target_->proxy_host, target_->proxy_port);
  }

  Attempt ask(const AskedQuestion& question) {
    const auto body = request_json(question.request);
    if (!body.ok()) {
      return {.verdict = Verdict::kItemFailed, .state = AskState::kNotMade, .what = to_string(body.error())};
    }
    Reply reply = exchange("POST", "/chat/completions", std::move(*body), question.id);
    Attempt attempt = reply.error == httplib::Error::Success ? read_reply(reply.status, reply.body) : broken(reply);
    attempt.answer.latency_ms = std::chrono::duration_cast<std::chrono::milliseconds>(reply.took).count();
    if (attempt.verdict == Verdict::kRetry) attempt.retry_after = wish_of(reply);
    if (attempt.verdict == Verdict::kStop) explain(attempt, question.request.settings.model);
    return attempt;
  }

  Result<std::vector<std::string>> models() {
    const std::string place = target_->url.text() + "/models";
    const Reply reply = exchange("GET", "/models", "", "");
    if (reply.error != httplib::Error::Success) return Error{ErrorKind::kIo, broken(reply).what, place, ""};
    if (reply.status != 200) {
      Attempt attempt = read_reply(reply.status, reply.body);
      const bool is_about_key = reply.status == 401 || reply.status == 403;
      return Error{is_about_key ? ErrorKind::kUsage : ErrorKind::kIo, attempt.what, place,
                   is_about_key ? key_hint() : attempt.hint};
    }
    SURGSIGMA_TRY(json, parse_json(reply.body, place));
    const auto list = json.is_object() ? json.find("data") : json.end();
    if (!json.is_object() || list == json.end() || !list->is_array()) {
      return Error{ErrorKind::kData, "this is no list of models", place, ""};
    }
    std::vector<std::string> names;
    for (const Json& model : *list) {
      std::string name = text_or(model, "id", "");
      if (!name.empty()) names.push_back(std::move(name));
    }
    return names;
  }

  void cancel() {
    client_->stop();
    is_cancelled_ = true;
  }

 private:
  Reply exchange(const char* method, const char* path, std::string body, std::string_view id) {
    const NoBrokenPipeSignal guard;
    is_cancelled_ = false;
    Reply reply;
    const EndpointSettings& settings = target_->settings;
    httplib::Request request;
    request.method = method;
    request.path = target_->url.path + path + target_->url.query;
    request.headers = {{"User-Agent", "surgsigma"}, {"Accept", "application/json"}};
    if (target_->url.host.find(':') != std::string::npos) {  // the library forgets the brackets of IPv6
      request.headers.emplace("Host", "[" + target_->url.host + "]:" + std::to_string(target_->url.port));
    }
    if (!body.empty()) request.headers.emplace("Content-Type", "application/json");
    if (!target_->key.empty()) request.headers.emplace("Authorization", "Bearer " + target_->key);
    for (const auto& [name, value] : settings.headers) request.headers.emplace(name, value);
    if (settings.sends_ids && !id.empty() && id.find_first_of("\r\n") == std::string_view::npos) {
      request.headers.emplace("X-Question-Id", std::string(id));
    }
    request.body = std::move(body);
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t total) {
      reply.is_too_large = total > settings.max_answer_bytes || reply.body.size() + size > settings.max_answer_bytes;
      if (reply.is_too_large) return false;
      reply.body.append(data, size);
      return true;
    };
    httplib::Response response;
    const auto begin = SteadyClock::now();
    try {
      client_->send(request, response, reply.error);
    } catch (const std::exception&) {  // the library's own; a header that is no number, no memory
      reply.error = httplib::Error::Read;
    }
    reply.took = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begin);
    reply.was_cancelled = is_cancelled_;
    reply.status = response.status;
    reply.retry_after = response.get_header_value("Retry-After");
    reply.retry_after_ms = response.get_header_value("Retry-After-Ms");
    hide_key(reply.body);
    return reply;
  }

  /// An endpoint that echoes what it was sent must not bring the key into a log.
  void hide_key(std::string& text) const {
    const std::string& key = target_->key;
    if (key.empty()) return;
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at)) {
      text.replace(at, key.size(), "***");
    }
  }

  static std::optional<Microseconds> wish_of(const Reply& reply) {
    if (const auto ms = parse_double(reply.retry_after_ms); ms && *ms >= 0 && *ms < 1e10) {
      return static_cast<Microseconds>(*ms * 1000);
    }
    return parse_retry_after(reply.retry_after, std::time(nullptr));
  }

  std::string key_hint() const {
    const std::string& variable = target_->settings.key_variable;
    if (!target_->key.empty()) return "check the key in the environment variable " + variable;
    if (variable.empty()) return "no key was sent, because no variable is named; name the one that holds it";
    if (variable == kDefaultKeyVariable && !target_->url.is_https && !target_->url.is_this_machine()) {
      return std::string("no key was sent: ") + kDefaultKeyVariable +
             " does not go over plain http; name another variable for this server's key";
    }
    return "no key was sent: set the environment variable " + variable;
  }

  /// Adds to a message that ends the run what the user can do.
  void explain(Attempt& attempt, const std::string& model) {
    if (attempt.http_status == 401 || attempt.http_status == 403) attempt.hint = key_hint();
    if (attempt.http_status != 404 && attempt.http_status != 400) return;
    const auto names = models();
    if (!names.ok() || names->empty()) {
      attempt.hint = "check the model's name and the address " + target_->url.text();
      return;
    }
    const std::vector<std::string> first(names->begin(),
                                         names->begin() + std::min<std::ptrdiff_t>(8, std::ssize(*names)));
    const auto near = nearest(model, *names);
    attempt.hint = (near ? "did you mean " + quoted(*near) + "? " : "") + "it serves: " + join(first, ", ");
  }

  Attempt broken(const Reply& reply) const {
    using httplib::Error;
    const auto retry = [](std::string what) {
      return Attempt{.verdict = Verdict::kRetry, .state = AskState::kUnavailable, .what = std::move(what)};
    };
    const std::string place = target_->url.text();
    const auto seconds = [](Microseconds time) { return std::to_string(time / kSecond) + " s"; };
    if (reply.is_too_large) {
      return {.verdict = Verdict::kItemFailed,
              .state = AskState::kTooLarge,
              .http_status = reply.status > 0 ? reply.status : 200,
              .has_reached_model = true,
              .what = "the answer is larger than " + std::to_string(target_->settings.max_answer_bytes) + " bytes"};
    }
    if (reply.was_cancelled) return retry("broken off by us");
    switch (reply.error) {
      case Error::SSLServerVerification:
      case Error::SSLLoadingCerts:
        return {.verdict = Verdict::kStop,
                .state = AskState::kNotAsked,
                .what = "the certificate of " + place + " is not trusted",
                .hint = "give the file of the authority that signed it; verification cannot be turned off"};
      case Error::Connection:
        return retry("no connection to " + place);
      case Error::ConnectionTimeout:
        return retry("no connection to " + place + " within " + seconds(target_->settings.connect_timeout));
      case Error::SSLConnection:
        return retry("no secure connection to " + place);
      default:
        break;
    }
    const bool is_timeout = reply.took.count() >= target_->settings.read_timeout * 95 / 100;
    if (is_timeout) return retry("no reply within " + seconds(target_->settings.read_timeout));
    return retry(reply.body.empty() ? "the connection broke off" : "the answer broke off");
  }

  std::shared_ptr<const HttpTarget> target_;
  std::unique_ptr<httplib::ClientImpl> client_;
  std::atomic<bool> is_cancelled_ = false;
};

}  // namespace

OpenLine http_lines(HttpTarget target) {
  return [shared = std::make_shared<const HttpTarget>(std::move(target))]() {
    auto line = std::make_shared<HttpLine>(shared);
    return ModelLine{[line](const AskedQuestion& question) { return line->ask(question); }, [line] { line->cancel(); }};
  };
}

Result<std::vector<std::string>> models_over_http(const HttpTarget& target) {
  return HttpLine(std::make_shared<const HttpTarget>(target)).models();
}

}  // namespace surgsigma
