#include "surgsigma/simulate/operation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "surgsigma/simulate/layout.h"

namespace surgsigma {
namespace {

const Catalog& catalog() {
  static const Catalog loaded = [] {
    auto read = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
    EXPECT_TRUE(read) << to_string(read.error());
    return std::move(*read);
  }();
  return loaded;
}

const SourceCard& home_of(const Script& script) { return *catalog().source(SourceId(std::string(script.home))); }

std::vector<TripletWords> valid_of(const Script& script) {
  auto valid = valid_triplets(home_of(script));
  EXPECT_TRUE(valid);
  return *valid;
}

Operation operation(std::string_view name, int number, double scale = 1, std::uint64_t seed = 1) {
  const Script& script = *find_script(name);
  static std::map<std::string_view, std::vector<TripletWords>> valid;
  if (!valid.contains(script.name)) valid[script.name] = valid_of(script);
  return make_operation(script, valid[script.name], seed, "case:" + std::to_string(number), scale);
}

void expect_tiling(const std::vector<Span>& spans, Milliseconds begin, Milliseconds end) {
  ASSERT_FALSE(spans.empty());
  EXPECT_EQ(spans.front().begin, begin);
  EXPECT_EQ(spans.back().end, end);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    EXPECT_LT(spans[i].begin, spans[i].end);
    if (i > 0) {
      EXPECT_EQ(spans[i].begin, spans[i - 1].end);
    }
  }
}

TEST(Operation, PhasesAndStepsTileTheLabelledTime) {
  for (const Script& script : scripts()) {
    for (int number = 1; number <= 30; ++number) {
      for (const double scale : {1.0, 0.01}) {
        const Operation made = operation(script.name, number, scale);
        expect_tiling(made.phases, made.begin, made.end);
        if (!script.steps.empty()) expect_tiling(made.steps, made.begin, made.end);
      }
    }
  }
}

TEST(Operation, StepsBelongToThePhaseAroundThem) {
  for (const Script& script : scripts()) {
    const Operation made = operation(script.name, 3);
    for (const Span& step : made.steps) {
      const Span* phase = span_at(made.phases, step.begin);
      ASSERT_NE(phase, nullptr);
      const bool is_of_phase = std::any_of(script.steps.begin(), script.steps.end(), [&](const StepScript& row) {
        return row.word == step.word && row.phase == phase->word;
      });
      EXPECT_TRUE(is_of_phase) << step.word << " in " << phase->word;
    }
  }
}

TEST(Operation, EveryMandatoryPhaseTakesPlaceAndOptionalOnesAreSometimesMissing) {
  for (const Script& script : scripts()) {
    std::map<std::string_view, int> operations_with;
    constexpr int kCount = 60;
    for (int number = 1; number <= kCount; ++number) {
      std::map<std::string_view, int> visits;
      for (const Span& phase : operation(script.name, number).phases) ++visits[phase.word];
      for (const auto& [word, count] : visits) ++operations_with[word];
      for (const PhaseScript& phase : script.phases) {
        EXPECT_LE(visits[phase.word], phase.max_visits + 1) << phase.word;  // one more when nothing else was left
      }
    }
    bool is_any_missing = false;
    for (const PhaseScript& phase : script.phases) {
      if (phase.is_mandatory) {
        EXPECT_EQ(operations_with[phase.word], kCount) << phase.word;
      }
      EXPECT_GT(operations_with[phase.word], 0) << phase.word;
      is_any_missing = is_any_missing || operations_with[phase.word] < kCount;
    }
    EXPECT_TRUE(is_any_missing) << script.name;
  }
}

TEST(Operation, ScriptsUseOnlyWordsThatTheirHomeCardHas) {
  for (const Script& script : scripts()) {
    const Status status = check_script(script, home_of(script), valid_of(script));
    EXPECT_TRUE(status) << to_string(status.error());
  }
}

TEST(Operation, EveryActivityIsAValidTriplet) {
  const auto valid = valid_of(*find_script("cholecystectomy"));
  ASSERT_EQ(valid.size(), 100U);
  int idle = 0, all = 0;
  for (int number = 1; number <= 20; ++number) {
    for (const Activity& activity : operation("cholecystectomy", number).activities) {
      const bool is_valid = std::any_of(valid.begin(), valid.end(), [&](const TripletWords& triplet) {
        return triplet.instrument == activity.instrument && triplet.verb == activity.verb &&
               triplet.target == activity.target && triplet.is_idle == activity.is_idle;
      });
      EXPECT_TRUE(is_valid) << activity.instrument << "," << activity.verb << "," << activity.target;
      idle += activity.is_idle;
      ++all;
    }
  }
  EXPECT_GT(idle, all / 20);
  EXPECT_LT(idle, all / 4);
}

TEST(Operation, AScriptWithATripletThatTheCardDoesNotHaveIsRefused) {
  const Script& script = *find_script("cholecystectomy");
  auto valid = valid_of(script);
  std::erase_if(valid, [](const TripletWords& t) { return t.instrument == "clipper" && t.target == "cystic_duct"; });
  const Status status = check_script(script, home_of(script), valid);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kNotFound);
  EXPECT_NE(status.error().what.find("clipper,clip,cystic_duct"), std::string::npos) << status.error().what;
}

