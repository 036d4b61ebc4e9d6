#include "surgsigma/synth/pairs.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/mask.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/video.h"
#include "surgsigma/synth/depth_view.h"
#include "surgsigma/synth/motion_text.h"
#include "surgsigma/synth/next_frame.h"
#include "surgsigma/synth/smoke.h"

namespace surgsigma {
namespace {

constexpr int kJpegQuality = 95;
const ConceptId kInstrument("ins.instrument");
/// Marks over which nothing may be shown or continued; smoke and repetition are no reason.
const std::set<std::string, std::less<>> kForbidding = {"black", "out_of_body", "frozen", "overexposed", "pixelated", "blank"};
constexpr const char* kOutOfBody = "out_of_body";

using TakeFrame = std::function<Status(std::int64_t frame, Image&& picture)>;

std::string seconds_words(int seconds) { return std::to_string(seconds) + (seconds == 1 ? " second" : " seconds"); }

/// `with` of a card's depth entry: unit (mm, m, relative, disparity), scale, is_inverse, near_is_bright, invalid.
Result<DepthConvention> depth_convention(const Json& with, const std::string& where) {
  DepthConvention convention;
  if (!with.is_object()) return convention;
  const std::string unit = text_or(with, "unit", "mm");
  const std::map<std::string, DepthUnit> units = {{"mm", DepthUnit::kMillimetres}, {"m", DepthUnit::kMetres},
                                                  {"relative", DepthUnit::kRelative}, {"disparity", DepthUnit::kDisparity}};
  const auto known = units.find(unit);
  if (known == units.end()) {
    return Error{ErrorKind::kUsage, "no unit of depth: " + quoted(unit), where, "mm, m, relative or disparity"};
  }
  convention.unit = known->second;
  convention.is_inverse = unit == "disparity";
  if (with.contains("scale") && with["scale"].is_number()) convention.scale = with["scale"].get<double>();
  if (with.contains("is_inverse") && with["is_inverse"].is_boolean()) convention.is_inverse = with["is_inverse"].get<bool>();
  if (with.contains("near_is_bright") && with["near_is_bright"].is_boolean()) {
    convention.near_is_bright = with["near_is_bright"].get<bool>();
  }
  if (with.contains("invalid") && with["invalid"].is_number()) convention.invalid = {with["invalid"].get<double>()};
  return convention;
}

class PairMaker {
 public:
  PairMaker(const Catalog& catalog, const SourceCard& card, bool is_simulated, const PairOptions& options,
            const PairInput& input, const Sink<PairRow>& pairs, const Sink<IssueRow>& issues)
      : catalog_(catalog), card_(card), is_simulated_(is_simulated), options_(options), input_(input), pairs_(pairs), issues_(issues) {}

  Status run() {
    if (!input_.medium) return done();
    SURGSIGMA_CHECK(desmoking());
    SURGSIGMA_CHECK(segmentation());
    SURGSIGMA_CHECK(depth());
    SURGSIGMA_CHECK(next_frames());
    return clips();
  }

 private:
  // --- pixels

  const std::string& id() const { return input_.video.video_id.text; }
  FrameRate rate() const {
    const bool is_file = !input_.video_file.empty() && input_.medium->frame_rate_num > 0;
    return is_file ? FrameRate{input_.medium->frame_rate_num, input_.medium->frame_rate_den}
                   : FrameRate{input_.video.frame_rate_num, input_.video.frame_rate_den};
  }

