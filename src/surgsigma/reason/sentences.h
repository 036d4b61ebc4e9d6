// Statements with their claims and evidence, made from a scene. Whoever puts a chain together chooses among them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/random.h"
#include "surgsigma/reason/actions.h"
#include "surgsigma/reason/claim.h"
#include "surgsigma/reason/phrases.h"
#include "surgsigma/reason/scene.h"

namespace surgsigma::chain {

struct Statement {
  int level = 1;
  std::string text;
  std::string claim;
  std::string evidence;

  void clear() {
    text.clear();
    claim.clear();
    evidence.clear();
  }
  bool empty() const { return text.empty(); }
};

/// Writes sentences about one scene at a time. Each function leaves `made` empty where the scene does not allow it.
class Sentences {
 public:
  explicit Sentences(const Words& words) : words_(words) {}

  void begin(const Scene& scene, bool is_clip, Draws draws) {
    scene_ = &scene;
    is_clip_ = is_clip;
    draws_ = draws;
  }

  // Level 1
  void instruments(Statement& made);
  void structures(Statement& made);
  /// Where the boxed instruments and structures are, by ninths or by thirds of the width.
  void places(bool by_cell, Statement& made);
  void nothing(Statement& made);
  void shows(const ActionRun& run, TimeRange shown, std::string_view level, const RecordTable& records,
             Statement& made);
  // Level 2
  void deeds(Statement& made);
  void idle(Statement& made);
  void relations(Statement& made);
  void together(Statement& made);
  void only(Statement& made);
  void nobody_acts(Statement& made);
  void after(const ActionRun& run, std::string_view level, Statement& made);
  void elapsed(const ActionRun& run, TimeRange shown, const RecordTable& records, Statement& made);
  // Level 3
  void phase(Statement& made);
  void step(Statement& made);
  void phase_follows(Statement& made);
  void step_follows(Statement& made);
  void triplets_follow(Statement& made);
  void things_follow(bool instruments, Statement& made);
  void places_follow(bool instruments, Statement& made);
  /// `protocol`: all of whose criteria the scene rates.
  void criteria_follow(int protocol, Statement& made);
  void action_follows(const ActionRun& run, TimeRange shown, const RecordTable& records, Statement& made);
  void remaining_follows(const ActionRun& run, Microseconds cutoff, std::string_view level, Statement& made);
  void next_follows(const ActionRun& next, std::string_view level, Statement& made);

 private:
  Phrase one_of(std::span<const Phrase> phrases) { return phrases[draws_.below(phrases.size())]; }
  void labelled(ClaimWord word, const SceneLabel& label, std::span<const Phrase> phrases, Statement& made);
  void sentence(std::span<const Phrase> phrases, std::string_view first, std::string_view second, bool is_plural,
                Statement& made);
  void list(bool instruments, Statement& made);
  void cite(const Ordinals& ordinals) { cited_.insert(cited_.end(), ordinals.begin(), ordinals.end()); }
  void cite_run(const ActionRun& run, TimeRange shown, const RecordTable& records);
  void finish(int level, Statement& made);
  void append_concept(int concept_index, std::string& claim) const { add_argument(words_[concept_index].id, claim); }
  bool needs_telling_apart(int instrument) const;
  void append_deed(const SceneDeed& deed, bool is_progressive, std::vector<const SceneDeed*>& told, Statement& made);
  void append_places(std::optional<bool> instruments, bool by_cell, Statement& made);

  const Words& words_;
  const Scene* scene_ = nullptr;
  bool is_clip_ = false;
  Draws draws_{0, "", ""};
  Ordinals cited_;
  std::string text_;
  std::string item_;
  std::vector<std::string> items_;
};

/// Appends "a", "a and b", "a, b and c".
void append_list(const std::vector<std::string>& items, std::string_view last_joint, std::string& out);

}  // namespace surgsigma::chain
