// Spans: a label with the time from which and until which it holds.
#include <algorithm>
#include <cmath>

#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

constexpr double kLongest = 1e7;  // seconds

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

Microseconds microseconds(double seconds) { return static_cast<Microseconds>(std::llround(seconds * 1e6)); }

struct RangeFound {
  double begin_s = 0;
  double end_s = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// `, "end": ` between the two times of an object.
bool is_key_joint(std::string_view between) {
  std::string letters;
  for (const char c : between) {
    if (is_letter(c))
      letters += c;
    else if (std::string_view(" ,:\"'=_\n\t").find(c) == std::string_view::npos)
      return false;
  }
  return letters == "end" || letters == "ends" || letters == "endtime" || letters == "stop" || letters == "endsec" ||
         letters == "endseconds";
}

std::vector<RangeFound> ranges_in(const TokenText& text) {
  std::vector<RangeFound> ranges;
  const auto times = times_named(text);
  for (std::size_t i = 0; i + 1 < times.size(); ++i) {
    const auto& [first, second] = std::pair(times[i], times[i + 1]);
    if (first.end > second.begin || second.begin - first.end > 40) continue;
    const std::string_view between = std::string_view(text.lower).substr(first.end, second.begin - first.end);
    if (!is_range_joint(between, has_between_before(text.lower, first.begin)) && !is_key_joint(between)) continue;
    ranges.push_back({in_unit_of(first, second), in_unit_of(second, second), first.begin, second.end});
    ++i;
  }
  return ranges;
}

}  // namespace

void read_spans(const TokenText& text, const Reading& reading) {
  const auto& vocabulary = reading.question.vocabulary;
  const auto standings = reading.words.standings(
      vocabulary, vocabulary.empty() ? std::vector<std::string_view>{"phase", "step", "action", "verb"}
                                     : std::vector<std::string_view>{});
  auto mentions = reading.words.find(text, standings);
  std::erase_if(mentions,
                [](const Mention& m) { return m.standing < Standing::kKin || m.is_denied || m.is_ambiguous; });
  const auto begin_of = [&](std::size_t i) { return text.tokens[mentions[i].first].begin; };
  SpansAnswer answer;
  std::size_t segment_begin = 0;
  std::size_t segment_end = 0;   // stays while ranges lie before it, so that each byte is looked at once
  std::size_t next_mention = 0;  // the first that is not before the segment
  bool is_behind = true;         // in this segment labels follow their times
  std::size_t scanned = 0;
  const auto ranges = ranges_in(text);
  for (const RangeFound& range : ranges) {
    for (; scanned < range.begin; ++scanned) {
      const char c = text.lower[scanned];
      if (c == ';' || c == '\n' || c == '}' || c == '{') segment_begin = scanned + 1;
    }
    if (segment_end < range.end) segment_end = std::min(text.lower.size(), text.lower.find_first_of(";\n}", range.end));
    while (next_mention < mentions.size() && begin_of(next_mention) < segment_begin) ++next_mention;
    is_behind = next_mention >= mentions.size() || begin_of(next_mention) > range.begin ||
                (is_behind && !answer.spans.empty() && segment_begin == 0 && begin_of(0) > ranges[0].begin);
    const auto behind = std::partition_point(mentions.begin(), mentions.end(),
                                             [&](const Mention& m) { return text.tokens[m.first].begin < range.end; });
    const auto place = static_cast<std::size_t>(behind - mentions.begin());
    const bool has_behind = place < mentions.size() && begin_of(place) < segment_end;
    const bool has_before = place > 0 && begin_of(place - 1) >= segment_begin;
    if (!(range.begin_s < range.end_s) || range.end_s > kLongest) {
      note_stranger(text.shown.substr(range.begin, range.end - range.begin), reading.out);
      continue;
    }
    if (!has_behind && !has_before) {
      note_stranger(text.shown.substr(range.begin, std::min(segment_end, range.end + 60) - range.begin), reading.out);
      continue;
    }
    const bool takes_behind = is_behind ? has_behind : !has_before;
    const Mention& label = mentions[takes_behind ? place : place - 1];
    answer.spans.push_back(
        {reading.words.id(label.concept_index), {microseconds(range.begin_s), microseconds(range.end_s)}});
  }
  if (!answer.spans.empty() || !reading.out.out_of_vocabulary.empty()) return reading.done(std::move(answer));
  const bool is_bare_list = text.tokens.empty() && text.lower.find("[]") != std::string::npos;
  if (mentions.empty() && (has_denial(text) || is_bare_list)) return reading.done(std::move(answer));
  reading.fail("no label with its time");
}

}  // namespace surgsigma
