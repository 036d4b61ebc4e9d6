#include "surgsigma/eval/metrics/captions.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>

#include "surgsigma/base/threads.h"
#include "surgsigma/eval/metrics/caption_words.h"
#include "surgsigma/schema/mentions.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr double kCiderSigma = 6;
constexpr std::size_t kBlock = 512;  ///< items a thread takes at once

using Words = std::vector<std::uint32_t>;

/// All texts as numbers, and what is known of the whole corpus.
struct Corpus {
  struct Item {
    Words answer, answer_nodes;
    std::vector<Words> references, reference_nodes;
  };
  WordTable words;
  std::vector<Item> items;
  NgramTree ngrams;
  std::vector<std::uint32_t> frequency;  ///< by node: items whose references have it
  std::vector<double> rarity;            ///< by frequency: log(items) - log(max(1, frequency))
  std::vector<std::uint32_t> stems;      ///< by word
  std::vector<const std::vector<int>*> meanings;
};

/// Buffers of one thread.
struct Work {
  NgramCounts answer;
  std::vector<NgramCounts> references;
  std::vector<std::uint32_t> most;
  std::vector<int> row;
  std::vector<int> partner;  ///< by word of the answer: its word of the reference, or -1
  std::vector<bool> is_taken;
};

Words numbers_of(std::string_view text, WordTable& table) {
  Words numbers;
  for (const std::string& token : caption_tokens(text)) numbers.push_back(table.number(token));
  return numbers;
}

Result<Corpus> read_corpus(std::span<const CaptionItem> items, const CaptionSynonyms& synonyms, int jobs) {
  Corpus corpus;
  corpus.items.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    Corpus::Item item;
    item.answer = numbers_of(items[i].answer, corpus.words);
    for (const std::string& reference : items[i].references) {
      item.references.push_back(numbers_of(reference, corpus.words));
      if (item.references.back().empty()) {
        return Error{ErrorKind::kData, "a reference has no words", "caption " + std::to_string(i), "leave it out"};
      }
    }
    if (item.references.empty()) {
      return Error{ErrorKind::kData, "no reference", "caption " + std::to_string(i), "leave the item out"};
    }
    corpus.items.push_back(std::move(item));
  }

  for (Corpus::Item& item : corpus.items) {
    corpus.ngrams.add(item.answer, item.answer_nodes);
    item.reference_nodes.resize(item.references.size());
    for (std::size_t r = 0; r < item.references.size(); ++r)
      corpus.ngrams.add(item.references[r], item.reference_nodes[r]);
  }
  corpus.frequency.resize(corpus.ngrams.size());
  parallel_for((items.size() + kBlock - 1) / kBlock, jobs, [&](std::size_t block) {
    Words distinct;
    for (std::size_t i = block * kBlock; i < std::min(items.size(), (block + 1) * kBlock); ++i) {
      distinct.clear();
      for (const Words& nodes : corpus.items[i].reference_nodes)
        distinct.insert(distinct.end(), nodes.begin(), nodes.end());
      std::sort(distinct.begin(), distinct.end());
      distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
      for (const std::uint32_t node : distinct)
        std::atomic_ref(corpus.frequency[node]).fetch_add(1, std::memory_order_relaxed);
    }
  });
  const double log_items = std::log(static_cast<double>(items.size()));
  for (std::size_t f = 0; f <= items.size(); ++f) {
    corpus.rarity.push_back(log_items - std::log(static_cast<double>(std::max<std::size_t>(1, f))));
  }

  WordTable stems;
  for (std::uint32_t word = 0; word < corpus.words.size(); ++word) {
    corpus.stems.push_back(stems.number(porter_stem(corpus.words.word(word))));
    const auto meaning = synonyms.find(corpus.words.word(word));
    corpus.meanings.push_back(meaning == synonyms.end() ? nullptr : &meaning->second);
  }
  return corpus;
}

