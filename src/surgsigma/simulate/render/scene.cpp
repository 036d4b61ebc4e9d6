#include "surgsigma/simulate/render/scene.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "surgsigma/simulate/render/tissue.h"
#include "surgsigma/simulate/render/tool.h"

namespace surgsigma::drawing {
namespace {

constexpr Milliseconds kSlideMs = 400;   // in which an instrument comes in or leaves, before and after its activity
constexpr Milliseconds kRiseMs = 600;    // in which a structure rises or sinks, outside the time it is in view
constexpr Milliseconds kExposeMs = 3000;  // in which a criterion's structures come free, before it is met
constexpr Milliseconds kPlumeMs = 3000;   // for which smoke goes on rising
constexpr std::size_t kMostStains = 7;
constexpr float kTouchMm = 4, kLiftMm = 15, kClearMm = 7;
constexpr float kCovered = 0.47F;
constexpr double kSmallestEnd = 24;  // pixels that a working end always has

float ramp(Milliseconds ms, double seconds) {
  return smooth_step(0, 1, static_cast<float>(static_cast<double>(ms) / (1000 * seconds)));
}

Box to_pixels(const RelativeBox& box, ImageSize size) {
  return {box.x * size.width, box.y * size.height, (box.x + box.width) * size.width, (box.y + box.height) * size.height};
}

/// Angle between a jaw and the axis, from what the hand does; at both ends of an activity the jaws rest.
float opening_of(const Hand& hand, Milliseconds t) {
  constexpr float kResting = 0.12F;
  const Activity& activity = hand.activity;
  const auto s = static_cast<float>(t - activity.begin) / 1000;
  const float progress =
      static_cast<float>(t - activity.begin) / static_cast<float>(std::max<Milliseconds>(1, activity.end - activity.begin));
  const float turns = 2 * std::numbers::pi_v<float> * s;
  float wanted = kResting;
  switch (hand.deed) {
    case Deed::kHold:
      wanted = s < 0.5F ? 0.45F : 0.03F;
      break;
    case Deed::kDissect:
      wanted = 0.22F + 0.2F * std::sin(0.9F * turns);
      break;
    case Deed::kCut:
      wanted = 0.25F + 0.22F * std::sin(1.4F * turns);
      break;
    case Deed::kClip:
      wanted = progress < 0.55F ? 0.4F : 0.02F;
      break;
    case Deed::kOpen:
      wanted = 0.1F + 0.4F * progress;
      break;
    case Deed::kClose:
      wanted = 0.5F - 0.45F * progress;
      break;
    case Deed::kCoagulate:
    case Deed::kPush:
    case Deed::kSew:
      wanted = 0.04F;
      break;
    case Deed::kIdle:
    case Deed::kTravel:
    case Deed::kAspirate:
    case Deed::kIrrigate:
      break;
  }
  const float share = ramp(t - activity.begin, 0.35) * ramp(activity.end - t, 0.35);
  return kResting + share * (wanted - kResting);
}

class Setter {
 public:
  Setter(const Stage& stage, Milliseconds t, Scene& scene) : stage_(stage), lens_(stage.lens), t_(t), scene_(scene) {}

  void set() {
    scene_.time = t_;
    scene_.view = stage_.track.at(t_);
    scene_.reliefs.clear();
    scene_.bars.clear();
    scene_.objects.clear();
    sample_tissue(stage_.look, scene_.view, lens_, t_, stains(), scene_.grid);
    name_backdrop();
    for (const TargetForm layer : {TargetForm::kDome, TargetForm::kPatch, TargetForm::kTube}) {
      for (std::size_t i = 0; i < stage_.cast.structures.size(); ++i) {
        if (stage_.cast.structures[i].look.form == layer) set_structure(i);
      }
    }
    for (const Hand& hand : stage_.cast.hands) set_hand(hand);
    set_smoke();
  }

 private:
  float depth_at(Place place) const {
    return surface_depth(scene_.grid, scene_.reliefs, lens_, static_cast<float>(place.x), static_cast<float>(place.y));
  }

