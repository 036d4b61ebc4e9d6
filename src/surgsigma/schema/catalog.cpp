#include "surgsigma/schema/catalog.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "surgsigma/base/files.h"
#include "surgsigma/base/hash.h"
#include "surgsigma/schema/catalog_parts.h"
#include "surgsigma/schema/fields.h"
#include "surgsigma/schema/phase_graph.h"

namespace surgsigma {
namespace {

const std::vector<std::string> kTaskKeys = {"id",       "number", "name",         "description", "answer",
                                            "subjects", "forms",  "needs_pixels", "metrics"};
const std::vector<std::string> kSplitParts = {"train", "val", "test", "out"};

/// A document with the path it has in messages and in Catalog::file_hashes.
struct CatalogFile {
  std::string path;
  Json document;
};

bool is_document(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const bool is_hidden = name.starts_with('.');
  return !is_hidden && (ends_with_ignoring_case(path, ".yaml") || ends_with_ignoring_case(path, ".yml") ||
                        ends_with_ignoring_case(path, ".json"));
}

std::string_view stem_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.rfind('.'));
}

class Loader {
 public:
  explicit Loader(const fs::path& folder) { catalog_.folder = folder; }

  Result<Catalog> load(const std::vector<fs::path>& extra_sources) {
    SURGSIGMA_TRY(tree, list_tree(catalog_.folder));
    for (const FoundFile& file : tree.files) {
      if (is_document(file.path)) read(file.path);
    }
    for (const std::string& path : tree.unreadable)
      mistakes_.add({path, ""}, "cannot be read", "check the permissions");
    load_ontology();
    for (const auto& file : files_) load_file(file);
    for (const fs::path& path : extra_sources) load_extra_source(path);
    check_references();
    if (!mistakes_.empty()) return mistakes_.as_error(catalog_.folder.string());
    std::sort(catalog_.tasks.begin(), catalog_.tasks.end(),
              [](const Task& a, const Task& b) { return a.number < b.number; });
    return std::move(catalog_);
  }

 private:
  void read(const std::string& path) {
    const auto bytes = read_file(catalog_.folder / path, kLargestFile);
    if (!bytes) {
      mistakes_.add(bytes.error());
      return;
    }
    catalog_.file_hashes[path] = hex64(hash64(*bytes));
    auto document = path.ends_with("json") ? parse_json(*bytes, path) : parse_yaml(*bytes, path);
    if (document) {
      files_.push_back({path, std::move(*document)});
    } else {
      mistakes_.add(document.error());
    }
  }

  void load_ontology() {
    std::vector<std::pair<std::string, Json>> documents;
    for (const CatalogFile& file : files_) {
      if (file.path.starts_with("ontology/")) documents.emplace_back(file.path, file.document);
    }
    auto ontology = Ontology::from_documents(documents);
    if (ontology) {
      catalog_.ontology = std::move(*ontology);
      has_ontology_ = true;
    } else {
      mistakes_.add(ontology.error());
    }
  }

  using LoadFunction = void (Loader::*)(const CatalogFile&);
  struct Kind {
    std::string_view folder;
    LoadFunction load;
  };
  static const std::array<Kind, 10>& kinds() {
    static const std::array<Kind, 10> table = {{{"ontology", &Loader::keep},
                                                {"sources", &Loader::load_source},
                                                {"splits", &Loader::load_split},
                                                {"tasks", &Loader::load_task},
                                                {"templates", &Loader::load_template},
                                                {"knowledge", &Loader::load_knowledge},
                                                {"cleaning", &Loader::load_cleaning},
                                                {"transitions", &Loader::load_phase_graph},
                                                {"suites", &Loader::keep},
                                                {"models", &Loader::keep}}};
    return table;
  }

  void load_file(const CatalogFile& file) {
    const std::string folder = file.path.substr(0, file.path.find('/'));
    std::vector<std::string> names;
    for (const Kind& kind : kinds()) {
      if (kind.folder == folder) return (this->*kind.load)(file);
      names.emplace_back(kind.folder);
    }
    mistakes_.add({file.path, ""}, "this folder is not part of a catalog", hint_for(folder, names));
  }

  /// Read by another room, or already; here it only counts for the hash.
  void keep(const CatalogFile&) {}

  void load_cleaning(const CatalogFile& file) { catalog_.cleaning = file.document; }

