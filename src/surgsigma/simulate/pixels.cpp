#include "surgsigma/simulate/pixels.h"

#include <algorithm>
#include <map>

#include "surgsigma/base/text.h"
#include "surgsigma/base/time.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/schema/pattern.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma {
namespace {

constexpr ImageSize kUsualSize{854, 480};
constexpr int kJpegQuality = 92;
constexpr std::size_t kBlock = 16;  ///< frames of a video that are drawn while as many before them are encoded
constexpr std::string_view kAnyInstrument = "ins.instrument";

/// Masks of class ids: where they lie, which vocabulary numbers them, and whether they tell parts of instruments apart.
struct MaskLayout {
  std::string_view layout;
  const char* pattern;
  std::string_view vocabulary;
  bool has_parts;
  std::int64_t every_s;
};
constexpr MaskLayout kMasks[] = {
    {"endoscapes2023", "semseg/{video}_{index}.png", "objects", false, 30},
    {"sar-rarp50", "video_{video:02}/segmentation/{index:09}.png", "mask_classes", true, 1},
};

class PixelWriter {
 public:
  PixelWriter(const World& world, const Layout& layout, const fs::path& folder, int jobs)
      : world_(world), layout_(layout), folder_(folder), jobs_(jobs) {}

  Result<WrittenPixels> write(VideoNumber video) {
    captures_["video"] = named(video.number);
    SURGSIGMA_TRY(key, case_key_of(world_.card, named(video.operation)));
    SURGSIGMA_TRY(operation, operation_of(world_, named(video.operation)));
    SURGSIGMA_TRY(renderer, renderer_of(world_, key, operation));
    const bool has_video = world_.card.video_media.ends_with(".mp4");
    for (const Renderer::FaultSpan& span : renderer.faults()) {
      SURGSIGMA_CHECK(note_fault(span, has_video ? world_.card.video_media : world_.card.frame_media));
    }
    if (has_video) {
      SURGSIGMA_CHECK(write_clip(renderer));
    } else if (!world_.card.frame_media.empty()) {
      SURGSIGMA_CHECK(write_pictures(renderer));
    }
    for (const MaskLayout& masks : kMasks) {
      if (masks.layout == layout_.name) SURGSIGMA_CHECK(write_masks(renderer, masks));
    }
    return written_;
  }

 private:
  std::string named(int number) const {
    return layout_.captured == nullptr ? std::to_string(number) : layout_.captured(number);
  }

  std::int64_t frames_per_second() const {
    return std::max<std::int64_t>(world_.card.frame_rate.num / world_.card.frame_rate.den, 1);
  }

  /// Of pictures the folder is named.
  Status note_fault(const Renderer::FaultSpan& span, const std::string& pattern) {
    if (pattern.empty()) return done();
    captures_["index"] = "0";
    SURGSIGMA_TRY(name, fill_pattern(pattern, captures_));
    const std::string file = name.ends_with(".mp4") ? name : name.substr(0, name.rfind('/'));
    written_.faults.push_back({file, std::string(fault_word(span.fault)) + " " + clock_text(1000 * span.begin_ms) + " to " +
                                         clock_text(1000 * span.end_ms)});
    return done();
  }

  Status write_clip(const Renderer& renderer) {
    SURGSIGMA_TRY(name, fill_pattern(world_.card.video_media, captures_));
    const fs::path path = folder_ / name;
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    ClipSettings settings;
    settings.rate = renderer.options().rate;
    SURGSIGMA_TRY(clip, ClipWriter::open(path, renderer.options().size, settings));
    SURGSIGMA_CHECK(write_frames(renderer, clip));
    SURGSIGMA_CHECK(clip.close());
    ++written_.files;
    written_.bytes += static_cast<std::int64_t>(fs::file_size(path, code));
    return done();
  }

  /// The encoder takes one frame after the other; meanwhile the other threads draw the next block.
  Status write_frames(const Renderer& renderer, ClipWriter& clip) {
    std::vector<RenderedFrame> drawn(kBlock), drawing(kBlock);
    const auto frames = static_cast<std::size_t>(renderer.frames());
    const auto block_at = [&](std::size_t begin) { return std::min(kBlock, frames - std::min(begin, frames)); };
    Status encoded = done();
    for (std::size_t begin = 0; begin < frames + kBlock && encoded.ok(); begin += kBlock) {
      const std::size_t before = begin == 0 ? 0 : block_at(begin - kBlock);
      parallel_for(1 + block_at(begin), jobs_, [&](std::size_t task) {
        if (task > 0) return renderer.render(static_cast<std::int64_t>(begin + task - 1), drawing[task - 1]);
        for (std::size_t i = 0; i < before && encoded.ok(); ++i) encoded = clip.add(drawn[i].image);
      });
      written_.pictures += static_cast<std::int64_t>(before);
      std::swap(drawn, drawing);
    }
    return encoded;
  }

