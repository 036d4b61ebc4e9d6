#include "surgsigma/pipeline/report.h"

#include <algorithm>

#include "surgsigma/base/text.h"
#include "surgsigma/base/time.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {
namespace {

std::string cell(const QueryTable& table, std::size_t row, std::size_t column) {
  return table.rows[row][column].value_or("");
}

Result<Report> titled(const std::shared_ptr<Engine>& engine, std::string title, const std::string& sql) {
  SURGSIGMA_TRY(table, engine->query(sql));
  return Report{std::move(title), std::move(table), ""};
}

/// One check as SQL: counts the violations and shows one.
struct CheckRow {
  const char* name;
  const char* meaning;
  const char* sql;  ///< selects one text column: an example per violation
};

constexpr CheckRow kChecks[] = {
    {"row_account", "every row of every label file became a record or an issue",
     "SELECT source_id || '/' || path || ': ' || rows || ' rows, ' || recorded_rows || ' records, ' || issue_rows || ' "
     "issues' FROM files WHERE rows <> recorded_rows + issue_rows"},
    {"record_rows", "records account for exactly the recorded rows of their file",
     "SELECT f.source_id || '/' || f.path FROM files f LEFT JOIN (SELECT split_part(video_id, '/', 1) AS source, file, "
     "sum(rows) AS n FROM raw_annotations GROUP BY ALL) r ON r.source = f.source_id AND r.file = f.path "
     "WHERE coalesce(r.n, 0) > f.recorded_rows"},
    {"record_video", "every record belongs to a video",
     "SELECT a.video_id || '#' || a.ordinal FROM raw_annotations a ANTI JOIN videos v USING (video_id)"},
    {"record_unique", "record ids are unique",
     "SELECT video_id || '#' || ordinal FROM raw_annotations GROUP BY video_id, ordinal HAVING count(*) > 1"},
    {"refined_all", "every raw record has its refined record",
     "SELECT coalesce(a.video_id, r.video_id) || '#' || coalesce(a.ordinal, r.ordinal) FROM raw_annotations r "
     "FULL JOIN annotations a ON a.video_id = r.video_id AND a.ordinal = r.ordinal "
     "WHERE a.video_id IS NULL OR r.video_id IS NULL"},
    {"record_time", "records lie inside their video and end after they begin",
     "SELECT a.video_id || '#' || a.ordinal FROM annotations a JOIN videos v USING (video_id) WHERE a.rejected = '' "
     "AND "
     "(a.begin_us < 0 OR a.end_us <= a.begin_us OR (v.duration_us IS NOT NULL AND a.end_us > v.duration_us))"},
    {"record_box", "boxes have an area and lie inside the frame",
     "SELECT video_id || '#' || ordinal FROM annotations WHERE rejected = '' AND x1 IS NOT NULL AND (x2 <= x1 OR y2 <= "
     "y1 "
     "OR x1 < 0 OR y1 < 0 OR (width IS NOT NULL AND x2 > width) OR (height IS NOT NULL AND y2 > height))"},
    {"record_concepts", "records in use have a concept for every label",
     "SELECT video_id || '#' || ordinal FROM annotations WHERE rejected = '' AND kind <> 'qa' AND len(labels) <> "
     "len(concepts)"},
    {"video_case", "every video shows a known case",
     "SELECT v.video_id FROM videos v ANTI JOIN cases c USING (case_id)"},
    {"one_part", "a case, and its overlap group, is in one part of a scheme",
     "SELECT scheme || ': ' || overlap_group FROM splits WHERE part <> 'out' AND scheme = 'strict' GROUP BY scheme, "
     "overlap_group HAVING count(DISTINCT part) > 1"},
    {"every_case_split", "every case has a part in the strict scheme",
     "SELECT case_id FROM cases c ANTI JOIN (SELECT case_id FROM splits WHERE scheme = 'strict') s USING (case_id)"},
    {"context_records", "contexts name records of their video",
     "SELECT context_id FROM (SELECT context_id, video_id, unnest(ordinals) AS ordinal FROM contexts) c ANTI JOIN "
     "annotations a ON a.video_id = c.video_id AND a.ordinal = c.ordinal"},
    {"reasoning_verdict", "every kept chain was accepted by the checker",
     "SELECT reasoning_id || ': ' || verdict FROM reasoning WHERE verdict <> 'accepted'"},
    {"conversation_records", "conversations rest on records",
     "SELECT conversation_id FROM conversations WHERE len(ordinals) = 0"},
    {"conversation_unique", "conversation ids are unique",
     "SELECT conversation_id FROM conversations GROUP BY conversation_id HAVING count(*) > 1"},
    {"conversation_turns", "turns alternate and none is empty",
     "SELECT conversation_id FROM conversations WHERE len(turns) % 2 <> 0 OR len(turns) = 0 OR "
     "len(list_filter(turns, t -> trim(t) = '')) > 0"},
    {"conversation_reasoning", "reasoning named by a conversation exists and was accepted",
     "SELECT c.conversation_id FROM conversations c ANTI JOIN (SELECT reasoning_id FROM reasoning WHERE verdict = "
     "'accepted') r USING (reasoning_id) WHERE c.reasoning_id <> ''"},
    {"conversation_case", "the case of a conversation is the case of its video",
     "SELECT c.conversation_id FROM conversations c JOIN videos v USING (video_id) WHERE c.case_id <> v.case_id"},
    {"no_future", "the input of a prediction ends before the end of its video's labels",
     "SELECT c.conversation_id FROM conversations c JOIN videos v USING (video_id) WHERE c.task IN "
     "('action_remaining', "
     "'next_action') AND c.end_us >= v.duration_us"},
};

void add_step(std::vector<TraceStep>& steps, int depth, std::string kind, std::string id, std::string text,
              std::string where = "") {
  steps.push_back({depth, std::move(kind), std::move(id), std::move(text), std::move(where)});
}

/// The records of a video, with the file and line they come from.
Status trace_records(const std::shared_ptr<Engine>& engine, const std::string& video, const std::string& ordinals,
                     int depth, std::vector<TraceStep>& steps) {
  SURGSIGMA_TRY(rows, engine->query("SELECT r.video_id || '#' || r.ordinal, r.kind, r.labels, coalesce(a.concepts, "
                                    "[]), r.begin_us, r.end_us, r.state, "
                                    "coalesce(a.rejected, ''), r.file, r.line, r.rows, r.value FROM raw_annotations r "
                                    "LEFT JOIN annotations a ON a.video_id = "
                                    "r.video_id AND a.ordinal = r.ordinal WHERE r.video_id = " +
                                    sql_quoted(video) + " AND r.ordinal IN (" + ordinals + ") ORDER BY r.ordinal"));
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    std::string text = cell(rows, i, 1) + " " + cell(rows, i, 2) + " = " + cell(rows, i, 3) + ", " +
                       clock_text(parse_int(cell(rows, i, 4)).value_or(0)) + " to " +
                       clock_text(parse_int(cell(rows, i, 5)).value_or(0));
    if (cell(rows, i, 6) != "present") text += ", " + cell(rows, i, 6);
    if (!cell(rows, i, 11).empty()) text += ", value " + cell(rows, i, 11);
    if (!cell(rows, i, 7).empty()) text += ", rejected: " + cell(rows, i, 7);
    const std::int64_t line = parse_int(cell(rows, i, 9)).value_or(0);
    const std::int64_t count = parse_int(cell(rows, i, 10)).value_or(1);
    std::string where = cell(rows, i, 8) + ":" + std::to_string(line);
    if (count > 1) where += "-" + std::to_string(line + count - 1);
    add_step(steps, depth, "record", cell(rows, i, 0), std::move(text), std::move(where));
  }
  return done();
}