  void check_stem(const CatalogFile& file, const std::string& id) {
    if (!id.empty() && stem_of(file.path) != id) {
      mistakes_.add({file.path, "id"}, quoted(id) + " stands in a file of another name", "name the file as the id");
    }
  }

  void load_source(const CatalogFile& file) {
    SourceCard card = source_card_from(file.document, file.path, mistakes_);
    check_stem(file, card.id.text);
    add_source(std::move(card), file.path);
  }

  void add_source(SourceCard card, const std::string& where) {
    if (has_ontology_) check_concepts(card, where, catalog_.ontology, mistakes_);
    const SourceId id = card.id;
    if (!catalog_.sources.emplace(id, std::move(card)).second) {
      mistakes_.add({where, "id"}, "duplicate source " + quoted(id.text), "give the card an id of its own");
    }
  }

  void load_extra_source(const fs::path& path) {
    const auto document = read_document(path);
    const auto hash = file_hash(path);
    if (!document || !hash) {
      mistakes_.add(!document ? document.error() : hash.error());
      return;
    }
    SourceCard card = source_card_from(*document, path.string(), mistakes_);
    catalog_.file_hashes["sources/" + card.id.text + ".yaml"] = hex64(*hash);
    add_source(std::move(card), path.string());
  }

  void load_task(const CatalogFile& file) {
    const Fields fields(file.document, {file.path, ""}, mistakes_, kTaskKeys);
    Task task;
    task.id = fields.text("id", Need::kRequired);
    task.number = static_cast<int>(std::clamp<std::int64_t>(fields.integer("number", 0), 0, 9999));
    task.name = fields.text("name", Need::kRequired);
    task.description = fields.text("description");
    if (!fields.has("answer")) fields.mistake("answer", "is missing", hint_for("", word_list<AnswerShape>()));
    task.shape = fields.word("answer", AnswerShape::kText);
    task.subjects = fields.words<Subject>("subjects");
    task.forms = fields.words<Form>("forms");
    task.needs_pixels = fields.boolean("needs_pixels", false);
    task.metrics = fields.texts("metrics");
    check_stem(file, task.id);
    for (const Task& other : catalog_.tasks) {
      if (other.id == task.id) fields.mistake("id", "duplicate task " + quoted(task.id));
      if (other.number == task.number) {
        fields.mistake("number", "task " + quoted(other.id) + " has number " + std::to_string(task.number) + " too");
      }
    }
    catalog_.tasks.push_back(std::move(task));
  }

  void load_template(const CatalogFile& file) {
    catalog_.templates.emplace(stem_of(file.path), file.document);
    template_files_.push_back(file.path);
  }

