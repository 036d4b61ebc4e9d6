#include "surgsigma/media/npy.h"

#include <gtest/gtest.h>

#include <limits>

namespace surgsigma {
namespace {

std::string with_header(std::string text, std::string_view values) {
  text.push_back('\n');
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes.push_back(static_cast<char>(text.size()));
  bytes.push_back(0);
  return bytes + text + std::string(values);
}

TEST(Npy, ATableComesBack) {
  const NumberTable table{2, 3, {1, 2, 3, 4, 5, 0.1}};
  const auto read = decode_npy_table(encode_npy_table(table), "x.npy");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->rows, 2U);
  EXPECT_EQ(read->columns, 3U);
  EXPECT_EQ(read->values, table.values);
}

TEST(Npy, BigEndianFloatsAreTurned) {
  const std::string one("\x3f\x80\x00\x00\xc0\x00\x00\x00", 8);
  const auto read =
      decode_npy_table(with_header("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), }", one), "x");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->values, (std::vector<double>{1, -2}));
}

TEST(Npy, WhatIsNoTableIsRefused) {
  const std::string good = encode_npy_table({2, 2, {1, 2, 3, 4}});
  EXPECT_FALSE(decode_npy_table("", "x"));
  EXPECT_FALSE(decode_npy_table(good.substr(0, 20), "x"));
  EXPECT_FALSE(decode_npy_table(good.substr(0, good.size() - 1), "x"));
  EXPECT_FALSE(decode_npy_table(good, "x", 3));
  const std::string values(32, '\0');
  EXPECT_FALSE(
      decode_npy_table(with_header("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }", values), "x"));
  EXPECT_FALSE(decode_npy_table(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }", values), "x"));
  EXPECT_FALSE(
      decode_npy_table(with_header("{'descr': '<i8', 'fortran_order': False, 'shape': (2, 2), }", values), "x"));
  const auto nan = decode_npy_table(encode_npy_table({2, 1, {1, std::numeric_limits<double>::quiet_NaN()}}), "f.npy");
  ASSERT_FALSE(nan);
  EXPECT_EQ(nan.error().what, "NPY: row 1 has a value that is not finite");
  EXPECT_EQ(nan.error().where, "f.npy");
}

}  // namespace
}  // namespace surgsigma
