// What the three files of Endoscapes share: names of frames, and the three criteria with their votes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/ingest/readers/spots.h"

namespace surgsigma {

/// Frames and criteria of one file. Parameters in the card's `with`:
///   criteria     vocabulary of C1, C2, C3 in this order (default "criteria"; for files of criteria also `vocabulary`)
///   image_name   pattern of a frame's name (default "{video:d}_{index:d}.*"); the index is the native frame. Ids of
///   the
///                image records are not video * 10^6 + frame and are not used.
class EndoscapesFrames {
 public:
  static Result<EndoscapesFrames> make(const FileJob& job, const std::string& criteria_key);

  /// Where a named frame stands. The video of the record, where it has one, must be that of the name: kData otherwise.
  Result<Spot> spot(std::string_view file_name, std::string_view record_video);
  Result<Spot> spot(std::int64_t video, std::int64_t frame);
  /// Hands over one record per criterion; the first accounts for `rows` rows. `raters` holds each rater's three votes,
  /// or is empty. False, with an issue that takes out the rows, when there are not as many means as criteria.
  bool votes(const Spot& spot, std::int64_t line, const std::vector<double>& means,
             const std::vector<std::vector<double>>& raters, std::int64_t rows);
  FileIssues& issues() { return issues_; }

 private:
  explicit EndoscapesFrames(const FileJob& job) : job_(&job), spots_(job), issues_(job.out) {}
  void check_vote(const Spot& spot, std::int64_t line, const std::string& criterion, double mean,
                  const std::vector<double>& raters);

  const FileJob* job_;
  const Vocabulary* criteria_ = nullptr;
  std::string image_name_;
  Spots spots_;
  FileIssues issues_;
};

}  // namespace surgsigma