  RenderedObject& name(std::uint8_t id, ObjectKind kind, const ConceptId& concept_id, std::string_view word, int lane) {
    scene_.objects.push_back({id, kind, concept_id, word, lane, {}, std::nullopt, 0});
    return scene_.objects.back();
  }

  void name_backdrop() {
    const Backdrop& backdrop = stage_.cast.backdrop;
    name(kFarId, ObjectKind::kAnatomy, backdrop.far.concept_id, "", -1);
    name(kUpperId, ObjectKind::kAnatomy, backdrop.upper.concept_id, "", -1);
    name(kLowerId, ObjectKind::kAnatomy, backdrop.lower.concept_id, "", -1);
    name(kSideId, ObjectKind::kAnatomy, backdrop.side.concept_id, "", -1);
  }

  /// The youngest wounds; each stays where the scene was when it was made.
  std::vector<Stain> stains() const {
    std::vector<Stain> stains;
    const auto& wounds = stage_.cast.wounds;
    auto wound = std::upper_bound(wounds.begin(), wounds.end(), t_,
                                  [](Milliseconds time, const Wound& other) { return time < other.time; });
    while (wound != wounds.begin() && stains.size() < kMostStains) {
      --wound;
      if (wound->heals <= t_) continue;
      const View then = stage_.track.at(wound->time);
      const Place place{wound->x * lens_.size.width - static_cast<double>(lens_.middle_x),
                        wound->y * lens_.size.height - static_cast<double>(lens_.middle_y)};
      const float strength = ramp(t_ - wound->time, 2) * ramp(wound->heals - t_, 15);
      const auto spread = static_cast<float>(wound->size * lens_.size.width) * (0.6F + 0.4F * ramp(t_ - wound->time, 8));
      stains.push_back({scene_from_picture(then, place), spread, strength});
    }
    return stains;
  }

  /// 1 in view, falling to 0 in the moments around.
  float raised(const Structure& structure) const {
    float most = 0;
    for (const Span& span : structure.in_view) {
      if (span.contains(t_)) return 1;
      const Milliseconds away = t_ < span.begin ? span.begin - t_ : t_ - span.end;
      if (away < kRiseMs) most = std::max(most, 1 - static_cast<float>(away) / kRiseMs);
    }
    return most;
  }

  float covered(const Structure& structure) const {
    if (structure.criterion < 0) return 0;
    const auto& met = stage_.criteria[static_cast<std::size_t>(structure.criterion)].met;
    if (!met) return kCovered;
    return kCovered * smooth_step(0, 1, static_cast<float>(*met - t_) / kExposeMs);
  }

  void set_structure(std::size_t index) {
    const Structure& structure = stage_.cast.structures[index];
    const float height = raised(structure);
    const Box box = to_pixels(structure.path.at(t_), lens_.size);
    if (height <= 0 || box.width() < 4 || box.height() < 4) return;
    const auto id = static_cast<std::uint8_t>(kStructureId + index);
    Relief relief = relief_in(box, structure.look, id);
    relief.raised = height;
    relief.covered = covered(structure);
    relief.cover_id = kLowerId;
    relief.cover = stage_.cast.backdrop.lower.material;
    relief.turn = static_cast<float>(index) + 0.01F * static_cast<float>(t_) / 1000;
    if (relief.form == TargetForm::kTube) {
      draw_line(relief, box, index % 2 == 0);
      if (structure.divided) relief.gap = 0.24F * ramp(t_ - *structure.divided, 1);
    }
    name(id, ObjectKind::kAnatomy, structure.concept_id, structure.word, -1);
    scene_.reliefs.push_back(relief);
    set_clips(structure, index, relief);
  }

