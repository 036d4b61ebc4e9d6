// The classes of an interaction vocabulary with everything that readers look up per row.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "surgsigma/ingest/reader.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

/// One valid combination: instrument, verb, target.
struct TripletClass {
  std::array<std::string, 3> words;
  std::array<std::int64_t, 3> ids{};        ///< in the vocabularies of the parts
  LabelState state = LabelState::kPresent;  ///< idle when its verb or target says so
};

struct TripletClasses {
  const Vocabulary* vocabulary = nullptr;
  std::array<const Vocabulary*, 3> parts{};  ///< instruments, verbs, targets
  std::map<std::int64_t, TripletClass> by_id;
};

/// The interaction vocabulary that `with.<key>` names, with its parts. kUsage when the card's parts or classes do not
/// fit together.
Result<TripletClasses> triplet_classes(const FileJob& job, std::string_view key);

}  // namespace surgsigma
