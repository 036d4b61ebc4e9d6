// AutoLaparo: labels/label_NN.txt with a 1-based second and a phase per row, and one table of ten-second clips with the
// movement of the camera that begins at second five.
#include <algorithm>

#include "surgsigma/simulate/layout.h"

namespace surgsigma {
namespace {

constexpr std::string_view kMotionFile = "Task 2 Laparoscope motion prediction/laparoscope_motion_label.txt";
constexpr int kClipsPerVideo = 14;
constexpr double kStaticShare = 0.26;
constexpr Milliseconds kLeadMs = 5000;

/// The clips of the release show the second to the fourth phase.
bool has_clips(const Script& script, std::string_view phase) {
  for (std::size_t i = 1; i < 4 && i < script.phases.size(); ++i) {
    if (script.phases[i].word == phase) return true;
  }
  return false;
}

}  // namespace

Result<VideoFiles> write_autolaparo(const World& world, VideoNumber video) {
  SURGSIGMA_TRY(operation, operation_of(world, std::to_string(video.operation)));
  SURGSIGMA_TRY(phases, words_for(world, "phases", "phases"));
  SURGSIGMA_TRY(motions, words_for(world, "motions", "motions"));
  const std::int64_t seconds = operation.end / 1000;
  std::string text = "Frame\tPhase\n";
  SpanSweep sweep(operation.phases);
  for (std::int64_t second = 0; second < seconds; ++second) {
    SURGSIGMA_TRY(label, label_for(world, phases, sweep.at(second * 1000)->word));
    append(text, second + 1);
    text += '\t';
    append(text, label->id);
    text += '\n';
  }
  std::string path = "Task 1 Surgical workflow recognition/labels/label_";
  append_padded(path, video.number, 2);
  VideoFiles files;
  files.seconds = seconds;
  files.pieces.push_back({path + ".txt", "phase", seconds, std::move(text)});

  Piece clips{std::string(kMotionFile), "motion", 0, "", 0};
  Draws draws(world.seed, operation.case_key, "clips");
  std::vector<const Span*> candidates;
  for (const Span& motion : operation.motions) {
    const Span* phase = span_at(operation.phases, motion.begin);
    if (motion.begin >= kLeadMs && has_clips(world.script, phase->word)) candidates.push_back(&motion);
  }
  const std::size_t count = std::min<std::size_t>(kClipsPerVideo, candidates.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Span& motion = *candidates[i * candidates.size() / count];
    const std::string_view word = draws.chance(kStaticShare) ? world.script.motions.front() : motion.word;
    SURGSIGMA_TRY(label, label_for(world, motions, word));
    SURGSIGMA_TRY(phase, label_for(world, phases, span_at(operation.phases, motion.begin)->word));
    append_padded(clips.text, (video.number - 1) * kClipsPerVideo + static_cast<std::int64_t>(i) + 1, 3);
    clips.text += '\t';
    append(clips.text, label->id);
    clips.text += '\t';
    append(clips.text, phase->id);
    clips.text += '\n';
    ++clips.rows;
  }
  files.pieces.push_back(std::move(clips));
  return files;
}

Result<std::vector<SharedFile>> autolaparo_shared(const World&) {
  return std::vector<SharedFile>{{std::string(kMotionFile), "motion", {"Clip\tLabel\tPhase\n", ""}, ""}};
}

}  // namespace surgsigma
