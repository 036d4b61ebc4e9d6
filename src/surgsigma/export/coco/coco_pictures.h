// The pictures of a COCO export: linked where the source ships them, cut from the recording where it does not.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "surgsigma/export/coco/coco_images.h"
#include "surgsigma/export/pixel_gate.h"
#include "surgsigma/export/source_media.h"
#include "surgsigma/schema/geometry.h"

namespace surgsigma {

struct OutPicture {
  std::string path;       ///< below the export: "images/cholec80/video01/00000250.jpg"
  std::string made_from;  ///< below the source's folder
  ImageSize size;
  std::int64_t bytes = 0;
  std::string sha256;
};

class CocoPictures {
 public:
  CocoPictures(const Database& database, const Catalog& catalog, const ExportOptions& options, const Privacy& privacy,
               const std::vector<SourceShare>& sources, fs::path folder);

  /// Asked before a picture is written, with its true size.
  using IsWanted = std::function<bool(std::size_t image, ImageSize size)>;
  /// A picture for each image, or nothing where `is_wanted` said no or a rule (missing_picture, broken_picture,
  /// hidden_picture) is counted. `shown`: the video under the name that it has outside. Thread-safe for different
  /// videos.
  Result<std::vector<std::optional<OutPicture>>> place(const VideoRow& video, const VideoRow& shown,
                                                       const std::vector<CocoImage>& images, const IsWanted& is_wanted,
                                                       Drops& drops) const;

 private:
  /// What is known of a source's folder; listed when a picture is not where its label says.
  struct Folder {
    fs::path root;
    const SourceCard* card = nullptr;
    std::once_flag once;
    std::optional<SourceMedia> media;
  };
  struct Work;

  const VideoMedia* media_of(Folder& folder, const VideoId& video) const;
  fs::path shipped_picture(Folder& folder, const VideoRow& video, const CocoImage& image) const;
  fs::path video_file(Folder& folder, const VideoRow& video) const;
  Status place_shipped(const fs::path& file, const CocoImage& image, std::size_t index, Work& work) const;
  Status cut(Folder& folder, const std::vector<std::size_t>& wanted, Work& work) const;
  Status keep(const CocoImage& image, std::size_t index, ImageSize size, const std::string& ending, Work& work) const;

  const Privacy& privacy_;
  fs::path out_;
  std::map<std::string, std::unique_ptr<Folder>, std::less<>> folders_;
};

}  // namespace surgsigma
