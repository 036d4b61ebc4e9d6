// Every form of a concept's words that a sentence may need, made once: "hook", "hooks", "a hook", "the hook";
// "dissect", "dissects", "dissecting". Inside this room a concept is its index here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

constexpr int kNoConcept = -1;

enum class WordKind { kInstrument, kVerb, kAnatomy, kObject, kPhase, kStep, kAction, kCriterion, kOther };

struct Surface {
  ConceptId id;
  WordKind kind = WordKind::kOther;
  std::string label;
  std::string plural;
  std::string a;            ///< "a hook", "the cystic duct", "fluid"
  std::string the;          ///< "the hook", "the cystic duct", "the fluid", "Calot's triangle"
  std::string third;        ///< verbs: "dissects"
  std::string gerund;       ///< verbs and actions: "dissecting"
  std::string preposition;  ///< verbs: what stands before the target, mostly nothing
  bool is_plural = false;   ///< "scissors": its verb is plural even for one
  int group = kNoConcept;   ///< criteria: their protocol; steps: their phase
  int number = 0;           ///< criteria: place in the protocol
  double scale_top = 1;     ///< criteria: highest value a rater can give
  std::string statement;    ///< criteria: "Two structures are seen ..."
  std::string question;     ///< criteria: "Are two structures seen ...?"
};

class Lexicon {
 public:
  /// Fails with kData for a verb without third person or gerund, and for a concept without a label.
  static Result<Lexicon> create(const Ontology& ontology);

  int index(const ConceptId& id) const;  ///< kNoConcept for an unknown or empty id
  const Surface& operator[](int concept_index) const { return surfaces_[static_cast<std::size_t>(concept_index)]; }
  int size() const { return static_cast<int>(surfaces_.size()); }
  /// The two are one concept, or one is a kind of the other: what is true of one cannot be denied of the other.
  bool is_kin(int a, int b) const;
  /// `a` is `b` or a kind of it.
  bool is_a(int a, int b) const;
  int idle_verb() const { return idle_verb_; }
  int out_of_body() const { return out_of_body_; }
  /// Every criterion of a protocol, in its order.
  const std::vector<int>& criteria_of(int protocol) const;

 private:
  std::vector<Surface> surfaces_;
  std::unordered_map<ConceptId, int> by_id_;
  std::vector<std::vector<std::uint64_t>> ancestors_;  ///< a bit per concept
  std::unordered_map<int, std::vector<int>> criteria_;
  int idle_verb_ = kNoConcept;
  int out_of_body_ = kNoConcept;
};

/// "a" or "an" by the sound that `word` begins with: an hour, a unit, an X-ray, an L-hook, a hook.
std::string_view indefinite_article(std::string_view word);

}  // namespace surgsigma
