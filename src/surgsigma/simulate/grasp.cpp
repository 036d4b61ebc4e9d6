// GraSP: one COCO file per part with a phase and step per second (long-term), one with boxes, masks and actions on
// keyframes 35 seconds apart (short-term). Pictures are numbered at 30 per second throughout.
#include <algorithm>
#include <array>
#include <cmath>

#include "surgsigma/simulate/layout.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 2> kParts = {"train", "test"};
constexpr std::int64_t kKeyframeSeconds = 35;
constexpr double kSecondActionChance = 0.2;
constexpr std::string_view kRateTable = "1fps_to_30fps_association.json";

std::string file_of(std::string_view term, std::string_view part) {
  return "GraSP_30fps/annotations/grasp_" + std::string(term) + "-term_" + std::string(part) + ".json";
}

/// COCO's packed run lengths: differences to the run before last, five bits a character.
std::string packed(const std::vector<std::int64_t>& runs) {
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::int64_t value = i > 2 ? runs[i] - runs[i - 2] : runs[i];
    bool is_more = true;
    while (is_more) {
      std::int64_t bits = value & 0x1f;
      value >>= 5;
      is_more = (bits & 0x10) != 0 ? value != -1 : value != 0;
      if (is_more) bits |= 0x20;
      text += static_cast<char>(bits + 48);
    }
  }
  return text;
}

/// An upright ellipse as runs down the columns, with the box that encloses it exactly.
struct Blob {
  std::int64_t x = 0, y = 0, width = 0, height = 0, area = 0;
  std::vector<std::int64_t> runs;
};

Blob blob_in(const RelativeBox& box, ImageSize size) {
  const double center_x = (box.x + box.width / 2) * size.width;
  const double center_y = (box.y + box.height / 2) * size.height;
  const double radius_x = box.width / 2 * size.width;
  const double radius_y = box.height / 2 * size.height;
  Blob blob;
  std::int64_t left = size.width, right = -1, top = size.height, bottom = -1;
  std::int64_t at = 0;  // pixels told so far, column by column
  for (std::int64_t x = 0; x < size.width; ++x) {
    const double offset = (static_cast<double>(x) + 0.5 - center_x) / std::max(radius_x, 1e-9);
    if (std::abs(offset) >= 1) continue;
    const double half = radius_y * std::sqrt(1 - offset * offset);
    const auto begin = std::max<std::int64_t>(0, std::llround(center_y - half));
    const auto end = std::min<std::int64_t>(size.height, std::llround(center_y + half));
    if (end <= begin) continue;
    blob.runs.push_back(x * size.height + begin - at);
    blob.runs.push_back(end - begin);
    at = x * size.height + end;
    blob.area += end - begin;
    left = std::min(left, x);
    right = std::max(right, x + 1);
    top = std::min(top, begin);
    bottom = std::max(bottom, end);
  }
  // A run of no pixels between columns that touch says the same in one run.
  std::vector<std::int64_t> joined;
  for (std::size_t i = 0; i + 1 < blob.runs.size(); i += 2) {
    if (i > 0 && blob.runs[i] == 0)
      joined.back() += blob.runs[i + 1];
    else
      joined.insert(joined.end(), {blob.runs[i], blob.runs[i + 1]});
  }
  joined.push_back(static_cast<std::int64_t>(size.width) * size.height - at);
  blob.runs = std::move(joined);
  if (right > left) {
    blob.x = left;
    blob.y = top;
    blob.width = right - left;
    blob.height = bottom - top;
  }
  return blob;
}

struct Words {
  const Vocabulary* instruments = nullptr;
  const Vocabulary* verbs = nullptr;
  WordMap phases;
  WordMap steps;
};

Result<Words> words_of(const World& world) {
  SURGSIGMA_TRY(instruments, vocabulary_of(world.card, "instruments"));
  SURGSIGMA_TRY(verbs, vocabulary_of(world.card, "verbs"));
  SURGSIGMA_TRY(phases, words_for(world, "phases", "phases"));
  SURGSIGMA_TRY(steps, words_for(world, "steps", "steps"));
  return Words{instruments, verbs, std::move(phases), std::move(steps)};
}

