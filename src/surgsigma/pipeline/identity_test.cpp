// Altered copies of drawn and of real recordings: this room sees the renderer, the copies and the matching. The run
// over 500 recordings is `bench_pixels identity`; this one is short.
#include "surgsigma/refine/identity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/quality.h"
#include "surgsigma/media/video.h"
#include "surgsigma/simulate/copies.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma {
namespace {

using Pictures = std::vector<Image>;

const Catalog& catalog() {
  static const Catalog loaded = std::move(*load_catalog(SURGSIGMA_SOURCE_DIR "/catalog"));
  return loaded;
}

/// A picture a second of an invented operation, and the same `shift` frames later.
struct Recording {
  Pictures now, later;
};
constexpr int kShift = 11;  ///< of 25 frames a second

Recording recording(int number, int seconds) {
  const Script& script = scripts()[static_cast<std::size_t>(number) % scripts().size()];
  const auto valid = valid_triplets(*catalog().source(SourceId(std::string(script.home))));
  const std::string id = "identity:" + std::to_string(number);
  const Operation operation = make_operation(script, *valid, 1, id, 0.2);
  RenderOptions options;
  options.size = {240, 136};
  options.seed = 7;
  const auto made = Renderer::create(catalog(), script, operation, id, options);
  EXPECT_TRUE(made);
  Recording shown;
  RenderedFrame frame;
  const std::int64_t first = made->frames() / 3;
  for (int second = 0; second < seconds; ++second) {
    made->render(first + 25 * second, frame);
    shown.now.push_back(frame.image);
    made->render(first + 25 * second + kShift, frame);
    shown.later.push_back(frame.image);
  }
  return shown;
}

void add(std::vector<Fingerprint>& prints, std::uint32_t video, const Pictures& pictures, Microseconds step = kSecond) {
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto measured = measure_frame(pictures[i]);
    ASSERT_TRUE(measured);
    if (measured->hash.contrast < IdentityRules{}.contrast) continue;
    prints.push_back({video, static_cast<Microseconds>(i) * step, measured->hash.views});
  }
}

/// The pictures from `begin` on, altered.
Pictures copied(const CopyRow& row, const Pictures& pictures, std::size_t begin, std::size_t end, int number) {
  Pictures out;
  for (std::size_t i = begin; i < std::min(end, pictures.size()); ++i) {
    out.push_back(row.alter(pictures[i], Draws(3, std::to_string(number), row.name)));
  }
  if (!row.is_encoded) return out;
  auto encoded = reencoded(out);
  EXPECT_TRUE(encoded) << to_string(encoded.error());
  return *encoded;
}

TEST(IdentityDrawn, CopiesOfEveryKindAreFoundAndNothingElse) {
  constexpr int kVideos = 12;
  constexpr std::size_t kBegin = 6, kEnd = 24;  // seconds that are copied
  std::vector<Recording> videos;
  std::vector<Fingerprint> originals;
  for (int i = 0; i < kVideos; ++i) {
    videos.push_back(recording(i, 30));
    add(originals, static_cast<std::uint32_t>(i), videos.back().now);
  }
  EXPECT_TRUE(find_matches(originals).empty());
  int copies = 0, found = 0;
  for (const CopyRow& row : copy_rows()) {
    std::vector<Fingerprint> prints = originals;
    for (int i = 0; i < kVideos; ++i) {
      add(prints, static_cast<std::uint32_t>(kVideos + i),
          copied(row, videos[static_cast<std::size_t>(i)].later, kBegin, kEnd, i));
    }
    std::vector<bool> is_found(kVideos, false);
    for (const VideoMatch& match : find_matches(prints)) {
      ASSERT_GE(match.video, kVideos) << row.name << ": two recordings apart";
      EXPECT_EQ(match.other, match.video - kVideos) << row.name;
      const double at = static_cast<double>(match.other_range.begin - match.range.begin);
      is_found[match.other] = is_found[match.other] || std::abs(at - (kBegin + kShift / 25.0) * 1e6) <= 1.6e6;
    }
    copies += kVideos;
    found += static_cast<int>(std::count(is_found.begin(), is_found.end(), true));
    EXPECT_GE(std::count(is_found.begin(), is_found.end(), true), kVideos - 1) << row.name;
  }
  EXPECT_GE(found, 0.98 * copies);
}

fs::path real_frames() {
  const char* shared = std::getenv("SURGSIGMA_SHARED_DATA");
  return fs::path(shared != nullptr ? shared : SURGSIGMA_SOURCE_DIR "/../shared/data") / "frames";
}

TEST(IdentityReal, AlteredClipsMatchThemselvesAndNotEachOther) {
  const fs::path frames = real_frames();
  if (!fs::exists(frames)) GTEST_SKIP() << "no real pictures at " << frames;
  std::vector<Pictures> clips;
  for (const char* clip : {"input_8.avi", "input_9.avi", "input_10.avi", "input_12.avi"}) {
    auto video = Video::open(frames / "desmoke-lap/video clips/Input" / clip);
    ASSERT_TRUE(video);
    Pictures pictures;
    VideoFrame frame;
    for (auto more = video->next(frame); more && *more; more = video->next(frame)) pictures.push_back(frame.image);
    clips.push_back(std::move(pictures));
  }
  Pictures pairs;  // one scene in 25 pictures
  for (int i = 1; i <= 25; ++i) {
    const auto picture =
        read_picture(frames / "desmoke-pairs-salazar/datasets/laparoscopy/output" / (std::to_string(i) + ".jpg"));
    ASSERT_TRUE(picture);
    pairs.push_back(*picture);
  }
  constexpr Microseconds kStep = kSecond / 2;
  const auto many = static_cast<std::uint32_t>(clips.size());
  std::vector<Fingerprint> originals;
  for (std::uint32_t i = 0; i < many; ++i) add(originals, i, clips[i], kStep);
  add(originals, many, pairs, kStep);
  EXPECT_TRUE(find_matches(originals).empty());
  int copies = 0, found = 0;
  std::string missed;
  for (const CopyRow& row : copy_rows()) {
    std::vector<Fingerprint> prints = originals;
    for (std::uint32_t i = 0; i < many; ++i) {
      add(prints, many + 1 + i, copied(row, clips[i], 6, 46, static_cast<int>(i)), kStep);
    }
    std::vector<bool> is_found(many, false);
    for (const VideoMatch& match : find_matches(prints)) {
      ASSERT_GT(match.video, many) << row.name;
      EXPECT_EQ(match.other, match.video - many - 1) << row.name;
      if (match.other < many) is_found[match.other] = true;
    }
    for (std::uint32_t i = 0; i < many; ++i) {
      ++copies;
      found += is_found[i];
      if (!is_found[i]) missed += " " + std::string(row.name) + "/" + std::to_string(i);
    }
  }
  EXPECT_EQ(found, copies) << missed;
}

}  // namespace
}  // namespace surgsigma
