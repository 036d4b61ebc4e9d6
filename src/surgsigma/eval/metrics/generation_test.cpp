#include "surgsigma/eval/metrics/generation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "surgsigma/base/random.h"
#include "surgsigma/eval/metrics/generation_features.h"
#include "surgsigma/eval/metrics/metric_test.h"
#include "surgsigma/media/npy.h"

namespace surgsigma {
namespace {

using namespace metric_test;

Matrix matrix_of(const Json& rows) {
  Matrix m(rows.size(), rows[0].size());
  for (std::size_t i = 0; i < m.rows; ++i) {
    for (std::size_t j = 0; j < m.columns; ++j) m.row(i)[j] = rows[i][j];
  }
  return m;
}

Matrix random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  Draws draws(seed, "generation", "test");
  Matrix m(rows, columns);
  for (double& value : m.values) value = draws.unit() + draws.unit() - 1;
  return m;
}

double asked(const Scorer& scorer, const std::vector<double>& weights, std::size_t k = 0) {
  return values_at(scorer, weights)[k];
}

TEST(SymmetricMatrix, ProductsAreThoseOfTheDefinition) {
  const Matrix a = random_matrix(300, 70, 1), b = random_matrix(300, 131, 2);
  const Matrix ab = transposed_product(a, b, 2), aa = transposed_product(a, a), plain = transposed_product(a, b, 1);
  EXPECT_EQ(ab.values, plain.values);
  for (const auto& [i, j] : {std::pair<std::size_t, std::size_t>{0, 0}, {69, 63}, {33, 130}, {5, 64}}) {
    double sum = 0, square = 0;
    for (std::size_t r = 0; r < a.rows; ++r) {
      sum += a.row(r)[i] * b.row(r)[j];
      square += a.row(r)[i] * a.row(r)[j % 70];
    }
    EXPECT_NEAR(ab.row(i)[j], sum, 1e-12);
    EXPECT_NEAR(aa.row(i)[j % 70], square, 1e-12);
    EXPECT_EQ(aa.row(i)[j % 70], aa.row(j % 70)[i]);
  }
  EXPECT_EQ(transposed(transposed(a)).values, a.values);
}

TEST(SymmetricMatrix, OwnVectorsOfEigenvaluesAgreeWithNumpy) {
  const Json document = own_vectors("generation");
  for (const Json& expected : document.at("vectors")) {
    const auto values = symmetric_eigenvalues(gaussian_of(matrix_of(expected["a"])).covariance);
    ASSERT_EQ(values.size(), expected["eigenvalues"].size());
    for (std::size_t i = 0; i < values.size(); ++i) expect_same(values[i], expected["eigenvalues"][i], 1e-10, "value");
  }
}

TEST(SymmetricMatrix, EigenvaluesAreRight) {
  const Matrix x = random_matrix(60, 100, 4);
  const Matrix s = transposed_product(x, x);  // of rank 60
  const auto of_s = symmetric_eigenvalues(s);
  double trace = 0, sum = 0, squares = 0, frobenius = 0;
  for (std::size_t i = 0; i < 100; ++i) trace += s.row(i)[i];
  for (const double value : s.values) frobenius += value * value;
  for (const double value : of_s) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum, trace, 1e-10);
  EXPECT_NEAR(squares, frobenius, 1e-8);
  EXPECT_NEAR(of_s[39], 0, 1e-11);
  EXPECT_GT(of_s[40], 1e-3);
  const Matrix factor = semidefinite_factor(s);
  EXPECT_EQ(factor.columns, 60U);
  const Matrix rows = transposed(factor), back = transposed_product(rows, rows);
  for (std::size_t i = 0; i < s.values.size(); ++i) EXPECT_NEAR(back.values[i], s.values[i], 1e-10);
}

