#include "surgsigma/infer/reply.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::size_t kQuotedBytes = 300;
constexpr double kLongestWait_s = 1e7;  // beyond it "never" is meant

const Json* member(const Json* object, std::string_view key) {
  if (!object || !object->is_object()) return nullptr;
  const auto found = object->find(key);
  return found == object->end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const Json* value) { return value && value->is_string() ? value->get<std::string>() : ""; }

/// One line of printable UTF-8, cut.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : trim(text)) {
    const bool is_blank = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    line += is_blank ? ' ' : c;
  }
  if (line.size() > kQuotedBytes) {
    line.resize(kQuotedBytes);
    while (!line.empty() && !is_valid_utf8(line) && line.size() > kQuotedBytes - 4) line.pop_back();
    line += " ...";
  }
  return is_valid_utf8(line) ? line : quoted(line);
}

/// What the endpoint says about an error, in any of the forms in use.
struct Complaint {
  std::string message;
  std::string code;  ///< Code, type and parameter, in lower case: what to go by.
};

Complaint complaint_in(std::string_view body) {
  const auto json = parse_json(body, "");
  if (!json.ok()) {
    const std::string start = lower(trim(body).substr(0, 15));
    if (start.starts_with("<!doctype") || start.starts_with("<html")) return {"an HTML page", ""};
    return {one_line(body.substr(0, 4 * kQuotedBytes)), ""};
  }
  const Json* root = &*json;
  const Json* error = member(root, "error");
  const Json* source = error && error->is_object() ? error : root;
  Complaint complaint;
  complaint.message = error && error->is_string() ? error->get<std::string>() : text_of(member(source, "message"));
  if (complaint.message.empty()) {
    const Json* detail = member(root, "detail");  // FastAPI
    complaint.message = detail && !detail->is_string() ? to_text(*detail) : text_of(detail);
  }
  if (complaint.message.empty()) complaint.message = to_text(*root);
  complaint.message = one_line(complaint.message);
  for (const char* key : {"code", "type", "param"}) complaint.code += lower(text_of(member(source, key))) + " ";
  return complaint;
}

template <class Words>
bool holds_any(std::string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool is_about_model_or_key(const Complaint& complaint) {
  static constexpr std::array<std::string_view, 4> kCodes = {"model_not_found", "invalid_api_key", "invalid_model",
                                                             "notfounderror"};
  static constexpr std::array<std::string_view, 4> kWords = {"does not exist", "not found", "is not a valid model",
                                                             "unknown model"};
  const std::string message = lower(complaint.message);
  const bool names_model = message.find("model") != std::string::npos;
  return holds_any(complaint.code, kCodes) || (names_model && holds_any(message, kWords)) ||
         message.find("api key") != std::string::npos;
}

bool is_about_content(const Complaint& complaint) {
  static constexpr std::array<std::string_view, 5> kWords = {"content_filter", "content policy", "moderation",
                                                             "flagged", "safety"};
  return holds_any(complaint.code + lower(complaint.message), kWords);
}

Attempt failed(Verdict verdict, AskState state, int status, std::string what, std::string hint = "") {
  Attempt attempt;
  attempt.verdict = verdict;
  attempt.state = state;
  attempt.http_status = status;
  attempt.has_reached_model = status != 502 && status != 503 && status != 504;
  attempt.what = std::move(what);
  attempt.hint = std::move(hint);
  return attempt;
}

Attempt unreadable(std::string what) {
  return failed(Verdict::kItemFailed, AskState::kUnreadable, 200, "the answer cannot be understood: " + what);
}

std::optional<std::string> content_text(const Json* content) {
  if (!content) return std::nullopt;
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array()) return std::nullopt;
  std::string text;
  for (const Json& part : *content) {
    if (text_of(member(&part, "type")) == "text") text += text_of(member(&part, "text"));
  }
  return text;
}

/// False if there is something that is no count.
bool read_count(const Json* usage, const char* key, std::optional<std::int64_t>& count) {
  const Json* value = member(usage, key);
  if (!value) return true;
  const std::int64_t number = int_or(*usage, key, -1);
  if (number < 0 || number > kLargestCount) return false;
  count = number;
  return true;
}

