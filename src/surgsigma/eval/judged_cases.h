// Judged answers made by hand, for the tests of what is counted from them.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "surgsigma/eval/judged.h"

namespace surgsigma {

/// Keeps the questions and predictions that `judged` points to.
class JudgedCases {
 public:
  std::vector<Judged> judged;

  /// `said`: nothing was read where it is empty.
  void add(const std::string& task, Answer gold, std::optional<Answer> said,
           std::vector<std::pair<std::string, double>> scores = {}, Form form = Form::kOpen) {
    Question& question = questions_.emplace_back();
    question.id = "q" + std::to_string(questions_.size());
    question.task = task;
    question.form = form;
    question.source = "cholec80";
    question.case_id = "camma:" + std::to_string(questions_.size() % 3);
    question.turns = {"What is it?"};
    question.gold = std::move(gold);
    Prediction& prediction = predictions_.emplace_back();
    prediction.scores = std::move(scores);
    Judged one{&question, &prediction, {}};
    if (said) {
      one.read.answer = *said;
      one.read.state = ReadState::kRead;
    }
    judged.push_back(one);
  }

  static Answer concepts(const std::vector<std::string>& ids) {
    ConceptsAnswer made;
    for (const std::string& id : ids) made.concepts.emplace_back(id);
    Answer answer;
    answer.value = made;
    return answer;
  }

  static Answer criteria(const std::vector<std::pair<std::string, double>>& means) {
    CriteriaAnswer made;
    for (const auto& [id, mean] : means) made.criteria.push_back({ConceptId(id), mean >= 0.5, mean});
    Answer answer;
    answer.value = made;
    return answer;
  }

 private:
  std::deque<Question> questions_;
  std::deque<Prediction> predictions_;
};

}  // namespace surgsigma
