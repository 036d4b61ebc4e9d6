// Which knowledge entries bear on the concepts of a moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

/// Concepts as numbers, in the order of the ontology.
constexpr int kUnknownConcept = -1;

class KnowledgeIndex {
 public:
  explicit KnowledgeIndex(const Catalog& catalog);

  int concept_of(const ConceptId& id) const;
  /// What a concept brings into play beside itself: a criterion its protocol.
  int companion_of(int concept_index) const { return companion_[static_cast<std::size_t>(concept_index)]; }
  std::size_t size() const { return topic_.size(); }
  /// The concept itself, or the nearest of its ancestors, that has entries.
  int topic_of(int concept_index) const { return topic_[static_cast<std::size_t>(concept_index)]; }
  const std::vector<std::string>& entries(int topic) const { return entries_[static_cast<std::size_t>(topic)]; }
  int depth_of(int concept_index) const { return depth_[static_cast<std::size_t>(concept_index)]; }

 private:
  std::unordered_map<std::string, int> by_id_;
  std::vector<int> companion_;
  std::vector<int> topic_;
  std::vector<int> depth_;
  std::vector<std::vector<std::string>> entries_;
};

/// Retrieval for one video: what is rare in the video comes first, of equally rare concepts the more specific one.
class KnowledgeOfVideo {
 public:
  KnowledgeOfVideo(const KnowledgeIndex& index, int max_entries);

  /// Counts `duration` of the video for a concept.
  void add(int concept_index, Microseconds duration);
  /// Entries for the concepts in play, at most `max_entries`, one per topic; `turn` chooses among those of one topic.
  std::vector<std::string> retrieve(const std::vector<int>& concepts, std::uint64_t turn);

 private:
  const KnowledgeIndex& index_;
  std::size_t max_entries_;
  std::vector<Microseconds> spread_;  ///< by topic
  std::vector<std::uint32_t> seen_;   ///< by topic: the retrieval that saw it last
  std::uint32_t retrieval_ = 0;
  std::vector<int> topics_;
};

}  // namespace surgsigma
