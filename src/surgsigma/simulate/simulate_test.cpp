#include "surgsigma/simulate/simulate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "surgsigma/base/csv.h"
#include "surgsigma/base/text.h"
#include "surgsigma/simulate/dirt.h"
#include "surgsigma/simulate/layout.h"

namespace surgsigma {
namespace {

using testing::HasSubstr;

const Catalog& catalog() {
  static const Catalog loaded = [] {
    auto read = load_catalog(SURGSIGMA_SOURCE_DIR "/catalog");
    EXPECT_TRUE(read) << to_string(read.error());
    return std::move(*read);
  }();
  return loaded;
}

const SourceCard& card(std::string_view name) { return *catalog().source(SourceId(std::string(name))); }

using Tree = std::map<std::string, std::string>;

Tree tree_of(const fs::path& root) {
  Tree tree;
  const auto listed = list_tree(root);
  EXPECT_TRUE(listed);
  for (const FoundFile& file : listed->files) tree[file.path] = *read_file(root / file.path);
  return tree;
}

SimulateOptions options_for(std::string layout, int videos = 3, double scale = 0.05) {
  SimulateOptions options;
  options.layout = std::move(layout);
  options.videos = videos;
  options.scale = scale;
  return options;
}

struct Made {
  Tree tree;
  SimulateReport report;
};

Made make(SimulateOptions options) {
  const TemporaryFolder folder;
  options.out = folder.path() / "out";
  const auto report = simulate(catalog(), options);
  EXPECT_TRUE(report) << to_string(report.error());
  if (!report) return {};
  return {tree_of(options.out), *report};
}

Error error_of(SimulateOptions options) {
  const TemporaryFolder folder;
  options.out = folder.path() / "out";
  const auto report = simulate(catalog(), options);
  EXPECT_FALSE(report);
  EXPECT_FALSE(fs::exists(options.out)) << "nothing may be written";
  return report ? Error{} : report.error();
}

/// Rows of a delimited file below its header.
std::vector<std::vector<std::string>> rows_of(const std::string& text, char delimiter, bool has_header = true) {
  std::vector<std::vector<std::string>> rows;
  CsvReader reader(text, delimiter);
  while (reader.next()) rows.emplace_back(reader.fields().begin(), reader.fields().end());
  if (has_header && !rows.empty()) rows.erase(rows.begin());
  return rows;
}

Json json_of(const std::string& text) {
  auto json = parse_json(text, "file");
  EXPECT_TRUE(json) << to_string(json.error());
  return json ? *json : Json();
}

TEST(Simulate, EveryLayoutIsMarkedAsInventedAndCountsWhatItWrote) {
  for (const LayoutRow& layout : layouts()) {
    const Made made = make(options_for(std::string(layout.name)));
    ASSERT_TRUE(made.tree.contains("SIMULATED.txt")) << layout.name;
    EXPECT_THAT(made.tree.at("SIMULATED.txt"), HasSubstr("not real data"));
    EXPECT_THAT(made.tree.at("SIMULATED.txt"), HasSubstr("surgsigma simulate"));
    EXPECT_THAT(made.tree.at("SIMULATED.txt"), HasSubstr("seed: 1\n"));
    EXPECT_FALSE(made.tree.contains("dirt.json"));
    std::int64_t bytes = 0;
    for (const auto& [path, text] : made.tree) bytes += static_cast<std::int64_t>(text.size());
    EXPECT_EQ(made.report.files, static_cast<std::int64_t>(made.tree.size())) << layout.name;
    EXPECT_EQ(made.report.bytes, bytes) << layout.name;
    EXPECT_EQ(made.report.videos, 3);
    EXPECT_GT(made.report.seconds, 20);
  }
}

TEST(Simulate, EveryRequiredFileOfTheCardIsThere) {
  for (const LayoutRow& layout : layouts()) {
    const Made made = make(options_for(std::string(layout.name)));
    std::map<std::string, std::int64_t> known;
    for (const LayoutEntry& entry : card(layout.name).layout) ++known[entry.role];
    for (const auto& [role, rows] : made.report.rows) {
      EXPECT_TRUE(known.contains(role)) << layout.name << " has no role " << role;
      EXPECT_GT(rows, 0) << layout.name << " " << role;
    }
    for (const LayoutEntry& entry : card(layout.name).layout) {
      if (entry.is_required) {
        EXPECT_TRUE(made.report.rows.contains(entry.role)) << layout.name << " " << entry.role;
      }
    }
  }
}

TEST(Simulate, TheBytesDoNotDependOnTheNumberOfThreads) {
  for (const LayoutRow& layout : layouts()) {
    SimulateOptions options = options_for(std::string(layout.name), 12, 0.02);
    options.dirt = "all";
    const Made one = make(options);
    options.jobs = 2;
    EXPECT_EQ(make(options).tree, one.tree) << layout.name;
  }
}

TEST(Simulate, DrawnVideosDoNotDependOnTheNumberOfThreads) {
  Catalog small = catalog();  // small pictures are drawn quickly
  small.sources.at(SourceId("cholec80")).frame_size = ImageSize{96, 64};
  SimulateOptions options = options_for("cholec80", 1, 0.001);
  options.has_pixels = true;
  std::vector<Tree> trees;
  for (const int jobs : {1, 3}) {
    const TemporaryFolder folder;
    options.out = folder.path() / "out";
    options.jobs = jobs;
    const auto report = simulate(small, options);
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->rows.at("picture"), 25 * report->seconds);
    trees.push_back(tree_of(options.out));
  }
  EXPECT_GT(trees[0].at("videos/video01.mp4").size(), 1000U);
  EXPECT_EQ(trees[0], trees[1]);
}

TEST(Simulate, AnotherSeedGivesOtherLabelsAndAnotherFirstVideoTheSameOperations) {
  SimulateOptions options = options_for("sar-rarp50");
  const Made made = make(options);
  options.seed = 2;
  EXPECT_NE(make(options).tree.at("train1/video_2/action_discrete.txt"),
            made.tree.at("train1/video_2/action_discrete.txt"));
  options.seed = 1;
  options.first_video = 2;
  const Made shifted = make(options);
  EXPECT_EQ(shifted.tree.at("train1/video_2/action_discrete.txt"), made.tree.at("train1/video_2/action_discrete.txt"));
  EXPECT_TRUE(shifted.tree.contains("train1/video_4/action_discrete.txt"));
}

TEST(SimulateCholec80, PhasesHaveARowPerNativeFrameAndToolsOneFewerThanSeconds) {
  const Made made = make(options_for("cholec80"));
  const auto phases = rows_of(made.tree.at("phase_annotations/video02-phase.txt"), '\t');
  const auto tools = rows_of(made.tree.at("tool_annotations/video02-tool.txt"), '\t');
  ASSERT_GT(phases.size(), 500U);
  EXPECT_EQ((phases.size() - 1) % 25, 0U);
  EXPECT_EQ(tools.size(), (phases.size() - 1) / 25);
  for (std::size_t i = 0; i < phases.size(); ++i) {
    ASSERT_EQ(phases[i].size(), 2U);
    ASSERT_EQ(phases[i][0], std::to_string(i));
    ASSERT_NE(card("cholec80").vocabularies.at("phases").by_label(phases[i][1]), nullptr) << phases[i][1];
  }
  std::vector<int> seen(8);
  for (std::size_t i = 0; i < tools.size(); ++i) {
    ASSERT_EQ(tools[i].size(), 8U);
    ASSERT_EQ(tools[i][0], std::to_string(25 * i));
    for (std::size_t column = 1; column < 8; ++column) {
      ASSERT_TRUE(tools[i][column] == "0" || tools[i][column] == "1");
      seen[column] += tools[i][column] == "1";
    }
  }
  EXPECT_GT(seen[1], 0) << "grasper";
  EXPECT_GT(seen[7], 0) << "specimen bag";
  EXPECT_TRUE(made.tree.at("phase_annotations/video02-phase.txt").starts_with("Frame\tPhase\n0\t"));
}

TEST(SimulateCholecT50, VectorsNameValidTripletsAndAgreeWithTheSameOperationInCholec80) {
  const Made made = make(options_for("cholect50", 5));
  const Made twin = make(options_for("cholec80", 5));
  const auto& classes = card("cholect50").vocabularies.at("triplets").classes;
  const auto& instruments = card("cholect50").vocabularies.at("instruments");
  for (int number = 1; number <= 5; ++number) {
    const std::string digits = std::to_string(number);
    const Json labels = json_of(made.tree.at("labels/VID0" + digits + ".json"));
    const auto phases = rows_of(twin.tree.at("phase_annotations/video0" + digits + "-phase.txt"), '\t');
    EXPECT_EQ(labels["video"], number);
    EXPECT_EQ(labels["num_frames"], labels["annotations"].size());
    EXPECT_EQ(labels["categories"]["triplet"].size(), 100U);
    int empty = 0;
    for (const auto& [frame, vectors] : labels["annotations"].items()) {
      const std::string& cholec80_phase = phases[static_cast<std::size_t>(std::stoi(frame)) * 25][1];
      const auto* phase80 = card("cholec80").vocabularies.at("phases").by_label(cholec80_phase);
      ASSERT_FALSE(vectors.empty());
      for (const Json& vector : vectors) {
        ASSERT_EQ(vector.size(), 15U);
        const auto* phase50 = card("cholect50").vocabularies.at("phases").by_id(vector[14].get<std::int64_t>());
        ASSERT_NE(phase50, nullptr);
        EXPECT_EQ(phase50->concept_id, phase80->concept_id) << "frame " << frame;
        const auto triplet = vector[0].get<std::int64_t>();
        if (triplet < 0) {
          EXPECT_EQ(vector[1], -1);
          ++empty;
          continue;
        }
        EXPECT_EQ(instruments.by_id(vector[1].get<std::int64_t>())->label, classes.at(triplet)[0]);
        const bool is_boxed = number == 5;
        EXPECT_EQ(vector[3].get<double>() >= 0, is_boxed);
        if (!is_boxed) continue;
        EXPECT_GT(vector[5].get<double>(), 0);
        EXPECT_LE(vector[3].get<double>() + vector[5].get<double>(), 1 + 1e-9);
        EXPECT_LE(vector[4].get<double>() + vector[6].get<double>(), 1 + 1e-9);
      }
    }
    EXPECT_LT(empty, static_cast<int>(labels["annotations"].size()) / 2);
  }
  EXPECT_TRUE(made.tree.at("label_mapping.txt").starts_with("# IVT, I, V, T, IV, IT\n0,0,2,1,2,1\n1,0,2,0,2,0\n"));
  EXPECT_THAT(made.tree.at("label_mapping.txt"), HasSubstr("\n88,5,7,7,57,82\n"));
}

TEST(SimulateEndoscapes, MeansAreThoseOfThreeRatersAndVotesNeverGoBack) {
  const Made made = make(options_for("endoscapes2023", 6, 0.5));
  std::map<std::string, std::array<std::array<int, 3>, 3>> last;
  int keyframes = 0, split_votes = 0;
  for (const auto& row : rows_of(made.tree.at("all_metadata.csv"), ',')) {
    ASSERT_EQ(row.size(), 12U);
    EXPECT_EQ(std::stoi(row[1]) % 25, 0);
    if (row[6] == "False") {
      EXPECT_EQ(row[7] + row[8] + row[9], "");
      continue;
    }
    ++keyframes;
    for (std::size_t criterion = 0; criterion < 3; ++criterion) {
      double sum = 0;
      for (std::size_t rater = 0; rater < 3; ++rater) {
        const int vote = row[7 + rater][1 + 3 * criterion] - '0';
        ASSERT_TRUE(vote == 0 || vote == 1) << row[7 + rater];
        EXPECT_GE(vote, last[row[0]][rater][criterion]);
        last[row[0]][rater][criterion] = vote;
        sum += vote;
      }
      EXPECT_NEAR(std::stod(row[3 + criterion]), sum / 3, 1e-9);
      split_votes += sum == 1 || sum == 2;
    }
  }
  EXPECT_GT(keyframes, 50);
  EXPECT_GT(split_votes, 0);
}

TEST(SimulateEndoscapes, BoxesLieInThePictureAndBelongToAnImage) {
  const Made made = make(options_for("endoscapes2023", 10, 0.5));
  int boxes = 0, outlines = 0;
  std::set<std::int64_t> categories;
  for (const std::string part : {"train", "val", "test", "train_seg", "val_seg", "test_seg"}) {
    if (!made.tree.contains(part + "/annotation_coco.json")) {
      EXPECT_TRUE(part.ends_with("_seg"));
      continue;
    }
    const Json coco = json_of(made.tree.at(part + "/annotation_coco.json"));
    EXPECT_EQ(coco["categories"].size(), 6U);
    std::set<std::int64_t> images, ids;
    for (const Json& image : coco["images"]) {
      const auto parts = split(image["file_name"].get<std::string_view>(), '_');
      const std::string frame(parts[1].substr(0, parts[1].find('.')));
      EXPECT_EQ(std::to_string(image["id"].get<std::int64_t>()), std::string(parts[0]) + "0" + frame);
      EXPECT_TRUE(images.insert(image["id"].get<std::int64_t>()).second);
    }
    for (const Json& object : coco["annotations"]) {
      EXPECT_TRUE(images.contains(object["image_id"].get<std::int64_t>()));
      EXPECT_TRUE(ids.insert(object["id"].get<std::int64_t>()).second);
      categories.insert(object["category_id"].get<std::int64_t>());
      const auto box = object["bbox"].get<std::vector<double>>();
      EXPECT_GE(box[0], 0);
      EXPECT_GE(box[1], 0);
      EXPECT_LE(box[0] + box[2], 854.11);
      EXPECT_LE(box[1] + box[3], 480.11);
      EXPECT_GT(box[2] * box[3], 1);
      const bool has_outline = !object["segmentation"].empty();
      EXPECT_EQ(has_outline, part.ends_with("_seg"));
      outlines += has_outline;
      ++boxes;
    }
  }
  EXPECT_GT(boxes, 40);
  EXPECT_GT(outlines, 5);
  EXPECT_EQ(categories, (std::set<std::int64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(made.tree.at("train_vids.txt").starts_with("1.000000000000000000e+00\n2.000000000000000000e+00\n"));
}

TEST(SimulateEndoscapes, ThreeVideosReachAllPartsAndNumbersAreThoseOfTheRelease) {
  const Made made = make(options_for("endoscapes2023", 3, 0.5));
  EXPECT_TRUE(made.tree.at("train_vids.txt").starts_with("1.0"));
  EXPECT_TRUE(made.tree.at("val_vids.txt").starts_with("1.21"));
  EXPECT_TRUE(made.tree.at("test_vids.txt").starts_with("1.62"));
  std::set<int> numbers;
  for (int place = 1; place <= 1000; ++place) EXPECT_TRUE(numbers.insert(endoscapes_number(place)).second) << place;
  for (int place = 1; place <= 201; ++place) EXPECT_LE(endoscapes_number(place), 201) << "the release comes first";
}

TEST(SimulateMultiBypass, PhasesAndStepsTileInMillisecondsAndOverlaysLieInside) {
  const Made made = make(options_for("multibypass140", 4, 0.3));
  int severe_in_bern = 0, severe_in_strasbourg = 0;
  for (const auto& [path, text] : made.tree) {
    if (!path.ends_with(".mp4.json")) continue;
    const bool is_bern = path.starts_with("labels/bern/labels_by70/BBP");
    EXPECT_TRUE(is_bern || path.starts_with("labels/strasbourg/labels_by70/SBP")) << path;
    const Json document = json_of(text);
    std::map<std::string, std::vector<std::int64_t>> ends;
    for (const std::string list : {"phases", "steps"}) {
      std::int64_t last = -1;
      for (const Json& interval : document[list]) {
        const auto id = interval["label_id"].get<std::int64_t>();
        const auto begin = interval["start"].get<std::int64_t>();
        const auto end = interval["end"].get<std::int64_t>();
        ASSERT_LT(begin, end);
        if (list == "steps") {
          EXPECT_TRUE(interval["label_name"].get<std::string>().starts_with("s" + std::to_string(id) + "_"));
        }
        if (list == "phases" && id >= 12) {
          (is_bern ? severe_in_bern : severe_in_strasbourg) += id == 13;
          continue;
        }
        if (last >= 0) {
          EXPECT_EQ(begin, last) << path << " " << list;
        }
        last = end;
      }
      ends[list].push_back(last);
    }
    EXPECT_EQ(ends["phases"], ends["steps"]);
  }
  EXPECT_GT(severe_in_bern, 0);
  EXPECT_EQ(severe_in_strasbourg, 0);
  EXPECT_TRUE(made.tree.at("tables/step.csv").starts_with("id, name\n0, s0_null_step\n"));
  EXPECT_TRUE(made.tree.at("tables/phase.csv").ends_with("13, severe_index"));
}

TEST(SimulateSarRarp50, GesturesComeTenTimesASecondUnderTheNativeIndex) {
  const Made made = make(options_for("sar-rarp50", 42, 0.05));
  int files = 0;
  for (const auto& [path, text] : made.tree) {
    if (!path.ends_with("action_discrete.txt")) continue;
    ++files;
    const auto rows = rows_of(text, ',', false);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(rows[i].size(), 2U);
      ASSERT_EQ(rows[i][0].size(), 9U);
      ASSERT_EQ(std::stoul(rows[i][0]), 6 * i);
      ASSERT_LT(std::stoul(rows[i][1]), 8U);
    }
  }
  EXPECT_TRUE(made.tree.contains("train1/video_11_1/action_discrete.txt"));
  EXPECT_TRUE(made.tree.contains("train1/video_11_2/action_discrete.txt"));
  EXPECT_TRUE(made.tree.contains("train2/video_22/action_discrete.txt"));
  EXPECT_TRUE(made.tree.contains("test/video_42/action_discrete.txt"));
  EXPECT_EQ(files, 42 + 5) << "1, 11, 21, 31 and 41 come in two parts";
}

TEST(SimulateAutoLaparo, SecondsCountFromOneAndEveryClipStandsOnce) {
  const Made made = make(options_for("autolaparo", 3, 0.3));
  const auto rows = rows_of(made.tree.at("Task 1 Surgical workflow recognition/labels/label_03.txt"), '\t');
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i][0], std::to_string(i + 1));
    ASSERT_NE(card("autolaparo").vocabularies.at("phases").by_id(std::stoi(rows[i][1])), nullptr);
  }
  const auto clips = rows_of(made.tree.at("Task 2 Laparoscope motion prediction/laparoscope_motion_label.txt"), '\t');
  std::set<std::string> names;
  for (const auto& clip : clips) {
    ASSERT_EQ(clip.size(), 3U);
    EXPECT_EQ(clip[0].size(), 3U);
    EXPECT_TRUE(names.insert(clip[0]).second);
    EXPECT_LT(std::stoi(clip[1]), 7);
    EXPECT_TRUE(clip[2] == "2" || clip[2] == "3" || clip[2] == "4");
  }
  EXPECT_EQ(clips.size(), 42U);
}

