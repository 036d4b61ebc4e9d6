"""Vectors of the metric family depth: errors by numpy, in the steps of monodepth2's evaluate_depth.py (b676244: mask,
median, clip, errors, mean over frames), with numpy.linalg.lstsq for scale and shift. See vectors.py for the flags. Needs
numpy."""
import numpy as np
import vectors

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
        "silog": np.std(log), "scale_invariant_error_0.85": np.mean(log**2) - 0.85 * np.mean(log) ** 2,
    }


def fit(x, y):
    return np.linalg.lstsq(np.stack([x, np.ones_like(x)], 1), y, rcond=None)[0]


def make(seed):
    draws = np.random.default_rng(seed)
    frames, sums = [], {}
    for number in range(int(draws.integers(3, 7))):
        pixels = 96 if number else int(draws.integers(20, 200))
        truth = draws.uniform(5, 170, pixels).astype(np.float32)
        truth[draws.random(pixels) < draws.choice([0, 0.2, 0.5])] = 0
        guess = (np.maximum(truth, 8) * draws.uniform(0.3, 0.9, pixels)).astype(np.float32)
        if draws.random() < 0.3:  # a map that has nothing to do with the truth
            guess = draws.uniform(10, 200, pixels).astype(np.float32)
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
    return {"made_by": "numpy", "most": MOST, "frames": frames,
            "expected": {name: {key: float(np.mean(v)) for key, v in each.items()} for name, each in sums.items()}}


if __name__ == "__main__":
    vectors.command_line(make, 5)
