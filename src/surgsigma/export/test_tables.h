// More tables for a test database that TestDatabase made.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

template <class Row>
void add_test_table(const fs::path& folder, const std::string& source, const std::vector<Row>& rows) {
  if (rows.empty()) return;
  auto database = *Database::open(folder, Access::kWrite);
  Manifest manifest = database.manifest();
  Partition partition{
      std::string(Row::kTable), "test", source, "b0", "00", partition_file(Row::kTable, source, "b0", "00"), 0, 0};
  fs::create_directories((folder / partition.file).parent_path());
  TableWriter<Row> writer(*Engine::open(1), folder / partition.file);
  for (const Row& row : rows) writer.append(row);
  const auto written = writer.finish();
  ASSERT_TRUE(written.ok()) << to_string(written.error());
  partition.rows = written->rows;
  manifest.partitions.push_back(partition);
  ASSERT_TRUE(database.commit(manifest).ok());
}

/// A catalog with a few concepts: hook and grasper (instruments), gallbladder (anatomy), clip (object), dissect (verb).
inline Catalog small_catalog() {
  const Json document = *parse_yaml(R"(
concepts:
  - {id: ins.instrument, kind: instrument, label: instrument, plural: instruments, article: an}
  - {id: ins.hook, kind: instrument, label: hook, plural: hooks, article: a, parents: [ins.instrument]}
  - {id: ins.grasper, kind: instrument, label: grasper, plural: graspers, article: a, parents: [ins.instrument]}
  - {id: ana.gallbladder, kind: anatomy, label: gallbladder, plural: gallbladders, article: a}
  - {id: obj.clip, kind: object, label: clip, plural: clips, article: a}
  - id: act.dissect
    kind: verb
    label: dissect
    plural: dissect
    article: ""
    facets: {third_person: dissects}
  - {id: pha.dissection, kind: phase, label: dissection, plural: dissections, article: ""}
  - {id: pha.cleaning, kind: phase, label: cleaning, plural: cleanings, article: ""}
  - {id: prc.cholecystectomy, kind: procedure, label: cholecystectomy, plural: cholecystectomies, article: a}
)",
                                    "small.yaml");
  Catalog catalog;
  auto ontology = Ontology::from_documents({{"small.yaml", document}});
  EXPECT_TRUE(ontology.ok()) << to_string(ontology.error());
  if (ontology.ok()) catalog.ontology = std::move(*ontology);
  return catalog;
}

}  // namespace surgsigma
