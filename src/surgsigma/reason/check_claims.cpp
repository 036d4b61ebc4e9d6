#include <algorithm>
#include <array>
#include <cmath>

#include "surgsigma/base/text.h"
#include "surgsigma/reason/check_state.h"

namespace surgsigma {

using chain::ActionLevel;
using chain::ClaimAtom;
using chain::ClaimWord;
using chain::kNone;
using chain::Sort;
using State = ReasoningChecker::OfVideo::State;

/// The record says that the concept is there.
bool State::names(std::size_t position, int concept_index) const {
  if (concept_index == kNone) return false;
  const Annotation& row = records.row(position);
  const bool is_list =
      row.kind == AnnotationKind::kPresence || row.kind == AnnotationKind::kBox || row.kind == AnnotationKind::kMask;
  const auto concepts = records.concepts(position);
  if (is_list) return std::find(concepts.begin(), concepts.end(), concept_index) != concepts.end();
  if (row.kind != AnnotationKind::kInteraction || concepts.empty()) return false;
  if (concepts[0] == concept_index) return true;
  const bool is_idle = row.state == LabelState::kIdle;
  return !is_idle && concepts.size() > 2 && concepts[2] == concept_index && concept_index != words.no_target();
}

bool State::is_box_of(std::size_t position, int concept_index, Box& box, ImageSize& size) const {
  const Annotation& row = records.row(position);
  const bool is_box = row.kind == AnnotationKind::kBox && records.concept_at(position, 0) == concept_index &&
                      concept_index != kNone && row.x1 && row.y1 && row.x2 && row.y2;
  if (!is_box) return false;
  const auto width = row.width ? row.width : video.width;
  const auto height = row.height ? row.height : video.height;
  if (!width || !height) return false;
  box = {*row.x1, *row.y1, *row.x2, *row.y2};
  size = {*width, *height};
  return true;
}

/// Steps are one level, actions the other; these are annotated, or follow from verbs.
std::optional<ActionLevel> State::level_of(int action) const {
  if (action == kNone) return std::nullopt;
  if (words[action].sort == Sort::kStep) return ActionLevel::kStep;
  return is_video_of_actions ? ActionLevel::kAction : ActionLevel::kBasicAction;
}

/// Whether the records in `evidence` say what the atom claims. Marks those that do as used.
bool State::is_backed(const ClaimAtom& atom, const ContextRow& context) {
  const auto use_if = [&](auto&& says) {
    bool is_said = false;
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      if (!says(evidence[i])) continue;
      is_used[i] = true;
      is_said = true;
    }
    return is_said;
  };
  const auto argument = [&](std::size_t i) { return atom.concepts[i]; };
  switch (atom.word) {
    case ClaimWord::kPresent:
      return use_if([&](std::size_t p) { return names(p, argument(0)); });
    case ClaimWord::kCount: {
      const int wanted = argument(0);
      const auto number = parse_int(atom.arguments[1]);
      const auto distinct = [&](auto&& each) {
        std::vector<std::int64_t> known;
        each([&](std::size_t p) {
          const Annotation& row = records.row(p);
          const bool is_instance = row.kind != AnnotationKind::kPresence && names(p, wanted) &&
                                   (row.kind != AnnotationKind::kInteraction || records.concept_at(p, 0) == wanted);
          if (!is_instance) return;
          const std::int64_t instance = row.instance ? *row.instance : -1;
          if (std::find(known.begin(), known.end(), instance) == known.end()) known.push_back(instance);
        });
        return known;
      };
      const auto named = distinct([&](auto&& take) {
        for (const std::size_t p : evidence) take(p);
      });
      const auto all = distinct([&](auto&& take) { each_in_context(context, take); });
      const bool is_known = std::find(all.begin(), all.end(), -1) == all.end();
      const auto count = static_cast<std::int64_t>(named.size());
      use_if([&](std::size_t p) { return names(p, wanted); });
      return number && is_known && count == *number && named.size() == all.size();
    }
    case ClaimWord::kAt:
      return use_if([&](std::size_t p) {
        Box box;
        ImageSize size;
        return is_box_of(p, argument(0), box, size) &&
               kGridWords[static_cast<std::size_t>(grid_cell(box, size))] == atom.arguments[1];
      });
    case ClaimWord::kSide:
      return use_if([&](std::size_t p) {
        Box box;
        ImageSize size;
        return is_box_of(p, argument(0), box, size) && side_word(box, size) == atom.arguments[1];
      });
    case ClaimWord::kNothing:
    case ClaimWord::kRest: {
      const CheckedVocabulary* vocabulary = tables.vocabulary(atom.arguments[0]);
      if (vocabulary == nullptr || !vocabulary->is_total || !vocabulary->is_of_instruments) return false;
      return use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        return row.kind == AnnotationKind::kPresence && records.concepts(p).empty() &&
               tables.vocabulary(row.vocabulary) == vocabulary;
      });
    }
    case ClaimWord::kOnly:
      return use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        const CheckedVocabulary* vocabulary = tables.vocabulary(row.vocabulary);
        const bool is_list = row.kind == AnnotationKind::kPresence && vocabulary != nullptr && vocabulary->is_total &&
                             vocabulary->is_of_instruments;
        return is_list && records.concepts(p).size() == 1 && records.concepts(p)[0] == argument(0);
      });
    case ClaimWord::kTogether:
    case ClaimWord::kInstruments:
    case ClaimWord::kTissues:
      for (std::size_t i = 0; i < atom.arguments.size(); ++i) {
        if (!use_if([&](std::size_t p) { return names(p, argument(i)); })) return false;
      }
      return true;
    case ClaimWord::kActs: {
      const bool has_number = atom.arguments.back().starts_with('x');
      const std::size_t parts = atom.arguments.size() - (has_number ? 1 : 0);
      if (parts < 2 || parts > 3) return false;
      std::int64_t count = 0;
      use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        const int target = records.concept_at(p, 2);
        const bool has_target = target != kNone && target != words.no_target();
        const bool says = row.kind == AnnotationKind::kInteraction && row.state == LabelState::kPresent &&
                          records.concept_at(p, 0) == argument(0) && argument(0) != kNone &&
                          records.concept_at(p, 1) == argument(1) && argument(1) != kNone &&
                          (parts == 3 ? target == argument(2) && has_target : !has_target);
        if (says) ++count;
        return says;
      });
      if (!has_number) return count > 0;
      return parse_int(atom.arguments.back().substr(1)) == count && count >= 2;
    }
    case ClaimWord::kIdle:
      for (std::size_t i = 0; i < atom.arguments.size(); ++i) {
        const bool is_said = use_if([&](std::size_t p) {
          const Annotation& row = records.row(p);
          const bool is_idle = row.state == LabelState::kIdle ||
                               (words.idle_verb() != kNone && records.concept_at(p, 1) == words.idle_verb());
          return row.kind == AnnotationKind::kInteraction && is_idle && argument(i) != kNone &&
                 records.concept_at(p, 0) == argument(i);
        });
        if (!is_said) return false;
      }
      return true;
    case ClaimWord::kLeftOf:
    case ClaimWord::kAbove: {
      std::array<Box, 2> boxes;
      std::array<ImageSize, 2> sizes;
      for (std::size_t side = 0; side < 2; ++side) {
        int found = 0;
        each_in_context(context, [&](std::size_t p) {
          Box box;
          ImageSize size;
          if (is_box_of(p, argument(side), box, size)) ++found;
        });
        const bool is_named =
            use_if([&](std::size_t p) { return is_box_of(p, argument(side), boxes[side], sizes[side]); });
        if (found != 1 || !is_named) return false;
      }
      if (!(sizes[0] == sizes[1])) return false;
      const bool is_left = atom.word == ClaimWord::kLeftOf;
      const double first = is_left ? boxes[0].x1 + boxes[0].x2 : boxes[0].y1 + boxes[0].y2;
      const double second = is_left ? boxes[1].x1 + boxes[1].x2 : boxes[1].y1 + boxes[1].y2;
      const double length = is_left ? sizes[0].width : sizes[0].height;
      return (second - first) / 2 >= 0.1 * length * (1 - 1e-9);
    }
    case ClaimWord::kPhase:
    case ClaimWord::kStep: {
      const auto kind = atom.word == ClaimWord::kPhase ? AnnotationKind::kPhase : AnnotationKind::kStep;
      return use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        const bool covers = context.subject == Subject::kFrame ||
                            (row.begin_us <= context.begin_us && row.end_us >= std::min(context.end_us, cutoff));
        return row.kind == kind && covers && argument(0) != kNone && records.concept_at(p, 0) == argument(0);
      });
    }
    case ClaimWord::kCriterion:
      return use_if([&](std::size_t p) {
        const int criterion = argument(0);
        if (criterion == kNone || records.row(p).kind != AnnotationKind::kCriterion) return false;
        if (records.concept_at(p, 0) != criterion) return false;
        const double value = chain::criterion_value(records.row(p));
        if (words[criterion].scale_top > 1) return parse_int(atom.arguments[1]) == std::llround(value);
        return atom.arguments[1] == (value >= 0.5 ? "met" : "unmet");
      });
    case ClaimWord::kShows:
    case ClaimWord::kAction: {
      const auto level = level_of(argument(0));
      if (!level) return false;
      return use_if([&](std::size_t p) { return action_at(p, *level) == argument(0); });
    }
    case ClaimWord::kElapsed: {
      // The action must run without a gap from the beginning of the clip to its cutoff.
      const auto level = level_of(shown_action);
      const auto duration = parse_int(atom.arguments[0]);
      if (!level || !duration) return false;
      std::vector<TimeRange> ranges;
      use_if([&](std::size_t p) {
        const bool is_part = action_at(p, *level) == shown_action;
        if (is_part) ranges.push_back(chain::time_of(records.row(p)));
        return is_part;
      });
      std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
      Microseconds reached = context.begin_us;
      for (const TimeRange& range : ranges) {
        if (range.begin - reached >= chain::kBridgedGap) return false;
        reached = std::max(reached, range.end);
      }
      const Microseconds end = std::min(context.end_us, cutoff);
      const bool begins_there = !ranges.empty() && ranges.front().begin >= context.begin_us - chain::kBridgedGap;
      return (begins_there || *level == ActionLevel::kBasicAction) && reached >= end &&
             *duration == end - context.begin_us;
    }
    case ClaimWord::kAfter: {
      const auto level = level_of(argument(0));
      if (!level) return false;
      const bool is_said = use_if([&](std::size_t p) {
        return action_at(p, *level) == argument(0) && records.row(p).begin_us < context.begin_us &&
               records.row(p).end_us <= context.begin_us + 1;
      });
      if (!is_said) return false;
      // Nothing else of its level may lie between.
      Microseconds end = 0;
      for (const std::size_t p : evidence) end = std::max(end, records.row(p).end_us);
      for (std::size_t p = 0; p < records.size(); ++p) {
        const Annotation& row = records.row(p);
        const bool is_between = row.begin_us >= end && row.begin_us < context.begin_us;
        const int action = is_between ? action_at(p, *level) : kNone;
        if (action != kNone && action != argument(0)) return false;
      }
      return true;
    }
    case ClaimWord::kRemaining: {
      const auto level = level_of(shown_action);
      const auto left = parse_int(atom.arguments[0]);
      if (!level || !left || atom.arguments[1] != "at") return false;
      std::vector<TimeRange> ranges;
      use_if([&](std::size_t p) {
        const bool is_part = action_at(p, *level) == shown_action;
        if (is_part) ranges.push_back(chain::time_of(records.row(p)));
        return is_part;
      });
      std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
      Microseconds reached = cutoff;
      for (const TimeRange& range : ranges) {
        if (range.begin - reached >= chain::kBridgedGap) return false;
        reached = std::max(reached, range.end);
      }
      // It must not go on behind the records named.
      for (std::size_t p = 0; p < records.size(); ++p) {
        const Annotation& row = records.row(p);
        const bool continues = row.end_us > reached && row.begin_us - reached < chain::kBridgedGap;
        if (continues && action_at(p, *level) == shown_action) return false;
      }
      return cutoff > context.begin_us && *left > 0 && reached - cutoff == *left;
    }
    case ClaimWord::kNext: {
      const auto level = level_of(argument(0));
      if (!level || argument(0) == shown_action || level_of(shown_action) != level) return false;
      Microseconds begin = -1;
      use_if([&](std::size_t p) {
        const Annotation& row = records.row(p);
        const bool is_it = action_at(p, *level) == argument(0) && row.begin_us >= context.end_us;
        if (is_it) begin = begin < 0 ? row.begin_us : std::min(begin, row.begin_us);
        return is_it;
      });
      if (begin < 0) return false;
      for (std::size_t p = 0; p < records.size(); ++p) {
        const Annotation& row = records.row(p);
        const bool is_between = row.begin_us >= context.end_us && row.begin_us <= begin;
        const int action = is_between ? action_at(p, *level) : kNone;
        if (action != kNone && action != argument(0)) return false;
      }
      return true;
    }
    case ClaimWord::kKnow:
      return false;  // stands alone, see check_knowledge
  }
  return false;
}

}  // namespace surgsigma
