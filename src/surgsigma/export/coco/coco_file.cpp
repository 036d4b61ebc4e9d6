#include "surgsigma/export/coco/coco_file.h"

#include <simdjson.h>

#include <fstream>
#include <set>

#include "surgsigma/base/json_stream.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr double kRounding = 1e-6;

Error cannot_write(const fs::path& path) {
  return {ErrorKind::kIo, "cannot write", path.string(), "is the disk full?"};
}

/// An array of the file, one object per line.
class Array {
 public:
  Array(std::ofstream& out, const char* name) : out_(out) { out_ << ",\n\"" << name << "\":["; }
  std::ofstream& next() {
    out_ << (count_++ == 0 ? "\n{" : ",\n{");
    return out_;
  }
  std::int64_t count() const { return count_; }
  void close() { out_ << "\n]"; }

 private:
  std::ofstream& out_;
  std::int64_t count_ = 0;
};

/// `base` + the number before the tab; the rest follows the tab.
struct Numbered {
  std::int64_t number = 0;
  std::string_view rest;
};
Numbered numbered(std::string_view line) {
  const std::size_t tab = line.find('\t');
  return {parse_int(line.substr(0, tab)).value_or(0), line.substr(tab + 1)};
}

class Reader {
 public:
  Status take(const JsonPiece& piece) {
    if (piece.index < 0) return done();
    simdjson::dom::element element;
    if (parser_.parse(piece.text.data(), piece.text.size(), false).get(element)) return wrong(piece, "no JSON");
    if (piece.key == "categories") return take_category(piece, element);
    if (piece.key == "videos") return take_numbered(piece, element, counts_.videos);
    if (piece.key == "images") return take_image(piece, element);
    if (piece.key == "annotations") return take_annotation(piece, element);
    return done();
  }
  const CocoCounts& counts() const { return counts_; }

 private:
  struct Size {
    double width = 0;
    double height = 0;
  };

  static Error wrong(const JsonPiece& piece, std::string what) {
    return {ErrorKind::kInternal, "reads back wrong: " + what,
            std::string(piece.key) + "[" + std::to_string(piece.index) + "], line " + std::to_string(piece.line),
            "please report this with the command you gave"};
  }

  Status take_category(const JsonPiece& piece, const simdjson::dom::element& element) {
    std::int64_t id = 0;
    std::string_view name;
    if (element["id"].get(id) || element["name"].get(name) || name.empty()) return wrong(piece, "no id or name");
    return categories_.insert(id).second ? done() : Status(wrong(piece, "an id twice"));
  }

  Status take_numbered(const JsonPiece& piece, const simdjson::dom::element& element, std::int64_t& count) {
    std::int64_t id = 0;
    if (element["id"].get(id) || id != ++count) return wrong(piece, "ids do not count from 1");
    return done();
  }

  Status take_image(const JsonPiece& piece, const simdjson::dom::element& element) {
    SURGSIGMA_CHECK(take_numbered(piece, element, counts_.images));
    Size size;
    std::int64_t video = 0;
    std::string_view name;
    if (element["width"].get(size.width) || element["height"].get(size.height) || size.width < 1 || size.height < 1) {
      return wrong(piece, "no size");
    }
    if (element["file_name"].get(name) || !is_safe_relative(name)) return wrong(piece, "no file");
    if (element["video_id"].get(video) || video < 1 || video > counts_.videos) return wrong(piece, "no video");
    sizes_.push_back(size);
    return done();
  }

  Status take_annotation(const JsonPiece& piece, const simdjson::dom::element& element) {
    SURGSIGMA_CHECK(take_numbered(piece, element, counts_.annotations));
    std::int64_t image = 0, category = 0;
    double area = 0;
    simdjson::dom::array box;
    if (element["image_id"].get(image) || image < last_image_ || image < 1 || image > counts_.images) {
      return wrong(piece, "no image, or not in their order");
    }
    last_image_ = image;
    if (element["category_id"].get(category) || !categories_.contains(category)) return wrong(piece, "no category");
    if (element["area"].get(area) || !(area > 0)) return wrong(piece, "no area");
    if (element["bbox"].get(box) || box.size() != 4) return wrong(piece, "no box");
    std::array<double, 4> sides{};
    for (std::size_t i = 0; i < 4; ++i) {
      if (box.at(i).get(sides[i])) return wrong(piece, "a box that is not four numbers");
    }
    const Size& size = sizes_[static_cast<std::size_t>(image - 1)];
    const bool is_inside = sides[0] >= 0 && sides[1] >= 0 && sides[2] > 0 && sides[3] > 0 &&
                           sides[0] + sides[2] <= size.width + kRounding &&
                           sides[1] + sides[3] <= size.height + kRounding;
    return is_inside ? done() : Status(wrong(piece, "a box that is not inside its image"));
  }

  simdjson::dom::parser parser_;
  CocoCounts counts_;
  std::set<std::int64_t> categories_;
  std::vector<Size> sizes_;
  std::int64_t last_image_ = 0;
};

}  // namespace

CocoSpill::CocoSpill(const std::string& stem)
    : videos(stem + "-videos"),
      images(stem + "-images"),
      annotations(stem + "-annotations"),
      pictures(stem + "-pictures") {}

Status CocoSpill::flush() {
  for (SpillLines* lines : {&videos, &images, &annotations, &pictures}) SURGSIGMA_CHECK(lines->flush());
  return done();
}

Result<CocoCounts> join_spills(const std::string& head, const std::vector<const CocoSpill*>& spills,
                               const fs::path& path) {
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << "{" << head;
  Array videos(out, "videos");
  for (const CocoSpill* spill : spills) {
    SURGSIGMA_CHECK(each_line(spill->videos, [&](const std::string& line) {
      videos.next() << "\"id\":" << videos.count() << ',' << line << '}';
      return done();
    }));
  }
  videos.close();
  Array images(out, "images");
  std::int64_t videos_before = 1;
  for (const CocoSpill* spill : spills) {
    SURGSIGMA_CHECK(each_line(spill->images, [&](const std::string& line) {
      const Numbered image = numbered(line);
      images.next() << "\"id\":" << images.count() << ",\"video_id\":" << videos_before + image.number << ','
                    << image.rest << '}';
      return done();
    }));
    videos_before += spill->videos.rows();
  }
  images.close();
  Array annotations(out, "annotations");
  std::int64_t images_before = 1;
  for (const CocoSpill* spill : spills) {
    SURGSIGMA_CHECK(each_line(spill->annotations, [&](const std::string& line) {
      const Numbered annotation = numbered(line);
      annotations.next() << "\"id\":" << annotations.count() << ",\"image_id\":" << images_before + annotation.number
                         << ',' << annotation.rest << '}';
      return done();
    }));
    images_before += spill->images.rows();
  }
  annotations.close();
  out << "}\n";
  out.close();
  if (!out) return cannot_write(path);
  return CocoCounts{videos.count(), images.count(), annotations.count()};
}

Result<CocoCounts> check_instances(const fs::path& path) {
  Reader reader;
  SURGSIGMA_CHECK(stream_json(path, [&](const JsonPiece& piece) { return reader.take(piece); }));
  return reader.counts();
}

}  // namespace surgsigma
