#include "surgsigma/schema/fields.h"

#include <algorithm>

namespace surgsigma {
namespace {

const Json kEmptyObject = Json::object();
const Json kEmptyArray = Json::array();
constexpr std::size_t kLongestHintList = 16;

}  // namespace

Place Place::member(std::string_view key) const {
  return {file, path.empty() ? std::string(key) : path + "." + std::string(key)};
}

Place Place::element(std::size_t index) const { return {file, path + "[" + std::to_string(index) + "]"}; }

void Mistakes::add(const Place& place, std::string what, std::string hint) {
  list_.push_back({ErrorKind::kData, std::move(what), place.text(), std::move(hint)});
}

Error Mistakes::as_error(std::string_view where) const {
  if (list_.size() == 1) return list_.front();
  std::string what = std::to_string(list_.size()) + " mistakes";
  for (const Error& error : list_) what += "\n  " + to_string(error);
  return {ErrorKind::kData, std::move(what), std::string(where), ""};
}

std::string hint_for(std::string_view word, const std::vector<std::string>& known) {
  if (const auto near = nearest(word, known)) return "did you mean '" + *near + "'?";
  if (known.empty() || known.size() > kLongestHintList) return "";
  return "known: " + join(known, ", ");
}

std::optional<std::string> scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return to_text(value);
  return std::nullopt;
}

bool is_catalog_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

Fields::Fields(const Json& value, Place place, Mistakes& mistakes, const std::vector<std::string>& known)
    : value_(value.is_object() ? value : kEmptyObject), place_(std::move(place)), mistakes_(mistakes) {
  if (!value.is_object()) mistakes_.add(place_, "must be a list of 'key: value'");
  for (const auto& [key, member] : value_.items()) {
    const bool is_known = std::find(known.begin(), known.end(), key) != known.end();
    if (!is_known) mistakes_.add(place_, "unknown key " + quoted(key), hint_for(key, known));
  }
}

const Json* Fields::find(std::string_view key) const {
  const auto found = value_.find(std::string(key));
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

bool Fields::has(std::string_view key) const { return find(key) != nullptr; }

void Fields::mistake(std::string_view key, std::string what, std::string hint) const {
  mistakes_.add(at(key), std::move(what), std::move(hint));
}

std::string Fields::text(std::string_view key, Need need) const {
  const Json* member = find(key);
  if (!member) {
    if (need == Need::kRequired) mistakes_.add(place_, "has no " + quoted(key), "add it");
    return "";
  }
  const auto text = scalar_text(*member);
  if (!text) mistake(key, "must be a text");
  if (text && text->empty() && need == Need::kRequired) mistake(key, "must not be empty");
  return text.value_or("");
}

std::int64_t Fields::integer(std::string_view key, std::int64_t fallback) const {
  const Json* member = find(key);
  if (!member) return fallback;
  if (member->is_number_integer()) return member->get<std::int64_t>();
  mistake(key, "must be a whole number");
  return fallback;
}

bool Fields::boolean(std::string_view key, bool fallback) const {
  const Json* member = find(key);
  if (!member) return fallback;
  if (member->is_boolean()) return member->get<bool>();
  mistake(key, "must be true or false");
  return fallback;
}

std::vector<std::string> Fields::texts(std::string_view key) const {
  std::vector<std::string> result;
  const Json& list = array(key);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (auto text = scalar_text(list[i])) {
      result.push_back(std::move(*text));
    } else {
      mistakes_.add(at(key).element(i), "must be a text");
    }
  }
  return result;
}

const Json& Fields::typed(std::string_view key, bool (Json::*is_type)() const noexcept, const Json& fallback,
                          std::string_view type) const {
  const Json* member = find(key);
  if (!member) return fallback;
  if ((member->*is_type)()) return *member;
  mistake(key, "must be " + std::string(type));
  return fallback;
}

const Json& Fields::object(std::string_view key) const {
  return typed(key, &Json::is_object, kEmptyObject, "a list of 'key: value'");
}

const Json& Fields::array(std::string_view key) const { return typed(key, &Json::is_array, kEmptyArray, "a list"); }

std::string Fields::one_of(std::string_view key, const std::vector<std::string>& known, std::string fallback) const {
  if (!has(key)) return fallback;
  std::string text = this->text(key);
  if (std::find(known.begin(), known.end(), text) != known.end()) return text;
  mistake(key, "unknown word " + quoted(text), hint_for(text, known));
  return fallback;
}

}  // namespace surgsigma
