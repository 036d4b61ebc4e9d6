#include "surgsigma/base/json.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "surgsigma/base/files.h"
#include "surgsigma/base/text.h"

namespace surgsigma {
namespace {

constexpr std::size_t kMaxDepth = 200;
constexpr std::size_t kMaxYamlValues = 1'000'000;  // aliases can make a small file enormous
constexpr std::size_t kFewMembers = 16;            // up to here looking through the names beats hashing them

std::string place(std::string_view file, std::int64_t line) { return std::string(file) + ":" + std::to_string(line); }

Error bad_document(std::string_view file, std::int64_t line, std::string what) {
  return {ErrorKind::kData, std::move(what), place(file, line), ""};
}

std::int64_t line_of(std::string_view text, std::size_t position) {
  return 1 +
         std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(position, text.size())), '\n');
}

std::string what_of_duplicate(std::string_view key) { return "the member " + quoted(key) + " stands here twice"; }

/// The line of the first broken character, if any.
std::optional<std::int64_t> line_of_broken_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::nullopt;
  std::int64_t line = 1;
  while (true) {  // a line break is never part of a longer character, so each line can be checked by itself
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || !is_valid_utf8(text.substr(0, end))) return line;
    text.remove_prefix(end + 1);
    ++line;
  }
}

/// Puts values into a growing document; shared by JSON and YAML. Members are appended without the look-up that
/// Json does for each, so a large object takes no quadratic time; duplicates are found here.
class Builder {
 public:
  bool can_open() const { return open_.size() < kMaxDepth; }
  /// False for a name that the innermost object has already.
  bool key(std::string name) {
    Open& object = open_.back();
    const auto& members = members_of(*object.value);
    const auto is_same = [&](const auto& member) { return member.first == name; };
    if (members.size() < kFewMembers) {
      if (std::any_of(members.begin(), members.end(), is_same)) return false;
    } else {
      if (object.names.empty()) {
        for (const auto& member : members) object.names.insert(member.first);
      }
      if (!object.names.insert(name).second) return false;
    }
    key_ = std::move(name);
    return true;
  }
  void add(Json value) { place_for(std::move(value)); }
  void open(Json container) { open_.push_back({place_for(std::move(container)), {}}); }
  void close() { open_.pop_back(); }
  bool is_in_object() const { return !open_.empty() && open_.back().value->is_object(); }
  const Json* innermost() const { return open_.empty() ? nullptr : open_.back().value; }
  std::size_t depth() const { return open_.size(); }
  Json take() { return std::move(root_); }

 private:
  using Members = Json::object_t::Container;
  struct Open {
    Json* value;
    std::unordered_set<std::string> names;
  };

  static Members& members_of(Json& object) { return object.get_ref<Json::object_t&>(); }

  // The address stays good while the value is open: only the innermost container grows.
  Json* place_for(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back().value;
    if (parent.is_array()) return &parent.get_ref<Json::array_t&>().emplace_back(std::move(value));
    return &members_of(parent).emplace_back(std::move(key_), std::move(value)).second;
  }

  Json root_;
  std::vector<Open> open_;
  std::string key_;
};

/// Walks a text and tells how far the parser has come.
struct Cursor {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  const char** reached;

  reference operator*() const { return *at; }
  Cursor& operator++() {
    *reached = ++at;
    return *this;
  }
  bool operator==(const Cursor& other) const { return at == other.at; }
  bool operator!=(const Cursor& other) const { return at != other.at; }
};

/// "syntax error while parsing value - unexpected ']'" out of nlohmann's longer sentence.
std::string reason_of(const std::string& sentence) {
  const std::size_t mark = sentence.find("syntax error");
  if (mark == std::string::npos) return "not JSON";
  std::string reason = sentence.substr(mark);
  const std::size_t token = reason.find("; last read: '");
  if (token != std::string::npos) {
    const std::size_t begin = token + std::string_view("; last read: '").size();
    const std::size_t end = std::max(begin, reason.rfind("'"));
    const std::string after = end + 1 < reason.size() ? reason.substr(end + 1) : "";
    reason = reason.substr(0, token) + " at " + quoted(reason.substr(begin, end - begin)) + after;
  }
  return is_valid_utf8(reason) ? reason : "syntax error";
}

