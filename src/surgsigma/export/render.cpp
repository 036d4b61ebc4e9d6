#include "surgsigma/export/render.h"

#include <algorithm>
#include <unordered_set>

#include "surgsigma/base/hash.h"
#include "surgsigma/export/json_text.h"
#include "surgsigma/export/media_lists.h"

namespace surgsigma {
namespace {

constexpr std::size_t kMostExamples = 5;

std::string rows_sql(const RenderPlan& plan, const Partition& partition) {
  const bool thinks = plan.options->reasoning != ReasoningMode::kNone;
  return "SELECT " + conversation_columns(plan.format->has_metadata, thinks || plan.format->has_solution) +
         (plan.caps->is_balanced() ? ", answer_class" : "") + " FROM read_parquet(" +
         sql_quoted((plan.database->folder() / partition.file).string()) + ") WHERE " + plan.selection->where;
}

/// Renders the rows of one partition, one after another.
class PartitionRenderer {
 public:
  PartitionRenderer(const RenderPlan& plan, const SourceShare& source, const PartOfCase& parts, fs::path spill)
      : plan_(plan),
        parts_(parts),
        source_(source.source.source_id.text),
        has_folder_(plan.rules.places->has_folder(source_)),
        builder_(plan.rules, {source_, source.source.licence_id, source.source.is_simulated}),
        spill_(std::move(spill), plan.lists(), plan.selection->tasks.size(), *plan.room) {
    rendered_.rows.resize(plan.slots.size() * plan.selection->tasks.size());
  }

  Status load_thoughts(const Partition& partition) {
    if (plan_.options->reasoning == ReasoningMode::kNone) return done();
    const auto files = plan_.database->files("reasoning", partition.source, partition.unit);
    SURGSIGMA_TRY(thoughts, read_thoughts(plan_.engine, files, plan_.options->has_level_headings));
    thoughts_ = std::move(thoughts);
    return done();
  }

  Status take(const ConversationView& row, std::string_view answer_class) {
    if (row.case_id != last_case_) {
      last_case_ = row.case_id;
      part_ = parts_.find(last_case_);
      is_case_listed_ = false;
    }
    if (part_ == kNoPart) return done();
    if (plan_.caps->is_used() && !plan_.caps->keeps(row.task, part_, answer_class, row.id)) return done();
    if (row.task != last_task_) {
      last_task_ = row.task;
      const auto& tasks = plan_.selection->tasks;
      task_ = static_cast<std::size_t>(std::find(tasks.begin(), tasks.end(), row.task) - tasks.begin());
    }
    Refusal why = builder_.build(row, kParts[static_cast<std::size_t>(part_)]);
    if (why.empty() && plan_.format->has_solution) why = builder_.solve(row);
    if (!why.empty()) return drop(row, why);
    if (plan_.options->reasoning != ReasoningMode::kOnly) SURGSIGMA_CHECK(write(0));
    if (plan_.options->reasoning != ReasoningMode::kNone && !row.reasoning_id.empty()) return take_thinking(row);
    return done();
  }

  Result<Rendered> finish() {
    SURGSIGMA_TRY(spilled, spill_.finish());
    rendered_.spilled = std::move(spilled);
    return std::move(rendered_);
  }

 private:
  Status take_thinking(const ConversationView& row) {
    const auto thought = thoughts_.find(row.reasoning_id);
    if (thought == thoughts_.end()) return drop(row, refusal::kMissingReasoning);
    if (const Refusal why = builder_.think(row, thought->second); !why.empty()) return drop(row, why);
    return write(plan_.options->reasoning == ReasoningMode::kSeparate ? 1 : 0);
  }

  Status drop(const ConversationView& row, Refusal why) {
    DroppedRows& dropped = rendered_.dropped[std::string(why)];
    if (dropped.rows++ == 0) dropped.example = row.id;
    const bool is_by_media =
        why == refusal::kMissingMedia || why == refusal::kUnreadableMedia || why == refusal::kHiddenMedia;
    return is_by_media ? list_unwritten() : done();
  }

