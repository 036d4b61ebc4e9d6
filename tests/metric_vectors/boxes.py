"""Vectors of the metric family boxes: scipy's linear_sum_assignment and maximum_bipartite_matching on random boxes.

boxes.py > boxes.json        needs numpy, scipy
"""
import json
import sys

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching


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


def query(draw):
    truth = [random_box(draw) for _ in range(draw.integers(0, 6))]
    near = truth or [None]
    answer = [random_box(draw, near[draw.integers(len(near))]) for _ in range(draw.integers(0, 9))]
    return {"case": int(draw.integers(3)), "label": int(draw.integers(2)), "truth": truth, "answer": answer}


def score(queries, thresholds):
    values, positive, negative = {}, [], []
    hits = {t: 0 for t in thresholds}
    for q in queries:
        table = np.array([[iou(t, a) for a in q["answer"]] for t in q["truth"]]).reshape(len(q["truth"]), len(q["answer"]))
        for t in thresholds:
            if table.size:
                matched = maximum_bipartite_matching(csr_matrix((table >= t).astype(int)))
                hits[t] += int((matched >= 0).sum())
        if not q["truth"]:
            negative.append(float(not q["answer"]))
            continue
        best = 0.0
        if table.size:
            rows, columns = linear_sum_assignment(-table)
            best = table[rows, columns].sum()
        positive.append(best / max(len(q["truth"]), len(q["answer"])))
    truths = sum(len(q["truth"]) for q in queries)
    answers = sum(len(q["answer"]) for q in queries)
    values["mean_iou"] = float(np.mean(positive))
    values["negative_accuracy"] = float(np.mean(negative))
    for t in thresholds:
        values[f"acc@{t}"] = float(np.mean(np.array(positive) >= t))
        values[f"f1@{t}"] = 2 * hits[t] / (truths + answers)
        values[f"precision@{t}"] = hits[t] / answers
        values[f"recall@{t}"] = hits[t] / truths
    return values


def main():
    draw = np.random.default_rng(20261)
    vectors = []
    for count in (8, 40):
        queries = [query(draw) for _ in range(count)]
        vectors.append({"queries": queries, "expected": score(queries, [0.3, 0.5, 0.75])})
    json.dump({"made_by": "boxes.py, scipy", "thresholds": [0.3, 0.5, 0.75], "vectors": vectors}, sys.stdout)
    print()


main()
