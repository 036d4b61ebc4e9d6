// What is asked of a chat model and what it answers, as plain values that know of no network: messages of text and
// pictures, the settings of decoding, the JSON of the "chat completions" interface that OpenAI published and vLLM,
// SGLang, llama.cpp and most vendors speak, and the hash under which an answer is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"

namespace surgsigma {

struct TextPart {
  std::string text;  ///< UTF-8.
  bool operator==(const TextPart&) const = default;
};
/// A picture file as it is; sent as a data URI.
struct PicturePart {
  std::string bytes;
  std::string mime;    ///< "image/jpeg"
  std::string detail;  ///< "low", "high", "auto" for endpoints that know it; empty: not sent.
  bool operator==(const PicturePart&) const = default;
};
/// A picture that the endpoint fetches itself: http or https. (A file:// URL would tell a path of this machine.)
struct PictureUrlPart {
  std::string url;
  std::string detail;
  bool operator==(const PictureUrlPart&) const = default;
};
using ChatPart = std::variant<TextPart, PicturePart, PictureUrlPart>;

struct ChatMessage {
  std::string role;  ///< "system", "developer", "user" or "assistant"
  std::vector<ChatPart> parts;
  bool operator==(const ChatMessage&) const = default;
};
ChatMessage text_message(std::string role, std::string text);

/// Which model, and how it chooses its words. What is absent is not sent: the endpoint's own default holds.
struct ChatSettings {
  std::string model;
  std::optional<double> temperature;       ///< >= 0
  std::optional<double> top_p;             ///< (0, 1]
  std::optional<std::int64_t> max_tokens;  ///< > 0; endpoints that want "max_completion_tokens" get it through `extra`.
  std::optional<std::int64_t> seed;
  std::vector<std::string> stop;
  /// Further members of the request, passed through: {"chat_template_kwargs": {"enable_thinking": false}}. The order of
  /// keys does not matter. May not name what has its own place here, nor "stream", "n", "messages".
  Json extra = Json::object();
};

struct ChatRequest {
  ChatSettings settings;
  std::vector<ChatMessage> messages;
};

/// Of tokens and milliseconds: no answer takes more, and the sum of millions of them is still a number.
inline constexpr std::int64_t kLargestCount = 1'000'000'000'000;

struct ChatAnswer {
  std::string text;           ///< UTF-8; empty where the model said nothing (finish_reason "length", a refusal).
  std::string finish_reason;  ///< "stop", "length", "content_filter", ...; empty: not told.
  std::string reasoning;      ///< What a thinking model wrote before, where the endpoint gives it apart.
  std::string refusal;        ///< Where the endpoint tells a refusal apart from the text.
  std::string model;          ///< As the endpoint names it.
  std::optional<std::int64_t> prompt_tokens;
  std::optional<std::int64_t> completion_tokens;
  std::int64_t latency_ms = 0;  ///< Of the attempt that was answered.
  int attempts = 0;
  int http_status = 0;  ///< 0: no HTTP was spoken (replay).
  bool operator==(const ChatAnswer&) const = default;
};

/// The settings as one line of JSON, keys in fixed order: equal text, equal settings. Fails with kUsage where a value
/// is out of its range, is no UTF-8, or `extra` names what it may not.
Result<std::string> settings_json(const ChatSettings& settings);

/// The body of the HTTP request; equal requests give equal bytes. A message of a single text is sent as a plain string,
/// which older servers insist on. Fails as settings_json(), and with kUsage on no messages, an unknown role, a message
/// without parts, an empty picture, a mime that is no "image/...", or a URL that is not http(s).
Result<std::string> request_json(const ChatRequest& request);

/// 32 hex digits over settings, texts, picture bytes (with mime) and URLs: the name of the answer in a log. Does not
/// depend on the endpoint or its key, so that one model behind two addresses shares its answers. Fails as
/// request_json().
Result<std::string> request_hash(const ChatRequest& request);

/// For limits before anything is known: a quarter of the text's bytes, 1000 a picture, and max_tokens or 256.
std::int64_t rough_tokens(const ChatRequest& request);

}  // namespace surgsigma
