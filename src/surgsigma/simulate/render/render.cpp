#include "surgsigma/simulate/render/render.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "surgsigma/base/text.h"
#include "surgsigma/simulate/render/faults.h"
#include "surgsigma/simulate/render/outside.h"
#include "surgsigma/simulate/render/overlay.h"
#include "surgsigma/simulate/render/scene.h"
#include "surgsigma/simulate/render/shade.h"

namespace surgsigma {
namespace {

using namespace drawing;

constexpr int kShortestSide = 32, kLongestSide = 4096;
constexpr int kBandRows = 24;
constexpr std::uint8_t kWristPart = static_cast<std::uint8_t>(InstrumentPart::kWrist);

template <class T>
void shape(Raster<T>& raster, ImageSize size, int channels) {
  const bool fits = raster.width == size.width && raster.height == size.height && raster.channels == channels;
  if (!fits) raster = Raster<T>(size.width, size.height, channels);
}

/// Columns of a row inside the field, half-open.
struct Field {
  int begin = 0;
  int end = 0;
};
Field field_of(const std::optional<Circle>& circle, int y, int width) {
  if (!circle) return {0, width};
  const double off = y + 0.5 - circle->y;
  const double square = circle->radius * circle->radius - off * off;
  if (square <= 0) return {0, 0};
  const double half = std::sqrt(square);
  const int begin = std::clamp(static_cast<int>(std::ceil(circle->x - half - 0.5)), 0, width);
  return {begin, std::clamp(static_cast<int>(std::floor(circle->x + half - 0.5)) + 1, begin, width)};
}

/// Nothing of the scene is seen.
void blank(RenderedFrame& out) {
  std::fill(out.instances.values.begin(), out.instances.values.end(), std::uint8_t{0});
  std::fill(out.parts.values.begin(), out.parts.values.end(), std::uint8_t{0});
  std::fill(out.depth_mm.values.begin(), out.depth_mm.values.end(), 0.0F);
  std::fill(out.transmission.values.begin(), out.transmission.values.end(), 1.0F);
}

void black_out(const std::optional<Circle>& circle, Image& image) {
  for (int y = 0; y < image.height; ++y) {
    const Field field = field_of(circle, y, image.width);
    std::fill(image.row(y), image.row(y) + 3 * field.begin, std::uint8_t{0});
    std::fill(image.row(y) + 3 * field.end, image.row(y) + 3 * image.width, std::uint8_t{0});
  }
}

/// Corners of what has been seen so far, in whole pixels.
struct Seen {
  int x1 = 1 << 30;
  int y1 = 1 << 30;
  int x2 = -1;
  int y2 = -1;
  std::int64_t pixels = 0;

  void add(int begin, int end, int y) {
    x1 = std::min(x1, begin);
    x2 = std::max(x2, end);
    y1 = std::min(y1, y);
    y2 = std::max(y2, y + 1);
    pixels += end - begin;
  }
  Box box() const {
    return {static_cast<double>(x1), static_cast<double>(y1), static_cast<double>(x2), static_cast<double>(y2)};
  }
};

/// Boxes and areas from the visible pixels, run by run; what shows nothing goes.
void measure(RenderedFrame& out) {
  std::array<Seen, 256> whole{}, end{};
  for (int y = 0; y < out.instances.height; ++y) {
    const std::uint8_t* ids = out.instances.row(y);
    const std::uint8_t* parts = out.parts.row(y);
    for (int x = 0; x < out.instances.width;) {
      const int begin = x;
      while (x < out.instances.width && ids[x] == ids[begin] && parts[x] == parts[begin]) ++x;
      if (ids[begin] == 0) continue;
      whole[ids[begin]].add(begin, x, y);
      if (parts[begin] != 0 && parts[begin] <= kWristPart) end[ids[begin]].add(begin, x, y);
    }
  }
  std::erase_if(out.objects, [&](const RenderedObject& object) { return whole[object.id].pixels == 0; });
  for (RenderedObject& object : out.objects) {
    object.box = whole[object.id].box();
    object.pixels = whole[object.id].pixels;
    const bool has_end = object.kind == ObjectKind::kInstrument && end[object.id].pixels > 0;
    object.working_end = has_end ? std::optional<Box>(end[object.id].box()) : std::nullopt;
  }
}

}  // namespace

struct Renderer::Parts {
  Stage stage;
  Operation operation;
  RenderOptions options;
  std::int64_t frames = 0;

