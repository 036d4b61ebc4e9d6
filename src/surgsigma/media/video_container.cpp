#include "surgsigma/media/video_container.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
}

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <vector>

namespace surgsigma::av {
namespace {

// What may be opened. Playlists, concatenations and patterns of names are left out: they reach other files.
constexpr const char* kContainers =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,asf_o,ogg,h264,hevc,m4v,mjpeg,ivf,obu,"
    "av1,dv,mxf,nut,rm,gif,yuv4mpegpipe,wtv";
// Containers that keep each picture as one packet, so that a seek lands on a whole one.
constexpr std::array<std::string_view, 7> kWholePackets = {"mov", "matroska", "avi", "asf", "flv", "nut", "ivf"};

/// An option list of FFmpeg.
class Options {
 public:
  ~Options() { av_dict_free(&entries_); }
  Options() = default;
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  void set(const char* key, const std::string& value) { av_dict_set(&entries_, key, value.c_str(), 0); }
  AVDictionary** entries() { return &entries_; }

 private:
  AVDictionary* entries_ = nullptr;
};

int has_bitten(void* watchdog) { return static_cast<const Watchdog*>(watchdog)->has_bitten() ? 1 : 0; }

Status check_regular(const fs::path& path) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) return Error{ErrorKind::kNotFound, "no such file", path.string(), ""};
  if (!fs::is_regular_file(status)) return Error{ErrorKind::kData, "not a regular file", path.string(), ""};
  return done();
}

Error not_a_video(const std::string& name, int code) {
  if (code == AVERROR(EACCES)) return {ErrorKind::kIo, "cannot read: " + words_of(code), name, "check the permissions"};
  return {ErrorKind::kData, "not a video that can be read: " + words_of(code), name,
          "an mp4 that was cut off while recording has no table of contents (moov) and needs repair"};
}

/// The NAL units of an H.264 or HEVC packet, one after another.
class NalUnits {
 public:
  NalUnits(const AVCodecParameters& codec, const AVPacket& packet)
      : left_(reinterpret_cast<const char*>(packet.data), static_cast<std::size_t>(std::max(packet.size, 0))) {
    const bool has_lengths = codec.extradata_size > 6 && codec.extradata[0] == 1;
    if (!has_lengths) return;
    const int at = codec.codec_id == AV_CODEC_ID_HEVC ? 21 : 4;
    if (codec.extradata_size > at) length_bytes_ = static_cast<std::size_t>(codec.extradata[at] & 3) + 1;
  }

  /// Empty at the end.
  std::string_view next() { return length_bytes_ > 0 ? next_by_length() : next_by_start_code(); }
  /// Nothing was left over or cut off so far.
  bool is_clean() const { return is_clean_; }

 private:
  std::string_view next_by_length() {
    if (left_.size() <= length_bytes_) {
      is_clean_ = is_clean_ && left_.empty();
      return {};
    }
    std::size_t size = 0;
    for (std::size_t i = 0; i < length_bytes_; ++i) size = size << 8 | static_cast<unsigned char>(left_[i]);
    is_clean_ = is_clean_ && size > 0 && size <= left_.size() - length_bytes_;
    const std::string_view unit = left_.substr(length_bytes_, size);
    left_.remove_prefix(std::min(left_.size(), length_bytes_ + size));
    return unit;
  }
  std::string_view next_by_start_code() {
    static constexpr std::string_view kStart("\0\0\1", 3);
    const std::size_t begin = left_.find(kStart);
    if (begin == std::string_view::npos) return {};
    left_.remove_prefix(begin + kStart.size());
    return left_.substr(0, left_.find(kStart));
  }

  std::string_view left_;
  std::size_t length_bytes_ = 0;  // 0: start codes
  bool is_clean_ = true;
};

/// The first slice decides. A packet without one holds parameters alone, unless it does not come apart cleanly: then it
/// is a picture that was damaged, which keeps its number.
PacketKind kind_of_units(NalUnits units, int (*type_of)(char), bool (*is_slice)(int), bool (*is_entry)(int)) {
  for (std::string_view unit = units.next(); !unit.empty(); unit = units.next()) {
    const int type = type_of(unit[0]);
    if (is_slice(type)) return is_entry(type) ? PacketKind::kEntry : PacketKind::kPicture;
  }
  return units.is_clean() ? PacketKind::kNoPicture : PacketKind::kPicture;
}

PacketKind kind_of_h264(const AVCodecParameters& codec, const AVPacket& packet) {
  return kind_of_units(
      NalUnits(codec, packet), [](char first) { return first & 0x1F; },
      [](int type) { return type >= 1 && type <= 5; }, [](int type) { return type == 5; });
}

PacketKind kind_of_hevc(const AVCodecParameters& codec, const AVPacket& packet) {
  return kind_of_units(
      NalUnits(codec, packet), [](char first) { return first >> 1 & 0x3F; }, [](int type) { return type < 32; },
      [](int type) { return type >= 16 && type <= 21; });
}

bool is_intra_only(AVCodecID codec) {
  const AVCodecDescriptor* words = avcodec_descriptor_get(codec);
  return words != nullptr && (words->props & AV_CODEC_PROP_INTRA_ONLY) != 0;
}

bool is_progressive(const AVCodecParameters& codec) {
  return codec.field_order == AV_FIELD_PROGRESSIVE || codec.field_order == AV_FIELD_UNKNOWN;
}

}  // namespace

