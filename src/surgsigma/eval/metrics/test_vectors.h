// Reference numbers for the tests of the metrics: the project's own files of tests/metric_vectors, and the vectors that
// developers may have beside the project.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"

namespace surgsigma {

/// tests/metric_vectors/<family>.json; a test cannot go on without it.
static inline Json own_vectors(const std::string& family) {
  const fs::path path = fs::path(SURGSIGMA_SOURCE_DIR) / "tests/metric_vectors" / (family + ".json");
  const auto bytes = read_file(path);
  if (!bytes) {
    ADD_FAILURE() << to_string(bytes.error());
    return {};
  }
  const auto document = parse_json(*bytes, path.string());
  if (!document) ADD_FAILURE() << to_string(document.error());
  return document ? *document : Json();
}

/// The vector `id` of metric-vectors/<family>.json, or nothing where that folder is not at hand.
static inline std::optional<Json> shared_vector(const std::string& family, const std::string& id) {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  for (const fs::path& root :
       {fs::path(named == nullptr ? "" : named), fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data"}) {
    const fs::path path = root / "metric-vectors" / (family + ".json");
    if (root.empty() || !fs::exists(path)) continue;
    const auto document = parse_json(*read_file(path), path.string());
    if (!document) ADD_FAILURE() << to_string(document.error());
    for (const Json& vector : (*document)["vectors"]) {
      if (vector["id"] == id) return vector;
    }
    ADD_FAILURE() << path.string() << " has no vector " << id;
  }
  return {};
}

}  // namespace surgsigma
