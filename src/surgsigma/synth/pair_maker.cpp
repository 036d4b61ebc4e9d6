#include "surgsigma/synth/pair_maker.h"

#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"
#include "surgsigma/media/halves.h"

namespace surgsigma {

namespace {

constexpr int kJpegQuality = 95;

}  // namespace

std::string seconds_words(int seconds) { return std::to_string(seconds) + (seconds == 1 ? " second" : " seconds"); }

Status PairMaker::run() {
  if (!input_.medium) return done();  // no pixels, or none that can be read, which `measure` has told
  if (input_.video_file.empty() && input_.pictures.empty()) return done();
  SURGSIGMA_CHECK(desmoking());
  SURGSIGMA_CHECK(segmentation());
  SURGSIGMA_CHECK(depth());
  if (input_.layout.is_stills) return done();
  SURGSIGMA_CHECK(next_frames());
  return clips();
}

bool PairMaker::has_frame(std::int64_t frame) const {
  if (!input_.video_file.empty()) return frame >= 0 && frame < input_.medium->frames;
  const auto at = std::lower_bound(input_.pictures.begin(), input_.pictures.end(), std::pair(frame, std::string()));
  return at != input_.pictures.end() && at->first == frame;
}

Status PairMaker::keep_those_with_pictures(std::vector<std::int64_t>& frames, const std::string& what_they_have) {
  const auto first = std::find_if(frames.begin(), frames.end(), [&](std::int64_t frame) { return !has_frame(frame); });
  if (first == frames.end()) return done();
  const std::int64_t frame = *first;
  const auto missing = std::erase_if(frames, [&](std::int64_t each) { return !has_frame(each); });
  return issue("no_picture", frame,
               std::to_string(missing) + (missing == 1 ? " frame has " : " frames have ") + what_they_have +
                   " and no picture, the first is frame " + std::to_string(frame),
               Severity::kWarning);
}

Status PairMaker::each_frame(std::vector<std::int64_t> frames, const TakeFrame& take) {
  SURGSIGMA_CHECK(keep_those_with_pictures(frames, "a label"));
  return each_whole_frame(std::move(frames), [&](std::int64_t frame, Microseconds time, Image&& picture) {
    if (!input_.layout.views.is_stacked()) return take_shown(frame, time, std::move(picture), take);
    return take_shown(frame, time, half_of(picture, input_.layout.views.left), take);
  });
}

Status PairMaker::each_whole_frame(std::vector<std::int64_t> frames, const TakeWhole& take) {
  std::erase_if(frames, [&](std::int64_t frame) { return !has_frame(frame); });
  if (frames.empty()) return done();
  if (!input_.video_file.empty()) {
    if (!video_) {
      auto opened = Video::open(options_.source_root / input_.video_file);
      if (!opened.ok()) return issue("unreadable_video", -1, opened.error());
      video_ = std::move(*opened);
    }
    if (const std::int64_t here = video_->info().frames; here != input_.medium->frames) {
      SURGSIGMA_CHECK(issue("video_changed", -1,
                            "the video has " + std::to_string(here) + " frames, and had " +
                                std::to_string(input_.medium->frames) + " when it was measured",
                            Severity::kError));
    }
    std::erase_if(frames, [&](std::int64_t frame) { return frame >= video_->info().frames; });
    return video_->frames(
        frames,
        [&](VideoFrame&& frame) { return take(frame.index, frame.time_us, std::move(frame.image)); },
        [&](std::int64_t frame, const Error& error) { return issue("broken_frame", frame, error); });
  }
  std::sort(frames.begin(), frames.end());
  frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
  for (const std::int64_t frame : frames) {
    const auto at = std::lower_bound(input_.pictures.begin(), input_.pictures.end(), std::pair(frame, std::string()));
    auto picture = read_picture(options_.source_root / at->second);
    if (!picture.ok()) {
      SURGSIGMA_CHECK(issue("broken_frame", frame, picture.error(), at->second));
      continue;
    }
    SURGSIGMA_CHECK(take(frame, time_of_frame(frame, rate()), std::move(*picture)));
  }
  return done();
}

Status PairMaker::take_shown(std::int64_t frame, Microseconds time, Image&& picture, const TakeFrame& take) const {
  if (input_.hiding.hides_all(time)) return done();
  SURGSIGMA_CHECK(input_.hiding.apply(picture, time));
  return take(frame, std::move(picture));
}

Result<std::string> PairMaker::keep(const std::string& bytes, const char* ending) {
  const std::string hash = hex64(hash64(bytes));
  const std::string name = hash.substr(0, 2) + "/" + hash + ending;
  std::error_code code;
  if (!fs::exists(options_.media_folder / name, code)) SURGSIGMA_CHECK(write_file(options_.media_folder / name, bytes));
  return "media/" + name;
}

Result<std::string> PairMaker::keep_jpeg(const Image& picture) {
  SURGSIGMA_TRY(bytes, encode_jpeg(picture, kJpegQuality));
  return keep(bytes, ".jpg");
}

Result<std::string> PairMaker::keep_png(const Image& picture) {
  SURGSIGMA_TRY(bytes, encode_png(picture));
  return keep(bytes, ".png");
}

PairRow PairMaker::row(const char* task, std::int64_t frame, std::int64_t target_frame, ImageSize size) const {
  PairRow made;
  made.task = task;
  made.video_id = input_.video.video_id;
  made.source_id = input_.video.source_id;
  made.case_id = input_.video.case_id;
  made.frame = frame;
  made.target_frame = target_frame;
  made.begin_us = time_of_frame(frame, rate());
  made.end_us = time_of_frame(target_frame, rate());
  made.width = size.width;
  made.height = size.height;
  made.origin = is_simulated_ ? Origin::kSimulated : Origin::kDerived;
  return made;
}

void PairMaker::hand_over(PairRow&& made) {
  Hasher hasher;
  hasher.add(made.task).add(made.video_id.text).add(made.frame).add(made.target_frame).add(made.parameters);
  made.pair_id = hasher.hex();
  pairs_(std::move(made));
}

Status PairMaker::issue(const char* rule, std::int64_t frame, const Error& error, const std::string& file) {
  const bool is_damage = error.kind == ErrorKind::kData || error.kind == ErrorKind::kIo;
  IssueRow found = issue_row(rule, frame, is_damage ? Severity::kError : Severity::kWarning, file);
  found.message = frame < 0 ? error.what : "frame " + std::to_string(frame) + ": " + error.what;
  found.hint = error.hint;
  return tell(std::move(found));
}

Status PairMaker::issue(const char* rule, std::int64_t frame, const std::string& message, Severity severity,
                        const std::string& file) {
  IssueRow found = issue_row(rule, frame, severity, file);
  found.message = message;
  return tell(std::move(found));
}

IssueRow PairMaker::issue_row(const char* rule, std::int64_t frame, Severity severity, const std::string& file) const {
  IssueRow found;
  found.source_id = input_.video.source_id;
  found.unit = input_.video.unit;
  found.stage = "synth";
  found.rule = rule;
  found.severity = severity;
  found.video_id = input_.video.video_id;
  found.file = !file.empty() ? file : input_.video_file.empty() ? input_.medium->path : input_.video_file;
  if (frame >= 0) found.value = std::to_string(frame);
  return found;
}

Status PairMaker::tell(IssueRow&& found) {
  if (told_.insert(found.rule + '\n' + found.file + '\n' + found.value).second) issues_(std::move(found));
  return done();
}

}  // namespace surgsigma
