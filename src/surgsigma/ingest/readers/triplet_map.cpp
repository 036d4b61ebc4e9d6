// label_mapping.txt of CholecT50, maps.txt of CholecT45: comment line `# IVT, I, V, T, IV, IT`, then one row of six ids
// per triplet class. Nothing is recorded: every row is checked against the card's classes, and those that the file
// lacks are told. IV is I * verbs + V and IT is I * targets + T. A row is a line that is no comment.
//
// with:
//   vocabulary: triplets
#include <set>

#include "surgsigma/base/csv.h"
#include "surgsigma/base/text.h"
#include "surgsigma/ingest/readers/readers.h"
#include "surgsigma/ingest/readers/track.h"
#include "surgsigma/ingest/readers/triplet_classes.h"

namespace surgsigma {
namespace {

using What = RowIssues::What;

constexpr std::size_t kColumns = 6;
constexpr std::string_view kHint = "rows must be: IVT, I, V, T, IV, IT, as in the card's classes";

bool is_comment(const std::vector<std::string_view>& fields) { return trim(fields[0]).starts_with('#'); }

std::string named(const Vocabulary& vocabulary, std::int64_t id) {
  const VocabularyLabel* label = vocabulary.by_id(id);
  return label != nullptr ? label->label : std::to_string(id);
}

std::optional<What> check_row(const std::vector<std::string_view>& fields, const TripletClasses& classes,
                              std::set<std::int64_t>& seen) {
  if (fields.size() != kColumns) {
    return What{"field_count", shortened(fields[0]), std::to_string(fields.size()) + " fields where 6 are expected",
                std::string(kHint)};
  }
  std::int64_t ids[kColumns] = {};
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto id = parse_int(fields[i]);
    if (!id) return What{"not_a_number", shortened(fields[i]), "a field is no whole number", std::string(kHint)};
    ids[i] = *id;
  }
  const std::string value = std::to_string(ids[0]);
  const auto found = classes.by_id.find(ids[0]);
  if (found == classes.by_id.end()) {
    return What{"unknown_label", value, "the card has no triplet class " + value, "the release is another one?"};
  }
  if (!seen.insert(ids[0]).second) return What{"repeated_id", value, "class " + value + " stands twice", ""};
  const TripletClass& expected = found->second;
  for (std::size_t part = 0; part < 3; ++part) {
    if (ids[part + 1] == expected.ids[part]) continue;
    return What{"class_differs", value,
                "class " + value + " is " + named(*classes.parts[part], ids[part + 1]) + " here and " +
                    expected.words[part] + " in the card",
                "classes were renumbered: the card's and the file's release differ"};
  }
  const auto verbs = static_cast<std::int64_t>(classes.parts[1]->labels.size());
  const auto targets = static_cast<std::int64_t>(classes.parts[2]->labels.size());
  if (ids[4] != ids[1] * verbs + ids[2] || ids[5] != ids[1] * targets + ids[3]) {
    return What{"class_differs", value, "IV or IT of class " + value + " does not follow from I, V and T",
                std::string(kHint)};
  }
  return std::nullopt;
}

}  // namespace

Status read_triplet_map(const FileJob& job) {
  SURGSIGMA_TRY(classes, triplet_classes(job, "vocabulary"));
  SURGSIGMA_TRY(text, job.text());
  SURGSIGMA_TRY(delimiter, delimiter_of(job, text, ','));

  RowIssues issues(job.out, {});
  std::set<std::int64_t> seen;
  std::int64_t sound = 0;
  CsvReader reader(text, delimiter);
  while (reader.next()) {
    if (is_comment(reader.fields())) continue;
    job.out.rows(1);
    if (auto wrong = check_row(reader.fields(), classes, seen)) {
      issues.add(reader.line(), std::move(*wrong));
    } else {
      ++sound;
    }
  }
  job.out.accounted(sound);
  for (const auto& [id, combination] : classes.by_id) {
    if (seen.contains(id)) continue;
    const std::string words = combination.words[0] + "," + combination.words[1] + "," + combination.words[2];
    issues.add(0,
               {"missing_class", std::to_string(id), "class " + std::to_string(id) + " (" + words + ") has no row",
                "the file is cut short, or the release is another one", Severity::kWarning},
               0);
  }
  return done();
}

}  // namespace surgsigma
