#include "surgsigma/simulate/operation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace surgsigma {
namespace {

constexpr Milliseconds kSecondMs = 1000;
constexpr Milliseconds kShortestPhase = 2 * kSecondMs;
constexpr int kMostVisits = 500;
constexpr int kRaters = 3;

/// Near enough to a normal variable, and the same on every machine.
double gauss(Draws& draws) {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += draws.unit();
  return sum - 6;
}

/// A length around a median, never five times more or less.
double length_around(Draws& draws, double median, double spread) {
  return std::clamp(median * std::exp(spread * gauss(draws)), median / 5, median * 5);
}

Milliseconds to_ms(double seconds) { return static_cast<Milliseconds>(std::llround(seconds * 1000)); }

template <class Items, class Weight>
const typename Items::value_type* pick(Draws& draws, const Items& items, Weight weight) {
  double total = 0;
  for (const auto& item : items) total += weight(item);
  double left = draws.unit() * total;
  const typename Items::value_type* last = nullptr;
  for (const auto& item : items) {
    const double share = weight(item);
    if (share <= 0) continue;
    last = &item;
    left -= share;
    if (left < 0) break;
  }
  return last;
}

/// Makes one operation; each part has its own stream of draws, so that a change in one moves no other.
class Maker {
 public:
  Maker(const Script& script, const std::vector<TripletWords>& valid, std::uint64_t seed, std::string case_key,
        double scale)
      : script_(script), valid_(valid), seed_(seed), scale_(scale) {
    operation_.case_key = std::move(case_key);
  }

  Operation make() {
    make_phases();
    make_steps();
    make_overlays();
    for (int lane = 0; lane < 3; ++lane) make_lane(lane);
    std::stable_sort(
        operation_.activities.begin(), operation_.activities.end(),
        [](const Activity& a, const Activity& b) { return a.begin != b.begin ? a.begin < b.begin : a.lane < b.lane; });
    make_criteria();
    make_sights();
    make_motions();
    return std::move(operation_);
  }

 private:
  Draws draws(std::string_view purpose) const { return {seed_, operation_.case_key, purpose}; }

  const PhaseScript* phase_script(std::string_view word) const {
    for (const PhaseScript& phase : script_.phases) {
      if (phase.word == word) return &phase;
    }
    return nullptr;
  }

  int visits_of(std::string_view word) const {
    const auto& phases = operation_.phases;
    return static_cast<int>(std::count_if(phases.begin(), phases.end(), [&](const Span& s) { return s.word == word; }));
  }

  const PhaseScript* first_mandatory_left() const {
    for (const PhaseScript& phase : script_.phases) {
      if (phase.is_mandatory && visits_of(phase.word) == 0) return &phase;
    }
    return nullptr;
  }

  /// The phase after `from`; null at the end of the operation.
  const PhaseScript* next_phase(Draws& at, std::string_view from) const {
    const PhaseScript* missing = first_mandatory_left();
    const auto weight = [&](const EdgeScript& edge) {
      if (edge.from != from) return 0.0;
      if (edge.to.empty()) return missing == nullptr ? edge.weight : 0.0;
      const PhaseScript* to = phase_script(edge.to);
      const int visits = visits_of(edge.to);
      if (to == nullptr || visits >= to->max_visits) return 0.0;
      return edge.weight * std::pow(script_.revisit_factor, visits);
    };
    const EdgeScript* edge = pick(at, script_.edges, weight);
    if (edge == nullptr) return missing;
    return edge->to.empty() ? nullptr : phase_script(edge->to);
  }

  void make_phases() {
    Draws at = draws("phases");
    operation_.begin = to_ms(script_.lead_in_s * at.unit() * std::min(1.0, scale_));
    Milliseconds t = operation_.begin;
    std::string_view from;
    while (operation_.phases.size() < kMostVisits) {
      const PhaseScript* phase = next_phase(at, from);
      if (phase == nullptr) break;
      // A phase that is taken up again is shorter than the first time.
      const double revisit = visits_of(phase->word) == 0 || script_.revisit_factor == 1 ? 1.0 : 0.4;
      const double seconds = length_around(at, phase->median_s * revisit, phase->spread) * scale_;
      const Milliseconds end = t + std::max(kShortestPhase, to_ms(seconds));
      operation_.phases.push_back({phase->word, t, end});
      t = end;
      from = phase->word;
    }
    operation_.end = t;
  }

