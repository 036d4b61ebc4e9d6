"""Vectors of the metric family label_sets: scikit-learn on random sets with ties in the scores; unread answers, empty
sets and absent classes are among them. See vectors.py for the flags. Needs numpy, scikit-learn."""
import numpy as np
import vectors
from sklearn import metrics


def ap(truth, score):
    return float(metrics.average_precision_score(truth, score)) if truth.any() else None


def vector(draw, items, classes, cases, rate, absent, unread=0.0):
    truth = (draw.random((items, classes)) < rate).astype(int)
    truth[:, absent] = 0
    flip = draw.random((items, classes)) < 0.2
    pred = np.where(flip, 1 - truth, truth)
    is_read = draw.random(items) >= unread
    pred[~is_read] = 0
    score = np.round(np.clip(truth * 0.3 + draw.random((items, classes)) * 0.7, 0, 1), 1)
    case = draw.integers(cases, size=items)

    here = [k for k in range(classes) if truth[:, k].any()]
    read, of_read = is_read.mean(), (truth[is_read], pred[is_read])  # unread: wrong in every cell
    expected = {"parse_rate": float(read), "exact_match": 0.0, "sample_f1": 0.0, "jaccard": 0.0, "hamming_accuracy": 0.0}
    if is_read.any():
        expected |= {"exact_match": read * metrics.accuracy_score(*of_read),
                     "sample_f1": read * metrics.f1_score(*of_read, average="samples", zero_division=1),
                     "jaccard": read * metrics.jaccard_score(*of_read, average="samples", zero_division=1),
                     "hamming_accuracy": read * (1 - metrics.hamming_loss(*of_read))}
    for name, function in (("precision", metrics.precision_score), ("recall", metrics.recall_score),
                           ("f1", metrics.f1_score)):
        expected["micro_" + name] = function(truth, pred, average="micro", zero_division=np.nan)
        expected["macro_" + name] = function(truth, pred, average="macro", labels=here, zero_division=0) if here else None
        each = function(truth, pred, average=None, zero_division=0)
        for k in range(classes):
            expected[f"{name}/{k}"] = each[k] if k in here else None
    of_video = {k: [ap(truth[case == c, k], score[case == c, k]) for c in range(cases)] for k in range(classes)}
    for k in range(classes):
        expected[f"support/{k}"] = int(truth[:, k].sum())
        expected[f"ap/{k}"] = ap(truth[:, k], score[:, k])
        expected[f"ap:video/{k}"] = vectors.mean(of_video[k])
    expected["map"] = vectors.mean(expected[f"ap/{k}"] for k in range(classes))
    expected["map:video_class"] = vectors.mean(expected[f"ap:video/{k}"] for k in range(classes))
    expected["map:class_video"] = vectors.mean(vectors.mean(of_video[k][c] for k in range(classes)) for c in range(cases))
    said = [row if read else None for row, read in zip(pred.tolist(), is_read)]
    return {"input": {"gt": truth.tolist(), "pred": said, "score": score.tolist(), "case": case.tolist()},
            "expected": expected,
            "compat_macro_f1_zero": metrics.f1_score(truth, pred, average="macro", zero_division=0)}


def make(seed):
    draw = np.random.default_rng(seed)
    items, classes, cases = (int(v) for v in draw.integers([2, 2, 1], [80, 9, 8]))
    return {"made_by": "scikit-learn", "vectors": [
        vector(draw, 40, 3, 3, 0.3, []), vector(draw, 60, 7, 4, 0.25, [5]), vector(draw, 30, 4, 5, 0.1, [0]),
        vector(draw, 25, 5, 2, 0.6, []), vector(draw, 40, 4, 3, 0.3, [], 0.2),
        vector(draw, items, classes, cases, draw.uniform(0.02, 0.7), draw.integers(classes, size=1), 0.1)]}


if __name__ == "__main__":
    vectors.command_line(make, 20268)
