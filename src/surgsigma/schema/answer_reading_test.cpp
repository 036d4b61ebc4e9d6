// Cases of tests/cases/answers, the shared metric vectors, and what was written is read back.
#include "surgsigma/schema/answer_reading.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"
#include "surgsigma/schema/answer_body.h"
#include "surgsigma/schema/answer_parts.h"

namespace surgsigma {
namespace {

namespace fs = std::filesystem;

const Ontology& ontology() {
  static const Catalog catalog = [] {
    auto loaded = load_catalog(fs::path(SURGSIGMA_SOURCE_DIR) / "catalog");
    EXPECT_TRUE(loaded) << to_string(loaded.error());
    return loaded ? std::move(*loaded) : Catalog{};
  }();
  return catalog.ontology;
}

const AnswerWords& words() {
  static const AnswerWords made(ontology());
  return made;
}

std::string plain_number(double value) {
  std::string text;
  append_number_json(value, text);
  return text;
}

/// The answer in the cases' shorthand.
struct Shorthand {
  const AnswerQuestion& question;

  template <class Items, class Write>
  static std::string joined(const Items& items, const char* separator, Write&& write) {
    std::string out;
    for (const auto& item : items) out += (out.empty() ? "" : separator) + write(item);
    return out.empty() ? "none" : out;
  }
  std::string operator()(const ConceptsAnswer& answer) const {
    return joined(answer.concepts, "+", [](const ConceptId& id) { return id.text; });
  }
  std::string operator()(const BoxesAnswer& answer) const {
    return joined(answer.boxes, "; ", [&](const PlacedConcept& placed) {
      if (answer.is_grid)
        return placed.concept_id.text + " @" + joined(placed.cells, ",", [](int cell) { return std::to_string(cell); });
      return placed.concept_id.text + " " + plain_number(placed.box.x1) + "," + plain_number(placed.box.y1) + "," +
             plain_number(placed.box.x2) + "," + plain_number(placed.box.y2);
    });
  }
  std::string operator()(const TripletsAnswer& answer) const {
    return joined(answer.triplets, "; ",
                  [](const Triplet& t) { return t.instrument.text + "," + t.verb.text + "," + t.target.text; });
  }
  std::string operator()(const SpansAnswer& answer) const {
    return joined(answer.spans, "; ", [](const ConceptSpan& span) {
      return span.concept_id.text + " " + plain_number(static_cast<double>(span.range.begin) / 1e6) + "-" +
             plain_number(static_cast<double>(span.range.end) / 1e6);
    });
  }
  std::string operator()(const DurationAnswer& answer) const {
    return plain_number(static_cast<double>(answer.duration) / 1e6);
  }
  std::string operator()(const CriteriaAnswer& answer) const {
    return joined(words().criteria_of(question.protocol), "-", [&](const ConceptId& id) -> std::string {
      for (const CriterionMark& mark : answer.criteria) {
        if (mark.criterion != id) continue;
        const std::string verdict = mark.holds ? "yes" : "no";
        return question.scale_top > 1 ? verdict + ":" + plain_number(mark.mean.value_or(-1)) : verdict;
      }
      return "?";
    });
  }
  std::string operator()(const TextAnswer& answer) const { return answer.text; }
};

std::string shorthand(const ReadAnswer& read, const AnswerQuestion& question) {
  if (!read.is_read()) return "!" + std::string(word(read.state));
  if (read.answer.yes) return *read.answer.yes ? "yes" : "no";
  if (!read.answer.key.empty()) return read.answer.key;
  return std::visit(Shorthand{question}, read.answer.value);
}

std::vector<ConceptId> ids_of(const Json& list) {
  std::vector<ConceptId> ids;
  for (const Json& id : list) {
    ids.emplace_back(id.get<std::string>());
    EXPECT_NE(ontology().find(ids.back()), nullptr) << ids.back().text;
  }
  return ids;
}

void apply(const Json& json, AnswerQuestion& question, std::string& profile) {
  for (const auto& [key, value] : json.items()) {
    if (key == "shape")
      question.shape = from_word<AnswerShape>(value.get<std::string>()).value();
    else if (key == "form")
      question.form = from_word<Form>(value.get<std::string>()).value();
    else if (key == "vocabulary")
      question.vocabulary = ids_of(value);
    else if (key == "verbs")
      question.verbs = ids_of(value);
    else if (key == "targets")
      question.targets = ids_of(value);
    else if (key == "given")
      question.given = ids_of(value);
    else if (key == "is_set")
      question.is_set = value.get<bool>();
    else if (key == "options")
      question.options = value.get<std::vector<std::string>>();
    else if (key == "asked")
      question.asked = ConceptId(value.get<std::string>());
    else if (key == "is_grid")
      question.is_grid = value.get<bool>();
    else if (key == "size")
      question.size = {value[0].get<int>(), value[1].get<int>()};
    else if (key == "box_profile")
      question.box_profile = profile = value.get<std::string>();
    else if (key == "protocol")
      question.protocol = ConceptId(value.get<std::string>());
    else if (key == "scale_top")
      question.scale_top = value.get<double>();
    else
      ADD_FAILURE() << "unknown key " << key;
  }
}

std::vector<std::string> flags_of(const ReadAnswer& read) {
  std::vector<std::string> flags;
  if (read.multi_answer) flags.emplace_back("multi_answer");
  if (read.took_option_text) flags.emplace_back("took_option_text");
  if (read.corrected) flags.emplace_back("corrected");
  if (read.incomplete) flags.emplace_back("incomplete");
  if (read.shortened) flags.emplace_back("shortened");
  return flags;
}

TEST(AnswerReading, CasesOfAllShapes) {
  std::size_t count = 0;
  for (const auto& file : fs::directory_iterator(SURGSIGMA_SOURCE_DIR "/tests/cases/answers")) {
    const auto document = read_document(file.path());
    ASSERT_TRUE(document) << to_string(document.error());
    for (const Json& one : (*document)["cases"]) {
      AnswerQuestion question;
      std::string profile = "pixel";
      apply((*document)["question"], question, profile);
      if (one.contains("question")) apply(one["question"], question, profile);
      if (question.box_profile != kLocProfile) question.box_profile = profile;
      const std::string text = one["text"].get<std::string>();
      const std::string where = file.path().filename().string() + ": " + quoted(text);
      const ReadAnswer read = read_answer(text, question, words());
      EXPECT_EQ(shorthand(read, question), one["read"].get<std::string>()) << where << " reason: " << read.reason;
      if (one.contains("out_of_vocabulary")) {
        EXPECT_EQ(read.out_of_vocabulary, one["out_of_vocabulary"].get<std::vector<std::string>>()) << where;
      } else {
        EXPECT_EQ(read.out_of_vocabulary, std::vector<std::string>()) << where;
      }
      const auto flags =
          one.contains("flags") ? one["flags"].get<std::vector<std::string>>() : std::vector<std::string>();
      if (read.is_read()) {
        EXPECT_EQ(flags_of(read), flags) << where;
      }
      EXPECT_EQ(read.reason.empty(), read.is_read()) << where;
      ++count;
    }
  }
  EXPECT_GE(count, 300u);
}

// --- the shared metric vectors

Result<Json> vectors() {
  const char* shared = std::getenv("SURGSIGMA_SHARED_DATA");
  const fs::path folder = shared ? shared : SURGSIGMA_SOURCE_DIR "/../shared/data";
  return read_document(folder / "metric-vectors/answer_parsing.json");
}

const Json& vector_of(const Json& document, std::string_view id) {
  for (const Json& vector : document["vectors"]) {
    if (vector["id"] == id) return vector;
  }
  static const Json none;
  return none;
}

TEST(AnswerReading, AgreesWithTheSharedVectors) {
  const auto document = vectors();
  if (!document) GTEST_SKIP() << "answer_parsing.json is not here: set SURGSIGMA_SHARED_DATA";
  const Json& choice = vector_of(*document, "mcq-letters");
  AnswerQuestion question;
  question.form = Form::kChoice;
  for (const Json& option : choice["input"]["options"]) question.options.push_back(option.get<std::string>());
  for (std::size_t i = 0; i < choice["input"]["answers"].size(); ++i) {
    const std::string text = choice["input"]["answers"][i].get<std::string>();
    const Json& expected = choice["expected"][i];
    EXPECT_EQ(read_answer(text, question, words()).answer.key, expected.is_null() ? "" : expected.get<std::string>())
        << text;
  }
  const Json& tags = vector_of(*document, "answer-tags");
  for (std::size_t i = 0; i < tags["input"].size(); ++i) {
    EXPECT_EQ(answer_bodies(tags["input"][i].get<std::string>(), kReadBytes).texts.back(),
              tags["expected_correct"][i].get<std::string>());
  }
  const Json& boxes = vector_of(*document, "box-strings");
  for (std::size_t i = 0; i < boxes["input"].size(); ++i) {
    const std::string text = boxes["input"][i].get<std::string>();
    const Json& expected = boxes["expected_correct"][i];
    const BoxNumbers numbers = box_numbers(text);
    if (expected == "absent") {
      AnswerQuestion asks;
      asks.shape = AnswerShape::kBoxes;
      EXPECT_TRUE(read_answer(text, asks, words()).is_read());
      continue;
    }
    const bool is_loc = expected.is_object();
    const Json& corners = is_loc ? expected["paligemma_yxyx_1024"] : expected;
    ASSERT_EQ(numbers.boxes.size(), corners.size()) << text;
    for (std::size_t b = 0; b < corners.size(); ++b) {
      EXPECT_EQ(numbers.boxes[b].is_loc, is_loc);
      for (std::size_t k = 0; k < 4; ++k)
        EXPECT_DOUBLE_EQ(numbers.boxes[b].corners[k], corners[b][k].get<double>()) << text;
    }
  }
}

// --- what the plain wording says is read back

class Plain {
 public:
  explicit Plain(std::uint64_t seed) : draws_(seed, "answers", "plain wording") {}