Status trace_video(const std::shared_ptr<Engine>& engine, const std::string& video, int depth,
                   std::vector<TraceStep>& steps) {
  SURGSIGMA_TRY(rows, engine->query("SELECT v.video_id, v.case_id, s.name, s.licence_id, s.terms, s.is_simulated, "
                                    "(SELECT string_agg(scheme || ' = ' || "
                                    "part, ', ' ORDER BY scheme) FROM splits p WHERE p.case_id = v.case_id AND "
                                    "p.source_id = v.source_id) FROM videos v JOIN sources s USING "
                                    "(source_id) WHERE v.video_id = " +
                                    sql_quoted(video)));
  if (rows.rows.empty()) return done();
  add_step(steps, depth, "video", cell(rows, 0, 0), "of case " + cell(rows, 0, 1) + "; " + cell(rows, 0, 6));
  add_step(steps, depth, "source", cell(rows, 0, 2),
           cell(rows, 0, 3) + " " + cell(rows, 0, 4) + (cell(rows, 0, 5) == "true" ? ", simulated" : ""));
  return done();
}

/// What the tasks count: conversations, and pairs for the tasks of pixels.
constexpr std::string_view kSamples =
    "(SELECT task, source_id, case_id, video_id, reasoning_id FROM conversations UNION ALL "
    "SELECT task, source_id, case_id, video_id, '' FROM pairs) AS samples";

