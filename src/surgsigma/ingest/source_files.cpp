#include "surgsigma/ingest/source_files.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/path_pattern.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 8> kLabelEndings = {".txt",  ".csv", ".json", ".xml",
                                                           ".yaml", ".yml", ".tsv",  ".pbtxt"};
constexpr std::array<std::string_view, 6> kPaperNames = {"readme",   "license",   "licence",
                                                         "citation", "changelog", "requirements"};

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Files that operating systems, or `surgsigma simulate`, leave beside real ones.
bool is_litter(std::string_view path) {
  const std::string_view name = name_of(path);
  if (name == "SIMULATED.txt" || name == "dirt.json") return true;
  return name.starts_with("._") || name == ".DS_Store" || path.starts_with("__MACOSX/") ||
         path.find("/__MACOSX/") != std::string_view::npos;
}

bool looks_like_labels(std::string_view path) {
  const std::string_view name = name_of(path);
  const bool has_ending = std::any_of(kLabelEndings.begin(), kLabelEndings.end(),
                                      [&](std::string_view ending) { return ends_with_ignoring_case(name, ending); });
  const bool is_paper = std::any_of(kPaperNames.begin(), kPaperNames.end(),
                                    [&](std::string_view start) { return starts_with_ignoring_case(name, start); });
  return has_ending && !is_paper;
}

/// Paths go into tables and messages and are opened again; what is not text or not safe is not touched.
bool is_usable(std::string_view path) { return is_valid_utf8(path) && is_safe_relative(path); }

std::size_t depth_of(std::string_view path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
}

class SourceMatch {
 public:
  SourceMatch(const SourceCard& card, const fs::path& root) : card_(card) {
    result_.root = root;
    for (const LayoutEntry& entry : card.layout) patterns_.push_back(PathPattern::of(entry.pattern));
  }

  SourceFiles run(const FileTree& tree) {
    for (const FoundFile& file : tree.files) take(file);
    set_copies_aside();
    const auto by_entry = [](const MatchedFile& a, const MatchedFile& b) {
      return std::tie(a.entry, a.path) < std::tie(b.entry, b.path);
    };
    if (!std::is_sorted(result_.files.begin(), result_.files.end(), by_entry)) {
      std::sort(result_.files.begin(), result_.files.end(), by_entry);
    }
    std::sort(result_.unexpected.begin(), result_.unexpected.end());
    for (const std::string& path : tree.unreadable) result_.unreadable.push_back(printable(path));
    note_folders_named_as_videos();
    std::sort(result_.unreadable.begin(), result_.unreadable.end());
    note_missing();
    return std::move(result_);
  }

 private:
  static std::string printable(const std::string& path) { return is_valid_utf8(path) ? path : quoted(path); }

  void take(const FoundFile& file) {
    if (is_litter(file.path)) return;
    for (std::size_t entry = 0; entry < patterns_.size(); ++entry) {
      auto captures = patterns_[entry].match(file.path);
      if (!captures) continue;
      if (!is_usable(file.path)) {
        result_.unreadable.push_back(quoted(file.path));
        return;
      }
      result_.files.push_back({file.path, entry, std::move(*captures), file.bytes, file.modified_ns});
      return;
    }
    if (looks_like_labels(file.path)) result_.unexpected.push_back(printable(file.path));
  }

  /// A folder beside videos that has the name of one: an archive unpacked once too often, or pictures of the video.
  void note_folders_named_as_videos() {
    std::set<std::pair<std::size_t, fs::path>> places;
    for (const MatchedFile& file : result_.files) {
      if (card_.layout[file.entry].role == "video") places.emplace(file.entry, fs::path(file.path).parent_path());
    }
    for (const auto& [entry, folder] : places) {
      std::error_code code;
      for (fs::directory_iterator at(result_.root / folder, code), end; !code && at != end; at.increment(code)) {
        const std::string path = (folder / at->path().filename()).string();
        std::error_code unknown;
        if (at->is_directory(unknown) && patterns_[entry].match(path))
          result_.unreadable.push_back(printable(path) + "/");
      }
    }
  }

