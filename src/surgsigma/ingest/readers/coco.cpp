// COCO detection JSON in general: boxes and masks of the pictures of videos. The file is streamed; what stays in memory
// is one small entry per image and eight bytes per annotation. A row is an annotation, or an image without any (a valid
// negative: a presence record with an empty list).
//
// with:
//   vocabulary    of the categories, by name; without one, or with an open one, labels are kept as shipped
//   image_name    pattern of an image's file_name with {video} and {index:d}. Without it: video_id and frame_id of the
//                 image where both are given (a name in `videos` wins over the number), else the folder is the video
//                 and the last number in the name the index ("video01/000123.jpg", "video01_000123.jpg")
//   unit, first   what the index counts, see track.h
//   masks         false: leave segmentations out (default true)
//   negatives     false: an image without annotation says nothing (then it is counted and no record is made)
//   origin        human (default), or model: only then are annotations with a score taken
#include <algorithm>
#include <limits>
#include <unordered_map>

#include "surgsigma/ingest/readers/coco_scan.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/spots.h"

namespace surgsigma {
namespace {

struct Category {
  std::string name;
  bool is_known = true;  ///< the vocabulary is open or has the name
};

/// What is kept of an image.
struct ImageEntry {
  std::int64_t element = 0;
  std::int64_t frame = 0;
  std::uint64_t name_at = 0;  ///< into `names_`
  std::uint32_t name_size = 0;
  std::uint32_t video = 0;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int32_t objects = 0;
  bool has_place = false;
  bool has_safe_name = false;
  bool has_annotation = false;
};

/// Finds images by id. Ids are mostly dense, and then a plain table serves: annotations come in millions.
class ImageIndex {
 public:
  /// False when the id is there already.
  bool add(std::int64_t id, std::uint32_t position) { return position_.try_emplace(id, position).second; }
  /// Call after the last add.
  void close() {
    if (is_closed_) return;
    is_closed_ = true;
    if (position_.empty()) return;
    std::int64_t last = first_ = position_.begin()->first;
    for (const auto& [id, position] : position_) {
      first_ = std::min(first_, id);
      last = std::max(last, id);
    }
    const auto span = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first_);
    if (span >= kSparsest * position_.size()) return;
    table_.assign(span + 1, kNone);
    for (const auto& [id, position] : position_) table_[static_cast<std::uint64_t>(id) - first_] = position;
    position_.clear();
  }
  std::optional<std::uint32_t> find(std::int64_t id) const {
    if (table_.empty()) {
      const auto found = position_.find(id);
      return found == position_.end() ? std::nullopt : std::optional(found->second);
    }
    const std::uint64_t at = static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(first_);
    if (at >= table_.size() || table_[at] == kNone) return std::nullopt;
    return table_[at];
  }

 private:
  static constexpr std::uint64_t kSparsest = 8;
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  std::unordered_map<std::int64_t, std::uint32_t> position_;
  std::vector<std::uint32_t> table_;
  std::int64_t first_ = 0;
  bool is_closed_ = false;
};

struct ImageName {
  std::string video;
  std::int64_t index = 0;
};

/// Finds ids that stand twice; costs nothing but eight bytes each while they rise.
class IdLedger {
 public:
  void add(std::int64_t id) {
    is_rising_ = is_rising_ && (ids_.empty() || ids_.back() < id);
    ids_.push_back(id);
  }
  std::vector<std::int64_t> repeated() {
    std::vector<std::int64_t> result;
    if (is_rising_) return result;
    std::sort(ids_.begin(), ids_.end());
    for (std::size_t i = 1; i < ids_.size(); ++i) {
      if (ids_[i] == ids_[i - 1] && (result.empty() || result.back() != ids_[i])) result.push_back(ids_[i]);
    }
    return result;
  }

 private:
  std::vector<std::int64_t> ids_;
  bool is_rising_ = true;
};

bool flag_of(const FileJob& job, std::string_view key, bool fallback) {
  return job.entry.with.is_object() ? bool_or(job.entry.with, key, fallback) : fallback;
}

class CocoReader {
 public:
  CocoReader(const FileJob& job, IndexScale scale, const Vocabulary* vocabulary, Origin origin)
      : job_(job),
        scale_(scale),
        vocabulary_(vocabulary),
        origin_(origin),
        takes_masks_(flag_of(job, "masks", true)),
        takes_negatives_(flag_of(job, "negatives", true)),
        image_name_(job.param("image_name", "")),
        spots_(job),
        issues_(job.out) {}

