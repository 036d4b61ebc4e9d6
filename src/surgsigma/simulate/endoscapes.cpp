// Endoscapes2023: frames of the minutes before the first clip, at one per second under their native index; criteria
// with three raters every five seconds in all_metadata.csv, boxes every thirty seconds in
// {train,val,test}/annotation_coco.json, polygons of the same objects for every fourth video in {train,val,test}_seg.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "surgsigma/media/outline.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/pixels.h"

namespace surgsigma {
namespace {

constexpr double kLeastOutline = 20;  // pixels; crumbs behind other things are no outline
constexpr std::array<std::string_view, 3> kParts = {"train", "val", "test"};
constexpr std::array<std::string_view, 3> kCriteria = {"C1", "C2", "C3"};  // columns of the table
constexpr std::string_view kToolWord = "tool";
constexpr std::int64_t kKeyframeSeconds = 5;
constexpr std::int64_t kBoxSeconds = 30;
constexpr int kPolygonCorners = 10;
constexpr std::string_view kHeader =
    "vid,frame,avg_cvs,C1,C2,C3,is_ds_keyframe,cvs_annotator_1,cvs_annotator_2,cvs_annotator_3,mask_path,label_path\n";

/// The three criteria at one keyframe: a vote per rater, and their mean.
struct Votes {
  std::array<std::array<int, 3>, 3> raters{};  // [rater][criterion]
  std::array<double, 3> mean{};
};

Votes votes_at(const Script& script, const Operation& operation, Milliseconds t) {
  Votes votes;
  for (std::size_t i = 0; i < operation.criteria.size(); ++i) {
    const auto column =
        static_cast<std::size_t>(std::find(kCriteria.begin(), kCriteria.end(), script.criteria[i]) - kCriteria.begin());
    if (column == kCriteria.size()) continue;
    int sum = 0;
    for (std::size_t rater = 0; rater < 3; ++rater) {
      const auto& seen = operation.criteria[i].raters[rater];
      const int vote = seen && *seen <= t ? 1 : 0;
      votes.raters[rater][column] = vote;
      sum += vote;
    }
    votes.mean[column] = sum / 3.0;
  }
  return votes;
}

/// The minutes before the first clip, in whole seconds.
struct Region {
  std::int64_t begin_s = 0;
  std::int64_t end_s = 0;
};

Region region_of(const World& world, const Operation& operation) {
  Draws draws(world.seed, operation.case_key, "region");
  const auto is_it = [&](const Span& phase) { return phase.word == world.script.criteria_phase; };
  const auto& phases = operation.phases;
  const auto last = std::find_if(phases.rbegin(), phases.rend(), is_it);
  if (last == phases.rend()) return {};
  const auto wanted = static_cast<std::int64_t>(static_cast<double>(draws.between(170, 420)) * world.scale);
  const std::int64_t end = last->end / 1000;
  return {std::max(last->begin / 1000, end - std::max<std::int64_t>(2, wanted)), end};
}

void append_triple(std::string& text, const std::array<double, 3>& values) {
  text += '[';
  for (std::size_t i = 0; i < 3; ++i) {
    if (i > 0) text += ", ";
    append_float(text, values[i]);
  }
  text += ']';
}

/// vid,frame,avg_cvs,C1,C2,C3,is_ds_keyframe,three raters,mask_path,label_path
void append_metadata(std::string& text, const std::string& video, std::int64_t frame, const Votes& votes, bool is_key) {
  text += video;
  text += ',';
  append(text, frame);
  text += ",\"";
  append_triple(text, votes.mean);
  text += '"';
  for (const double value : votes.mean) {
    text += ',';
    append_float(text, value);
  }
  text += is_key ? ",True" : ",False";
  for (const auto& rater : votes.raters) {
    text += ',';
    if (!is_key) continue;
    text += "\"[";
    for (std::size_t i = 0; i < 3; ++i) {
      text += i > 0 ? ", " : "";
      append(text, rater[i]);
    }
    text += "]\"";
  }
  text += ",,\n";
}

/// The image id is the video, a zero and the frame, read as one number.
std::string image_id(const std::string& video, std::int64_t frame) {
  std::string id = video + "0";
  append(id, frame);
  return id;
}

void append_image(std::string& text, const World& world, const std::string& video, std::int64_t frame,
                  const Votes& votes, bool is_box_frame) {
  if (!text.empty()) text += ", ";
  text += "{\"file_name\": \"" + video + "_";
  append(text, frame);
  text += ".jpg\", \"height\": ";
  append(text, world.card.frame_size->height);
  text += ", \"width\": ";
  append(text, world.card.frame_size->width);
  text += ", \"id\": " + image_id(video, frame) + ", \"is_det_keyframe\": ";
  text += is_box_frame ? "true" : "false";
  text += ", \"ds\": ";
  append_triple(text, votes.mean);
  text += ", \"video_id\": " + video + ", \"frame_id\": null, \"is_ds_keyframe\": true}";
}

/// A rounded outline inside the box, as COCO writes it: x, y, x, y, ...
void append_polygon(std::string& text, const RelativeBox& box, const ImageSize& size) {
  text += "[[";
  for (int i = 0; i < kPolygonCorners; ++i) {
    const double turn = 2 * std::numbers::pi * i / kPolygonCorners;
    if (i > 0) text += ", ";
    append_rounded(text, (box.x + box.width * (0.5 + 0.5 * std::cos(turn))) * size.width, 2);
    text += ", ";
    append_rounded(text, (box.y + box.height * (0.5 + 0.5 * std::sin(turn))) * size.height, 2);
  }
  text += "]]";
}

struct Found {
  std::int64_t category = 0;
  RelativeBox box;
  std::vector<std::vector<double>> outlines;  ///< of the drawn pixels; none: the box is all there is
};

/// A patch of an organ that an instrument holds is drawn as a thing of its own; a person boxes the organ with it.
void join_patches(std::vector<Found>& found, const std::vector<bool>& is_patch) {
  std::vector<Found> joined;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!is_patch[i]) joined.push_back(found[i]);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!is_patch[i]) continue;
    Found& patch = found[i];
    const auto organ = std::find_if(joined.begin(), joined.end(),
                                    [&](const Found& other) { return other.category == patch.category; });
    if (organ == joined.end()) {
      joined.push_back(std::move(patch));
      continue;
    }
    RelativeBox& box = organ->box;
    const double x2 = std::max(box.x + box.width, patch.box.x + patch.box.width);
    const double y2 = std::max(box.y + box.height, patch.box.y + patch.box.height);
    box.x = std::min(box.x, patch.box.x);
    box.y = std::min(box.y, patch.box.y);
    box.width = x2 - box.x;
    box.height = y2 - box.y;
    for (auto& outline : patch.outlines) organ->outlines.push_back(std::move(outline));
  }
  found = std::move(joined);
}

