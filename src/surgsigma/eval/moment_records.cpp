#include "surgsigma/eval/moment_records.h"

#include <algorithm>

#include "surgsigma/base/text.h"
#include "surgsigma/eval/question.h"

namespace surgsigma {
namespace {

Error wrong(const std::string& what, const std::string& where) {
  return {ErrorKind::kData, what, where, "make the questions again"};
}

Result<std::vector<ConceptId>> ids_of(const Json& list, const std::string& where) {
  std::vector<ConceptId> ids;
  if (!list.is_array()) return wrong("not a list of concepts", where);
  for (const Json& id : list) {
    if (!id.is_string()) return wrong("not a concept", where);
    ids.emplace_back(id.get<std::string>());
  }
  return ids;
}

Json ids_json(const std::vector<ConceptId>& ids) {
  Json list = Json::array();
  for (const ConceptId& id : ids) list.push_back(id.text);
  return list;
}

Result<MomentRecords> records_from(const Json& row, const std::string& where) {
  MomentRecords records;
  for (const char* name : {"entities", "absent", "triplets", "phase"}) {
    if (!row.contains(name)) return wrong("no " + std::string(name), where);
  }
  if (!row["entities"].is_null()) {
    SURGSIGMA_TRY(entities, ids_of(row["entities"], where));
    records.entities = std::move(entities);
  }
  SURGSIGMA_TRY(absent, ids_of(row["absent"], where));
  records.absent = std::move(absent);
  if (!row["triplets"].is_null()) {
    if (!row["triplets"].is_array()) return wrong("not a list of triplets", where);
    records.triplets.emplace();
    for (const Json& triplet : row["triplets"]) {
      SURGSIGMA_TRY(ids, ids_of(triplet, where));
      if (ids.size() != 3) return wrong("not a triplet", where);
      records.triplets->push_back({ids[0], ids[1], ids[2]});
    }
  }
  if (!row["phase"].is_null()) {
    if (!row["phase"].is_string()) return wrong("not a phase", where);
    records.phase = ConceptId(row["phase"].get<std::string>());
  }
  for (const ConceptId& id : records.absent) {
    const bool is_there = records.entities &&
                          std::find(records.entities->begin(), records.entities->end(), id) != records.entities->end();
    if (is_there) return wrong(id.text + " is annotated and absent at once", where);
  }
  return records;
}

}  // namespace

Json moment_json(const std::string& question, const MomentRecords& records) {
  Json triplets;
  if (records.triplets) {
    triplets = Json::array();
    for (const Triplet& one : *records.triplets) {
      triplets.push_back(Json::array({one.instrument.text, one.verb.text, one.target.text}));
    }
  }
  return {{"id", question},
          {"entities", records.entities ? ids_json(*records.entities) : Json()},
          {"absent", ids_json(records.absent)},
          {"triplets", triplets},
          {"phase", records.phase ? Json(records.phase->text) : Json()}};
}

Result<std::map<std::string, MomentRecords>> read_moment_records(const fs::path& folder) {
  std::map<std::string, MomentRecords> all;
  const fs::path file = folder / kRecordsFile;
  std::error_code code;
  if (!fs::exists(file, code)) return all;
  SURGSIGMA_CHECK(each_json_line(file, [&](const Json& row, const std::string& where) -> Status {
    if (!row.is_object()) return wrong("not an object", where);
    SURGSIGMA_TRY(id, text_at(row, "id", where));
    SURGSIGMA_TRY(records, records_from(row, where));
    if (!all.emplace(std::string(id), std::move(records)).second) {
      return wrong("the question " + quoted(std::string(id)) + " stood before", where);
    }
    return done();
  }));
  return all;
}

}  // namespace surgsigma
