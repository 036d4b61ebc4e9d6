#include "surgsigma/media/quality.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "surgsigma/base/random.h"
#include "surgsigma/media/resize.h"

namespace surgsigma {
namespace {

/// Reddish texture, moved by (dx, dy) pixels; a hash of the place makes the fine grain.
Image tissue(int wide, int high, double dx = 0, double dy = 0, double grain = 20) {
  Image image(wide, high, 3);
  for (int y = 0; y < high; ++y) {
    for (int x = 0; x < wide; ++x) {
      const double u = x - dx, v = y - dy;
      const double wave = 30 * std::sin(u / 23) * std::cos(v / 31) + 25 * std::sin((u + 2 * v) / 57);
      const double noise = grain * std::sin(u * 1.7) * std::sin(v * 1.3);
      const double value[3] = {150 + wave + noise, 75 + 0.7 * wave + noise, 65 + 0.5 * wave + noise};
      for (int c = 0; c < 3; ++c) image.at(x, y)[c] = static_cast<std::uint8_t>(std::clamp(value[c], 0.0, 255.0));
    }
  }
  return image;
}

Image through_field(Image image, const CircularField& field) {
  const Image mask = field_mask(field, image.size());
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    image.values[i] = static_cast<std::uint8_t>(mask.values[i / 3] != 0 ? image.values[i] : 3);
  }
  return image;
}

Image with_smoke(Image image, double share) {
  for (std::uint8_t& value : image.values) value = static_cast<std::uint8_t>(value * (1 - share) + 215 * share);
  return image;
}

Image blurred(const Image& image, int radius) {
  Image out = image;
  for (int y = radius; y + radius < image.height; ++y) {
    for (int x = radius; x + radius < image.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        int sum = 0;
        for (int j = -radius; j <= radius; ++j) {
          for (int i = -radius; i <= radius; ++i) sum += image.at(x + i, y + j)[c];
        }
        out.at(x, y)[c] = static_cast<std::uint8_t>(sum / ((2 * radius + 1) * (2 * radius + 1)));
      }
    }
  }
  return out;
}

FrameQuality quality_of(const Image& image) {
  const auto measures = measure_frame(image);
  EXPECT_TRUE(measures) << to_string(measures.error());
  return measures->quality;
}

