// One function per task: fills a begun conversation from what is known of a context. Each returns false, where the
// facts do not allow the question in that form; the conversation is then thrown away.
#pragma once

#include "surgsigma/dialogue/talk.h"

namespace surgsigma {

/// Shares that only word choice depends on.
constexpr double kListedShare = 0.3;     ///< open recognition questions that name the candidates
constexpr double kDetailedShare = 0.25;  ///< captions whose question asks for deeds, or for their order
constexpr double kAbsentShare = 0.1;     ///< localization questions for something that is not there
constexpr std::size_t kMaxListed = 15;   ///< longest list of candidates in a question
constexpr std::size_t kMaxEvents = 8;    ///< most events in a video caption

bool make_recognition(Talk& talk, const ContextFacts& facts, Role role, Form form);
bool make_localization(Talk& talk, const ContextFacts& facts, Role role, Form form);
bool make_triplets(Talk& talk, const ContextFacts& facts, Form form);
bool make_phase(Talk& talk, const ContextFacts& facts, Form form);
bool make_step(Talk& talk, const ContextFacts& facts, Form form);
bool make_safety(Talk& talk, const ContextFacts& facts, Form form);
bool make_image_caption(Talk& talk, const ContextFacts& facts);

bool make_action(Talk& talk, Form form);
bool make_remaining(Talk& talk, Form form);
bool make_next(Talk& talk, Form form);
bool make_video_caption(Talk& talk, const ContextFacts& facts);

/// Joins correlated tasks; the task of the last round, or nothing.
std::optional<TextTask> make_multi_turn(Talk& talk, const ContextFacts& facts);

/// Pieces that joined conversations use.
bool recognition_open(Talk& talk, const ContextFacts& facts, Role role);
bool box_round(Talk& talk, const ContextFacts& facts, Role role, bool follows);
bool instrument_deeds_round(Talk& talk, const ContextFacts& facts, bool follows);
bool exclusive_open(Talk& talk, TextTask task, const Exclusive& truth, Slot slot, bool follows);
bool action_open(Talk& talk);
bool next_open(Talk& talk, bool follows);

}  // namespace surgsigma
