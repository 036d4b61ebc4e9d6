extern "C" {
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <limits>
#include <set>

#include "surgsigma/base/text.h"
#include "surgsigma/media/video_container.h"
#include "surgsigma/media/video_decoder.h"
#include "surgsigma/media/video_index.h"

namespace surgsigma {
namespace {

constexpr std::size_t kLookBack = 32;  // packets; codecs reorder over 16 at most

/// A packet as the file has it.
struct Seen {
  std::int64_t pts = AV_NOPTS_VALUE;
  std::int64_t dts = AV_NOPTS_VALUE;
  std::int64_t duration = 0;
  av::PacketKind kind = av::PacketKind::kPicture;
  bool is_hidden = false;
  std::int64_t bytes = 0;
};

Seen seen(const av::Container& container, const AVPacket& packet) {
  return {packet.pts, packet.dts, packet.duration, av::kind_of(container.track(), packet),
          (packet.flags & AV_PKT_FLAG_DISCARD) != 0, packet.size};
}

/// Every packet has such a stamp, and no two the same.
bool are_distinct(const std::vector<Seen>& packets, std::int64_t Seen::*stamp) {
  std::vector<std::int64_t> stamps;
  for (const Seen& packet : packets) stamps.push_back(packet.*stamp);
  std::sort(stamps.begin(), stamps.end());
  const bool has_all = stamps.empty() || stamps.front() != AV_NOPTS_VALUE;  // it is the least number
  return has_all && std::adjacent_find(stamps.begin(), stamps.end()) == stamps.end();
}

Result<std::vector<Seen>> read_packets(av::Container& container) {
  std::vector<Seen> packets;
  const av::PacketRef packet = av::new_packet();
  while (true) {
    SURGSIGMA_TRY(is_there, container.read(*packet));
    if (!is_there) return packets;
    packets.push_back(seen(container, *packet));
  }
}

/// The packets alone say which picture is shown when.
bool tell_all(const av::Container& container, const std::vector<Seen>& packets) {
  const bool is_plain = container.has_whole_packets() && av::is_one_picture_each(container.track());
  if (!is_plain || packets.empty() || packets[0].kind != av::PacketKind::kEntry) return false;
  const auto is_odd = [&](const Seen& packet) {
    return packet.kind == av::PacketKind::kNoPicture || packet.pts < packets[0].pts;
  };
  return are_distinct(packets, &Seen::pts) && std::none_of(packets.begin(), packets.end(), is_odd);
}

int deepest_reorder(const std::vector<PacketEntry>& packets) {
  std::ptrdiff_t deepest = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets[i].frame < 0) continue;
    const auto here = packets.begin() + static_cast<std::ptrdiff_t>(i);
    const auto first = here - static_cast<std::ptrdiff_t>(std::min(i, kLookBack));
    deepest = std::max(deepest, std::count_if(first, here, [&](const PacketEntry& earlier) {
                         return earlier.frame > packets[i].frame;
                       }));
  }
  return static_cast<int>(std::min<std::ptrdiff_t>(deepest, 16));
}

/// Fills packets and stamps from the presentation times alone.
void index_packets(const std::vector<Seen>& packets, VideoIndex& index) {
  std::vector<std::pair<std::int64_t, std::size_t>> shown;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const Seen& packet = packets[i];
    index.packets.push_back({packet.pts, -1, packet.kind == av::PacketKind::kEntry, packet.bytes});
    if (!packet.is_hidden) shown.emplace_back(packet.pts, i);
  }
  std::sort(shown.begin(), shown.end());
  for (const auto& [stamp, packet] : shown) {
    index.packets[packet].frame = index.frames();
    index.stamps.push_back(stamp);
  }
  if (!shown.empty()) index.last_duration = packets[shown.back().second].duration;
}

struct Decoded {
  std::vector<Seen> packets;
  std::vector<std::int64_t> shown;  ///< number of the packet of each picture that came out, in order
  bool ends_early = false;
};

void take_pictures(av::Decoder& decoder, AVFrame& frame, Decoded& decoded) {
  while (true) {
    const auto receipt = decoder.receive(frame);
    if (receipt == av::Decoder::Receipt::kNeedsMore || receipt == av::Decoder::Receipt::kEnd) return;
    const bool is_picture = receipt == av::Decoder::Receipt::kPicture || frame.pts != AV_NOPTS_VALUE;
    if (is_picture) decoded.shown.push_back(frame.pts);
  }
}

Result<Decoded> decode_all(const fs::path& video, const VideoOptions& options) {
  SURGSIGMA_TRY(container, av::Container::open(video, options));
  SURGSIGMA_TRY(decoder, av::Decoder::open(*container, options, 0));
  const av::PacketRef packet = av::new_packet();
  const av::FrameRef frame = av::new_frame();
  Decoded decoded;
  while (true) {
    SURGSIGMA_TRY(is_there, container->read(*packet));
    if (!is_there) break;
    const auto number = static_cast<std::int64_t>(decoded.packets.size());
    decoded.packets.push_back(seen(*container, *packet));
    static_cast<void>(decoder.send(*packet, number));  // what cannot be decoded does not come out
    take_pictures(decoder, *frame, decoded);
  }
  decoder.send_end();
  take_pictures(decoder, *frame, decoded);
  decoded.ends_early = container->ends_early();
  return decoded;
}

