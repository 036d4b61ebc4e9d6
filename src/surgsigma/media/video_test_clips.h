// The small clips of tests/media/make_clips.sh, made once for a test program; for tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/media/video.h"

namespace surgsigma::testing_video {

/// The folder with the clips; empty where there is no ffmpeg to make them.
inline const fs::path& clips() {
  static const TemporaryFolder folder;
  static const fs::path made = [] {
    const std::string script = std::string(SURGSIGMA_SOURCE_DIR) + "/tests/media/make_clips.sh";
    const std::string folder_name = folder.path().string();
    const std::string command = "command -v ffmpeg >/dev/null 2>&1 && '" + script + "' '" + folder_name + "'";
    return std::system(command.c_str()) == 0 ? folder.path() : fs::path();
  }();
  return made;
}

class Clips : public testing::Test {
 protected:
  void SetUp() override {
    if (clips().empty()) GTEST_SKIP() << "no ffmpeg command that can make the clips";
  }
  static fs::path clip(const std::string& name) { return clips() / name; }
};

/// The number that the pattern of make_clips.sh wrote into a frame; -1 where it cannot be read.
inline int number_of(const Image& image) {
  const auto digit = [&](int x) {
    const double luma = *image.at(x, image.height / 4) * 219.0 / 255.0 + 16;
    const double tens = (luma - 20) / 20;
    const int nearest = static_cast<int>(tens + 0.5);
    return tens < -0.45 || nearest > 9 || tens - nearest > 0.45 || nearest - tens > 0.45 ? -1 : nearest;
  };
  const int units = digit(image.width / 4), tens = digit(image.width * 3 / 4);
  return units < 0 || tens < 0 ? -1 : 10 * tens + units;
}

inline Video opened(const fs::path& path, VideoOptions options = {}) {
  auto video = Video::open(path, std::move(options));
  EXPECT_TRUE(video) << to_string(video.error());
  return std::move(*video);
}

/// Every frame in order; errors go to `errors`.
inline std::vector<VideoFrame> all_frames(Video& video, std::vector<Error>* errors = nullptr) {
  std::vector<VideoFrame> frames;
  for (int calls = 0; calls < 100'000; ++calls) {
    VideoFrame frame;
    const auto more = video.next(frame);
    if (!more && errors == nullptr) ADD_FAILURE() << to_string(more.error());
    if (!more && errors != nullptr) errors->push_back(more.error());
    if (more && !*more) return frames;
    if (more) frames.push_back(std::move(frame));
  }
  ADD_FAILURE() << "next() does not come to an end";
  return frames;
}

}  // namespace surgsigma::testing_video