/// Pixels of a packed COCO mask and the box around them; an independent reading of the format.
struct Unpacked {
  std::int64_t area = 0, pixels = 0;
  std::int64_t left = 1 << 30, top = 1 << 30, right = 0, bottom = 0;
};

Unpacked unpack(const std::string& counts, std::int64_t height) {
  std::vector<std::int64_t> runs;
  for (std::size_t at = 0; at < counts.size();) {
    std::int64_t value = 0;
    for (int shift = 0;; shift += 5) {
      const std::int64_t bits = counts[at++] - 48;
      value |= (bits & 0x1f) << shift;
      if (bits & 0x20) continue;
      if (bits & 0x10) value |= -(std::int64_t{1} << (shift + 5));
      break;
    }
    runs.push_back(runs.size() > 2 ? value + runs[runs.size() - 2] : value);
  }
  Unpacked mask;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::int64_t pixel = mask.pixels; i % 2 == 1 && pixel < mask.pixels + runs[i]; ++pixel) {
      mask.left = std::min(mask.left, pixel / height);
      mask.right = std::max(mask.right, pixel / height + 1);
      mask.top = std::min(mask.top, pixel % height);
      mask.bottom = std::max(mask.bottom, pixel % height + 1);
      ++mask.area;
    }
    mask.pixels += runs[i];
  }
  return mask;
}

