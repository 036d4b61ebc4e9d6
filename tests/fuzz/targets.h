// Every parser of outside data as one function over bytes, for two programs: libFuzzer (fuzz_main.cpp, one program per
// target) and the replay of saved inputs that runs with the unit tests (replay_test.cpp).
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace surgsigma::fuzz {

/// `run` must come back from any bytes; a broken promise of the parser ends the program through `expect`.
struct Target {
  std::string_view name;  ///< also the folder of its saved inputs: corpus/<name>
  void (*run)(const Target& target, std::string_view bytes);
  /// For readers of label files: the source card, the file's path in its layout, and files that must lie beside it.
  std::string_view card = {};
  std::string_view path = {};
  struct Companion {
    std::string_view path;
    std::string_view text;
  };
  std::vector<Companion> companions = {};
};

const std::vector<Target>& targets();
const Target* find_target(std::string_view name);

/// Rows of the table that are readers (reader_targets.cpp).
std::vector<Target> reader_targets();
/// Pictures, masks and depth maps (pixel_targets.cpp).
std::vector<Target> pixel_targets();
/// Files of an evaluation and replies of models (eval_targets.cpp).
std::vector<Target> eval_targets();
/// Videos, their indices and tar shards (container_targets.cpp).
std::vector<Target> container_targets();
/// The reader that takes the target's file; empty for a parser that is no reader.
std::string_view reader_of(const Target& target);

/// A new file with these bytes in the place of an old one (truncating it would make the file system flush each time).
void replace_file(const std::filesystem::path& path, std::string_view bytes);

/// Ends the program with the words when the condition does not hold.
void expect(bool condition, std::string_view what);

}  // namespace surgsigma::fuzz
