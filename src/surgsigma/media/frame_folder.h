// A folder of pictures read as a video.
//
// Pictures are the files directly in the folder whose names end in .jpg, .jpeg, .png, .webp, .tif, .tiff or .bmp in any
// case; others are passed over, so are names that begin with a dot. They are ordered by the last run of digits in the
// name without its ending ("frame_9.png" before "frame_10.png"), then by name; where any name has no digits, all are
// ordered by name alone.
//
// The index of a frame is its position in that order, so gaps in the numbers close up. With FrameNumbering::kFileName
// it is the number in the name itself, not the number minus the first: "00003.png" is frame 3 also where the folder
// begins at 00001. Annotations that count pictures need the first, annotations that name files the second; a source's
// card knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/media/video.h"

namespace surgsigma {

struct FolderFrame {
  std::int64_t index = 0;
  std::string file;  ///< name in the folder
  bool operator==(const FolderFrame&) const = default;
};

/// The number that a picture's name carries: "video01_000123.png" is 123; nothing for "cover.png" or beyond 15 digits.
std::optional<std::int64_t> frame_number_in_name(std::string_view file);

/// Ascending by index. kNotFound: no such folder; kData: no picture in it, or with kFileName a name without a number or
/// two names with the same one.
Result<std::vector<FolderFrame>> list_frames(const fs::path& folder, FrameNumbering numbering);

}  // namespace surgsigma