  void make_steps() {
    if (script_.steps.empty()) return;
    Draws at = draws("steps");
    for (const Span& visit : operation_.phases) {
      std::vector<std::pair<std::string_view, double>> chosen;
      const StepScript* likeliest = nullptr;
      for (const StepScript& step : script_.steps) {
        if (step.phase != visit.word) continue;
        if (likeliest == nullptr || step.chance > likeliest->chance) likeliest = &step;
        if (at.chance(step.chance)) chosen.emplace_back(step.word, length_around(at, step.median_s, 0.4));
      }
      if (chosen.empty()) chosen.emplace_back(likeliest->word, 1.0);
      divide(visit, chosen);
    }
  }

  /// Cuts a visit into steps in proportion to their lengths, half a second each at least.
  void divide(const Span& visit, const std::vector<std::pair<std::string_view, double>>& chosen) {
    const auto count = static_cast<Milliseconds>(chosen.size());
    const Milliseconds least = std::min<Milliseconds>(500, (visit.end - visit.begin) / count);
    const double spare = static_cast<double>(visit.end - visit.begin - least * count);
    double total = 0;
    for (const auto& [word, length] : chosen) total += length;
    Milliseconds begin = visit.begin;
    double done = 0;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      done += chosen[i].second;
      const auto share = static_cast<Milliseconds>(spare * done / total);
      const bool is_last = i + 1 == chosen.size();
      const Milliseconds end = is_last ? visit.end : visit.begin + share + least * static_cast<Milliseconds>(i + 1);
      auto& steps = operation_.steps;
      const bool extends = !steps.empty() && steps.back().word == chosen[i].first && steps.back().end == begin;
      if (extends)
        steps.back().end = end;
      else
        steps.push_back({chosen[i].first, begin, end});
      begin = end;
    }
  }

  void make_overlays() {
    operation_.out_of_body = overlays("out_of_body", script_.out_of_body_per_hour, 14);
    operation_.adverse_events = overlays("adverse_event", script_.adverse_per_hour, 40);
  }

  /// Segments apart from each other, each inside one phase.
  std::vector<Span> overlays(std::string_view purpose, double per_hour, double median_s) {
    Draws at = draws(purpose);
    std::vector<Span> spans;
    if (per_hour <= 0) return spans;
    const double mean_gap_s = 3600 / per_hour * std::min(1.0, scale_);
    Milliseconds t = operation_.begin;
    while (true) {
      t += to_ms(mean_gap_s * (0.3 + 1.4 * at.unit()));
      const Milliseconds wanted = to_ms(length_around(at, median_s * std::min(1.0, scale_), 0.7));
      const Span* phase = span_at(operation_.phases, t);
      if (phase == nullptr) return spans;
      const Milliseconds end = std::min(t + std::max(kSecondMs, wanted), phase->end);
      if (end - t >= kSecondMs / 2) spans.push_back({purpose, t, end});
      t = end;
    }
  }

  Path make_path(Draws& at, double width, double height, double x, double y, double wander) {
    Path path;
    path.x = std::clamp(x + wander * (at.unit() - 0.5), 0.1, 0.9);
    path.y = std::clamp(y + wander * (at.unit() - 0.5), 0.1, 0.9);
    path.width = width * (0.8 + 0.4 * at.unit());
    path.height = height * (0.8 + 0.4 * at.unit());
    path.sway_x = 0.02 + 0.08 * at.unit();
    path.sway_y = 0.02 + 0.08 * at.unit();
    path.period_x_s = 6 + 10 * at.unit();
    path.period_y_s = 6 + 10 * at.unit();
    path.turn_x = at.unit();
    path.turn_y = at.unit();
    return path;
  }

  bool works_in(const WorkScript& work, std::string_view phase, int lane) const {
    return work.lane == lane && (work.phase.empty() || work.phase == phase);
  }

