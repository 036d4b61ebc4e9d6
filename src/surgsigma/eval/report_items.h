// The errors of a report: answers worth looking at, as cards with picture, question, options, right answer, what was
// said, and the reasoning before it; with filters by test, source and fate that need no network.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/eval/suite_score.h"

namespace surgsigma {

/// A picture with what it shows.
struct PagePicture {
  std::string caption;
  std::string uri;  ///< data URI
};

/// An answer worth looking at.
struct PageItem {
  std::string test;
  std::string id;
  std::string source;
  std::string centre;
  std::string form;
  std::string question;
  std::vector<std::string> options;
  std::string gold;
  std::string text;       ///< what was said, without the reasoning
  std::string reasoning;  ///< what the endpoint gave apart, or what stands before the answer
  std::string fate;
  std::string reason;  ///< why it was not read, or what of it is no class
  double credit = 0;
  std::vector<PagePicture> pictures;  ///< what was shown; of an answer by pixels input, right and answer side by side
};

/// What a model wrote, in two: reasoning up to the last </think> and before the last <answer>, and the answer. Tags in
/// any case; they stand in neither. An unclosed <think> is all reasoning.
struct SplitText {
  std::string reasoning;
  std::string said;
};
SplitText split_reasoning(std::string_view text);

/// The answers of a test with the least credit, by hash where they are equal: at most 24. Pictures of at most 400 kB.
void take_page_items(const std::vector<Judged>& judged, const std::string& test, const fs::path& folder,
                     std::vector<PageItem>& items);

/// A page must open: where the pictures are more than 16 MB together, those of the lesser errors of each test go. The
/// number of items that lost theirs.
std::size_t drop_pictures(std::vector<PageItem>& items);

/// The filters and the cards of all tests, after drop_pictures(). Empty without items.
std::string items_section(const SuiteScore& score, std::vector<PageItem> items);
/// What makes the filters work. All cards can be read without it.
std::string_view items_script();

}  // namespace surgsigma
