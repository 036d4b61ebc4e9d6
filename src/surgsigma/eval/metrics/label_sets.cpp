#include "surgsigma/eval/metrics/label_sets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/metrics/average_precision.h"
#include "surgsigma/eval/metrics/case_sums.h"

namespace surgsigma {
namespace {

/// Columns of the sums of a case: these, then right, wrong and missed of each class.
enum Column : std::size_t { kItems, kRead, kExact, kSampleF1, kJaccard, kCells, kRightCells, kUnknown, kFirstClass };

constexpr std::array<const char*, 11> kNames = {
    "exact_match",  "sample_f1", "jaccard",         "hamming_accuracy", "micro_f1",  "micro_precision",
    "micro_recall", "macro_f1",  "macro_precision", "macro_recall",     "parse_rate"};

/// What an item says of each class.
struct Cells {
  std::vector<char> is_true, is_answered, is_scored;
};

Result<Cells> cells_of(const LabelSetItem& item, std::size_t classes, const std::string& where) {
  Cells cells{std::vector<char>(classes, 0), std::vector<char>(classes, 0), std::vector<char>(classes, 1)};
  for (const int index : item.not_annotated) {
    SURGSIGMA_CHECK(check_class(index, 0, classes, where));
    cells.is_scored[static_cast<std::size_t>(index)] = 0;
  }
  for (const int index : item.truth) {
    SURGSIGMA_CHECK(check_class(index, 0, classes, where));
    char& cell = cells.is_true[static_cast<std::size_t>(index)];
    if (cell != 0) return bad_item("class " + std::to_string(index) + " twice in the truth", where, "give sets");
    if (cells.is_scored[static_cast<std::size_t>(index)] == 0)
      return bad_item("class " + std::to_string(index) + " is in the truth and not annotated", where,
                      "a true class is an annotated one");
    cell = 1;
  }
  if (item.unknown < 0) return bad_item("a negative number of unknown words", where, "0 or more");
  if (!item.answer) return cells;
  for (const int index : *item.answer) {
    SURGSIGMA_CHECK(check_class(index, 0, classes, where));
    char& cell = cells.is_answered[static_cast<std::size_t>(index)];
    if (cell != 0) return bad_item("class " + std::to_string(index) + " twice in the answer", where, "give sets");
    cell = 1;
  }
  for (std::size_t k = 0; k < classes; ++k) cells.is_answered[k] &= cells.is_scored[k];
  return cells;
}

void add_item(const LabelSetItem& item, const Cells& cells, CaseSums& sums) {
  const std::size_t c = item.case_number, classes = cells.is_true.size();
  double right = 0, truth = 0, answered = 0, scored = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    const bool is_true = cells.is_true[k] != 0, is_answered = cells.is_answered[k] != 0;
    right += is_true && is_answered;
    truth += is_true;
    answered += is_answered;
    scored += cells.is_scored[k];
    if (is_true || is_answered) sums.add(c, kFirstClass + 3 * k + (is_true ? (is_answered ? 0 : 2) : 1));
  }
  const bool is_read = item.answer.has_value();
  const double unknown = is_read ? item.unknown : 0;
  const double named = truth + answered + unknown;
  sums.add(c, kItems);
  sums.add(c, kRead, is_read);
  sums.add(c, kExact, is_read && right == truth && right == answered && unknown == 0);
  if (is_read) {
    sums.add(c, kSampleF1, named > 0 ? 2 * right / named : 1);
    sums.add(c, kJaccard, named > 0 ? right / (named - right) : 1);
    sums.add(c, kRightCells, scored - (truth + answered - 2 * right));
  }
  sums.add(c, kCells, scored);
  sums.add(c, kUnknown, unknown);
}

/// The values without scores, in the order of kNames, then precision, recall, F1 and support of each class.
void put_set_values(const std::vector<double>& totals, std::size_t classes, std::span<double> values) {
  Hits all;
  DefinedMean precision, recall, f1;
  std::size_t at = kNames.size();
  for (std::size_t k = 0; k < classes; ++k) {
    const double* row = totals.data() + kFirstClass + 3 * k;
    const Hits hits{row[0], row[1], row[2]};
    all.right += hits.right;
    all.wrong += hits.wrong;
    all.missed += hits.missed;
    precision.add(values[at++] = precision_of(hits));
    recall.add(values[at++] = recall_of(hits));
    f1.add(values[at++] = f1_of(hits));
    values[at++] = hits.right + hits.missed;
  }
  all.wrong += totals[kUnknown];
  values[0] = share_of(totals[kExact], totals[kItems]);
  values[1] = share_of(totals[kSampleF1], totals[kItems]);
  values[2] = share_of(totals[kJaccard], totals[kItems]);
  values[3] = share_of(totals[kRightCells], totals[kCells]);
  values[4] = share_of(2 * all.right, 2 * all.right + all.wrong + all.missed);
  values[5] = precision_of(all);
  if (std::isnan(values[5])) values[5] = share_of(all.right, all.right + all.wrong);  // only wrong labels: 0
  values[6] = recall_of(all);
  values[7] = f1.value();
  values[8] = precision.value();
  values[9] = recall.value();
  values[10] = share_of(totals[kRead], totals[kItems]);
}

/// ap:video of each class, then map, map:video_class and map:class_video; ap is there already.
void put_rank_values(const std::vector<Ranking>& rankings, std::span<const double> weights, std::span<double> values) {
  DefinedMean map, video_class, class_video;
  for (std::size_t k = 0; k < rankings.size(); ++k) {
    DefinedMean of_videos;
    for (std::size_t c = 0; c < weights.size(); ++c) of_videos.add(rankings[k].of_cases()[c], weights[c]);
    map.add(values[2 * k]);
    video_class.add(values[2 * k + 1] = of_videos.value());
  }
  for (std::size_t c = 0; c < weights.size(); ++c) {
    DefinedMean of_classes;
    for (const Ranking& ranking : rankings) of_classes.add(ranking.of_cases()[c]);
    class_video.add(of_classes.value(), weights[c]);
  }
  const std::size_t at = 2 * rankings.size();
  values[at] = map.value();
  values[at + 1] = video_class.value();
  values[at + 2] = class_video.value();
}

std::vector<std::string> names_of(const LabelSetInput& input) {
  std::vector<std::string> names(kNames.begin(), kNames.end());
  for (const std::string& name : input.classes) {
    for (const char* stem : {"precision/", "recall/", "f1/", "support/"}) names.push_back(stem + name);
  }
  if (input.scores.empty()) return names;
  for (const std::string& name : input.classes) {
    for (const char* stem : {"ap/", "ap:video/"}) names.push_back(stem + name);
  }
  for (const char* name : {"map", "map:video_class", "map:class_video"}) names.emplace_back(name);
  return names;
}

struct Table {
  CaseSums sums;
  std::size_t classes;
  std::vector<Ranking> rankings;  // one per class; none without scores
};

std::size_t first_rank_value(const Table& table) { return kNames.size() + 4 * table.classes; }

void many_values(const Table& table, std::size_t names, std::size_t count, std::span<const double> weights,
                 std::span<double> values) {
  const std::size_t cases = weights.size() / count, first = first_rank_value(table);
  const std::vector<WeightLanes> groups = lanes_of(weights, count);
  for (std::size_t k = 0; k < table.classes; ++k) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      Lanes pooled{};
      table.rankings[k].average_precision(groups[g], pooled);
      for (std::size_t l = 0; l < kLanes && g * kLanes + l < count; ++l)
        values[(g * kLanes + l) * names + first + 2 * k] = pooled[l];
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const double> row = weights.subspan(i * cases, cases);
    put_set_values(table.sums.totals(row), table.classes, values.subspan(i * names, names));
    put_rank_values(table.rankings, row, values.subspan(i * names + first, names - first));
  }
}

}  // namespace

