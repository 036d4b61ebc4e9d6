#include "surgsigma/simulate/simulate.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <tuple>
#include <system_error>

#include "surgsigma/base/text.h"
#include "surgsigma/base/threads.h"
#include "surgsigma/simulate/dirt.h"
#include "surgsigma/simulate/layout.h"
#include "surgsigma/simulate/pixels.h"

namespace surgsigma {
namespace {

constexpr int kModelVersion = 2;  // raise it when the same options give other bytes
constexpr int kMostVideos = 100'000;
constexpr double kLargestScale = 10;

Error usage(std::string what, std::string where, std::string hint) {
  return {ErrorKind::kUsage, std::move(what), std::move(where), std::move(hint)};
}

Result<const Layout*> find_layout(std::string_view name) {
  std::vector<std::string> names;
  for (const Layout& layout : layout_table()) {
    if (layout.name == name) return &layout;
    names.emplace_back(layout.name);
  }
  const auto near = nearest(name, names);
  return usage("no layout is called " + quoted(name), "layout",
               near ? "did you mean " + *near + "?" : "one of: " + join(names, ", "));
}

Result<const SourceCard*> find_card(const Catalog& catalog, std::string_view name) {
  const SourceCard* card = catalog.source(SourceId(std::string(name)));
  if (card != nullptr) return card;
  return Error{ErrorKind::kNotFound, "the catalog has no source card " + quoted(name), catalog.folder.string(),
               "the layout takes its classes from the card"};
}

Status check_options(const SimulateOptions& options) {
  if (options.videos < 1 || options.videos > kMostVideos) {
    return usage("videos is " + std::to_string(options.videos), "videos", "1 to " + std::to_string(kMostVideos));
  }
  if (options.first_video < 1 || options.first_video > kMostVideos) {
    return usage("first_video is " + std::to_string(options.first_video), "first_video",
                 "1 to " + std::to_string(kMostVideos));
  }
  if (!(options.scale > 0 && options.scale <= kLargestScale)) {
    return usage("scale is " + std::to_string(options.scale), "scale", "more than 0, at most 10; 1 is real length");
  }
  std::error_code error;
  if (!fs::exists(options.out, error)) return done();
  const bool is_free = fs::is_directory(options.out, error) && fs::is_empty(options.out, error);
  if (is_free && !error) return done();
  return usage("the folder is not empty", options.out.string(), "name a new one; nothing is ever overwritten");
}

/// Writes the whole tree of one call.
class Writer {
 public:
  Writer(const World& world, const Layout& layout, const SimulateOptions& options, Progress* progress)
      : world_(world), layout_(layout), options_(options), progress_(progress) {}

  Result<SimulateReport> write() {
    SURGSIGMA_TRY(dirts, wanted_dirts(options_.dirt, layout_.name));
    if (std::erase(dirts, kPictureFaults) > 0 && !options_.has_pixels) {
      if (trim(options_.dirt) != "all") return usage("picture_faults without pictures", "dirt", "add --pixels");
      report_.not_planted.push_back(std::string(kPictureFaults) + ": no pictures are drawn");
    }
    if (layout_.companions != nullptr) {
      SURGSIGMA_TRY(companions, layout_.companions(world_));
      companions_ = std::move(companions);
    }
    for (int i = 0; i < options_.videos; ++i) {
      const int place = options_.first_video + i;
      const int number = layout_.number_at == nullptr ? place : layout_.number_at(place);
      videos_.push_back({number, number});
    }
    SURGSIGMA_CHECK(plan_dirt(dirts));
    SURGSIGMA_CHECK(write_videos());
    for (const Piece& piece : companions_) SURGSIGMA_CHECK(write_piece(piece));
    SURGSIGMA_CHECK(write_shared_files());
    SURGSIGMA_CHECK(write_marks());
    report_.videos = options_.videos;
    return std::move(report_);
  }

 private:
  static bool is_file(const Piece& piece) { return piece.section == kWholeFile; }

  Draws dirt_draws(std::string_view dirt) const { return {options_.seed, layout_.name, "dirt " + std::string(dirt)}; }

