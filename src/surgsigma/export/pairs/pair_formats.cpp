#include "surgsigma/export/pairs/pair_formats.h"

#include <algorithm>
#include <array>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"
#include "surgsigma/export/pairs/tar_writer.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {
namespace {

constexpr std::array<PairRoles, 5> kRoles = {{
    {"desmoking", "smoke_input", "clean_target"},
    {"instrument_segmentation", "picture", "mask"},
    {"depth_estimation", "picture", "depth"},
    {"next_frame_generation", "picture", "later_picture"},
    {"conditional_video_generation", "first_picture", "clip"},
}};

constexpr std::int64_t kJsonBytes = 4096;  // guess for the size of a shard; a longer one only makes it a little longer

std::string ending_of(const fs::path& file) { return lower(file.extension().string()); }

Error differs(std::string what, const fs::path& path) {
  return {ErrorKind::kInternal, std::move(what), path.string(), "please report this with the command you gave"};
}

/// What is known of a pair, with the names that its files have in this export.
Json pair_json(const PairSample& sample, const std::string& input, const std::string& target) {
  const PairRow& row = sample.row;
  const PairRoles& roles = *find_pair_roles(row.task);
  return {{"pair_id", row.pair_id},
          {"task", row.task},
          {"files", {{roles.input, input}, {roles.target, target}}},
          {"prompt", row.prompt},
          {"parameters", sample.parameters},
          {"source", row.source_id.text},
          {"case", row.case_id.text},
          {"video", row.video_id.text},
          {"frames", {{"input", row.frame}, {"target", row.target_frame}}},
          {"times_us", {{"input", row.begin_us}, {"target", row.end_us}}},
          {"width", row.width},
          {"height", row.height},
          {"licence", sample.licence},
          {"origin", word(row.origin)},
          {"simulated", sample.is_simulated}};
}

// --- folders ---------------------------------------------------------------------------------------------------------

Status link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::create_hard_link(from, to, code);
  if (!code) return done();
  fs::copy_file(from, to, code);  // another file system, or one without links
  return code ? Status(Error{ErrorKind::kIo, "cannot copy the file: " + code.message(), from.string(), ""}) : done();
}

Result<ExportedFile> place_file(const PairBatch& batch, const fs::path& from, std::int64_t bytes,
                                const std::string& path, const fs::path& folder) {
  SURGSIGMA_CHECK(link_or_copy(from, folder / path));
  SURGSIGMA_TRY(file, exported_file(folder, path, batch.task, batch.part, 0));
  if (file.bytes != bytes) return differs("the file changed while it was exported", from);
  return file;
}

std::string manifest_of_folder(const std::string& part, const std::string& task) {
  return part + "/" + task + "/manifest.jsonl";
}

Result<WrittenBatch> write_folders(const PairBatch& batch, const fs::path& folder) {
  const PairRoles& roles = *find_pair_roles(batch.task);
  const std::string place = batch.part + "/" + batch.task + "/";
  std::error_code code;
  for (const std::string_view role : {roles.input, roles.target}) {
    fs::create_directories(folder / (place + std::string(role)), code);
    if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), (folder / place).string(), ""};
  }
  WrittenBatch written;
  for (const PairSample& sample : batch.samples) {
    const std::string input = std::string(roles.input) + "/" + sample.row.pair_id + ending_of(sample.input);
    const std::string target = std::string(roles.target) + "/" + sample.row.pair_id + ending_of(sample.target);
    SURGSIGMA_TRY(first, place_file(batch, sample.input, sample.input_bytes, place + input, folder));
    SURGSIGMA_TRY(second, place_file(batch, sample.target, sample.target_bytes, place + target, folder));
    Json line = pair_json(sample, input, target);
    line["sha256"] = {{roles.input, first.sha256}, {roles.target, second.sha256}};
    written.lines += to_text(line) + "\n";
    written.files.push_back(std::move(first));
    written.files.push_back(std::move(second));
  }
  return written;
}

std::int64_t one(const PairSample&) { return 1; }

Result<std::vector<ExportedFile>> nothing_beside(const std::vector<ExportedFile>&, const fs::path&) {
  return std::vector<ExportedFile>();
}

// --- questions -------------------------------------------------------------------------------------------------------

constexpr int kWhite = 255;  // what stage synth draws instruments with

std::string lines_of_part(const std::string& part, const std::string& task) { return part + "/" + task + ".jsonl"; }

