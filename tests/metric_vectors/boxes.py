"""Vectors of the metric family boxes: scipy's linear_sum_assignment and maximum_bipartite_matching on random boxes,
scikit-learn on sets of grid cells. See vectors.py for the flags. Needs numpy, scipy, scikit-learn."""
import numpy as np
import vectors
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from sklearn import metrics

THRESHOLDS = [0.3, 0.5, 0.75]


def iou(a, b):
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    return wide * high / (area(a) + area(b) - wide * high)


def random_box(draw, near=None):
    if near is not None and draw.random() < 0.75:
        x, y, wide, high = near[0], near[1], near[2] - near[0], near[3] - near[1]
        box = [x + draw.normal() * wide / 8, y + draw.normal() * high / 8, 0, 0]
        box[2] = box[0] + wide * (0.8 + 0.4 * draw.random())
        box[3] = box[1] + high * (0.8 + 0.4 * draw.random())
    else:
        box = [draw.uniform(0, 60), draw.uniform(0, 60), 0, 0]
        box[2], box[3] = box[0] + draw.uniform(5, 50), box[1] + draw.uniform(5, 50)
    return [round(value, 3) for value in box]


def query(draw, cases, labels):
    truth = [random_box(draw) for _ in range(draw.integers(0, 6))]
    near = truth or [None]
    answer = [random_box(draw, near[draw.integers(len(near))]) for _ in range(draw.integers(0, 9))]
    answer += [list(box) for box in truth if draw.random() < 0.05]  # exact, and now and then twice
    return {"case": int(draw.integers(cases)), "label": int(draw.integers(labels)), "truth": truth, "answer": answer,
            "readable": bool(draw.random() < 0.9)}


def cells(draw, cases):
    """Truth and answer in bits of nine cells."""
    truth, answer = ((draw.random(9) < draw.choice([0, 0.2, 0.5])).astype(int) for _ in range(2))
    if draw.random() < 0.4:
        answer = truth
    return {"case": int(draw.integers(cases)), "truth": int(truth @ 2 ** np.arange(9)),
            "answer": int(answer @ 2 ** np.arange(9)), "readable": bool(draw.random() < 0.9)}


def score(queries, labels):
    positive, negative, of_class = [], [], {label: [] for label in range(labels)}
    hits = dict.fromkeys(THRESHOLDS, 0)
    truths = answers = 0
    for q in queries:
        answer = q["answer"] if q["readable"] else []
        truths, answers = truths + len(q["truth"]), answers + len(answer)
        table = np.array([[iou(t, a) for a in answer] for t in q["truth"]]).reshape(len(q["truth"]), len(answer))
        for t in THRESHOLDS:
            if table.size:
                hits[t] += int((maximum_bipartite_matching(csr_matrix((table >= t).astype(int))) >= 0).sum())
        if not q["truth"]:
            negative.append(float(q["readable"] and not answer))
            continue
        rows, columns = linear_sum_assignment(-table) if table.size else ([], [])
        positive.append(float(table[rows, columns].sum()) / max(len(q["truth"]), len(answer)))
        of_class[q["label"]].append(positive[-1])
    values = {"mean_iou": vectors.mean(positive), "negative_accuracy": vectors.mean(negative)}
    for label, of_label in of_class.items():
        values[f"mean_iou/class{label}"] = vectors.mean(of_label)
    values["mean_iou:class_mean"] = vectors.mean(map(vectors.mean, of_class.values()))
    for t in THRESHOLDS:
        values[f"acc@{t}"] = vectors.mean(np.array(positive) >= t)
        values[f"f1@{t}"] = vectors.ratio(2 * hits[t], truths + answers)
        values[f"precision@{t}"] = None if truths == 0 else hits[t] / answers if answers else 0.0
        values[f"recall@{t}"] = vectors.ratio(hits[t], truths)
    return values


def grid_score(grid):
    bits = lambda number: [number >> c & 1 for c in range(9)]
    truth = np.array([bits(g["truth"]) for g in grid])
    answer = np.array([bits(g["answer"] if g["readable"] else 0) for g in grid])
    there = truth.any(axis=1)
    values = {"grid_negative_accuracy": vectors.mean(g["readable"] and not g["answer"] for g in grid if not g["truth"])}
    if there.any():
        values |= {"grid_f1": metrics.f1_score(truth[there], answer[there], average="samples", zero_division=0),
                   "grid_exact": metrics.accuracy_score(truth[there], answer[there])}
        for name, function in (("f1", metrics.f1_score), ("precision", metrics.precision_score),
                               ("recall", metrics.recall_score)):
            values["grid_micro_" + name] = function(truth, answer, average="micro", zero_division=0)
    return values


def vector(draw, count):
    cases, labels = int(draw.integers(1, 5)), int(draw.integers(1, 5))
    queries = [query(draw, cases, labels) for _ in range(count)]
    grid = [cells(draw, cases) for _ in range(count)]
    return {"cases": cases, "labels": [f"class{k}" for k in range(labels)], "queries": queries, "grid": grid,
            "expected": score(queries, labels) | grid_score(grid)}


def make(seed):
    draw = np.random.default_rng(seed)
    return {"made_by": "boxes.py, scipy, scikit-learn", "thresholds": THRESHOLDS,
            "vectors": [vector(draw, count) for count in (int(draw.integers(1, 9)), 40, int(draw.integers(10, 60)))]}


if __name__ == "__main__":
    vectors.command_line(make, 20261)
