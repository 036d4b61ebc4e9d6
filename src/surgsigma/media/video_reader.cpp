#include "surgsigma/media/video_reader.h"

extern "C" {
#include <libavcodec/packet.h>
#include <libavutil/avutil.h>
#include <libavutil/frame.h>
}

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

namespace surgsigma::av {
namespace {

// A damaged stretch may swallow packets without giving a picture; after so many its run is given up.
constexpr int kMaxSilentPackets = 500;
// Pictures come in order; one that is still missing when a picture so far behind it is there does not come.
constexpr std::int64_t kMostDisorder = 16;
// Packets that are faster read and dropped than sought over.
constexpr std::int64_t kShortWay = 64;
constexpr int kSeekTrials = 4;
// Packets behind a seek that the index does not know, before it counts as failed.
constexpr int kMaxStrangers = 8;
// Damaged pictures of a run; each begins it anew, so there is an end to it.
constexpr std::size_t kMaxLeftOut = 500;

}  // namespace

PacketMap::PacketMap(VideoIndex index) : index_(std::move(index)) {
  const std::size_t frames = is_in_order() ? 0 : index_.stamps.size();
  packet_of_.resize(frames);
  entry_of_.resize(frames);
  by_stamp_.reserve(index_.packets.size());
  const bool has_display_stamps = index_.access == VideoIndex::Access::kByPresentation;
  for (std::size_t i = 0; i < index_.packets.size(); ++i) {
    const PacketEntry& packet = index_.packets[i];
    const auto number = static_cast<std::int64_t>(i);
    by_stamp_.emplace_back(packet.stamp, number);
    if (packet.is_entry) entries_.push_back(number);
    if (packet.frame < 0) continue;
    // A picture that is shown before the entry it follows in the file may need what was before that entry.
    const auto is_shown_after = [&](std::int64_t entry) {
      const PacketEntry& first = index_.packets[static_cast<std::size_t>(entry)];
      return has_display_stamps ? first.stamp <= packet.stamp : first.frame >= 0 && first.frame <= packet.frame;
    };
    const auto entry = std::find_if(entries_.rbegin(), entries_.rend(), is_shown_after);
    packet_of_[static_cast<std::size_t>(packet.frame)] = number;
    entry_of_[static_cast<std::size_t>(packet.frame)] = entry == entries_.rend() ? 0 : *entry;
  }
  std::sort(by_stamp_.begin(), by_stamp_.end());
}

std::int64_t PacketMap::entry_before(std::int64_t packet) const {
  const auto behind = std::lower_bound(entries_.begin(), entries_.end(), packet);
  return behind == entries_.begin() ? 0 : *std::prev(behind);
}

std::vector<std::vector<std::int64_t>> PacketMap::stretches_of(const std::vector<std::int64_t>& frames) const {
  std::vector<std::vector<std::int64_t>> stretches;
  std::int64_t last_entry = -1;
  for (const std::int64_t frame : frames) {
    const std::int64_t entry = is_in_order() ? 0 : entry_of(frame);
    if (entry != last_entry) stretches.emplace_back();
    stretches.back().push_back(frame);
    last_entry = entry;
  }
  return stretches;
}

std::optional<std::int64_t> PacketMap::number_of(const AVPacket& packet) const {
  const bool is_shown = index_.access == VideoIndex::Access::kByPresentation;
  const std::pair<std::int64_t, std::int64_t> least(is_shown ? packet.pts : packet.dts, 0);
  const auto found = std::lower_bound(by_stamp_.begin(), by_stamp_.end(), least);
  if (found == by_stamp_.end() || !is_packet(found->second, packet)) return std::nullopt;
  return found->second;
}

bool PacketMap::is_packet(std::int64_t number, const AVPacket& found) const {
  const bool is_shown = index_.access == VideoIndex::Access::kByPresentation;
  const bool is_known = number < static_cast<std::int64_t>(index_.packets.size());
  return is_known && packet(number).stamp == (is_shown ? found.pts : found.dts) && packet(number).bytes == found.size;
}

Result<std::unique_ptr<FrameReader>> FrameReader::open(const fs::path& path, const VideoOptions& options,
                                                       std::shared_ptr<const PacketMap> map) {
  std::unique_ptr<FrameReader> reader(new FrameReader(path, options, std::move(map)));
  SURGSIGMA_CHECK(reader->open_container());
  SURGSIGMA_TRY(decoder, Decoder::open(*reader->container_, options, reader->map_->index().reorder_depth));
  reader->decoder_.emplace(std::move(decoder));
  return reader;
}

Status FrameReader::open_container() {
  SURGSIGMA_TRY(container, Container::open(path_, options_));
  container_ = std::move(container);
  at_packet_ = 0;
  has_unread_ = was_sought_ = false;
  return done();
}

void FrameReader::want(std::vector<std::int64_t> frames) {
  wanted_ = std::move(frames);
  given_ = run_given_ = 0;
  kept_.clear();
  owed_.clear();
  state_ = State::kBetweenRuns;
}

Result<std::optional<FrameReader::Picture>> FrameReader::next() {
  while (given_ < wanted_.size()) {
    const std::int64_t frame = wanted_[given_];
    const auto kept = kept_.find(frame);
    if (kept != kept_.end() && is_certain(frame)) {
      Picture picture{frame, std::move(kept->second)};
      kept_.erase(kept);
      ++given_;
      return std::optional<Picture>(std::move(picture));
    }
    if (const auto packet = lost_packet()) {
      on_damage(*packet);
      continue;
    }
    const bool is_over = state_ == State::kBetweenRuns && given_ < run_given_;
    if (is_over) {
      ++given_;
      return undecodable(frame);
    }
    if (const Status status = advance(); !status.ok()) {
      wanted_.resize(given_);  // the file itself fails: nothing else comes of it
      return status.error();
    }
  }
  return std::optional<Picture>();
}

/// Everything that was decoded before a frame has come out.
bool FrameReader::is_certain(std::int64_t frame) const {
  return owed_.empty() || map_->packet_of(frame) < *owed_.begin();
}

/// The first packet whose picture should have come out by now and has not.
std::optional<std::int64_t> FrameReader::lost_packet() const {
  if (owed_.empty()) return std::nullopt;
  const bool is_late = last_shown_ >= map_->packet(*owed_.begin()).frame + kMostDisorder;
  return is_late || state_ == State::kBetweenRuns ? std::optional(*owed_.begin()) : std::nullopt;
}

Error FrameReader::undecodable(std::int64_t frame) const {
  return {ErrorKind::kData, "frame " + std::to_string(frame) + " cannot be decoded", path_.string(),
          "its data, or those of a picture that it needs, are damaged or missing"};
}

void FrameReader::on_damage(std::int64_t packet) {
  if (map_->is_in_order()) return;
  const bool helps = skippable_.count(packet) > 0 && left_out_.size() < kMaxLeftOut;
  if (helps && left_out_.insert(packet).second) {
    begin_anew();
  } else {
    end_run_before(packet);
  }
}

void FrameReader::end_run_before(std::int64_t packet) {
  broken_from_ = std::min(broken_from_.value_or(packet), packet);
  owed_.erase(owed_.lower_bound(packet), owed_.end());
  std::erase_if(kept_, [&](const auto& kept) { return map_->packet_of(kept.first) >= *broken_from_; });
  if (state_ != State::kSending) return;
  decoder_->send_end();
  state_ = State::kDraining;
}

void FrameReader::begin_anew() {
  kept_.clear();
  owed_.clear();
  state_ = State::kBetweenRuns;
  run_given_ = given_;
}

Status FrameReader::begin_run() {
  kept_.clear();
  owed_.clear();
  skippable_.clear();
  broken_from_.reset();
  last_shown_ = -1;
  silent_packets_ = 0;
  decoder_->reset();
  if (map_->is_in_order()) return begin_in_order();
  SURGSIGMA_CHECK(go_to(plan_run()));
  state_ = State::kSending;
  return done();
}

/// Takes the wanted frames of one entry together; the packet to begin with.
std::int64_t FrameReader::plan_run() {
  const std::int64_t begin = map_->entry_of(wanted_[given_]);
  if (begin != run_begin_) left_out_.clear();
  run_begin_ = run_end_ = begin;
  run_packets_.clear();
  run_packets_sent_ = 0;
  for (run_given_ = given_; run_given_ < wanted_.size(); ++run_given_) {
    if (map_->entry_of(wanted_[run_given_]) != begin) break;
    const std::int64_t packet = map_->packet_of(wanted_[run_given_]);
    run_packets_.push_back(packet);
    run_end_ = std::max(run_end_, packet + 1);
  }
  std::sort(run_packets_.begin(), run_packets_.end());
  return begin;
}

Status FrameReader::begin_in_order() {
  if (at_packet_ != 0) SURGSIGMA_CHECK(open_container());
  shown_ = 0;
  run_given_ = wanted_.size();
  run_end_ = std::numeric_limits<std::int64_t>::max();
  state_ = State::kSending;
  return done();
}

Status FrameReader::go_to(std::int64_t packet) {
  const bool is_short_way = at_packet_ && *at_packet_ <= packet && packet - *at_packet_ <= kShortWay;
  if (!is_short_way) {
    SURGSIGMA_TRY(has_sought, seek_before(packet));
    const bool is_behind = !at_packet_ || *at_packet_ > packet;
    if (!has_sought && is_behind) SURGSIGMA_CHECK(open_container());
  }
  while (*at_packet_ < packet) {
    SURGSIGMA_TRY(is_there, read_packet());
    if (!is_there) break;  // the run meets the end at once
  }
  return done();
}

/// Puts the container at a packet from which `packet` can be reached by reading on; false if it does not obey.
Result<bool> FrameReader::seek_before(std::int64_t packet) {
  std::int64_t target = packet;
  for (int trial = 0; can_seek_ && target > 0 && trial < kSeekTrials; ++trial) {
    at_packet_.reset();
    has_unread_ = false;
    if (!container_->seek(map_->packet(target).stamp)) break;
    was_sought_ = true;
    // Where packets are cut out of a stream, the first behind a seek may lack their beginning or have made-up stamps.
    for (int skipped = 0; skipped < kMaxStrangers; ++skipped) {
      SURGSIGMA_TRY(is_there, container_->read(*packet_));
      const auto number = is_there ? map_->number_of(*packet_) : std::nullopt;
      if (!is_there || (number && *number > packet)) break;
      if (!number) continue;
      at_packet_ = number;
      has_unread_ = true;
      return true;
    }
    target = map_->entry_before(target);
  }
  return false;
}

/// False at the end of the file. kVersion where the packet is not the one of the index: after a seek that may be the
/// container's doing, and advance() reads from the start instead.
Result<bool> FrameReader::read_packet() {
  if (!has_unread_) {
    SURGSIGMA_TRY(is_there, container_->read(*packet_));
    if (!is_there) return false;
  }
  has_unread_ = false;
  const std::int64_t number = (*at_packet_)++;
  if (map_->is_in_order()) return true;
  if (!map_->is_packet(number, *packet_)) {
    return Error{ErrorKind::kVersion, "packet " + std::to_string(number) + " is not the one in the index",
                 path_.string(), "the file was changed while it was read"};
  }
  return true;
}

Status FrameReader::advance() {
  const Status status = state_ == State::kBetweenRuns ? begin_run()
                        : state_ == State::kSending   ? send_one()
                                                      : receive_all();
  const bool may_be_the_seek = !status.ok() && status.error().kind == ErrorKind::kVersion && was_sought_;
  if (!may_be_the_seek) return status;
  can_seek_ = false;
  begin_anew();
  return open_container();
}

/// Shown before the entry of this run, behind which it lies: it needs what was before.
bool FrameReader::is_of_earlier_run(std::int64_t packet) const {
  const std::int64_t frame = map_->packet(packet).frame;
  return frame >= 0 && map_->entry_of(frame) < run_begin_;
}

Status FrameReader::send_one() {
  bool is_there = *at_packet_ < run_end_;
  const std::int64_t number = *at_packet_;
  if (is_there) {
    SURGSIGMA_TRY(was_read, read_packet());
    is_there = was_read;
    if (!was_read) at_packet_.reset();
  }
  if (!is_there) {
    decoder_->send_end();
    state_ = State::kDraining;
    return done();
  }
  const bool is_wanted = run_packets_sent_ < run_packets_.size() && run_packets_[run_packets_sent_] == number;
  if (is_wanted) ++run_packets_sent_;
  if (!map_->is_in_order()) {
    if (is_of_earlier_run(number)) return done();
    if (can_be_left_out(container_->track(), *packet_)) {
      if (!is_wanted || left_out_.count(number) > 0) return done();
      skippable_.insert(number);
    }
    if (map_->packet(number).frame >= 0) owed_.insert(number);
  }
  if (decoder_->send(*packet_, number) == Decoder::Outcome::kDamaged) {
    on_damage(number);
    if (state_ != State::kSending) return done();
  }
  const bool may_be_silent = !map_->is_in_order() && map_->packet(number).frame < 0;  // hidden
  if (!may_be_silent && ++silent_packets_ > kMaxSilentPackets) {
    state_ = State::kBetweenRuns;  // what the run still owes is given up
    return done();
  }
  sent_ = number;
  return receive_all();
}

Status FrameReader::receive_all() {
  while (true) {
    switch (decoder_->receive(*frame_)) {
      case Decoder::Receipt::kPicture:
        silent_packets_ = 0;
        keep();
        break;
      case Decoder::Receipt::kNeedsMore: return done();
      case Decoder::Receipt::kEnd: state_ = State::kBetweenRuns; return done();
      case Decoder::Receipt::kDamaged:
        on_damage(frame_->pts == AV_NOPTS_VALUE ? sent_ : frame_->pts);
        if (state_ == State::kBetweenRuns) return done();
        if (map_->is_in_order() && frame_->pts != AV_NOPTS_VALUE) ++shown_;
        break;
    }
  }
}

/// Puts the picture in frame_ among those that wait for their turn, if it is wanted.
void FrameReader::keep() {
  std::int64_t frame = shown_++;
  if (!map_->is_in_order()) {
    const bool is_known = frame_->pts >= 0 && frame_->pts < static_cast<std::int64_t>(map_->index().packets.size());
    if (!is_known) return;
    frame = map_->packet(frame_->pts).frame;
    last_shown_ = std::max(last_shown_, frame);
    owed_.erase(frame_->pts);
    if (broken_from_ && frame_->pts >= *broken_from_) return;
  }
  const auto first = wanted_.begin() + static_cast<std::ptrdiff_t>(given_);
  const auto last = wanted_.begin() + static_cast<std::ptrdiff_t>(run_given_);
  if (first == last || !std::binary_search(first, last, frame)) return;
  FrameRef kept = new_frame();
  av_frame_move_ref(kept.get(), frame_.get());
  kept_.emplace(frame, std::move(kept));
}

}  // namespace surgsigma::av
