#include "probe.h"

#include <fmt/core.h>

#include "surgsigma/base/text.h"

namespace surgsigma::bench {

Result<Arguments> Arguments::parse(int count, char** words) {
  Arguments arguments;
  for (int i = 0; i < count; ++i) {
    const std::string word = words[i];
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return Error{ErrorKind::kUsage, "not name=value: " + quoted(word), "", ""};
    arguments.values_[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return arguments;
}

Result<std::string> Arguments::text(const std::string& name) const {
  const auto at = values_.find(name);
  if (at == values_.end()) return Error{ErrorKind::kUsage, "missing: " + name + "=...", "", ""};
  return at->second;
}

std::string Arguments::text_or(const std::string& name, std::string fallback) const {
  const auto at = values_.find(name);
  return at == values_.end() ? std::move(fallback) : at->second;
}

int Arguments::number_or(const std::string& name, int fallback) const {
  const auto at = values_.find(name);
  return at == values_.end() ? fallback : static_cast<int>(parse_int(at->second).value_or(fallback));
}

Result<Catalog> open_catalog() {
  SURGSIGMA_TRY(folder, find_catalog());
  return load_catalog(folder);
}

Result<SourceCard> card_of(const Catalog& catalog, const std::string& source) {
  const SourceCard* card = catalog.source(SourceId(source));
  if (card == nullptr) return Error{ErrorKind::kNotFound, "the catalog has no card " + quoted(source), "", ""};
  return *card;
}

int run_probes(std::string_view program, std::span<const Probe> probes, int argc, char** argv) {
  for (const Probe& probe : probes) {
    if (argc < 2 || probe.name != argv[1]) continue;
    const auto arguments = Arguments::parse(argc - 2, argv + 2);
    const auto answer = arguments.ok() ? probe.run(*arguments) : Result<Json>(arguments.error());
    if (answer.ok()) {
      fmt::print("{}\n", to_text(*answer));
      return 0;
    }
    fmt::print(stderr, "{} {}: {}\n", program, probe.name, to_string(answer.error()));
    return 1;
  }
  for (const Probe& probe : probes) fmt::print(stderr, "{} {} {}\n", program, probe.name, probe.arguments);
  return 2;
}

}  // namespace surgsigma::bench
