#include "surgsigma/export/written_media.h"

#include "surgsigma/base/hash.h"

namespace surgsigma {

MediumKey medium_key(const ShownMedium& medium, bool is_clip, Microseconds begin_us, Microseconds end_us) {
  if (!is_clip || medium.made_from.empty()) return hash64(medium.path);
  return Hasher().add(medium.path).add(begin_us).add(end_us).value();
}

MediumKey listed_key(std::string_view video, std::int64_t frame, FrameRate rate) {
  return Hasher().add("listed").add(video).add(frame).add(rate.num).add(rate.den).value();
}

std::string_view medium_state_word(MediumState state) {
  switch (state) {
    case MediumState::kWritten:
      return "written";
    case MediumState::kLinked:
      return "linked";
    case MediumState::kMissing:
      return "missing";
    case MediumState::kUnreadable:
      return "unreadable";
    case MediumState::kHidden:
      return "hidden";
  }
  return "";
}

void WrittenMedia::add(const Made& made) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, medium] : made) media_[key] = medium;
}

void WrittenMedia::add_list(MediumKey clip, std::vector<MediumKey> pictures) {
  const std::lock_guard lock(mutex_);
  lists_[clip] = std::move(pictures);
}

std::uint32_t WrittenMedia::number_of(const std::string& text) {
  if (text.empty()) return 0;
  const std::lock_guard lock(mutex_);
  const auto [at, is_new] = numbers_.emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.push_back(text);
  return at->second;
}

void WrittenMedia::note_rate(const std::string& video, RateDifference rates) {
  const std::lock_guard lock(mutex_);
  rates_[video] = rates;
}

WrittenMedium WrittenMedia::copy_of(MediumKey key) {
  const std::lock_guard lock(mutex_);
  const auto found = media_.find(key);
  return found == media_.end() ? WrittenMedium{} : found->second;
}

const WrittenMedium* WrittenMedia::find(MediumKey key) const {
  const auto found = media_.find(key);
  return found == media_.end() ? nullptr : &found->second;
}

const std::vector<MediumKey>* WrittenMedia::list(MediumKey clip) const {
  const auto found = lists_.find(clip);
  return found == lists_.end() ? nullptr : &found->second;
}

}  // namespace surgsigma