TEST(SimulateGrasp, MasksFillTheirBoxesAndEverySecondHasAPhaseAndAStep) {
  const Made made = make(options_for("grasp", 4, 0.1));
  const std::string folder = "GraSP_30fps/annotations/";
  const Json seconds = json_of(made.tree.at(folder + "grasp_long-term_train.json"));
  EXPECT_EQ(seconds["images"].size(), seconds["annotations"].size());
  for (const Json& moment : seconds["annotations"]) {
    EXPECT_LE(moment["phases"].get<int>(), 10);
    EXPECT_LE(moment["steps"].get<int>(), 20);
    EXPECT_FALSE(moment.contains("bbox"));
  }
  EXPECT_EQ(seconds["images"][1]["file_name"], "CASE001/000000030.jpg");
  const Json keyframes = json_of(made.tree.at(folder + "grasp_short-term_train.json"));
  ASSERT_GT(keyframes["annotations"].size(), 20U);
  for (const Json& object : keyframes["annotations"]) {
    const Unpacked mask = unpack(object["segmentation"]["counts"].get<std::string>(), 800);
    EXPECT_EQ(mask.pixels, 800 * 1280);
    EXPECT_EQ(mask.area, object["area"].get<std::int64_t>());
    const std::vector<std::int64_t> box = {mask.left, mask.top, mask.right - mask.left, mask.bottom - mask.top};
    EXPECT_EQ(object["bbox"].get<std::vector<std::int64_t>>(), box);
    EXPECT_GE(object["actions"].size(), 1U);
    EXPECT_LE(object["category_id"].get<int>(), 7);
  }
  const Json rates = json_of(made.tree.at("1fps_to_30fps_association.json"));
  EXPECT_EQ(rates["CASE041/00002.jpg"], "CASE041/000000060.jpg");
}