  Relief relief_in(const Box& box, const Appearance& look, std::uint8_t id) const {
    Relief relief;
    relief.form = look.form;
    relief.material = look.material;
    relief.id = id;
    relief.x = static_cast<float>((box.x1 + box.x2) / 2);
    relief.y = static_cast<float>((box.y1 + box.y2) / 2);
    relief.half_width = static_cast<float>(box.width() / 2);
    relief.half_height = static_cast<float>(box.height() / 2);
    const float small = std::min(relief.half_width, relief.half_height);
    relief.height_mm = look.form == TargetForm::kDome ? 0.85F * small * mm_per_pixel(lens_)
                       : look.form == TargetForm::kPool ? 0.6F
                                                        : 1.6F;
    relief.wobble = look.form == TargetForm::kDome ? 0.2F : 0.22F;
    const float share = look.material == Material::kArtery ? 0.055F : 0.085F;
    relief.radius = std::max(1.5F, share * (relief.half_width + relief.half_height));
    return relief;
  }

  /// From corner to corner of the box, with a bend that stays inside.
  void draw_line(Relief& relief, const Box& box, bool is_rising) const {
    const double inset = 0.35 * static_cast<double>(relief.radius);  // the ends dive into the tissue before the corners
    for (std::size_t i = 0; i < relief.line.size(); ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(relief.line.size() - 1);
      const double bent = share + 0.09 * std::sin(2 * std::numbers::pi * share);
      const double across = is_rising ? 1 - bent : bent;
      relief.line[i] = {box.x1 + inset + share * (box.width() - 2 * inset),
                        box.y1 + inset + across * (box.height() - 2 * inset)};
    }
  }

  static Place on_line(const Relief& relief, double share) {
    const double at = share * static_cast<double>(relief.line.size() - 1);
    const auto i = std::min(static_cast<std::size_t>(at), relief.line.size() - 2);
    const double rest = at - static_cast<double>(i);
    return {relief.line[i].x + rest * (relief.line[i + 1].x - relief.line[i].x),
            relief.line[i].y + rest * (relief.line[i + 1].y - relief.line[i].y)};
  }

  /// A clip sits across its tube.
  void add_clip(const Relief& tube, double share, std::uint8_t id) {
    const Place middle = on_line(tube, share), ahead = on_line(tube, std::min(1.0, share + 0.05));
    const double dx = ahead.x - middle.x, dy = ahead.y - middle.y;
    const double length = std::max(1e-3, std::hypot(dx, dy)), reach = 1.7 * static_cast<double>(tube.radius);
    const auto x = static_cast<float>(-dy / length * reach), y = static_cast<float>(dx / length * reach);
    const float depth = depth_at(middle) - 0.7F;
    const auto px = static_cast<float>(middle.x), py = static_cast<float>(middle.y);
    const float thick = std::max(1.2F, 0.36F * tube.radius);
    scene_.bars.push_back({px - x, py - y, thick, depth, px + x, py + y, thick, depth, Material::kClip, id, 0});
    name(id, ObjectKind::kObject, ConceptId("obj.clip"), "", -1);
  }

  void set_clips(const Structure& structure, std::size_t index, const Relief& tube) {
    constexpr std::array<double, 3> kPlaces = {0.26, 0.36, 0.68};
    for (std::size_t k = 0; k < structure.clips.size() && k < kPlaces.size(); ++k) {
      if (structure.clips[k] > t_ || tube.raised < 1) continue;
      add_clip(tube, kPlaces[k], static_cast<std::uint8_t>(kClipId + 3 * index + k));
    }
  }