void append_image(std::string& text, const World& world, std::int64_t id, const std::string& name, std::int64_t frame) {
  if (!text.empty()) text += ", ";
  text += "{\"id\": ";
  append(text, id);
  text += ", \"file_name\": \"" + name + "/";
  append_padded(text, frame, 9);
  text += ".jpg\", \"width\": ";
  append(text, world.card.frame_size->width);
  text += ", \"height\": ";
  append(text, world.card.frame_size->height);
  text += ", \"video_name\": \"" + name + "\", \"frame_num\": ";
  append(text, frame);
  text += "}";
}

void append_start(std::string& text, std::int64_t id, std::int64_t image) {
  if (!text.empty()) text += ", ";
  text += "{\"id\": ";
  append(text, id);
  text += ", \"image_id\": ";
  append(text, image);
}

void append_moment(std::string& text, std::int64_t phase, std::int64_t step) {
  text += ", \"phases\": ";
  append(text, phase);
  text += ", \"steps\": ";
  append(text, step);
  text += "}";
}

/// One instrument with its box, mask and one or two actions; false when it is hardly in the picture.
bool append_instance(std::string& text, const World& world, std::int64_t instrument,
                     const std::vector<std::int64_t>& actions, const RelativeBox& box) {
  const ImageSize size = *world.card.frame_size;
  const Blob blob = blob_in(box, size);
  if (blob.area < 100) return false;
  text += ", \"category_id\": ";
  append(text, instrument);
  text += ", \"bbox\": [";
  for (const std::int64_t value : {blob.x, blob.y, blob.width}) {
    append(text, value);
    text += ", ";
  }
  append(text, blob.height);
  text += "], \"area\": ";
  append(text, blob.area);
  text += ", \"iscrowd\": 0, \"segmentation\": {\"size\": [";
  append(text, size.height);
  text += ", ";
  append(text, size.width);
  text += "], \"counts\": ";
  append_json(text, packed(blob.runs));
  text += "}, \"actions\": [";
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (i > 0) text += ", ";
    append(text, actions[i]);
  }
  text += "]";
  return true;
}

/// Cases of the release, its two parts in turn.
constexpr std::array<int, 13> kCases = {1, 41, 2, 47, 3, 50, 4, 51, 7, 53, 14, 15, 21};
constexpr int kFirstTestCase = 41;
constexpr int kFirstMadeUp = 100;

}  // namespace

int grasp_number(int place) {
  const auto index = static_cast<std::size_t>(place - 1);
  return index < kCases.size() ? kCases[index] : kFirstMadeUp + place;
}

std::string grasp_name(int number) {
  std::string name = "CASE";
  append_padded(name, number, 3);
  return name;
}