  Status read() {
    CocoHandlers handlers;
    handlers.category = [&](const CocoCategory& category) { return take_category(category); };
    handlers.image = [&](const CocoImage& image) { return take_image(image); };
    handlers.annotation = [&](const CocoAnnotation& annotation) { return take_annotation(annotation); };
    handlers.malformed = [&](std::string_view list, std::int64_t element, const std::string& why,
                             std::string_view text) { take_malformed(list, element, why, text); };
    SURGSIGMA_CHECK(scan_coco(job_.path(), handlers));
    hand_over_negatives();
    tell_repeated_ids();
    return done();
  }

 private:
  Status take_category(const CocoCategory& category) {
    if (category.list == "videos") {
      video_names_[std::to_string(category.id)] = std::string(category.name);
      return done();
    }
    if (category.list != "categories") return done();
    const bool is_known =
        vocabulary_ == nullptr || !vocabulary_->is_closed || vocabulary_->by_label(category.name) != nullptr;
    const auto [known, is_new] = categories_.try_emplace(category.id, Category{std::string(category.name), is_known});
    if (!is_new && known->second.name != category.name) {
      issues_.add({}, category.element,
                  {"repeated_category", std::to_string(category.id),
                   "two categories have the id " + std::to_string(category.id) + ": '" + known->second.name +
                       "' and '" + std::string(category.name) + "'",
                   "give each its own id; the first is taken"},
                  0);
    }
    return done();
  }

  Status take_image(const CocoImage& image) {
    if (!image_at_.add(image.id, static_cast<std::uint32_t>(images_.size()))) {
      job_.out.rows(1);
      issues_.add({}, image.element,
                  {"repeated_image", std::to_string(image.id), "two images have this id",
                   "give each its own id; the first is taken"});
      return done();
    }
    ImageEntry entry;
    entry.element = image.element;
    entry.width = side(image.width);
    entry.height = side(image.height);
    entry.name_at = names_.size();
    entry.name_size = static_cast<std::uint32_t>(image.file_name.size());
    names_ += image.file_name;
    entry.has_safe_name = is_safe_relative(image.file_name);
    if (const auto name = name_of(image)) {
      SURGSIGMA_TRY(video, video_index(name->video));
      entry.video = video;
      entry.frame = scale_.frame(name->index);
      entry.has_place = true;
      const VideoId& id = videos_[video];
      job_.out.set_size(id, entry.width, entry.height);
      job_.out.extend_frames(id, entry.frame + 1);
    }
    images_.push_back(entry);
    return done();
  }

  /// Sides beyond any camera count as not told.
  static std::int32_t side(std::int64_t pixels) {
    constexpr std::int64_t kLongest = 100'000;
    return pixels > 0 && pixels <= kLongest ? static_cast<std::int32_t>(pixels) : 0;
  }

  std::optional<ImageName> name_of(const CocoImage& image) const {
    std::string path(image.file_name);
    std::replace(path.begin(), path.end(), '\\', '/');
    if (!image_name_.empty()) {
      const auto captures = match_path(image_name_, path);
      if (!captures || captures->count("video") == 0 || captures->count("index") == 0) return std::nullopt;
      return checked({captures->at("video"), parse_int(captures->at("index")).value_or(-1)});
    }
    if (!image.video.empty() && image.frame) {
      const std::string id(image.video);
      const auto name = video_names_.find(id);
      return checked({name != video_names_.end() ? name->second : id, *image.frame});
    }
    const auto index = number_in_name(path);
    if (!index) return std::nullopt;
    std::string video(folder_of(path));
    if (video.empty() && job_.file.captures.count("video") != 0) video = job_.file.captures.at("video");
    if (video.empty()) video = before_number(stem_of(path));
    return checked({std::move(video), *index});
  }

  std::optional<ImageName> checked(ImageName name) const {
    const bool is_usable =
        is_recording_name(name.video) && name.index >= scale_.first && name.index <= IndexSequence::kLargest;
    return is_usable ? std::optional(std::move(name)) : std::nullopt;
  }

  static std::string before_number(std::string_view stem) {
    const std::size_t last_digit = stem.find_last_of("0123456789");
    const std::size_t before = stem.find_last_not_of("0123456789", last_digit);
    if (before == std::string_view::npos) return "";
    const std::string_view start = stem.substr(0, before + 1);
    const std::size_t end = start.find_last_not_of("_-. ");
    return end == std::string_view::npos ? "" : std::string(start.substr(0, end + 1));
  }

