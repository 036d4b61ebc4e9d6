#include "surgsigma/export/coco/coco_export.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "surgsigma/base/hash.h"
#include "surgsigma/base/progress.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/export/coco/coco_card.h"
#include "surgsigma/export/coco/coco_file.h"
#include "surgsigma/export/coco/coco_images.h"
#include "surgsigma/export/coco/coco_pictures.h"
#include "surgsigma/export/coco/coco_shape.h"
#include "surgsigma/export/json_text.h"
#include "surgsigma/export/row_selection.h"
#include "surgsigma/export/unfinished_folder.h"

namespace surgsigma {
namespace {

constexpr const char* kPage = "docs/export-coco.md";
constexpr const char* kImages = "images";  // what the counts by task are filed under
constexpr const char* kObjectKinds = "kind IN ('box', 'mask')";
constexpr const char* kReadKinds = "kind IN ('box', 'mask', 'presence')";

Result<Selection> select_objects(Engine& engine, const Database& database, const ExportOptions& options) {
  std::string where = kObjectKinds;
  if (!options.sources.empty()) where += " AND videos.source_id IN (" + sql_list(options.sources) + ")";
  const RowQuestion question{"box or mask",
                             "boxes and masks",
                             "task of a COCO export",
                             coco_tasks(),
                             where,
                             "SELECT videos.source_id, videos.case_id, '', false, count(*) FROM annotations JOIN "
                             "videos USING (video_id) WHERE " +
                                 where + " GROUP BY ALL ORDER BY ALL",
                             "SELECT DISTINCT videos.source_id, videos.case_id, video_id FROM annotations JOIN videos "
                             "USING (video_id) WHERE " +
                                 where + " ORDER BY ALL",
                             "look at `surgsigma stats`: COCO needs sources with boxes or masks"};
  return select_rows(engine, database, options, question);
}

/// Vocabularies of boxes and masks in which an empty picture is a statement about what is wanted.
Result<std::set<std::string>> evidence_of(Engine& engine, const Catalog& catalog, const CocoRules& rules,
                                          const std::vector<VocabularyRow>& words) {
  SURGSIGMA_TRY(table, engine.query(std::string("SELECT DISTINCT videos.source_id, vocabulary FROM annotations JOIN "
                                                "videos USING (video_id) WHERE ") +
                                        kObjectKinds + " ORDER BY ALL",
                                    kMostSelectedRows));
  std::set<std::string> holding_wanted;
  for (const VocabularyRow& word : words) {
    const Concept* known = rules.ontology->find(word.concept_id);
    if (!known) continue;
    const bool is_instrument = rules.ontology->is_a(word.concept_id, ConceptId("ins.instrument"));
    const bool is_wanted = is_instrument              ? rules.wish.instruments
                           : known->kind == "anatomy" ? rules.wish.tissue
                                                      : rules.wish.others;
    if (is_wanted) holding_wanted.insert(vocabulary_key(word.source_id.text, word.vocabulary_id));
  }
  std::set<std::string> evidence;
  for (const auto& row : table.rows) {
    const std::string source = row[0].value_or(""), name = row[1].value_or("");
    const std::string key = vocabulary_key(source, name);
    const SourceCard* card = catalog.source(SourceId(source));
    const auto known = card == nullptr ? decltype(card->vocabularies)::const_iterator()
                                       : card->vocabularies.find(key.substr(source.size() + 1));
    const bool is_known = card != nullptr && known != card->vocabularies.end();
    const bool is_complete = is_known && known->second.is_closed && known->second.is_complete;
    if (is_complete && holding_wanted.contains(key)) evidence.insert(key);
  }
  return evidence;
}

/// What one partition gave.
struct Made {
  std::deque<CocoSpill> spills;  ///< by part
  std::array<std::int64_t, kParts.size()> images{};
  std::array<std::vector<std::int64_t>, kParts.size()> objects;  ///< by category
  CaseList cases;
  Drops drops;
  std::int64_t cut_boxes = 0;
  std::int64_t scaled_objects = 0;
  std::int64_t pictures_bytes = 0;
  bool has_simulated = false;
  bool has_real = false;
};

class CocoExport {
 public:
  CocoExport(const Database& database, const Catalog& catalog, const ExportOptions& options, const Privacy& privacy,
             const Selection& selection, const CocoRules& rules, Caps& caps, const std::vector<VideoRow>& videos,
             const fs::path& folder, std::shared_ptr<Engine> engine)
      : database_(database),
        options_(options),
        privacy_(privacy),
        selection_(selection),
        rules_(rules),
        caps_(caps),
        folder_(folder),
        engine_(std::move(engine)),
        pictures_(database, catalog, options, privacy, selection.sources, folder) {
    for (const VideoRow& video : videos) videos_[video.video_id.text] = &video;
    for (std::size_t i = 0; i < selection.sources.size(); ++i) {
      sources_[selection.sources[i].source.source_id.text] = i;
    }
    for (const Partition& partition : database.manifest().partitions) {
      if (partition.table == Annotation::kTable && sources_.contains(partition.source))
        partitions_.push_back(partition);
    }
  }

