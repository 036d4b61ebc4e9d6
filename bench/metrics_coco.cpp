// Average precision of boxes with scores. Drawn: seven classes, nought to nine true boxes in a picture, ten answered
// boxes, half of them near a true one. Scores are all different, so that ours and pycocotools mean the same.
#include "metrics_data.h"
#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/coco_ap.h"

namespace surgsigma::bench {
namespace {

constexpr std::size_t kClasses = 7, kDetections = 10;

/// Rows of truth.f64: picture, class, x, y, w, h. Of answer.f64: the same and the score.
constexpr std::size_t kTruthColumns = 6, kAnswerColumns = 7;

CocoBox drawn_box(Draws& draws) {
  const double wide = 12 + draws.unit() * draws.unit() * 300, high = 12 + draws.unit() * draws.unit() * 200;
  return {draws.unit() * (854 - wide), draws.unit() * (480 - high), wide, high};
}

CocoBox moved(const CocoBox& box, Draws& draws) {
  const double share = 0.4 * draws.unit();
  const auto step = [&](double size) { return (draws.unit() - 0.5) * share * size; };
  return {box.x + step(box.w), box.y + step(box.h), box.w + step(box.w), box.h + step(box.h)};
}

void add(std::vector<double>& rows, std::size_t image, std::size_t category, const CocoBox& box) {
  rows.insert(rows.end(), {static_cast<double>(image), static_cast<double>(category), box.x, box.y, box.w, box.h});
}

Result<CocoInput> read_input(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(truth, read_array<double>(fs::path(folder) / "truth.f64"));
  SURGSIGMA_TRY(answer, read_array<double>(fs::path(folder) / "answer.f64"));
  SURGSIGMA_TRY(cases, read_array<std::uint32_t>(fs::path(folder) / "case_of_image.u32"));
  CocoInput input;
  input.case_of_image.assign(cases.begin(), cases.end());
  input.cases = cases.empty() ? 0 : cases.back() + 1;
  for (std::size_t c = 0; c < kClasses; ++c) input.categories.push_back("class" + std::to_string(c));
  for (std::size_t i = 0; i < truth.size(); i += kTruthColumns) {
    const double* row = truth.data() + i;
    input.truths.push_back({static_cast<std::uint32_t>(row[0]),
                            static_cast<std::uint32_t>(row[1]),
                            {row[2], row[3], row[4], row[5]},
                            row[4] * row[5],
                            false});
  }
  for (std::size_t i = 0; i < answer.size(); i += kAnswerColumns) {
    const double* row = answer.data() + i;
    input.detections.push_back({static_cast<std::uint32_t>(row[0]),
                                static_cast<std::uint32_t>(row[1]),
                                {row[2], row[3], row[4], row[5]},
                                row[6]});
  }
  return input;
}

}  // namespace

Result<Json> make_coco(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  const auto images = static_cast<std::size_t>(arguments.number_or("images", 50'000));
  const auto cases = static_cast<std::size_t>(arguments.number_or("cases", 200));
  Draws draws(1, "bench", "coco");
  std::vector<double> truth, answer;
  std::vector<std::uint32_t> case_of_image;
  for (std::size_t image = 0; image < images; ++image) {
    case_of_image.push_back(static_cast<std::uint32_t>(image * cases / images));
    std::vector<std::pair<std::size_t, CocoBox>> own;
    for (std::uint64_t i = draws.below(10); i > 0; --i) {
      own.emplace_back(draws.below(kClasses), drawn_box(draws));
      add(truth, image, own.back().first, own.back().second);
    }
    for (std::size_t i = 0; i < kDetections; ++i) {
      const bool is_near = !own.empty() && draws.chance(0.5);
      const auto& [category, box] = is_near
                                        ? own[draws.below(own.size())]
                                        : std::pair(static_cast<std::size_t>(draws.below(kClasses)), drawn_box(draws));
      add(answer, image, category, is_near ? moved(box, draws) : box);
      answer.push_back((is_near ? 0.25 : 0) + 0.75 * draws.unit());
    }
  }
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "truth.f64", truth));
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "answer.f64", answer));
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "case_of_image.u32", case_of_image));
  return Json{{"truths", truth.size() / kTruthColumns}, {"answers", answer.size() / kAnswerColumns}};
}

Result<MadeScorer> coco_scorer(const Arguments& arguments) {
  SURGSIGMA_TRY(input, read_input(arguments));
  const CpuWatch cpu;
  const StopWatch watch;
  SURGSIGMA_TRY(scorer, coco_ap(input, arguments.number_or("threads", 1)));
  return MadeScorer{std::move(scorer), input.cases, watch.seconds(), cpu.seconds()};
}

Result<Json> probe_coco_ap(const Arguments& arguments) {
  SURGSIGMA_TRY(made, coco_scorer(arguments));
  return answer_of(std::move(made));
}

}  // namespace surgsigma::bench
