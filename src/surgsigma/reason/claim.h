// The claims of a chain: what a statement says in a form that can be recomputed from records (docs/reasoning.md). A
// claim is a list of atoms joined by "; ", an atom a word and its arguments: "count ins.grasper 2; present ins.hook".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace surgsigma::chain {

enum class ClaimWord : std::uint8_t {
  kPresent,      ///< concept
  kCount,        ///< concept, number
  kAt,           ///< concept, cell of the nine-cell grid
  kSide,         ///< concept, side
  kNothing,      ///< vocabulary: none of its instruments is there
  kShows,        ///< action or step that the clip shows
  kActs,         ///< instrument, verb, target where there is one, "x2" where several do it
  kIdle,         ///< instruments
  kLeftOf,       ///< concept, concept
  kAbove,        ///< concept, concept
  kTogether,     ///< two or more concepts
  kOnly,         ///< concept: the only one of its closed vocabulary
  kRest,         ///< vocabulary: none of its instruments is there, so none acts
  kAfter,        ///< action or step that came just before
  kElapsed,      ///< microseconds since it began
  kPhase,        ///< concept
  kStep,         ///< concept
  kKnow,         ///< knowledge entry
  kInstruments,  ///< concepts: all of them
  kTissues,      ///< concepts: all of them
  kCriterion,    ///< concept, "met", "unmet" or points
  kAction,       ///< concept
  kRemaining,    ///< microseconds, "at", moment
  kNext,         ///< concept
};

struct ClaimWordRow {
  std::string_view word;
  int least;  ///< arguments
  int most;
};
/// In the order of ClaimWord.
inline constexpr std::array<ClaimWordRow, 24> kClaimWords = {{
    {"present", 1, 1},   {"count", 2, 2},  {"at", 2, 2},        {"side", 2, 2},         {"nothing", 1, 1},
    {"shows", 1, 1},     {"acts", 2, 4},   {"idle", 1, 16},     {"left_of", 2, 2},      {"above", 2, 2},
    {"together", 2, 16}, {"only", 1, 1},   {"rest", 1, 1},      {"after", 1, 1},        {"elapsed", 1, 1},
    {"phase", 1, 1},     {"step", 1, 1},   {"know", 1, 1},      {"instruments", 1, 64}, {"tissues", 1, 64},
    {"criterion", 2, 2}, {"action", 1, 1}, {"remaining", 3, 3}, {"next", 1, 1},
}};

struct ClaimAtom {
  ClaimWord word = ClaimWord::kPresent;
  std::vector<std::string_view> arguments;  ///< into the text that was parsed
  std::vector<int> concepts;                ///< the arguments' indices in the ontology; the checker fills them in
};

/// Nothing when a word is unknown or the number of arguments is wrong. `atoms` is reused.
bool parse_claim(std::string_view text, std::vector<ClaimAtom>& atoms);
void begin_atom(ClaimWord word, std::string& out);  ///< Appends "; " where needed, and the word.
void add_argument(std::string_view argument, std::string& out);
void add_argument(std::int64_t number, std::string& out);

}  // namespace surgsigma::chain