/// One line of pairs.jsonl (eval/pixel_pairs.h reads it).
Json question_json(const PairSample& sample, const std::string& part, const std::string& input,
                   const std::string& gold) {
  const PairRow& row = sample.row;
  Json line = {{"id", row.pair_id},
               {"task", row.task},
               {"part", part},
               {"prompt", row.prompt},
               {"inputs", {input}},
               {"gold", {gold}},
               {"source", row.source_id.text},
               {"case", row.case_id.text},
               {"video", row.video_id.text},
               {"frames", {{"input", row.frame}, {"target", row.target_frame}}},
               {"begin_us", row.begin_us},
               {"end_us", row.end_us},
               {"width", row.width},
               {"height", row.height},
               {"licence", sample.licence},
               {"origin", word(row.origin)},
               {"simulated", sample.is_simulated},
               {"parameters", sample.parameters}};
  if (row.task == "instrument_segmentation") line["classes"] = {{"instrument", kWhite}};
  return line;
}

Result<WrittenBatch> write_questions(const PairBatch& batch, const fs::path& folder) {
  std::error_code code;
  for (const char* name : {"inputs", "gold"}) {
    fs::create_directories(folder / name, code);
    if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), (folder / name).string(), ""};
  }
  WrittenBatch written;
  for (const PairSample& sample : batch.samples) {
    const std::string input = "inputs/" + sample.row.pair_id + ending_of(sample.input);
    const std::string gold = "gold/" + sample.row.pair_id + ending_of(sample.target);
    SURGSIGMA_TRY(first, place_file(batch, sample.input, sample.input_bytes, input, folder));
    SURGSIGMA_TRY(second, place_file(batch, sample.target, sample.target_bytes, gold, folder));
    Json line = question_json(sample, batch.part, input, gold);
    line["sha256"] = {{"input", first.sha256}, {"gold", second.sha256}};
    written.lines += to_text(line) + "\n";
    written.files.push_back(std::move(first));
    written.files.push_back(std::move(second));
  }
  return written;
}

// --- shards ----------------------------------------------------------------------------------------------------------

std::int64_t shard_bytes(const PairSample& sample) {
  return TarWriter::member_bytes(sample.input_bytes) + TarWriter::member_bytes(sample.target_bytes) +
         TarWriter::member_bytes(kJsonBytes);
}

/// "train/desmoking-000003.tar"
std::string shard_name(const PairBatch& batch) {
  const std::string digits = std::to_string(batch.index);
  return batch.part + "/" + batch.task + "-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits +
         ".tar";
}

Status write_shard(const PairBatch& batch, const fs::path& path) {
  SURGSIGMA_TRY(tar, TarWriter::create(path));
  for (const PairSample& sample : batch.samples) {
    // The key of a sample ends at the first dot of the name.
    const std::string& key = sample.row.pair_id;
    const std::string input = key + ".input" + ending_of(sample.input);
    const std::string target = key + ".target" + ending_of(sample.target);
    SURGSIGMA_CHECK(tar.add_file(input, sample.input, sample.input_bytes));
    SURGSIGMA_CHECK(tar.add(key + ".json", to_text(pair_json(sample, input, target))));
    SURGSIGMA_CHECK(tar.add_file(target, sample.target, sample.target_bytes));
  }
  SURGSIGMA_TRY(bytes, tar.close());
  return bytes > 0 ? done() : Status(differs("the archive is empty", path));
}

/// Samples of a shard as a loader sees them: members next to each other with one key.
Result<std::int64_t> count_samples(const fs::path& path) {
  SURGSIGMA_TRY(mapped, MappedFile::open(path));
  SURGSIGMA_TRY(members, tar_members(mapped.bytes(), path.string()));
  std::int64_t samples = 0;
  std::string last;
  for (std::size_t i = 0; i + 3 <= members.size(); i += 3, ++samples) {
    const std::string key = members[i].name.substr(0, members[i].name.find('.'));
    const auto begins = [&](std::size_t at, std::string_view kind) {
      return members[at].name.starts_with(key + std::string(kind));
    };
    if (key <= last || !begins(i, ".input.") || members[i + 1].name != key + ".json" || !begins(i + 2, ".target.")) {
      return differs("the members of sample " + quoted(key) + " are not as they were written", path);
    }
    const TarMember& json = members[i + 1];
    SURGSIGMA_TRY(read, parse_json(mapped.bytes().substr(json.offset, json.bytes), path.string() + ": " + json.name));
    SURGSIGMA_TRY(id, text_at(read, "pair_id", path.string()));
    if (id != key) return differs("a sample has another key than its description", path);
    last = key;
  }
  if (members.size() % 3 != 0) return differs("the archive has a sample that is not whole", path);
  return samples;
}

Result<WrittenBatch> write_shards(const PairBatch& batch, const fs::path& folder) {
  const std::string path = shard_name(batch);
  SURGSIGMA_CHECK(write_shard(batch, folder / path));
  SURGSIGMA_TRY(samples, count_samples(folder / path));
  SURGSIGMA_TRY(file, exported_file(folder, path, batch.task, batch.part, samples));
  return WrittenBatch{{std::move(file)}, ""};
}

