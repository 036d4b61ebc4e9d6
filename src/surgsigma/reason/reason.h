// Three-level reasoning from records alone: level 1 what is in the picture, level 2 who does what to what, level 3 what
// that means for workflow or safety and the answer to the task. Every statement names the records (or knowledge
// entries) it rests on and carries a claim that the checker (check.h) recomputes. Pure, one video at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/sink.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct ReasonOptions {
  std::uint64_t seed = 1;
};

class ReasonStage {
 public:
  static Result<ReasonStage> create(const Catalog& catalog, const SourceCard& card, const ReasonOptions& options);

  /// Rows come in the order of `contexts`, then by task number. A chain that the checker rejects is handed over with
  /// its verdict and an issue (stage "reason", rule of the verdict). Thread-safe.
  void video(const VideoRow& video, const std::vector<Annotation>& annotations, const std::vector<ContextRow>& contexts,
             const Sink<ReasoningRow>& reasoning, const Sink<IssueRow>& issues) const;

 private:
  struct Tables;
  explicit ReasonStage(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}
  std::shared_ptr<const Tables> tables_;
};

}  // namespace surgsigma