TEST(SymmetricMatrix, DiagonalAndEmptyMatricesWork) {
  Matrix diagonal(3, 3);
  diagonal.row(0)[0] = 5;
  diagonal.row(1)[1] = -2;
  EXPECT_EQ(symmetric_eigenvalues(diagonal), (std::vector<double>{-2, 0, 5}));
  EXPECT_TRUE(symmetric_eigenvalues(Matrix()).empty());
  EXPECT_EQ(semidefinite_factor(Matrix(2, 2)).columns, 0U);
  diagonal.row(0)[0] = std::nan("");
  EXPECT_TRUE(std::isnan(symmetric_eigenvalues(diagonal)[0]));
}

TEST(GenerationFeatures, OwnVectorsOfScipyAndNumpyAgree) {
  const Json document = own_vectors("generation");
  for (const Json& expected : document.at("vectors")) {
    const Matrix a = matrix_of(expected["a"]), b = matrix_of(expected["b"]);
    // Both roots lose half the digits of an eigenvalue near 0: the scale of the error is the trace.
    double trace = 1;
    for (const Json& value : expected["eigenvalues"]) trace += value.get<double>();
    EXPECT_NEAR(*frechet_distance(a, b), expected["frechet"], 1e-8 * trace);
    EXPECT_NEAR(*frechet_distance(b, a), expected["frechet"], 1e-8 * trace);
    EXPECT_NEAR(*frechet_distance(a, a), 0, 1e-8 * trace);
    KernelOptions options;
    options.subsets = expected["subsets"];
    options.subset_size = expected["subset"];
    const auto kernel = kernel_distance(a, b, options);
    expect_same(kernel->mean, expected["kernel_mean"], 1e-9, "kernel");
    expect_same(kernel->standard_deviation, expected["kernel_standard_deviation"], 1e-9, "deviation");
    options.jobs = 2;
    EXPECT_EQ(kernel_distance(a, b, options)->mean, kernel->mean);
    const std::vector<std::int32_t> of_a(a.rows, 0), of_b(b.rows, 0);
    expect_same(asked(*kernel_scorer(a, of_a, b, of_b, 1), {1}), expected["kernel_all_pairs"], 1e-9, "all pairs");
  }
}

TEST(GenerationFeatures, SharedVectorsAgree) {
  const auto vector = shared_vector("generation_frechet", "frechet-5-points-2d");
  if (!vector) GTEST_SKIP() << "no metric vectors: set SURGSIGMA_SHARED_DATA";
  const Matrix a = matrix_of((*vector)["input"]["features_a"]), b = matrix_of((*vector)["input"]["features_b"]);
  const Json& expected = (*vector)["expected"];
  EXPECT_NEAR(*frechet_distance(a, b), expected["distance"], 1e-6);
  EXPECT_NEAR(*frechet_distance(a, a), expected["distance_same_set"], 1e-6);
  const Gaussian of_b = gaussian_of(b);
  EXPECT_NEAR(of_b.mean[1], expected["mu_b"][1], 1e-12);
  EXPECT_NEAR(of_b.covariance.row(1)[1], expected["sigma_b"][1][1], 1e-12);
  const auto one = shared_vector("generation_frechet", "frechet-1d");
  const Json& input = (*one)["input"];
  const Gaussian p{{input["mu_a"][0]}, matrix_of(input["sigma_a"])}, q{{input["mu_b"][0]}, matrix_of(input["sigma_b"])};
  EXPECT_NEAR(*frechet_distance(p, q), (*one)["expected"]["distance"], 1e-9);
}

