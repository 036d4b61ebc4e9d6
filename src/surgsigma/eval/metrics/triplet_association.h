// How the boxes of one frame belong together; the steps are in triplet_detection.h.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "surgsigma/eval/metrics/triplet_detection.h"

namespace surgsigma {

inline constexpr std::array<std::string_view, 7> kAssociations = {"lm", "plm", "ids", "idm", "mil", "fp", "fn"};

/// Highest score first, equal scores in order of their content.
std::vector<TripletBox> ranked_boxes(std::vector<TripletBox> boxes);

/// Intersection over union, 0 when both are empty.
double box_iou(const TripletBox& a, const TripletBox& b);

/// For each of `answer` (ranked), whether it finds a true box of its class: the free one with the highest IoU of at
/// least `iou`. `of` picks the class: &TripletBox::triplet or &TripletBox::instrument.
std::vector<char> found_boxes(const std::vector<TripletBox>& truth, const std::vector<TripletBox>& answer,
                              std::size_t TripletBox::*of, double iou);

/// Counts in the order of kAssociations. Both lists ranked.
std::array<double, 7> association(const std::vector<TripletBox>& truth, const std::vector<TripletBox>& answer,
                                  double iou);

}  // namespace surgsigma
