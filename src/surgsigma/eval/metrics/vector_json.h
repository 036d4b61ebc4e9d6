// Vectors of metrics for tests: the project's own in tests/metric_vectors (always there) and the shared ones.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma {

/// tests/metric_vectors/<family>.json.
static inline Json own_vectors(const std::string& family) {
  const fs::path path = fs::path(SURGSIGMA_SOURCE_DIR) / "tests/metric_vectors" / (family + ".json");
  const auto bytes = read_file(path);
  EXPECT_TRUE(bytes) << path;
  if (!bytes) return {};
  const auto document = parse_json(*bytes, path.string());
  EXPECT_TRUE(document);
  return document ? *document : Json();
}

/// The vector `id` of <shared data>/metric-vectors/<file>.json; null where the folder is absent.
static inline Json shared_vector(const std::string& file, const std::string& id) {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  for (const fs::path& root :
       {fs::path(named == nullptr ? "" : named), fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data"}) {
    const fs::path path = root / "metric-vectors" / (file + ".json");
    if (root.empty() || !fs::exists(path)) continue;
    const auto document = parse_json(*read_file(path), path.string());
    EXPECT_TRUE(document);
    for (const Json& vector : document->at("vectors")) {
      if (vector.at("id") == id) return vector;
    }
    ADD_FAILURE() << "no vector " << id << " in " << path;
  }
  return {};
}

/// null is no number.
static inline double number_of(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

/// All values at these weights.
static inline std::vector<double> values_at(const Scorer& scorer, const std::vector<double>& weights) {
  std::vector<double> values(scorer.names.size());
  scorer.values_at(weights, values);
  return values;
}
static inline double value_named(const Scorer& scorer, const std::string& name, const std::vector<double>& weights) {
  const std::vector<double> values = values_at(scorer, weights);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (scorer.names[i] == name) return values[i];
  }
  ADD_FAILURE() << "no value " << name;
  return std::numeric_limits<double>::quiet_NaN();
}

/// Equal to a relative and absolute tolerance; two undefined values are equal.
static inline void expect_same(double got, double expected, double tolerance, const std::string& what) {
  if (std::isnan(expected) || std::isinf(expected)) {
    EXPECT_TRUE(std::isnan(expected) ? std::isnan(got) : got == expected) << what << ": got " << got;
    return;
  }
  EXPECT_NEAR(got, expected, tolerance * std::max(1.0, std::abs(expected))) << what;
}
static inline void expect_same_values(const Scorer& a, const std::vector<double>& weights_a, const Scorer& b,
                               const std::vector<double>& weights_b, double tolerance = 1e-12) {
  ASSERT_EQ(a.names, b.names);
  const std::vector<double> left = values_at(a, weights_a), right = values_at(b, weights_b);
  for (std::size_t i = 0; i < left.size(); ++i) expect_same(left[i], right[i], tolerance, a.names[i]);
}

}  // namespace surgsigma
