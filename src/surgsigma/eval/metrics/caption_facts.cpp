#include "surgsigma/eval/metrics/caption_facts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "surgsigma/base/threads.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

bool may_be_equal(const Fact& a, const Fact& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i] == b[j]) return true;
    ++(a[i] < b[j] ? i : j);
  }
  return false;
}

double f1_of(double matched, double stated, double expected) {
  return stated + expected == 0 ? kUndefined : 2 * matched / (stated + expected);
}

/// Facts of `a` that have a partner in `b`, each fact of `b` used once; equal sets of meanings go first.
std::int64_t matches(const std::vector<Fact>& a, const std::vector<Fact>& b) {
  std::vector<bool> is_used_a(a.size()), is_used_b(b.size());
  std::int64_t matched = 0;
  for (const bool must_be_same : {true, false}) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < b.size() && !is_used_a[i]; ++j) {
        if (is_used_b[j] || !(must_be_same ? a[i] == b[j] : may_be_equal(a[i], b[j]))) continue;
        is_used_a[i] = is_used_b[j] = true;
        ++matched;
      }
    }
  }
  return matched;
}

struct FactValues {
  FactCounts counts;
  double f1 = 0;
  double order = kUndefined;
};

FactValues values_of(const CaptionItem& item, const OntologyMentions& mentions) {
  const CaptionFacts answer = caption_facts(item.answer, mentions);
  FactValues best;
  best.f1 = -1;
  for (const std::string& text : item.references) {
    const CaptionFacts reference = caption_facts(text, mentions);
    const FactCounts counts = compare_facts(answer, reference);
    const double order = action_order(answer, reference);
    if (counts.f1() > best.f1) {
      best.f1 = counts.f1();
      best.counts = counts;
    }
    if (std::isnan(best.order) || order > best.order) best.order = order;
  }
  return best;
}

struct CaseSums {
  double items = 0;
  double f1 = 0;
  double ordered = 0;
  double order = 0;
  std::array<double, kFactKinds> matched{};
  std::array<double, kFactKinds> stated{};
  std::array<double, kFactKinds> expected{};

  void add(const CaseSums& other, double weight) {
    items += weight * other.items;
    f1 += weight * other.f1;
    ordered += weight * other.ordered;
    order += weight * other.order;
    for (std::size_t k = 0; k < kFactKinds; ++k) {
      matched[k] += weight * other.matched[k];
      stated[k] += weight * other.stated[k];
      expected[k] += weight * other.expected[k];
    }
  }
};

CaseSums sums_of(const FactValues& values) {
  CaseSums one;
  one.items = 1;
  one.f1 = values.f1;
  one.ordered = std::isnan(values.order) ? 0 : 1;
  one.order = std::isnan(values.order) ? 0 : values.order;
  for (std::size_t k = 0; k < kFactKinds; ++k) {
    one.matched[k] = static_cast<double>(values.counts.matched[k]);
    one.stated[k] = static_cast<double>(values.counts.stated[k]);
    one.expected[k] = static_cast<double>(values.counts.expected[k]);
  }
  return one;
}

double total(const std::array<double, kFactKinds>& parts) {
  double sum = 0;
  for (const double part : parts) sum += part;
  return sum;
}

}  // namespace

CaptionFacts caption_facts(std::string_view text, const OntologyMentions& mentions) {
  CaptionFacts facts;
  for (const OntologyMentions::Mention& mention : mentions.find(text)) {
    for (std::size_t k = 0; k < kFactKinds; ++k) {
      Fact fact = mentions.meanings(mention.set, static_cast<FactKind>(k));
      if (fact.empty()) continue;
      if (static_cast<FactKind>(k) == FactKind::kAction) facts.actions.push_back(fact);
      facts.sets[k].push_back(std::move(fact));
    }
  }
  for (std::vector<Fact>& set : facts.sets) {
    std::sort(set.begin(), set.end());
    set.erase(std::unique(set.begin(), set.end()), set.end());
  }
  return facts;
}

double FactCounts::f1() const {
  double both = 0, sides = 0;
  for (std::size_t k = 0; k < kFactKinds; ++k) {
    both += static_cast<double>(matched[k]);
    sides += static_cast<double>(stated[k] + expected[k]);
  }
  return sides == 0 ? 1 : 2 * both / sides;
}

FactCounts compare_facts(const CaptionFacts& answer, const CaptionFacts& reference) {
  FactCounts counts;
  for (std::size_t k = 0; k < kFactKinds; ++k) {
    counts.matched[k] = matches(answer.sets[k], reference.sets[k]);
    counts.stated[k] = static_cast<std::int64_t>(answer.sets[k].size());
    counts.expected[k] = static_cast<std::int64_t>(reference.sets[k].size());
  }
  return counts;
}

double action_order(const CaptionFacts& answer, const CaptionFacts& reference) {
  const auto& a = answer.actions;
  const auto& b = reference.actions;
  if (b.empty()) return kUndefined;
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      const std::size_t replaced = corner + (may_be_equal(a[i], b[j]) ? 0 : 1);
      row[j + 1] = std::min({replaced, above + 1, row[j] + 1});
      corner = above;
    }
  }
  return 1 - static_cast<double>(row.back()) / static_cast<double>(std::max(a.size(), b.size()));
}

Result<Scorer> caption_fact_scorer(std::span<const CaptionItem> items, std::size_t cases,
                                   const OntologyMentions& mentions, int jobs) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string where = "caption " + std::to_string(i);
    if (items[i].references.empty()) return Error{ErrorKind::kData, "no reference", where, "leave the item out"};
    if (items[i].case_index < 0 || static_cast<std::size_t>(items[i].case_index) >= cases) {
      return Error{ErrorKind::kUsage, "case " + std::to_string(items[i].case_index) + " of " + std::to_string(cases),
                   where, ""};
    }
  }
  std::vector<FactValues> values(items.size());
  constexpr std::size_t kBlock = 256;
  parallel_for((items.size() + kBlock - 1) / kBlock, jobs, [&](std::size_t block) {
    const std::size_t end = std::min(items.size(), (block + 1) * kBlock);
    for (std::size_t i = block * kBlock; i < end; ++i) values[i] = values_of(items[i], mentions);
  });
  auto sums = std::make_shared<std::vector<CaseSums>>(cases);
  for (std::size_t i = 0; i < items.size(); ++i)
    (*sums)[static_cast<std::size_t>(items[i].case_index)].add(sums_of(values[i]), 1);

  Scorer scorer;
  scorer.names = {"facts_f1", "facts_f1:micro", "facts_precision:micro", "facts_recall:micro", "action_order"};
  for (const std::string_view sort : kFactKindWords) scorer.names.push_back("facts_f1:micro/" + std::string(sort));
  scorer.values_at = [sums](std::span<const double> weights, std::span<double> out) {
    CaseSums all;
    for (std::size_t c = 0; c < sums->size(); ++c) all.add((*sums)[c], weights[c]);
    const double matched = total(all.matched), stated = total(all.stated), expected = total(all.expected);
    out[0] = all.items > 0 ? all.f1 / all.items : kUndefined;
    out[1] = f1_of(matched, stated, expected);
    out[2] = stated > 0 ? matched / stated : expected > 0 ? 0 : kUndefined;
    out[3] = expected > 0 ? matched / expected : kUndefined;
    out[4] = all.ordered > 0 ? all.order / all.ordered : kUndefined;
    for (std::size_t k = 0; k < kFactKinds; ++k) out[5 + k] = f1_of(all.matched[k], all.stated[k], all.expected[k]);
  };
  return scorer;
}

}  // namespace surgsigma
