// Which files of a folder belong to a source: the card's layout patterns matched against the ends of paths, so that
// another parent folder, nesting above the layout or letter case does not matter.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/files.h"
#include "surgsigma/base/result.h"
#include "surgsigma/schema/catalog.h"
#include "surgsigma/schema/path_pattern.h"

namespace surgsigma {

struct MatchedFile {
  std::string path;       ///< relative to the root
  std::size_t entry = 0;  ///< index into card.layout
  Captures captures;
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
};

struct SourceFiles {
  fs::path root;
  std::vector<MatchedFile> files;  ///< sorted by (entry, path)
  /// Label-like files (txt csv json xml yaml tsv pbtxt, but no readme or licence) that no pattern takes, and second
  /// copies: of files that one entry without '*' takes with the same captures, the one nearest to the root is in
  /// `files`.
  std::vector<std::string> unexpected;
  std::vector<std::string> unreadable;  ///< folders and files; also names that are no UTF-8 or hold a backslash
  std::vector<std::string> missing;     ///< patterns of required roles with no file under any of the role's patterns

  /// The files of one role, in path order.
  std::vector<const MatchedFile*> of_role(const SourceCard& card, std::string_view role) const;
};

Result<SourceFiles> match_source(const SourceCard& card, const fs::path& root);

/// One card's claim on a folder, best first: matched roles / required roles, then files matched.
struct Identification {
  SourceId source_id;
  int required_roles = 0;
  int found_roles = 0;
  std::size_t matched_files = 0;
  std::size_t videos = 0;
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
};
Result<std::vector<Identification>> identify(const Catalog& catalog, const fs::path& root);

}  // namespace surgsigma
