// Conversations for the thirteen tasks whose answers are text: questions and answers from the labels of one video, in
// words from catalog/templates. Every fact in an answer rests on annotations whose ordinals are listed; absence is
// claimed only where a closed and complete vocabulary was annotated. Same records, catalog and seed: same words.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/cutoff.h"
#include "surgsigma/schema/sink.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

struct DialogueOptions {
  std::uint64_t seed = 1;
  double choice_share = 0.25;             ///< of a task's conversations that are multiple choice
  double yes_no_share = 0.25;             ///< likewise yes or no; both answers are equally frequent
  bool multi_turn = true;                 ///< also join correlated tasks in one conversation
  double multi_turn_share = 0.25;         ///< of the contexts where that is possible
  Microseconds bridged_gap = kSecond;     ///< equal actions nearer than this are one
  Microseconds min_clip = 2 * kSecond;    ///< shortest clip whose action is asked for
  Microseconds min_lead = kCutoffLead;    ///< action remaining: least footage before the cutoff, and least time left
  Microseconds look_back = 30 * kSecond;  ///< next action: footage shown from before the current action
};

class DialogueStage {
 public:
  /// Fails with kData, naming file and line, for a mistake in catalog/templates, a verb without the forms that
  /// sentences need, or a task of catalog/tasks with a text answer that has no templates.
  static Result<DialogueStage> create(const Catalog& catalog, const DialogueOptions& options = {});

  /// `annotations` by ordinal. Conversations come in the order of `contexts`, then of the tasks. A context outside the
  /// body yields none. Issues (stage "dialogue"): `unknown_concept` for a concept the ontology lacks, `missing_record`
  /// for an ordinal the video lacks, `out_of_body` (info) with the number of contexts left out. Thread-safe.
  void video(const VideoRow& video, const SourceCard& card, const std::vector<Annotation>& annotations,
             const std::vector<ContextRow>& contexts, const std::vector<ReasoningRow>& reasoning,
             const Sink<ConversationRow>& conversations, const Sink<IssueRow>& issues) const;

 private:
  struct Tables;
  explicit DialogueStage(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}
  std::shared_ptr<const Tables> tables_;
};

}  // namespace surgsigma
