// A video file opened for its packets; only the video files of this room include this.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/video.h"
#include "surgsigma/media/video_av.h"

namespace surgsigma::av {

/// Ends a read that makes no progress: FFmpeg asks it between system calls.
class Watchdog {
 public:
  explicit Watchdog(Microseconds patience) : patience_(patience) { pat(); }
  void pat() { deadline_ = std::chrono::steady_clock::now() + std::chrono::microseconds(patience_); }
  bool has_bitten() const { return std::chrono::steady_clock::now() >= deadline_; }

 private:
  Microseconds patience_;
  std::chrono::steady_clock::time_point deadline_;
};

class Container {
 public:
  /// Finds the picture track. Errors as Video::open.
  static Result<std::unique_ptr<Container>> open(const fs::path& path, const VideoOptions& options);
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  const AVStream& track() const { return *track_; }
  const AVFormatContext& format() const { return *format_; }
  const std::string& name() const { return name_; }

  /// The next packet of the picture track; false at the end of the file. A file that stops in the midst of a packet
  /// ends before it, and ends_early() is true from then on. kIo when the watchdog bites.
  Result<bool> read(AVPacket& packet);
  bool ends_early() const { return ends_early_; }
  /// Tries to go to a packet at or before a time stamp from which decoding can begin. Where the file then stands shows
  /// in the next packet.
  bool seek(std::int64_t stamp);
  /// A packet is one picture, whole, also after seek(); not so in streams that have to be cut up again.
  bool has_whole_packets() const { return has_whole_packets_; }

 private:
  Container(std::string name, Microseconds patience) : name_(std::move(name)), watchdog_(patience) {}
  Status find_track(const VideoOptions& options);
  Error no_progress() const;

  std::string name_;
  Watchdog watchdog_;
  Owned<AVFormatContext> format_;
  AVStream* track_ = nullptr;
  bool ends_early_ = false;
  bool has_whole_packets_ = false;
};

enum class PacketKind {
  kEntry,      ///< Decoding may begin here: no picture that is shown after this one needs anything before it.
  kPicture,    ///< needs others before it, or may
  kNoPicture,  ///< parameters alone
};
/// From the bytes for H.264 (IDR) and HEVC (IRAP), from the container's mark for codecs whose marks can be relied on.
PacketKind kind_of(const AVStream& track, const AVPacket& packet);
/// Each packet of the codec is one picture that is shown, unless it has fields or the stream has to be cut up.
bool is_one_picture_each(const AVStream& track);
/// No other picture needs this one, and the packet holds nothing else that matters: it need not be decoded. Known of
/// H.264 without fields; false for everything else and for a packet that does not come apart cleanly.
bool can_be_left_out(const AVStream& track, const AVPacket& packet);

}  // namespace surgsigma::av