  /// Decides which files are changed, and changes them in memory.
  Status plan_dirt(const std::vector<std::string_view>& dirts) {
    const bool has_copy = std::find(dirts.begin(), dirts.end(), kDuplicateVideo) != dirts.end();
    if (has_copy) SURGSIGMA_CHECK(plan_copy());
    for (const std::string_view dirt : dirts) {
      if (dirt == kDuplicateVideo) continue;
      bool is_planted = false;
      bool is_possible = false;
      for (const Planting& planting : plantings()) {
        if (planting.dirt != dirt || planting.layout != layout_.name) continue;
        is_possible = true;
        SURGSIGMA_TRY(found, plant_in_file(planting));
        is_planted = found;
        if (is_planted) break;
        if (is_shared_role(planting.role)) {
          shared_plantings_.push_back(&planting);
          is_planted = true;
          break;
        }
      }
      if (is_planted) continue;
      report_.not_planted.push_back(std::string(dirt) +
                                    (is_possible ? ": no free file that could carry it; take more videos"
                                                 : ": layout " + std::string(layout_.name) + " cannot carry it"));
    }
    const bool is_all = trim(options_.dirt) == "all";
    if (is_all || report_.not_planted.empty()) return done();
    return usage(report_.not_planted.front(), "dirt", "take more or longer videos, or fewer defects");
  }

  bool is_shared_role(std::string_view role) const {
    static const std::set<std::string_view> shared = {"object", "segmentation", "metadata", "keyframe", "second"};
    return shared.contains(role);
  }

  /// One of the videos once more under a number that has the same parity, parts and so on: ten or more further on.
  Status plan_copy() {
    if (!can_carry(layout_.name, kDuplicateVideo)) {
      report_.not_planted.push_back(std::string(kDuplicateVideo) + ": layout " + std::string(layout_.name) +
                                    " cannot carry it");
      return done();
    }
    Draws draws = dirt_draws(kDuplicateVideo);
    const int original = videos_[draws.below(videos_.size())].number;
    dirty_videos_.insert(original);
    const int last = videos_.back().number;
    const VideoNumber copy{original + (last - original) / 10 * 10 + 10, original};
    SURGSIGMA_TRY(files, layout_.write_video(world_, {original, original}));
    for (const Piece& piece : files.pieces) {
      if (is_file(piece)) taken_.insert(piece.path);
    }
    SURGSIGMA_TRY(copied, layout_.write_video(world_, copy));
    std::string rule = "duplicate_labels";
    for (const Piece& piece : copied.pieces) {
      if (!is_file(piece)) continue;
      report_.defects.push_back({std::string(kDuplicateVideo), piece.path, 0, std::to_string(original), rule, 0});
      rule.clear();  // one issue for the video, whatever number of files it has
      extra_.push_back(piece);
      taken_.insert(piece.path);
    }
    return done();
  }

  /// Plants in the first free file from a drawn video on, or in a companion; false when there is none.
  Result<bool> plant_in_file(const Planting& planting) {
    Draws draws = dirt_draws(planting.dirt);
    for (Piece& piece : companions_) {
      if (piece.role == planting.role && try_plant(planting, piece, draws)) return true;
    }
    const std::size_t start = draws.below(videos_.size());
    // Videos without a defect first: then no two of them meet in one video while there are enough.
    for (const bool may_be_dirty : {false, true}) {
      for (std::size_t i = 0; i < videos_.size(); ++i) {
        const VideoNumber video = videos_[(start + i) % videos_.size()];
        if (dirty_videos_.contains(video.number) != may_be_dirty) continue;
        SURGSIGMA_TRY(files, layout_.write_video(world_, video));
        for (Piece& piece : files.pieces) {
          if (!is_file(piece) || piece.role != planting.role || !try_plant(planting, piece, draws)) continue;
          changed_[piece.path] = std::move(piece.text);
          dirty_videos_.insert(video.number);
          return true;
        }
      }
    }
    return false;
  }

  bool try_plant(const Planting& planting, Piece& piece, Draws& draws) {
    if (taken_.contains(piece.path)) return false;
    auto defects = planting.plant(planting, piece, draws);
    if (!defects) return false;
    taken_.insert(piece.path);
    for (Defect& defect : *defects) {
      defect.file = piece.path;
      report_.defects.push_back(std::move(defect));
    }
    return true;
  }

  Status write_videos() {
    shared_pieces_.resize(videos_.size());
    std::atomic<bool> has_failed = false;
    std::mutex mutex;
    Status first_failure = done();
    parallel_for(videos_.size(), options_.jobs, [&](std::size_t i) {
      if (has_failed) return;
      const Status status = write_video(i, mutex);
      if (progress_ != nullptr) progress_->advance();
      if (status) return;
      const std::lock_guard lock(mutex);
      if (!has_failed.exchange(true)) first_failure = status;
    });
    SURGSIGMA_CHECK(first_failure);
    for (const Piece& piece : extra_) SURGSIGMA_CHECK(write_piece(piece));
    return done();
  }

