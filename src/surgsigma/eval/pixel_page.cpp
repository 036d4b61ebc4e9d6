// Input, right and answer of a pair as small pictures for the page.
#include <algorithm>
#include <cmath>

#include "surgsigma/base/base64.h"
#include "surgsigma/eval/pixel_scores.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/resize.h"
#include "surgsigma/media/video.h"

namespace surgsigma {
namespace {

constexpr int kLongSide = 320;
constexpr int kQuality = 85;

/// The last frame: the farthest from what was given.
Result<Image> last_frame(const fs::path& file) {
  SURGSIGMA_TRY(video, Video::open(file));
  Image last;
  SURGSIGMA_CHECK(video.frames({video.info().frames - 1}, [&](VideoFrame&& frame) -> Status {
    last = std::move(frame.image);
    return done();
  }));
  return last;
}

/// Any class white.
Result<Image> mask_picture(const fs::path& file) {
  SURGSIGMA_TRY(mask, read_class_ids(file));
  for (std::uint8_t& value : mask.values) value = value == 0 ? 0 : 255;
  return mask;
}

/// Near is bright, between the ends of the map itself.
Result<Image> depth_picture(const fs::path& file, const AnswerNotes& notes) {
  if (notes.depth == DepthAnswer::kView) return read_picture(file);
  DepthConvention convention;
  convention.invalid = {};
  convention.unit = notes.depth == DepthAnswer::kDistance ? notes.unit : DepthUnit::kRelative;
  convention.is_inverse = notes.depth == DepthAnswer::kDisparity;
  SURGSIGMA_TRY(map, read_depth(file, convention));
  const FloatImage near = nearness(map, convention);
  float least = std::numeric_limits<float>::infinity(), most = -least;
  for (const float value : near.values) {
    if (!std::isfinite(value)) continue;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  Image grey(near.width, near.height, 1);
  for (std::size_t i = 0; i < near.values.size() && most > least; ++i) {
    if (!std::isfinite(near.values[i])) continue;
    grey.values[i] = static_cast<std::uint8_t>(255 * (near.values[i] - least) / (most - least));
  }
  return grey;
}

Result<Image> shown(const PixelTest& test, const fs::path& file, bool is_answer) {
  switch (test.family) {
    case PixelFamily::kMasks:
      return mask_picture(file);
    case PixelFamily::kDepth:
      return depth_picture(file, is_answer ? test.answers.notes : AnswerNotes());
    case PixelFamily::kClips:
      return last_frame(file);
    default:
      return read_picture(file);
  }
}

void add(const std::string& caption, const Result<Image>& picture, std::vector<PagePicture>& pictures) {
  if (!picture || picture->is_empty()) return;
  const auto small = resized(*picture, fit_long_side(picture->size(), kLongSide), Resampling::kArea);
  if (!small) return;
  const auto bytes = encode_jpeg(*small, kQuality);
  if (bytes) pictures.push_back({caption, "data:image/jpeg;base64," + base64(*bytes)});
}

}  // namespace

std::vector<PagePicture> page_pictures(const PixelTest& test, std::size_t index) {
  const PixelPair& pair = test.pairs[index];
  const bool is_clip = test.family == PixelFamily::kClips;
  std::vector<PagePicture> pictures;
  add("input", read_picture(test.folder / pair.input), pictures);
  add(is_clip ? "right (last frame)" : "right", shown(test, test.folder / pair.gold, false), pictures);
  const fs::path& answer = test.answers.files[index];
  if (!answer.empty()) add(is_clip ? "answer (last frame)" : "answer", shown(test, answer, true), pictures);
  return pictures;
}

}  // namespace surgsigma
