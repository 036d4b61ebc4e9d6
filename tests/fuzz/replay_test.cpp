// Saved inputs of the fuzz targets, run by any compiler: as they are, cut off, and with single bytes changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "surgsigma/base/files.h"
#include "surgsigma/ingest/reader.h"
#include "targets.h"

namespace surgsigma::fuzz {
namespace {

const fs::path kCorpus = SURGSIGMA_SOURCE_DIR "/tests/fuzz/corpus";
constexpr std::size_t kVariants = 150;  // of each kind and input, spread over its length

std::vector<std::string> inputs_of(std::string_view target) {
  std::vector<std::string> inputs;
  const auto tree = list_tree(kCorpus / target);
  if (!tree) return inputs;
  for (const FoundFile& file : tree->files) {
    auto bytes = read_file(kCorpus / target / file.path);
    EXPECT_TRUE(bytes) << file.path;
    if (bytes) inputs.push_back(std::move(*bytes));
  }
  return inputs;
}

class Replay : public testing::TestWithParam<Target> {};

TEST_P(Replay, SavedInputs) {
  const auto inputs = inputs_of(GetParam().name);
  ASSERT_FALSE(inputs.empty()) << "no saved inputs in " << kCorpus / GetParam().name;
  for (const std::string& input : inputs) GetParam().run(GetParam(), input);
}

TEST_P(Replay, InputsCutOffAnywhere) {
  for (const std::string& input : inputs_of(GetParam().name)) {
    const std::size_t step = std::max<std::size_t>(1, input.size() / kVariants);
    for (std::size_t end = 0; end < input.size(); end += step) {
      GetParam().run(GetParam(), std::string_view(input).substr(0, end));
    }
  }
}

TEST_P(Replay, InputsWithOneByteChanged) {
  constexpr std::string_view kBytes("\0\xff\"\n\r,:-9{]\t", 12);
  for (std::string input : inputs_of(GetParam().name)) {
    const std::size_t step = std::max<std::size_t>(1, input.size() / kVariants);
    for (std::size_t at = 0; at < input.size(); at += step) {
      const char kept = std::exchange(input[at], kBytes[at % kBytes.size()]);
      GetParam().run(GetParam(), input);
      input[at] = kept;
    }
  }
}

TEST(Corpus, EveryFolderBelongsToATarget) {
  for (const auto& folder : fs::directory_iterator(kCorpus)) {
    EXPECT_NE(find_target(folder.path().filename().string()), nullptr) << folder.path();
  }
}

TEST(Corpus, EveryReaderHasATarget) {
  for (const Reader& reader : readers()) {
    const bool has_target = std::any_of(targets().begin(), targets().end(),
                                        [&](const Target& target) { return reader_of(target) == reader.name; });
    EXPECT_TRUE(has_target) << reader.name << ": add a row to reader_targets.cpp";
  }
}

INSTANTIATE_TEST_SUITE_P(All, Replay, testing::ValuesIn(targets()),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace surgsigma::fuzz
