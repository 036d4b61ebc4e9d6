#include "surgsigma/augment/knowledge_index.h"

#include <algorithm>
#include <tuple>

#include "surgsigma/base/json.h"

namespace surgsigma {

KnowledgeIndex::KnowledgeIndex(const Catalog& catalog) {
  const auto& concepts = catalog.ontology.concepts();
  for (std::size_t i = 0; i < concepts.size(); ++i) by_id_.emplace(concepts[i].id.text, static_cast<int>(i));
  entries_.resize(concepts.size());
  for (std::size_t i = 0; i < concepts.size(); ++i) {
    const auto found = catalog.knowledge.find(concepts[i].id);
    if (found == catalog.knowledge.end()) continue;
    for (const Knowledge& entry : found->second) entries_[i].push_back(entry.id);
  }
  for (std::size_t i = 0; i < concepts.size(); ++i) {
    const Concept& entry = concepts[i];
    const bool is_criterion = entry.facets.is_object() && entry.kind == "criterion";
    companion_.push_back(is_criterion ? concept_of(ConceptId(text_or(entry.facets, "protocol", ""))) : kUnknownConcept);
    // Breadth first through the ancestors.
    int topic = kUnknownConcept;
    int depth = 0;
    std::vector<int> level = {static_cast<int>(i)};
    std::vector<bool> is_visited(concepts.size(), false);
    while (!level.empty()) {
      std::vector<int> above;
      for (const int at : level) {
        if (topic == kUnknownConcept && !entries_[static_cast<std::size_t>(at)].empty()) topic = at;
        for (const ConceptId& parent : concepts[static_cast<std::size_t>(at)].parents) {
          const int index = concept_of(parent);
          if (index == kUnknownConcept || is_visited[static_cast<std::size_t>(index)]) continue;
          is_visited[static_cast<std::size_t>(index)] = true;
          above.push_back(index);
        }
      }
      if (!above.empty()) ++depth;
      level = std::move(above);
    }
    topic_.push_back(topic);
    depth_.push_back(depth);
  }
}

int KnowledgeIndex::concept_of(const ConceptId& id) const {
  const auto found = by_id_.find(id.text);
  return found == by_id_.end() ? kUnknownConcept : found->second;
}

KnowledgeOfVideo::KnowledgeOfVideo(const KnowledgeIndex& index, int max_entries)
    : index_(index),
      max_entries_(static_cast<std::size_t>(std::max(max_entries, 0))),
      spread_(index.size(), 0),
      seen_(index.size(), 0) {}

void KnowledgeOfVideo::add(int concept_index, Microseconds duration) {
  const int topic = index_.topic_of(concept_index);
  if (topic != kUnknownConcept) spread_[static_cast<std::size_t>(topic)] += duration;
}

std::vector<std::string> KnowledgeOfVideo::retrieve(const std::vector<int>& concepts, std::uint64_t turn) {
  ++retrieval_;
  topics_.clear();
  for (const int concept_index : concepts) {
    const int topic = index_.topic_of(concept_index);
    if (topic == kUnknownConcept || seen_[static_cast<std::size_t>(topic)] == retrieval_) continue;
    seen_[static_cast<std::size_t>(topic)] = retrieval_;
    topics_.push_back(topic);
  }
  const auto comes_first = [&](int a, int b) {
    const auto rank = [&](int topic) {
      return std::make_tuple(spread_[static_cast<std::size_t>(topic)], -index_.depth_of(topic), topic);
    };
    return rank(a) < rank(b);
  };
  const std::size_t count = std::min(topics_.size(), max_entries_);
  std::partial_sort(topics_.begin(), topics_.begin() + static_cast<std::ptrdiff_t>(count), topics_.end(), comes_first);
  std::vector<std::string> chosen;
  chosen.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& entries = index_.entries(topics_[i]);
    chosen.push_back(entries[turn % entries.size()]);
  }
  return chosen;
}

}  // namespace surgsigma
