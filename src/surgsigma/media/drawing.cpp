#include "surgsigma/media/drawing.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "surgsigma/media/resize.h"

namespace surgsigma {
namespace {

constexpr double kCapital = 21;  // height of a capital letter at scale 1, pixels
constexpr std::string_view kDots = " ...";

/// Bold letters have two strokes, which is easier to read than thick ones.
int font_of(const TextStyle& style) { return style.is_bold ? cv::FONT_HERSHEY_DUPLEX : cv::FONT_HERSHEY_SIMPLEX; }
int capital_height(double scale) { return static_cast<int>(std::lround(kCapital * scale)); }
int hollow_width(double scale) { return std::max(4, capital_height(scale) * 3 / 4); }

cv::Mat view_of(Image& image) { return {image.height, image.width, CV_8UC3, image.values.data()}; }

int run_width(std::string_view run, const TextStyle& style) {
  if (run.empty()) return 0;
  int below = 0;
  return cv::getTextSize(std::string(run), font_of(style), style.scale, 1, &below).width;
}

/// Hands over stretches without a hollow box, and each hollow box as an empty stretch.
template <class F>
void each_run(std::string_view text, F&& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(kHollowBox), text.size());
    if (end > 0) take(text.substr(0, end));
    if (end == text.size()) return;
    take(std::string_view());
    text.remove_prefix(end + 1);
  }
}

struct Twin {
  char32_t sign;
  const char* ascii;
};
constexpr Twin kTwins[] = {{0x00A0, " "},  {0x00AB, "\""},  {0x00B0, " deg"}, {0x00B5, "u"},  {0x00BB, "\""},
                           {0x00D7, "x"},  {0x2009, " "},   {0x2010, "-"},    {0x2011, "-"},  {0x2012, "-"},
                           {0x2013, "-"},  {0x2014, "-"},   {0x2018, "'"},    {0x2019, "'"},  {0x201C, "\""},
                           {0x201D, "\""}, {0x2026, "..."}, {0x202F, " "},    {0x2192, "->"}, {0x2212, "-"},
                           {0x2264, "<="}, {0x2265, ">="}};

/// The sign at `at`, and how many bytes it has; 0xFFFD with one byte where there is no UTF-8.
std::pair<char32_t, std::size_t> sign_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 && first < 0xF8   ? 4
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xC2 && first < 0xE0 ? 2
                                                             : 0;
  if (length == 0 || at + length > text.size()) return {0xFFFD, 1};
  char32_t sign = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {0xFFFD, 1};
    sign = sign << 6 | (byte(at + i) & 0x3Fu);
  }
  return {sign, length};
}

/// The longest beginning of `word` that fits, at least one letter.
std::size_t fitting(std::string_view word, int width, const TextStyle& style) {
  std::size_t count = word.size();
  while (count > 1 && text_width(word.substr(0, count), style) > width) --count;
  return count;
}

/// Words of `text`; a line feed is a word of its own.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool is_feed = i < text.size() && text[i] == '\n';
    if (i < text.size() && text[i] != ' ' && !is_feed) continue;
    if (i > begin) words.push_back(text.substr(begin, i - begin));
    if (is_feed) words.push_back(text.substr(i, 1));
    begin = i + 1;
  }
  return words;
}

PixelArea inside(const PixelArea& area, const Image& picture) {
  const int x1 = std::clamp(area.x, 0, picture.width), y1 = std::clamp(area.y, 0, picture.height);
  const int x2 = std::clamp(area.right(), x1, picture.width), y2 = std::clamp(area.bottom(), y1, picture.height);
  return {x1, y1, x2 - x1, y2 - y1};
}

void mix(std::uint8_t* pixel, Colour colour, double opacity) {
  if (opacity >= 1) {
    std::copy(colour.begin(), colour.end(), pixel);
    return;
  }
  for (std::size_t c = 0; c < 3; ++c) {
    pixel[c] = static_cast<std::uint8_t>(std::lround(pixel[c] * (1 - opacity) + colour[c] * opacity));
  }
}

Status check_mask(const Image& picture, const Image& mask) {
  if (mask.size() == picture.size() && mask.channels == 1 && picture.channels == 3) return done();
  return Error{ErrorKind::kUsage, "mask and picture do not fit together", "drawing", ""};
}

bool is_border(const Image& mask, int x, int y) {
  if (*mask.at(x, y) == 0) return false;
  const bool is_at_edge = x == 0 || y == 0 || x + 1 == mask.width || y + 1 == mask.height;
  return is_at_edge || *mask.at(x - 1, y) == 0 || *mask.at(x + 1, y) == 0 || *mask.at(x, y - 1) == 0 ||
         *mask.at(x, y + 1) == 0;
}

}  // namespace

