// Which videos and pictures of a download belong to which recording. Only names are read here; what is in them is for
// `refine` to measure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surgsigma/ingest/reader.h"
#include "surgsigma/schema/pixel_layout.h"

namespace surgsigma {

inline constexpr std::string_view kVideoRole = "video";
inline constexpr std::string_view kFrameRole = "frame";
inline constexpr std::string_view kMaskRole = "mask";
inline constexpr std::string_view kDepthRole = "depth";
inline constexpr std::string_view kRightRole = "right";              ///< what the right camera sees
inline constexpr std::string_view kCalibrationRole = "calibration";  ///< of the two cameras

/// A picture that says something of another: class ids, depth or the right camera's view.
struct MapFile {
  std::int64_t frame = 0;
  std::string path;
  const LayoutEntry* entry = nullptr;  ///< its `with` says how to read it
};

/// The pixels of one recording; paths are relative to the source's folder.
struct MediaFiles {
  std::string video;  ///< a video file; empty where there is none
  std::vector<std::pair<std::int64_t, std::string>>
      pictures;                 ///< (native frame, picture) by frame, where pictures are released
  std::vector<MapFile> masks;   ///< by frame
  std::vector<MapFile> depths;  ///< by frame
  /// (path, why): a second video of the recording, a picture whose number is no frame.
  std::vector<std::pair<std::string, std::string>> passed_over;
  std::vector<MapFile> rights;  ///< by frame
  ViewLayout layout;            ///< of the video, or else of the pictures
  std::string calibration;      ///< a file; empty where there is none
  const LayoutEntry* calibration_entry = nullptr;
  bool is_empty() const { return video.empty() && pictures.empty(); }
};

/// A role whose files are pixels, or say how pixels were taken: no reader is needed.
bool is_pixel_role(std::string_view role);
/// No file of the card has labels: its recordings are those of which there are pixels.
bool has_pixels_alone(const SourceCard& card);

/// By video id, of the recordings in `unit`. A layout entry of role `video` or `frame` without a reader names them; the
/// capture `index` of a picture (or `with: {index}` of its entry) is turned into a native frame by the card's
/// frame_media_first and frame_media_step. A calibration belongs to every recording whose file has its captures; the
/// one with the most captures counts.
std::map<std::string, MediaFiles> media_files(const SourceCard& card, const SourceFiles& source,
                                              const IngestUnit& unit);

}  // namespace surgsigma
