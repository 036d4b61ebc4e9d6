#include "surgsigma/synth/pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/random.h"
#include "surgsigma/media/clip_writer.h"
#include "surgsigma/media/depth_file.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/video.h"

namespace surgsigma {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr ImageSize kSize{160, 120};

Image blocks(std::uint64_t seed) {
  Image image(kSize.width, kSize.height, 3);
  for (int y = 0; y < kSize.height; ++y) {
    for (int x = 0; x < kSize.width; ++x) {
      const std::uint64_t bits = Draws(seed, std::to_string(x / 20) + "," + std::to_string(y / 20), "blocks").bits();
      for (int c = 0; c < 3; ++c) image.at(x, y)[c] = static_cast<std::uint8_t>(30 + (bits >> (8 * c)) % 130);
    }
  }
  return image;
}

class PairTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
    ASSERT_TRUE(loaded.ok()) << to_string(loaded.error());
    catalog_ = new Catalog(std::move(*loaded));
  }

  /// 20 seconds at 10 frames a second; a sample a second, all clean.
  void SetUp() override {
    auto clip = ClipWriter::open(folder_.path() / "v.mp4", kSize, {{10, 1}, 20, "ultrafast", 1});
    ASSERT_TRUE(clip.ok());
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(clip->add(blocks(static_cast<std::uint64_t>(i / 5))).ok());
    ASSERT_TRUE(clip->close().ok());
    input_.video.video_id = VideoId("endoscapes2023/1");
    input_.video.source_id = SourceId("endoscapes2023");
    input_.video.case_id = CaseId("camma:67");
    input_.video.frame_rate_num = 10;
    input_.medium.emplace();
    input_.medium->path = "v.mp4";
    input_.medium->frames = 200;
    input_.medium->frame_rate_num = 10;
    input_.medium->duration_us = 20 * kSecond;
    input_.video_file = "v.mp4";
    for (std::int64_t second = 0; second < 20; ++second) {
      FrameRow frame;
      frame.video_id = input_.video.video_id;
      frame.frame = second * 10;
      frame.time_us = second * kSecond;
      frame.sharpness = 200;
      frame.mean_luma = 0.4;
      input_.frames.push_back(frame);
    }
    add(AnnotationKind::kPhase, 0, 20, "pha.chole.calot_dissection");
  }

  Annotation& add(AnnotationKind kind, std::int64_t begin_s, std::int64_t end_s, const std::string& concept_id) {
    Annotation row;
    row.video_id = input_.video.video_id;
    row.ordinal = static_cast<std::int64_t>(input_.annotations.size());
    row.kind = kind;
    row.begin_us = begin_s * kSecond;
    row.end_us = end_s * kSecond;
    row.begin_frame = begin_s * 10;
    row.concepts = {ConceptId(concept_id)};
    input_.annotations.push_back(row);
    return input_.annotations.back();
  }

  std::vector<PairRow> made(std::int64_t per_video = 6) {
    PairOptions options;
    options.per_video = per_video;
    options.source_root = folder_.path();
    options.media_folder = folder_.path() / "db" / "media";
    const auto stage = PairStage::create(*catalog_, *catalog_->source(SourceId("endoscapes2023")), false, options);
    EXPECT_TRUE(stage.ok());
    std::vector<PairRow> pairs;
    issues_.clear();
    places_.clear();
    const Status status = stage->video(
        input_, [&](PairRow&& row) { pairs.push_back(std::move(row)); },
        [&](IssueRow&& row) {
          issues_.push_back(row.rule + ": " + row.message);
          places_.push_back(row.rule + " " + row.file + " " + row.value);
        });
    EXPECT_TRUE(status.ok()) << to_string(status.error());
    return pairs;
  }

  std::vector<PairRow> of(const std::string& task, std::int64_t per_video = 6) {
    auto pairs = made(per_video);
    std::erase_if(pairs, [&](const PairRow& row) { return row.task != task; });
    return pairs;
  }

  /// The recording as pictures, `step` native frames apart, instead of a video.
  void use_pictures(std::int64_t count, std::int64_t step, int channels = 3) {
    input_.video_file.clear();
    input_.medium->path = "frames";
    input_.frames.clear();
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string path = "frames/" + std::to_string(i * step) + ".png";
      Image picture = blocks(static_cast<std::uint64_t>(i));
      if (channels == 1) picture = Image(kSize.width, kSize.height, 1, 90);
      ASSERT_TRUE(write_file(folder_.path() / path, *encode_png(picture)).ok());
      input_.pictures.emplace_back(i * step, path);
      FrameRow frame;
      frame.video_id = input_.video.video_id;
      frame.frame = i * step;
      frame.time_us = i * step * kSecond / 10;
      frame.sharpness = 200;
      frame.mean_luma = 0.4;
      frame.media = path;
      input_.frames.push_back(frame);
    }
  }

  Image read(const std::string& name) {
    auto picture = read_picture(folder_.path() / "db" / name);
    EXPECT_TRUE(picture.ok()) << name;
    return picture.ok() ? *picture : Image();
  }

  static Catalog* catalog_;
  TemporaryFolder folder_;
  PairInput input_;
  std::vector<std::string> issues_;
  std::vector<std::string> places_;  ///< rule, file and frame of each
};
Catalog* PairTest::catalog_ = nullptr;

