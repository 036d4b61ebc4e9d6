// How far a restored or generated picture is from the true one (tasks desmoking, next_frame_generation, and video
// generation where a true continuation exists). Pictures are 8-bit, of equal size and channels, one channel (grey) or
// three (sRGB); the truth is never resized. A mask (the endoscope's circle) restricts every measure to its pixels.
//
// psnr:rgb, psnr:gray    dB, higher. 10 log10(255^2 / MSE), MSE over all channels; equal pictures are infinite, kept
//                        out of the mean and counted in identical_share.
// psnr:y_bt601           the same on Y of BT.601 in 16 to 235, not rounded, peak 255: what restoration papers call
//                        "Y channel" (those who round first get a fraction of a dB less).
// ssim:gaussian/rgb, .../gray  share, higher. Wang et al. 2004: 11x11 Gaussian of sigma 1.5, K 0.01 and 0.03,
// population
//                        covariance, the border of 5 pixels left out, mean of the channels; scikit-image with
//                        gaussian_weights=True, sigma=1.5, use_sample_covariance=False. What papers use.
// ssim:uniform/rgb, .../gray   7x7 mean, sample covariance, border of 3: scikit-image's defaults.
// ciede2000              lower. Mean colour difference of Sharma et al. 2005, sRGB under D65 (scikit-image's rgb2lab
// and
//                        deltaE_ciede2000).
// frame_difference       lower. Mean |a - b| on the scale -1 to 1 (the FDS of Cosmos-H-Surgical-Simulator's evaluation,
//                        8c4bcb0): the frame that was given (frame 0) is left out; also by frames 1-12, 13-36, 37-72.
// identical_share        share of answered pairs that are equal inside the mask.
// answered               share of pairs with a picture.
// compat:capped_psnr     dB. psnr:rgb with 100 as the most, equal pictures included, as some evaluation code has it: a
//                        few equal frames then raise the mean.
//
// Grey is 0.299 R + 0.587 G + 0.114 B, not rounded. With a mask, SSIM is the mean of its map over the mask's pixels;
// the windows still see what lies around them. A missing answer counts as the worst pair there is (black for white): 0
// dB, SSIM 0, colour difference 100, frame difference 2. All means are over pairs; a pair counts as often as its case.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "surgsigma/base/result.h"
#include "surgsigma/eval/metric_row.h"
#include "surgsigma/eval/scorer.h"
#include "surgsigma/media/image.h"

namespace surgsigma {

/// Which measures to take; what is not taken is NaN.
struct PictureParts {
  bool psnr = true;
  bool ssim_gaussian = true;
  bool ssim_uniform = true;
  bool ciede2000 = true;
};

struct PictureValues {
  double psnr_rgb = 0;  ///< infinite for equal pictures; of a grey picture the same as psnr_gray
  double psnr_gray = 0;
  double psnr_y_bt601 = 0;
  double ssim_gaussian_rgb = 0;
  double ssim_gaussian_gray = 0;
  double ssim_uniform_rgb = 0;
  double ssim_uniform_gray = 0;
  double ciede2000 = 0;
  double frame_difference = 0;
  std::int64_t pixels = 0;  ///< that were compared
};

/// `mask`: nothing, or one channel of the same size where every value but 0 is inside. kData naming `where` for sizes
/// that differ, pictures smaller than a window, a mask without a pixel inside the border.
Result<PictureValues> picture_values(const Image& answer, const Image& truth, const Image* mask,
                                     const PictureParts& parts, std::string_view where);
/// The values of a missing answer.
PictureValues missing_picture();

struct PicturePair {
  Image answer;
  Image truth;
  std::optional<Image> mask;
};
/// All pairs of a list on up to `jobs` threads; load(i) is called from several threads and only as many pairs as
/// threads are in memory. Nothing for a pair that load gives no answer for (an empty picture): see missing_picture.
Result<std::vector<PictureValues>> picture_list_values(std::size_t count, int jobs, const PictureParts& parts,
                                                       const std::function<Result<PicturePair>(std::size_t)>& load);

struct PictureItem {
  std::int32_t case_index = 0;
  std::optional<int> frame;  ///< place in its clip, 0 the frame that was given; nothing outside clips
  bool is_missing = false;
  PictureValues values;
};
/// kUsage for a case that does not exist.
Result<Scorer> picture_scorer(std::span<const PictureItem> items, std::size_t cases);

std::span<const MetricRow> pictures_metrics();

// The measures one by one ----------------------------------------------------------------------------------------

enum class SsimWindow { kGaussian, kUniform };
/// One channel as numbers, row by row.
struct Plane {
  int width = 0;
  int height = 0;
  std::vector<double> values;
};
Plane channel_of(const Image& picture, int channel);
Plane gray_of(const Image& picture);
/// Values 0 to 255. NaN when the picture is smaller than the window or no pixel of the mask is inside the border.
double ssim(const Plane& a, const Plane& b, SsimWindow window, const Image* mask = nullptr);
/// The same of one channel, and of the grey picture, straight from the bytes. Equal sizes and channels.
double ssim_of_channel(const Image& a, const Image& b, int channel, SsimWindow window, const Image* mask = nullptr);
double ssim_of_gray(const Image& a, const Image& b, SsimWindow window, const Image* mask = nullptr);
/// Of three values of sRGB.
inline double gray_value(const std::uint8_t* pixel) { return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]; }
/// Of two sRGB colours.
double ciede2000(const std::array<std::uint8_t, 3>& a, const std::array<std::uint8_t, 3>& b);

}  // namespace surgsigma
