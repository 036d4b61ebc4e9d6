#include "surgsigma/eval/metrics/box_assignment.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace surgsigma {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// Columns among the `keep` best of some row, ascending.
std::vector<std::size_t> useful_columns(const std::vector<double>& all, std::size_t rows, std::size_t columns,
                                        std::size_t keep) {
  std::vector<char> is_useful(columns, 0);
  std::vector<std::size_t> order(columns);
  for (std::size_t row = 0; row < rows; ++row) {
    const double* ious = all.data() + row * columns;
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(keep, columns));
    std::nth_element(order.begin(), end == order.end() ? end - 1 : end, order.end(),
                     [&](std::size_t a, std::size_t b) { return ious[a] != ious[b] ? ious[a] > ious[b] : a < b; });
    for (auto column = order.begin(); column != end; ++column) is_useful[*column] |= ious[*column] > 0;
  }
  std::vector<std::size_t> useful;
  for (std::size_t column = 0; column < columns; ++column) {
    if (is_useful[column]) useful.push_back(column);
  }
  return useful;
}

bool can_pair(const IouTable& table, double threshold, std::size_t row, std::vector<std::size_t>& row_of,
              std::vector<char>& is_seen) {
  for (std::size_t column = 0; column < table.columns; ++column) {
    if (is_seen[column] || table.at(row, column) < threshold) continue;
    is_seen[column] = 1;
    if (row_of[column] == kNone || can_pair(table, threshold, row_of[column], row_of, is_seen)) {
      row_of[column] = row;
      return true;
    }
  }
  return false;
}

}  // namespace

IouTable iou_table(const std::vector<Box>& truth, const std::vector<Box>& answer) {
  IouTable table;
  table.rows = truth.size();
  if (truth.empty() || answer.empty()) return table;
  std::vector<double> all(truth.size() * answer.size());
  for (std::size_t t = 0; t < truth.size(); ++t) {
    for (std::size_t a = 0; a < answer.size(); ++a) all[t * answer.size() + a] = iou(truth[t], answer[a]);
  }
  const std::vector<std::size_t> kept = useful_columns(all, truth.size(), answer.size(), truth.size());
  table.columns = kept.size();
  table.values.reserve(table.rows * table.columns);
  for (std::size_t t = 0; t < truth.size(); ++t) {
    for (const std::size_t column : kept) table.values.push_back(all[t * answer.size() + column]);
  }
  return table;
}

double largest_iou_sum(const IouTable& table) {
  // Shortest augmenting paths over costs of -IoU, one row after the other; columns beyond the table's stand for "no
  // answer" at cost 0, so that every row finds one. Row and column 0 are the path's start.
  const std::size_t rows = table.rows, columns = table.columns + table.rows;
  if (table.columns == 0) return 0;
  const auto cost = [&](std::size_t row, std::size_t column) {
    return column <= table.columns ? -table.at(row - 1, column - 1) : 0.0;
  };
  std::vector<double> of_row(rows + 1, 0), of_column(columns + 1, 0);
  std::vector<std::size_t> row_of(columns + 1, 0), before(columns + 1, 0);
  for (std::size_t row = 1; row <= rows; ++row) {
    std::vector<double> least(columns + 1, std::numeric_limits<double>::infinity());
    std::vector<char> is_used(columns + 1, 0);
    row_of[0] = row;
    std::size_t at = 0;
    do {
      is_used[at] = 1;
      double step = std::numeric_limits<double>::infinity();
      std::size_t next = 0;
      for (std::size_t column = 1; column <= columns; ++column) {
        if (is_used[column]) continue;
        const double reduced = cost(row_of[at], column) - of_row[row_of[at]] - of_column[column];
        if (reduced < least[column]) {
          least[column] = reduced;
          before[column] = at;
        }
        if (least[column] < step) {
          step = least[column];
          next = column;
        }
      }
      for (std::size_t column = 0; column <= columns; ++column) {
        if (is_used[column]) {
          of_row[row_of[column]] += step;
          of_column[column] -= step;
        } else {
          least[column] -= step;
        }
      }
      at = next;
    } while (row_of[at] != 0);
    for (; at != 0; at = before[at]) row_of[at] = row_of[before[at]];
  }
  std::vector<double> taken;
  for (std::size_t column = 1; column <= table.columns; ++column) {
    if (row_of[column] != 0) taken.push_back(table.at(row_of[column] - 1, column - 1));
  }
  std::sort(taken.begin(), taken.end());  // the sum then does not depend on the order of the boxes
  return std::accumulate(taken.begin(), taken.end(), 0.0);
}

std::size_t largest_pair_count(const IouTable& table, double threshold) {
  std::vector<std::size_t> row_of(table.columns, kNone);
  std::size_t pairs = 0;
  for (std::size_t row = 0; row < table.rows; ++row) {
    std::vector<char> is_seen(table.columns, 0);
    pairs += can_pair(table, threshold, row, row_of, is_seen) ? 1 : 0;
  }
  return pairs;
}

}  // namespace surgsigma