/// What a drawn picture shows, by its visible pixels.
std::vector<Found> found_in(const RenderedFrame& frame, const Vocabulary& objects, const ImageSize& size) {
  std::vector<Found> found;
  std::vector<bool> is_patch;
  for (const RenderedObject& object : frame.objects) {
    const bool is_named = object.kind == ObjectKind::kInstrument || !object.word.empty();
    const VocabularyLabel* label = is_named ? label_of(object, objects) : nullptr;
    if (label == nullptr) continue;
    Found made{label->id,
               {object.box.x1 / size.width, object.box.y1 / size.height, object.box.width() / size.width,
                object.box.height() / size.height},
               {}};
    Image pixels(frame.instances.width, frame.instances.height, 1);
    for (std::size_t i = 0; i < pixels.values.size(); ++i) pixels.values[i] = frame.instances.values[i] == object.id;
    for (const Outline& outline : outlines_of(pixels)) {
      if (area(outline) >= kLeastOutline) made.outlines.push_back(flat(simplified(outline.outer, 0.7)));
    }
    if (made.outlines.empty()) continue;
    found.push_back(std::move(made));
    is_patch.push_back(object.kind == ObjectKind::kAnatomy && object.lane >= 0);
  }
  join_patches(found, is_patch);
  return found;
}

void append_outlines(std::string& text, const std::vector<std::vector<double>>& outlines) {
  text += '[';
  for (const auto& outline : outlines) {
    text += &outline == &outlines.front() ? "[" : ", [";
    for (std::size_t i = 0; i < outline.size(); ++i) {
      if (i > 0) text += ", ";
      append_rounded(text, outline[i], 1);
    }
    text += ']';
  }
  text += ']';
}

void append_annotation(std::string& text, const World& world, const std::string& image, std::int64_t id,
                       const Found& found, bool has_outline) {
  const ImageSize size = *world.card.frame_size;
  if (!text.empty()) text += ", ";
  text += "{\"id\": ";
  append(text, id);
  text += ", \"image_id\": " + image + ", \"category_id\": ";
  append(text, found.category);
  text += ", \"bbox\": [";
  append_rounded(text, found.box.x * size.width, 1);
  text += ", ";
  append_rounded(text, found.box.y * size.height, 1);
  text += ", ";
  append_rounded(text, found.box.width * size.width, 1);
  text += ", ";
  append_rounded(text, found.box.height * size.height, 1);
  text += "], \"area\": ";
  append_rounded(text, found.box.width * size.width * found.box.height * size.height, 1);
  text += ", \"iscrowd\": 0, \"segmentation\": ";
  if (has_outline && !found.outlines.empty())
    append_outlines(text, found.outlines);
  else if (has_outline)
    append_polygon(text, found.box, size);
  else
    text += "[]";
  text += "}";
}

