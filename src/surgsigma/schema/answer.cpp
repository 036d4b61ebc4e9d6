#include "surgsigma/schema/answer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

#include "surgsigma/base/json.h"
#include "surgsigma/base/text.h"
#include "surgsigma/schema/catalog.h"

namespace surgsigma {
namespace {

constexpr char kHex[] = "0123456789abcdef";

template <class T>
void sort_unique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

bool comes_before(const PlacedConcept& a, const PlacedConcept& b) {
  return std::tie(a.concept_id, a.box.x1, a.box.y1, a.box.x2, a.box.y2) <
         std::tie(b.concept_id, b.box.x1, b.box.y1, b.box.x2, b.box.y2);
}

struct Canonical {
  void operator()(ConceptsAnswer& answer) const { sort_unique(answer.concepts); }
  void operator()(TripletsAnswer& answer) const { sort_unique(answer.triplets); }
  void operator()(BoxesAnswer& answer) const {
    for (auto& item : answer.boxes) sort_unique(item.cells);
    std::stable_sort(answer.boxes.begin(), answer.boxes.end(), comes_before);
  }
  void operator()(SpansAnswer& answer) const {
    std::stable_sort(answer.spans.begin(), answer.spans.end(), [](const auto& a, const auto& b) {
      return std::tie(a.range.begin, a.range.end, a.concept_id) < std::tie(b.range.begin, b.range.end, b.concept_id);
    });
  }
  void operator()(DurationAnswer&) const {}
  void operator()(CriteriaAnswer&) const {}
  void operator()(TextAnswer&) const {}
};

void append_int(std::int64_t value, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

/// Writes "[" item "," item "]".
template <class Items, class Write>
void append_list(const Items& items, std::string& out, Write&& write) {
  out += '[';
  bool is_first = true;
  for (const auto& item : items) {
    if (!is_first) out += ',';
    is_first = false;
    write(item);
  }
  out += ']';
}

struct JsonWriter {
  std::string& out;

  void quote(const ConceptId& id) const { append_quoted_json(id.text, out); }
  void operator()(const ConceptsAnswer& answer) const {
    out += ",\"concepts\":";
    append_list(answer.concepts, out, [&](const ConceptId& id) { quote(id); });
  }
  void operator()(const BoxesAnswer& answer) const {
    out += ",\"width\":";
    append_int(answer.size.width, out);
    out += ",\"height\":";
    append_int(answer.size.height, out);
    out += answer.is_grid ? ",\"grid\":true,\"boxes\":" : ",\"grid\":false,\"boxes\":";
    append_list(answer.boxes, out, [&](const PlacedConcept& item) {
      out += "{\"concept\":";
      quote(item.concept_id);
      out += ",\"box\":";
      append_list(std::array{item.box.x1, item.box.y1, item.box.x2, item.box.y2}, out,
                  [&](double corner) { append_number_json(corner, out); });
      out += ",\"cells\":";
      append_list(item.cells, out, [&](int cell) { append_int(cell, out); });
      out += '}';
    });
  }
  void operator()(const TripletsAnswer& answer) const {
    out += ",\"triplets\":";
    append_list(answer.triplets, out, [&](const Triplet& t) {
      append_list(std::array{&t.instrument, &t.verb, &t.target}, out, [&](const ConceptId* id) { quote(*id); });
    });
  }
  void operator()(const SpansAnswer& answer) const {
    out += ",\"spans\":";
    append_list(answer.spans, out, [&](const ConceptSpan& span) {
      out += "{\"concept\":";
      quote(span.concept_id);
      out += ",\"begin_us\":";
      append_int(span.range.begin, out);
      out += ",\"end_us\":";
      append_int(span.range.end, out);
      out += '}';
    });
  }
  void operator()(const DurationAnswer& answer) const {
    out += ",\"duration_us\":";
    append_int(answer.duration, out);
  }
  void operator()(const CriteriaAnswer& answer) const {
    out += ",\"protocol\":";
    quote(answer.protocol);
    out += ",\"criteria\":";
    append_list(answer.criteria, out, [&](const CriterionMark& mark) {
      out += "{\"criterion\":";
      quote(mark.criterion);
      out += mark.holds ? ",\"holds\":true" : ",\"holds\":false";
      if (mark.mean) {
        out += ",\"mean\":";
        append_number_json(*mark.mean, out);
      }
      out += '}';
    });
  }
  void operator()(const TextAnswer& answer) const {
    out += ",\"text\":";
    append_quoted_json(answer.text, out);
  }
};

/// Reads members with one error text for all that is not as written by append_json. nlohmann's own checks throw, so
/// every access asks for the type first.
class JsonReader {
 public:
  JsonReader(const Json& object, std::string_view where) : object_(object), where_(where) {}

  Result<Answer> answer() {
    Answer answer;
    const auto shape_word = text("shape");
    const auto shape = from_word<AnswerShape>(shape_word);
    if (!shape) return error("'shape' must be one of the answer shapes, not " + quoted(shape_word));
    answer.value = value(*shape);
    if (const auto* yes = member(object_, "yes")) {
      if (!yes->is_boolean())
        fail("'yes' must be true or false");
      else
        answer.yes = yes->get<bool>();
    }
    if (member(object_, "key") != nullptr) answer.key = text("key");
    if (!problem_.empty()) return error(problem_);
    return answer;
  }

 private:
  static const Json* member(const Json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto at = object.find(key);
    return at == object.end() ? nullptr : &*at;
  }
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  Error error(std::string what) const {
    return {ErrorKind::kData, std::move(what), std::string(where_), "an answer is JSON as in schema/answer.h"};
  }
  std::string text(const Json& object, const char* key) {
    const Json* at = member(object, key);
    if (at != nullptr && at->is_string()) return at->get<std::string>();
    fail("'" + std::string(key) + "' must be text");
    return {};
  }
  std::string text(const char* key) { return text(object_, key); }
  double number(const Json& value, const char* key) {
    if (value.is_number()) return value.get<double>();
    fail("'" + std::string(key) + "' must be a number");
    return 0;
  }
  std::int64_t whole(const Json& object, const char* key) {
    const Json* at = member(object, key);
    if (at != nullptr && at->is_number_integer()) return at->get<std::int64_t>();
    fail("'" + std::string(key) + "' must be a whole number");
    return 0;
  }
  bool truth(const Json& object, const char* key) {
    const Json* at = member(object, key);
    if (at != nullptr && at->is_boolean()) return at->get<bool>();
    fail("'" + std::string(key) + "' must be true or false");
    return false;
  }
  template <class Take>
  void each(const Json& object, const char* key, Take&& take) {
    const Json* at = member(object, key);
    if (at == nullptr || !at->is_array()) return fail("'" + std::string(key) + "' must be a list");
    for (const Json& item : *at) take(item);
  }
  ConceptId id_of(const Json& value, const char* key) {
    if (value.is_string()) return ConceptId(value.get<std::string>());
    fail("'" + std::string(key) + "' must hold concept ids");
    return {};
  }

  ConceptsAnswer concepts() {
    ConceptsAnswer answer;
    each(object_, "concepts", [&](const Json& item) { answer.concepts.push_back(id_of(item, "concepts")); });
    return answer;
  }
  BoxesAnswer boxes() {
    BoxesAnswer answer;
    answer.size = {static_cast<int>(whole(object_, "width")), static_cast<int>(whole(object_, "height"))};
    answer.is_grid = truth(object_, "grid");
    each(object_, "boxes", [&](const Json& item) {
      PlacedConcept placed{ConceptId(text(item, "concept")), {}, {}};
      std::vector<double> corners;
      each(item, "box", [&](const Json& corner) { corners.push_back(number(corner, "box")); });
      if (corners.size() != 4) return fail("'box' must hold four numbers");
      placed.box = {corners[0], corners[1], corners[2], corners[3]};
      each(item, "cells", [&](const Json& cell) {
        const double index = number(cell, "cells");
        if (index < 0 || index > 8) return fail("'cells' must hold numbers from 0 to 8");
        placed.cells.push_back(static_cast<int>(index));
      });
      answer.boxes.push_back(std::move(placed));
    });
    return answer;
  }
  TripletsAnswer triplets() {
    TripletsAnswer answer;
    each(object_, "triplets", [&](const Json& item) {
      if (!item.is_array() || item.size() != 3) return fail("a triplet must hold instrument, verb and target");
      answer.triplets.push_back({id_of(item[0], "triplets"), id_of(item[1], "triplets"), id_of(item[2], "triplets")});
    });
    return answer;
  }
  SpansAnswer spans() {
    SpansAnswer answer;
    each(object_, "spans", [&](const Json& item) {
      answer.spans.push_back({ConceptId(text(item, "concept")), {whole(item, "begin_us"), whole(item, "end_us")}});
    });
    return answer;
  }
  CriteriaAnswer criteria() {
    CriteriaAnswer answer;
    answer.protocol = ConceptId(text("protocol"));
    each(object_, "criteria", [&](const Json& item) {
      CriterionMark mark{ConceptId(text(item, "criterion")), truth(item, "holds"), {}};
      if (const Json* mean = member(item, "mean")) mark.mean = number(*mean, "mean");
      answer.criteria.push_back(std::move(mark));
    });
    return answer;
  }
  AnswerValue value(AnswerShape shape) {
    switch (shape) {
      case AnswerShape::kConcepts:
        return concepts();
      case AnswerShape::kBoxes:
        return boxes();
      case AnswerShape::kTriplets:
        return triplets();
      case AnswerShape::kSpans:
        return spans();
      case AnswerShape::kDuration:
        return DurationAnswer{whole(object_, "duration_us")};
      case AnswerShape::kCriteria:
        return criteria();
      case AnswerShape::kText:
        return TextAnswer{text("text")};
      default:
        fail("an answer of shape '" + std::string(word(shape)) + "' is a file, not text");
        return {};
    }
  }

  const Json& object_;
  std::string_view where_;
  std::string problem_;
};

struct TextWriter {
  const Ontology& ontology;

  std::string label(const ConceptId& id) const {
    const Concept* found = ontology.find(id);
    return found == nullptr ? id.text : found->label;
  }
  template <class Items, class Write>
  static std::string joined(const Items& items, std::string_view separator, Write&& write) {
    if (items.empty()) return "none";
    std::string out;
    for (const auto& item : items) {
      if (!out.empty()) out += separator;
      out += write(item);
    }
    return out;
  }
  static std::string seconds(Microseconds t) {
    const std::int64_t tenths = (t + 50'000) / 100'000;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
  }

  std::string operator()(const ConceptsAnswer& answer) const {
    return joined(answer.concepts, ", ", [&](const ConceptId& id) { return label(id); });
  }
  std::string operator()(const BoxesAnswer& answer) const {
    return joined(answer.boxes, "; ", [&](const PlacedConcept& item) {
      if (answer.is_grid) {
        return label(item.concept_id) + ": " + joined(item.cells, ", ", [](int cell) {
                 return std::string(kGridWords[static_cast<std::size_t>(cell)]);
               });
      }
      const auto corner = [](double value) { return std::to_string(std::llround(value)); };
      return label(item.concept_id) + " [" + corner(item.box.x1) + ", " + corner(item.box.y1) + ", " +
             corner(item.box.x2) + ", " + corner(item.box.y2) + "]";
    });
  }
  std::string operator()(const TripletsAnswer& answer) const {
    return joined(answer.triplets, "; ", [&](const Triplet& t) {
      std::string text = "(" + label(t.instrument) + ", " + label(t.verb);
      if (!t.target.empty()) text += ", " + label(t.target);
      return text + ")";
    });
  }
  std::string operator()(const SpansAnswer& answer) const {
    return joined(answer.spans, "; ", [&](const ConceptSpan& span) {
      return seconds(span.range.begin) + "-" + seconds(span.range.end) + " s: " + label(span.concept_id);
    });
  }
  std::string operator()(const DurationAnswer& answer) const { return duration_text(answer.duration); }
  std::string operator()(const CriteriaAnswer& answer) const {
    std::size_t number = 0;
    return joined(answer.criteria, " ", [&](const CriterionMark& mark) {
      return "Criterion " + std::to_string(++number) + (mark.holds ? ": Yes." : ": No.");
    });
  }
  std::string operator()(const TextAnswer& answer) const { return answer.text; }
};

}  // namespace

AnswerShape Answer::shape() const {
  constexpr std::array kShapes = {AnswerShape::kConcepts, AnswerShape::kBoxes,    AnswerShape::kTriplets,
                                  AnswerShape::kSpans,    AnswerShape::kDuration, AnswerShape::kCriteria,
                                  AnswerShape::kText};
  static_assert(kShapes.size() == std::variant_size_v<AnswerValue>);
  return kShapes[value.index()];
}

void make_canonical(Answer& answer) { std::visit(Canonical{}, answer.value); }

void append_json(Answer& answer, std::string& out) {
  make_canonical(answer);
  out += "{\"shape\":\"";
  out += word(answer.shape());
  out += '"';
  std::visit(JsonWriter{out}, answer.value);
  if (answer.yes) out += *answer.yes ? ",\"yes\":true" : ",\"yes\":false";
  if (!answer.key.empty()) {
    out += ",\"key\":";
    append_quoted_json(answer.key, out);
  }
  out += '}';
}

std::string answer_json(Answer answer) {
  std::string out;
  append_json(answer, out);
  return out;
}

Result<Answer> answer_from_json(std::string_view json, std::string_view where) {
  SURGSIGMA_TRY(document, parse_json(json, where));
  return JsonReader(document, where).answer();
}

std::string answer_text(const Answer& answer, const Ontology& ontology) {
  if (answer.yes) return *answer.yes ? "Yes" : "No";
  if (!answer.key.empty()) return answer.key;
  return std::visit(TextWriter{ontology}, answer.value);
}

std::string duration_text(Microseconds duration) {
  const std::int64_t seconds = (std::max<Microseconds>(duration, 0) + kSecond / 2) / kSecond;
  if (seconds == 1) return "1 second";
  if (seconds < 60) return std::to_string(seconds) + " seconds";
  std::string text = std::to_string(seconds / 60) + " min";
  if (seconds % 60 != 0) text += " " + std::to_string(seconds % 60) + " s";
  return text;
}

void append_quoted_json(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_number_json(double value, std::string& out) {
  char digits[32];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace surgsigma
