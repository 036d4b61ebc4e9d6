// What recordings of private sources ask of an export: nobody's pixels leave before a person has approved them, what
// was found is hidden, and recordings and operations go by other names, because people put names and dates into file
// names. docs/privacy.md tells it to users.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/export/export.h"
#include "surgsigma/media/hiding.h"
#include "surgsigma/store/database.h"

namespace surgsigma {

class Privacy {
 public:
  /// kData for regions that mean nothing; kVersion for a database that has private sources and no key for their names.
  static Result<Privacy> read(const Database& database, Purpose purpose);

  bool is_private(std::string_view source) const { return sources_.contains(source); }
  /// What to hide of a recording; never null for one of a private source that was screened. Null for other sources:
  /// nothing is hidden. For an unscreened private recording also null: check_pixels() comes first.
  const HidingPlan* plan(std::string_view video) const;

  /// Whether pixels of these recordings may be written. Every private one must have been screened, also for use inside
  /// the house: nobody has looked for names otherwise. For any other purpose a person must have approved its present
  /// state. kUsage with the number and the first of those that fail, and what to do.
  Status check_pixels(std::span<const std::string> videos) const;
  /// Whether rows of these sources may name the files that their recordings lie in. kUsage for private sources and any
  /// purpose but internal.
  Status check_paths(std::span<const std::string> sources) const;
  /// Whether pictures of these sources may be embedded as they lie in the source's folder. kUsage for private ones and
  /// every purpose: nothing would be hidden.
  Status check_embedding(std::span<const std::string> sources) const;

  /// "<source>/<16 hex>" for a private recording unless the purpose is internal; else the id itself. The name depends
  /// on a secret of the database that is never exported, so nobody can find the id by trying names.
  std::string shown_video(std::string_view source, std::string_view video) const;
  std::string shown_case(std::string_view source, std::string_view case_id) const;
  /// The name that an operation of a private source has for every purpose but internal.
  std::string case_outside(std::string_view source, std::string_view case_id) const;
  /// The centre of an operation as the table `cases` has it. Empty: not known, said in two ways, or of a private
  /// recording that leaves under another name.
  std::string shown_centre(std::string_view source, std::string_view case_id) const;

 private:
  struct Recording {
    HidingPlan plan;
    bool is_approved = false;
  };
  bool renames(std::string_view source) const { return purpose_ != Purpose::kInternal && is_private(source); }
  std::string name(std::string_view kind, std::string_view id) const;

  Purpose purpose_ = Purpose::kResearch;
  std::string key_;
  std::set<std::string, std::less<>> sources_;
  std::map<std::string, Recording, std::less<>> recordings_;  ///< screened ones, by id
  std::map<std::string, std::string, std::less<>> centres_;   ///< by case
};

}  // namespace surgsigma
