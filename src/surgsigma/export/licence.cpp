#include "surgsigma/export/licence.h"

#include <algorithm>
#include <array>

#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

struct TermRow {
  std::string_view term;
  bool forbids_commercial;
  std::string_view meaning;
};

// no_derivatives stops the passing on of what is made here, not research with it at home: the page says so.
constexpr std::array<TermRow, 9> kTerms = {{
    {"attribution", false, "Name and cite the source."},
    {"non_commercial", true, "No commercial use."},
    {"share_alike", false, "Pass on what is made from it only under the same licence."},
    {"no_derivatives", false,
     "Do not pass on what is made from it: these conversations are for research inside your institution."},
    {"registration", false, "Everyone who gets the pictures must have signed the source's form."},
    {"no_redistribution", false, "Do not pass on the data."},
    {"no_model_release", false, "Do not release models trained on it."},
    {"no_commercial_llm", true, "No training of commercial language models."},
    {"unstated", true, "Nobody said what is allowed: private research only, ask the authors for more."},
}};

const TermRow* find_term(std::string_view term) {
  const auto found = std::find_if(kTerms.begin(), kTerms.end(), [&](const TermRow& row) { return row.term == term; });
  return found == kTerms.end() ? nullptr : &*found;
}

/// Spelling of the hub for the licences that occur among surgical datasets.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kHubNames = {{
    {"CC-BY-4.0", "cc-by-4.0"},
    {"CC-BY-SA-4.0", "cc-by-sa-4.0"},
    {"CC-BY-NC-4.0", "cc-by-nc-4.0"},
    {"CC-BY-NC-SA-4.0", "cc-by-nc-sa-4.0"},
    {"CC-BY-NC-ND-4.0", "cc-by-nc-nd-4.0"},
    {"CC0-1.0", "cc0-1.0"},
    {"Apache-2.0", "apache-2.0"},
    {"MIT", "mit"},
    {"PDDL-1.0", "pddl"},
}};

std::string marks(const SourceRow& source) {
  std::string text;
  if (source.is_simulated) text += " (simulated)";
  if (source.is_private) text += " (private)";
  return text;
}

}  // namespace

std::string forbidding_term(const std::vector<std::string>& terms, Purpose purpose) {
  if (purpose != Purpose::kCommercial) return "";
  if (terms.empty()) return "unstated";
  for (const std::string& term : terms) {
    const TermRow* row = find_term(term);
    if (row == nullptr || row->forbids_commercial) return term;  // an unknown term may forbid it
  }
  return "";
}

std::vector<std::string> combined_terms(const std::vector<SourceShare>& sources) {
  std::vector<std::string> terms;
  const auto has = [&](const std::string& term) { return std::find(terms.begin(), terms.end(), term) != terms.end(); };
  const auto is_named = [&](std::string_view term) {
    return std::any_of(sources.begin(), sources.end(), [&](const SourceShare& share) {
      const auto& own = share.source.terms;
      return std::find(own.begin(), own.end(), term) != own.end();
    });
  };
  for (const TermRow& row : kTerms) {
    if (is_named(row.term)) terms.emplace_back(row.term);
  }
  for (const SourceShare& share : sources) {
    for (const std::string& term : share.source.terms) {
      if (!has(term)) terms.push_back(term);
    }
  }
  return terms;
}

std::string term_text(const std::string& term) {
  const TermRow* row = find_term(term);
  return row ? std::string(row->meaning) : term;
}

std::string card_licence(const std::vector<SourceShare>& sources) {
  std::string shared;
  for (const SourceShare& share : sources) {
    if (!shared.empty() && share.source.licence_id != shared) return "other";
    shared = share.source.licence_id;
  }
  for (const auto& [spdx, hub] : kHubNames) {
    if (spdx == shared) return std::string(hub);
  }
  return "other";
}

Json licence_json(const std::vector<SourceShare>& sources, Purpose purpose) {
  Json list = Json::array();
  for (const auto& [source, rows] : sources) {
    list.push_back({{"source", source.source_id.text},
                    {"name", source.name},
                    {"version", source.version},
                    {"rows", rows},
                    {"licence", source.licence_id},
                    {"terms", source.terms},
                    {"citation", source.citation},
                    {"url", source.url},
                    {"private", source.is_private},
                    {"simulated", source.is_simulated}});
  }
  return {{"purpose", purpose_word(purpose)}, {"combined_terms", combined_terms(sources)}, {"sources", list}};
}

std::string licence_page(const std::vector<SourceShare>& sources, Purpose purpose) {
  std::string text = "# Licences\n\nMade for: " + std::string(purpose_word(purpose)) +
                     ". Each source's terms hold for every row made from it, and so all of these for the whole:\n\n";
  for (const std::string& term : combined_terms(sources)) text += "- `" + term + "`: " + term_text(term) + "\n";
  text += "\n| source | rows | licence | terms |\n|---|---:|---|---|\n";
  for (const auto& [source, rows] : sources) {
    text += "| " + source.name + " " + source.version + marks(source) + " | " + std::to_string(rows) + " | " +
            source.licence_id + " | " + join(source.terms, ", ") + " |\n";
  }
  text += "\n## To be cited\n\n";
  for (const auto& [source, rows] : sources) {
    text += "- " + source.name + ": " + (source.citation.empty() ? "no citation given" : source.citation);
    text += source.url.empty() ? "\n" : " <" + source.url + ">\n";
  }
  return text;
}

std::string_view purpose_word(Purpose purpose) {
  constexpr std::array<std::string_view, 3> kWords = {"internal", "research", "commercial"};
  return kWords[static_cast<std::size_t>(purpose)];
}

}  // namespace surgsigma
