#include "surgsigma/export/cosmos/clip_caption.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace surgsigma {
namespace {

/// Records of sampled pictures that lie no further apart tell of one stretch.
constexpr Microseconds kLargestGap = 1'500'000;
const ConceptId kInstrument("ins.instrument");

double seconds_from(Microseconds t, TimeRange clip) {
  const Microseconds inside = std::clamp(t, clip.begin, clip.end) - clip.begin;
  return std::round(static_cast<double>(inside) / 1000.0) / 1000.0;
}

/// "the hook", "scissors" without an article where the ontology has none.
std::string with_article(const Concept& known) { return known.article.empty() ? known.label : "the " + known.label; }

std::string facet(const Concept& known, const char* name) {
  return known.facets.is_object() ? text_or(known.facets, name, "") : "";
}

/// "the hook dissects the cystic duct"; empty where a word is missing.
std::string deed(const Concept& instrument, const Concept& verb, const Concept* target) {
  const bool is_plural = instrument.label == instrument.plural;
  std::string does = facet(verb, is_plural ? "third_person_plural" : "third_person");
  if (does.empty()) return "";
  std::string text = with_article(instrument) + " " + does;
  if (target == nullptr) return text;
  const std::string preposition = facet(verb, "preposition");
  return text + " " + (preposition.empty() ? "" : preposition + " ") + with_article(*target);
}

/// Stretches of time in which something holds.
class Runs {
 public:
  void add(const std::string& key, TimeRange time) {
    auto& list = runs_[key];
    if (!list.empty() && time.begin - list.back().end <= kLargestGap) {
      list.back().end = std::max(list.back().end, time.end);
    } else {
      list.push_back(time);
    }
  }
  const std::map<std::string, std::vector<TimeRange>>& all() const { return runs_; }

 private:
  std::map<std::string, std::vector<TimeRange>> runs_;
};

class Captioner {
 public:
  Captioner(TimeRange clip, const Ontology& ontology) : clip_(clip), ontology_(ontology) {}

  void take(const Annotation& row) {
    const TimeRange time{row.begin_us, std::max(row.end_us, row.begin_us + 1)};
    const bool counts = row.rejected.empty() && row.state == LabelState::kPresent && time.overlaps(clip_);
    if (!counts) return;
    switch (row.kind) {
      case AnnotationKind::kPresence:
        for (const ConceptId& id : row.concepts) see(id, time, row);
        break;
      case AnnotationKind::kBox:
      case AnnotationKind::kMask:
        if (!row.concepts.empty()) see(row.concepts[0], time, row);
        break;
      case AnnotationKind::kInteraction:
        take_interaction(row, time);
        break;
      case AnnotationKind::kPhase:
        take_span(row, "phase", time);
        break;
      case AnnotationKind::kStep:
        take_span(row, "step", time);
        break;
      case AnnotationKind::kAction:
        take_span(row, "action", time);
        break;
      default:
        break;
    }
  }

  ClipCaption caption(const SourceCard* card) {
    ClipCaption made;
    add_subjects(made.json);
    if (card != nullptr) add_background(*card, made.json);
    add_actions(made.json);
    add_segments(made.json);
    made.ordinals.assign(ordinals_.begin(), ordinals_.end());
    return made;
  }

 private:
  struct Span {
    TimeRange time;
    std::string label;
  };

  void see(const ConceptId& id, TimeRange time, const Annotation& row) {
    const Concept* known = ontology_.find(id);
    if (known == nullptr) return;
    seen_.add(id.text, time);
    ordinals_.insert(row.ordinal);
  }

  void take_interaction(const Annotation& row, TimeRange time) {
    if (row.concepts.size() < 2) return;
    const Concept* instrument = ontology_.find(row.concepts[0]);
    const Concept* verb = ontology_.find(row.concepts[1]);
    const Concept* target = row.concepts.size() > 2 ? ontology_.find(row.concepts[2]) : nullptr;
    if (instrument == nullptr) return;
    see(row.concepts[0], time, row);
    if (verb == nullptr) return;
    const std::string text = deed(*instrument, *verb, target);
    if (!text.empty()) deeds_.add(text, time);
  }

  void take_span(const Annotation& row, const char* kind, TimeRange time) {
    const Concept* known = row.concepts.empty() ? nullptr : ontology_.find(row.concepts[0]);
    if (known == nullptr) return;
    spans_[kind].push_back({time, known->label});
    ordinals_.insert(row.ordinal);
  }

  Json times(TimeRange time) const {
    return {{"begin_s", seconds_from(time.begin, clip_)}, {"end_s", seconds_from(time.end, clip_)}};
  }

