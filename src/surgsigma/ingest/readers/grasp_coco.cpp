// GraSP: annotations/grasp_{short,long}-term_{train,test,fold1,fold2}.json (BCV-Uniandes/GraSP). Short-term files hold
// instruments with a box, a run-length mask, `actions`, `phases` and `steps`; long-term files one annotation a second
// with `phases` and `steps` alone. Native frames are positions in the released 30-fps lists. A row is an annotation, or
// an image without any.
//
// with:
//   instruments, actions, phases, steps, interactions   vocabularies, see keyframe_facts.h
//   term: short or long   what the file holds, by default seen from its annotations: an image without annotation is a
//                         valid negative in a short-term file only
//   image_name: "{video}/{index:d}.*"
//   association, frame_lists, native_30, irregular   when pictures were taken, see grasp_clock.h
#include "surgsigma/ingest/readers/grasp_clock.h"
#include "surgsigma/ingest/readers/keyframe_coco.h"
#include "surgsigma/ingest/readers/readers.h"

namespace surgsigma {

Status read_grasp_coco(const FileJob& job) {
  SURGSIGMA_TRY(clock, GraspClock::make(job));
  return read_keyframe_coco(
      job, [&](const std::string& video, std::string_view number) { return clock.time(video, number); });
}

}  // namespace surgsigma
