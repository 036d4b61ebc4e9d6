#include "surgsigma/eval/metrics/pictures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "surgsigma/base/threads.h"
#include "surgsigma/media/wide.h"

namespace surgsigma {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr int kDifferencesAtOnce = 1 << 14;  // their squares fit into 32 bits
constexpr double kInfinite = std::numeric_limits<double>::infinity();

Error bad_pair(std::string what, std::string_view where, std::string hint) {
  return {ErrorKind::kData, std::move(what), std::string(where), std::move(hint)};
}

std::string size_text(const Image& picture) {
  return std::to_string(picture.width) + "x" + std::to_string(picture.height) + "x" + std::to_string(picture.channels);
}

double psnr_of(double squares, double values) {
  return squares == 0 ? kInfinite : 10 * std::log10(255.0 * 255.0 * values / squares);
}

/// BT.601 in 16 to 235, not rounded.
double limited_luma(const std::uint8_t* pixel) {
  return 16 + (65.481 * pixel[0] + 128.553 * pixel[1] + 24.966 * pixel[2]) / 255;
}

struct PixelSums {
  std::int64_t pixels = 0;
  std::int64_t squares = 0;  ///< over channels
  std::int64_t distance = 0;
  double gray_squares = 0;
  double luma_squares = 0;
  double colour = 0;
};

/// Adds squares and sizes of the differences of `count` bytes, fewer than 2^15.
SURGSIGMA_WIDE void add_differences(const std::uint8_t* p, const std::uint8_t* q, int count, PixelSums& sums) {
  std::int32_t squares = 0, distance = 0;
  for (int i = 0; i < count; ++i) {
    const int difference = p[i] - q[i];
    squares += difference * difference;
    distance += std::abs(difference);
  }
  sums.squares += squares;
  sums.distance += distance;
}

PixelSums sums_of(const Image& a, const Image& b, const Image* mask, bool has_colour) {
  PixelSums sums;
  const int channels = a.channels;
  for (int y = 0; y < a.height; ++y) {
    const std::uint8_t* inside = mask == nullptr ? nullptr : mask->row(y);
    const std::uint8_t* p = a.row(y);
    const std::uint8_t* q = b.row(y);
    if (inside == nullptr) {
      const int values = a.width * channels;
      for (int i = 0; i < values; i += kDifferencesAtOnce)
        add_differences(p + i, q + i, std::min(kDifferencesAtOnce, values - i), sums);
      if (channels == 1 && !has_colour) {
        sums.pixels += a.width;
        continue;
      }
    }
    double gray_row = 0, luma_row = 0, colour_row = 0;
    for (int x = 0; x < a.width; ++x, p += channels, q += channels) {
      if (inside != nullptr && inside[x] == 0) continue;
      ++sums.pixels;
      for (int c = 0; inside != nullptr && c < channels; ++c) {
        const int difference = p[c] - q[c];
        sums.squares += difference * difference;
        sums.distance += std::abs(difference);
      }
      if (channels == 1) {
        if (has_colour && *p != *q) colour_row += ciede2000({*p, *p, *p}, {*q, *q, *q});
        continue;
      }
      const double of_gray = gray_value(p) - gray_value(q);
      const double of_luma = limited_luma(p) - limited_luma(q);
      gray_row += of_gray * of_gray;
      luma_row += of_luma * of_luma;
      if (has_colour) colour_row += ciede2000({p[0], p[1], p[2]}, {q[0], q[1], q[2]});
    }
    sums.gray_squares += gray_row;
    sums.luma_squares += luma_row;
    sums.colour += colour_row;
  }
  return sums;
}

void set_ssim(const Image& answer, const Image& truth, const Image* mask, SsimWindow window, double& rgb,
              double& gray) {
  gray = ssim_of_gray(answer, truth, window, mask);
  rgb = answer.channels == 1 ? gray : 0;
  for (int c = 0; answer.channels == 3 && c < 3; ++c) rgb += ssim_of_channel(answer, truth, c, window, mask) / 3;
}

}  // namespace

Plane channel_of(const Image& picture, int channel) {
  Plane plane{picture.width, picture.height, std::vector<double>(picture.pixels())};
  const std::uint8_t* at = picture.values.data() + channel;
  for (double& value : plane.values) {
    value = *at;
    at += picture.channels;
  }
  return plane;
}

Plane gray_of(const Image& picture) {
  if (picture.channels != 3) return channel_of(picture, 0);
  Plane plane{picture.width, picture.height, std::vector<double>(picture.pixels())};
  const std::uint8_t* at = picture.values.data();
  for (double& value : plane.values) {
    value = gray_value(at);
    at += 3;
  }
  return plane;
}

