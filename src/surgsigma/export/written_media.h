// What became of every picture and clip that the rows of an export show: the file that was written, or why there is
// none.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "surgsigma/base/time.h"
#include "surgsigma/export/media.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {

/// Names one shown medium: its path, and for a clip that is cut also its stretch.
using MediumKey = std::uint64_t;
MediumKey medium_key(const ShownMedium& medium, bool is_clip, Microseconds begin_us, Microseconds end_us);
/// A picture that stands in the list of a clip.
MediumKey listed_key(std::string_view video, std::int64_t frame, FrameRate rate);

enum class MediumState : std::uint8_t {
  kWritten,     ///< made for this export
  kLinked,      ///< the shipped file, unchanged
  kMissing,     ///< neither the file nor what it is cut from is there
  kUnreadable,  ///< cannot be read or cut
  kHidden,      ///< all of it is hidden as private
};
/// "written", "linked", "missing", "unreadable", "hidden".
std::string_view medium_state_word(MediumState state);

struct WrittenMedium {
  MediumState state = MediumState::kMissing;
  std::string_view ending;    ///< ".jpg", ".png", ".webp" or ".mp4"
  std::uint64_t content = 0;  ///< hash of the bytes
  std::int64_t bytes = 0;
  ImageSize true_size;  ///< of the frame in its recording
  ImageSize scaled;     ///< that frame in the file
  ImageSize size;       ///< of the file; a clip has one more row or column where a side was odd
  std::int64_t first_frame = 0;
  std::int64_t end_frame = 0;
  Microseconds begin_us = 0;  ///< time stamps in the recording
  Microseconds end_us = 0;
  FrameRate rate{0, 1};      ///< of a clip, or of the list that a picture stands in
  std::int64_t frames = 1;   ///< pictures in the file or list
  std::uint32_t reason = 0;  ///< why there is none: WrittenMedia::text()
  std::uint32_t origin = 0;  ///< what it was cut from, below the media root; 0: it was shipped

  bool is_there() const { return state == MediumState::kWritten || state == MediumState::kLinked; }
  bool is_clip() const { return frames != 1 || rate.num > 0; }
};

/// A recording whose file runs at another rate than its labels count.
struct RateDifference {
  FrameRate labels;
  FrameRate file;
};

/// Filled by several threads, then only read.
class WrittenMedia {
 public:
  using Made = std::vector<std::pair<MediumKey, WrittenMedium>>;

  void add(const Made& made);
  /// The pictures of a clip that is a list.
  void add_list(MediumKey clip, std::vector<MediumKey> pictures);
  /// A number for a text; equal texts have one.
  std::uint32_t number_of(const std::string& text);
  void note_rate(const std::string& video, RateDifference rates);

  /// While others still add; one that is not there is kMissing.
  WrittenMedium copy_of(MediumKey key);
  const WrittenMedium* find(MediumKey key) const;
  /// nullptr for a clip that is a file.
  const std::vector<MediumKey>* list(MediumKey clip) const;
  const std::string& text(std::uint32_t number) const { return texts_[number]; }
  const std::map<std::string, RateDifference>& rate_differences() const { return rates_; }
  const std::unordered_map<MediumKey, WrittenMedium>& all() const { return media_; }

 private:
  std::mutex mutex_;
  std::unordered_map<MediumKey, WrittenMedium> media_;
  std::unordered_map<MediumKey, std::vector<MediumKey>> lists_;
  std::map<std::string, RateDifference> rates_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> texts_ = {""};
};

}  // namespace surgsigma