  void set_hand(const Hand& hand) {
    const Activity& activity = hand.activity;
    const Milliseconds before = activity.begin - t_, after = t_ - activity.end;
    if (before > (hand.is_first ? kSlideMs : 0) || after >= (hand.is_last ? kSlideMs : 0)) return;
    const Milliseconds moment = std::clamp(t_, activity.begin, activity.end - 1);
    Box box = to_pixels(activity.path.at(moment), lens_.size);
    if (box.width() < kSmallestEnd) box.x2 = box.x1 + kSmallestEnd;
    if (box.height() < kSmallestEnd) box.y2 = box.y1 + kSmallestEnd;
    ToolPose pose;
    pose.form = hand.form;
    pose.box = box;
    pose.entry = entry_of(activity);
    pose.opening = opening_of(hand, moment);
    pose.roll = activity.path.turn_x < 0.5 ? 1.0F : -1.0F;
    pose.id = static_cast<std::uint8_t>(kToolId + activity.lane);
    const float progress = static_cast<float>(moment - activity.begin) / static_cast<float>(activity.end - activity.begin);
    pose.holds_clip = hand.deed == Deed::kClip && progress < 0.6F;

    Tool tool = make_tool(pose, lens_);
    const bool is_on = before <= 0 && after < 0;
    if (is_on) set_target(hand, tool, progress);
    const bool is_lifted = hand.deed == Deed::kIdle || hand.deed == Deed::kTravel;
    stand_off(pose, tool, is_lifted ? kLiftMm : kTouchMm);
    tool = make_tool(pose, lens_);
    slide(tool, static_cast<float>(std::max<Milliseconds>({0, before, after})) / kSlideMs, lens_.size);
    scene_.bars.insert(scene_.bars.end(), tool.bars.begin(), tool.bars.end());
    name(pose.id, ObjectKind::kInstrument, hand.instrument, activity.instrument, activity.lane);
    if (is_on && hand.deed == Deed::kSew) set_needle(hand, tool, pose.tip_depth);
    if (is_on && hand.deed == Deed::kIrrigate) set_jet(tool, pose);
  }

  /// Depths at which the tool touches, or hovers over, what is below its tip and stays clear of all that its shaft crosses.
  void stand_off(ToolPose& pose, const Tool& tool, float gap_mm) const {
    pose.tip_depth = depth_at(tool.tip) - gap_mm;
    const float near_tip = 1 / pose.tip_depth;
    float near_wrist = 1 / (0.85F * pose.tip_depth);
    for (const float share : {0.25F, 0.5F, 0.75F, 1.0F, 1.4F, 1.8F, 2.3F}) {
      const double s = static_cast<double>(share);
      const Place place{tool.tip.x + s * (tool.wrist.x - tool.tip.x), tool.tip.y + s * (tool.wrist.y - tool.tip.y)};
      const bool is_outside =
          place.x < 0 || place.y < 0 || place.x > lens_.size.width || place.y > lens_.size.height;
      if (is_outside) break;
      const float needed = 1 / std::max(20.0F, depth_at(place) - kClearMm);
      near_wrist = std::max(near_wrist, near_tip + (needed - near_tip) / share);
    }
    pose.wrist_depth = 1 / std::min(near_wrist, 1 / (0.4F * pose.tip_depth));
  }

  /// The id of a structure of the same kind that the tip is on, else the lane's own.
  std::uint8_t target_id(const Hand& hand, Place tip) const {
    for (const Relief& relief : scene_.reliefs) {
      const bool is_structure = relief.id >= kStructureId && relief.id < kTargetId;
      if (!is_structure) continue;
      const Structure& structure = stage_.cast.structures[static_cast<std::size_t>(relief.id - kStructureId)];
      const Box reach = reach_of(relief);
      const bool is_on = tip.x >= reach.x1 && tip.x < reach.x2 && tip.y >= reach.y1 && tip.y < reach.y2;
      if (structure.concept_id == hand.target && is_on) return relief.id;
    }
    return static_cast<std::uint8_t>(kTargetId + hand.activity.lane);
  }