/// Crude: a task's cooker says what input and target are. The command makes the index, which depends on its version.
std::string energon_dataset(const std::vector<ExportedFile>& files) {
  std::string command = "# energon prepare";
  for (const std::string_view part : {"train", "val", "test"}) {
    const bool is_there = std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.part == part; });
    const std::string name(part);
    if (is_there) command += " --split-parts '" + name + ":" + name + "/.*'";
  }
  return "# Samples as they are in the shards, for a cooker of your own. Before the first use:\n" + command +
         " .\n__module__: megatron.energon\n__class__: CrudeWebdataset\n";
}

std::string energon_split(const std::vector<ExportedFile>& files) {
  std::string text = "split_parts:\n";
  for (const std::string_view part : {"train", "val", "test"}) {
    std::string shards;
    for (const ExportedFile& file : files) {
      if (file.part == part) shards += "    - " + file.path + "\n";
    }
    text += "  " + std::string(part) + (shards.empty() ? ": []\n" : ":\n" + shards);
  }
  return text + "exclude: []\n";
}

Result<std::vector<ExportedFile>> write_energon(const std::vector<ExportedFile>& files, const fs::path& folder) {
  const std::string dataset = ".nv-meta/dataset.yaml";
  const std::string split = ".nv-meta/split.yaml";
  SURGSIGMA_CHECK(write_file(folder / dataset, energon_dataset(files)));
  SURGSIGMA_CHECK(write_file(folder / split, energon_split(files)));
  SURGSIGMA_TRY(first, exported_file(folder, dataset, "", "", 0));
  SURGSIGMA_TRY(second, exported_file(folder, split, "", "", 0));
  return std::vector<ExportedFile>{first, second};
}

constexpr std::string_view kFoldersReadme =
    "`<part>/<task>/manifest.jsonl` has one line per pair; `files` names its two files below that folder by what they\n"
    "are. Files may be hard links to those of the database: copy before you change one.\n\n"
    "```python\nimport json, pathlib\nfrom PIL import Image\n\n"
    "folder = pathlib.Path(\"train/desmoking\")\n"
    "for line in open(folder / \"manifest.jsonl\", encoding=\"utf-8\"):\n"
    "    pair = json.loads(line)\n"
    "    smoky = Image.open(folder / pair[\"files\"][\"smoke_input\"])\n"
    "    clean = Image.open(folder / pair[\"files\"][\"clean_target\"])\n```\n";

constexpr std::string_view kQuestionsReadme =
    "`<part>/<task>.jsonl` has one line per pair: `inputs` is what a model is shown, `gold` what is right, both paths\n"
    "below this folder. Give a model the folder `inputs`, never `gold`.\n";

constexpr std::string_view kShardsReadme =
    "WebDataset shards, one part and task each. A sample has `<pair_id>.input.<ending>`, `<pair_id>.json` and\n"
    "`<pair_id>.target.<ending>`, sorted by key: shuffle shards and samples when you train.\n\n"
    "```python\nimport glob, webdataset\n\n"
    "for sample in webdataset.WebDataset(sorted(glob.glob(\"train/desmoking-*.tar\")), shardshuffle=False):\n"
    "    picture, answer, about = sample[\"input.png\"], sample[\"target.png\"], sample[\"json\"]\n```\n\n"
    "Energon: the samples are crude; `.nv-meta/dataset.yaml` has the command that makes its index.\n";

}  // namespace

const PairRoles* find_pair_roles(std::string_view task) {
  const auto found = std::find_if(kRoles.begin(), kRoles.end(), [&](const PairRoles& row) { return row.task == task; });
  return found == kRoles.end() ? nullptr : &*found;
}

const std::vector<PairFormatRow>& pair_format_rows() {
  static const std::vector<PairFormatRow> kRows = {
      {"pairs", "pictures, masks, depth maps and clips as files in folders by role, manifest.jsonl per task", false, one,
       manifest_of_folder, write_folders, nothing_beside, kFoldersReadme},
      {"wds", "the same as WebDataset tar shards, with Energon's .nv-meta", true, shard_bytes, nullptr,
       write_shards, write_energon, kShardsReadme},
      {"pixel-questions", "inputs and right answers apart, as `surgsigma eval make` asks for pixels", false, one,
       lines_of_part, write_questions, nothing_beside, kQuestionsReadme},
  };
  return kRows;
}

const PairFormatRow* find_pair_format(std::string_view name) {
  for (const PairFormatRow& row : pair_format_rows()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Result<ExportedFile> exported_file(const fs::path& folder, const std::string& path, const std::string& config,
                                   const std::string& part, std::int64_t rows) {
  SURGSIGMA_TRY(sha256, file_sha256(folder / path));
  std::error_code code;
  const auto bytes = fs::file_size(folder / path, code);
  if (code) return Error{ErrorKind::kIo, "cannot read back: " + code.message(), (folder / path).string(), ""};
  return ExportedFile{path, config, part, sha256, rows, static_cast<std::int64_t>(bytes)};
}

}  // namespace surgsigma
