#include "surgsigma/simulate/render/faults.h"

#include <algorithm>
#include <array>

#include "surgsigma/media/resize.h"

namespace surgsigma::drawing {

void fog(Image& image) {
  const ImageSize size = image.size();
  const ImageSize small{std::max(2, size.width / 24), std::max(2, size.height / 24)};
  image = *resized(*resized(image, small, Resampling::kArea), size, Resampling::kBilinear);
  for (std::uint8_t& value : image.values) value = static_cast<std::uint8_t>((3 * value + 150) / 4);
}

void overexpose(Image& image) {
  for (std::uint8_t& value : image.values) value = static_cast<std::uint8_t>(std::min(255, 90 + 7 * value));
}

void hide(Fault hiding, std::uint32_t seed, Image& image) {
  if (hiding == Fault::kPixelated) {
    const int tile = std::max(2, image.width / static_cast<int>(24 + seed % 25));
    const ImageSize size = image.size();
    const Image tiles = shrunk(image, tile);
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) std::copy_n(tiles.at(x / tile, y / tile), 3, image.at(x, y));
    }
  } else {
    constexpr std::array<std::array<std::uint8_t, 3>, 5> kColours = {
        {{128, 128, 128}, {255, 255, 255}, {20, 40, 200}, {0, 160, 60}, {70, 70, 80}}};
    for (std::size_t i = 0; i < image.values.size(); i += 3) {
      std::copy_n(kColours[seed % kColours.size()].begin(), 3, image.values.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

}  // namespace surgsigma::drawing
