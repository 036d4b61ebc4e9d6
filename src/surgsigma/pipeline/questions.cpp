#include "surgsigma/pipeline/questions.h"

#include <algorithm>
#include <set>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/text.h"
#include "surgsigma/eval/judged.h"
#include "surgsigma/eval/pixel_pairs.h"
#include "surgsigma/eval/suite_folder.h"
#include "surgsigma/pipeline/pixel_questions.h"
#include "surgsigma/pipeline/question_records.h"
#include "surgsigma/store/engine.h"

namespace surgsigma {
namespace {

constexpr int kPriorAnswers = 2000;  // per source and form: enough to draw from, little to keep

ExportOptions export_of_questions(const Suite& suite, const SuiteTest& test, const QuestionOptions& options) {
  ExportOptions wished = export_of_test(suite, test, options);
  wished.format = "questions";
  wished.profile = suite.profile;
  wished.media_root = options.media_root;
  wished.media.is_wanted = options.has_media;
  if (!options.has_media) wished.media.long_side.reset();
  return wished;
}

/// Sources of the test that are there, narrowed to those it names.
std::string condition(const SuiteTest& test, const std::string& table = "") {
  std::string where = table + "task = " + sql_quoted(test.task);
  if (test.sources.empty()) return where;
  std::vector<std::string> sources;
  for (const std::string& source : test.sources) sources.push_back(sql_quoted(source));
  return where + " AND " + table + "source_id IN (" + join(sources, ", ") + ")";
}

Status add_ids(Engine& engine, const std::string& sql, std::vector<ConceptId> SourceVocabulary::*list,
               TestFacts& facts) {
  SURGSIGMA_TRY(table, engine.query(sql, 10'000'000));
  for (const auto& row : table.rows) {
    auto& ids = facts.vocabularies[row[0].value_or("")].*list;
    if (!row[1].value_or("").empty()) ids.emplace_back(*row[1]);
  }
  return done();
}

/// What the answers of a source name, in all parts: the classes of its labels.
Status read_vocabularies(Engine& engine, const SuiteTest& test, const Catalog& catalog, TestFacts& facts) {
  const auto task =
      std::find_if(catalog.tasks.begin(), catalog.tasks.end(), [&](const Task& one) { return one.id == test.task; });
  const std::string from = " FROM conversations WHERE " + condition(test) + ") ORDER BY ALL";
  if (task->shape == AnswerShape::kTriplets) {
    const std::array<std::vector<ConceptId> SourceVocabulary::*, 3> lists = {
        &SourceVocabulary::concepts, &SourceVocabulary::verbs, &SourceVocabulary::targets};
    for (std::size_t i = 0; i < lists.size(); ++i) {
      const std::string group = std::to_string(i + 1);
      SURGSIGMA_CHECK(add_ids(engine,
                              "SELECT DISTINCT source_id, id FROM (SELECT source_id, unnest(regexp_extract_all(answer, "
                              "'\\[\"([^\"]*)\",\"([^\"]*)\",\"([^\"]*)\"\\]', " +
                                  group + ")) AS id" + from,
                              lists[i], facts));
    }
    return done();
  }
  std::string_view pattern;
  if (task->shape == AnswerShape::kConcepts) pattern = "\"([a-z]+\\.[a-z0-9_.]+)\"";
  if (task->shape == AnswerShape::kBoxes || task->shape == AnswerShape::kSpans) pattern = "\"concept\":\"([^\"]*)\"";
  if (pattern.empty()) return done();
  return add_ids(engine,
                 "SELECT DISTINCT source_id, id FROM (SELECT source_id, unnest(regexp_extract_all(answer, '" +
                     std::string(pattern) + "', 1)) AS id" + from,
                 &SourceVocabulary::concepts, facts);
}

/// The answers of the training part; where more differ than are kept, the frequent ones, then any by their hash.
Result<std::vector<PriorAnswer>> read_priors(Engine& engine, const SuiteTest& test) {
  SURGSIGMA_TRY(
      table, engine.query(
                 "SELECT source_id, form, answer, n FROM (SELECT c.source_id, c.form, c.answer, count(*) AS n FROM "
                 "conversations c JOIN splits s ON s.source_id = c.source_id AND s.case_id = c.case_id WHERE s.scheme "
                 "= " +
                     sql_quoted(test.split) + " AND s.part = 'train' AND " + condition(test, "c.") +
                     " GROUP BY ALL) QUALIFY row_number() OVER (PARTITION BY source_id, form ORDER BY n DESC, "
                     "md5(answer), answer) <= " +
                     std::to_string(kPriorAnswers) + " ORDER BY source_id, form, n DESC, answer",
                 10'000'000));
  std::vector<PriorAnswer> priors;
  for (const auto& row : table.rows) {
    PriorAnswer prior;
    prior.source = row[0].value_or("");
    const auto form = from_word<Form>(row[1].value_or(""));
    if (!form) return Error{ErrorKind::kData, "unknown form " + quoted(row[1].value_or("")), "conversations", ""};
    prior.form = *form;
    SURGSIGMA_TRY(answer, answer_from_json(row[2].value_or(""), "conversations"));
    prior.answer = std::move(answer);
    prior.count = parse_int(row[3].value_or("")).value_or(0);
    priors.push_back(std::move(prior));
  }
  return priors;
}

Status write_facts(const TestFacts& facts, const fs::path& folder) {
  SURGSIGMA_CHECK(write_file(folder / "vocabulary.json", vocabulary_json(facts).dump(2) + "\n"));
  std::string lines;
  for (const PriorAnswer& prior : facts.priors) lines += to_text(prior_json(prior)) + "\n";
  return write_file(folder / "priors.jsonl", lines);
}

/// Why no operation of the test's sources is in its parts; empty: some are, or the scheme is unknown, which export
/// says.
Result<std::string> why_no_operation(Engine& engine, const SuiteTest& test) {
  std::vector<std::string> parts;
  for (const std::string& part : test.parts) parts.push_back(sql_quoted(part));
  SURGSIGMA_TRY(table, engine.query("SELECT (SELECT count(*) FROM splits WHERE scheme = " + sql_quoted(test.split) +
                                        "), (SELECT count(*) FROM conversations c JOIN splits s ON s.source_id = "
                                        "c.source_id AND s.case_id = c.case_id WHERE s.scheme = " +
                                        sql_quoted(test.split) + " AND s.part IN (" + join(parts, ", ") + ") AND " +
                                        condition(test, "c.") + ")",
                                    1));
  const bool is_known = table.rows[0][0].value_or("0") != "0";
  if (!is_known || parts.empty() || table.rows[0][1].value_or("0") != "0") return std::string();
  return "no operation" + (test.sources.empty() ? "" : " of " + join(test.sources, ", ")) + " is in the part " +
         join(test.parts, ", ") + " of the split " + test.split;
}

/// The files of the parts as one: scoring reads questions.jsonl.
Status join_parts(const SuiteTest& test, const fs::path& folder) {
  std::string all;
  for (const std::string& part : test.parts) {
    const fs::path file = folder / (part + ".jsonl");
    std::error_code code;
    if (!fs::exists(file, code)) continue;
    SURGSIGMA_TRY(text, read_file(file));
    all += text;
  }
  return write_file(folder / "questions.jsonl", all);
}

/// Beside every score of the test: what its questions told the model.
std::string style_note(const std::string& style) {
  if (style == "sequential") return "Asked one after another: instruments, verbs, targets. ";
  if (style == "sequential_gt") {
    return "An ablation: the true instrument and verb stand in the questions, so that the score is no measure of "
           "recognition. ";
  }
  return "";
}

Json suite_json(const Suite& suite, const std::vector<MadeTest>& made, const Database& database,
                const QuestionOptions& options, const std::string& tree_hash) {
  Json tests = Json::array();
  for (const MadeTest& one : made) {
    const SuiteTest& test = *suite.find(one.test);
    Json published = Json::array();
    for (const PublishedScore& score : test.published) {
      published.push_back({{"model", score.model},
                           {"protocol", score.protocol},
                           {"value", score.value},
                           {"unit", score.unit},
                           {"cite", score.cite}});
    }
    tests.push_back(
        {{"id", test.id},
         {"name", test.name},
         {"task", test.task},
         {"primary", test.primary},
         {"style", test.style},
         {"note", style_note(test.style) + test.note + (test.note.empty() || one.note.empty() ? "" : " ") + one.note},
         {"split", test.split},
         {"parts", test.parts},
         {"questions", one.questions},
         {"left_out", one.left_out},
         {"answered_by", pixel_family(test.task) ? "pixels" : "words"},
         {"published", published}});
  }
  return {{"suite", suite.id},
          {"name", suite.name},
          {"description", suite.description},
          {"cite", suite.citation},
          {"matches", suite.matches},
          {"arena", suite.arena},
          {"arena_sum", suite.has_arena_sum},
          {"profile", suite.profile},
          {"seed", suite.seed},
          {"long_side", suite.long_side ? Json(*suite.long_side) : Json()},
          {"tool", options.tool_version},
          {"database", tree_hash},
          {"database_seed", database.manifest().seed},
          {"tests", tests}};
}

}  // namespace

ExportOptions export_of_test(const Suite& suite, const SuiteTest& test, const QuestionOptions& options) {
  ExportOptions wished;
  wished.out = options.out / test.id;
  wished.tasks = {test.task};
  wished.sources = test.sources;
  wished.split = test.split;
  wished.parts = test.parts;
  for (const Form form : test.forms) wished.forms.emplace_back(word(form));
  wished.cap = test.questions;
  wished.is_balanced = test.is_balanced;
  wished.seed = suite.seed;
  wished.purpose = options.purpose;
  wished.allows_mixed = options.allows_mixed;
  wished.media.long_side = suite.long_side;
  wished.jobs = options.jobs;
  wished.is_quiet = options.is_quiet;
  wished.tool_version = options.tool_version;
  return wished;
}

Result<std::vector<MadeTest>> make_questions(const Database& database, const Catalog& catalog, const Suite& suite,
                                             const QuestionOptions& options) {
  SURGSIGMA_CHECK(check_new_folder(options.out));
  std::error_code code;
  fs::create_directories(options.out, code);
  if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), options.out.string(), ""};
  SURGSIGMA_TRY(engine, database.engine_with_views(options.jobs));
  std::vector<MadeTest> made;
  std::int64_t questions = 0;
  for (const SuiteTest& test : suite.tests) {
    MadeTest one{test.id, 0, test.unavailable, {}, ""};
    if (!one.left_out.empty()) {
      made.push_back(std::move(one));
      continue;
    }
    if (pixel_family(test.task)) {
      SURGSIGMA_TRY(pixels, make_pixel_test(database, catalog, suite, test, options, *engine));
      questions += pixels.questions;
      made.push_back(std::move(pixels));
      continue;
    }
    SURGSIGMA_TRY(narrowed, present_sources(*engine, "conversations", test, one));
    if (!one.left_out.empty()) {
      made.push_back(std::move(one));
      continue;
    }
    SURGSIGMA_TRY(why_none, why_no_operation(*engine, narrowed));
    if (!why_none.empty()) {
      one.left_out = std::move(why_none);
      made.push_back(std::move(one));
      continue;
    }
    auto report = export_conversations(database, catalog, export_of_questions(suite, narrowed, options));
    if (!report) {
      if (!selects_nothing(report.error())) return report.error();
      one.left_out = report.error().what;
      made.push_back(std::move(one));
      continue;
    }
    one.questions = report->rows_total;
    questions += one.questions;
    one.remarks.insert(one.remarks.end(), report->remarks.begin(), report->remarks.end());
    TestFacts facts;
    facts.profile = suite.profile;
    SURGSIGMA_CHECK(read_vocabularies(*engine, narrowed, catalog, facts));
    SURGSIGMA_TRY(priors, read_priors(*engine, narrowed));
    facts.priors = std::move(priors);
    if (facts.priors.empty()) one.remarks.emplace_back("no training part: there are no baselines but blind ones");
    SURGSIGMA_CHECK(write_facts(facts, options.out / test.id));
    SURGSIGMA_CHECK(join_parts(narrowed, options.out / test.id));
    SURGSIGMA_CHECK(
        write_question_records(database, catalog, engine, condition(narrowed), options.out / test.id, one.remarks));
    made.push_back(std::move(one));
  }
  if (questions == 0) {
    std::vector<std::string> why;
    for (const MadeTest& one : made) why.push_back(one.test + ": " + one.left_out);
    return Error{ErrorKind::kData, "the suite selects nothing", "eval", join(why, "; ")};
  }
  SURGSIGMA_TRY(tree_hash, database.tree_hash());
  SURGSIGMA_CHECK(
      write_file(options.out / "suite.json", suite_json(suite, made, database, options, tree_hash).dump(2) + "\n"));
  return made;
}

}  // namespace surgsigma
