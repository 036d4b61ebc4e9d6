#include "surgsigma/dialogue/talk.h"

#include <algorithm>
#include <utility>

#include "surgsigma/base/hash.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 4> kFrameWords = {"image", "frame", "picture", "surgical image"};
constexpr std::array<std::string_view, 4> kClipWords = {"clip", "video clip", "video", "sequence"};

struct OptionStyle {
  std::string_view before;
  std::string_view after;
};
constexpr std::array<OptionStyle, 3> kOptionStyles = {{{"", ". "}, {"", ") "}, {"(", ") "}}};

int rank(Origin origin) {
  switch (origin) {
    case Origin::kHuman:
      return 0;
    case Origin::kDerived:
      return 1;
    case Origin::kForeign:
      return 2;
    case Origin::kModel:
      return 3;
    case Origin::kSimulated:
      return 4;
  }
  return 0;
}

void sort_unique(std::vector<std::int64_t>& items) {
  if (!std::is_sorted(items.begin(), items.end())) std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

void append_part(std::string_view part, std::string& out) {
  out += part;
  out += '\x1f';
}

}  // namespace

void Talk::begin(const ContextRow& context, std::string_view purpose, Form form) {
  context_ = &context;
  draws_ = Draws(plan().options.seed, context.context_id, purpose);
  row_ = {};
  answer_ = {};
  yes_.reset();
  key_.clear();
  row_.form = form;
  row_.subject = context.subject;
  row_.begin_us = context.begin_us;
  row_.end_us = context.end_us;
  row_.turns.reserve(2);
  new_round();
}

void Talk::new_round() {
  slots_.clear();
  const auto& words = context_->subject == Subject::kFrame ? kFrameWords : kClipWords;
  slots_.text(Slot::kSubject, words[draws_.below(words.size())]);
  if (video_.procedure != kNoConcept) slots_.concept_is(Slot::kProcedure, video_.procedure);
}

void Talk::note_template(const TemplateGroup& group, char letter, int number, bool begins) {
  std::string& note = row_.templates;
  if (!note.empty()) note += begins ? ';' : '/';
  note += group.name;
  note += '.';
  note += letter;
  if (number < 10) note += '0';
  note += std::to_string(number);
}

bool Talk::ask(const TemplateGroup& group) {
  const Chosen question = group.questions.choose(slots_, lexicon(), draws_);
  if (question.sentence == nullptr) return false;
  note_template(group, 'q', question.number, true);
  question.sentence->render(slots_, lexicon(), row_.turns.emplace_back());
  return true;
}

bool Talk::say(const TemplateGroup& group, const TemplateList& list, char letter, SlotSet wanted) {
  const Chosen chosen =
      wanted == 0 ? list.choose(slots_, lexicon(), draws_) : list.choose_fullest(slots_, wanted, lexicon(), draws_);
  if (chosen.sentence == nullptr) return false;
  std::string& text = row_.turns.back();
  if (!text.empty()) text += ' ';
  chosen.sentence->render(slots_, lexicon(), text);
  note_template(group, letter, chosen.number, false);
  return true;
}

bool Talk::round(const TemplateGroup& asking, const TemplateList& questions, const TemplateGroup& saying,
                 const TemplateList& answers, char letter) {
  const Chosen question = questions.choose(slots_, lexicon(), draws_);
  const Chosen reply = answers.choose(slots_, lexicon(), draws_);
  if (question.sentence == nullptr || reply.sentence == nullptr) return false;
  note_template(asking, 'q', question.number, true);
  note_template(saying, letter, reply.number, false);
  buffer_.clear();
  question.sentence->render(slots_, lexicon(), buffer_);
  row_.turns.push_back(buffer_);
  buffer_.clear();
  reply.sentence->render(slots_, lexicon(), buffer_);
  row_.turns.push_back(buffer_);
  return true;
}

bool Talk::yes_no_round(const TemplateGroup& group, bool is_yes) {
  if (!round(group, group.questions, group, is_yes ? group.yes : group.no, is_yes ? 'y' : 'n')) return false;
  yes_ = is_yes;
  row_.answer_class = is_yes ? "yes" : "no";
  return true;
}

bool Talk::choice_round(const TemplateGroup& group, std::string right, std::vector<std::string> wrong) {
  const std::size_t place = draws_.below(wrong.size() + 1);
  draws_.shuffle(wrong);
  const OptionStyle& style = kOptionStyles[draws_.below(kOptionStyles.size())];
  key_.assign(1, static_cast<char>('A' + place));
  slots_.text(Slot::kKey, key_);
  slots_.text(Slot::kOption, right);
  if (!round(group)) {
    key_.clear();
    return false;
  }
  row_.options = std::move(wrong);
  row_.options.insert(row_.options.begin() + static_cast<std::ptrdiff_t>(place), std::move(right));
  std::string& question = row_.turns[row_.turns.size() - 2];
  char letter = 'A';
  for (const auto& option : row_.options) {
    question += '\n';
    question += style.before;
    question += letter++;
    question += style.after;
    question += option;
  }
  return true;
}

std::size_t Talk::add_box(const SeenBox& box, std::string_view label) {
  row_.boxes.insert(row_.boxes.end(), {box.box.x1, box.box.y1, box.box.x2, box.box.y2});
  row_.box_labels.emplace_back(label);
  cite(box.ordinal);
  return row_.box_labels.size() - 1;
}

ConversationRow Talk::finish(TextTask task, std::string_view reasoning_id) {
  const VideoRow& video = video_.video;
  row_.task = kTextTaskIds[static_cast<std::size_t>(task)];
  row_.source_id = video.source_id;
  row_.video_id = video.video_id;
  row_.case_id = video.case_id;
  row_.context_id = context_->context_id;
  row_.reasoning_id = reasoning_id;
  if (!row_.width && context_->width) row_.width = context_->width;
  if (!row_.height && context_->height) row_.height = context_->height;
  if (row_.media.empty()) {
    const std::string& medium = context_->media.empty() ? video.media : context_->media;
    if (!medium.empty()) row_.media.push_back(medium);
  }
  append_json(answer_, row_.answer);
  sort_unique(row_.ordinals);
  for (const std::int64_t ordinal : row_.ordinals) {
    const Record* record = video_.facts.find(ordinal);
    if (record != nullptr && rank(record->row->origin) > rank(row_.origin)) row_.origin = record->row->origin;
  }
  buffer_.clear();
  append_part(row_.task, buffer_);
  append_part(row_.context_id, buffer_);
  append_part(std::to_string(row_.begin_us), buffer_);
  append_part(std::to_string(row_.end_us), buffer_);
  for (const auto& turn : row_.turns) append_part(turn, buffer_);
  append_part(row_.answer, buffer_);
  row_.conversation_id = hex64(hash64(buffer_));
  return std::move(row_);
}

}  // namespace surgsigma
