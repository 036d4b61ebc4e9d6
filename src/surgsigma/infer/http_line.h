// A line to a chat endpoint over HTTP or HTTPS. The one place that knows the HTTP library.
#pragma once

#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/infer/endpoint.h"
#include "surgsigma/infer/line.h"

namespace surgsigma {

/// All that a line needs to know, checked (endpoint.cpp). `key` empty: none is sent.
struct HttpTarget {
  EndpointUrl url;
  std::string key;
  EndpointSettings settings;
  std::string proxy_host;  ///< Empty: no proxy.
  int proxy_port = 0;
};

/// Each line keeps one connection open between questions. Redirects are not followed: they would carry the key
/// elsewhere. Answers are asked for uncompressed. A write to a connection that is gone raises no SIGPIPE.
OpenLine http_lines(HttpTarget target);

/// GET /v1/models; errors as served_models().
Result<std::vector<std::string>> models_over_http(const HttpTarget& target);

}  // namespace surgsigma
