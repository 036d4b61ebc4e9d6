// Boxes and cells of the grid.
#include "surgsigma/eval/metrics/boxes.h"
#include "surgsigma/eval/scorer_parts.h"

namespace surgsigma {

Result<Scorer> box_values(const ScorerWorld& world) {
  Numbers classes;
  const auto label = [](const Judged& judged) {
    const auto* placed = std::get_if<BoxesAnswer>(&judged.question->gold.value);
    return placed == nullptr || placed->boxes.empty() ? std::string("not_present")
                                                      : placed->boxes.front().concept_id.text;
  };
  for (const Judged* judged : world.asked) classes.add(label(*judged));
  classes.close();
  BoxesInput input;
  input.cases = world.cases.names.size();
  input.labels = classes.names();
  for (const Judged* judged : world.asked) {
    const Answer& gold = judged->question->gold;
    const bool is_read = judged->read.is_read();
    if (const auto* placed = std::get_if<BoxesAnswer>(&gold.value); placed != nullptr && placed->is_grid) {
      input.grid.push_back({world.case_of(*judged), cells_in(gold),
                            is_read ? cells_in(judged->read.answer) : std::uint16_t{0}, is_read});
      continue;
    }
    input.queries.push_back({world.case_of(*judged), static_cast<std::size_t>(classes.of(label(*judged))),
                             boxes_in(gold), is_read ? boxes_in(judged->read.answer) : std::vector<Box>(), is_read});
  }
  return boxes_scorer(input);
}

}  // namespace surgsigma
