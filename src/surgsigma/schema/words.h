// The closed word lists of the schema: each enum with the word that stands in columns, JSON, flags and messages.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <type_traits>

namespace surgsigma {

/// What an annotation says. `labels` of the annotation hold, in order:
enum class AnnotationKind {
  kPresence,     ///< everything of one closed vocabulary that is visible (may be empty: nothing is there)
  kBox,          ///< [class]
  kMask,         ///< [class...]; the raster is named in `text`
  kInteraction,  ///< [instrument, verb, target]; "" for a component that was not annotated
  kPhase,        ///< [phase]
  kStep,         ///< [step]
  kAction,       ///< [action]: a clip-level action or gesture
  kCriterion,    ///< [criterion]; `value` is the mean of the raters, `raters` their votes
  kFlag,         ///< [flag], e.g. out_of_body; may overlap anything
  kMotion,       ///< [camera motion]
  kQa,           ///< a foreign question and answer, kept verbatim in `text` as JSON
};
inline constexpr std::array<std::string_view, 11> kAnnotationKindWords = {
    "presence", "box", "mask", "interaction", "phase", "step", "action", "criterion", "flag", "motion", "qa"};

/// Six different values that many formats fold into one.
enum class LabelState {
  kPresent,       ///< it is there
  kAbsent,        ///< it was looked for and is not there
  kIdle,          ///< there, but doing nothing (null verb, null target, Still)
  kUncertain,     ///< raters disagree or the source says so
  kOutOfView,     ///< exists, not in the picture
  kNotAnnotated,  ///< nobody looked
};
inline constexpr std::array<std::string_view, 6> kLabelStateWords = {"present",   "absent",      "idle",
                                                                     "uncertain", "out_of_view", "not_annotated"};

enum class Severity { kError, kWarning, kInfo };
inline constexpr std::array<std::string_view, 3> kSeverityWords = {"error", "warning", "info"};

/// Where a fact comes from.
enum class Origin { kHuman, kDerived, kModel, kSimulated, kForeign };
inline constexpr std::array<std::string_view, 5> kOriginWords = {"human", "derived", "model", "simulated", "foreign"};

/// What a box encloses.
enum class BoxScope { kVisible, kTip, kRegion };
inline constexpr std::array<std::string_view, 3> kBoxScopeWords = {"visible", "tip", "region"};

/// How a source's word relates to our concept (SKOS).
enum class Match { kExact, kNarrow, kBroad, kRelated };
inline constexpr std::array<std::string_view, 4> kMatchWords = {"exact", "narrow", "broad", "related"};

/// What a sample shows the model.
enum class Subject { kFrame, kClip };
inline constexpr std::array<std::string_view, 2> kSubjectWords = {"frame", "clip"};

/// How a question is put.
enum class Form { kOpen, kChoice, kYesNo, kMultiTurn };
inline constexpr std::array<std::string_view, 4> kFormWords = {"open", "choice", "yes_no", "multi_turn"};

/// The eleven shapes an answer can have (docs/architecture.md).
enum class AnswerShape {
  kConcepts,
  kBoxes,
  kTriplets,
  kSpans,
  kDuration,
  kCriteria,
  kText,
  kMask,
  kPicture,
  kDepth,
  kClip,
};
inline constexpr std::array<std::string_view, 11> kAnswerShapeWords = {
    "concepts", "boxes", "triplets", "spans", "duration", "criteria", "text", "mask", "picture", "depth", "clip"};

template <class Enum>
constexpr const auto& words_of() {
  if constexpr (std::is_same_v<Enum, AnnotationKind>)
    return kAnnotationKindWords;
  else if constexpr (std::is_same_v<Enum, LabelState>)
    return kLabelStateWords;
  else if constexpr (std::is_same_v<Enum, Severity>)
    return kSeverityWords;
  else if constexpr (std::is_same_v<Enum, Origin>)
    return kOriginWords;
  else if constexpr (std::is_same_v<Enum, BoxScope>)
    return kBoxScopeWords;
  else if constexpr (std::is_same_v<Enum, Match>)
    return kMatchWords;
  else if constexpr (std::is_same_v<Enum, Subject>)
    return kSubjectWords;
  else if constexpr (std::is_same_v<Enum, Form>)
    return kFormWords;
  else
    return kAnswerShapeWords;
}

template <class Enum>
constexpr std::string_view word(Enum value) {
  return words_of<Enum>()[static_cast<std::size_t>(value)];
}

template <class Enum>
constexpr std::optional<Enum> from_word(std::string_view text) {
  const auto& words = words_of<Enum>();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace surgsigma