  Status draw_caps() {
    if (!caps_.is_used()) return done();
    for (const Partition& partition : partitions_) {
      SURGSIGMA_CHECK(each_video(partition, [&](const VideoRow& video, int part, const std::vector<Annotation>& rows) {
        Drops unused;
        const VideoRow shown = shown_video(video);
        for (const CocoImage& image : images_of(shown, rows, rules_, unused)) {
          caps_.offer(kImages, part, "", image_key(shown, image));
        }
        return done();
      }));
    }
    caps_.draw_rows();
    return done();
  }

  Status make_all() {
    made_.resize(partitions_.size());
    std::vector<std::optional<Error>> errors(partitions_.size());
    Progress progress("export coco", partitions_.size(), options_.is_quiet);
    parallel_for(partitions_.size(), options_.jobs, [&](std::size_t i) {
      const Status status = make(i);
      if (!status.ok()) errors[i] = status.error();
      progress.advance();
    });
    for (const auto& error : errors) {
      if (error) return *error;
    }
    return done();
  }

  const std::vector<Made>& made() const { return made_; }
  const std::vector<Partition>& partitions() const { return partitions_; }

 private:
  using TakeVideo = std::function<Status(const VideoRow&, int, const std::vector<Annotation>&)>;

  /// The videos of a partition that are in a part, with their records; one at a time in memory.
  Status each_video(const Partition& partition, const TakeVideo& take) const {
    SURGSIGMA_TRY(reader, TableReader<Annotation>::open(engine_, {database_.folder() / partition.file}, kReadKinds));
    std::vector<Annotation> rows;
    const auto hand_over = [&]() -> Status {
      if (rows.empty()) return done();
      const auto video = videos_.find(rows.front().video_id.text);
      if (video == videos_.end()) return done();
      const int part = part_of(selection_, video->second->source_id.text, video->second->case_id.text);
      return part == kNoPart ? done() : take(*video->second, part, rows);
    };
    for (Annotation row;;) {
      SURGSIGMA_TRY(more, reader.next(row));
      if (!more || (!rows.empty() && row.video_id != rows.front().video_id)) {
        SURGSIGMA_CHECK(hand_over());
        rows.clear();
      }
      if (!more) return done();
      rows.push_back(row);
    }
  }

  /// The video under the names that it and its operation have outside.
  VideoRow shown_video(const VideoRow& video) const {
    VideoRow shown = video;
    shown.video_id = VideoId(privacy_.shown_video(video.source_id.text, video.video_id.text));
    shown.case_id = CaseId(privacy_.shown_case(video.source_id.text, video.case_id.text));
    return shown;
  }

  Status make(std::size_t index) {
    Made& made = made_[index];
    for (const std::string_view part : kParts) {
      made.spills.emplace_back((folder_ / ".work" / (std::to_string(index) + "-" + std::string(part))).string());
    }
    for (auto& counts : made.objects) counts.assign(rules_.classes->all().size(), 0);
    SURGSIGMA_CHECK(
        each_video(partitions_[index], [&](const VideoRow& video, int part, const std::vector<Annotation>& rows) {
          return add_video(video, static_cast<std::size_t>(part), rows, made);
        }));
    for (CocoSpill& spill : made.spills) SURGSIGMA_CHECK(spill.flush());
    return done();
  }