  /// The first medium of the row that there is no file of, and why.
  Status list_unwritten() {
    const std::size_t place = builder_.written().size() - 1;
    const std::string& path = builder_.shown().items[place].path;
    if (!unwritten_.insert(hash64(path)).second) return done();
    const WrittenMedium* medium = builder_.written()[place];
    const std::string_view state = medium_state_word(medium ? medium->state : MediumState::kMissing);
    const std::string why = medium ? plan_.rules.written->text(medium->reason) : std::string();
    if (rendered_.unwritten++ == 0) rendered_.unwritten_example = path + ": " + why;
    std::string& line = spill_.lines(plan_.unwritten_list(), 0);
    line.append(builder_.names_files() ? std::string_view(path) : "(private)").append("\t").append(state);
    line.append("\t").append(builder_.shown_video()).append("\t").append(why) += '\n';
    return spill_.added(plan_.unwritten_list(), 0);
  }

  Status write(std::size_t set) {
    const std::size_t slot = plan_.slots.slot(set, part_, builder_.sample());
    std::string& lines = spill_.lines(slot, task_);
    plan_.format->append(builder_.sample(), lines);
    lines += '\n';
    ++rendered_.rows[slot * plan_.selection->tasks.size() + task_];
    rendered_.scaled_rows += builder_.has_scaled_geometry();
    if (!is_case_listed_) {
      add_case(rendered_.cases, kParts[static_cast<std::size_t>(part_)], *plan_.rules.privacy, source_, last_case_);
      is_case_listed_ = true;
    }
    rendered_.tokens.add(static_cast<std::int64_t>(builder_.characters()));
    SURGSIGMA_CHECK(spill_.added(slot, task_));
    return list_media();
  }

  Status list_media() {
    if (builder_.media_number() == last_media_) return done();
    last_media_ = builder_.media_number();
    const ShownMedia& shown = builder_.shown();
    if (plan_.rules.written != nullptr) return list_written(shown);
    for (const ShownMedium& medium : shown.items) {
      if (listed_.insert(hash64(medium.path)).second) SURGSIGMA_CHECK(list_medium(medium, shown.is_video));
    }
    return done();
  }

  Status list_written(const ShownMedia& shown) {
    const Sample& sample = builder_.sample();
    for (const ShownMedium& medium : shown.items) {
      const MediumKey key = medium_key(medium, shown.is_video, sample.begin_us, sample.end_us);
      const std::vector<MediumKey>* list = plan_.rules.written->list(key);
      if (list == nullptr) {
        SURGSIGMA_CHECK(list_file(key));
        continue;
      }
      for (const MediumKey picture : *list) SURGSIGMA_CHECK(list_file(picture));
    }
    return done();
  }

  Status list_file(MediumKey key) {
    if (!listed_.insert(key).second) return done();
    rendered_.written.push_back(key);
    ++rendered_.media;
    append_media_line(*plan_.rules.written->find(key), builder_.sample().video, *plan_.rules.written,
                      spill_.lines(plan_.media_list(), 0));
    return spill_.added(plan_.media_list(), 0);
  }

  bool is_there(const ShownMedium& medium, bool is_video) {
    if (!has_folder_) return false;
    const std::string place = plan_.rules.places->place(medium);
    return files_there_.has(place) && (!plan_.format->embeds_pictures || is_video || is_picture(place));
  }

  Status list_medium(const ShownMedium& medium, bool is_video) {
    const Sample& sample = builder_.sample();
    const bool is_missing = !is_there(medium, is_video);
    ++rendered_.media;
    std::string& line = spill_.lines(plan_.media_list(), 0);
    line.append("media/").append(medium.path).append(is_missing ? "\tmissing\t" : "\tfound\t").append(sample.video);
    line += '\t';
    if (!medium.made_from.empty()) line.append("media/").append(medium.made_from);
    line += '\t';
    append_integer(sample.begin_us, line);
    line += '\t';
    append_integer(sample.end_us, line);
    line += '\n';
    SURGSIGMA_CHECK(spill_.added(plan_.media_list(), 0));
    if (!is_missing) return done();
    if (rendered_.missing++ < static_cast<std::int64_t>(kMostExamples))
      rendered_.missing_examples.push_back("media/" + medium.path);
    spill_.lines(plan_.missing_list(), 0).append("media/").append(medium.path) += '\n';
    return spill_.added(plan_.missing_list(), 0);
  }

