#include "surgsigma/ingest/readers/readers.h"

namespace surgsigma {

const std::vector<Reader>& readers() {
  static const std::vector<Reader> table = {
      {"frame_track", "one label per frame or second (phase, step, action)", read_frame_track},
      {"multi_hot", "one 0/1 column per class (presence)", read_multi_hot},
      {"intervals_csv", "rows of video, start, end, label", read_intervals_csv},
      {"coco", "COCO detection JSON, streamed", read_coco},
      {"cholec80_seconds", "Cholec80 phases once a second: picture name, label", read_cholec80_seconds},
      {"cholect50", "CholecT50 JSON with vectors of 15 numbers per instance", read_cholect50},
      {"cholect45_triplets", "CholecT45 triplet columns, checked against instrument, verb and target columns",
       read_cholect45_triplets},
      {"triplet_map", "triplet class list checked against the card", read_triplet_map},
      {"cholec80_cvs", "Cholec80-CVS intervals, per-video scores, frame index and folds", read_cholec80_cvs},
      {"endoscapes_coco", "Endoscapes COCO boxes with image-level criteria", read_endoscapes_coco},
      {"endoscapes_metadata", "Endoscapes frame table with raters of the three criteria", read_endoscapes_metadata},
      {"endoscapes_matches", "Endoscapes image records grouped by frame, with their votes", read_endoscapes_matches},
      {"multibypass", "MultiBypass140 intervals in milliseconds with overlays", read_multibypass},
      {"id_table", "id and name table checked against a vocabulary (csv, pbtxt, maps)", read_id_table},
      {"id_list", "list of recordings checked against a split of the card", read_id_list},
      {"psi_ava_csv", "PSI-AVA boxes, actions, phases and steps by keyframe or second", read_psi_ava_csv},
      {"psi_ava_coco", "PSI-AVA boxes, actions, phases and steps as COCO", read_psi_ava_coco},
      {"grasp_coco", "GraSP instruments, actions, phases and steps as COCO", read_grasp_coco},
      {"autolaparo_motion", "AutoLaparo clips with a camera motion each", read_autolaparo_motion},
      {"surgsigma_questions", "published questions and answers, kept verbatim", read_surgsigma_questions},
      {"surgsigma_videos", "published list of the videos behind the questions", read_surgsigma_videos},
  };
  return table;
}

}  // namespace surgsigma