BleuCounts bleu_counts(const Corpus::Item& item, Work& work) {
  BleuCounts counts;
  counts.words = static_cast<std::int64_t>(item.answer.size());
  std::int64_t closest = std::numeric_limits<std::int64_t>::max();
  for (const Words& reference : item.references) {
    const auto words = static_cast<std::int64_t>(reference.size());
    const std::int64_t distance = std::abs(words - counts.words);
    if (distance < closest || (distance == closest && words < counts.reference_words)) {
      closest = distance;
      counts.reference_words = words;
    }
  }
  for (std::size_t k = 0; k < kNgramOrders; ++k) {
    const auto& answer = work.answer[k];
    counts.possible[k] = std::max<std::int64_t>(0, counts.words - static_cast<std::int64_t>(k));
    work.most.assign(answer.size(), 0);
    for (std::size_t r = 0; r < item.references.size(); ++r) {
      const auto& reference = work.references[r][k];
      std::size_t j = 0;
      for (std::size_t i = 0; i < answer.size(); ++i) {
        while (j < reference.size() && reference[j].first < answer[i].first) ++j;
        if (j < reference.size() && reference[j].first == answer[i].first)
          work.most[i] = std::max(work.most[i], reference[j].second);
      }
    }
    for (std::size_t i = 0; i < answer.size(); ++i) counts.matched[k] += std::min(answer[i].second, work.most[i]);
  }
  return counts;
}

int common_subsequence(const Words& a, const Words& b, std::vector<int>& row) {
  row.assign(b.size() + 1, 0);
  for (const std::uint32_t word : a) {
    int corner = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const int above = row[j + 1];
      row[j + 1] = word == b[j] ? corner + 1 : std::max(above, row[j]);
      corner = above;
    }
  }
  return row.back();
}

void set_rouge(const Corpus::Item& item, Work& work, CaptionValues& values) {
  double most_precision = 0, most_recall = 0;
  for (const Words& reference : item.references) {
    const double common = common_subsequence(item.answer, reference, work.row);
    const double precision = common / static_cast<double>(item.answer.size());
    const double recall = common / static_cast<double>(reference.size());
    most_precision = std::max(most_precision, precision);
    most_recall = std::max(most_recall, recall);
    if (common > 0) values.rouge_l_f1 = std::max(values.rouge_l_f1, 2 * precision * recall / (precision + recall));
  }
  constexpr double kBeta2 = 1.2 * 1.2;
  if (most_precision > 0 && most_recall > 0) {
    values.compat_coco_rouge_l = (1 + kBeta2) * most_precision * most_recall / (most_recall + kBeta2 * most_precision);
  }
}

double squared_length(const NgramCounts& counts, std::size_t k, const Corpus& corpus) {
  double sum = 0;
  for (const auto& [node, times] : counts[k]) {
    const double value = times * corpus.rarity[corpus.frequency[node]];
    sum += value * value;
  }
  return sum;
}

void set_cider(const Corpus& corpus, const Corpus::Item& item, const Work& work, CaptionValues& values) {
  const auto pairs = [](const Words& words) { return words.empty() ? 0.0 : static_cast<double>(words.size() - 1); };
  std::array<double, kNgramOrders> answer_length{};
  for (std::size_t k = 0; k < kNgramOrders; ++k) answer_length[k] = std::sqrt(squared_length(work.answer, k, corpus));
  for (std::size_t r = 0; r < item.references.size(); ++r) {
    const double difference = pairs(item.answer) - pairs(item.references[r]);
    const double nearness = std::exp(-difference * difference / (2 * kCiderSigma * kCiderSigma));
    for (std::size_t k = 0; k < kNgramOrders; ++k) {
      const auto& answer = work.answer[k];
      const auto& reference = work.references[r][k];
      double plain = 0, clipped = 0;
      std::size_t j = 0;
      for (std::size_t i = 0; i < answer.size(); ++i) {
        while (j < reference.size() && reference[j].first < answer[i].first) ++j;
        if (j == reference.size()) break;
        if (reference[j].first != answer[i].first) continue;
        const double rarity = corpus.rarity[corpus.frequency[answer[i].first]];
        const double square = rarity * rarity * reference[j].second;
        plain += square * answer[i].second;
        clipped += square * std::min(answer[i].second, reference[j].second);
      }
      const double lengths = answer_length[k] * std::sqrt(squared_length(work.references[r], k, corpus));
      if (lengths == 0) continue;
      values.cider += plain / lengths;
      values.cider_d += clipped / lengths * nearness;
    }
  }
  const double scale = 10.0 / static_cast<double>(kNgramOrders * item.references.size());
  values.cider *= scale;
  values.cider_d *= scale;
}