  Status add_video(const VideoRow& recording, std::size_t part, const std::vector<Annotation>& rows, Made& made) {
    const VideoRow video = shown_video(recording);
    std::vector<CocoImage> images = images_of(video, rows, rules_, made.drops);
    if (caps_.is_used()) {
      std::erase_if(images, [&](const CocoImage& image) {
        return !caps_.keeps(kImages, static_cast<int>(part), "", image_key(video, image));
      });
    }
    std::vector<std::vector<std::optional<CocoShape>>> shapes(images.size());
    const auto is_wanted = [&](std::size_t i, ImageSize size) {
      return find_shapes(video, images[i], size, shapes[i], made);
    };
    const std::size_t source = sources_.at(video.source_id.text);
    SURGSIGMA_TRY(placed, pictures_.place(recording, video, images, is_wanted, made.drops));
    CocoSpill& spill = made.spills[part];
    bool is_first = true;
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (!placed[i]) continue;
      if (std::exchange(is_first, false)) {
        SURGSIGMA_CHECK(spill.videos.add(video_json(video)));
        add_case(made.cases, kParts[part], privacy_, recording.source_id.text, recording.case_id.text);
      }
      const std::int64_t video_number = spill.videos.rows() - 1;
      SURGSIGMA_CHECK(spill.images.add(std::to_string(video_number) + "\t" +
                                       image_json(video, images[i], *placed[i], static_cast<int>(source) + 1)));
      const std::string image_number = std::to_string(spill.images.rows() - 1) + "\t";
      for (std::size_t k = 0; k < images[i].objects.size(); ++k) {
        if (!shapes[i][k]) continue;
        const CocoObject& object = images[i].objects[k];
        SURGSIGMA_CHECK(
            spill.annotations.add(image_number + annotation_json(video, object, *shapes[i][k], *rules_.classes)));
        ++made.objects[part][static_cast<std::size_t>(object.category)];
        made.cut_boxes += shapes[i][k]->is_cut;
        made.scaled_objects += shapes[i][k]->is_scaled;
        count_origin(object.first().origin == Origin::kSimulated, source, made);
      }
      if (images[i].objects.empty()) count_origin(false, source, made);
      SURGSIGMA_CHECK(spill.pictures.add(picture_line(video, images[i], *placed[i])));
      made.pictures_bytes += placed[i]->bytes;
      ++made.images[part];
    }
    return done();
  }

  void count_origin(bool is_simulated, std::size_t source, Made& made) const {
    (is_simulated || selection_.sources[source].source.is_simulated ? made.has_simulated : made.has_real) = true;
  }

  /// False when the picture is not worth having: it had objects and none is left.
  bool find_shapes(const VideoRow& video, CocoImage& image, ImageSize size,
                   std::vector<std::optional<CocoShape>>& shapes, Made& made) const {
    shapes.assign(image.objects.size(), std::nullopt);
    std::int64_t good = 0;
    for (std::size_t i = 0; i < image.objects.size(); ++i) {
      const CocoObject& object = image.objects[i];
      CocoShape shape;
      std::string_view rule = shape_of(object.box, object.mask, size, shape);
      const bool loses_mask = rule.empty() && !shape.mask_fault.empty();
      if (loses_mask) {
        made.drops.add(shape.mask_fault, record_id(video, *object.mask));
        if (rules_.wish.needs_mask) {
          ++image.left_out;
          continue;
        }
      }
      if (!rule.empty()) {
        made.drops.add(rule, record_id(video, object.first()));
        ++image.left_out;
        continue;
      }
      shapes[i] = std::move(shape);
      ++good;
    }
    if (good > 0 || image.objects.empty()) return true;
    made.drops.add("image_without_usable_object", image_key(video, image));
    return false;
  }

  const Database& database_;
  const ExportOptions& options_;
  const Privacy& privacy_;
  const Selection& selection_;
  const CocoRules& rules_;
  Caps& caps_;
  fs::path folder_;
  std::shared_ptr<Engine> engine_;
  CocoPictures pictures_;
  std::map<std::string, const VideoRow*, std::less<>> videos_;
  std::map<std::string, std::size_t, std::less<>> sources_;
  std::vector<Partition> partitions_;
  std::vector<Made> made_;
};

/// Adds the partitions up.
CocoTotals totals_of(const CocoExport& work, std::size_t categories, Papers& papers) {
  CocoTotals totals;
  for (auto& part : totals.objects) part.assign(categories, 0);
  for (std::size_t i = 0; i < work.made().size(); ++i) {
    const Made& made = work.made()[i];
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      if (made.images[part] > 0) {
        papers.rows[std::string(kParts[part])][kImages][work.partitions()[i].source] += made.images[part];
      }
      for (std::size_t k = 0; k < categories; ++k) totals.objects[part][k] += made.objects[part][k];
    }
    add_cases(papers.cases, made.cases);
    papers.drops.add(made.drops);
    papers.has_simulated |= made.has_simulated;
    papers.has_real |= made.has_real;
    totals.cut_boxes += made.cut_boxes;
    totals.scaled_objects += made.scaled_objects;
    totals.pictures_bytes += made.pictures_bytes;
  }
  return totals;
}