  std::vector<ConceptId> of_kind(std::initializer_list<std::string_view> kinds, std::string_view prefix = "") const {
    std::vector<ConceptId> ids;
    for (const Concept& c : ontology().concepts()) {
      if (std::find(kinds.begin(), kinds.end(), c.kind) != kinds.end() && c.id.text.starts_with(prefix))
        ids.push_back(c.id);
    }
    return ids;
  }
  std::vector<ConceptId> some(std::vector<ConceptId> from, std::size_t most) {
    draws_.shuffle(from);
    from.resize(std::min(from.size(), draws_.below(most + 1)));
    return from;
  }
  const ConceptId& one(const std::vector<ConceptId>& from) { return from[draws_.below(from.size())]; }

  Draws draws_;
};

void expect_same(const Answer& truth, const AnswerQuestion& question) {
  Answer wanted = truth;
  make_canonical(wanted);
  const std::string text = answer_text(wanted, ontology());
  const ReadAnswer read = read_answer(text, question, words());
  EXPECT_TRUE(read.is_read()) << text << " reason: " << read.reason;
  EXPECT_EQ(answer_json(read.answer), answer_json(wanted)) << text;
  EXPECT_TRUE(read.out_of_vocabulary.empty()) << text;
}

TEST(AnswerReading, PlainWordingOfEveryShapeIsReadBack) {
  Plain plain(7);
  const auto instruments = plain.of_kind({"instrument"});
  const auto tissues = plain.of_kind({"anatomy"});
  auto verbs = plain.of_kind({"verb"});
  std::erase(verbs, ConceptId("act.idle"));
  for (int round = 0; round < 400; ++round) {
    AnswerQuestion question;
    question.shape = AnswerShape::kConcepts;
    question.vocabulary = round % 2 == 0 ? instruments : tissues;
    expect_same({ConceptsAnswer{plain.some(question.vocabulary, 6)}, {}, ""}, question);

    for (const std::string_view prefix : {"pha.chole", "pha.bypass", "pha.prostatectomy", "pha.hysterectomy",
                                          "stp.bypass", "stp.prostatectomy", "bsa.", "ges."}) {
      question.vocabulary = plain.of_kind({"phase", "step", "action"}, prefix);
      question.is_set = false;
      expect_same({ConceptsAnswer{{plain.one(question.vocabulary)}}, {}, ""}, question);
    }

    AnswerQuestion boxes;
    boxes.shape = AnswerShape::kBoxes;
    boxes.vocabulary = instruments;
    boxes.size = {854, 480};
    BoxesAnswer placed{boxes.size, false, {}};
    for (const ConceptId& id : plain.some(instruments, 5)) {
      const auto x = static_cast<double>(plain.draws_.below(800));
      const auto y = static_cast<double>(plain.draws_.below(400));
      placed.boxes.push_back({id,
                              {x, y, x + 1 + static_cast<double>(plain.draws_.below(50)),
                               y + 1 + static_cast<double>(plain.draws_.below(70))},
                              {}});
    }
    expect_same({placed, {}, ""}, boxes);
    boxes.is_grid = placed.is_grid = true;
    for (PlacedConcept& box : placed.boxes) {
      box.box = {};
      for (int cell = 0; cell < 9; ++cell) {
        if (plain.draws_.chance(0.3)) box.cells.push_back(cell);
      }
    }
    std::erase_if(placed.boxes, [](const auto& box) { return box.cells.empty(); });
    expect_same({placed, {}, ""}, boxes);

    AnswerQuestion deeds;
    deeds.shape = AnswerShape::kTriplets;
    deeds.vocabulary = instruments;
    deeds.verbs = verbs;
    deeds.targets = tissues;
    TripletsAnswer triplets;
    for (const ConceptId& id : plain.some(instruments, 4)) {
      const bool is_idle = plain.draws_.chance(0.2);
      triplets.triplets.push_back(
          {id, is_idle ? ConceptId("act.idle") : plain.one(verbs), is_idle ? ConceptId() : plain.one(tissues)});
    }
    expect_same({triplets, {}, ""}, deeds);

    AnswerQuestion times;
    times.shape = AnswerShape::kSpans;
    times.vocabulary = plain.of_kind({"action"}, "bsa.");
    SpansAnswer spans;
    for (const ConceptId& id : plain.some(times.vocabulary, 5)) {
      const Microseconds begin = plain.draws_.between(0, 5000) * 100'000;
      spans.spans.push_back({id, {begin, begin + plain.draws_.between(1, 900) * 100'000}});
    }
    expect_same({spans, {}, ""}, times);

    AnswerQuestion left;
    left.shape = AnswerShape::kDuration;
    expect_same({DurationAnswer{plain.draws_.between(0, 5000) * kSecond}, {}, ""}, left);

    AnswerQuestion safety;
    safety.shape = AnswerShape::kCriteria;
    safety.protocol = ConceptId(round % 2 == 0 ? "pro.cvs" : "pro.seminal_vesicle_window");
    CriteriaAnswer marks{safety.protocol, {}};
    for (const ConceptId& id : words().criteria_of(safety.protocol))
      marks.criteria.push_back({id, plain.draws_.chance(0.5), {}});
    expect_same({marks, {}, ""}, safety);

    AnswerQuestion text;
    expect_same({TextAnswer{"The hook moves, number " + std::to_string(round) + "."}, {}, ""}, text);

    AnswerQuestion yes_no;
    yes_no.shape = AnswerShape::kConcepts;
    yes_no.form = Form::kYesNo;
    yes_no.about = ConceptsAnswer{{plain.one(instruments)}};
    expect_same({*yes_no.about, plain.draws_.chance(0.5), ""}, yes_no);
  }
}

TEST(AnswerReading, AChoiceKnowsWhatItsOptionMeans) {
  AnswerQuestion question;
  question.shape = AnswerShape::kConcepts;
  question.form = Form::kChoice;
  question.vocabulary = {ConceptId("ins.hook"), ConceptId("ins.grasper")};
  question.options = {"grasper", "hook"};
  const ReadAnswer read = read_answer("B", question, words());
  EXPECT_EQ(read.answer, (Answer{ConceptsAnswer{{ConceptId("ins.hook")}}, {}, "B"}));
}

TEST(AnswerReading, ImagesAreNoText) {
  for (const AnswerShape shape : {AnswerShape::kMask, AnswerShape::kPicture, AnswerShape::kDepth, AnswerShape::kClip}) {
    AnswerQuestion question;
    question.shape = shape;
    EXPECT_EQ(read_answer("mask.png", question, words()).state, ReadState::kUnparseable);
  }
}

TEST(AnswerReading, CaptionsAreSearchedForConcepts) {
  EXPECT_EQ(concepts_named("A hook dissects the liver; no grasper is seen, then the L-hook rests.",
                           {ConceptId("ins.hook"), ConceptId("ins.grasper")}, words()),
            (std::vector<ConceptId>{ConceptId("ins.hook")}));
  EXPECT_TRUE(concepts_named("nothing of interest", {ConceptId("ins.hook")}, words()).empty());
}

}  // namespace
}  // namespace surgsigma
