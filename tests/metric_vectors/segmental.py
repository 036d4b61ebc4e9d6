"""Vectors of the metric family segmental: a plain second computation of the definitions of MS-TCN (Lea et al.,
"Temporal Convolutional Networks", CVPR 2017): every pair of segments, the whole table of distances, as whole arrays.

segmental.py > segmental.json        needs numpy
"""
import json
import sys

import numpy as np


def segments(labels, background):
    change = np.flatnonzero(np.diff(labels)) + 1
    bounds = np.concatenate([[0], change, [len(labels)]])
    rows = [(labels[b], b, e) for b, e in zip(bounds[:-1], bounds[1:]) if labels[b] not in background]
    return np.array(rows, dtype=float).reshape(-1, 3)


def hits(truth, answer, overlap):
    right, taken = 0, set()
    if len(truth) and len(answer):
        common = np.minimum.outer(answer[:, 2], truth[:, 2]) - np.maximum.outer(answer[:, 1], truth[:, 1])
        either = np.maximum.outer(answer[:, 2], truth[:, 2]) - np.minimum.outer(answer[:, 1], truth[:, 1])
        iou = common / either * np.equal.outer(answer[:, 0], truth[:, 0])
        for row in iou:
            best = int(row.argmax())
            if row[best] >= overlap and best not in taken:
                taken.add(best)
                right += 1
    return np.array([right, len(answer) - right, len(truth) - right], dtype=float)


def f1(counts):
    return 2 * counts[0] / (2 * counts[0] + counts[1] + counts[2])


def edit(truth, answer):
    table = np.add.outer(np.arange(len(truth) + 1), np.arange(len(answer) + 1)).astype(float)
    for i, t in enumerate(truth, 1):
        for j, a in enumerate(answer, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (t != a))
    return 1 - table[-1, -1] / max(len(truth), len(answer))


def vector(seed, videos, background):
    draw = np.random.default_rng(seed)
    pairs = []
    for _ in range(videos):
        truth, answer = [], []
        for _ in range(int(draw.integers(6, 14))):
            label, length = int(draw.integers(8)), int(draw.integers(2, 25))
            said = np.full(length, label)
            said[:draw.integers(0, length)] = answer[-1] if answer else label
            said[draw.random(length) < 0.08] = draw.integers(-1, 8)
            truth += [label] * length
            answer += said.tolist()
        pairs.append((np.array(truth), np.array(answer)))
    cut = [(segments(t, background), segments(a, background)) for t, a in pairs]
    plain = [(segments(t, []), segments(a, [])) for t, a in pairs]
    expected = {"accuracy:video": float(np.mean([np.mean(t == a) for t, a in pairs])),
                "edit": float(np.mean([edit(t[:, 0], a[:, 0]) for t, a in cut])),
                "truth_segments": sum(len(t) for t, _ in cut), "answer_segments": sum(len(a) for _, a in cut)}
    for overlap in (10, 25, 50):
        counts = [hits(t, a, overlap / 100) for t, a in cut]
        expected[f"f1@{overlap}:video"] = float(np.mean([f1(row) for row in counts]))
        expected[f"f1@{overlap}:pooled"] = float(f1(sum(counts)))
    expected["action_score"] = float(np.sqrt(expected["accuracy:video"] *
                                             np.mean([f1(hits(t, a, 0.1)) for t, a in plain])))
    return {"id": f"random-{seed}",
            "input": {"videos": [{"gt": t.tolist(), "pred": a.tolist()} for t, a in pairs],
                      "background_classes": background}, "expected": expected}


json.dump({"made_with": "numpy", "vectors": [vector(1, 3, []), vector(2, 4, [0]), vector(3, 2, [0, 5])]},
          sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
