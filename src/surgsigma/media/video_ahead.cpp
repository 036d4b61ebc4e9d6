#include "surgsigma/media/video_ahead.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace surgsigma::av {
namespace {

struct Waiting {
  std::int64_t index = 0;
  Result<VideoFrame> frame;
  std::size_t bytes() const { return frame ? frame->image.values.size() : 0; }
};

/// Where the threads leave frames and the caller finds them. Stretches are begun in order, so the one whose turn it is
/// is always begun first, and its thread never waits for room.
class Shelf {
 public:
  explicit Shelf(std::size_t stretches) : waiting_(stretches), is_whole_(stretches) {}

  /// The next stretch to decode.
  std::optional<std::size_t> begin_stretch() {
    const std::lock_guard lock(mutex_);
    if (is_over_ || begun_ == waiting_.size()) return std::nullopt;
    return begun_++;
  }
  /// False: nobody wants more.
  bool put(std::size_t stretch, Waiting&& frame) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_over_ || stretch == turn_ || bytes_ < kBytesAhead; });
    if (is_over_) return false;
    bytes_ += frame.bytes();
    waiting_[stretch].push_back(std::move(frame));
    changed_.notify_all();
    return true;
  }
  void end_stretch(std::size_t stretch) {
    const std::lock_guard lock(mutex_);
    is_whole_[stretch] = true;
    changed_.notify_all();
  }
  /// The next frame in order; nothing at the end.
  std::optional<Waiting> get() {
    std::unique_lock lock(mutex_);
    while (turn_ < waiting_.size()) {
      std::deque<Waiting>& here = waiting_[turn_];
      changed_.wait(lock, [&] { return !here.empty() || is_whole_[turn_]; });
      if (!here.empty()) {
        Waiting frame = std::move(here.front());
        here.pop_front();
        bytes_ -= frame.bytes();
        changed_.notify_all();
        return frame;
      }
      ++turn_;
      changed_.notify_all();
    }
    return std::nullopt;
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::deque<Waiting>> waiting_;
  std::vector<bool> is_whole_;  // all its frames have been put
  std::size_t begun_ = 0;
  std::size_t turn_ = 0;
  std::size_t bytes_ = 0;
  bool is_over_ = false;
};

Status hand_out(Shelf& shelf, const TakeFrame& take, const TakeBroken& broken) {
  while (auto waiting = shelf.get()) {
    SURGSIGMA_CHECK(waiting->frame ? take(std::move(*waiting->frame)) : broken(waiting->index, waiting->frame.error()));
  }
  return done();
}

}  // namespace

Status decode_ahead(const std::vector<std::vector<std::int64_t>>& stretches, int threads, const DecodeStretch& decode,
                    const TakeFrame& take, const TakeBroken& broken) {
  Shelf shelf(stretches.size());
  const auto work = [&](std::size_t thread) {
    while (const auto stretch = shelf.begin_stretch()) {
      decode(thread, stretches[*stretch], [&](std::int64_t index, Result<VideoFrame>&& frame) {
        return shelf.put(*stretch, {index, std::move(frame)});
      });
      shelf.end_stretch(*stretch);
    }
  };
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(threads, 1)); ++i) workers.emplace_back(work, i);
  const Status status = hand_out(shelf, take, broken);
  shelf.stop();
  for (std::thread& worker : workers) worker.join();
  return status;
}

}  // namespace surgsigma::av
