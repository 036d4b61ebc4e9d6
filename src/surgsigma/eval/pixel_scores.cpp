#include "surgsigma/eval/pixel_scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

#include "surgsigma/base/random.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/eval/metrics/generation_features.h"

namespace surgsigma {
namespace {

constexpr std::size_t kShownItems = 12;
constexpr const char* kFeaturesFile = "features.npy";

/// Some marks of a test and the cases they are counted by.
struct Part {
  const PixelTest& test;
  std::vector<std::size_t> pairs;  ///< places
  std::vector<std::string> cases;  ///< rising
  std::size_t case_of(std::size_t pair) const {
    const auto found = std::lower_bound(cases.begin(), cases.end(), test.pairs[pair].case_id);
    return static_cast<std::size_t>(found - cases.begin());
  }
};

Part part_of(const PixelTest& test, const std::string& source) {
  Part part{test, {}, {}};
  std::set<std::string> cases;
  for (std::size_t i = 0; i < test.pairs.size(); ++i) {
    if (!source.empty() && test.pairs[i].source != source) continue;
    part.pairs.push_back(i);
    cases.insert(test.pairs[i].case_id);
  }
  part.cases.assign(cases.begin(), cases.end());
  return part;
}

/// The marks of all pairs, of the answers or of the baseline.
using MarksOf = std::function<const PixelMarks&(std::size_t pair)>;

/// Adds the values of `one` whose names `keeps` wants.
void append(Scorer& all, std::string_view family, Scorer one, const std::function<bool(std::string_view)>& keeps) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < one.names.size(); ++i) {
    if (!keeps(one.names[i])) continue;
    kept.push_back(i);
    all.names.push_back(std::string(family) + "." + one.names[i]);
  }
  all.values_at = [before = std::move(all.values_at), values_at = std::move(one.values_at), kept,
                   first = all.names.size() - kept.size(),
                   count = one.names.size()](std::span<const double> weights, std::span<double> values) {
    if (before) before(weights, values.first(first));
    std::vector<double> own(count);
    values_at(weights, own);
    for (std::size_t i = 0; i < kept.size(); ++i) values[first + i] = own[kept[i]];
  };
}

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return name.starts_with(start); });
}

Result<Scorer> pictures_scorer(const Part& part, const MarksOf& marks) {
  std::vector<PictureItem> items;
  std::vector<GenerationItem> clips;
  for (const std::size_t pair : part.pairs) {
    const auto number = static_cast<std::int32_t>(part.case_of(pair));
    for (PictureItem item : marks(pair).pictures) {
      item.case_index = number;
      items.push_back(std::move(item));
    }
    if (!marks(pair).clip) continue;
    clips.push_back(*marks(pair).clip);
    clips.back().case_index = number;
  }
  Scorer all;
  const bool has_clips = part.test.family == PixelFamily::kClips;
  SURGSIGMA_TRY(pictures, picture_scorer(items, part.cases.size()));
  append(all, "pictures", std::move(pictures), [&](std::string_view name) {
    if (has_clips) return !starts_with_any(name, {"ssim:uniform", "ciede2000", "answered"});
    return !name.starts_with("frame_difference:");
  });
  if (!has_clips) return all;
  // Where the tools are and what is done is known of no generated clip.
  SURGSIGMA_TRY(generation, generation_scorer(clips, part.cases.size()));
  append(all, "generation", std::move(generation), [](std::string_view name) {
    return starts_with_any(name, {"flicker", "answered"});
  });
  return all;
}

Result<Scorer> masks_scorer(const Part& part, const MarksOf& marks) {
  SegmentationInput input;
  const PixelPair& first = part.test.pairs[0];
  for (const auto& [name, value] : first.classes) input.classes.push_back(name);
  input.plan = mask_plan(first);
  input.cases = part.cases.size();
  std::map<std::string, std::size_t> videos;
  for (const std::size_t pair : part.pairs) {
    const auto [video, is_new] = videos.emplace(part.test.pairs[pair].video, videos.size());
    if (is_new) input.case_of_video.push_back(part.case_of(pair));
    input.frames.push_back(*marks(pair).mask);
    input.frames.back().video = video->second;
  }
  SURGSIGMA_TRY(scorer, segmentation(input));
  Scorer all;
  append(all, "segmentation", std::move(scorer), [](std::string_view) { return true; });
  return all;
}

