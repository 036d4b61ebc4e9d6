#include "surgsigma/export/licence.h"

#include <gtest/gtest.h>

namespace surgsigma {
namespace {

SourceShare share(std::string id, std::string licence, std::vector<std::string> terms) {
  SourceShare made;
  made.source.source_id = SourceId(id);
  made.source.name = id;
  made.source.licence_id = std::move(licence);
  made.source.terms = std::move(terms);
  made.rows = 7;
  return made;
}

TEST(ForbiddingTerm, CommercialUseIsStoppedByTheTermThatForbidsIt) {
  EXPECT_EQ(forbidding_term({"attribution", "non_commercial", "share_alike"}, Purpose::kCommercial), "non_commercial");
  EXPECT_EQ(forbidding_term({"no_commercial_llm"}, Purpose::kCommercial), "no_commercial_llm");
  EXPECT_EQ(forbidding_term({"attribution"}, Purpose::kCommercial), "");
  EXPECT_EQ(forbidding_term({"attribution", "registration"}, Purpose::kCommercial), "");
}

TEST(ForbiddingTerm, SilenceAndUnknownWordsArePermissionForNothingCommercial) {
  EXPECT_EQ(forbidding_term({}, Purpose::kCommercial), "unstated");
  EXPECT_EQ(forbidding_term({"unstated"}, Purpose::kCommercial), "unstated");
  EXPECT_EQ(forbidding_term({"attribution", "only_on_tuesdays"}, Purpose::kCommercial), "only_on_tuesdays");
}

TEST(ForbiddingTerm, ResearchAtHomeIsAlwaysAllowed) {
  EXPECT_EQ(forbidding_term({"unstated", "no_derivatives", "non_commercial"}, Purpose::kResearch), "");
}

TEST(Licence, TheWholeHasEveryTermOfItsSourcesInOneOrder) {
  const auto a = share("a", "CC-BY-NC-SA-4.0", {"share_alike", "attribution", "house_rule"});
  const auto b = share("b", "custom", {"no_redistribution", "attribution"});
  const std::vector<std::string> expected = {"attribution", "share_alike", "no_redistribution", "house_rule"};
  EXPECT_EQ(combined_terms({a, b}), expected);
  EXPECT_EQ(combined_terms({b, a}), expected);
}

TEST(Licence, ACardNamesALicenceOnlyWhenAllSourcesShareIt) {
  const auto a = share("a", "CC-BY-NC-SA-4.0", {}), b = share("b", "CC-BY-NC-SA-4.0", {}),
             c = share("c", "CC-BY-4.0", {});
  EXPECT_EQ(card_licence({a, b}), "cc-by-nc-sa-4.0");
  EXPECT_EQ(card_licence({a, c}), "other");
  EXPECT_EQ(card_licence({share("d", "custom", {})}), "other");
}

TEST(Licence, TheLedgerSaysWhatEachSourceGaveAndForbids) {
  auto a = share("cholec80", "CC-BY-NC-SA-4.0", {"non_commercial", "no_derivatives"});
  a.source.is_simulated = true;
  const std::string page = licence_page({a}, Purpose::kResearch);
  EXPECT_NE(page.find("cholec80  (simulated) | 7 | CC-BY-NC-SA-4.0"), std::string::npos) << page;
  EXPECT_NE(page.find("inside your institution"), std::string::npos);
  EXPECT_EQ(licence_json({a}, Purpose::kResearch)["sources"][0]["rows"], 7);
}

}  // namespace
}  // namespace surgsigma
