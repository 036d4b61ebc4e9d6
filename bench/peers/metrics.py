#!/usr/bin/env python3
"""Peers of `bench_metrics`: the metrics as other people's packages compute them, on the same inputs.

metrics.py coco FOLDER                          pycocotools: evaluate and accumulate
metrics.py triplets FOLDER COMPONENTS FRAMES    ivtmetrics: AP by video and over all frames; components as ivt,i,v
metrics.py phases FOLDER                        scikit-learn, video by video and over all frames
metrics.py captions FOLDER cider|all            pycocoevalcap: CIDEr alone, or with BLEU and ROUGE-L
metrics.py ssim FOLDER PAIRS gaussian|uniform rgb|gray      scikit-image
metrics.py nsd FOLDER MASKS whole|cropped       the lines of MONAI 1.1's compute_surface_dice around scipy, without torch
Prints {"seconds", "cpu", "values"}; reading files and building what the package wants to be fed is not in the time.
"""
import contextlib
import io
import json
import pathlib
import sys
import time
import warnings

import numpy as np

HIGH, WIDE = 480, 854
CLASSES = 7


def timed(work):
    begin, begin_cpu = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        answer = work()
    return (time.perf_counter() - begin, time.process_time() - begin_cpu), answer


def coco(folder):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truths = np.fromfile(folder / "truth.f64").reshape(-1, 6)
    answers = np.fromfile(folder / "answer.f64").reshape(-1, 7)
    images = len(np.fromfile(folder / "case_of_image.u32", np.uint32))
    document = {
        "images": [{"id": i} for i in range(images)],
        "categories": [{"id": c, "name": f"class{c}"} for c in range(CLASSES)],
        "annotations": [{"id": n + 1, "image_id": int(r[0]), "category_id": int(r[1]), "bbox": r[2:6].tolist(),
                         "area": float(r[4] * r[5]), "iscrowd": 0} for n, r in enumerate(truths)],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        gold = COCO()
        gold.dataset = document
        gold.createIndex()
        found = gold.loadRes([{"image_id": int(r[0]), "category_id": int(r[1]), "bbox": r[2:6].tolist(),
                               "score": float(r[6])} for r in answers])
    evaluation = COCOeval(gold, found, "bbox")

    def work():
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()

    took, _ = timed(work)
    names = ["ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar1", "ar10", "ar100", "ar_small", "ar_medium",
             "ar_large"]
    return took, dict(zip(names, evaluation.stats.tolist()))


def triplets(folder, components, frames):
    from ivtmetrics.recognition import Recognition

    warnings.filterwarnings("ignore")
    frames = int(frames)
    video = np.fromfile(folder / "video_of_frame.u32", np.uint32)[:frames]
    truth = np.fromfile(folder / "truth.u8", np.uint8).reshape(-1, 100)[:frames].astype(int)
    scores = np.fromfile(folder / "scores.f64").reshape(-1, 100)[:frames]
    metric = Recognition(100)
    for v in np.unique(video):
        metric.update(truth[video == v], scores[video == v])
        metric.video_end()

    def work():
        values = {}
        for component in components.split(","):
            values[f"ap_{component}:video"] = float(metric.compute_video_AP(component)["mAP"])
            values[f"ap_{component}:global"] = float(metric.compute_global_AP(component)["mAP"])
        return values

    return timed(work)


def phases(folder):
    from sklearn import metrics

    video = np.fromfile(folder / "video_of_frame.u32", np.uint32).astype(int)
    truth = np.fromfile(folder / "truth.i16", np.int16)
    answer = np.fromfile(folder / "answer.i16", np.int16)
    begins = np.flatnonzero(np.diff(video, prepend=-1))
    videos = [(truth[b:e], answer[b:e]) for b, e in zip(begins, [*begins[1:], len(video)])]
    labels = list(range(CLASSES))

    def shares(t, a):
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(t, a, labels=labels, zero_division=0)
        return precision, recall, metrics.jaccard_score(t, a, labels=labels, average=None, zero_division=0), f1

    def work():
        each = np.array([shares(t, a) for t, a in videos])
        pooled = shares(truth, answer)
        values = {"accuracy:video": float(np.mean([metrics.accuracy_score(t, a) for t, a in videos])),
                  "accuracy:pooled": float(metrics.accuracy_score(truth, answer))}
        for number, name in enumerate(("precision", "recall", "jaccard", "f1")):
            values[f"mean_{name}:video_phase_b"] = float(each[:, number].mean(axis=0).mean())
            values[f"mean_{name}:pooled_b"] = float(np.mean(pooled[number]))
        return values

    return timed(work)


def captions(folder, what):
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.rouge.rouge import Rouge

    references = {i: [line] for i, line in enumerate((folder / "references.txt").read_text().splitlines())}
    answers = {i: [line] for i, line in enumerate((folder / "answers.txt").read_text().splitlines())}

    def work():
        values = {"cider_d": float(Cider().compute_score(references, answers)[0])}
        if what == "all":
            bleu = Bleu(4).compute_score(references, answers, verbose=0)[0]
            values.update({f"bleu_{n + 1}": float(b) for n, b in enumerate(bleu)})
            values["compat:coco/rouge_l"] = float(Rouge().compute_score(references, answers)[0])
        return values

    return timed(work)


def ssim(folder, pairs, window, colour):
    from skimage.metrics import structural_similarity

    how = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False} if window == "gaussian" else {}

    def pictures(name):
        planes = np.fromfile(folder / name, np.uint8, int(pairs) * HIGH * WIDE * 3).reshape(-1, HIGH, WIDE, 3)
        return list(planes if colour == "rgb" else np.ascontiguousarray(planes[..., 1]))

    truths, answers = pictures("truth.u8"), pictures("answer.u8")
    axis = {"channel_axis": 2} if colour == "rgb" else {}
    return timed(lambda: {"ssim": float(np.mean([structural_similarity(t, a, data_range=255, **axis, **how)
                                                 for t, a in zip(truths, answers)]))})


def nsd(folder, masks, how):
    from scipy.ndimage import binary_erosion, distance_transform_edt, find_objects

    size = int(masks) * HIGH * WIDE
    truths = np.fromfile(folder / "truth.u8", np.uint8, size).reshape(-1, HIGH, WIDE)
    answers = np.fromfile(folder / "answer.u8", np.uint8, size).reshape(-1, HIGH, WIDE)

    def share(truth, answer):
        if how == "cropped" and (truth | answer).any():
            box = find_objects((truth | answer).astype(int))[0]
            truth, answer = truth[box], answer[box]
        of_truth, of_answer = binary_erosion(truth) ^ truth, binary_erosion(answer) ^ answer
        edges = of_truth.sum() + of_answer.sum()
        if edges == 0:
            return np.nan
        if not of_truth.any() or not of_answer.any():
            return 0.0
        near = (distance_transform_edt(~of_truth)[of_answer] <= 10).sum()
        return (near + (distance_transform_edt(~of_answer)[of_truth] <= 10).sum()) / edges

    def work():
        values = [share(t == c, a == c) for t, a in zip(truths, answers) for c in range(1, CLASSES + 1)]
        return {"nsd": float(np.nanmean(values)), "classes": int(np.isfinite(values).sum())}

    return timed(work)


if __name__ == "__main__":
    family, where, *rest = sys.argv[1:]
    took, found = {f.__name__: f for f in (coco, triplets, phases, captions, ssim, nsd)}[family](pathlib.Path(where), *rest)
    print(json.dumps({"seconds": took[0], "cpu": took[1], "values": found}))
