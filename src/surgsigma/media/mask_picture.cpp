#include "surgsigma/media/mask_picture.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <unordered_map>

namespace surgsigma {
namespace {

std::optional<Error> wrong_size(const Image& picture, std::optional<ImageSize> expected, std::string_view name) {
  if (!expected || picture.size() == *expected) return {};
  return Error{ErrorKind::kData,
               "the mask has " + std::to_string(picture.width) + "x" + std::to_string(picture.height) +
                   " pixels, its frame " + std::to_string(expected->width) + "x" + std::to_string(expected->height),
               std::string(name), "a mask that was scaled or cropped must not be laid over the frame"};
}

template <class Classes>
std::optional<Error> bad_class(const Classes& classes, std::string_view name) {
  for (const auto& row : classes) {
    if (row.class_id < 0 || row.class_id > 255) {
      return Error{ErrorKind::kUsage, "class id " + std::to_string(row.class_id) + " is outside 0-255",
                   std::string(name), ""};
    }
  }
  return {};
}

std::string colour_word(std::uint32_t colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%06x", static_cast<unsigned>(colour & 0xFFFFFF));
  return text;
}

/// Unknown values while a picture is read: how often, and where first. Keeps at most kMostDistinct of them apart.
class Strays {
 public:
  void add(std::uint32_t value, std::size_t pixel) {
    ++pixels_;
    const auto found = seen_.find(value);
    if (found != seen_.end()) {
      ++found->second.pixels;
    } else if (seen_.size() < kMostDistinct) {
      seen_.emplace(value, Stray{1, pixel});
    }
  }

  template <class Word>
  void hand_over(ClassPicture& picture, Word word) const {
    picture.unknown_pixels = pixels_;
    const auto wide = static_cast<std::size_t>(picture.ids.width);
    for (const auto& [value, stray] : seen_) {
      picture.unknown.push_back(
          {word(value), stray.pixels, static_cast<int>(stray.first % wide), static_cast<int>(stray.first / wide)});
    }
    std::stable_sort(picture.unknown.begin(), picture.unknown.end(),
                     [](const UnknownMaskValue& a, const UnknownMaskValue& b) { return a.pixels > b.pixels; });
    if (picture.unknown.size() > kMostUnknown) picture.unknown.resize(kMostUnknown);
  }

 private:
  static constexpr std::size_t kMostDistinct = 4096;  // a photograph in the place of a mask has a hundred thousand
  struct Stray {
    std::int64_t pixels = 0;
    std::size_t first = 0;
  };
  std::map<std::uint32_t, Stray> seen_;
  std::int64_t pixels_ = 0;
};

constexpr int kUnknownColour = -1;

/// The nearest colour's class if every channel is near enough.
int class_of_colour(std::uint32_t colour, std::span<const ColourClass> palette, int tolerance) {
  int best = kUnknownColour, best_distance = 0;
  for (const ColourClass& row : palette) {
    int distance = 0, largest = 0;
    for (int c = 0; c < 3; ++c) {
      const int difference = static_cast<int>(colour >> (16 - 8 * c) & 0xFF) - row.colour[static_cast<std::size_t>(c)];
      distance += difference * difference;
      largest = std::max(largest, std::abs(difference));
    }
    if (largest > tolerance || (best != kUnknownColour && distance >= best_distance)) continue;
    best = row.class_id;
    best_distance = distance;
  }
  return best;
}

/// Masks have few colours in long runs; the last one and a small table by its low bits save nearly all searches.
class ColourMemory {
 public:
  ColourMemory(std::span<const ColourClass> palette, int tolerance) : palette_(palette), tolerance_(tolerance) {
    colours_.fill(kNothing);
  }
  int class_of(std::uint32_t colour) {
    const std::size_t slot = (colour * 2654435761U) >> 22;
    if (colours_[slot] != colour) {
      colours_[slot] = colour;
      classes_[slot] = class_of_colour(colour, palette_, tolerance_);
    }
    return classes_[slot];
  }

 private:
  static constexpr std::uint32_t kNothing = 0xFFFFFFFF;
  std::span<const ColourClass> palette_;
  int tolerance_;
  std::array<std::uint32_t, 1024> colours_ = {};
  std::array<int, 1024> classes_ = {};
};

/// Labels of connected parts by union-find, one row after the other.
class Components {
 public:
  int make() {
    parents_.push_back(static_cast<int>(parents_.size()));
    return parents_.back();
  }
  int root(int label) {
    while (parents_[static_cast<std::size_t>(label)] != label) {
      int& parent = parents_[static_cast<std::size_t>(label)];
      parent = parents_[static_cast<std::size_t>(parent)];
      label = parent;
    }
    return label;
  }
  int join(int a, int b) {
    a = root(a);
    b = root(b);
    const auto [low, high] = std::minmax(a, b);
    parents_[static_cast<std::size_t>(high)] = low;
    return low;
  }

 private:
  std::vector<int> parents_;
};

/// For each pixel the label of its part; -1 for background and ignored pixels.
template <class T>
std::vector<int> labels_of(const Raster<T>& ids, const ObjectRule& rule) {
  Components components;
  std::vector<int> labels(ids.pixels(), -1);
  const int wide = ids.width;
  for (int y = 0; y < ids.height; ++y) {
    const T* values = ids.row(y);
    int* here = labels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(wide);
    for (int x = 0; x < wide; ++x) {
      const int value = values[x];
      if (value == rule.background || value == rule.ignored) continue;
      const auto touch = [&](bool is_inside, int dx, int dy) {
        if (!is_inside || ids.row(y + dy)[x + dx] != values[x]) return;
        const int label = here[static_cast<std::ptrdiff_t>(dy) * wide + x + dx];
        here[x] = here[x] < 0 ? components.root(label) : components.join(here[x], label);
      };
      touch(x > 0, -1, 0);
      touch(y > 0 && x > 0, -1, -1);
      touch(y > 0, 0, -1);
      touch(y > 0 && x + 1 < wide, 1, -1);
      if (here[x] < 0) here[x] = components.make();
    }
  }
  for (int& label : labels) {
    if (label >= 0) label = components.root(label);
  }
  return labels;
}

/// Run lengths of many objects in one pass down the columns.
struct Growing {
  int value = 0;
  std::size_t first = 0;
  std::uint32_t covered = 0;  ///< Pixels that the runs hold so far.
  std::vector<std::uint32_t> runs = {};