  /// One entry without '*' matches one file for each set of captures. Further ones are copies in other folders (a
  /// backup, an archive unpacked twice) and reading them would count every label twice: the file nearest to the root
  /// counts.
  void set_copies_aside() {
    std::vector<std::pair<std::size_t, std::size_t>> nearest_first;  // depth, index: files stand in path order
    for (std::size_t i = 0; i < result_.files.size(); ++i)
      nearest_first.emplace_back(depth_of(result_.files[i].path), i);
    std::sort(nearest_first.begin(), nearest_first.end());
    std::unordered_set<std::string> taken;
    std::vector<bool> is_copy(result_.files.size(), false);
    for (const auto& [depth, i] : nearest_first) {
      const MatchedFile& file = result_.files[i];
      const bool may_repeat = patterns_[file.entry].has_any() || card_.layout[file.entry].reader.empty();
      is_copy[i] = !may_repeat && !taken.insert(claim_of(file)).second;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < result_.files.size(); ++i) {
      if (is_copy[i]) {
        result_.unexpected.push_back(std::move(result_.files[i].path));
      } else if (kept++ != i) {
        result_.files[kept - 1] = std::move(result_.files[i]);
      }
    }
    result_.files.resize(kept);
  }

  /// What one file alone may say: entry and captures, however they are spelled.
  static std::string claim_of(const MatchedFile& file) {
    std::string claim = std::to_string(file.entry);
    for (const auto& [name, text] : file.captures) {
      claim += '/' + name + '/';
      claim += lower(without_leading_zeros(text));
    }
    return claim;
  }

  void note_missing() {
    std::set<std::string> found;
    for (const MatchedFile& file : result_.files) found.insert(card_.layout[file.entry].role);
    std::set<std::string> required;
    for (const LayoutEntry& entry : card_.layout) {
      if (entry.is_required) required.insert(entry.role);
    }
    for (const LayoutEntry& entry : card_.layout) {
      if (required.contains(entry.role) && !found.contains(entry.role)) result_.missing.push_back(entry.pattern);
    }
  }

  const SourceCard& card_;
  std::vector<PathPattern> patterns_;
  SourceFiles result_;
};

Identification identification_of(const SourceCard& card, SourceFiles source) {
  Identification claim;
  claim.source_id = card.id;
  claim.matched_files = source.files.size();
  std::set<std::string> required;
  std::set<std::string> found;
  std::set<std::string> videos;
  for (const LayoutEntry& entry : card.layout) {
    if (entry.is_required) required.insert(entry.role);
  }
  for (const MatchedFile& file : source.files) {
    const std::string& role = card.layout[file.entry].role;
    if (required.contains(role)) found.insert(role);
    const auto video = file.captures.find("video");
    if (video != file.captures.end()) videos.insert(without_leading_zeros(video->second));
  }
  claim.required_roles = static_cast<int>(required.size());
  claim.found_roles = static_cast<int>(found.size());
  claim.videos = videos.size();
  claim.missing = std::move(source.missing);
  claim.unexpected = std::move(source.unexpected);
  return claim;
}

bool is_better(const Identification& a, const Identification& b) {
  // found / required compared crosswise; a card that requires nothing has no claim but its files
  const auto a_share = static_cast<std::int64_t>(a.found_roles) * std::max(b.required_roles, 1);
  const auto b_share = static_cast<std::int64_t>(b.found_roles) * std::max(a.required_roles, 1);
  if (a_share != b_share) return a_share > b_share;
  if (a.matched_files != b.matched_files) return a.matched_files > b.matched_files;
  return a.source_id < b.source_id;
}

}  // namespace

std::vector<const MatchedFile*> SourceFiles::of_role(const SourceCard& card, std::string_view role) const {
  std::vector<const MatchedFile*> found;
  for (const MatchedFile& file : files) {
    if (card.layout[file.entry].role == role) found.push_back(&file);
  }
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->path < b->path; });
  return found;
}

Result<SourceFiles> match_source(const SourceCard& card, const fs::path& root) {
  SURGSIGMA_TRY(tree, list_tree(root));
  return SourceMatch(card, root).run(tree);
}

Result<std::vector<Identification>> identify(const Catalog& catalog, const fs::path& root) {
  SURGSIGMA_TRY(tree, list_tree(root));
  std::vector<Identification> claims;
  for (const auto& [id, card] : catalog.sources) {
    Identification claim = identification_of(card, SourceMatch(card, root).run(tree));
    if (claim.matched_files > 0) claims.push_back(std::move(claim));
  }
  std::sort(claims.begin(), claims.end(), is_better);
  return claims;
}

}  // namespace surgsigma