TEST_F(PairTest, FilesAreNamedByTheirContentAndTwoRunsAgree) {
  const auto first = made(), again = made();
  ASSERT_FALSE(first.empty());
  ASSERT_EQ(first.size(), again.size());
  std::set<std::string> ids;
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].pair_id, again[i].pair_id);
    EXPECT_EQ(first[i].input, again[i].input);
    EXPECT_EQ(first[i].target, again[i].target);
    EXPECT_TRUE(ids.insert(first[i].pair_id).second);
    for (const std::string& name : {first[i].input, first[i].target}) {
      const auto bytes = read_file(folder_.path() / "db" / name);
      ASSERT_TRUE(bytes.ok());
      EXPECT_THAT(name, HasSubstr(hex64(hash64(*bytes))));
    }
  }
  EXPECT_THAT(issues_, IsEmpty());
}

TEST_F(PairTest, TheSmokyPictureIsBrighterAndItsTargetTheCleanOne) {
  const auto pairs = of("desmoking");
  ASSERT_EQ(pairs.size(), 6u);
  for (const PairRow& row : pairs) {
    const Image smoky = read(row.input), clean = read(row.target);
    double brighter = 0;
    for (std::size_t i = 0; i < smoky.values.size(); ++i) brighter += smoky.values[i] - clean.values[i];
    EXPECT_GT(brighter, 0);
    const Json parameters = Json::parse(row.parameters);
    EXPECT_EQ(parameters["distance"], "prior");
    EXPECT_TRUE(fs::exists(folder_.path() / "db" / parameters["transmission"].get<std::string>()));
    EXPECT_EQ(row.origin, Origin::kDerived);
  }
}

TEST_F(PairTest, NothingIsTakenFromMarkedStretchesOrOutsideTheBody) {
  input_.marks.push_back({input_.video.video_id, 0, 12 * kSecond, "black", 1, 1, 12});
  add(AnnotationKind::kFlag, 12, 18, "flg.out_of_body");
  for (const PairRow& row : made(100)) {
    EXPECT_GE(row.begin_us, 18 * kSecond) << row.task;
    EXPECT_LE(row.end_us, 20 * kSecond) << row.task;
  }
}

TEST_F(PairTest, OutlinesOfInstrumentsBecomeWhiteOnBlackAndTissueDoesNot) {
  add(AnnotationKind::kMask, 5, 5, "ins.instrument").text = "[[20,20,80,20,80,60,20,60]]";
  add(AnnotationKind::kMask, 5, 5, "ana.gallbladder").text = "[[100,80,150,80,150,110,100,110]]";
  const auto pairs = of("instrument_segmentation");
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].frame, 50);
  EXPECT_THAT(pairs[0].ordinals, ElementsAre(1));
  const Image mask = read(pairs[0].target);
  EXPECT_EQ(mask.size(), kSize);
  EXPECT_EQ(mask.at(50, 40)[0], 255);
  EXPECT_EQ(mask.at(10, 40)[0], 0);
  EXPECT_EQ(mask.at(120, 90)[0], 0) << "tissue";
}

TEST_F(PairTest, AShippedMaskCountsByItsVocabularyAndABadOneIsAnIssue) {
  Image ids(kSize.width, kSize.height, 1);
  ids.at(3, 3)[0] = 6;  // tool
  ids.at(9, 9)[0] = 5;  // gallbladder
  ASSERT_TRUE(write_file(folder_.path() / "good.png", *encode_png(ids)).ok());
  ids.at(4, 4)[0] = 77;
  ASSERT_TRUE(write_file(folder_.path() / "stray.png", *encode_png(ids)).ok());
  ASSERT_TRUE(write_file(folder_.path() / "small.png", *encode_png(Image(8, 8, 1))).ok());
  input_.masks = {{10, "good.png", "objects", {}},
                  {20, "stray.png", "objects", {}},
                  {30, "small.png", "objects", {}},
                  {40, "gone.png", "objects", {}},
                  {50, "good.png", "nothing", {}}};
  const auto pairs = of("instrument_segmentation");
  ASSERT_EQ(pairs.size(), 1u);
  const Image mask = read(pairs[0].target);
  EXPECT_EQ(mask.at(3, 3)[0], 255);
  EXPECT_EQ(mask.at(9, 9)[0], 0);
  ASSERT_EQ(issues_.size(), 4u);
  EXPECT_THAT(places_, Contains("unusable_mask stray.png 20"));
  EXPECT_THAT(places_, Contains("unusable_mask small.png 30"));
  EXPECT_THAT(places_, Contains("unusable_mask gone.png 40"));
  EXPECT_THAT(issues_, Contains(HasSubstr("value 77")));
  EXPECT_THAT(issues_, Contains(HasSubstr("8x8")));
}

