#include "surgsigma/export/builder.h"

#include <algorithm>
#include <cstring>

#include "surgsigma/base/base64.h"
#include "surgsigma/base/files.h"
#include "surgsigma/export/json_text.h"
#include "surgsigma/export/media_store.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {
namespace {

/// Places of the columns in the query.
enum Column : std::size_t {
  kId,
  kTask,
  kVideo,
  kCase,
  kSubject,
  kBegin,
  kEnd,
  kTurns,
  kBoxes,
  kBoxLabels,
  kWidth,
  kHeight,
  kMedia,
  kReasoning,
  kAnswer,
  kForm,
  kOptions,
  kOrigin,
};

void read_texts(const ColumnView& column, std::size_t row, std::vector<std::string_view>& out) {
  const ListEntry entry = static_cast<const ListEntry*>(column.data)[row];
  out.clear();
  for (std::uint64_t i = 0; i < entry.length; ++i) out.push_back(text_at(column.child, entry.offset + i));
}

int read_size(const ColumnView& column, std::size_t row) {
  return detail::is_valid(column.validity, row) ? static_cast<const std::int32_t*>(column.data)[row] : 0;
}

constexpr std::string_view kBlanks = " \t\r\n";

bool is_blank(std::string_view text) { return text.find_first_not_of(kBlanks) == std::string_view::npos; }

}  // namespace

std::string conversation_columns(bool has_metadata, bool has_answer) {
  const auto wanted = [](bool is_wanted, const char* column, const char* otherwise) {
    return std::string(", ") + (is_wanted ? column : otherwise);
  };
  return "conversation_id, task, video_id, case_id, subject, begin_us, end_us, turns, boxes, box_labels, width, "
         "height, "
         "media, reasoning_id" +
         wanted(has_metadata || has_answer, "answer", "''") + wanted(has_metadata, "form", "''") +
         wanted(has_metadata, "options", "[]::VARCHAR[]") + wanted(has_metadata, "origin", "''");
}

void ConversationView::read(const std::vector<ColumnView>& columns, std::size_t row) {
  const auto text = [&](Column column) { return text_at(columns[column].data, row); };
  const auto number = [&](Column column) { return static_cast<const std::int64_t*>(columns[column].data)[row]; };
  id = text(kId);
  task = text(kTask);
  video = text(kVideo);
  case_id = text(kCase);
  is_clip = text(kSubject) == word(Subject::kClip);
  begin_us = number(kBegin);
  end_us = number(kEnd);
  read_texts(columns[kTurns], row, turns);
  read_texts(columns[kBoxLabels], row, box_labels);
  read_texts(columns[kMedia], row, media);
  read_texts(columns[kOptions], row, options);
  reasoning_id = text(kReasoning);
  answer = text(kAnswer);
  form = text(kForm);
  origin = text(kOrigin);
  size = {read_size(columns[kWidth], row), read_size(columns[kHeight], row)};
  const ListEntry entry = static_cast<const ListEntry*>(columns[kBoxes].data)[row];
  const double* corners = static_cast<const double*>(columns[kBoxes].child) + entry.offset;
  boxes.clear();
  for (std::uint64_t i = 0; i + 4 <= entry.length; i += 4) {
    boxes.push_back({corners[i], corners[i + 1], corners[i + 2], corners[i + 3]});
  }
  has_broken_boxes = entry.length % 4 != 0;
}

SampleBuilder::SampleBuilder(const BuildRules& rules, SourceOfRows source)
    : rules_(rules), source_(std::move(source)), answers_(*rules.ontology) {}

Refusal SampleBuilder::build(const ConversationView& row, std::string_view part) {
  name_recording(row);
  sample_.id = row.id;
  sample_.task = row.task;
  sample_.source = source_.id;
  sample_.video = shown_video_;
  sample_.case_id = shown_case_;
  sample_.centre = shown_centre_;
  sample_.part = part;
  sample_.form = row.form;
  sample_.origin = row.origin;
  sample_.licence = source_.licence;
  sample_.is_simulated = source_.is_simulated;
  sample_.begin_us = row.begin_us;
  sample_.end_us = row.end_us;
  sample_.answer = row.answer;
  sample_.box_labels = row.box_labels;
  if (const Refusal why = take_texts(row); !why.empty()) return why;
  const Refusal no_media = take_media(row);
  if (rules_.written != nullptr && !no_media.empty()) return no_media;
  take_frame_size(row);
  if (const Refusal why = take_boxes(row); !why.empty()) return why;
  return no_media;
}

