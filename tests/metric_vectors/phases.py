"""Vectors of the metric family phases: scikit-learn per video and pooled, and the steps of the relaxed scripts
(YuemingJin/TMRNet 6a0db47 Evaluate.m, Evaluate_m2cai.m) with the array rules of their language: a logical index shorter
than the array addresses its start. See vectors.py for the flags. Needs numpy, scikit-learn."""
import numpy as np
import vectors
from sklearn import metrics


def script(truth, answer, window, phases):
    """Percents of one video; classes are counted from 0, the scripts' from 1."""
    gt, pred = truth + 1, answer + 1
    pair = 4 if phases == 7 else 5
    updated = pred - gt
    change = np.flatnonzero(np.diff(gt)) + 1
    for begin, end in zip(np.r_[0, change], np.r_[change, len(gt)]):
        run, phase = updated[begin:end].copy(), gt[begin]
        t = min(window, len(run))
        late = [-1, -2] if phase in (pair + 2, pair + 3) else [-1]
        early = [1, 2] if pair <= phase <= pair + 3 else [1]
        mask = np.isin(run[:t], late)
        run[:len(mask)][mask] = 0
        mask = np.isin(run[len(run) - t:], early)
        run[:len(mask)][mask] = 0
        updated[begin:end] = run
    result = {"jaccard": [], "precision": [], "recall": []}
    with np.errstate(divide="ignore", invalid="ignore"):
        for phase in range(1, phases + 1):
            either = (gt == phase) | (pred == phase)
            right = np.float64(np.sum(updated[either] == 0))
            here = (gt == phase).any()
            for name, below in (("jaccard", either), ("precision", pred == phase), ("recall", gt == phase)):
                result[name].append(vectors.number(100 * right / np.float64(below.sum())) if here else None)
    result["accuracy"] = float(100 * np.mean(updated == 0))
    return result


def cells(truth, answer, phases, only_true):
    """Undefined is NaN; variant b where only_true, else variant a."""
    labels = list(range(phases))
    table = {"precision": metrics.precision_score(truth, answer, labels=labels, average=None, zero_division=np.nan),
             "recall": metrics.recall_score(truth, answer, labels=labels, average=None, zero_division=np.nan),
             "f1": metrics.f1_score(truth, answer, labels=labels, average=None, zero_division=np.nan),
             "jaccard": metrics.jaccard_score(truth, answer, labels=labels, average=None, zero_division=0)}
    for k in labels:
        if not (truth == k).any() and not (answer == k).any():
            table["jaccard"][k] = np.nan
        if only_true and not (truth == k).any():
            for row in table.values():
                row[k] = np.nan
        if only_true and (truth == k).any() and not (answer == k).any():
            table["precision"][k] = 0
    return table


def vector(draw, phases, videos, window, skipped):
    pairs = []
    for _ in range(videos):
        truth, answer = [], []
        order = [p for p in range(phases) if draw.random() > skipped] or [int(draw.integers(phases))]
        for phase in order + list(draw.choice(order, 2)):
            length = int(draw.integers(3, 40))
            said = np.full(length, phase)
            lead, lag = draw.integers(0, length, 2) // 2
            said[:lag] = answer[-1] if answer else -1
            if lead:
                said[-lead:] = (phase + draw.integers(1, 3)) % phases
            noise = draw.random(length) < 0.1
            said[noise] = draw.integers(-1, phases, noise.sum())
            truth += [phase] * length
            answer += said.tolist()
        pairs.append((np.array(truth), np.array(answer)))
    truth, answer = (np.concatenate(side) for side in zip(*pairs))
    expected = {"accuracy:video": float(np.mean([np.mean(t == a) for t, a in pairs])),
                "accuracy:pooled": metrics.accuracy_score(truth, answer),
                "parse_rate": float(np.mean(answer >= 0)), "frames": len(truth)}
    for letter in "ab":
        table = [cells(t, a, phases, letter == "b") for t, a in pairs]
        pooled = cells(truth, answer, phases, letter == "b")
        for share in ("precision", "recall", "f1", "jaccard"):
            rows = np.array([one[share] for one in table])
            by_phase = [np.nanmean(rows[:, k]) if not np.isnan(rows[:, k]).all() else np.nan for k in range(phases)]
            expected[f"mean_{share}:video_phase_{letter}"] = vectors.mean(by_phase)
            expected[f"mean_{share}:phase_video_{letter}"] = vectors.mean(map(vectors.mean, rows))
            expected[f"mean_{share}:pooled_{letter}"] = vectors.mean(pooled[share])
            for k in range(phases):
                expected[f"{share}:video_{letter}/{k}"] = vectors.number(by_phase[k])
                expected[f"{share}:pooled_{letter}/{k}"] = vectors.number(pooled[share][k])
    confusion = metrics.confusion_matrix(truth, answer, labels=list(range(phases)) + [-1])[:phases]
    scripts = [{"phases": n, "window": window, "per_video": [script(t, a, window, n) for t, a in pairs]}
               for n in (7, 8) if n >= phases]
    return {"input": {"n_phases": phases, "videos": [{"gt": t.tolist(), "pred": a.tolist()} for t, a in pairs]},
            "expected": expected, "confusion": confusion.ravel().tolist(), "scripts": scripts}


def make(seed):
    draw = np.random.default_rng(seed)
    phases, videos, window = (int(v) for v in draw.integers([2, 1, 1], [13, 6, 40]))
    return {"made_by": "scikit-learn", "vectors": [
        vector(draw, 7, 3, 10, 0.2), vector(draw, 8, 2, 5, 0.3), vector(draw, 4, 4, 12, 0.4), vector(draw, 7, 2, 25, 0),
        vector(draw, phases, videos, window, draw.uniform(0, 0.8))]}


if __name__ == "__main__":
    vectors.command_line(make, 20269)
