// Reading catalog documents member by member: types checked, unknown members refused with the nearest known name, and
// every mistake collected, so that one run names them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/json.h"
#include "surgsigma/base/result.h"
#include "surgsigma/base/text.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {

/// A file and an entry in it: "sources/cholec80.yaml: layout[2].pattern".
struct Place {
  std::string file;
  std::string path;

  Place member(std::string_view key) const;
  Place element(std::size_t index) const;
  std::string text() const { return path.empty() ? file : file + ": " + path; }
};

class Mistakes {
 public:
  void add(const Place& place, std::string what, std::string hint = "");
  void add(Error error) { list_.push_back(std::move(error)); }
  bool empty() const { return list_.empty(); }
  /// The one mistake, or a kData error whose text has one line for each.
  Error as_error(std::string_view where) const;

 private:
  std::vector<Error> list_;
};

/// "nearest known word" as a hint, or the list of what is known.
std::string hint_for(std::string_view word, const std::vector<std::string>& known);

enum class Need { kRequired, kOptional };

/// An object whose members are known in advance. Getters of a missing or null optional member give the fallback; a
/// wrong type is a mistake and gives the fallback too.
class Fields {
 public:
  Fields(const Json& value, Place place, Mistakes& mistakes, const std::vector<std::string>& known);

  bool has(std::string_view key) const;
  /// Numbers and booleans are taken as written: a version 2016 is the text "2016".
  std::string text(std::string_view key, Need need = Need::kOptional) const;
  std::int64_t integer(std::string_view key, std::int64_t fallback) const;
  bool boolean(std::string_view key, bool fallback) const;
  std::vector<std::string> texts(std::string_view key) const;
  /// The member when it is an object (an array), else an empty one.
  const Json& object(std::string_view key) const;
  const Json& array(std::string_view key) const;

  /// One of `known`; `fallback` when absent.
  std::string one_of(std::string_view key, const std::vector<std::string>& known, std::string fallback) const;
  template <class Enum>
  Enum word(std::string_view key, Enum fallback) const;
  template <class Enum>
  std::vector<Enum> words(std::string_view key) const;

  Place at(std::string_view key) const { return place_.member(key); }
  const Place& place() const { return place_; }
  void mistake(std::string_view key, std::string what, std::string hint = "") const;

 private:
  const Json* find(std::string_view key) const;
  const Json& typed(std::string_view key, bool (Json::*is_type)() const noexcept, const Json& fallback,
                    std::string_view type) const;

  const Json& value_;
  Place place_;
  Mistakes& mistakes_;
};

/// Text of a string, number or boolean; nothing for anything else.
std::optional<std::string> scalar_text(const Json& value);
/// Ids of the catalog: lower case letters, digits, '_' and '.'.
bool is_catalog_id(std::string_view text);

template <class Enum>
std::vector<std::string> word_list() {
  const auto& all = words_of<Enum>();
  return {all.begin(), all.end()};
}

template <class Enum>
Enum Fields::word(std::string_view key, Enum fallback) const {
  const std::string text = one_of(key, word_list<Enum>(), std::string(surgsigma::word(fallback)));
  return from_word<Enum>(text).value_or(fallback);
}

template <class Enum>
std::vector<Enum> Fields::words(std::string_view key) const {
  std::vector<Enum> values;
  for (const std::string& text : texts(key)) {
    if (const auto value = from_word<Enum>(text)) {
      values.push_back(*value);
    } else {
      mistake(key, "unknown word " + quoted(text), hint_for(text, word_list<Enum>()));
    }
  }
  return values;
}

}  // namespace surgsigma
