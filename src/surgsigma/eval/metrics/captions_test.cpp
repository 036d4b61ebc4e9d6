#include "surgsigma/eval/metrics/captions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/caption_facts.h"
#include "surgsigma/eval/metrics/caption_words.h"
#include "surgsigma/eval/metrics/metric_test.h"

namespace surgsigma {
namespace {

using namespace metric_test;

const Catalog& catalog() {
  static const auto loaded = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
  return *loaded;
}

const OntologyMentions& mentions() {
  static const auto made = OntologyMentions::create(catalog().ontology);
  return *made;
}

std::vector<CaptionItem> items_of(const Json& references, const Json& answers) {
  std::vector<CaptionItem> items;
  for (std::size_t i = 0; i < references.size(); ++i) {
    items.push_back({static_cast<std::int32_t>(i % 7), answers[i].get<std::string>(),
                     references[i].get<std::vector<std::string>>()});
  }
  return items;
}

BleuCounts corpus_counts(const std::vector<CaptionValues>& values) {
  BleuCounts counts;
  for (const CaptionValues& value : values) counts += value.bleu;
  return counts;
}

double named(const Scorer& scorer, const std::vector<double>& values, std::string_view name) {
  const auto found = std::find(scorer.names.begin(), scorer.names.end(), name);
  EXPECT_NE(found, scorer.names.end()) << name;
  return values[static_cast<std::size_t>(found - scorer.names.begin())];
}

TEST(Captions, OwnVectorsOfPycocoevalcapAndNltkAgree) {
  const Json expected = own_vectors("captions");
  const auto items = items_of(expected["references"], expected["answers"]);
  const auto values = caption_values(items, {});
  ASSERT_TRUE(values);
  const auto corpus = compat_coco_bleu(corpus_counts(*values));
  for (std::size_t n = 0; n < 4; ++n) {
    EXPECT_NEAR(corpus[n], expected["bleu"][n].get<double>(), 1e-12);
    EXPECT_NEAR(bleu(corpus_counts(*values))[n], corpus[n], 1e-8);
  }
  double rouge = 0, cider = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const CaptionValues& value = (*values)[i];
    EXPECT_NEAR(compat_coco_bleu(value.bleu)[3], expected["bleu_4_of_item"][i].get<double>(), 1e-12);
    EXPECT_NEAR(value.compat_coco_rouge_l, expected["rouge_l_of_item"][i].get<double>(), 1e-12);
    EXPECT_NEAR(value.cider_d, expected["cider_d_of_item"][i].get<double>(), 1e-9);
    EXPECT_NEAR(value.meteor_like, expected["meteor_of_item"][i].get<double>(), 1e-12) << items[i].answer;
    EXPECT_GE(value.cider + 1e-12, value.cider_d);
    rouge += value.compat_coco_rouge_l / static_cast<double>(items.size());
    cider += value.cider_d / static_cast<double>(items.size());
  }
  EXPECT_NEAR(rouge, expected["rouge_l"].get<double>(), 1e-12);
  EXPECT_NEAR(cider, expected["cider_d"].get<double>(), 1e-9);
}

TEST(Captions, OwnVectorsOfStemsAreThoseOfNltk) {
  const Json expected = own_vectors("captions");
  for (const auto& [word, stem] : expected["stems"].items())
    EXPECT_EQ(porter_stem(word), stem.get<std::string>()) << word;
}

TEST(Captions, SharedVectorsAgree) {
  const auto vector = shared_vector("captions", "caption-three-images");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  std::vector<CaptionItem> items;
  for (const char* key : {"1", "2", "3"}) {
    items.push_back({0, (*vector)["input"]["hypotheses"][key][0],
                     (*vector)["input"]["references"][key].get<std::vector<std::string>>()});
  }
  const Json& expected = (*vector)["expected"];
  const auto values = caption_values(items, {});
  ASSERT_TRUE(values);
  const auto corpus = bleu(corpus_counts(*values));
  double rouge = 0, cider = 0, f1 = 0, meteor = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string key = std::to_string(i + 1);
    const CaptionValues& value = (*values)[i];
    for (std::size_t n = 0; n < 4; ++n) {
      EXPECT_NEAR(compat_coco_bleu(value.bleu)[n], expected["per_item_BLEU"][std::to_string(n + 1)][key], 1e-6);
    }
    EXPECT_NEAR(value.compat_coco_rouge_l, expected["ROUGE_L_beta_1.2"]["per_item"][key], 1e-6);
    EXPECT_NEAR(value.rouge_l_f1, expected["ROUGE_L_F1"]["per_item"][key], 1e-6);
    EXPECT_NEAR(value.cider_d, expected["CIDEr"]["per_item"][key], 1e-6);
    EXPECT_NEAR(value.meteor_like, expected["METEOR_exact_and_stem"]["per_item"][key], 1e-6);
    rouge += value.compat_coco_rouge_l / 3;
    f1 += value.rouge_l_f1 / 3;
    cider += value.cider_d / 3;
    meteor += value.meteor_like / 3;
  }
  for (std::size_t n = 0; n < 4; ++n) EXPECT_NEAR(corpus[n], expected["corpus_BLEU"][std::to_string(n + 1)], 1e-6);
  EXPECT_NEAR(rouge, expected["ROUGE_L_beta_1.2"]["mean"], 1e-6);
  EXPECT_NEAR(f1, expected["ROUGE_L_F1"]["mean"], 1e-6);
  EXPECT_NEAR(cider, expected["CIDEr"]["mean"], 1e-6);
  EXPECT_NEAR(meteor, expected["METEOR_exact_and_stem"]["mean"], 1e-6);

