// The labels of one video as COCO sees them: pictures with the objects that were annotated in them. Pure; no pixel is
// read.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "surgsigma/export/coco/coco_classes.h"
#include "surgsigma/export/papers.h"

namespace surgsigma {

struct CocoObject {
  const Annotation* box = nullptr;  ///< one of the two may be missing
  const Annotation* mask = nullptr;
  int category = 0;  ///< place in CocoClasses::all()
  const Annotation& first() const { return box ? *box : *mask; }
};

struct CocoImage {
  std::int64_t frame = 0;  ///< native
  Microseconds time_us = 0;
  std::string media;                   ///< picture below the source's folder; empty where the source has none
  std::vector<CocoObject> objects;     ///< by ordinal
  std::set<std::string> vocabularies;  ///< that were annotated here: "<source>/<name>"
  std::int64_t left_out = 0;           ///< objects that are there and not in the file
};

/// What is wanted.
struct CocoWish {
  bool instruments = true;
  bool tissue = true;
  bool others = true;  ///< objects: clips, needles, bags
  bool needs_mask = false;
};
/// Of the tasks of an export; none: everything.
CocoWish wish_of(const std::vector<std::string>& tasks);
/// The tasks that COCO files serve.
const std::vector<std::string>& coco_tasks();

struct CocoRules {
  const Ontology* ontology = nullptr;
  const CocoClasses* classes = nullptr;
  CocoWish wish;
  /// Vocabularies of boxes and masks whose annotation is complete and that hold a class that is wanted: where such a
  /// one was annotated and nothing is, the picture is a true negative.
  std::set<std::string> evidence;
};

/// Rules of docs/export-coco.md by which a record stays out before its geometry is looked at.
///
/// `rows`: boxes, masks and presence records of one video, in any order. A box and a mask of one object (same instance,
/// class and frame) are joined; an object that a second file of the release tells again counts once. Images come by
/// frame; those without objects only where the labels prove it.
std::vector<CocoImage> images_of(const VideoRow& video, const std::vector<Annotation>& rows, const CocoRules& rules,
                                 Drops& drops);

/// "cholec80/video01#12"
std::string record_id(const VideoRow& video, const Annotation& row);
/// "cholec80/video01@250"
std::string image_key(const VideoRow& video, const CocoImage& image);

}  // namespace surgsigma
