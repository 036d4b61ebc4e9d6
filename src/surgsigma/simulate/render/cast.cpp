#include "surgsigma/simulate/render/cast.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"
#include "surgsigma/simulate/render/hands.h"

namespace surgsigma::drawing {
namespace {

constexpr std::size_t kMostClips = 3;
constexpr Milliseconds kHealMs = 45000;

struct VerbRow {
  std::string_view verb;
  Deed deed;
};
constexpr std::array<VerbRow, 26> kVerbs = {{{"act.idle", Deed::kIdle},
                                             {"act.other", Deed::kTravel},
                                             {"act.grasp", Deed::kHold},
                                             {"act.hold", Deed::kHold},
                                             {"act.retract", Deed::kHold},
                                             {"act.pull", Deed::kHold},
                                             {"act.pack", Deed::kHold},
                                             {"act.push", Deed::kPush},
                                             {"act.open", Deed::kOpen},
                                             {"act.open_something", Deed::kOpen},
                                             {"act.release", Deed::kOpen},
                                             {"act.close", Deed::kClose},
                                             {"act.close_something", Deed::kClose},
                                             {"act.staple", Deed::kClose},
                                             {"act.travel", Deed::kTravel},
                                             {"act.dissect", Deed::kDissect},
                                             {"act.cut", Deed::kCut},
                                             {"act.apply_energy", Deed::kCoagulate},
                                             {"act.coagulate", Deed::kCoagulate},
                                             {"act.cauterize", Deed::kCoagulate},
                                             {"act.clip", Deed::kClip},
                                             {"act.suture", Deed::kSew},
                                             {"act.tie_knot", Deed::kSew},
                                             {"act.aspirate", Deed::kAspirate},
                                             {"act.aspirate_field", Deed::kAspirate},
                                             {"act.irrigate", Deed::kIrrigate}}};

struct ToolRow {
  std::string_view instrument;  ///< or an ancestor
  ToolForm form;
};
/// The first row that fits.
constexpr std::array<ToolRow, 8> kTools = {{{"ins.bipolar", ToolForm::kBipolar},
                                            {"ins.hook", ToolForm::kHook},
                                            {"ins.scissors", ToolForm::kScissors},
                                            {"ins.clipping", ToolForm::kClipApplier},
                                            {"ins.suction_irrigation", ToolForm::kTube},
                                            {"ins.suturing", ToolForm::kNeedleHolder},
                                            {"ins.stapling", ToolForm::kStapler},
                                            {"ins.vessel_sealer", ToolForm::kBipolar}}};

struct AnatomyRow {
  std::string_view anatomy;
  Appearance look;
};
constexpr std::array<AnatomyRow, 26> kAnatomy = {
    {{"ana.gallbladder", {Material::kGallbladder, TargetForm::kDome}},
     {"ana.liver", {Material::kLiver, TargetForm::kDome}},
     {"ana.cystic_duct", {Material::kDuct, TargetForm::kTube}},
     {"ana.cystic_artery", {Material::kArtery, TargetForm::kTube}},
     {"ana.cystic_pedicle", {Material::kDuct, TargetForm::kTube}},
     {"ana.blood_vessel", {Material::kArtery, TargetForm::kTube}},
     {"ana.cystic_plate", {Material::kPlate, TargetForm::kPatch}},
     {"ana.hepatocystic_triangle", {Material::kCleared, TargetForm::kPatch}},
     {"ana.hepatocystic_triangle_dissection", {Material::kCleared, TargetForm::kPatch}},
     {"ana.fluid", {Material::kFluid, TargetForm::kPool}},
     {"ana.abdominal_wall_cavity", {Material::kWall, TargetForm::kDome}},
     {"ana.peritoneum", {Material::kWall, TargetForm::kDome}},
     {"ana.adhesion", {Material::kFat, TargetForm::kDome}},
     {"ana.omentum", {Material::kFat, TargetForm::kDome}},
     {"ana.subperitoneal_adipose_tissue", {Material::kFat, TargetForm::kDome}},
     {"ana.gut", {Material::kGut, TargetForm::kDome}},
     {"ana.rectum", {Material::kGut, TargetForm::kDome}},
     {"ana.prostate", {Material::kMuscle, TargetForm::kDome}},
     {"ana.bladder_neck", {Material::kMuscle, TargetForm::kDome}},
     {"ana.uterus", {Material::kMuscle, TargetForm::kDome}},
     {"ana.dorsal_venous_complex", {Material::kArtery, TargetForm::kTube}},
     {"ana.external_iliac_vessels", {Material::kArtery, TargetForm::kTube}},
     {"ana.urethra", {Material::kDuct, TargetForm::kTube}},
     {"ana.vas_deferens", {Material::kDuct, TargetForm::kTube}},
     {"obj.specimen_bag", {Material::kBag, TargetForm::kDome}},
     {"obj.no_target", {Material::kNothing, TargetForm::kNone}}}};

/// Which criterion needs which structure in view and free.
struct CriterionRow {
  std::string_view criterion;
  std::string_view anatomy;
};
constexpr std::array<CriterionRow, 4> kCriteria = {{{"C1", "ana.cystic_duct"},
                                                    {"C1", "ana.cystic_artery"},
                                                    {"C2", "ana.hepatocystic_triangle_dissection"},
                                                    {"C3", "ana.cystic_plate"}}};

struct BackdropRow {
  std::string_view script;
  std::array<std::string_view, 4> concepts;  ///< far, upper, lower, side
};
constexpr std::array<BackdropRow, 5> kBackdrops = {
    {{"cholecystectomy", {"ana.abdominal_wall_cavity", "ana.liver", "ana.omentum", "ana.gut"}},
     {"bypass", {"ana.abdominal_wall_cavity", "ana.liver", "ana.omentum", "ana.gut"}},
     {"suturing", {"ana.peritoneum", "ana.bladder_neck", "ana.subperitoneal_adipose_tissue", "ana.prostate"}},
     {"prostatectomy", {"ana.peritoneum", "ana.prostate", "ana.subperitoneal_adipose_tissue", "ana.bladder_neck"}},
     {"hysterectomy", {"ana.peritoneum", "ana.uterus", "ana.subperitoneal_adipose_tissue", "ana.gut"}}}};

Error no_concept(std::string_view word, std::string_view where) {
  return {ErrorKind::kNotFound, "no concept for " + quoted(word), std::string(where),
          "the pictures need to know what it is; add it to a vocabulary of the script's home card"};
}

class Maker {
 public:
  Maker(const Catalog& catalog, const Script& script, const Operation& operation, std::uint64_t seed)
      : catalog_(catalog), script_(script), operation_(operation), seed_(seed) {}

