// Drawing on pictures for people to look at: text, boxes, tints, contours, pictures within pictures. Nothing that is
// measured or trained on is drawn with it.
//
// Everything takes pictures of three channels and whole pixels, clips at the border and gives the same bytes each time.
// Letters are the stroke font of OpenCV (A. V. Hershey, 1967): ASCII only, no font file. Another sign is drawn as a
// hollow box, so that it is seen to be missing; see drawable().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

using Colour = std::array<std::uint8_t, 3>;  ///< red, green, blue

/// A rectangle of whole pixels.
struct PixelArea {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  int right() const { return x + width; }
  int bottom() const { return y + height; }
  bool overlaps(const PixelArea& other) const {
    return x < other.right() && other.x < right() && y < other.bottom() && other.y < bottom();
  }
  bool operator==(const PixelArea&) const = default;
};

struct TextStyle {
  double scale = 0.45;  ///< a capital letter is 21 * scale pixels high
  Colour colour = {0, 0, 0};
  bool is_bold = false;
};

/// Stands for a sign that the font lacks.
inline constexpr char kHollowBox = '\x01';
/// UTF-8 to what the font can draw: typographic quotes, dashes and the like to their ASCII twins, tabs to blanks, every
/// other sign (and every byte that is no UTF-8) to kHollowBox. Line feeds stay, for wrapped().
std::string drawable(std::string_view text);

int text_width(std::string_view text, const TextStyle& style);
/// From one line to the next.
int line_height(const TextStyle& style);
/// Pixels from the top of a line to its base line.
int base_line(const TextStyle& style);
/// `x`, `y`: top left corner of the line.
void draw_text(Image& picture, int x, int y, std::string_view text, const TextStyle& style);

/// Text in lines.
struct WrappedText {
  std::vector<std::string> lines;
  std::size_t words_left_out = 0;  ///< beyond the last line, which then ends with "..."
  bool operator==(const WrappedText&) const = default;
};
/// Breaks between words; a word wider than `width` is broken where it has to be. A line feed in `text` begins a new
/// line. At least one letter per line, whatever the width. `most_lines` 0: as many as it takes.
WrappedText wrapped(std::string_view text, int width, const TextStyle& style, std::size_t most_lines = 0);

/// `opacity` 0 to 1.
void fill_area(Image& picture, const PixelArea& area, Colour colour, double opacity = 1);
/// A frame of `thickness` pixels inside the area.
void draw_frame(Image& picture, const PixelArea& area, Colour colour, int thickness);
/// Text on a ground of `ground`; the letters are black or white, whichever is easier to read. Returns what it covers.
PixelArea draw_chip(Image& picture, int x, int y, std::string_view text, double scale, Colour ground,
                    double opacity = 1);
/// What draw_chip() would cover.
PixelArea chip_area(int x, int y, std::string_view text, double scale);

struct LabelledBox {
  Box box;  ///< in pixels of the picture that is drawn on
  std::string label;
  Colour colour = {0, 0, 0};
};
/// Frames, then labels: each above its box, else below, else inside, wherever it covers no other label and no border of
/// the picture. A box outside the picture is drawn as far as it lies inside, at least one pixel.
void draw_boxes(Image& picture, std::span<const LabelledBox> boxes, int thickness = 2, double label_scale = 0.45);

/// Mixes the colour into every pixel that is not 0 in `mask`. kUsage if the sizes differ.
Status tint(Image& picture, const Image& mask, Colour colour, double opacity);
/// The pixels of the mask's border, and those within `thickness` - 1 of them. kUsage if the sizes differ.
Status draw_contour(Image& picture, const Image& mask, Colour colour, int thickness = 2);

/// Puts `picture` (one or three channels) on the canvas; what lies outside is left out.
void paste(Image& canvas, const Image& picture, int x, int y);
/// The picture in three channels, as large as `room` allows with its shape kept; grown, too, if it is smaller. Both
/// sides at least 1. kUsage for an empty picture or room.
Result<Image> fitted(const Image& picture, ImageSize room);

/// Colours that differ well on tissue; `index` beyond their number begins anew.
Colour distinct_colour(std::size_t index);

}  // namespace surgsigma