  Result<std::uint32_t> video_index(const std::string& name) {
    const auto known = video_at_.find(name);
    if (known != video_at_.end()) return known->second;
    SURGSIGMA_TRY(id, spots_.video(name));
    const auto index = static_cast<std::uint32_t>(videos_.size());
    videos_.push_back(std::move(id));
    video_captures_.push_back(name);
    video_at_.emplace(name, index);
    return index;
  }

  Status take_annotation(const CocoAnnotation& annotation) {
    if (annotation.score && origin_ != Origin::kModel) {
      return Error{ErrorKind::kData, "annotations carry a score: predictions of a model, not labels",
                   job_.file.path + ":" + std::to_string(annotation.element),
                   "take the label file, or say `origin: model` in the card's with"};
    }
    job_.out.rows(1);
    if (annotation.id) annotation_ids_.add(*annotation.id);
    image_at_.close();
    const auto at = image_at_.find(annotation.image_id);
    if (!at) {
      refuse({}, annotation, "unknown_image", std::to_string(annotation.image_id), "no image has this id");
      return done();
    }
    ImageEntry& image = images_[*at];
    image.has_annotation = true;
    if (!image.has_place) {
      refuse({}, annotation, "unknown_frame", std::string(file_name(image)),
             "the image's name tells neither video nor frame", "set image_name in the card's with");
      return done();
    }
    const VideoId& video = videos_[image.video];
    const auto category = annotation.category_id ? categories_.find(*annotation.category_id) : categories_.end();
    if (category == categories_.end()) {
      refuse(video, annotation, "unknown_category",
             annotation.category_id ? std::to_string(*annotation.category_id) : "", "no category has this id");
      return done();
    }
    if (!category->second.is_known) {
      refuse(video, annotation, "unknown_label", category->second.name,
             "this category is not in vocabulary '" + vocabulary_->id + "'", "add it to the source card");
      return done();
    }
    record(annotation, image, video, category->second.name);
    return done();
  }

  void refuse(const VideoId& video, const CocoAnnotation& annotation, std::string_view rule, std::string value,
              std::string message, std::string hint = "correct the file") {
    issues_.add(video, annotation.element, {rule, std::move(value), std::move(message), std::move(hint)});
  }

  void record(const CocoAnnotation& annotation, ImageEntry& image, const VideoId& video, const std::string& label) {
    const bool has_mask = takes_masks_ && !annotation.segmentation.empty();
    std::optional<Box> box;
    if (annotation.box_state == CocoAnnotation::BoxState::kMalformed) {
      return refuse(video, annotation, "bad_box", label, "bbox must be four numbers: x, y, width, height");
    }
    if (annotation.box_state == CocoAnnotation::BoxState::kFour) {
      const auto [x, y, width, height] = annotation.box;
      box = Box{x, y, x + width, y + height};
      const ImageSize size{image.width, image.height};
      if (const auto fault = box_fault(*box, size)) {
        return refuse(video, annotation, "bad_box", label, *fault);
      }
      if (is_outside_partly(*box, size)) {
        issues_.add(video, annotation.element,
                    {"box_outside", label, "the box reaches beyond the picture",
                     "it is kept as it is and cut at the border later", Severity::kWarning},
                    0);
      }
    }
    if (!box && !has_mask) return refuse(video, annotation, "no_geometry", label, "neither a box nor a mask");

    Spot spot = spot_of(image);
    const std::int32_t instance = instance_of(annotation, image);
    std::int64_t rows = 1;
    if (box) {
      RawAnnotation record =
          annotated(has_mask ? spot : std::move(spot), AnnotationKind::kBox, label, annotation, instance);
      record.rows = std::exchange(rows, 0);
      set_box(record, *box);
      job_.out.record(std::move(record));
    }
    if (has_mask) {
      RawAnnotation record = annotated(std::move(spot), AnnotationKind::kMask, label, annotation, instance);
      record.rows = rows;
      record.text = compact_json(annotation.segmentation);
      job_.out.record(std::move(record));
    }
  }

