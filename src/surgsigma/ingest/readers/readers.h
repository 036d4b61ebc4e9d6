// Every reader, one function per file of this folder. The comment of each says what it reads, its parameters (`with` in
// the source card) and what a row is. Registered in ../readers.cpp.
#pragma once

#include "surgsigma/ingest/reader.h"

namespace surgsigma {

// Known shapes: a card alone is enough.
Status read_frame_track(const FileJob& job);    ///< one label per frame or second (phase, step, action)
Status read_multi_hot(const FileJob& job);      ///< one 0/1 column per class (presence)
Status read_intervals_csv(const FileJob& job);  ///< video,start,end,label(,kind)
Status read_coco(const FileJob& job);           ///< COCO detection JSON, streamed

// Odd shapes.
Status read_cholec80_seconds(const FileJob& job);    ///< 1-fps phase csv: path,label
Status read_cholect50(const FileJob& job);           ///< JSON vectors of 15
Status read_cholect45_triplets(const FileJob& job);  ///< txt layout, three companions as checksum
Status read_triplet_map(const FileJob& job);         ///< label_mapping.txt / maps.txt checked against the card
Status read_cholec80_cvs(const FileJob& job);        ///< fold file, frame index, per-video score csv, interval csv
Status read_endoscapes_coco(const FileJob& job);
Status read_endoscapes_metadata(const FileJob& job);
Status read_endoscapes_matches(const FileJob& job);
Status read_multibypass(const FileJob& job);  ///< JSON intervals in milliseconds with overlays
Status read_id_table(const FileJob& job);     ///< id,name table checked against a vocabulary (csv, pbtxt, maps)
Status read_id_list(const FileJob& job);      ///< list of recordings checked against a split of the card
Status read_psi_ava_csv(const FileJob& job);
Status read_psi_ava_coco(const FileJob& job);
Status read_grasp_coco(const FileJob& job);
Status read_autolaparo_motion(const FileJob& job);
Status read_surgsigma_questions(const FileJob& job);
Status read_surgsigma_videos(const FileJob& job);

}  // namespace surgsigma
