// Published masks through the cards of the catalog: every value has a name, and instruments are where they should be.
// The files are not part of the project; the tests are skipped where they are absent.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "surgsigma/media/picture_file.h"
#include "surgsigma/synth/instrument_masks.h"

namespace surgsigma {
namespace {

fs::path shared_data() {
  const char* named = std::getenv("SURGSIGMA_SHARED_DATA");
  const fs::path folder = named != nullptr ? fs::path(named) : fs::path(SURGSIGMA_SOURCE_DIR) / "../shared/data";
  std::error_code none;
  return fs::is_directory(folder, none) ? folder : fs::path();
}

class RealMasks : public ::testing::Test {
 protected:
  void SetUp() override {
    if (shared_data().empty()) GTEST_SKIP() << "no real masks: set SURGSIGMA_SHARED_DATA";
  }

  /// Files of a folder that end so, with the size they have and the share of instrument pixels.
  struct Found {
    int masks = 0;
    int with_instrument = 0;
  };
  static Found read(const std::string& source, const fs::path& folder, const std::string& ending) {
    Found found;
    const auto document = read_document(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog/sources" / (source + ".yaml"));
    EXPECT_TRUE(document) << to_string(document.error());
    const auto card = read_source_card(*document, source);
    EXPECT_TRUE(card) << to_string(card.error());
    const auto tree = list_tree(folder);
    EXPECT_TRUE(tree);
    if (!document || !card || !tree) return found;
    for (const FoundFile& file : tree->files) {
      if (!file.path.ends_with(ending)) continue;
      const auto ids = read_class_ids(folder / file.path);
      EXPECT_TRUE(ids) << to_string(ids.error());
      if (!ids) continue;
      const PairMap map{0, file.path, "mask_classes", Json::object()};
      const auto mask = mask_of_raster(map, folder, *card, ids->size());
      EXPECT_TRUE(mask) << to_string(mask.error());
      if (!mask) continue;
      ++found.masks;
      found.with_instrument += std::count(mask->picture.values.begin(), mask->picture.values.end(), 255) > 100 ? 1 : 0;
    }
    return found;
  }
};

TEST_F(RealMasks, CaDisHasNoValueWithoutAName) {
  const Found found = read("cadis", shared_data() / "cadis/relabelled", ".png");
  EXPECT_EQ(found.masks, 20);
  EXPECT_GT(found.with_instrument, 10);
}

TEST_F(RealMasks, SegColsToolsAreInstrumentsAndItsFoldsAreNot) {
  const Found found = read("segcol", shared_data() / "segcol/data/input", ".png");
  EXPECT_EQ(found.masks, 6);
  EXPECT_EQ(found.with_instrument, 6);
}

}  // namespace
}  // namespace surgsigma
