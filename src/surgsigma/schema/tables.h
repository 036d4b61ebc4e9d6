// The rows of SurgSigma-DB. One struct per table; `columns()` names each column, its member and its meaning, and from
// that come the Parquet columns (store), the SQL views and docs/schema.md. Adding a column is adding a line here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/schema/ids.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {

/// One file that an ingest unit read. rows == recorded_rows + issue_rows always.
struct FileRow {
  SourceId source_id;
  std::string unit;
  std::string path;
  std::string role;
  std::string reader;
  std::int64_t bytes = 0;
  std::string hash;
  std::int64_t rows = 0;
  std::int64_t recorded_rows = 0;
  std::int64_t issue_rows = 0;

  static constexpr std::string_view kTable = "files";
  static constexpr std::string_view kDoc = "Every label file that was read, with its row account";
  template <class F>
  static void columns(F&& f) {
    f("source_id", &FileRow::source_id, "source card id");
    f("unit", &FileRow::unit, "ingest unit that read it");
    f("path", &FileRow::path, "relative to the folder given to ingest");
    f("role", &FileRow::role, "role in the card's layout");
    f("reader", &FileRow::reader, "reader that took it");
    f("bytes", &FileRow::bytes, "size");
    f("hash", &FileRow::hash, "XXH3-64 of the content, hex");
    f("rows", &FileRow::rows, "rows (lines, vectors, intervals, objects) the file holds");
    f("recorded_rows", &FileRow::recorded_rows, "rows that became records");
    f("issue_rows", &FileRow::issue_rows, "rows that became issues instead");
  }
};

struct SourceRow {
  SourceId source_id;
  std::string name;
  std::string version;
  std::string licence_id;
  std::vector<std::string> terms;
  std::string citation;
  std::string url;
  bool is_private = false;
  bool is_simulated = false;

  static constexpr std::string_view kTable = "sources";
  static constexpr std::string_view kDoc = "Datasets that went in, with their terms";
  template <class F>
  static void columns(F&& f) {
    f("source_id", &SourceRow::source_id, "card id");
    f("name", &SourceRow::name, "name as published");
    f("version", &SourceRow::version, "release");
    f("licence_id", &SourceRow::licence_id, "SPDX id or 'custom'");
    f("terms", &SourceRow::terms, "licence terms as flags, see docs/catalog.md");
    f("citation", &SourceRow::citation, "how the authors ask to be cited");
    f("url", &SourceRow::url, "home page");
    f("is_private", &SourceRow::is_private, "clinical data of one's own; never leaves without screening");
    f("is_simulated", &SourceRow::is_simulated, "written by `surgsigma simulate`");
  }
};

struct CaseRow {
  CaseId case_id;
  std::string overlap_group;
  ConceptId procedure;
  ConceptId specialty;
  std::string body_region;
  std::string approach;
  std::string institution;
  std::string species;

  static constexpr std::string_view kTable = "cases";
  static constexpr std::string_view kDoc = "Operations of one person each, across sources";
  template <class F>
  static void columns(F&& f) {
    f("case_id", &CaseRow::case_id, "global key, e.g. camma:7");
    f("overlap_group", &CaseRow::overlap_group, "cases that may share a patient or a recording have one group");
    f("procedure", &CaseRow::procedure, "concept");
    f("specialty", &CaseRow::specialty, "concept; our default table, editable in catalog/ontology");
    f("body_region", &CaseRow::body_region, "head, chest, abdomen or pelvis: the second grouping");
    f("approach", &CaseRow::approach, "laparoscopic, robotic, open, endoscopic or microscopic");
    f("institution", &CaseRow::institution, "centre, where the source says so");
    f("species", &CaseRow::species, "human, pig, ...");
  }
};

struct VideoRow {
  VideoId video_id;
  SourceId source_id;
  CaseId case_id;
  std::int32_t part = 0;
  std::int64_t frame_rate_num = 25;
  std::int64_t frame_rate_den = 1;
  std::optional<std::int64_t> frames;
  std::optional<std::int64_t> duration_us;
  std::optional<std::int32_t> width;
  std::optional<std::int32_t> height;
  std::string media;
  std::string unit;

