// From a row of the table `conversations` to a sample, or the rule that keeps it out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/export/export.h"
#include "surgsigma/export/format.h"
#include "surgsigma/export/media.h"
#include "surgsigma/export/privacy.h"
#include "surgsigma/export/reasoning.h"
#include "surgsigma/export/sample.h"
#include "surgsigma/export/written_media.h"
#include "surgsigma/store/engine.h"

namespace surgsigma {

/// Why a row cannot be written; the words of the report and of docs/export.md. Empty: it can.
using Refusal = std::string_view;
namespace refusal {
inline constexpr Refusal kNoMedia = "no_media";            ///< nothing to show, or a path outside the source's folder
inline constexpr Refusal kReservedWord = "reserved_word";  ///< a text holds a trainer's own token
inline constexpr Refusal kBadTurns = "bad_turns";          ///< turns do not come in pairs, or one is empty
inline constexpr Refusal kUnknownBox = "unknown_box";      ///< "{box:N}" without box N
inline constexpr Refusal kNoFrameSize = "no_frame_size";   ///< the box profile needs the size of the frame
inline constexpr Refusal kBoxWithoutArea = "box_without_area";     ///< nothing is left of a box after rounding
inline constexpr Refusal kMissingReasoning = "missing_reasoning";  ///< the named chain is not there or was rejected
inline constexpr Refusal kBadAnswer = "bad_answer";                ///< the answer is not the JSON of schema/answer.h
// Only where the media are written:
inline constexpr Refusal kMissingMedia = "missing_media";  ///< a picture or clip, or what it is cut from, is not there
inline constexpr Refusal kUnreadableMedia = "unreadable_media";  ///< a picture or clip cannot be read or cut
inline constexpr Refusal kHiddenMedia = "hidden_media";          ///< all of a picture or clip is hidden as private
}  // namespace refusal

/// One row of the query that conversation_columns() asks for. Views are into the engine's memory, until the next batch.
struct ConversationView {
  std::string_view id, task, video, case_id, reasoning_id, answer, form, origin;
  bool is_clip = false;
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
  std::vector<std::string_view> turns, box_labels, media, options;
  std::vector<Box> boxes;
  bool has_broken_boxes = false;  ///< their numbers do not come in fours
  ImageSize size;                 ///< 0 x 0: unknown

  void read(const std::vector<ColumnView>& columns, std::size_t row);
};
/// Columns of the SELECT; `has_metadata`: those that only some formats need come too, else they are empty.
std::string conversation_columns(bool has_metadata, bool has_answer);

/// What is the same for all rows of an export.
struct BuildRules {
  const FormatRow* format = nullptr;
  const BoxProfileRow* profile = nullptr;
  ResizeLimits limits;
  ThoughtStyle thought;
  const MediaNames* names = nullptr;
  const MediaPlaces* places = nullptr;
  bool has_absolute_media = false;
  const Ontology* ontology = nullptr;
  const Privacy* privacy = nullptr;
  const WrittenMedia* written = nullptr;  ///< what was written of the media; nullptr: they are only named
  fs::path written_folder;                ///< where the written files lie now ...
  fs::path final_folder;                  ///< ... and will lie
};
/// What is the same for all rows of a source.
struct SourceOfRows {
  std::string id;
  std::string licence;
  bool is_simulated = false;
};

/// Builds samples one after another, reusing their memory. One per thread.
class SampleBuilder {
 public:
  SampleBuilder(const BuildRules& rules, SourceOfRows source);

  /// Everything but the reasoning. `part` must outlive the sample.
  Refusal build(const ConversationView& row, std::string_view part);
  /// Puts the thought before the last answer of the sample just built.
  Refusal think(const ConversationView& row, std::string_view thought);
  /// The last answer's plain wording into Sample::solution.
  Refusal solve(const ConversationView& row);

  const Sample& sample() const { return sample_; }
  const ShownMedia& shown() const { return shown_; }
  /// Changes whenever shown() does.
  std::int64_t media_number() const { return media_number_; }
  /// Where the media are written: what became of shown().items, in their order.
  const std::vector<const WrittenMedium*>& written() const { return written_; }
  /// The labels' geometry is of another size than the true picture, and the row's boxes were scaled.
  bool has_scaled_geometry() const { return has_scaled_geometry_; }
  /// What recording and case are called in the export; of the row that build() saw last, also where it was refused.
  std::string_view shown_video() const { return shown_video_; }
  /// Files of the recording may be named.
  bool names_files() const { return shown_video_ == named_video_; }
  /// Characters of all its texts.
  std::size_t characters() const;

 private:
  Refusal take_texts(const ConversationView& row);
  Refusal take_boxes(const ConversationView& row);
  Refusal take_boxes_of(std::string_view text, const ConversationView& row, bool& names_box);
  Refusal take_box(const ConversationView& row, std::size_t index);
  Refusal take_media(const ConversationView& row);
  void name_recording(const ConversationView& row);
  Refusal name_media(const ConversationView& row);
  Refusal name_written();
  /// What stands in the row for a file below the export.
  std::string written_name(const WrittenMedium& medium) const;
  void take_frame_size(const ConversationView& row);
  /// The row shows what the row before it showed: rows of one moment follow each other.
  bool shows_the_same(const ConversationView& row) const;
  /// The label for tags: the plain wording, or the sentence itself where that names boxes.
  Refusal label_of(const ConversationView& row, std::string_view& label);
  void load_pictures();

  const BuildRules& rules_;
  SourceOfRows source_;
  PlainAnswers answers_;
  Sample sample_;
  std::string named_video_ = "\n";  ///< the recording whose names follow; none is called so
  std::string named_case_;
  std::string shown_video_;
  std::string shown_case_;
  std::string shown_centre_;
  ShownMedia shown_;
  std::vector<const WrittenMedium*> written_;
  Refusal media_refusal_;
  ImageSize frame_size_;  ///< of the picture that the row's boxes are written for
  double x_scale_ = 1;    ///< from the labels' geometry to that picture
  double y_scale_ = 1;
  bool has_scaled_geometry_ = false;
  std::int64_t media_number_ = 0;
  std::vector<std::string> last_listed_;  ///< what shown_ was made from
  std::string last_video_;
  bool was_clip_ = false;
  std::int64_t last_begin_us_ = -1;
  std::int64_t last_end_us_ = -1;
  std::string last_turn_;     ///< last turn with the thought
  std::string last_picture_;  ///< path of the picture that was read last: rows of one moment follow each other
  std::string last_bytes_;
};

}  // namespace surgsigma