/// One row per source with pixels: which share of the measured time each reason marks, and of the sampled frames any.
Result<Report> marks_by_source(const std::shared_ptr<Engine>& engine) {
  SURGSIGMA_TRY(reasons, engine->query("SELECT DISTINCT reason FROM marks ORDER BY 1"));
  std::string columns;
  for (std::size_t i = 0; i < reasons.rows.size(); ++i) {
    const std::string reason = cell(reasons, i, 0);
    columns +=
        ", coalesce(round(100.0 * (SELECT sum(end_us - begin_us) FROM marks JOIN videos USING (video_id) WHERE "
        "source_id = m.source_id AND reason = " +
        sql_quoted(reason) + ") / nullif(us, 0), 1), 0) AS \"" + reason + "\"";
  }
  SURGSIGMA_TRY(
      report,
      titled(
          engine, "Marked by source (percent of the measured time)",
          "WITH m AS (SELECT source_id, count(*) AS videos, sum(media.duration_us) AS us FROM media JOIN videos "
          "USING (video_id) GROUP BY 1), f AS (SELECT v.source_id, count(*) AS frames, count(*) FILTER (EXISTS "
          "(SELECT 1 FROM marks k WHERE k.video_id = f.video_id AND k.begin_us <= f.time_us AND f.time_us < "
          "k.end_us)) AS marked FROM frames f JOIN videos v USING (video_id) GROUP BY 1) "
          "SELECT source_id AS source, videos AS \"videos with pixels\", round(us / 3.6e9, 2) AS \"measured hours\", "
          "round(100.0 * marked / nullif(frames, 0), 1) AS \"any mark\"" +
              columns + " FROM m LEFT JOIN f USING (source_id) ORDER BY source_id"));
  report.remark = "nothing is deleted; `any mark` counts sampled frames, a frame may carry several marks";
  return report;
}

