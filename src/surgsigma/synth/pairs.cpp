#include "surgsigma/synth/pairs.h"

#include "surgsigma/synth/pair_maker.h"

namespace surgsigma {

Result<PairStage> PairStage::create(const Catalog& catalog, const SourceCard& card, bool is_simulated,
                                    PairOptions options) {
  if (options.per_video < 0 || options.clip_us <= 0) {
    return Error{ErrorKind::kUsage, "a number of pairs below 0, or a clip without length", "synth", ""};
  }
  return PairStage(catalog, card, is_simulated, std::move(options));
}

Status PairStage::video(const PairInput& input, const Sink<PairRow>& pairs, const Sink<IssueRow>& issues) const {
  return PairMaker(*catalog_, *card_, is_simulated_, options_, input, pairs, issues).run();
}

}  // namespace surgsigma
