#include "surgsigma/schema/phase_graph.h"

#include <algorithm>

namespace surgsigma {
namespace {

constexpr std::int64_t kUsualGapSeconds = 60;

std::vector<std::string> phase_ids(const Ontology& ontology) {
  std::vector<std::string> ids;
  for (const Concept& entry : ontology.concepts()) {
    if (entry.kind == "phase" || entry.kind == "step") ids.push_back(entry.id.text);
  }
  return ids;
}

}  // namespace

PhaseGraph phase_graph_from(const Json& document, const std::string& file, const Ontology& ontology,
                            Mistakes& mistakes) {
  const Fields fields(document, {file, ""}, mistakes, {"id", "name", "cite", "gap_s", "phases"});
  PhaseGraph graph;
  graph.id = fields.text("id", Need::kRequired);
  graph.name = fields.text("name", Need::kRequired);
  graph.citation = fields.text("cite", Need::kRequired);
  const std::int64_t gap_s = fields.integer("gap_s", kUsualGapSeconds);
  if (gap_s < 0 || gap_s > 86'400) fields.mistake("gap_s", "is not a number of seconds", "0 to 86400");
  graph.gap = std::clamp<std::int64_t>(gap_s, 0, 86'400) * kSecond;
  const std::vector<std::string> known = phase_ids(ontology);
  const Json& list = fields.array("phases");
  if (list.size() < 2) fields.mistake("phases", "fewer than two phases have no order");
  std::vector<std::string> ids;
  std::vector<std::vector<std::string>> next;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields entry(list[i], fields.at("phases").element(i), mistakes, {"phase", "next"});
    const std::string id = entry.text("phase", Need::kRequired);
    if (!id.empty() && std::find(known.begin(), known.end(), id) == known.end()) {
      entry.mistake("phase", "unknown phase " + quoted(id), hint_for(id, known));
    }
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) entry.mistake("phase", quoted(id) + " stands twice");
    ids.push_back(id);
    next.push_back(entry.texts("next"));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    graph.phases.emplace_back(ids[i]);
    graph.next.emplace_back();
    const Place place = fields.at("phases").element(i).member("next");
    for (const std::string& id : next[i]) {
      const auto found = std::find(ids.begin(), ids.end(), id);
      const auto number = static_cast<std::size_t>(found - ids.begin());
      if (found == ids.end()) {
        mistakes.add(place, "no phase of this file is " + quoted(id), hint_for(id, ids));
      } else if (number == i) {
        mistakes.add(place, quoted(id) + " follows itself", "staying is always allowed: leave it out");
      } else {
        graph.next[i].push_back(number);
      }
    }
    std::sort(graph.next[i].begin(), graph.next[i].end());
  }
  return graph;
}

Result<std::vector<PhaseGraph>> read_phase_graphs(const fs::path& catalog_folder, const Ontology& ontology) {
  std::vector<fs::path> files;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(catalog_folder / "transitions", code)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<PhaseGraph> graphs;
  Mistakes mistakes;
  for (const fs::path& file : files) {
    SURGSIGMA_TRY(document, read_document(file));
    graphs.push_back(phase_graph_from(document, file.string(), ontology, mistakes));
  }
  if (!mistakes.empty()) return mistakes.as_error((catalog_folder / "transitions").string());
  return graphs;
}

}  // namespace surgsigma
