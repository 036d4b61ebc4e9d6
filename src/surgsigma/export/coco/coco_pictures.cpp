#include "surgsigma/export/coco/coco_pictures.h"

#include <algorithm>
#include <fstream>
#include <unordered_map>

#include "surgsigma/base/hash.h"
#include "surgsigma/export/unfinished_folder.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/video.h"

namespace surgsigma {
namespace {

constexpr int kJpegQuality = 95;
constexpr std::size_t kFrameDigits = 8;

/// "images/cholec80/video01/00000250"
std::string stem_of(const VideoRow& video, std::int64_t frame) {
  std::string digits = std::to_string(frame);
  if (digits.size() < kFrameDigits) digits.insert(0, kFrameDigits - digits.size(), '0');
  const std::string& id = video.video_id.text;
  return "images/" + (is_safe_relative(id) ? id : video.source_id.text + "/" + hex64(hash64(id))) + "/" + digits;
}

std::string ending_of(PictureFormat format) {
  return format == PictureFormat::kJpeg ? ".jpg" : "." + std::string(picture_format_name(format));
}

/// The folder has no name yet, so a half-written file is never seen: no need to sync each picture.
Status write_plainly(const fs::path& path, const std::string& bytes) {
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << bytes;
  stream.close();
  return stream ? done() : Status(Error{ErrorKind::kIo, "cannot write", path.string(), ""});
}

}  // namespace

/// One video's pictures on their way.
struct CocoPictures::Work {
  const VideoRow& video;
  const VideoRow& shown;
  const std::vector<CocoImage>& images;
  const IsWanted& is_wanted;
  Drops& drops;
  PixelGate gate;
  std::vector<std::optional<OutPicture>> placed;
  std::string made_from;
};

CocoPictures::CocoPictures(const Database& database, const Catalog& catalog, const ExportOptions& options,
                           const Privacy& privacy, const std::vector<SourceShare>& sources, fs::path folder)
    : privacy_(privacy), out_(std::move(folder)) {
  for (const SourceShare& share : sources) {
    auto made = std::make_unique<Folder>();
    made->root = folder_of_source(options, database.manifest(), share.source.source_id.text);
    made->card = catalog.source(share.source.source_id);
    folders_[share.source.source_id.text] = std::move(made);
  }
}

const VideoMedia* CocoPictures::media_of(Folder& folder, const VideoId& video) const {
  std::call_once(folder.once, [&] {
    if (folder.card == nullptr || folder.root.empty()) return;
    auto media = SourceMedia::open(*folder.card, folder.root);
    if (media.ok()) folder.media = std::move(*media);
  });
  return folder.media ? folder.media->find(video.text) : nullptr;
}

fs::path CocoPictures::shipped_picture(Folder& folder, const VideoRow& video, const CocoImage& image) const {
  if (folder.root.empty()) return {};
  std::error_code code;
  if (!image.media.empty() && is_safe_relative(image.media) && fs::is_regular_file(folder.root / image.media, code)) {
    return folder.root / image.media;
  }
  const VideoMedia* media = media_of(folder, video.video_id);
  if (media == nullptr) return {};
  const auto found = media->pictures.find(image.frame);
  return found == media->pictures.end() ? fs::path() : folder.root / found->second;
}

fs::path CocoPictures::video_file(Folder& folder, const VideoRow& video) const {
  if (folder.root.empty()) return {};
  std::error_code code;
  if (!video.media.empty() && is_safe_relative(video.media) && fs::is_regular_file(folder.root / video.media, code)) {
    return folder.root / video.media;
  }
  const VideoMedia* media = media_of(folder, video.video_id);
  return media == nullptr || media->video.empty() ? fs::path() : folder.root / media->video;
}

Status CocoPictures::keep(const CocoImage& image, std::size_t index, ImageSize size, const std::string& ending,
                          Work& work) const {
  OutPicture picture;
  picture.path = stem_of(work.shown, image.frame) + ending;
  if (!work.gate.changes_files()) picture.made_from = work.made_from;  // names of private files tell who somebody is
  picture.size = size;
  std::error_code code;
  picture.bytes = static_cast<std::int64_t>(fs::file_size(out_ / picture.path, code));
  SURGSIGMA_TRY(sha256, file_sha256(out_ / picture.path));
  picture.sha256 = sha256;
  work.placed[index] = std::move(picture);
  return done();
}

Status CocoPictures::place_shipped(const fs::path& file, const CocoImage& image, std::size_t index, Work& work) const {
  const auto bytes = read_file(file);
  const auto header = bytes.ok() ? read_picture_header(*bytes, file.string()) : Result<PictureHeader>(bytes.error());
  if (!header.ok()) {
    work.drops.add("broken_picture", image_key(work.shown, image));
    return done();
  }
  if (!work.is_wanted(index, header->size)) return done();
  work.made_from = fs::relative(file, folders_.at(work.video.source_id.text)->root).generic_string();
  // A loader that turns pictures by their EXIF mark would turn this one away from its labels.
  const bool is_as_it_is = !work.gate.changes_files() && header->orientation == 1;
  if (is_as_it_is) {
    const std::string ending = ending_of(header->format);
    SURGSIGMA_CHECK(link_or_copy(file, out_ / (stem_of(work.shown, image.frame) + ending)));
    return keep(image, index, header->size, ending, work);
  }
  auto picture = decode_picture(*bytes, file.string());
  if (!picture.ok()) {
    work.drops.add("broken_picture", image_key(work.shown, image));
    return done();
  }
  SURGSIGMA_CHECK(work.gate.apply(*picture, image.time_us));
  const bool is_jpeg = header->format == PictureFormat::kJpeg;
  SURGSIGMA_TRY(encoded, is_jpeg ? encode_jpeg(*picture, kJpegQuality) : encode_png(*picture));
  const std::string ending = is_jpeg ? ".jpg" : ".png";
  SURGSIGMA_CHECK(write_plainly(out_ / (stem_of(work.shown, image.frame) + ending), encoded));
  return keep(image, index, picture->size(), ending, work);
}

Status CocoPictures::cut(Folder& folder, const std::vector<std::size_t>& wanted, Work& work) const {
  const auto lose = [&](std::string_view rule) {
    for (const std::size_t index : wanted) work.drops.add(rule, image_key(work.shown, work.images[index]));
    return done();
  };
  const fs::path file = video_file(folder, work.video);
  if (file.empty()) return lose("missing_picture");
  auto video = Video::open(file);
  if (!video.ok()) return lose("broken_picture");
  work.made_from = fs::relative(file, folder.root).generic_string();
  std::unordered_map<std::int64_t, std::size_t> image_of;
  std::vector<std::int64_t> frames;
  for (const std::size_t index : wanted) {
    const std::int64_t frame = work.images[index].frame;
    if (frame < 0 || frame >= video->info().frames) {
      work.drops.add("missing_picture", image_key(work.shown, work.images[index]));
      continue;
    }
    image_of[frame] = index;
    frames.push_back(frame);
  }
  if (frames.empty()) return done();
  return video->frames(
      frames,
      [&](VideoFrame&& frame) -> Status {
        const std::size_t index = image_of.at(frame.index);
        const CocoImage& image = work.images[index];
        if (!work.is_wanted(index, frame.image.size())) return done();
        SURGSIGMA_CHECK(work.gate.apply(frame.image, frame.time_us));
        SURGSIGMA_TRY(jpeg, encode_jpeg(frame.image, kJpegQuality));
        SURGSIGMA_CHECK(write_plainly(out_ / (stem_of(work.shown, image.frame) + ".jpg"), jpeg));
        return keep(image, index, frame.image.size(), ".jpg", work);
      },
      [&](std::int64_t frame, const Error&) {
        work.drops.add("broken_picture", image_key(work.shown, work.images[image_of.at(frame)]));
        return done();
      });
}

Result<std::vector<std::optional<OutPicture>>> CocoPictures::place(const VideoRow& video, const VideoRow& shown,
                                                                   const std::vector<CocoImage>& images,
                                                                   const IsWanted& is_wanted, Drops& drops) const {
  Work work{video, shown, images, is_wanted, drops, PixelGate(privacy_, video), {}, ""};
  work.placed.resize(images.size());
  Folder& folder = *folders_.at(video.source_id.text);
  std::vector<std::size_t> to_cut;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (work.gate.hides_all(images[i].time_us)) {
      drops.add("hidden_picture", image_key(shown, images[i]));
      continue;
    }
    const fs::path file = shipped_picture(folder, video, images[i]);
    if (file.empty()) {
      to_cut.push_back(i);
    } else {
      SURGSIGMA_CHECK(place_shipped(file, images[i], i, work));
    }
  }
  if (!to_cut.empty()) SURGSIGMA_CHECK(cut(folder, to_cut, work));
  return std::move(work.placed);
}

}  // namespace surgsigma
