"""Vectors of the metric family safety: scikit-learn on random criteria, some answers unread, one criterion never met.

safety.py > safety.json        needs numpy, scikit-learn
"""
import json
import sys
import warnings

import numpy as np
from sklearn import metrics


def ap(truth, score):
    return float(metrics.average_precision_score(truth, score)) if truth.any() else np.nan


def mean(values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a mean of nothing is undefined
        return clean(np.nanmean(values))


def clean(value):
    return None if np.isnan(value) else float(value)


def bins_of(score, truth, count):
    place = np.minimum((score * count).astype(int), count - 1)
    return [{"frames": int((place == b).sum()), "mean_score": mean(score[place == b]), "mean_truth": mean(truth[place == b])}
            for b in range(count)]


def vector(seed, frames, cases, rates):
    draw = np.random.default_rng(seed)
    criteria = [f"C{k + 1}" for k in range(len(rates))]
    truth = draw.binomial(3, rates, (frames, len(rates))) / 3
    met = (truth > 0.5).astype(int)
    score = np.round(np.clip(0.5 * truth + 0.6 * draw.random(truth.shape), 0, 1), 2)
    answer = np.where(draw.random(truth.shape) < 0.75, met, 1 - met)
    answer[draw.random(frames) < 0.15] = -1
    case = draw.integers(cases, size=frames)
    expected, of_case = {}, np.full((len(rates), cases), np.nan)
    for k, name in enumerate(criteria):
        t, a = met[:, k], answer[:, k]
        wrong = np.where(a < 0, 1 - t, a)  # unread: the other answer
        sides = [metrics.recall_score(t, wrong, pos_label=side) if (t == side).any() else np.nan for side in (1, 0)]
        of_case[k] = [ap(t[case == c], score[case == c, k]) for c in range(cases)]
        table = bins_of(score[:, k], truth[:, k], 10)
        error = sum(row["frames"] * abs(row["mean_score"] - row["mean_truth"]) for row in table if row["frames"])
        expected.update({
            f"support/{name}": int(t.sum()), f"accuracy/{name}": metrics.accuracy_score(t, wrong),
            f"sensitivity/{name}": clean(sides[0]), f"specificity/{name}": clean(sides[1]),
            f"balanced_accuracy/{name}": clean(np.nan if np.isnan(sides).any()
                                               else metrics.balanced_accuracy_score(t, wrong)),
            f"balanced_accuracy:present_side/{name}": mean(sides),
            f"ap/{name}": clean(ap(t, score[:, k])), f"ap:video/{name}": mean(of_case[k]),
            f"brier/{name}": float(np.mean((score[:, k] - truth[:, k]) ** 2)),
            f"brier:binary/{name}": metrics.brier_score_loss(t, score[:, k], labels=[0, 1], pos_label=1),
            f"calibration_error/{name}": error / frames})
    for stem in ("accuracy", "balanced_accuracy", "balanced_accuracy:present_side", "brier", "brier:binary",
                 "calibration_error"):
        values = [expected[f"{stem}/{name}"] for name in criteria]
        expected["mean_" + stem] = mean(np.array(values, dtype=float))
    expected["all_right"] = float(np.mean((answer == met).all(axis=1)))
    expected["parse_rate"] = float(np.mean(answer >= 0))
    expected["map"] = mean(np.array([expected[f"ap/{name}"] for name in criteria], dtype=float))
    expected["map:video_class"] = mean(np.array([expected[f"ap:video/{name}"] for name in criteria], dtype=float))
    expected["map:class_video"] = mean([np.nan if (row := mean(of_case[:, c])) is None else row for c in range(cases)])
    return {"id": f"random-{seed}",
            "input": {"criteria": criteria, "truth": truth.tolist(), "scores": score.tolist(),
                      "answers": answer.tolist(), "case": case.tolist()},
            "expected": expected, "reliability": bins_of(score[:, 0], truth[:, 0], 5)}


json.dump({"made_with": "scikit-learn", "vectors": [
    vector(1, 60, 4, [0.3, 0.2, 0.4]), vector(2, 40, 5, [0.5, 0, 0.2]), vector(3, 25, 3, [0.1, 0.6, 0.9])]},
    sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
