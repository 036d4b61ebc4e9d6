// How an invented operation becomes the files of one layout. One function per layout and video; what several videos
// share (a COCO file, a table) is put together from pieces in the order of the videos.
#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/simulate/operation.h"

namespace surgsigma {

/// What every writer of one call needs.
struct World {
  const Catalog& catalog;
  const SourceCard& card;  ///< of the layout
  const SourceCard& home;  ///< whose words the script uses
  const Script& script;
  std::vector<TripletWords> valid;
  std::uint64_t seed = 1;
  double scale = 1;
  bool has_pixels = false;  ///< boxes and outlines are those of the drawn picture, not of the script's paths
  bool has_faults = false;  ///< of drawn pictures: RenderOptions::with_faults
};

/// A video under its number in the layout. `operation` is the number whose operation it shows: another one in a planted
/// duplicate.
struct VideoNumber {
  int number = 1;
  int operation = 1;
};

inline constexpr int kWholeFile = -1;

/// A file, or what one video adds to a section of a shared file.
struct Piece {
  std::string path;
  std::string role;  ///< as in the source card
  std::int64_t rows = 0;
  std::string text;
  int section = kWholeFile;
};

struct VideoFiles {
  std::int64_t seconds = 0;  ///< labelled
  std::vector<Piece> pieces;
};

/// A file made of sections: around[0] section[0] around[1] section[1] ... ; `separator` stands between what the videos
/// add to a section.
struct SharedFile {
  std::string path;
  std::string role;
  std::vector<std::string> around;
  std::string separator;
};

struct Layout {
  std::string_view name;
  std::string_view description;
  std::string_view script;
  Result<VideoFiles> (*write_video)(const World& world, VideoNumber video);
  Result<std::vector<SharedFile>> (*shared_files)(const World& world);  ///< may be null
  Result<std::vector<Piece>> (*companions)(const World& world);         ///< may be null
  int (*number_at)(int place);  ///< number of the video at a place, from 1; null: the place itself
  /// What the layout's patterns capture as {video} for a number; null: the number itself.
  std::string (*captured)(int number) = nullptr;
  std::int64_t picture_step = 0;  ///< native frames between two written pictures; 0: one a second
};
const std::vector<Layout>& layout_table();

// What the writers share.

/// The key that sources share for the case of a captured video: what is drawn follows from it alone.
Result<std::string> case_key_of(const SourceCard& card, const std::string& captured_video);
/// The operation that a video shows. Captures: "video" by default the number itself.
Result<Operation> operation_of(const World& world, const std::string& captured_video);
/// The label of `vocabulary` in the layout's card for each word of the home card: same word, or same concept.
using WordMap = std::map<std::string_view, const VocabularyLabel*>;
Result<WordMap> words_for(const World& world, std::string_view vocabulary, std::string_view home_vocabulary);
/// The label that the map has for a word of the script; kNotFound naming the card when there is none.
Result<const VocabularyLabel*> label_for(const World& world, const WordMap& words, std::string_view word);
/// The named vocabulary of the layout's card, or kNotFound.
Result<const Vocabulary*> vocabulary_of(const SourceCard& card, std::string_view name);
/// Triplets of the home card's vocabulary of kind interaction; none when it has no such vocabulary.
Result<std::vector<TripletWords>> valid_triplets(const SourceCard& home);
/// Every combination that the script uses is valid; kNotFound names the first that is not.
Status check_script(const Script& script, const SourceCard& home, const std::vector<TripletWords>& valid);
/// Part of the honoured (or first) official split that holds this video, by captured name; otherwise seven videos in
/// ten are train, one val, two test.
std::string official_part(const World& world, const std::string& captured_video, int number);

/// Activities on at time t, in their order. Times must not fall from call to call.
class ActivitySweep {
 public:
  explicit ActivitySweep(const std::vector<Activity>& activities) : activities_(activities) {}
  const std::vector<const Activity*>& at(Milliseconds t);

 private:
  const std::vector<Activity>& activities_;
  std::size_t next_ = 0;
  std::vector<const Activity*> on_;
};

/// The span at time t in a list of spans, in constant time while times rise.
class SpanSweep {
 public:
  explicit SpanSweep(const std::vector<Span>& spans) : spans_(spans) {}
  const Span* at(Milliseconds t);

 private:
  const std::vector<Span>& spans_;
  std::size_t index_ = 0;
};

void append(std::string& text, std::int64_t value);
/// At least `digits` digits, zeros in front.
void append_padded(std::string& text, std::int64_t value, int digits);
/// As Python prints a float: shortest digits that read back the same, ".0" after a whole number.
void append_float(std::string& text, double value);
/// Rounded to `decimals` places, as Python prints it.
void append_rounded(std::string& text, double value, int decimals);
/// A JSON string with quotes; escapes what JSON wants escaped.
void append_json(std::string& text, std::string_view value);

// The layouts.
Result<VideoFiles> write_cholec80(const World& world, VideoNumber video);
Result<VideoFiles> write_cholect50(const World& world, VideoNumber video);
Result<std::vector<Piece>> cholect50_companions(const World& world);
Result<VideoFiles> write_endoscapes(const World& world, VideoNumber video);
Result<std::vector<SharedFile>> endoscapes_shared(const World& world);
Result<std::vector<Piece>> endoscapes_companions(const World& world);
Result<VideoFiles> write_multibypass(const World& world, VideoNumber video);
Result<std::vector<Piece>> multibypass_companions(const World& world);
Result<VideoFiles> write_sar_rarp50(const World& world, VideoNumber video);
Result<VideoFiles> write_autolaparo(const World& world, VideoNumber video);
Result<std::vector<SharedFile>> autolaparo_shared(const World& world);
/// Numbers of the release in an order that reaches all its parts soon, and made-up ones when they are used up.
int endoscapes_number(int place);
int grasp_number(int place);
std::string grasp_name(int number);
std::string multibypass_name(int number);
Result<VideoFiles> write_grasp(const World& world, VideoNumber video);
Result<std::vector<SharedFile>> grasp_shared(const World& world);

}  // namespace surgsigma