  /// What one hand does: stretches with an instrument in view, between them nothing; outside the body nothing.
  void make_lane(int lane) {
    const double share = script_.lane_share[lane];
    if (script_.works.empty() || share <= 0) return;
    Draws at = draws("lane " + std::to_string(lane));
    for (const Span& visit : operation_.phases) {
      const bool has_work = std::any_of(script_.works.begin(), script_.works.end(),
                                        [&](const WorkScript& work) { return works_in(work, visit.word, lane); });
      if (!has_work) continue;
      Milliseconds t = visit.begin;
      bool is_in_view = at.chance(share);
      while (t < visit.end) {
        const double median_s = is_in_view ? 45 : std::min(240.0, 45 * (1 - share) / share);
        const Milliseconds end = std::min(visit.end, t + std::max(kSecondMs, to_ms(length_around(at, median_s, 0.5))));
        if (is_in_view) use_instrument(at, visit.word, lane, t, end);
        is_in_view = !is_in_view;
        t = end;
      }
    }
  }

  void use_instrument(Draws& at, std::string_view phase, int lane, Milliseconds begin, Milliseconds end) {
    const WorkScript* first =
        pick(at, script_.works, [&](const WorkScript& w) { return works_in(w, phase, lane) ? w.weight : 0.0; });
    const Path path = make_path(at, 0.28, 0.32, lane == 0 ? 0.3 : lane == 1 ? 0.65 : 0.45, lane == 2 ? 0.75 : 0.5, 0.2);
    Milliseconds t = begin;
    while (t < end) {
      const Milliseconds until = std::min(end, t + std::max(kSecondMs, to_ms(length_around(at, 7, 0.6))));
      add_activity(choose_work(at, phase, lane, first->instrument), lane, t, until, path);
      t = until;
    }
  }

  Activity choose_work(Draws& at, std::string_view phase, int lane, std::string_view instrument) const {
    Activity activity;
    activity.instrument = instrument;
    const bool is_idle = at.chance(script_.idle_chance);
    const bool is_rare = at.chance(script_.rare_chance);
    if (is_idle || is_rare) {
      const TripletWords* chosen = pick(at, valid_, [&](const TripletWords& t) {
        return t.instrument == instrument && t.is_idle == is_idle ? 1.0 : 0.0;
      });
      if (chosen != nullptr) {
        activity.verb = chosen->verb;
        activity.target = chosen->target;
        activity.is_idle = chosen->is_idle;
        return activity;
      }
    }
    const WorkScript* work = pick(at, script_.works, [&](const WorkScript& w) {
      return works_in(w, phase, lane) && w.instrument == instrument ? w.weight : 0.0;
    });
    activity.verb = work->verb;
    activity.target = work->target;
    return activity;
  }

  /// Adds the parts of an activity that lie inside the body; joins it to the one before when the hand just goes on.
  void add_activity(Activity activity, int lane, Milliseconds begin, Milliseconds end, const Path& path) {
    activity.lane = lane;
    activity.path = path;
    for (const Span& outside : operation_.out_of_body) {
      if (outside.end <= begin || outside.begin >= end) continue;
      if (outside.begin > begin) push_activity(activity, begin, outside.begin);
      begin = std::min(end, outside.end);
    }
    if (begin < end) push_activity(activity, begin, end);
  }

  void push_activity(Activity activity, Milliseconds begin, Milliseconds end) {
    activity.begin = begin;
    activity.end = end;
    if (!operation_.activities.empty()) {
      Activity& last = operation_.activities.back();
      const bool goes_on = last.lane == activity.lane && last.end == begin && last.instrument == activity.instrument &&
                           last.verb == activity.verb && last.target == activity.target &&
                           last.path.turn_x == activity.path.turn_x;
      if (goes_on) {
        last.end = end;
        return;
      }
    }
    operation_.activities.push_back(activity);
  }

  const Span* last_visit(std::string_view word) const {
    const auto& phases = operation_.phases;
    const auto at = std::find_if(phases.rbegin(), phases.rend(), [&](const Span& s) { return s.word == word; });
    return at == phases.rend() ? nullptr : &*at;
  }

