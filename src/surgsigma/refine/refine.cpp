#include "surgsigma/refine/refine.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "surgsigma/base/text.h"
#include "surgsigma/base/time.h"

namespace surgsigma {
namespace {

/// What a source's word means.
struct Meaning {
  ConceptId concept_id;
  Match match = Match::kExact;
  LabelState state = LabelState::kPresent;
};

using WordMap = std::unordered_map<std::string, Meaning>;

/// Concept kinds that words of an annotation kind may name; empty: any.
std::vector<std::string_view> concept_kinds(AnnotationKind kind) {
  switch (kind) {
    case AnnotationKind::kPhase:
      return {"phase"};
    case AnnotationKind::kStep:
      return {"step"};
    case AnnotationKind::kAction:
      return {"action", "verb"};
    case AnnotationKind::kCriterion:
      return {"criterion"};
    case AnnotationKind::kFlag:
      return {"flag"};
    case AnnotationKind::kMotion:
      return {"motion"};
    default:
      return {"instrument", "anatomy", "object", "verb", "flag"};
  }
}

bool is_exclusive(AnnotationKind kind) { return kind == AnnotationKind::kPhase || kind == AnnotationKind::kStep; }

/// Two interactions or boxes may be equal but for the instance; everything else that is equal is the same fact twice.
using FactKey = std::tuple<AnnotationKind, std::int64_t, std::int64_t, std::vector<std::string>, std::string,
                           std::optional<std::int32_t>, std::optional<double>, std::optional<double>>;

FactKey fact_key(const RawAnnotation& row) {
  return {row.kind, row.begin_us, row.end_us, row.labels, row.vocabulary, row.instance, row.x1, row.y1};
}

/// Issues of one video, the same rule and value told once with a count.
class Findings {
 public:
  Findings(const VideoRow& video, const Sink<IssueRow>& sink) : video_(video), sink_(sink) {}

  void add(const RawAnnotation& row, const char* rule, Severity severity, const std::string& value, std::string message,
           std::string hint) {
    Found& found = found_[{rule, value}];
    if (found.count++ > 0) return;
    IssueRow& issue = found.issue;
    issue.source_id = video_.source_id;
    issue.stage = "refine";
    issue.rule = rule;
    issue.severity = severity;
    issue.video_id = video_.video_id;
    issue.file = row.file;
    issue.line = row.line;
    issue.value = value;
    issue.message = std::move(message);
    issue.hint = std::move(hint);
  }

  void report() {
    std::vector<Found*> in_order;
    for (auto& [key, found] : found_) in_order.push_back(&found);
    std::stable_sort(in_order.begin(), in_order.end(), [](const Found* a, const Found* b) {
      return std::tie(a->issue.file, a->issue.line) < std::tie(b->issue.file, b->issue.line);
    });
    for (Found* found : in_order) {
      if (found->count > 1) found->issue.message += " (" + std::to_string(found->count) + " records of this video)";
      sink_(std::move(found->issue));
    }
  }

 private:
  struct Found {
    IssueRow issue;
    std::int64_t count = 0;
  };
  const VideoRow& video_;
  const Sink<IssueRow>& sink_;
  std::map<std::pair<std::string, std::string>, Found> found_;
};

/// Cuts the box to its frame, where the frame's size is known; false when nothing is left of it. The raw record keeps
/// what was shipped, and the reader has said where that reached beyond the frame.
bool fit_box(Annotation& row) {
  Box box{*row.x1, *row.y1, *row.x2, *row.y2};
  if (box.area() <= 0) return false;
  if (row.width && row.height) {
    const auto inside = clamped(box, {*row.width, *row.height});
    if (!inside || inside->area() <= 0) return false;
    box = *inside;
  }
  row.x1 = box.x1;
  row.y1 = box.y1;
  row.x2 = box.x2;
  row.y2 = box.y2;
  return true;
}

Annotation annotation_of(const RawAnnotation& raw) {
  Annotation annotation;
  static_cast<AnnotationFields&>(annotation) = raw;
  return annotation;
}

}  // namespace

struct RefineStage::Maps {
  const Catalog& catalog;
  const SourceCard& card;
  std::map<std::string, WordMap> words;                                    ///< by vocabulary
  std::map<std::string, std::vector<std::string>> parts;                   ///< of interaction vocabularies
  std::map<std::string, std::vector<std::vector<std::string>>> valid;      ///< sorted combinations
  std::unordered_map<std::string, std::vector<ConceptId>> ontology_words;  ///< lower-case label or synonym -> concepts

