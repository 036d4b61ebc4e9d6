#include "surgsigma/pipeline/question_records.h"

#include <algorithm>
#include <map>

#include "surgsigma/base/text.h"
#include "surgsigma/dialogue/facts.h"
#include "surgsigma/eval/question.h"

namespace surgsigma {
namespace {

/// Numbers of questions by context.
using Asked = std::map<std::string, std::vector<std::size_t>>;
/// By source, then by recording.
using Wanted = std::map<std::string, std::map<std::string, Asked>>;

Result<std::map<std::string, std::size_t>> question_numbers(const fs::path& file) {
  std::map<std::string, std::size_t> numbers;
  SURGSIGMA_CHECK(each_json_line(file, [&](const Json& row, const std::string& where) -> Status {
    SURGSIGMA_TRY(id, text_at(row, "id", where));
    numbers.emplace(std::string(id), numbers.size());
    return done();
  }));
  return numbers;
}

Result<Wanted> wanted_contexts(Engine& engine, const std::string& condition,
                               const std::map<std::string, std::size_t>& numbers) {
  Wanted wanted;
  SURGSIGMA_CHECK(engine.query_json(
      "SELECT conversation_id, source_id, video_id, context_id FROM conversations WHERE subject = 'frame' AND "
      "context_id <> '' AND " +
          condition,
      [&](const Json& row) -> Status {
        const auto number = numbers.find(text_or(row, "conversation_id", ""));
        if (number == numbers.end()) return done();
        wanted[text_or(row, "source_id", "")][text_or(row, "video_id", "")][text_or(row, "context_id", "")].push_back(
            number->second);
        return done();
      }));
  return wanted;
}

/// The card that a source was ingested with.
Result<SourceCard> card_of(const Database& database, const Catalog& catalog, const std::string& source) {
  for (const Input& input : database.manifest().inputs) {
    if (input.source != source || input.card.empty()) continue;
    SURGSIGMA_TRY(document, read_document(input.card));
    return read_source_card(document, input.card);
  }
  const SourceCard* card = catalog.source(SourceId(source));
  if (card == nullptr) return Error{ErrorKind::kNotFound, "no source card", source, ""};
  return *card;
}

bool is_thing(const Surface& surface) {
  const bool has_kind =
      surface.kind == WordKind::kInstrument || surface.kind == WordKind::kAnatomy || surface.kind == WordKind::kObject;
  return has_kind && surface.id.text != "obj.no_target";
}

bool tells_things(AnnotationKind kind) {
  return kind == AnnotationKind::kPresence || kind == AnnotationKind::kBox || kind == AnnotationKind::kMask ||
         kind == AnnotationKind::kInteraction;
}

template <class T>
void make_set(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

/// Indices of the things that the context's records name; nothing where no record tells of things.
std::optional<std::vector<int>> things_of(const ContextRow& context, const VideoFacts& video, const CardFacts& card,
                                          const Lexicon& lexicon) {
  std::vector<int> things;
  bool has_looked = false;
  for (const std::int64_t ordinal : context.ordinals) {
    const Record* record = video.find(ordinal);
    if (record == nullptr || !record->is_fact || !tells_things(record->row->kind)) continue;
    for (std::size_t part = 0; part < record->size; ++part) {
      const int index = video.concept_of(*record, part);
      if (index != kNoConcept && is_thing(lexicon[index])) things.push_back(index);
    }
    for (const Role role : {Role::kInstrument, Role::kTissue}) {
      has_looked = has_looked || (record->vocabulary >= 0 && !card.of_role(record->vocabulary, role).empty());
    }
  }
  if (things.empty() && !has_looked) return std::nullopt;
  make_set(things);
  return things;
}

std::vector<ConceptId> ids_of(const std::vector<int>& indices, const Lexicon& lexicon) {
  std::vector<ConceptId> ids;
  for (const int index : indices) ids.push_back(lexicon[index].id);
  make_set(ids);
  return ids;
}

std::vector<ConceptId> absent_of(const ContextFacts& facts, const std::vector<int>& things, const Lexicon& lexicon) {
  std::vector<int> absent;
  const auto is_kin_of_any = [&](int candidate, const std::vector<int>& others) {
    return std::any_of(others.begin(), others.end(), [&](int other) { return lexicon.is_kin(candidate, other); });
  };
  for (const RoleFacts& role : facts.roles) {
    if (!role.is_total) continue;
    for (const int candidate : role.candidates) {
      if (!is_kin_of_any(candidate, things) && !is_kin_of_any(candidate, role.doubtful)) absent.push_back(candidate);
    }
  }
  return ids_of(absent, lexicon);
}

std::optional<std::vector<Triplet>> triplets_of(const ContextFacts& facts, const Lexicon& lexicon) {
  if (!facts.are_doings_total) return std::nullopt;
  const auto id = [&](int index) { return index == kNoConcept ? ConceptId() : lexicon[index].id; };
  std::vector<Triplet> triplets;
  for (const SeenDoing& seen : facts.doings) {
    if (!seen.is_whole) return std::nullopt;
    triplets.push_back({id(seen.doing.instrument), id(seen.doing.verb), id(seen.doing.target)});
  }
  make_set(triplets);
  return triplets;
}

/// Nothing where nothing is known.
std::optional<MomentRecords> records_of(const ContextRow& context, const VideoFacts& video, const CardFacts& card,
                                        const Lexicon& lexicon) {
  ContextFacts facts;
  video.of_context(context, facts);
  if (facts.is_out_of_body) return std::nullopt;
  MomentRecords records;
  const auto things = things_of(context, video, card, lexicon);
  if (things) {
    records.entities = ids_of(*things, lexicon);
    records.absent = absent_of(facts, *things, lexicon);
  }
  records.triplets = triplets_of(facts, lexicon);
  if (facts.phase) records.phase = lexicon[facts.phase.concept_index].id;
  const bool is_known = records.entities || records.triplets || records.phase;
  return is_known ? std::optional(std::move(records)) : std::nullopt;
}

using Lines = std::vector<std::optional<MomentRecords>>;

Status read_recording(const Database& database, const std::shared_ptr<Engine>& engine, const std::string& source,
                      const std::string& unit, const std::string& video, const Asked& asked, const CardFacts& card,
                      const Lexicon& lexicon, Lines& lines) {
  const std::string where = "video_id = " + sql_quoted(video);
  SURGSIGMA_TRY(annotations, read_all<Annotation>(engine, database.files("annotations", source, unit), where));
  std::sort(annotations.begin(), annotations.end(),
            [](const Annotation& a, const Annotation& b) { return a.ordinal < b.ordinal; });
  const VideoFacts facts(annotations, card, lexicon);
  SURGSIGMA_TRY(contexts, read_all<ContextRow>(engine, database.files("contexts", source, unit), where));
  for (const ContextRow& context : contexts) {
    const auto questions = asked.find(context.context_id);
    if (questions == asked.end() || context.subject != Subject::kFrame) continue;
    const auto records = records_of(context, facts, card, lexicon);
    for (const std::size_t number : questions->second) lines[number] = records;
  }
  return done();
}

Result<std::map<std::string, std::string>> units_of_videos(Engine& engine) {
  SURGSIGMA_TRY(table, engine.query("SELECT video_id, unit FROM videos", 10'000'000));
  std::map<std::string, std::string> units;
  for (const auto& row : table.rows) units[row[0].value_or("")] = row[1].value_or("");
  return units;
}

}  // namespace

Status write_question_records(const Database& database, const Catalog& catalog, const std::shared_ptr<Engine>& engine,
                              const std::string& condition, const fs::path& folder, std::vector<std::string>& remarks) {
  SURGSIGMA_TRY(numbers, question_numbers(folder / "questions.jsonl"));
  SURGSIGMA_TRY(wanted, wanted_contexts(*engine, condition, numbers));
  if (wanted.empty()) return done();
  SURGSIGMA_TRY(units, units_of_videos(*engine));
  SURGSIGMA_TRY(lexicon, Lexicon::create(catalog.ontology));
  Lines lines(numbers.size());
  for (const auto& [source, videos] : wanted) {
    const auto card = card_of(database, catalog, source);
    if (!card) {
      remarks.push_back("no records of " + source + " to hold reasoning against: " + card.error().what);
      continue;
    }
    const CardFacts vocabularies(*card, lexicon);
    for (const auto& [video, asked] : videos) {
      SURGSIGMA_CHECK(
          read_recording(database, engine, source, units[video], video, asked, vocabularies, lexicon, lines));
    }
  }
  std::vector<std::string> made(lines.size());
  for (const auto& [id, number] : numbers) {
    if (lines[number]) made[number] = to_text(moment_json(id, *lines[number])) + "\n";
  }
  const std::string text = join(made, "");
  return text.empty() ? done() : write_file(folder / kRecordsFile, text);
}

}  // namespace surgsigma
