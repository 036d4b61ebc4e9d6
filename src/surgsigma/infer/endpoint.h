// Where a chat model is reached: an address over HTTP, or a file of answers that are replayed. The key comes from the
// environment when the endpoint is opened, lives in its lines alone, and is in no error, no file and no answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/infer/line.h"

namespace surgsigma {

/// The parts of an http or https address.
struct EndpointUrl {
  bool is_https = false;
  std::string host;  ///< An IPv6 address without its brackets.
  int port = 0;
  std::string path;   ///< What goes before "/chat/completions": "/v1". No '/' at the end.
  std::string query;  ///< With its '?', or empty; goes with each request.
  bool operator==(const EndpointUrl&) const = default;

  bool is_this_machine() const;  ///< localhost, 127.x.x.x, ::1
  /// For people: without the query, which may hold a secret.
  std::string text() const;
};
/// Reads "http://gpu7:8000", ".../v1", ".../v1/", ".../v1/chat/completions" (all the same place), or a base of another
/// name ("https://host/api/v3"), which is taken as it is. Fails with kUsage on another scheme, no host, a port outside
/// 1..65535, a user or password before the host, a fragment, blanks.
Result<EndpointUrl> parse_endpoint_url(std::string_view text);

inline constexpr const char* kDefaultKeyVariable = "OPENAI_API_KEY";

struct EndpointSettings {
  std::string address;  ///< An address as above, or "replay:FILE" (replay.h).
  /// The environment variable with the key. "": none is sent. Absent variable: none is sent either, since servers of
  /// one's own seldom want one. The default variable goes over https or to this machine only: a vendor's key must not
  /// travel readable to some server of the network. A variable that is named here goes wherever asked.
  std::string key_variable = kDefaultKeyVariable;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Further ones; "Authorization" is the key's.
  std::string proxy;    ///< "http://host:port"; empty: none, whatever the environment says.
  std::string ca_file;  ///< Certificates (PEM) to trust instead of the system's. Verification is always on.
  Microseconds connect_timeout = 10 * kSecond;
  Microseconds read_timeout = 300 * kSecond;  ///< Without a byte; a model thinks in silence.
  std::uint64_t max_answer_bytes = 16ULL << 20;
  /// Sends each question's id in the header X-Question-Id. Off: ids name videos, and the endpoint need not know.
  bool sends_ids = false;
};

struct Endpoint {
  std::string name;  ///< For people: the address without secrets.
  OpenLine open;
};
/// Fails with kUsage on a wrong address, header, proxy or a key that could not be sent (line breaks); kNotFound, kData
/// as the replay does. Connects to nothing yet.
Result<Endpoint> open_endpoint(const EndpointSettings& settings);

/// The names at /v1/models, in the endpoint's order. Fails with kIo where it does not answer, kData where it answers
/// something else, kUsage where it refuses the key. A replay gives an empty list.
Result<std::vector<std::string>> served_models(const EndpointSettings& settings);

}  // namespace surgsigma
