// The second step of an export that writes its media: the wanted pictures and clips are made, recording by recording,
// each recording's frames in one rising pass.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "surgsigma/base/progress.h"
#include "surgsigma/export/finished_picture.h"
#include "surgsigma/export/media.h"
#include "surgsigma/export/media_collect.h"
#include "surgsigma/export/media_store.h"
#include "surgsigma/export/privacy.h"
#include "surgsigma/export/written_media.h"

namespace surgsigma {

/// Where pixels come from and what is made of them.
struct CutRules {
  const MediaWriting* wishes = nullptr;
  const MediaPlaces* places = nullptr;
  const Catalog* catalog = nullptr;
  const Privacy* privacy = nullptr;
  std::map<std::string, const VideoRow*, std::less<>> videos;
  fs::path index_folder;  ///< of indices of videos that are there already; none is made
  int jobs = 1;
};

/// A frame of the labels is the frame of that index in the video: labels count frames, and a file at another rate is
/// noted (WrittenMedia::rate_differences) and not shifted. Where the number of frames shows that it is a copy at
/// another rate, nothing is cut from it. A shipped picture that is not there is cut from the video where there is one;
/// a frame or clip whose video is not there is taken from its own file under the media root. What cannot be read or cut
/// becomes an entry that says why; fails only where files cannot be written.
Status cut_media(const std::vector<WantedMedia>& wanted, const CutRules& rules, MediaStore& store,
                 WrittenMedia& written, Progress& progress);

}  // namespace surgsigma
