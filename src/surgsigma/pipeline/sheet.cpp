#include "surgsigma/pipeline/sheet.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "surgsigma/base/text.h"
#include "surgsigma/pipeline/sheet_pixels.h"
#include "surgsigma/pipeline/sheet_tile.h"

namespace surgsigma {
namespace {

constexpr int kMostPerTask = 10;
constexpr int kTileGap = 16;
constexpr int kHeaderHeight = 52;
constexpr Colour kGround = {228, 230, 234}, kInk = {25, 25, 25}, kGrey = {90, 90, 90};

/// Why a task may have no example although the database is built.
struct NoExample {
  std::string_view task;
  const char* why;
};
constexpr NoExample kNoExamples[] = {
    {"desmoking", "no sampled frame with pixels is clean enough for smoke to be put on it"},
    {"instrument_segmentation",
     "no source here has masks or outlines of instruments, with the pictures they belong to"},
    {"depth_estimation", "no source here has depth maps, with the pictures they belong to"},
    {"next_frame_generation",
     "no two frames with pixels lie 1 to 10 seconds apart without a black, frozen or out-of-body stretch between them"},
    {"conditional_video_generation", "no video file here has labelled actions, steps or phases as long as a clip"},
};

struct Candidate {
  SheetExample example;
  SheetMoment where;
  std::string case_id;
  bool is_clip = false;
  bool is_pair = false;
  std::string input, target;
  Json parameters;
};

std::string text_of(const Json& row, const char* name) {
  const auto found = row.find(name);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_of(const Json& row, const char* name, std::int64_t otherwise) {
  const auto found = row.find(name);
  return found != row.end() && found->is_number() ? found->get<std::int64_t>() : otherwise;
}

class SheetMaker {
 public:
  SheetMaker(const Database& database, const Catalog& catalog, const SheetOptions& options, Engine& engine,
             SheetPixels pixels)
      : database_(database), catalog_(catalog), options_(options), engine_(engine), pixels_(std::move(pixels)) {}

  Result<Sheet> run() {
    SURGSIGMA_CHECK(look_round());
    std::vector<Image> drawn;
    for (const Task& task : catalog_.tasks) {
      const bool is_wanted = options_.tasks.empty() ||
                             std::find(options_.tasks.begin(), options_.tasks.end(), task.id) != options_.tasks.end();
      if (!is_wanted) continue;
      SURGSIGMA_TRY(candidates, candidates_of(task));
      for (Candidate& candidate : candidates) SURGSIGMA_CHECK(add(candidate, drawn));
    }
    return arranged(drawn);
  }

 private:
  // --- choice

  Status look_round() {
    SURGSIGMA_TRY(counts, engine_.query("SELECT (SELECT count(*) FROM conversations), (SELECT count(*) FROM pairs), "
                                        "(SELECT count(*) FROM media)"));
    const auto count = [&](std::size_t i) { return parse_int(counts.rows[0][i].value_or("0")).value_or(0); };
    has_conversations_ = count(0) > 0;
    has_media_ = count(2) > 0;
    if (has_conversations_ || count(1) > 0) return done();
    return Error{ErrorKind::kUsage, "the database holds neither conversations nor pairs", database_.folder().string(),
                 "run `surgsigma build` first"};
  }

  /// Some more than are wanted, so that those without a picture or of a case already shown can be passed over.
  std::string ranked(const Task& task) const {
    const std::string seed = sql_quoted(std::to_string(options_.seed));
    const std::string limit = std::to_string(options_.per_task * 4 + 8);
    const std::string marked =
        "EXISTS (SELECT 1 FROM marks k WHERE k.video_id = r.video_id AND k.begin_us < "
        "greatest(r.end_us, r.begin_us + 1) AND r.begin_us < k.end_us)";
    if (task.needs_pixels) {
      return "WITH picked AS (SELECT pair_id, " + marked +
             " AS marked FROM pairs r WHERE task = " + sql_quoted(task.id) + " ORDER BY marked, hash(pair_id || " +
             seed + "), pair_id LIMIT " + limit +
             ") SELECT p.*, s.is_simulated, s.is_private FROM picked q JOIN pairs p USING (pair_id) LEFT JOIN sources "
             "s USING "
             "(source_id) "
             "ORDER BY q.marked, hash(pair_id || " +
             seed + "), pair_id";
    }
    const std::string order =
        "is_blind, marked, is_other, is_empty, hash(conversation_id || " + seed + "), conversation_id";
    return "WITH picked AS (SELECT conversation_id, r.video_id NOT IN (SELECT video_id FROM media) AS is_blind, form "
           "<> 'open' AS "
           "is_other, answer_class IN ('', 'none') OR (task LIKE '%_localization' AND len(boxes) = 0) OR "
           "(task = 'safety_assessment' AND NOT contains(answer, '\"holds\":true')) AS is_empty, " +
           marked + " AS marked FROM conversations r WHERE task = " + sql_quoted(task.id) + " ORDER BY " + order +
           " LIMIT " + limit +
           ") SELECT c.*, q.* EXCLUDE (conversation_id), x.frame, s.is_simulated, s.is_private FROM picked q JOIN "
           "conversations c "
           "USING "
           "(conversation_id) LEFT JOIN contexts x USING (context_id) LEFT JOIN sources s USING (source_id) ORDER BY " +
           order;
  }

  Result<std::vector<Candidate>> candidates_of(const Task& task) {
    std::vector<Candidate> found;
    SURGSIGMA_CHECK(engine_.query_json(ranked(task), [&](const Json& row) -> Status {
      SURGSIGMA_TRY(made, task.needs_pixels ? of_pair(task, row) : of_conversation(task, row));
      found.push_back(std::move(made));
      return done();
    }));
    const auto most = static_cast<std::size_t>(options_.per_task);
    std::vector<Candidate> chosen;
    std::set<std::string> cases;
    // First one of each case with a picture, then any with a picture, then any.
    for (const int round : {0, 1, 2}) {
      for (Candidate& candidate : found) {
        if (chosen.size() == most) break;
        if (candidate.example.id.empty() || (round < 2 && !has_picture(candidate))) continue;
        if (round == 0 && cases.contains(candidate.case_id)) continue;
        cases.insert(candidate.case_id);
        chosen.push_back(std::move(candidate));
        candidate.example.id.clear();
      }
    }
    if (chosen.empty()) chosen.push_back(without_example(task));
    return chosen;
  }

  bool has_picture(const Candidate& candidate) {
    if (!candidate.is_pair) return pixels_.has_pixels(candidate.where, candidate.is_clip);
    std::error_code code;
    return fs::exists(database_.folder() / candidate.input, code) &&
           fs::exists(database_.folder() / candidate.target, code);
  }

  Candidate without_example(const Task& task) const {
    Candidate made;
    made.example.number = task.number;
    made.example.task = task.id;
    std::string why = "no label of the sources here answers it";
    if (task.needs_pixels) {
      why = "no pixels: no source here came with a video or picture";
      for (const NoExample& row : kNoExamples) {
        if (has_media_ && row.task == task.id) why = row.why;
      }
    } else if (!has_conversations_) {
      why = "no conversation is built yet: run `surgsigma build`";
    }
    made.example.missing = "no example: " + why;
    return made;
  }

  // --- rows to examples

  Candidate of_row(const Task& task, const Json& row) const {
    Candidate made;
    made.example.number = task.number;
    made.example.task = task.id;
    made.case_id = text_of(row, "case_id");
    made.where.source = text_of(row, "source_id");
    made.where.video = text_of(row, "video_id");
    made.where.begin_us = number_of(row, "begin_us", 0);
    made.where.end_us = number_of(row, "end_us", 0);
    made.where.frame = number_of(row, "frame", -1);
    made.example.is_simulated =
        text_of(row, "origin") == "simulated" || row.value("is_simulated", Json(false)) == Json(true);
    made.example.is_private = row.value("is_private", Json(false)) == Json(true);
    made.example.geometry = {static_cast<int>(number_of(row, "width", 0)),
                             static_cast<int>(number_of(row, "height", 0))};
    const std::string video =
        made.where.video.substr(std::min(made.where.video.find('/') + 1, made.where.video.size()));
    made.example.place =
        made.where.source + ", case " + made.case_id + ", " + video + " at " + clock_text(made.where.begin_us);
    if (made.where.end_us > made.where.begin_us) made.example.place += " to " + clock_text(made.where.end_us);
    return made;
  }

  Result<Candidate> of_conversation(const Task& task, const Json& row) const {
    Candidate made = of_row(task, row);
    made.example.id = text_of(row, "conversation_id");
    made.example.about = "conversation " + made.example.id + ", " + text_of(row, "form");
    made.is_clip = text_of(row, "subject") == "clip";
    if (row.contains("media") && row["media"].is_array() && !row["media"].empty())
      made.where.media = row["media"][0].get<std::string>();
    std::vector<double> boxes;
    for (const Json& number : row["boxes"]) boxes.push_back(number.get<double>());
    const Json& turns = row["turns"];
    if (turns.size() >= 2) {
      made.example.question = with_boxes(turns[turns.size() - 2].get<std::string>(), boxes);
      made.example.words = with_boxes(turns[turns.size() - 1].get<std::string>(), boxes);
    }
    auto answer = answer_from_json(text_of(row, "answer"), made.example.id);
    if (answer.ok()) made.example.answer = std::move(*answer);
    return made;
  }

  Result<Candidate> of_pair(const Task& task, const Json& row) const {
    Candidate made = of_row(task, row);
    made.is_pair = true;
    made.example.id = text_of(row, "pair_id");
    made.example.about = "pair " + made.example.id + ", " + text_of(row, "origin");
    made.example.question = text_of(row, "prompt");
    made.input = text_of(row, "input");
    made.target = text_of(row, "target");
    auto parameters = parse_json(text_of(row, "parameters"), made.example.id);
    if (parameters.ok()) made.parameters = std::move(*parameters);
    return made;
  }

  // --- pictures

  Status add(Candidate& candidate, std::vector<Image>& drawn) {
    SheetExample& example = candidate.example;
    if (example.missing.empty()) {
      auto panels = candidate.is_pair   ? panels_of_pair(candidate)
                    : candidate.is_clip ? pixels_.clip(candidate.where)
                                        : pixels_.moment(candidate.where);
      if (panels.ok()) {
        example.panels = std::move(*panels);
        if (!candidate.is_clip && !candidate.is_pair && !example.panels.empty()) example.panels[0].caption.clear();
      } else {
        const Error& error = panels.error();
        example.missing = "no picture: " + error.where + ": " + error.what;
      }
    }
    SheetTile tile;
    tile.number = example.number;
    tile.task = example.task;
    tile.id = example.id;
    tile.source = candidate.where.source;
    tile.case_id = candidate.case_id;
    tile.video = candidate.where.video;
    tile.is_simulated = example.is_simulated;
    tile.is_private = example.is_private;
    SURGSIGMA_TRY(picture, draw_tile(example, catalog_.ontology, tile.remark));
    drawn.push_back(std::move(picture));
    sheet_.tiles.push_back(std::move(tile));
    return done();
  }

  Result<std::vector<SheetPanel>> panels_of_pair(Candidate& candidate) {
    const std::string& task = candidate.example.task;
    SURGSIGMA_TRY(input, pixels_.own_picture(candidate.input, candidate.where));
    std::vector<SheetPanel> panels;
    if (task == "conditional_video_generation") {
      panels.push_back({std::move(input), "given", {}});
      SURGSIGMA_TRY(strip, pixels_.own_clip(candidate.target, kStripPictures - 1, candidate.where));
      for (SheetPanel& panel : strip) panels.push_back(std::move(panel));
      candidate.example.words = "the clip that follows, of " +
                                std::to_string(number_of(candidate.parameters, "frames", 0)) + " pictures at " +
                                text_of(candidate.parameters, "rate") + " per second";
      return panels;
    }
    SheetMoment later = candidate.where;
    later.begin_us = candidate.where.end_us;
    SURGSIGMA_TRY(target,
                  pixels_.own_picture(candidate.target, task == "next_frame_generation" ? later : candidate.where));
    if (task == "instrument_segmentation") {
      std::int64_t on = 0;
      for (std::size_t i = 0; i < target.pixels(); ++i)
        on += target.values[i * static_cast<std::size_t>(target.channels)] >= 128;
      const auto tenths =
          static_cast<int>(std::lround(1000.0 * static_cast<double>(on) / static_cast<double>(target.pixels())));
      candidate.example.words =
          "a mask, white on " + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " % of the picture";
      panels.push_back({std::move(input), "mask on picture", std::move(target)});
      return panels;
    }
    const bool is_smoke = task == "desmoking", is_depth = task == "depth_estimation";
    panels.push_back({std::move(input),
                      is_smoke   ? "smoke_input"
                      : is_depth ? "picture"
                                 : "now, " + clock_text(candidate.where.begin_us),
                      {}});
    panels.push_back({std::move(target),
                      is_smoke   ? "clean_target"
                      : is_depth ? "depth, near is bright"
                                 : "later, " + clock_text(later.begin_us),
                      {}});
    candidate.example.words =
        is_smoke
            ? "the picture without smoke; the smoke that was put on it is " + text_of(candidate.parameters, "severity")
        : is_depth ? "the depth of every pixel in grey"
                   : "the picture " + std::to_string(number_of(candidate.parameters, "horizon_s", 0)) + " s later";
    return panels;
  }

  // --- the sheet

  Result<Sheet> arranged(const std::vector<Image>& drawn) {
    // Tiles are about as high as wide, and screens wider than high.
    const auto columns = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::ceil(std::sqrt(1.7 * static_cast<double>(drawn.size())))));
    const std::size_t rows = (drawn.size() + columns - 1) / columns;
    const int step = kTileWidth + kTileGap;
    const int width = static_cast<int>(std::min(columns, std::max<std::size_t>(drawn.size(), 1))) * step + kTileGap;
    int height = kHeaderHeight + kTileGap;
    std::vector<int> tops;
    for (std::size_t row = 0; row < rows; ++row) {
      int high = 0;
      for (std::size_t i = row * columns; i < std::min((row + 1) * columns, drawn.size()); ++i)
        high = std::max(high, drawn[i].height);
      tops.push_back(height);
      height += high + kTileGap;
    }
    Image& sheet = sheet_.picture;
    sheet = Image(width, height, 3);
    fill_area(sheet, {0, 0, width, height}, kGround);
    draw_header(sheet);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      PixelArea& area = sheet_.tiles[i].area;
      area = {kTileGap + static_cast<int>(i % columns) * step, tops[i / columns], drawn[i].width, drawn[i].height};
      paste(sheet, drawn[i], area.x, area.y);
    }
    return std::move(sheet_);
  }

