#include "surgsigma/export/coco/coco_card.h"

#include <fmt/core.h>

#include <iterator>

#include "surgsigma/export/json_text.h"

namespace surgsigma {
namespace {

/// "25/1": always both numbers.
std::string fraction(const VideoRow& video) { return fmt::format("{}/{}", video.frame_rate_num, video.frame_rate_den); }
double number_of_rate(const VideoRow& video) {
  return static_cast<double>(video.frame_rate_num) / static_cast<double>(video.frame_rate_den);
}

void member(std::string& out, std::string_view name, std::string_view text) {
  if (!out.empty()) out += ',';
  out += '"';
  out += name;
  out += "\":";
  append_string(text, out);
}

std::string class_words(ClassNames classes) { return classes == ClassNames::kConcept ? "concept" : "source"; }

std::string categories_json(const CocoClasses& classes, const CocoTotals& totals) {
  std::string list;
  for (std::size_t i = 0; i < classes.all().size(); ++i) {
    if (totals.objects_of(i) == 0) continue;
    const CocoCategory& category = classes.all()[i];
    std::string one;
    member(one, "name", category.name);
    member(one, "supercategory", category.supercategory);
    member(one, "concept_id", category.concept_id);
    if (!category.vocabulary.empty()) {
      member(one, "vocabulary", category.vocabulary);
      one += fmt::format(",\"label_id\":{}", category.label_id);
    }
    list += fmt::format("{}\n{{\"id\":{},{}}}", list.empty() ? "" : ",", category.id, one);
  }
  return list;
}

}  // namespace

std::int64_t CocoTotals::objects_of(std::size_t category) const {
  std::int64_t sum = 0;
  for (const auto& part : objects) sum += part[category];
  return sum;
}

std::string video_json(const VideoRow& video) {
  std::string out;
  member(out, "name", video.video_id.text);
  member(out, "source", video.source_id.text);
  member(out, "case", video.case_id.text);
  out += fmt::format(",\"fps\":{}", number_of_rate(video));
  member(out, "fps_fraction", fraction(video));
  if (video.frames) out += fmt::format(",\"frames\":{}", *video.frames);
  return out;
}

std::string image_json(const VideoRow& video, const CocoImage& image, const OutPicture& picture, int licence) {
  std::string out;
  member(out, "file_name", picture.path);
  out += fmt::format(",\"width\":{},\"height\":{},\"license\":{}", picture.size.width, picture.size.height, licence);
  member(out, "video", video.video_id.text);
  out += fmt::format(",\"frame\":{},\"time_us\":{},\"fps\":{}", image.frame, image.time_us, number_of_rate(video));
  member(out, "fps_fraction", fraction(video));
  out += ",\"vocabularies\":[";
  bool is_first = true;
  for (const std::string& vocabulary : image.vocabularies) {
    if (!is_first) out += ',';
    is_first = false;
    append_string(vocabulary, out);
  }
  out += ']';
  if (image.left_out > 0) out += fmt::format(",\"left_out\":{}", image.left_out);
  return out;
}

std::string annotation_json(const VideoRow& video, const CocoObject& object, const CocoShape& shape,
                            const CocoClasses& classes) {
  const Annotation& row = object.first();
  const CocoCategory& category = classes.all()[static_cast<std::size_t>(object.category)];
  std::string out = fmt::format("\"category_id\":{},\"bbox\":[{},{},{},{}],\"area\":{},\"iscrowd\":{}", category.id,
                                shape.box.x1, shape.box.y1, shape.box.width(), shape.box.height(), shape.area,
                                row.box_scope == BoxScope::kRegion ? 1 : 0);
  if (!shape.segmentation.empty()) out += ",\"segmentation\":" + shape.segmentation;
  if (row.instance) out += fmt::format(",\"instance_id\":{}", *row.instance);
  member(out, "record", record_id(video, row));
  if (object.box && object.mask && !shape.segmentation.empty())
    member(out, "mask_record", record_id(video, *object.mask));
  member(out, "box_scope", word(row.box_scope));
  member(out, "origin", word(row.origin));
  return out;
}

std::string picture_line(const VideoRow& video, const CocoImage& image, const OutPicture& picture) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}", picture.path, image_key(video, image), picture.made_from,
                     picture.size.width, picture.size.height, picture.bytes, picture.sha256);
}

