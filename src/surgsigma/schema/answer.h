// What a question's answer says, apart from its wording: the seven shapes that are text. Conversations keep it as
// canonical JSON in the column `answer`; metrics and rewards read it back; `answer_text` is the plain wording without
// any template.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/geometry.h"
#include "surgsigma/schema/ids.h"
#include "surgsigma/schema/words.h"

namespace surgsigma {

class Ontology;

/// A set of concepts; empty means that none of those looked for is there.
struct ConceptsAnswer {
  std::vector<ConceptId> concepts;
  bool operator==(const ConceptsAnswer&) const = default;
};

/// One object in the picture, and the cells of the nine-cell grid (indices into kGridWords) that it occupies.
struct PlacedConcept {
  ConceptId concept_id;
  Box box;
  std::vector<int> cells;
  bool operator==(const PlacedConcept&) const = default;
};
/// Boxes in pixels of a picture of `size`. `is_grid`: the question asked for cells, not for corners.
struct BoxesAnswer {
  ImageSize size;
  bool is_grid = false;
  std::vector<PlacedConcept> boxes;
  bool operator==(const BoxesAnswer&) const = default;
};

/// Instrument, verb, target. The target is empty for an idle instrument.
struct Triplet {
  ConceptId instrument;
  ConceptId verb;
  ConceptId target;
  auto operator<=>(const Triplet&) const = default;
};
struct TripletsAnswer {
  std::vector<Triplet> triplets;
  bool operator==(const TripletsAnswer&) const = default;
};

/// A concept and when it holds, in microseconds from the start of the clip, half-open.
struct ConceptSpan {
  ConceptId concept_id;
  TimeRange range;
  bool operator==(const ConceptSpan&) const = default;
};
struct SpansAnswer {
  std::vector<ConceptSpan> spans;
  bool operator==(const SpansAnswer&) const = default;
};

struct DurationAnswer {
  Microseconds duration = 0;
  bool operator==(const DurationAnswer&) const = default;
};

/// One criterion of a safety protocol: the majority, and the raters' mean where it is known.
struct CriterionMark {
  ConceptId criterion;
  bool holds = false;
  std::optional<double> mean;
  bool operator==(const CriterionMark&) const = default;
};
/// In the protocol's own order.
struct CriteriaAnswer {
  ConceptId protocol;
  std::vector<CriterionMark> criteria;
  bool operator==(const CriteriaAnswer&) const = default;
};

struct TextAnswer {
  std::string text;
  bool operator==(const TextAnswer&) const = default;
};

using AnswerValue =
    std::variant<ConceptsAnswer, BoxesAnswer, TripletsAnswer, SpansAnswer, DurationAnswer, CriteriaAnswer, TextAnswer>;

/// `value` is what was asked about. For a yes/no question `yes` says whether it holds; for a multiple choice `key` is
/// the letter of the right option.
struct Answer {
  AnswerValue value;
  std::optional<bool> yes;
  std::string key;

  AnswerShape shape() const;
  bool operator==(const Answer&) const = default;
};

/// Brings the parts that are sets into their one order: concepts and triplets sorted without repeats, boxes by concept
/// and corners, cells ascending, spans by time.
void make_canonical(Answer& answer);

/// {"shape":"concepts","concepts":["ins.hook"]}
/// {"shape":"boxes","width":854,"height":480,"grid":false,"boxes":[{"concept":"ins.hook","box":[1,2,3,4],"cells":[0]}]}
/// {"shape":"triplets","triplets":[["ins.hook","act.dissect","ana.cystic_duct"]]}
/// {"shape":"spans","spans":[{"concept":"act.clip","begin_us":0,"end_us":2000000}]}
/// {"shape":"duration","duration_us":10000000}
/// {"shape":"criteria","protocol":"prc.x","criteria":[{"criterion":"cri.x.1","holds":true,"mean":0.6666666666666666}]}
/// {"shape":"text","text":"..."}
/// each followed by "yes":true or "key":"B" where there is one. Makes the answer canonical first.
void append_json(Answer& answer, std::string& out);
std::string answer_json(Answer answer);
/// The reverse. kData, naming `where`, for anything that append_json cannot have written.
Result<Answer> answer_from_json(std::string_view json, std::string_view where);

/// The plain wording: "Yes"; "B"; "hook, grasper" or "none"; "hook [1, 2, 3, 4]" (whole pixels) or "hook: top-left";
/// "(hook, dissect, cystic duct)", "(bipolar forceps, idle)"; "0.0-2.0 s: clipping"; "1 min 20 s";
/// "Criterion 1: Yes. Criterion 2: No."; the text itself. Several items are joined by "; " except concepts (", "). A
/// concept that the ontology lacks is shown by its id.
std::string answer_text(const Answer& answer, const Ontology& ontology);

/// Whole seconds (half away from zero): "1 second", "10 seconds", from a minute on "1 min 20 s" and "2 min".
std::string duration_text(Microseconds duration);

/// JSON pieces written by hand where a document tree would cost too much.
void append_quoted_json(std::string_view text, std::string& out);
void append_number_json(double value, std::string& out);

}  // namespace surgsigma
