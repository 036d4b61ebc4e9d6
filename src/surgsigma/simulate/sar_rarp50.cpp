// SAR-RARP50: {train1,train2,test}/video_N/action_discrete.txt, native 60-fps index and gesture ten times a second.
// Every tenth recording is split into two parts, as the long ones of the release are.
#include "surgsigma/simulate/layout.h"

namespace surgsigma {
namespace {

constexpr std::int64_t kSampleMs = 100;

/// The release comes as two training archives and one for testing.
std::string folder_of_part(const std::string& part, int number) {
  if (part == "test") return "test/";
  return number <= 20 ? "train1/" : "train2/";
}

}  // namespace

Result<VideoFiles> write_sar_rarp50(const World& world, VideoNumber video) {
  SURGSIGMA_TRY(operation, operation_of(world, std::to_string(video.operation)));
  SURGSIGMA_TRY(actions, words_for(world, "actions", "actions"));
  const std::int64_t step = world.card.frame_rate.num * kSampleMs / world.card.frame_rate.den / 1000;
  const std::string captured = std::to_string(video.number);
  const std::string folder =
      folder_of_part(official_part(world, captured, video.number), video.number) + "video_" + captured;

  const int parts = video.number % 10 == 1 ? 2 : 1;
  const std::int64_t samples = operation.end / kSampleMs;
  VideoFiles files;
  files.seconds = samples / 10;
  SpanSweep gestures(operation.phases);
  for (int part = 0; part < parts; ++part) {
    const std::int64_t begin = samples * part / parts;
    const std::int64_t end = samples * (part + 1) / parts;
    std::string text;
    text.reserve(static_cast<std::size_t>(end - begin) * 12);
    for (std::int64_t sample = begin; sample < end; ++sample) {
      SURGSIGMA_TRY(label, label_for(world, actions, gestures.at(sample * kSampleMs)->word));
      append_padded(text, (sample - begin) * step, 9);
      text += ',';
      append(text, label->id);
      text += '\n';
    }
    const std::string suffix = parts == 1 ? "" : "_" + std::to_string(part + 1);
    files.pieces.push_back({folder + suffix + "/action_discrete.txt", "action", end - begin, std::move(text)});
  }
  return files;
}

}  // namespace surgsigma
