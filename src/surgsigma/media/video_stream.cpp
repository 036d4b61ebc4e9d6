#include "surgsigma/media/video_stream.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surgsigma/media/video_ahead.h"
#include "surgsigma/media/video_reader.h"
#include "surgsigma/media/video_source.h"

namespace surgsigma {
namespace av {
namespace {

__extension__ using Wide = __int128;

// Written by muxers and encoders about themselves; says nothing of a person, place or time.
constexpr std::array<std::string_view, 12> kTechnical = {
    "major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id",
    "language",    "DURATION",      "NUMBER_OF_FRAMES",  "ENCODER", "software",     "rotate"};

bool says_more(const AVDictionary* metadata) {
  const AVDictionaryEntry* tag = nullptr;
  while ((tag = av_dict_get(metadata, "", tag, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
    if (std::find(kTechnical.begin(), kTechnical.end(), tag->key) == kTechnical.end()) return true;
  }
  return false;
}

FrameRate reduced(Wide num, Wide den) {
  while (num > 1'000'000'000 || den > 1'000'000'000) {
    num /= 2;
    den /= 2;
  }
  if (num <= 0 || den <= 0) return {1, 1};
  const auto small_num = static_cast<std::int64_t>(num), small_den = static_cast<std::int64_t>(den);
  const std::int64_t divisor = std::gcd(small_num, small_den);
  return {small_num / divisor, small_den / divisor};
}

FrameRate average_rate(const VideoIndex& index) {
  const Wide ticks = Wide{index.stamps.back()} - index.stamps.front() + index.last_duration;
  return reduced(Wide{index.frames()} * index.time_base_den, ticks * index.time_base_num);
}

/// Every stamp within a tick of where the rate has it.
bool keeps_rate(const VideoIndex& index, FrameRate rate) {
  const Wide num = Wide{rate.den} * index.time_base_den, den = Wide{rate.num} * index.time_base_num;  // ticks a frame
  for (std::int64_t i = 0; i < index.frames(); ++i) {
    const Wide ticks = Wide{index.stamps[static_cast<std::size_t>(i)]} - index.stamps.front();
    const Wide off = ticks * den - num * i;
    if (off > den || off < -den) return false;
  }
  return true;
}

std::optional<FrameRate> constant_rate(const Container& container, const VideoIndex& index) {
  const AVStream& track = container.track();
  for (const AVRational& rate : {track.avg_frame_rate, track.r_frame_rate}) {
    if (rate.num <= 0 || rate.den <= 0) continue;
    if (keeps_rate(index, {rate.num, rate.den})) return reduced(rate.num, rate.den);
  }
  const FrameRate counted = average_rate(index);
  return keeps_rate(index, counted) ? std::optional(counted) : std::nullopt;
}

}  // namespace

VideoInfo video_info(const Container& container, const VideoIndex& index) {
  const AVStream& track = container.track();
  const AVCodecParameters& codec = *track.codecpar;
  const Orientation orientation = orientation_of(track);
  VideoInfo info;
  info.size = orientation.upright({codec.width, codec.height});
  info.is_mirrored = orientation.is_mirrored();
  info.quarter_turns = orientation.quarter_turns();
  info.frames = index.frames();
  info.frames_in_header = index.frames_in_header;
  info.constant_rate = constant_rate(container, index);
  info.average_rate = info.constant_rate.value_or(average_rate(index));
  info.duration_us = index.time_of(index.frames());
  info.codec = avcodec_get_name(codec.codec_id);
  info.container = container.format().iformat->name;
  const char* pixels = av_get_pix_fmt_name(static_cast<AVPixelFormat>(codec.format));
  info.pixel_format = pixels == nullptr ? "" : pixels;
  info.has_metadata = says_more(container.format().metadata) || container.format().nb_chapters > 0;
  for (unsigned i = 0; i < container.format().nb_streams; ++i) {
    const AVStream& stream = *container.format().streams[i];
    info.has_sound = info.has_sound || stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
    info.has_metadata = info.has_metadata || says_more(stream.metadata);
  }
  info.ends_early = index.ends_early;
  info.is_random_access = index.access != VideoIndex::Access::kInOrder;
  return info;
}

Status check_size(const Container& container, const PictureLimits& limits) {
  const AVCodecParameters& codec = *container.track().codecpar;
  const std::string size = std::to_string(codec.width) + " x " + std::to_string(codec.height);
  if (codec.width <= 0 || codec.height <= 0) {
    return Error{ErrorKind::kData, "the pictures have no size", container.name(), "no frame could be decoded"};
  }
  const bool is_huge = std::max(codec.width, codec.height) > limits.longest_side ||
                       std::int64_t{codec.width} * codec.height > limits.pixels;
  if (is_huge) return Error{ErrorKind::kData, "pictures of " + size + " pixels are refused", container.name(), ""};
  return done();
}

}  // namespace av

namespace {

class StreamSource : public VideoSource {
 public:
  static Result<std::unique_ptr<VideoSource>> open(const fs::path& path, const VideoOptions& options) {
    SURGSIGMA_TRY(container, av::Container::open(path, options));
    SURGSIGMA_CHECK(av::check_size(*container, options.limits));
    SURGSIGMA_TRY(index, index_of_video(path, options));
    auto source = std::make_unique<StreamSource>();
    source->path_ = path;
    source->options_ = options;
    source->info_ = av::video_info(*container, index);
    source->orientation_ = av::orientation_of(container->track());
    source->map_ = std::make_shared<const av::PacketMap>(std::move(index));
    return std::unique_ptr<VideoSource>(std::move(source));
  }