  static constexpr std::string_view kTable = "videos";
  static constexpr std::string_view kDoc =
      "Recordings; frames and duration are what the labels span until the video itself is measured";
  template <class F>
  static void columns(F&& f) {
    f("video_id", &VideoRow::video_id, "<source>/<name>");
    f("source_id", &VideoRow::source_id, "card id");
    f("case_id", &VideoRow::case_id, "operation it shows");
    f("part", &VideoRow::part, "order among the recordings of one operation, from 0");
    f("frame_rate_num", &VideoRow::frame_rate_num, "native frame rate, numerator");
    f("frame_rate_den", &VideoRow::frame_rate_den, "native frame rate, denominator");
    f("frames", &VideoRow::frames, "native frames that the labels span");
    f("duration_us", &VideoRow::duration_us, "time that the labels span");
    f("width", &VideoRow::width, "pixels");
    f("height", &VideoRow::height, "pixels");
    f("media", &VideoRow::media, "path of the video below the source's folder; empty where only frames are released");
    f("unit", &VideoRow::unit, "bucket of videos that is processed together");
  }
};

/// A video file or a folder of pictures as it was found on disk.
struct MediumRow {
  VideoId video_id;
  std::string path;
  std::int64_t frames = 0;
  std::optional<std::int64_t> frames_in_header;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int64_t frame_rate_num = 0;
  std::int64_t frame_rate_den = 1;
  bool is_constant_rate = false;
  std::int64_t duration_us = 0;
  std::string codec;
  std::string pixel_format;
  bool has_sound = false;
  bool has_metadata = false;
  bool ends_early = false;
  std::vector<double> text_boxes;

  static constexpr std::string_view kTable = "media";
  static constexpr std::string_view kDoc = "Videos and folders of pictures as measured; videos without pixels have no row";
  template <class F>
  static void columns(F&& f) {
    f("video_id", &MediumRow::video_id, "recording");
    f("path", &MediumRow::path, "file, or folder of pictures, below the source's folder");
    f("frames", &MediumRow::frames, "counted, not taken from the header; pictures in a folder");
    f("frames_in_header", &MediumRow::frames_in_header, "what the header claims");
    f("width", &MediumRow::width, "pixels, upright");
    f("height", &MediumRow::height, "pixels, upright");
    f("frame_rate_num", &MediumRow::frame_rate_num, "average rate, numerator");
    f("frame_rate_den", &MediumRow::frame_rate_den, "average rate, denominator");
    f("is_constant_rate", &MediumRow::is_constant_rate, "every time stamp is where the rate has it");
    f("duration_us", &MediumRow::duration_us, "to the end of the last frame");
    f("codec", &MediumRow::codec, "FFmpeg's name, or 'pictures'");
    f("pixel_format", &MediumRow::pixel_format, "FFmpeg's name; empty for pictures");
    f("has_sound", &MediumRow::has_sound, "a sound track; never exported");
    f("has_metadata", &MediumRow::has_metadata, "title, date, device and the like; never exported");
    f("ends_early", &MediumRow::ends_early, "the file stops before its own table of contents does");
    f("text_boxes", &MediumRow::text_boxes, "burned-in text that stays in its place: x1,y1,x2,y2 of each line in pixels; names and dates are looked for here");
  }
};

/// What the pixels of one sampled frame are like.
struct FrameRow {
  VideoId video_id;
  std::int64_t frame = 0;
  std::int64_t time_us = 0;
  std::string media;
  double sharpness = 0;
  double mean_luma = 0;
  double dark_share = 0;
  double bright_share = 0;
  double black_share = 0;
  double specular_share = 0;
  double smoke = 0;
  double colourfulness = 0;
  double tiles = 0;
  std::optional<double> outside;
  std::optional<double> field_x;
  std::optional<double> field_y;
  std::optional<double> field_radius;
  std::optional<double> motion;
  std::optional<double> motion_left;
  std::string hash;
  std::string hash_inner;
  double hash_contrast = 0;

