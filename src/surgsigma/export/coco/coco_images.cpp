#include "surgsigma/export/coco/coco_images.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "surgsigma/base/time.h"
#include "surgsigma/export/coco/coco_shape.h"

namespace surgsigma {
namespace {

constexpr double kSamePixel = 1.0;  // boxes of two files differ by rounding
const ConceptId kInstrument("ins.instrument");

bool is_told_again(const Annotation& row) { return row.rejected == "duplicate"; }

bool is_same_box(const Annotation& a, const Annotation& b) {
  const auto near = [](const std::optional<double>& x, const std::optional<double>& y) {
    return x && y && std::abs(*x - *y) <= kSamePixel;
  };
  return near(a.x1, b.x1) && near(a.y1, b.y1) && near(a.x2, b.x2) && near(a.y2, b.y2);
}

class Builder {
 public:
  Builder(const VideoRow& video, const CocoRules& rules, Drops& drops) : video_(video), rules_(rules), drops_(drops) {}

  std::vector<CocoImage> run(const std::vector<Annotation>& rows) {
    std::vector<const Annotation*> ordered;
    for (const Annotation& row : rows) ordered.push_back(&row);
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto* a, const auto* b) { return a->ordinal < b->ordinal; });
    for (const Annotation* row : ordered) by_frame_[frame_of(*row)].push_back(row);
    std::vector<CocoImage> images;
    for (const auto& [frame, records] : by_frame_) take_frame(frame, records, images);
    return images;
  }

 private:
  std::int64_t frame_of(const Annotation& row) const {
    if (row.begin_frame) return *row.begin_frame;
    return frame_at(std::max<Microseconds>(row.begin_us, 0), {video_.frame_rate_num, video_.frame_rate_den});
  }

  void take_frame(std::int64_t frame, const std::vector<const Annotation*>& records, std::vector<CocoImage>& images) {
    CocoImage image;
    image.frame = frame;
    image.time_us = records.front()->begin_us;
    bool has_evidence = false;
    std::vector<CocoObject> objects;
    for (const Annotation* row : records) {
      if (image.media.empty()) image.media = row->media;
      const std::string vocabulary = vocabulary_key(video_.source_id.text, row->vocabulary);
      const bool is_evidence = rules_.evidence.contains(vocabulary);
      if (row->kind == AnnotationKind::kPresence) {
        const bool is_negative = row->labels.empty() && row->rejected.empty() && is_evidence;
        if (is_negative) image.vocabularies.insert(vocabulary);
        has_evidence |= is_negative;
        continue;
      }
      if (row->rejected.empty() || is_told_again(*row)) {
        image.vocabularies.insert(vocabulary);
        has_evidence |= is_evidence;
      }
      join(*row, objects);
    }
    drop_told_again(objects);
    const std::int64_t candidates = static_cast<std::int64_t>(objects.size());
    for (CocoObject& object : objects) {
      const std::string_view rule = take(object);
      if (rule == kNotWanted) continue;
      if (rule.empty()) {
        image.objects.push_back(object);
        continue;
      }
      drops_.add(rule, record_id(video_, object.first()));
      ++image.left_out;
    }
    const bool is_proven = image.left_out == 0 && has_evidence;  // nothing is there beyond what is in the file
    if (!image.objects.empty() || is_proven) {
      images.push_back(std::move(image));
    } else if (candidates > 0 && image.left_out > 0) {
      drops_.add("image_without_usable_object", image_key(video_, image));
    }
  }

  /// A mask joins the last box of its instance and class that has none.
  static void join(const Annotation& row, std::vector<CocoObject>& objects) {
    if (row.kind == AnnotationKind::kBox) {
      objects.push_back({&row, nullptr, 0});
      return;
    }
    for (auto at = objects.rbegin(); at != objects.rend(); ++at) {
      const bool is_its_box = at->box && !at->mask && row.instance && at->box->instance == row.instance &&
                              at->box->labels == row.labels && at->box->vocabulary == row.vocabulary;
      if (!is_its_box) continue;
      at->mask = &row;
      return;
    }
    objects.push_back({nullptr, &row, 0});
  }

