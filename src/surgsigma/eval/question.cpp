#include "surgsigma/eval/question.h"

#include <algorithm>
#include <fstream>
#include <unordered_set>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::int64_t kLongestSide = 1 << 20;  ///< no picture has more pixels in a row

Result<std::vector<std::string>> texts_at(const Json& row, std::string_view key, const std::string& where) {
  std::vector<std::string> texts;
  const auto found = row.find(key);
  const auto wrong = [&] {
    return Error{ErrorKind::kData, std::string(key) + " is not a list of texts", where, "export the questions again"};
  };
  if (found == row.end() || !found->is_array()) return wrong();
  for (const Json& text : *found) {
    if (!text.is_string()) return wrong();
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

}  // namespace

Result<Question> question_from(const Json& row, const std::string& where) {
  if (!row.is_object()) return Error{ErrorKind::kData, "not an object", where, "export the questions again"};
  Question question;
  const std::pair<const char*, std::string*> texts[] = {
      {"id", &question.id},         {"task", &question.task},   {"gold", &question.gold_text}, {"part", &question.part},
      {"source", &question.source}, {"video", &question.video}, {"case", &question.case_id}};
  for (const auto& [key, text] : texts) {
    SURGSIGMA_TRY(value, text_at(row, key, where));
    *text = value;
  }
  SURGSIGMA_TRY(form, text_at(row, "form", where));
  const auto known = from_word<Form>(form);
  if (!known) return Error{ErrorKind::kData, "unknown form " + quoted(form), where, "export the questions again"};
  question.form = *known;
  SURGSIGMA_TRY(turns, texts_at(row, "turns", where));
  if (turns.size() % 2 == 0) return Error{ErrorKind::kData, "turns that do not end with a question", where, ""};
  question.turns = std::move(turns);
  SURGSIGMA_TRY(options, texts_at(row, "options", where));
  question.options = std::move(options);
  question.is_video = row.contains("videos");
  SURGSIGMA_TRY(media, texts_at(row, question.is_video ? "videos" : "pictures", where));
  question.media = std::move(media);
  const std::int64_t width = int_or(row, "width", 0), height = int_or(row, "height", 0);
  if (std::min(width, height) < 0 || std::max(width, height) > kLongestSide) {
    return Error{ErrorKind::kData, "width and height of no picture", where, "export the questions again"};
  }
  question.size = {static_cast<int>(width), static_cast<int>(height)};
  if (!row.contains("answer")) return Error{ErrorKind::kData, "no answer", where, "export the questions again"};
  SURGSIGMA_TRY(gold, answer_from_json(to_text(row["answer"]), where));
  question.gold = std::move(gold);
  question.begin_us = int_or(row, "begin_us", 0);
  question.end_us = int_or(row, "end_us", 0);
  question.centre = text_or(row, "centre", "");
  question.is_simulated = bool_or(row, "simulated", false);
  return question;
}

Status each_json_line(const fs::path& file, const std::function<Status(const Json&, const std::string&)>& take) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{ErrorKind::kNotFound, "cannot read the file", file.string(), "is the name right?"};
  std::int64_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (trim(line).empty()) continue;
    const std::string where = file.string() + ":" + std::to_string(number);
    auto document = parse_json(line, where);
    if (!document) {
      Error error = document.error();
      error.where = where;
      return error;
    }
    SURGSIGMA_CHECK(take(*document, where));
  }
  return done();
}

Result<std::vector<Question>> read_questions(const fs::path& file) {
  std::vector<Question> questions;
  std::unordered_set<std::string> ids;
  SURGSIGMA_CHECK(each_json_line(file, [&](const Json& row, const std::string& where) -> Status {
    SURGSIGMA_TRY(question, question_from(row, where));
    if (!ids.insert(question.id).second) {
      return Error{ErrorKind::kData, "the question " + quoted(question.id) + " stood before", where,
                   "each question once"};
    }
    questions.push_back(std::move(question));
    return done();
  }));
  if (questions.empty()) return Error{ErrorKind::kData, "no question in the file", file.string(), ""};
  return questions;
}

}  // namespace surgsigma