  const auto single = shared_vector("captions", "caption-single-identical");
  const std::string text = (*single)["input"]["hypotheses"]["1"][0];
  const std::vector<CaptionItem> one = {{0, text, {text}}};
  EXPECT_EQ((*caption_values(one, {}))[0].cider_d, (*single)["expected"]["CIDEr"].get<double>());
}

TEST(Captions, AnEmptyAnswerIsZeroAndStays) {
  const std::vector<CaptionItem> items = {{0, " .", {"the hook dissects the liver"}}, {0, "hook", {"a hook"}}};
  const auto values = caption_values(items, {});
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)[0].rouge_l_f1, 0);
  EXPECT_EQ((*values)[0].compat_coco_rouge_l, 0);
  EXPECT_EQ((*values)[0].cider, 0);
  EXPECT_EQ((*values)[0].meteor_like, 0);
  EXPECT_EQ(bleu((*values)[0].bleu), (std::array<double, 4>{}));
  EXPECT_LT(compat_coco_bleu((*values)[0].bleu)[0], 1e-6);
  const auto scorer = caption_scorer(items, 1, {});
  const auto all = values_at(*scorer, {1});
  EXPECT_EQ(named(*scorer, all, "answered"), 0.5);
  EXPECT_NEAR(named(*scorer, all, "rouge_l:f1"), (*values)[1].rouge_l_f1 / 2, 1e-15);
}

TEST(Captions, PerfectAnswersAreBest) {
  const std::vector<CaptionItem> items = {
      {0, "The grasper retracts the gallbladder.", {"the grasper retracts the gallbladder"}},
      {1, "the hook dissects a duct", {"the hook dissects a duct"}}};
  const auto scorer = caption_scorer(items, 2, {});
  const auto values = values_at(*scorer, {1, 1});
  for (const char* name : {"bleu_1", "bleu_2", "bleu_3", "bleu_4", "rouge_l:f1", "compat:coco/rouge_l"})
    EXPECT_NEAR(named(*scorer, values, name), 1, 1e-12) << name;
  EXPECT_NEAR(named(*scorer, values, "cider_d"), 10, 1e-9);
  EXPECT_GT(named(*scorer, values, "meteor_like"), 0.99);
}

TEST(Captions, WordsOfOneConceptAlign) {
  const CaptionSynonyms synonyms = caption_synonyms(catalog().ontology);
  const std::vector<CaptionItem> items = {{0, "endobag", {"specimen"}}, {0, "coagulated", {"coagulation"}}};
  ASSERT_TRUE(synonyms.contains("coagulates"));
  EXPECT_GT((*caption_values(items, synonyms))[1].meteor_like, 0);
  EXPECT_EQ((*caption_values(items, synonyms))[0].meteor_like, 0);
}

TEST(Captions, ThreadsAndOrderChangeNothing) {
  const Json expected = own_vectors("captions");
  auto items = items_of(expected["references"], expected["answers"]);
  const std::vector<CaptionItem> first = items;
  for (int i = 0; i < 5; ++i) items.insert(items.end(), first.begin(), first.end());
  const auto one = caption_values(items, {}, 1);
  const auto two = caption_values(items, {}, 3);
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ((*one)[i].cider_d, (*two)[i].cider_d);
    EXPECT_EQ((*one)[i].bleu, (*two)[i].bleu);
  }
  const auto before = values_at(*caption_scorer(items, 7, {}), {1, 2, 0, 1, 1, 3, 1});
  Draws draws(1, "captions", "order");
  draws.shuffle(items);
  const auto after = values_at(*caption_scorer(items, 7, {}), {1, 2, 0, 1, 1, 3, 1});
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(before[i], after[i], 1e-12);
}