TEST(Dirt, TheManifestNamesExactlyTheFilesThatDifferFromTheCleanTree) {
  for (const LayoutRow& layout : layouts()) {
    SimulateOptions options = options_for(std::string(layout.name), 12, 0.1);
    const Made clean = make(options);
    options.dirt = "all";
    const Made dirty = make(options);
    const Json manifest = json_of(dirty.tree.at("dirt.json"));
    std::set<std::string> named, changed;
    for (const Json& defect : manifest) named.insert(defect["file"].get<std::string>());
    for (const auto& [path, text] : dirty.tree) {
      if (path == "SIMULATED.txt" || path == "dirt.json") continue;
      const auto before = clean.tree.find(path);
      if (before == clean.tree.end() || before->second != text) changed.insert(path);
    }
    for (const auto& [path, text] : clean.tree) EXPECT_TRUE(dirty.tree.contains(path)) << path;
    EXPECT_EQ(named, changed) << layout.name;
    EXPECT_EQ(manifest.size(), dirty.report.defects.size());
    for (const DirtRow& dirt : dirts()) {
      if (!can_carry(layout.name, dirt.name)) continue;
      const bool is_planted = std::any_of(dirty.report.defects.begin(), dirty.report.defects.end(),
                                          [&](const Defect& defect) { return defect.defect == dirt.name; });
      EXPECT_TRUE(is_planted) << layout.name << " " << dirt.name;
    }
  }
}

