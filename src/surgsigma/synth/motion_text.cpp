#include "surgsigma/synth/motion_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

namespace surgsigma {
namespace {

constexpr std::size_t kMostPaired = 8;  ///< Of one kind; beyond, trying all pairings would take too long.

bool is_sound(const MotionPlace& place) {
  return std::isfinite(place.x) && std::isfinite(place.y) && std::isfinite(place.area) && place.area > 0;
}

Error refused(const InstrumentMotion& motion, std::string what) {
  return {ErrorKind::kUsage, std::move(what), motion.key.empty() ? "motion text" : motion.key, ""};
}

/// What two instruments of a kind must share to be one subject.
using Signature = std::tuple<Presence, Sideways, Upright, InDepth>;
Signature signature(const MotionVerdict& verdict) {
  return {verdict.presence, verdict.sideways, verdict.upright, verdict.in_depth};
}

struct Judged {
  InstrumentMotion motion;
  MotionVerdict verdict;
};

/// Everything that can differ between two instruments, so that the order given plays no part.
auto rank(const Judged& judged) {
  const MotionPlace before = judged.motion.before.value_or(MotionPlace{});
  const MotionPlace after = judged.motion.after.value_or(MotionPlace{});
  return std::tuple(-judged.verdict.size, judged.motion.key, signature(judged.verdict), before.x, before.y, after.x,
                    after.y, before.area, after.area);
}

/// Instruments of one kind that do the same.
struct Subject {
  const Judged* first = nullptr;
  int count = 0;
};

std::vector<Subject> subjects_of(const std::vector<Judged>& judged, std::size_t most) {
  std::vector<Subject> subjects;
  for (std::size_t i = 0; i < std::min(judged.size(), most); ++i) {
    const auto same = std::find_if(subjects.begin(), subjects.end(), [&](const Subject& subject) {
      return subject.first->motion.key == judged[i].motion.key &&
             signature(subject.first->verdict) == signature(judged[i].verdict);
    });
    if (same != subjects.end()) ++same->count;
    else subjects.push_back({&judged[i], 1});
  }
  return subjects;
}

std::string number_word(int number) {
  static constexpr std::array<const char*, 11> kWords = {"no",  "one", "two",   "three", "four", "five",
                                                         "six", "seven", "eight", "nine",  "ten"};
  return number <= 10 ? kWords[static_cast<std::size_t>(number)] : std::to_string(number);
}

/// "scissors" are counted in pairs.
std::string counted(const MotionWords& words, bool is_one) {
  if (words.is_plural) return (is_one ? "pair of " : "pairs of ") + words.plural;
  if (!is_one) return words.plural;
  for (const char* article : {"the ", "a ", "an "}) {
    const std::string& from = *article == 't' ? words.the : words.a;
    if (from.starts_with(article)) return from.substr(std::string_view(article).size());
  }
  return words.the;
}

/// Subject of a clause and whether its verb is plural. `total`: how many of the kind there are; `named`: how many of
/// them earlier clauses have named.
std::pair<std::string, bool> subject_text(const Subject& subject, int total, int named) {
  const MotionWords& words = subject.first->motion.words;
  const bool appears = subject.first->verdict.presence == Presence::kAppears;
  const bool is_one = subject.count == 1;
  if (total == 1) return {appears ? words.a : words.the, words.is_plural};
  if (subject.count == total) {
    if (appears) return {number_word(total) + " " + counted(words, false), true};
    return {(total == 2 ? "both " : "the " + number_word(total) + " ") + counted(words, false), true};
  }
  if (named == 0) return {number_word(subject.count) + " " + counted(words, is_one), !is_one};
  const bool is_rest = named + subject.count == total && !appears;
  if (is_one) return {(is_rest ? "the other " : "another ") + counted(words, true), false};
  const std::string number = number_word(subject.count);
  return {(is_rest ? "the other " + number : number + " other") + " " + counted(words, false), true};
}

std::string joined(const std::vector<std::string>& parts, std::string_view last_joint) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? last_joint : ", ";
    text += parts[i];
  }
  return text;
}