  /// Criteria become true one after the other towards the end of their phase, the later the rarer; a rater sees one a
  /// little before or after, and now and then not at all or wrongly.
  void make_criteria() {
    if (script_.criteria.empty()) return;
    Draws at = draws("criteria");
    const Span* phase = last_visit(script_.criteria_phase);
    const std::size_t count = script_.criteria.size();
    bool is_reached = phase != nullptr;
    for (std::size_t i = 0; i < count; ++i) {
      CriterionCourse course;
      course.raters.resize(kRaters);
      is_reached = is_reached && at.chance(i == 0 ? 0.8 : 0.75);
      const double length = phase == nullptr ? 0 : static_cast<double>(phase->end - phase->begin);
      const double part = 0.7 + 0.28 * (static_cast<double>(i) + 0.8 * at.unit()) / static_cast<double>(count);
      if (is_reached) course.met = phase->begin + static_cast<Milliseconds>(length * part);
      for (auto& rater : course.raters) {
        const double delay = gauss(at) * 0.05 * length;
        const bool misses = at.chance(0.08);
        const bool imagines = at.chance(0.12);
        if (course.met && !misses) rater = *course.met + static_cast<Milliseconds>(delay);
        if (!course.met && imagines && phase != nullptr) {
          rater = phase->begin + static_cast<Milliseconds>(length * part + delay);
        }
      }
      operation_.criteria.push_back(std::move(course));
    }
  }

  void make_sights() {
    for (const SightScript& sight : script_.sights) {
      Draws at = draws("sight " + std::string(sight.word));
      const Path path = make_path(at, sight.width, sight.height, sight.x, sight.y, 0.15);
      Milliseconds t = operation_.begin;
      bool is_in_view = at.chance(sight.share);
      while (t < operation_.end) {
        const double median_s = is_in_view ? 60 : std::min(240.0, 60 * (1 - sight.share) / sight.share);
        const Milliseconds end =
            std::min(operation_.end, t + std::max(kSecondMs, to_ms(length_around(at, median_s, 0.5))));
        if (is_in_view) operation_.sights.push_back({sight.word, t, end, path});
        is_in_view = !is_in_view;
        t = end;
      }
    }
  }

  /// The camera stands still most of the time; movements last a second or three.
  void make_motions() {
    if (script_.motions.size() < 2) return;
    Draws at = draws("motions");
    Milliseconds t = operation_.begin;
    while (true) {
      t += to_ms(length_around(at, 12, 0.6));
      const Milliseconds end = t + to_ms(length_around(at, 1.5, 0.3));
      if (end >= operation_.end) return;
      operation_.motions.push_back({script_.motions[1 + at.below(script_.motions.size() - 1)], t, end});
      t = end;
    }
  }

  const Script& script_;
  const std::vector<TripletWords>& valid_;
  std::uint64_t seed_;
  double scale_;
  Operation operation_;
};

}  // namespace

RelativeBox Path::at(Milliseconds t) const {
  const double seconds = static_cast<double>(t) / 1000;
  const double two_pi = 2 * std::numbers::pi;
  const double center_x = x + sway_x * std::sin(two_pi * (seconds / period_x_s + turn_x));
  const double center_y = y + sway_y * std::sin(two_pi * (seconds / period_y_s + turn_y));
  const double left = std::clamp(center_x - width / 2, 0.0, 1.0);
  const double top = std::clamp(center_y - height / 2, 0.0, 1.0);
  const double right = std::clamp(center_x + width / 2, 0.0, 1.0);
  const double bottom = std::clamp(center_y + height / 2, 0.0, 1.0);
  return {left, top, right - left, bottom - top};
}

Operation make_operation(const Script& script, const std::vector<TripletWords>& valid, std::uint64_t seed,
                         std::string case_key, double scale) {
  return Maker(script, valid, seed, std::move(case_key), scale).make();
}

const Span* span_at(const std::vector<Span>& spans, Milliseconds t) {
  const auto after = std::upper_bound(spans.begin(), spans.end(), t,
                                      [](Milliseconds time, const Span& span) { return time < span.begin; });
  if (after == spans.begin()) return nullptr;
  const Span& span = *(after - 1);
  return span.contains(t) ? &span : nullptr;
}

}  // namespace surgsigma