TEST_F(PairTest, PicturesASecondApartHaveALaterPictureToo) {
  input_.video_file.clear();
  input_.medium->path = "pictures";
  input_.video.frame_rate_num = 25;  // labels count native frames; every 25th was released, the first at 50
  fs::create_directories(folder_.path() / "pictures");
  for (std::int64_t second = 2; second < 20; ++second) {
    const std::string name = "pictures/" + std::to_string(second * 25) + ".jpg";
    ASSERT_TRUE(write_file(folder_.path() / name, *encode_jpeg(blocks(static_cast<std::uint64_t>(second)))).ok());
    input_.pictures.emplace_back(second * 25, name);
  }
  MarkRow black;
  black.begin_us = 11 * kSecond;
  black.end_us = 12 * kSecond;
  black.reason = "black";
  input_.marks = {black};
  const auto pairs = of("next_frame_generation");
  ASSERT_FALSE(pairs.empty());
  for (const PairRow& pair : pairs) {
    EXPECT_EQ(pair.frame % 25, 0);
    EXPECT_GE(pair.frame, 50);
    EXPECT_EQ(pair.begin_us, pair.frame / 25 * kSecond);
    EXPECT_EQ(pair.target_frame - pair.frame, parse_json(pair.parameters, "p")->at("horizon_s").get<std::int64_t>() * 25);
    EXPECT_FALSE(pair.begin_us < 12 * kSecond && pair.end_us >= 11 * kSecond) << "a black stretch lies between";
    EXPECT_EQ(read(pair.input).size(), kSize);
  }
}

TEST_F(PairTest, TheLaterPictureIsTheOneOfItsHorizon) {
  const auto pairs = of("next_frame_generation");
  ASSERT_FALSE(pairs.empty());
  for (const PairRow& row : pairs) {
    const auto horizon = Json::parse(row.parameters)["horizon_s"].get<std::int64_t>();
    EXPECT_EQ(row.target_frame - row.frame, horizon * 10);
    EXPECT_THAT(row.prompt, HasSubstr("The phase is"));
    EXPECT_THAT(row.ordinals, Contains(0));
  }
}

TEST_F(PairTest, AClipHasAllItsFramesAndTheActionInItsPrompt) {
  const auto pairs = of("conditional_video_generation");
  ASSERT_FALSE(pairs.empty());
  const auto clip = Video::open(folder_.path() / "db" / pairs[0].target);
  ASSERT_TRUE(clip.ok());
  EXPECT_EQ(clip->info().frames, pairs[0].target_frame - pairs[0].frame);
  EXPECT_EQ(clip->info().frames, 30);
  EXPECT_FALSE(clip->info().has_sound);
  EXPECT_THAT(pairs[0].prompt, HasSubstr("Calot"));
}

TEST_F(PairTest, AVideoThatCannotBeReadIsAnIssueAndNoPair) {
  ASSERT_TRUE(write_file(folder_.path() / "v.mp4", "no video").ok());
  EXPECT_THAT(made(), IsEmpty());
  EXPECT_THAT(issues_, Contains(HasSubstr("unreadable_video")));
  input_.medium.reset();
  EXPECT_THAT(made(), IsEmpty());
  EXPECT_THAT(issues_, IsEmpty()) << "no pixels is no fault";
}

TEST_F(PairTest, DepthIsShownNearBright) {
  FloatImage depth(kSize.width, kSize.height, 1);
  for (int y = 0; y < kSize.height; ++y) {
    for (int x = 0; x < kSize.width; ++x) *depth.at(x, y) = 30.0F + static_cast<float>(x);
  }
  ASSERT_TRUE(write_file(folder_.path() / "d.npy", encode_npy(depth)).ok());
  input_.depths = {{10, "d.npy", "", Json{{"unit", "mm"}, {"provenance", "ct"}}},
                   {20, "d.npy", "", Json{{"unit", "feet"}, {"provenance", "ct"}}}};
  const auto pairs = of("depth_estimation");
  ASSERT_EQ(pairs.size(), 1u);
  const Image view = read(pairs[0].target);
  EXPECT_GT(view.at(5, 60)[0], 200);
  EXPECT_LT(view.at(155, 60)[0], 50);
  EXPECT_THAT(issues_, Contains(HasSubstr("feet")));
}

