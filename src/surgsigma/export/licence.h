// What the terms of the sources allow, and the ledger that says so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/export/export.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {

/// A source in an export, with the rows that it gave.
struct SourceShare {
  SourceRow source;
  std::int64_t rows = 0;
};

/// Every term that holds for the whole, in a fixed order: each source's terms hold for all of it.
std::vector<std::string> combined_terms(const std::vector<SourceShare>& sources);
/// What a term means for someone who gets the export, in one sentence; the term itself where it is not known.
std::string term_text(const std::string& term);
/// The value of `license` in a dataset card: the licence that all sources share, in Hugging Face's spelling, else
/// "other".
std::string card_licence(const std::vector<SourceShare>& sources);

/// licences.json: per source rows, licence, terms, citation; the combined terms.
Json licence_json(const std::vector<SourceShare>& sources, Purpose purpose);
/// LICENCES.md: the same for people.
std::string licence_page(const std::vector<SourceShare>& sources, Purpose purpose);

std::string_view purpose_word(Purpose purpose);

}  // namespace surgsigma