std::string file_head(const Selection& selection, const CocoClasses& classes, const CocoTotals& totals,
                      const ExportOptions& options) {
  std::string head = "\"info\":{";
  std::string info;
  member(info, "description", "Boxes and masks of surgical pictures");
  member(info, "version", "surgsigma " + options.tool_version);
  member(info, "contributor", "the sources named in licenses");
  member(info, "frame", "number of the picture in its recording as decoded, from 0, at the recording's own rate");
  member(info, "fps",
         "native rate of the recording: fps_fraction is exact, fps the same as a number; time_us is in microseconds");
  member(info, "bbox", "x, y, width, height in pixels of the picture; x + width and y + height are exclusive");
  member(info, "area", "pixels of the mask as pycocotools decodes it, of the box where there is no mask");
  head += info + "},\n\"licenses\":[";
  for (std::size_t i = 0; i < selection.sources.size(); ++i) {
    const SourceRow& source = selection.sources[i].source;
    std::string one;
    member(one, "name", source.licence_id);
    member(one, "url", source.url);
    member(one, "source", source.source_id.text);
    one += ",\"terms\":[";
    for (std::size_t k = 0; k < source.terms.size(); ++k) {
      if (k > 0) one += ',';
      append_string(source.terms[k], one);
    }
    head += fmt::format("{}\n{{\"id\":{},{}]}}", i > 0 ? "," : "", i + 1, one);
  }
  return head + "\n],\n\"categories\":[" + categories_json(classes, totals) + "\n]";
}

void describe(const CocoSettings& settings, const CocoClasses& classes, const CocoTotals& totals, Papers& papers) {
  papers.format = "coco";
  papers.title = "SurgSigma objects";
  papers.hub_tasks = {"object-detection", "image-segmentation"};
  papers.one = "image";
  papers.many = "images";
  papers.parameters = {{"classes", class_words(settings.classes)}};
  Json objects = Json::object();
  std::string table = "| category | train | val | test |\n|---|---:|---:|---:|\n";
  for (std::size_t i = 0; i < classes.all().size(); ++i) {
    if (totals.objects_of(i) == 0) continue;
    table += "| " + classes.all()[i].name + " |";
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      const std::int64_t count = totals.objects[part][i];
      if (count > 0) objects[std::string(kParts[part])][classes.all()[i].name] = count;
      table += " " + std::to_string(count) + " |";
    }
    table += "\n";
  }
  papers.more = {{"objects", std::move(objects)},
                 {"boxes_cut_at_the_border", totals.cut_boxes},
                 {"objects_scaled_to_the_picture", totals.scaled_objects},
                 {"pictures", {{"list", "pictures.tsv"}, {"bytes", totals.pictures_bytes}}}};
  papers.body =
      "## Objects\n\n" + table +
      "\n## Loading\n\n"
      "`annotations/instances_<part>.json` are COCO instances; `file_name` is relative to this folder.\n\n"
      "```python\nfrom pycocotools.coco import COCO\n\n"
      "coco = COCO(\"annotations/instances_train.json\")\n"
      "boxes = coco.loadAnns(coco.getAnnIds(imgIds=[1]))\n```\n\n"
      "Objects that were only boxed have no `segmentation`. Pictures may be hard links to the source's files: copy\n"
      "before you change one. `pictures.tsv` has the SHA-256 of each and what it was made from.\n\n"
      "## What is not in an image\n\n"
      "An image is there if objects were annotated in it. Without any annotation it is there only if a complete\n"
      "vocabulary (`vocabularies`) was annotated and nothing was found; pictures of which that cannot be told are "
      "left\n"
      "out. `left_out` counts objects that are in the picture and not in the file, by the rules below: do not train\n"
      "such an image as if it were complete. Classes outside `vocabularies` were not looked for.\n";
}

}  // namespace surgsigma
