// The rows that describe the metrics of captions.h and caption_facts.h.
#include <array>

#include "surgsigma/eval/metrics/captions.h"

namespace surgsigma {
namespace {

constexpr std::string_view kEmpty = "an empty or unparseable answer is 0 and stays in the denominator";
constexpr std::string_view kBleuSource = "Papineni et al. 2002; pycocoevalcap 1.2 (ad63453) without its constants";
constexpr std::string_view kFacts = "surgsigma; ontology mentions, see schema/mentions.h";

constexpr std::array<MetricRow, 19> kRows = {{
    {"captions", "bleu_1", "higher", "share",
     "Corpus BLEU of single words: clipped matches over words, with a brevity penalty from the closest reference.",
     kBleuSource, kEmpty},
    {"captions", "bleu_2", "higher", "share", "Corpus BLEU, geometric mean of the precisions of 1 and 2 words.",
     kBleuSource, kEmpty},
    {"captions", "bleu_3", "higher", "share", "Corpus BLEU, geometric mean of the precisions of 1 to 3 words.",
     kBleuSource, kEmpty},
    {"captions", "bleu_4", "higher", "share", "Corpus BLEU, geometric mean of the precisions of 1 to 4 words.",
     kBleuSource, "0 when no four words in a row match; an empty answer is 0 and stays in the denominator"},
    {"captions", "rouge_l:f1", "higher", "share",
     "F1 of the longest common subsequence with the best reference, mean over captions.", "Lin 2004", kEmpty},
    {"captions", "compat:coco/rouge_l", "higher", "share",
     "As rouge_l with beta 1.2, the largest precision and the largest recall of all references taken apart.",
     "pycocoevalcap 1.2 (ad63453) rouge", kEmpty},
    {"captions", "cider", "higher", "0 to 10",
     "Cosine of tf-idf vectors of 1 to 4 words, mean over orders and references, times 10.", "Vedantam et al. 2015",
     "frequencies of the evaluated references; a corpus of one item gives 0; an empty answer is 0"},
    {"captions", "cider_d", "higher", "0 to 10",
     "CIDEr with clipped counts and a Gaussian penalty on length, which pycocoevalcap prints as CIDEr.",
     "pycocoevalcap 1.2 (ad63453) cider",
     "frequencies of the evaluated references; a corpus of one item gives 0; an empty answer is 0"},
    {"captions", "meteor_like", "higher", "share",
     "Alignment by equal words, Porter stems and one-word synonyms of the ontology, with a penalty on fragments.",
     "Lavie and Agarwal 2007 as in nltk, without WordNet and paraphrases: not METEOR 1.5", kEmpty},
    {"captions", "answered", "higher", "share", "Share of captions whose answer has a word.", "surgsigma", ""},
    {"captions", "facts_f1", "higher", "share",
     "F1 of the instruments, actions, targets and phases that caption and reference name, mean over captions.", kFacts,
     "both without facts: 1; best reference; negation is not understood"},
    {"captions", "facts_f1:micro", "higher", "share", "F1 of the named facts, counts summed over captions.", kFacts,
     "undefined when nothing is named anywhere"},
    {"captions", "facts_precision:micro", "higher", "share", "Named facts that the reference names too.", kFacts,
     "0 when nothing is named but something was expected"},
    {"captions", "facts_recall:micro", "higher", "share", "The reference's facts that the caption names.", kFacts,
     "undefined when no reference names a fact"},
    {"captions", "action_order", "higher", "share",
     "1 - edit distance over the longer length, between the actions in the order of the two texts.", kFacts,
     "references without actions are left out; a caption without actions is 0"},
    {"captions", "facts_f1:micro/instruments", "higher", "share", "facts_f1:micro of instruments alone.", kFacts,
     "undefined when none is named anywhere"},
    {"captions", "facts_f1:micro/actions", "higher", "share", "facts_f1:micro of actions alone.", kFacts,
     "undefined when none is named anywhere"},
    {"captions", "facts_f1:micro/targets", "higher", "share", "facts_f1:micro of anatomy and objects alone.", kFacts,
     "undefined when none is named anywhere"},
    {"captions", "facts_f1:micro/phases", "higher", "share", "facts_f1:micro of phases and steps alone.", kFacts,
     "undefined when none is named anywhere"},
}};

}  // namespace

std::span<const MetricRow> captions_metrics() { return kRows; }

}  // namespace surgsigma
