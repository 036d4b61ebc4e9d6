// Looks through a recording of a private source for what could tell who somebody is: stretches in which the camera is
// out of the body (faces, the room) and burned-in text (names, dates). Errs on the side of hiding; a person can mark
// more and clear what is none. Nothing is hidden here: the regions are applied wherever pixels are written
// (media/hiding.h).
//
// Finders miss things. That is why a recording counts as screened only after a person has looked at the audit sheet and
// approved it (docs/privacy.md).
#pragma once

#include <span>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/tables.h"
#include "surgsigma/store/manifest.h"

namespace surgsigma {

/// Everything that is known of one recording. Rows by time.
struct ScreenInput {
  VideoRow video;
  MediumRow medium;
  std::vector<FrameRow> frames;
  std::vector<MarkRow> marks;
  std::vector<TextRow> texts;
  std::vector<Annotation> annotations;
};

struct Screened {
  ScreeningRow row;
  std::vector<RegionRow> regions;  ///< by (begin, kind, box)
  std::vector<IssueRow> issues;    ///< stage "screen": a decision that fits nothing
};

/// A sample counts as out of the body from this chance on: lower than the limit for marks, because hiding a picture too
/// much costs little here.
inline constexpr double kScreenChance = 0.3;

/// - Samples that look out of the body, or whose look is unknown, hide everything from the sample before to the sample
///   after them; so do marks and labels `out_of_body` for their own time, up to the samples next to it.
/// - Text is hidden with a margin, for its time.
/// - Decisions of persons, of this recording only, in their order: `hide` adds a region, `clear` turns a region's
/// hiding
///   to none. A `clear` that names no region of the recording is an issue: the region has changed since.
/// `approve` is not looked at here.
Screened screen_video(const ScreenInput& input, std::span<const ScreeningDecision> decisions);

/// The hash that names a region: equal places get equal names in every build.
std::string region_id_of(const RegionRow& row);

}  // namespace surgsigma