std::string drawable(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    const auto [sign, length] = sign_at(text, at);
    at += length;
    if (sign >= 0x20 && sign < 0x7F) {
      made += static_cast<char>(sign);
      continue;
    }
    if (sign == '\n' || sign == '\t' || sign == '\r') {
      made += sign == '\n' ? '\n' : ' ';
      continue;
    }
    const auto twin =
        std::find_if(std::begin(kTwins), std::end(kTwins), [s = sign](const Twin& t) { return t.sign == s; });
    if (twin != std::end(kTwins)) {
      made += twin->ascii;
    } else {
      made += kHollowBox;
    }
  }
  return made;
}

int text_width(std::string_view text, const TextStyle& style) {
  int width = 0;
  each_run(text,
           [&](std::string_view run) { width += run.empty() ? hollow_width(style.scale) : run_width(run, style); });
  return width;
}

int line_height(const TextStyle& style) { return capital_height(style.scale) * 17 / 10 + 1; }

int base_line(const TextStyle& style) { return capital_height(style.scale) * 13 / 10; }

void draw_text(Image& picture, int x, int y, std::string_view text, const TextStyle& style) {
  if (picture.is_empty()) return;
  cv::Mat view = view_of(picture);
  const cv::Scalar colour(style.colour[0], style.colour[1], style.colour[2]);
  const int bottom = y + base_line(style);
  each_run(text, [&](std::string_view run) {
    if (run.empty()) {
      const int high = capital_height(style.scale), wide = hollow_width(style.scale);
      draw_frame(picture, {x + 1, bottom - high, wide - 2, high}, style.colour, 1);
      x += wide;
      return;
    }
    cv::putText(view, std::string(run), {x, bottom}, font_of(style), style.scale, colour, 1, cv::LINE_AA);
    x += run_width(run, style);
  });
}

WrappedText wrapped(std::string_view text, int width, const TextStyle& style, std::size_t most_lines) {
  WrappedText made;
  std::string line;
  const auto words = words_of(text);
  const auto is_full = [&] { return most_lines > 0 && made.lines.size() == most_lines; };
  std::size_t i = 0;
  std::string_view rest;  // of a word that was broken
  while ((i < words.size() || !rest.empty()) && !is_full()) {
    const std::string_view word = rest.empty() ? words[i] : rest;
    if (rest.empty() && word == "\n") {
      made.lines.push_back(std::move(line));
      line.clear();
      ++i;
      continue;
    }
    const std::string longer = line.empty() ? std::string(word) : line + " " + std::string(word);
    if (text_width(longer, style) <= width) {
      line = longer;
      rest = {};
      ++i;
    } else if (!line.empty()) {
      made.lines.push_back(std::move(line));
      line.clear();
    } else {
      const std::size_t count = fitting(word, width, style);
      made.lines.emplace_back(word.substr(0, count));
      rest = word.substr(count);
      if (rest.empty()) ++i;
    }
  }
  if (!line.empty() && !is_full()) made.lines.push_back(std::move(line));
  for (; i < words.size(); ++i) made.words_left_out += words[i] != "\n";
  if (made.words_left_out == 0) return made;
  std::string& last = made.lines.back();
  while (!last.empty() && text_width(last + std::string(kDots), style) > width) {
    const std::size_t blank = last.rfind(' ');
    if (blank == std::string::npos) {
      last.pop_back();
      continue;
    }
    last.resize(blank);
    ++made.words_left_out;
  }
  last += last.empty() ? kDots.substr(1) : kDots;
  return made;
}

void fill_area(Image& picture, const PixelArea& area, Colour colour, double opacity) {
  const PixelArea part = inside(area, picture);
  for (int y = part.y; y < part.bottom(); ++y) {
    for (int x = part.x; x < part.right(); ++x) mix(picture.at(x, y), colour, opacity);
  }
}

void draw_frame(Image& picture, const PixelArea& area, Colour colour, int thickness) {
  const int wide = std::min(thickness, area.width), high = std::min(thickness, area.height);
  fill_area(picture, {area.x, area.y, area.width, high}, colour);
  fill_area(picture, {area.x, area.bottom() - high, area.width, high}, colour);
  fill_area(picture, {area.x, area.y, wide, area.height}, colour);
  fill_area(picture, {area.right() - wide, area.y, wide, area.height}, colour);
}

PixelArea chip_area(int x, int y, std::string_view text, double scale) {
  const TextStyle style{scale, {}, false};
  return {x, y, text_width(text, style) + 6, line_height(style) + 2};
}

PixelArea draw_chip(Image& picture, int x, int y, std::string_view text, double scale, Colour ground, double opacity) {
  const PixelArea area = chip_area(x, y, text, scale);
  fill_area(picture, area, ground, opacity);
  const double luma = 0.299 * ground[0] + 0.587 * ground[1] + 0.114 * ground[2];
  const Colour ink = luma > 140 ? Colour{0, 0, 0} : Colour{255, 255, 255};
  draw_text(picture, x + 3, y + 1, text, {scale, ink, false});
  return area;
}