TEST(Dirt, EveryKindCanBePlantedAloneAndChangesOneFile) {
  for (const LayoutRow& layout : layouts()) {
    SimulateOptions options = options_for(std::string(layout.name), 6, 0.1);
    const Made clean = make(options);
    for (const DirtRow& dirt : dirts()) {
      if (dirt.name == kDuplicateVideo || !can_carry(layout.name, dirt.name)) continue;
      options.dirt = std::string(dirt.name);
      const Made dirty = make(options);
      ASSERT_FALSE(dirty.report.defects.empty()) << layout.name << " " << dirt.name;
      int changed = 0;
      for (const auto& [path, text] : clean.tree) changed += path != "SIMULATED.txt" && dirty.tree.at(path) != text;
      EXPECT_EQ(changed, 1) << layout.name << " " << dirt.name;
      EXPECT_EQ(dirty.tree.size(), clean.tree.size() + 1);
    }
  }
}

TEST(Dirt, TheNamedLineHoldsTheNamedValue) {
  SimulateOptions options = options_for("cholec80", 12, 0.1);
  options.dirt = "all";
  const Made dirty = make(options);
  int checked = 0;
  for (const Defect& defect : dirty.report.defects) {
    if (defect.line == 0) continue;
    const auto lines = split(dirty.tree.at(defect.file), '\n');
    const std::string line(lines.at(static_cast<std::size_t>(defect.line) - 1));
    const std::string value = decode_text(line, defect.file)->utf8;
    if (defect.defect == "swapped_columns") {
      EXPECT_EQ(line, "Phase\tFrame");
    } else {
      EXPECT_THAT(value, HasSubstr(defect.value)) << defect.defect;
    }
    ++checked;
  }
  EXPECT_EQ(checked, 6) << "missing frames, unknown label, swapped columns, value out of range twice, latin-1 word";
}

