// What the annotations of one video allow to be said, on concept indices: facts of a moment or a clip, and what may be
// denied there. A rejected, uncertain or unannotated record is never a fact, and takes away the right to deny.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/dialogue/lexicon.h"
#include "surgsigma/dialogue/template.h"
#include "surgsigma/schema/geometry.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// A vocabulary of a source card on concept indices.
struct VocabularyFacts {
  const Vocabulary* vocabulary = nullptr;
  bool is_total = false;      ///< closed and complete: what is not listed is not there
  std::vector<int> concepts;  ///< of all its labels that stand for a concept, without idle words and flags
  std::array<int, 3> parts = {-1, -1, -1};
  std::vector<Doing> classes;  ///< valid combinations, where the card lists them
};

/// What a tool or tissue word of a vocabulary is asked as.
enum class Role { kInstrument, kTissue };
constexpr std::size_t kRoles = 2;

class CardFacts {
 public:
  CardFacts(const SourceCard& card, const Lexicon& lexicon);
  /// Index by the name in the column `vocabulary` ("tools" or "cholec80/tools"); -1 for none.
  int find(std::string_view name) const;
  const VocabularyFacts& operator[](int index) const { return vocabularies_[static_cast<std::size_t>(index)]; }
  int size() const { return static_cast<int>(vocabularies_.size()); }
  /// The concepts of the vocabulary that are asked in that role.
  const std::vector<int>& of_role(int index, Role role) const {
    return roles_[static_cast<std::size_t>(index)][static_cast<std::size_t>(role)];
  }
  std::optional<Role> role_of(int concept_index, int vocabulary) const;

 private:
  std::string prefix_;
  const Lexicon& lexicon_;
  std::vector<VocabularyFacts> vocabularies_;
  std::vector<std::array<std::vector<int>, kRoles>> roles_;
};

/// One annotation on concept indices.
struct Record {
  const Annotation* row = nullptr;
  int vocabulary = -1;
  std::uint32_t first = 0;  ///< into VideoFacts::concepts
  std::uint32_t size = 0;
  bool is_fact = false;
};

/// What exactly one phase or step says of a moment.
struct Exclusive {
  int concept_index = kNoConcept;
  int vocabulary = -1;
  std::int64_t ordinal = 0;
  explicit operator bool() const { return concept_index != kNoConcept; }
};

struct Seen {
  int concept_index = kNoConcept;
  std::int64_t ordinal = 0;
};

struct SeenBox {
  int concept_index = kNoConcept;
  Box box;
  BoxScope scope = BoxScope::kVisible;
  std::int64_t ordinal = 0;
};

struct SeenDoing {
  Doing doing;
  bool is_whole = false;  ///< instrument, verb and (unless idle) target are all known
  int vocabulary = -1;
  std::int64_t ordinal = 0;
};

struct SeenCriterion {
  int criterion = kNoConcept;
  double mean = 0;
  std::int64_t ordinal = 0;
};

struct RoleFacts {
  std::vector<Seen> seen;              ///< each concept once, in reading order
  bool is_total = false;               ///< everything of `vocabulary` that is there is in `seen`
  std::vector<int> candidates;         ///< concepts that may be denied or asserted: the closed lists
  std::vector<std::int64_t> evidence;  ///< records behind `seen` and `is_total`
  std::vector<int> doubtful;           ///< named by records that are no facts: neither asserted nor denied
  bool has(int concept_index) const;
};

/// Everything known of one context. Refilled for each.
struct ContextFacts {
  bool is_out_of_body = false;
  ImageSize size;
  Exclusive phase;
  Exclusive step;
  std::array<RoleFacts, kRoles> roles;
  std::vector<SeenBox> boxes;
  std::vector<SeenDoing> doings;
  bool are_doings_total = false;
  std::vector<SeenCriterion> criteria;
  std::vector<std::int64_t> missing;  ///< ordinals that the video does not have

  RoleFacts& role(Role r) { return roles[static_cast<std::size_t>(r)]; }
  const RoleFacts& role(Role r) const { return roles[static_cast<std::size_t>(r)]; }
  void clear();
};

class VideoFacts {
 public:
  /// `annotations` sorted by ordinal. Both must outlive this.
  VideoFacts(const std::vector<Annotation>& annotations, const CardFacts& card, const Lexicon& lexicon);

  void of_context(const ContextRow& context, ContextFacts& facts) const;

  const std::vector<Record>& records() const { return records_; }
  int concept_of(const Record& record, std::size_t part) const {
    return part < record.size ? concepts_[record.first + part] : kNoConcept;
  }
  const Record* find(std::int64_t ordinal) const;
  std::optional<SeenDoing> doing_of(const Record& record) const;
  /// Some record of this kind that is no fact meets [range.begin, range.end).
  bool has_doubt(AnnotationKind kind, TimeRange range) const;
  Microseconds labelled_end() const { return labelled_end_; }
  /// Concepts that the ontology does not know, each once.
  const std::vector<std::string>& unknown_concepts() const { return unknown_concepts_; }

 private:
  struct Doubt {
    TimeRange range;
    Microseconds latest_end = 0;  ///< of this and all earlier ones
    std::uint32_t record = 0;
  };
  template <class Take>
  void each_doubt(TimeRange range, Take&& take) const;
  void take_record(const Record& record, ContextFacts& facts) const;
  void close_roles(const ContextRow& context, ContextFacts& facts) const;

  const CardFacts& card_;
  const Lexicon& lexicon_;
  std::vector<Record> records_;
  std::vector<int> concepts_;
  std::vector<Doubt> doubts_;
  std::array<bool, kRoles> has_presence_ = {false, false};
  Microseconds labelled_end_ = 0;
  std::vector<std::string> unknown_concepts_;
};

}  // namespace surgsigma
