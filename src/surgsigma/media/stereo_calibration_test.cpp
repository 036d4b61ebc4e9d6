#include "surgsigma/media/stereo_calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace surgsigma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr ImageSize kSize{1280, 1024};

/// As OpenCV writes it.
constexpr std::string_view kOpenCv = R"(%YAML:1.0
---
M1: !!opencv-matrix
   rows: 3
   cols: 3
   dt: d
   data: [ 1.0350e+03, 0., 596.9, 0., 1035., 520.4, 0., 0., 1. ]
D1: !!opencv-matrix
   rows: 1
   cols: 5
   dt: d
   data: [ -5.9e-04, -1e-03, .0, 0., 0. ]
M2: !!opencv-matrix
   rows: 3
   cols: 3
   dt: d
   data: [ 1034., 0., 688.3, 0., 1034., 521.6, 0., 0., 1. ]
R: !!opencv-matrix
   rows: 3
   cols: 3
   dt: d
   data: [ 1., 0., 0., 0., 1., 0., 0., 0., 1. ]
T: !!opencv-matrix
   rows: 3
   cols: 1
   dt: d
   data: [ -4.14, -0.023, -0.0019 ]
)";

std::string with(std::string_view piece, std::string_view replacement) {
  std::string text(kOpenCv);
  const std::size_t at = text.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  return text.replace(at, piece.size(), replacement);
}

std::string fault_of(std::string_view text) {
  const auto read = decode_stereo_calibration(text, "rig.yaml", kSize);
  EXPECT_FALSE(read);
  if (read) return "";
  EXPECT_TRUE(read.error().where.starts_with("rig.yaml")) << read.error().where;
  EXPECT_EQ(read.error().kind, ErrorKind::kData);
  return read.error().what;
}

TEST(StereoCalibration, OpenCvsYamlIsRead) {
  const auto read = decode_stereo_calibration(kOpenCv, "rig.yaml", kSize);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->size, kSize);
  EXPECT_DOUBLE_EQ(read->left.fx, 1035);
  EXPECT_DOUBLE_EQ(read->left.cy, 520.4);
  EXPECT_THAT(read->left.lens, ElementsAre(-5.9e-4, -1e-3, 0, 0, 0));
  EXPECT_DOUBLE_EQ(read->right.cx, 688.3);
  EXPECT_TRUE(read->right.lens.empty());
  EXPECT_THAT(read->translation, ElementsAre(-4.14, -0.023, -0.0019));
}

TEST(StereoCalibration, JsonOfAFrameIsReadInItsUnit) {
  const auto read = decode_stereo_calibration(
      R"({"camera-calibration": {"KL": [[500, 0, 320], [0, 500, 256], [0, 0, 1]], "DL": [0, 0, 0, 0],
          "KR": [[501, 0, 320], [0, 501, 256], [0, 0, 1]], "R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "T": [-0.0042, 0, 0]},
          "camera-pose": []})",
      "frame.json", {640, 512}, 1000);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_DOUBLE_EQ(read->right.fx, 501);
  EXPECT_DOUBLE_EQ(read->translation[0], -4.2);
}

TEST(StereoCalibration, WhatIsWrittenIsReadBack) {
  StereoCalibration made;
  made.size = {640, 512};
  made.left = {556.8, 557, 319.5, 255.5, {0.1, 0, 0, 0, 0}};
  made.right = {556, 557.5, 320, 256, {0, 0, 0, 0, 0}};
  made.translation = {-4.2, 0, 0.01};
  const auto read = decode_stereo_calibration(encode_stereo_calibration(made), "rig.yaml", made.size);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->left.lens, made.left.lens);
  EXPECT_DOUBLE_EQ(read->left.fx, 556.8);
  EXPECT_DOUBLE_EQ(read->right.fy, 557.5);
  EXPECT_EQ(read->rotation, made.rotation);
  EXPECT_EQ(read->translation, made.translation);
}

TEST(StereoCalibration, WhatIsMissingOrNoNumberIsNamed) {
  EXPECT_EQ(fault_of(with("T: !!", "X: !!")), "calibration: it has no T");
  EXPECT_EQ(fault_of(with("M2: !!", "N2: !!")), "calibration: it has no M2");
  EXPECT_EQ(fault_of(with("[ -4.14, -0.023, -0.0019 ]", "[ -4.14, -0.023 ]")), "calibration: T has 2 numbers, not 3");
  EXPECT_EQ(fault_of(with("-4.14", ".Nan")), "calibration: T is not a matrix of numbers");
  EXPECT_EQ(fault_of(with("0., 0., 1. ]", "0., 0., 2. ]")), "calibration: M1 is not a camera matrix");
  EXPECT_THAT(fault_of(with("data: [ 1.0350e+03", "data: [ 1.0350e+03, 7")), HasSubstr("M1 has 10 numbers"));
  EXPECT_THAT(fault_of("just words"), HasSubstr("not a list"));
  EXPECT_THAT(fault_of(""), HasSubstr("not a list"));
  EXPECT_THAT(fault_of("%YAML:1.0"), HasSubstr("not a list"));
  EXPECT_FALSE(fault_of("%YAML:1.0\n---\nM1: [1, 2").empty());
  EXPECT_FALSE(fault_of("{\"M1\": ").empty());
}

}  // namespace
}  // namespace surgsigma
