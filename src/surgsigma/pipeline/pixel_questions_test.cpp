#include "surgsigma/pipeline/pixel_questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/pixel_scores.h"
#include "surgsigma/eval/suite_score.h"
#include "surgsigma/export/test_database.h"
#include "surgsigma/media/picture_file.h"

namespace surgsigma {
namespace {

using ::testing::HasSubstr;

const Catalog& catalog() {
  static const Catalog loaded = *load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
  return loaded;
}

Image shaded(int n, int channels) {
  Image image(32, 24, channels);
  for (std::size_t i = 0; i < image.values.size(); ++i)
    image.values[i] = static_cast<std::uint8_t>((7 * i + 50 * n) % 251);
  return image;
}

/// A database with pairs of two tasks in two parts, the suite that asks for them, and answers.
class PixelQuestions : public ::testing::Test {
 protected:
  PixelQuestions() {
    world_.add_source("cholec80", {"attribution", "non_commercial"});
    world_.add_video("cholec80", "video01", "camma:1", "train");
    for (const char* name : {"video02", "video03"}) {
      world_.add_video("cholec80", name, "camma:" + std::to_string(world_.videos.size() + 1), "test");
    }
    add("d1", "desmoking", "video02", {}, 3);
    add("d2", "desmoking", "video03", {}, 3);
    add("d3", "desmoking", "video01", {}, 3);
    add("z1", "depth_estimation", "video02", ends(0.01), 1);
    add("z2", "depth_estimation", "video01", ends(0.02), 1);
    suite_.id = suite_.name = "s";
    suite_.matches = "nothing";
    for (const char* task : {"desmoking", "depth_estimation", "next_frame_generation"}) {
      SuiteTest test;
      test.id = test.name = test.task = task;
      suite_.tests.push_back(test);
    }
    suite_.tests[0].primary = "pictures.psnr:rgb";
    suite_.tests[1].primary = "depth.abs_rel:median";
    options_.out = temporary_.path() / "questions";
    options_.is_quiet = true;
  }
  static Json ends(double q2) {
    return {{"unit", "mm"}, {"is_metric", true}, {"view", "inverse depth"}, {"q2", q2}, {"q98", 2 * q2}};
  }
  void add(const std::string& id, const std::string& task, const std::string& video, const Json& parameters,
           int target_channels) {
    PairRow row;
    row.pair_id = id;
    row.task = task;
    row.source_id = SourceId("cholec80");
    row.video_id = VideoId("cholec80/" + video);
    for (const VideoRow& known : world_.videos) {
      if (known.video_id == row.video_id) row.case_id = known.case_id;
    }
    row.prompt = "Do it.";
    row.parameters = to_text(parameters.is_null() ? Json::object() : parameters);
    row.input = "media/ab/" + id + "-in.png";
    row.target = "media/ab/" + id + "-out.png";
    row.width = 32;
    row.height = 24;
    const int n = static_cast<int>(pairs_.size());
    files_.emplace_back(row.input, *encode_png(shaded(n, 3)));
    files_.emplace_back(row.target, *encode_png(shaded(n + 1, target_channels)));
    pairs_.push_back(std::move(row));
  }
  Result<std::vector<MadeTest>> make() {
    const fs::path folder = temporary_.path() / "db";
    world_.make(folder);
    {
      auto database = *Database::open(folder, Access::kWrite);
      Manifest manifest = database.manifest();
      Partition partition{"pairs", "test", "cholec80", "b0", "00", partition_file("pairs", "cholec80", "b0", "00"),
                          0,       0};
      fs::create_directories((folder / partition.file).parent_path());
      TableWriter<PairRow> writer(*Engine::open(1), folder / partition.file);
      for (const PairRow& row : pairs_) writer.append(row);
      partition.rows = writer.finish()->rows;
      manifest.partitions.push_back(partition);
      EXPECT_TRUE(database.commit(manifest).ok());
    }
    for (const auto& [name, bytes] : files_) EXPECT_TRUE(write_file(folder / name, bytes).ok());
    const auto database = Database::open(folder, Access::kRead);
    return make_questions(*database, catalog(), suite_, options_);
  }
  void answer_with_gold() {
    for (const char* test : {"desmoking", "depth_estimation"}) {
      const auto pairs = read_pixel_pairs(options_.out / test / kPairsFile);
      ASSERT_TRUE(pairs) << to_string(pairs.error());
      for (const PixelPair& pair : *pairs) {
        const fs::path to = temporary_.path() / "answers" / test / (pair.id + ".png");
        ASSERT_TRUE(write_file(to, *read_file(options_.out / test / pair.gold)).ok());
      }
    }
  }
  Result<SuiteScore> score() {
    SuiteScoreOptions options;
    options.questions = options_.out;
    options.predictions = temporary_.path() / "answers";
    options.out = temporary_.path() / "out";
    options.model = "m";
    options.bootstrap.resamples = 100;
    return score_suite(options, catalog());
  }

