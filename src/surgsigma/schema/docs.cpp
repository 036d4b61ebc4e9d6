#include "surgsigma/schema/docs.h"

#include <optional>
#include <type_traits>

#include "surgsigma/schema/tables.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {
namespace {

constexpr std::string_view kOpening =
    "# The tables of SurgSigma-DB\n"
    "\n"
    "Written by the program from `src/surgsigma/schema/tables.h`; edit the rows there, never this page. Each table is "
    "a\n"
    "folder `tables/<table>/` of Parquet files. Time is integer microseconds from the start of the video, ranges are\n"
    "half-open, geometry is float pixels of the native frame with x2 and y2 exclusive. A type ending in `?` may be "
    "null;\n"
    "no other column ever is.\n";

template <class T>
struct TypeName {
  static std::string text() {
    if constexpr (std::is_same_v<T, bool>)
      return "bool";
    else if constexpr (std::is_enum_v<T>)
      return "word";
    else if constexpr (std::is_same_v<T, std::int32_t>)
      return "int32";
    else if constexpr (std::is_same_v<T, std::int64_t>)
      return "int64";
    else if constexpr (std::is_floating_point_v<T>)
      return "double";
    else
      return "text";
  }
};
template <class T>
struct TypeName<std::optional<T>> {
  static std::string text() { return TypeName<T>::text() + "?"; }
};
template <class T>
struct TypeName<std::vector<T>> {
  static std::string text() { return "list of " + TypeName<T>::text(); }
};

/// A '|' or '<' would end the cell or vanish as HTML.
std::string cell_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '<') result += '\\';
    result += c;
  }
  return result;
}

template <class Row>
std::string table_section() {
  std::string text = "\n## " + std::string(Row::kTable) + "\n\n" + std::string(Row::kDoc) + ".\n\n";
  text += "| column | type | meaning |\n|---|---|---|\n";
  Row::columns([&]<class Class, class Value>(std::string_view name, Value Class::*, std::string_view meaning) {
    text += "| `" + std::string(name) + "` | " + TypeName<Value>::text() + " | " + cell_text(meaning) + " |\n";
  });
  return text;
}

template <class Enum>
std::string word_row(std::string_view columns) {
  std::string text = "| " + std::string(columns) + " | ";
  for (const std::string_view word : words_of<Enum>()) text += "`" + std::string(word) + "` ";
  return text + "|\n";
}

}  // namespace

std::string schema_page() {
  std::string page(kOpening);
  for_each_table([&]<class Row>() { page += table_section<Row>(); });
  page += "\n## Words\n\nA column of type `word` holds one of these.\n\n| column | words |\n|---|---|\n";
  page += word_row<AnnotationKind>("`kind`");
  page += word_row<LabelState>("`state`");
  page += word_row<BoxScope>("`box_scope`");
  page += word_row<Origin>("`origin`");
  page += word_row<Match>("`match`");
  page += word_row<Subject>("`subject`");
  page += word_row<Form>("`form`");
  page += word_row<Severity>("`severity`");
  return page;
}

}  // namespace surgsigma
