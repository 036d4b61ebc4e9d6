// bench_pixels outside: fits catalog/models/outside.yaml on drawn pictures and tells how well it does on other seeds,
// and on real pictures where a folder with some is given (inside= and outside= are lists of pictures; never fitted on).
// Prints the document; it is copied into the catalog by hand.
#include "surgsigma/refine/outside.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "probe.h"
#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/quality.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/render.h"

namespace surgsigma::bench {
namespace {

/// Haze, tint, faded colours and another exposure, as other cameras have them.
Image varied(const Image& picture, Draws draws) {
  const auto between = [&](double low, double high) { return low + (high - low) * draws.unit(); };
  const double haze = draws.chance(0.4) ? between(0.1, 0.45) : 0, fade = between(0.55, 1.1), gain = between(0.45, 1.25);
  const double gamma = between(0.8, 1.25), tint[3] = {between(0.85, 1.12), between(0.92, 1.06), between(0.85, 1.12)};
  Image out = picture;
  for (std::size_t i = 0; i + 2 < out.values.size(); i += 3) {
    const double grey = (out.values[i] + out.values[i + 1] + out.values[i + 2]) / 765.0;
    if (grey < 0.02) continue;  // round the field
    for (std::size_t c = 0; c < 3; ++c) {
      double value = grey + fade * (out.values[i + c] / 255.0 - grey);
      value = std::pow(std::max(value, 0.0), gamma) * gain * tint[c];
      value = value + haze * (0.8 - value);
      out.values[i + c] = static_cast<std::uint8_t>(std::clamp(255 * value, 0.0, 255.0));
    }
  }
  return out;
}

struct Drawn {
  std::vector<OutsideSample> plain, varied;
};

Status add_drawn(const Catalog& catalog, const Script& script, std::uint64_t seed, Drawn& drawn) {
  SURGSIGMA_TRY(home, card_of(catalog, std::string(script.home)));
  SURGSIGMA_TRY(valid, valid_triplets(home));
  Operation shown = make_operation(script, valid, seed, "case:" + std::to_string(seed), 0.1);
  shown.out_of_body.clear();
  for (int i = 0; i < 8; ++i) {
    const Milliseconds begin = shown.end * (2 * i + 1) / 16 +
                               static_cast<Milliseconds>((seed * 37 + 101 * static_cast<std::uint64_t>(i)) % 1000);
    shown.out_of_body.push_back({"", begin, begin + std::min<Milliseconds>(4000, shown.end / 20)});
  }
  RenderOptions options;
  options.size = {320, 180};
  options.seed = seed;
  SURGSIGMA_TRY(made, Renderer::create(catalog, script, shown, "video" + std::to_string(seed), options));
  RenderedFrame frame;
  Draws draws(seed, script.name, "moments");
  const auto take = [&](Milliseconds t) -> Status {
    made.render(t / 40, frame);
    if (frame.state.is_black) return done();
    SURGSIGMA_TRY(plain, outside_features(frame.image));
    drawn.plain.push_back({plain, frame.state.is_out_of_body});
    SURGSIGMA_TRY(other, outside_features(varied(frame.image, Draws(seed, script.name, "varied" + std::to_string(t)))));
    drawn.varied.push_back({other, frame.state.is_out_of_body});
    return done();
  };
  for (const Span& stay : shown.out_of_body) {
    SURGSIGMA_CHECK(take((stay.begin + stay.end) / 2));
    SURGSIGMA_CHECK(take(static_cast<Milliseconds>(draws.below(static_cast<std::uint64_t>(shown.end)))));
  }
  return done();
}

Result<Drawn> drawn(const Catalog& catalog, std::uint64_t begin, std::uint64_t end) {
  Drawn made;
  for (const Script& script : scripts()) {
    for (std::uint64_t seed = begin; seed < end; ++seed) SURGSIGMA_CHECK(add_drawn(catalog, script, seed, made));
  }
  return made;
}

/// Chances and tiles of the pictures that a file lists, one path a line.
Result<Json> chances(const OutsideModel& model, const std::string& list) {
  Json found = Json::array();
  if (list.empty()) return found;
  SURGSIGMA_TRY(text, read_file(list));
  for (const std::string_view line : split(text, '\n')) {
    if (trim(line).empty()) continue;
    SURGSIGMA_TRY(picture, read_picture(fs::path(std::string(trim(line)))));
    SURGSIGMA_TRY(features, outside_features(picture));
    SURGSIGMA_TRY(measured, measure_frame(picture));
    found.push_back({{"chance", outside_chance(model, features)}, {"tiles", measured.quality.tiles}});
  }
  return found;
}

}  // namespace

Result<Json> probe_outside(const Arguments& arguments) {
  SURGSIGMA_TRY(catalog, open_catalog());
  const StopWatch watch;
  const auto begin = static_cast<std::uint64_t>(arguments.number_or("from", 100)),
             end = static_cast<std::uint64_t>(arguments.number_or("to", 116));
  SURGSIGMA_TRY(own, drawn(catalog, begin, end));
  SURGSIGMA_TRY(others, drawn(catalog, 300, 308));
  std::vector<OutsideSample> samples = own.plain;
  samples.insert(samples.end(), own.varied.begin(), own.varied.end());
  SURGSIGMA_TRY(model, fit_outside(samples));
  SURGSIGMA_TRY(shipped, read_outside_model(catalog.folder));
  fmt::print(stderr, "{}", outside_yaml(model));
  const auto outside =
      std::count_if(samples.begin(), samples.end(), [](const OutsideSample& s) { return s.is_outside; });
  SURGSIGMA_TRY(inside_real, chances(model, arguments.text_or("inside", "")));
  SURGSIGMA_TRY(outside_real, chances(model, arguments.text_or("outside", "")));
  const auto above = [](const Json& list, double least) {
    return std::count_if(list.begin(), list.end(),
                         [&](const Json& one) { return one["chance"].get<double>() >= least; });
  };
  double most = 0, most_tiles = 0;
  for (const Json& one : inside_real) {
    most = std::max(most, one["chance"].get<double>());
    most_tiles = std::max(most_tiles, one["tiles"].get<double>());
  }
  return Json{{"seconds", watch.seconds()},
              {"samples", samples.size()},
              {"outside", outside},
              {"plain", balanced_accuracy(model, others.plain)},
              {"varied", balanced_accuracy(model, others.varied)},
              {"shipped_plain", balanced_accuracy(shipped, others.plain)},
              {"shipped_varied", balanced_accuracy(shipped, others.varied)},
              {"real_inside", inside_real.size()},
              {"real_inside_above_half", above(inside_real, 0.5)},
              {"real_inside_most", most},
              {"real_inside_most_tiles", most_tiles},
              {"real_outside", outside_real}};
}

}  // namespace surgsigma::bench