  static constexpr std::string_view kTable = "frames";
  static constexpr std::string_view kDoc = "Sampled frames and what their pixels are like, without any network";
  template <class F>
  static void columns(F&& f) {
    f("video_id", &FrameRow::video_id, "recording");
    f("frame", &FrameRow::frame, "native 0-based frame");
    f("time_us", &FrameRow::time_us, "microseconds from the start of the video");
    f("media", &FrameRow::media, "picture below the source's folder, where the source ships pictures");
    f("sharpness", &FrameRow::sharpness, "variance of the Laplacian of luma; blur lowers it");
    f("mean_luma", &FrameRow::mean_luma, "0-1, inside the field");
    f("dark_share", &FrameRow::dark_share, "share of nearly black pixels inside the field");
    f("bright_share", &FrameRow::bright_share, "share of nearly white pixels inside the field");
    f("black_share", &FrameRow::black_share, "share of nearly black pixels in the whole picture");
    f("specular_share", &FrameRow::specular_share, "share of highlights inside the field");
    f("smoke", &FrameRow::smoke, "0-1, from the dark channel inside the field");
    f("colourfulness", &FrameRow::colourfulness, "Hasler and Suesstrunk 2003");
    f("tiles", &FrameRow::tiles, "0-1, how far all edges lie on a grid; near 1 where a publisher pixelated the picture");
    f("outside", &FrameRow::outside, "0-1, chance that the camera is outside the body, from colours alone (catalog/models/outside.yaml)");
    f("field_x", &FrameRow::field_x, "centre of the round field, pixels; empty for a full picture");
    f("field_y", &FrameRow::field_y, "its other coordinate");
    f("field_radius", &FrameRow::field_radius, "its radius");
    f("motion", &FrameRow::motion, "0-1, mean difference from the sample before; 0 is a frozen picture");
    f("motion_left", &FrameRow::motion_left, "what is left of it after a shift of the whole picture");
    f("hash", &FrameRow::hash, "two perceptual hashes of 64 bits, 32 hex digits: frequencies, then differences");
    f("hash_inner", &FrameRow::hash_inner, "the same of six parts about the middle, 192 hex digits: a cropped or masked copy is found by them");
    f("hash_contrast", &FrameRow::hash_contrast, "0-255; near 0 the hash says nothing");
  }
};

/// A stretch of a video that training should do without, and why. Nothing is deleted.
struct MarkRow {
  VideoId video_id;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  std::string reason;
  double score = 0;
  double threshold = 0;
  std::int64_t samples = 0;

  static constexpr std::string_view kTable = "marks";
  static constexpr std::string_view kDoc = "Stretches found black, blurred, frozen, repeated or the like, by the thresholds of catalog/cleaning";
  template <class F>
  static void columns(F&& f) {
    f("video_id", &MarkRow::video_id, "recording");
    f("begin_us", &MarkRow::begin_us, "time of the first sample that shows it");
    f("end_us", &MarkRow::end_us, "time of the next sample that does not, or the end of the video");
    f("reason", &MarkRow::reason, "black, blurred, overexposed, out_of_body, pixelated, blank, smoky, frozen, overlay, duplicate");
    f("score", &MarkRow::score, "mean of the measure over the stretch");
    f("threshold", &MarkRow::threshold, "the catalog's limit that it passed");
    f("samples", &MarkRow::samples, "sampled frames that showed it");
  }
};

/// Burned-in text that stands for a while. What is written is not read.
struct TextRow {
  VideoId video_id;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  double x1 = 0;
  double y1 = 0;
  double x2 = 0;
  double y2 = 0;
  double score = 0;

  static constexpr std::string_view kTable = "texts";
  static constexpr std::string_view kDoc = "Burned-in text that stands in its place for a while: names and dates are looked for here; what is written is not read";
  template <class F>
  static void columns(F&& f) {
    f("video_id", &TextRow::video_id, "recording");
    f("begin_us", &TextRow::begin_us, "microseconds from the start of the video; a little early rather than late");
    f("end_us", &TextRow::end_us, "exclusive");
    f("x1", &TextRow::x1, "pixels, left edge");
    f("y1", &TextRow::y1, "top edge");
    f("x2", &TextRow::x2, "exclusive");
    f("y2", &TextRow::y2, "exclusive");
    f("score", &TextRow::score, "share of the samples that show it; in a recording of few pictures how text-like the line is");
  }
};

