#include "surgsigma/ingest/readers/keyframe_coco.h"

#include <unordered_map>

#include "surgsigma/ingest/readers/coco_scan.h"
#include "surgsigma/ingest/readers/keyframe_facts.h"

namespace surgsigma {
namespace {

struct Keyframe {
  std::int64_t element = 0;
  std::int64_t id = 0;
  std::string file_name;
  std::string video;
  VideoId video_id;
  Microseconds begin = 0;
  ImageSize size;
  bool has_time = false;
  bool has_annotation = false;
};

class KeyframeCoco {
 public:
  KeyframeCoco(const FileJob& job, const PictureClock& clock, KeyframeFacts&& facts)
      : job_(job),
        clock_(clock),
        facts_(std::move(facts)),
        spots_(job),
        image_name_(job.param("image_name", "{video}/{index:d}.*")),
        media_folder_(job.card.frame_media.substr(0, job.card.frame_media.find('{'))) {}

  Status read() {
    CocoHandlers handlers;
    handlers.category = [&](const CocoCategory& category) { return check_category(category); };
    handlers.image = [&](const CocoImage& image) { return take_image(image); };
    handlers.annotation = [&](const CocoAnnotation& annotation) { return take_annotation(annotation); };
    handlers.malformed = [&](std::string_view list, std::int64_t element, const std::string& why,
                             std::string_view text) {
      const bool is_row = list == "annotations" || list == "images";
      if (is_row) job_.out.rows(1);
      issues().add({}, element,
                   {"malformed_element", std::string(text.substr(0, 200)), std::string(list) + ": " + why,
                    "compare this element with the published file"},
                   is_row ? 1 : 0);
    };
    SURGSIGMA_CHECK(scan_coco(job_.path(), handlers));
    hand_over_images_without_annotation();
    facts_.finish();
    return done();
  }

 private:
  FileIssues& issues() { return facts_.issues(); }

  /// Labels go by number; the names of the file must be the card's.
  Status check_category(const CocoCategory& category) {
    const Vocabulary* vocabulary = facts_.vocabulary_of_list(category.list);
    if (vocabulary == nullptr) return done();
    const VocabularyLabel* label = vocabulary->by_id(category.id);
    if (label != nullptr && label->label == category.name) return done();
    issues().add({}, category.element,
                 {"label_conflict", std::string(category.name),
                  std::string(category.list) + " gives id " + std::to_string(category.id) + " the name '" +
                      std::string(category.name) + "', the card " +
                      (label != nullptr ? "'" + label->label + "'" : std::string("none")),
                  "labels are read by number: correct the card or take the file of its version"},
                 0);
    return done();
  }

  Status take_image(const CocoImage& image) {
    const auto [at, is_new] = keyframe_at_.try_emplace(image.id, keyframes_.size());
    if (!is_new) {
      job_.out.rows(1);
      issues().add({}, image.element,
                   {"repeated_image", std::to_string(image.id), "two images have this id", "the first is taken"});
      return done();
    }
    Keyframe keyframe;
    keyframe.element = image.element;
    keyframe.id = image.id;
    keyframe.file_name = std::string(image.file_name);
    keyframe.size = job_.card.frame_size.value_or(ImageSize{});
    if (image.width > 0 && image.height > 0 && image.width < kLongestSide && image.height < kLongestSide) {
      keyframe.size = {static_cast<int>(image.width), static_cast<int>(image.height)};
    }
    const auto captures = match_path(image_name_, keyframe.file_name);
    if (captures && captures->count("video") != 0 && captures->count("index") != 0) {
      keyframe.video = captures->at("video");
      SURGSIGMA_TRY(video, spots_.video(keyframe.video));
      keyframe.video_id = video;
      if (const auto time = clock_(keyframe.video, captures->at("index"))) {
        keyframe.begin = *time;
        keyframe.has_time = true;
      }
    }
    keyframes_.push_back(std::move(keyframe));
    return done();
  }