void draw_boxes(Image& picture, std::span<const LabelledBox> boxes, int thickness, double label_scale) {
  std::vector<PixelArea> frames;
  for (const LabelledBox& one : boxes) {
    const int x1 = std::clamp(static_cast<int>(std::floor(one.box.x1)), 0, std::max(picture.width - 1, 0));
    const int y1 = std::clamp(static_cast<int>(std::floor(one.box.y1)), 0, std::max(picture.height - 1, 0));
    const int x2 = std::clamp(static_cast<int>(std::ceil(one.box.x2)), x1 + 1, std::max(picture.width, x1 + 1));
    const int y2 = std::clamp(static_cast<int>(std::ceil(one.box.y2)), y1 + 1, std::max(picture.height, y1 + 1));
    frames.push_back({x1, y1, x2 - x1, y2 - y1});
    draw_frame(picture, frames.back(), one.colour, thickness);
  }
  std::vector<PixelArea> taken;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (boxes[i].label.empty()) continue;
    const PixelArea size = chip_area(0, 0, boxes[i].label, label_scale);
    const PixelArea& frame = frames[i];
    const int x = std::max(0, std::min(frame.x, picture.width - size.width));
    const int right = std::max(0, std::min(frame.right(), picture.width) - size.width);
    const int top = std::max(0, picture.height - size.height);
    PixelArea best{x, std::clamp(frame.y - size.height, 0, top), size.width, size.height};
    for (const PixelArea& wish : {PixelArea{x, frame.y - size.height, size.width, size.height},
                                  PixelArea{right, frame.y - size.height, size.width, size.height},
                                  PixelArea{x, frame.bottom(), size.width, size.height},
                                  PixelArea{right, frame.bottom(), size.width, size.height},
                                  PixelArea{x, frame.y + thickness, size.width, size.height},
                                  PixelArea{x, frame.bottom() - thickness - size.height, size.width, size.height}}) {
      const bool is_in = wish.y >= 0 && wish.bottom() <= picture.height;
      const bool is_free =
          std::none_of(taken.begin(), taken.end(), [&](const PixelArea& t) { return t.overlaps(wish); });
      if (!is_in || !is_free) continue;
      best = wish;
      break;
    }
    taken.push_back(draw_chip(picture, best.x, best.y, boxes[i].label, label_scale, boxes[i].colour));
  }
}

Status tint(Image& picture, const Image& mask, Colour colour, double opacity) {
  SURGSIGMA_CHECK(check_mask(picture, mask));
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      if (*mask.at(x, y) != 0) mix(picture.at(x, y), colour, opacity);
    }
  }
  return done();
}

Status draw_contour(Image& picture, const Image& mask, Colour colour, int thickness) {
  SURGSIGMA_CHECK(check_mask(picture, mask));
  const int reach = std::max(thickness, 1) - 1;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (is_border(mask, x, y)) fill_area(picture, {x - reach, y - reach, 2 * reach + 1, 2 * reach + 1}, colour);
    }
  }
  return done();
}

void paste(Image& canvas, const Image& picture, int x, int y) {
  const PixelArea part = inside({x, y, picture.width, picture.height}, canvas);
  for (int row = part.y; row < part.bottom(); ++row) {
    for (int column = part.x; column < part.right(); ++column) {
      const std::uint8_t* from = picture.at(column - x, row - y);
      std::uint8_t* to = canvas.at(column, row);
      for (int c = 0; c < 3; ++c) to[c] = from[picture.channels == 3 ? c : 0];
    }
  }
}

Result<Image> fitted(const Image& picture, ImageSize room) {
  if (picture.is_empty() || room.width <= 0 || room.height <= 0) {
    return Error{ErrorKind::kUsage, "an empty picture, or no room for it", "drawing", ""};
  }
  const double scale =
      std::min(static_cast<double>(room.width) / picture.width, static_cast<double>(room.height) / picture.height);
  const auto side = [&](int length, int most) {
    return std::clamp(static_cast<int>(std::lround(length * scale)), 1, most);
  };
  const ImageSize size{side(picture.width, room.width), side(picture.height, room.height)};
  SURGSIGMA_TRY(scaled, resized(picture, size, scale < 1 ? Resampling::kArea : Resampling::kBilinear));
  if (scaled.channels == 3) return scaled;
  Image coloured(size.width, size.height, 3);
  paste(coloured, scaled, 0, 0);
  return coloured;
}

Colour distinct_colour(std::size_t index) {
  static constexpr Colour kColours[] = {{0, 200, 255},  {255, 210, 0},  {80, 230, 80}, {255, 120, 220},
                                        {90, 140, 255}, {255, 150, 40}, {0, 225, 190}, {205, 160, 255}};
  return kColours[index % std::size(kColours)];
}

}  // namespace surgsigma