/// Two videos that show the same recording for a while.
struct MatchRow {
  VideoId video_id;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  VideoId other_video_id;
  std::int64_t other_begin_us = 0;
  std::int64_t other_end_us = 0;
  double share = 0;
  std::int64_t samples = 0;

  static constexpr std::string_view kTable = "matches";
  static constexpr std::string_view kDoc = "Stretches of one recording under two names, found by the look of their pictures";
  template <class F>
  static void columns(F&& f) {
    f("video_id", &MatchRow::video_id, "recording");
    f("begin_us", &MatchRow::begin_us, "where the stretch begins in it");
    f("end_us", &MatchRow::end_us, "exclusive");
    f("other_video_id", &MatchRow::other_video_id, "the recording that shows the same");
    f("other_begin_us", &MatchRow::other_begin_us, "where the stretch begins in that");
    f("other_end_us", &MatchRow::other_end_us, "exclusive");
    f("share", &MatchRow::share, "of the samples in the stretch that look alike");
    f("samples", &MatchRow::samples, "in the stretch");
  }
};

/// A recording of a private source whose pixels were looked through for what could tell who somebody is.
struct ScreeningRow {
  VideoId video_id;
  SourceId source_id;
  std::string path;
  std::int64_t samples = 0;
  std::int64_t regions = 0;
  std::int64_t hidden_us = 0;
  std::int64_t duration_us = 0;
  bool has_sound = false;
  bool has_metadata = false;
  std::string state_hash;

  static constexpr std::string_view kTable = "screenings";
  static constexpr std::string_view kDoc = "Recordings of private sources that were looked through before their pixels may leave";
  template <class F>
  static void columns(F&& f) {
    f("video_id", &ScreeningRow::video_id, "recording");
    f("source_id", &ScreeningRow::source_id, "card id; a private source");
    f("path", &ScreeningRow::path, "file, or folder of pictures, below the source's folder");
    f("samples", &ScreeningRow::samples, "frames that were looked at");
    f("regions", &ScreeningRow::regions, "rows of `regions`, hidden or not");
    f("hidden_us", &ScreeningRow::hidden_us, "time for which the whole picture is hidden");
    f("duration_us", &ScreeningRow::duration_us, "of the recording");
    f("has_sound", &ScreeningRow::has_sound, "a sound track; dropped from all that is written");
    f("has_metadata", &ScreeningRow::has_metadata, "title, date, device and the like in the file; dropped from all that is written");
    f("state_hash", &ScreeningRow::state_hash, "hash of the recording's measures and regions: a person's approval holds for this state only");
  }
};

/// A part of a private recording that is hidden in all that is written, or that a person has cleared.
struct RegionRow {
  VideoId video_id;
  std::string region_id;
  std::string kind;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  std::optional<double> x1;
  std::optional<double> y1;
  std::optional<double> x2;
  std::optional<double> y2;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::string hiding;
  std::string found_by;
  double score = 0;
  std::string decided_by;

  static constexpr std::string_view kTable = "regions";
  static constexpr std::string_view kDoc = "What is hidden of private recordings, where, when and who found it; rows that a person has cleared stay";
  template <class F>
  static void columns(F&& f) {
    f("video_id", &RegionRow::video_id, "recording");
    f("region_id", &RegionRow::region_id, "hash of video, kind, time and place, hex");
    f("kind", &RegionRow::kind, "out_of_body, text, or person for what somebody has marked by hand");
    f("begin_us", &RegionRow::begin_us, "microseconds from the start of the video");
    f("end_us", &RegionRow::end_us, "exclusive");
    f("x1", &RegionRow::x1, "left edge in pixels of width x height; empty: the whole picture");
    f("y1", &RegionRow::y1, "top edge");
    f("x2", &RegionRow::x2, "exclusive");
    f("y2", &RegionRow::y2, "exclusive");
    f("width", &RegionRow::width, "of the picture that the box refers to");
    f("height", &RegionRow::height, "its height");
    f("hiding", &RegionRow::hiding, "black, pixelate, or none where a person has cleared it");
    f("found_by", &RegionRow::found_by, "colours, labels, letters or person");
    f("score", &RegionRow::score, "0-1, of the finder; 1 for labels and persons");
    f("decided_by", &RegionRow::decided_by, "who marked or cleared it; empty: nobody has");
  }
};

