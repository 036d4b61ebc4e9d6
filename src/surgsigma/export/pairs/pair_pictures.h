// The two files of a pair in another format or size, both alike.
#pragma once

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/export/media_writing.h"
#include "surgsigma/export/pairs/pair_formats.h"

namespace surgsigma {

/// Makes input and target anew as wished, as files in `work` whose names begin with `name`, and points the sample to
/// them; its row gets their size. Pictures are averaged when they become smaller; masks and depth keep their values
/// (nearest neighbour) and stay PNG whatever is wished; a clip is encoded again at its own rate, and its first picture
/// gets its even size. A file that would stay as it is, is left alone. kData for one that cannot be read; kIo where
/// none can be written.
Status finish_pair(PairSample& sample, const MediaWriting& wishes, const fs::path& work, const std::string& name);

}  // namespace surgsigma