  Result<Cast> make() {
    SURGSIGMA_CHECK(make_backdrop());
    SURGSIGMA_CHECK(make_hands());
    SURGSIGMA_CHECK(make_structures());
    note_clips_and_cuts();
    make_wounds();
    return std::move(cast_);
  }

 private:
  /// Of the home card, else of the first card that has the word.
  Result<ConceptId> concept_of(std::string_view word) const {
    const auto in_card = [&](const SourceCard& card) -> const VocabularyLabel* {
      for (const auto& [name, vocabulary] : card.vocabularies) {
        const VocabularyLabel* label = vocabulary.kind == "phase" ? nullptr : vocabulary.by_label(word);
        if (label != nullptr && !label->concept_id.empty()) return label;
      }
      return nullptr;
    };
    const SourceCard* home = catalog_.source(SourceId(std::string(script_.home)));
    const VocabularyLabel* found = home == nullptr ? nullptr : in_card(*home);
    for (const auto& [id, card] : catalog_.sources) {
      if (found == nullptr) found = in_card(card);
    }
    if (found == nullptr) return no_concept(word, "script " + std::string(script_.name));
    return found->concept_id;
  }

  Result<Backdrop::Region> region(std::string_view concept_text) const {
    const ConceptId id{std::string(concept_text)};
    if (catalog_.ontology.find(id) == nullptr) return no_concept(concept_text, "catalog/ontology");
    return Backdrop::Region{id, appearance_of(id).material};
  }

