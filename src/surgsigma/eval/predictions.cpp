#include "surgsigma/eval/predictions.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "surgsigma/base/csv.h"
#include "surgsigma/base/text.h"
#include "surgsigma/eval/wrong_ids.h"

namespace surgsigma {
namespace {

struct FormatRules {
  PredictionFormat shown;
  std::vector<std::string_view> ids;    ///< members that may hold the id, the first that is there; empty: none
  std::vector<std::string_view> texts;  ///< members that may hold what was said
};

const std::vector<FormatRules>& format_rules() {
  static const std::vector<FormatRules> rules = {
      {{"plain", R"({"id": ..., "text": ..., "scores": {"ins.hook": 0.9}}, also a log of answers (infer/answer_log.h))"},
       {"id"},
       {"text"}},
      {{"swift", "results of ms-swift infer: response, and sg_id or id"}, {"sg_id", "id"}, {"response"}},
      {{"llama-factory", "generated_predictions.jsonl: predict, in the order of the questions"}, {}, {"predict"}},
      {{"vlmevalkit", "tsv, json or jsonl with id or index, and prediction"}, {"id", "index"}, {"prediction"}}};
  return rules;
}

/// A row of any of the formats, and where it stands.
struct Row {
  Json document;
  std::string where;
};

Result<std::vector<Row>> rows_of_table(const fs::path& file) {
  SURGSIGMA_TRY(bytes, read_file(file));
  SURGSIGMA_TRY(text, decode_text(std::move(bytes), file.string()));
  const char separator = file.extension() == ".csv" ? ',' : '\t';
  std::vector<Row> rows;
  std::vector<std::string> names;
  CsvReader reader(text.utf8, separator);
  while (reader.next()) {
    const std::string where = file.string() + ":" + std::to_string(reader.line());
    if (reader.unclosed_quote()) return Error{ErrorKind::kData, "a quote is never closed", where, ""};
    if (names.empty()) {
      names.assign(reader.fields().begin(), reader.fields().end());
      const std::set<std::string> distinct(names.begin(), names.end());
      if (distinct.size() != names.size()) {
        return Error{ErrorKind::kData, "two columns of one name", where, "it is not clear which one is meant"};
      }
      continue;
    }
    if (reader.fields().size() != names.size()) {
      return Error{ErrorKind::kData,
                   std::to_string(reader.fields().size()) + " cells under " + std::to_string(names.size()) + " names",
                   where, ""};
    }
    Json document = Json::object();
    for (std::size_t i = 0; i < names.size(); ++i) document[names[i]] = std::string(reader.fields()[i]);
    rows.push_back({std::move(document), where});
  }
  return rows;
}

Result<std::vector<Row>> rows_of(const fs::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".tsv" || ending == ".csv") return rows_of_table(file);
  std::vector<Row> rows;
  if (ending == ".json") {
    SURGSIGMA_TRY(document, read_document(file));
    if (!document.is_array()) return Error{ErrorKind::kData, "not a list of rows", file.string(), ""};
    for (std::size_t i = 0; i < document.size(); ++i) {
      rows.push_back({document[i], file.string() + ": row " + std::to_string(i)});
    }
    return rows;
  }
  SURGSIGMA_CHECK(each_json_line(file, [&](const Json& row, const std::string& where) -> Status {
    // The first line of an answer log is its head.
    if (!(rows.empty() && row.is_object() && row.contains("surgsigma_answers"))) rows.push_back({row, where});
    return done();
  }));
  return rows;
}

const Json* member_of(const Json& row, const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    const auto found = row.find(name);
    if (found != row.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

Result<const FormatRules*> rules_for(const std::string& name, const std::vector<Row>& rows, const fs::path& file) {
  std::vector<std::string> names;
  for (const FormatRules& rules : format_rules()) {
    if (rules.shown.name == name) return &rules;
    names.emplace_back(rules.shown.name);
  }
  if (!name.empty()) {
    const auto near = nearest(name, names);
    return Error{ErrorKind::kUsage, "no format of predictions " + quoted(name), "eval",
                 near ? "did you mean '" + *near + "'?" : "it is one of: " + join(names, ", ")};
  }
  for (const FormatRules& rules : format_rules()) {
    const bool has_text = !rows.empty() && rows[0].document.is_object() && member_of(rows[0].document, rules.texts);
    if (has_text && (rules.ids.empty() || member_of(rows[0].document, rules.ids))) return &rules;
  }
  return Error{ErrorKind::kData, "no known form of predictions", file.string(),
               "each line {\"id\": ..., \"text\": ...}, or name the format: " + join(names, ", ")};
}

Result<Prediction> prediction_of(const Row& row, const FormatRules& rules) {
  if (!row.document.is_object()) return Error{ErrorKind::kData, "not an object", row.where, ""};
  const Json* text = member_of(row.document, rules.texts);
  if (text == nullptr || !text->is_string()) {
    return Error{ErrorKind::kData, "no text in the member " + std::string(rules.texts[0]), row.where,
                 "an empty answer is \"\""};
  }
  Prediction prediction;
  prediction.text = text->get<std::string>();
  prediction.reasoning = text_or(row.document, "reasoning", "");
  prediction.refusal = text_or(row.document, "refusal", "");
  prediction.finish_reason = text_or(row.document, "finish_reason", "");
  const auto scores = row.document.find("scores");
  if (scores == row.document.end() || scores->is_null()) return prediction;
  if (!scores->is_object()) return Error{ErrorKind::kData, "scores are not an object of numbers", row.where, ""};
  for (const auto& [name, value] : scores->items()) {
    if (!value.is_number() || !std::isfinite(value.get<double>())) {
      return Error{ErrorKind::kData, "the score of " + quoted(name) + " is no finite number", row.where, ""};
    }
    prediction.scores.emplace_back(name, value.get<double>());
  }
  return prediction;
}

std::string id_text(const Json& id) { return id.is_string() ? id.get<std::string>() : to_text(id); }

Result<std::vector<Prediction>> by_order(const std::vector<Row>& rows, const std::vector<Question>& questions,
                                         const FormatRules& rules, const fs::path& file) {
  if (rows.size() != questions.size()) {
    return Error{
        ErrorKind::kData,
        std::to_string(rows.size()) + " rows without ids for " + std::to_string(questions.size()) + " questions",
        file.string(), "rows without ids are taken in the order of the questions: predict all of them"};
  }
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SURGSIGMA_TRY(prediction, prediction_of(rows[i], rules));
    const std::string prompt = text_or(rows[i].document, "prompt", "");
    if (!prompt.empty() && prompt.find(questions[i].turns.back()) == std::string::npos) {
      return Error{ErrorKind::kData, "the prompt is not that of question " + quoted(questions[i].id), rows[i].where,
                   "rows must stand in the order of the questions"};
    }
    predictions.push_back(std::move(prediction));
  }
  return predictions;
}

}  // namespace

const std::vector<PredictionFormat>& prediction_formats() {
  static const std::vector<PredictionFormat> formats = [] {
    std::vector<PredictionFormat> shown;
    for (const FormatRules& rules : format_rules()) shown.push_back(rules.shown);
    return shown;
  }();
  return formats;
}

Result<std::vector<Prediction>> read_predictions(const fs::path& file, const std::vector<Question>& questions,
                                                 const PredictionRules& rules) {
  SURGSIGMA_TRY(rows, rows_of(file));
  SURGSIGMA_TRY(format, rules_for(rules.format, rows, file));
  if (format->ids.empty()) return by_order(rows, questions, *format, file);
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < questions.size(); ++i) places.emplace(questions[i].id, i);
  std::vector<Prediction> predictions(questions.size());
  std::vector<bool> is_there(questions.size(), false);
  WrongIds unknown, twice, missing;
  for (const Row& row : rows) {
    SURGSIGMA_TRY(prediction, prediction_of(row, *format));
    const Json* id = member_of(row.document, format->ids);
    if (id == nullptr) return Error{ErrorKind::kData, "no id", row.where, "each row needs the id of its question"};
    const std::string text = id_text(*id);
    const auto place = places.find(text);
    if (place == places.end()) {
      unknown.add(text);
    } else if (is_there[place->second]) {
      twice.add(text);
    } else {
      is_there[place->second] = true;
      predictions[place->second] = std::move(prediction);
    }
  }
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (is_there[i]) continue;
    predictions[i].is_missing = true;
    if (!rules.allows_missing) missing.add(questions[i].id);
  }
  std::vector<std::string> wrong;
  for (std::string text : {unknown.text("ids are of no question"), twice.text("questions have several answers"),
                           missing.text("questions have no answer")}) {
    if (!text.empty()) wrong.push_back(std::move(text));
  }
  if (wrong.empty()) return predictions;
  return Error{ErrorKind::kData, join(wrong, "; "), file.string(),
               missing.count > 0 ? "--allow-missing counts questions without an answer as wrong"
                                 : "score it with the questions that it answers"};
}

}  // namespace surgsigma
