// The operations that an export shows, by part, under every name that another export of the same database may give
// them: what an evaluation is held against, so that no model is scored on patients that it was trained with.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "surgsigma/base/json.h"
#include "surgsigma/export/privacy.h"

namespace surgsigma {

using CaseList = std::map<std::string, std::set<std::string>>;  ///< part -> names of cases

/// A private operation is listed as it is shown, and as it is called outside the house.
inline void add_case(CaseList& cases, std::string_view part, const Privacy& privacy, std::string_view source,
                     std::string_view case_id) {
  std::set<std::string>& names = cases[std::string(part)];
  names.insert(privacy.shown_case(source, case_id));
  if (privacy.is_private(source)) names.insert(privacy.case_outside(source, case_id));
}

inline void add_cases(CaseList& cases, const CaseList& others) {
  for (const auto& [part, names] : others) cases[part].insert(names.begin(), names.end());
}

/// {"train": ["camma:1", ...], ...}
inline Json case_list_json(const CaseList& cases) {
  Json json = Json::object();
  for (const auto& [part, names] : cases) json[part] = names;
  return json;
}

}  // namespace surgsigma