  Status make_backdrop() {
    const auto row = std::find_if(kBackdrops.begin(), kBackdrops.end(),
                                  [&](const BackdropRow& backdrop) { return backdrop.script == script_.name; });
    const auto& concepts = row == kBackdrops.end() ? kBackdrops.front().concepts : row->concepts;
    SURGSIGMA_TRY(far, region(concepts[0]));
    SURGSIGMA_TRY(upper, region(concepts[1]));
    SURGSIGMA_TRY(lower, region(concepts[2]));
    SURGSIGMA_TRY(side, region(concepts[3]));
    cast_.backdrop = {far, upper, lower, side};
    return done();
  }

  ToolForm form_of(const ConceptId& instrument) const {
    for (const ToolRow& row : kTools) {
      if (catalog_.ontology.is_a(instrument, ConceptId(std::string(row.instrument)))) return row.form;
    }
    return ToolForm::kGrasper;
  }

  static Deed deed_of(const ConceptId& verb) {
    for (const VerbRow& row : kVerbs) {
      if (row.verb == verb.text) return row.deed;
    }
    return Deed::kTravel;
  }

  Status make_hands() {
    for (const Activity& activity : operation_.activities) {
      Hand hand;
      hand.activity = activity;
      SURGSIGMA_TRY(instrument, concept_of(activity.instrument));
      SURGSIGMA_TRY(verb, concept_of(activity.verb));
      hand.instrument = instrument;
      hand.form = form_of(instrument);
      hand.deed = activity.is_idle ? Deed::kIdle : deed_of(verb);
      if (!activity.target.empty()) {
        SURGSIGMA_TRY(target, concept_of(activity.target));
        hand.target_look = appearance_of(target);
        if (hand.target_look.form != TargetForm::kNone) hand.target = target;
      }
      if (hand.target.empty()) hand.target_look = {Material::kNothing, TargetForm::kNone};
      cast_.hands.push_back(std::move(hand));
    }
    if (script_.works.empty()) {
      for (InventedHand& invented : invent_hands(operation_, seed_)) {
        Hand hand;
        hand.activity = std::move(invented.activity);
        hand.instrument = ConceptId(std::string(invented.instrument));
        if (catalog_.ontology.find(hand.instrument) == nullptr) return no_concept(invented.instrument, "catalog/ontology");
        hand.form = form_of(hand.instrument);
        hand.deed = invented.deed;
        const bool has_target = invented.deed != Deed::kIdle && invented.deed != Deed::kTravel;
        const Backdrop::Region& target = invented.activity.lane == 0 ? cast_.backdrop.lower : cast_.backdrop.side;
        hand.target_look = {Material::kNothing, TargetForm::kNone};
        if (has_target) {
          hand.target = target.concept_id;
          hand.target_look = appearance_of(target.concept_id);
        }
        cast_.hands.push_back(std::move(hand));
      }
    }
    mark_ends();
    return done();
  }

  /// An instrument slides in when its hand had nothing, or something else, just before.
  void mark_ends() {
    const auto touches = [](const Hand& before, const Hand& after) {
      return before.activity.lane == after.activity.lane && before.activity.end == after.activity.begin &&
             before.instrument == after.instrument;
    };
    std::array<Hand*, 3> last{};
    for (Hand& hand : cast_.hands) {
      Hand*& before = last[static_cast<std::size_t>(std::clamp(hand.activity.lane, 0, 2))];
      hand.is_first = before == nullptr || !touches(*before, hand);
      if (before != nullptr) before->is_last = hand.is_first;
      hand.is_last = true;
      before = &hand;
    }
  }

  int criterion_of(const ConceptId& anatomy) const {
    for (const CriterionRow& row : kCriteria) {
      if (row.anatomy != anatomy.text) continue;
      for (std::size_t i = 0; i < script_.criteria.size(); ++i) {
        if (script_.criteria[i] == row.criterion) return static_cast<int>(i);
      }
    }
    return -1;
  }

