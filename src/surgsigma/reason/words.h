// The words that reasoning is made of, and their recognition in a sentence. A term is what a sentence can mention: a
// concept (its index in the ontology) or one of the marks below.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/mentions.h"

namespace surgsigma::chain {

constexpr int kNone = -1;

/// Terms that are no concepts.
constexpr int kMarks = 1 << 20;
constexpr int kCellMark = kMarks;         ///< + index into kGridWords
constexpr int kSideMark = kMarks + 16;    ///< + 0 left, 1 right, 2 centre
constexpr int kNumberMark = kMarks + 32;  ///< + the number, 2 to kLargestNumber
constexpr int kScoreMark = kMarks + 64;   ///< + the points, 0 to 2
constexpr int kIdleMark = kMarks + 80;
constexpr int kMetMark = kMarks + 81;
constexpr int kUnmetMark = kMarks + 82;
constexpr int kLeftOfMark = kMarks + 83;
constexpr int kRightOfMark = kMarks + 84;
constexpr int kAboveMark = kMarks + 85;
constexpr int kBelowMark = kMarks + 86;
constexpr int kLeakMark = kMarks + 87;  ///< words about labels, which a statement must not use

constexpr int kLargestNumber = 12;
constexpr std::array<std::string_view, 3> kSides = {"left", "right", "centre"};
/// "two" ... "twelve"; empty outside.
std::string_view number_word(int number);

enum class Sort : std::uint8_t {
  kInstrument,
  kVerb,
  kAnatomy,
  kObject,
  kPhase,
  kStep,
  kAction,
  kCriterion,
  kProtocol,
  kOther
};

struct ConceptWords {
  std::string id;
  Sort sort = Sort::kOther;
  std::string label;
  std::string plural;
  std::string a;              ///< "a hook", "the cystic duct", "fluid"
  std::string the;            ///< "the hook", "the cystic duct", "the fluid", "Denonvilliers' fascia"
  std::string third;          ///< "dissects"
  std::string third_plural;   ///< "dissect"
  std::string gerund;         ///< "dissecting"
  std::string before_target;  ///< "" or "from "
  bool is_plural = false;     ///< takes a plural verb even for one
  bool is_sayable = true;     ///< a verb with all its forms
  int protocol = kNone;       ///< of a criterion
  int number = 0;             ///< of a criterion within its protocol
  double scale_top = 1;       ///< of a criterion: highest value a rater can give
};

class Words {
 public:
  Words() = default;
  Words(Words&&) = default;
  Words& operator=(Words&&) = default;
  Words(const Words&) = delete;  // the index of ids looks into the ids
  Words& operator=(const Words&) = delete;

  static Result<Words> create(const Catalog& catalog);

  int index(std::string_view id) const;
  const ConceptWords& operator[](int concept_index) const { return concepts_[static_cast<std::size_t>(concept_index)]; }
  int size() const { return static_cast<int>(concepts_.size()); }
  int idle_verb() const { return idle_verb_; }
  int no_target() const { return no_target_; }
  int out_of_body() const { return out_of_body_; }
  const std::vector<int>& criteria_of(int protocol) const;
  /// `a` is `b` or a kind of it.
  bool is_a(int a, int b) const;

  /// The terms that a sentence mentions, in order: at each word the longest surface that begins there. A surface may
  /// stand for several terms ("preparation" is a phase of three operations); a mention is the number of that set.
  void mentions(std::string_view sentence, std::vector<int>& found) const;
  bool may_mean(int mention, int term) const { return surfaces_.may_mean(mention, term); }
  const std::vector<int>& meanings(int mention) const { return surfaces_.meanings(mention); }

 private:
  void add_surfaces();

  std::vector<ConceptWords> concepts_;
  std::vector<std::vector<int>> parents_;
  std::unordered_map<std::string_view, int> by_id_;
  std::vector<std::string> id_texts_;  ///< what by_id_ looks into
  std::unordered_map<int, std::vector<int>> criteria_;
  Surfaces surfaces_;
  std::vector<std::vector<std::string>> more_surfaces_;
  int idle_verb_ = kNone;
  int no_target_ = kNone;
  int out_of_body_ = kNone;
};

}  // namespace surgsigma::chain
