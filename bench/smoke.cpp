// Smoke on one 854x480 picture: the veil and the plume of SmokeParameters drawn for record "bench", one core. The peer
// is peers/smoke.py, which reads the picture and the parameters that dump= names and must come within one grey level.
#include "surgsigma/synth/smoke.h"

#include <algorithm>

#include "probe.h"
#include "surgsigma/base/files.h"
#include "surgsigma/base/random.h"

namespace surgsigma::bench {
namespace {

/// Tissue-like: reds that vary slowly, with the grain of a camera. Only its being no flat area matters.
Image tissue(int width, int height) {
  Image image(width, height, 3);
  Draws draws(1, "bench", "tissue");
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int wave = static_cast<int>((x * 7 + y * 5) % 97);
      const int grain = static_cast<int>(draws.below(9));
      std::uint8_t* const pixel = image.at(x, y);
      pixel[0] = static_cast<std::uint8_t>(120 + wave + grain);
      pixel[1] = static_cast<std::uint8_t>(40 + wave / 2 + grain);
      pixel[2] = static_cast<std::uint8_t>(45 + wave / 3 + grain);
    }
  }
  return image;
}

/// NumPy's own format, version 1: bytes in rows, columns, channels.
std::string npy(const Image& image) {
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + std::to_string(image.height) + ", " +
                       std::to_string(image.width) + ", " + std::to_string(image.channels) + "), }";
  header.append(63 - (10 + header.size()) % 64, ' ').push_back('\n');
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes.push_back(static_cast<char>(header.size() & 0xFF));
  bytes.push_back(static_cast<char>(header.size() >> 8));
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(image.values.data()), image.values.size());
  return bytes;
}

}  // namespace

Result<Json> probe_smoke(const Arguments& arguments) {
  const Image clean = tissue(854, 480);
  SmokeParameters parameters = draw_smoke(1, "bench", clean.size(), PlumeSource{560, 330});
  parameters.type = SmokeType::kMixed;
  parameters.ambient = std::max(parameters.ambient, 0.5);
  parameters.plume = std::max(parameters.plume, 1.2);

  double seconds = 1e9;
  Result<SmokePicture> made = add_smoke(clean, parameters);
  if (!made) return made.error();
  for (int i = 0; i < arguments.number_or("repeats", 20); ++i) {
    const StopWatch watch;
    made = add_smoke(clean, parameters);
    seconds = std::min(seconds, watch.seconds());
  }
  if (const std::string dump = arguments.text_or("dump", ""); !dump.empty()) {
    const fs::path folder(dump);
    SURGSIGMA_CHECK(write_file(folder / "clean.npy", npy(clean)));
    SURGSIGMA_CHECK(write_file(folder / "smoke.npy", npy(made->picture)));
    SURGSIGMA_CHECK(write_file(folder / "parameters.json", to_text(to_json(parameters))));
  }
  return Json{{"seconds", seconds}, {"mean_veil", made->mean_veil}};
}

}  // namespace surgsigma::bench
