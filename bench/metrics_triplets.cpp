// Average precision of triplets with scores, on the table of CholecT50. Drawn: every triplet in one to six of a hundred
// frames of each video and at least in one, scores that rise with presence and are all different.
#include "metrics_data.h"
#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/triplets.h"

namespace surgsigma::bench {
namespace {

Result<TripletTable> read_table(const fs::path& path) {
  SURGSIGMA_TRY(document, read_document(path));
  TripletTable table;
  const auto words_until = [](std::vector<std::string>& words, std::size_t id) {
    while (words.size() <= id) words.push_back(std::to_string(words.size()));
  };
  for (const Json& row : document.at("recognition").at("table")) {
    const TripletClass triplet{row[0].get<std::size_t>(), row[1].get<std::size_t>(), row[2].get<std::size_t>(), false};
    words_until(table.instruments, triplet.instrument);
    words_until(table.verbs, triplet.verb);
    words_until(table.targets, triplet.target);
    table.classes.push_back(triplet);
  }
  return table;
}

}  // namespace

Result<Json> make_triplets(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(table, arguments.text("table"));
  const auto frames = static_cast<std::size_t>(arguments.number_or("frames", 100'000));
  const auto cases = static_cast<std::size_t>(arguments.number_or("cases", 200));
  SURGSIGMA_TRY(read, read_table(table));
  const std::size_t classes = read.classes.size();
  Draws draws(1, "bench", "triplets");
  std::vector<std::uint32_t> video_of_frame(frames);
  std::vector<std::uint8_t> truth(frames * classes);
  std::vector<double> scores(frames * classes);
  std::vector<double> rates(classes);
  for (double& rate : rates) rate = 0.002 + 0.05 * draws.unit() * draws.unit();
  for (std::size_t f = 0; f < frames; ++f) {
    video_of_frame[f] = static_cast<std::uint32_t>(f * cases / frames);
    for (std::size_t c = 0; c < classes; ++c) truth[f * classes + c] = draws.chance(rates[c]) ? 1 : 0;
  }
  for (std::size_t v = 0; v < cases; ++v) {
    for (std::size_t c = 0; c < classes; ++c)
      truth[(v * frames / cases + draws.below(frames / cases)) * classes + c] = 1;
  }
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double low = draws.unit();
    scores[i] = truth[i] ? 1 - (1 - low) * draws.unit() : low * draws.unit();
  }
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "video_of_frame.u32", video_of_frame));
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "truth.u8", truth));
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "scores.f64", scores));
  SURGSIGMA_TRY(copied, read_file(table));
  SURGSIGMA_CHECK(write_file(fs::path(folder) / "table.json", copied));
  return Json{{"frames", frames}, {"classes", classes}};
}

Result<MadeScorer> triplet_scorer(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(truth, read_array<std::uint8_t>(fs::path(folder) / "truth.u8"));
  SURGSIGMA_TRY(scores, read_array<double>(fs::path(folder) / "scores.f64"));
  SURGSIGMA_TRY(videos, read_array<std::uint32_t>(fs::path(folder) / "video_of_frame.u32"));
  SURGSIGMA_TRY(table, read_table(fs::path(folder) / "table.json"));
  const std::size_t classes = table.classes.size();
  const auto frames =
      std::min(videos.size(), static_cast<std::size_t>(arguments.number_or("frames", static_cast<int>(videos.size()))));
  videos.resize(frames);
  TripletScores input;
  input.cases = videos.empty() ? 0 : videos.back() + 1;
  for (std::size_t v = 0; v < input.cases; ++v) input.case_of_video.push_back(v);
  input.video_of_frame = std::move(videos);
  input.table = std::move(table);
  input.truth = std::span(truth).first(frames * classes);
  input.scores = std::span(scores).first(frames * classes);
  const CpuWatch cpu;
  const StopWatch watch;
  SURGSIGMA_TRY(scorer, triplet_ap(input, arguments.number_or("threads", 1)));
  return MadeScorer{std::move(scorer), input.cases, watch.seconds(), cpu.seconds()};
}

Result<Json> probe_triplet_ap(const Arguments& arguments) {
  SURGSIGMA_TRY(made, triplet_scorer(arguments));
  return answer_of(std::move(made));
}

}  // namespace surgsigma::bench
