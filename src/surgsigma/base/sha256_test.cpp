#include "surgsigma/base/sha256.h"

#include <gtest/gtest.h>

#include "surgsigma/base/base64.h"

namespace surgsigma {
namespace {

// The examples of FIPS 180-4: the empty text and "abc".
TEST(Sha256, GivesTheDigestsOfTheStandard) {
  EXPECT_EQ(base64(sha256("")), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  EXPECT_EQ(base64(sha256("abc")), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

}  // namespace
}  // namespace surgsigma