TEST(Dirt, MissingFramesLeaveAGapBeforeTheNamedRow) {
  SimulateOptions options = options_for("cholec80", 2, 0.1);
  options.dirt = "missing_frames";
  const Made dirty = make(options);
  ASSERT_EQ(dirty.report.defects.size(), 1U);
  const Defect& defect = dirty.report.defects[0];
  const auto lines = split(dirty.tree.at(defect.file), '\n');
  const auto at = static_cast<std::size_t>(defect.line) - 1;
  const auto frame = [&](std::size_t i) { return std::stoll(std::string(lines[i].substr(0, lines[i].find('\t')))); };
  EXPECT_EQ(std::to_string(frame(at)), defect.value);
  EXPECT_GT(frame(at), frame(at - 1) + 1);
  EXPECT_EQ(defect.expected_rule, "index_gap");
  EXPECT_EQ(defect.rows, 0);
}

TEST(Dirt, AWrongRateShortensTheLabelsOfOneFile) {
  SimulateOptions options = options_for("cholec80", 3, 0.1);
  const Made clean = make(options);
  options.dirt = "wrong_rate";
  const Made dirty = make(options);
  ASSERT_EQ(dirty.report.defects.size(), 1U);
  const std::string& file = dirty.report.defects[0].file;
  const auto before = rows_of(clean.tree.at(file), '\t');
  const auto after = rows_of(dirty.tree.at(file), '\t');
  ASSERT_EQ(after.size(), (before.size() - 1) * 4 / 5 + 1);
  for (std::size_t i = 0; i < after.size(); ++i) {
    ASSERT_EQ(after[i][0], std::to_string(i));
    ASSERT_EQ(after[i][1], before[i * 5 / 4][1]);
  }
}