/// One stage of the alignment, from the last word backwards: each word of the answer takes the last free word of the
/// reference that is the same in the stage's sense.
template <class Same>
void align(const Words& answer, const Words& reference, Work& work, Same&& same) {
  for (std::size_t i = answer.size(); i-- > 0;) {
    if (work.partner[i] >= 0) continue;
    for (std::size_t j = reference.size(); j-- > 0;) {
      if (work.is_taken[j] || !same(answer[i], reference[j])) continue;
      work.partner[i] = static_cast<int>(j);
      work.is_taken[j] = true;
      break;
    }
  }
}

bool share_meaning(const std::vector<int>* a, const std::vector<int>* b) {
  return a != nullptr && b != nullptr && std::find_first_of(a->begin(), a->end(), b->begin(), b->end()) != a->end();
}

double meteor_like(const Corpus& corpus, const Words& answer, const Words& reference, Work& work) {
  work.partner.assign(answer.size(), -1);
  work.is_taken.assign(reference.size(), false);
  align(answer, reference, work, [](std::uint32_t a, std::uint32_t b) { return a == b; });
  align(answer, reference, work, [&](std::uint32_t a, std::uint32_t b) { return corpus.stems[a] == corpus.stems[b]; });
  align(answer, reference, work,
        [&](std::uint32_t a, std::uint32_t b) { return share_meaning(corpus.meanings[a], corpus.meanings[b]); });
  double matches = 0, chunks = 0;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    if (work.partner[i] < 0) continue;
    ++matches;
    const bool continues = i > 0 && work.partner[i - 1] >= 0 && work.partner[i] == work.partner[i - 1] + 1;
    if (!continues) ++chunks;
  }
  if (matches == 0) return 0;
  constexpr double kAlpha = 0.9, kGamma = 0.5;
  const double precision = matches / static_cast<double>(answer.size());
  const double recall = matches / static_cast<double>(reference.size());
  const double mean = precision * recall / (kAlpha * precision + (1 - kAlpha) * recall);
  const double fragments = chunks / matches;
  return (1 - kGamma * fragments * fragments * fragments) * mean;
}

CaptionValues values_of(const Corpus& corpus, const Corpus::Item& item, Work& work) {
  CaptionValues values;
  count_ngrams(item.answer_nodes, item.answer.size(), work.answer);
  if (work.references.size() < item.references.size()) work.references.resize(item.references.size());
  for (std::size_t r = 0; r < item.references.size(); ++r)
    count_ngrams(item.reference_nodes[r], item.references[r].size(), work.references[r]);
  values.bleu = bleu_counts(item, work);
  values.is_answered = !item.answer.empty();
  if (!values.is_answered) return values;
  set_rouge(item, work, values);
  set_cider(corpus, item, work, values);
  for (const Words& reference : item.references)
    values.meteor_like = std::max(values.meteor_like, meteor_like(corpus, item.answer, reference, work));
  return values;
}

/// What the scorer keeps of one case.
struct CaseSums {
  double items = 0;
  std::array<double, 4> matched{};
  std::array<double, 4> possible{};
  double words = 0;
  double reference_words = 0;
  std::array<double, 6> values{};  ///< rouge_l:f1, compat:coco/rouge_l, cider, cider_d, meteor_like, answered

  void add(const CaseSums& other, double weight) {
    items += weight * other.items;
    words += weight * other.words;
    reference_words += weight * other.reference_words;
    for (std::size_t k = 0; k < 4; ++k) {
      matched[k] += weight * other.matched[k];
      possible[k] += weight * other.possible[k];
    }
    for (std::size_t k = 0; k < values.size(); ++k) values[k] += weight * other.values[k];
  }
};

std::array<double, 4> bleu_of(const CaseSums& sums) {
  std::array<double, 4> scores{};
  const double penalty = sums.words == 0                     ? 0
                         : sums.words < sums.reference_words ? std::exp(1 - sums.reference_words / sums.words)
                                                             : 1;
  double product = 1;
  for (std::size_t k = 0; k < 4; ++k) {
    product *= sums.possible[k] == 0 ? 0 : sums.matched[k] / sums.possible[k];
    scores[k] = penalty * std::pow(product, 1.0 / static_cast<double>(k + 1));
  }
  return scores;
}

CaseSums sums_of(const BleuCounts& counts) {
  CaseSums sums;
  sums.words = static_cast<double>(counts.words);
  sums.reference_words = static_cast<double>(counts.reference_words);
  for (std::size_t k = 0; k < 4; ++k) {
    sums.matched[k] = static_cast<double>(counts.matched[k]);
    sums.possible[k] = static_cast<double>(counts.possible[k]);
  }
  return sums;
}

}  // namespace

