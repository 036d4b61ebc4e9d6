// Overlap of captions with their references (tasks image_captioning and video_captioning): BLEU, ROUGE-L, CIDEr,
// CIDEr-D and a METEOR without paraphrases. All of them reward the wording of templates; report them beside the facts
// of eval/metrics/caption_facts.h, never alone. Larger is better in each.
//
// Words: lower case, split at everything that is neither letter nor digit (caption_words.h). An empty answer, which is
// also what an unparseable one is entered as, is 0 in every metric and stays in every denominator. A reference without
// words is refused.
//
// bleu_1 ... bleu_4  Papineni et al. 2002 over the corpus: clipped counts summed over items, geometric mean of the
//                    precisions of 1 to n words, brevity penalty from the closest reference length (the shorter of two
//                    equally close). 0 when one of the precisions is 0. `compat_coco_bleu` adds the tiny constants of
//                    pycocoevalcap 1.2 (ad63453), which differ by 1e-9 or so.
// rouge_l:f1         Lin 2004: F1 of the longest common subsequence, best reference, mean over items.
// compat:coco/rouge_l  the COCO code: beta 1.2, largest precision and largest recall of all references taken apart.
// cider              Vedantam et al. 2015: mean over n of 1 to 4 words of the cosine of tf-idf vectors, mean over the
//                    references, times 10, mean over items. No clipping, no penalty for length.
// cider_d            the same with clipped counts and a Gaussian of the difference in length (sigma 6): what
//                    pycocoevalcap prints as "CIDEr".
//                    Document frequencies of both are those of the evaluated references at weights of one, whatever
//                    the weights: they belong to the yardstick, not to the sample. A corpus of one item gives 0.
// meteor_like        alignment in three stages from the last word backwards as nltk does it: equal words, equal Porter
//                    stems, words that are both one-word surfaces of one concept of the ontology; alpha 0.9, beta 3,
//                    gamma 0.5; best reference; mean over items. It is not METEOR 1.5: no paraphrase table, no WordNet,
//                    no synonyms of several words, no weights of function words. Without synonyms it is nltk's score
//                    with an empty WordNet.
// answered           share of items whose answer has a word.
//
// Weights: an item counts as often as its case; corpus counts and means follow.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {

struct CaptionItem {
  std::int32_t case_index = 0;
  std::string answer;
  std::vector<std::string> references;  ///< at least one, each with a word
};

/// What BLEU sums. [k]: n-grams of k + 1 words.
struct BleuCounts {
  std::array<std::int64_t, 4> matched{};   ///< clipped by the reference that has most
  std::array<std::int64_t, 4> possible{};  ///< n-grams of the answer
  std::int64_t words = 0;
  std::int64_t reference_words = 0;  ///< of the reference closest in length
  BleuCounts& operator+=(const BleuCounts& other);
  bool operator==(const BleuCounts&) const = default;
};
/// [n - 1] is BLEU-n.
std::array<double, 4> bleu(const BleuCounts& counts);
std::array<double, 4> compat_coco_bleu(const BleuCounts& counts);

/// All values of one item.
struct CaptionValues {
  BleuCounts bleu;
  double rouge_l_f1 = 0;
  double compat_coco_rouge_l = 0;
  double cider = 0;
  double cider_d = 0;
  double meteor_like = 0;
  bool is_answered = false;
};

/// Words that mean the same: word -> numbers of the concepts of which it is a one-word surface.
using CaptionSynonyms = std::unordered_map<std::string, std::vector<int>>;
CaptionSynonyms caption_synonyms(const Ontology& ontology);

/// One entry per item, on up to `jobs` threads; the same numbers for any. kData naming the item for a reference without
/// words or an item without references.
Result<std::vector<CaptionValues>> caption_values(std::span<const CaptionItem> items, const CaptionSynonyms& synonyms,
                                                  int jobs = 1);
/// `cases`: how many there are; kUsage for an item of another.
Result<Scorer> caption_scorer(std::span<const CaptionItem> items, std::size_t cases, const CaptionSynonyms& synonyms,
                              int jobs = 1);

/// These metrics and those of caption_facts.h.
std::span<const MetricRow> captions_metrics();

}  // namespace surgsigma