class JsonHandler {
 public:
  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string& text) {
    if (!std::isfinite(value)) return fail("the number " + quoted(text) + " is too large");
    return add(value);
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return fail("binary values are not JSON"); }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) { return builder_.key(name) || fail(what_of_duplicate(name)); }
  bool parse_error(std::size_t, const std::string& token, const nlohmann::detail::exception& error) {
    const bool is_overflow = error.id == 406;
    return fail(is_overflow ? "the number " + quoted(token) + " is too large" : reason_of(error.what()));
  }

  const std::string& why() const { return why_; }
  Json take() { return builder_.take(); }

 private:
  bool add(Json value) {
    builder_.add(std::move(value));
    return true;
  }
  bool open(Json container) {
    if (!builder_.can_open()) return fail("nested deeper than " + std::to_string(kMaxDepth));
    builder_.open(std::move(container));
    return true;
  }
  bool close() {
    builder_.close();
    return true;
  }
  bool fail(std::string why) {
    why_ = std::move(why);
    return false;
  }

  Builder builder_;
  std::string why_;
};

/// Ends the reading of a YAML text; never leaves this file.
struct YamlProblem {
  int line;
  std::string what;
};

bool is_json_number(std::string_view text) {
  const auto skip_digits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leads_with_zero = text.starts_with('0');
  const std::size_t whole = skip_digits();
  if (whole == 0 || (leads_with_zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  return text.empty();
}

Json value_of_plain(const std::string& text, int line) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (!is_json_number(text)) return text;
  if (const auto whole = parse_int(text)) return *whole;
  if (const auto number = parse_double(text)) return *number;
  throw YamlProblem{line, "the number " + quoted(text) + " is too large"};
}

/// Takes yaml-cpp's events, so that every duplicate and every line is seen and no node graph is built.
class YamlHandler : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) throw YamlProblem{mark.line, "the name of a member is missing"};
    add(nullptr, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw YamlProblem{mark.line, "an alias stands inside the value that it names"};
    if (expects_key()) throw YamlProblem{mark.line, "the name of a member must be plain text"};
    if (builder_.depth() + found->second.depth > kMaxDepth) throw too_deep(mark);
    count(mark, found->second.values);
    note_depth(found->second.depth);
    builder_.add(found->second.value);
    after_value();
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    count(mark, 1);
    if (expects_key()) {
      if (!builder_.key(text)) throw YamlProblem{mark.line, what_of_duplicate(text)};
      has_key_.back() = true;
      return;
    }
    const bool is_text = tag == "!" || tag == "tag:yaml.org,2002:str";
    add(is_text ? Json(text) : value_of_plain(text, mark.line), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Json::array(), mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Json::object(), mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  Json take() { return builder_.take(); }

 private:
  struct Anchor {
    Json value;
    std::size_t values;
    std::size_t depth;
  };
  struct Opened {
    YAML::anchor_t anchor;
    std::size_t values_before;
    std::size_t deepest;  ///< Levels of containers in and below this one.
  };

  static YamlProblem too_deep(const YAML::Mark& mark) {
    return {mark.line, "nested deeper than " + std::to_string(kMaxDepth)};
  }
  bool expects_key() const { return builder_.is_in_object() && !has_key_.back(); }
  void count(const YAML::Mark& mark, std::size_t more) {
    values_ += more;
    if (values_ > kMaxYamlValues)
      throw YamlProblem{mark.line, "more than " + std::to_string(kMaxYamlValues) + " values, aliases unfolded"};
  }
  void after_value() {
    if (!has_key_.empty()) has_key_.back() = false;
  }
  void note_depth(std::size_t below) {
    if (!opened_.empty()) opened_.back().deepest = std::max(opened_.back().deepest, below + 1);
  }
  void add(Json value, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {value, 1, 0};
    builder_.add(std::move(value));
    after_value();
  }
  void open(Json container, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (expects_key()) throw YamlProblem{mark.line, "the name of a member must be plain text"};
    if (!builder_.can_open()) throw too_deep(mark);
    count(mark, 1);
    if (anchor != YAML::NullAnchor) anchors_.erase(anchor);
    after_value();
    builder_.open(std::move(container));
    has_key_.push_back(false);
    opened_.push_back({anchor, values_ - 1, 1});
  }
  void close() {
    const Opened opened = opened_.back();
    if (opened.anchor != YAML::NullAnchor) {
      anchors_[opened.anchor] = {*builder_.innermost(), values_ - opened.values_before, opened.deepest};
    }
    builder_.close();
    has_key_.pop_back();
    opened_.pop_back();
    note_depth(opened.deepest);
  }

  Builder builder_;
  std::vector<bool> has_key_;
  std::vector<Opened> opened_;
  std::unordered_map<YAML::anchor_t, Anchor> anchors_;
  std::size_t values_ = 0;
};

/// Position of a byte that YAML does not allow and that yaml-cpp would take for the end of the text.
std::size_t control_character_in(std::string_view text) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x7F || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r');
  };
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_control) - text.begin());
}

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view file) try {
  if (const auto line = line_of_broken_utf8(text)) return bad_document(file, *line, "not valid UTF-8");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const char* reached = text.data();
  const char* const end = text.data() + text.size();
  JsonHandler handler;
  const bool is_good =
      nlohmann::ordered_json::sax_parse(Cursor{text.data(), &reached}, Cursor{end, &reached}, &handler);
  const auto position = static_cast<std::size_t>(reached - text.data());
  if (!is_good) {
    // The parser has read one byte past what it complains of; a line break there belongs to the line before.
    const std::int64_t line = line_of(text, position > 0 && reached <= end ? position - 1 : position);
    return bad_document(file, line, handler.why());
  }
  // A NUL byte ends the text for nlohmann; for us it is something after the document.
  if (reached != end) return bad_document(file, line_of(text, position), "text after the document");
  return handler.take();
} catch (const std::exception& problem) {
  return Error{ErrorKind::kData, std::string("cannot read as JSON: ") + problem.what(), std::string(file), ""};
}