Result<std::unique_ptr<Container>> Container::open(const fs::path& path, const VideoOptions& options) {
  keep_quiet();
  SURGSIGMA_CHECK(check_regular(path));
  std::unique_ptr<Container> opened(new Container(path.string(), options.patience_us));
  AVFormatContext* format = avformat_alloc_context();
  if (format == nullptr) return Error{ErrorKind::kIo, "no memory", path.string(), ""};
  format->interrupt_callback = {&has_bitten, &opened->watchdog_};
  Options wishes;
  wishes.set("protocol_whitelist", "file");
  wishes.set("format_whitelist", kContainers);
  const std::string url = "file:" + path.string();
  if (const int code = avformat_open_input(&format, url.c_str(), nullptr, wishes.entries()); code < 0) {
    if (code == AVERROR_EXIT) return opened->no_progress();  // FFmpeg has freed `format`
    return not_a_video(path.string(), code);
  }
  opened->format_.reset(format);
  SURGSIGMA_CHECK(opened->find_track(options));
  return opened;
}

Status Container::find_track(const VideoOptions& options) {
  std::vector<Options> wishes(format_->nb_streams);
  std::vector<AVDictionary*> entries;
  for (Options& wish : wishes) {
    wish.set("max_pixels", std::to_string(options.limits.pixels));
    wish.set("threads", "1");
    entries.push_back(*wish.entries());
  }
  const int code = avformat_find_stream_info(format_.get(), entries.empty() ? nullptr : entries.data());
  for (std::size_t i = 0; i < wishes.size(); ++i) *wishes[i].entries() = entries[i];  // FFmpeg took some out
  if (code == AVERROR_EXIT) return no_progress();
  if (code < 0) return not_a_video(name_, code);
  const int number = av_find_best_stream(format_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  const bool is_cover = number >= 0 && (format_->streams[number]->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
  if (number < 0 || is_cover) return Error{ErrorKind::kData, "no picture track", name_, ""};
  track_ = format_->streams[number];
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    format_->streams[i]->discard = static_cast<int>(i) == number ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
  const std::string_view format_name = format_->iformat->name;
  has_whole_packets_ = std::any_of(kWholePackets.begin(), kWholePackets.end(), [&](std::string_view known) {
    return format_name.substr(0, known.size()) == known;
  });
  watchdog_.pat();
  return done();
}

Error Container::no_progress() const {
  return {ErrorKind::kIo, "the file gives no packets: given up waiting", name_, "check the disk or the network share"};
}

Result<bool> Container::read(AVPacket& packet) {
  while (true) {
    av_packet_unref(&packet);
    const int code = av_read_frame(format_.get(), &packet);
    if (code == AVERROR_EXIT || watchdog_.has_bitten()) return no_progress();
    if (code == AVERROR(EAGAIN)) continue;  // the watchdog ends this
    if (code < 0) {
      ends_early_ = ends_early_ || code != AVERROR_EOF;
      return false;
    }
    watchdog_.pat();
    if (packet.stream_index != track_->index) continue;
    if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0 && avio_feof(format_->pb) != 0) {
      ends_early_ = true;  // the last packet is cut off
      return false;
    }
    if (packet.size == 0) continue;  // a place holder: nothing is coded, nothing is shown anew
    return true;
  }
}

bool Container::seek(std::int64_t stamp) {
  watchdog_.pat();
  return av_seek_frame(format_.get(), track_->index, stamp, AVSEEK_FLAG_BACKWARD) >= 0;
}

PacketKind kind_of(const AVStream& track, const AVPacket& packet) {
  const AVCodecParameters& codec = *track.codecpar;
  const PacketKind marked = (packet.flags & AV_PKT_FLAG_KEY) != 0 ? PacketKind::kEntry : PacketKind::kPicture;
  switch (codec.codec_id) {
    case AV_CODEC_ID_H264: return kind_of_h264(codec, packet);
    case AV_CODEC_ID_HEVC: return kind_of_hevc(codec, packet);
    case AV_CODEC_ID_MPEG1VIDEO:
    case AV_CODEC_ID_MPEG2VIDEO:
    case AV_CODEC_ID_MPEG4:
    case AV_CODEC_ID_VP8:
    case AV_CODEC_ID_VP9:
    case AV_CODEC_ID_AV1:
    case AV_CODEC_ID_FFV1: return marked;
    default: return is_intra_only(codec.codec_id) ? PacketKind::kEntry : PacketKind::kPicture;
  }
}

bool is_one_picture_each(const AVStream& track) {
  const AVCodecParameters& codec = *track.codecpar;
  const bool is_known = codec.codec_id == AV_CODEC_ID_H264 || codec.codec_id == AV_CODEC_ID_HEVC ||
                        codec.codec_id == AV_CODEC_ID_AV1 || codec.codec_id == AV_CODEC_ID_FFV1;
  return (is_known && is_progressive(codec)) || is_intra_only(codec.codec_id);
}

bool can_be_left_out(const AVStream& track, const AVPacket& packet) {
  const AVCodecParameters& codec = *track.codecpar;
  if (codec.codec_id != AV_CODEC_ID_H264 || !is_progressive(codec)) return false;
  NalUnits units(codec, packet);
  bool has_slice = false;
  for (std::string_view unit = units.next(); !unit.empty(); unit = units.next()) {
    const int type = unit[0] & 0x1F, reference = unit[0] & 0x60;
    const bool is_slice = type == 1 && reference == 0;
    const bool says_nothing = type == 6 || type == 9 || type == 12;  // messages, delimiter, filler
    if (!is_slice && !says_nothing) return false;
    has_slice = has_slice || is_slice;
  }
  return has_slice && units.is_clean();
}

}  // namespace surgsigma::av
