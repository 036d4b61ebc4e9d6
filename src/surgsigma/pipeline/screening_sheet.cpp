#include <algorithm>
#include <functional>
#include <map>

#include "surgsigma/base/base64.h"
#include "surgsigma/base/text.h"
#include "surgsigma/base/time.h"
#include "surgsigma/export/builder.h"
#include "surgsigma/media/extract.h"
#include "surgsigma/media/hiding.h"
#include "surgsigma/media/picture_file.h"
#include "surgsigma/media/resize.h"
#include "surgsigma/media/video.h"
#include "surgsigma/pipeline/screening.h"

namespace surgsigma {
namespace {

constexpr std::size_t kOverview = 16;  // pictures over the whole recording
constexpr int kPictureWidth = 360;
constexpr int kJpegQuality = 80;
constexpr int kOutlinePx = 2;

constexpr const char* kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Screening of private recordings</title><style>
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1200px;padding:0 1rem;color:#1a1a1a}
.warn{background:#8c1d18;color:#fff;padding:.7rem 1rem;border-radius:4px}
h2{margin-top:2.5rem;border-top:2px solid #ccc;padding-top:1rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #ddd;vertical-align:top}
img{display:block;width:100%;max-width:360px;height:auto;border:1px solid #999}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:.5rem}
figure{margin:0}figcaption{font-size:.8rem;color:#555}code{overflow-wrap:anywhere}
.scroll{overflow-x:auto}</style></head><body>
<h1>Screening of private recordings</h1>
<p class="warn">For those who may see the recordings only: the pictures marked &quot;before&quot; show what is to be hidden.
Keep this page as you keep the recordings.</p>
<p>Finders miss things. Look at the pictures of the whole recording below each table, and at the recording itself where you
are in doubt, before you approve it.</p>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

/// RFC 4180.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

void outline(Image& picture, const Box& box) {
  const auto within = [](double value, int most) {
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(most)));
  };
  const int left = within(box.x1 - kOutlinePx, picture.width), right = within(box.x2 + kOutlinePx, picture.width);
  const int top = within(box.y1 - kOutlinePx, picture.height), bottom = within(box.y2 + kOutlinePx, picture.height);
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const bool is_edge =
          y < top + kOutlinePx || y >= bottom - kOutlinePx || x < left + kOutlinePx || x >= right - kOutlinePx;
      if (!is_edge) continue;
      std::uint8_t* pixel = picture.at(x, y);
      for (int c = 0; c < picture.channels; ++c) pixel[c] = c == 0 || picture.channels == 1 ? 255 : 0;
    }
  }
}

Result<std::string> picture_tag(const Image& picture, const std::string& words) {
  const ImageSize size = right_size(picture.size(), {kPictureWidth, std::nullopt});
  SURGSIGMA_TRY(small, resized(picture, size, Resampling::kArea));
  SURGSIGMA_TRY(jpeg, encode_jpeg(small, kJpegQuality));
  return "<img alt=\"" + escaped(words) + "\" src=\"data:image/jpeg;base64," + base64(jpeg) + "\">";
}

/// The pictures of one recording at the sampled frames that are asked for.
class RecordingPictures {
 public:
  RecordingPictures(fs::path root, const ScreeningRow& row, std::vector<FrameRow> frames)
      : root_(std::move(root)), row_(row), frames_(std::move(frames)) {}

  const std::vector<FrameRow>& frames() const { return frames_; }

  /// The sample in the middle of a stretch, or the one nearest to it.
  std::optional<std::size_t> sample_of(Microseconds begin, Microseconds end) const {
    std::optional<std::size_t> best;
    const Microseconds middle = begin + (end - begin) / 2;
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      const bool is_inside = begin <= frames_[i].time_us && frames_[i].time_us < end;
      if (!is_inside) continue;
      if (!best || std::abs(frames_[i].time_us - middle) < std::abs(frames_[*best].time_us - middle)) best = i;
    }
    return best;
  }

