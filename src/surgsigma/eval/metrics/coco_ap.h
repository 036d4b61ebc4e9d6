// COCO average precision and recall of detectors (boxes or masks with scores): AP over IoU 0.50:0.05:0.95, AP50, AP75,
// AP by size, AR with 1, 10 and 100 detections, AR by size, AP per class. Source: cocodataset/cocoapi
// PythonAPI/pycocotools/cocoeval.py (8c9bcc3); matching, crowds, ignored truths, size ranges and the limit of 100
// detections per picture and class are the same, to 1e-9.
//
//   ap            mean over classes and the 10 IoU thresholds of the mean, over recalls 0, 0.01 .. 1, of the highest
//                 precision at any cut of the ranking whose recall is at least that. higher, share.
//   ap50, ap75    at one threshold. ap_small, ap_medium, ap_large: truths of up to 32^2, 96^2 and more square pixels
//                 (by `area`); others are ignored, and so are unmatched detections of other sizes.
//   ar1, ar10, ar100, ar_small, ar_medium, ar_large   mean over classes and thresholds of the share of truths that the
//                 1, 10 or 100 best detections of each picture find.
//   ap/<class>, ap50/<class>   of one class.
//
// Classes without truth (in the size range) are undefined and left out of means; pycocotools prints -1.
//
// Ties. By default the values depend on scores, pictures and boxes, never on their order:
//   1. A ranking may be cut only between different scores: all detections of a class with scores >= s, over all
//      pictures, are counted before precision and recall at s are taken.
//   2. Inside one picture and class, detections of equal score are matched, and counted towards the limits 1, 10 and
//      100, in rising order of x, y, w, h and then of the masks' runs. Equal truths are told apart in the same way.
// Without equal scores this equals pycocotools. compat_coco() gives exactly what pycocotools gives: every detection may
// be a cut, equal scores stand in order of pictures and input, so the result depends on that order (defect D10). One
// trap of pycocotools is not copied: a truth with the annotation id 0 counts there as unmatched; ids start at 1 here.
//
// At weights: weight w of a case = each of its pictures occurs w times.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"
#include "surgsigma/media/mask.h"

namespace surgsigma {

/// As COCO writes it: corner and size, pixels.
struct CocoBox {
  double x = 0, y = 0, w = 0, h = 0;
  auto operator<=>(const CocoBox&) const = default;
};

struct CocoTruth {
  std::uint32_t image = 0;     ///< index into case_of_image
  std::uint32_t category = 0;  ///< index into categories
  CocoBox box;
  double area = 0;        ///< square pixels; decides the size range
  bool is_crowd = false;  ///< a region of many: detections inside are ignored, and it is no positive
};

struct CocoDetection {
  std::uint32_t image = 0;
  std::uint32_t category = 0;
  CocoBox box;
  double score = 0;
};

struct CocoInput {
  std::size_t cases = 0;
  std::vector<std::size_t> case_of_image;  ///< pictures in rising order of their ids
  std::vector<std::string> categories;
  std::vector<CocoTruth> truths;
  std::vector<CocoDetection> detections;
  /// Both empty: IoU of boxes. Else one for each truth and detection: IoU of masks, and the masks' own areas for the
  /// detections.
  std::vector<Mask> truth_masks;
  std::vector<Mask> detection_masks;
};

/// Fails with kData, naming "truth N" or "detection N", on a picture, class or case that is not there, a box, area or
/// score that is no finite number, a negative size, masks that are missing or differ in size in one picture.
/// `jobs` threads make it; the bytes do not depend on their number.
Result<Scorer> coco_ap(const CocoInput& input, int jobs = 1);

/// What pycocotools prints, undefined instead of -1.
struct CocoSummary {
  double ap = 0, ap50 = 0, ap75 = 0, ap_small = 0, ap_medium = 0, ap_large = 0;
  double ar1 = 0, ar10 = 0, ar100 = 0, ar_small = 0, ar_medium = 0, ar_large = 0;
  std::vector<double> ap_of_category;
};
Result<CocoSummary> compat_coco(const CocoInput& input, int jobs = 1);

std::span<const MetricRow> coco_ap_metrics();

}  // namespace surgsigma