  void draw_header(Image& sheet) const {
    const bool is_all_simulated = std::all_of(sheet_.tiles.begin(), sheet_.tiles.end(),
                                              [](const SheetTile& t) { return t.is_simulated || t.id.empty(); });
    const int room = sheet.width - 2 * kTileGap;
    const TextStyle title{0.6, kInk, true}, small{0.42, kGrey, false};
    std::string name = database_.folder().filename().string();
    if (name.empty()) name = database_.folder().parent_path().filename().string();
    const auto line = [&](const std::string& text, int y, const TextStyle& style) {
      const WrappedText made = wrapped(drawable(text), room, style, 1);
      if (!made.lines.empty()) draw_text(sheet, kTileGap, y, made.lines[0], style);
    };
    line("Examples of each task: " + name, 8, title);
    const bool has_private =
        std::any_of(sheet_.tiles.begin(), sheet_.tiles.end(), [](const SheetTile& t) { return t.is_private; });
    std::string about = is_all_simulated ? "All of it simulated, not real data. "
                                         : "Pictures of the sources: their terms hold for this sheet. ";
    if (has_private) about += "Private recordings: for the eyes of the house only. ";
    line(about + "Seed " + std::to_string(options_.seed) + ". Not for clinical use.", 8 + line_height(title), small);
  }