/// A sample whose answer is a picture, a mask, a depth map or a clip.
struct PairRow {
  std::string pair_id;
  std::string task;
  VideoId video_id;
  SourceId source_id;
  CaseId case_id;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  std::int64_t frame = 0;
  std::int64_t target_frame = 0;
  std::string input;
  std::string target;
  std::string prompt;
  std::string parameters;
  std::vector<std::int64_t> ordinals;
  std::int32_t width = 0;
  std::int32_t height = 0;
  Origin origin = Origin::kDerived;

  static constexpr std::string_view kTable = "pairs";
  static constexpr std::string_view kDoc = "Samples whose answer is a picture, a mask, a depth map or a clip; the files lie below the database's folder `media`";
  template <class F>
  static void columns(F&& f) {
    f("pair_id", &PairRow::pair_id, "64-bit hash of task, video, frames and parameters, hex");
    f("task", &PairRow::task, "desmoking, instrument_segmentation, depth_estimation, next_frame_generation or conditional_video_generation");
    f("video_id", &PairRow::video_id, "recording it was made from; a pair has its split");
    f("source_id", &PairRow::source_id, "card id");
    f("case_id", &PairRow::case_id, "operation it shows");
    f("begin_us", &PairRow::begin_us, "time of the input picture");
    f("end_us", &PairRow::end_us, "time of the target picture, or end of the target clip, exclusive");
    f("frame", &PairRow::frame, "native frame of the input");
    f("target_frame", &PairRow::target_frame, "native frame of the target, or the first behind the target clip");
    f("input", &PairRow::input, "picture given: smoke_input, picture, ...; below `media`, named by its content");
    f("target", &PairRow::target, "right answer: clean_target, mask (white on black), depth (near is bright), picture or clip");
    f("prompt", &PairRow::prompt, "what is asked, with horizon, phase, action or motion in words");
    f("parameters", &PairRow::parameters, "JSON: how the pair was made, enough to make it again");
    f("ordinals", &PairRow::ordinals, "records of the video that it rests on");
    f("width", &PairRow::width, "pixels of input and target");
    f("height", &PairRow::height, "pixels of input and target");
    f("origin", &PairRow::origin, "derived (real pixels, made pair), model, simulated");
  }
};

/// Fields common to a raw and a refined annotation.
struct AnnotationFields {
  VideoId video_id;
  std::int64_t ordinal = 0;
  AnnotationKind kind = AnnotationKind::kPresence;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  std::optional<std::int64_t> begin_frame;
  std::optional<std::int64_t> end_frame;
  std::vector<std::string> labels;
  std::string vocabulary;
  LabelState state = LabelState::kPresent;
  std::optional<std::int32_t> instance;
  std::optional<double> x1;
  std::optional<double> y1;
  std::optional<double> x2;
  std::optional<double> y2;
  std::optional<std::int32_t> width;
  std::optional<std::int32_t> height;
  BoxScope box_scope = BoxScope::kVisible;
  std::optional<double> value;
  std::vector<double> raters;
  std::string text;
  std::string media;
  Origin origin = Origin::kHuman;

