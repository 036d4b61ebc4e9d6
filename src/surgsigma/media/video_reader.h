// Decoded pictures by native index; only the video files of this room include this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/video.h"
#include "surgsigma/media/video_av.h"
#include "surgsigma/media/video_container.h"
#include "surgsigma/media/video_decoder.h"
#include "surgsigma/media/video_index.h"

namespace surgsigma::av {

/// What follows from an index and every reader of the video needs. Packets are numbered in the order of the file.
class PacketMap {
 public:
  explicit PacketMap(VideoIndex index);
  const VideoIndex& index() const { return index_; }
  std::int64_t frames() const { return index_.frames(); }
  bool is_in_order() const { return index_.access == VideoIndex::Access::kInOrder; }
  const PacketEntry& packet(std::int64_t number) const { return index_.packets[static_cast<std::size_t>(number)]; }
  std::int64_t packet_of(std::int64_t frame) const { return packet_of_[static_cast<std::size_t>(frame)]; }
  /// The packet where decoding has to begin for a frame.
  std::int64_t entry_of(std::int64_t frame) const { return entry_of_[static_cast<std::size_t>(frame)]; }
  /// The entry before a packet; 0 if there is none.
  std::int64_t entry_before(std::int64_t packet) const;
  /// Ascending frames, cut where another entry begins.
  std::vector<std::vector<std::int64_t>> stretches_of(const std::vector<std::int64_t>& frames) const;
  std::optional<std::int64_t> number_of(const AVPacket& packet) const;
  bool is_packet(std::int64_t number, const AVPacket& packet) const;

 private:
  VideoIndex index_;
  std::vector<std::int64_t> packet_of_;
  std::vector<std::int64_t> entry_of_;
  std::vector<std::int64_t> entries_;
  std::vector<std::pair<std::int64_t, std::int64_t>> by_stamp_;
};

/// Passes over a video that give the wanted frames.
///
/// The wanted frames fall into runs: packets decoded one after another, from an entry to the last packet that is
/// wanted before the next. Between runs the decoder is emptied and the file sought. Within a run, pictures that are
/// neither wanted nor needed by others are not decoded.
///
/// Damage: what a decoder makes up in place of damaged data depends on what it decoded before, so a picture counts
/// only if its own data and those of all pictures that it may need are whole. A picture is therefore given when all
/// that were decoded before it have come out without complaint. At a complaint about a picture that no other needs,
/// the run begins anew without it; any other complaint ends the run, and the frames whose packets follow it are
/// errors. So a frame is an error, or not, whatever else is wanted.
///
/// With Access::kInOrder there are no runs: damaged pictures are errors and the others come as the decoder gives them.
///
/// One thread: decoders that work on several pictures at once do not say reliably which of them are damaged.
class FrameReader {
 public:
  static Result<std::unique_ptr<FrameReader>> open(const fs::path& path, const VideoOptions& options,
                                                   std::shared_ptr<const PacketMap> map);
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  /// Wants these frames from now on: ascending, each once, within the video.
  void want(std::vector<std::int64_t> frames);

  struct Picture {
    std::int64_t index = 0;
    FrameRef frame;
  };
  /// The next wanted frame, or nothing at the end. kData, naming file and frame, for one that cannot be decoded; the
  /// call after that goes on behind it.
  Result<std::optional<Picture>> next();

 private:
  enum class State { kBetweenRuns, kSending, kDraining };

  FrameReader(fs::path path, VideoOptions options, std::shared_ptr<const PacketMap> map)
      : path_(std::move(path)), options_(std::move(options)), map_(std::move(map)) {}
  Status open_container();

  Status begin_run();
  std::int64_t plan_run();
  Status begin_in_order();
  Status go_to(std::int64_t packet);
  Result<bool> seek_before(std::int64_t packet);
  Result<bool> read_packet();

  Status advance();
  Status send_one();
  Status receive_all();
  void keep();
  void on_damage(std::int64_t packet);
  void end_run_before(std::int64_t packet);
  bool is_certain(std::int64_t frame) const;
  std::optional<std::int64_t> lost_packet() const;
  bool is_of_earlier_run(std::int64_t packet) const;
  void begin_anew();
  Error undecodable(std::int64_t frame) const;

  fs::path path_;
  VideoOptions options_;
  std::shared_ptr<const PacketMap> map_;
  std::unique_ptr<Container> container_;
  std::optional<Decoder> decoder_;
  bool can_seek_ = true;

  std::vector<std::int64_t> wanted_;
  std::size_t given_ = 0;  ///< of wanted_, handed out or reported

  State state_ = State::kBetweenRuns;
  std::size_t run_given_ = 0;                 ///< wanted_[run_given_] and behind belong to later runs
  std::int64_t run_begin_ = -1;               ///< its entry
  std::int64_t run_end_ = 0;                  ///< first packet behind the run
  std::vector<std::int64_t> run_packets_;     ///< packets of wanted frames, ascending
  std::size_t run_packets_sent_ = 0;
  std::map<std::int64_t, FrameRef> kept_;     ///< wanted pictures that wait for their turn
  std::int64_t sent_ = 0;                     ///< number of the last packet sent
  std::int64_t shown_ = 0;                    ///< pictures that came out, with Access::kInOrder
  int silent_packets_ = 0;                    ///< sent since the last picture came out
  std::set<std::int64_t> owed_;               ///< packets sent whose pictures have not come out yet
  std::int64_t last_shown_ = -1;              ///< greatest frame that came out in this run
  std::optional<std::int64_t> broken_from_;   ///< this packet and those behind it count for nothing
  std::set<std::int64_t> left_out_;           ///< wanted packets that are damaged and that no other needs
  std::set<std::int64_t> skippable_;          ///< packets sent in this run that no other needs

  PacketRef packet_ = new_packet();
  FrameRef frame_ = new_frame();
  std::optional<std::int64_t> at_packet_ = 0;  ///< number of the packet that read_packet() gives next, if that is known
  bool has_unread_ = false;                    ///< it is in packet_ already
  bool was_sought_ = false;
};

}  // namespace surgsigma::av