TEST(Operation, AHandHoldsOneInstrumentAndNothingIsSeenOutsideTheBody) {
  for (int number = 1; number <= 20; ++number) {
    const Operation made = operation("cholecystectomy", number);
    std::map<int, Milliseconds> busy_until;
    Milliseconds last_begin = 0;
    for (const Activity& activity : made.activities) {
      EXPECT_LT(activity.begin, activity.end);
      EXPECT_GE(activity.begin, last_begin);
      last_begin = activity.begin;
      EXPECT_GE(activity.begin, busy_until[activity.lane]);
      busy_until[activity.lane] = activity.end;
      for (const Span& outside : made.out_of_body) {
        EXPECT_TRUE(activity.end <= outside.begin || activity.begin >= outside.end);
      }
    }
  }
}

TEST(Operation, OverlaysLieApartAndInsideOnePhase) {
  int seen = 0;
  for (int number = 1; number <= 10; ++number) {
    const Operation made = operation("bypass", number);
    for (const auto* list : {&made.out_of_body, &made.adverse_events}) {
      Milliseconds last = made.begin;
      for (const Span& span : *list) {
        EXPECT_GE(span.begin, last);
        last = span.end;
        const Span* phase = span_at(made.phases, span.begin);
        ASSERT_NE(phase, nullptr);
        EXPECT_LE(span.end, phase->end);
        ++seen;
      }
    }
  }
  EXPECT_GT(seen, 20);
}

TEST(Operation, CriteriaBecomeTrueInOrderAndRatersDisagreeSometimes) {
  int votes = 0, off = 0, all_met = 0, none_met = 0;
  for (int number = 1; number <= 200; ++number) {
    const Operation made = operation("cholecystectomy", number);
    ASSERT_EQ(made.criteria.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      const CriterionCourse& course = made.criteria[i];
      ASSERT_EQ(course.raters.size(), 3U);
      if (i > 0 && course.met) {
        ASSERT_TRUE(made.criteria[i - 1].met);
        EXPECT_LE(*made.criteria[i - 1].met, *course.met);
      }
      for (const auto& rater : course.raters) {
        ++votes;
        off += rater.has_value() != course.met.has_value();
      }
    }
    all_met += made.criteria[2].met.has_value();
    none_met += !made.criteria[0].met.has_value();
  }
  EXPECT_GT(off, votes / 50);
  EXPECT_LT(off, votes / 5);
  EXPECT_GT(all_met, 40);
  EXPECT_GT(none_met, 10);
}

