// Tables of ids and names that a source ships with its labels. Nothing is recorded: every entry is checked against the
// card's vocabulary (renumbered classes would turn every label into another), and words that the table lacks are told.
// A row is an entry.
//
// with:
//   vocabulary: instruments   for an interaction vocabulary the name is "instrument,verb,target"
//   format: csv               id,name with an optional header (delimiter as in `delimiter`, comma by default), or
//                             colon: "id:name" (dict/*.txt of CholecT45), or
//                             pbtxt: "label { name: "x" label_id: 1 }" (AVA-style lists; item, id and display_name too)
//   id_offset: 0              number in the file minus id in the vocabulary
//   ignore_ids: [-1]          entries that stand for nothing
#include <map>
#include <set>

#include "surgsigma/base/csv.h"
#include "surgsigma/base/text.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/track.h"

namespace surgsigma {
namespace {

struct Entry {
  std::int64_t line = 0;
  std::string id;
  std::string name;
  bool is_sound = true;  ///< has both
};

std::string_view unquoted(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

std::vector<Entry> entries_of_csv(std::string_view text, char delimiter) {
  std::vector<Entry> entries;
  CsvReader reader(text, delimiter);
  while (reader.next()) {
    const auto& fields = reader.fields();
    if (trim(fields[0]).starts_with('#')) continue;
    const bool is_header = entries.empty() && fields.size() == 2 && !parse_int(fields[0]) && !parse_int(fields[1]);
    if (is_header) continue;
    Entry entry{reader.line(), std::string(trim(fields[0])), "", fields.size() == 2};
    if (fields.size() > 1) entry.name = trim(fields[1]);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<Entry> entries_of_lines(std::string_view text, char separator) {
  std::vector<Entry> entries;
  std::int64_t line = 0;
  for (const std::string_view row : split(text, '\n')) {
    ++line;
    const std::string_view content = trim(row);
    if (content.empty() || content.starts_with('#')) continue;
    const std::size_t colon = content.find(separator);
    Entry entry{line, std::string(trim(content.substr(0, colon))), "", colon != std::string_view::npos};
    if (entry.is_sound) entry.name = trim(content.substr(colon + 1));
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// Blocks of "key: value" lines in braces.
std::vector<Entry> entries_of_pbtxt(std::string_view text) {
  std::vector<Entry> entries;
  Entry entry;
  bool is_open = false;
  std::int64_t line = 0;
  const auto close = [&] {
    entry.is_sound = !entry.id.empty() && !entry.name.empty();
    if (is_open) entries.push_back(std::exchange(entry, {}));
    is_open = false;
  };
  for (const std::string_view row : split(text, '\n')) {
    ++line;
    std::string_view content = trim(row);
    if (const std::size_t brace = content.find('{'); brace != std::string_view::npos) {
      close();
      is_open = true;
      entry.line = line;
      content = trim(content.substr(brace + 1));
    }
    const bool is_closed = content.ends_with('}');
    if (is_closed) content = trim(content.substr(0, content.size() - 1));
    const std::size_t colon = content.find(':');
    if (colon != std::string_view::npos) {
      const std::string_view key = trim(content.substr(0, colon));
      const std::string_view value = unquoted(content.substr(colon + 1));
      if (key == "id" || key == "label_id") entry.id = value;
      if (key == "name" || (key == "display_name" && entry.name.empty())) entry.name = value;
    }
    if (is_closed) close();
  }
  close();
  return entries;
}

Result<std::vector<Entry>> entries_of(const FileJob& job, std::string_view text) {
  const std::string format = job.param("format", "csv");
  if (format == "pbtxt") return entries_of_pbtxt(text);
  if (format == "colon") return entries_of_lines(text, ':');
  if (format != "csv") return card_error(job, "format is " + quoted(format), "write csv, colon or pbtxt");
  SURGSIGMA_TRY(delimiter, delimiter_of(job, text, ','));
  return entries_of_csv(text, delimiter);
}

std::map<std::int64_t, std::string> expected_names(const Vocabulary& vocabulary) {
  std::map<std::int64_t, std::string> names;
  for (const VocabularyLabel& label : vocabulary.labels) names.emplace(label.id, label.label);
  for (const auto& [id, words] : vocabulary.classes) names.emplace(id, join(words, ","));
  return names;
}

}  // namespace

Status read_id_table(const FileJob& job) {
  SURGSIGMA_TRY(vocabulary, job.vocabulary());
  SURGSIGMA_TRY(offset, integer_of(job, "id_offset", 0));
  SURGSIGMA_TRY(ignored, list_of(job, "ignore_ids", {}));
  SURGSIGMA_TRY(text, job.text());
  unify_line_ends(text);
  SURGSIGMA_TRY(entries, entries_of(job, text));

  const std::map<std::int64_t, std::string> expected = expected_names(*vocabulary);
  const std::set<std::string> passed_over(ignored.begin(), ignored.end());
  std::set<std::int64_t> seen;
  RowIssues issues(job.out, {});
  std::int64_t sound = 0;
  for (const Entry& entry : entries) {
    if (passed_over.contains(entry.id)) {
      ++sound;
      continue;
    }
    const auto number = parse_int(entry.id);
    if (!entry.is_sound || !number) {
      issues.add(entry.line, {"malformed_entry", shortened(entry.id), "an entry needs a number and a name",
                              "check `format` and `delimiter` in the source card"});
      continue;
    }
    const auto label = expected.find(*number - offset);
    if (label == expected.end()) {
      issues.add(entry.line, {"unknown_label", entry.id + " " + shortened(entry.name),
                              "vocabulary " + vocabulary->id + " has no id " + std::to_string(*number - offset),
                              "add it to the source card"});
    } else if (!seen.insert(label->first).second) {
      issues.add(entry.line, {"repeated_id", entry.id, "the id stands twice in the table", "keep one entry"});
    } else if (label->second != entry.name) {
      issues.add(entry.line, {"class_differs", shortened(entry.name),
                              "id " + entry.id + " is " + quoted(entry.name) + " here and " + quoted(label->second) +
                                  " in the card",
                              "classes were renamed or renumbered: correct the source card"});
    } else {
      ++sound;
    }
  }
  job.out.rows(static_cast<std::int64_t>(entries.size()));
  job.out.accounted(sound);
  for (const auto& [id, name] : expected) {
    if (seen.contains(id)) continue;
    issues.add(0,
               {"missing_class", std::to_string(id + offset), quoted(name) + " has no entry",
                "the table is cut short, or the release is another one", Severity::kWarning},
               0);
  }
  return done();
}

}  // namespace surgsigma
