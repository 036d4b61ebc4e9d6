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
  if (!input_.medium) return done();
  SURGSIGMA_CHECK(desmoking());
  SURGSIGMA_CHECK(segmentation());
  SURGSIGMA_CHECK(depth());
  if (input_.layout.is_stills) return done();
  SURGSIGMA_CHECK(next_frames());
  return clips();
}

Status PairMaker::each_frame(std::vector<std::int64_t> frames, const TakeFrame& take) {
  if (!input_.layout.views.is_stacked()) return each_whole_frame(std::move(frames), take);
  return each_whole_frame(std::move(frames), [&](std::int64_t frame, Image&& picture) {
    return take(frame, half_of(picture, input_.layout.views.left));
  });
}

Status PairMaker::each_whole_frame(std::vector<std::int64_t> frames, const TakeFrame& take) {
  if (frames.empty()) return done();
  if (!input_.video_file.empty()) {
    if (!video_) {
      auto opened = Video::open(options_.source_root / input_.video_file);
      if (!opened.ok()) return issue("unreadable_video", input_.video_file, opened.error());
      video_ = std::move(*opened);
    }
    std::erase_if(frames, [&](std::int64_t frame) { return frame < 0 || frame >= video_->info().frames; });
    return video_->frames(
        frames, [&](VideoFrame&& frame) { return take(frame.index, std::move(frame.image)); },
        [&](std::int64_t frame, const Error& error) { return issue("broken_frame", std::to_string(frame), error); });
  }
  std::sort(frames.begin(), frames.end());
  frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
  for (const std::int64_t frame : frames) {
    const auto at = std::lower_bound(input_.pictures.begin(), input_.pictures.end(), std::pair(frame, std::string()));
    if (at == input_.pictures.end() || at->first != frame) continue;
    auto picture = read_picture(options_.source_root / at->second);
    if (!picture.ok()) {
      SURGSIGMA_CHECK(issue("broken_frame", std::to_string(frame), picture.error(), at->second));
      continue;
    }
    SURGSIGMA_CHECK(take(frame, std::move(*picture)));
  }
  return done();
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

Status PairMaker::issue(const char* rule, std::string value, const Error& error, const std::string& file) {
  IssueRow found;
  found.source_id = input_.video.source_id;
  found.unit = input_.video.unit;
  found.stage = "synth";
  found.rule = rule;
  found.severity = Severity::kWarning;
  found.video_id = input_.video.video_id;
  found.file = !file.empty() ? file : input_.video_file.empty() ? input_.medium->path : input_.video_file;
  found.value = std::move(value);
  found.message = error.what;
  found.hint = error.hint;
  issues_(std::move(found));
  return done();
}

}  // namespace surgsigma
