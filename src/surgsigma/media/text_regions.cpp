#include "surgsigma/media/text_regions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <tuple>

#include "surgsigma/media/quality_parts.h"
#include "surgsigma/media/resize.h"

namespace surgsigma {
namespace {

constexpr int kBlackLuma = 12;        ///< mean luma below which a picture shows nothing
constexpr int kMovingFactor = 8;      ///< change is measured on a picture this much smaller
constexpr double kFringe = 0.4;       ///< a place that stays reaches as far as it shows in this part of the samples it needs
constexpr double kLeastStrokes = 0.02;  ///< of a place that stays, strokes that stay
constexpr int kStillSamples = 2;        ///< after the first of a still
constexpr Microseconds kStillOpen = std::numeric_limits<Microseconds>::max();  ///< a still that has not ended yet
constexpr std::size_t kMostPieces = 20'000;  ///< in a picture of noise; the rest cannot be text

/// Pixels of like brightness that hang together (8 neighbours).
struct Piece {
  int left = 0, top = 0, right = 0, bottom = 0;  ///< right and bottom exclusive
  int pixels = 0;
  int first = 0;  ///< index of one pixel
  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

/// Letters that stand in a line.
struct Line {
  std::vector<Piece> pieces;
  int left = 0, top = 0, right = 0, bottom = 0;
  double score = 0;
};

/// Sums over rectangles in constant time.
class SumTable {
 public:
  explicit SumTable(const Image& luma) : width_(luma.width), sums_((luma.pixels() + luma.width + luma.height + 1), 0) {
    for (int y = 0; y < luma.height; ++y) {
      std::int64_t row = 0;
      for (int x = 0; x < luma.width; ++x) {
        row += *luma.at(x, y);
        sums_[index(x + 1, y + 1)] = sums_[index(x + 1, y)] + row;
      }
    }
  }
  std::int64_t sum(int left, int top, int right, int bottom) const {
    return sums_[index(right, bottom)] - sums_[index(left, bottom)] - sums_[index(right, top)] + sums_[index(left, top)];
  }

