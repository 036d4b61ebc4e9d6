// The rows of one partition of the table `conversations`, rendered into a spill file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "surgsigma/export/builder.h"
#include "surgsigma/export/case_list.h"
#include "surgsigma/export/card.h"
#include "surgsigma/export/selection.h"
#include "surgsigma/export/spill.h"

namespace surgsigma {

/// The data files that an export can have, in order: by set, by part, by medium and boxes.
class FileSlots {
 public:
  FileSlots(const FormatRow& format, ReasoningMode mode)
      : format_(format), sets_(mode == ReasoningMode::kSeparate ? 2 : 1) {}
  static constexpr std::size_t kKinds = 4;  // pictures, pictures with boxes, clips, clips with boxes

  std::size_t size() const { return sets_ * kParts.size() * kKinds; }
  /// `set`: 0, and 1 for the rows with reasoning of two separate sets.
  std::size_t slot(std::size_t set, int part, const Sample& sample) const;
  bool is_video(std::size_t slot) const { return slot % kKinds >= 2; }
  std::string_view part(std::size_t slot) const { return kParts[slot / kKinds % kParts.size()]; }
  /// "default", "image", "reasoning-video-boxes".
  std::string config(std::size_t slot) const;
  /// "train", "reasoning-train": what the manifest counts by.
  std::string counted_as(std::size_t slot) const;
  /// "data/reasoning-train-image"
  std::string stem(std::size_t slot) const;

 private:
  std::string set_name(std::size_t slot) const;
  std::string kind_name(std::size_t slot) const;
  const FormatRow& format_;
  std::size_t sets_;
};

/// What every partition needs.
struct RenderPlan {
  const ExportOptions* options = nullptr;
  const FormatRow* format = nullptr;
  const Selection* selection = nullptr;
  const Caps* caps = nullptr;
  const Database* database = nullptr;
  BuildRules rules;
  FileSlots slots;
  std::shared_ptr<Engine> engine;  ///< one thread per query: rows come in the order of the file
  fs::path folder;                 ///< of the spill files
  MemoryRoom* room = nullptr;

  /// Lists that are spilled beside the data files: all media, missing media, media that keep rows out.
  std::size_t media_list() const { return slots.size(); }
  std::size_t missing_list() const { return slots.size() + 1; }
  std::size_t unwritten_list() const { return slots.size() + 2; }
  std::size_t lists() const { return slots.size() + 3; }
};

struct Rendered {
  Spilled spilled;
  std::vector<std::int64_t> rows;  ///< by slot, then by task
  std::map<std::string, DroppedRows> dropped;
  CaseList cases;
  TokenCounts tokens;
  std::int64_t media = 0;
  std::int64_t missing = 0;
  std::vector<std::string> missing_examples;
  std::vector<MediumKey> written;  ///< media that the rows show, where they are written; also the pictures of lists
  std::int64_t unwritten = 0;      ///< distinct media that keep rows out
  std::string unwritten_example;   ///< path and reason of the first
  std::int64_t scaled_rows = 0;    ///< rows whose boxes were brought from the labels' geometry to the true picture
};

/// Partition number `index`, of the table conversations.
Result<Rendered> render_partition(const RenderPlan& plan, const Partition& partition, std::size_t index);
/// Offers the rows of a partition to the caps.
Status offer_partition(const std::shared_ptr<Engine>& engine, const Database& database, const Partition& partition,
                       const Selection& selection, Caps& caps);

}  // namespace surgsigma