void SampleBuilder::name_recording(const ConversationView& row) {
  if (row.video == named_video_ && row.case_id == named_case_) return;
  named_video_ = row.video;
  named_case_ = row.case_id;
  shown_video_ = rules_.privacy->shown_video(source_.id, row.video);
  shown_case_ = rules_.privacy->shown_case(source_.id, row.case_id);
  shown_centre_ = rules_.privacy->shown_centre(source_.id, row.case_id);
}

Refusal SampleBuilder::take_texts(const ConversationView& row) {
  if (row.turns.empty() || row.turns.size() % 2 != 0) return refusal::kBadTurns;
  for (const std::string_view turn : row.turns) {
    if (is_blank(turn)) return refusal::kBadTurns;
    if (!reserved_word(turn).empty()) return refusal::kReservedWord;
  }
  for (const std::string_view label : row.box_labels) {
    if (!reserved_word(label).empty()) return refusal::kReservedWord;
  }
  sample_.turns = row.turns;
  sample_.options = row.options;
  return {};
}

Refusal SampleBuilder::take_boxes(const ConversationView& row) {
  if (row.has_broken_boxes) return refusal::kUnknownBox;
  sample_.names_boxes = false;
  sample_.box_texts.resize(row.boxes.size());
  sample_.pixels.resize(row.boxes.size());
  for (std::string& text : sample_.box_texts) text.clear();
  const std::size_t written = row.turns.size() - (rules_.format->has_solution ? 1 : 0);
  for (std::size_t i = 0; i < row.turns.size(); ++i) {
    bool names_box = false;
    if (const Refusal why = take_boxes_of(row.turns[i], row, names_box); !why.empty()) return why;
    sample_.names_boxes |= names_box && i < written;
  }
  for (const std::string_view option : row.options) {
    bool names_box = false;
    if (const Refusal why = take_boxes_of(option, row, names_box); !why.empty()) return why;
  }
  return {};
}

Refusal SampleBuilder::take_boxes_of(std::string_view text, const ConversationView& row, bool& names_box) {
  std::size_t at = 0;
  for (BoxPlace place; find_box_place(text, at, place); at = place.end) {
    if (const Refusal why = take_box(row, place.box); !why.empty()) return why;
    names_box = true;
  }
  return {};
}

Refusal SampleBuilder::take_box(const ConversationView& row, std::size_t index) {
  if (index >= row.boxes.size()) return refusal::kUnknownBox;
  std::string& text = sample_.box_texts[index];
  if (!text.empty()) return {};
  const bool has_size = frame_size_.width > 0 && frame_size_.height > 0;
  if (rules_.profile->needs_size && !has_size) return refusal::kNoFrameSize;
  Box box = row.boxes[index];
  box = {box.x1 * x_scale_, box.y1 * y_scale_, box.x2 * x_scale_, box.y2 * y_scale_};
  if (rules_.format->has_own_boxes) {
    const auto corners = pixel_corners(box, frame_size_);
    if (!corners) return refusal::kBoxWithoutArea;
    sample_.pixels[index] = *corners;
  }
  return rules_.profile->append(box, frame_size_, rules_.limits, text) ? Refusal() : refusal::kBoxWithoutArea;
}

/// Boxes are in the labels' geometry, which the true picture need not have, and the written one may be smaller still.
void SampleBuilder::take_frame_size(const ConversationView& row) {
  frame_size_ = row.size;
  x_scale_ = y_scale_ = 1;
  has_scaled_geometry_ = false;
  sample_.size = frame_size_;
  if (rules_.written == nullptr || written_.empty() || !media_refusal_.empty()) return;
  const WrittenMedium& medium = *written_.front();
  const bool has_size = row.size.width > 0 && row.size.height > 0;
  const ImageSize labels = has_size ? row.size : medium.true_size;
  frame_size_ = medium.size;
  sample_.size = frame_size_;
  x_scale_ = static_cast<double>(medium.scaled.width) / labels.width;
  y_scale_ = static_cast<double>(medium.scaled.height) / labels.height;
  has_scaled_geometry_ = labels != medium.true_size && !row.boxes.empty();
}

bool SampleBuilder::shows_the_same(const ConversationView& row) const {
  return row.begin_us == last_begin_us_ && row.end_us == last_end_us_ && row.is_clip == was_clip_ &&
         row.video == last_video_ &&
         std::equal(row.media.begin(), row.media.end(), last_listed_.begin(), last_listed_.end());
}