 private:
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_ + 1) + static_cast<std::size_t>(x);
  }
  int width_ = 0;
  std::vector<std::int64_t> sums_;
};

/// 1 where a pixel stands out from the mean of its surroundings: strokes are thin, so the mean is mostly ground.
Image strokes_of(const Image& luma, const SumTable& table, int reach, int contrast, bool is_bright) {
  Image strokes(luma.width, luma.height, 1);
  for (int y = 0; y < luma.height; ++y) {
    const int top = std::max(0, y - reach), bottom = std::min(luma.height, y + reach + 1);
    for (int x = 0; x < luma.width; ++x) {
      const int left = std::max(0, x - reach), right = std::min(luma.width, x + reach + 1);
      const std::int64_t pixels = std::int64_t{right - left} * (bottom - top);
      const std::int64_t difference = *luma.at(x, y) * pixels - table.sum(left, top, right, bottom);
      *strokes.at(x, y) = (is_bright ? difference : -difference) > contrast * pixels;
    }
  }
  return strokes;
}

/// Pixels taken off `strokes` as they are visited.
Piece piece_at(Image& strokes, int x, int y, std::vector<int>& stack) {
  Piece piece{x, y, x + 1, y + 1, 0, y * strokes.width + x};
  stack.assign(1, piece.first);
  *strokes.at(x, y) = 0;
  while (!stack.empty()) {
    const int at_x = stack.back() % strokes.width, at_y = stack.back() / strokes.width;
    stack.pop_back();
    ++piece.pixels;
    piece.left = std::min(piece.left, at_x), piece.right = std::max(piece.right, at_x + 1);
    piece.top = std::min(piece.top, at_y), piece.bottom = std::max(piece.bottom, at_y + 1);
    for (int j = std::max(0, at_y - 1); j < std::min(strokes.height, at_y + 2); ++j) {
      for (int i = std::max(0, at_x - 1); i < std::min(strokes.width, at_x + 2); ++i) {
        if (*strokes.at(i, j) == 0) continue;
        *strokes.at(i, j) = 0;
        stack.push_back(j * strokes.width + i);
      }
    }
  }
  return piece;
}

bool is_letter(const Piece& piece, int least_height, int most_height) {
  const bool has_height = piece.height() >= least_height && piece.height() <= most_height;
  const bool has_width = piece.width() * 8 >= piece.height() && piece.width() <= 2 * piece.height();
  const double fill = static_cast<double>(piece.pixels) / (static_cast<double>(piece.width()) * piece.height());
  return has_height && has_width && fill >= 0.15 && (fill <= 0.85 || piece.width() * 3 < piece.height());
}

std::vector<Piece> letters_of(Image strokes, int least_height, int most_height) {
  std::vector<Piece> letters;
  std::vector<int> stack;
  for (int y = 0; y < strokes.height; ++y) {
    for (int x = 0; x < strokes.width; ++x) {
      if (*strokes.at(x, y) == 0) continue;
      const Piece piece = piece_at(strokes, x, y, stack);
      if (is_letter(piece, least_height, most_height) && letters.size() < kMostPieces) letters.push_back(piece);
    }
  }
  std::stable_sort(letters.begin(), letters.end(), [](const Piece& a, const Piece& b) { return a.left < b.left; });
  return letters;
}

/// Letters of one line have like heights, stand on one base or under one top, and are no more than a comma and a space apart.
bool follows(const Piece& before, const Piece& next) {
  const int higher = std::max(before.height(), next.height()), lower = std::min(before.height(), next.height());
  const int slack = std::max(1, higher / 8);
  const bool is_level = std::abs(before.bottom - next.bottom) <= slack && std::abs(before.top - next.top) <= slack;
  const int gap = next.left - before.right;
  return is_level && lower * 5 >= higher * 4 && gap >= -1 && gap <= 2 * higher + 2;
}

void add_piece(Line& line, const Piece& piece) {
  if (line.pieces.empty()) {
    line.left = piece.left, line.top = piece.top, line.right = piece.right, line.bottom = piece.bottom;
  }
  line.left = std::min(line.left, piece.left), line.right = std::max(line.right, piece.right);
  line.top = std::min(line.top, piece.top), line.bottom = std::max(line.bottom, piece.bottom);
  line.pieces.push_back(piece);
}

/// From left to right each letter joins the line whose last letter is nearest.
std::vector<Line> lines_of(const std::vector<Piece>& letters) {
  std::vector<Line> lines;
  std::size_t first_open = 0;  // lines before it end too far to the left for any further letter
  for (const Piece& letter : letters) {
    Line* nearest = nullptr;
    while (first_open < lines.size() && lines[first_open].right + 400 < letter.left) ++first_open;
    for (std::size_t i = first_open; i < lines.size(); ++i) {
      const bool is_nearer = nearest == nullptr || lines[i].right > nearest->right;
      if (is_nearer && follows(lines[i].pieces.back(), letter)) nearest = &lines[i];
    }
    if (nearest == nullptr) nearest = &lines.emplace_back();
    add_piece(*nearest, letter);
  }
  return lines;
}

/// How even heights and edges are and how many letters there are: rows of glints on tissue are few and uneven.
double score_of(const Line& line) {
  double unevenness = 0;
  const double height = line.bottom - line.top;
  for (const Piece& piece : line.pieces) {
    unevenness += (piece.top - line.top + line.bottom - piece.bottom) / height;
  }
  const double count = static_cast<double>(line.pieces.size());
  return std::max(0.0, 1 - 2 * unevenness / count) * (1 - std::exp(-count / 3));
}

/// Lines of bright or of dark letters; letters are looked for at two scales, since the surroundings that a pixel is held
/// against must be wider than a stroke and narrower than the ground's own shading.
void find_lines(const Image& luma, const SumTable& table, const TextSettings& settings, bool is_bright, std::vector<Line>& found,
                Image& strokes_seen) {
  const int most = std::max(settings.least_height_px + 1, static_cast<int>(settings.most_height_share * luma.height));
  for (const int reach : {std::max(6, luma.height / 60), std::max(12, luma.height / 24)}) {
    Image strokes = strokes_of(luma, table, reach, settings.least_contrast, is_bright);
    for (Line& line : lines_of(letters_of(strokes, settings.least_height_px, most))) {
      if (static_cast<int>(line.pieces.size()) < settings.least_letters) continue;
      line.score = score_of(line);
      if (line.score < 0.4) continue;
      for (int y = line.top; y < line.bottom; ++y) {
        for (int x = line.left; x < line.right; ++x) *strokes_seen.at(x, y) |= *strokes.at(x, y);
      }
      found.push_back(std::move(line));
    }
  }
}

/// The letters with a margin of a fifth of their height: seams and punctuation that is no letter.
Box box_of(const Line& line, ImageSize size) {
  const int margin = std::max(2, (line.bottom - line.top) / 5);
  return {static_cast<double>(std::max(0, line.left - margin)), static_cast<double>(std::max(0, line.top - margin)),
          static_cast<double>(std::min(size.width, line.right + margin)),
          static_cast<double>(std::min(size.height, line.bottom + margin))};
}

bool meet(const Box& a, const Box& b) { return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2; }

/// Boxes that cover each other by half of the smaller one become one.
bool are_one(const Box& a, const Box& b) {
  if (!meet(a, b)) return false;
  const Box both{std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)};
  return 2 * both.area() >= std::min(a.area(), b.area());
}

