// Boxes of models that give no confidence (tasks instrument_localization, tissue_localization): one question "where is
// X" per query, any number of boxes as truth and answer; and the same question answered in cells of a nine-cell grid.
//
// Let T be the true boxes of a query, A the answered ones. Boxes of one query are of one class.
//   mean_iou           mean over queries with T of: largest sum of IoU over one-to-one pairs / max(|T|, |A|). One box
//                      against one box: its IoU. Missing, surplus and unreadable answers lower it; listing many boxes
//                      does not pay. higher, share. Source: referring expression mIoU, set form ours.
//   mean_iou/<class>   the same over the queries of one class; mean_iou:class_mean is the mean of those.
//   acc@t              share of the queries with T whose value above is >= t (0.5 and 0.75 unless asked otherwise).
//   f1@t, precision@t, recall@t   boxes pooled over all queries: a hit is a pair of the largest one-to-one pairing with
//                      IoU >= t; answers to queries without T are false alarms. F1 = 2 hits / (|T| + |A|).
//   negative_accuracy  share of the queries without T that were answered by "not present". Never part of mean_iou.
//   grid_f1            mean over grid queries with truth of the set F1 of the cells; grid_exact: share of equal sets;
//                      grid_micro_f1 (precision, recall): cells pooled over all grid queries;
//                      grid_negative_accuracy as above. Cells: schema/geometry.h grid_cells (a box occupies a cell that
//                      holds >= 10 % of its area or its centre).
// Unreadable answers: IoU 0, no cells, wrong on negatives; they stay in every denominator. Boxes in the answer of an
// unreadable query are not looked at. A class without positive queries is undefined and left out of class means. There
// are no scores, so there are no ties; where several assignments are best, only their common sum or count is used.
// Hostile answers: the assignment works on at most |T|^2 boxes of an answer, chosen without loss (box_assignment.h).
// The parse rate is counted by the caller.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {

struct BoxQuery {
  std::size_t case_number = 0;
  std::size_t label = 0;    ///< index into BoxesInput::labels
  std::vector<Box> truth;   ///< empty: the thing is not in the picture
  std::vector<Box> answer;  ///< empty: "not present"
  bool is_readable = true;
};

/// Cells as bits: bit c is cell c of kGridWords.
struct GridQuery {
  std::size_t case_number = 0;
  std::uint16_t truth = 0;
  std::uint16_t answer = 0;
  bool is_readable = true;
};
/// The cells that any of the boxes occupies.
std::uint16_t grid_bits(std::span<const Box> boxes, ImageSize size);

struct BoxesInput {
  std::size_t cases = 0;
  std::vector<std::string> labels;
  std::vector<BoxQuery> queries;
  std::vector<GridQuery> grid;
  std::vector<double> thresholds = {0.5, 0.75};
};

/// More true boxes than this in one query are refused (kData): no picture has them, and time grows with their square.
inline constexpr std::size_t kMostTrueBoxes = 256;

/// Fails with kData, naming the query, on a case or class that is not there, a box that is no number or turned inside
/// out, or too many true boxes; with kUsage on a threshold outside (0, 1].
Result<Scorer> boxes_scorer(const BoxesInput& input);

/// The scores of davidshyn1/surgical_vlm_test utils.py compute_detection_map_metrics (bfb5afe), defect D5 included: the
/// positives of the average precision are the boxes that were found, so recall is always 1, and what was not readable
/// is dropped. Undefined where nothing is left.
struct VlmBoxRecord {
  std::string label;
  std::string image;
  Box truth;
  std::optional<Box> answer;
  double score = 1;
};
struct VlmBoxAp {
  double mean_iou = 0, ap50 = 0, ap75 = 0, coco_ap = 0;
  std::size_t scored = 0, classes = 0;
};
VlmBoxAp compat_vlm_box_ap(std::span<const VlmBoxRecord> records);

std::span<const MetricRow> boxes_metrics();

}  // namespace surgsigma
