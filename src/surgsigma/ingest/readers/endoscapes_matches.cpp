// Endoscapes image records grouped by frame, as one public repository passes them on (RodrigoFA216/Data_endoscapes,
// matches.json): {"165_23650": {"file_name": ..., "folders": [...], "annotations": [image record, ...]}}. The key and
// `folders` are that user's own; the inner record is the official one with the votes in `ds`. A frame whose folders
// name the masks' folder gets a mask record without pixels. A row is an inner image record.
//
// with:
//   vocabulary: criteria      C1, C2, C3
//   masks: objects            vocabulary of the masks' classes (default "objects")
//   mask_folder: semseg       folder that holds the masks
#include "surgsigma/base/json.h"
#include "surgsigma/base/json_stream.h"
#include "surgsigma/ingest/readers/endoscapes_votes.h"
#include "surgsigma/ingest/readers/readers.h"

namespace surgsigma {
namespace {

bool names_folder(const Json& group, const std::string& folder) {
  if (!group.contains("folders") || !group.at("folders").is_array()) return false;
  for (const Json& name : group.at("folders")) {
    if (name.is_string() && name.get<std::string>() == folder) return true;
  }
  return false;
}

std::string video_text(const Json& record) {
  if (!record.contains("video_id") || record.at("video_id").is_null()) return "";
  const Json& video = record.at("video_id");
  return video.is_string() ? video.get<std::string>() : to_text(video);
}

std::optional<std::vector<double>> votes_of(const Json& record) {
  if (!record.contains("ds") || !record.at("ds").is_array()) return std::nullopt;
  std::vector<double> votes;
  for (const Json& vote : record.at("ds")) {
    if (!vote.is_number()) return std::nullopt;
    votes.push_back(vote.get<double>());
  }
  return votes;
}

class MatchesReader {
 public:
  MatchesReader(const FileJob& job, EndoscapesFrames&& frames)
      : job_(job),
        frames_(std::move(frames)),
        masks_(job.param("masks", "objects")),
        mask_folder_(job.param("mask_folder", "semseg")) {}

  void take_group(const JsonPiece& piece) {
    ++element_;
    const auto group = parse_json(piece.text, job_.file.path);
    const bool is_group =
        group && group->is_object() && group->contains("annotations") && group->at("annotations").is_array();
    if (!is_group) {
      job_.out.rows(1);
      return refuse({}, "malformed_element", std::string(piece.key), "not an object with a list 'annotations'");
    }
    if (group->at("annotations").empty()) {
      job_.out.rows(1);
      return refuse({}, "no_record", std::string(piece.key), "no image record");
    }
    const bool has_mask = names_folder(*group, mask_folder_);
    bool is_first = true;
    for (const Json& record : group->at("annotations")) {
      take_record(std::string(piece.key), record, has_mask && std::exchange(is_first, false));
    }
  }

 private:
  void take_record(const std::string& key, const Json& record, bool has_mask) {
    job_.out.rows(1);
    if (!record.is_object()) return refuse({}, "malformed_element", key, "an image record must be an object");
    const std::string name = text_or(record, "file_name", key + ".jpg");
    const auto spot = frames_.spot(name, video_text(record));
    if (!spot) return refuse({}, "unknown_frame", name, spot.error().what);
    const bool is_keyframe = bool_or(record, "is_ds_keyframe", false);
    std::int64_t rows = 1;
    if (is_keyframe) {
      const auto votes = votes_of(record);
      if (!votes) return refuse(spot->video, "malformed_value", name, "ds must be a list of three numbers");
      if (!frames_.votes(*spot, element_, *votes, {}, 1)) return;
      rows = 0;
    }
    if (has_mask) {
      RawAnnotation mask = record_at(*spot, AnnotationKind::kMask, masks_, {}, element_, rows);
      mask.text = mask_folder_ + "/" + std::string(stem_of(name)) + ".png";
      job_.out.record(std::move(mask));
    } else if (rows != 0) {
      job_.out.accounted(rows);  // between keyframes `ds` repeats the last vote
    }
  }

  void refuse(const VideoId& video, std::string_view rule, std::string value, std::string message) {
    frames_.issues().add(video, element_,
                         {rule, std::move(value), std::move(message), "compare this record with the published file"});
  }

  const FileJob& job_;
  EndoscapesFrames frames_;
  std::string masks_;
  std::string mask_folder_;
  std::int64_t element_ = 0;
};

}  // namespace

Status read_endoscapes_matches(const FileJob& job) {
  SURGSIGMA_TRY(frames, EndoscapesFrames::make(job, "vocabulary"));
  MatchesReader reader(job, std::move(frames));
  return stream_json(job.path(), [&](const JsonPiece& piece) -> Status {
    reader.take_group(piece);
    return done();
  });
}

}  // namespace surgsigma
