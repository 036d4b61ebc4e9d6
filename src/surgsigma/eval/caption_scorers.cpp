// Captions: words in common, and facts.
#include "surgsigma/eval/metrics/caption_facts.h"
#include "surgsigma/eval/metrics/captions.h"
#include "surgsigma/eval/scorer_parts.h"

namespace surgsigma {
namespace {

std::vector<CaptionItem> caption_items(const ScorerWorld& world) {
  std::vector<CaptionItem> items;
  for (const Judged* judged : world.asked) {
    const auto* said = std::get_if<TextAnswer>(&judged->read.answer.value);
    const auto* truth = std::get_if<TextAnswer>(&judged->question->gold.value);
    items.push_back({static_cast<std::int32_t>(world.case_of(*judged)),
                     judged->read.is_read() && said ? said->text : std::string(),
                     {truth ? truth->text : judged->question->gold_text}});
  }
  return items;
}

}  // namespace

Result<Scorer> caption_values(const ScorerWorld& world) {
  return caption_scorer(caption_items(world), world.cases.names.size(), caption_synonyms(world.catalog.ontology),
                        world.jobs);
}

Result<Scorer> caption_fact_values(const ScorerWorld& world) {
  SURGSIGMA_TRY(mentions, OntologyMentions::create(world.catalog.ontology));
  return caption_fact_scorer(caption_items(world), world.cases.names.size(), mentions, world.jobs);
}

}  // namespace surgsigma