/// Issues, and marks as such: one per recording and reason.
constexpr std::string_view kIssuesAndMarks =
    "(SELECT * FROM issues UNION ALL BY NAME "
    "SELECT v.source_id, v.unit, 'measure' AS stage, 'marked_' || k.reason AS rule, 'info' AS severity, k.video_id, "
    "m.path AS file, 0 AS line, round(100.0 * sum(k.end_us - k.begin_us) / nullif(any_value(m.duration_us), 0), 1) || "
    "' % of ' || k.video_id AS value, 'the share of the recording that is marked as ' || k.reason AS message, "
    "round(100.0 * sum(sum(k.end_us - k.begin_us)) OVER (PARTITION BY v.source_id, k.reason) / nullif((SELECT "
    "sum(a.duration_us) FROM media a JOIN videos b USING (video_id) WHERE b.source_id = v.source_id), 0), 1) || "
    "' % of the measured time of the source; nothing is deleted, the table marks has the stretches' AS hint, 0 AS rows "
    "FROM marks k JOIN videos v USING (video_id) JOIN media m USING (video_id) "
    "GROUP BY v.source_id, v.unit, k.reason, k.video_id, m.path) AS issues";

std::string list_inside(std::string text) {
  // "[3, 5]" -> "3, 5"; an empty list becomes -1, which no record has.
  if (text.size() >= 2 && text.front() == '[') text = text.substr(1, text.size() - 2);
  return text.empty() ? "-1" : text;
}

}  // namespace

