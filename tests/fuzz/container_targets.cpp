// Readers of files that hold many things: videos, their indices, tar shards.
#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/hash.h"
#include "surgsigma/export/pairs/tar_writer.h"
#include "surgsigma/media/video.h"
#include "surgsigma/media/video_index.h"
#include "targets.h"

namespace surgsigma::fuzz {
namespace {

constexpr PictureLimits kLimits{512, 1 << 16};
constexpr std::int64_t kMostFrames = 8;  // looked at; a damaged file may claim and even give thousands

/// What the index says must be reachable, in order and at random, with the same pixels or with an error that names the
/// file.
void run_video(const Target& target, std::string_view bytes) {
  static const TemporaryFolder folder;
  const fs::path path = folder.path() / (std::string(target.name) + ".mp4");  // the name must not decide
  replace_file(path, bytes);
  VideoOptions options;
  options.limits = kLimits;
  options.patience_us = 5 * kSecond;
  auto video = Video::open(path, options);
  if (!video) {
    expect(!video.error().what.empty(), "an error without words");
    expect(video.error().where.find(path.string()) != std::string::npos, "an error that does not name the file");
    return;
  }
  const VideoInfo& info = video->info();
  expect(info.frames > 0, "a video without frames");
  expect(info.size.width > 0 && info.size.height > 0, "a video without a size");
  expect(info.average_rate.num > 0 && info.average_rate.den > 0, "a rate that is none");

  const auto index = VideoIndex::build(path, options);
  expect(index.ok(), "the index cannot be made twice");
  const auto again = VideoIndex::from_bytes(index->bytes(), "index");
  expect(again.ok() && *again == *index, "an index changes when it is written and read back");

  std::vector<Image> in_order;
  std::vector<std::int64_t> asked;
  for (std::int64_t i = 0; i < info.frames && i < kMostFrames; ++i) {
    VideoFrame frame;
    const auto more = video->next(frame);
    if (more && !*more) break;
    if (more) {
      expect(frame.index == i, "a frame has another number than its place");
      expect(frame.image.size() == info.size && frame.image.channels == 3, "a frame of another shape");
    }
    asked.push_back(i);
    in_order.push_back(more ? std::move(frame.image) : Image());
  }
  std::size_t answered = 0;
  const Status status = video->frames(
      asked,
      [&](VideoFrame&& frame) {
        const Image& before = in_order[static_cast<std::size_t>(frame.index)];
        expect(before.is_empty() || before == frame.image, "a frame is another when it is reached at random");
        ++answered;
        return done();
      },
      [&](std::int64_t, const Error&) {
        ++answered;
        return done();
      });
  expect(!status.ok() || answered == asked.size(), "a frame that is neither given nor refused");
}

/// Without the hash at its end, which is put right here: else nothing behind it would be tried.
void run_video_index(const Target&, std::string_view bytes) {
  static_cast<void>(VideoIndex::from_bytes(bytes, "input"));
  std::string whole(bytes);
  const std::uint64_t hash = hash64(bytes);
  for (int i = 0; i < 8; ++i) whole.push_back(static_cast<char>(hash >> (8 * i)));
  const auto index = VideoIndex::from_bytes(whole, "input");
  if (!index) {
    expect(index.error().where == "input", "an error without a place");
    return;
  }
  const auto again = VideoIndex::from_bytes(index->bytes(), "written");
  expect(again.ok() && *again == *index, "an index changes when it is written and read back");
  Microseconds last = 0;
  for (std::int64_t frame = 0; frame <= index->frames(); ++frame) {
    const Microseconds time = index->time_of(frame);
    expect(time >= last, "time goes back");
    last = time;
  }
}

void run_tar(const Target&, std::string_view bytes) {
  const auto members = tar_members(bytes, "input");
  if (!members) return;
  std::int64_t last = 0;
  for (const TarMember& member : *members) {
    expect(member.offset > last && member.bytes >= 0, "members lie over one another");
    expect(member.offset + member.bytes <= static_cast<std::int64_t>(bytes.size()), "a member beyond the end");
    last = member.offset;
  }
}

}  // namespace

std::vector<Target> container_targets() {
  return {{"video", run_video}, {"video_index", run_video_index}, {"tar", run_tar}};
}

}  // namespace surgsigma::fuzz
