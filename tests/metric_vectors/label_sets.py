"""Vectors of the metric family label_sets: scikit-learn on random sets with ties in the scores.

label_sets.py > label_sets.json        needs numpy, scikit-learn
"""
import json
import sys

import numpy as np
from sklearn import metrics


def nan_mean(values):
    values = [value for value in values if value is not None]
    return float(np.mean(values)) if values else None


def ap(truth, score):
    return float(metrics.average_precision_score(truth, score)) if truth.any() else None


def vector(seed, items, classes, cases, rate, absent):
    draw = np.random.default_rng(seed)
    truth = (draw.random((items, classes)) < rate).astype(int)
    truth[:, absent] = 0
    flip = draw.random((items, classes)) < 0.2
    pred = np.where(flip, 1 - truth, truth)
    score = np.round(np.clip(truth * 0.3 + draw.random((items, classes)) * 0.7, 0, 1), 1)
    case = draw.integers(cases, size=items)

    here = [k for k in range(classes) if truth[:, k].any()]
    expected = {"exact_match": metrics.accuracy_score(truth, pred),
                "sample_f1": metrics.f1_score(truth, pred, average="samples", zero_division=1),
                "jaccard": metrics.jaccard_score(truth, pred, average="samples", zero_division=1),
                "hamming_accuracy": 1 - metrics.hamming_loss(truth, pred)}
    for name, function in (("precision", metrics.precision_score), ("recall", metrics.recall_score),
                           ("f1", metrics.f1_score)):
        expected["micro_" + name] = function(truth, pred, average="micro")
        expected["macro_" + name] = function(truth, pred, average="macro", labels=here, zero_division=0)
        each = function(truth, pred, average=None, zero_division=0)
        for k in range(classes):
            expected[f"{name}/{k}"] = each[k] if k in here else None
    of_video = {k: [ap(truth[case == c, k], score[case == c, k]) for c in range(cases)] for k in range(classes)}
    for k in range(classes):
        expected[f"support/{k}"] = int(truth[:, k].sum())
        expected[f"ap/{k}"] = ap(truth[:, k], score[:, k])
        expected[f"ap:video/{k}"] = nan_mean(of_video[k])
    expected["map"] = nan_mean(expected[f"ap/{k}"] for k in range(classes))
    expected["map:video_class"] = nan_mean(expected[f"ap:video/{k}"] for k in range(classes))
    expected["map:class_video"] = nan_mean(nan_mean(of_video[k][c] for k in range(classes)) for c in range(cases))
    return {"id": f"random-{seed}",
            "input": {"gt": truth.tolist(), "pred": pred.tolist(), "score": score.tolist(), "case": case.tolist()},
            "expected": expected,
            "compat_macro_f1_zero": metrics.f1_score(truth, pred, average="macro", zero_division=0)}


json.dump({"made_with": "scikit-learn", "vectors": [
    vector(1, 40, 3, 3, 0.3, []),
    vector(2, 60, 7, 4, 0.25, [5]),
    vector(3, 30, 4, 5, 0.1, [0]),
    vector(4, 25, 5, 2, 0.6, []),
]}, sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