  /// From the moment its criterion is met until the tissue is divided: the end of that visit and of the next phase.
  std::optional<Span> must_be_seen(const Structure& structure) const {
    if (structure.criterion < 0) return std::nullopt;
    const auto& course = operation_.criteria[static_cast<std::size_t>(structure.criterion)];
    if (!course.met) return std::nullopt;
    const auto& phases = operation_.phases;
    auto phase = std::find_if(phases.begin(), phases.end(), [&](const Span& span) { return span.contains(*course.met); });
    if (phase == phases.end()) return std::nullopt;
    if (phase + 1 != phases.end()) ++phase;
    return Span{structure.word, *course.met, phase->end};
  }

  static void add_span(std::vector<Span>& spans, const Span& extra) {
    spans.push_back(extra);
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
    std::vector<Span> joined;
    for (const Span& span : spans) {
      if (!joined.empty() && span.begin <= joined.back().end)
        joined.back().end = std::max(joined.back().end, span.end);
      else
        joined.push_back(span);
    }
    spans = std::move(joined);
  }

  Status make_structures() {
    for (const SightScript& sight : script_.sights) {
      Structure structure;
      structure.word = sight.word;
      SURGSIGMA_TRY(concept_id, concept_of(sight.word));
      structure.concept_id = concept_id;
      structure.look = appearance_of(concept_id);
      structure.criterion = criterion_of(concept_id);
      structure.path.x = sight.x;
      structure.path.y = sight.y;
      structure.path.width = sight.width;
      structure.path.height = sight.height;
      for (const Sight& seen : operation_.sights) {
        if (seen.word != sight.word) continue;
        structure.path = seen.path;
        structure.in_view.push_back({seen.word, seen.begin, seen.end});
      }
      if (const auto needed = must_be_seen(structure)) add_span(structure.in_view, *needed);
      cast_.structures.push_back(std::move(structure));
    }
    return done();
  }

  void note_clips_and_cuts() {
    for (const Hand& hand : cast_.hands) {
      for (Structure& structure : cast_.structures) {
        if (structure.concept_id != hand.target || structure.look.form != TargetForm::kTube) continue;
        if (hand.deed == Deed::kClip && structure.clips.size() < kMostClips) structure.clips.push_back(hand.activity.end);
        const bool is_through = hand.deed == Deed::kCut && hand.form == ToolForm::kScissors && !structure.clips.empty();
        if (is_through && !structure.divided) structure.divided = hand.activity.end;
      }
    }
  }

  void make_wounds() {
    for (const Hand& hand : cast_.hands) {
      const bool is_sharp = hand.deed == Deed::kCut || hand.deed == Deed::kDissect || hand.deed == Deed::kSew;
      if (!is_sharp) continue;
      const Milliseconds middle = (hand.activity.begin + hand.activity.end) / 2;
      const RelativeBox box = hand.activity.path.at(middle);
      const double size = hand.deed == Deed::kCut ? 0.035 : 0.022;
      cast_.wounds.push_back({middle, middle + kHealMs, box.x + box.width / 2, box.y + box.height / 2, size});
    }
    for (const Span& event : operation_.adverse_events) {
      Draws at(seed_, operation_.case_key, "bleeding " + std::to_string(event.begin));
      cast_.wounds.push_back({event.begin, event.end + kHealMs, 0.3 + 0.4 * at.unit(), 0.35 + 0.35 * at.unit(), 0.09});
    }
    std::sort(cast_.wounds.begin(), cast_.wounds.end(), [](const Wound& a, const Wound& b) { return a.time < b.time; });
  }

  const Catalog& catalog_;
  const Script& script_;
  const Operation& operation_;
  std::uint64_t seed_;
  Cast cast_;
};

}  // namespace

Appearance appearance_of(const ConceptId& anatomy) {
  for (const AnatomyRow& row : kAnatomy) {
    if (row.anatomy == anatomy.text) return row.look;
  }
  return {};
}

Result<Cast> make_cast(const Catalog& catalog, const Script& script, const Operation& operation, std::uint64_t seed) {
  return Maker(catalog, script, operation, seed).make();
}

}  // namespace surgsigma::drawing
