#include "surgsigma/ingest/readers/endoscapes_votes.h"

#include <cmath>
#include <numeric>

namespace surgsigma {
namespace {

constexpr double kRounding = 0.01;  // some copies write 0.33

/// Three raters say 0 or 1: a mean is a multiple of a third.
bool is_mean_of_three(double mean) {
  return mean >= -kRounding && mean <= 1 + kRounding && std::abs(mean * 3 - std::round(mean * 3)) <= 3 * kRounding;
}

}  // namespace

Result<EndoscapesFrames> EndoscapesFrames::make(const FileJob& job, const std::string& criteria_key) {
  EndoscapesFrames frames(job);
  const std::string name = job.param(criteria_key, "criteria");
  const auto criteria = job.card.vocabularies.find(name);
  if (criteria == job.card.vocabularies.end()) {
    return card_error(job, "no vocabulary '" + name + "'", "add the criteria C1, C2 and C3 to the card");
  }
  frames.criteria_ = &criteria->second;
  frames.image_name_ = job.param("image_name", "{video:d}_{index:d}.*");
  return frames;
}

Result<Spot> EndoscapesFrames::spot(std::string_view file_name, std::string_view record_video) {
  const auto captures = match_path(image_name_, file_name);
  const bool is_named = captures && captures->count("video") != 0 && captures->count("index") != 0;
  if (!is_named) {
    return Error{ErrorKind::kData, "the name tells neither video nor frame", job_->file.path,
                 "frames are named VIDEO_FRAME.jpg"};
  }
  const auto video = parse_int(captures->at("video"));
  const auto frame = parse_int(captures->at("index"));
  if (!video || !frame) {
    return Error{ErrorKind::kData, "the numbers of the name are too large", job_->file.path, ""};
  }
  const bool agrees = record_video.empty() || parse_int(record_video) == video;
  if (!agrees) {
    return Error{ErrorKind::kData,
                 "the name says video " + std::to_string(*video) + ", video_id " + std::string(record_video),
                 job_->file.path, "compare with the published file"};
  }
  return spot(*video, *frame);
}

Result<Spot> EndoscapesFrames::spot(std::int64_t video, std::int64_t frame) {
  if (video < 0 || frame < 0 || frame > IndexSequence::kLargest) {
    return Error{ErrorKind::kData, "no such frame: " + std::to_string(frame), job_->file.path, ""};
  }
  const std::string name = std::to_string(video);
  SURGSIGMA_TRY(id, spots_.video(name));
  return spots_.frame(id, name, frame);
}

bool EndoscapesFrames::votes(const Spot& spot, std::int64_t line, const std::vector<double>& means,
                             const std::vector<std::vector<double>>& raters, std::int64_t rows) {
  if (means.size() != criteria_->labels.size()) {
    issues_.add(
        spot.video, line,
        {"vote_count", std::to_string(means.size()),
         std::to_string(criteria_->labels.size()) + " criteria, but " + std::to_string(means.size()) + " values",
         "compare with the published file"},
        rows);
    return false;
  }
  std::int64_t left = rows;
  for (std::size_t i = 0; i < means.size(); ++i) {
    const VocabularyLabel& criterion = criteria_->labels[i];
    std::vector<double> votes;
    for (const auto& rater : raters) votes.push_back(rater.at(i));
    check_vote(spot, line, criterion.label, means[i], votes);
    RawAnnotation record = record_at(spot, AnnotationKind::kCriterion, criteria_->id, {criterion.label}, line, 1);
    record.rows = std::exchange(left, 0);
    record.value = means[i];
    record.raters = std::move(votes);
    job_->out.record(std::move(record));
  }
  return true;
}

void EndoscapesFrames::check_vote(const Spot& spot, std::int64_t line, const std::string& criterion, double mean,
                                  const std::vector<double>& raters) {
  if (!is_mean_of_three(mean)) {
    issues_.add(spot.video, line,
                {"odd_vote", std::to_string(mean), criterion + ": not a mean of three votes of 0 or 1",
                 "compare with the published file", Severity::kWarning},
                0);
  }
  if (raters.empty()) return;
  const double sum = std::accumulate(raters.begin(), raters.end(), 0.0);
  if (std::abs(sum / static_cast<double>(raters.size()) - mean) > kRounding) {
    issues_.add(spot.video, line,
                {"vote_conflict", std::to_string(mean), criterion + ": the value is not the mean of the raters' votes",
                 "both are kept; compare with the published file", Severity::kWarning},
                0);
  }
}

}  // namespace surgsigma