void take_in(TextRegion& region, const TextRegion& other) {
  region.box = {std::min(region.box.x1, other.box.x1), std::min(region.box.y1, other.box.y1),
                std::max(region.box.x2, other.box.x2), std::max(region.box.y2, other.box.y2)};
  region.score = std::max(region.score, other.score);
  region.letters = std::max(region.letters, other.letters);
}

std::vector<TextRegion> merged(std::vector<TextRegion> regions) {
  for (std::size_t i = 0; i < regions.size(); ++i) {
    for (std::size_t j = i + 1; j < regions.size();) {
      if (!are_one(regions[i].box, regions[j].box)) {
        ++j;
        continue;
      }
      take_in(regions[i], regions[j]);
      regions.erase(regions.begin() + static_cast<std::ptrdiff_t>(j));
      j = i + 1;
    }
  }
  std::stable_sort(regions.begin(), regions.end(), [](const TextRegion& a, const TextRegion& b) {
    return a.box.y1 != b.box.y1 ? a.box.y1 < b.box.y1 : a.box.x1 < b.box.x1;
  });
  return regions;
}

struct PictureText {
  std::vector<TextRegion> regions;
  Image strokes;
};

PictureText text_of(const Image& luma, const TextSettings& settings) {
  PictureText text{{}, Image(luma.width, luma.height, 1)};
  const SumTable table(luma);
  std::vector<Line> lines;
  for (const bool is_bright : {true, false}) find_lines(luma, table, settings, is_bright, lines, text.strokes);
  for (const Line& line : lines) {
    text.regions.push_back({box_of(line, luma.size()), line.score, static_cast<int>(line.pieces.size())});
  }
  text.regions = merged(std::move(text.regions));
  return text;
}

double mean_of(const Image& luma) {
  double sum = 0;
  for (const std::uint8_t value : luma.values) sum += value;
  return sum / static_cast<double>(luma.pixels());
}

double change_between(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += std::abs(a.values[i] - b.values[i]);
  return sum / static_cast<double>(a.values.size());
}

/// The smaller box lies in the other for the most part.
bool is_same_place(const Box& a, const Box& b) {
  const double wide = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const double high = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (wide <= 0 || high <= 0) return false;
  const double smaller = std::min((a.x2 - a.x1) * (a.y2 - a.y1), (b.x2 - b.x1) * (b.y2 - b.y1));
  return wide * high >= 0.5 * smaller;
}

/// How much of a place shows text in enough samples.
struct Stay {
  double most = 0;  ///< samples at the pixel that has most
  double line_pixels = 0;
  double stroke_pixels = 0;
};

Stay stay_of(const Piece& piece, const Raster<std::uint16_t>& lines, const Raster<std::uint16_t>& strokes, double least) {
  Stay stay;
  for (int y = piece.top; y < piece.bottom; ++y) {
    for (int x = piece.left; x < piece.right; ++x) {
      stay.most = std::max(stay.most, static_cast<double>(*lines.at(x, y)));
      stay.line_pixels += *lines.at(x, y) >= least;
      stay.stroke_pixels += *strokes.at(x, y) >= least;
    }
  }
  return stay;
}

Error no_picture(const char* where, std::string what) { return {ErrorKind::kUsage, std::move(what), where, ""}; }

}  // namespace

Result<std::vector<TextRegion>> find_text(const Image& picture, const TextSettings& settings) {
  if (picture.is_empty()) return no_picture("find_text", "the picture is empty");
  return text_of(quality::luma_of(picture), settings).regions;
}

void OverlayFinder::count_in(Counts& counts, const Image& seen, const Image& strokes) {
  if (counts.lines.is_empty()) {
    counts.lines = Raster<std::uint16_t>(seen.width, seen.height, 1);
    counts.strokes = counts.lines;
  }
  if (counts.samples == 0xFFFF) return;
  ++counts.samples;
  for (std::size_t i = 0; i < seen.values.size(); ++i) {
    counts.lines.values[i] = static_cast<std::uint16_t>(counts.lines.values[i] + (seen.values[i] != 0));
    counts.strokes.values[i] = static_cast<std::uint16_t>(counts.strokes.values[i] + (strokes.values[i] != 0));
  }
}

