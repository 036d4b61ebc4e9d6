// Which phase of an operation may follow which, as catalog/transitions/<id>.yaml says it. Used to put answers in an
// allowed order (eval/phase_order.h), never to correct labels.
#pragma once

#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/fields.h"

namespace surgsigma {

struct PhaseGraph {
  std::string id;
  std::string name;
  std::string citation;
  /// Between two pictures that are at most this far apart one change is allowed; beyond, any number of them.
  Microseconds gap = 0;
  std::vector<ConceptId> phases;
  /// next[i]: places in `phases` that may follow phase i. Staying is always allowed and not listed.
  std::vector<std::vector<std::size_t>> next;
};

/// Reads one file and notes every mistake: phases that the ontology does not have, that stand twice or that the file
/// does not define, a phase that is alone.
PhaseGraph phase_graph_from(const Json& document, const std::string& file, const Ontology& ontology,
                            Mistakes& mistakes);

/// All of catalog/transitions, by file name; none where there is no such folder. kData naming every mistake. That a
/// phase is in one graph at most is checked when the catalog is loaded.
Result<std::vector<PhaseGraph>> read_phase_graphs(const fs::path& catalog_folder, const Ontology& ontology);

}  // namespace surgsigma