  /// What the tool works on rises to its tip: pulled into a tent when it is held.
  void set_target(const Hand& hand, const Tool& tool, float progress) {
    if (hand.target_look.form == TargetForm::kNone) return;
    const double ux = tool.tip.x - tool.wrist.x, uy = tool.tip.y - tool.wrist.y;
    const double length = std::max(20.0, std::hypot(ux, uy));
    const bool is_held = hand.deed == Deed::kHold;
    const double wide = 0.3 * length;
    const double high = 0.24 * length;
    const Box box{tool.tip.x - wide, tool.tip.y - high, tool.tip.x + wide, tool.tip.y + high};
    const std::uint8_t id = target_id(hand, tool.tip);
    Relief relief = relief_in(box, hand.target_look, id);
    relief.turn = static_cast<float>(hand.activity.path.turn_x) * 9;
    relief.wobble = 0.5F;
    const float rest = ramp(t_ - hand.activity.begin, 0.5) * ramp(hand.activity.end - t_, 0.5);
    relief.raised = 0.35F + 0.65F * rest;
    if (is_held) {
      relief.height_mm *= 1 + 0.35F * rest;
    } else if (hand.target_look.form == TargetForm::kDome) {
      relief.height_mm *= 0.6F;
    }
    relief.peak = 0.9F;
    if (hand.deed == Deed::kAspirate) relief.raised = 1 - 0.6F * progress;
    if (hand.deed == Deed::kIrrigate && relief.form == TargetForm::kPool) relief.raised = 0.4F + 0.6F * progress;
    if (relief.form == TargetForm::kTube) draw_line(relief, box, tool.tip.x < tool.wrist.x);
    scene_.reliefs.push_back(relief);
    if (id >= kTargetId) name(id, ObjectKind::kAnatomy, hand.target, hand.activity.target, hand.activity.lane);
    if (hand.deed == Deed::kClip && progress > 0.6F && relief.form == TargetForm::kTube) {
      add_clip(relief, 0.5, static_cast<std::uint8_t>(kPlacedClipId + hand.activity.lane));
    }
  }

  /// A half circle of steel at the jaws, and the thread from its end to the tissue.
  void set_needle(const Hand& hand, const Tool& tool, float depth) {
    constexpr int kPieces = 9;
    const double length = std::hypot(tool.tip.x - tool.wrist.x, tool.tip.y - tool.wrist.y), radius = 0.13 * length;
    const double turned = 0.9 * static_cast<double>(t_ - hand.activity.begin) / 1000;
    const double start = std::atan2(tool.tip.y - tool.wrist.y, tool.tip.x - tool.wrist.x) + 0.5 * std::sin(turned);
    const Place middle{tool.tip.x - radius * std::cos(start + 1.2), tool.tip.y - radius * std::sin(start + 1.2)};
    const auto thick = static_cast<float>(std::max(1.3, 0.012 * length));
    const float over = depth - 2;
    const auto id = static_cast<std::uint8_t>(kNeedleId + hand.activity.lane);
    Place last;
    for (int i = 0; i <= kPieces; ++i) {
      const double angle = start + std::numbers::pi * 0.95 * i / kPieces;
      const Place place{middle.x + radius * std::cos(angle), middle.y + radius * std::sin(angle)};
      if (i > 0) add_piece(last, over, place, over, thick, Material::kNeedle, id);
      last = place;
    }
    name(id, ObjectKind::kObject, ConceptId("obj.suturing_needle"), "", hand.activity.lane);
    set_thread(hand, last, over);
  }

  void set_thread(const Hand& hand, Place from, float depth) {
    constexpr int kPieces = 12;
    const Place to{lens_.size.width * (0.42 + 0.16 * hand.activity.path.turn_x),
                   lens_.size.height * (0.55 + 0.2 * hand.activity.path.turn_y)};
    const float end = depth_at(to) - 1.2F;
    const auto id = static_cast<std::uint8_t>(kThreadId + hand.activity.lane);
    const float thick = std::max(1.1F, static_cast<float>(lens_.size.width) * 0.0019F);
    const double sag = 0.12 * lens_.size.height, wave = 0.02 * lens_.size.width;
    Place last = from;
    float last_depth = depth;
    for (int i = 1; i <= kPieces; ++i) {
      const double s = static_cast<double>(i) / kPieces;
      const Place place{from.x + s * (to.x - from.x) + wave * std::sin(7 * s), from.y + s * (to.y - from.y) + sag * 4 * s * (1 - s)};
      const float straight = depth + static_cast<float>(s) * (end - depth);
      const float here = std::min(straight, depth_at(place) - 1.2F);
      add_piece(last, last_depth, place, here, thick, Material::kThread, id);
      last = place;
      last_depth = here;
    }
    name(id, ObjectKind::kObject, ConceptId("obj.suture"), "", hand.activity.lane);
  }