TEST(Dirt, ACopiedVideoHasTheSameLabelsUnderAnotherNumber) {
  for (const std::string layout : {"cholec80", "cholect50", "multibypass140", "sar-rarp50"}) {
    SimulateOptions options = options_for(layout, 4, 0.05);
    options.dirt = "duplicate_video";
    const Made made = make(options);
    const Made clean = make(options_for(layout, 4, 0.05));
    ASSERT_FALSE(made.report.defects.empty()) << layout;
    EXPECT_EQ(made.report.defects[0].expected_rule, "duplicate_labels");
    for (const Defect& defect : made.report.defects) {
      EXPECT_FALSE(clean.tree.contains(defect.file)) << defect.file;
      std::string copy = made.tree.at(defect.file);
      if (layout == "cholect50") {  // the one place where the number stands
        const auto at = copy.find("\"video\": ") + 9;
        copy.replace(at, copy.find(',', at) - at, defect.value);
      }
      const bool is_copy =
          std::any_of(clean.tree.begin(), clean.tree.end(), [&](const auto& file) { return file.second == copy; });
      EXPECT_TRUE(is_copy) << defect.file;
    }
  }
}

TEST(Dirt, HarmlessDefectsChangeNothingButBytesThatReadersIgnore) {
  SimulateOptions options = options_for("sar-rarp50", 4);
  const Made clean = make(options);
  options.dirt = "crlf, bom";
  const Made dirty = make(options);
  ASSERT_EQ(dirty.report.defects.size(), 2U);
  for (const Defect& defect : dirty.report.defects) {
    EXPECT_EQ(defect.expected_rule, "");
    EXPECT_EQ(defect.rows, 0);
    EXPECT_EQ(rows_of(dirty.tree.at(defect.file), ',', false), rows_of(clean.tree.at(defect.file), ',', false));
    EXPECT_NE(dirty.tree.at(defect.file), clean.tree.at(defect.file));
  }
}

TEST(Dirt, TruncatedJsonIsNoJson) {
  for (const std::string layout : {"cholect50", "multibypass140", "endoscapes2023", "grasp"}) {
    SimulateOptions options = options_for(layout, 4);
    options.dirt = "truncated_json";
    const Made made = make(options);
    ASSERT_EQ(made.report.defects.size(), 1U) << layout;
    EXPECT_FALSE(parse_json(made.tree.at(made.report.defects[0].file), "file")) << layout;
  }
}

TEST(Dirt, WhatDoesNotFitIsNamedWithAllAndRefusedByName) {
  SimulateOptions options = options_for("grasp", 2);
  options.dirt = "all";
  const Made made = make(options);
  EXPECT_THAT(made.report.not_planted, testing::Contains(HasSubstr("crlf: layout grasp cannot carry it")));
  options.dirt = "crlf";
  EXPECT_THAT(error_of(options).what, HasSubstr("grasp cannot carry crlf"));
  options = options_for("cholec80", 1, 0.02);
  options.dirt = "missing_frames,unknown_label,swapped_columns";
  const Error crowded = error_of(options);
  EXPECT_EQ(crowded.kind, ErrorKind::kUsage);
  EXPECT_THAT(crowded.what, HasSubstr("no free file"));
}

