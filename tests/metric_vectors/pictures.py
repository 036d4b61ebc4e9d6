#!/usr/bin/env python3
"""Writes pictures.json: measures by scikit-image of pictures made by a formula that the C++ test repeats.
Needs: pip install scikit-image."""
import json
import pathlib

import numpy as np
import skimage
from skimage.color import deltaE_ciede2000, rgb2lab
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


def main():
    out = {"made_by": f"scikit-image {skimage.__version__}", "pairs": []}
    for width, height, noise in [(64, 48, 3), (97, 61, 25), (33, 20, 120)]:
        a, b = picture(width, height, 7, noise), picture(width, height, 11, noise)
        y, x = np.mgrid[:height, :width]
        mask = (x - width / 2) ** 2 + (y - height / 2) ** 2 <= (height / 2) ** 2
        entry = {
            "width": width, "height": height, "noise": noise,
            "sum_a": int(a.sum()), "sum_b": int(b.sum()),
            "psnr_rgb": peak_signal_noise_ratio(a, b, data_range=255),
            "psnr_gray": peak_signal_noise_ratio(gray(a), gray(b), data_range=255),
            "ssim_gaussian_rgb": structural_similarity(a, b, data_range=255, channel_axis=2, **GAUSSIAN),
            "ssim_gaussian_gray": structural_similarity(gray(a), gray(b), data_range=255, **GAUSSIAN),
            "ssim_uniform_rgb": structural_similarity(a, b, data_range=255, channel_axis=2),
            "ssim_uniform_gray": structural_similarity(gray(a), gray(b), data_range=255),
            "ciede2000": float(deltaE_ciede2000(rgb2lab(a), rgb2lab(b)).mean()),
            "masked": {
                "psnr_rgb": peak_signal_noise_ratio(a[mask], b[mask], data_range=255),
                "ssim_gaussian_gray": ssim_map_mean(gray(a), gray(b), mask, **GAUSSIAN),
                "ssim_uniform_gray": ssim_map_mean(gray(a), gray(b), mask),
                "ciede2000": float(deltaE_ciede2000(rgb2lab(a), rgb2lab(b))[mask].mean()),
            },
        }
        out["pairs"].append(entry)
    colours = np.random.default_rng(3).integers(0, 256, (200, 2, 3), dtype=np.uint8)
    colours[:4] = [[[0, 0, 0], [255, 255, 255]], [[9, 9, 9], [9, 9, 9]], [[255, 0, 0], [0, 255, 255]],
                   [[0, 0, 255], [3, 0, 250]]]
    difference = deltaE_ciede2000(rgb2lab(colours[None, :, 0]), rgb2lab(colours[None, :, 1]))[0]
    out["colours"] = [[*map(int, pair.ravel()), float(d)] for pair, d in zip(colours, difference)]
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