Result<Scorer> depths_scorer(const Part& part, const MarksOf& marks) {
  Scorer all;
  for (std::size_t a = 0; a < kDepthAlignmentWords.size(); ++a) {
    std::vector<DepthItem> items;
    for (const std::size_t pair : part.pairs) {
      items.push_back({static_cast<std::int32_t>(part.case_of(pair)), (*marks(pair).depth)[a], marks(pair).ordinal});
    }
    const auto alignment = static_cast<DepthAlignment>(a);
    SURGSIGMA_TRY(scorer, depth_scorer(items, part.cases.size(), alignment));
    // The two that are the same for all alignments stand once, beside the one that every kind of answer has.
    const bool has_common = alignment == DepthAlignment::kScaleShiftDisparity;
    append(all, "depth", std::move(scorer), [&](std::string_view name) {
      return has_common || !starts_with_any(name, {"share_scored", "ordinal_accuracy"});
    });
  }
  return all;
}

Result<Scorer> scorer_of(const Part& part, const MarksOf& marks) {
  switch (part.test.family) {
    case PixelFamily::kMasks:
      return masks_scorer(part, marks);
    case PixelFamily::kDepth:
      return depths_scorer(part, marks);
    default:
      return pictures_scorer(part, marks);
  }
}

Result<std::vector<MarkedPair>> mark_all(const PixelTest& test, int jobs) {
  std::vector<MarkedPair> marked(test.pairs.size());
  std::vector<std::optional<Error>> errors(test.pairs.size());
  parallel_for(test.pairs.size(), jobs, [&](std::size_t i) {
    auto one = mark_pair(test, i);
    if (one) {
      marked[i] = std::move(*one);
    } else {
      errors[i] = one.error();
    }
  });
  for (const auto& error : errors) {
    if (error) return *error;
  }
  constexpr std::array<std::string_view, 3> kWhat = {"answers cannot be read", "answers have another size",
                                                     "answers have values that mean nothing"};
  std::array<std::vector<std::string>, 3> first;
  std::array<std::size_t, 3> counts{};
  for (std::size_t i = 0; i < marked.size(); ++i) {
    if (!marked[i].fault) continue;
    const auto kind = static_cast<std::size_t>(marked[i].fault->kind);
    if (++counts[kind] <= 3) first[kind].push_back(test.pairs[i].id + ": " + marked[i].fault->what);
  }
  std::vector<std::string> wrong;
  for (std::size_t kind = 0; kind < kWhat.size(); ++kind) {
    if (counts[kind] == 0) continue;
    wrong.push_back(std::to_string(counts[kind]) + " " + std::string(kWhat[kind]) + " (" + join(first[kind], "; ") +
                    ")");
  }
  if (wrong.empty()) return marked;
  const auto has_answer = [](const fs::path& file) { return !file.empty(); };
  const auto file = std::find_if(test.answers.files.begin(), test.answers.files.end(), has_answer);
  return Error{ErrorKind::kData, join(wrong, "; "), file->parent_path().string(),
               "write every answer in the size of its input; nothing is resized here"};
}

Json item_json(const std::string& name, const PixelTest& test, std::size_t index, const MarkedPair& marked) {
  const PixelPair& pair = test.pairs[index];
  const fs::path& file = test.answers.files[index];
  return {{"test", name},
          {"id", pair.id},
          {"source", pair.source},
          {"video", pair.video},
          {"case", pair.case_id},
          {"form", "open"},
          {"question", pair.prompt},
          {"gold", pair.gold},
          {"text", file.empty() ? "" : file.filename().string()},
          {"fate", marked.is_missing ? "missing" : "read"},
          {"credit", marked.answer.credit ? Json(*marked.answer.credit) : Json()},
          {"values", marked.answer.values}};
}