/// Each picture came of one packet, and no packet gave two.
bool is_one_to_one(const Decoded& decoded) {
  std::set<std::int64_t> numbers;
  const auto limit = static_cast<std::int64_t>(decoded.packets.size());
  return std::all_of(decoded.shown.begin(), decoded.shown.end(), [&](std::int64_t number) {
    return number >= 0 && number < limit && numbers.insert(number).second;
  });
}

std::int64_t ticks_of_a_frame(const AVStream& track) {
  const AVRational rate = track.avg_frame_rate.num > 0 ? track.avg_frame_rate : track.r_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) return 1;
  return std::max<std::int64_t>(av_rescale_q(1, av_inv_q(rate), track.time_base), 1);
}

/// Presentation times where every picture has one that rises; else the decoding times in order, which are the same
/// times in another order; else a steady rate.
std::vector<std::int64_t> times_of(const Decoded& decoded, bool is_by_packet, std::int64_t ticks) {
  std::vector<std::int64_t> times;
  for (const std::int64_t number : decoded.shown) {
    if (is_by_packet) times.push_back(decoded.packets[static_cast<std::size_t>(number)].pts);
  }
  const auto rises = [&] {
    return times.size() == decoded.shown.size() && (times.empty() || times.front() != AV_NOPTS_VALUE) &&
           std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) == times.end();
  };
  if (rises()) return times;
  times.clear();
  for (const Seen& packet : decoded.packets) times.push_back(packet.dts);
  std::sort(times.begin(), times.end());
  if (rises()) return times;
  times.resize(decoded.shown.size());
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = static_cast<std::int64_t>(i) * ticks;
  return times;
}

Status index_decoded(const fs::path& video, const VideoOptions& options, std::int64_t ticks, VideoIndex& index) {
  SURGSIGMA_TRY(decoded, decode_all(video, options));
  const bool is_by_packet = is_one_to_one(decoded);
  index.stamps = times_of(decoded, is_by_packet, ticks);
  index.ends_early = decoded.ends_early;
  const bool has_pts = are_distinct(decoded.packets, &Seen::pts);
  const bool has_stamps = has_pts || are_distinct(decoded.packets, &Seen::dts);
  if (!is_by_packet || !has_stamps) {
    index.access = VideoIndex::Access::kInOrder;
    return done();
  }
  index.access = has_pts ? VideoIndex::Access::kByPresentation : VideoIndex::Access::kByDecoding;
  for (const Seen& packet : decoded.packets) {
    index.packets.push_back({has_pts ? packet.pts : packet.dts, -1, packet.kind == av::PacketKind::kEntry, packet.bytes});
  }
  for (std::size_t i = 0; i < decoded.shown.size(); ++i) {
    index.packets[static_cast<std::size_t>(decoded.shown[i])].frame = static_cast<std::int64_t>(i);
  }
  return done();
}

std::optional<std::int64_t> claimed_frames(const AVStream& track) {
  if (track.nb_frames > 0) return track.nb_frames;
  for (const char* key : {"NUMBER_OF_FRAMES", "NUMBER_OF_FRAMES-eng"}) {
    const AVDictionaryEntry* tag = av_dict_get(track.metadata, key, nullptr, 0);
    if (tag == nullptr) continue;
    if (const auto count = parse_int(tag->value); count && *count > 0) return count;
  }
  return std::nullopt;
}

}  // namespace

Result<VideoIndex> VideoIndex::build(const fs::path& video, const VideoOptions& options, Method method) {
  SURGSIGMA_TRY(container, av::Container::open(video, options));
  SURGSIGMA_TRY(decoder, av::Decoder::open(*container, options, 0));  // a codec that is missing is said first
  static_cast<void>(decoder);
  VideoIndex index;
  SURGSIGMA_TRY(mark, mark_of_file(video));
  index.file_mark = mark;
  index.time_base_num = container->track().time_base.num;
  index.time_base_den = container->track().time_base.den;
  index.frames_in_header = claimed_frames(container->track());
  const std::int64_t ticks = ticks_of_a_frame(container->track());

  const bool may_tell_all = method == Method::kByNeed && container->has_whole_packets() &&
                            av::is_one_picture_each(container->track());
  std::vector<Seen> packets;
  if (may_tell_all) {
    SURGSIGMA_TRY(read, read_packets(*container));
    packets = std::move(read);
  }
  if (may_tell_all && tell_all(*container, packets)) {
    index_packets(packets, index);
    index.ends_early = container->ends_early();
  } else {
    SURGSIGMA_CHECK(index_decoded(video, options, ticks, index));
  }
  if (index.stamps.empty()) {
    return Error{ErrorKind::kData, "no frame can be decoded", video.string(), "the file has no pictures in it"};
  }
  index.reorder_depth = deepest_reorder(index.packets);
  if (index.last_duration <= 0) index.last_duration = ticks;
  return index;
}

}  // namespace surgsigma
