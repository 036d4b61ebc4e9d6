// Cholec80: phase_annotations/videoNN-phase.txt with a row per native frame, tool_annotations/videoNN-tool.txt with a
// row per second; the tool file has one sample fewer than the phase file has whole seconds, as in the release.
#include "surgsigma/base/time.h"
#include "surgsigma/simulate/layout.h"

namespace surgsigma {
namespace {

/// Frames at the card's rate: whole seconds and one more.
struct Clock {
  std::int64_t frames_per_second = 25;
  std::int64_t seconds = 0;
  std::int64_t frames() const { return seconds * frames_per_second + 1; }
  Milliseconds time(std::int64_t frame) const { return frame * 1000 / frames_per_second; }
};

std::string phase_text(const Operation& operation, const Clock& clock,
                       const std::map<std::string_view, std::string>& tails) {
  std::string text = "Frame\tPhase\n";
  text.reserve(static_cast<std::size_t>(clock.frames()) * 30);
  std::int64_t frame = 0;
  for (const Span& phase : operation.phases) {
    const bool is_last = &phase == &operation.phases.back();
    const std::string& tail = tails.at(phase.word);
    for (; frame < clock.frames() && (is_last || clock.time(frame) < phase.end); ++frame) {
      append(text, frame);
      text += tail;
    }
  }
  return text;
}

}  // namespace

Result<VideoFiles> write_cholec80(const World& world, VideoNumber video) {
  SURGSIGMA_TRY(operation, operation_of(world, std::to_string(video.operation)));
  SURGSIGMA_TRY(phases, words_for(world, "phases", "phases"));
  SURGSIGMA_TRY(tools, words_for(world, "tools", "instruments"));
  SURGSIGMA_TRY(held_things, words_for(world, "tools", "targets"));
  SURGSIGMA_TRY(tool_vocabulary, vocabulary_of(world.card, "tools"));
  SURGSIGMA_TRY(name, fill_pattern(world.card.video_name, {{"video", std::to_string(video.number)}}));

  const Clock clock{world.card.frame_rate.num / world.card.frame_rate.den, operation.end / 1000};
  std::map<std::string_view, std::string> tails;
  for (const Span& phase : operation.phases) {
    SURGSIGMA_TRY(label, label_for(world, phases, phase.word));
    tails[phase.word] = "\t" + label->label + "\n";
  }

  std::string text = "Frame";
  for (const VocabularyLabel& tool : tool_vocabulary->labels) text += "\t" + tool.label;
  text += '\n';
  ActivitySweep sweep(operation.activities);
  for (std::int64_t second = 0; second < clock.seconds; ++second) {
    std::vector<bool> is_present(tool_vocabulary->labels.size());
    const auto mark = [&](const WordMap& words, std::string_view word) {
      const auto found = words.find(word);
      if (found == words.end()) return;
      is_present[static_cast<std::size_t>(found->second - tool_vocabulary->labels.data())] = true;
    };
    for (const Activity* activity : sweep.at(second * 1000)) {
      mark(tools, activity->instrument);
      mark(held_things, activity->target);
    }
    append(text, second * clock.frames_per_second);
    for (const bool value : is_present) text += value ? "\t1" : "\t0";
    text += '\n';
  }

  VideoFiles files;
  files.seconds = clock.seconds;
  files.pieces.push_back(
      {"phase_annotations/" + name + "-phase.txt", "phase", clock.frames(), phase_text(operation, clock, tails)});
  files.pieces.push_back({"tool_annotations/" + name + "-tool.txt", "tool", clock.seconds, std::move(text)});
  return files;
}

}  // namespace surgsigma