std::vector<PageItem> worst_of(const std::string& name, const PixelTest& test, const std::vector<MarkedPair>& marked) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < marked.size(); ++i) {
    if (marked[i].answer.credit && *marked[i].answer.credit < 1) places.push_back(i);
  }
  const auto key = [&](std::size_t i) {
    return std::pair(*marked[i].answer.credit, draw(1, test.pairs[i].id, "errors shown"));
  };
  std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  places.resize(std::min(places.size(), kShownItems));
  std::vector<PageItem> items;
  for (const std::size_t i : places) {
    const PixelPair& pair = test.pairs[i];
    const Json item = item_json(name, test, i, marked[i]);
    PageItem shown;
    shown.test = name;
    shown.id = pair.id;
    shown.source = pair.source;
    shown.question = pair.prompt;
    shown.gold = pair.gold;
    shown.text = item["text"].get<std::string>();
    shown.fate = item["fate"].get<std::string>();
    shown.credit = *marked[i].answer.credit;
    shown.pictures = page_pictures(test, i);
    items.push_back(std::move(shown));
  }
  return items;
}

Status score_sources(const PixelTest& test, const MarksOf& answers, const BootstrapOptions& bootstrap,
                     TestScore& score) {
  std::set<std::string> sources;
  for (const PixelPair& pair : test.pairs) sources.insert(pair.source);
  if (sources.size() < 2) return done();
  for (const std::string& source : sources) {
    const Part part = part_of(test, source);
    SURGSIGMA_TRY(scorer, scorer_of(part, answers));
    SURGSIGMA_TRY(values, score_with_intervals(scorer, part.cases.size(), bootstrap));
    score.by_source.push_back({source, part.pairs.size(), part.cases.size(), scorer.names, std::move(values)});
  }
  return done();
}

Result<Matrix> features_of(const fs::path& file, std::size_t pairs) {
  SURGSIGMA_TRY(bytes, read_file(file));
  SURGSIGMA_TRY(features, features_from_npy(bytes, file.string()));
  if (static_cast<std::size_t>(features.rows) == pairs) return features;
  return Error{ErrorKind::kData,
               std::to_string(features.rows) + " rows of features for " + std::to_string(pairs) + " pairs",
               file.string(), "one row per pair, in the order of " + std::string(kPairsFile)};
}

/// Distances of the features of all answers to those of all gold files.
Status score_features(const Part& all, const BootstrapOptions& bootstrap, TestScore& score) {
  const PixelTest& test = all.test;
  if (test.answers.features.empty()) return done();
  const fs::path gold_file = test.folder / kFeaturesFile;
  std::error_code code;
  if (!fs::exists(gold_file, code)) {
    return Error{ErrorKind::kNotFound, "features of the answers, but none of the gold files", gold_file.string(),
                 "write those that the same network makes of the gold files there"};
  }
  SURGSIGMA_TRY(answers, features_of(test.answers.features, test.pairs.size()));
  SURGSIGMA_TRY(gold, features_of(gold_file, test.pairs.size()));
  if (answers.columns != gold.columns) {
    return Error{
        ErrorKind::kData,
        std::to_string(answers.columns) + " features of an answer, " + std::to_string(gold.columns) + " of a gold file",
        test.answers.features.string(), "both must come from the same network"};
  }
  ScoredValue frechet{std::nan(""), std::nan(""), std::nan(""), 1};
  if (answers.rows > answers.columns) {
    SURGSIGMA_TRY(distance, frechet_distance(answers, gold, {.allow_few_samples = false, .jobs = bootstrap.jobs}));
    frechet.value = distance;
  }
  std::vector<std::int32_t> cases;
  for (const std::size_t pair : all.pairs) cases.push_back(static_cast<std::int32_t>(all.case_of(pair)));
  SURGSIGMA_TRY(kernel, kernel_scorer(answers, cases, gold, cases, all.cases.size(), bootstrap.jobs));
  SURGSIGMA_TRY(values, score_with_intervals(kernel, all.cases.size(), bootstrap));
  score.names.emplace_back("generation.frechet_distance");
  score.values.push_back(frechet);
  score.names.push_back("generation." + kernel.names[0]);
  score.values.push_back(values[0]);
  for (BaselineScore& baseline : score.baselines) baseline.values.resize(score.names.size(), std::nan(""));
  return done();
}

}  // namespace