  template <class Row, class F>
  static void common_columns(F&& f) {
    f("video_id", &Row::video_id, "recording");
    f("ordinal", &Row::ordinal, "number within the video in reading order; `<video_id>#<ordinal>` is the record's id");
    f("kind", &Row::kind, "what it says: presence, box, interaction, phase, ...");
    f("begin_us", &Row::begin_us, "microseconds from the start of the video");
    f("end_us", &Row::end_us, "exclusive");
    f("begin_frame", &Row::begin_frame, "native 0-based frame, where the source counts frames");
    f("end_frame", &Row::end_frame, "exclusive");
    f("labels", &Row::labels, "the source's own words, in the order the kind defines");
    f("vocabulary", &Row::vocabulary, "closed vocabulary that was annotated; absence is only known within it");
    f("state", &Row::state, "present, absent, idle, uncertain, out_of_view, not_annotated");
    f("instance", &Row::instance,
      "number of the object within its frame; a box and an interaction of one object share it");
    f("x1", &Row::x1, "pixels, left edge");
    f("y1", &Row::y1, "pixels, top edge");
    f("x2", &Row::x2, "pixels, exclusive");
    f("y2", &Row::y2, "pixels, exclusive");
    f("width", &Row::width, "width of the frame that the geometry refers to");
    f("height", &Row::height, "its height");
    f("box_scope", &Row::box_scope, "visible (whole visible object), tip or region");
    f("value", &Row::value, "mean vote, score or quantity");
    f("raters", &Row::raters, "each rater's value");
    f("text", &Row::text, "free text, foreign QA or the name of a raster");
    f("media", &Row::media, "frame image below the source's folder, where the source ships frames");
    f("origin", &Row::origin, "human, derived, model, simulated or foreign");
  }
};

struct RawAnnotation : AnnotationFields {
  std::string file;
  std::int64_t line = 0;
  std::int64_t rows = 1;

  static constexpr std::string_view kTable = "raw_annotations";
  static constexpr std::string_view kDoc = "Labels as shipped, in the source's own words; never changed";
  template <class F>
  static void columns(F&& f) {
    AnnotationFields::common_columns<RawAnnotation>(f);
    f("file", &RawAnnotation::file, "file it was read from, relative to the ingested folder");
    f("line", &RawAnnotation::line, "first line (or element) of the file that it rests on, from 1");
    f("rows", &RawAnnotation::rows, "input rows it accounts for; 0 for a second fact from a row already counted");
  }
};

struct Annotation : AnnotationFields {
  std::vector<ConceptId> concepts;
  Match match = Match::kExact;
  std::string rejected;

  static constexpr std::string_view kTable = "annotations";
  static constexpr std::string_view kDoc = "Labels on concepts of the ontology; same ids as raw_annotations";
  template <class F>
  static void columns(F&& f) {
    AnnotationFields::common_columns<Annotation>(f);
    f("concepts", &Annotation::concepts, "one concept per label; empty text where there is none");
    f("match", &Annotation::match, "loosest match class among its labels");
    f("rejected", &Annotation::rejected, "rule that took it out of use; empty when in use");
  }
};

struct VocabularyRow {
  std::string vocabulary_id;
  SourceId source_id;
  std::string kind;
  std::int64_t position = 0;
  std::int64_t label_id = 0;
  std::string label;
  ConceptId concept_id;
  Match match = Match::kExact;

  static constexpr std::string_view kTable = "vocabularies";
  static constexpr std::string_view kDoc = "Closed vocabularies of the sources, with the label map";
  template <class F>
  static void columns(F&& f) {
    f("vocabulary_id", &VocabularyRow::vocabulary_id, "<source>/<name>");
    f("source_id", &VocabularyRow::source_id, "card id");
    f("kind", &VocabularyRow::kind, "instrument, verb, target, phase, step, ...");
    f("position", &VocabularyRow::position, "order in the source's list, from 0");
    f("label_id", &VocabularyRow::label_id, "number the source ships");
    f("label", &VocabularyRow::label, "the source's word");
    f("concept_id", &VocabularyRow::concept_id, "concept it maps to");
    f("match", &VocabularyRow::match, "exact, narrow, broad or related");
  }
};

/// Labels of one moment or one clip that belong together.
struct ContextRow {
  std::string context_id;
  VideoId video_id;
  Subject subject = Subject::kFrame;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  std::optional<std::int64_t> frame;
  std::string media;
  std::optional<std::int32_t> width;
  std::optional<std::int32_t> height;
  std::vector<std::int64_t> ordinals;
  std::vector<std::string> knowledge;

