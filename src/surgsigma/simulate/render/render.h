// The pictures of an invented operation: a small software renderer with a depth buffer, and for every picture the exact
// truth about it. A frame is a pure function of (operation, id, options, index): any frame may be asked for in any order
// and from any thread and has the same bytes.
//
// What the script says is drawn where and when it says so: an instrument's working end (clasper and wrist) fills the box
// of its activity's path, its shaft comes in from the border; anatomy fills the box of its sight. Everything else (look of
// the tissue, light, slow camera drift, ambient smoke, circular field, overlay, black sections) is drawn from the seed and
// the id alone and knows nothing of the labels.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/media/image.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/simulate/operation.h"

namespace surgsigma {

struct RenderOptions {
  ImageSize size{854, 480};
  FrameRate rate{25, 1};
  std::uint64_t seed = 1;
  std::optional<bool> with_overlay;  ///< a made-up patient name and a clock; absent: drawn per video
  std::optional<bool> with_circle;   ///< round field in a black surround; absent: drawn per video
  bool with_black_sections = true;   ///< now and then the light goes off for a second or two
  bool with_smoke = true;
  bool with_clean = false;  ///< fill RenderedFrame::clean
  bool with_faults = false;  ///< what recorders and publishers do to pictures: see Fault
};

enum class ObjectKind { kAnatomy, kInstrument, kObject };
/// Values of RenderedFrame::parts.
enum class InstrumentPart : std::uint8_t { kNone, kClasper, kWrist, kShaft };

/// What is wrong with a picture. A frozen or repeated one shows, with its truth, an earlier moment of the video.
enum class Fault {
  kNone,
  kFrozen,       ///< the recorder shows its last picture for some seconds
  kRepeated,     ///< a part that was shown before comes again
  kBlurred,      ///< the lens is fogged
  kOverexposed,  ///< the light is far too bright
  kPixelated,    ///< out of the body, in coarse tiles, as publishers do
  kBlank,        ///< out of the body, one colour
};

/// Something that shows at least one pixel.
struct RenderedObject {
  std::uint8_t id = 0;  ///< value in RenderedFrame::instances; the same thing keeps its id through the video
  ObjectKind kind = ObjectKind::kAnatomy;
  ConceptId concept_id;
  std::string_view word;           ///< as in the operation; empty when the script does not name it
  int lane = -1;                   ///< of an instrument, and of what it acts on
  Box box;                         ///< around all visible pixels
  std::optional<Box> working_end;  ///< of an instrument: around the visible pixels of clasper and wrist
  std::int64_t pixels = 0;
};

/// What one hand does, in the script's words.
struct RenderedTriplet {
  std::string_view instrument;
  std::string_view verb;
  std::string_view target;
  bool is_idle = false;
  int lane = 0;
  std::uint8_t instance = 0;  ///< of the instrument, whether visible or not
};

/// Smoke of one frame: seen = clean * t^k + airlight * share * (1 - t^k) in linear light, per channel (red, green, blue).
struct SmokeState {
  std::array<float, 3> extinction{1.0F, 1.02F, 1.06F};  ///< the exponents k
  std::array<float, 3> airlight{0.8F, 0.8F, 0.8F};
  float falloff = 0;  ///< share = 1 - falloff * (distance from the centre / half the diagonal)^2
  double mean_density = 0;  ///< mean of 1 - t inside the field; 0: no smoke
};
/// Share of the airlight at the centre of a pixel.
float airlight_share(const SmokeState& smoke, int x, int y, ImageSize size);

/// A point of the scene at p from the middle stands at shift + zoom * (p turned by tilt), in pixels from the middle: two
/// states give what the tissue did between two frames.
struct CameraState {
  double shift_x = 0;
  double shift_y = 0;
  double zoom = 1;
  double tilt = 0;          ///< radians, clockwise
  std::string_view motion;  ///< the script's movement going on; empty when it scripts none
};

struct RenderedText {
  Box box;
  std::string text;
};

struct Circle {
  double x = 0;
  double y = 0;
  double radius = 0;
};

struct FrameState {
  Milliseconds time_ms = 0;
  std::string_view phase;  ///< empty before the labels begin and after they end
  std::string_view step;
  bool is_out_of_body = false;
  bool is_black = false;
  bool is_adverse = false;
  Fault fault = Fault::kNone;
  std::vector<RenderedTriplet> triplets;  ///< also in black frames: the hands go on
  std::vector<bool> criteria;             ///< met, in the script's order
  SmokeState smoke;
  CameraState camera;
  std::vector<RenderedText> overlay;
  std::optional<Circle> circle;
};

/// Instances are 0, depth 0 and transmission 1 where nothing of the scene is seen: outside the circle, in black frames and
/// out of the body. Text of the overlay hides pixels of the picture but not of the truth; transmission is 1 there.
struct RenderedFrame {
  Image image;
  Image clean;  ///< the same picture without smoke; empty unless asked for
  Raster<std::uint8_t> instances;
  Raster<std::uint8_t> parts;  ///< InstrumentPart
  std::vector<RenderedObject> objects;  ///< by id
  FloatImage depth_mm;                  ///< along the optical axis
  FloatImage transmission;              ///< t of the red channel
  FrameState state;
};

/// Per pixel the value that `value_of` gives its object; `background` where there is none.
Raster<std::uint8_t> class_mask(const RenderedFrame& frame,
                                const std::function<std::uint8_t(const RenderedObject&)>& value_of,
                                std::uint8_t background = 0);

class Renderer {
 public:
  /// `catalog` and `script` must outlive the renderer; `id` names the video for its draws. kUsage when the size is not in
  /// [32, 4096] or the rate not positive, kNotFound when the catalog knows no concept for a word of the operation.
  static Result<Renderer> create(const Catalog& catalog, const Script& script, const Operation& operation,
                                 std::string id, RenderOptions options = {});

  Renderer(Renderer&&) noexcept;
  Renderer& operator=(Renderer&&) noexcept;
  ~Renderer();

  /// Frames until the end of the operation.
  std::int64_t frames() const;
  const RenderOptions& options() const;
  /// Times [begin, end) in which pictures have a fault, in order and apart; empty without with_faults.
  struct FaultSpan {
    Fault fault = Fault::kNone;
    std::int64_t begin_ms = 0;
    std::int64_t end_ms = 0;
  };
  std::vector<FaultSpan> faults() const;
  /// `index` in [0, frames()); the nearest valid one otherwise. Memory of `out` is used again.
  void render(std::int64_t index, RenderedFrame& out) const;

 private:
  struct Parts;
  explicit Renderer(std::unique_ptr<const Parts> parts);
  std::unique_ptr<const Parts> parts_;
};

}  // namespace surgsigma