TEST(GenerationFeatures, AWeightOfTwoIsACaseTwice) {
  const Matrix a = random_matrix(12, 5, 1), b = random_matrix(9, 5, 2);
  std::vector<std::int32_t> of_a, of_b;
  for (std::int32_t i = 0; i < 12; ++i) of_a.push_back(i % 3);
  for (std::int32_t i = 0; i < 9; ++i) of_b.push_back(i % 3);
  const double weighted = asked(*kernel_scorer(a, of_a, b, of_b, 3), {1, 2, 1});
  Matrix more_a = a, more_b = b;
  for (const auto& [m, of, more] : {std::tuple{&a, &of_a, &more_a}, std::tuple{&b, &of_b, &more_b}}) {
    const std::size_t rows = m->rows;
    for (std::size_t i = 0; i < rows; ++i) {
      if ((*of)[i] != 1) continue;
      of->push_back(1);
      more->values.insert(more->values.end(), m->row(i), m->row(i) + m->columns);
      ++more->rows;
    }
  }
  EXPECT_NEAR(asked(*kernel_scorer(more_a, of_a, more_b, of_b, 3), {1, 1, 1}), weighted, 1e-12);
  EXPECT_TRUE(std::isnan(asked(*kernel_scorer(more_a, of_a, more_b, of_b, 3), {0, 0, 0})));
}

TEST(GenerationFeatures, TooFewSamplesAndBadOnesAreRefused) {
  const Matrix a = random_matrix(5, 5, 1), b = random_matrix(9, 5, 2);
  const auto few = frechet_distance(a, b);
  ASSERT_FALSE(few);
  EXPECT_NE(few.error().hint.find("kernel distance"), std::string::npos);
  EXPECT_TRUE(frechet_distance(a, b, {true, 1}));
  EXPECT_FALSE(frechet_distance(random_matrix(1, 5, 3), b, {true, 1}));
  EXPECT_FALSE(frechet_distance(random_matrix(9, 4, 3), b));
  Matrix broken = random_matrix(9, 5, 3);
  broken.row(4)[2] = std::nan("");
  EXPECT_EQ(frechet_distance(b, broken).error().what, "sample 4 of the second set has a value that is not finite");
  EXPECT_EQ(kernel_distance(a, b).error().kind, ErrorKind::kUsage);
  const std::vector<std::int32_t> of_a(5, 0), of_b(9, 2), too_many(6, 0);
  EXPECT_FALSE(kernel_scorer(a, of_a, b, of_b, 2));
  EXPECT_FALSE(kernel_scorer(a, too_many, b, of_b, 3));
  EXPECT_FALSE(features_from_npy("no array", "x.npy"));
  EXPECT_EQ(features_from_npy(encode_npy_table({1, 2, {3, 4}}), "x.npy")->values, (std::vector<double>{3, 4}));
}

TEST(Generation, CentroidsAreMatchedForTheLeastTotal) {
  const ImageSize size{80, 60};  // half the diagonal: 50
  const std::vector<Point> truth = {{10, 10}, {40, 10}}, same = {{40, 10}, {10, 14}}, none, one = {{10, 10}};
  EXPECT_EQ(tool_centroid_distance(same, truth, size), 2);
  EXPECT_EQ(tool_centroid_distance(one, truth, size), 25);
  EXPECT_EQ(tool_centroid_distance(truth, one, size), 25);
  EXPECT_EQ(tool_centroid_distance(none, truth, size), 50);
  EXPECT_TRUE(std::isnan(tool_centroid_distance(none, none, size)));
  // Greedy would take the nearest pair first and pay more.
  const std::vector<Point> a = {{0, 0}, {10, 0}}, b = {{9, 0}, {22, 0}};
  EXPECT_EQ(tool_centroid_distance(a, b, size), (9.0 + 12.0) / 2);
  Image mask(4, 3, 1);
  EXPECT_FALSE(centroid_of(mask));
  mask.at(1, 2)[0] = mask.at(3, 2)[0] = 1;
  EXPECT_EQ(centroid_of(mask)->x, 2);
}

Image textured(int shift, double contrast) {
  Image picture(40, 40, 1);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) {
      const double wave = std::sin(0.9 * (x + shift)) + std::cos(0.7 * y) * std::sin(0.3 * (x + shift));
      picture.at(x, y)[0] = static_cast<std::uint8_t>(std::lround(128 + contrast * wave));
    }
  }
  return picture;
}