  const RenderPlan& plan_;
  const PartOfCase& parts_;
  std::string source_;
  bool has_folder_;
  SampleBuilder builder_;
  Spill spill_;
  TextMap<std::string> thoughts_;
  Rendered rendered_;
  std::string last_case_ = "\n";  // no case is called so
  int part_ = kNoPart;
  bool is_case_listed_ = false;
  std::string last_task_;
  std::size_t task_ = 0;
  std::int64_t last_media_ = 0;
  std::unordered_set<std::uint64_t> listed_;
  std::unordered_set<std::uint64_t> unwritten_;
  FilesThere files_there_;
};

const SourceShare* find_source(const Selection& selection, const std::string& id) {
  for (const SourceShare& share : selection.sources) {
    if (share.source.source_id.text == id) return &share;
  }
  return nullptr;
}

}  // namespace

std::size_t FileSlots::slot(std::size_t set, int part, const Sample& sample) const {
  const std::size_t kind = (format_.has_one_medium_per_file && sample.is_video ? 2U : 0U) +
                           (format_.has_boxes_apart && sample.names_boxes ? 1U : 0U);
  return (set * kParts.size() + static_cast<std::size_t>(part)) * kKinds + kind;
}

std::string FileSlots::set_name(std::size_t slot) const {
  if (sets_ == 1) return "";
  return slot < size() / 2 ? "direct-" : "reasoning-";
}

std::string FileSlots::kind_name(std::size_t slot) const {
  std::string name;
  if (format_.has_one_medium_per_file) name = is_video(slot) ? "video" : "image";
  if (slot % 2 == 1) name += name.empty() ? "boxes" : "-boxes";
  return name;
}

std::string FileSlots::config(std::size_t slot) const {
  const std::string name = set_name(slot) + kind_name(slot);
  if (name.empty()) return "default";
  return name.back() == '-' ? name.substr(0, name.size() - 1) : name;
}

std::string FileSlots::counted_as(std::size_t slot) const { return set_name(slot) + std::string(part(slot)); }

std::string FileSlots::stem(std::size_t slot) const {
  const std::string kind = kind_name(slot);
  return std::string(format_.folder) + counted_as(slot) + (kind.empty() ? "" : "-" + kind);
}

Result<Rendered> render_partition(const RenderPlan& plan, const Partition& partition, std::size_t index) {
  const SourceShare* source = find_source(*plan.selection, partition.source);
  const auto parts = plan.selection->parts.find(partition.source);
  if (source == nullptr || parts == plan.selection->parts.end()) return Rendered{};
  PartitionRenderer renderer(plan, *source, parts->second, plan.folder / ("rows-" + std::to_string(index)));
  SURGSIGMA_CHECK(renderer.load_thoughts(partition));
  SURGSIGMA_TRY(stream, ChunkStream::open(plan.engine, rows_sql(plan, partition)));
  const std::size_t class_column = stream->columns().size() - 1;
  ConversationView row;
  while (true) {
    SURGSIGMA_TRY(count, stream->next());
    if (count == 0) return renderer.finish();
    for (std::size_t i = 0; i < count; ++i) {
      row.read(stream->columns(), i);
      const bool has_class = plan.caps->is_balanced();
      SURGSIGMA_CHECK(
          renderer.take(row, has_class ? text_at(stream->columns()[class_column].data, i) : std::string_view()));
    }
  }
}

Status offer_partition(const std::shared_ptr<Engine>& engine, const Database& database, const Partition& partition,
                       const Selection& selection, Caps& caps) {
  const auto parts = selection.parts.find(partition.source);
  if (find_source(selection, partition.source) == nullptr || parts == selection.parts.end()) return done();
  SURGSIGMA_TRY(stream,
                ChunkStream::open(engine, "SELECT conversation_id, task, case_id, answer_class FROM read_parquet(" +
                                              sql_quoted((database.folder() / partition.file).string()) + ") WHERE " +
                                              selection.where));
  while (true) {
    SURGSIGMA_TRY(count, stream->next());
    if (count == 0) return done();
    for (std::size_t i = 0; i < count; ++i) {
      const auto text = [&](std::size_t column) { return text_at(stream->columns()[column].data, i); };
      const int part = parts->second.find(text(2));
      if (part != kNoPart) caps.offer(text(1), part, text(3), text(0));
    }
  }
}

}  // namespace surgsigma
