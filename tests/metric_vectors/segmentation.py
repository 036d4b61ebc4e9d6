"""Vectors of the metric family segmentation: IoU, surface distance and Hausdorff distance as MONAI 1.1 defines them
(compute_iou, compute_surface_dice, compute_hausdorff_distance), and the SAR-RARP50 board over them. MONAI itself needs
torch; its functions are these lines around scipy's binary_erosion and distance_transform_edt.

segmentation.py > segmentation.json        needs numpy, scipy
"""
import json
import sys

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt

CLASSES = [1, 2, 3, 4]
TOLERANCES = [0, 1.5, 10]


def edges(mask):
    return binary_erosion(mask) ^ mask


def distances(a, b):
    """Of the edges of a to those of b."""
    own, other = edges(a), edges(b)
    return distance_transform_edt(~other)[own] if other.any() else np.full(own.sum(), np.inf)


def score(truth, answer):
    union = (truth | answer).sum()
    result = {"iou": float((truth & answer).sum() / union) if union else None}
    there, back = distances(truth, answer), distances(answer, truth)
    count = len(there) + len(back)
    result["nsd"] = [float(((there <= t).sum() + (back <= t).sum()) / count) if count else None for t in TOLERANCES]
    both = truth.any() and answer.any()
    result["hd"] = float(max(there.max(), back.max())) if both else None
    result["hd95"] = float(max(np.percentile(there, 95), np.percentile(back, 95))) if both else None
    return result


def plane(draw, high, wide, near=None):
    labels = np.zeros((high, wide), int)
    shapes = []
    y, x = np.mgrid[:high, :wide]
    for c in CLASSES[:3]:
        if near is None:
            if draw.random() < 0.3:
                continue
            shape = [c, draw.uniform(0, wide), draw.uniform(0, high), draw.uniform(2, wide / 3), draw.uniform(2, high / 3)]
        else:
            shape = next((list(s) for s in near if s[0] == c), None)
            if shape is None or draw.random() < 0.15:
                continue
            shape[1:] = [v + draw.normal() * 2 for v in shape[1:]]
        shapes.append(shape)
        labels[((x - shape[1]) / shape[3]) ** 2 + ((y - shape[2]) / shape[4]) ** 2 <= 1] = c
    noise = draw.random(labels.shape) < 0.01
    labels[noise] = draw.integers(0, 4, noise.sum())
    return labels, shapes


def text(labels):
    return ["".join(str(v) for v in row) for row in labels]


def main():
    draw = np.random.default_rng(20265)
    frames, per_video = [], {}
    for number in range(9):
        high, wide = int(draw.integers(20, 50)), int(draw.integers(20, 60))
        truth, shapes = plane(draw, high, wide)
        answer, _ = plane(draw, high, wide, shapes)
        if number == 4:
            truth[:], answer[:] = 0, 0
        if number == 5:
            answer = None
        video = number % 2
        seen = np.zeros_like(truth) if answer is None else answer
        scores = [score(truth == c, seen == c) for c in CLASSES]
        frames.append({"video": video, "truth": text(truth), "answer": None if answer is None else text(answer),
                       "expected": scores})
        if answer is None:
            board = np.zeros((2, len(CLASSES)))
        else:
            board = np.array([[1 if s["iou"] is None else s["iou"] for s in scores],
                              [1 if s["nsd"][2] is None else s["nsd"][2] for s in scores]])
        per_video.setdefault(video, []).append(board.mean(axis=1))
    iou, nsd = np.mean([np.mean(boards, axis=0) for boards in per_video.values()], axis=0)
    expected = {"sar_miou": float(iou), "sar_nsd": float(nsd), "sar_score": float(np.sqrt(iou * nsd))}
    json.dump({"made_by": "segmentation.py, scipy", "labels": CLASSES, "tolerances": TOLERANCES, "frames": frames,
               "expected": expected}, sys.stdout)
    print()


main()