  /// Frames in ascending order; those that cannot be had are issues.
  Status each_frame(std::vector<std::int64_t> frames, const TakeFrame& take) {
    if (frames.empty()) return done();
    if (!input_.video_file.empty()) {
      if (!video_) {
        auto opened = Video::open(options_.source_root / input_.video_file);
        if (!opened.ok()) return issue("unreadable_video", input_.video_file, opened.error());
        video_ = std::move(*opened);
      }
      std::erase_if(frames, [&](std::int64_t frame) { return frame < 0 || frame >= video_->info().frames; });
      return video_->frames(
          frames, [&](VideoFrame&& frame) { return take(frame.index, std::move(frame.image)); },
          [&](std::int64_t frame, const Error& error) { return issue("broken_frame", std::to_string(frame), error); });
    }
    std::sort(frames.begin(), frames.end());
    frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
    for (const std::int64_t frame : frames) {
      const auto at = std::lower_bound(input_.pictures.begin(), input_.pictures.end(), std::pair(frame, std::string()));
      if (at == input_.pictures.end() || at->first != frame) continue;
      auto picture = read_picture(options_.source_root / at->second);
      if (!picture.ok()) {
        SURGSIGMA_CHECK(issue("broken_frame", at->second, picture.error()));
        continue;
      }
      SURGSIGMA_CHECK(take(frame, std::move(*picture)));
    }
    return done();
  }

  /// "media/ab/abcdef0123456789.jpg", written unless it is there.
  Result<std::string> keep(const std::string& bytes, const char* ending) {
    const std::string hash = hex64(hash64(bytes));
    const std::string name = hash.substr(0, 2) + "/" + hash + ending;
    std::error_code code;
    if (!fs::exists(options_.media_folder / name, code)) SURGSIGMA_CHECK(write_file(options_.media_folder / name, bytes));
    return "media/" + name;
  }

  Result<std::string> keep_jpeg(const Image& picture) {
    SURGSIGMA_TRY(bytes, encode_jpeg(picture, kJpegQuality));
    return keep(bytes, ".jpg");
  }
  Result<std::string> keep_png(const Image& picture) {
    SURGSIGMA_TRY(bytes, encode_png(picture));
    return keep(bytes, ".png");
  }

  // --- rows

  PairRow row(const char* task, std::int64_t frame, std::int64_t target_frame, ImageSize size) const {
    PairRow made;
    made.task = task;
    made.video_id = input_.video.video_id;
    made.source_id = input_.video.source_id;
    made.case_id = input_.video.case_id;
    made.frame = frame;
    made.target_frame = target_frame;
    made.begin_us = time_of_frame(frame, rate());
    made.end_us = time_of_frame(target_frame, rate());
    made.width = size.width;
    made.height = size.height;
    made.origin = is_simulated_ ? Origin::kSimulated : Origin::kDerived;
    return made;
  }

  void hand_over(PairRow&& made) {
    Hasher hasher;
    hasher.add(made.task).add(made.video_id.text).add(made.frame).add(made.target_frame).add(made.parameters);
    made.pair_id = hasher.hex();
    pairs_(std::move(made));
  }

  Status issue(const char* rule, std::string value, const Error& error) {
    IssueRow found;
    found.source_id = input_.video.source_id;
    found.unit = input_.video.unit;
    found.stage = "synth";
    found.rule = rule;
    found.severity = Severity::kWarning;
    found.video_id = input_.video.video_id;
    found.file = input_.video_file.empty() ? input_.medium->path : input_.video_file;
    found.value = std::move(value);
    found.message = error.what;
    found.hint = error.hint;
    issues_(std::move(found));
    return done();
  }

