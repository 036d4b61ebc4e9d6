// Small recordings whose frames say which frame they are, for the tests of written media.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/video.h"

namespace surgsigma::testing_media {

inline constexpr ImageSize kSize{160, 96};
inline constexpr int kBits = 10;

/// Ten columns, white for a 1 and black for a 0 of the index; the lowest quarter is grey.
inline Image coded_frame(std::int64_t index, ImageSize size = kSize) {
  Image image(size.width, size.height, 3, 128);
  for (int y = 0; y < size.height * 3 / 4; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int bit = x * kBits / size.width;
      for (int c = 0; c < 3; ++c) image.at(x, y)[c] = (index >> bit & 1) != 0 ? 240 : 16;
    }
  }
  return image;
}

/// The index again, from a frame of any size.
inline std::int64_t index_of(const Image& image) {
  std::int64_t index = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    const int x = (2 * bit + 1) * image.width / (2 * kBits);
    if (*image.at(x, image.height / 4) > 128) index |= std::int64_t{1} << bit;
  }
  return index;
}

inline void write_video(const fs::path& path, std::int64_t frames, FrameRate rate = {25, 1}, ImageSize size = kSize,
                        std::int64_t first = 0) {
  fs::create_directories(path.parent_path());
  ClipSettings settings;
  settings.rate = rate;
  auto clip = ClipWriter::open(path, size, settings);
  ASSERT_TRUE(clip.ok()) << to_string(clip.error());
  for (std::int64_t i = 0; i < frames; ++i) ASSERT_TRUE(clip->add(coded_frame(first + i, size)).ok());
  ASSERT_TRUE(clip->close().ok());
}

inline void write_picture(const fs::path& path, const Image& image) {
  const auto bytes = path.extension() == ".png" ? encode_png(image) : encode_jpeg(image);
  ASSERT_TRUE(bytes.ok() && write_file(path, *bytes).ok());
}

inline std::int64_t index_in(const fs::path& picture) {
  const auto image = read_picture(picture);
  EXPECT_TRUE(image.ok()) << picture;
  return image.ok() ? index_of(*image) : -1;
}

/// The indices that the frames of a clip carry.
inline std::vector<std::int64_t> indices_in(const fs::path& clip) {
  auto video = Video::open(clip);
  EXPECT_TRUE(video.ok()) << clip;
  std::vector<std::int64_t> indices;
  VideoFrame frame;
  while (video.ok()) {
    const auto more = video->next(frame);
    if (!more.ok() || !*more) break;
    indices.push_back(index_of(frame.image));
  }
  return indices;
}

}  // namespace surgsigma::testing_media