TEST(Operation, BoxesStayInThePictureAndMoveSmoothly) {
  for (const Activity& activity : operation("cholecystectomy", 4).activities) {
    for (Milliseconds t = activity.begin; t < activity.end; t += 200) {
      const RelativeBox now = activity.path.at(t);
      const RelativeBox next = activity.path.at(t + 200);
      EXPECT_GE(now.x, 0);
      EXPECT_GE(now.y, 0);
      EXPECT_LE(now.x + now.width, 1 + 1e-12);
      EXPECT_LE(now.y + now.height, 1 + 1e-12);
      EXPECT_GT(now.width, 0.02);
      EXPECT_GT(now.height, 0.02);
      EXPECT_LT(std::abs(next.x - now.x), 0.03);
      EXPECT_LT(std::abs(next.y - now.y), 0.03);
    }
  }
}

TEST(Operation, TheSameCaseIsTheSameOperationAndAnotherSeedAnother) {
  EXPECT_EQ(operation("bypass", 5).phases, operation("bypass", 5).phases);
  EXPECT_NE(operation("bypass", 5).phases, operation("bypass", 6).phases);
  EXPECT_NE(operation("bypass", 5).phases, operation("bypass", 5, 1, 2).phases);
}

TEST(Operation, LengthsAreThoseOfRealOperationsAndScaleWithTheFactor) {
  const auto median_minutes = [](std::string_view name, double scale) {
    std::vector<double> minutes;
    for (int number = 1; number <= 101; ++number) {
      minutes.push_back(static_cast<double>(operation(name, number, scale).end) / 60000);
    }
    std::sort(minutes.begin(), minutes.end());
    return minutes[50];
  };
  EXPECT_GT(median_minutes("cholecystectomy", 1), 25);
  EXPECT_LT(median_minutes("cholecystectomy", 1), 45);
  EXPECT_GT(median_minutes("bypass", 1), 75);
  EXPECT_LT(median_minutes("bypass", 1), 120);
  EXPECT_GT(median_minutes("suturing", 1), 3);
  EXPECT_LT(median_minutes("suturing", 1), 8);
  EXPECT_NEAR(median_minutes("bypass", 0.1) / median_minutes("bypass", 1), 0.1, 0.01);
}

TEST(Operation, TwoInstrumentsAtOnceAreCommonAndThreeAreRare) {
  std::map<std::size_t, int> seconds_with;
  int all = 0;
  for (int number = 1; number <= 20; ++number) {
    const Operation made = operation("cholecystectomy", number);
    ActivitySweep sweep(made.activities);
    for (Milliseconds t = 0; t < made.end; t += 1000, ++all) ++seconds_with[sweep.at(t).size()];
  }
  EXPECT_GT(seconds_with[2] + seconds_with[3], all / 3);
  EXPECT_GT(seconds_with[3], 0);
  EXPECT_LT(seconds_with[3], all / 4);
  EXPECT_GT(seconds_with[0], all / 100);
  EXPECT_EQ(seconds_with.rbegin()->first, 3U);
}

TEST(Operation, SweepsFindWhatASearchFinds) {
  const Operation made = operation("bypass", 2);
  SpanSweep sweep(made.out_of_body);
  for (Milliseconds t = made.begin; t < made.end; t += 777) EXPECT_EQ(sweep.at(t), span_at(made.out_of_body, t));
  EXPECT_EQ(span_at(made.phases, made.begin - 1), nullptr);
  EXPECT_EQ(span_at(made.phases, made.end), nullptr);
  EXPECT_EQ(span_at({}, 0), nullptr);
}

TEST(Numbers, AreWrittenAsPythonWritesThem) {
  std::string text;
  append_float(text, 1);
  text += ' ';
  append_float(text, 1.0 / 3);
  text += ' ';
  append_rounded(text, 2.0 / 3, 3);
  text += ' ';
  append_padded(text, 642, 9);
  text += ' ';
  append_json(text, "a\"b\\c");
  EXPECT_EQ(text, "1.0 0.3333333333333333 0.667 000000642 \"a\\\"b\\\\c\"");
}

}  // namespace
}  // namespace surgsigma