std::string deed_text(const MotionVerdict& verdict, bool is_plural) {
  if (verdict.presence == Presence::kAppears) return is_plural ? "appear" : "appears";
  if (verdict.presence == Presence::kLeaves) return is_plural ? "leave the picture" : "leaves the picture";
  std::vector<std::string> ways;
  if (verdict.sideways != Sideways::kNone) ways.push_back(verdict.sideways == Sideways::kLeft ? "left" : "right");
  if (verdict.upright != Upright::kNone) ways.push_back(verdict.upright == Upright::kUp ? "up" : "down");
  if (verdict.in_depth == InDepth::kCloser) ways.push_back("closer");
  if (verdict.in_depth == InDepth::kAway) ways.push_back("farther away");
  if (ways.empty()) return is_plural ? "stay where they are" : "stays where it is";
  return (is_plural ? "move " : "moves ") + joined(ways, " and ");
}

std::string sentence(std::vector<std::string> clauses) {
  std::string text = joined(clauses, ", and ") + ".";
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

double way(const MotionPlace& a, const MotionPlace& b) { return std::hypot(a.x - b.x, a.y - b.y); }

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;  ///< Index before, index after.

/// Least total way by trying every choice of partners, few before many. few.size() <= many.size() <= kMostPaired.
std::vector<std::size_t> best_partners(const std::vector<MotionPlace>& few, const std::vector<MotionPlace>& many) {
  const std::size_t choices = std::size_t{1} << many.size();
  // least[set]: partners of the first popcount(set) places, taken from `set`.
  std::vector<double> least(choices, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> last(choices, 0);
  least[0] = 0;
  for (std::size_t set = 0; set < choices; ++set) {
    const auto next = static_cast<std::size_t>(std::popcount(set));
    if (next >= few.size() || !std::isfinite(least[set])) continue;
    for (std::size_t j = 0; j < many.size(); ++j) {
      const std::size_t grown = set | std::size_t{1} << j;
      const double total = least[set] + way(few[next], many[j]);
      if (grown == set || total >= least[grown]) continue;
      least[grown] = total;
      last[grown] = j;
    }
  }
  std::size_t best = 0;
  double shortest = std::numeric_limits<double>::infinity();
  for (std::size_t set = 0; set < choices; ++set) {
    if (static_cast<std::size_t>(std::popcount(set)) != few.size() || least[set] >= shortest) continue;
    shortest = least[set];
    best = set;
  }
  std::vector<std::size_t> partners(few.size());
  for (std::size_t i = few.size(); i-- > 0; best &= ~(std::size_t{1} << partners[i])) partners[i] = last[best];
  return partners;
}

Pairs nearest_first(const std::vector<MotionPlace>& before, const std::vector<MotionPlace>& after) {
  std::vector<std::tuple<double, std::size_t, std::size_t>> ways;
  for (std::size_t i = 0; i < before.size(); ++i) {
    for (std::size_t j = 0; j < after.size(); ++j) ways.emplace_back(way(before[i], after[j]), i, j);
  }
  std::sort(ways.begin(), ways.end());
  std::vector<bool> is_taken_before(before.size()), is_taken_after(after.size());
  Pairs pairs;
  for (const auto& [length, i, j] : ways) {
    if (is_taken_before[i] || is_taken_after[j]) continue;
    is_taken_before[i] = is_taken_after[j] = true;
    pairs.emplace_back(i, j);
  }
  return pairs;
}

Pairs paired(const std::vector<MotionPlace>& before, const std::vector<MotionPlace>& after) {
  if (std::max(before.size(), after.size()) > kMostPaired) return nearest_first(before, after);
  Pairs pairs;
  const bool is_before_fewer = before.size() <= after.size();
  const std::vector<std::size_t> partners =
      is_before_fewer ? best_partners(before, after) : best_partners(after, before);
  for (std::size_t i = 0; i < partners.size(); ++i) {
    if (is_before_fewer) pairs.emplace_back(i, partners[i]);
    else pairs.emplace_back(partners[i], i);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

/// Instruments of one key and instance (or without one).
struct Kind {
  std::vector<MotionPlace> before;
  std::vector<MotionPlace> after;
};

}  // namespace

MotionPlace place_of_box(const Box& box) { return {(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, box.area()}; }

Result<MotionVerdict> motion_of(const InstrumentMotion& motion, ImageSize size, const MotionThresholds& thresholds) {
  if (size.width <= 0 || size.height <= 0) return refused(motion, "the picture has no size");
  if (!motion.before && !motion.after) return refused(motion, "the instrument is seen at neither moment");
  if ((motion.before && !is_sound(*motion.before)) || (motion.after && !is_sound(*motion.after))) {
    return refused(motion, "a place is no number or its area not positive");
  }
  MotionVerdict verdict;
  verdict.size = 1;
  if (!motion.before || !motion.after) {
    verdict.presence = motion.before ? Presence::kLeaves : Presence::kAppears;
    return verdict;
  }
  const double right = (motion.after->x - motion.before->x) / size.width;
  const double down = (motion.after->y - motion.before->y) / size.width;
  const double growth = std::sqrt(motion.after->area / motion.before->area);
  if (std::abs(right) >= thresholds.dead_zone) verdict.sideways = right > 0 ? Sideways::kRight : Sideways::kLeft;
  if (std::abs(down) >= thresholds.dead_zone) verdict.upright = down > 0 ? Upright::kDown : Upright::kUp;
  if (growth > thresholds.closer) verdict.in_depth = InDepth::kCloser;
  if (growth < thresholds.away) verdict.in_depth = InDepth::kAway;
  verdict.size = std::max(std::hypot(right, down), std::abs(growth - 1));
  return verdict;
}

Result<std::string> motion_text(std::vector<InstrumentMotion> motions, ImageSize size, const MotionOptions& options) {
  std::vector<Judged> judged;
  std::map<std::string, int> totals;
  for (InstrumentMotion& motion : motions) {
    SURGSIGMA_TRY(verdict, motion_of(motion, size, options.thresholds));
    if (motion.words.the.empty() || motion.words.a.empty() || motion.words.plural.empty()) {
      return refused(motion, "the words of the instrument are missing");
    }
    ++totals[motion.key];
    judged.push_back({std::move(motion), verdict});
  }
  std::sort(judged.begin(), judged.end(), [](const Judged& a, const Judged& b) { return rank(a) < rank(b); });
  std::vector<std::string> clauses;
  std::map<std::string, int> named;
  for (const Subject& subject : subjects_of(judged, static_cast<std::size_t>(std::max(options.instruments, 0)))) {
    const std::string& key = subject.first->motion.key;
    const auto [text, is_plural] = subject_text(subject, totals[key], named[key]);
    named[key] += subject.count;
    clauses.push_back(text + " " + deed_text(subject.first->verdict, is_plural));
  }
  if (clauses.empty()) return std::string();
  return sentence(std::move(clauses));
}

std::vector<FollowedInstrument> followed(const std::vector<SeenInstrument>& before,
                                         const std::vector<SeenInstrument>& after) {
  std::map<std::pair<std::string, std::optional<std::int64_t>>, Kind> kinds;
  for (const SeenInstrument& seen : before) kinds[{seen.key, seen.instance}].before.push_back(seen.place);
  for (const SeenInstrument& seen : after) kinds[{seen.key, seen.instance}].after.push_back(seen.place);
  std::vector<FollowedInstrument> all;
  for (auto& [name, kind] : kinds) {
    std::vector<bool> is_left(kind.before.size(), true), is_new(kind.after.size(), true);
    for (const auto& [i, j] : paired(kind.before, kind.after)) {
      all.push_back({name.first, kind.before[i], kind.after[j]});
      is_left[i] = is_new[j] = false;
    }
    for (std::size_t i = 0; i < is_left.size(); ++i) {
      if (is_left[i]) all.push_back({name.first, kind.before[i], std::nullopt});
    }
    for (std::size_t j = 0; j < is_new.size(); ++j) {
      if (is_new[j]) all.push_back({name.first, std::nullopt, kind.after[j]});
    }
  }
  return all;
}

}  // namespace surgsigma