Status OverlayFinder::add(const Image& picture, Microseconds time) {
  if (picture.is_empty()) return no_picture("OverlayFinder", "the picture is empty");
  if (size_ == ImageSize{}) size_ = picture.size();
  if (!(picture.size() == size_)) return no_picture("OverlayFinder", "a picture of another size than the first");
  if (window_.samples >= settings_.window_samples) close_window(time);
  last_time_ = time;
  const Image luma = quality::luma_of(picture);
  Image small = shrunk(luma, kMovingFactor);
  if (mean_of(small) < kBlackLuma) return done();
  if (!before_.is_empty() && change_between(before_, small) < settings_.moving) {
    // A still that stays, such as a title card: what looks like text on it is told without asking whether it stays put.
    if (++still_ == kStillSamples) found_.insert(found_.end(), lines_.begin(), lines_.end());
    return done();
  }
  for (TextSpan& span : found_) {
    if (span.time.end == kStillOpen) span.time.end = time;
  }
  still_ = 0;
  lines_.clear();
  before_ = std::move(small);
  ++samples_;
  const PictureText text = text_of(luma, settings_.text);
  for (const TextRegion& region : text.regions) lines_.push_back({region.box, {time, kStillOpen}, region.score});
  Image seen(size_.width, size_.height, 1);
  for (const TextRegion& region : text.regions) {
    for (int y = static_cast<int>(region.box.y1); y < static_cast<int>(region.box.y2); ++y) {
      std::fill(seen.at(static_cast<int>(region.box.x1), y), seen.at(static_cast<int>(region.box.x2) - 1, y) + 1, std::uint8_t{1});
    }
    if (samples_ < settings_.least_samples) single_.push_back({region.box, {time, time + 1}, region.score});
  }
  if (samples_ >= settings_.least_samples) single_.clear();
  count_in(whole_, seen, text.strokes);
  count_in(window_, seen, text.strokes);
  return done();
}

void OverlayFinder::close_window(Microseconds end) {
  // Text that appears within a window fills too small a share of it: what is found reaches a window's length to both
  // sides, so that its beginning and its end are covered as well.
  const Microseconds length = end - window_begin_;
  for (const TextRegion& region : regions_of(window_)) {
    found_.push_back({region.box, {std::max<Microseconds>(0, window_begin_ - length), end + length}, region.score});
  }
  window_ = Counts();
  window_begin_ = end;
}

std::vector<TextSpan> OverlayFinder::spans(Microseconds end) {
  if (samples_ < settings_.least_samples) {
    for (TextSpan& span : single_) span.time = {0, end};
    return single_;
  }
  for (TextSpan& span : found_) span.time.end = std::min(span.time.end, end);
  if (window_.samples >= settings_.least_samples) close_window(end);
  std::vector<TextSpan> joined;
  std::sort(found_.begin(), found_.end(), [](const TextSpan& a, const TextSpan& b) {
    return std::tie(a.time.begin, a.box.y1, a.box.x1, a.box.y2, a.box.x2) <
           std::tie(b.time.begin, b.box.y1, b.box.x1, b.box.y2, b.box.x2);
  });
  for (const TextSpan& span : found_) {
    const auto same = std::find_if(joined.begin(), joined.end(), [&](const TextSpan& other) {
      return other.time.end >= span.time.begin && is_same_place(other.box, span.box);
    });
    if (same == joined.end()) {
      joined.push_back(span);
      continue;
    }
    same->box = {std::min(same->box.x1, span.box.x1), std::min(same->box.y1, span.box.y1),
                 std::max(same->box.x2, span.box.x2), std::max(same->box.y2, span.box.y2)};
    same->time.end = std::max(same->time.end, span.time.end);
    same->score = std::max(same->score, span.score);
  }
  for (TextSpan& span : joined) span.time.end = std::min(span.time.end, end);
  std::erase_if(joined, [](const TextSpan& span) { return span.time.is_empty(); });
  return joined;
}

std::vector<TextRegion> OverlayFinder::regions() const { return regions_of(whole_); }

std::vector<TextRegion> OverlayFinder::regions_of(const Counts& counts) const {
  std::vector<TextRegion> regions;
  if (counts.samples == 0 || counts.samples < settings_.least_samples) return regions;
  const double least = settings_.least_share * counts.samples;
  Image stays(size_.width, size_.height, 1);
  for (std::size_t i = 0; i < stays.values.size(); ++i) stays.values[i] = counts.lines.values[i] >= kFringe * least;
  std::vector<int> stack;
  for (int y = 0; y < size_.height; ++y) {
    for (int x = 0; x < size_.width; ++x) {
      if (*stays.at(x, y) == 0) continue;
      const Piece piece = piece_at(stays, x, y, stack);
      const Stay stay = stay_of(piece, counts.lines, counts.strokes, least);
      const int height = settings_.text.least_height_px;
      const bool is_large = piece.height() >= height && piece.width() >= 2 * height;
      if (!is_large || stay.line_pixels == 0 || stay.stroke_pixels < kLeastStrokes * stay.line_pixels) continue;
      const Box box{static_cast<double>(piece.left), static_cast<double>(piece.top), static_cast<double>(piece.right),
                    static_cast<double>(piece.bottom)};
      regions.push_back({box, stay.most / counts.samples, 0});
    }
  }
  return merged(std::move(regions));
}

}  // namespace surgsigma
