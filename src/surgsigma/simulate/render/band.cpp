#include "surgsigma/simulate/render/band.h"

#include <algorithm>
#include <cmath>

namespace surgsigma::drawing {
namespace {

constexpr float kSteepest = 5;
constexpr float kTubeLift = 0.4F;  // of its radius: a tube lies half sunk into the tissue

float steep(float slope) { return std::clamp(slope, -kSteepest, kSteepest); }

/// Uneven outline: the grain table's clouds seen around the centre.
float outline_factor(const Relief& relief, float off_x, float off_y) {
  const float scale = 70 / std::max(8.0F, relief.half_width + relief.half_height);
  const Grain grain = GrainTable::shared().at(off_x * scale + relief.turn * 97, off_y * scale + relief.turn * 61);
  return 1 + relief.wobble * (0.25F + grain.cloud);
}

ReliefPoint dome_at(const Relief& relief, float x, float y, float mm_of_pixel) {
  ReliefPoint point;
  const float off_x = x - relief.x, off_y = y - relief.y;
  const float qx = off_x / relief.half_width, qy = off_y / relief.half_height;
  const float plain = qx * qx + qy * qy;
  if (plain >= 1) return point;
  const float factor = outline_factor(relief, off_x, off_y);
  const float d2 = plain * factor * factor;
  if (d2 >= 1) return point;
  // A round body stands on the tissue with a rim; a fold rises out of it without one.
  const float root = std::sqrt(1 - d2);
  const float fold = (1 - d2) * (1 - d2);
  const float share = (1 - relief.peak) * root + relief.peak * fold;
  point.height_mm = relief.height_mm * (share - (1 - relief.raised));
  if (point.height_mm <= 0) return point;
  const float fall = (1 - relief.peak) / std::max(0.3F, root) + relief.peak * 4 * (1 - d2);
  point.slope_x = relief.height_mm * fall * qx / (relief.half_width * mm_of_pixel);
  point.slope_y = relief.height_mm * fall * qy / (relief.half_height * mm_of_pixel);
  point.u = off_x;
  point.v = off_y;
  point.is_there = true;
  return point;
}

/// Flat, with a soft rim; a pool is level.
ReliefPoint patch_at(const Relief& relief, float x, float y, float mm_of_pixel) {
  ReliefPoint point;
  const float off_x = x - relief.x, off_y = y - relief.y;
  const float qx = off_x / relief.half_width, qy = off_y / relief.half_height;
  const float plain = qx * qx + qy * qy;
  if (plain >= 1) return point;
  const float factor = outline_factor(relief, off_x, off_y);
  const float d2 = plain * factor * factor / std::max(0.01F, relief.raised);
  if (d2 >= 1) return point;
  const bool is_rim = d2 > 0.7F;
  point.height_mm = relief.height_mm * std::min(1.0F, (1 - d2) / 0.3F);
  if (is_rim) {
    const float fall = relief.height_mm * 2 / 0.3F / mm_of_pixel;
    point.slope_x = fall * qx / relief.half_width;
    point.slope_y = fall * qy / relief.half_height;
  }
  point.u = off_x;
  point.v = off_y;
  point.is_there = true;
  return point;
}

ReliefPoint tube_at(const Relief& relief, float x, float y, float mm_of_pixel) {
  ReliefPoint point;
  const float radius = relief.radius * relief.raised;
  float best = radius * radius, off_x = 0, off_y = 0, along = 0;
  for (std::size_t i = 0; i + 1 < relief.line.size(); ++i) {
    const auto ax = static_cast<float>(relief.line[i].x), ay = static_cast<float>(relief.line[i].y);
    const auto dx = static_cast<float>(relief.line[i + 1].x) - ax, dy = static_cast<float>(relief.line[i + 1].y) - ay;
    const float share = std::clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy + 1e-6F), 0.0F, 1.0F);
    const float ex = x - ax - share * dx, ey = y - ay - share * dy;
    const float d2 = ex * ex + ey * ey;
    if (d2 >= best) continue;
    best = d2;
    off_x = ex;
    off_y = ey;
    along = (static_cast<float>(i) + share) / static_cast<float>(relief.line.size() - 1);
    point.is_there = true;
  }
  if (!point.is_there || std::abs(along - 0.5F) < relief.gap / 2) return {};
  const float root = std::sqrt(std::max(0.02F, 1 - best / (radius * radius)));
  const float sunk = 1 - smooth_step(0, 0.12F, std::min(along, 1 - along));  // its ends dive into the tissue
  point.height_mm = radius * mm_of_pixel * (root + kTubeLift - 1.3F * sunk);
  if (point.height_mm <= 0) return {};
  point.slope_x = off_x / (radius * root);
  point.slope_y = off_y / (radius * root);
  point.u = along * 300;
  point.v = off_x + off_y;
  return point;
}

