#include "surgsigma/infer/chat.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "surgsigma/base/base64.h"
#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 4> kRoles = {"system", "developer", "user", "assistant"};
// Members of the request that have a place of their own, or that would change the shape of the answer.
constexpr std::array<std::string_view, 9> kTaken = {"model", "temperature", "top_p",  "max_tokens", "seed",
                                                    "stop",  "messages",    "stream", "n"};

Error bad_request(std::string what, std::string hint = "") {
  return {ErrorKind::kUsage, std::move(what), "request to a chat model", std::move(hint)};
}

Status check_utf8(std::string_view text, const char* name) {
  if (!is_valid_utf8(text)) return bad_request(std::string(name) + " is not valid UTF-8: " + quoted(text));
  return done();
}

/// Every text of `value` is UTF-8, or naming the member.
Status check_texts(const Json& value, const std::string& name) {
  if (value.is_string()) return check_utf8(value.get_ref<const std::string&>(), name.c_str());
  if (!value.is_structured()) return done();
  for (const auto& [key, member] : value.items()) {
    SURGSIGMA_CHECK(check_utf8(key, name.c_str()));
    SURGSIGMA_CHECK(check_texts(member, name));
  }
  return done();
}

/// Objects with their keys in byte order, all the way down.
Json sorted(const Json& value) {
  if (value.is_array()) {
    Json list = Json::array();
    for (const Json& item : value) list.push_back(sorted(item));
    return list;
  }
  if (!value.is_object()) return value;
  std::vector<std::string> keys;
  for (const auto& [key, member] : value.items()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  Json object = Json::object();
  for (const std::string& key : keys) object[key] = sorted(value.at(key));
  return object;
}

Result<Json> settings_object(const ChatSettings& settings) {
  if (settings.model.empty()) return bad_request("no model is named", "name it as the endpoint's /v1/models does");
  SURGSIGMA_CHECK(check_utf8(settings.model, "the model's name"));
  Json object = Json::object();
  object["model"] = settings.model;
  if (settings.temperature) {
    if (!std::isfinite(*settings.temperature) || *settings.temperature < 0) {
      return bad_request("temperature must be 0 or more");
    }
    object["temperature"] = *settings.temperature;
  }
  if (settings.top_p) {
    if (!(*settings.top_p > 0 && *settings.top_p <= 1)) return bad_request("top_p must be above 0 and at most 1");
    object["top_p"] = *settings.top_p;
  }
  if (settings.max_tokens) {
    if (*settings.max_tokens <= 0) return bad_request("max_tokens must be above 0");
    object["max_tokens"] = *settings.max_tokens;
  }
  if (settings.seed) object["seed"] = *settings.seed;
  for (const std::string& stop : settings.stop) {
    if (stop.empty()) return bad_request("a stop text is empty");
    SURGSIGMA_CHECK(check_utf8(stop, "a stop text"));
  }
  if (!settings.stop.empty()) object["stop"] = settings.stop;
  if (!settings.extra.is_object()) return bad_request("extra settings must be a JSON object");
  SURGSIGMA_CHECK(check_texts(settings.extra, "an extra setting"));
  const Json extra = sorted(settings.extra);
  for (const auto& [key, value] : extra.items()) {
    if (std::find(kTaken.begin(), kTaken.end(), key) != kTaken.end()) {
      return bad_request("the extra setting " + quoted(key) + " may not be given this way");
    }
    object[key] = value;
  }
  return object;
}

/// How a picture is written: as a data URI to send, or as its own hash to be hashed.
using WritePicture = std::function<std::string(const PicturePart&)>;

Json picture_object(std::string url, const std::string& detail) {
  Json inner = {{"url", std::move(url)}};
  if (!detail.empty()) inner["detail"] = detail;
  return {{"type", "image_url"}, {"image_url", std::move(inner)}};
}

Result<Json> part_object(const ChatPart& part, const WritePicture& write) {
  if (const auto* text = std::get_if<TextPart>(&part)) {
    SURGSIGMA_CHECK(check_utf8(text->text, "a text"));
    return Json{{"type", "text"}, {"text", text->text}};
  }
  if (const auto* picture = std::get_if<PicturePart>(&part)) {
    SURGSIGMA_CHECK(check_utf8(picture->mime + picture->detail, "what is said of a picture"));
    if (picture->bytes.empty()) return bad_request("a picture has no bytes");
    if (!picture->mime.starts_with("image/")) {
      return bad_request("a picture's mime is " + quoted(picture->mime), "it must be image/jpeg, image/png, ...");
    }
    return picture_object(write(*picture), picture->detail);
  }
  const auto& link = std::get<PictureUrlPart>(part);
  SURGSIGMA_CHECK(check_utf8(link.url + link.detail, "a picture's URL"));
  if (!link.url.starts_with("http://") && !link.url.starts_with("https://")) {
    return bad_request("a picture's URL is " + quoted(link.url), "it must begin with http:// or https://");
  }
  return picture_object(link.url, link.detail);
}

Result<Json> message_object(const ChatMessage& message, const WritePicture& write) {
  if (std::find(kRoles.begin(), kRoles.end(), message.role) == kRoles.end()) {
    return bad_request("there is no role " + quoted(message.role), "roles: system, developer, user, assistant");
  }
  if (message.parts.empty()) return bad_request("a message of the role " + message.role + " has no parts");
  Json parts = Json::array();
  for (const ChatPart& part : message.parts) {
    SURGSIGMA_TRY(object, part_object(part, write));
    parts.push_back(std::move(object));
  }
  const bool is_plain = message.parts.size() == 1 && std::holds_alternative<TextPart>(message.parts[0]);
  Json content = is_plain ? Json(std::move(parts[0]["text"])) : std::move(parts);
  return Json{{"role", message.role}, {"content", std::move(content)}};
}

Result<std::string> request_text(const ChatRequest& request, const WritePicture& write) {
  SURGSIGMA_TRY(body, settings_object(request.settings));
  if (request.messages.empty()) return bad_request("there are no messages");
  Json messages = Json::array();
  for (const ChatMessage& message : request.messages) {
    SURGSIGMA_TRY(object, message_object(message, write));
    messages.push_back(std::move(object));
  }
  body["messages"] = std::move(messages);
  return to_text(body);
}

}  // namespace

ChatMessage text_message(std::string role, std::string text) { return {std::move(role), {TextPart{std::move(text)}}}; }

Result<std::string> settings_json(const ChatSettings& settings) {
  SURGSIGMA_TRY(object, settings_object(settings));
  return to_text(object);
}

Result<std::string> request_json(const ChatRequest& request) {
  return request_text(
      request, [](const PicturePart& picture) { return "data:" + picture.mime + ";base64," + base64(picture.bytes); });
}

Result<std::string> request_hash(const ChatRequest& request) {
  // A picture's hash and size stand for its bytes under a scheme that no URL may have, so the two are never confused.
  SURGSIGMA_TRY(text, request_text(request, [](const PicturePart& picture) {
                  return "hash:" + picture.mime + ";" + std::to_string(picture.bytes.size()) + ";" +
                         hash128_hex(picture.bytes);
                }));
  return hash128_hex(text);
}

std::int64_t rough_tokens(const ChatRequest& request) {
  std::int64_t tokens = request.settings.max_tokens.value_or(256);
  for (const ChatMessage& message : request.messages) {
    for (const ChatPart& part : message.parts) {
      const auto* text = std::get_if<TextPart>(&part);
      tokens += text ? static_cast<std::int64_t>(text->text.size() / 4) : 1000;
    }
  }
  return tokens;
}

}  // namespace surgsigma
