#include "surgsigma/media/video_index.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "surgsigma/base/hash.h"

namespace surgsigma {
namespace {

constexpr std::string_view kMagic = "SGVI";
constexpr std::uint64_t kVersion = 2;
constexpr std::size_t kHashBytes = 8;
constexpr std::uint64_t kMarkBytes = 64 << 10;  // of the beginning and of the end of a file
constexpr std::uint64_t kLargestIndex = 1ULL << 30;

__extension__ using Wide = __int128;  // ticks x microseconds x time base passes 64 bits

/// Numbers of 7 bits a byte, the least first; signs in the lowest bit.
class Writer {
 public:
  void put(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void put_signed(std::int64_t value) {
    put(static_cast<std::uint64_t>(value) << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
  }
  /// Stamps can lie anywhere in 64 bits: the difference wraps around, and wraps back when read.
  void put_difference(std::int64_t from, std::int64_t to) {
    put_signed(static_cast<std::int64_t>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)));
  }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}
  std::uint64_t get() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (left_.empty()) break;
      const auto byte = static_cast<unsigned char>(left_[0]);
      left_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    is_good_ = false;
    return 0;
  }
  std::int64_t get_signed() {
    const std::uint64_t value = get();
    return static_cast<std::int64_t>(value >> 1 ^ ((value & 1) != 0 ? ~std::uint64_t{0} : 0));
  }
  std::int64_t get_after(std::int64_t from) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + static_cast<std::uint64_t>(get_signed()));
  }
  /// A count of things that take a byte at least, so a damaged number cannot ask for much memory.
  std::size_t get_count() {
    const std::uint64_t count = get();
    if (count > left_.size()) is_good_ = false;
    return is_good_ ? static_cast<std::size_t>(count) : 0;
  }
  bool is_good() const { return is_good_; }
  bool is_at_end() const { return left_.empty(); }

 private:
  std::string_view left_;
  bool is_good_ = true;
};

std::string hash_bytes(std::string_view bytes) {
  std::string hash;
  const std::uint64_t value = hash64(bytes);
  for (std::size_t i = 0; i < kHashBytes; ++i) hash += static_cast<char>(value >> (8 * i));
  return hash;
}

Error damaged(std::string_view name, std::string what) {
  return {ErrorKind::kData, std::move(what), std::string(name), "remove the file: it is made anew"};
}

/// Every number that is used as an index is one, and every frame has at most one packet.
bool is_consistent(const VideoIndex& index) {
  const std::int64_t frames = index.frames();
  std::vector<bool> has_packet(static_cast<std::size_t>(frames));
  std::int64_t shown = 0;
  for (const PacketEntry& packet : index.packets) {
    if (packet.frame < -1 || packet.frame >= frames) return false;
    if (packet.frame < 0) continue;
    if (has_packet[static_cast<std::size_t>(packet.frame)]) return false;
    has_packet[static_cast<std::size_t>(packet.frame)] = true;
    ++shown;
  }
  const bool has_packets = index.access == VideoIndex::Access::kInOrder ? index.packets.empty() : shown == frames;
  constexpr std::int64_t kMostTicks = std::numeric_limits<std::int32_t>::max();  // FFmpeg's fractions are of 32 bits
  const bool has_clock = index.time_base_num > 0 && index.time_base_num <= kMostTicks && index.time_base_den > 0 &&
                         index.time_base_den <= kMostTicks && index.last_duration >= 0;
  return has_packets && frames > 0 && has_clock && index.reorder_depth >= 0 && index.reorder_depth <= 64 &&
         std::is_sorted(index.stamps.begin(), index.stamps.end());
}

}  // namespace

Microseconds VideoIndex::time_of(std::int64_t frame) const {
  const bool is_end = frame >= frames();
  const std::int64_t stamp = is_end ? stamps.back() : stamps[static_cast<std::size_t>(frame)];
  const Wide ticks = Wide{stamp} - stamps.front() + (is_end ? last_duration : 0);
  const Wide scaled = ticks * time_base_num * kSecond;
  const Wide rounded = (2 * scaled + time_base_den) / (Wide{2} * time_base_den);
  return static_cast<Microseconds>(std::min<Wide>(rounded, std::numeric_limits<Microseconds>::max()));
}