  const Database& database_;
  const Catalog& catalog_;
  const SheetOptions& options_;
  Engine& engine_;
  SheetPixels pixels_;
  Sheet sheet_;
  bool has_conversations_ = false;
  bool has_media_ = false;
};

}  // namespace

Result<Sheet> contact_sheet(const Database& database, const Catalog& catalog, const SheetOptions& options) {
  if (options.per_task < 1 || options.per_task > kMostPerTask) {
    return Error{ErrorKind::kUsage, std::to_string(options.per_task) + " examples per task", "per_task",
                 "1 to " + std::to_string(kMostPerTask)};
  }
  std::vector<std::string> names;
  for (const Task& task : catalog.tasks) names.push_back(task.id);
  for (const std::string& task : options.tasks) {
    if (catalog.task(task) != nullptr) continue;
    const auto near = nearest(task, names);
    return Error{ErrorKind::kUsage, "unknown task " + quoted(task), "--task",
                 near ? "did you mean " + *near + "?" : "`surgsigma list tasks` names them"};
  }
  SURGSIGMA_TRY(engine, database.engine_with_views());
  SURGSIGMA_TRY(pixels, SheetPixels::open(database, *engine));
  return SheetMaker(database, catalog, options, *engine, std::move(pixels)).run();
}

}  // namespace surgsigma
