// Understanding what a chat endpoint sends back: an answer, a refusal of this question, a wish to be asked later, or a
// mistake that concerns every question.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "surgsigma/infer/line.h"

namespace surgsigma {

/// Reads the reply to one request. Never fails: every reply is some Attempt.
/// - 200 with choices[0].message: kAnswered. "content" may be text, a list of text parts, or null where there is a
///   refusal, a "reasoning_content" (vLLM, SGLang; "reasoning" elsewhere), or a finish_reason "length" or
///   "content_filter".
/// - 200 that is no JSON (cut off, an HTML page of something in between): kRetry, kUnreadable. 200 with JSON of another
///   form (no choices, no text, a negative count, {"error": ...}): kItemFailed, kUnreadable; asking again costs again.
/// - 408, 409, 425, 429, 5xx: kRetry. 429 for a used-up account: kStop.
/// - 401, 402, 403 (unless a content filter speaks), 404, 405, 407, 3xx, 400 that names the model or the key: kStop.
/// - other 4xx (400 too long, 413, 422): kItemFailed, kRejected.
/// The endpoint's own words are quoted, cut at 300 bytes; not on 401 and 403, where some repeat parts of the key.
Attempt read_reply(int status, std::string_view body);

/// A Retry-After header: seconds ("2", "0.5") or an HTTP date (RFC 9110, 5.6.7), of which the distance from `now_s`
/// (Unix time) counts, at least 0. Nothing if it is neither.
std::optional<Microseconds> parse_retry_after(std::string_view text, std::int64_t now_s);

}  // namespace surgsigma