  void add_subjects(Json& json) const {
    Json subjects = Json::array();
    for (const bool is_instrument : {true, false}) {
      for (const auto& [id, runs] : seen_.all()) {
        const Concept& known = *ontology_.find(ConceptId(id));
        if (ontology_.is_a(known.id, kInstrument) != is_instrument) continue;
        Json seen = Json::array();
        for (const TimeRange& run : runs) seen.push_back(times(run));
        subjects.push_back({{"name", known.label}, {"kind", known.kind}, {"concept_id", id}, {"seen", seen}});
      }
    }
    if (!subjects.empty()) json["subjects"] = std::move(subjects);
  }

  void add_background(const SourceCard& card, Json& json) const {
    const Concept* procedure = ontology_.find(card.procedure);
    if (procedure == nullptr) return;
    json["background"] = card.approach.empty() ? procedure->label : card.approach + " " + procedure->label;
  }

  void add_actions(Json& json) const {
    std::vector<std::pair<TimeRange, std::string>> all;
    for (const auto& [text, runs] : deeds_.all()) {
      for (const TimeRange& run : runs) all.emplace_back(run, text);
    }
    if (const auto spans = spans_.find("action"); spans != spans_.end()) {
      for (const Span& span : spans->second) all.emplace_back(span.time, span.label);
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.first.begin, a.first.end, a.second) < std::tie(b.first.begin, b.first.end, b.second);
    });
    Json actions = Json::array();
    for (const auto& [time, text] : all) {
      Json action = times(time);
      action["description"] = text;
      actions.push_back(std::move(action));
    }
    if (!actions.empty()) json["actions"] = std::move(actions);
  }

  /// Label of a kind at a time; of several that overlap the first by begin.
  const std::string* label_at(const char* kind, Microseconds t) const {
    const auto spans = spans_.find(kind);
    if (spans == spans_.end()) return nullptr;
    for (const Span& span : spans->second) {
      if (span.time.contains(t)) return &span.label;
    }
    return nullptr;
  }

  /// The clip cut wherever phase or step changes, and one sentence that tells the segments one after the other.
  void add_segments(Json& json) const {
    std::set<Microseconds> borders = {clip_.begin, clip_.end};
    for (const char* kind : {"phase", "step"}) {
      const auto spans = spans_.find(kind);
      if (spans == spans_.end()) continue;
      for (const Span& span : spans->second) {
        for (const Microseconds t : {span.time.begin, span.time.end}) {
          if (clip_.begin < t && t < clip_.end) borders.insert(t);
        }
      }
    }
    Json segments = Json::array();
    std::string told;
    for (auto at = borders.begin(); std::next(at) != borders.end(); ++at) {
      const TimeRange time{*at, *std::next(at)};
      Json segment = times(time);
      std::vector<std::string> words;
      for (const char* kind : {"phase", "step"}) {
        if (const std::string* label = label_at(kind, time.begin)) {
          segment[kind] = *label;
          words.push_back(std::string("the ") + kind + " is " + *label);
        }
      }
      for (const auto& action : json.value("actions", Json::array())) {
        const bool is_here = action["begin_s"].get<double>() < segment["end_s"].get<double>() &&
                             segment["begin_s"].get<double>() < action["end_s"].get<double>();
        if (is_here) words.push_back(action["description"].get<std::string>());
      }
      if (words.empty()) continue;
      std::string sentence;
      for (std::size_t i = 0; i < words.size(); ++i)
        sentence += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
      segment["description"] = sentence;
      told += fmt::format("{}From {:.1f} to {:.1f} seconds {}.", told.empty() ? "" : " ",
                          segment["begin_s"].get<double>(), segment["end_s"].get<double>(), sentence);
      segments.push_back(std::move(segment));
    }
    if (segments.empty()) return;
    json["segments"] = std::move(segments);
    json["temporal_caption"] = told;
  }

  TimeRange clip_;
  const Ontology& ontology_;
  Runs seen_;   // by concept id
  Runs deeds_;  // by words
  std::map<std::string, std::vector<Span>> spans_;
  std::set<std::int64_t> ordinals_;
};

}  // namespace

ClipCaption caption_of(const std::vector<Annotation>& rows, TimeRange clip, const Ontology& ontology,
                       const SourceCard* card) {
  std::vector<const Annotation*> ordered;
  for (const Annotation& row : rows) ordered.push_back(&row);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
    return std::tie(a->begin_us, a->ordinal) < std::tie(b->begin_us, b->ordinal);
  });
  Captioner captioner(clip, ontology);
  for (const Annotation* row : ordered) captioner.take(*row);
  return captioner.caption(card);
}

}  // namespace surgsigma