  RawAnnotation annotated(Spot spot, AnnotationKind kind, const std::string& label, const CocoAnnotation& annotation,
                          std::int32_t instance) const {
    RawAnnotation record =
        record_at(std::move(spot), kind, vocabulary_name(), std::vector<std::string>(1, label), annotation.element, 1);
    record.instance = instance;
    record.origin = origin_;
    record.value = annotation.score;
    if (annotation.is_crowd) record.box_scope = BoxScope::kRegion;
    return record;
  }

  static std::int32_t instance_of(const CocoAnnotation& annotation, ImageEntry& image) {
    const std::int32_t counted = image.objects++;
    const bool has_track =
        annotation.track && *annotation.track >= 0 && *annotation.track <= std::numeric_limits<std::int32_t>::max();
    return has_track ? static_cast<std::int32_t>(*annotation.track) : counted;
  }

  Spot spot_of(const ImageEntry& image) {
    Spot spot;
    if (job_.card.frame_media.empty()) {
      const FrameRate rate = job_.card.frame_rate;
      spot.video = videos_[image.video];
      spot.time = {time_of_frame(image.frame, rate), time_of_frame(image.frame + 1, rate)};
      spot.begin_frame = image.frame;
      spot.end_frame = image.frame + 1;
      if (image.has_safe_name) spot.media = std::string(file_name(image));
    } else {
      spot = spots_.frame(videos_[image.video], video_captures_[image.video], image.frame);
    }
    spot.size = {image.width, image.height};
    if (image.width == 0 || image.height == 0) spot.size = job_.card.frame_size.value_or(ImageSize{});
    return spot;
  }

  void take_malformed(std::string_view list, std::int64_t element, const std::string& why, std::string_view text) {
    const bool is_row = list == "annotations" || list == "images";
    if (is_row) job_.out.rows(1);
    issues_.add(
        {}, element,
        {"malformed_element", std::string(text.substr(0, 200)), std::string(list) + ": " + why, "correct the file"},
        is_row ? 1 : 0);
  }

  void hand_over_negatives() {
    for (const ImageEntry& image : images_) {
      if (image.has_annotation) continue;
      job_.out.rows(1);
      if (!image.has_place) {
        issues_.add({}, image.element,
                    {"unknown_frame", std::string(file_name(image)), "the image's name tells neither video nor frame",
                     "set image_name in the card's with"});
      } else if (takes_negatives_) {
        RawAnnotation record =
            record_at(spot_of(image), AnnotationKind::kPresence, vocabulary_name(), {}, image.element, 1);
        record.origin = origin_;
        job_.out.record(std::move(record));
      } else {
        job_.out.accounted(1);
      }
    }
  }

  void tell_repeated_ids() {
    for (const std::int64_t id : annotation_ids_.repeated()) {
      issues_.add({}, 0,
                  {"repeated_annotation", std::to_string(id), "several annotations have this id",
                   "all are kept; check that none is a copy", Severity::kWarning},
                  0);
    }
  }

  std::string_view file_name(const ImageEntry& image) const {
    return std::string_view(names_).substr(image.name_at, image.name_size);
  }
  const std::string& vocabulary_name() const {
    static const std::string kNone;
    return vocabulary_ != nullptr ? vocabulary_->id : kNone;
  }

  const FileJob& job_;
  IndexScale scale_;
  const Vocabulary* vocabulary_;
  Origin origin_;
  bool takes_masks_;
  bool takes_negatives_;
  std::string image_name_;
  Spots spots_;
  FileIssues issues_;
  std::unordered_map<std::int64_t, Category> categories_;
  std::map<std::string, std::string> video_names_;
  std::vector<ImageEntry> images_;
  ImageIndex image_at_;
  std::string names_;
  std::vector<VideoId> videos_;
  std::vector<std::string> video_captures_;
  std::map<std::string, std::uint32_t> video_at_;
  IdLedger annotation_ids_;
};

}  // namespace

Status read_coco(const FileJob& job) {
  SURGSIGMA_TRY(scale, index_scale(job, "frame", 1));
  const Vocabulary* vocabulary = nullptr;
  if (!job.param("vocabulary", "").empty()) {
    SURGSIGMA_TRY(named, job.vocabulary());
    vocabulary = named;
  }
  const auto origin = from_word<Origin>(job.param("origin", "human"));
  if (!origin) return card_error(job, "with.origin is no origin", "human, derived, model, simulated or foreign");
  return CocoReader(job, scale, vocabulary, *origin).read();
}

}  // namespace surgsigma