TEST(Generation, ToolsMayBeAFrameOrThreePixelsOff) {
  Image mask(40, 40, 1), small(40, 40, 1);
  for (int y = 10; y < 25; ++y) {
    for (int x = 10; x < 25; ++x) mask.at(x, y)[0] = 255;
  }
  small.at(3, 3)[0] = 1;
  const std::vector<Image> truth = {textured(0, 50), textured(6, 50)}, masks = {mask, mask}, no_masks = {small, small};
  EXPECT_NEAR(*gatc(truth, truth, masks, "x"), 1, 1e-12);
  const std::vector<Image> moved = {textured(3, 50), textured(4, 50)};
  EXPECT_NEAR(*gatc(moved, truth, masks, "x"), 1, 1e-12);
  const std::vector<Image> pale = {textured(0, 25), textured(6, 25)};
  EXPECT_NEAR(*gatc(pale, truth, masks, "x"), 0.25, 0.02);  // a quarter of the gradient energy
  const std::vector<Image> flat = {Image(40, 40, 1, 7), Image(40, 40, 1, 7)};
  EXPECT_EQ(*gatc(flat, truth, masks, "x"), 0);
  EXPECT_TRUE(std::isnan(*gatc(truth, truth, no_masks, "x")));
  const std::vector<Image> short_clip = {textured(0, 50)};
  EXPECT_EQ(gatc(short_clip, truth, masks, "clip 4").error().where, "clip 4");
  const std::vector<Image> other_size = {textured(0, 50), Image(39, 40, 1)};
  EXPECT_FALSE(gatc(other_size, truth, masks, "x"));
}

TEST(Generation, FlickerIsTheMeanChange) {
  const std::vector<Image> frames = {Image(4, 4, 3, 0), Image(4, 4, 3, 51), Image(4, 4, 3, 0)};
  EXPECT_NEAR(*flicker(frames, "x"), 0.2, 1e-15);
  EXPECT_TRUE(std::isnan(*flicker(std::span(frames).first(1), "x")));
  const std::vector<Image> sizes = {Image(4, 4, 3), Image(4, 4, 1)};
  EXPECT_FALSE(flicker(sizes, "x"));
}

TEST(Generation, MissingClipsAreTheWorst) {
  GenerationItem good{0, false, 50, 4.0, 0.8, 0.1, 0.2, "act.clip", "act.clip"};
  GenerationItem silent{0, false, 50, {}, {}, 0.3, {}, "act.clip", ""};
  GenerationItem missing{1, true, 50, {}, {}, {}, {}, "act.cut", "act.cut"};
  const std::vector<GenerationItem> items = {good, silent, missing};
  const auto scorer = generation_scorer(items, 2);
  EXPECT_EQ(asked(*scorer, {1, 1}, 0), 27);
  EXPECT_EQ(asked(*scorer, {1, 1}, 1), 0.4);
  EXPECT_NEAR(asked(*scorer, {1, 1}, 2), 1.0 / 3, 1e-15);
  EXPECT_NEAR(asked(*scorer, {1, 1}, 3), 0.2, 1e-15);
  EXPECT_NEAR(asked(*scorer, {1, 1}, 4), -0.1, 1e-15);
  EXPECT_NEAR(asked(*scorer, {1, 2}, 5), 0.5, 1e-15);
  EXPECT_TRUE(std::isnan(asked(*scorer, {0, 1}, 3)));
  good.gatc = std::nan("");
  const std::vector<GenerationItem> broken = {good};
  EXPECT_EQ(generation_scorer(broken, 1).error().what, "gatc is not a number");
  EXPECT_EQ(generation_scorer(items, 1).error().kind, ErrorKind::kUsage);
}

TEST(Generation, RowsNameEveryMetric) {
  const auto scorer = generation_scorer({}, 0);
  for (std::size_t i = 0; i < scorer->names.size(); ++i) EXPECT_EQ(generation_metrics()[i].name, scorer->names[i]);
  EXPECT_EQ(generation_metrics().size(), scorer->names.size() + 3);
}

}  // namespace
}  // namespace surgsigma