  const Meaning* meaning(const std::string& vocabulary, const std::string& label) const {
    const auto map = words.find(vocabulary);
    if (map == words.end()) return nullptr;
    const auto found = map->second.find(label);
    return found == map->second.end() ? nullptr : &found->second;
  }

  /// For vocabularies the card leaves open: the one concept whose preferred label or exact synonym is this very word.
  std::optional<Meaning> by_ontology(AnnotationKind kind, const std::string& label) const {
    const auto found = ontology_words.find(lower(trim(label)));
    if (found == ontology_words.end()) return std::nullopt;
    const auto kinds = concept_kinds(kind);
    std::optional<Meaning> meaning;
    for (const ConceptId& id : found->second) {
      const Concept* concept_found = catalog.ontology.find(id);
      if (std::find(kinds.begin(), kinds.end(), concept_found->kind) == kinds.end()) continue;
      if (meaning) return std::nullopt;  // two concepts share the word: no guess
      meaning = Meaning{id, Match::kExact, LabelState::kPresent};
    }
    return meaning;
  }

  bool is_open(const std::string& vocabulary) const {
    const auto found = card.vocabularies.find(vocabulary);
    return found == card.vocabularies.end() || !found->second.is_closed;
  }

  /// Fills concepts, match and state; false when a word has no concept.
  bool map_labels(Annotation& row, std::string& unmapped) const;
};

bool RefineStage::Maps::map_labels(Annotation& row, std::string& unmapped) const {
  const auto part_names = parts.find(row.vocabulary);
  row.concepts.resize(row.labels.size());
  bool is_mapped = true;
  for (std::size_t i = 0; i < row.labels.size(); ++i) {
    const std::string& label = row.labels[i];
    if (label.empty()) continue;
    const bool has_part = part_names != parts.end() && i < part_names->second.size();
    const std::string& vocabulary = has_part ? part_names->second[i] : row.vocabulary;
    const Meaning* meaning = this->meaning(vocabulary, label);
    std::optional<Meaning> known;
    if (!meaning && is_open(vocabulary)) {
      known = by_ontology(row.kind, label);
      if (known) meaning = &*known;
    }
    if (!meaning || meaning->concept_id.empty()) {
      is_mapped = false;
      unmapped = label;
      continue;
    }
    row.concepts[i] = meaning->concept_id;
    row.match = std::max(row.match, meaning->match);
    if (meaning->state != LabelState::kPresent && row.state == LabelState::kPresent) row.state = meaning->state;
  }
  return is_mapped;
}

Result<RefineStage> RefineStage::create(const Catalog& catalog, const SourceCard& card) {
  auto maps = std::make_shared<Maps>(Maps{catalog, card, {}, {}, {}, {}});
  for (const auto& [name, vocabulary] : card.vocabularies) {
    WordMap& words = maps->words[name];
    for (const VocabularyLabel& label : vocabulary.labels) {
      words[label.label] = {label.concept_id, label.match, label.state};
    }
    if (!vocabulary.parts.empty()) maps->parts[name] = vocabulary.parts;
    auto& valid = maps->valid[name];
    for (const auto& [id, labels] : vocabulary.classes) valid.push_back(labels);
    std::sort(valid.begin(), valid.end());
  }
  for (const Concept& known : catalog.ontology.concepts()) {
    auto add = [&](const std::string& text) {
      auto& ids = maps->ontology_words[lower(trim(text))];
      if (std::find(ids.begin(), ids.end(), known.id) == ids.end()) ids.push_back(known.id);
    };
    add(known.label);
    for (const auto& synonym : known.synonyms) {
      if (synonym.match == Match::kExact) add(synonym.text);
    }
  }
  return RefineStage(std::move(maps));
}

namespace {

/// Marks later records of an exclusive kind that say something else about time already taken, and silently those of a
/// second file that say the same.
void mark_overlaps(const std::vector<RawAnnotation>& raw, std::vector<Annotation>& rows, Findings& findings) {
  std::map<std::pair<AnnotationKind, std::string>, std::vector<std::size_t>> tracks;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (is_exclusive(rows[i].kind) && rows[i].rejected.empty()) tracks[{rows[i].kind, ""}].push_back(i);
  }
  for (auto& [key, track] : tracks) {
    // The file that was read first is the reference; records of other files only fill what it leaves open.
    std::map<std::string, int> file_rank;
    for (const std::size_t i : track) file_rank.try_emplace(raw[i].file, static_cast<int>(file_rank.size()));
    std::stable_sort(track.begin(), track.end(), [&](std::size_t a, std::size_t b) {
      return std::make_pair(file_rank[raw[a].file], rows[a].begin_us) <
             std::make_pair(file_rank[raw[b].file], rows[b].begin_us);
    });
    std::map<Microseconds, std::size_t> taken;  // begin -> row
    for (const std::size_t i : track) {
      const TimeRange range{rows[i].begin_us, rows[i].end_us};
      std::optional<std::size_t> same, other;
      auto at = taken.upper_bound(range.begin);
      if (at != taken.begin()) --at;
      for (; at != taken.end() && at->first < range.end; ++at) {
        const Annotation& held = rows[at->second];
        const TimeRange overlap{std::max(held.begin_us, range.begin), std::min(held.end_us, range.end)};
        if (overlap.is_empty()) continue;
        const bool is_other_file = raw[at->second].file != raw[i].file;
        if (held.concepts == rows[i].concepts)
          same = at->second;
        else if (!is_other_file || overlap.duration() > 2 * kSecond)
          other = at->second;
      }
      if (other) {
        const bool is_other_file = raw[*other].file != raw[i].file;
        rows[i].rejected = is_other_file ? "files_disagree" : "overlap";
        findings.add(raw[i], is_other_file ? "files_disagree" : "overlap", Severity::kWarning, rows[i].labels[0],
                     std::string(word(rows[i].kind)) + " " + quoted(rows[i].labels[0]) + " from " +
                         clock_text(range.begin) + " runs into " + quoted(rows[*other].labels[0]) + " of " +
                         raw[*other].file + ":" + std::to_string(raw[*other].line),
                     "the record read first is kept; look which one is right");
      } else if (same) {
        rows[i].rejected = "duplicate";
      } else {
        taken[range.begin] = i;
      }
    }
  }
}

/// The same criterion from two files: the one with the raters' votes is kept.
void mark_double_criteria(std::vector<Annotation>& rows) {
  std::map<std::pair<std::int64_t, std::string>, std::size_t> kept;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].kind != AnnotationKind::kCriterion || !rows[i].rejected.empty() || rows[i].concepts.empty()) continue;
    const auto [at, is_new] = kept.try_emplace({rows[i].begin_us, rows[i].concepts[0].text}, i);
    if (is_new) continue;
    Annotation& earlier = rows[at->second];
    const bool is_better = rows[i].raters.size() > earlier.raters.size();
    (is_better ? earlier : rows[i]).rejected = "duplicate";
    if (is_better) at->second = i;
  }
}