  Status take_annotation(const CocoAnnotation& annotation) {
    if (annotation.score) {
      return Error{ErrorKind::kData, "annotations carry a score: predictions of a model, not labels",
                   job_.file.path + ":" + std::to_string(annotation.element),
                   "take the file without _preds in its name"};
    }
    job_.out.rows(1);
    const auto at = keyframe_at_.find(annotation.image_id);
    if (at == keyframe_at_.end()) {
      issues().add({}, annotation.element,
                   {"unknown_image", std::to_string(annotation.image_id), "no image has this id",
                    "compare this annotation with the published file"});
      return done();
    }
    Keyframe& keyframe = keyframes_[at->second];
    keyframe.has_annotation = true;
    if (!keyframe.has_time) {
      refuse_keyframe(keyframe, annotation.element);
      return done();
    }
    KeyframeMoment moment{keyframe.video_id, keyframe.begin, annotation.element, annotation.phase, annotation.step, 1};
    const bool is_object = annotation.box_state != CocoAnnotation::BoxState::kNone ||
                           !annotation.segmentation.empty() || !annotation.actions.empty();
    if (is_object) {
      has_objects_ = true;
      if (!take_object(annotation, keyframe)) return done();
      moment.rows = 0;
    }
    facts_.moment(moment);
    return done();
  }

  bool take_object(const CocoAnnotation& annotation, const Keyframe& keyframe) {
    if (annotation.box_state == CocoAnnotation::BoxState::kMalformed || !annotation.category_id) {
      const bool is_box = annotation.category_id.has_value();
      issues().add(keyframe.video_id, annotation.element,
                   {is_box ? "bad_box" : "unknown_category", keyframe.file_name,
                    is_box ? "bbox must be four numbers: x, y, width, height" : "category_id is missing",
                    "compare this annotation with the published file"});
      return false;
    }
    KeyframeObject object;
    object.spot = spot_of(keyframe);
    object.picture = keyframe.id;
    object.line = annotation.element;
    object.instrument = *annotation.category_id;
    object.actions = annotation.actions;
    if (annotation.box_state == CocoAnnotation::BoxState::kFour) {
      const auto [x, y, width, height] = annotation.box;
      object.box = Box{x, y, x + width, y + height};
    }
    if (!annotation.segmentation.empty()) object.mask = compact_json(annotation.segmentation);
    return facts_.object(object);
  }

  Spot spot_of(const Keyframe& keyframe) {
    const std::string media = is_safe_relative(keyframe.file_name) ? media_folder_ + keyframe.file_name : "";
    Spot spot = spots_.frame(keyframe.video_id, keyframe.video, frame_at(keyframe.begin, job_.card.frame_rate), media);
    spot.size = keyframe.size;
    return spot;
  }

  void refuse_keyframe(const Keyframe& keyframe, std::int64_t element) {
    const bool is_named = !keyframe.video.empty();
    issues().add(
        keyframe.video_id, element,
        {is_named ? "unknown_time" : "unknown_frame", keyframe.file_name,
         is_named ? "the numbers of this case do not tell the time" : "the name tells neither video nor picture",
         is_named ? "put 1fps_to_30fps_association.json or the frame lists of the release beside the labels"
                  : "names look like CASE001/00000.jpg; set image_name in the card's with"});
  }

  /// In a file of instruments such an image is a valid negative; in a file of phases and steps it says nothing.
  void hand_over_images_without_annotation() {
    const std::string term = job_.param("term", has_objects_ ? "short" : "long");
    for (const Keyframe& keyframe : keyframes_) {
      if (keyframe.has_annotation) continue;
      job_.out.rows(1);
      if (!keyframe.has_time) {
        refuse_keyframe(keyframe, keyframe.element);
      } else if (term == "short") {
        job_.out.record(
            record_at(spot_of(keyframe), AnnotationKind::kPresence, facts_.instruments().id, {}, keyframe.element, 1));
      } else {
        issues().add(keyframe.video_id, keyframe.element,
                     {"no_label", keyframe.file_name, "an image without phase and step",
                      "compare this image with the published file"});
      }
    }
  }

  static constexpr std::int64_t kLongestSide = 100'000;

  const FileJob& job_;
  const PictureClock& clock_;
  KeyframeFacts facts_;
  Spots spots_;
  std::string image_name_;
  std::string media_folder_;
  std::vector<Keyframe> keyframes_;
  std::unordered_map<std::int64_t, std::size_t> keyframe_at_;
  bool has_objects_ = false;
};

}  // namespace

Status read_keyframe_coco(const FileJob& job, const PictureClock& clock) {
  SURGSIGMA_TRY(facts, KeyframeFacts::make(job));
  return KeyframeCoco(job, clock, std::move(facts)).read();
}

}  // namespace surgsigma
