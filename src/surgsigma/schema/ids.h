// Identifiers as distinct types, so that a case is never passed where a video is meant. All are readable text.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace surgsigma {

template <class Tag>
struct Id {
  std::string text;

  Id() = default;
  explicit Id(std::string id) : text(std::move(id)) {}
  bool empty() const { return text.empty(); }
  auto operator<=>(const Id&) const = default;
};

using SourceId = Id<struct SourceTag>;    ///< "cholec80"
using CaseId = Id<struct CaseTag>;        ///< "camma:7": a person's operation under a key shared by all sources
using VideoId = Id<struct VideoTag>;      ///< "cholec80/video01"
using ConceptId = Id<struct ConceptTag>;  ///< "ins.hook"; see catalog/ontology

}  // namespace surgsigma

template <class Tag>
struct std::hash<surgsigma::Id<Tag>> {
  std::size_t operator()(const surgsigma::Id<Tag>& id) const noexcept { return std::hash<std::string>()(id.text); }
};
