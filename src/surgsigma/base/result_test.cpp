#include "surgsigma/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace surgsigma {
namespace {

const Error kBroken{ErrorKind::kData, "not a number: 'x'", "a.csv:3", "write digits"};

Result<int> half(int number) {
  if (number % 2 != 0) return kBroken;
  return number / 2;
}

Result<int> quarter(int number) {
  SURGSIGMA_TRY(once, half(number));
  SURGSIGMA_TRY(twice, half(once));
  return twice;
}

Status even(int number) {
  SURGSIGMA_CHECK(half(number).ok() ? done() : Status(kBroken));
  return done();
}

TEST(Result, HoldsAValueOrAReason) {
  EXPECT_EQ(*half(4), 2);
  ASSERT_FALSE(half(3));
  EXPECT_EQ(half(3).error(), kBroken);
}

TEST(Result, TheFirstErrorEndsTheFunction) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_FALSE(quarter(6));
  EXPECT_TRUE(even(2));
  EXPECT_EQ(even(1).error(), kBroken);
}

TEST(Result, ValuesThatOnlyMoveCanBeTakenOut) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 5);
}

TEST(Error, IsOneLineForAPerson) {
  EXPECT_EQ(to_string(kBroken), "a.csv:3: not a number: 'x' (write digits)");
  EXPECT_EQ(to_string(Error{ErrorKind::kIo, "the disk is full", "", ""}), "the disk is full");
}

}  // namespace
}  // namespace surgsigma