Status write_parts(const CocoExport& work, const std::string& head, const fs::path& folder, Papers& papers) {
  for (std::size_t part = 0; part < kParts.size(); ++part) {
    std::vector<const CocoSpill*> spills;
    std::int64_t images = 0;
    for (const Made& made : work.made()) {
      spills.push_back(&made.spills[part]);
      images += made.images[part];
    }
    if (images == 0) continue;
    const std::string name = "annotations/instances_" + std::string(kParts[part]) + ".json";
    SURGSIGMA_TRY(written, join_spills(head, spills, folder / name));
    SURGSIGMA_TRY(read, check_instances(folder / name));
    if (read != written || read.images != images) {
      return Error{ErrorKind::kInternal,
                   std::to_string(images) + " images were written, " + std::to_string(read.images) + " read back", name,
                   "please report this with the command you gave"};
    }
    SURGSIGMA_TRY(file, file_of_export(folder, name, "instances", std::string(kParts[part]), images));
    papers.files.push_back(std::move(file));
  }
  return done();
}

Status write_picture_list(const CocoExport& work, const fs::path& folder, Papers& papers) {
  SpillLines list(folder / "pictures.tsv");
  SURGSIGMA_CHECK(list.add("path\tframe\tmade_from\twidth\theight\tbytes\tsha256"));
  for (std::size_t part = 0; part < kParts.size(); ++part) {
    for (const Made& made : work.made()) {
      const SpillLines& lines = made.spills[part].pictures;
      if (lines.rows() == 0) continue;
      SURGSIGMA_TRY(mapped, MappedFile::open(lines.path()));
      std::string_view text = mapped.bytes();
      text.remove_suffix(1);
      SURGSIGMA_CHECK(list.add(text));
    }
  }
  SURGSIGMA_CHECK(list.flush());
  SURGSIGMA_TRY(file, file_of_export(folder, "pictures.tsv", "", "", 0));
  papers.files.push_back(std::move(file));
  return done();
}

}  // namespace

ExportFormatRow coco_format() {
  return {"coco", "boxes and masks as COCO instances, one JSON per part, with their pictures"};
}

Result<ExportReport> export_coco(const Database& database, const Catalog& catalog, const ExportOptions& options,
                                 const CocoSettings& settings) {
  SURGSIGMA_CHECK(refuse_words(options, true));
  SURGSIGMA_TRY(views, database.engine_with_views(options.jobs));
  SURGSIGMA_TRY(selection, select_objects(*views, database, options));
  SURGSIGMA_TRY(engine, Engine::open(1));
  SURGSIGMA_TRY(videos, read_all<VideoRow>(engine, database.files(VideoRow::kTable)));
  SURGSIGMA_TRY(words, read_all<VocabularyRow>(engine, database.files(VocabularyRow::kTable)));
  const CocoClasses classes = settings.classes == ClassNames::kConcept ? CocoClasses::of_concepts(catalog.ontology)
                                                                       : CocoClasses::of_words(words);
  CocoRules rules{&catalog.ontology, &classes, wish_of(options.tasks), {}};
  SURGSIGMA_TRY(evidence, evidence_of(*views, catalog, rules, words));
  rules.evidence = std::move(evidence);

  UnfinishedFolder folder(options.out);
  SURGSIGMA_CHECK(folder.make());
  SURGSIGMA_TRY(privacy, Privacy::read(database, options.purpose));
  Caps caps(options.cap, false, options.seed);
  CocoExport work(database, catalog, options, privacy, selection, rules, caps, videos, folder.path(), engine);
  SURGSIGMA_CHECK(work.draw_caps());
  SURGSIGMA_CHECK(work.make_all());

  Papers papers;
  papers.options = &options;
  papers.selection = &selection;
  papers.over_cap = caps.left_out();
  const CocoTotals totals = totals_of(work, classes.all().size(), papers);
  if (options.requires_media && papers.drops.count("missing_picture") > 0) {
    return Error{ErrorKind::kNotFound, std::to_string(papers.drops.count("missing_picture")) + " pictures are missing",
                 papers.drops.by_rule().at("missing_picture").example,
                 "name their folder with --media DIR, or leave out --require-media: those images then stay out"};
  }
  describe(settings, classes, totals, papers);
  if (papers.rows_total() == 0) return nothing_written(papers, kPage);
  const std::string head = file_head(selection, classes, totals, options);
  SURGSIGMA_CHECK(write_parts(work, head, folder.path(), papers));
  SURGSIGMA_CHECK(write_picture_list(work, folder.path(), papers));
  SURGSIGMA_CHECK(write_papers_of(papers, database, folder.path()));
  SURGSIGMA_CHECK(folder.put_in_place());
  return report_of(papers);
}

}  // namespace surgsigma