  const VideoInfo& info() const override { return info_; }
  Microseconds time_of(std::int64_t index) const override { return map_->index().time_of(index); }

  Status seek(std::int64_t index) override {
    in_order_.reset();
    at_ = index;
    has_told_end_ = false;
    return done();
  }

  Result<bool> next(VideoFrame& frame) override {
    if (!in_order_ && at_ < info_.frames) {
      SURGSIGMA_TRY(reader, av::FrameReader::open(path_, options_, map_));
      in_order_ = std::move(reader);
      std::vector<std::int64_t> rest(static_cast<std::size_t>(info_.frames - at_));
      std::iota(rest.begin(), rest.end(), at_);
      in_order_->want(std::move(rest));
    }
    if (at_ >= info_.frames) return end();
    ++at_;
    SURGSIGMA_TRY(picture, in_order_->next());
    if (!picture) return end();
    SURGSIGMA_TRY(shown, frame_of(*picture));
    frame = std::move(shown);
    return true;
  }

  Status frames(const std::vector<std::int64_t>& indices, const TakeFrame& take, const TakeBroken& broken) override {
    const auto stretches = map_->stretches_of(indices);
    if (options_.threads > 1 && stretches.size() > 1) return frames_apart(stretches, take, broken);
    if (!at_random_) {
      SURGSIGMA_TRY(reader, av::FrameReader::open(path_, options_, map_));
      at_random_ = std::move(reader);
    }
    at_random_->want(indices);
    for (const std::int64_t index : indices) {
      auto frame = next_of(*at_random_, index);
      SURGSIGMA_CHECK(frame ? take(std::move(*frame)) : broken(index, frame.error()));
    }
    return done();
  }

 private:
  using Stretches = std::vector<std::vector<std::int64_t>>;

  Status frames_apart(const Stretches& stretches, const TakeFrame& take, const TakeBroken& broken) {
    const std::size_t threads = std::min(static_cast<std::size_t>(options_.threads), stretches.size());
    while (apart_.size() < threads) {
      SURGSIGMA_TRY(reader, av::FrameReader::open(path_, options_, map_));
      apart_.push_back(std::move(reader));
    }
    const auto decode = [&](std::size_t thread, const std::vector<std::int64_t>& stretch, const av::GiveFrame& give) {
      apart_[thread]->want(stretch);
      for (const std::int64_t index : stretch) {
        if (!give(index, next_of(*apart_[thread], index))) return;
      }
    };
    return av::decode_ahead(stretches, static_cast<int>(threads), decode, take, broken);
  }

  Result<VideoFrame> next_of(av::FrameReader& reader, std::int64_t index) const {
    SURGSIGMA_TRY(picture, reader.next());
    if (!picture) return gone(index);
    return frame_of(*picture);
  }

  Result<VideoFrame> frame_of(const av::FrameReader::Picture& picture) const {
    const std::string what = path_.string() + ": frame " + std::to_string(picture.index);
    SURGSIGMA_TRY(stored, av::to_rgb(*picture.frame, what));
    Image image = av::upright(std::move(stored), orientation_);
    if (image.size() != info_.size) {
      return Error{ErrorKind::kData,
                   "frame " + std::to_string(picture.index) + " is " + std::to_string(image.width) + " x " +
                       std::to_string(image.height) + " pixels, the video " + std::to_string(info_.size.width) +
                       " x " + std::to_string(info_.size.height),
                   path_.string(), "the video changes its size; cut it there"};
    }
    return VideoFrame{picture.index, time_of(picture.index), std::move(image)};
  }

  Error gone(std::int64_t index) const {
    return {ErrorKind::kData, "frame " + std::to_string(index) + " cannot be read", path_.string(),
            "the file gave up before it"};
  }

  Result<bool> end() {
    if (!info_.ends_early || std::exchange(has_told_end_, true)) return false;
    return Error{ErrorKind::kData, "the video ends early, before frame " + std::to_string(info_.frames),
                 path_.string(), "the file is cut off; its frames so far are good"};
  }

  fs::path path_;
  VideoOptions options_;
  VideoInfo info_;
  av::Orientation orientation_;
  std::shared_ptr<const av::PacketMap> map_;
  std::unique_ptr<av::FrameReader> in_order_;
  std::unique_ptr<av::FrameReader> at_random_;
  std::vector<std::unique_ptr<av::FrameReader>> apart_;  ///< one for each thread
  std::int64_t at_ = 0;
  bool has_told_end_ = false;
};

}  // namespace

Result<std::unique_ptr<VideoSource>> open_stream(const fs::path& path, const VideoOptions& options) {
  return StreamSource::open(path, options);
}

}  // namespace surgsigma