  void add_piece(Place from, float from_depth, Place to, float to_depth, float thick, Material material, std::uint8_t id) {
    scene_.bars.push_back({static_cast<float>(from.x), static_cast<float>(from.y), thick, from_depth,
                           static_cast<float>(to.x), static_cast<float>(to.y), thick, to_depth, material, id, 0});
  }

  /// Water: a wet spot that runs down from the tip.
  void set_jet(const Tool& tool, const ToolPose& pose) {
    const double length = std::hypot(tool.tip.x - tool.wrist.x, tool.tip.y - tool.wrist.y);
    Relief relief = relief_in({tool.tip.x - 0.1 * length, tool.tip.y - 0.05 * length, tool.tip.x + 0.1 * length,
                               tool.tip.y + 0.34 * length},
                              {Material::kFluid, TargetForm::kPool}, static_cast<std::uint8_t>(pose.id - kToolId + kTargetId));
    const bool is_named = std::any_of(scene_.objects.begin(), scene_.objects.end(),
                                      [&](const RenderedObject& object) { return object.id == relief.id; });
    if (!is_named) return;
    relief.turn = static_cast<float>(t_ % 100000) * 0.004F;
    relief.wobble = 0.4F;
    scene_.reliefs.push_back(relief);
  }

  /// Energy smokes: a bipolar and a hook at work, a little after they begin; it rises on when they stop.
  void set_smoke() {
    scene_.haze = 0;
    scene_.has_plume = false;
    if (!stage_.with_smoke) return;
    const SmokeLook& look = stage_.look.smoke;
    scene_.haze = haze_at(look, t_);
    std::vector<Plume> plumes;
    const auto lag = static_cast<Milliseconds>(look.lag_s * 1000);
    for (const Hand& hand : stage_.cast.hands) {
      const bool is_hook_at_work = hand.form == ToolForm::kHook && (hand.deed == Deed::kDissect || hand.deed == Deed::kCut);
      if (hand.deed != Deed::kCoagulate && !is_hook_at_work) continue;
      const Milliseconds begin = hand.activity.begin + lag, end = hand.activity.end;
      if (t_ < begin || t_ >= end + kPlumeMs) continue;
      const Milliseconds moment = std::clamp(t_, hand.activity.begin, end - 1);
      const Box box = to_pixels(hand.activity.path.at(moment), lens_.size);
      const Entry entry = entry_of(hand.activity);
      Plume plume;
      plume.x = static_cast<float>(entry.is_from_left ? box.x2 : box.x1);
      plume.y = static_cast<float>(entry.is_from_bottom ? box.y1 : box.y2);
      plume.age_s = static_cast<float>(std::max<Milliseconds>(0, t_ - end)) / 1000;
      plume.peak = look.plume_peak * (is_hook_at_work ? 0.45F : 1.0F) * ramp(t_ - begin, 1.2) *
                   ramp(end + kPlumeMs - t_, static_cast<double>(kPlumeMs) / 1000);
      plumes.push_back(plume);
      scene_.plume_depth = depth_at({static_cast<double>(plume.x), static_cast<double>(plume.y)}) - 20;
    }
    scene_.has_plume = !plumes.empty();
    sample_plumes(look, lens_, t_, plumes, scene_.grid);
  }

  const Stage& stage_;
  const Lens& lens_;
  Milliseconds t_;
  Scene& scene_;
};

}  // namespace

void set_scene(const Stage& stage, Milliseconds t, Scene& scene) {
  Setter(stage, t, scene).set();
  std::stable_sort(scene.objects.begin(), scene.objects.end(),
                   [](const RenderedObject& a, const RenderedObject& b) { return a.id < b.id; });
  // A hand that changes its instrument has both in the picture for a moment, under one id.
  const auto is_same = [](const RenderedObject& a, const RenderedObject& b) { return a.id == b.id; };
  scene.objects.erase(std::unique(scene.objects.begin(), scene.objects.end(), is_same), scene.objects.end());
}

}  // namespace surgsigma::drawing
