#include "surgsigma/augment/augment.h"

#include <algorithm>
#include <charconv>

#include "surgsigma/augment/clips.h"
#include "surgsigma/augment/knowledge_index.h"
#include "surgsigma/augment/moments.h"
#include "surgsigma/schema/picture_paths.h"
#include "surgsigma/augment/use.h"

namespace surgsigma {

struct AugmentStage::Tables {
  SourceCard card;
  AugmentOptions options;
  KnowledgeIndex knowledge;
  std::vector<bool> is_out_of_body;  ///< by concept
  std::vector<bool> is_nothing;      ///< by concept: stands for the lack of a target
};

Result<AugmentStage> AugmentStage::create(const Catalog& catalog, const SourceCard& card,
                                          const AugmentOptions& options) {
  if (options.frame_step <= 0) {
    return Error{ErrorKind::kUsage, "frame_step must be positive", "augment", "e.g. 1 second"};
  }
  if (options.caption_clip < 0 || options.max_knowledge < 0) {
    return Error{ErrorKind::kUsage, "caption_clip and max_knowledge must not be negative", "augment",
                 "0 turns them off"};
  }
  auto tables = std::make_shared<Tables>(Tables{card, options, KnowledgeIndex(catalog), {}, {}});
  const ConceptId out_of_body("flg.out_of_body");
  for (const Concept& entry : catalog.ontology.concepts()) {
    tables->is_out_of_body.push_back(catalog.ontology.is_a(entry.id, out_of_body));
    tables->is_nothing.push_back(entry.id.text == "obj.no_target");
  }
  return AugmentStage(std::move(tables));
}

namespace {

/// The concepts of each annotation as numbers, in one block.
struct ConceptBlock {
  std::vector<int> concepts;
  std::vector<std::uint32_t> first;  ///< by position of the annotation, and one past the last

