#include "targets.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "surgsigma/base/csv.h"
#include "surgsigma/base/files.h"
#include "surgsigma/base/json.h"
#include "surgsigma/base/json_stream.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/time.h"
#include "surgsigma/dialogue/book.h"
#include "surgsigma/dialogue/template.h"
#include "surgsigma/ingest/source_files.h"
#include "surgsigma/media/stereo_calibration.h"
#include "surgsigma/schema/answer.h"
#include "surgsigma/schema/answer_reading.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/pattern.h"
#include "surgsigma/store/manifest.h"

namespace surgsigma::fuzz {
namespace {

/// The first line, and what follows it.
std::pair<std::string_view, std::string_view> first_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return {bytes, {}};
  return {bytes.substr(0, end), bytes.substr(end + 1)};
}

void run_csv(const Target&, std::string_view bytes) {
  constexpr std::string_view kDelimiters = ",\t; ";
  const char guessed = guess_delimiter(bytes);
  expect(kDelimiters.find(guessed) != std::string_view::npos, "a delimiter that nobody uses");
  for (const char delimiter : kDelimiters) {
    CsvReader reader(bytes, delimiter);
    std::int64_t last_line = 0;
    while (reader.next()) {
      expect(reader.line() > last_line, "rows go back in the file");
      expect(!reader.fields().empty(), "a row without fields");
      last_line = reader.line();
    }
  }
}

void run_json(const Target&, std::string_view bytes) {
  const auto value = parse_json(bytes, "input.json");
  if (!value) return;
  const auto again = parse_json(to_text(*value), "written.json");
  expect(again.ok() && *again == *value, "what was read cannot be written and read back");
}

void run_yaml(const Target&, std::string_view bytes) {
  const auto value = parse_yaml(bytes, "input.yaml");
  if (value) expect(is_valid_utf8(to_text(*value)), "text that is no UTF-8");
}

struct Piece {
  std::string key;
  std::string text;
  std::int64_t line;
  std::int64_t index;
  bool operator==(const Piece&) const = default;
};

std::pair<bool, std::vector<Piece>> pieces_by(std::size_t block, const fs::path& path) {
  std::vector<Piece> pieces;
  const Status status = internal::stream_json_by(
      block, path,
      [&](const JsonPiece& piece) {
        pieces.push_back({std::string(piece.key), std::string(piece.text), piece.line, piece.index});
        return done();
      },
      1U << 20);
  return {status.ok(), std::move(pieces)};
}

void run_json_stream(const Target&, std::string_view bytes) {
  static const TemporaryFolder folder;
  const fs::path path = folder.path() / "input.json";
  replace_file(path, bytes);
  const auto whole = pieces_by(1U << 20, path);
  expect(pieces_by(7, path) == whole, "the pieces depend on the size of a block");
  const auto document = parse_json(bytes, "input.json");
  if (!document || !document->is_structured()) return;
  expect(whole.first, "a sound document is refused");
  std::size_t parts = 0;
  if (document->is_array()) parts = document->size();
  for (const auto& [key, value] : document->items()) {
    if (document->is_object()) parts += value.is_array() ? value.size() : 1;
  }
  expect(whole.second.size() == parts, "a piece is missing or too many");
}

void run_decode_text(const Target&, std::string_view bytes) {
  const auto text = decode_text(std::string(bytes), "input.txt");
  if (text) expect(is_valid_utf8(text->utf8), "decoded text is no UTF-8");
  parse_int(bytes);
  parse_double(bytes);
  parse_frame_rate(bytes);
  quoted(bytes);
}

/// First line a pattern, the rest a path.
void run_pattern(const Target&, std::string_view bytes) {
  const auto [pattern, path] = first_line(bytes);
  const auto captures = match_path(pattern, path);
  const auto names = names_in_pattern(pattern);
  if (!captures) return;
  for (const auto& [name, value] : *captures) {
    expect(names.contains(name), "a capture that the pattern does not name");
    expect(path.find(value) != std::string_view::npos, "a capture that is not in the path");
  }
  if (pattern.find('*') == std::string_view::npos) {
    expect(fill_pattern(pattern, *captures).ok(), "what matched cannot be filled in again");
  }
}

void run_source_card(const Target&, std::string_view bytes) {
  const auto document = parse_yaml(bytes, "card.yaml");
  if (!document) return;
  const auto card = read_source_card(*document, "card.yaml");
  if (!card) return;
  const auto found = case_of(*card, {{"video", "07"}});
  expect(!found || !found->empty(), "a case without a key");
}

void run_answer(const Target&, std::string_view bytes) {
  const auto answer = answer_from_json(bytes, "input");
  if (!answer) return;
  const std::string text = answer_json(*answer);
  const auto again = answer_from_json(text, "written");
  expect(again.ok() && answer_json(*again) == text, "an answer changes when it is written and read back");
}

/// First line the shape and the form ("boxes open"), the rest the answer of a model.
void run_answer_reading(const Target&, std::string_view bytes) {
  static const Catalog catalog = std::move(*load_catalog(SURGSIGMA_SOURCE_DIR "/catalog"));
  static const AnswerWords words(catalog.ontology);
  const auto [asked, text] = first_line(bytes);
  const std::size_t blank = asked.find(' ');
  AnswerQuestion question;
  question.shape = from_word<AnswerShape>(asked.substr(0, blank)).value_or(AnswerShape::kConcepts);
  question.form =
      from_word<Form>(blank == std::string_view::npos ? "open" : asked.substr(blank + 1)).value_or(Form::kOpen);
  question.options = {"hook", "grasper", "1 min", "1 min 20 s"};
  question.is_grid = asked.size() % 2 == 1;
  question.size = {854, 480};
  question.box_profile = "permille";
  question.protocol = ConceptId("pro.cvs");
  const ReadAnswer read = read_answer(text, question, words);
  expect(read == read_answer(text, question, words), "the same answer is read in two ways");
  expect(read.is_read() == read.reason.empty(), "an unread answer without a reason");
  const auto again = answer_from_json(answer_json(read.answer), "written");
  expect(!is_valid_utf8(text) || (again.ok() && *again == read.answer), "what was read cannot be kept");
  if (const auto* boxes = std::get_if<BoxesAnswer>(&read.answer.value)) {
    for (const PlacedConcept& placed : boxes->boxes) {
      expect(placed.box.x1 >= 0 && placed.box.y1 >= 0 && placed.box.x2 <= 854 && placed.box.y2 <= 480,
             "a box outside the picture");
    }
  }
}

void run_manifest(const Target&, std::string_view bytes) {
  const auto manifest = parse_manifest(bytes, "surgsigma.json");
  if (!manifest) return;
  const auto again = parse_manifest(manifest_text(*manifest), "written");
  expect(again.ok() && *again == *manifest, "a manifest changes when it is written and read back");
}

void run_template(const Target&, std::string_view bytes) {
  const auto made = Template::compile(bytes, "input:1");
  if (made) expect(made->source() == bytes, "a template forgets its source");
}

/// A file of catalog/templates for the task named in the first line.
void run_template_file(const Target&, std::string_view bytes) {
  const auto [task, text] = first_line(bytes);
  const auto document = parse_yaml(text, "templates.yaml");
  if (!document) return;
  Catalog catalog;
  catalog.templates.emplace(task, *document);
  const auto book = TemplateBook::create(catalog);
  expect(book.ok() || !book.error().what.empty(), "an error without words");
}

void run_stereo_calibration(const Target&, std::string_view bytes) {
  const auto read = decode_stereo_calibration(bytes, "input", {640, 480});
  if (!read) {
    expect(!read.error().what.empty(), "an error without words");
    return;
  }
  const auto again = decode_stereo_calibration(encode_stereo_calibration(*read), "written", {640, 480});
  expect(again.ok(), "a calibration cannot be written and read back");
}

std::vector<Target> all_targets() {
  std::vector<Target> all = {
      {"csv", run_csv},
      {"json", run_json},
      {"yaml", run_yaml},
      {"json_stream", run_json_stream},
      {"decode_text", run_decode_text},
      {"pattern", run_pattern},
      {"source_card", run_source_card},
      {"answer", run_answer},
      {"answer_reading", run_answer_reading},
      {"manifest", run_manifest},
      {"template", run_template},
      {"template_file", run_template_file},
      {"stereo_calibration", run_stereo_calibration},
  };
  for (const auto& more : {reader_targets(), pixel_targets(), container_targets(), eval_targets()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = all_targets();
  return all;
}

const Target* find_target(std::string_view name) {
  for (const Target& target : targets()) {
    if (target.name == name) return &target;
  }
  return nullptr;
}

void replace_file(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  fs::remove(path);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void expect(bool condition, std::string_view what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace surgsigma::fuzz
