// Answers from a file instead of a model: to repeat a run without network or cost, and for tests.
#pragma once

#include <filesystem>

#include "surgsigma/base/result.h"
#include "surgsigma/infer/line.h"

namespace surgsigma {

/// `file` is JSON lines, each an object with "hash" (request_hash) or "id" (the question's) or both, and "text"; the
/// members of an answer log (answer_log.h) beside them are used too, so a log is a replay; its first line is passed
/// over. A question is looked up by hash, then by id; a line with a hash answers by id only if it has an id as well. A
/// question without an answer is kItemFailed, kRejected. Fails with kIo, or kData at the line that is malformed or that
/// answers a hash or id for a second time with another text.
Result<OpenLine> open_replay(const std::filesystem::path& file);

}  // namespace surgsigma
