// Phases and captions. Phases drawn: seven in each video, one after the other; fifteen answers of a hundred are any
// phase, each frame by itself, which is harder to count than the runs that models give. Captions drawn: 8 to 25 words,
// few of them frequent, and as answer the reference with words changed, left out and added.
#include <algorithm>
#include <cmath>

#include "metrics_data.h"
#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/captions.h"
#include "surgsigma/eval/metrics/phases.h"

namespace surgsigma::bench {
namespace {

constexpr std::size_t kPhases = 7, kVocabulary = 3000;

std::string drawn_word(Draws& draws) {
  const double rank = std::pow(static_cast<double>(kVocabulary), draws.unit());  // as often as 1 / rank
  return "w" + std::to_string(static_cast<std::size_t>(rank));
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

Result<Json> make_phases(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  const auto frames = static_cast<std::size_t>(arguments.number_or("frames", 2'000'000));
  const auto videos = static_cast<std::size_t>(arguments.number_or("cases", 80));
  Draws draws(1, "bench", "phases");
  std::vector<std::uint32_t> video_of_frame(frames);
  std::vector<std::int16_t> truth(frames), answer(frames);
  for (std::size_t v = 0; v < videos; ++v) {
    const std::size_t begin = v * frames / videos, end = (v + 1) * frames / videos;
    for (std::size_t f = begin; f < end; ++f) {
      const double place = static_cast<double>(f - begin) / static_cast<double>(end - begin);
      video_of_frame[f] = static_cast<std::uint32_t>(v);
      truth[f] = static_cast<std::int16_t>(place * kPhases);
      answer[f] = draws.chance(0.15) ? static_cast<std::int16_t>(draws.below(kPhases)) : truth[f];
    }
  }
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "video_of_frame.u32", video_of_frame));
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "truth.i16", truth));
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "answer.i16", answer));
  return Json{{"frames", frames}};
}

Result<MadeScorer> phases_scorer(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(videos, read_array<std::uint32_t>(fs::path(folder) / "video_of_frame.u32"));
  SURGSIGMA_TRY(truth, read_array<std::int16_t>(fs::path(folder) / "truth.i16"));
  SURGSIGMA_TRY(answer, read_array<std::int16_t>(fs::path(folder) / "answer.i16"));
  PhaseInput input;
  for (std::size_t p = 0; p < kPhases; ++p) input.phases.push_back("phase" + std::to_string(p));
  for (std::size_t f = 0; f < truth.size(); ++f) {
    if (input.videos.size() <= videos[f]) input.videos.push_back({videos[f], {}, {}});
    input.videos.back().truth.push_back(truth[f]);
    input.videos.back().answer.push_back(answer[f]);
  }
  input.cases = input.videos.size();
  const CpuWatch cpu;
  const StopWatch watch;
  SURGSIGMA_TRY(scorer, phase_scorer(input));
  return MadeScorer{std::move(scorer), input.cases, watch.seconds(), cpu.seconds()};
}

Result<Json> probe_phase_shares(const Arguments& arguments) {
  SURGSIGMA_TRY(made, phases_scorer(arguments));
  return answer_of(std::move(made));
}

Result<Json> make_captions(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  const int captions = arguments.number_or("captions", 100'000);
  Draws draws(1, "bench", "captions");
  std::string references, answers;
  for (int i = 0; i < captions; ++i) {
    std::vector<std::string> reference, answer;
    for (std::int64_t w = draws.between(8, 25); w > 0; --w) {
      reference.push_back(drawn_word(draws));
      if (draws.chance(0.1)) continue;
      answer.push_back(draws.chance(0.2) ? drawn_word(draws) : reference.back());
      if (draws.chance(0.1)) answer.push_back(drawn_word(draws));
    }
    if (answer.empty()) answer = reference;
    references += joined(reference) + "\n";
    answers += joined(answer) + "\n";
  }
  SURGSIGMA_CHECK(write_file(fs::path(folder) / "references.txt", references));
  SURGSIGMA_CHECK(write_file(fs::path(folder) / "answers.txt", answers));
  return Json{{"captions", captions}};
}

Result<Json> probe_captions(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(references, read_file(fs::path(folder) / "references.txt"));
  SURGSIGMA_TRY(answers, read_file(fs::path(folder) / "answers.txt"));
  const std::vector<std::string> truths = lines_of(references), said = lines_of(answers);
  std::vector<CaptionItem> items(truths.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = {0, said[i], {truths[i]}};
  const CpuWatch cpu;
  const StopWatch watch;
  SURGSIGMA_TRY(scorer, caption_scorer(items, 1, {}, arguments.number_or("threads", 1)));
  SURGSIGMA_TRY(answer, answer_of({std::move(scorer), 1, watch.seconds(), cpu.seconds()}));
  return answer;
}

}  // namespace surgsigma::bench
