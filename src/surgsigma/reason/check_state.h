// What the checker knows while it checks; shared by check.cpp, check_claims.cpp and check_conclusion.cpp only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "surgsigma/reason/actions.h"
#include "surgsigma/reason/check.h"
#include "surgsigma/reason/claim.h"
#include "surgsigma/reason/records.h"
#include "surgsigma/reason/words.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {

namespace verdict {

inline constexpr std::string_view kAccepted = "accepted";
inline constexpr std::string_view kMalformed = "malformed";
inline constexpr std::string_view kWrongId = "wrong_id";
inline constexpr std::string_view kLevels = "levels_out_of_order";
inline constexpr std::string_view kLevelMissing = "level_missing";
inline constexpr std::string_view kLabelLeak = "label_leak";
inline constexpr std::string_view kUnknownRecord = "unknown_record";
inline constexpr std::string_view kNotInUse = "record_not_in_use";
inline constexpr std::string_view kNotInContext = "record_not_in_context";
inline constexpr std::string_view kElsewhere = "record_elsewhere";
inline constexpr std::string_view kFuture = "future_evidence";
inline constexpr std::string_view kNotBacked = "claim_not_backed";
inline constexpr std::string_view kUnused = "evidence_unused";
inline constexpr std::string_view kNotSaid = "claim_not_said";
inline constexpr std::string_view kUnbackedMention = "unbacked_mention";
inline constexpr std::string_view kNotNamed = "entity_not_named";
inline constexpr std::string_view kUnknownKnowledge = "unknown_knowledge";
inline constexpr std::string_view kAlteredKnowledge = "knowledge_altered";
inline constexpr std::string_view kOffTopic = "knowledge_off_topic";
inline constexpr std::string_view kDiffers = "conclusion_differs";

}  // namespace verdict

/// What the last claim of a task is made of.
struct Conclusion {
  std::string_view task;
  chain::ClaimWord word;
  std::optional<chain::ClaimWord> other;
};
/// Nothing for a task without chains.
const Conclusion* conclusion_of(std::string_view task);
/// What follows the shown footage may only be named in a conclusion.
inline bool is_about_future(chain::ClaimWord word) {
  return word == chain::ClaimWord::kNext || word == chain::ClaimWord::kRemaining;
}

struct CheckedEntry {
  int concept_index = chain::kNone;
  std::string text;
};

struct CheckedVocabulary {
  bool is_total = false;
  bool is_of_instruments = false;
};

struct ReasoningChecker::Tables {
  chain::Words words;
  chain::ActionRules rules;
  std::unordered_map<std::string, CheckedEntry> knowledge;
  std::unordered_map<std::string, CheckedVocabulary> vocabularies;
  std::string prefix;

  const CheckedVocabulary* vocabulary(std::string_view name) const {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    const auto found = vocabularies.find(std::string(name));
    return found == vocabularies.end() ? nullptr : &found->second;
  }
};

/// All that is known about one chain while it is checked.
struct ReasoningChecker::OfVideo::State {
  State(const Tables& t, std::shared_ptr<const Tables> keep, const VideoRow& v,
        const std::vector<Annotation>& annotations)
      : tables(t), kept(std::move(keep)), words(t.words), video(v), records(annotations, t.words) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      is_video_of_actions = is_video_of_actions || records.row(i).kind == AnnotationKind::kAction;
    }
  }

  std::string_view check(const ReasoningRow& row, const ContextRow& context);
  std::string_view check_statement(const ReasoningRow& row, const ContextRow& context, std::size_t i);
  std::string_view read_evidence(std::string_view evidence, const ContextRow& context, chain::ClaimWord word);
  std::string_view check_knowledge(const ReasoningRow& row, const ContextRow& context, std::size_t i);
  bool is_backed(const chain::ClaimAtom& atom, const ContextRow& context);
  std::string_view check_words(std::string_view statement);
  std::string_view check_conclusion(const ReasoningRow& row, const ContextRow& context);

  int concept_of(std::string_view id) const { return words.index(id); }
  bool parse(std::string_view claim);
  bool names(std::size_t position, int concept_index) const;
  bool is_box_of(std::size_t position, int concept_index, Box& box, ImageSize& size) const;
  std::optional<chain::ActionLevel> level_of(int action) const;
  int action_at(std::size_t position, chain::ActionLevel level) const {
    return chain::action_of(level, records, position, tables.rules, words);
  }
  template <class Take>
  void each_in_context(const ContextRow& context, Take&& take) const {
    for (const std::int64_t ordinal : context.ordinals) {
      const std::size_t position = records.find(ordinal);
      if (position < records.size() && chain::states_fact(records.row(position))) take(position);
    }
  }
  bool are_all_found(const ContextRow& context, bool instruments, const std::vector<chain::ClaimAtom>& claims);

  const Tables& tables;
  std::shared_ptr<const Tables> kept;
  const chain::Words& words;
  const VideoRow& video;
  chain::RecordTable records;
  bool is_video_of_actions = false;

  // Of the statement in hand.
  std::vector<chain::ClaimAtom> atoms;
  std::vector<std::size_t> evidence;  ///< positions
  std::vector<bool> is_used;
  std::vector<int> mentioned;
  std::vector<int> terms;
  std::vector<bool> is_told;

  // Of the chain in hand.
  int shown_action = chain::kNone;
  Microseconds cutoff = 0;  ///< what lies after it is not shown

  // Statements of the context that were found good.
  std::string context_id;
  struct Good {
    std::uint64_t hash;
    std::vector<int> entities;
    int shown;
  };
  std::vector<Good> good;
};

}  // namespace surgsigma