  std::pair<const int*, const int*> of(std::size_t position) const {
    return {concepts.data() + first[position], concepts.data() + first[position + 1]};
  }
};

void append_number(std::int64_t number, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// Joins what holds at moments and in clips of one video.
class Joiner {
 public:
  Joiner(const VideoRow& video, const std::vector<Annotation>& annotations, const PicturePaths& paths,
         const ConceptBlock& block, const KnowledgeIndex& index, KnowledgeOfVideo& knowledge)
      : video_(video),
        annotations_(annotations),
        paths_(paths),
        block_(block),
        index_(index),
        knowledge_(knowledge),
        rate_(frame_rate_of(video)) {
    for (std::size_t i = 0; i < annotations.size(); ++i) {
      if (is_in_use(annotations[i]) && annotations[i].end_us > annotations[i].begin_us) by_begin_.push_back(i);
    }
    std::stable_sort(by_begin_.begin(), by_begin_.end(),
                     [&](std::size_t a, std::size_t b) { return annotations[a].begin_us < annotations[b].begin_us; });
    for (const std::size_t i : by_begin_) {
      const bool is_short = range_of(annotations[i]).duration() <= kLongestSample;
      (is_short ? short_ : long_).push_back(i);
    }
  }

  /// Moments must come rising.
  ContextRow at(Microseconds t, const std::vector<TimeRange>& out_of_body, const std::vector<bool>& is_flag) {
    while (waiting_ < by_begin_.size() && annotations_[by_begin_[waiting_]].begin_us <= t) {
      active_.push_back(by_begin_[waiting_++]);
    }
    std::erase_if(active_, [&](std::size_t i) { return annotations_[i].end_us <= t; });
    chosen_ = active_;
    const bool is_outside = holds_at(out_of_body, t);
    if (is_outside) std::erase_if(chosen_, [&](std::size_t i) { return !is_flag[i]; });

    ContextRow row = begun(Subject::kFrame, {t, t});
    row.context_id += '@';
    append_number(t, row.context_id);
    row.frame = frame_at(t, rate_);
    std::string_view media;
    for (const std::size_t i : chosen_) {
      const Annotation& annotation = annotations_[i];
      if (annotation.begin_us != t) continue;
      if (annotation.begin_frame) row.frame = annotation.begin_frame;
      if (media.empty()) media = annotation.media;
    }
    row.media = media.empty() ? paths_.frame(*row.frame) : paths_.named(media);
    return row;
  }

  ContextRow in(const ClipRange& clip) {
    chosen_.clear();
    const TimeRange range = clip.range;
    for (const std::size_t i : long_) {
      if (annotations_[i].begin_us >= range.end) break;
      if (annotations_[i].end_us > range.begin) chosen_.push_back(i);
    }
    // A short record that reaches into the clip begins at most kLongestSample before it.
    auto at = std::partition_point(short_.begin(), short_.end(), [&](std::size_t i) {
      return annotations_[i].begin_us < range.begin - kLongestSample;
    });
    for (; at != short_.end() && annotations_[*at].begin_us < range.end; ++at) {
      const Annotation& row = annotations_[*at];
      const bool is_wanted = clip.with_pictures || !is_picture_kind(row.kind);
      if (row.end_us > range.begin && is_wanted && row.kind != AnnotationKind::kQa) chosen_.push_back(*at);
    }
    ContextRow row = begun(Subject::kClip, range);
    row.context_id += '@';
    append_number(range.begin, row.context_id);
    row.context_id += '-';
    append_number(range.end, row.context_id);
    row.media = paths_.clip(range);
    return row;
  }

 private:
  static bool holds_at(const std::vector<TimeRange>& ranges, Microseconds t) {
    const auto after = std::partition_point(ranges.begin(), ranges.end(), [&](const auto& r) { return r.begin <= t; });
    return after != ranges.begin() && std::prev(after)->contains(t);
  }

  /// What every context of the chosen annotations has.
  ContextRow begun(Subject subject, TimeRange range) {
    std::sort(chosen_.begin(), chosen_.end());
    ContextRow row;
    row.context_id.reserve(video_.video_id.text.size() + 24);
    row.context_id = video_.video_id.text;
    row.video_id = video_.video_id;
    row.subject = subject;
    row.begin_us = range.begin;
    row.end_us = range.end;
    row.ordinals.reserve(chosen_.size());
    in_play_.clear();
    for (const std::size_t i : chosen_) {
      const Annotation& annotation = annotations_[i];
      row.ordinals.push_back(annotation.ordinal);
      const bool has_size = annotation.width && annotation.height;
      if (!row.width && has_size) {
        row.width = annotation.width;
        row.height = annotation.height;
      }
      const auto [begin, end] = block_.of(i);
      for (const int* concept_index = begin; concept_index != end; ++concept_index) {
        in_play_.push_back(*concept_index);
        const int companion = index_.companion_of(*concept_index);
        if (companion != kUnknownConcept) in_play_.push_back(companion);
      }
    }
    if (!row.width) {
      row.width = video_.width;
      row.height = video_.height;
    }
    row.knowledge = knowledge_.retrieve(in_play_, static_cast<std::uint64_t>(range.begin / kSecond));
    return row;
  }

  const VideoRow& video_;
  const std::vector<Annotation>& annotations_;
  const PicturePaths& paths_;
  const ConceptBlock& block_;
  const KnowledgeIndex& index_;
  KnowledgeOfVideo& knowledge_;
  FrameRate rate_;
  std::vector<std::size_t> by_begin_;
  std::vector<std::size_t> short_;
  std::vector<std::size_t> long_;
  std::size_t waiting_ = 0;
  std::vector<std::size_t> active_;
  std::vector<std::size_t> chosen_;
  std::vector<int> in_play_;
};

std::vector<TimeRange> united(std::vector<TimeRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::vector<TimeRange> out;
  for (const TimeRange& range : ranges) {
    if (!out.empty() && range.begin <= out.back().end)
      out.back().end = std::max(out.back().end, range.end);
    else
      out.push_back(range);
  }
  return out;
}

}  // namespace

void AugmentStage::video(const VideoRow& video, const std::vector<Annotation>& annotations,
                         const Sink<ContextRow>& contexts) const {
  const Tables& tables = *tables_;
  ConceptBlock block;
  KnowledgeOfVideo knowledge(tables.knowledge, tables.options.max_knowledge);
  std::vector<TimeRange> out_of_body;
  std::vector<bool> is_flag(annotations.size(), false);
  block.first.reserve(annotations.size() + 1);
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    const Annotation& row = annotations[i];
    block.first.push_back(static_cast<std::uint32_t>(block.concepts.size()));
    if (!is_in_use(row)) continue;
    for (const ConceptId& id : row.concepts) {
      const int index = id.empty() ? kUnknownConcept : tables.knowledge.concept_of(id);
      if (index == kUnknownConcept || tables.is_nothing[static_cast<std::size_t>(index)]) continue;
      block.concepts.push_back(index);
      knowledge.add(index, std::max<Microseconds>(row.end_us - row.begin_us, kSecond));
      const bool is_outside = row.kind == AnnotationKind::kFlag && row.state == LabelState::kPresent &&
                              tables.is_out_of_body[static_cast<std::size_t>(index)];
      if (!is_outside) continue;
      is_flag[i] = true;
      out_of_body.push_back(range_of(row));
    }
  }
  block.first.push_back(static_cast<std::uint32_t>(block.concepts.size()));
  out_of_body = united(std::move(out_of_body));

  const PicturePaths paths(tables.card, video);
  Joiner joiner(video, annotations, paths, block, tables.knowledge, knowledge);
  const MomentRules rules{tables.options.frame_step,
                          tables.card.frame_media.empty() ? 1 : tables.card.frame_media_step};
  for (const Microseconds t : sampled_moments(video, annotations, rules)) {
    contexts(joiner.at(t, out_of_body, is_flag));
  }
  for (const ClipRange& clip : clip_ranges(annotations, out_of_body, tables.options.caption_clip)) {
    contexts(joiner.in(clip));
  }
}

}  // namespace surgsigma
