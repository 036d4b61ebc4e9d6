// Where letters are burned into a picture or a video. Text is found by its looks (thin strokes of high contrast, bright or
// dark, in small pieces of like height that stand in a line) and, in a video, by standing still while the scene moves.
// What is written is not read.
#pragma once

#include <cstdint>
#include <vector>

#include "surgsigma/base/result.h"
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

struct PersistenceSettings {
  double least_share = 0.8;  ///< of the samples that show letters at a place
  int least_samples = 5;     ///< fewer samples say nothing about standing still
  double moving = 1;         ///< 0-255: mean absolute change of luma from which on the scene counts as moving
  TextSettings text;
};

/// Gathers what stays over sampled pictures of one video, one after the other; memory of a few pictures however many
/// samples. Two sums count: lines of text found at a place, and strokes at a pixel. A region is where lines stay, and is
/// dropped where no strokes stay at all, so that letters may change (a clock) but passing texture is no text.
class OverlayFinder {
 public:
  explicit OverlayFinder(PersistenceSettings settings = {}) : settings_(settings) {}
  /// kUsage for an empty picture or one of another size than the first. Not counted: black pictures, and pictures in which
  /// the scene has not moved since the last one that counted.
  Status add(const Image& picture);
  /// Pictures that counted.
  int samples() const { return samples_; }
  /// From top to bottom; empty with too few samples.
  std::vector<TextRegion> regions() const;

 private:
  PersistenceSettings settings_;
  int samples_ = 0;
  Image before_;                    ///< luma, an eighth of the size
  ImageSize size_;
  Raster<std::uint16_t> lines_;    ///< per pixel: samples with a line of text there
  Raster<std::uint16_t> strokes_;  ///< per pixel: samples with a stroke of a line there
};

}  // namespace surgsigma
