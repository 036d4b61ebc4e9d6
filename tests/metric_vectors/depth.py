#!/usr/bin/env python3
"""Writes depth.json: depth errors by numpy, in the steps of monodepth2's evaluate_depth.py (b676244: mask, median, clip,
errors, mean over frames), with numpy.linalg.lstsq for scale and shift. Needs: pip install numpy."""
import json
import pathlib

import numpy as np

LEAST, MOST = 1e-3, 150.0


def errors(truth, guess):
    ratio = np.maximum(truth / guess, guess / truth)
    log = np.log(guess) - np.log(truth)
    return {
        "abs_rel": np.mean(np.abs(truth - guess) / truth),
        "sq_rel": np.mean((truth - guess) ** 2 / truth),
        "rmse": np.sqrt(np.mean((truth - guess) ** 2)),
        "rmse_log": np.sqrt(np.mean(log**2)),
        "delta_1": np.mean(ratio < 1.25), "delta_2": np.mean(ratio < 1.25**2), "delta_3": np.mean(ratio < 1.25**3),
        "silog": np.std(log),
    }


def fit(x, y):
    return np.linalg.lstsq(np.stack([x, np.ones_like(x)], 1), y, rcond=None)[0]


def main():
    draws = np.random.default_rng(5)
    frames, sums = [], {}
    for _ in range(4):
        truth = draws.uniform(5, 170, 96).astype(np.float32)
        truth[draws.random(96) < 0.2] = 0
        guess = (np.maximum(truth, 8) * draws.uniform(0.3, 0.9, 96)).astype(np.float32)
        valid = (truth > LEAST) & (truth < MOST)
        t, p = truth[valid].astype(np.float64), guess[valid].astype(np.float64)
        aligned = {"none": p, "median": p * np.median(t) / np.median(p)}
        s, b = fit(p, t)
        aligned["scale_shift_depth"] = s * p + b
        s, b = fit(1 / p, 1 / t)
        disparity = s / p + b
        aligned["scale_shift_disparity"] = np.where(disparity > 0, 1 / np.where(disparity > 0, disparity, 1), MOST)
        for name, values in aligned.items():
            for key, value in errors(t, np.clip(values, LEAST, MOST)).items():
                sums.setdefault(name, {}).setdefault(key, []).append(float(value))
        frames.append({"truth": truth.tolist(), "prediction": guess.tolist()})
    out = {"made_by": f"numpy {np.__version__}", "most": MOST, "frames": frames,
           "expected": {name: {key: float(np.mean(v)) for key, v in each.items()} for name, each in sums.items()}}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