  static constexpr std::string_view kTable = "contexts";
  static constexpr std::string_view kDoc = "Correlated labels of one moment or clip joined, with retrieved knowledge";
  template <class F>
  static void columns(F&& f) {
    f("context_id", &ContextRow::context_id, "<video_id>@<begin_us> or <video_id>@<begin_us>-<end_us>");
    f("video_id", &ContextRow::video_id, "recording");
    f("subject", &ContextRow::subject, "frame or clip");
    f("begin_us", &ContextRow::begin_us, "moment, or start of the clip");
    f("end_us", &ContextRow::end_us, "end of the clip, exclusive; equal to begin_us for a frame");
    f("frame", &ContextRow::frame, "native frame of a moment");
    f("media", &ContextRow::media, "picture or clip below the media root");
    f("width", &ContextRow::width, "pixels");
    f("height", &ContextRow::height, "pixels");
    f("ordinals", &ContextRow::ordinals, "annotations of the video that hold here, ascending");
    f("knowledge", &ContextRow::knowledge, "knowledge entries for the concepts in play");
  }
};

/// A three-level chain of statements, each with the annotations it rests on. The four lists run in parallel.
struct ReasoningRow {
  std::string reasoning_id;
  std::string context_id;
  VideoId video_id;
  std::string task;
  std::vector<std::int32_t> levels;
  std::vector<std::string> statements;
  std::vector<std::string> claims;
  std::vector<std::string> evidence;
  std::string verdict;

  static constexpr std::string_view kTable = "reasoning";
  static constexpr std::string_view kDoc = "Three-level reasoning, statement by statement, with evidence";
  template <class F>
  static void columns(F&& f) {
    f("reasoning_id", &ReasoningRow::reasoning_id, "<context_id>/<task>");
    f("context_id", &ReasoningRow::context_id, "context it explains");
    f("video_id", &ReasoningRow::video_id, "recording");
    f("task", &ReasoningRow::task, "task whose answer it leads to");
    f("levels", &ReasoningRow::levels, "1 perceptual grounding, 2 relational understanding, 3 contextual reasoning");
    f("statements", &ReasoningRow::statements, "one sentence each");
    f("claims", &ReasoningRow::claims, "the same in a form the checker recomputes, see docs/reasoning.md");
    f("evidence", &ReasoningRow::evidence, "annotation ordinals, or knowledge ids, comma separated");
    f("verdict", &ReasoningRow::verdict, "accepted, or the rule that rejected it");
  }
};

/// Turn texts alternate user, assistant, user, ... The media come first in the first user turn. "{box:N}" in a text
/// stands for box N of `boxes`; exporters write it in the target's convention.
struct ConversationRow {
  std::string conversation_id;
  std::string task;
  SourceId source_id;
  VideoId video_id;
  CaseId case_id;
  std::string context_id;
  Subject subject = Subject::kFrame;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  Form form = Form::kOpen;
  std::vector<std::string> turns;
  std::string answer;
  std::string answer_class;
  std::vector<std::string> options;
  std::vector<double> boxes;
  std::vector<std::string> box_labels;
  std::optional<std::int32_t> width;
  std::optional<std::int32_t> height;
  std::vector<std::string> media;
  std::string templates;
  std::vector<std::int64_t> ordinals;
  std::string reasoning_id;
  Origin origin = Origin::kHuman;

  static constexpr std::string_view kTable = "conversations";
  static constexpr std::string_view kDoc = "Questions and answers, before any target's rendering";
  template <class F>
  static void columns(F&& f) {
    f("conversation_id", &ConversationRow::conversation_id, "64-bit content hash in hex");
    f("task", &ConversationRow::task, "task id");
    f("source_id", &ConversationRow::source_id, "card id");
    f("video_id", &ConversationRow::video_id, "recording");
    f("case_id", &ConversationRow::case_id, "operation; folds attach to it");
    f("context_id", &ConversationRow::context_id, "context it was made from");
    f("subject", &ConversationRow::subject, "frame or clip");
    f("begin_us", &ConversationRow::begin_us, "moment, or start of what the model sees");
    f("end_us", &ConversationRow::end_us, "end of what the model sees, exclusive");
    f("form", &ConversationRow::form, "open, choice, yes_no or multi_turn");
    f("turns", &ConversationRow::turns, "texts, alternating user and assistant, user first");
    f("answer", &ConversationRow::answer, "the last answer as canonical JSON: {\"shape\":..., ...}");
    f("answer_class", &ConversationRow::answer_class, "class for balancing and support counts");
    f("options", &ConversationRow::options, "options in the order shown, for form choice");
    f("boxes", &ConversationRow::boxes, "x1,y1,x2,y2 of box 0, 1, ... in native pixels");
    f("box_labels", &ConversationRow::box_labels, "what each box encloses");
    f("width", &ConversationRow::width, "frame width in pixels");
    f("height", &ConversationRow::height, "frame height in pixels");
    f("media", &ConversationRow::media, "pictures or clips below the media root, in order");
    f("templates", &ConversationRow::templates, "question and answer templates used, e.g. open.q12/a03");
    f("ordinals", &ConversationRow::ordinals, "annotations of the video that back the answer");
    f("reasoning_id", &ConversationRow::reasoning_id, "reasoning that leads to the answer; empty when there is none");
    f("origin", &ConversationRow::origin, "human labels, derived, simulated, or foreign QA");
  }
};

