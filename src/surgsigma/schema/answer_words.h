// The words of the ontology as they occur in answers: which concepts a text names. A form is a label, a plural, a
// synonym (exact or narrower), an id, and for verbs and actions what sentences need ("dissects", "dissecting"). Forms
// are compared without case, blanks, hyphens and underscores ("CalotTriangleDissection"), but only at whole words:
// "clipper" is no clip. The longest form wins: "L-hook electrocautery" is one thing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "surgsigma/schema/catalog.h"

namespace surgsigma {

/// A text split into words: maximal runs of letters and digits (an apostrophe inside does not split,
/// a possessive 's is dropped).
struct TokenText {
  struct Token {
    std::size_t begin = 0;  ///< in `lower` and `shown`
    std::size_t end = 0;
    std::size_t flat_begin = 0;  ///< in `flat`
    std::size_t flat_end = 0;
    bool after_stop = false;   ///< a full stop, semicolon, line break, ? or ! lies before it
    bool after_comma = false;  ///< a comma or a bracket
    bool after_colon = false;  ///< ':' or '='
  };
  std::string shown;  ///< folded (answer_body.h)
  std::string lower;
  std::string flat;  ///< all words without anything between them
  std::vector<Token> tokens;

  explicit TokenText(std::string_view folded_text);
  std::string_view word(std::size_t token) const {
    return std::string_view(flat).substr(tokens[token].flat_begin, tokens[token].flat_end - tokens[token].flat_begin);
  }
  bool is_word(std::size_t token, std::string_view wanted) const {
    return token < tokens.size() && word(token) == wanted;
  }
};

/// How a concept stands to what a question admits.
enum class Standing : std::uint8_t {
  kIgnored,   ///< not to be found at all
  kContext,   ///< of another kind: the liver in a question for instruments
  kStranger,  ///< of an admissible kind, but not on the list
  kKin,       ///< an ancestor or a descendant of one that is
  kAdmissible,
};

/// A place where a text names a concept. `is_ambiguous`: the words stand for several admissible ones.
struct Mention {
  std::size_t first = 0;  ///< tokens [first, last)
  std::size_t last = 0;
  int concept_index = 0;  ///< into Ontology::concepts()
  Standing standing = Standing::kIgnored;
  bool is_ambiguous = false;
  bool is_denied = false;  ///< "no hook", "the hook is not visible", "hook: no"
};

/// The standing of every concept of the ontology.
using Standings = std::vector<Standing>;

class AnswerWords {
 public:
  explicit AnswerWords(const Ontology& ontology);

  const ConceptId& id(int concept_index) const { return ids_[static_cast<std::size_t>(concept_index)]; }
  const std::string& kind(int concept_index) const { return kinds_[static_cast<std::size_t>(concept_index)]; }
  int index(const ConceptId& id) const;  ///< -1 for an unknown one
  int size() const { return static_cast<int>(ids_.size()); }
  bool is_a(int a, int b) const;
  bool is_root(int concept_index) const { return parents_[static_cast<std::size_t>(concept_index)].empty(); }
  /// Every criterion of a protocol, in its order.
  std::vector<ConceptId> criteria_of(const ConceptId& protocol) const;

  /// An empty vocabulary admits everything of `kinds`, or everything when that is empty too.
  Standings standings(const std::vector<ConceptId>& vocabulary, const std::vector<std::string_view>& kinds = {}) const;

  /// All places, from the left, the longest first, without overlap. At one place a higher standing wins over length
  /// only against kContext. Ignored concepts are passed over. Denials are marked.
  std::vector<Mention> find(const TokenText& text, const Standings& standings) const;
  /// The concept whose form is the tokens [first, last) with at most one letter wrong in words of six letters or more;
  /// only kAdmissible ones; -1 for none, or more than one.
  int find_misspelt(const TokenText& text, std::size_t first, std::size_t last, const Standings& standings) const;
  /// Whether the mention's words are also a form of that concept.
  bool can_mean(const TokenText& text, const Mention& mention, int concept_index) const;

 private:
  struct Form {
    std::string flat;
    std::vector<std::string> words;
    int concept_index = 0;
    std::uint8_t rank = 0;  ///< 0 label, 1 plural and other forms, 2 synonym
    bool has_comma = false;
    std::uint32_t same = 1;  ///< forms with this `flat` from here on
  };
  void add_forms(const Concept& from, int index);
  void add(std::string_view text, int index, std::uint8_t rank);
  void consider(const TokenText& text, std::size_t first, std::size_t last, std::size_t form,
                const Standings& standings, Mention& best) const;

  std::vector<ConceptId> ids_;
  std::vector<std::string> kinds_;
  std::vector<std::vector<int>> parents_;
  std::vector<std::pair<std::string, int>> protocols_;  ///< of criteria: protocol and number; else empty
  std::unordered_map<ConceptId, int> by_id_;
  std::vector<Form> forms_;  ///< by flat, rank, concept
};

/// Marks what is denied; needs the mentions from the left. "No" alone before a comma denies nothing.
void mark_denied(const TokenText& text, std::vector<Mention>& mentions);
/// Whether some word says that there is nothing: "none", "no", "not", "nothing", "cannot", "absent" ...
bool has_denial(const TokenText& text);
bool is_denial(std::string_view word);
bool is_article(std::string_view word);

}  // namespace surgsigma