bool is_pixel_test(const fs::path& folder) {
  std::error_code code;
  return fs::is_regular_file(folder / kPairsFile, code);
}

Result<PixelTest> read_pixel_test(const fs::path& folder, const fs::path& answers, bool allows_missing) {
  PixelTest test;
  test.folder = folder;
  SURGSIGMA_TRY(pairs, read_pixel_pairs(folder / kPairsFile));
  test.pairs = std::move(pairs);
  test.family = *pixel_family(test.pairs[0].task);
  if (test.family == PixelFamily::kDepth) {
    SURGSIGMA_TRY(facts, read_document(folder / "facts.json"));
    const Json usual = facts.is_object() ? facts.value("usual_depth", Json::object()) : Json::object();
    for (const auto& [source, about] : usual.items()) test.constant_mm[source] = number_or(about, "mm", 0);
  }
  SURGSIGMA_TRY(found, find_pixel_answers(answers, test.pairs, allows_missing));
  test.answers = std::move(found);
  return test;
}

Result<PixelScorer> pixel_scorer(const PixelTest& test, int jobs) {
  SURGSIGMA_TRY(marked, mark_all(test, jobs));
  const Part all = part_of(test, "");
  SURGSIGMA_TRY(scorer, scorer_of(all, [&](std::size_t i) -> const PixelMarks& { return marked[i].answer; }));
  return PixelScorer{std::move(scorer), all.cases.size()};
}

Result<ScoredPixels> score_pixel_test(const std::string& name, const std::string& primary, const PixelTest& test,
                                      const BootstrapOptions& bootstrap) {
  SURGSIGMA_TRY(marked, mark_all(test, bootstrap.jobs));
  const MarksOf answers = [&](std::size_t i) -> const PixelMarks& { return marked[i].answer; };
  const MarksOf blind = [&](std::size_t i) -> const PixelMarks& { return marked[i].baseline; };
  ScoredPixels scored;
  TestScore& score = scored.score;
  score.test = name;
  score.task = test.pairs[0].task;
  score.primary = primary.empty() ? std::string(usual_pixel_metric(test.family)) : primary;
  score.questions = test.pairs.size();
  std::set<std::string> videos;
  for (std::size_t i = 0; i < test.pairs.size(); ++i) {
    videos.insert(test.pairs[i].video);
    score.has_simulated = score.has_simulated || test.pairs[i].is_simulated;
    ++score.fates[static_cast<std::size_t>(marked[i].is_missing ? AnswerFate::kMissing : AnswerFate::kRead)];
    scored.items.push_back(item_json(name, test, i, marked[i]));
  }
  score.videos = videos.size();
  const Part all = part_of(test, "");
  score.cases = all.cases.size();
  SURGSIGMA_TRY(scorer, scorer_of(all, answers));
  SURGSIGMA_TRY(values, score_with_intervals(scorer, score.cases, bootstrap));
  score.names = scorer.names;
  score.values = std::move(values);
  SURGSIGMA_TRY(nothing_made, scorer_of(all, blind));
  BaselineScore baseline{std::string(pixel_baseline(test.family)), std::vector<double>(score.names.size())};
  nothing_made.values_at(std::vector<double>(score.cases, 1.0), baseline.values);
  score.baselines.push_back(std::move(baseline));
  SURGSIGMA_CHECK(score_sources(test, answers, bootstrap, score));
  SURGSIGMA_CHECK(score_features(all, bootstrap, score));
  if (score.find(score.primary) == nullptr) {
    const auto near = nearest(score.primary, score.names);
    return Error{ErrorKind::kUsage, "the test has no metric " + quoted(score.primary), name,
                 near ? "did you mean '" + *near + "'?" : "it has: " + join(score.names, ", ")};
  }
  scored.worst = worst_of(name, test, marked);
  return scored;
}

}  // namespace surgsigma
