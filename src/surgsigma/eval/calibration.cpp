#include "surgsigma/eval/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// Truth by class where an open question has one: classes that are there, or the raters' means of all criteria.
std::map<std::string, double> truth_of(const Answer& gold) {
  std::map<std::string, double> truth;
  if (const auto* concepts = std::get_if<ConceptsAnswer>(&gold.value)) {
    for (const ConceptId& id : concepts->concepts) truth[id.text] = 1;
  } else if (const auto* marks = std::get_if<CriteriaAnswer>(&gold.value)) {
    for (const CriterionMark& mark : marks->criteria) {
      truth[mark.criterion.text] = mark.mean.value_or(mark.holds ? 1.0 : 0.0);
    }
  }
  return truth;
}

bool is_asked(const Judged& judged) {
  const Answer& gold = judged.question->gold;
  const bool has_classes = gold.shape() == AnswerShape::kConcepts || gold.shape() == AnswerShape::kCriteria;
  const bool is_open = judged.question->form == Form::kOpen || judged.question->form == Form::kMultiTurn;
  return has_classes && is_open && !gold.yes && gold.key.empty();
}

void take(double score, double truth, CalibrationOfClass& made) {
  const auto place = static_cast<std::size_t>(score * static_cast<double>(kCalibrationBins));
  CalibrationBin& bin = made.bins[std::min(place, kCalibrationBins - 1)];
  ++made.answers;
  ++bin.answers;
  bin.mean_score += score;
  bin.mean_truth += truth;
  made.brier += (score - truth) * (score - truth);
}

void close(CalibrationOfClass& made) {
  made.error = 0;
  for (CalibrationBin& bin : made.bins) {
    if (bin.answers == 0) {
      bin.mean_score = bin.mean_truth = kUndefined;
      continue;
    }
    bin.mean_score /= static_cast<double>(bin.answers);
    bin.mean_truth /= static_cast<double>(bin.answers);
    made.error += static_cast<double>(bin.answers) * std::abs(bin.mean_score - bin.mean_truth);
  }
  made.error = made.answers > 0 ? made.error / static_cast<double>(made.answers) : kUndefined;
  made.brier = made.answers > 0 ? made.brier / static_cast<double>(made.answers) : kUndefined;
}

Json number(double value) { return std::isnan(value) ? Json() : Json(value); }

}  // namespace

Calibration calibration_of(const std::vector<Judged>& judged) {
  Calibration made;
  std::map<std::string, CalibrationOfClass> classes;
  std::int64_t asked = 0, scored = 0;
  for (const Judged& one : judged) {
    if (!is_asked(one)) continue;
    ++asked;
    if (one.prediction->scores.empty()) continue;
    ++scored;
    for (const auto& [name, score] : one.prediction->scores) {
      if (score < 0 || score > 1) {
        made.note = "The scores are no probabilities (one is outside 0 to 1): there is nothing to calibrate.";
        return made;
      }
      classes[name];
    }
  }
  if (asked == 0) return made;
  if (scored == 0) {
    made.note = "The answers carry no scores: there is nothing to calibrate.";
    return made;
  }
  if (scored < asked) {
    made.note = std::to_string(asked - scored) + " of " + std::to_string(asked) +
                " answers carry no scores and are not in this table.";
  }
  CalibrationOfClass all;
  for (const Judged& one : judged) {
    if (!is_asked(one) || one.prediction->scores.empty()) continue;
    const auto truth = truth_of(one.question->gold);
    const bool has_all_truths = one.question->gold.shape() == AnswerShape::kCriteria;
    std::map<std::string, double> said(one.prediction->scores.begin(), one.prediction->scores.end());
    for (auto& [name, table] : classes) {
      const auto right = truth.find(name);
      if (has_all_truths && right == truth.end()) continue;  // a criterion of another protocol
      const auto score = said.find(name);
      if (score == said.end()) {
        ++table.without;
        ++all.without;
        continue;
      }
      const double met = right == truth.end() ? 0.0 : right->second;
      take(score->second, met, table);
      take(score->second, met, all);
    }
  }
  close(all);
  made.classes.push_back(all);
  for (auto& [name, table] : classes) {
    const bool has_positive =
        std::any_of(table.bins.begin(), table.bins.end(), [](const CalibrationBin& bin) { return bin.mean_truth > 0; });
    if (!has_positive) continue;
    close(table);
    table.name = name;
    made.classes.push_back(table);
  }
  return made;
}

Json calibration_json(const Calibration& calibration) {
  Json classes = Json::array();
  for (const CalibrationOfClass& one : calibration.classes) {
    Json bins = Json::array();
    for (std::size_t i = 0; i < one.bins.size(); ++i) {
      const CalibrationBin& bin = one.bins[i];
      bins.push_back({{"low", static_cast<double>(i) / kCalibrationBins},
                      {"high", static_cast<double>(i + 1) / kCalibrationBins},
                      {"answers", bin.answers},
                      {"mean_score", number(bin.mean_score)},
                      {"share_of_positives", number(bin.mean_truth)}});
    }
    classes.push_back({{"class", one.name.empty() ? Json() : Json(one.name)},
                       {"answers", one.answers},
                       {"without_score", one.without},
                       {"brier", number(one.brier)},
                       {"calibration_error", number(one.error)},
                       {"bins", bins}});
  }
  return {{"note", calibration.note}, {"classes", classes}};
}

}  // namespace surgsigma
