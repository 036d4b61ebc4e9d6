#include "surgsigma/simulate/render/hands.h"

#include <algorithm>
#include <array>

#include "surgsigma/base/random.h"

namespace surgsigma::drawing {
namespace {

/// What the left and the right hand do while a word stands over the scene.
struct Habit {
  std::string_view part;  ///< of the word
  std::string_view left;
  Deed left_deed;
  std::string_view right;
  Deed right_deed;
};
/// The first that fits; gestures of suturing come before phases, whose words share parts with them.
constexpr std::array<Habit, 26> kHabits = {
    {{"Cutting the suture", "ins.needle_holder", Deed::kHold, "ins.scissors", Deed::kCut},
     {"Pulling the needle", "ins.needle_holder", Deed::kHold, "ins.needle_holder", Deed::kSew},
     {"needle", "ins.needle_holder", Deed::kHold, "ins.needle_holder", Deed::kSew},
     {"knot", "ins.needle_holder", Deed::kSew, "ins.needle_holder", Deed::kSew},
     {"utur", "ins.needle_holder", Deed::kHold, "ins.needle_holder", Deed::kSew},
     {"closing", "ins.grasper", Deed::kHold, "ins.needle_holder", Deed::kSew},
     {"closure", "ins.grasper", Deed::kHold, "ins.needle_holder", Deed::kSew},
     {"reinforcement", "ins.grasper", Deed::kHold, "ins.needle_holder", Deed::kSew},
     {"stapling", "ins.grasper", Deed::kHold, "ins.stapler", Deed::kClose},
     {"jejunal_section", "ins.grasper", Deed::kHold, "ins.stapler", Deed::kClose},
     {"omental_section", "ins.grasper", Deed::kHold, "ins.vessel_sealer", Deed::kCoagulate},
     {"coagulation", "ins.grasper", Deed::kHold, "ins.bipolar", Deed::kCoagulate},
     {"irrigation", "ins.grasper", Deed::kHold, "ins.irrigator", Deed::kAspirate},
     {"Washing", "ins.grasper", Deed::kHold, "ins.irrigator", Deed::kIrrigate},
     {"dissection", "ins.grasper", Deed::kHold, "ins.hook", Deed::kDissect},
     {"adhesiolysis", "ins.grasper", Deed::kHold, "ins.scissors", Deed::kDissect},
     {"opening", "ins.grasper", Deed::kHold, "ins.hook", Deed::kCut},
     {"Uterine Vessels", "ins.grasper", Deed::kHold, "ins.bipolar", Deed::kCoagulate},
     {"Dividing", "ins.grasper", Deed::kHold, "ins.vessel_sealer", Deed::kDissect},
     {"Transecting", "ins.grasper", Deed::kHold, "ins.hook", Deed::kCut},
     {"measurement", "ins.grasper", Deed::kHold, "ins.grasper", Deed::kHold},
     {"lifting", "ins.grasper", Deed::kHold, "ins.grasper", Deed::kHold},
     {"clamping", "ins.grasper", Deed::kHold, "ins.grasper", Deed::kHold},
     {"Removal", "ins.grasper", Deed::kHold, "ins.grasper", Deed::kHold},
     {"retrieval", "ins.grasper", Deed::kHold, "ins.grasper", Deed::kHold},
     {"", "ins.grasper", Deed::kIdle, "ins.grasper", Deed::kTravel}}};

constexpr double kInViewShare = 0.85;

const Habit& habit_of(std::string_view word) {
  return *std::find_if(kHabits.begin(), kHabits.end(),
                       [&](const Habit& habit) { return word.find(habit.part) != std::string_view::npos; });
}

Path draw_path(Draws& at, int lane) {
  Path path;
  path.x = (lane == 0 ? 0.32 : 0.66) + 0.16 * (at.unit() - 0.5);
  path.y = 0.5 + 0.2 * (at.unit() - 0.5);
  path.width = 0.28 * (0.8 + 0.4 * at.unit());
  path.height = 0.32 * (0.8 + 0.4 * at.unit());
  path.sway_x = 0.02 + 0.06 * at.unit();
  path.sway_y = 0.02 + 0.06 * at.unit();
  path.period_x_s = 6 + 10 * at.unit();
  path.period_y_s = 6 + 10 * at.unit();
  path.turn_x = at.unit();
  path.turn_y = at.unit();
  return path;
}

void add_inside(std::vector<InventedHand>& hands, InventedHand hand, const std::vector<Span>& outside) {
  Activity& activity = hand.activity;
  const Milliseconds end = activity.end;
  for (const Span& span : outside) {
    if (span.end <= activity.begin || span.begin >= end) continue;
    if (span.begin > activity.begin) {
      activity.end = span.begin;
      hands.push_back(hand);
    }
    activity.begin = std::min(end, span.end);
    activity.end = end;
  }
  if (activity.begin < end) hands.push_back(hand);
}

}  // namespace

std::vector<InventedHand> invent_hands(const Operation& operation, std::uint64_t seed) {
  std::vector<InventedHand> hands;
  const std::vector<Span>& words = operation.steps.empty() ? operation.phases : operation.steps;
  for (int lane = 0; lane < 2; ++lane) {
    Draws at(seed, operation.case_key, lane == 0 ? "left hand" : "right hand");
    Path path = draw_path(at, lane);
    std::string_view instrument;
    for (const Span& span : words) {
      const Habit& habit = habit_of(span.word);
      InventedHand hand;
      hand.instrument = lane == 0 ? habit.left : habit.right;
      hand.deed = lane == 0 ? habit.left_deed : habit.right_deed;
      const bool is_new = hand.instrument != instrument;
      if (is_new) path = draw_path(at, lane);
      instrument = hand.instrument;
      for (Milliseconds t = span.begin; t < span.end;) {
        const Milliseconds end = std::min(span.end, t + at.between(15000, 60000));
        hand.activity.path = path;
        hand.activity.lane = lane;
        hand.activity.begin = t;
        hand.activity.end = end;
        if (at.chance(kInViewShare)) add_inside(hands, hand, operation.out_of_body);
        t = end;
      }
    }
  }
  std::stable_sort(hands.begin(), hands.end(), [](const InventedHand& a, const InventedHand& b) {
    return a.activity.begin != b.activity.begin ? a.activity.begin < b.activity.begin
                                                : a.activity.lane < b.activity.lane;
  });
  return hands;
}

}  // namespace surgsigma::drawing
