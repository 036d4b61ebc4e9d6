// Structural similarity of pictures and surface distance of masks, 854x480. Drawn pictures: slow waves with grain, and
// as answer the same blurred along a row and with other grain. Drawn masks: a few ellipses of seven classes, and as
// answer the same moved and grown by some pixels. Pictures are read one pair at a time by the threads that measure
// them, as an evaluation does, so that memory does not grow with their number; the time of reading is taken off.
#include <cmath>
#include <fstream>
#include <numbers>

#include "metrics_data.h"
#include "surgsigma/base/random.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/eval/metrics/pictures.h"
#include "surgsigma/eval/metrics/segmentation.h"

namespace surgsigma::bench {
namespace {

constexpr int kWide = 854, kHigh = 480;
constexpr std::size_t kPixels = static_cast<std::size_t>(kWide) * kHigh;
constexpr std::size_t kMaskClasses = 7;

std::uint8_t byte_of(double value) { return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)); }

void add_pair(Draws& draws, std::vector<std::uint8_t>& truths, std::vector<std::uint8_t>& answers) {
  const double phase = draws.unit() * 2 * std::numbers::pi, pitch = 0.01 + 0.05 * draws.unit();
  for (int y = 0; y < kHigh; ++y) {
    double before[3] = {90, 60, 60};
    for (int x = 0; x < kWide; ++x) {
      const double wave = std::sin(phase + pitch * x) * std::cos(phase + pitch * y);
      const std::uint64_t bits = draws.bits();
      for (int c = 0; c < 3; ++c) {
        const double grain = static_cast<double>(bits >> (8 * c) & 31),
                     other = static_cast<double>(bits >> (24 + 8 * c) & 15);
        const double value = (c == 0 ? 130 : 70) + 60 * wave + grain - 16;
        before[c] = 0.5 * before[c] + 0.5 * value;
        truths.push_back(byte_of(value));
        answers.push_back(byte_of(before[c] + other - 8));
      }
    }
  }
}

struct Ellipse {
  double x, y, half_wide, half_high;
  std::uint8_t label;
};

void fill(std::uint8_t* plane, const Ellipse& e) {
  for (int y = 0; y < kHigh; ++y) {
    for (int x = 0; x < kWide; ++x) {
      const double dx = (x - e.x) / e.half_wide, dy = (y - e.y) / e.half_high;
      if (dx * dx + dy * dy < 1) plane[static_cast<std::size_t>(y) * kWide + static_cast<std::size_t>(x)] = e.label;
    }
  }
}

Result<std::string> piece_of(const fs::path& path, std::size_t begin, std::size_t size) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(size, '\0');
  file.seekg(static_cast<std::streamoff>(begin));
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file) return Error{ErrorKind::kIo, "too short", path.string(), "make the data anew"};
  return bytes;
}

Result<Image> picture_of(const fs::path& path, std::size_t number, bool is_gray) {
  SURGSIGMA_TRY(bytes, piece_of(path, number * kPixels * 3, kPixels * 3));
  Image image(kWide, kHigh, is_gray ? 1 : 3);
  for (std::size_t i = 0; i < image.values.size(); ++i)
    image.values[i] = static_cast<std::uint8_t>(bytes[is_gray ? 3 * i + 1 : i]);
  return image;
}

}  // namespace

Result<Json> make_pairs(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  Draws draws(1, "bench", "pairs");
  std::vector<std::uint8_t> truths, answers;
  for (int i = arguments.number_or("pairs", 40); i > 0; --i) add_pair(draws, truths, answers);
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "truth.u8", truths));
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "answer.u8", answers));
  return Json{{"pairs", truths.size() / kPixels / 3}};
}

Result<Json> make_masks(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  const auto masks = static_cast<std::size_t>(arguments.number_or("masks", 100));
  Draws draws(1, "bench", "masks");
  std::vector<std::uint8_t> truths(masks * kPixels, 0), answers(masks * kPixels, 0);
  for (std::size_t m = 0; m < masks; ++m) {
    for (std::uint8_t label = 1; label <= kMaskClasses; ++label) {
      if (draws.chance(0.3)) continue;
      const Ellipse e{draws.unit() * kWide, draws.unit() * kHigh, 20 + 180 * draws.unit(), 15 + 100 * draws.unit(),
                      label};
      const auto moved = [&](double size) { return size + 30 * (draws.unit() - 0.5); };
      fill(truths.data() + m * kPixels, e);
      if (!draws.chance(0.05))
        fill(answers.data() + m * kPixels,
             {moved(e.x), moved(e.y), std::max(5.0, moved(e.half_wide)), std::max(5.0, moved(e.half_high)), label});
    }
  }
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "truth.u8", truths));
  SURGSIGMA_CHECK(write_array(fs::path(folder) / "answer.u8", answers));
  return Json{{"masks", masks}};
}

