#include "surgsigma/schema/answer_reading.h"

#include <algorithm>
#include <array>

#include "surgsigma/base/text.h"
#include "surgsigma/schema/answer_body.h"
#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

constexpr std::array<std::string_view, 5> kReadStateWords = {"read", "empty", "refused", "truncated", "unparseable"};

AnswerValue empty_value(const AnswerQuestion& question) {
  switch (question.shape) {
    case AnswerShape::kConcepts:
      return ConceptsAnswer{};
    case AnswerShape::kBoxes:
      return BoxesAnswer{question.size, question.is_grid, {}};
    case AnswerShape::kTriplets:
      return TripletsAnswer{};
    case AnswerShape::kSpans:
      return SpansAnswer{};
    case AnswerShape::kDuration:
      return DurationAnswer{};
    case AnswerShape::kCriteria:
      return CriteriaAnswer{question.protocol, {}};
    default:
      return TextAnswer{};
  }
}

bool takes_union(const AnswerQuestion& question) {
  if (question.form == Form::kYesNo || question.form == Form::kChoice) return false;
  return (question.shape == AnswerShape::kConcepts && question.is_set) || question.shape == AnswerShape::kBoxes ||
         question.shape == AnswerShape::kTriplets || question.shape == AnswerShape::kSpans;
}

/// Words with which models and their services decline. The text is in lower case; looked for in its first part only.
bool is_refusal(std::string_view lower) {
  const std::string_view start = trim(lower).substr(0, 400);
  for (const std::string_view whole :
       {"blocked", "[blocked]", "content blocked", "content filter", "request blocked", "safety"}) {
    if (start == whole || start == std::string(whole) + ".") return true;
  }
  constexpr std::array<std::string_view, 33> kPhrases = {
      "i'm sorry",       "i am sorry",        "i apologize",        "i apologise",      "sorry, but",
      "sorry, i",        "i can't assist",    "i cannot assist",    "i can't help",     "i cannot help",
      "i can't provide", "i cannot provide",  "i can't answer",     "i cannot answer",  "i can't comply",
      "i cannot comply", "i can't determine", "i cannot determine", "i can't identify", "i cannot identify",
      "i can't analyze", "i cannot analyze",  "i can't process",    "i cannot process", "i'm unable to",
      "i am unable to",  "i'm not able to",   "i am not able to",   "as an ai",         "i must decline",
      "content policy",  "blocked by",        "prompt was blocked"};
  return std::any_of(kPhrases.begin(), kPhrases.end(),
                     [&](std::string_view phrase) { return start.find(phrase) != std::string_view::npos; });
}

/// Whether something was opened that never closes: cut off while it was being written.
bool is_cut_off(std::string_view text) {
  std::int64_t open = 0;
  for (const char c : text) {
    if (c == '[' || c == '{' || c == '(') ++open;
    if (c == ']' || c == '}' || c == ')') open = std::max<std::int64_t>(0, open - 1);
  }
  return open > 0;
}

/// An answer that names nothing known.
bool is_bare(const ReadAnswer& read) {
  if (read.answer.yes || !read.answer.key.empty()) return false;
  return std::visit(
      [](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, ConceptsAnswer>)
          return value.concepts.empty();
        else if constexpr (std::is_same_v<Value, BoxesAnswer>)
          return value.boxes.empty();
        else if constexpr (std::is_same_v<Value, TripletsAnswer>)
          return value.triplets.empty();
        else if constexpr (std::is_same_v<Value, SpansAnswer>)
          return value.spans.empty();
        else
          return false;
      },
      read.answer.value);
}

void read_shape(const TokenText& text, const Reading& reading) {
  if (reading.question.form == Form::kYesNo) return read_yes_no(text, reading);
  if (reading.question.form == Form::kChoice) return read_choice(text, reading);
  switch (reading.question.shape) {
    case AnswerShape::kConcepts:
      return read_concepts(text, reading);
    case AnswerShape::kBoxes:
      return read_boxes(text, reading);
    case AnswerShape::kTriplets:
      return read_triplets(text, reading);
    case AnswerShape::kSpans:
      return read_spans(text, reading);
    case AnswerShape::kDuration:
      return read_duration(text, reading);
    case AnswerShape::kCriteria:
      return read_criteria(text, reading);
    default:
      return reading.fail("an answer of this shape is a file, not text");
  }
}

/// Free text is kept as written, without its wrapping.
void read_text(std::string_view body, const Reading& reading) {
  if (is_refusal(lower(folded(body.substr(0, 1000))))) {
    reading.out.state = ReadState::kRefused;
    return reading.fail("the model would not answer");
  }
  reading.done(TextAnswer{std::string(body)});
}

}  // namespace

std::string_view word(ReadState state) { return kReadStateWords[static_cast<std::size_t>(state)]; }

ReadAnswer read_answer(std::string_view text, const AnswerQuestion& question, const AnswerWords& words) {
  ReadAnswer out;
  out.answer.value = empty_value(question);
  const Reading reading{question, words, out};
  const AnswerBodies bodies = answer_bodies(text, kReadBytes);
  out.shortened = bodies.shortened;
  if (bodies.is_truncated) {
    out.state = ReadState::kTruncated;
    reading.fail("the reasoning never ends");
    return out;
  }
  out.multi_answer = bodies.texts.size() > 1;
  std::string body = bodies.texts.back();
  if (takes_union(question)) body = join(bodies.texts, "\n");
  const bool is_text = question.shape == AnswerShape::kText && question.form == Form::kOpen;
  const std::string dressed = is_text ? body : folded(without_dressing(body));
  const TokenText tokens(is_text ? std::string_view() : std::string_view(dressed));
  // "[]" is an answer; "." is none.
  const bool says_something =
      is_text ? !trim(body).empty() : !tokens.tokens.empty() || dressed.find_first_of("[{<") != std::string::npos;
  if (!says_something) {
    out.state = ReadState::kEmpty;
    reading.fail("nothing was said");
    return out;
  }
  if (is_text) {
    read_text(body, reading);
    return out;
  }
  read_shape(tokens, reading);
  const bool is_refused = (!out.is_read() || is_bare(out)) && is_refusal(tokens.lower);
  if (is_refused) {
    out.state = ReadState::kRefused;
    reading.fail("the model would not answer");
  } else if (!out.is_read() && is_cut_off(dressed)) {
    out.state = ReadState::kTruncated;
  }
  if (!out.is_read()) {
    out.answer = {empty_value(question), {}, {}};
    out.out_of_vocabulary.clear();
    return out;
  }
  out.reason.clear();
  make_canonical(out.answer);
  return out;
}

ReadAnswer read_answer(std::string_view text, const AnswerQuestion& question, const Ontology& ontology) {
  return read_answer(text, question, AnswerWords(ontology));
}

}  // namespace surgsigma