  void load_knowledge(const CatalogFile& file) {
    const Fields fields(file.document, {file.path, ""}, mistakes_, {"knowledge"});
    const Json& list = fields.array("knowledge");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Fields entry(list[i], fields.at("knowledge").element(i), mistakes_, {"id", "concept", "text", "cite"});
      Knowledge knowledge{entry.text("id", Need::kRequired), ConceptId(entry.text("concept", Need::kRequired)),
                          entry.text("text", Need::kRequired), entry.text("cite", Need::kRequired)};
      if (has_ontology_ && !knowledge.concept_id.empty() && !catalog_.ontology.find(knowledge.concept_id)) {
        entry.mistake("concept", "unknown concept " + quoted(knowledge.concept_id.text),
                      hint_for(knowledge.concept_id.text, concept_ids()));
      }
      const auto [first, is_new] = knowledge_places_.emplace(knowledge.id, entry.place().text());
      if (!is_new) entry.mistake("id", "duplicate id " + quoted(knowledge.id), "first at " + first->second);
      catalog_.knowledge[knowledge.concept_id].push_back(std::move(knowledge));
    }
  }

  /// Only checked: eval reads it again.
  void load_phase_graph(const CatalogFile& file) {
    if (!has_ontology_) return;
    const PhaseGraph graph = phase_graph_from(file.document, file.path, catalog_.ontology, mistakes_);
    check_stem(file, graph.id);
    for (const ConceptId& phase : graph.phases) {
      const auto [first, is_new] = graph_of_phase_.emplace(phase, file.path);
      if (!is_new) mistakes_.add({file.path, "phases"}, quoted(phase.text) + " stands in " + first->second + " too");
    }
  }

  std::vector<std::string> concept_ids() const {
    std::vector<std::string> ids;
    for (const Concept& entry : catalog_.ontology.concepts()) ids.push_back(entry.id.text);
    return ids;
  }

  void load_split(const CatalogFile& file) {
    const Fields fields(file.document, {file.path, ""}, mistakes_, {"name", "description", "citation", "parts"});
    SplitScheme scheme;
    scheme.name = fields.text("name", Need::kRequired);
    scheme.description = fields.text("description");
    scheme.citation = fields.text("citation");
    const Fields parts(fields.object("parts"), fields.at("parts"), mistakes_, kSplitParts);
    for (const auto& [part, unused] : fields.object("parts").items()) {
      for (std::string& key : parts.texts(part)) {
        const auto [known, is_new] = scheme.part_of_case.emplace(std::move(key), part);
        if (!is_new && known->second != part) {
          parts.mistake(part, "case " + quoted(known->first) + " is in " + known->second + " already");
        }
      }
    }
    for (const SplitScheme& other : catalog_.split_schemes) {
      if (other.name == scheme.name) fields.mistake("name", "duplicate scheme " + quoted(scheme.name));
    }
    catalog_.split_schemes.push_back(std::move(scheme));
  }

  /// What one file says about another; after all are read.
  void check_references() {
    std::vector<std::string> tasks;
    for (const Task& task : catalog_.tasks) tasks.push_back(task.id);
    for (const std::string& path : template_files_) {
      const std::string id(stem_of(path));
      if (!catalog_.task(id)) mistakes_.add({path, ""}, "no task has the id " + quoted(id), hint_for(id, tasks));
    }
    std::vector<std::string> sources;
    for (const auto& [id, card] : catalog_.sources) sources.push_back(id.text);
    for (const auto& [id, card] : catalog_.sources) check_overlaps(card, sources);
  }

  void check_overlaps(const SourceCard& card, const std::vector<std::string>& sources) {
    const auto list = card.document.find("overlaps");
    if (list == card.document.end() || !list->is_array()) return;
    const Place place{"sources/" + card.id.text + ".yaml", "overlaps"};
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string other = (*list)[i].is_object() ? text_or((*list)[i], "source", "") : "";
      if (other.empty() || catalog_.source(SourceId(other))) continue;
      mistakes_.add(place.element(i), "unknown source " + quoted(other), hint_for(other, sources));
    }
  }

  static constexpr std::uint64_t kLargestFile = 64ULL << 20;

  Catalog catalog_;
  Mistakes mistakes_;
  bool has_ontology_ = false;
  std::vector<CatalogFile> files_;
  std::vector<std::string> template_files_;
  std::map<std::string, std::string> knowledge_places_;
  std::map<ConceptId, std::string> graph_of_phase_;  // file
};

bool is_catalog_folder(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / "ontology", ignored);
}

}  // namespace

const SourceCard* Catalog::source(const SourceId& id) const {
  const auto found = sources.find(id);
  return found == sources.end() ? nullptr : &found->second;
}

const Task* Catalog::task(std::string_view id) const {
  const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const Task& task) { return task.id == id; });
  return found == tasks.end() ? nullptr : &*found;
}

Result<Catalog> load_catalog(const fs::path& folder, const std::vector<fs::path>& extra_sources) {
  return Loader(folder).load(extra_sources);
}

Result<fs::path> find_catalog() {
  if (const char* named = std::getenv("SURGSIGMA_CATALOG"); named && *named) {
    if (is_catalog_folder(named)) return fs::path(named);
    return Error{ErrorKind::kUsage, "SURGSIGMA_CATALOG does not name a catalog", named,
                 "set it to the folder that holds ontology/, sources/, tasks/, ..."};
  }
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  for (fs::path above = program.parent_path(); !above.empty(); above = above.parent_path()) {
    if (is_catalog_folder(above / "catalog")) return above / "catalog";
    if (above == above.root_path()) break;
  }
  const fs::path shared = program.parent_path().parent_path() / "share/surgsigma/catalog";
  if (is_catalog_folder(shared)) return shared;
  return Error{ErrorKind::kNotFound, "no catalog beside or above the program", program.string(),
               "set SURGSIGMA_CATALOG to the catalog folder"};
}

}  // namespace surgsigma
