#include "surgsigma/synth/smoke.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "surgsigma/base/random.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/synth/smoke_noise.h"
#include "surgsigma/synth/smoke_rows.h"

namespace surgsigma {
namespace {

/// Dark red with brighter patches and grain, as tissue under an endoscope.
Image tissue(int width, int height) {
  Image image(width, height, 3);
  Draws draws(1, "test", "tissue");
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double wave = 0.5 + 0.5 * std::sin(x * 0.11) * std::cos(y * 0.07);
      const auto grain = static_cast<double>(draws.below(9));
      image.at(x, y)[0] = static_cast<std::uint8_t>(90 + 90 * wave + grain);
      image.at(x, y)[1] = static_cast<std::uint8_t>(20 + 70 * wave + grain);
      image.at(x, y)[2] = static_cast<std::uint8_t>(25 + 60 * wave + grain);
    }
  }
  return image;
}

Image disc(int width, int height) {
  Image field(width, height, 1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      *field.at(x, y) = std::hypot(x - width / 2.0, y - height / 2.0) < 0.45 * height ? 255 : 0;
    }
  }
  return field;
}

SmokeParameters mixed_smoke(ImageSize size) {
  SmokeParameters smoke = draw_smoke(5, "mixed", size, PlumeSource{0.5 * size.width, 0.8 * size.height});
  smoke.type = SmokeType::kMixed;
  smoke.ambient = 0.5;
  smoke.plume = 1.2;
  return smoke;
}

/// The pure model, as the inversion needs it.
SmokeParameters without_scatter_and_noise(SmokeParameters smoke) {
  smoke.scatter = 0;
  smoke.noise_read = 0;
  smoke.noise_shot = 0;
  return smoke;
}

/// PSNR in linear light of J' = (I - A (1 - t)) / max(t, 0.05) against J where t > 0.3.
double inversion_psnr(const Image& clean, const SmokePicture& smoky, const FloatImage& seen,
                      const SmokeParameters& smoke) {
  double sum = 0;
  double count = 0;
  for (int y = 0; y < clean.height; ++y) {
    for (int x = 0; x < clean.width; ++x) {
      const float red = *smoky.transmission_float.at(x, y);
      if (red <= 0.3F) continue;
      const auto air = air_light_at(smoke, clean.size(), x, y);
      for (std::size_t c = 0; c < 3; ++c) {
        const double t = std::pow(red, kSmokeExtinction[c]);
        const double light = (seen.at(x, y)[c] - air[c] * (1 - t)) / std::max(t, 0.05);
        sum += std::pow(light - linear_light()[clean.at(x, y)[c]], 2);
        ++count;
      }
    }
  }
  EXPECT_GT(count, 0);
  return 10 * std::log10(count / std::max(sum, 1e-30));
}

FloatImage decoded(const Image& picture) {
  FloatImage light(picture.width, picture.height, 3);
  for (std::size_t i = 0; i < light.values.size(); ++i) light.values[i] = linear_light()[picture.values[i]];
  return light;
}

/// Mean of the dark channel: least of the three channels in windows of 15 pixels.
double dark_channel(const Image& picture) {
  double sum = 0;
  int count = 0;
  for (int y = 7; y + 7 < picture.height; y += 5) {
    for (int x = 7; x + 7 < picture.width; x += 5) {
      int least = 255;
      for (int dy = -7; dy <= 7; ++dy) {
        const std::uint8_t* const row = picture.row(y + dy) + 3 * (x - 7);
        least = std::min<int>(least, *std::min_element(row, row + 45));
      }
      sum += least;
      ++count;
    }
  }
  return sum / count;
}

Image with_smoke(const Image& clean, const SmokeParameters& smoke, const SmokeScene& scene = {}) {
  const auto made = add_smoke(clean, smoke, scene);
  EXPECT_TRUE(made) << to_string(made.error());
  return made ? made->picture : Image();
}

double mean_difference(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += std::abs(a.values[i] - b.values[i]);
  return sum / static_cast<double>(a.values.size());
}

TEST(Smoke, TheFloatPictureBeforeScatterAndNoiseInvertsToTheClean) {
  const Image clean = tissue(320, 180);
  const SmokeParameters smoke = without_scatter_and_noise(mixed_smoke(clean.size()));
  SmokeScene scene;
  scene.keep_linear = true;
  const auto smoky = add_smoke(clean, smoke, scene);
  ASSERT_TRUE(smoky) << to_string(smoky.error());
  EXPECT_GT(inversion_psnr(clean, *smoky, smoky->linear, smoke), 90);
  EXPECT_GT(inversion_psnr(clean, *smoky, decoded(smoky->picture), smoke), 35) << "and after eight bits";
}