/// Rows of the band that a box reaches, half-open.
struct Rows {
  int begin = 0;
  int end = 0;
};
Rows rows_of(const Band& band, const Box& reach) {
  return {std::max(0, static_cast<int>(std::floor(reach.y1)) - band.first),
          std::min(band.rows, static_cast<int>(std::ceil(reach.y2)) - band.first)};
}
Rows columns_of(const Band& band, const Box& reach) {
  return {std::max(0, static_cast<int>(std::floor(reach.x1))),
          std::min(band.width, static_cast<int>(std::ceil(reach.x2)))};
}

GridNode mixed(const GridNode& a, const GridNode& b, float t) {
  const auto mix = [t](float p, float q) { return p + t * (q - p); };
  return {mix(a.depth, b.depth), mix(a.slope_x, b.slope_x), mix(a.slope_y, b.slope_y), mix(a.u, b.u),
          mix(a.v, b.v),         mix(a.upper, b.upper),     mix(a.lower, b.lower),     mix(a.side, b.side),
          mix(a.blood, b.blood), mix(a.plume, b.plume)};
}

/// A row between two rows of the grid.
void mix_rows(const Grid& grid, float y, std::vector<GridNode>& row) {
  const float at = std::clamp(y / kGridStep, 0.0F, static_cast<float>(grid.rows - 1) - 1e-3F);
  const int upper = static_cast<int>(at);
  row.resize(static_cast<std::size_t>(grid.columns));
  for (int i = 0; i < grid.columns; ++i) {
    row[static_cast<std::size_t>(i)] = mixed(grid.at(i, upper), grid.at(i, upper + 1), at - static_cast<float>(upper));
  }
}

}  // namespace

Lens lens_for(ImageSize size) {
  return {size, 0.87F * static_cast<float>(size.width), 0.5F * static_cast<float>(size.width),
          0.5F * static_cast<float>(size.height)};
}

ReliefPoint relief_at(const Relief& relief, float x, float y, float mm_of_pixel) {
  if (relief.raised <= 0) return {};
  switch (relief.form) {
    case TargetForm::kTube:
      return tube_at(relief, x, y, mm_of_pixel);
    case TargetForm::kPatch:
    case TargetForm::kPool:
      return patch_at(relief, x, y, mm_of_pixel);
    case TargetForm::kDome:
      return dome_at(relief, x, y, mm_of_pixel);
    case TargetForm::kNone:
      break;
  }
  return {};
}

Box reach_of(const Relief& relief) {
  if (relief.form != TargetForm::kTube) {
    return {static_cast<double>(relief.x - relief.half_width), static_cast<double>(relief.y - relief.half_height),
            static_cast<double>(relief.x + relief.half_width), static_cast<double>(relief.y + relief.half_height)};
  }
  Box box{1e9, 1e9, -1e9, -1e9};
  const double radius = static_cast<double>(relief.radius);
  for (const Place& place : relief.line) {
    box = {std::min(box.x1, place.x - radius), std::min(box.y1, place.y - radius), std::max(box.x2, place.x + radius),
           std::max(box.y2, place.y + radius)};
  }
  return box;
}

Box reach_of(const Bar& bar) {
  return {static_cast<double>(std::min(bar.x0 - bar.radius0, bar.x1 - bar.radius1)),
          static_cast<double>(std::min(bar.y0 - bar.radius0, bar.y1 - bar.radius1)),
          static_cast<double>(std::max(bar.x0 + bar.radius0, bar.x1 + bar.radius1)),
          static_cast<double>(std::max(bar.y0 + bar.radius0, bar.y1 + bar.radius1))};
}

void Band::reset(int first_row, int row_count, int wide) {
  first = first_row;
  rows = row_count;
  width = wide;
  const std::size_t count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(width);
  for (auto* values : {&depth, &slope_x, &slope_y, &u, &v, &blood, &plume}) values->resize(count);
  for (auto* values : {&material, &id, &part}) values->resize(count);
}

void draw_tissue(Band& band, const Grid& grid, const Backdrop& backdrop) {
  std::vector<GridNode> line;
  for (int row = 0; row < band.rows; ++row) {
    mix_rows(grid, static_cast<float>(band.first + row) + 0.5F, line);
    for (int x = 0; x < band.width; ++x) {
      const float at = (static_cast<float>(x) + 0.5F) / kGridStep;
      const auto left = std::min(static_cast<std::size_t>(at), line.size() - 2);
      const GridNode node = mixed(line[left], line[left + 1], at - static_cast<float>(left));
      const std::size_t i = band.at(x, row);
      band.depth[i] = node.depth;
      band.slope_x[i] = node.slope_x;
      band.slope_y[i] = node.slope_y;
      band.u[i] = node.u;
      band.v[i] = node.v;
      band.blood[i] = node.blood;
      band.plume[i] = node.plume;
      band.part[i] = 0;
      const bool is_upper = node.upper > 0, is_side = node.side > 0, is_lower = node.lower > 0;
      band.id[i] = is_upper ? kUpperId : is_side ? kSideId : is_lower ? kLowerId : kFarId;
      const Backdrop::Region& region =
          is_upper ? backdrop.upper : is_side ? backdrop.side : is_lower ? backdrop.lower : backdrop.far;
      band.material[i] = static_cast<std::uint8_t>(region.material);
    }
  }
}