TEST(Captions, AWeightOfTwoIsACaseTwice) {
  const Json expected = own_vectors("captions");
  auto items = items_of(expected["references"], expected["answers"]);
  const auto scorer = caption_scorer(items, 7, {});
  const auto facts = caption_fact_scorer(items, 7, mentions());
  const auto weighted = values_at(*scorer, {1, 1, 2, 1, 1, 1, 1});
  const auto weighted_facts = values_at(*facts, {1, 1, 2, 1, 1, 1, 1});
  const std::vector<CaptionItem> first = items;
  for (const CaptionItem& item : first) {
    if (item.case_index == 2) items.push_back(item);
  }
  const auto twice_scorer = caption_scorer(items, 7, {});
  const auto twice = values_at(*twice_scorer, std::vector<double>(7, 1));
  for (std::size_t i = 0; i < weighted.size(); ++i) {
    if (scorer->names[i].starts_with("cider")) continue;  // its frequencies stay those of the set as it is
    EXPECT_NEAR(weighted[i], twice[i], 1e-12) << scorer->names[i];
  }
  const auto twice_facts = values_at(*caption_fact_scorer(items, 7, mentions()), std::vector<double>(7, 1));
  for (std::size_t i = 0; i < twice_facts.size(); ++i) {
    EXPECT_TRUE(twice_facts[i] == weighted_facts[i] || std::abs(twice_facts[i] - weighted_facts[i]) < 1e-12 ||
                (std::isnan(twice_facts[i]) && std::isnan(weighted_facts[i])))
        << facts->names[i];
  }
}

TEST(Captions, BadItemsAreNamed) {
  const std::vector<CaptionItem> no_words = {{0, "hook", {"a hook"}}, {0, "hook", {"..."}}};
  ASSERT_FALSE(caption_values(no_words, {}));
  EXPECT_EQ(caption_values(no_words, {}).error().where, "caption 1");
  const std::vector<CaptionItem> no_reference = {{0, "hook", {}}};
  EXPECT_FALSE(caption_values(no_reference, {}));
  EXPECT_FALSE(caption_fact_scorer(no_reference, 1, mentions()));
  const std::vector<CaptionItem> other_case = {{3, "hook", {"hook"}}};
  EXPECT_EQ(caption_scorer(other_case, 2, {}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(caption_fact_scorer(other_case, 2, mentions()).error().where, "caption 0");
  const std::vector<CaptionItem> fine = {{0, "hook", {"hook"}}};
  EXPECT_TRUE(std::isnan(values_at(*caption_scorer(fine, 1, {}), {0})[0]));
}

TEST(CaptionFacts, SetsAndOrderAreReadOffTheText) {
  const auto reference =
      caption_facts("The grasper retracts the gallbladder, then the hook dissects the cystic duct.", mentions());
  const auto same =
      caption_facts("While graspers are retracting the gallbladder the hook dissected a cystic duct", mentions());
  EXPECT_EQ(compare_facts(same, reference).f1(), 1);
  EXPECT_EQ(action_order(same, reference), 1);
  const auto turned =
      caption_facts("The hook dissects the cystic duct, the grasper retracts the gallbladder", mentions());
  EXPECT_EQ(compare_facts(turned, reference).f1(), 1);
  EXPECT_EQ(action_order(turned, reference), 0);
  const auto other = caption_facts("The grasper retracts the liver", mentions());
  const FactCounts counts = compare_facts(other, reference);
  EXPECT_EQ(counts.matched, (std::array<std::int64_t, 4>{1, 1, 0, 0}));
  EXPECT_EQ(counts.stated, (std::array<std::int64_t, 4>{1, 1, 1, 0}));
  EXPECT_EQ(counts.expected, (std::array<std::int64_t, 4>{2, 2, 2, 0}));
}

TEST(CaptionFacts, NothingNamedOnEitherSideIsRight) {
  const auto nothing = caption_facts("a blurred picture", mentions());
  EXPECT_EQ(compare_facts(nothing, nothing).f1(), 1);
  EXPECT_TRUE(std::isnan(action_order(nothing, nothing)));
  const auto hook = caption_facts("the hook cuts", mentions());
  EXPECT_EQ(compare_facts(nothing, hook).f1(), 0);
  EXPECT_EQ(action_order(nothing, hook), 0);
}

TEST(CaptionFacts, ANameOfSeveralPhasesMatchesEachOfThem) {
  const CaptionFacts shared = {{{{}, {}, {}, {{3, 7, 9}}}}, {}};
  const CaptionFacts one = {{{{}, {}, {}, {{7}}}}, {}};
  const CaptionFacts other = {{{{}, {}, {}, {{8}}}}, {}};
  EXPECT_EQ(compare_facts(shared, one).f1(), 1);
  EXPECT_EQ(compare_facts(shared, other).f1(), 0);
}

TEST(Captions, RowsNameEveryMetric) {
  const std::vector<CaptionItem> fine = {{0, "hook", {"hook"}}};
  const auto overlap = caption_scorer(fine, 1, {});
  const auto facts = caption_fact_scorer(fine, 1, mentions());
  std::vector<std::string> names = overlap->names;
  names.insert(names.end(), facts->names.begin(), facts->names.end());
  ASSERT_EQ(names.size(), captions_metrics().size());
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(captions_metrics()[i].name, names[i]);
}

}  // namespace
}  // namespace surgsigma
