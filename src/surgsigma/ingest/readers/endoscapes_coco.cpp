// Endoscapes: {train,val,test}[_seg]/annotation_coco.json, annotation_ds_coco.json and annotation_coco_vid.json
// (CAMMA-public/Endoscapes). Boxes [x, y, width, height] in pixels, masks where shipped, and in each image record `ds`,
// the mean votes of the three criteria. `ds` between keyframes repeats the last keyframe and is no vote: only records
// with is_ds_keyframe become criteria. An image with is_det_keyframe and without annotation is a valid negative
// (repository issue 11). A row is an image or an annotation.
//
// with:
//   vocabulary: objects   classes of the boxes, by number
//   criteria, image_name  see endoscapes_votes.h
#include <unordered_map>

#include "surgsigma/ingest/readers/coco_scan.h"
#include "surgsigma/ingest/readers/endoscapes_votes.h"
#include "surgsigma/ingest/readers/readers.h"

namespace surgsigma {
namespace {

struct Frame {
  std::int64_t element = 0;
  Spot spot;
  std::int32_t objects = 0;
  bool is_placed = false;
  bool is_accounted = false;  ///< its own row became a record or an issue
  bool is_boxed_keyframe = false;
  bool has_annotation = false;
};

class EndoscapesCoco {
 public:
  EndoscapesCoco(const FileJob& job, EndoscapesFrames&& frames, const Vocabulary& objects)
      : job_(job), frames_(std::move(frames)), objects_(objects) {}

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
                   {"malformed_element", std::string(text.substr(0, 200)), std::string(list) + ": " + why, kCompare},
                   is_row ? 1 : 0);
    };
    SURGSIGMA_CHECK(scan_coco(job_.path(), handlers));
    account_for_images();
    return done();
  }

 private:
  FileIssues& issues() { return frames_.issues(); }

  Status check_category(const CocoCategory& category) {
    if (category.list != "categories") return done();
    const VocabularyLabel* label = objects_.by_id(category.id);
    if (label != nullptr && label->label == category.name) return done();
    issues().add({}, category.element,
                 {"label_conflict", std::string(category.name),
                  "category " + std::to_string(category.id) + " is '" + std::string(category.name) + "', in the card " +
                      (label != nullptr ? "'" + label->label + "'" : std::string("nothing")),
                  "classes are read by number; detection code often counts them from 0"},
                 0);
    return done();
  }

  Status take_image(const CocoImage& image) {
    job_.out.rows(1);
    const auto [at, is_new] = frame_at_.try_emplace(image.id, images_.size());
    if (!is_new) {
      issues().add({}, image.element,
                   {"repeated_image", std::to_string(image.id), "two images have this id", "the first is taken"});
      return done();
    }
    Frame frame;
    frame.element = image.element;
    const auto spot = frames_.spot(image.file_name, image.video);
    if (!spot) {
      frame.is_accounted = true;
      issues().add({}, image.element,
                   {"unknown_frame", std::string(image.file_name), spot.error().what, spot.error().hint});
      images_.push_back(std::move(frame));
      return done();
    }
    frame.spot = *spot;
    frame.is_placed = true;
    if (image.width > 0 && image.height > 0 && image.width < kLongestSide && image.height < kLongestSide) {
      frame.spot.size = {static_cast<int>(image.width), static_cast<int>(image.height)};
    }
    frame.is_boxed_keyframe = image.is_det_keyframe.value_or(true);
    if (image.is_ds_keyframe.value_or(false)) {
      frames_.votes(frame.spot, image.element, image.ds, {}, 1);
      frame.is_accounted = true;
    }
    images_.push_back(std::move(frame));
    return done();
  }

  Status take_annotation(const CocoAnnotation& annotation) {
    if (annotation.score) {
      return Error{ErrorKind::kData, "annotations carry a score: predictions of a model, not labels",
                   job_.file.path + ":" + std::to_string(annotation.element), "take the published label file"};
    }
    job_.out.rows(1);
    const auto at = frame_at_.find(annotation.image_id);
    if (at == frame_at_.end()) {
      refuse({}, annotation, "unknown_image", std::to_string(annotation.image_id), "no image has this id");
      return done();
    }
    Frame& frame = images_[at->second];
    frame.has_annotation = true;
    if (!frame.is_placed) {
      refuse({}, annotation, "unknown_frame", std::to_string(annotation.image_id), "its image could not be placed");
      return done();
    }
    const VideoId& video = frame.spot.video;
    if (!annotation.category_id) {
      refuse(video, annotation, "unknown_category", "", "category_id is missing");
      return done();
    }
    const VocabularyLabel* label =
        label_or_issue(objects_, *annotation.category_id, annotation.element, 1, issues().of(video));
    if (label != nullptr) record(annotation, frame, label->label);
    return done();
  }

  void refuse(const VideoId& video, const CocoAnnotation& annotation, std::string_view rule, std::string value,
              std::string message) {
    issues().add(video, annotation.element, {rule, std::move(value), std::move(message), kCompare});
  }

  void record(const CocoAnnotation& annotation, Frame& frame, const std::string& label) {
    const VideoId& video = frame.spot.video;
    std::optional<Box> box;
    if (annotation.box_state == CocoAnnotation::BoxState::kMalformed) {
      return refuse(video, annotation, "bad_box", label, "bbox must be four numbers: x, y, width, height");
    }
    if (annotation.box_state == CocoAnnotation::BoxState::kFour) {
      const auto [x, y, width, height] = annotation.box;
      box = Box{x, y, x + width, y + height};
      if (const auto fault = box_fault(*box, frame.spot.size)) {
        return refuse(video, annotation, "bad_box", label, *fault);
      }
      if (is_outside_partly(*box, frame.spot.size)) {
        issues().add(video, annotation.element,
                     {"box_outside", label, "the box reaches beyond the picture",
                      "it is kept as it is and cut at the border later", Severity::kWarning},
                     0);
      }
    }
    if (!box && annotation.segmentation.empty()) {
      return refuse(video, annotation, "no_geometry", label, "neither a box nor a mask");
    }
    const std::int32_t instance = frame.objects++;
    std::int64_t rows = 1;
    const auto hand_over = [&](AnnotationKind kind, const auto& fill) {
      RawAnnotation record = record_at(frame.spot, kind, objects_.id, {label}, annotation.element, 1);
      record.rows = std::exchange(rows, 0);
      record.instance = instance;
      fill(record);
      job_.out.record(std::move(record));
    };
    if (box) hand_over(AnnotationKind::kBox, [&](RawAnnotation& record) { set_box(record, *box); });
    if (!annotation.segmentation.empty()) {
      hand_over(AnnotationKind::kMask,
                [&](RawAnnotation& record) { record.text = compact_json(annotation.segmentation); });
    }
  }

  /// Rows of images that carried no votes: a negative becomes a record, the others only hold their annotations
  /// together.
  void account_for_images() {
    for (const Frame& frame : images_) {
      const bool is_negative = frame.is_placed && frame.is_boxed_keyframe && !frame.has_annotation;
      if (is_negative) {
        job_.out.record(record_at(frame.spot, AnnotationKind::kPresence, objects_.id, {}, frame.element,
                                  frame.is_accounted ? 0 : 1));
      } else if (!frame.is_accounted) {
        job_.out.accounted(1);
      }
    }
  }

  static constexpr std::int64_t kLongestSide = 100'000;
  static constexpr const char* kCompare = "compare with the published file";

  const FileJob& job_;
  EndoscapesFrames frames_;
  const Vocabulary& objects_;
  std::vector<Frame> images_;
  std::unordered_map<std::int64_t, std::size_t> frame_at_;
};

}  // namespace

Status read_endoscapes_coco(const FileJob& job) {
  SURGSIGMA_TRY(objects, job.vocabulary());
  SURGSIGMA_TRY(frames, EndoscapesFrames::make(job, "criteria"));
  return EndoscapesCoco(job, std::move(frames), *objects).read();
}

}  // namespace surgsigma
