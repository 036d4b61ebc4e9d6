// Faults that the renderer plants in pictures against the marks of cleaning: each is found, with its reason, and
// nothing else is marked.
#include <gtest/gtest.h>

#include <map>

#include "surgsigma/media/outside_features.h"
#include "surgsigma/media/quality.h"
#include "surgsigma/refine/cleaning.h"
#include "surgsigma/refine/outside.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/render/render.h"
#include "surgsigma/simulate/simulate.h"

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = std::move(*load_catalog(SURGSIGMA_SOURCE_DIR "/catalog"));
  return loaded;
}

const std::map<Fault, std::string>& reasons() {
  static const std::map<Fault, std::string> table = {
      {Fault::kFrozen, "frozen"},           {Fault::kRepeated, "duplicate"},  {Fault::kBlurred, "blurred"},
      {Fault::kOverexposed, "overexposed"}, {Fault::kPixelated, "pixelated"}, {Fault::kBlank, "blank"}};
  return table;
}

struct Seen {
  std::vector<FrameRow> frames;
  std::vector<FrameState> states;
};

/// One sample a second of one video with faults.
Seen samples_of(std::uint64_t seed) {
  const Script& script = scripts()[seed % scripts().size()];
  const auto valid = valid_triplets(*catalog().source(SourceId(std::string(script.home))));
  Operation shown = make_operation(script, *valid, seed, "faults:" + std::to_string(seed), 0.1);
  shown.out_of_body = {{"", 5000, 12'000}, {"", 20'000, 25'000}};
  RenderOptions options;
  options.size = {427, 240};
  options.seed = seed;
  options.with_faults = true;
  options.with_overlay = false;
  const auto made = Renderer::create(catalog(), script, shown, "video" + std::to_string(seed), options);
  EXPECT_TRUE(made) << to_string(made.error());
  const auto model = read_outside_model(SURGSIGMA_SOURCE_DIR "/catalog");
  EXPECT_TRUE(model) << to_string(model.error());
  Seen seen;
  RenderedFrame frame;
  Thumbnail before;
  for (std::int64_t second = 0; second < 120 && second * 25 < made->frames(); ++second) {
    made->render(second * 25, frame);
    const auto measured = measure_frame(frame.image, second == 0 ? nullptr : &before);
    EXPECT_TRUE(measured);
    before = measured->thumbnail;
    const FrameQuality& quality = measured->quality;
    FrameRow row;
    row.video_id = VideoId("drawn/v");
    row.frame = second * 25;
    row.time_us = second * kSecond;
    row.sharpness = quality.sharpness;
    row.mean_luma = quality.mean_luma;
    row.bright_share = quality.bright_share;
    row.black_share = quality.black_share;
    row.tiles = quality.tiles;
    if (quality.motion) row.motion = quality.motion->difference;
    row.hash = hash_text(measured->hash.views[0]);
    row.hash_contrast = measured->hash.contrast;
    row.outside = outside_chance(*model, *outside_features(frame.image));
    seen.frames.push_back(row);
    seen.states.push_back(frame.state);
  }
  return seen;
}

TEST(FaultsDrawn, EachIsMarkedWithItsReasonAndSoundPicturesAreNot) {
  const auto rules = CleaningRules::create(catalog());
  ASSERT_TRUE(rules) << to_string(rules.error());
  std::map<std::string, int> planted, found;
  int sound = 0, wrong = 0;
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const Seen seen = samples_of(seed);
    const auto marks = marks_of(seen.frames, *rules, seen.frames.back().time_us + kSecond);
    const auto is_marked = [&](std::size_t i, std::string_view reason) {
      return std::any_of(marks.begin(), marks.end(), [&](const MarkRow& mark) {
        return mark.reason == reason && mark.begin_us <= seen.frames[i].time_us && seen.frames[i].time_us < mark.end_us;
      });
    };
    const auto note = [&](std::size_t i, const std::string& reason) {
      ++planted[reason];
      found[reason] += is_marked(i, reason);
    };
    for (std::size_t i = 0; i < seen.frames.size(); ++i) {
      const FrameState& state = seen.states[i];
      if (state.is_black) {
        note(i, "black");
      } else if (state.fault != Fault::kNone) {
        const bool is_first_frozen =
            state.fault == Fault::kFrozen && (i == 0 || seen.states[i - 1].fault != state.fault);
        if (!is_first_frozen) note(i, reasons().at(state.fault));  // the first of a still moved before it
      } else if (state.is_out_of_body) {
        note(i, "out_of_body");
      } else {
        ++sound;
        for (const auto& [fault, reason] : reasons()) wrong += is_marked(i, reason);
        wrong += is_marked(i, "out_of_body") || is_marked(i, "black");
      }
    }
  }
  for (const auto& [reason, count] : planted) {
    EXPECT_GT(count, 0) << reason;
    EXPECT_GE(found[reason], 0.9 * count) << reason;
  }
  EXPECT_GE(planted.size(), 7U) << "every kind is planted but black sections, which are rare";
  EXPECT_LE(wrong, 0.02 * sound);
}

TEST(FaultsDrawn, TheFolderSaysWhatWasPlantedWhere) {
  TemporaryFolder folder;
  SimulateOptions options;
  options.layout = "endoscapes2023";
  options.out = folder.path() / "source";
  options.videos = 1;
  options.scale = 0.03;
  options.dirt = "picture_faults";
  EXPECT_EQ(simulate(catalog(), options).error().kind, ErrorKind::kUsage)
      << "without pictures there is nothing to plant in";
  options.has_pixels = true;
  const auto made = simulate(catalog(), options);
  ASSERT_TRUE(made) << to_string(made.error());
  ASSERT_FALSE(made->defects.empty());
  for (const Defect& defect : made->defects) {
    EXPECT_EQ(defect.defect, "picture_faults");
    EXPECT_TRUE(fs::exists(options.out / defect.file)) << defect.file;
    EXPECT_NE(defect.value.find(" to "), std::string::npos);
  }
}

}  // namespace
}  // namespace surgsigma
