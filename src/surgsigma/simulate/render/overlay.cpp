#include "surgsigma/simulate/render/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace surgsigma::drawing {
namespace {

constexpr int kColumns = 5, kRows = 7, kAdvance = 6;
constexpr std::uint8_t kLetterGrey = 235, kSeamGrey = 12;

/// Rows from the top, the leftmost dot in bit 4.
struct Letter {
  char name;
  std::array<std::uint8_t, kRows> rows;
};
constexpr std::array<Letter, 40> kFont = {
    {{'A', {0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11}}, {'B', {0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e}},
     {'C', {0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e}}, {'D', {0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e}},
     {'E', {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f}}, {'F', {0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10}},
     {'G', {0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f}}, {'H', {0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11}},
     {'I', {0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e}}, {'J', {0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c}},
     {'K', {0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11}}, {'L', {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f}},
     {'M', {0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11}}, {'N', {0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11}},
     {'O', {0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e}}, {'P', {0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10}},
     {'Q', {0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d}}, {'R', {0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11}},
     {'S', {0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e}}, {'T', {0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04}},
     {'U', {0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e}}, {'V', {0x11, 0x11, 0x11, 0x11, 0x11, 0x0a, 0x04}},
     {'W', {0x11, 0x11, 0x11, 0x15, 0x15, 0x15, 0x0a}}, {'X', {0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11}},
     {'Y', {0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04}}, {'Z', {0x1f, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1f}},
     {'0', {0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e}}, {'1', {0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e}},
     {'2', {0x0e, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1f}}, {'3', {0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e}},
     {'4', {0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02}}, {'5', {0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e}},
     {'6', {0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e}}, {'7', {0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08}},
     {'8', {0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e}}, {'9', {0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c}},
     {':', {0x00, 0x04, 0x04, 0x00, 0x04, 0x04, 0x00}}, {',', {0x00, 0x00, 0x00, 0x00, 0x06, 0x04, 0x08}},
     {'-', {0x00, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00}}, {'.', {0x00, 0x00, 0x00, 0x00, 0x00, 0x06, 0x06}}}};

int dot_pixels(ImageSize size) { return std::max(1, static_cast<int>(std::lround(size.height / 240.0))); }

RenderedText text_at(const std::string& text, int x, int y, int dot) {
  const double width = dot * (kAdvance * static_cast<int>(text.size()) - 1);
  return {{static_cast<double>(x), static_cast<double>(y), x + width, static_cast<double>(y + dot * kRows)}, text};
}

}  // namespace

bool is_dot(char letter, int column, int row) {
  if (column < 0 || row < 0 || column >= kColumns || row >= kRows) return false;
  for (const Letter& known : kFont) {
    if (known.name == letter) return (known.rows[static_cast<std::size_t>(row)] >> (kColumns - 1 - column) & 1) != 0;
  }
  return false;
}

std::vector<RenderedText> overlay_texts(const OverlayLook& look, Milliseconds t, ImageSize size) {
  if (!look.is_on) return {};
  const int dot = dot_pixels(size), margin = 4 * dot;
  const auto second = static_cast<int>((look.clock_s + t / 1000) % 86400);
  char clock[16];
  std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
  const auto width = [&](std::size_t letters) { return dot * (kAdvance * static_cast<int>(letters) - 1); };
  const bool is_right = look.corner % 2 == 1, is_low = look.corner >= 2;
  const auto left = [&](std::size_t letters) { return is_right ? size.width - margin - width(letters) : margin; };
  const int line = dot * (kRows + 3);
  const int top = is_low ? size.height - margin - 2 * line : margin;
  return {text_at(look.name, left(look.name.size()), top, dot), text_at(clock, left(8), top + line, dot)};
}

template <class Mark>
void for_each_pixel(const RenderedText& text, ImageSize size, Mark mark) {
  const int dot = std::max(1, static_cast<int>(std::lround(text.box.height() / kRows)));
  const int left = static_cast<int>(text.box.x1), top = static_cast<int>(text.box.y1);
  const int right = std::min(size.width, static_cast<int>(text.box.x2) + 1);
  const int bottom = std::min(size.height, static_cast<int>(text.box.y2) + 1);
  const auto is_set = [&](int x, int y) {
    if (x < left || y < top) return false;
    const int column = (x - left) / dot, letter = column / kAdvance;
    if (letter >= static_cast<int>(text.text.size())) return false;
    return is_dot(text.text[static_cast<std::size_t>(letter)], column % kAdvance, (y - top) / dot);
  };
  for (int y = std::max(0, top - 1); y < bottom; ++y) {
    for (int x = std::max(0, left - 1); x < right; ++x) {
      const bool is_letter = is_set(x, y);
      const bool is_seam = is_set(x - 1, y) || is_set(x + 1, y) || is_set(x, y - 1) || is_set(x, y + 1);
      if (is_letter || is_seam) mark(x, y, is_letter);
    }
  }
}

void draw_texts(const std::vector<RenderedText>& texts, Image& image) {
  for (const RenderedText& text : texts) {
    for_each_pixel(text, image.size(), [&](int x, int y, bool is_letter) {
      std::fill_n(image.at(x, y), image.channels, is_letter ? kLetterGrey : kSeamGrey);
    });
  }
}

void clear_under(const std::vector<RenderedText>& texts, FloatImage& transmission) {
  for (const RenderedText& text : texts) {
    for_each_pixel(text, transmission.size(), [&](int x, int y, bool) { *transmission.at(x, y) = 1; });
  }
}

}  // namespace surgsigma::drawing