BleuCounts& BleuCounts::operator+=(const BleuCounts& other) {
  for (std::size_t k = 0; k < 4; ++k) {
    matched[k] += other.matched[k];
    possible[k] += other.possible[k];
  }
  words += other.words;
  reference_words += other.reference_words;
  return *this;
}

std::array<double, 4> bleu(const BleuCounts& counts) { return bleu_of(sums_of(counts)); }

std::array<double, 4> compat_coco_bleu(const BleuCounts& counts) {
  constexpr double kTiny = 1e-15, kSmall = 1e-9;
  std::array<double, 4> scores{};
  const double ratio =
      (static_cast<double>(counts.words) + kTiny) / (static_cast<double>(counts.reference_words) + kSmall);
  double product = 1;
  for (std::size_t k = 0; k < 4; ++k) {
    product *= (static_cast<double>(counts.matched[k]) + kTiny) / (static_cast<double>(counts.possible[k]) + kSmall);
    scores[k] = std::pow(product, 1.0 / static_cast<double>(k + 1)) * (ratio < 1 ? std::exp(1 - 1 / ratio) : 1);
  }
  return scores;
}

CaptionSynonyms caption_synonyms(const Ontology& ontology) {
  CaptionSynonyms synonyms;
  const auto add = [&](const std::string& surface, int concept_index) {
    const std::vector<std::string> tokens = caption_tokens(surface);
    if (tokens.size() != 1) return;
    std::vector<int>& known = synonyms[tokens.front()];
    if (known.empty() || known.back() != concept_index) known.push_back(concept_index);
  };
  for (std::size_t i = 0; i < ontology.concepts().size(); ++i) {
    for (const std::string& surface : surfaces_of(ontology.concepts()[i])) add(surface, static_cast<int>(i));
  }
  return synonyms;
}

Result<std::vector<CaptionValues>> caption_values(std::span<const CaptionItem> items, const CaptionSynonyms& synonyms,
                                                  int jobs) {
  SURGSIGMA_TRY(corpus, read_corpus(items, synonyms, jobs));
  std::vector<CaptionValues> values(items.size());
  parallel_for((items.size() + kBlock - 1) / kBlock, jobs, [&](std::size_t block) {
    Work work;
    const std::size_t end = std::min(items.size(), (block + 1) * kBlock);
    for (std::size_t i = block * kBlock; i < end; ++i) values[i] = values_of(corpus, corpus.items[i], work);
  });
  return values;
}

Result<Scorer> caption_scorer(std::span<const CaptionItem> items, std::size_t cases, const CaptionSynonyms& synonyms,
                              int jobs) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].case_index < 0 || static_cast<std::size_t>(items[i].case_index) >= cases) {
      return Error{ErrorKind::kUsage, "case " + std::to_string(items[i].case_index) + " of " + std::to_string(cases),
                   "caption " + std::to_string(i), ""};
    }
  }
  SURGSIGMA_TRY(values, caption_values(items, synonyms, jobs));
  auto sums = std::make_shared<std::vector<CaseSums>>(cases);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const CaptionValues& value = values[i];
    CaseSums one = sums_of(value.bleu);
    one.items = 1;
    one.values = {value.rouge_l_f1, value.compat_coco_rouge_l, value.cider,
                  value.cider_d,    value.meteor_like,         value.is_answered ? 1.0 : 0.0};
    (*sums)[static_cast<std::size_t>(items[i].case_index)].add(one, 1);
  }
  Scorer scorer;
  scorer.names = {"bleu_1", "bleu_2",  "bleu_3",      "bleu_4",  "rouge_l:f1", "compat:coco/rouge_l",
                  "cider",  "cider_d", "meteor_like", "answered"};
  scorer.values_at = [sums](std::span<const double> weights, std::span<double> out) {
    CaseSums all;
    for (std::size_t c = 0; c < sums->size(); ++c) all.add((*sums)[c], weights[c]);
    const std::array<double, 4> scores = bleu_of(all);
    for (std::size_t k = 0; k < 4; ++k) out[k] = all.items > 0 ? scores[k] : kUndefined;
    for (std::size_t k = 0; k < all.values.size(); ++k)
      out[4 + k] = all.items > 0 ? all.values[k] / all.items : kUndefined;
  };
  return scorer;
}

}  // namespace surgsigma