Result<VideoFiles> write_grasp(const World& world, VideoNumber video) {
  const std::string name = grasp_name(video.number);
  SURGSIGMA_TRY(operation, operation_of(world, grasp_name(video.operation)));
  SURGSIGMA_TRY(words, words_of(world));
  if (!world.card.frame_size) {
    return Error{ErrorKind::kNotFound, "no frame_size", "source card " + world.card.id.text, "boxes need it"};
  }
  const bool is_official = video.number < kFirstMadeUp;
  const bool is_test = is_official ? video.number >= kFirstTestCase : video.number % 2 == 0;
  const std::string_view part = kParts[is_test ? 1 : 0];
  const std::int64_t rate = world.card.frame_rate.num / world.card.frame_rate.den;
  const std::int64_t first_id = video.number * std::int64_t{1'000'000};
  const std::int64_t seconds = operation.end / 1000;

  Piece images{file_of("long", part), "second", 0, "", 0};
  Piece moments{file_of("long", part), "second", 0, "", 1};
  Piece key_images{file_of("short", part), "keyframe", 0, "", 0};
  Piece instances{file_of("short", part), "keyframe", 0, "", 1};
  Piece table{std::string(kRateTable), "rate_table", 0, "", 0};
  ActivitySweep activities(operation.activities);
  SpanSweep phases(operation.phases);
  SpanSweep steps(operation.steps);
  Draws draws(world.seed, operation.case_key, "second actions");
  std::int64_t next_instance = first_id;
  for (std::int64_t second = 0; second < seconds; ++second) {
    const std::int64_t image = first_id + second;
    SURGSIGMA_TRY(phase, label_for(world, words.phases, phases.at(second * 1000)->word));
    SURGSIGMA_TRY(step, label_for(world, words.steps, steps.at(second * 1000)->word));
    append_image(images.text, world, image, name, second * rate);
    append_start(moments.text, image, image);
    append_moment(moments.text, phase->id, step->id);
    ++moments.rows;
    table.text += table.text.empty() ? "\"" : ", \"";
    table.text += name + "/";
    append_padded(table.text, second, 5);
    table.text += ".jpg\": \"" + name + "/";
    append_padded(table.text, second * rate, 9);
    table.text += ".jpg\"";
    ++table.rows;

    const auto& on = activities.at(second * 1000);
    if (second % kKeyframeSeconds != 0) continue;
    append_image(key_images.text, world, image, name, second * rate);
    const std::int64_t first_of_image = next_instance;
    for (const Activity* activity : on) {
      const VocabularyLabel* instrument = words.instruments->by_label(activity->instrument);
      const VocabularyLabel* verb = words.verbs->by_label(activity->verb);
      if (instrument == nullptr || verb == nullptr) {
        return Error{ErrorKind::kNotFound,
                     "no label for " + std::string(activity->instrument) + ", " + std::string(activity->verb),
                     "source card " + world.card.id.text, "add it to the card's vocabularies"};
      }
      std::vector<std::int64_t> actions = {verb->id};
      const VocabularyLabel& other = words.verbs->labels[draws.below(words.verbs->labels.size())];
      const bool has_second = draws.chance(kSecondActionChance);
      if (has_second && other.id != verb->id && verb->state != LabelState::kIdle && other.state != LabelState::kIdle) {
        actions.push_back(other.id);
      }
      std::string text;
      append_start(text, next_instance, image);
      if (!append_instance(text, world, instrument->id, actions, activity->path.at(second * 1000))) continue;
      append_moment(text, phase->id, step->id);
      if (!instances.text.empty()) instances.text += ", ";
      instances.text += text;
      ++instances.rows;
      ++next_instance;
    }
    if (next_instance == first_of_image) ++instances.rows;  // a picture without instruments says so by itself
  }
  VideoFiles files;
  files.seconds = seconds;
  for (Piece* piece : {&images, &moments, &key_images, &instances, &table}) files.pieces.push_back(std::move(*piece));
  return files;
}

Result<std::vector<SharedFile>> grasp_shared(const World& world) {
  SURGSIGMA_TRY(words, words_of(world));
  SURGSIGMA_TRY(phases, vocabulary_of(world.card, "phases"));
  SURGSIGMA_TRY(steps, vocabulary_of(world.card, "steps"));
  const auto list = [](std::string& text, std::string_view name, const Vocabulary& vocabulary) {
    append_json(text, name);
    text += ": [";
    for (const VocabularyLabel& label : vocabulary.labels) {
      text += &label == &vocabulary.labels.front() ? "" : ", ";
      text += "{\"id\": " + std::to_string(label.id) + ", \"name\": ";
      append_json(text, label.label);
      text += "}";
    }
    text += "], ";
  };
  std::string long_head = "{\"info\": {\"description\": \"invented by surgsigma simulate, not real data\"}, ";
  list(long_head, "phases_categories", *phases);
  list(long_head, "steps_categories", *steps);
  std::string short_head = long_head;
  list(short_head, "categories", *words.instruments);
  list(short_head, "actions_categories", *words.verbs);
  std::vector<SharedFile> files;
  for (const std::string_view part : kParts) {
    files.push_back(
        {file_of("long", part), "second", {long_head + "\"images\": [", "], \"annotations\": [", "]}"}, ", "});
    files.push_back(
        {file_of("short", part), "keyframe", {short_head + "\"images\": [", "], \"annotations\": [", "]}"}, ", "});
  }
  files.push_back({std::string(kRateTable), "rate_table", {"{", "}"}, ", "});
  return files;
}

}  // namespace surgsigma