TEST(Smoke, TheInversionFailsWithTheWrongAirLight) {
  const Image clean = tissue(160, 90);
  SmokeParameters smoke = without_scatter_and_noise(mixed_smoke(clean.size()));
  SmokeScene scene;
  scene.keep_linear = true;
  const auto smoky = add_smoke(clean, smoke, scene);
  smoke.air_light *= 0.8;
  EXPECT_LT(inversion_psnr(clean, *smoky, smoky->linear, smoke), 35);
}

TEST(Smoke, DarkChannelRisesWithSeverity) {
  const Image clean = tissue(320, 180);
  SmokeParameters smoke = mixed_smoke(clean.size());
  double darkness = dark_channel(clean);
  double veil = 0;
  std::vector<SmokeSeverity> severities;
  for (const double thickness : {0.1, 0.25, 0.5, 1.0, 1.6}) {
    smoke.ambient = thickness;
    smoke.plume = 1.5 * thickness;
    const auto made = add_smoke(clean, smoke);
    const double darker = dark_channel(made->picture);
    EXPECT_GT(darker, darkness) << thickness;
    EXPECT_GT(made->mean_veil, veil);
    darkness = darker;
    veil = made->mean_veil;
    severities.push_back(made->severity);
  }
  EXPECT_EQ(severities.front(), SmokeSeverity::kLight);
  EXPECT_EQ(severities.back(), SmokeSeverity::kHeavy);
  EXPECT_TRUE(std::is_sorted(severities.begin(), severities.end()));
}

TEST(Smoke, NothingOutsideTheFieldChanges) {
  const Image clean = tissue(320, 180);
  const Image field = disc(320, 180);
  SmokeScene scene;
  scene.field = &field;
  const auto made = add_smoke(clean, mixed_smoke(clean.size()), scene);
  ASSERT_TRUE(made);
  std::int64_t changed = 0;
  double veil = 0;
  double inside = 0;
  for (std::size_t i = 0; i < field.values.size(); ++i) {
    const bool is_equal = std::equal(&clean.values[3 * i], &clean.values[3 * i] + 3, &made->picture.values[3 * i]);
    if (field.values[i] == 0) {
      ASSERT_TRUE(is_equal) << i;
      ASSERT_EQ(made->transmission.values[i], 255);
      continue;
    }
    changed += is_equal ? 0 : 1;
    veil += 1 - made->transmission_float.values[i];
    ++inside;
  }
  EXPECT_GT(changed, 10'000);
  EXPECT_NEAR(made->mean_veil, veil / inside, 1e-4) << "the mean is taken inside the field";
}

TEST(Smoke, NoSmokeGivesTheCleanPictureBack) {
  Image every(256, 3, 3);
  for (int x = 0; x < 256; ++x) {
    for (int y = 0; y < 3; ++y) every.at(x, y)[y] = static_cast<std::uint8_t>(x);
  }
  SmokeParameters smoke = mixed_smoke(every.size());
  smoke.ambient = 0;
  smoke.plume = 0;
  const auto made = add_smoke(every, smoke);
  EXPECT_EQ(made->picture, every) << "and so the encoding undoes the decoding for every grey";
  EXPECT_EQ(made->mean_veil, 0);
  EXPECT_EQ(made->severity, SmokeSeverity::kLight);
}

TEST(Smoke, SmallAndOddPicturesAreNoSpecialCase) {
  for (const ImageSize size : {ImageSize{1, 1}, {2, 5}, {5, 2}, {33, 17}, {1, 40}}) {
    const Image clean = tissue(size.width, size.height);
    SmokeParameters smoke = mixed_smoke(size);
    smoke.grid_px = 4;
    smoke.scatter_px = 3;
    const auto made = add_smoke(clean, smoke);
    ASSERT_TRUE(made) << size.width << "x" << size.height;
    EXPECT_EQ(made->picture.size(), size);
  }
}

TEST(Smoke, FramesOfAClipFollowEachOther) {
  const Image clean = tissue(320, 180);
  const SmokeParameters smoke = without_scatter_and_noise(mixed_smoke(clean.size()));
  const auto frame = [&](double time_s) {
    SmokeScene scene;
    scene.time_s = time_s;
    return with_smoke(clean, smoke, scene);
  };
  for (const double start : {0.0, 3600.0}) {
    const Image now = frame(start);
    EXPECT_EQ(frame(start), now);
    const double next = mean_difference(now, frame(start + 0.04));
    const double later = mean_difference(now, frame(start + 4));
    EXPECT_GT(next, 0);
    EXPECT_LT(next, 0.15 * later) << "at " << start;
  }
}

TEST(Smoke, ThePlumeRisesFromItsSource) {
  const Image clean = tissue(320, 180);
  SmokeParameters smoke = without_scatter_and_noise(mixed_smoke(clean.size()));
  smoke.ambient = 0;
  smoke.lean = 0;
  smoke.source_x = 0.3;
  smoke.source_y = 0.6;
  const auto made = add_smoke(clean, smoke);
  const auto veil_in = [&](int x1, int y1, int x2, int y2) {
    double sum = 0;
    for (int y = y1; y < y2; ++y) {
      for (int x = x1; x < x2; ++x) sum += 1 - *made->transmission_float.at(x, y);
    }
    return sum / ((x2 - x1) * (y2 - y1));
  };
  EXPECT_GT(veil_in(76, 60, 116, 100), 0.2) << "above the source";
  EXPECT_LT(veil_in(76, 140, 116, 180), 0.01) << "below it";
  EXPECT_LT(veil_in(260, 90, 320, 180), 0.01) << "far to the side";
}

TEST(Smoke, DistanceThickensTheVeilAndNearThingsHideThePlume) {
  const Image clean(64, 64, 3, 60);
  SmokeParameters smoke = without_scatter_and_noise(mixed_smoke(clean.size()));
  FloatImage distance(64, 64, 1, 1.0F);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 32; ++x) *distance.at(x, y) = 0;
  }
  SmokeScene scene;
  scene.distance = &distance;
  const auto made = add_smoke(clean, smoke, scene);
  EXPECT_FALSE(made->is_distance_prior);
  for (int y = 0; y < 64; ++y) {
    ASSERT_EQ(*made->transmission.at(5, y), 255) << "nothing lies before a thing at distance 0";
    ASSERT_LE(*made->transmission_float.at(60, y), std::exp(-0.5F) + 1e-5F);
  }
  *distance.at(60, 60) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(add_smoke(clean, smoke, scene)->is_distance_prior) << "an unknown pixel takes the prior, and it is said";
  EXPECT_TRUE(add_smoke(clean, smoke)->is_distance_prior);
}

