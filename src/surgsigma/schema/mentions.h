// Which words of a closed list a sentence mentions: at each word the longest surface that begins there and ends at the
// end of a word. Capitals do not matter, and neither does anything inside a word: "clipper" does not mention "clip".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/schema/catalog.h"

namespace surgsigma {

/// Surfaces and the terms they stand for. A term is a number of the caller's choice; a surface may stand for several
/// ("preparation" is a phase of three operations). What a sentence mentions is the number of such a set of terms.
class Surfaces {
 public:
  Surfaces() : nodes_(1) {}

  void add(std::string_view surface, int term);
  /// Whether a further surface may not fit: the tree has no numbers left.
  bool is_full() const { return nodes_.size() > 65'000; }
  const std::vector<int>& meanings(int mention) const { return meanings_[static_cast<std::size_t>(mention)]; }
  bool may_mean(int mention, int term) const;

  /// Calls take(mention, begin, end) for each mention in order; begin and end are bytes of `sentence`.
  template <class Take>
  void each(std::string_view sentence, Take&& take) const {
    std::size_t begin = 0;
    while (begin < sentence.size()) {
      if (!is_word_letter(sentence[begin])) {
        ++begin;
        continue;
      }
      const Longest longest = longest_at(sentence, begin);
      if (longest.mention >= 0) {
        take(longest.mention, begin, longest.end);
        begin = longest.end;
      } else {
        while (begin < sentence.size() && is_word_letter(sentence[begin])) ++begin;
      }
    }
  }

 private:
  struct Longest {
    int mention = -1;
    std::size_t end = 0;
  };
  Longest longest_at(std::string_view sentence, std::size_t begin) const;
  static bool is_word_letter(char c);

  static constexpr std::size_t kLetters = 48;
  struct Node {
    std::array<std::uint16_t, kLetters> next{};
    std::int32_t meaning = -1;
  };
  std::vector<Node> nodes_;
  std::vector<std::vector<int>> meanings_;
};

/// The four sorts of facts that a text about an operation states.
enum class FactKind : std::uint8_t { kInstrument, kAction, kTarget, kPhase };
inline constexpr std::size_t kFactKinds = 4;
inline constexpr std::array<std::string_view, kFactKinds> kFactKindWords = {"instruments", "actions", "targets",
                                                                            "phases"};

/// The words by which a text names a concept: label and plural; of verbs also the third person, gerund, participle and
/// noun; of instruments, anatomy and objects every exact synonym, of phases and steps those of two words or more. Not
/// among them: "no target", "do something else" and the raw words of sources for verbs ("Open", "Left"), which are
/// ordinary English. Idle is named by its sentence forms and by "idle", "at rest", "inactive" and the like. Empty for a
/// concept of no fact kind.
std::vector<std::string> surfaces_of(const Concept& entry);

/// Finds the ontology's concepts in free text. Negation is not understood: "no hook is visible" mentions the hook.
class OntologyMentions {
 public:
  struct Mention {
    int set = 0;            ///< number for meanings()
    std::size_t begin = 0;  ///< bytes of the text
    std::size_t end = 0;
  };

  /// kInternal when the ontology has more words than fit.
  static Result<OntologyMentions> create(const Ontology& ontology);
  std::vector<Mention> find(std::string_view text) const;
  /// Indices into the ontology's concepts(), of the sort `kind` alone.
  std::vector<int> meanings(int set, FactKind kind) const;
  /// Sort of a concept that can be found.
  FactKind kind_of(int concept_index) const { return kinds_[static_cast<std::size_t>(concept_index)]; }
  const std::string& id_of(int concept_index) const { return ids_[static_cast<std::size_t>(concept_index)]; }

 private:
  Surfaces surfaces_;
  std::vector<FactKind> kinds_;
  std::vector<std::string> ids_;
};

}  // namespace surgsigma
