#include "surgsigma/simulate/render/tool.h"

#include <algorithm>
#include <cmath>

#include "surgsigma/simulate/render/render.h"

namespace surgsigma::drawing {
namespace {

constexpr int kFitRounds = 5;
constexpr float kShaftRadius = 0.062F;

/// A bar in a frame whose x axis runs from the wrist (0) to the tip (1); all in lengths of the working end.
struct LocalBar {
  float a0, b0, r0;
  float a1, b1, r1;
  Material material;
  InstrumentPart part;
};
using Outline = std::vector<LocalBar>;

Material sleeve_of(ToolForm form) {
  return form == ToolForm::kBipolar ? Material::kBlueShaft : form == ToolForm::kHook ? Material::kCeramic : Material::kSteel;
}

void add_wrist(Outline& outline, float until, Material material) {
  const float collar = 0.3F * until;
  outline.push_back({0, 0, kShaftRadius, collar, 0, kShaftRadius, material, InstrumentPart::kWrist});
  outline.push_back({collar, 0, 0.8F * kShaftRadius, until, 0, 0.72F * kShaftRadius, Material::kSteel,
                     InstrumentPart::kWrist});
}

/// One jaw from the hinge outwards, bent a little inwards; `side` is 1 or -1.
void add_jaw(Outline& outline, float hinge, float opening, float side, float thick, float thin, Material material) {
  const float reach = 1 - hinge;
  const auto point = [&](float share, float bend) {
    const float angle = opening + bend;
    return Place{static_cast<double>(hinge + reach * share * std::cos(angle)),
                 static_cast<double>(side * (0.012F + reach * share * std::sin(angle)))};
  };
  const Place root = point(0, 0), middle = point(0.5F, 0.10F), end = point(1, 0.0F);
  const auto f = [](double value) { return static_cast<float>(value); };
  const float between = 0.5F * (thick + thin);
  outline.push_back({f(root.x), f(root.y), thick, f(middle.x), f(middle.y), between, material, InstrumentPart::kClasper});
  outline.push_back({f(middle.x), f(middle.y), between, f(end.x), f(end.y), thin, material, InstrumentPart::kClasper});
}

void add_jaws(Outline& outline, float hinge, float opening, float thick, float thin, Material material) {
  add_jaw(outline, hinge, opening, 1, thick, thin, material);
  add_jaw(outline, hinge, opening, -1, thick, thin, material);
}

Outline outline_of(const ToolPose& pose) {
  Outline outline;
  const auto clasper = InstrumentPart::kClasper;
  const Material sleeve = sleeve_of(pose.form);
  switch (pose.form) {
    case ToolForm::kGrasper:
      add_wrist(outline, 0.5F, sleeve);
      add_jaws(outline, 0.5F, pose.opening, 0.034F, 0.02F, Material::kSteel);
      break;
    case ToolForm::kBipolar:
      add_wrist(outline, 0.52F, sleeve);
      add_jaws(outline, 0.52F, pose.opening, 0.03F, 0.024F, Material::kSteel);
      break;
    case ToolForm::kNeedleHolder:
      add_wrist(outline, 0.66F, sleeve);
      add_jaws(outline, 0.66F, pose.opening, 0.04F, 0.03F, Material::kSteel);
      break;
    case ToolForm::kScissors:
      add_wrist(outline, 0.52F, sleeve);
      add_jaws(outline, 0.52F, pose.opening, 0.036F, 0.01F, Material::kSteel);
      break;
    case ToolForm::kStapler:
      add_wrist(outline, 0.3F, sleeve);
      add_jaws(outline, 0.3F, 0.4F * pose.opening, 0.055F, 0.045F, Material::kSteel);
      break;
    case ToolForm::kClipApplier:
      add_wrist(outline, 0.6F, sleeve);
      add_jaws(outline, 0.6F, 0.6F * pose.opening + 0.06F, 0.036F, 0.028F, Material::kSteel);
      if (pose.holds_clip) {
        outline.push_back({0.9F, 0.05F, 0.014F, 1.0F, 0.05F, 0.014F, Material::kClip, clasper});
        outline.push_back({0.9F, -0.05F, 0.014F, 1.0F, -0.05F, 0.014F, Material::kClip, clasper});
      }
      break;
    case ToolForm::kHook: {
      add_wrist(outline, 0.35F, sleeve);
      outline.push_back({0.35F, 0, 0.034F, 0.6F, 0, 0.03F, Material::kCeramic, InstrumentPart::kWrist});
      outline.push_back({0.6F, 0, 0.02F, 0.97F, 0, 0.018F, Material::kSteel, clasper});
      const float side = pose.roll < 0 ? -1.0F : 1.0F;
      outline.push_back({0.97F, 0, 0.018F, 1.0F, 0.05F * side, 0.017F, Material::kSteel, clasper});
      outline.push_back({1.0F, 0.05F * side, 0.017F, 0.99F, 0.14F * side, 0.014F, Material::kSteel, clasper});
      break;
    }
    case ToolForm::kTube:
      add_wrist(outline, 0.25F, sleeve);
      outline.push_back({0.25F, 0, 0.046F, 0.94F, 0, 0.046F, Material::kSteel, clasper});
      outline.push_back({0.94F, 0, 0.05F, 1.0F, 0, 0.05F, Material::kSteel, clasper});
      break;
  }
  return outline;
}

/// The frame of an outline in the picture.
struct Frame {
  Place from;
  Place to;
};

Bar bar_in(const Frame& frame, const LocalBar& local, const ToolPose& pose) {
  const double dx = frame.to.x - frame.from.x, dy = frame.to.y - frame.from.y;
  const auto length = static_cast<float>(std::hypot(dx, dy));
  const auto x = [&](float a, float b) {
    return static_cast<float>(frame.from.x + dx * static_cast<double>(a) - dy * static_cast<double>(b));
  };
  const auto y = [&](float a, float b) {
    return static_cast<float>(frame.from.y + dy * static_cast<double>(a) + dx * static_cast<double>(b));
  };
  const auto depth = [&](float a) {
    const float share = std::clamp(a, 0.0F, 1.0F);
    return 1 / (1 / pose.wrist_depth + share * (1 / pose.tip_depth - 1 / pose.wrist_depth));
  };
  const auto radius = [&](float r) { return std::max(0.8F, r * length); };
  return {x(local.a0, local.b0), y(local.a0, local.b0), radius(local.r0), depth(local.a0),
          x(local.a1, local.b1), y(local.a1, local.b1), radius(local.r1), depth(local.a1),
          local.material,        pose.id,               static_cast<std::uint8_t>(local.part), local.a0 == 0};
}

Box box_of(const Frame& frame, const Outline& outline, const ToolPose& pose) {
  Box all{1e9, 1e9, -1e9, -1e9};
  for (const LocalBar& local : outline) {
    const Box one = reach_of(bar_in(frame, local, pose));
    all = {std::min(all.x1, one.x1), std::min(all.y1, one.y1), std::max(all.x2, one.x2), std::max(all.y2, one.y2)};
  }
  return all;
}

/// From corner to corner, then stretched until the bars just fill the box: their thickness follows their length, so this
/// takes a few rounds.
Frame fit(const Outline& outline, const ToolPose& pose) {
  const Box& box = pose.box;
  const double left = pose.entry.is_from_left ? box.x1 : box.x2, right = pose.entry.is_from_left ? box.x2 : box.x1;
  const double low = pose.entry.is_from_bottom ? box.y2 : box.y1, high = pose.entry.is_from_bottom ? box.y1 : box.y2;
  Frame frame{{left, low}, {right, high}};
  for (int round = 0; round < kFitRounds; ++round) {
    const Box now = box_of(frame, outline, pose);
    const double scale_x = box.width() / std::max(1.0, now.width());
    const double scale_y = box.height() / std::max(1.0, now.height());
    for (Place* place : {&frame.from, &frame.to}) {
      place->x = box.x1 + (place->x - now.x1) * scale_x;
      place->y = box.y1 + (place->y - now.y1) * scale_y;
    }
  }
  return frame;
}

Bar shaft_of(const Frame& frame, const ToolPose& pose, const Lens& lens) {
  const double dx = frame.from.x - frame.to.x, dy = frame.from.y - frame.to.y;
  const double length = std::max(1.0, std::hypot(dx, dy));
  const double beyond = lens.size.width + lens.size.height;
  const auto near_wrist = 1 / pose.wrist_depth, near_tip = 1 / pose.tip_depth;
  const float gain = static_cast<float>(beyond / length) * (near_wrist - near_tip);
  const float near_end = near_wrist + std::max(0.0F, gain);
  const float radius = std::max(1.0F, 0.98F * kShaftRadius * static_cast<float>(length));
  return {static_cast<float>(frame.from.x),
          static_cast<float>(frame.from.y),
          radius,
          pose.wrist_depth,
          static_cast<float>(frame.from.x + dx / length * beyond),
          static_cast<float>(frame.from.y + dy / length * beyond),
          radius * near_end / near_wrist,
          1 / near_end,
          pose.form == ToolForm::kBipolar ? Material::kBlueShaft : Material::kShaft,
          pose.id,
          static_cast<std::uint8_t>(InstrumentPart::kShaft),
          true};
}

}  // namespace

Entry entry_of(const Activity& activity) {
  const bool is_left = activity.lane == 0 || (activity.lane == 2 && activity.path.turn_x < 0.5);
  const bool is_bottom = activity.lane == 2 || activity.path.turn_y < 0.6;
  return {is_left, is_bottom};
}

Tool make_tool(const ToolPose& pose, const Lens& lens) {
  const Outline outline = outline_of(pose);
  const Frame frame = fit(outline, pose);
  Tool tool;
  tool.tip = frame.to;
  tool.wrist = frame.from;
  tool.bars.push_back(shaft_of(frame, pose, lens));
  for (const LocalBar& local : outline) tool.bars.push_back(bar_in(frame, local, pose));
  return tool;
}

void slide(Tool& tool, float share, ImageSize size) {
  if (share <= 0) return;
  const double dx = tool.wrist.x - tool.tip.x, dy = tool.wrist.y - tool.tip.y;
  const double length = std::max(1.0, std::hypot(dx, dy));
  const double way = static_cast<double>(share) * (length + 0.6 * size.width);
  const double x = dx / length * way, y = dy / length * way;
  for (Bar& bar : tool.bars) {
    bar.x0 += static_cast<float>(x);
    bar.x1 += static_cast<float>(x);
    bar.y0 += static_cast<float>(y);
    bar.y1 += static_cast<float>(y);
  }
  tool.tip = {tool.tip.x + x, tool.tip.y + y};
  tool.wrist = {tool.wrist.x + x, tool.wrist.y + y};
}

}  // namespace surgsigma::drawing