  /// Each wanted sample's picture, ascending; a broken one as its error.
  void each(std::vector<std::size_t> wanted, const std::function<void(std::size_t, const Result<Image>&)>& take) const {
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    const bool is_folder = !frames_.empty() && !frames_.front().media.empty();
    if (is_folder) {
      for (const std::size_t i : wanted) take(i, read_picture(root_ / frames_[i].media));
      return;
    }
    auto video = Video::open(root_ / row_.path);
    std::map<std::int64_t, std::size_t> sample_of_frame;
    std::vector<std::int64_t> indices;
    for (const std::size_t i : wanted) {
      if (!video.ok()) {
        take(i, video.error());
        continue;
      }
      sample_of_frame[frames_[i].frame] = i;
      indices.push_back(frames_[i].frame);
    }
    if (indices.empty()) return;
    const Status read = video->frames(
        indices,
        [&](VideoFrame&& frame) {
          take(sample_of_frame.at(frame.index), std::move(frame.image));
          sample_of_frame.erase(frame.index);
          return done();
        },
        [&](std::int64_t frame, const Error& error) {
          take(sample_of_frame.at(frame), error);
          sample_of_frame.erase(frame);
          return done();
        });
    if (read.ok()) return;
    for (const auto& [frame, i] : sample_of_frame) take(i, read.error());
  }

 private:
  fs::path root_;
  const ScreeningRow& row_;
  std::vector<FrameRow> frames_;
};

/// Where on the picture a region lies; the whole of it where it has no box.
Box place_of(const RegionRow& region, ImageSize size) {
  if (!region.x1 || region.width <= 0 || region.height <= 0) {
    return {0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
  }
  const double x = static_cast<double>(size.width) / region.width;
  const double y = static_cast<double>(size.height) / region.height;
  return {*region.x1 * x, *region.y1 * y, *region.x2 * x, *region.y2 * y};
}

class RecordingPage {
 public:
  RecordingPage(const ScreenedRecording& recording, const RecordingPictures& pictures, const HidingPlan& plan)
      : recording_(recording), pictures_(pictures), plan_(plan) {}

  std::string html() {
    take_pictures();
    const ScreeningRow& row = recording_.row;
    std::string text = "<h2>" + escaped(row.video_id.text) + "</h2>\n<p>File <code>" + escaped(row.path) + "</code>, " +
                       clock_text(row.duration_us) + " long, " + std::to_string(row.samples) +
                       " frames looked at. Whole pictures hidden for " + clock_text(row.hidden_us) + ". ";
    text += row.has_sound ? "Its sound is dropped. " : "";
    text += row.has_metadata ? "Its file metadata is dropped. " : "";
    text += recording_.approved_by.empty()
                ? "<b>Approved by nobody in this state.</b></p>\n"
                : "Approved by " + escaped(recording_.approved_by) + ", " + recording_.approved_at + ".</p>\n";
    text += regions();
    return text + "<h3>Over the whole recording, as it would be written</h3>\n<div class=\"grid\">\n" + overview_ +
           "</div>\n";
  }

 private:
  void take_pictures() {
    const auto& frames = pictures_.frames();
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < std::min(kOverview, frames.size()); ++i) {
      overview_samples_.push_back(i * frames.size() / std::min(kOverview, frames.size()));
    }
    for (const RegionRow& region : recording_.regions) {
      sample_of_region_.push_back(pictures_.sample_of(region.begin_us, region.end_us));
      if (sample_of_region_.back()) wanted.push_back(*sample_of_region_.back());
    }
    wanted.insert(wanted.end(), overview_samples_.begin(), overview_samples_.end());
    before_.resize(recording_.regions.size());
    after_.resize(recording_.regions.size());
    pictures_.each(wanted, [&](std::size_t sample, const Result<Image>& picture) { take(sample, picture); });
  }

  void take(std::size_t sample, const Result<Image>& picture) {
    const Microseconds time = pictures_.frames()[sample].time_us;
    const std::string words = "at " + clock_text(time);
    const auto tag = [&](const Image& image) {
      const auto made = picture_tag(image, words);
      return made.ok() ? *made : "<p>" + escaped(made.error().what) + "</p>";
    };
    std::string hidden_tag;
    if (picture.ok()) {
      Image hidden = *picture;
      const Status status = plan_.apply(hidden, time);
      hidden_tag = status.ok() ? tag(hidden) : "<p>" + escaped(status.error().what) + "</p>";
    } else {
      hidden_tag = "<p>cannot be read: " + escaped(picture.error().what) + "</p>";
    }
    for (std::size_t i = 0; i < recording_.regions.size(); ++i) {
      if (sample_of_region_[i] != sample) continue;
      after_[i] = hidden_tag;
      before_[i] = hidden_tag;
      if (!picture.ok()) continue;
      Image shown = *picture;
      outline(shown, place_of(recording_.regions[i], shown.size()));
      before_[i] = tag(shown);
    }
    if (std::find(overview_samples_.begin(), overview_samples_.end(), sample) != overview_samples_.end()) {
      overview_ += "<figure>" + hidden_tag + "<figcaption>" + words + "</figcaption></figure>\n";
    }
  }

  std::string regions() const {
    if (recording_.regions.empty()) return "<p>Nothing was found.</p>\n";
    std::string text =
        "<div "
        "class=\"scroll\"><table><tr><th>region</th><th>when</th><th>hidden</th><th>before</th><th>after</th></tr>\n";
    for (std::size_t i = 0; i < recording_.regions.size(); ++i) {
      const RegionRow& row = recording_.regions[i];
      text += "<tr><td><code>" + row.region_id + "</code><br>" + escaped(row.kind) + ", found by " +
              escaped(row.found_by) + "</td><td>" + clock_text(row.begin_us) + " to " + clock_text(row.end_us) +
              "</td><td>" +
              (row.hiding == "none"
                   ? "not hidden: cleared by " + escaped(row.decided_by)
                   : escaped(row.hiding) + (row.decided_by.empty() ? "" : ", marked by " + escaped(row.decided_by))) +
              "</td><td>" + (before_[i].empty() ? "no sampled frame lies in it" : before_[i]) + "</td><td>" +
              after_[i] + "</td></tr>\n";
    }
    return text + "</table></div>\n";
  }

  const ScreenedRecording& recording_;
  const RecordingPictures& pictures_;
  const HidingPlan& plan_;
  std::vector<std::size_t> overview_samples_;
  std::vector<std::optional<std::size_t>> sample_of_region_;
  std::vector<std::string> before_, after_;
  std::string overview_;
};

Status write_csv(const std::vector<ScreenedRecording>& recordings, const fs::path& path) {
  const Report report = region_report(recordings);
  std::string text = join(report.table.names, ",") + "\r\n";
  for (const auto& row : report.table.rows) {
    std::string line;
    for (const auto& value : row) line += (line.empty() ? "" : ",") + csv_cell(value.value_or(""));
    text += line + "\r\n";
  }
  return write_file(path, text);
}

}  // namespace

