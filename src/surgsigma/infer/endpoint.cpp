#include "surgsigma/infer/endpoint.h"

#include <algorithm>
#include <cstdlib>

#include "surgsigma/base/text.h"
#include "surgsigma/infer/http_line.h"
#include "surgsigma/infer/replay.h"

namespace surgsigma {
namespace {

constexpr std::string_view kReplay = "replay:";

Error bad_address(std::string_view text, std::string what) {
  // What stands before '@' may be a password and what stands after '?' a key.
  const std::size_t at = text.find('@');
  std::string shown(at == std::string_view::npos ? text.substr(0, text.find('?')) : text.substr(at + 1));
  shown = shown.substr(0, shown.find('?'));
  return {ErrorKind::kUsage, std::move(what), "endpoint " + quoted(shown),
          "for example http://127.0.0.1:8000/v1 or replay:answers.jsonl"};
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_header_name(std::string_view name) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_good);
}

bool is_header_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); });
}

/// The key to send, or "".
Result<std::string> key_for(const EndpointSettings& settings, const EndpointUrl& url) {
  const std::string& variable = settings.key_variable;
  if (variable.empty()) return std::string();
  const bool is_readable_by_others = !url.is_https && !url.is_this_machine();
  if (variable == kDefaultKeyVariable && is_readable_by_others) return std::string();
  const char* value = std::getenv(variable.c_str());
  const std::string key(value ? trim(value) : "");
  if (!is_printable(key)) {
    return Error{ErrorKind::kUsage, "the key has blanks or control characters inside",
                 "environment variable " + variable, "set it to the key alone"};
  }
  return key;
}

Result<HttpTarget> target_of(const EndpointSettings& settings) {
  SURGSIGMA_TRY(url, parse_endpoint_url(settings.address));
  SURGSIGMA_TRY(key, key_for(settings, url));
  for (const auto& [name, value] : settings.headers) {
    const std::string small = lower(name);
    const bool is_ours = small == "authorization" || small == "content-type" || small == "content-length" ||
                         small == "host" || small == "transfer-encoding";
    if (!is_header_name(name) || !is_header_value(value) || is_ours) {
      return Error{ErrorKind::kUsage, "the header " + quoted(name) + " cannot be sent", url.text(),
                   is_ours ? "this one is written for you" : "a name of letters, digits and '-', a value of one line"};
    }
  }
  HttpTarget target{url, std::move(key), settings, "", 0};
  if (!settings.proxy.empty()) {
    const auto proxy = parse_endpoint_url(settings.proxy);
    if (!proxy.ok() || proxy->is_https) {
      return Error{ErrorKind::kUsage, "the proxy's address is not http://host:port", url.text(), ""};
    }
    target.proxy_host = proxy->host;
    target.proxy_port = proxy->port;
  }
  return target;
}

}  // namespace

bool EndpointUrl::is_this_machine() const {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

std::string EndpointUrl::text() const {
  const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return (is_https ? "https://" : "http://") + shown + ":" + std::to_string(port) + path;
}

Result<EndpointUrl> parse_endpoint_url(std::string_view text) {
  std::string_view rest = trim(text);
  EndpointUrl url;
  if (starts_with_ignoring_case(rest, "https://")) {
    url.is_https = true;
  } else if (!starts_with_ignoring_case(rest, "http://")) {
    return bad_address(text, "the address must begin with http:// or https://");
  }
  rest.remove_prefix(url.is_https ? 8 : 7);
  if (!is_printable(rest)) return bad_address(text, "the address holds blanks or letters beyond ASCII");
  if (rest.find('#') != std::string_view::npos) return bad_address(text, "the address holds a '#'");

  const std::size_t end_of_place = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view place = rest.substr(0, end_of_place);
  std::string_view path = rest.substr(end_of_place);
  if (place.find('@') != std::string_view::npos) {
    return bad_address(text, "the address holds a user or password; the key belongs into an environment variable");
  }
  std::string_view port;
  bool has_port = false;
  if (place.starts_with('[')) {
    const std::size_t end = place.find(']');
    if (end == std::string_view::npos) return bad_address(text, "the bracket of the address is not closed");
    url.host = lower(place.substr(1, end - 1));
    const std::string_view after = place.substr(end + 1);
    has_port = after.starts_with(':');
    if (!after.empty() && !has_port) return bad_address(text, "after ']' only a port may follow");
    if (has_port) port = after.substr(1);
  } else {
    const std::size_t colon = place.find(':');
    has_port = colon != std::string_view::npos;
    url.host = lower(place.substr(0, colon));
    if (has_port) port = place.substr(colon + 1);
  }
  if (url.host.empty()) return bad_address(text, "the address has no host");
  url.port = url.is_https ? 443 : 80;
  if (has_port) {
    const auto number = parse_int(port);
    if (!number || *number < 1 || *number > 65535) return bad_address(text, "the port is not between 1 and 65535");
    url.port = static_cast<int>(*number);
  }
  const std::size_t mark = path.find('?');
  if (mark != std::string_view::npos) {
    url.query = path.substr(mark);
    path = path.substr(0, mark);
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  constexpr std::string_view kWhole = "/chat/completions";
  if (path.ends_with(kWhole)) path.remove_suffix(kWhole.size());
  url.path = path.empty() ? "/v1" : std::string(path);
  return url;
}

Result<Endpoint> open_endpoint(const EndpointSettings& settings) {
  if (settings.address.starts_with(kReplay)) {
    SURGSIGMA_TRY(lines, open_replay(settings.address.substr(kReplay.size())));
    return Endpoint{settings.address, std::move(lines)};
  }
  SURGSIGMA_TRY(target, target_of(settings));
  std::string name = target.url.text();
  return Endpoint{std::move(name), http_lines(std::move(target))};
}

Result<std::vector<std::string>> served_models(const EndpointSettings& settings) {
  if (settings.address.starts_with(kReplay)) return std::vector<std::string>();
  SURGSIGMA_TRY(target, target_of(settings));
  return models_over_http(target);
}

}  // namespace surgsigma