  Status write_video(std::size_t i, std::mutex& mutex) {
    SURGSIGMA_TRY(files, layout_.write_video(world_, videos_[i]));
    std::map<std::string, std::int64_t> rows;
    std::vector<WrittenFault> faults;
    std::int64_t count = 0, bytes = 0;
    for (Piece& piece : files.pieces) {
      rows[piece.role] += piece.rows;
      if (!is_file(piece)) {
        shared_pieces_[i].push_back(std::move(piece));
        continue;
      }
      const auto changed = changed_.find(piece.path);
      const std::string& text = changed == changed_.end() ? piece.text : changed->second;
      SURGSIGMA_CHECK(write_file(options_.out / piece.path, text));
      ++count;
      bytes += static_cast<std::int64_t>(text.size());
    }
    if (options_.has_pixels) {
      SURGSIGMA_TRY(written, write_pixels(world_, layout_, videos_[i], options_.out, jobs_per_video()));
      count += written.files;
      bytes += written.bytes;
      rows["picture"] += written.pictures;
      faults = std::move(written.faults);
    }
    const std::lock_guard lock(mutex);
    for (const WrittenFault& fault : faults) {
      report_.defects.push_back({std::string(kPictureFaults), fault.file, 0, fault.text, "", 0});
    }
    for (const auto& [role, number] : rows) report_.rows[role] += number;
    report_.seconds += files.seconds;
    report_.files += count;
    report_.bytes += bytes;
    return done();
  }

  /// Threads that are left for each video.
  int jobs_per_video() const { return std::max(1, options_.jobs / std::max(1, options_.videos)); }

  Status write_piece(const Piece& piece) {
    if (piece.rows > 0) report_.rows[piece.role] += piece.rows;
    return write_text(piece.path, piece.text);
  }

  Status write_text(const std::string& path, const std::string& text) {
    SURGSIGMA_CHECK(write_file(options_.out / path, text));
    ++report_.files;
    report_.bytes += static_cast<std::int64_t>(text.size());
    return done();
  }

  Status write_shared_files() {
    if (layout_.shared_files == nullptr) return done();
    SURGSIGMA_TRY(files, layout_.shared_files(world_));
    // Sections by file, so that every piece is looked at once.
    std::map<std::string, std::vector<std::string>> sections;
    for (const SharedFile& file : files) sections[file.path].resize(file.around.size() - 1);
    for (const SharedFile& file : files) {
      auto& parts = sections[file.path];
      for (auto& of_video : shared_pieces_) {
        for (Piece& piece : of_video) {
          if (piece.path != file.path || piece.text.empty()) continue;
          std::string& part = parts[static_cast<std::size_t>(piece.section)];
          if (!part.empty()) part += file.separator;
          part += piece.text;
          piece.text = std::string();
        }
      }
    }
    for (const SharedFile& file : files) {
      const auto& parts = sections[file.path];
      const bool is_empty = std::all_of(parts.begin(), parts.end(), [](const auto& part) { return part.empty(); });
      if (is_empty) continue;  // no video of this call lies in that part
      Piece piece{file.path, file.role, 0, file.around.front()};
      for (std::size_t i = 0; i + 1 < file.around.size(); ++i) {
        piece.text += sections[file.path][i];
        piece.text += file.around[i + 1];
      }
      sections.erase(file.path);
      std::erase_if(shared_plantings_, [&](const Planting* planting) {
        if (planting->role != file.role) return false;
        Draws draws = dirt_draws(planting->dirt);
        return try_plant(*planting, piece, draws);
      });
      SURGSIGMA_CHECK(write_text(piece.path, piece.text));
    }
    for (const Planting* planting : shared_plantings_) {
      report_.not_planted.push_back(std::string(planting->dirt) + ": no file that could carry it; take more videos");
    }
    return done();
  }

  Status write_marks() {
    std::stable_sort(report_.defects.begin(), report_.defects.end(),
                     [](const Defect& a, const Defect& b) { return std::tie(a.file, a.defect) < std::tie(b.file, b.defect); });
    if (!report_.defects.empty()) {
      Json list = Json::array();
      for (const Defect& defect : report_.defects) {
        list.push_back({{"defect", defect.defect},
                        {"file", defect.file},
                        {"line", defect.line},
                        {"value", defect.value},
                        {"expected_rule", defect.expected_rule},
                        {"rows", defect.rows}});
      }
      SURGSIGMA_CHECK(write_text(std::string(kDirtManifest), list.dump(2) + "\n"));
    }
    std::string scale;
    append_float(scale, options_.scale);
    return write_text(std::string(kSimulatedMark),
                      "not real data: every label and picture in this folder was invented by surgsigma simulate\n"
                      "model version: " +
                          std::to_string(kModelVersion) + "\nlayout: " + options_.layout +
                          "\nseed: " + std::to_string(options_.seed) + "\nvideos: " + std::to_string(options_.videos) +
                          "\nfirst video: " + std::to_string(options_.first_video) + "\nscale: " + scale +
                          "\ndirt: " + (options_.dirt.empty() ? "none" : options_.dirt) + "\n");
  }

