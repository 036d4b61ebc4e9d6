// The catalog: data files a clinician can read and correct (docs/catalog.md gives their format). Loaded once, checked
// whole: every error names file and entry.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/geometry.h"
#include "surgsigma/schema/ids.h"
#include "surgsigma/schema/pattern.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {

/// One notion of the ontology.
struct Concept {
  ConceptId id;
  std::string kind;     ///< instrument, verb, anatomy, object, phase, step, action, procedure, specialty, criterion,
                        ///< protocol, flag
  std::string label;    ///< preferred words, lower case unless a proper name: "cystic duct"
  std::string plural;   ///< "cystic ducts"
  std::string article;  ///< "a", "an", "the" or "" (mass nouns and names: "aspirated fluid", "Calot's triangle")
  std::string definition;
  std::vector<ConceptId> parents;
  Json facets;  ///< family, energy, platform, body_region, specialty, roles, third_person, gerund, ...
  struct Synonym {
    std::string text;
    Match match = Match::kExact;
  };
  std::vector<Synonym> synonyms;
};

class Ontology {
 public:
  const Concept* find(const ConceptId& id) const;
  const std::vector<Concept>& concepts() const { return concepts_; }
  /// The concept itself or one of its ancestors is `ancestor`.
  bool is_a(const ConceptId& id, const ConceptId& ancestor) const;
  /// Fails on a duplicate id, an unknown parent or a cycle.
  static Result<Ontology> from_documents(const std::vector<std::pair<std::string, Json>>& documents);

 private:
  std::vector<Concept> concepts_;
  std::unordered_map<ConceptId, std::size_t> by_id_;
};

/// A word of a source's closed vocabulary and the concept it stands for.
struct VocabularyLabel {
  std::int64_t id = 0;
  std::string label;
  ConceptId concept_id;
  Match match = Match::kExact;
  LabelState state = LabelState::kPresent;  ///< kIdle for null verb, Still, ...; kNotAnnotated for "no label here"
  AnnotationKind becomes = AnnotationKind::kPresence;  ///< only when has_becomes: this word is another kind
                                                       ///< (out_of_body in a phase list is a flag)
  bool has_becomes = false;
};

struct Vocabulary {
  std::string id;    ///< name within the source: "tools"
  std::string kind;  ///< instrument, verb, anatomy, interaction, phase, step, action, criterion, flag
  bool is_closed = true;
  bool is_complete = true;  ///< false when a record lists only part of what is visible (CholecT50's boxed slices)
  std::vector<VocabularyLabel> labels;
  /// For kind interaction: vocabularies of instrument, verb and target, and the valid combinations by class id.
  std::vector<std::string> parts;
  std::map<std::int64_t, std::vector<std::string>> classes;

  const VocabularyLabel* by_id(std::int64_t label_id) const;
  /// Exact match of the source's word.
  const VocabularyLabel* by_label(std::string_view label) const;
};

/// A kind of file in a source's folder.
struct LayoutEntry {
  std::string role;
  std::string pattern;      ///< "phase_annotations/video{video}-phase.txt"; matched against the end of a path
  std::string reader;       ///< name in the readers' table; empty: known, not read (videos, pictures)
  bool is_required = true;  ///< when not written: true if there is a reader
  std::string unit;         ///< "video" (default when the pattern has {video}) or "all"
  Json with;                ///< parameters of the reader
};

struct OfficialSplit {
  std::string name;  ///< "endonet"
  std::string citation;
  bool is_honoured = false;                               ///< its test part is test in the strict scheme
  std::map<std::string, std::vector<std::string>> parts;  ///< train/val/test/out -> case keys
};

struct SourceCard {
  SourceId id;
  std::string name;
  std::string version;
  std::string citation;
  std::string url;
  std::string licence_id;
  std::vector<std::string> terms;
  std::string licence_note;
  bool is_private = false;
  bool is_simulated = false;
  ConceptId procedure;
  std::string approach;
  std::string species;
  std::string institution;
  FrameRate frame_rate;
  std::optional<ImageSize> frame_size;
  std::string video_name;                              ///< "video{video:02}"
  std::string case_key;                                ///< "camma:{video}"
  std::map<std::string, std::string> case_map;         ///< captured video -> case key, before case_key
  std::map<std::string, std::string> institution_map;  ///< prefix of the captured video -> institution
  std::string video_media;                             ///< "videos/video{video:02}.mp4"
  std::string frame_media;             ///< "videos/VID{video:02}/{index:06}.png"; empty: only videos are released
  std::int64_t frame_media_first = 0;  ///< index of the picture at time 0
  std::int64_t frame_media_step = 1;   ///< native frames between two indices
  std::vector<LayoutEntry> layout;
  std::map<std::string, Vocabulary> vocabularies;
  std::map<std::string, std::int64_t> expected;  ///< "videos", "rows.<role>"
  std::vector<OfficialSplit> splits;
  Json document;  ///< everything as written, for card pages
};

struct Task {
  std::string id;    ///< "phase_recognition"
  std::string name;  ///< "Phase recognition"
  std::string description;
  AnswerShape shape = AnswerShape::kText;
  std::vector<Subject> subjects;
  std::vector<Form> forms;
  bool needs_pixels = false;
  std::vector<std::string> metrics;
  int number = 0;  ///< T1..T18 of our documents; never an id
};

struct Knowledge {
  std::string id;
  ConceptId concept_id;
  std::string text;
  std::string citation;
};

/// A fixed assignment of cases to parts, for families whose official splits contradict each other.
struct SplitScheme {
  std::string name;
  std::string description;
  std::string citation;
  std::map<std::string, std::string> part_of_case;  ///< case key -> train/val/test/out
};

struct Catalog {
  Ontology ontology;
  std::map<SourceId, SourceCard> sources;
  std::vector<Task> tasks;  ///< by number
  std::map<ConceptId, std::vector<Knowledge>> knowledge;
  std::vector<SplitScheme> split_schemes;
  std::map<std::string, Json> templates;  ///< task id -> document of catalog/templates
  Json cleaning;                          ///< document of catalog/cleaning/cleaning.yaml; read by refine
  std::filesystem::path folder;
  /// Hash of each file's bytes, by path relative to the folder: part of unit keys.
  std::map<std::string, std::string> file_hashes;

  const SourceCard* source(const SourceId& id) const;
  const Task* task(std::string_view id) const;
};

/// Reads and checks every file. `extra_sources`: further source cards outside the folder (in-house cards).
Result<Catalog> load_catalog(const std::filesystem::path& folder,
                             const std::vector<std::filesystem::path>& extra_sources = {});
/// Reads one card; used for in-house sources.
Result<SourceCard> read_source_card(const Json& document, const std::string& where);
/// The operation that a recording shows: `case_map` by captured video, else `case_key` filled with the captures.
Result<CaseId> case_of(const SourceCard& card, const Captures& captures);
/// $SURGSIGMA_CATALOG, else `catalog` beside or above the program, else share/surgsigma/catalog beside its bin folder.
Result<std::filesystem::path> find_catalog();

}  // namespace surgsigma
