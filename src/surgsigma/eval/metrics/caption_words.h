// Words of captions as numbers: the fixed tokeniser, Porter's stemmer, and n-grams of up to four words as nodes of one
// tree, so that equal n-grams have equal numbers and none is ever mistaken for another.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace surgsigma {

/// Lower case (ASCII), split at everything that is neither letter nor digit; bytes beyond ASCII count as letters. There
/// is no second tokeniser: the PTB one of the COCO code is not reproduced, so published scores of captions with
/// hyphens or apostrophes differ.
std::vector<std::string> caption_tokens(std::string_view text);

/// Porter (1980), with the departures of nltk's default mode: words of two letters stay, a table of irregular forms,
/// y to i only after a consonant, "alli", "fulli" and "logi". `word` in lower case.
std::string porter_stem(std::string_view word);

/// Gives each distinct word a number, in order of first appearance.
class WordTable {
 public:
  std::uint32_t number(std::string_view word);
  const std::string& word(std::uint32_t number) const { return words_[number]; }
  std::size_t size() const { return words_.size(); }

 private:
  std::deque<std::string> words_;  ///< keeps its strings where they are
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

inline constexpr std::size_t kNgramOrders = 4;

/// Distinct n-grams of one text and how often each occurs, by rising node; [k] has those of k + 1 words.
using NgramCounts = std::array<std::vector<std::pair<std::uint32_t, std::uint32_t>>, kNgramOrders>;

/// The tree of all n-grams of a corpus.
class NgramTree {
 public:
  NgramTree();
  /// Enters the text's n-grams. `nodes` becomes those of one word in order of their place, then those of two, and so
  /// on.
  void add(const std::vector<std::uint32_t>& words, std::vector<std::uint32_t>& nodes);
  std::size_t size() const { return nodes_; }

 private:
  struct Slot {
    std::uint64_t key;  ///< parent << 32 | word, kFree where there is none
    std::uint32_t node = 0;
  };
  std::size_t slot_of(std::uint64_t key) const;
  void grow();

  std::vector<Slot> slots_;  ///< open addressing
  int shift_;                ///< of a hash to a place
  std::uint32_t nodes_ = 1;  ///< node 0 is the root
};

/// Counts of a text from what NgramTree::add gave for its `words` words.
void count_ngrams(const std::vector<std::uint32_t>& nodes, std::size_t words, NgramCounts& counts);

}  // namespace surgsigma