  /// At most `per_video` of a list, in its order; always the same ones.
  template <class Item>
  std::vector<Item> drawn(std::vector<Item> items, const char* purpose) const {
    const auto most = static_cast<std::size_t>(options_.per_video);
    if (items.size() <= most) return items;
    std::vector<std::size_t> places(items.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
    Draws draws(options_.seed, id(), purpose);
    draws.shuffle(places);
    places.resize(most);
    std::sort(places.begin(), places.end());
    std::vector<Item> kept;
    for (const std::size_t place : places) kept.push_back(std::move(items[place]));
    return kept;
  }

  // --- labels

  bool is_in_use(const Annotation& row) const { return row.rejected.empty() && row.state == LabelState::kPresent; }

  bool is_instrument(const Annotation& row) const {
    return !row.concepts.empty() && catalog_.ontology.is_a(row.concepts[0], kInstrument);
  }

  bool is_marked(Microseconds time) const {
    return std::any_of(input_.marks.begin(), input_.marks.end(), [&](const MarkRow& mark) {
      return mark.begin_us <= time && time < mark.end_us;
    });
  }

  bool is_out_of_body(Microseconds time) const {
    return std::any_of(input_.annotations.begin(), input_.annotations.end(), [&](const Annotation& row) {
      return is_out_of_body_flag(row) && row.begin_us <= time && time < row.end_us;
    });
  }

  bool is_out_of_body_flag(const Annotation& row) const {
    if (row.kind != AnnotationKind::kFlag || row.concepts.empty()) return false;
    return row.concepts[0].text.find(kOutOfBody) != std::string::npos;
  }

  VideoSpans spans() const {
    VideoSpans made;
    made.rate = rate();
    made.frames = input_.video_file.empty() ? input_.pictures.back().first + 1 : input_.medium->frames;
    for (const Annotation& row : input_.annotations) {
      if (is_out_of_body_flag(row) && row.end_us > row.begin_us) made.out_of_body.push_back({row.begin_us, row.end_us});
    }
    for (const MarkRow& mark : input_.marks) {
      if (kForbidding.contains(mark.reason)) made.black.push_back({mark.begin_us, mark.end_us});
    }
    return made;
  }

  /// "The phase is X." for the phase (or step) at a time; empty where none is labelled.
  std::string workflow_words(Microseconds time, std::vector<std::int64_t>& ordinals) const {
    std::string words;
    for (const auto& [kind, name] : {std::pair(AnnotationKind::kPhase, "phase"), std::pair(AnnotationKind::kStep, "step")}) {
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

  std::vector<SeenInstrument> instruments_at(std::int64_t frame, std::vector<std::int64_t>& ordinals) const {
    std::vector<SeenInstrument> seen;
    for (const Annotation& row : input_.annotations) {
      const bool is_here = row.kind == AnnotationKind::kBox && row.begin_frame == frame && is_in_use(row) && row.x1;
      if (!is_here || !is_instrument(row)) continue;
      SeenInstrument made{row.concepts[0].text, std::nullopt, place_of_box({*row.x1, *row.y1, *row.x2, *row.y2})};
      if (row.instance) made.instance = *row.instance;
      seen.push_back(std::move(made));
      ordinals.push_back(row.ordinal);
    }
    return seen;
  }

  /// " The hook moves right." where both frames carry boxes.
  std::string motion_words(std::int64_t from, std::int64_t to, ImageSize size, std::vector<std::int64_t>& ordinals) const {
    std::vector<std::int64_t> used;
    const auto before = instruments_at(from, used), after = instruments_at(to, used);
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

  // --- desmoking

  Status desmoking() {
    const CleanLimits limits;
    std::vector<FrameRow> clean;
    for (const FrameRow& frame : input_.frames) {
      FrameQuality quality;
      quality.smoke = frame.smoke;
      quality.sharpness = frame.sharpness;
      quality.black_share = frame.black_share;
      quality.bright_share = frame.bright_share;
      if (why_not_clean(quality, limits).empty() && !is_marked(frame.time_us) && !is_out_of_body(frame.time_us)) clean.push_back(frame);
    }
    clean = drawn(std::move(clean), "desmoking");
    std::map<std::int64_t, FrameRow> chosen;
    std::vector<std::int64_t> indices;
    for (FrameRow& frame : clean) {
      indices.push_back(frame.frame);
      chosen.emplace(frame.frame, std::move(frame));
    }
    return each_frame(indices, [&](std::int64_t frame, Image&& picture) { return add_smoke_pair(chosen.at(frame), picture); });
  }

  Status add_smoke_pair(const FrameRow& frame, const Image& clean) {
    if (clean.channels != 3) return done();
    std::vector<std::int64_t> ordinals;
    std::optional<PlumeSource> tip;
    for (const Annotation& row : input_.annotations) {
      if (row.kind != AnnotationKind::kBox || row.begin_frame != frame.frame || !is_in_use(row) || !is_instrument(row) || !row.x1) continue;
      tip = tip_of_box({*row.x1, *row.y1, *row.x2, *row.y2}, clean.size());
      ordinals.push_back(row.ordinal);
      break;
    }
    const std::string record = id() + "@" + std::to_string(frame.frame);
    const SmokeParameters parameters = draw_smoke(options_.seed, record, clean.size(), tip);
    SmokeScene scene;
    Image field;
    if (frame.field_radius) {
      field = field_mask({*frame.field_x, *frame.field_y, *frame.field_radius}, clean.size());
      scene.field = &field;
    }
    auto smoky = add_smoke(clean, parameters, scene);
    if (!smoky.ok()) return issue("no_smoke", std::to_string(frame.frame), smoky.error());
    PairRow made = row("desmoking", frame.frame, frame.frame, clean.size());
    SURGSIGMA_TRY(input, keep_jpeg(smoky->picture));
    SURGSIGMA_TRY(target, keep_jpeg(clean));
    SURGSIGMA_TRY(transmission, keep_png(smoky->transmission));
    made.input = std::move(input);
    made.target = std::move(target);
    made.prompt = "Remove the surgical smoke from this picture and bring out what lies behind it.";
    Json told = to_json(parameters);
    told["severity"] = std::string(word(smoky->severity));
    told["mean_veil"] = smoky->mean_veil;
    told["transmission"] = transmission;
    told["distance"] = smoky->is_distance_prior ? "prior" : "map";
    made.parameters = to_text(told);
    made.ordinals = std::move(ordinals);
    hand_over(std::move(made));
    return done();
  }

  // --- segmentation

  struct Outlines {
    std::vector<const Annotation*> rows;
  };

  Status segmentation() {
    std::map<std::int64_t, Outlines> by_frame;
    for (const Annotation& row : input_.annotations) {
      const bool has_outline = row.kind == AnnotationKind::kMask && is_in_use(row) && is_instrument(row) &&
                               row.begin_frame && (row.text.starts_with("[") || row.text.starts_with("{"));
      if (has_outline) by_frame[*row.begin_frame].rows.push_back(&row);
    }
    std::map<std::int64_t, const PairMap*> rasters;
    for (const PairMap& map : input_.masks) rasters.emplace(map.frame, &map);
    std::vector<std::int64_t> frames;
    for (const auto& [frame, map] : rasters) frames.push_back(frame);
    for (const auto& [frame, outlines] : by_frame) {
      if (!rasters.contains(frame)) frames.push_back(frame);
    }
    std::sort(frames.begin(), frames.end());
    frames = drawn(std::move(frames), "instrument_segmentation");
    return each_frame(frames, [&](std::int64_t frame, Image&& picture) -> Status {
      const auto raster = rasters.find(frame);
      std::vector<std::int64_t> ordinals;
      auto mask = raster != rasters.end() ? mask_of_raster(*raster->second, picture.size())
                                          : mask_of_outlines(by_frame.at(frame), picture.size(), ordinals);
      if (!mask.ok()) return issue("unusable_mask", std::to_string(frame), mask.error());
      PairRow made = row("instrument_segmentation", frame, frame, picture.size());
      SURGSIGMA_TRY(given, keep_jpeg(picture));
      SURGSIGMA_TRY(target, keep_png(*mask));
      made.input = std::move(given);
      made.target = std::move(target);
      made.prompt = "Segment the surgical instruments: white where one is, black elsewhere.";
      made.parameters = to_text(Json{{"mask", raster != rasters.end() ? raster->second->path : "outlines"}});
      made.ordinals = std::move(ordinals);
      hand_over(std::move(made));
      return done();
    });
  }

  Result<Image> mask_of_raster(const PairMap& map, ImageSize size) const {
    SURGSIGMA_TRY(ids, read_class_ids(options_.source_root / map.path));
    if (ids.size() != size) {
      return Error{ErrorKind::kData, "the mask is " + std::to_string(ids.width) + "x" + std::to_string(ids.height) +
                   ", its picture " + std::to_string(size.width) + "x" + std::to_string(size.height), map.path, ""};
    }
    const auto vocabulary = card_.vocabularies.find(map.vocabulary);
    if (vocabulary == card_.vocabularies.end()) {
      return Error{ErrorKind::kUsage, "the card does not say which vocabulary numbers the mask", map.path,
                   "add with: {vocabulary: ...} to the layout entry"};
    }
    std::array<bool, 256> is_known{}, is_tool{};
    is_known[0] = is_known[255] = true;
    for (const VocabularyLabel& label : vocabulary->second.labels) {
      if (label.id < 0 || label.id > 255) continue;
      is_known[static_cast<std::size_t>(label.id)] = true;
      is_tool[static_cast<std::size_t>(label.id)] = label.concept_id.text.starts_with("ins.");
    }
    Image mask(size.width, size.height, 1);
    for (std::size_t i = 0; i < ids.values.size(); ++i) {
      if (!is_known[ids.values[i]]) {
        return Error{ErrorKind::kData, "value " + std::to_string(ids.values[i]) + " of the mask is no class of " + map.vocabulary,
                     map.path, "add it to the card, or correct the mask"};
      }
      mask.values[i] = is_tool[ids.values[i]] ? 255 : 0;
    }
    return mask;
  }

  static Result<Mask> mask_of(const Annotation& row, ImageSize size) {
    SURGSIGMA_TRY(json, parse_json(row.text, "mask"));
    const std::string name = row.video_id.text + "#" + std::to_string(row.ordinal);
    if (json.is_array()) {
      std::vector<std::vector<double>> polygons;
      for (const Json& ring : json) {
        std::vector<double> flat;
        for (const Json& number : ring) {
          if (!number.is_number()) return Error{ErrorKind::kData, "an outline holds something that is no number", name, ""};
          flat.push_back(number.get<double>());
        }
        polygons.push_back(std::move(flat));
      }
      return mask_from_polygons(polygons, size, name);
    }
    if (!json.contains("counts")) return Error{ErrorKind::kData, "neither outlines nor run lengths", name, ""};
    if (json["counts"].is_string()) return mask_from_counts(json["counts"].get<std::string>(), size, name);
    std::vector<std::int64_t> runs;
    for (const Json& run : json["counts"]) {
      if (!run.is_number_integer()) return Error{ErrorKind::kData, "a run length is no whole number", name, ""};
      runs.push_back(run.get<std::int64_t>());
    }
    return mask_from_runs(runs, size, name);
  }

  static Result<Image> mask_of_outlines(const Outlines& outlines, ImageSize size, std::vector<std::int64_t>& ordinals) {
    Mask all = mask_from_image(Image(size.width, size.height, 1));
    for (const Annotation* row : outlines.rows) {
      SURGSIGMA_TRY(mask, mask_of(*row, size));
      SURGSIGMA_TRY(joined, merged(all, mask, MaskMerge::kUnion));
      all = std::move(joined);
      ordinals.push_back(row->ordinal);
    }
    return image_from_mask(all, 255);
  }

  // --- depth

  Status depth() {
    std::map<std::int64_t, const PairMap*> maps;
    for (const PairMap& map : input_.depths) maps.emplace(map.frame, &map);
    std::vector<std::int64_t> frames;
    for (const auto& [frame, map] : maps) frames.push_back(frame);
    frames = drawn(std::move(frames), "depth_estimation");
    return each_frame(frames, [&](std::int64_t frame, Image&& picture) -> Status {
      const PairMap& map = *maps.at(frame);
      const auto view = view_of(map, picture.size());
      if (!view.ok()) return issue("unusable_depth", map.path, view.error());
      PairRow made = row("depth_estimation", frame, frame, picture.size());
      SURGSIGMA_TRY(given, keep_jpeg(picture));
      SURGSIGMA_TRY(target, keep_png(view->picture));
      made.input = std::move(given);
      made.target = std::move(target);
      made.prompt = "Draw the depth of this picture in grey: the nearer, the brighter.";
      made.parameters = to_text(Json{{"map", map.path}, {"q2", view->q2}, {"q98", view->q98}, {"near_is_bright", true}});
      hand_over(std::move(made));
      return done();
    });
  }

  Result<DepthView> view_of(const PairMap& map, ImageSize size) const {
    SURGSIGMA_TRY(convention, depth_convention(map.convention, map.path));
    SURGSIGMA_TRY(depth, read_depth(options_.source_root / map.path, convention));
    if (depth.values.size() != size) return Error{ErrorKind::kData, "the map has another size than its picture", map.path, ""};
    return depth_view(depth, convention);
  }

  // --- what comes next

  bool has_frame(std::int64_t frame) const {
    if (!input_.video_file.empty()) return frame < input_.medium->frames;
    const auto at = std::lower_bound(input_.pictures.begin(), input_.pictures.end(), std::pair(frame, std::string()));
    return at != input_.pictures.end() && at->first == frame;
  }

  Status next_frames() {
    NextFrameOptions settings;
    settings.samples = options_.per_video;
    auto samples = draw_next_frames(spans(), id(), options_.seed, settings);
    if (!samples.ok()) return issue("no_next_frame", "", samples.error());
    std::erase_if(*samples, [&](const NextFrameSample& s) { return !has_frame(s.start_frame) || !has_frame(s.truth_frame); });
    std::vector<std::int64_t> frames;
    for (const NextFrameSample& sample : *samples) {
      frames.push_back(sample.start_frame);
      frames.push_back(sample.truth_frame);
    }
    std::map<std::int64_t, std::string> kept;
    ImageSize size;
    SURGSIGMA_CHECK(each_frame(frames, [&](std::int64_t frame, Image&& picture) -> Status {
      SURGSIGMA_TRY(name, keep_jpeg(picture));
      kept[frame] = std::move(name);
      size = picture.size();
      return done();
    }));
    for (const NextFrameSample& sample : *samples) {
      if (!kept.contains(sample.start_frame) || !kept.contains(sample.truth_frame)) continue;
      PairRow made = row("next_frame_generation", sample.start_frame, sample.truth_frame, size);
      made.begin_us = sample.start_us;
      made.end_us = sample.truth_us;
      made.input = kept[sample.start_frame];
      made.target = kept[sample.truth_frame];
      std::string words = workflow_words(sample.start_us, made.ordinals);
      words += motion_words(sample.start_frame, sample.truth_frame, size, made.ordinals);
      made.prompt = "Show this view " + seconds_words(sample.horizon_s) + " later." + words;
      made.parameters = to_text(Json{{"horizon_s", sample.horizon_s}});
      hand_over(std::move(made));
    }
    return done();
  }

  // --- clips

  Status clips() {
    if (input_.video_file.empty()) return done();  // pictures a second apart are no clip
    std::vector<ActionSpan> actions;
    std::vector<const Annotation*> rows;
    for (const AnnotationKind kind : {AnnotationKind::kAction, AnnotationKind::kStep, AnnotationKind::kPhase}) {
      for (const Annotation& row : input_.annotations) {
        if (row.kind != kind || !is_in_use(row) || row.concepts.empty() || row.end_us <= row.begin_us) continue;
        actions.push_back({{row.begin_us, row.end_us}, static_cast<std::int64_t>(rows.size())});
        rows.push_back(&row);
      }
      if (!actions.empty()) break;  // the finest that is labelled
    }
    ClipOptions settings;
    settings.length_us = options_.clip_us;
    settings.samples = std::max<std::int64_t>(options_.per_video / 2, 1);
    const auto samples = draw_clips(spans(), actions, id(), options_.seed, settings);
    if (!samples.ok()) return issue("no_clip", "", samples.error());
    for (const ClipSample& sample : *samples) SURGSIGMA_CHECK(add_clip(sample, *rows[static_cast<std::size_t>(sample.label)]));
    return done();
  }

  Status add_clip(const ClipSample& sample, const Annotation& action) {
    const Concept* known = catalog_.ontology.find(action.concepts[0]);
    if (!known) return done();
    std::vector<std::int64_t> frames;
    for (std::int64_t frame = sample.first_frame; frame < sample.end_frame; ++frame) frames.push_back(frame);
    const fs::path unfinished = options_.media_folder / (".clip-" + hex64(hash64(id() + "@" + std::to_string(sample.first_frame))) + ".mp4");
    std::error_code code;
    fs::create_directories(options_.media_folder, code);
    std::optional<ClipWriter> clip;
    std::string first;
    ImageSize size;
    std::int64_t added = 0;
    SURGSIGMA_CHECK(each_frame(frames, [&](std::int64_t frame, Image&& picture) -> Status {
      if (!clip) {
        SURGSIGMA_TRY(name, keep_jpeg(picture));
        first = std::move(name);
        size = picture.size();
        ClipSettings settings;
        settings.rate = rate();
        SURGSIGMA_TRY(opened, ClipWriter::open(unfinished, size, settings));
        clip = std::move(opened);
      }
      if (frame != sample.first_frame + added || picture.size() != size) return done();  // a hole: the clip is given up below
      ++added;
      return clip->add(picture);
    }));
    if (!clip) return done();
    SURGSIGMA_CHECK(clip->close());
    const auto bytes = read_file(unfinished);
    fs::remove(unfinished, code);
    if (!bytes.ok()) return bytes.error();
    if (added != static_cast<std::int64_t>(frames.size())) return done();  // its broken frame is an issue already
    SURGSIGMA_TRY(target, keep(*bytes, ".mp4"));
    PairRow made = row("conditional_video_generation", sample.first_frame, sample.end_frame, size);
    made.begin_us = sample.begin_us;
    made.end_us = sample.end_us;
    made.input = std::move(first);
    made.target = std::move(target);
    const double seconds = static_cast<double>(sample.end_us - sample.begin_us) / static_cast<double>(kSecond);
    made.prompt = "Continue from this picture for " + seconds_words(static_cast<int>(seconds + 0.5)) + ": " + known->label + ".";
    made.parameters = to_text(Json{{"frames", added}, {"rate", to_string(rate())}});
    made.ordinals = {action.ordinal};
    hand_over(std::move(made));
    return done();
  }

  const Catalog& catalog_;
  const SourceCard& card_;
  bool is_simulated_;
  const PairOptions& options_;
  const PairInput& input_;
  const Sink<PairRow>& pairs_;
  const Sink<IssueRow>& issues_;
  std::optional<Video> video_;
};

}  // namespace

Result<PairStage> PairStage::create(const Catalog& catalog, const SourceCard& card, bool is_simulated,
                                    PairOptions options) {
  if (options.per_video < 0 || options.clip_us <= 0) {
    return Error{ErrorKind::kUsage, "a number of pairs below 0, or a clip without length", "synth", ""};
  }
  return PairStage(catalog, card, is_simulated, std::move(options));
}

Status PairStage::video(const PairInput& input, const Sink<PairRow>& pairs, const Sink<IssueRow>& issues) const {
  return PairMaker(*catalog_, *card_, is_simulated_, options_, input, pairs, issues).run();
}

}  // namespace surgsigma