void mark_double_facts(const std::vector<RawAnnotation>& raw, std::vector<Annotation>& rows, Findings& findings) {
  std::map<FactKey, std::size_t> seen;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].rejected.empty() || rows[i].kind == AnnotationKind::kCriterion || rows[i].kind == AnnotationKind::kQa)
      continue;
    const auto [at, is_new] = seen.try_emplace(fact_key(raw[i]), i);
    if (is_new) continue;
    rows[i].rejected = "duplicate";
    if (raw[at->second].file != raw[i].file) continue;  // two files of one release tell the same: no one's mistake
    findings.add(raw[i], "duplicate_record", Severity::kWarning, join(raw[i].labels, ", "),
                 "says the same as line " + std::to_string(raw[at->second].line) + " of the file",
                 "kept once; the file holds it twice");
  }
}

/// Near enough to be one box written twice: files round differently.
bool is_same_box(const Annotation& a, const Annotation& b) {
  const auto near = [](const std::optional<double>& x, const std::optional<double>& y) {
    return x.has_value() == y.has_value() && (!x || std::abs(*x - *y) <= 1.0);
  };
  return near(a.x1, b.x1) && near(a.y1, b.y1) && near(a.x2, b.x2) && near(a.y2, b.y2);
}

/// Boxes and interactions of one moment that a second file of the release tells again, perhaps numbering the objects in
/// another way: each record of the file read first answers for one of the other's.
void mark_told_again(const std::vector<RawAnnotation>& raw, std::vector<Annotation>& rows) {
  std::map<std::tuple<AnnotationKind, Microseconds, std::vector<ConceptId>>, std::vector<std::size_t>> moments;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool is_counted = rows[i].kind == AnnotationKind::kBox || rows[i].kind == AnnotationKind::kInteraction;
    if (is_counted && rows[i].rejected.empty())
      moments[{rows[i].kind, rows[i].begin_us, rows[i].concepts}].push_back(i);
  }
  for (const auto& [key, same] : moments) {
    const std::string& first_file = raw[same.front()].file;
    std::vector<std::size_t> unanswered;
    for (const std::size_t i : same) {
      if (raw[i].file == first_file) unanswered.push_back(i);
    }
    for (const std::size_t i : same) {
      if (raw[i].file == first_file) continue;
      const auto twin = std::find_if(unanswered.begin(), unanswered.end(),
                                     [&](std::size_t other) { return is_same_box(rows[i], rows[other]); });
      if (twin == unanswered.end()) continue;
      rows[i].rejected = "duplicate";
      unanswered.erase(twin);
    }
  }
}

