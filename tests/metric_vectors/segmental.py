"""Vectors of the metric family segmental: nltk's edit_distance on the classes of segments, and a plain second
computation of the F1 of MS-TCN (Lea et al., "Temporal Convolutional Networks", CVPR 2017), whose own code is in no
package: every pair of segments, as whole arrays. See vectors.py for the flags. Needs numpy, nltk."""
import numpy as np
import vectors
from nltk.metrics.distance import edit_distance


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
    """Of a video without segments on both sides: 1."""
    return 2 * counts[0] / (2 * counts[0] + counts[1] + counts[2]) if counts.any() else 1.0


def edit(truth, answer):
    longer = max(len(truth), len(answer))
    return 1 - edit_distance(list(truth), list(answer)) / longer if longer else 1.0


def vector(draw, videos, classes, runs, background):
    pairs = []
    for _ in range(videos):
        truth, answer = [], []
        for _ in range(int(draw.integers(*runs))):
            label, length = int(draw.integers(classes)), int(draw.integers(2, 25))
            said = np.full(length, label)
            said[:draw.integers(0, length)] = answer[-1] if answer else label
            said[draw.random(length) < 0.08] = draw.integers(-1, classes)
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
        expected[f"f1@{overlap}:pooled"] = float(f1(sum(counts))) if sum(counts).any() else None
    expected["action_score"] = float(np.sqrt(expected["accuracy:video"] *
                                             np.mean([f1(hits(t, a, 0.1)) for t, a in plain])))
    return {"input": {"videos": [{"gt": t.tolist(), "pred": a.tolist()} for t, a in pairs], "classes": classes,
                      "background_classes": background}, "expected": expected}


def make(seed):
    draw = np.random.default_rng(seed)
    videos, classes = (int(v) for v in draw.integers([1, 1], [6, 10]))
    return {"made_by": "numpy, nltk", "vectors": [
        vector(draw, 3, 8, (6, 14), []), vector(draw, 4, 8, (6, 14), [0]), vector(draw, 2, 8, (6, 14), [0, 5]),
        vector(draw, videos, classes, (1, 30), [0] if draw.random() < 0.5 else [])]}


if __name__ == "__main__":
    vectors.command_line(make, 20272)
