// A question of an evaluation: what a model is asked and shown, and the gold answer beside it. Written by the export
// format `questions`, one JSON object a line (export/formats/questions.cpp).
#pragma once

#include <string>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/schema/answer.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {

struct Question {
  std::string id;
  std::string task;
  Form form = Form::kOpen;
  std::vector<std::string> turns;  ///< user, assistant, ..., user; the last is asked, what is before it is given
  std::vector<std::string> options;
  std::vector<std::string> media;  ///< paths below the folder of the questions
  bool is_video = false;
  ImageSize size;  ///< of the picture that is shown; 0 x 0: unknown
  Answer gold;     ///< boxes in pixels of the recording's frame, whose size stands in it
  std::string gold_text;
  std::string part;
  std::string source;
  std::string video;
  std::string case_id;
  std::string centre;  ///< where it was operated; empty: not known
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  bool is_simulated = false;
};

/// kData, naming `where`, for anything that the format does not write.
Result<Question> question_from(const Json& row, const std::string& where);
/// All questions of a file, in its order. kData naming file and line: no JSON, a missing member, an id that stood
/// before, a file without questions.
Result<std::vector<Question>> read_questions(const fs::path& file);

/// Calls take(document, "file:line") for each line that is not blank.
Status each_json_line(const fs::path& file, const std::function<Status(const Json&, const std::string&)>& take);

}  // namespace surgsigma