Status write_screening_sheet(const Database& database, const std::vector<ScreenedRecording>& recordings,
                             const std::string& folder) {
  std::error_code code;
  const fs::path out(folder);
  if (fs::exists(out, code) && (!fs::is_directory(out, code) || !fs::is_empty(out, code))) {
    return Error{ErrorKind::kUsage, "the folder is not empty", folder, "name a new or empty folder"};
  }
  std::map<std::string, fs::path> roots;
  for (const Input& input : database.manifest().inputs) roots[input.source] = input.path;
  std::string page = kHead;
  SURGSIGMA_TRY(engine, Engine::open(1));
  for (const ScreenedRecording& recording : recordings) {
    const ScreeningRow& row = recording.row;
    SURGSIGMA_TRY(frames, read_all<FrameRow>(engine, database.files(FrameRow::kTable, row.source_id.text),
                                             "video_id = " + sql_quoted(row.video_id.text) + " ORDER BY time_us"));
    SURGSIGMA_TRY(plan, hiding_plan(recording.regions));
    const RecordingPictures pictures(roots[row.source_id.text], row, std::move(frames));
    page += RecordingPage(recording, pictures, plan).html();
  }
  page += recordings.empty() ? "<p>No recording of a private source has been screened.</p></body></html>\n"
                             : "</body></html>\n";
  fs::create_directories(out, code);
  SURGSIGMA_CHECK(write_file(out / "screening.html", page));
  return write_csv(recordings, out / "screening.csv");
}

}  // namespace surgsigma
