#include "surgsigma/schema/docs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "surgsigma/base/files.h"

namespace surgsigma {
namespace {

using testing::HasSubstr;

TEST(SchemaPage, ThePageInTheFolderOfDocumentsIsTheOneThatTheTablesSay) {
  const fs::path page = fs::path(SURGSIGMA_SOURCE_DIR) / "docs/schema.md";
  if (std::getenv("SURGSIGMA_APPROVE")) {
    ASSERT_TRUE(write_file(page, schema_page()));
  }
  const auto written = read_file(page);
  ASSERT_TRUE(written) << to_string(written.error());
  EXPECT_EQ(*written, schema_page()) << "run this test with SURGSIGMA_APPROVE=1 to write the page again";
}

TEST(SchemaPage, ColumnShowsTypeAndMeaning) {
  const std::string page = schema_page();
  EXPECT_THAT(page, HasSubstr("## videos\n"));
  EXPECT_THAT(page, HasSubstr("| `frames` | int64? | native frames that the labels span |"));
  EXPECT_THAT(page, HasSubstr("| `labels` | list of text |"));
  EXPECT_THAT(page, HasSubstr("| `kind` | word |"));
}

TEST(SchemaPage, AngleBracketsSurviveMarkdown) {
  EXPECT_THAT(schema_page(), HasSubstr("| text | \\<source>/\\<name> |"));
}

}  // namespace
}  // namespace surgsigma
