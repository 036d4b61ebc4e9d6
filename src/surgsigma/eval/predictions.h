// What a model said to each question, read from the files that people have: lines of our own, and the outputs of
// ms-swift, LLaMA-Factory and VLMEvalKit. Nothing is dropped: an id that is missing, surplus or there twice is an error
// with the ids and their number, unless the caller takes missing answers as wrong ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/eval/question.h"

namespace surgsigma {

struct Prediction {
  std::string text;
  bool is_missing = false;
  /// How sure the model is of a class, by concept id; higher is surer. Only in lines of our own ("scores").
  std::vector<std::pair<std::string, double>> scores;
  std::string reasoning;      ///< where the endpoint gave it apart
  std::string refusal;        ///< where the endpoint told it apart from the text
  std::string finish_reason;  ///< "stop", "length", ...; empty: not told
};

struct PredictionFormat {
  std::string_view name;
  std::string_view description;
};
/// plain, swift, llama-factory, vlmevalkit.
const std::vector<PredictionFormat>& prediction_formats();

struct PredictionRules {
  std::string format;           ///< empty: by the members of the first row
  bool allows_missing = false;  ///< a question without an answer counts as wrong; else an error
};

/// One prediction per question, in the order of the questions. kUsage for an unknown format; kData naming file and line
/// for rows without id or text, scores that are no finite numbers, ids that are missing (unless allowed), unknown or
/// twice, each with the number of such ids and the first of them. Files without ids (LLaMA-Factory) must have as many
/// rows as there are questions, whose texts must occur in the prompts.
Result<std::vector<Prediction>> read_predictions(const fs::path& file, const std::vector<Question>& questions,
                                                 const PredictionRules& rules);

}  // namespace surgsigma
