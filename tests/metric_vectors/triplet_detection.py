"""Vectors of the metric family triplet_detection: the released ivtmetrics (0.1.5), the same with the empty rows of the
repository's head (a89cf65), and a plain calculation of the corrected average precision.
See vectors.py for the flags. Needs numpy, ivtmetrics.

Scores are all different, so that no unstable sort decides.
"""
import warnings

import numpy as np
import vectors
from ivtmetrics.detection import Detection

warnings.filterwarnings("ignore")
TRIPLETS, INSTRUMENTS = 8, 3


class Released(Detection):
    def eval_association(self, accumulator):  # stops with KeyError over all frames
        return super().eval_association(accumulator) if "fp" in accumulator else [np.nan] * 7


class Head(Released):
    def list2stack(self, x):
        return super().list2stack(x if x else [[-1, -1, -1, -1, -1, -1]])

    def association(self, targets, predictions):
        pass


def box(draw, near=None):
    if near is None:
        made = draw.uniform([0, 0, 0.1, 0.1], [0.6, 0.6, 0.4, 0.4])
        if draw.random() < 0.4:
            made[:2] = 0  # a box in the corner survives the damage of D1: only such give identity misses
        return [float(v) for v in np.round(made, 3)]
    moved = np.array(near) + draw.normal(size=4) * 0.02 * (np.array(near) > 0)
    return [float(v) for v in np.round(np.maximum(moved, 0), 3)]


def video(draw, frames, right):
    made = []
    for _ in range(frames):
        truth = [[int(draw.integers(TRIPLETS)), 0, float(draw.random())] + box(draw) for _ in range(draw.integers(0, 5))]
        answer = []
        for row in truth:
            if draw.random() < 0.8:
                identity = row[0] if draw.random() < right else int(draw.integers(TRIPLETS))
                answer.append([identity, 0, float(draw.random())] + box(draw, row[3:] if draw.random() < 0.8 else None))
        answer += [[int(draw.integers(TRIPLETS)), 0, float(draw.random())] + box(draw) for _ in range(draw.integers(0, 3))]
        for row in truth + answer:
            row[1] = row[0] % INSTRUMENTS
        made.append({"truth": truth, "answer": answer})
    return made


def reference(kind, videos):
    metric = kind(TRIPLETS, INSTRUMENTS)
    metric.reset()
    for number, frames in enumerate(videos):
        if number:
            metric.video_end()
        metric.update([[list(r) for r in f["truth"]] for f in frames], [[list(r) for r in f["answer"]] for f in frames])
    result = {}
    for component in ("ivt", "i"):
        for how, values in (("video", metric.compute_video_AP(component)), ("global", metric.compute_global_AP(component))):
            result[f"{how}_{component}"] = {
                "ap": vectors.numbers(values["AP"]), "recall": vectors.numbers(values["Rec"]),
                "precision": vectors.numbers(values["Pre"]),
                "mean_ap": vectors.number(values["mAP"]), "mean_recall": vectors.number(values["mRec"]),
                "mean_precision": vectors.number(values["mPre"])}
            if how == "video":
                result["association"] = vectors.numbers([values[k] for k in ("lm", "plm", "ids", "idm", "mil", "fp", "fn")])
    return result


def iou(a, b):
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / (a[2] * a[3] + b[2] * b[3] - wide * high)


def corrected(videos, column, classes):
    aps = []
    for c in range(classes):
        ranking, truths = [], 0
        for frame in (f for frames in videos for f in frames):
            free = [row[3:] for row in frame["truth"] if row[column] == c]
            truths += len(free)
            for row in sorted((r for r in frame["answer"] if r[column] == c), key=lambda r: -r[2]):
                overlaps = [iou(own, row[3:]) for own in free]
                hit = bool(overlaps) and max(overlaps) >= 0.5
                if hit:
                    free.pop(int(np.argmax(overlaps)))
                ranking.append((row[2], hit))
        if truths == 0:
            aps.append(np.nan)
            continue
        hits = np.cumsum([hit for _, hit in sorted(ranking, reverse=True)])
        precision = hits / np.arange(1, len(hits) + 1)
        aps.append(float(np.mean([precision[hits / truths >= r / 10].max(initial=0) for r in range(11)])))
    return {"ap": vectors.numbers(aps), "mean_ap": vectors.mean(aps)}


def make(seed):
    draw = np.random.default_rng(seed)
    made = []
    for sizes, right in (((12,), 0.7), ((10, 14, 8), 0.7), ((40, 40), 0.3),  # frames per video, share of right names
                         (draw.integers(1, 20, draw.integers(1, 5)).tolist(), draw.uniform(0.1, 1))):
        videos = [video(draw, size, right) for size in sizes]
        made.append({"videos": videos, "released": reference(Released, videos), "head": reference(Head, videos),
                     "corrected": {"ivt": corrected(videos, 0, TRIPLETS), "i": corrected(videos, 1, INSTRUMENTS)}})
    return {"made_by": "triplet_detection.py, ivtmetrics 0.1.5", "triplets": TRIPLETS, "instruments": INSTRUMENTS,
            "vectors": made}


if __name__ == "__main__":
    vectors.command_line(make, 20264)
