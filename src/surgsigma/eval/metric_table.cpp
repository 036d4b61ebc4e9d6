// The table of all metrics (task_scorers.h).
#include <algorithm>
#include <array>

#include "surgsigma/eval/metrics/boxes.h"
#include "surgsigma/eval/metrics/captions.h"
#include "surgsigma/eval/metrics/choices.h"
#include "surgsigma/eval/metrics/clip_classes.h"
#include "surgsigma/eval/metrics/coco_ap.h"
#include "surgsigma/eval/metrics/depth.h"
#include "surgsigma/eval/metrics/generation.h"
#include "surgsigma/eval/metrics/label_sets.h"
#include "surgsigma/eval/metrics/phases.h"
#include "surgsigma/eval/metrics/pictures.h"
#include "surgsigma/eval/metrics/reasoning.h"
#include "surgsigma/eval/metrics/remaining_time.h"
#include "surgsigma/eval/metrics/safety.h"
#include "surgsigma/eval/metrics/segmental.h"
#include "surgsigma/eval/metrics/segmentation.h"
#include "surgsigma/eval/metrics/triplet_detection.h"
#include "surgsigma/eval/metrics/triplets.h"
#include "surgsigma/eval/phase_order.h"
#include "surgsigma/eval/task_scorers.h"

namespace surgsigma {

namespace {

/// Values that share the row of another one: "also acc@0.75".
struct Sibling {
  std::string_view family, like, name;
};
constexpr std::array<Sibling, 31> kSiblings = {{{"boxes", "acc@0.5", "acc@0.75"},
                                                {"boxes", "grid_micro_f1", "grid_micro_precision"},
                                                {"boxes", "grid_micro_f1", "grid_micro_recall"},
                                                {"boxes", "f1@0.5", "f1@0.75"},
                                                {"boxes", "precision@0.5", "precision@0.75"},
                                                {"boxes", "recall@0.5", "recall@0.75"},
                                                {"triplets", "micro_precision", "micro_precision_i"},
                                                {"triplets", "micro_precision", "micro_recall_i"},
                                                {"triplets", "micro_precision", "micro_precision_v"},
                                                {"triplets", "micro_precision", "micro_recall_v"},
                                                {"triplets", "micro_precision", "micro_precision_t"},
                                                {"triplets", "micro_precision", "micro_recall_t"},
                                                {"triplets", "micro_precision", "micro_precision_iv"},
                                                {"triplets", "micro_precision", "micro_recall_iv"},
                                                {"triplets", "micro_precision", "micro_precision_it"},
                                                {"triplets", "micro_precision", "micro_recall_it"},
                                                {"coco_ap", "ap50", "ap75"},
                                                {"coco_ap", "ap_small", "ap_medium"},
                                                {"coco_ap", "ap_small", "ap_large"},
                                                {"coco_ap", "ar1", "ar10"},
                                                {"coco_ap", "ar1", "ar100"},
                                                {"coco_ap", "ar_small", "ar_medium"},
                                                {"coco_ap", "ar_small", "ar_large"},
                                                {"triplets", "micro_precision", "micro_recall"},
                                                {"triplets", "micro_f1_i", "micro_f1_v"},
                                                {"triplets", "micro_f1_i", "micro_f1_t"},
                                                {"triplets", "micro_f1_i", "micro_f1_iv"},
                                                {"triplets", "micro_f1_i", "micro_f1_it"},
                                                {"segmentation", "challenge_iou", "challenge_dice"},
                                                {"segmentation", "binary_iou", "binary_dice"},
                                                {"segmentation", "iou/<class>", "dice/<class>"}}};

void add_siblings(std::vector<MetricRow>& rows) {
  for (const Sibling& sibling : kSiblings) {
    const auto is_named = [&](std::string_view name) {
      return [&sibling, name](const MetricRow& row) { return row.family == sibling.family && row.name == name; };
    };
    const auto like = std::find_if(rows.begin(), rows.end(), is_named(sibling.like));
    if (like == rows.end() || std::any_of(rows.begin(), rows.end(), is_named(sibling.name))) continue;
    MetricRow row = *like;
    row.name = sibling.name;
    rows.insert(like + 1, row);
  }
}

}  // namespace

std::vector<MetricRow> all_metrics() {
  std::vector<MetricRow> rows;
  for (const auto& table :
       {label_sets_metrics(), choices_metrics(), clip_classes_metrics(), phases_metrics(), phase_order_metrics(),
        segmental_metrics(), boxes_metrics(), coco_ap_metrics(), triplets_metrics(), triplet_detection_metrics(),
        remaining_time_metrics(), safety_metrics(), captions_metrics(), pictures_metrics(), segmentation_metrics(),
        depth_metrics(), generation_metrics(), reasoning_metrics()}) {
    rows.insert(rows.end(), table.begin(), table.end());
  }
  add_siblings(rows);
  return rows;
}

}  // namespace surgsigma