  void add(std::uint32_t at) {
    if (!runs.empty() && covered == at) {
      ++runs.back();
    } else {
      runs.push_back(at - covered);
      runs.push_back(1);
    }
    covered = at + 1;
  }
};

template <class T>
std::vector<MaskObject> objects_of(const Raster<T>& ids, const ObjectRule& rule) {
  if (ids.channels != 1 || ids.is_empty() || ids.pixels() > 0x7fffffff) return {};
  std::vector<int> labels;
  if (rule.parts == MaskParts::kComponents) labels = labels_of(ids, rule);
  std::unordered_map<int, std::size_t> places;
  std::vector<Growing> growing;
  const auto wide = static_cast<std::size_t>(ids.width);
  std::uint32_t at = 0;
  for (std::size_t x = 0; x < wide; ++x) {
    for (std::size_t y = 0; y < static_cast<std::size_t>(ids.height); ++y, ++at) {
      const int value = ids.values[y * wide + x];
      if (value == rule.background || value == rule.ignored) continue;
      const auto [place, is_new] = places.try_emplace(labels.empty() ? value : labels[y * wide + x], growing.size());
      if (is_new) growing.push_back({value, at});
      growing[place->second].add(at);
    }
  }
  std::stable_sort(growing.begin(), growing.end(),
                   [](const Growing& a, const Growing& b) { return a.value < b.value; });
  std::vector<MaskObject> objects;
  for (Growing& each : growing) {
    if (each.covered < at) each.runs.push_back(at - each.covered);
    MaskObject object{each.value, {ids.size(), std::move(each.runs)}, {}, 0};
    object.area_px = area(object.mask);
    if (object.area_px < rule.least_area_px) continue;
    object.box = bounding_box(object.mask);
    objects.push_back(std::move(object));
  }
  return objects;
}

}  // namespace

std::string to_string(const UnknownMaskValue& unknown) {
  return (unknown.value.starts_with('#') ? "colour " : "value ") + unknown.value + " on " +
         std::to_string(unknown.pixels) + " pixels, first at x " + std::to_string(unknown.first_x) + ", y " +
         std::to_string(unknown.first_y) + ", is not in the palette";
}

Result<ClassPicture> classes_from_colours(const Image& picture, std::span<const ColourClass> palette, int tolerance,
                                          std::string_view name, std::optional<ImageSize> expected) {
  if (auto error = wrong_size(picture, expected, name)) return *error;
  if (auto error = bad_class(palette, name)) return *error;
  ClassPicture result{Image(picture.width, picture.height, 1, kIgnoredClass), {}, 0};
  ColourMemory memory(palette, tolerance);
  Strays strays;
  const std::uint8_t* in = picture.values.data();
  const int green = picture.channels == 3 ? 1 : 0, blue = picture.channels == 3 ? 2 : 0;
  for (std::size_t pixel = 0; pixel < picture.pixels(); ++pixel, in += picture.channels) {
    const std::uint32_t colour =
        static_cast<std::uint32_t>(in[0]) << 16 | static_cast<std::uint32_t>(in[green]) << 8 | in[blue];
    const int id = memory.class_of(colour);
    if (id == kUnknownColour) {
      strays.add(colour, pixel);
    } else {
      result.ids.values[pixel] = static_cast<std::uint8_t>(id);
    }
  }
  strays.hand_over(result, colour_word);
  return result;
}

Result<ClassPicture> classes_from_values(const Image& values, std::span<const ValueClass> classes,
                                         std::string_view name, std::optional<ImageSize> expected) {
  if (auto error = wrong_size(values, expected, name)) return *error;
  if (auto error = bad_class(classes, name)) return *error;
  if (values.channels != 1) return Error{ErrorKind::kUsage, "class values come in one channel", std::string(name), ""};
  std::array<int, 256> class_of;
  class_of.fill(kUnknownColour);
  class_of[kIgnoredClass] = kIgnoredClass;
  for (const ValueClass& row : classes) {
    if (row.value < 0 || row.value > 255) {
      return Error{ErrorKind::kUsage, "mask value " + std::to_string(row.value) + " is outside 0-255",
                   std::string(name), ""};
    }
    class_of[static_cast<std::size_t>(row.value)] = row.class_id;
  }
  ClassPicture result{Image(values.width, values.height, 1, kIgnoredClass), {}, 0};
  Strays strays;
  for (std::size_t pixel = 0; pixel < values.values.size(); ++pixel) {
    const int id = class_of[values.values[pixel]];
    if (id == kUnknownColour) {
      strays.add(values.values[pixel], pixel);
    } else {
      result.ids.values[pixel] = static_cast<std::uint8_t>(id);
    }
  }
  strays.hand_over(result, [](std::uint32_t value) { return std::to_string(value); });
  return result;
}

std::vector<MaskObject> objects_in(const Image& ids, const ObjectRule& rule) { return objects_of(ids, rule); }
std::vector<MaskObject> objects_in(const DepthPicture& ids, const ObjectRule& rule) { return objects_of(ids, rule); }

}  // namespace surgsigma
