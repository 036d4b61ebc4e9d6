#include "surgsigma/eval/metrics/reasoning.h"

#include <algorithm>
#include <limits>
#include <memory>

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::vector<T> as_set(std::vector<T> items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

template <class T>
bool has(const std::vector<T>& set, const T& item) {
  return std::find(set.begin(), set.end(), item) != set.end();
}

template <class T>
double set_f1(const std::vector<T>& said, const std::vector<T>& truth) {
  const std::vector<T> a = as_set(said), b = as_set(truth);
  if (a.empty() && b.empty()) return 1;
  const auto both = std::count_if(a.begin(), a.end(), [&](const T& item) { return has(b, item); });
  return 2 * static_cast<double>(both) / static_cast<double>(a.size() + b.size());
}

constexpr std::array<std::string_view, 7> kNames = {
    "entity_f1", "triplet_f1", "levels", "contradiction_rate", "contradicted_chains", "answer_consistency", "readable"};

/// Numerator and denominator of each metric.
struct Shares {
  std::array<double, kNames.size()> part{};
  std::array<double, kNames.size()> whole{};

  void count(std::size_t k, double value) {
    part[k] += value;
    whole[k] += 1;
  }
};

struct Denials {
  double checkable = 0;
  double denied = 0;
};

Denials denials_of(const ReasoningItem& item) {
  Denials denials;
  ConceptIds named = item.chain.entities;
  named.insert(named.end(), item.chain.entities_of_level_2.begin(), item.chain.entities_of_level_2.end());
  for (const ConceptId& entity : as_set(std::move(named))) {
    const bool is_absent = has(item.absent_entities, entity);
    const bool is_known = is_absent || (item.true_entities && has(*item.true_entities, entity));
    denials.checkable += is_known ? 1 : 0;
    denials.denied += is_absent ? 1 : 0;
  }
  if (item.true_triplets) {
    for (const Triplet& triplet : as_set(item.chain.triplets)) {
      denials.checkable += 1;
      denials.denied += has(*item.true_triplets, triplet) ? 0 : 1;
    }
  }
  if (item.true_phase && !item.chain.phases.empty()) {
    denials.checkable += 1;
    denials.denied += has(item.chain.phases, *item.true_phase) ? 0 : 1;
  }
  return denials;
}

Shares shares_of(const ReasoningItem& item) {
  Shares shares;
  const bool is_readable = item.chain.is_readable;
  double levels = 0, annotated = 0;
  if (item.true_entities) {
    const double f1 = is_readable ? set_f1(item.chain.entities, *item.true_entities) : 0;
    shares.count(0, f1);
    levels += f1;
    annotated += 1;
  }
  if (item.true_triplets) {
    const double f1 = is_readable ? set_f1(item.chain.triplets, *item.true_triplets) : 0;
    shares.count(1, f1);
    levels += f1;
    annotated += 1;
  }
  if (annotated > 0) shares.count(2, levels / annotated);
  const Denials denials = denials_of(item);
  if (is_readable && denials.checkable > 0) {
    shares.part[3] = denials.denied;
    shares.whole[3] = denials.checkable;
    shares.count(4, denials.denied > 0 ? 1 : 0);
  }
  if (item.answer) {
    const bool is_same = is_readable && item.conclusion && as_set(*item.conclusion) == as_set(*item.answer);
    shares.count(5, is_same ? 1 : 0);
  }
  shares.count(6, is_readable ? 1 : 0);
  return shares;
}

constexpr std::string_view kReward = "surgsigma, after the three levels of Surg-R1";
constexpr std::string_view kUnread = "a chain that cannot be read is 0; chains without annotation are left out";

constexpr std::array<MetricRow, kNames.size()> kRows = {{
    {"reasoning", kNames[0], "higher", "share",
     "F1 of the entities that level 1 names against the annotated ones, mean over chains.", kReward, kUnread},
    {"reasoning", kNames[1], "higher", "share",
     "F1 of the triplets that level 2 states against the annotated ones, mean over chains.", kReward, kUnread},
    {"reasoning", kNames[2], "higher", "share", "Mean of entity_f1 and triplet_f1 of a chain, mean over chains.",
     kReward, kUnread},
    {"reasoning", kNames[3], "lower", "share", "Checkable statements that the records deny, pooled.", "surgsigma",
     "statements about what nobody looked for are not checkable; unreadable chains state nothing"},
    {"reasoning", kNames[4], "lower", "share", "Chains with a statement that the records deny.", "surgsigma",
     "of the chains with something checkable"},
    {"reasoning", kNames[5], "higher", "share", "Chains whose conclusion is the answer that is given.", "surgsigma",
     "no conclusion is inconsistent; answers that are no concepts are left out"},
    {"reasoning", kNames[6], "higher", "share", "Answers in which all three levels were found, in order.", kReward, ""},
}};

}  // namespace

Result<Scorer> reasoning_scorer(std::span<const ReasoningItem> items, std::size_t cases) {
  auto sums = std::make_shared<std::vector<Shares>>(cases);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ReasoningItem& item = items[i];
    const std::string where = "chain " + std::to_string(i);
    if (item.case_index < 0 || static_cast<std::size_t>(item.case_index) >= cases) {
      return Error{ErrorKind::kUsage, "case " + std::to_string(item.case_index) + " of " + std::to_string(cases), where,
                   ""};
    }
    for (const ConceptId& absent : item.absent_entities) {
      if (item.true_entities && has(*item.true_entities, absent))
        return Error{ErrorKind::kData, absent.text + " is annotated and absent at once", where, ""};
    }
    const Shares shares = shares_of(item);
    Shares& of_case = (*sums)[static_cast<std::size_t>(item.case_index)];
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      of_case.part[k] += shares.part[k];
      of_case.whole[k] += shares.whole[k];
    }
  }
  Scorer scorer;
  scorer.names.assign(kNames.begin(), kNames.end());
  scorer.values_at = [sums](std::span<const double> weights, std::span<double> out) {
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      double part = 0, whole = 0;
      for (std::size_t c = 0; c < sums->size(); ++c) {
        part += weights[c] * (*sums)[c].part[k];
        whole += weights[c] * (*sums)[c].whole[k];
      }
      out[k] = whole > 0 ? part / whole : kUndefined;
    }
  };
  return scorer;
}

std::span<const MetricRow> reasoning_metrics() { return kRows; }

}  // namespace surgsigma