void draw_relief(Band& band, const Relief& relief, const Lens& lens) {
  const Box reach = reach_of(relief);
  const Rows rows = rows_of(band, reach), columns = columns_of(band, reach);
  const float mm = mm_per_pixel(lens);
  const bool is_pool = relief.form == TargetForm::kPool;
  const bool is_fold = relief.form == TargetForm::kDome && relief.peak > 0.5F;
  for (int row = rows.begin; row < rows.end; ++row) {
    for (int x = columns.begin; x < columns.end; ++x) {
      const ReliefPoint point =
          relief_at(relief, static_cast<float>(x) + 0.5F, static_cast<float>(band.first + row) + 0.5F, mm);
      if (!point.is_there) continue;
      const std::size_t i = band.at(x, row);
      const bool goes_on = is_fold && band.material[i] == static_cast<std::uint8_t>(relief.material);
      const float below = is_pool ? 0.0F : is_fold ? 1.0F : 0.6F;
      band.depth[i] -= point.height_mm;
      band.slope_x[i] = steep(below * band.slope_x[i] + point.slope_x);
      band.slope_y[i] = steep(below * band.slope_y[i] + point.slope_y);
      if (!goes_on) {
        band.u[i] = point.u + 91;
        band.v[i] = point.v + 37;
      }
      band.blood[i] *= 0.5F;
      const bool is_covered =
          relief.covered > 0 &&
          0.5F + 0.8F * GrainTable::shared().at(point.u * 3.1F + 17, point.v * 3.1F + relief.turn * 40).cloud <
              relief.covered;
      band.material[i] = static_cast<std::uint8_t>(is_covered ? relief.cover : relief.material);
      band.id[i] = is_covered ? relief.cover_id : relief.id;
      band.part[i] = 0;
    }
  }
}

void draw_bar(Band& band, const Bar& bar, const Lens& lens) {
  const Box reach = reach_of(bar);
  const Rows rows = rows_of(band, reach), columns = columns_of(band, reach);
  const float dx = bar.x1 - bar.x0, dy = bar.y1 - bar.y0;
  const float square = dx * dx + dy * dy + 1e-6F, length = std::sqrt(square);
  const float near0 = 1 / bar.depth0, near1 = 1 / bar.depth1;
  const float thickest = std::max(bar.radius0, bar.radius1);
  for (int row = rows.begin; row < rows.end; ++row) {
    const float py = static_cast<float>(band.first + row) + 0.5F - bar.y0;
    for (int x = columns.begin; x < columns.end; ++x) {
      const float px = static_cast<float>(x) + 0.5F - bar.x0;
      const float across = (px * dy - py * dx) / length;
      if (std::abs(across) > thickest) continue;
      const float along = (px * dx + py * dy) / square;
      if (bar.is_flat_at_0 && along < 0) continue;
      const float share = std::clamp(along, 0.0F, 1.0F);
      const float radius = bar.radius0 + share * (bar.radius1 - bar.radius0);
      const float ex = (px - share * dx) / radius, ey = (py - share * dy) / radius;
      const float d2 = ex * ex + ey * ey;
      if (d2 >= 1) continue;
      const float facing = std::sqrt(1 - d2);
      const float axis = 1 / (near0 + share * (near1 - near0));
      const float depth = axis - facing * radius * axis / lens.focal;
      const std::size_t i = band.at(x, row);
      if (depth >= band.depth[i]) continue;
      band.depth[i] = depth;
      band.slope_x[i] = steep(ex / std::max(0.1F, facing));
      band.slope_y[i] = steep(ey / std::max(0.1F, facing));
      band.u[i] = share * length;
      band.v[i] = across;
      band.blood[i] = 0;
      band.material[i] = static_cast<std::uint8_t>(bar.material);
      band.id[i] = bar.id;
      band.part[i] = bar.part;
    }
  }
}

float surface_depth(const Grid& grid, const std::vector<Relief>& reliefs, const Lens& lens, float x, float y) {
  const float column = std::clamp(x / kGridStep, 0.0F, static_cast<float>(grid.columns - 1) - 1e-3F);
  const float row = std::clamp(y / kGridStep, 0.0F, static_cast<float>(grid.rows - 1) - 1e-3F);
  const int i = static_cast<int>(column), j = static_cast<int>(row);
  const float fx = column - static_cast<float>(i), fy = row - static_cast<float>(j);
  const float top = grid.at(i, j).depth + fx * (grid.at(i + 1, j).depth - grid.at(i, j).depth);
  const float bottom = grid.at(i, j + 1).depth + fx * (grid.at(i + 1, j + 1).depth - grid.at(i, j + 1).depth);
  float depth = top + fy * (bottom - top);
  for (const Relief& relief : reliefs) {
    const ReliefPoint point = relief_at(relief, x, y, mm_per_pixel(lens));
    if (point.is_there) depth -= point.height_mm;
  }
  return depth;
}

}  // namespace surgsigma::drawing