Result<std::vector<Report>> stats(const Database& database, const Catalog& catalog, const std::string& scheme) {
  SURGSIGMA_TRY(engine, database.engine_with_views());
  std::vector<Report> reports;
  SURGSIGMA_TRY(
      sources,
      titled(
          engine, "Sources",
          "WITH v AS (SELECT source_id, count(*) AS videos, count(DISTINCT case_id) AS patients, "
          "sum(duration_us) / 3.6e9 AS hours FROM videos GROUP BY 1), "
          "r AS (SELECT split_part(video_id, '/', 1) AS source_id, count(*) AS records FROM annotations GROUP BY 1), "
          "c AS (SELECT source_id, count(*) AS conversations, count(*) FILTER (reasoning_id <> '') AS with_reasoning "
          "FROM "
          "conversations GROUP BY 1), "
          "p AS (SELECT source_id, count(*) AS pairs FROM pairs GROUP BY 1), "
          "i AS (SELECT source_id, count(*) FILTER (severity = 'error') AS errors, count(*) FILTER (severity = "
          "'warning') AS "
          "warnings FROM issues GROUP BY 1), "
          "t AS (SELECT s.source_id || CASE WHEN s.is_simulated THEN ' (simulated)' ELSE '' END AS source, "
          "coalesce(videos, 0) AS videos, coalesce(patients, 0) AS patients, coalesce(hours, 0) AS hours, "
          "coalesce(records, 0) "
          "AS records, coalesce(conversations, 0) AS conversations, coalesce(pairs, 0) AS pairs, "
          "coalesce(with_reasoning, 0) AS with_reasoning, "
          "coalesce(errors, 0) AS errors, coalesce(warnings, 0) AS warnings, s.licence_id AS licence FROM sources s "
          "LEFT JOIN "
          "v USING (source_id) LEFT JOIN r USING (source_id) LEFT JOIN c USING (source_id) LEFT JOIN p USING "
          "(source_id) LEFT JOIN i USING (source_id)) "
          "SELECT source, videos, patients, round(hours, 1) AS hours, records, conversations, pairs, with_reasoning, "
          "errors, "
          "warnings, licence FROM (SELECT 0 AS last, * FROM t UNION ALL SELECT 1, 'total', sum(videos), (SELECT "
          "count(DISTINCT case_id) FROM videos), sum(hours), sum(records), sum(conversations), sum(pairs), "
          "sum(with_reasoning), "
          "sum(errors), sum(warnings), '' FROM t) ORDER BY last, source"));
  sources.remark = "patients are counted once in the total where sources share them";
  reports.push_back(std::move(sources));

  std::string task_rows;
  for (const Task& task : catalog.tasks) {
    task_rows += (task_rows.empty() ? "(" : ", (") + std::to_string(task.number) + ", " + sql_quoted(task.id) + ", " +
                 (task.needs_pixels ? "true" : "false") + ")";
  }
  const std::string tasks = "(VALUES " + task_rows + ") AS t(number, task, needs_pixels)";
  SURGSIGMA_TRY(by_part,
                titled(engine, "Tasks by part (" + scheme + " split)",
                       "WITH p AS (SELECT source_id, case_id, part FROM splits WHERE scheme = " + sql_quoted(scheme) +
                           "), "
                           "c AS (SELECT task, coalesce(part, 'none') AS part, case_id, video_id, reasoning_id FROM " +
                           std::string(kSamples) +
                           " LEFT JOIN p USING (source_id, case_id)) "
                           "SELECT t.task, count(c.task) FILTER (part = 'train') AS train, count(c.task) FILTER (part "
                           "= 'val') AS val, "
                           "count(c.task) FILTER (part = 'test') AS test, count(c.task) FILTER (part NOT IN ('train', "
                           "'val', 'test')) AS other, "
                           "count(c.task) AS total, count(*) FILTER (reasoning_id <> '') AS with_reasoning, "
                           "count(DISTINCT video_id) AS videos, "
                           "count(DISTINCT case_id) AS patients, CASE WHEN any_value(needs_pixels) THEN 'pairs' "
                           "ELSE 'conversations' END AS unit "
                           "FROM " +
                           tasks + " LEFT JOIN c USING (task) GROUP BY t.task, number ORDER BY number"));
  reports.push_back(std::move(by_part));

  SURGSIGMA_TRY(names, engine->query("SELECT DISTINCT source_id FROM " + std::string(kSamples) + " ORDER BY 1"));
  if (!names.rows.empty()) {
    std::string columns;
    for (std::size_t i = 0; i < names.rows.size(); ++i) {
      columns +=
          ", count(*) FILTER (source_id = " + sql_quoted(cell(names, i, 0)) + ") AS \"" + cell(names, i, 0) + "\"";
    }
    SURGSIGMA_TRY(by_source, titled(engine, "Tasks by source",
                                    "SELECT task" + columns + " FROM " + std::string(kSamples) + " JOIN " + tasks +
                                        " USING (task) GROUP BY task, number ORDER BY "
                                        "number"));
    reports.push_back(std::move(by_source));
  }
  SURGSIGMA_TRY(marks, marks_by_source(engine));
  if (!marks.table.rows.empty()) reports.push_back(std::move(marks));
  SURGSIGMA_TRY(matches, titled(engine, "Recordings under two names",
                                "SELECT video_id AS video, strftime(make_timestamp(begin_us), '%H:%M:%S') AS \"from\", "
                                "strftime(make_timestamp(end_us), '%H:%M:%S') AS \"to\", other_video_id AS shows, "
                                "strftime(make_timestamp(other_begin_us), '%H:%M:%S') AS \"its from\", "
                                "strftime(make_timestamp(other_end_us), '%H:%M:%S') AS \"its to\", "
                                "round(share, 2) AS alike, samples FROM matches "
                                "ORDER BY video_id, begin_us, other_video_id"));
  if (!matches.table.rows.empty()) {
    matches.remark = "found by the look of their pictures; both sides are in one overlap group";
    reports.push_back(std::move(matches));
  }
  return reports;
}

Result<Report> issue_report(const Database& database, const IssueFilter& filter) {
  SURGSIGMA_TRY(engine, database.engine_with_views());
  std::string where = "true";
  if (!filter.source.empty()) where += " AND source_id = " + sql_quoted(filter.source);
  if (!filter.rule.empty()) where += " AND rule = " + sql_quoted(filter.rule);
  if (!filter.severity.empty()) where += " AND severity = " + sql_quoted(filter.severity);
  if (filter.is_listed) {
    return titled(
        engine, "Issues",
        "SELECT severity, source_id AS source, stage, rule, file || CASE WHEN line > 0 THEN ':' || line ELSE '' END AS "
        "place, value, message, hint, rows FROM " +
            std::string(kIssuesAndMarks) + " WHERE " + where + " ORDER BY severity, source_id, file, line LIMIT " +
            std::to_string(filter.limit));
  }
  return titled(engine, "Issues by rule",
                "SELECT severity, source_id AS source, stage, rule, count(*) AS issues, sum(rows) AS rows, "
                "min_by(file || CASE WHEN line > 0 THEN ':' || line ELSE '' END || ' ' || value, (file, line)) AS "
                "\"for example\", coalesce(nullif(any_value(hint ORDER BY file, line), ''), any_value(message ORDER BY "
                "file, line)) AS hint FROM " +
                    std::string(kIssuesAndMarks) + " WHERE " + where +
                    " GROUP BY ALL ORDER BY severity, source_id, stage, rule LIMIT " + std::to_string(filter.limit));
}