Refusal SampleBuilder::take_media(const ConversationView& row) {
  if (shows_the_same(row)) return media_refusal_;
  last_begin_us_ = row.begin_us;
  last_end_us_ = row.end_us;
  was_clip_ = row.is_clip;
  last_video_ = row.video;
  last_listed_.assign(row.media.begin(), row.media.end());
  ++media_number_;
  media_refusal_ = name_media(row);
  return media_refusal_;
}

Refusal SampleBuilder::name_media(const ConversationView& row) {
  const MediaQuestion question{source_.id, row.video, row.is_clip, row.begin_us, row.end_us, &row.media};
  written_.clear();
  if (!rules_.names->name(question, shown_)) {
    shown_.items.clear();
    return refusal::kNoMedia;
  }
  sample_.is_video = shown_.is_video;
  sample_.media.resize(shown_.items.size());
  if (rules_.written != nullptr) {
    if (const Refusal why = name_written(); !why.empty()) return why;
  } else {
    for (std::size_t i = 0; i < shown_.items.size(); ++i) {
      std::string place = rules_.has_absolute_media ? rules_.places->place(shown_.items[i]) : std::string();
      if (place.empty()) {
        sample_.media[i].assign("media/").append(shown_.items[i].path);
      } else {
        sample_.media[i] = std::move(place);
      }
    }
  }
  if (rules_.format->embeds_pictures && !sample_.is_video) load_pictures();
  return {};
}

std::string SampleBuilder::written_name(const WrittenMedium& medium) const {
  std::string name = medium_name(medium.content, medium.ending);
  return rules_.has_absolute_media ? (rules_.final_folder / name).native() : name;
}

Refusal SampleBuilder::name_written() {
  sample_.frame_lists.clear();
  for (std::size_t i = 0; i < shown_.items.size(); ++i) {
    const MediumKey key = medium_key(shown_.items[i], shown_.is_video, last_begin_us_, last_end_us_);
    const WrittenMedium* medium = rules_.written->find(key);
    written_.push_back(medium);
    if (medium == nullptr) return refusal::kMissingMedia;
    if (medium->state == MediumState::kMissing) return refusal::kMissingMedia;
    if (medium->state == MediumState::kHidden) return refusal::kHiddenMedia;
    if (!medium->is_there()) return refusal::kUnreadableMedia;
    const std::vector<MediumKey>* list = rules_.written->list(key);
    if (list == nullptr) {
      sample_.media[i] = written_name(*medium);
      continue;
    }
    std::vector<std::string> names;
    for (const MediumKey picture : *list) names.push_back(written_name(*rules_.written->find(picture)));
    sample_.media[i] = names.front();
    sample_.frame_lists.push_back(std::move(names));
  }
  return {};
}

void SampleBuilder::load_pictures() {
  sample_.pictures.resize(shown_.items.size());
  for (std::size_t i = 0; i < shown_.items.size(); ++i) {
    const std::string path =
        rules_.written != nullptr
            ? (rules_.written_folder / medium_name(written_[i]->content, written_[i]->ending)).native()
            : rules_.places->place(shown_.items[i]);
    if (path != last_picture_) {
      last_picture_ = path;
      last_bytes_.clear();
      const auto bytes = path.empty() || !is_picture(path) ? Result<std::string>(std::string()) : read_file(path);
      if (bytes.ok()) last_bytes_ = base64(*bytes);
    }
    sample_.pictures[i] = last_bytes_;
  }
}

Refusal SampleBuilder::label_of(const ConversationView& row, std::string_view& label) {
  BoxPlace place;
  if (find_box_place(row.turns.back(), 0, place)) {
    label = row.turns.back();
    return {};
  }
  const std::string* plain = answers_.find(row.answer);
  if (plain == nullptr || is_blank(*plain)) return refusal::kBadAnswer;
  if (!reserved_word(*plain).empty()) return refusal::kReservedWord;
  label = *plain;
  return {};
}

Refusal SampleBuilder::think(const ConversationView& row, std::string_view thought) {
  if (!reserved_word(thought).empty()) return refusal::kReservedWord;
  std::string_view label;
  if (rules_.thought.has_answer_tags) {
    if (const Refusal why = label_of(row, label); !why.empty()) return why;
  }
  write_thinking(thought, row.turns.back(), label, rules_.thought, last_turn_);
  sample_.turns.back() = last_turn_;
  return {};
}

Refusal SampleBuilder::solve(const ConversationView& row) {
  std::string_view label;
  if (const Refusal why = label_of(row, label); !why.empty()) return why;
  sample_.solution = label;
  return {};
}

std::size_t SampleBuilder::characters() const {
  std::size_t count = 0;
  for (const std::string_view turn : sample_.turns) count += turn.size();
  return count;
}

}  // namespace surgsigma