  /// Objects whose box a second file tells again: the mask that comes with it goes to the box that was read first.
  static void drop_told_again(std::vector<CocoObject>& objects) {
    for (CocoObject& again : objects) {
      const bool is_again = again.box && is_told_again(*again.box);
      if (!is_again) continue;
      for (CocoObject& first : objects) {
        const bool is_twin = &first != &again && first.box && first.box->rejected.empty() &&
                             first.box->labels == again.box->labels && is_same_box(*first.box, *again.box);
        if (!is_twin || (first.mask && again.mask)) continue;
        if (again.mask) first.mask = again.mask;
        again = {};
        break;
      }
    }
    std::erase_if(objects, [](const CocoObject& object) {
      if (!object.box && !object.mask) return true;
      const bool is_box_gone = !object.box || is_told_again(*object.box);
      const bool is_mask_gone = !object.mask || is_told_again(*object.mask);
      return is_box_gone && is_mask_gone;
    });
  }

  static constexpr std::string_view kNotWanted = "not_wanted";

  std::string_view take(CocoObject& object) const {
    const Annotation& row = object.first();
    const bool is_mask_rejected = object.mask && !object.mask->rejected.empty() && !is_told_again(*object.mask);
    if (is_mask_rejected && object.box) object.mask = nullptr;
    if (!row.rejected.empty() && !is_told_again(row)) return "rejected_label";
    if (row.labels.empty()) return !object.box && !holds_outline(row) ? coco_rule::kMaskIsFile : "no_class";
    if (!object.box && !holds_outline(*object.mask)) return coco_rule::kMaskIsFile;
    if (row.state != LabelState::kPresent) return "not_certain";
    const Concept* known = row.concepts.empty() ? nullptr : rules_.ontology->find(row.concepts[0]);
    const bool is_instrument = known && rules_.ontology->is_a(row.concepts[0], kInstrument);
    const bool is_tissue = known && known->kind == "anatomy";
    const bool is_wanted = is_instrument ? rules_.wish.instruments
                           : is_tissue   ? rules_.wish.tissue
                                         : rules_.wish.others;
    if (!is_wanted) return kNotWanted;
    object.category = rules_.classes->find(row, video_.source_id.text);
    if (object.category < 0) return "no_class";
    const bool has_mask = object.mask && holds_outline(*object.mask);
    if (rules_.wish.needs_mask && !has_mask) return "no_mask";
    return {};
  }

  const VideoRow& video_;
  const CocoRules& rules_;
  Drops& drops_;
  std::map<std::int64_t, std::vector<const Annotation*>> by_frame_;
};

}  // namespace

const std::vector<std::string>& coco_tasks() {
  static const std::vector<std::string> tasks = {"instrument_localization", "tissue_localization",
                                                 "instrument_segmentation"};
  return tasks;
}

CocoWish wish_of(const std::vector<std::string>& tasks) {
  if (tasks.empty()) return {};
  CocoWish wish{false, false, false, true};
  for (const std::string& task : tasks) {
    wish.instruments |= task.starts_with("instrument_");
    wish.tissue |= task == "tissue_localization";
    if (task != "instrument_segmentation") wish.needs_mask = false;
  }
  return wish;
}

std::vector<CocoImage> images_of(const VideoRow& video, const std::vector<Annotation>& rows, const CocoRules& rules,
                                 Drops& drops) {
  return Builder(video, rules, drops).run(rows);
}

std::string record_id(const VideoRow& video, const Annotation& row) {
  return video.video_id.text + "#" + std::to_string(row.ordinal);
}

std::string image_key(const VideoRow& video, const CocoImage& image) {
  return video.video_id.text + "@" + std::to_string(image.frame);
}

}  // namespace surgsigma