Result<std::vector<TraceStep>> why(const Database& database, const std::string& id) {
  SURGSIGMA_TRY(engine, database.engine_with_views());
  std::vector<TraceStep> steps;
  const Error unknown{ErrorKind::kNotFound, "no row has the id " + quoted(id), "",
                      "ids look like 0123456789abcdef (conversation), cholec80/video01#12 (record) or "
                      "cholec80/video01@5000000 (context)"};
  if (const std::size_t mark = id.rfind('#'); mark != std::string::npos) {
    if (!parse_int(id.substr(mark + 1))) return unknown;
    SURGSIGMA_CHECK(trace_records(engine, id.substr(0, mark), id.substr(mark + 1), 0, steps));
    if (steps.empty()) return unknown;
    SURGSIGMA_CHECK(trace_video(engine, id.substr(0, mark), 0, steps));
    return steps;
  }
  std::string context = id;
  int depth = 0;
  std::string ordinals;
  std::string reasoning;
  if (id.find('@') == std::string::npos) {
    SURGSIGMA_TRY(rows, engine->query("SELECT task, turns[1], turns[len(turns)], context_id, ordinals, reasoning_id, "
                                      "templates, form FROM conversations WHERE conversation_id = " +
                                      sql_quoted(id)));
    if (rows.rows.empty()) return unknown;
    add_step(steps, 0, "conversation", id,
             cell(rows, 0, 0) + " (" + cell(rows, 0, 7) + "), templates " + cell(rows, 0, 6));
    add_step(steps, 1, "question", "", cell(rows, 0, 1));
    add_step(steps, 1, "answer", "", cell(rows, 0, 2));
    context = cell(rows, 0, 3);
    ordinals = list_inside(cell(rows, 0, 4));
    reasoning = cell(rows, 0, 5);
    depth = 1;
  } else {
    SURGSIGMA_TRY(chain, engine->query("SELECT context_id FROM reasoning WHERE reasoning_id = " + sql_quoted(id)));
    if (!chain.rows.empty()) {
      reasoning = id;
      context = cell(chain, 0, 0);
    }
  }
  if (!reasoning.empty()) {
    SURGSIGMA_TRY(rows,
                  engine->query("SELECT unnest(levels), unnest(statements), unnest(evidence), verdict FROM reasoning "
                                "WHERE reasoning_id = " +
                                sql_quoted(reasoning)));
    if (!rows.rows.empty()) add_step(steps, depth, "reasoning", reasoning, cell(rows, 0, 3));
    for (std::size_t i = 0; i < rows.rows.size(); ++i) {
      add_step(steps, depth + 1, "level " + cell(rows, i, 0), "", cell(rows, i, 1), "rests on " + cell(rows, i, 2));
    }
  }
  SURGSIGMA_TRY(rows,
                engine->query("SELECT video_id, subject, begin_us, end_us, ordinals, media, knowledge FROM contexts "
                              "WHERE context_id = " +
                              sql_quoted(context)));
  if (rows.rows.empty()) return unknown;
  add_step(steps, depth, "context", context,
           cell(rows, 0, 1) + " at " + clock_text(parse_int(cell(rows, 0, 2)).value_or(0)) +
               (cell(rows, 0, 1) == "clip" ? " to " + clock_text(parse_int(cell(rows, 0, 3)).value_or(0)) : "") +
               "; knowledge " + cell(rows, 0, 6),
           cell(rows, 0, 5));
  if (ordinals.empty()) ordinals = list_inside(cell(rows, 0, 4));
  SURGSIGMA_CHECK(trace_records(engine, cell(rows, 0, 0), ordinals, depth + 1, steps));
  SURGSIGMA_CHECK(trace_video(engine, cell(rows, 0, 0), depth, steps));
  return steps;
}

