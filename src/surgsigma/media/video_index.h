// What a video's packets are, kept beside it so that the next opening need not read the whole file.
//
// The index is made by reading the packets without decoding them, where the codec and the file allow it: each packet is
// one picture and has a time stamp of its own. Everything else (fields, packed B-frames, missing or repeated time
// stamps) is decoded once. Where even that gives no one-to-one relation between packets and pictures, the pictures are
// counted and can only be reached from the start (Access::kInOrder).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/media/video.h"

namespace surgsigma {

/// One packet of the picture track, in the order of the file.
struct PacketEntry {
  std::int64_t stamp = 0;  ///< In the track's time base; tells the packet from all others.
  std::int64_t frame = -1;  ///< Native index of its picture; -1 if it is not shown.
  bool is_entry = false;   ///< Decoding may begin here: nothing from this picture on needs anything before it.
  std::int64_t bytes = 0;  ///< Stamps can be made up behind a seek; stamp and size together are the packet.
  bool operator==(const PacketEntry&) const = default;
};

struct VideoIndex {
  enum class Access : std::uint8_t { kByPresentation, kByDecoding, kInOrder };  ///< which stamp tells packets apart

  std::uint64_t file_mark = 0;  ///< Of the file this was made from; see mark_of_file.
  Access access = Access::kByPresentation;
  std::int64_t time_base_num = 1;  ///< seconds per tick
  std::int64_t time_base_den = 1;
  std::vector<PacketEntry> packets;       ///< Empty with Access::kInOrder.
  std::vector<std::int64_t> stamps;       ///< Presentation time of each frame in ticks, ascending.
  std::int64_t last_duration = 0;         ///< Ticks that the last frame is shown.
  bool ends_early = false;                ///< The reader met the end of the file where it expected more.
  int reorder_depth = 0;                  ///< Most packets that come before one that is shown before them.
  std::optional<std::int64_t> frames_in_header;
  bool operator==(const VideoIndex&) const = default;

  std::int64_t frames() const { return static_cast<std::int64_t>(stamps.size()); }
  Microseconds time_of(std::int64_t frame) const;  ///< From frame 0 on; `frame` may be frames(): the end.

  enum class Method { kByNeed, kByDecoding };
  /// Reads the whole file. Errors as Video::open.
  static Result<VideoIndex> build(const fs::path& video, const VideoOptions& options = {},
                                  Method method = Method::kByNeed);
  /// kIo: not there; kData: not an index, damaged or of another version; kNotFound: of another file than `video`, or of
  /// one that has changed since.
  static Result<VideoIndex> read(const fs::path& file, const fs::path& video);
  /// Replaces `file` by rename.
  Status write(const fs::path& file) const;

  std::string bytes() const;  ///< What write() writes: magic, version, numbers of variable length, hash.
  static Result<VideoIndex> from_bytes(std::string_view bytes, std::string_view name);
};

/// Size, time of last change, first and last 64 KiB of a file in one number.
Result<std::uint64_t> mark_of_file(const fs::path& file);

/// The index at `options.index` if it is good, else a new one, which is kept there if possible.
Result<VideoIndex> index_of_video(const fs::path& video, const VideoOptions& options);

}  // namespace surgsigma
