// Which answer box belongs to which true box, exactly.
#pragma once

#include <cstddef>
#include <vector>

#include "surgsigma/schema/geometry.h"

namespace surgsigma {

/// The IoU of every true box (row) with those answers (columns) that can matter to an assignment. T true boxes take at
/// most T answers, so each row needs only its T best; every other column is left out. There are at most T * T columns,
/// however many boxes an answer lists, and the results below are those of the whole table.
struct IouTable {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;  ///< rows * columns
  double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
};
IouTable iou_table(const std::vector<Box>& truth, const std::vector<Box>& answer);

/// The largest sum of IoU over pairs of which no two share a box (Hungarian method with potentials, Kuhn 1955). The sum
/// is unique though the pairs may not be. Time: rows^2 * columns.
double largest_iou_sum(const IouTable& table);

/// The largest number of pairs with IoU >= threshold of which no two share a box (augmenting paths). Unique.
std::size_t largest_pair_count(const IouTable& table, double threshold);

}  // namespace surgsigma