TEST_F(PairTest, ABrokenPictureIsNamedOnceAndTheOthersGoOn) {
  use_pictures(6, 10);
  ASSERT_TRUE(write_file(folder_.path() / "frames/20.png", "no picture").ok());
  const auto pairs = made();
  EXPECT_THAT(places_, ElementsAre("broken_frame frames/20.png 20"));
  std::set<std::int64_t> frames;
  for (const PairRow& row : pairs) {
    if (row.task == "desmoking") frames.insert(row.frame);
    EXPECT_NE(row.frame, 20);
    EXPECT_NE(row.target_frame, 20);
  }
  EXPECT_THAT(frames, ElementsAre(0, 10, 30, 40, 50));
}

TEST_F(PairTest, MasksAndMapsWithoutAPictureAreCountedAndCostNoOther) {
  use_pictures(4, 10);
  Image ids(kSize.width, kSize.height, 1);
  ASSERT_TRUE(write_file(folder_.path() / "ids.png", *encode_png(ids)).ok());
  for (const std::int64_t frame : {0, 5, 10, 15, 1000}) input_.masks.push_back({frame, "ids.png", "objects", {}});
  std::vector<std::int64_t> frames;
  for (const PairRow& row : of("instrument_segmentation", 2)) frames.push_back(row.frame);
  EXPECT_THAT(frames, ElementsAre(0, 10)) << "those without a picture take no place";
  EXPECT_THAT(issues_, Contains("no_picture: 3 frames have a mask and no picture, the first is frame 5"));
}

TEST_F(PairTest, TwoMasksOfAFrameAreNotMixed) {
  use_pictures(1, 10);
  ASSERT_TRUE(write_file(folder_.path() / "a.png", *encode_png(Image(kSize.width, kSize.height, 1))).ok());
  input_.masks = {{0, "a.png", "objects", {}}, {0, "b.png", "objects", {}}};
  const auto pairs = of("instrument_segmentation");
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_THAT(pairs[0].parameters, HasSubstr("a.png"));
  EXPECT_THAT(places_, Contains("second_mask b.png 0"));
}

TEST_F(PairTest, GreyPicturesGetNoSmokeAndAreTold) {
  use_pictures(2, 10, 1);
  EXPECT_THAT(of("desmoking"), IsEmpty());
  EXPECT_THAT(places_, Contains("grey_picture frames/10.png 10"));
}

TEST_F(PairTest, PicturesSecondsApartHaveALaterPicture) {
  use_pictures(30, 10);
  const auto pairs = of("next_frame_generation");
  EXPECT_GE(pairs.size(), 3u);
  for (const PairRow& row : pairs) {
    EXPECT_EQ(row.frame % 10, 0);
    EXPECT_EQ(row.target_frame - row.frame, Json::parse(row.parameters)["horizon_s"].get<std::int64_t>() * 10);
  }
  EXPECT_THAT(issues_, IsEmpty());
  input_.pictures.erase(input_.pictures.begin() + 3, input_.pictures.begin() + 28);
  EXPECT_LT(of("next_frame_generation").size(), pairs.size());
  EXPECT_THAT(issues_, Contains(HasSubstr("fell into gaps between the pictures")));
}

TEST_F(PairTest, AnActionThatNobodyKnowsGivesNoClipAndIsTold) {
  input_.annotations.clear();
  add(AnnotationKind::kPhase, 0, 20, "pha.nobody.knows");
  EXPECT_THAT(of("conditional_video_generation"), IsEmpty());
  EXPECT_THAT(issues_, Contains(HasSubstr("'pha.nobody.knows'")));
}

TEST_F(PairTest, AVideoThatChangedAfterItWasMeasuredIsTold) {
  input_.medium->frames = 250;
  made();
  EXPECT_THAT(issues_, Contains(HasSubstr("the video has 200 frames, and had 250")));
}

TEST_F(PairTest, OutlinesOfAnotherSizeAreNotLaidOverTheFrame) {
  Annotation& row = add(AnnotationKind::kMask, 5, 5, "ins.instrument");
  row.text = "[[20,20,80,20,80,60,20,60]]";
  row.width = 2 * kSize.width;
  row.height = 2 * kSize.height;
  EXPECT_THAT(of("instrument_segmentation"), IsEmpty());
  EXPECT_THAT(issues_, Contains(HasSubstr("the outlines are for 320x240, the picture is 160x120")));
  EXPECT_THAT(places_, Contains("unusable_mask v.mp4 50"));
}

}  // namespace
}  // namespace surgsigma