Result<std::vector<CheckResult>> check(const Database& database) {
  std::vector<CheckResult> results;
  CheckResult files{"files", "every partition is there with its size", 0, ""};
  for (const Partition& part : database.manifest().partitions) {
    std::error_code code;
    const auto size = fs::file_size(database.folder() / part.file, code);
    if (code || static_cast<std::int64_t>(size) != part.bytes) {
      ++files.violations;
      files.example = part.file + (code ? ": " + code.message() : ": size differs");
    }
  }
  const bool is_whole = files.violations == 0;
  results.push_back(std::move(files));
  if (!is_whole) return results;  // queries would only say the same again
  SURGSIGMA_TRY(engine, database.engine_with_views());
  CheckResult rows{"rows", "every partition holds the rows that the manifest says", 0, ""};
  for (const Partition& part : database.manifest().partitions) {
    SURGSIGMA_TRY(counted, engine->query("SELECT sum(num_rows) FROM parquet_file_metadata(" +
                                         sql_quoted((database.folder() / part.file).string()) + ")"));
    if (counted.rows[0][0] != std::to_string(part.rows)) {
      ++rows.violations;
      rows.example = part.file;
    }
  }
  results.push_back(std::move(rows));
  for (const CheckRow& row : kChecks) {
    SURGSIGMA_TRY(found,
                  engine->query("SELECT count(*), min(example) FROM (" + std::string(row.sql) + ") AS t(example)"));
    results.push_back({row.name, row.meaning, parse_int(cell(found, 0, 0)).value_or(0), cell(found, 0, 1)});
  }
  return results;
}

Result<std::vector<Json>> show_conversations(const Database& database, const std::string& id,
                                             const std::vector<std::string>& tasks, std::size_t count,
                                             std::uint64_t seed) {
  SURGSIGMA_TRY(engine, database.engine_with_views());
  std::string where = "true";
  if (!id.empty()) where += " AND conversation_id = " + sql_quoted(id);
  std::string names;
  for (const std::string& task : tasks) names += (names.empty() ? "" : ", ") + sql_quoted(task);
  if (!names.empty()) where += " AND task IN (" + names + ")";
  // One task after another in hash order, so that a handful shows variety and always the same.
  const std::string sql =
      "WITH picked AS (SELECT *, row_number() OVER (PARTITION BY task ORDER BY (reasoning_id = ''), "
      "hash(conversation_id || " +
      sql_quoted(std::to_string(seed)) + ")) AS turn FROM conversations WHERE " + where +
      ") SELECT p.* EXCLUDE (turn), r.levels, r.statements, r.evidence FROM picked p LEFT JOIN reasoning r USING "
      "(reasoning_id) ORDER BY p.turn, hash(p.task || " +
      sql_quoted(std::to_string(seed)) + ") LIMIT " + std::to_string(count);
  std::vector<Json> shown;
  SURGSIGMA_CHECK(engine->query_json(sql, [&](const Json& row) {
    shown.push_back(row);
    return done();
  }));
  if (shown.empty() && !id.empty()) {
    return Error{ErrorKind::kNotFound, "no conversation " + quoted(id), "", "`surgsigma show` picks some"};
  }
  return shown;
}

}  // namespace surgsigma