struct SplitRow {
  std::string scheme;
  SourceId source_id;
  CaseId case_id;
  std::string overlap_group;
  std::string part;
  std::string reason;

  static constexpr std::string_view kTable = "splits";
  static constexpr std::string_view kDoc =
      "Folds, by case; one part per scheme and overlap group, except where a published scheme itself differs by source";
  template <class F>
  static void columns(F&& f) {
    f("scheme", &SplitRow::scheme, "strict, camma-combined, official:<source>, ...");
    f("source_id", &SplitRow::source_id, "source whose videos of the case this row speaks of");
    f("case_id", &SplitRow::case_id, "operation");
    f("overlap_group", &SplitRow::overlap_group, "its group");
    f("part", &SplitRow::part, "train, val or test; 'out' when the scheme leaves the case out");
    f("reason", &SplitRow::reason, "rule or list that decided");
  }
};

struct IssueRow {
  SourceId source_id;
  std::string unit;
  std::string stage;
  std::string rule;
  Severity severity = Severity::kError;
  VideoId video_id;
  std::string file;
  std::int64_t line = 0;
  std::string value;
  std::string message;
  std::string hint;
  std::int64_t rows = 0;

  static constexpr std::string_view kTable = "issues";
  static constexpr std::string_view kDoc = "Everything that did not become a record, or is doubtful, and why";
  template <class F>
  static void columns(F&& f) {
    f("source_id", &IssueRow::source_id, "card id");
    f("unit", &IssueRow::unit, "unit of work that found it");
    f("stage", &IssueRow::stage, "ingest, refine, ...");
    f("rule", &IssueRow::rule, "rule id, e.g. unknown_label");
    f("severity", &IssueRow::severity, "error, warning or info");
    f("video_id", &IssueRow::video_id, "recording, where known");
    f("file", &IssueRow::file, "file, relative to the ingested folder");
    f("line", &IssueRow::line, "line or element, from 1; 0 for the whole file");
    f("value", &IssueRow::value, "the offending value");
    f("message", &IssueRow::message, "what is wrong");
    f("hint", &IssueRow::hint, "what to do about it");
    f("rows", &IssueRow::rows, "input rows that it takes out");
  }
};

/// Calls f.template operator()<Row>() for every table, in the order of docs/schema.md.
template <class F>
void for_each_table(F&& f) {
  f.template operator()<SourceRow>();
  f.template operator()<FileRow>();
  f.template operator()<CaseRow>();
  f.template operator()<VideoRow>();
  f.template operator()<MediumRow>();
  f.template operator()<FrameRow>();
  f.template operator()<MarkRow>();
  f.template operator()<TextRow>();
  f.template operator()<MatchRow>();
  f.template operator()<ScreeningRow>();
  f.template operator()<RegionRow>();
  f.template operator()<VocabularyRow>();
  f.template operator()<RawAnnotation>();
  f.template operator()<Annotation>();
  f.template operator()<ContextRow>();
  f.template operator()<ReasoningRow>();
  f.template operator()<ConversationRow>();
  f.template operator()<PairRow>();
  f.template operator()<SplitRow>();
  f.template operator()<IssueRow>();
}

}  // namespace surgsigma
