// What the labels and measures of one video say about a moment of it.
#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

namespace {

const ConceptId kInstrument("ins.instrument");
/// Marks over which nothing may be shown or continued; smoke and repetition are no reason.
const std::set<std::string, std::less<>> kForbidding = {"black", "out_of_body", "frozen", "overexposed",
                                                             "pixelated", "blank"};
constexpr const char* kOutOfBody = "out_of_body";

}  // namespace

bool PairMaker::is_instrument(const Annotation& row) const {
  return !row.concepts.empty() && catalog_.ontology.is_a(row.concepts[0], kInstrument);
}

bool PairMaker::is_marked(Microseconds time) const {
  return std::any_of(input_.marks.begin(), input_.marks.end(),
                     [&](const MarkRow& mark) { return mark.begin_us <= time && time < mark.end_us; });
}

bool PairMaker::is_out_of_body(Microseconds time) const {
  return std::any_of(input_.annotations.begin(), input_.annotations.end(), [&](const Annotation& row) {
    return is_out_of_body_flag(row) && row.begin_us <= time && time < row.end_us;
  });
}

bool PairMaker::is_out_of_body_flag(const Annotation& row) const {
  if (row.kind != AnnotationKind::kFlag || row.concepts.empty()) return false;
  return row.concepts[0].text.find(kOutOfBody) != std::string::npos;
}

VideoSpans PairMaker::spans() const {
  VideoSpans made;
  made.rate = rate();
  made.frames = input_.video_file.empty() ? input_.pictures.back().first + 1 : input_.medium->frames;
  for (const Annotation& row : input_.annotations) {
    if (is_out_of_body_flag(row) && row.end_us > row.begin_us) made.out_of_body.push_back({row.begin_us, row.end_us});
  }
  for (const MarkRow& mark : input_.marks) {
    if (kForbidding.contains(mark.reason)) made.black.push_back({mark.begin_us, mark.end_us});
  }
  for (const HiddenRegion& region : input_.hiding.regions) {
    if (!region.box) made.out_of_body.push_back(region.time);
  }
  return made;
}

std::string PairMaker::workflow_words(Microseconds time, std::vector<std::int64_t>& ordinals) const {
  std::string words;
  for (const auto& [kind, name] :
       {std::pair(AnnotationKind::kPhase, "phase"), std::pair(AnnotationKind::kStep, "step")}) {
    for (const Annotation& row : input_.annotations) {
      const bool is_now = row.kind == kind && is_in_use(row) && row.begin_us <= time && time < row.end_us;
      const Concept* known = is_now && !row.concepts.empty() ? catalog_.ontology.find(row.concepts[0]) : nullptr;
      if (!known) continue;
      words += std::string(" The ") + name + " is " + known->label + ".";
      ordinals.push_back(row.ordinal);
      break;
    }
  }
  return words;
}

ImageSize PairMaker::label_size(const Annotation& row) const {
  if (row.width && row.height) return {*row.width, *row.height};
  return {input_.video.width.value_or(0), input_.video.height.value_or(0)};
}

Box PairMaker::box_on(const Annotation& row, ImageSize picture) const {
  const ImageSize native = label_size(row);
  const double wide = native.width > 0 ? static_cast<double>(picture.width) / native.width : 1;
  const double high = native.height > 0 ? static_cast<double>(picture.height) / native.height : 1;
  return {*row.x1 * wide, *row.y1 * high, *row.x2 * wide, *row.y2 * high};
}

std::vector<SeenInstrument> PairMaker::instruments_at(std::int64_t frame, ImageSize picture,
                                                      std::vector<std::int64_t>& ordinals) const {
  std::vector<SeenInstrument> seen;
  for (const Annotation& row : input_.annotations) {
    const bool is_here = row.kind == AnnotationKind::kBox && row.begin_frame == frame && is_in_use(row) && row.x1;
    if (!is_here || !is_instrument(row)) continue;
    SeenInstrument made{row.concepts[0].text, std::nullopt, place_of_box(box_on(row, picture))};
    if (row.instance) made.instance = *row.instance;
    seen.push_back(std::move(made));
    ordinals.push_back(row.ordinal);
  }
  return seen;
}

std::string PairMaker::motion_words(std::int64_t from, std::int64_t to, ImageSize size,
                                    std::vector<std::int64_t>& ordinals) const {
  std::vector<std::int64_t> used;
  const auto before = instruments_at(from, size, used), after = instruments_at(to, size, used);
  if (before.empty() || after.empty()) return "";
  std::vector<InstrumentMotion> motions;
  for (const FollowedInstrument& one : followed(before, after)) {
    const Concept* known = catalog_.ontology.find(ConceptId(one.key));
    if (!known) continue;
    InstrumentMotion motion;
    motion.key = one.key;
    motion.words = {"the " + known->label, known->article.empty() ? known->label : known->article + " " + known->label,
                    known->plural, known->label == known->plural};
    motion.before = one.before;
    motion.after = one.after;
    motions.push_back(std::move(motion));
  }
  const auto text = motion_text(std::move(motions), size);
  if (!text.ok() || text->empty()) return "";
  ordinals.insert(ordinals.end(), used.begin(), used.end());
  return " " + *text;
}

}  // namespace surgsigma
