"""Vectors of the metric family triplets: components by ivtmetrics, average precision and set scores by scikit-learn.
See vectors.py for the flags. Needs numpy, scikit-learn, ivtmetrics.

For classes with positives the values are those of ivtmetrics (checked here). For classes without, ivtmetrics gives what
scikit-learn gives, which changed from version to version; here they are null and left out of means.
"""
import warnings

import numpy as np
import vectors
from ivtmetrics.recognition import Recognition
from sklearn.metrics import accuracy_score, average_precision_score, f1_score

COMPONENTS = ["ivt", "i", "v", "t", "iv", "it"]
warnings.filterwarnings("ignore")


def class_aps(truth, scores):
    return np.array([average_precision_score(truth[:, c], scores[:, c]) if truth[:, c].any() else np.nan
                     for c in range(truth.shape[1])])


def recognition(draw):
    metric = Recognition(100)
    bank = np.array(metric.bank)
    frequent = draw.choice(100, 8, replace=False).tolist()
    videos, truths, scores = [], [], []
    for frames in draw.integers(5, 26, 3):
        truth = np.zeros((frames, 100), int)
        for f in range(frames):
            for c in draw.choice(frequent, draw.integers(0, 4), replace=False):
                truth[f, c] = 1
        score = np.round(np.clip(draw.beta(1, 6, truth.shape) + 0.3 * truth * draw.random(truth.shape), 0, 1), 2)
        truths.append(truth)
        scores.append(score)
        videos += [len(truths) - 1] * frames
        metric.update(truth, score)
        metric.video_end()
    expected = {}
    for component in COMPONENTS:
        parts = [(np.array(metric.extract(t, component)), np.array(metric.extract(s, component)))
                 for t, s in zip(truths, scores)]
        by_video = np.array([class_aps(t, s) for t, s in parts])
        pooled = class_aps(*(np.concatenate(side) for side in zip(*parts)))
        video = np.array([np.nanmean(of_class) if not np.isnan(of_class).all() else np.nan for of_class in by_video.T])
        reference = metric.compute_global_AP(component)["AP"]
        defined = ~np.isnan(pooled)
        assert np.allclose(reference[defined], pooled[defined], rtol=0, atol=1e-12)
        expected[component] = {"video": vectors.mean(video), "global": vectors.mean(pooled),
                               "video_of_class": vectors.numbers(video), "global_of_class": vectors.numbers(pooled)}
        if component == "ivt":
            expected["ivt_no_null"] = {"video": vectors.mean(video[:-6]), "global": vectors.mean(pooled[:-6])}
    # Top-k over untied scores, as ties are in no stated order there.
    untied = [np.round(s + draw.random(s.shape) * 5e-3, 6) for s in scores]
    other = Recognition(100)
    for t, s in zip(truths, untied):
        other.update(t, s)
        other.video_end()
    expected_top = {f"top{k}_{c}": float(other.topK(k, c)) for k in (1, 5) for c in COMPONENTS}
    return {"table": bank[:, 1:4].tolist(), "videos": videos,
            "truth": [np.flatnonzero(row).tolist() for row in np.concatenate(truths)],
            "scores": np.concatenate(scores).tolist(), "untied_scores": np.concatenate(untied).tolist(),
            "expected": expected, "expected_top": expected_top}


def sets(draw):
    frames = []
    for _ in range(40):
        truth = [[int(v) for v in draw.integers(0, [3, 3, 4])] for _ in range(draw.integers(0, 4))]
        answer = [t for t in truth if draw.random() < 0.6]
        answer += [[int(v) for v in draw.integers(0, [3, 3, 4])] for _ in range(draw.integers(0, 2))]
        frames.append({"truth": truth, "answer": answer})

    def matrix(side, part):
        picked = {"ivt": (0, 1, 2), "i": (0,), "v": (1,), "t": (2,), "iv": (0, 1), "it": (0, 2)}[part]
        names = [{tuple(t[p] for p in picked) for t in frame[side]} for frame in frames]
        every = sorted({name for frame in frames for s in ("truth", "answer") for name in
                        {tuple(t[p] for p in picked) for t in frame[s]}})
        return np.array([[int(name in own) for name in every] for own in names])

    expected = {"micro_f1" if part == "ivt" else f"micro_f1_{part}":
                float(f1_score(matrix("truth", part), matrix("answer", part), average="micro")) for part in COMPONENTS}
    truth, answer = matrix("truth", "ivt"), matrix("answer", "ivt")
    expected["sample_f1"] = float(f1_score(truth, answer, average="samples", zero_division=1))
    expected["exact_set"] = float(accuracy_score(truth, answer))
    return {"frames": frames, "expected": expected}


def make(seed):
    draw = np.random.default_rng(seed)
    return {"made_by": "triplets.py, ivtmetrics, scikit-learn", "recognition": recognition(draw), "sets": sets(draw)}


if __name__ == "__main__":
    vectors.command_line(make, 20263)