Attempt read_answer(std::string_view body) {
  const auto json = parse_json(body, "answer");
  if (!json.ok()) {
    Attempt attempt = unreadable(complaint_in(body).message == "an HTML page" ? "an HTML page instead of JSON"
                                 : trim(body).empty()                         ? "it is empty"
                                                                              : json.error().what);
    attempt.verdict = Verdict::kRetry;
    return attempt;
  }
  const Json* root = &*json;
  if (member(root, "error")) return unreadable("an error as an answer: " + complaint_in(body).message);
  const Json* choices = member(root, "choices");
  if (!choices || !choices->is_array()) return unreadable("it has no \"choices\"");
  if (choices->empty()) return unreadable("its \"choices\" are empty");
  const Json* choice = &choices->front();
  const Json* message = member(choice, "message");
  if (!message) return unreadable("its choice has no \"message\"");

  ChatAnswer answer;
  answer.finish_reason = text_of(member(choice, "finish_reason"));
  answer.refusal = text_of(member(message, "refusal"));
  answer.reasoning = text_of(member(message, "reasoning_content"));
  if (answer.reasoning.empty()) answer.reasoning = text_of(member(message, "reasoning"));
  answer.model = text_of(member(root, "model"));
  answer.http_status = 200;
  const auto text = content_text(member(message, "content"));
  const bool may_be_silent = !answer.refusal.empty() || !answer.reasoning.empty() || answer.finish_reason == "length" ||
                             answer.finish_reason == "content_filter";
  if (!text && !may_be_silent) {
    return unreadable(member(message, "tool_calls") ? "it calls a tool instead of saying something"
                                                    : "its message has no \"content\"");
  }
  answer.text = text.value_or("");
  const Json* usage = member(root, "usage");
  if (!read_count(usage, "prompt_tokens", answer.prompt_tokens) ||
      !read_count(usage, "completion_tokens", answer.completion_tokens)) {
    return unreadable("its \"usage\" holds what is no count");
  }
  Attempt attempt = failed(Verdict::kAnswered, AskState::kAnswered, 200, "");
  attempt.answer = std::move(answer);
  return attempt;
}

}  // namespace

std::string_view name_of(AskState state) {
  static constexpr std::array<std::string_view, kAskStates> kNames = {
      "answered", "not_made", "rejected", "unreadable", "too_large", "unavailable", "timed_out", "not_asked"};
  return kNames[static_cast<std::size_t>(state)];
}

Attempt read_reply(int status, std::string_view body) {
  if (status == 200) return read_answer(body);
  const std::string number = "HTTP " + std::to_string(status);
  const Complaint complaint = complaint_in(body);
  const std::string said = complaint.message.empty() ? number : number + ": " + complaint.message;
  const auto stop = [&](std::string what, std::string hint = "") {
    return failed(Verdict::kStop, AskState::kNotAsked, status, std::move(what), std::move(hint));
  };
  const bool is_used_up = status == 429 && (complaint.code.find("insufficient_quota") != std::string::npos);
  if (status == 402 || is_used_up) return stop("the account at the endpoint is used up (" + said + ")");
  if (status == 408 || status == 409 || status == 425 || status == 429 || status >= 500) {
    return failed(Verdict::kRetry, AskState::kUnavailable, status, said);
  }
  if (status < 200) return failed(Verdict::kRetry, AskState::kUnavailable, status, "an odd reply (" + number + ")");
  if (status < 300) return unreadable("the endpoint replies " + number);
  if (status < 400) return stop("the endpoint sends us elsewhere (" + number + ")", "give the address it points to");
  if (status == 401) return stop("the endpoint refuses the key (HTTP 401)");
  if (status == 403 && !is_about_content(complaint)) return stop("the endpoint forbids it (HTTP 403)");
  if (status == 404) return stop("no such model or address (" + said + ")");
  if (status == 405 || status == 407) return stop("the endpoint cannot be asked this way (" + said + ")");
  const bool is_common = (status == 400 || status == 422) && !is_about_content(complaint);
  if (is_common && is_about_model_or_key(complaint)) return stop("the endpoint does not serve this (" + said + ")");
  return failed(Verdict::kItemFailed, AskState::kRejected, status, "the endpoint rejects it (" + said + ")");
}

std::optional<Microseconds> parse_retry_after(std::string_view text, std::int64_t now_s) {
  if (const auto seconds = parse_double(text)) {
    if (*seconds < 0) return std::nullopt;
    return static_cast<Microseconds>(std::llround(std::min(*seconds, kLongestWait_s) * kSecond));
  }
  std::tm date{};
  const std::string date_text(trim(text));
  const char* end = ::strptime(date_text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (!end || *end != '\0') return std::nullopt;
  const std::int64_t wait_s = static_cast<std::int64_t>(::timegm(&date)) - now_s;
  return std::clamp<std::int64_t>(wait_s, 0, static_cast<std::int64_t>(kLongestWait_s)) * kSecond;
}

}  // namespace surgsigma
