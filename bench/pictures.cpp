// Measures and perceptual hashes of a folder of JPEG frames, files read included. The peer is peers/pictures.py, which
// takes the same measures with OpenCV in one process per thread.
#include <algorithm>

#include "probe.h"
#include "surgsigma/base/hash.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/media/quality.h"

namespace surgsigma::bench {
namespace {

struct Sums {
  std::int64_t frames = 0, fields = 0;
  double luma = 0, sharpness = 0, smoke = 0, colourfulness = 0, motion = 0;
  std::uint64_t hashes = 0;
  Json values = Json::array();  ///< One list a frame, in the order of kNames, if asked for.
  std::optional<Error> error = {};
};

constexpr const char* kNames[] = {"field",   "luma",    "sharpness", "smoke",    "colourfulness",
                                  "dark",    "bright",  "black",     "specular", "motion",
                                  "shift_x", "shift_y", "residual",  "dct",      "difference"};

Json values_of(const FrameMeasures& measures) {
  const FrameQuality& q = measures.quality;
  const Motion motion = q.motion.value_or(Motion{});
  return Json{q.field ? 1 : 0,
              q.mean_luma,
              q.sharpness,
              q.smoke,
              q.colourfulness,
              q.dark_share,
              q.bright_share,
              q.black_share,
              q.specular_share,
              motion.difference,
              motion.shift_x,
              motion.shift_y,
              motion.residual,
              hex64(measures.hash.views[0].dct),
              hex64(measures.hash.views[0].difference)};
}

/// Neighbouring frames stay in one hand, because motion looks at the frame before.
Sums measured(const std::vector<std::string>& paths, std::size_t begin, std::size_t end, bool wants_values) {
  Sums sums;
  Thumbnail before;
  for (std::size_t i = begin; i < end; ++i) {
    const auto bytes = read_file(paths[i]);
    const auto measures = bytes.ok() ? measure_picture_file(*bytes, paths[i], i == begin ? nullptr : &before)
                                     : Result<FrameMeasures>(bytes.error());
    if (!measures) {
      sums.error = measures.error();
      return sums;
    }
    const FrameQuality& quality = measures->quality;
    ++sums.frames;
    sums.fields += quality.field ? 1 : 0;
    sums.luma += quality.mean_luma;
    sums.sharpness += quality.sharpness;
    sums.smoke += quality.smoke;
    sums.colourfulness += quality.colourfulness;
    sums.motion += quality.motion ? quality.motion->difference : 0;
    sums.hashes ^= measures->hash.views[0].dct ^ measures->hash.views[0].difference;
    if (wants_values) sums.values.push_back(values_of(*measures));
    before = measures->thumbnail;
  }
  return sums;
}

}  // namespace

Result<Json> probe_pictures(const Arguments& arguments) {
  SURGSIGMA_TRY(folder, arguments.text("folder"));
  SURGSIGMA_TRY(tree, list_tree(folder));
  std::vector<std::string> paths;
  for (const FoundFile& file : tree.files) paths.push_back((fs::path(folder) / file.path).string());
  const int rounds = arguments.number_or("rounds", 1);
  const auto threads = static_cast<std::size_t>(std::max(1, arguments.number_or("threads", 2)));
  const bool wants_values = arguments.number_or("values", 0) != 0;

  const StopWatch watch;
  std::vector<Sums> sums(threads);
  for (int round = 0; round < rounds; ++round) {
    parallel_for(threads, static_cast<int>(threads), [&](std::size_t part) {
      sums[part] = measured(paths, paths.size() * part / threads, paths.size() * (part + 1) / threads, wants_values);
    });
  }
  const double seconds = watch.seconds();

  Sums all;
  Json values = Json::array();
  for (const Sums& part : sums) {
    if (part.error) return *part.error;
    all.frames += part.frames;
    all.fields += part.fields;
    all.luma += part.luma;
    all.sharpness += part.sharpness;
    all.smoke += part.smoke;
    all.colourfulness += part.colourfulness;
    all.motion += part.motion;
    all.hashes ^= part.hashes;
    values.insert(values.end(), part.values.begin(), part.values.end());
  }
  return Json{{"seconds", seconds},   {"frames", all.frames * rounds},
              {"fields", all.fields}, {"luma", all.luma},
              {"smoke", all.smoke},   {"colourfulness", all.colourfulness},
              {"motion", all.motion}, {"sharpness", all.sharpness},
              {"hashes", all.hashes}, {"names", kNames},
              {"values", values}};
}

}  // namespace surgsigma::bench