Result<Json> parse_yaml(std::string_view text, std::string_view file) try {
  if (const auto line = line_of_broken_utf8(text)) return bad_document(file, *line, "not valid UTF-8");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const std::size_t at = control_character_in(text); at < text.size()) {
    return bad_document(file, line_of(text, at), "a control character: " + quoted(text.substr(at, 1)));
  }
  // The end-of-document mark makes yaml-cpp see a quote that is never closed; it would pass over it in silence.
  std::istringstream stream(std::string(text) + (text.ends_with('\n') ? "...\n" : "\n...\n"));
  YAML::Parser parser(stream);
  YamlHandler handler;
  if (!parser.HandleNextDocument(handler)) return Json(nullptr);
  YamlHandler second;
  if (parser.HandleNextDocument(second)) {
    return Error{ErrorKind::kData, "more than one document", std::string(file), "write one file for each"};
  }
  return handler.take();
} catch (const YamlProblem& problem) {
  return bad_document(file, problem.line + 1, problem.what);
} catch (const YAML::Exception& problem) {
  return bad_document(file, std::max(0, problem.mark.line) + 1, problem.msg);
} catch (const std::exception& problem) {
  return Error{ErrorKind::kData, std::string("cannot read as YAML: ") + problem.what(), std::string(file), ""};
}

Result<Json> read_document(const std::filesystem::path& path) {
  const std::string name = path.string();
  const bool is_yaml = ends_with_ignoring_case(name, ".yaml") || ends_with_ignoring_case(name, ".yml");
  if (!is_yaml && !ends_with_ignoring_case(name, ".json")) {
    return Error{ErrorKind::kUsage, "neither YAML nor JSON by its name", name, "name it .yaml, .yml or .json"};
  }
  SURGSIGMA_TRY(text, read_file(path));
  return is_yaml ? parse_yaml(text, name) : parse_json(text, name);
}

std::string to_text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Result<std::string> text_at(const Json& object, std::string_view key, std::string_view where) {
  const auto fail = [&](const char* why) {
    return Error{ErrorKind::kData, "the member " + quoted(key) + why, std::string(where), ""};
  };
  const Json* value = member(object, key);
  if (!value) return fail(" is missing");
  if (!value->is_string()) return fail(" is not text");
  return value->get<std::string>();
}

std::string text_or(const Json& object, std::string_view key, std::string fallback) {
  const Json* value = member(object, key);
  return value && value->is_string() ? value->get<std::string>() : fallback;
}

std::int64_t int_or(const Json& object, std::string_view key, std::int64_t fallback) {
  const Json* value = member(object, key);
  if (!value) return fallback;
  if (value->is_number_unsigned()) {
    const auto number = value->get<std::uint64_t>();
    return number <= std::uint64_t{INT64_MAX} ? static_cast<std::int64_t>(number) : fallback;
  }
  if (value->is_number_integer()) return value->get<std::int64_t>();
  if (value->is_number_float()) {  // some writers put 3.0 for 3
    const auto number = value->get<double>();
    const bool is_whole = number == std::floor(number) && std::abs(number) <= 0x1p53;
    return is_whole ? static_cast<std::int64_t>(number) : fallback;
  }
  return fallback;
}

double number_or(const Json& object, std::string_view key, double fallback) {
  const Json* value = member(object, key);
  return value && value->is_number() ? value->get<double>() : fallback;
}

bool bool_or(const Json& object, std::string_view key, bool fallback) {
  const Json* value = member(object, key);
  return value && value->is_boolean() ? value->get<bool>() : fallback;
}

}  // namespace surgsigma