std::string VideoIndex::bytes() const {
  Writer out;
  out.bytes() = kMagic;
  for (const std::uint64_t value : {kVersion, file_mark, static_cast<std::uint64_t>(access)}) out.put(value);
  for (const std::int64_t value : {time_base_num, time_base_den, last_duration}) out.put_signed(value);
  out.put(static_cast<std::uint64_t>(ends_early));
  out.put(static_cast<std::uint64_t>(reorder_depth));
  out.put_signed(frames_in_header.value_or(-1));
  out.put(packets.size());
  PacketEntry last;
  for (const PacketEntry& packet : packets) {
    out.put_difference(last.stamp, packet.stamp);
    out.put_signed((packet.frame - last.frame) * 2 + (packet.is_entry ? 1 : 0));
    out.put_signed(packet.bytes);
    last = packet;
  }
  out.put(stamps.size());
  std::int64_t last_stamp = 0;
  for (const std::int64_t stamp : stamps) {
    out.put_difference(last_stamp, stamp);
    last_stamp = stamp;
  }
  return out.bytes() + hash_bytes(out.bytes());
}

Result<VideoIndex> VideoIndex::from_bytes(std::string_view bytes, std::string_view name) {
  if (bytes.size() < kMagic.size() + kHashBytes || !bytes.starts_with(kMagic)) {
    return damaged(name, "not an index of a video");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - kHashBytes);
  if (bytes.substr(body.size()) != hash_bytes(body)) return damaged(name, "the index is damaged");
  Reader in(body.substr(kMagic.size()));
  if (in.get() != kVersion) return damaged(name, "the index is of another version");
  VideoIndex index;
  index.file_mark = in.get();
  const std::uint64_t access = in.get();
  if (access > static_cast<std::uint64_t>(Access::kInOrder)) return damaged(name, "the index is damaged");
  index.access = static_cast<Access>(access);
  index.time_base_num = in.get_signed();
  index.time_base_den = in.get_signed();
  index.last_duration = in.get_signed();
  index.ends_early = in.get() != 0;
  index.reorder_depth = static_cast<int>(std::min<std::uint64_t>(in.get(), 1000));
  if (const std::int64_t claimed = in.get_signed(); claimed >= 0) index.frames_in_header = claimed;
  index.packets.resize(in.get_count());
  PacketEntry last;
  for (PacketEntry& packet : index.packets) {
    packet.stamp = in.get_after(last.stamp);
    const std::int64_t step = in.get_signed();
    packet.frame = last.frame + (step >> 1);
    packet.is_entry = (step & 1) != 0;
    packet.bytes = in.get_signed();
    if (packet.frame < -1 || packet.frame > std::numeric_limits<std::int32_t>::max()) break;
    last = packet;
  }
  index.stamps.resize(in.get_count());
  std::int64_t last_stamp = 0;
  for (std::int64_t& stamp : index.stamps) last_stamp = stamp = in.get_after(last_stamp);
  if (!in.is_good() || !in.is_at_end() || !is_consistent(index)) return damaged(name, "the index is damaged");
  return index;
}

Status VideoIndex::write(const fs::path& file) const { return write_file(file, bytes()); }

Result<VideoIndex> VideoIndex::read(const fs::path& file, const fs::path& video) {
  SURGSIGMA_TRY(bytes, read_file(file, kLargestIndex));
  SURGSIGMA_TRY(index, from_bytes(bytes, file.string()));
  SURGSIGMA_TRY(mark, mark_of_file(video));
  if (index.file_mark != mark) {
    return Error{ErrorKind::kNotFound, "the index is not of " + video.string() + " as it is now", file.string(), ""};
  }
  return index;
}

Result<std::uint64_t> mark_of_file(const fs::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return Error{ErrorKind::kNotFound, "no such file", file.string(), ""};
  std::ifstream in(file, std::ios::binary);
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  std::string head(std::min(size, kMarkBytes), '\0'), tail = head;
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  in.seekg(static_cast<std::streamoff>(size - tail.size()));
  in.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  if (!in) return Error{ErrorKind::kIo, "cannot read", file.string(), "check the permissions"};
  Hasher hasher;
  hasher.add(facts.st_size).add(std::int64_t{facts.st_mtim.tv_sec}).add(std::int64_t{facts.st_mtim.tv_nsec});
  return hasher.add(head).add(tail).value();
}

Result<VideoIndex> index_of_video(const fs::path& video, const VideoOptions& options) {
  if (!options.index.empty()) {
    if (auto kept = VideoIndex::read(options.index, video)) return kept;
  }
  auto index = VideoIndex::build(video, options);
  // An index that cannot be kept (a read-only folder) costs time at the next opening and nothing else.
  if (index && !options.index.empty()) static_cast<void>(index->write(options.index));
  return index;
}

}  // namespace surgsigma
