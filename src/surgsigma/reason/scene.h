// What the records of one context say, gathered for the sentences: instruments and structures, boxes, deeds, phase,
// step, criteria.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/reason/records.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma::chain {

using Ordinals = std::vector<std::int64_t>;

/// An instrument, a tissue or a thing that is there.
struct SceneThing {
  int concept_index = kNone;
  bool is_instrument = false;
  bool is_answer = false;  ///< told by itself, not only as the target of an instrument
  int count = 0;           ///< distinct instances; 0 where nobody can say
  Ordinals evidence;
};

struct SceneBox {
  int concept_index = kNone;
  Box box;
  ImageSize size;
  bool is_tip = false;
  int cell = 0;
  int side = 0;  ///< index into kSides
  std::int64_t ordinal = 0;
};

/// Instruments of one kind that do one thing. Target kNone: there is none, or nobody said.
struct SceneDeed {
  int instrument = kNone;
  int verb = kNone;
  int target = kNone;
  bool is_idle = false;
  int count = 0;
  std::int64_t instance = -1;  ///< number of the first that does it; -1: none
  Ordinals evidence;
};

struct SceneLabel {
  int concept_index = kNone;
  Ordinals evidence;
  explicit operator bool() const { return concept_index != kNone; }
};

struct SceneCriterion {
  int concept_index = kNone;
  double value = 0;
  std::int64_t ordinal = 0;
};

/// A presence list of a closed and complete vocabulary of instruments.
struct ScenePresence {
  std::string_view vocabulary;
  std::vector<int> concepts;
  std::int64_t ordinal = 0;
};

struct Scene {
  bool is_out_of_body = false;
  std::vector<SceneThing> things;  ///< in reading order
  std::vector<SceneBox> boxes;
  std::vector<SceneDeed> deeds;
  bool are_deeds_whole = true;  ///< instrument and verb of each are known
  SceneLabel phase;
  SceneLabel step;
  std::vector<SceneCriterion> criteria;
  std::vector<ScenePresence> lists;
  bool are_instruments_total = false;  ///< a closed and complete list says which instruments are there
  bool are_tissues_total = false;

  void clear();
  bool has_instruments() const;
  bool has_structures() const;
  int count_of(int concept_index) const;
};

/// The vocabularies of a card as far as a scene needs them.
class CardWords {
 public:
  CardWords(const SourceCard& card, const Words& words);

  struct Row {
    std::string name;
    bool is_total = false;  ///< closed and complete
    bool is_of_instruments = false;
    int instruments = 0;  ///< distinct concepts of that sort, of the first part for interactions
    int tissues = 0;
  };
  /// By the name in the column `vocabulary` ("tools" or "cholec80/tools"); nullptr for an unknown one.
  const Row* find(std::string_view name) const;

 private:
  std::string prefix_;
  std::vector<Row> rows_;
};

class SceneReader {
 public:
  SceneReader(const VideoRow& video, const RecordTable& records, const CardWords& card, const Words& words);

  /// Reads the records of `context` that hold before `until` (for clips; frames read all).
  void read(const ContextRow& context, Microseconds until, Scene& scene);

 private:
  struct Instance {
    int concept_index;
    std::int64_t instance;  ///< -1: none
    bool is_box;
  };
  SceneThing& thing(Scene& scene, int concept_index, bool is_instrument);
  void read_record(const ContextRow& context, std::size_t position, Scene& scene);
  void read_interaction(std::size_t position, Scene& scene, bool is_clip);
  void read_box(const ContextRow& context, std::size_t position, Scene& scene);
  void count_instances(Scene& scene);
  void close_lists(const ContextRow& context, Scene& scene);
  bool has_doubt(std::string_view vocabulary, Microseconds t) const;

  const VideoRow& video_;
  const RecordTable& records_;
  const CardWords& card_;
  const Words& words_;
  struct Doubt {
    TimeRange time;
    AnnotationKind kind;
    std::string_view vocabulary;
  };
  std::vector<Doubt> doubts_;             ///< by begin
  std::vector<Microseconds> latest_end_;  ///< of the doubts up to here
  bool has_presence_ = false;
  std::vector<Instance> instances_;
  std::vector<std::size_t> positions_;
};

}  // namespace surgsigma::chain