  const World& world_;
  const Layout& layout_;
  const SimulateOptions& options_;
  Progress* progress_;
  SimulateReport report_;
  std::vector<VideoNumber> videos_;
  std::vector<Piece> companions_;
  std::vector<Piece> extra_;
  std::vector<std::vector<Piece>> shared_pieces_;  // by video
  std::vector<const Planting*> shared_plantings_;
  std::set<std::string> taken_;  // files that carry a defect or must stay clean
  std::set<int> dirty_videos_;
  std::map<std::string, std::string> changed_;  // path -> text with its defect
};

}  // namespace

const std::vector<LayoutRow>& layouts() {
  static const std::vector<LayoutRow> rows = [] {
    std::vector<LayoutRow> made;
    for (const Layout& layout : layout_table()) made.push_back({layout.name, layout.description});
    return made;
  }();
  return rows;
}

Result<SimulateReport> simulate(const Catalog& catalog, const SimulateOptions& options, Progress* progress) {
  SURGSIGMA_TRY(layout, find_layout(options.layout));
  SURGSIGMA_CHECK(check_options(options));
  const Script* script = find_script(layout->script);
  if (script == nullptr) return Error{ErrorKind::kInternal, "no script", std::string(layout->script), ""};
  SURGSIGMA_TRY(card, find_card(catalog, layout->name));
  SURGSIGMA_TRY(home, find_card(catalog, script->home));
  SURGSIGMA_TRY(valid, valid_triplets(*home));
  SURGSIGMA_CHECK(check_script(*script, *home, valid));
  SURGSIGMA_TRY(dirts, wanted_dirts(options.dirt, layout->name));
  const bool has_faults = options.has_pixels && std::find(dirts.begin(), dirts.end(), kPictureFaults) != dirts.end();
  const World world{catalog,      *card,         *home,              *script,   std::move(valid),
                    options.seed, options.scale, options.has_pixels, has_faults};
  return Writer(world, *layout, options, progress).write();
}

const std::vector<MixtureRow>& mixtures() {
  static const std::vector<MixtureRow> rows = {
      {"demo", "cholec80", 12, 0.1, "all"},
      {"demo", "cholect50", 6, 0.1, ""},
      {"demo", "endoscapes2023", 8, 0.4, ""},
      {"demo", "multibypass140", 4, 0.1, ""},
      {"demo", "sar-rarp50", 4, 0.5, ""},
      {"demo-pixels", "cholec80", 1, 0.008, "", true},
      {"demo-pixels", "cholect50", 2, 0.03, "", true},
      {"demo-pixels", "endoscapes2023", 3, 0.05, "", true},
      {"demo-pixels", "multibypass140", 1, 0.01, "", true},
      {"demo-pixels", "scared", 1, 0.02, "", true},
      {"paper", "cholec80", 80, 1, ""},
      {"paper", "cholect50", 470, 1, ""},
      {"paper", "endoscapes2023", 201, 1, ""},
      {"paper", "multibypass140", 40, 1, ""},
      {"paper", "sar-rarp50", 50, 1, ""},
      {"paper", "autolaparo", 21, 1, ""},
      {"paper", "grasp", 13, 1, ""},
  };
  return rows;
}

Result<SimulateReport> simulate_mixture(const Catalog& catalog, const MixtureOptions& options, Progress* progress) {
  SimulateReport total;
  std::vector<std::string> names;
  for (const MixtureRow& row : mixtures()) {
    if (names.empty() || names.back() != row.mixture) names.emplace_back(row.mixture);
    if (row.mixture != options.scale) continue;
    SimulateOptions source;
    source.layout = std::string(row.layout);
    source.out = options.out / std::string(row.layout);
    source.videos = row.videos;
    source.seed = options.seed;
    source.scale = row.scale;
    source.dirt = std::string(row.dirt);
    source.has_pixels = row.has_pixels;
    source.jobs = options.jobs;
    SURGSIGMA_TRY(report, simulate(catalog, source, progress));
    total.videos += report.videos;
    total.files += report.files;
    total.bytes += report.bytes;
    total.seconds += report.seconds;
    for (const auto& [role, rows] : report.rows) total.rows[source.layout + "/" + role] += rows;
    for (Defect& defect : report.defects) {
      defect.file = source.layout + "/" + defect.file;
      total.defects.push_back(std::move(defect));
    }
    for (const std::string& reason : report.not_planted) total.not_planted.push_back(source.layout + ": " + reason);
  }
  if (total.videos > 0) return total;
  return usage("no mixture is called " + quoted(options.scale), "scale", "one of: " + join(names, ", "));
}

}  // namespace surgsigma