Result<Scorer> label_set_scorer(const LabelSetInput& input) {
  const std::size_t classes = input.classes.size();
  if (!input.scores.empty() && input.scores.size() != input.items.size() * classes)
    return Error{ErrorKind::kUsage,
                 std::to_string(input.scores.size()) + " scores for " + std::to_string(input.items.size()) +
                     " items of " + std::to_string(classes) + " classes",
                 "scores", "give one score per item and class, or none at all"};
  Table table{CaseSums(input.cases, kFirstClass + 3 * classes), classes, {}};
  std::vector<std::vector<RankedAnswer>> ranked(input.scores.empty() ? 0 : classes);
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    const LabelSetItem& item = input.items[i];
    const std::string where = "item " + std::to_string(i);
    SURGSIGMA_CHECK(check_case(item.case_number, input.cases, where));
    SURGSIGMA_TRY(cells, cells_of(item, classes, where));
    add_item(item, cells, table.sums);
    for (std::size_t k = 0; k < ranked.size(); ++k) {
      const double score = input.scores[i * classes + k];
      if (std::isnan(score))
        return bad_item("the score of " + quoted(input.classes[k]) + " is no number", where, "give a score or none");
      if (cells.is_scored[k] != 0)
        ranked[k].push_back({score, static_cast<std::uint32_t>(item.case_number), cells.is_true[k] != 0});
    }
  }
  for (std::vector<RankedAnswer>& answers : ranked) table.rankings.emplace_back(std::move(answers), input.cases);

  Scorer scorer;
  scorer.names = names_of(input);
  const auto shared = std::make_shared<const Table>(std::move(table));
  scorer.values_at = [shared](std::span<const double> weights, std::span<double> values) {
    put_set_values(shared->sums.totals(weights), shared->classes, values);
    if (shared->rankings.empty()) return;
    const std::span<double> of_ranks = values.subspan(first_rank_value(*shared));
    for (std::size_t k = 0; k < shared->classes; ++k) of_ranks[2 * k] = shared->rankings[k].average_precision(weights);
    put_rank_values(shared->rankings, weights, of_ranks);
  };
  if (!shared->rankings.empty()) {
    scorer.many_values_at = [shared, names = scorer.names.size()](std::size_t count, std::span<const double> weights,
                                                                  std::span<double> values) {
      many_values(*shared, names, count, weights, values);
    };
  }
  return scorer;
}