Result<PictureValues> picture_values(const Image& answer, const Image& truth, const Image* mask,
                                     const PictureParts& parts, std::string_view where) {
  if (answer.size() != truth.size() || answer.channels != truth.channels) {
    return bad_pair("the answer is " + size_text(answer) + ", the truth " + size_text(truth), where,
                    "resize the answer to the truth with an area filter, never the truth");
  }
  if (answer.is_empty() || (answer.channels != 1 && answer.channels != 3)) {
    return bad_pair("a picture of " + size_text(answer), where, "one or three channels are needed");
  }
  if (mask != nullptr && (mask->size() != answer.size() || mask->channels != 1)) {
    return bad_pair("the mask is " + size_text(*mask) + ", the pictures " + size_text(answer), where, "");
  }
  PictureValues values;
  const PixelSums sums = sums_of(answer, truth, mask, parts.ciede2000);
  if (sums.pixels == 0) return bad_pair("the mask leaves no pixel", where, "");
  values.pixels = sums.pixels;
  const double pixels = static_cast<double>(sums.pixels);
  const double numbers = pixels * answer.channels;
  values.psnr_rgb = psnr_of(static_cast<double>(sums.squares), numbers);
  if (answer.channels == 1) {
    values.psnr_gray = values.psnr_rgb;
    constexpr double kRange = 219.0 / 255.0;
    values.psnr_y_bt601 = psnr_of(kRange * kRange * static_cast<double>(sums.squares), numbers);
  } else {
    values.psnr_gray = psnr_of(sums.gray_squares, pixels);
    values.psnr_y_bt601 = psnr_of(sums.luma_squares, pixels);
  }
  if (!parts.psnr) values.psnr_rgb = values.psnr_gray = values.psnr_y_bt601 = kUndefined;
  values.frame_difference = static_cast<double>(sums.distance) / numbers / 127.5;
  values.ciede2000 = parts.ciede2000 ? sums.colour / pixels : kUndefined;

  values.ssim_gaussian_rgb = values.ssim_gaussian_gray = values.ssim_uniform_rgb = values.ssim_uniform_gray =
      kUndefined;
  if (parts.ssim_gaussian) {
    set_ssim(answer, truth, mask, SsimWindow::kGaussian, values.ssim_gaussian_rgb, values.ssim_gaussian_gray);
  }
  if (parts.ssim_uniform) {
    set_ssim(answer, truth, mask, SsimWindow::kUniform, values.ssim_uniform_rgb, values.ssim_uniform_gray);
  }
  const bool is_small = (parts.ssim_gaussian && std::isnan(values.ssim_gaussian_gray)) ||
                        (parts.ssim_uniform && std::isnan(values.ssim_uniform_gray));
  if (is_small) {
    return bad_pair("no window of SSIM fits into " + size_text(answer) + " or into its mask", where,
                    "11x11 pixels are needed, and a pixel of the mask 5 pixels from the border");
  }
  return values;
}

PictureValues missing_picture() {
  PictureValues values;
  values.ciede2000 = 100;
  values.frame_difference = 2;
  return values;
}

Result<std::vector<PictureValues>> picture_list_values(std::size_t count, int jobs, const PictureParts& parts,
                                                       const std::function<Result<PicturePair>(std::size_t)>& load) {
  std::vector<PictureValues> values(count);
  std::vector<std::optional<Error>> errors(count);
  parallel_for(count, jobs, [&](std::size_t i) {
    const auto pair = load(i);
    if (!pair) {
      errors[i] = pair.error();
    } else if (pair->answer.is_empty()) {
      values[i] = missing_picture();
    } else {
      const Image* mask = pair->mask ? &*pair->mask : nullptr;
      auto of_pair = picture_values(pair->answer, pair->truth, mask, parts, "pair " + std::to_string(i));
      if (of_pair) {
        values[i] = *of_pair;
      } else {
        errors[i] = of_pair.error();
      }
    }
  });
  for (const auto& error : errors) {
    if (error) return *error;
  }
  return values;
}