TEST(Smoke, WrongCallsAreRefused) {
  const Image clean = tissue(40, 30);
  const SmokeParameters smoke = mixed_smoke(clean.size());
  EXPECT_EQ(add_smoke(Image(), smoke).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(add_smoke(Image(40, 30, 1), smoke).error().kind, ErrorKind::kUsage);
  const Image small(39, 30, 1);
  const FloatImage narrow(39, 30, 1);
  SmokeScene scene;
  scene.field = &small;
  EXPECT_EQ(add_smoke(clean, smoke, scene).error().kind, ErrorKind::kUsage);
  scene = {};
  scene.distance = &narrow;
  EXPECT_EQ(add_smoke(clean, smoke, scene).error().kind, ErrorKind::kUsage);
  scene = {};
  scene.time_s = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(add_smoke(clean, smoke, scene).error().kind, ErrorKind::kUsage);
  SmokeParameters broken = smoke;
  broken.plume = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(add_smoke(clean, broken).error().kind, ErrorKind::kUsage);
  broken = smoke;
  broken.grid_px = 0;
  EXPECT_EQ(add_smoke(clean, broken).error().kind, ErrorKind::kUsage);
}

TEST(SmokeParameters, AreAFunctionOfSeedAndRecord) {
  const ImageSize size{854, 480};
  EXPECT_EQ(draw_smoke(1, "a", size), draw_smoke(1, "a", size));
  EXPECT_NE(draw_smoke(1, "a", size), draw_smoke(1, "b", size));
  EXPECT_NE(draw_smoke(1, "a", size), draw_smoke(2, "a", size));
  SmokeParameters with_tip = draw_smoke(1, "a", size, PlumeSource{427, 120});
  EXPECT_EQ(with_tip.source_x, 0.5);
  EXPECT_EQ(with_tip.source_y, 0.25);
  EXPECT_TRUE(with_tip.is_source_instrument);
  EXPECT_EQ(with_tip.ambient, draw_smoke(1, "a", size).ambient) << "a tip moves the source alone";
}

TEST(SmokeParameters, DrawsStayInTheRangesAndFillThem) {
  std::array<int, 3> types{};
  std::array<int, 3> severities{};
  double least_air = 1;
  double most_air = 0;
  const Image clean = tissue(96, 54);
  for (int i = 0; i < 300; ++i) {
    const SmokeParameters smoke = draw_smoke(7, "r" + std::to_string(i), {96, 54});
    ++types[static_cast<std::size_t>(smoke.type)];
    EXPECT_TRUE(smoke.type == SmokeType::kPlume ? smoke.ambient == 0 : smoke.ambient >= 0.1 && smoke.ambient <= 1.2);
    EXPECT_TRUE(smoke.type == SmokeType::kAmbient ? smoke.plume == 0 : smoke.plume >= 0.3 && smoke.plume <= 2);
    EXPECT_TRUE(smoke.drift >= 0.02 && smoke.drift <= 0.15);
    EXPECT_TRUE(smoke.scale >= 0.08 && smoke.scale <= 0.2);
    const bool is_on_border = smoke.source_x == 0 || smoke.source_x == 1 || smoke.source_y == 1;
    EXPECT_TRUE(is_on_border);
    least_air = std::min(least_air, smoke.air_light);
    most_air = std::max(most_air, smoke.air_light);
    ++severities[static_cast<std::size_t>(add_smoke(clean, smoke)->severity)];
  }
  EXPECT_TRUE(least_air >= 0.55 && least_air < 0.57 && most_air <= 0.95 && most_air > 0.93);
  for (const int count : types) EXPECT_GT(count, 45);
  for (const int count : severities) EXPECT_GT(count, 15) << "every severity comes about";
}

TEST(SmokeParameters, JsonRepeatsThePicture) {
  const Image clean = tissue(80, 60);
  const SmokeParameters smoke = draw_smoke(3, "json", clean.size());
  const auto document = parse_json(to_text(to_json(smoke)), "smoke.json");
  ASSERT_TRUE(document);
  const auto back = read_smoke_parameters(*document, "smoke.json");
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(*back, smoke);
  EXPECT_EQ(with_smoke(clean, *back), with_smoke(clean, smoke));
}

TEST(SmokeParameters, WrongJsonIsNamed) {
  const Json good = to_json(SmokeParameters{});
  const auto fault = [&](auto&& spoil) {
    Json bad = good;
    spoil(bad);
    const auto read = read_smoke_parameters(bad, "pair7.json");
    EXPECT_FALSE(read);
    EXPECT_TRUE(read || (read.error().where == "pair7.json" && read.error().kind == ErrorKind::kData));
    return read ? "" : read.error().what;
  };
  EXPECT_EQ(fault([](Json& j) { j.erase("plume"); }), "member 'plume' is missing");
  EXPECT_EQ(fault([](Json& j) { j["plume"] = "much"; }), "member 'plume' is not a number");
  EXPECT_EQ(fault([](Json& j) { j["plumes"] = 1; }), "unknown smoke parameter 'plumes'");
  EXPECT_EQ(fault([](Json& j) { j["grid_px"] = 2.5; }), "member 'grid_px' is not a whole number of 32 bits");
  EXPECT_NE(fault([](Json& j) { j["pattern"] = -1; }), "");
  EXPECT_NE(fault([](Json& j) { j["ambient"] = 1e9; }).find("ambient"), std::string::npos);
  EXPECT_NE(fault([](Json& j) { j["tint"] = Json::array({1, 1}); }).find("tint"), std::string::npos);
  EXPECT_NE(fault([](Json& j) { j["type"] = "fog"; }).find("fog"), std::string::npos);
  EXPECT_NE(fault([](Json& j) { j["is_source_instrument"] = 1; }), "");
  EXPECT_FALSE(read_smoke_parameters(Json(3), "x"));
}

TEST(PlumeSource, IsTheEndFarFromWhereTheInstrumentComesIn) {
  EXPECT_EQ(tip_of_box({0, 300, 400, 480}, {854, 480}), (PlumeSource{400, 300}));
  EXPECT_EQ(tip_of_box({500, 0, 854, 200}, {854, 480}), (PlumeSource{500, 200}));
  Image mask(100, 80, 1);
  for (int i = 0; i < 40; ++i) *mask.at(99 - i, 79 - i / 2) = 1;
  EXPECT_EQ(tip_of_mask(mask), (PlumeSource{60, 60}));
  EXPECT_FALSE(tip_of_mask(Image(10, 10, 1)));
}

TEST(SmokeNoise, ExponentialAgreesWithTheLibrary) {
  for (float x = -90; x <= 0; x += 0.0137F) {
    ASSERT_NEAR(fading_exp(x), std::exp(x), 3e-7F * std::exp(x) + 1e-37F) << x;
  }
  EXPECT_EQ(fading_exp(0), 1);
  EXPECT_EQ(fading_exp(-1e8F), 0);
}

TEST(SmokeNoise, GrainHasMeanZeroAndVarianceOne) {
  double sum = 0;
  double squares = 0;
  constexpr int kCount = 200'000;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const double value = grain(77, i);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.01);
  EXPECT_NEAR(squares / kCount, 1, 0.01);
}

TEST(SmokeNoise, FieldIsContinuousAcrossWholeNumbersAndMovesWithItsOrigin) {
  const std::vector<float> xs = {0.999F, 1.0F, 1.001F, -0.001F, 0.0F, 0.001F};
  const std::vector<float> ys(xs.size(), 0.3F);
  const auto values = [&](double shift, float back) {
    std::vector<float> moved = xs;
    for (float& x : moved) x -= back;
    std::vector<float> out(xs.size(), 0.0F);
    NoiseLayer(9, shift, 0, 0.5).add(moved, ys, 1, 1, out);
    return out;
  };
  const std::vector<float> here = values(0, 0);
  EXPECT_NEAR(here[0], here[1], 0.01);
  EXPECT_NEAR(here[1], here[2], 0.01);
  EXPECT_NEAR(here[3], here[5], 0.01);
  EXPECT_NE(here[0], here[4]);
  const std::vector<float> carried = values(100'000, 0);
  const std::vector<float> again = values(100'001, 1);
  for (std::size_t i = 0; i < xs.size(); ++i) EXPECT_NEAR(carried[i], again[i], 1e-4);
}

TEST(CleanGate, NamesWhatSpeaksAgainstAFrame) {
  FrameQuality good;
  good.sharpness = 100;
  EXPECT_EQ(why_not_clean(good), "");
  FrameQuality smoky = good;
  smoky.smoke = 0.9;
  EXPECT_NE(why_not_clean(smoky).find("smoke"), std::string::npos);
  FrameQuality blurred = good;
  blurred.sharpness = 1;
  EXPECT_NE(why_not_clean(blurred).find("sharpness"), std::string::npos);
}

/// Clean frames of a published set of pairs; not part of the project.
std::vector<Image> real_clean_frames() {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  const fs::path data = named != nullptr ? fs::path(named) : fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data";
  const fs::path folder = data / "frames/desmoke-pairs-salazar/datasets/laparoscopy/output";
  std::vector<Image> frames;
  for (int i = 1; fs::exists(folder / (std::to_string(i) + ".jpg")); ++i) {
    auto picture = read_picture(folder / (std::to_string(i) + ".jpg"));
    EXPECT_TRUE(picture) << to_string(picture.error());
    if (picture) frames.push_back(std::move(*picture));
  }
  return frames;
}

TEST(Smoke, RealCleanFramesPassTheSelfChecks) {
  const std::vector<Image> frames = real_clean_frames();
  if (frames.empty()) GTEST_SKIP() << "no real frames: set SURGSIGMA_SHARED_DATA";
  EXPECT_EQ(frames.size(), 25u);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Image& clean = frames[i];
    const SmokeParameters drawn = draw_smoke(1, "real" + std::to_string(i), clean.size());
    const SmokeParameters pure = without_scatter_and_noise(drawn);
    const Image field = disc(clean.width, clean.height);
    SmokeScene scene;
    scene.keep_linear = true;
    const auto smoky = add_smoke(clean, pure, scene);
    ASSERT_TRUE(smoky) << i;
    EXPECT_GT(inversion_psnr(clean, *smoky, smoky->linear, pure), 80) << i;
    EXPECT_GT(inversion_psnr(clean, *smoky, decoded(smoky->picture), pure), 35) << i;
    EXPECT_GE(dark_channel(with_smoke(clean, drawn)), dark_channel(clean)) << i;
    scene.field = &field;
    const Image inside_only = with_smoke(clean, drawn, scene);
    for (std::size_t p = 0; p < field.values.size(); ++p) {
      if (field.values[p] == 0) {
        ASSERT_EQ(inside_only.values[3 * p], clean.values[3 * p]) << i;
      }
    }
  }
}

}  // namespace
}  // namespace surgsigma