/// Anatomy and tools in the picture at time t.
Result<std::vector<Found>> found_at(const World& world, const Vocabulary& objects, const Operation& operation,
                                    ActivitySweep& sweep, Milliseconds t) {
  std::vector<Found> found;
  const auto add = [&](std::string_view word, const Path& path) -> Status {
    const VocabularyLabel* label = objects.by_label(word);
    if (label == nullptr) {
      return Error{ErrorKind::kNotFound, "no object '" + std::string(word) + "'", "source card " + world.card.id.text,
                   "the invented operation needs it; add it to the card's vocabularies"};
    }
    const RelativeBox box = path.at(t);
    if (box.width > 0.01 && box.height > 0.01) found.push_back({label->id, box});
    return done();
  };
  if (span_at(operation.out_of_body, t) != nullptr) return found;
  for (const Sight& sight : operation.sights) {
    if (sight.begin <= t && t < sight.end) SURGSIGMA_CHECK(add(sight.word, sight.path));
  }
  for (const Activity* activity : sweep.at(t)) SURGSIGMA_CHECK(add(kToolWord, activity->path));
  return found;
}

std::string list_path(std::string_view part) { return std::string(part) + "_vids.txt"; }
std::string coco_path(std::string_view part) { return std::string(part) + "/annotation_coco.json"; }
std::string keyframe_path(std::string_view part) { return std::string(part) + "/annotation_ds_coco.json"; }
std::string outline_path(std::string_view part) { return std::string(part) + "_seg/annotation_coco.json"; }

/// "12" -> 1.200000000000000000e+01, as the published lists write it.
std::string scientific(int number) {
  char digits[64];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, static_cast<double>(number), std::chars_format::scientific, 18).ptr;
  return {digits, end};
}

/// Videos of the release by part, and how many of ten are drawn from it: train, val, test, train, ...
struct PartNumbers {
  std::string_view part;
  int first = 1;
  int count = 0;
  int made_up = 0;  ///< where numbers go on that the release does not have
};
constexpr std::array<PartNumbers, 3> kNumbers = {
    {{"train", 1, 120, 1000}, {"val", 121, 41, 2000}, {"test", 162, 40, 3000}}};
constexpr std::array<std::size_t, 10> kOrder = {0, 1, 2, 0, 0, 0, 0, 2, 0, 0};

/// As the release has it; nothing else decides, since its files are one per part.
std::string_view part_of(int number) {
  for (const PartNumbers& numbers : kNumbers) {
    const bool is_official = number >= numbers.first && number < numbers.first + numbers.count;
    const bool is_made_up = number > numbers.made_up && number <= numbers.made_up + 1000;
    if (is_official || is_made_up) return numbers.part;
  }
  return kNumbers.front().part;
}

/// The 201 numbers of the release in the order they are drawn; where a part is used up, the next one with room steps
/// in.
std::vector<int> official_numbers() {
  std::array<int, kNumbers.size()> used{};
  std::vector<int> numbers;
  const auto has_room = [&](std::size_t part) { return used[part] < kNumbers[part].count; };
  for (std::size_t place = 0;; ++place) {
    std::size_t part = kOrder[place % kOrder.size()];
    for (std::size_t other = 0; other < kNumbers.size() && !has_room(part); ++other) part = other;
    if (!has_room(part)) return numbers;
    numbers.push_back(kNumbers[part].first + used[part]++);
  }
}

}  // namespace

int endoscapes_number(int place) {
  static const std::vector<int> official = official_numbers();
  if (place <= static_cast<int>(official.size())) return official[static_cast<std::size_t>(place - 1)];
  const int beyond = place - static_cast<int>(official.size()) - 1;  // from 0
  const auto begin = kOrder.begin();
  const auto here = begin + beyond % static_cast<int>(kOrder.size());
  const auto share = static_cast<int>(std::count(begin, kOrder.end(), *here));
  const int before =
      beyond / static_cast<int>(kOrder.size()) * share + static_cast<int>(std::count(begin, here, *here));
  return kNumbers[*here].made_up + before + 1;
}