Result<Json> probe_ssim(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  const auto pairs = static_cast<std::size_t>(arguments.number_or("pairs", 1000));
  const auto stored = static_cast<std::size_t>(fs::file_size(fs::path(folder) / "truth.u8")) / kPixels / 3;
  const int threads = arguments.number_or("threads", 1);
  const bool is_gray = arguments.text_or("colour", "rgb") == "gray";
  const bool is_uniform = arguments.text_or("window", "gaussian") == "uniform";
  const PictureParts parts{false, !is_uniform, is_uniform, false};
  const auto load = [&](std::size_t i) -> Result<PicturePair> {
    SURGSIGMA_TRY(answer, picture_of(fs::path(folder) / "answer.u8", i % stored, is_gray));
    SURGSIGMA_TRY(truth, picture_of(fs::path(folder) / "truth.u8", i % stored, is_gray));
    return PicturePair{std::move(answer), std::move(truth), {}};
  };
  const CpuWatch reading_cpu;
  const StopWatch reading;
  std::vector<Status> states(pairs, done());
  parallel_for(pairs, threads, [&](std::size_t i) {
    if (const auto pair = load(i); !pair) states[i] = pair.error();
  });
  for (const Status& state : states) SURGSIGMA_CHECK(state);
  const double read_seconds = reading.seconds(), read_cpu = reading_cpu.seconds();
  const CpuWatch cpu;
  const StopWatch watch;
  SURGSIGMA_TRY(values, picture_list_values(pairs, threads, parts, load));
  const double seconds = watch.seconds() - read_seconds, cpu_seconds = cpu.seconds() - read_cpu;
  double sum = 0;
  for (std::size_t i = 0; i < std::min(pairs, stored); ++i)
    sum += is_uniform ? values[i].ssim_uniform_rgb : values[i].ssim_gaussian_rgb;
  return Json{{"seconds", seconds},
              {"cpu", cpu_seconds},
              {"read_seconds", read_seconds},
              {"values", {{"ssim", sum / static_cast<double>(std::min(pairs, stored))}}}};
}

Result<Json> probe_nsd(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  const auto stored = static_cast<std::size_t>(fs::file_size(fs::path(folder) / "truth.u8")) / kPixels;
  const auto masks = static_cast<std::size_t>(arguments.number_or("masks", static_cast<int>(stored)));
  const int threads = arguments.number_or("threads", 1);
  SegmentationPlan plan;
  for (std::uint8_t label = 1; label <= kMaskClasses; ++label) plan.labels.push_back(label);
  std::vector<std::optional<SegmentationFrame>> frames(masks);
  std::vector<Status> states(masks, done());
  const auto measure = [&](std::size_t m, bool is_compared) -> Status {
    SURGSIGMA_TRY(truth, piece_of(fs::path(folder) / "truth.u8", m % stored * kPixels, kPixels));
    SURGSIGMA_TRY(answer, piece_of(fs::path(folder) / "answer.u8", m % stored * kPixels, kPixels));
    if (!is_compared) return done();
    const auto plane = [](const std::string& bytes) {
      return LabelPlane{{kWide, kHigh}, std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())};
    };
    SURGSIGMA_TRY(frame, compare_planes(plane(truth), plane(answer), plan, "mask " + std::to_string(m)));
    frames[m] = std::move(frame);
    return done();
  };
  const CpuWatch reading_cpu;
  const StopWatch reading;
  parallel_for(masks, threads, [&](std::size_t m) { states[m] = measure(m, false); });
  const double read_seconds = reading.seconds(), read_cpu = reading_cpu.seconds();
  const CpuWatch cpu;
  const StopWatch watch;
  parallel_for(masks, threads, [&](std::size_t m) { states[m] = measure(m, true); });
  const double seconds = watch.seconds() - read_seconds, cpu_seconds = cpu.seconds() - read_cpu;
  for (const Status& state : states) SURGSIGMA_CHECK(state);
  double sum = 0, count = 0;
  for (const auto& frame : frames) {
    for (const ClassSurface& surface : frame->surfaces) {
      if (surface.edges == 0) continue;
      sum += static_cast<double>(surface.within[0]) / static_cast<double>(surface.edges);
      count += 1;
    }
  }
  return Json{{"seconds", seconds}, {"cpu", cpu_seconds}, {"values", {{"nsd", sum / count}, {"classes", count}}}};
}

}  // namespace surgsigma::bench