std::string frames_folder() {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  for (const fs::path& root :
       {fs::path(named == nullptr ? "" : named), fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data"}) {
    if (!root.empty() && fs::exists(root / "frames")) return (root / "frames").string();
  }
  return "";
}

TEST(Quality, WorkingSizeFollowsTheFrame) {
  EXPECT_EQ(working_reduction({256, 256}), 1);
  EXPECT_EQ(working_reduction({854, 480}), 2);
  EXPECT_EQ(working_reduction({1920, 1080}), 4);
  EXPECT_EQ(working_reduction({3840, 2160}), 8);
  EXPECT_EQ(quality_of(tissue(854, 480)).reduced_by, 2);
}

TEST(Quality, BlurLowersSharpness) {
  const Image frame = tissue(420, 300);
  const double sharp = quality_of(frame).sharpness, soft = quality_of(blurred(frame, 2)).sharpness;
  EXPECT_LT(soft, 0.2 * sharp);
}

TEST(Quality, ExposureAndColour) {
  Image frame(400, 300, 3, 100);
  FrameQuality quality = quality_of(frame);
  EXPECT_NEAR(quality.mean_luma, 100 / 255.0, 1e-9);
  EXPECT_EQ(quality.dark_share, 0);
  EXPECT_EQ(quality.colourfulness, 0);
  EXPECT_EQ(quality.sharpness, 0);
  for (std::size_t i = 0; i < frame.values.size() / 4; ++i) frame.values[i] = 255;
  quality = quality_of(frame);
  EXPECT_NEAR(quality.bright_share, 0.25, 1e-6);
  EXPECT_NEAR(quality.specular_share, 0.25, 1e-6);
  EXPECT_GT(quality_of(tissue(400, 300)).colourfulness, 25);
}

TEST(Quality, ColourfulnessIsThePublishedFormula) {
  // Half pure red, half pure green: rg = +-255 (mean 0), yb = 127.5 everywhere.
  Image frame(400, 300, 3);
  for (int y = 0; y < 300; ++y) {
    for (int x = 0; x < 400; ++x) frame.at(x, y)[x < 200 ? 0 : 1] = 255;
  }
  EXPECT_NEAR(quality_of(frame).colourfulness, 255 + 0.3 * 127.5, 1e-9);
}

TEST(Quality, ABlackFrameIsBlackAndNothingElse) {
  const FrameQuality quality = quality_of(Image(854, 480, 3, 2));
  EXPECT_EQ(quality.black_share, 1);
  EXPECT_FALSE(quality.field);
  EXPECT_EQ(quality.borders, Borders{});
  EXPECT_LT(quality.smoke, 0.05);
}

TEST(Quality, TheRoundFieldIsFoundWhereItIs) {
  for (const CircularField& truth :
       {CircularField{427, 240, 220}, CircularField{400, 250, 300}, CircularField{300, 200, 150}}) {
    const auto field = quality_of(through_field(tissue(854, 480), truth)).field;
    ASSERT_TRUE(field) << truth.radius;
    EXPECT_NEAR(field->centre_x, truth.centre_x, 3);
    EXPECT_NEAR(field->centre_y, truth.centre_y, 3);
    EXPECT_NEAR(field->radius, truth.radius, 3);
  }
}

TEST(Quality, AnOverlayBesideTheFieldDoesNotMatter) {
  Image frame = through_field(tissue(854, 480), {427, 240, 230});
  for (int y = 430; y < 470; ++y) {
    for (int x = 740; x < 840; ++x) std::fill_n(frame.at(x, y), 3, std::uint8_t{240});
  }
  const auto field = find_field(frame);
  ASSERT_TRUE(field);
  EXPECT_NEAR(field->radius, 230, 4);
  EXPECT_NEAR(field->centre_x, 427, 4);
}

TEST(Quality, FullFramesAndLetterboxesHaveNoRoundField) {
  EXPECT_FALSE(find_field(tissue(854, 480)));
  Image boxed = tissue(854, 480);
  for (int y = 0; y < 480; ++y) {
    for (int x = 0; x < 854; ++x) {
      if (y < 60 || y >= 430 || x < 40) std::fill_n(boxed.at(x, y), 3, std::uint8_t{0});
    }
  }
  const FrameQuality quality = quality_of(boxed);
  EXPECT_FALSE(quality.field);
  EXPECT_EQ(quality.borders, (Borders{40, 60, 0, 50}));
  EXPECT_EQ(find_borders(boxed), (Borders{40, 60, 0, 50}));
  EXPECT_EQ(quality.dark_share, 0);  // measured inside only
  EXPECT_NEAR(quality.black_share, 1 - 370.0 * 814 / (854 * 480), 0.01);
}

TEST(Quality, SurroundingsDoNotChangeWhatIsInside) {
  const Image frame = tissue(854, 480);
  const FrameQuality whole = quality_of(frame), round = quality_of(through_field(frame, {427, 240, 230}));
  EXPECT_NEAR(round.sharpness, whole.sharpness, 0.1 * whole.sharpness);
  EXPECT_NEAR(round.mean_luma, whole.mean_luma, 0.03);
  EXPECT_NEAR(round.smoke, whole.smoke, 0.03);
  EXPECT_NEAR(round.dark_share, 0, 0.005);
}

TEST(Quality, SmokeScoreRisesWithSmoke) {
  const Image frame = through_field(tissue(854, 480), {427, 240, 300});
  double last = quality_of(frame).smoke;
  EXPECT_LT(last, 0.35);
  for (const double share : {0.1, 0.2, 0.4, 0.7, 0.9}) {
    const double now = quality_of(with_smoke(tissue(854, 480), share)).smoke;
    EXPECT_GT(now, last) << share;
    last = now;
  }
  EXPECT_GT(last, 0.85);
  EXPECT_NEAR(smoke_score(frame), quality_of(frame).smoke, 1e-12);
}

TEST(Quality, MotionFindsTheShift) {
  for (const auto& [dx, dy] : {std::pair{16.0, -8.0}, std::pair{-40.0, 24.0}, std::pair{5.0, 3.0}}) {
    const auto before = measure_frame(tissue(854, 480, 0, 0, 0));
    const auto now = measure_frame(tissue(854, 480, dx, dy, 0), &before->thumbnail);
    ASSERT_TRUE(now->quality.motion);
    EXPECT_NEAR(now->quality.motion->shift_x, dx, 3) << dx;
    EXPECT_NEAR(now->quality.motion->shift_y, dy, 3) << dy;
    EXPECT_LT(now->quality.motion->residual, now->quality.motion->difference);
  }
}

TEST(Quality, AFrozenFrameDoesNotMoveAndAnotherSizeIsNotCompared) {
  const auto before = measure_frame(tissue(854, 480));
  const Motion still = *measure_frame(tissue(854, 480), &before->thumbnail)->quality.motion;
  EXPECT_EQ(still.difference, 0);
  EXPECT_EQ(still.shift_x, 0);
  EXPECT_FALSE(measure_frame(tissue(640, 480), &before->thumbnail)->quality.motion);
  EXPECT_FALSE(measure_frame(tissue(854, 480))->quality.motion);
}

TEST(Quality, CoarseTilesAreToldFromPictures) {
  const Image frame = tissue(854, 480);
  EXPECT_LT(measure_frame(frame)->quality.tiles, 0.6);
  EXPECT_LT(measure_frame(through_field(frame, {427, 240, 230}))->quality.tiles, 0.6);
  for (const int tile : {20, 32}) {
    const Image small = shrunk(frame, tile);
    Image tiled = frame;
    for (int y = 0; y < frame.height; ++y) {
      for (int x = 0; x < frame.width; ++x) std::copy_n(small.at(x / tile, y / tile), 3, tiled.at(x, y));
    }
    EXPECT_GT(measure_frame(*decode_picture(*encode_jpeg(tiled, 80), "x"))->quality.tiles, 0.75) << tile;
  }
  EXPECT_EQ(measure_frame(Image(854, 480, 3, 128))->quality.tiles, 0) << "one colour has no steps";
  EXPECT_EQ(measure_frame(Image(1, 9, 3, 128))->quality.tiles, 0);
}

TEST(Quality, AJpegReadSmallGivesNearlyTheSame) {
  const Image frame = through_field(tissue(854, 480), {427, 240, 230});
  const std::string bytes = *encode_jpeg(frame, 98);
  const auto fast = measure_picture_file(bytes, "x");
  const auto slow = measure_frame(*decode_picture(bytes, "x"));
  ASSERT_TRUE(fast);
  EXPECT_EQ(fast->quality.reduced_by, 2);
  EXPECT_NEAR(fast->quality.sharpness, slow->quality.sharpness, 0.15 * slow->quality.sharpness);
  EXPECT_NEAR(fast->quality.mean_luma, slow->quality.mean_luma, 0.01);
  EXPECT_NEAR(fast->quality.smoke, slow->quality.smoke, 0.01);
  EXPECT_NEAR(fast->quality.field->radius, slow->quality.field->radius, 2);
  EXPECT_LE(hamming(fast->hash.views[0].dct, slow->hash.views[0].dct), 2);
  EXPECT_EQ(picture_hash(frame), measure_frame(frame)->hash);
}

TEST(Quality, GreyAndTinyPicturesAreMeasured) {
  for (const auto& [wide, high] : {std::pair{1, 1}, std::pair{2, 3}, std::pair{1, 500}, std::pair{17, 9}}) {
    for (const int channels : {1, 3}) {
      const auto measures = measure_frame(Image(wide, high, channels, 90));
      ASSERT_TRUE(measures);
      EXPECT_TRUE(std::isfinite(measures->quality.sharpness));
      EXPECT_TRUE(measure_frame(Image(wide, high, channels, 90), &measures->thumbnail));
    }
  }
}

TEST(Quality, NonsenseIsAUsageError) {
  EXPECT_EQ(measure_frame(Image()).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(measure_frame(Image(4, 4, 2)).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(measure_frame(Image(4, 4, 1), nullptr, {3}).error().kind, ErrorKind::kUsage);
  EXPECT_EQ(measure_picture_file("junk", "f.jpg").error().where, "f.jpg");
}

TEST(RealFrames, SmokyIsSmokierThanCleanInAtLeast23Of25Pairs) {
  if (frames_folder().empty()) GTEST_SKIP() << "no real frames: set SURGSIGMA_SHARED_DATA";
  const fs::path folder = fs::path(frames_folder()) / "desmoke-pairs-salazar/datasets/laparoscopy";
  int right = 0;
  for (int i = 1; i <= 25; ++i) {
    const std::string name = std::to_string(i) + ".jpg";
    const auto smoky = measure_picture_file(*read_file(folder / "input" / name), name);
    const auto clean = measure_picture_file(*read_file(folder / "output" / name), name);
    ASSERT_TRUE(smoky && clean);
    right += smoky->quality.smoke > clean->quality.smoke ? 1 : 0;
  }
  EXPECT_GE(right, 23);
}

TEST(RealFrames, PituitaryFramesAreRound) {
  if (frames_folder().empty()) GTEST_SKIP() << "no real frames: set SURGSIGMA_SHARED_DATA";
  for (const std::string name : {"00003.png", "00004.png"}) {
    const auto frame = read_picture(fs::path(frames_folder()) / "pitvis/docker_example/inputs/01" / name);
    ASSERT_TRUE(frame) << to_string(frame.error());
    const auto field = find_field(*frame);
    ASSERT_TRUE(field) << name;
    EXPECT_NEAR(field->centre_x, 616, 4);
    EXPECT_NEAR(field->centre_y, 376, 4);
    EXPECT_NEAR(field->radius, 344, 4);
  }
}

}  // namespace
}  // namespace surgsigma
