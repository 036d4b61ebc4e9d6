// Recomputes a chain from the records it names. Nothing of how chains are made is used here: only the annotations, the
// ontology's words and the language of claims (docs/reasoning.md).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// A verdict and what it means. The first that applies is given.
struct ReasoningVerdict {
  std::string_view verdict;
  std::string_view meaning;
};
/// "accepted" first, then every rule that rejects.
const std::vector<ReasoningVerdict>& reasoning_verdicts();

class ReasoningChecker {
 public:
  static Result<ReasoningChecker> create(const Catalog& catalog, const SourceCard& card);

  /// Checks chains of one video. Keeps what it found out about a context's statements, because the chains of different
  /// tasks share them. Not thread-safe; make one per video.
  class OfVideo {
   public:
    OfVideo(OfVideo&&) noexcept;
    ~OfVideo();
    /// "accepted", or the verdict of the first rule that the chain breaks.
    std::string_view check(const ReasoningRow& row, const ContextRow& context);

    struct State;

   private:
    friend class ReasoningChecker;
    explicit OfVideo(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  /// `annotations`: the video's, by ordinal. Everything given must outlive the result.
  OfVideo of(const VideoRow& video, const std::vector<Annotation>& annotations) const;

 private:
  struct Tables;
  explicit ReasoningChecker(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}
  std::shared_ptr<const Tables> tables_;
};

/// One chain by itself.
std::string check_reasoning(const ReasoningChecker& checker, const ReasoningRow& row, const VideoRow& video,
                            const ContextRow& context, const std::vector<Annotation>& annotations);

}  // namespace surgsigma