  Milliseconds time_of(std::int64_t index) const { return time_of_frame(index, options.rate) / 1000; }
  FrameState state_at(Milliseconds t) const;
  const FaultLook* fault_at(Milliseconds t) const;
  void render_inside(Milliseconds t, RenderedFrame& out) const;
  void render_band(const Scene& scene, int first, int rows, Band& band, std::vector<float>& linear, RenderedFrame& out,
                   double& lost) const;
};

FrameState Renderer::Parts::state_at(Milliseconds t) const {
  FrameState state;
  state.time_ms = t;
  const auto word_at = [&](const std::vector<Span>& spans) {
    const Span* span = span_at(spans, t);
    return span == nullptr ? std::string_view() : span->word;
  };
  state.phase = word_at(operation.phases);
  state.step = word_at(operation.steps);
  state.is_out_of_body = span_at(operation.out_of_body, t) != nullptr;
  state.is_adverse = span_at(operation.adverse_events, t) != nullptr;
  state.is_black = span_at(stage.look.black, t) != nullptr;
  for (const Activity& activity : operation.activities) {
    if (activity.begin > t) break;
    if (t >= activity.end) continue;
    state.triplets.push_back({activity.instrument, activity.verb, activity.target, activity.is_idle, activity.lane,
                              static_cast<std::uint8_t>(kToolId + activity.lane)});
  }
  for (const CriterionCourse& course : operation.criteria) state.criteria.push_back(course.met && *course.met <= t);
  state.smoke.airlight = stage.look.smoke.airlight;
  state.smoke.falloff = stage.look.smoke.falloff;
  const View view = stage.track.at(t);
  state.camera = {view.shift_x, view.shift_y, view.zoom, view.tilt, view.motion};
  state.overlay = overlay_texts(stage.look.overlay, t, options.size);
  state.circle = stage.look.circle;
  return state;
}

const FaultLook* Renderer::Parts::fault_at(Milliseconds t) const {
  const auto found = std::find_if(stage.look.faults.begin(), stage.look.faults.end(),
                                  [&](const FaultLook& fault) { return fault.begin <= t && t < fault.end; });
  return found == stage.look.faults.end() ? nullptr : &*found;
}

void Renderer::Parts::render_band(const Scene& scene, int first, int rows, Band& band, std::vector<float>& linear,
                                  RenderedFrame& out, double& lost) const {
  const int halo = first > 0 ? 1 : 0;  // shading looks one row up
  const int width = options.size.width;
  band.reset(first - halo, rows + halo, width);
  draw_tissue(band, scene.grid, stage.cast.backdrop);
  for (const Relief& relief : scene.reliefs) draw_relief(band, relief, stage.lens);
  for (const Bar& bar : scene.bars) draw_bar(band, bar, stage.lens);
  shade(band, halo, stage.look, stage.lens, linear);
  const bool is_smoky = scene.haze > 0 || scene.has_plume;
  for (int row = halo; row < band.rows; ++row) {
    const int y = band.first + row;
    const Field field = field_of(stage.look.circle, y, width);
    const std::size_t start = band.at(0, row);
    float* colours = linear.data() + 3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(row - halo);
    const auto begin = static_cast<std::ptrdiff_t>(start) + field.begin, end = static_cast<std::ptrdiff_t>(start) + field.end;
    std::copy(band.id.begin() + begin, band.id.begin() + end, out.instances.row(y) + field.begin);
    std::copy(band.part.begin() + begin, band.part.begin() + end, out.parts.row(y) + field.begin);
    std::copy(band.depth.begin() + begin, band.depth.begin() + end, out.depth_mm.row(y) + field.begin);
    if (options.with_clean) encode_row(colours, field.begin, field.end, out.clean.row(y));
    if (is_smoky) {
      const SmokeRow smoke{band.depth.data() + start, band.plume.data() + start, scene.haze, scene.plume_depth, y,
                           field.begin, field.end};
      lost += veil(smoke, out.state.smoke, options.size, colours, out.transmission.row(y));
    }
    encode_row(colours, field.begin, field.end, out.image.row(y));
  }
}

void Renderer::Parts::render_inside(Milliseconds t, RenderedFrame& out) const {
  Scene scene;
  set_scene(stage, t, scene);
  out.objects = std::move(scene.objects);
  Band band;
  std::vector<float> linear;
  double lost = 0;
  for (int first = 0; first < options.size.height; first += kBandRows) {
    render_band(scene, first, std::min(kBandRows, options.size.height - first), band, linear, out, lost);
  }
  out.state.smoke.mean_density = lost / static_cast<double>(out.image.pixels());
  black_out(stage.look.circle, out.image);
  if (options.with_clean) black_out(stage.look.circle, out.clean);
  measure(out);
}

float airlight_share(const SmokeState& smoke, int x, int y, ImageSize size) {
  const float half_width = 0.5F * static_cast<float>(size.width), half_height = 0.5F * static_cast<float>(size.height);
  const float off_x = static_cast<float>(x) + 0.5F - half_width, off_y = static_cast<float>(y) + 0.5F - half_height;
  return 1 - smoke.falloff * (off_x * off_x + off_y * off_y) / (half_width * half_width + half_height * half_height);
}

Raster<std::uint8_t> class_mask(const RenderedFrame& frame,
                                const std::function<std::uint8_t(const RenderedObject&)>& value_of,
                                std::uint8_t background) {
  std::array<std::uint8_t, 256> values;
  values.fill(background);
  for (const RenderedObject& object : frame.objects) values[object.id] = value_of(object);
  Raster<std::uint8_t> mask(frame.instances.width, frame.instances.height, 1);
  std::transform(frame.instances.values.begin(), frame.instances.values.end(), mask.values.begin(),
                 [&](std::uint8_t id) { return values[id]; });
  return mask;
}

Result<Renderer> Renderer::create(const Catalog& catalog, const Script& script, const Operation& operation,
                                  std::string id, RenderOptions options) {
  const auto is_side = [](int side) { return side >= kShortestSide && side <= kLongestSide; };
  if (!is_side(options.size.width) || !is_side(options.size.height)) {
    return Error{ErrorKind::kUsage,
                 "a picture of " + std::to_string(options.size.width) + "x" + std::to_string(options.size.height), id,
                 "both sides must be in [32, 4096]"};
  }
  if (options.rate.num <= 0 || options.rate.den <= 0) {
    return Error{ErrorKind::kUsage, "a frame rate of " + to_string(options.rate), id, "it must be positive"};
  }
  SURGSIGMA_TRY(cast, make_cast(catalog, script, operation, options.seed));
  VideoLook look = draw_look(id, operation.end, options);
  CameraTrack track(script, operation, look.drift, options.size);
  Stage stage{std::move(cast),        std::move(look), std::move(track), lens_for(options.size), options.with_smoke,
              operation.criteria};
  const Microseconds length = operation.end * 1000;
  const std::int64_t frames = length <= 0 ? 0 : frame_at(length - 1, options.rate) + 1;
  return Renderer(std::make_unique<const Parts>(Parts{std::move(stage), operation, options, frames}));
}

Renderer::Renderer(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Renderer::Renderer(Renderer&&) noexcept = default;
Renderer& Renderer::operator=(Renderer&&) noexcept = default;
Renderer::~Renderer() = default;

std::int64_t Renderer::frames() const { return parts_->frames; }
const RenderOptions& Renderer::options() const { return parts_->options; }

std::vector<Renderer::FaultSpan> Renderer::faults() const {
  std::vector<FaultSpan> spans;
  for (const FaultLook& fault : parts_->stage.look.faults) spans.push_back({fault.fault, fault.begin, fault.end});
  if (parts_->stage.look.hiding == Fault::kNone) return spans;
  for (const Span& outside : parts_->operation.out_of_body) {
    const bool is_free = std::none_of(spans.begin(), spans.end(), [&](const FaultSpan& span) {
      return span.begin_ms < outside.end && outside.begin < span.end_ms;
    });
    if (is_free) spans.push_back({parts_->stage.look.hiding, outside.begin, outside.end});
  }
  std::sort(spans.begin(), spans.end(), [](const FaultSpan& a, const FaultSpan& b) { return a.begin_ms < b.begin_ms; });
  return spans;
}

void Renderer::render(std::int64_t index, RenderedFrame& out) const {
  const Parts& parts = *parts_;
  const ImageSize size = parts.options.size;
  const Milliseconds now = parts.time_of(std::clamp<std::int64_t>(index, 0, std::max<std::int64_t>(0, parts.frames - 1)));
  const FaultLook* fault = parts.fault_at(now);
  const Milliseconds t = fault == nullptr ? now : fault->fault == Fault::kFrozen ? fault->begin : now - fault->earlier;
  shape(out.image, size, 3);
  shape(out.instances, size, 1);
  shape(out.parts, size, 1);
  shape(out.depth_mm, size, 1);
  shape(out.transmission, size, 1);
  if (parts.options.with_clean) shape(out.clean, size, 3);
  else out.clean = Image();
  blank(out);
  out.objects.clear();
  out.state = parts.state_at(t);
  out.state.time_ms = now;
  if (fault != nullptr) out.state.fault = fault->fault;
  const bool is_dark = out.state.is_black;
  if (is_dark) {
    std::fill(out.image.values.begin(), out.image.values.end(), std::uint8_t{0});
  } else if (const Span* outside = span_at(parts.operation.out_of_body, t)) {
    draw_outside(parts.stage.look, outside->begin, t, out.image);
    black_out(parts.stage.look.circle, out.image);
    if (parts.stage.look.hiding != Fault::kNone) {
      out.state.fault = parts.stage.look.hiding;
      draw_texts(std::exchange(out.state.overlay, {}), out.image);
      hide(out.state.fault, parts.stage.look.texture.seed, out.image);
    }
  } else {
    parts.render_inside(t, out);
    if (fault != nullptr && fault->fault == Fault::kBlurred) fog(out.image);
    if (fault != nullptr && fault->fault == Fault::kOverexposed) overexpose(out.image);
    if (fault != nullptr) black_out(parts.stage.look.circle, out.image);
  }
  draw_texts(out.state.overlay, out.image);
  clear_under(out.state.overlay, out.transmission);
  if (!parts.options.with_clean) return;
  const bool is_inside = !is_dark && !out.state.is_out_of_body;
  if (!is_inside) out.clean = out.image;
  draw_texts(out.state.overlay, out.clean);
}

}  // namespace surgsigma
