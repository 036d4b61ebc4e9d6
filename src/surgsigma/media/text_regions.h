// Where letters are burned into a picture or a video. Text is found by its looks (thin strokes of high contrast, bright or
// dark, in small pieces of like height that stand in a line) and, in a video, by standing still while the scene moves.
// What is written is not read.
#pragma once

#include <cstdint>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/base/time.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

struct TextRegion {
  Box box;           ///< native pixels, a little wider than the letters
  double score = 0;  ///< 0-1. Of a picture: how text-like the line is. Of a video: the share of samples that show it.
  int letters = 0;   ///< pieces in the line; 0 for a video
  bool operator==(const TextRegion&) const = default;
};

struct TextSettings {
  int least_height_px = 6;          ///< of a letter
  double most_height_share = 0.08;  ///< of a letter, in parts of the picture's height
  int least_contrast = 45;          ///< 0-255, of luma between letter and the ground round it
  int least_letters = 4;            ///< in a line
};

/// Lines of text in one picture, from top to bottom. kUsage for an empty picture.
Result<std::vector<TextRegion>> find_text(const Image& picture, const TextSettings& settings = {});

/// Text that stands in one place for a while.
struct TextSpan {
  Box box;
  TimeRange time;    ///< half-open; reaches a sample beyond those that showed it
  double score = 0;  ///< the share of samples that show it; of a single picture how text-like the line is
  bool operator==(const TextSpan&) const = default;
};

struct PersistenceSettings {
  double least_share = 0.8;  ///< of the samples that show letters at a place
  int least_samples = 5;     ///< fewer samples say nothing about standing still
  int window_samples = 12;   ///< counted samples after which text that stands for a while only is looked for
  double moving = 1;         ///< 0-255: mean absolute change of luma from which on the scene counts as moving
  TextSettings text;
};

/// Gathers what stays over sampled pictures of one video, one after the other; memory of a few pictures however many
/// samples: over the whole video, and over windows, because names often stand at the beginning only. Two sums count: lines of text found at a place, and strokes at a pixel. A region is where lines stay, and is
/// dropped where no strokes stay at all, so that letters may change (a clock) but passing texture is no text.
class OverlayFinder {
 public:
  explicit OverlayFinder(PersistenceSettings settings = {}) : settings_(settings) {}
  /// kUsage for an empty picture or one of another size than the first. Not counted: black pictures, and pictures in which
  /// the scene has not moved since the last one that counted.
  Status add(const Image& picture, Microseconds time = 0);
  /// Pictures that counted.
  int samples() const { return samples_; }
  /// From top to bottom; empty with too few samples.
  std::vector<TextRegion> regions() const;
  /// By begin. `end` is where the video ends. A video of fewer counted samples than `least_samples` gets every line of
  /// text that any of them shows: nothing is known of standing still there, and what may be a name is told.
  std::vector<TextSpan> spans(Microseconds end);

 private:
  struct Counts {
    Raster<std::uint16_t> lines;    ///< per pixel: samples with a line of text there
    Raster<std::uint16_t> strokes;  ///< per pixel: samples with a stroke of a line there
    int samples = 0;
  };
  static void count_in(Counts& counts, const Image& seen, const Image& strokes);
  std::vector<TextRegion> regions_of(const Counts& counts) const;
  void close_window(Microseconds end);

  PersistenceSettings settings_;
  int samples_ = 0;
  Image before_;  ///< luma, an eighth of the size
  ImageSize size_;
  Counts whole_;
  Counts window_;
  Microseconds window_begin_ = 0;
  Microseconds last_time_ = 0;
  std::vector<TextSpan> found_;   ///< in windows that are over
  int still_ = 0;                 ///< samples since the scene last moved
  std::vector<TextSpan> lines_;   ///< of the last sample that counted
  std::vector<TextSpan> single_;  ///< lines of the first samples, as long as those are too few
};

}  // namespace surgsigma