  Status write_pictures(const Renderer& renderer) {
    const std::int64_t card_step = std::max<std::int64_t>(world_.card.frame_media_step, 1);
    const std::int64_t wanted = layout_.picture_step > 0 ? layout_.picture_step : frames_per_second();
    const std::int64_t step = std::max(wanted / card_step, std::int64_t{1}) * card_step;
    RenderedFrame frame;
    for (std::int64_t i = 0; i < renderer.frames(); i += step) {
      renderer.render(i, frame);
      const std::int64_t index = world_.card.frame_media_first + i / card_step;
      SURGSIGMA_CHECK(write_picture(world_.card.frame_media, index, frame.image));
    }
    return done();
  }

  Status write_masks(const Renderer& renderer, const MaskLayout& masks) {
    SURGSIGMA_TRY(vocabulary, vocabulary_of(world_.card, masks.vocabulary));
    RenderedFrame frame;
    for (std::int64_t i = 0; i < renderer.frames(); i += masks.every_s * frames_per_second()) {
      renderer.render(i, frame);
      Image mask = masks.has_parts ? part_mask(frame, *vocabulary) : class_mask(frame, [&](const RenderedObject& object) {
        return class_of(object, *vocabulary);
      });
      SURGSIGMA_CHECK(write_picture(masks.pattern, i, mask));
    }
    return done();
  }

  static std::uint8_t class_of(const RenderedObject& object, const Vocabulary& vocabulary) {
    const VocabularyLabel* label = label_of(object, vocabulary);
    return label == nullptr ? std::uint8_t{0} : static_cast<std::uint8_t>(label->id);
  }

  static Image part_mask(const RenderedFrame& frame, const Vocabulary& vocabulary) {
    std::array<std::uint8_t, 4> id_of{};
    const std::array<std::string_view, 4> concepts = {"", "ins.part.clasper", "ins.part.wrist", "ins.part.shaft"};
    for (const VocabularyLabel& label : vocabulary.labels) {
      for (std::size_t part = 1; part < concepts.size(); ++part) {
        if (label.concept_id.text == concepts[part]) id_of[part] = static_cast<std::uint8_t>(label.id);
      }
    }
    Image mask(frame.parts.width, frame.parts.height, 1);
    for (std::size_t i = 0; i < mask.values.size(); ++i) mask.values[i] = id_of[std::min<std::size_t>(frame.parts.values[i], 3)];
    return mask;
  }

  Status write_picture(std::string_view pattern, std::int64_t index, const Image& picture) {
    captures_["index"] = std::to_string(index);
    SURGSIGMA_TRY(name, fill_pattern(pattern, captures_));
    const auto bytes = name.ends_with(".jpg") ? encode_jpeg(picture, kJpegQuality) : encode_png(picture);
    if (!bytes.ok()) return bytes.error();
    SURGSIGMA_CHECK(write_file(folder_ / name, *bytes));
    ++written_.files;
    ++written_.pictures;
    written_.bytes += static_cast<std::int64_t>(bytes->size());
    return done();
  }

  const World& world_;
  const Layout& layout_;
  fs::path folder_;
  int jobs_ = 1;
  Captures captures_;
  WrittenPixels written_;
};

}  // namespace

Result<Renderer> renderer_of(const World& world, const std::string& case_key, const Operation& operation) {
  RenderOptions options;
  options.size = world.card.frame_size.value_or(kUsualSize);
  options.rate = world.card.frame_rate;
  options.seed = world.seed;
  options.with_faults = world.has_faults;
  return Renderer::create(world.catalog, world.script, operation, case_key, options);
}

std::string_view fault_word(Fault fault) {
  switch (fault) {
    case Fault::kNone: break;
    case Fault::kFrozen: return "frozen";
    case Fault::kRepeated: return "repeated";
    case Fault::kBlurred: return "blurred";
    case Fault::kOverexposed: return "overexposed";
    case Fault::kPixelated: return "pixelated";
    case Fault::kBlank: return "blank";
  }
  return "";
}

const VocabularyLabel* label_of(const RenderedObject& object, const Vocabulary& vocabulary) {
  for (const VocabularyLabel& label : vocabulary.labels) {
    const bool is_any = object.kind == ObjectKind::kInstrument && label.concept_id.text == kAnyInstrument;
    if (is_any || label.concept_id == object.concept_id) return &label;
  }
  return nullptr;
}

Result<WrittenPixels> write_pixels(const World& world, const Layout& layout, VideoNumber video, const fs::path& folder,
                                   int jobs) {
  return PixelWriter(world, layout, folder, jobs).write(video);
}

}  // namespace surgsigma
