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
  /// Enters the text's n-grams.
  void add(const std::vector<std::uint32_t>& words);
  /// Counts of a text that was added before. Safe to call from several threads when nothing is being added.
  void count(const std::vector<std::uint32_t>& words, NgramCounts& counts) const;
  std::size_t size() const { return nodes_; }

 private:
  std::uint32_t child(std::uint32_t node, std::uint32_t word) const;
  std::size_t slot_of(std::uint64_t key) const;
  void grow();

  std::vector<std::uint64_t> keys_;  ///< open addressing; parent << 32 | word, kFree where there is none
  std::vector<std::uint32_t> values_;
  std::uint32_t nodes_ = 1;  ///< node 0 is the root
};

}  // namespace surgsigma
