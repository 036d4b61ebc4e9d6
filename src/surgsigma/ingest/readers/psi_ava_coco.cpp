// PSI-AVA: coco_anns/{train,val}_coco_anns_v3_35s.json (BCV-Uniandes/TAPIR). The boxes of the CSV files in pixels, with
// `actions` (one to three ids), `phase` and `step` in each annotation. Pictures are named by their second. Images
// without annotation are valid negatives (11 in the validation half). A row is an annotation, or an image without any.
//
// with:
//   instruments, actions, phases, steps, interactions   vocabularies, see keyframe_facts.h
//   image_name: "{video}/{index:d}.*"
#include "surgsigma/ingest/readers/keyframe_coco.h"
#include "surgsigma/ingest/readers/readers.h"

namespace surgsigma {

Status read_psi_ava_coco(const FileJob& job) {
  constexpr std::int64_t kLongestSecond = 1'000'000;
  return read_keyframe_coco(job, [](const std::string&, std::string_view number) -> std::optional<Microseconds> {
    const auto second = parse_int(number);
    if (!second || *second > kLongestSecond) return std::nullopt;
    return *second * kSecond;
  });
}

}  // namespace surgsigma
