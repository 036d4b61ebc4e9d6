"""Vectors of the metric family pictures: scikit-image on pictures made by a formula that the C++ test repeats. See
vectors.py for the flags. Needs numpy, scikit-image."""
import numpy as np
import vectors
from skimage.color import deltaE_ciede2000, rgb2lab, rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

GAUSSIAN = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)


def picture(width, height, seed, noise):
    """The C++ test makes the same: 64-bit linear congruence, one draw per value, rows first."""
    state = seed
    values = np.zeros((height, width, 3), np.uint8)
    for y in range(height):
        for x in range(width):
            for c in range(3):
                state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
                smooth = 120 + 90 * np.sin(0.07 * (c + 1) * x) * np.cos(0.05 * y)
                values[y, x, c] = min(255, max(0, int(smooth) + (state >> 40) % (2 * noise + 1) - noise))
    return values


def gray(values):
    return values.astype(np.float64) @ np.array([0.299, 0.587, 0.114])


def ssim_map_mean(a, b, mask, **how):
    _, ssim_map = structural_similarity(a, b, data_range=255, full=True, **how)
    pad = 5 if how else 3
    inside = np.zeros(mask.shape, bool)
    inside[pad:-pad, pad:-pad] = True
    return float(ssim_map[mask & inside].mean())


def pair(width, height, noise, seeds):
    a, b = (picture(width, height, seed, noise) for seed in seeds)
    y, x = np.mgrid[:height, :width]
    mask = (x - width / 2) ** 2 + (y - height / 2) ** 2 <= (height / 2) ** 2
    luma = [rgb2ycbcr(p)[..., 0] for p in (a, b)]
    return {
        "width": width, "height": height, "noise": noise, "seeds": seeds,
        "sum_a": int(a.sum()), "sum_b": int(b.sum()),
        "psnr_rgb": peak_signal_noise_ratio(a, b, data_range=255),
        "psnr_gray": peak_signal_noise_ratio(gray(a), gray(b), data_range=255),
        "psnr_y_bt601": peak_signal_noise_ratio(*luma, data_range=255),
        "ssim_gaussian_rgb": structural_similarity(a, b, data_range=255, channel_axis=2, **GAUSSIAN),
        "ssim_gaussian_gray": structural_similarity(gray(a), gray(b), data_range=255, **GAUSSIAN),
        "ssim_uniform_rgb": structural_similarity(a, b, data_range=255, channel_axis=2),
        "ssim_uniform_gray": structural_similarity(gray(a), gray(b), data_range=255),
        "ciede2000": float(deltaE_ciede2000(rgb2lab(a), rgb2lab(b)).mean()),
        "frame_difference": float(np.abs(a / 127.5 - b / 127.5).mean()),
        "masked": {
            "psnr_rgb": peak_signal_noise_ratio(a[mask], b[mask], data_range=255),
            "ssim_gaussian_gray": ssim_map_mean(gray(a), gray(b), mask, **GAUSSIAN),
            "ssim_uniform_gray": ssim_map_mean(gray(a), gray(b), mask),
            "ciede2000": float(deltaE_ciede2000(rgb2lab(a), rgb2lab(b))[mask].mean()),
        },
    }


def make(seed):
    draw = np.random.default_rng(seed)
    seeds = lambda: draw.choice(2**32, 2, replace=False).tolist()
    pairs = [pair(*shape, seeds()) for shape in [(64, 48, 3), (97, 61, 25), (33, 20, 120)]]
    pairs += [pair(*(int(v) for v in draw.integers([11, 11, 1], [80, 80, 128])), seeds()) for _ in range(2)]
    colours = draw.integers(0, 256, (200, 2, 3), dtype=np.uint8)
    colours[:4] = [[[0, 0, 0], [255, 255, 255]], [[9, 9, 9], [9, 9, 9]], [[255, 0, 0], [0, 255, 255]],
                   [[0, 0, 255], [3, 0, 250]]]
    colours[4:40, 1] = np.clip(colours[4:40, 0].astype(int) + draw.integers(-3, 4, (36, 3)), 0, 255)  # hardly differ
    difference = deltaE_ciede2000(rgb2lab(colours[None, :, 0]), rgb2lab(colours[None, :, 1]))[0]
    return {"made_by": "scikit-image", "pairs": pairs,
            "colours": [[*map(int, c.ravel()), float(d)] for c, d in zip(colours, difference)]}


if __name__ == "__main__":
    vectors.command_line(make, 3)