/// Two tracks of one video that should end together but do not: the sign of labels read at a wrong rate.
void compare_ends(const VideoRow& video, const std::vector<RawAnnotation>& raw, Findings& findings) {
  struct End {
    std::int64_t end_us = 0;
    std::int64_t records = 0;
    const RawAnnotation* last = nullptr;
  };
  std::map<std::pair<AnnotationKind, std::string>, End> ends;
  for (const RawAnnotation& row : raw) {
    const bool is_track = is_exclusive(row.kind) || row.kind == AnnotationKind::kPresence;
    if (!is_track || row.media.size() > 0) continue;
    End& end = ends[{row.kind, row.file}];
    end.records += row.rows;
    if (row.end_us > end.end_us) {
      end.end_us = row.end_us;
      end.last = &row;
    }
  }
  const End* longest = nullptr;
  for (const auto& [key, end] : ends) {
    if (end.records >= 30 && (!longest || end.end_us > longest->end_us)) longest = &end;
  }
  if (!longest) return;
  for (const auto& [key, end] : ends) {
    if (end.records < 30 || end.last->file == longest->last->file) continue;
    const double ratio = static_cast<double>(longest->end_us) / static_cast<double>(end.end_us);
    if (ratio < 1.1) continue;
    findings.add(*end.last, "rate_mismatch", Severity::kError, clock_text(end.end_us),
                 "labels end at " + clock_text(end.end_us) + " but " + longest->last->file + " goes on to " +
                     clock_text(longest->end_us) + " (" + video.video_id.text + ")",
                 "one of the two was sampled at another rate than the card says");
  }
}

}  // namespace

void RefineStage::video(const VideoRow& video, std::vector<RawAnnotation>&& raw, const Sink<Annotation>& annotations,
                        const Sink<IssueRow>& issues) const {
  const Maps& maps = *maps_;
  Findings findings(video, issues);
  std::vector<Annotation> rows;
  rows.reserve(raw.size());
  for (const RawAnnotation& row : raw) {
    Annotation& refined = rows.emplace_back(annotation_of(row));
    std::string unmapped;
    if (!maps.map_labels(refined, unmapped) && row.kind != AnnotationKind::kQa) {
      refined.rejected = "unmapped_label";
      findings.add(row, "unmapped_label", Severity::kError, unmapped,
                   "the word is not in the source's label map (vocabulary " +
                       (row.vocabulary.empty() ? std::string("none") : row.vocabulary) + ")",
                   "add it to the vocabulary in the source card with its concept, or correct the file");
      continue;
    }
    if (row.end_us <= row.begin_us || row.begin_us < 0) {
      refined.rejected = "empty_interval";
      findings.add(row, "empty_interval", Severity::kError, clock_text(row.begin_us),
                   "ends at " + clock_text(row.end_us) + ", not after it begins", "correct the interval");
      continue;
    }
    const bool has_box = row.x1 && row.y1 && row.x2 && row.y2;
    if (has_box && !fit_box(refined)) {
      refined.rejected = "bad_box";
      findings.add(row, "bad_box", Severity::kError, join(row.labels, ", "),
                   "the box has no area, or none of it lies in its frame", "look at the box convention of the file");
      continue;
    }
    if (row.kind == AnnotationKind::kInteraction) {
      const auto valid = maps.valid.find(row.vocabulary);
      const bool is_whole = std::none_of(row.labels.begin(), row.labels.end(), [](const auto& l) { return l.empty(); });
      const bool has_list = valid != maps.valid.end() && !valid->second.empty();
      if (has_list && is_whole && !std::binary_search(valid->second.begin(), valid->second.end(), row.labels)) {
        findings.add(row, "unlisted_triplet", Severity::kWarning, join(row.labels, ", "),
                     "the combination is not among the source's valid triplets",
                     "kept as it is; see whether a part is mistaken");
      }
    }
  }
  mark_double_facts(raw, rows, findings);
  mark_told_again(raw, rows);
  mark_double_criteria(rows);
  mark_overlaps(raw, rows, findings);
  compare_ends(video, raw, findings);
  for (Annotation& row : rows) annotations(std::move(row));
  findings.report();
}

}  // namespace surgsigma