TEST(SimulateRefuses, UnknownNamesWithTheNearestOne) {
  const Error layout = error_of(options_for("cholec8"));
  EXPECT_EQ(layout.kind, ErrorKind::kUsage);
  EXPECT_EQ(layout.hint, "did you mean cholec80?");
  SimulateOptions options = options_for("cholec80");
  options.dirt = "truncated_jsn";
  EXPECT_EQ(error_of(options).hint, "did you mean truncated_json?");
}

TEST(SimulateRefuses, OptionsOutOfRange) {
  for (const double scale : {0.0, -1.0, 11.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(error_of(options_for("cholec80", 1, scale)).where, "scale");
  }
  EXPECT_EQ(error_of(options_for("cholec80", 0)).where, "videos");
  SimulateOptions options = options_for("cholec80");
  options.first_video = 0;
  EXPECT_EQ(error_of(options).where, "first_video");
}

TEST(SimulateRefuses, AFolderThatHoldsSomething) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "mine.txt", "precious"));
  SimulateOptions options = options_for("cholec80");
  options.out = folder.path();
  const auto report = simulate(catalog(), options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(tree_of(folder.path()), (Tree{{"mine.txt", "precious"}}));
}

TEST(SimulateRefuses, ACatalogWithoutTheCardOrWithoutAWord) {
  const TemporaryFolder folder;
  SimulateOptions options = options_for("multibypass140", 1, 0.05);
  options.out = folder.path() / "out";
  Catalog lacking;
  lacking.sources = catalog().sources;
  auto& phases = lacking.sources.at(SourceId("multibypass140")).vocabularies.at("phases").labels;
  std::erase_if(phases, [](const VocabularyLabel& label) { return label.label == "disassembling"; });
  const auto no_word = simulate(lacking, options);
  ASSERT_FALSE(no_word);
  EXPECT_EQ(no_word.error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(no_word.error().what, HasSubstr("disassembling"));
  const auto no_card = simulate(Catalog{}, options);
  ASSERT_FALSE(no_card);
  EXPECT_EQ(no_card.error().kind, ErrorKind::kNotFound);
}

TEST(Mixture, DemoHoldsSeveralSourcesAndOneIsDirty) {
  const TemporaryFolder folder;
  MixtureOptions options;
  options.out = folder.path();
  const auto report = simulate_mixture(catalog(), options);
  ASSERT_TRUE(report) << to_string(report.error());
  std::set<std::string> roots, dirty;
  for (const auto& [path, text] : tree_of(folder.path())) {
    if (path.ends_with("/SIMULATED.txt")) roots.insert(path.substr(0, path.find('/')));
    if (path.ends_with("/dirt.json")) dirty.insert(path.substr(0, path.find('/')));
  }
  EXPECT_EQ(roots, (std::set<std::string>{"cholec80", "cholect50", "endoscapes2023", "multibypass140", "sar-rarp50"}));
  EXPECT_EQ(dirty, (std::set<std::string>{"cholec80"}));
  for (const Defect& defect : report->defects) EXPECT_TRUE(fs::exists(folder.path() / defect.file)) << defect.file;
  EXPECT_GT(report->seconds, 1000);
  EXPECT_LT(report->bytes, 20'000'000);
}

TEST(Mixture, PaperHasEnoughLabelledSeconds) {
  double seconds = 0;
  for (const MixtureRow& row : mixtures()) {
    if (row.mixture != "paper") continue;
    const auto layout = std::find_if(layout_table().begin(), layout_table().end(),
                                     [&](const Layout& entry) { return entry.name == row.layout; });
    ASSERT_NE(layout, layout_table().end());
    const Script& script = *find_script(layout->script);
    double of_sample = 0;
    for (int i = 0; i < 20; ++i) {
      const Operation made = make_operation(script, {}, 1, "case:" + std::to_string(i), row.scale);
      of_sample += static_cast<double>(made.end - made.begin) / 1000 / 20;
    }
    if (row.layout == "endoscapes2023") of_sample = 290;  // the minutes before the first clip
    seconds += of_sample * row.videos;
  }
  EXPECT_GT(seconds, 1.1e6);
  EXPECT_LT(seconds, 2e6);
}

TEST(Mixture, AnUnknownNameIsRefused) {
  MixtureOptions options;
  options.scale = "papers";
  const auto report = simulate_mixture(catalog(), options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(report.error().hint, "one of: demo, demo-pixels, paper");
}

}  // namespace
}  // namespace surgsigma