namespace {

constexpr std::array<std::string_view, 15> kNames = {"psnr:rgb",
                                                     "psnr:gray",
                                                     "psnr:y_bt601",
                                                     "ssim:gaussian/rgb",
                                                     "ssim:gaussian/gray",
                                                     "ssim:uniform/rgb",
                                                     "ssim:uniform/gray",
                                                     "ciede2000",
                                                     "frame_difference",
                                                     "frame_difference:1_12",
                                                     "frame_difference:13_36",
                                                     "frame_difference:37_72",
                                                     "identical_share",
                                                     "answered",
                                                     "compat:capped_psnr"};

/// What common_metrics_on_video_quality writes where the squared error is below 1e-10 of the range.
constexpr double kMostPsnr = 100;

/// Value and whether it enters the mean, in the order of kNames.
std::array<std::pair<double, bool>, kNames.size()> entries_of(const PictureItem& item) {
  const PictureValues values = item.is_missing ? missing_picture() : item.values;
  const auto finite = [](double value) { return std::pair(value, std::isfinite(value)); };
  const auto within = [&](int first, int last) {
    return std::pair(values.frame_difference, item.frame && *item.frame >= first && *item.frame <= last);
  };
  const bool is_identical = !item.is_missing && values.frame_difference == 0;
  return {finite(values.psnr_rgb),
          finite(values.psnr_gray),
          finite(values.psnr_y_bt601),
          finite(values.ssim_gaussian_rgb),
          finite(values.ssim_gaussian_gray),
          finite(values.ssim_uniform_rgb),
          finite(values.ssim_uniform_gray),
          finite(values.ciede2000),
          std::pair(values.frame_difference, !item.frame || *item.frame != 0),
          within(1, 12),
          within(13, 36),
          within(37, 72),
          std::pair(is_identical ? 1.0 : 0.0, !item.is_missing),
          std::pair(item.is_missing ? 0.0 : 1.0, true),
          std::pair(std::min(values.psnr_rgb, kMostPsnr), !std::isnan(values.psnr_rgb))};
}

struct CaseSums {
  std::array<double, kNames.size()> sum{};
  std::array<double, kNames.size()> count{};
};

constexpr std::string_view kMissing = "a missing answer is 0; equal pictures are infinite and left out of the mean";
constexpr std::string_view kMissingSsim = "a missing answer is 0; pictures smaller than the window are refused";
constexpr std::string_view kScikit = "Wang et al. 2004; scikit-image structural_similarity";
constexpr std::string_view kFds = "Cosmos-H-Surgical-Simulator evaluation readme 8c4bcb0";
constexpr std::string_view kFrames = "frame 0 is left out; a missing answer is 2";

constexpr std::array<MetricRow, kNames.size()> kRows = {{
    {"pictures", kNames[0], "higher", "dB", "Peak signal to noise ratio, peak 255, over all channels, mean over pairs.",
     "standard", kMissing},
    {"pictures", kNames[1], "higher", "dB", "PSNR of the grey picture 0.299 R + 0.587 G + 0.114 B.", "standard",
     kMissing},
    {"pictures", kNames[2], "higher", "dB", "PSNR of the Y channel of BT.601 in 16 to 235, not rounded, peak 255.",
     "ITU-R BT.601", kMissing},
    {"pictures", kNames[3], "higher", "share",
     "SSIM with an 11x11 Gaussian of sigma 1.5 and population covariance, mean of the channels.", kScikit,
     kMissingSsim},
    {"pictures", kNames[4], "higher", "share", "SSIM with an 11x11 Gaussian of sigma 1.5, of the grey picture.",
     kScikit, kMissingSsim},
    {"pictures", kNames[5], "higher", "share",
     "SSIM with a 7x7 mean and sample covariance, the default of scikit-image, mean of the channels.", kScikit,
     kMissingSsim},
    {"pictures", kNames[6], "higher", "share", "SSIM with a 7x7 mean and sample covariance, of the grey picture.",
     kScikit, kMissingSsim},
    {"pictures", kNames[7], "lower", "CIEDE2000", "Mean colour difference of the pixels, sRGB under D65.",
     "Sharma et al. 2005; scikit-image deltaE_ciede2000", "a missing answer is 100"},
    {"pictures", kNames[8], "lower", "0 to 2", "Mean absolute difference on the scale -1 to 1, mean over frames.", kFds,
     kFrames},
    {"pictures", kNames[9], "lower", "0 to 2", "frame_difference of the frames 1 to 12 of a clip.", kFds, kFrames},
    {"pictures", kNames[10], "lower", "0 to 2", "frame_difference of the frames 13 to 36 of a clip.", kFds, kFrames},
    {"pictures", kNames[11], "lower", "0 to 2", "frame_difference of the frames 37 to 72 of a clip.", kFds, kFrames},
    {"pictures", kNames[12], "higher", "share", "Answered pairs that are equal in every compared pixel.", "surgsigma",
     "missing answers are left out"},
    {"pictures", kNames[13], "higher", "share", "Pairs that have an answer.", "surgsigma", ""},
    {"pictures", kNames[14], "higher", "dB", "psnr:rgb with 100 dB as the most, mean over all pairs.",
     "JunyaoHu/common_metrics_on_video_quality calculate_psnr.py 45f3c29", "equal pictures count as 100 dB"},
}};

}  // namespace

Result<Scorer> picture_scorer(std::span<const PictureItem> items, std::size_t cases) {
  auto sums = std::make_shared<std::vector<CaseSums>>(cases);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].case_index < 0 || static_cast<std::size_t>(items[i].case_index) >= cases) {
      return Error{ErrorKind::kUsage, "case " + std::to_string(items[i].case_index) + " of " + std::to_string(cases),
                   "pair " + std::to_string(i), ""};
    }
    CaseSums& of_case = (*sums)[static_cast<std::size_t>(items[i].case_index)];
    const auto entries = entries_of(items[i]);
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      if (!entries[k].second) continue;
      of_case.sum[k] += entries[k].first;
      of_case.count[k] += 1;
    }
  }
  Scorer scorer;
  for (const std::string_view name : kNames) scorer.names.emplace_back(name);
  scorer.values_at = [sums](std::span<const double> weights, std::span<double> out) {
    for (std::size_t k = 0; k < kNames.size(); ++k) {
      double sum = 0, count = 0;
      for (std::size_t c = 0; c < sums->size(); ++c) {
        sum += weights[c] * (*sums)[c].sum[k];
        count += weights[c] * (*sums)[c].count[k];
      }
      out[k] = count > 0 ? sum / count : kUndefined;
    }
  };
  return scorer;
}

std::span<const MetricRow> pictures_metrics() { return kRows; }

}  // namespace surgsigma