Result<VideoFiles> write_endoscapes(const World& world, VideoNumber video) {
  const std::string name = std::to_string(video.number);
  SURGSIGMA_TRY(operation, operation_of(world, std::to_string(video.operation)));
  SURGSIGMA_TRY(objects, vocabulary_of(world.card, "objects"));
  if (!world.card.frame_size) {
    return Error{ErrorKind::kNotFound, "no frame_size", "source card " + world.card.id.text, "boxes need it"};
  }
  const std::string_view part = part_of(video.number);
  const bool has_outline = video.number % 4 == 1;
  const std::int64_t rate = world.card.frame_rate.num / world.card.frame_rate.den;
  const Region region = region_of(world, operation);

  Piece metadata{"all_metadata.csv", "metadata", 0, "", 0};
  Piece images{coco_path(part), "object", 0, "", 0};
  Piece boxes{coco_path(part), "object", 0, "", 1};
  Piece outlines{outline_path(part), "segmentation", 0, "", 1};
  Piece keyframes{keyframe_path(part), "criteria_json", 0, "", 0};
  std::optional<Renderer> renderer;
  RenderedFrame drawn;
  if (world.has_pixels) {
    SURGSIGMA_TRY(key, case_key_of(world.card, std::to_string(video.operation)));
    SURGSIGMA_TRY(made, renderer_of(world, key, operation));
    renderer = std::move(made);
  }
  ActivitySweep sweep(operation.activities);
  Votes votes;
  for (std::int64_t second = region.begin_s; second < region.end_s; ++second) {
    const std::int64_t elapsed = second - region.begin_s;
    const std::int64_t frame = second * rate;
    const bool is_key = elapsed % kKeyframeSeconds == 0;
    if (is_key) votes = votes_at(world.script, operation, second * 1000);
    append_metadata(metadata.text, name, frame, votes, is_key);
    ++metadata.rows;
    const bool is_box_frame = elapsed % kBoxSeconds == 0;
    if (is_key) {
      append_image(keyframes.text, world, name, frame, votes, is_box_frame);
      ++keyframes.rows;
    }
    if (!is_box_frame) continue;
    append_image(images.text, world, name, frame, votes, true);
    ++images.rows;
    SURGSIGMA_TRY(scripted, found_at(world, *objects, operation, sweep, second * 1000));
    std::vector<Found> found = std::move(scripted);
    if (renderer) {
      renderer->render(frame, drawn);
      found = found_in(drawn, *objects, *world.card.frame_size);
    }
    for (const Found& object : found) {
      const std::int64_t id = video.number * std::int64_t{100000} + boxes.rows + 1;
      append_annotation(boxes.text, world, image_id(name, frame), id, object, false);
      ++boxes.rows;
      if (!has_outline) continue;
      append_annotation(outlines.text, world, image_id(name, frame), id, object, true);
      ++outlines.rows;
    }
  }

  VideoFiles files;
  files.seconds = region.end_s - region.begin_s;
  files.pieces.push_back(std::move(metadata));
  if (has_outline) {
    files.pieces.push_back({outline_path(part), "segmentation", images.rows, images.text, 0});
    files.pieces.push_back(std::move(outlines));
  }
  files.pieces.push_back(std::move(images));
  files.pieces.push_back(std::move(boxes));
  files.pieces.push_back(std::move(keyframes));
  files.pieces.push_back({list_path(part), "video_list", 1, scientific(video.number) + "\n", 0});
  return files;
}

Result<std::vector<SharedFile>> endoscapes_shared(const World& world) {
  SURGSIGMA_TRY(objects, vocabulary_of(world.card, "objects"));
  std::string tail = "], \"categories\": [";
  for (const VocabularyLabel& label : objects->labels) {
    tail += &label == &objects->labels.front() ? "" : ", ";
    tail += "{\"id\": " + std::to_string(label.id) + ", \"name\": ";
    append_json(tail, label.label);
    tail += ", \"supercategory\": \"object\"}";
  }
  tail += "]}";
  std::vector<SharedFile> files;
  files.push_back({"all_metadata.csv", "metadata", {std::string(kHeader), ""}, ""});
  for (const std::string_view part : kParts) {
    files.push_back({coco_path(part), "object", {"{\"images\": [", "], \"annotations\": [", tail}, ", "});
    files.push_back({outline_path(part), "segmentation", {"{\"images\": [", "], \"annotations\": [", tail}, ", "});
    files.push_back(
        {keyframe_path(part), "criteria_json", {"{\"images\": [", "], \"annotations\": []" + tail.substr(1)}, ", "});
    files.push_back({list_path(part), "video_list", {"", ""}, ""});
  }
  return files;
}

Result<std::vector<Piece>> endoscapes_companions(const World& world) {
  SURGSIGMA_TRY(objects, vocabulary_of(world.card, "objects"));
  Piece map{"seg_label_map.txt", "label_map", 1, "0 background\n"};
  for (const VocabularyLabel& label : objects->labels) {
    map.text += std::to_string(label.id) + " " + label.label + "\n";
    ++map.rows;
  }
  return std::vector<Piece>{std::move(map)};
}

}  // namespace surgsigma