  TestDatabase world_;
  std::vector<PairRow> pairs_;
  std::vector<std::pair<std::string, std::string>> files_;
  Suite suite_;
  QuestionOptions options_;
  TemporaryFolder temporary_;
};

TEST_F(PixelQuestions, ASuiteIsMadeAnsweredAndScored) {
  const auto made = make();
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ((*made)[0].questions, 2);
  EXPECT_EQ((*made)[1].questions, 1);
  EXPECT_EQ((*made)[2].left_out, "the database has no such pairs");
  EXPECT_TRUE(fs::exists(options_.out / "desmoking/inputs/d1.png"));
  EXPECT_TRUE(fs::exists(options_.out / "desmoking/gold/d2.png"));
  EXPECT_TRUE(fs::exists(options_.out / "desmoking/LICENCES.md"));
  EXPECT_FALSE(fs::exists(options_.out / "desmoking/gold/d3.png")) << "of the training part";
  const Json facts = *read_document(options_.out / "depth_estimation/facts.json");
  EXPECT_EQ(facts["usual_depth"]["cholec80"]["part"], "train");
  EXPECT_LT(facts["usual_depth"]["cholec80"]["mm"], 50) << "the depth of the training part, not of the test";

  const Json suite = *read_document(options_.out / "suite.json");
  EXPECT_EQ(suite["tests"][0]["answered_by"], "pixels");
  EXPECT_THAT(suite["tests"][0]["note"].get<std::string>(), HasSubstr("smoke was put on"));

  answer_with_gold();
  const auto scored = score();
  ASSERT_TRUE(scored) << to_string(scored.error());
  ASSERT_EQ(scored->tests.size(), 2U);
  EXPECT_EQ(scored->tests[0].find("pictures.ssim:gaussian/rgb")->value, 1);
  EXPECT_EQ(scored->tests[0].cases, 2U);
  EXPECT_NEAR(scored->tests[1].find("depth.abs_rel:median")->value, 0, 1e-7);
  const std::string csv = scores_csv(*scored);
  EXPECT_THAT(csv, HasSubstr(",majority,stratified,random,copy,empty,constant,"));
  EXPECT_EQ(baselines_of(*scored), (std::vector<std::string_view>{"copy", "constant"}));
  EXPECT_THAT(scores_markdown(*scored), HasSubstr("| score | copy | constant | questions |"));
  for (const char* file : {"scores.json", "report.html", "items.jsonl"}) {
    EXPECT_TRUE(fs::exists(temporary_.path() / "out" / file)) << file;
  }
}

TEST_F(PixelQuestions, TheCapOfTheSuiteDraws) {
  suite_.tests[0].questions = 1;
  const auto made = make();
  ASSERT_TRUE(made) << to_string(made.error());
  EXPECT_EQ((*made)[0].questions, 1);
}

TEST_F(PixelQuestions, TermsThatForbidThePurposeLeaveTheTestOut) {
  options_.purpose = Purpose::kCommercial;
  const auto made = make();
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().hint, HasSubstr("non_commercial"));
  EXPECT_FALSE(fs::exists(options_.out / "desmoking"));
}

TEST_F(PixelQuestions, OptionsThatPairsDoNotHaveAreRefused) {
  suite_.tests[0].forms = {Form::kOpen};
  EXPECT_EQ(make().error().kind, ErrorKind::kUsage);
}

TEST_F(PixelQuestions, WithoutPicturesTheyAreLeftOut) {
  options_.has_media = false;
  const auto made = make();
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().hint, HasSubstr("no pictures are to be written"));
}

TEST_F(PixelQuestions, AnswersInOneFileAreRefused) {
  suite_.tests.resize(1);
  ASSERT_TRUE(make());
  ASSERT_TRUE(write_file(temporary_.path() / "answers", "{}\n").ok());
  const auto scored = score();
  ASSERT_FALSE(scored);
  EXPECT_THAT(scored.error().what, HasSubstr("answered by pixels"));
}

}  // namespace
}  // namespace surgsigma
