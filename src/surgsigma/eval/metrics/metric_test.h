// For the tests of the metrics: vectors of numbers that other people's packages gave (the project's own, always there,
// and those that developers may have beside it) and values of a Scorer by name.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"

namespace surgsigma::metric_test {

inline Json document_of(const fs::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) {
    ADD_FAILURE() << to_string(bytes.error());
    return {};
  }
  auto document = parse_json(*bytes, path.string());
  if (!document) ADD_FAILURE() << to_string(document.error());
  return document ? std::move(*document) : Json();
}

/// <family>.json of tests/metric_vectors, or of the folder that SURGSIGMA_METRIC_VECTORS names: tests/parity/run.sh
/// has it made anew from another seed. So a test must hold for any seed, and be called OwnVectors... to be run there.
inline Json own_vectors(const std::string& family) {
  const char* named = std::getenv("SURGSIGMA_METRIC_VECTORS");
  const fs::path folder = named == nullptr ? fs::path(SURGSIGMA_SOURCE_DIR) / "tests/metric_vectors" : fs::path(named);
  Json document = document_of(folder / (family + ".json"));
  EXPECT_TRUE(document.is_object()) << "no vectors of " << family << " in " << folder;
  return document;
}

/// Vector `id` of metric-vectors/<file>.json; nothing where that folder is not at hand.
inline std::optional<Json> shared_vector(const std::string& file, const std::string& id) {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  for (const fs::path& root :
       {fs::path(named == nullptr ? "" : named), fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data"}) {
    const fs::path path = root / "metric-vectors" / (file + ".json");
    if (root.empty() || !fs::exists(path)) continue;
    const Json document = document_of(path);
    for (const Json& vector : document.at("vectors")) {
      if (vector.at("id") == id) return vector;
    }
    ADD_FAILURE() << "no vector " << id << " in " << path;
  }
  return {};
}

/// null is undefined; "inf" is infinity.
inline double number_of(const Json& value) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (value.is_string()) return std::numeric_limits<double>::infinity();
  return value.get<double>();
}

/// Equal to a relative and absolute tolerance; two undefined values are equal.
inline void expect_same(double got, double expected, double tolerance, const std::string& what) {
  if (std::isnan(expected) || std::isinf(expected)) {
    EXPECT_TRUE(std::isnan(expected) ? std::isnan(got) : got == expected)
        << what << ": got " << got << ", expected " << expected;
    return;
  }
  EXPECT_NEAR(got, expected, tolerance * std::max(1.0, std::abs(expected))) << what;
}

/// All values at these weights.
inline std::vector<double> values_at(const Scorer& scorer, const std::vector<double>& weights) {
  std::vector<double> values(scorer.names.size());
  scorer.values_at(weights, values);
  return values;
}

inline double value_named(const Scorer& scorer, const std::string& name, const std::vector<double>& weights) {
  const auto at = std::find(scorer.names.begin(), scorer.names.end(), name);
  if (at == scorer.names.end()) {
    ADD_FAILURE() << "no value " << name;
    return std::numeric_limits<double>::quiet_NaN();
  }
  return values_at(scorer, weights)[static_cast<std::size_t>(at - scorer.names.begin())];
}

/// The value `name` at weights of one for `cases` cases.
inline double value_of(const Scorer& scorer, const std::string& name, std::size_t cases) {
  return value_named(scorer, name, std::vector<double>(cases, 1.0));
}

/// {"f1/a": 0.5, ...}: every named value.
inline void expect_values(const Scorer& scorer, std::size_t cases, const Json& expected, double tolerance) {
  ASSERT_FALSE(expected.empty());
  for (const auto& [name, value] : expected.items())
    expect_same(value_of(scorer, name, cases), number_of(value), tolerance, name);
}

inline void expect_same_values(const Scorer& a, const std::vector<double>& weights_a, const Scorer& b,
                               const std::vector<double>& weights_b, double tolerance = 1e-12) {
  ASSERT_EQ(a.names, b.names);
  const std::vector<double> left = values_at(a, weights_a), right = values_at(b, weights_b);
  for (std::size_t i = 0; i < left.size(); ++i) expect_same(left[i], right[i], tolerance, a.names[i]);
}

/// Every value has a row that says what it is: "f1/grasper" that of "f1/<class>".
inline void expect_rows(const Scorer& scorer, std::span<const MetricRow> rows) {
  for (const std::string& name : scorer.names) {
    const std::string stem = name.substr(0, name.find('/'));
    const bool is_of_class = stem != name;
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const MetricRow& row) {
      return is_of_class ? row.name == stem + "/<class>" : row.name == name;
    })) << name;
  }
  for (const MetricRow& row : rows) {
    EXPECT_TRUE(row.better == "higher" || row.better == "lower" || row.better == "zero" || row.better == "none")
        << row.name;
    EXPECT_FALSE(row.definition.empty() || row.source.empty() || row.edges.empty()) << row.name;
  }
}

}  // namespace surgsigma::metric_test
