// The pixels of a sheet's examples: frames cut from videos, pictures that a source ships, files of pairs. Of private
// recordings only what was screened, with everything hidden that is to be hidden (docs/privacy.md).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "surgsigma/export/privacy.h"
#include "surgsigma/media/image.h"
#include "surgsigma/pipeline/sheet_tile.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

inline constexpr int kStripPictures = 6;

/// Where an example looks.
struct SheetMoment {
  std::string source;
  std::string video;
  std::int64_t frame = -1;  ///< native frame of a moment; below 0: taken from the time
  Microseconds begin_us = 0;
  Microseconds end_us = 0;  ///< of a clip, exclusive
  std::string media;        ///< picture or clip that the row names: "<source>/<path>"
};

class SheetPixels {
 public:
  /// Both must outlive this. Fails like Privacy::read().
  static Result<SheetPixels> open(const Database& database, Engine& engine);

  /// The frame of the video, or the picture that the source ships. Every error names the file: kNotFound where it is
  /// not there, kData where it cannot be decoded or the video has no such frame.
  Result<std::vector<SheetPanel>> moment(const SheetMoment& where);
  /// Up to kStripPictures pictures, evenly over the clip, with their times.
  Result<std::vector<SheetPanel>> clip(const SheetMoment& where);
  /// A picture of the database's own, as a pair names it: "media/ab/abcdef.jpg".
  Result<Image> own_picture(const std::string& path, const SheetMoment& where);
  /// `count` pictures, evenly over a clip of the database's own.
  Result<std::vector<SheetPanel>> own_clip(const std::string& path, int count, const SheetMoment& where);

  /// Whether there is likely a picture: a look at names, nothing is decoded.
  bool has_pixels(const SheetMoment& where, bool is_clip);

 private:
  SheetPixels(const Database& database, Engine& engine, Privacy privacy)
      : database_(&database), engine_(&engine), privacy_(std::move(privacy)) {}
  struct Medium {
    std::string path;  ///< below the source's folder; empty: the recording was not measured
    bool is_folder = false;
    FrameRate rate;  ///< as the labels count
  };
  Result<Medium> medium_of(const SheetMoment& where);
  fs::path root_of(const std::string& source) const;
  Error no_pixels(const SheetMoment& where) const;
  Result<std::vector<SheetPanel>> frames_of(const Medium& medium, const SheetMoment& where,
                                            std::vector<std::int64_t> frames);
  Result<std::vector<SheetPanel>> pictures_of(const SheetMoment& where);
  /// Every picture that a tile shows passes here on its way from the file to the sheet.
  Result<Image> passed(Image&& picture, const SheetMoment& where, Microseconds time);

  const Database* database_;
  Engine* engine_;
  Privacy privacy_;
};

}  // namespace surgsigma
