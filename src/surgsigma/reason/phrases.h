// The sentences of the chains. "{0}" and "{1}" are filled in, "{is|are}" follows the subject's number. A sentence must
// not mention anything but what is filled in: no word in here is a surface of the ontology, a place or a number
// (phrases_test.cpp holds every line against that), except for those that carry the claim itself ("idle", "is met").
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace surgsigma::chain {

using Phrase = std::string_view;

// Level 1 ------------------------------------------------------------------------------------------------------------

/// {0} "a hook and two graspers", {1} "picture" or "footage".
inline constexpr std::array<Phrase, 8> kInstrumentsSeen = {
    "The {1} shows {0}.",
    "{0} {is|are} visible in the {1}.",
    "{0} can be seen.",
    "In view {is|are} {0}.",
    "Instruments in view: {0}.",
    "{0} {appears|appear} in the {1}.",
    "Among the instruments, {0} can be recognised.",
    "The instruments that can be made out are these: {0}.",
};
inline constexpr std::array<Phrase, 7> kStructuresSeen = {
    "The scene contains {0}.",
    "{0} {is|are} part of the scene.",
    "{0} {is|are} in the field of view.",
    "Of the structures, {0} can be made out.",
    "The {1} includes {0}.",
    "{0} can be recognised as well.",
    "Also to be seen {is|are} {0}.",
};
/// One item of a list; {0} "the hook", {1} "top-left".
inline constexpr std::array<Phrase, 7> kPlaceItems = {
    "{0} {is|are} in the {1} part of the picture",
    "{0} {lies|lie} in the {1} area",
    "{0} {occupies|occupy} the {1} region",
    "{0} {is|are} found in the {1} ninth of the picture",
    "the {1} region contains {0}",
    "{0} {appears|appear} in the {1} sector",
    "{0} {sits|sit} in the {1} part of the view",
};
/// {1} "on the left" or "in the centre".
inline constexpr std::array<Phrase, 6> kSideItems = {
    "{0} {is|are} {1} of the picture", "{0} {lies|lie} {1} of the view",   "{1} of the picture one finds {0}",
    "{0} {appears|appear} {1}",        "{0} can be seen {1} of the frame", "{0} {is|are} located {1}",
};
inline constexpr std::array<Phrase, 6> kNothingSeen = {
    "No instrument can be seen in the {1}.",
    "None of the instruments looked for is visible.",
    "The {1} is free of instruments.",
    "There is no instrument in view.",
    "Not a single instrument appears in the {1}.",
    "The field shows tissue but no instrument.",
};
/// {0} the action or step, {1} "action" or "step".
inline constexpr std::array<Phrase, 6> kShown = {
    "The footage shows {0}.", "What can be watched is {0}.",         "The current {1} is {0}.",
    "{0} is under way.",      "The {1} to be followed here is {0}.", "At present the surgeon is occupied with {0}.",
};

// Level 2 ------------------------------------------------------------------------------------------------------------

/// {0} all deeds, already joined: "the hook dissects the cystic duct, while the grasper retracts the gallbladder".
inline constexpr std::array<Phrase, 6> kDeedsDone = {
    "{0}.",
    "{0}.",
    "At this moment {0}.",
    "Here {0}.",
    "As to who does what: {0}.",
    "Looking at the interactions, {0}.",
};
inline constexpr std::array<Phrase, 4> kDeedJoins = {", while ", "; at the same time ", ", and ", "; meanwhile "};
inline constexpr std::array<Phrase, 7> kIdleInstruments = {
    "{0} {is|are} present but not interacting with anything.",
    "{0} {stays|stay} in view without touching any tissue.",
    "{0} {is|are} at rest.",
    "{0} {remains|remain} idle for now.",
    "{0} {stays|stay} passive in the field.",
    "{0} {is|are} visible yet inactive.",
    "{0} {waits|wait} in the field without touching anything.",
};
/// {0} lies to the left of {1}. The second half says it from the other end.
inline constexpr std::array<Phrase, 6> kLeftOfItems = {
    "{0} {lies|lie} to the left of {1}",       "{0} {is|are} to the left of {1}",
    "{0} {appears|appear} to the left of {1}", "{1} {lies|lie} to the right of {0}",
    "{1} {is|are} to the right of {0}",        "{1} {appears|appear} to the right of {0}",
};
inline constexpr std::array<Phrase, 6> kAboveItems = {
    "{0} {lies|lie} above {1}", "{0} {is|are} above {1}", "{0} {appears|appear} above {1}",
    "{1} {lies|lie} below {0}", "{1} {is|are} below {0}", "{1} {appears|appear} below {0}",
};
inline constexpr std::array<Phrase, 4> kRelationHeads = {"In the picture, {0}.", "{0}.", "In the image plane, {0}.",
                                                         "As to their arrangement, {0}."};
inline constexpr std::array<Phrase, 6> kTogetherSeen = {
    "{0} are in the picture at the same time.",
    "{0} share the field of view.",
    "{0} appear together.",
    "At this moment {0} are in view together.",
    "{0} are present side by side in the same picture.",
    "The picture contains {0} at once.",
};
inline constexpr std::array<Phrase, 6> kOnlySeen = {
    "Of the instruments looked for, only {0} can be seen.", "{0} {is|are} the only instrument in view.",
    "No other kind of instrument accompanies {0}.",         "{0} {has|have} the field to {itself|themselves}.",
    "Besides {0} no other instrument can be made out.",     "{0} {is|are} alone in the field.",
};
inline constexpr std::array<Phrase, 6> kNobodyActs = {
    "So nothing is being manipulated at this moment.",
    "Accordingly no tissue is being worked on with an instrument.",
    "No interaction of an instrument with tissue takes place.",
    "Therefore no instrument acts on anything here.",
    "This means that no instrument is at work.",
    "As a result there is no contact of an instrument with tissue.",
};
/// {0} the action or step before, {1} "action" or "step".
inline constexpr std::array<Phrase, 6> kCameBefore = {
    "Just before came {0}.", "It was preceded by {0}.", "The {1} before it was {0}.",
    "It follows {0}.",       "{0} has just ended.",     "Immediately beforehand the {1} was {0}.",
};
/// {0} "12 seconds".
inline constexpr std::array<Phrase, 6> kElapsed = {
    "It has been going on for {0}.",
    "So far it has taken {0}.",
    "It began {0} ago.",
    "Up to now it has lasted {0}.",
    "The surgeon has spent {0} on it so far.",
    "Since its beginning {0} {has|have} passed.",
};

// Level 3 ------------------------------------------------------------------------------------------------------------

inline constexpr std::array<Phrase, 6> kPhaseIs = {
    "The phase at this point is {0}.",
    "In the course of the operation this is {0}.",
    "The current phase is {0}.",
    "This moment falls into {0}.",
    "Within the workflow the phase is {0}.",
    "All this takes place during {0}.",
};
inline constexpr std::array<Phrase, 6> kStepIs = {
    "The step being carried out is {0}.", "The current step is {0}.",          "In terms of steps this is {0}.",
    "The step at this point is {0}.",     "Within the phase the step is {0}.", "The step to which this belongs is {0}.",
};

// Conclusions --------------------------------------------------------------------------------------------------------

inline constexpr std::array<Phrase, 7> kPhaseFollows = {
    "Taken together, this points to {0}.", "Hence the phase is {0}.",           "All this fits {0}.",
    "The phase is therefore {0}.",         "From this follows the phase: {0}.", "This places the moment in {0}.",
    "The picture thus belongs to {0}.",
};
inline constexpr std::array<Phrase, 7> kStepFollows = {
    "Taken together, this points to {0}.",
    "Hence the step is {0}.",
    "All this fits {0}.",
    "The step is therefore {0}.",
    "From this follows the step: {0}.",
    "This places the moment in {0}.",
    "The step that matches these findings is {0}.",
};
/// {0} "(hook, dissect, cystic duct) and (grasper, idle)".
inline constexpr std::array<Phrase, 6> kTripletsFollow = {
    "In sum: {0}.",
    "As instrument, action and target this gives {0}.",
    "The interactions are therefore {0}.",
    "Put as triplets: {0}.",
    "Hence the triplets {0}.",
    "This amounts to {0}.",
};
inline constexpr std::array<Phrase, 6> kInstrumentsFollow = {
    "{The instrument in the picture is|The instruments in the picture are} therefore {0}.",
    "So the answer {is|comprises} {0}.",
    "Altogether, {0} {is|are} in use or at hand.",
    "In all, {0} {is|are} to be reported.",
    "That makes {0}.",
    "Hence {0} {is|are} what the picture contains in terms of instruments.",
};
inline constexpr std::array<Phrase, 6> kTissuesFollow = {
    "{The structure in the picture is|The structures in the picture are} therefore {0}.",
    "So the anatomy in view {is|comprises} {0}.",
    "In all, {0} {is|are} to be reported.",
    "That makes {0}.",
    "Hence {0} {is|are} what the picture contains in terms of anatomy.",
    "Altogether, the anatomy shown {is|comprises} {0}.",
};
inline constexpr std::array<Phrase, 6> kPlacesFollow = {
    "So {0}.", "Hence {0}.", "In conclusion, {0}.", "To sum up, {0}.", "The location follows: {0}.", "Therefore {0}.",
};
inline constexpr std::array<Phrase, 6> kCriteriaFollow = {
    "In summary, {0}.",
    "Hence {0}.",
    "For safety this means: {0}.",
    "The assessment is therefore: {0}.",
    "Accordingly, {0}.",
    "Judged by the protocol, {0}.",
};
inline constexpr std::array<Phrase, 3> kMet = {"is met", "is fulfilled", "is satisfied"};
inline constexpr std::array<Phrase, 3> kUnmet = {"is not met", "is not fulfilled", "is not satisfied"};
inline constexpr std::array<Phrase, 6> kActionFollows = {
    "The action is therefore {0}.", "Hence the action shown is {0}.",       "This is {0}.",
    "All this amounts to {0}.",     "Seen as a basic action, this is {0}.", "What is being carried out is thus {0}.",
};
/// {1} "action" or "step".
inline constexpr std::array<Phrase, 6> kRemainingFollows = {
    "The {1} will be finished in about {0}.",   "About {0} of it {remains|remain}.",
    "So roughly {0} {is|are} still to go.",     "It should end in {0}.",
    "Some {0} {remains|remain} until its end.", "The time that it still takes is about {0}.",
};
inline constexpr std::array<Phrase, 6> kNextFollows = {
    "The next {1} is therefore {0}.",   "What follows is {0}.",
    "The surgeon will go on with {0}.", "Next comes {0}.",
    "After this, {0} can be expected.", "The {1} that comes next is {0}.",
};

/// Appends the phrase with its places filled in.
void fill_phrase(Phrase phrase, std::string_view first, std::string_view second, bool is_plural, std::string& out);
/// Makes the first letter of a sentence a capital.
void capitalize(std::string& sentence, std::size_t from = 0);

}  // namespace surgsigma::chain