double compat_vlm_set_ap(std::span<const bool> truth, std::span<const double> scores) {
  std::vector<std::size_t> order(truth.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : truth[a] > truth[b];
  });
  double right = 0, sum = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (!truth[order[i]]) continue;
    right += 1;
    sum += right / static_cast<double>(i + 1);
  }
  return right > 0 ? sum / right : 0;
}

double compat_vlm_set_map(const LabelSetInput& input) {
  double sum = 0;
  const std::size_t items = input.items.size();
  const auto truth = std::make_unique<bool[]>(items);
  std::vector<double> scores(items);
  const auto has = [](const std::vector<int>& set, std::size_t k) {
    return std::find(set.begin(), set.end(), static_cast<int>(k)) != set.end();
  };
  for (std::size_t k = 0; k < input.classes.size(); ++k) {
    for (std::size_t i = 0; i < items; ++i) {
      truth[i] = has(input.items[i].truth, k);
      scores[i] = input.items[i].answer && has(*input.items[i].answer, k) ? 1 : 0;
    }
    sum += compat_vlm_set_ap(std::span<const bool>(truth.get(), items), scores);
  }
  return share_of(sum, static_cast<double>(input.classes.size()));
}

double compat_zero_macro_f1(const LabelSetInput& input) {
  std::vector<Hits> hits(input.classes.size());
  for (const LabelSetItem& item : input.items) {
    const std::vector<int> answer = item.answer.value_or(std::vector<int>());
    const auto holds = [](const std::vector<int>& set, int k) {
      return std::find(set.begin(), set.end(), k) != set.end();
    };
    for (const int k : item.truth)
      ++(holds(answer, k) ? hits[static_cast<std::size_t>(k)].right : hits[static_cast<std::size_t>(k)].missed);
    for (const int k : answer) hits[static_cast<std::size_t>(k)].wrong += !holds(item.truth, k);
  }
  double sum = 0;
  for (const Hits& one : hits) sum += std::isnan(f1_of(one)) ? 0 : f1_of(one);
  return share_of(sum, static_cast<double>(hits.size()));
}

}  // namespace surgsigma
