"""Vectors of the metric family remaining_time: scikit-learn's mean_absolute_error and numpy on random durations.
See vectors.py for the flags. Needs numpy, scikit-learn."""
import numpy as np
import vectors
from sklearn.metrics import mean_absolute_error


def error(truth, answer):
    return mean_absolute_error(truth, answer) if len(truth) else None


def vector(draw, clips, cases, unread):
    horizon, median = float(draw.integers(3, 10)), float(np.round(draw.uniform(4, 12), 1))
    rows, by_clip, truths, answers = [], [], [], []
    for c in range(clips):
        count = int(draw.integers(3, 12))
        truth = np.round(draw.uniform(0, 25, count), 1) * (draw.random(count) > 0.1)
        answer = np.maximum(0, np.round(truth + draw.normal(0, 3, count), 1))
        answer[draw.random(count) < unread] = np.nan
        rows.append({"case": int(draw.integers(cases)), "gt": truth.tolist(),
                     "pred": [None if np.isnan(a) else a for a in answer.tolist()]})
        by_clip.append(mean_absolute_error(truth, np.where(np.isnan(answer), median, answer)))
        truths.append(truth)
        answers.append(answer)
    truth, answer = np.concatenate(truths), np.concatenate(answers)
    read = ~np.isnan(answer)
    charged = np.where(read, answer, median)
    inside, outside = (truth > 0) & (truth < horizon), truth >= horizon
    mae = mean_absolute_error(truth, charged)
    expected = {"mae": mae, "mae:read": error(truth[read], answer[read]), "mae:clip": float(np.mean(by_clip)),
                "mae:inside_horizon": error(truth[inside], charged[inside]),
                "mae:outside_horizon": error(truth[outside], charged[outside]),
                "within_2s": float(np.mean(read & (np.abs(charged - truth) <= 2))),
                "bias": float(np.mean(charged - truth)), "bias:read": vectors.mean((answer - truth)[read]),
                "skill": 1 - mae / mean_absolute_error(truth, np.full(len(truth), median)),
                "parse_rate": float(read.mean())}
    return {"input": {"horizon": horizon, "train_median": median, "clips": rows}, "expected": expected}


def make(seed):
    draw = np.random.default_rng(seed)
    clips, cases = (int(v) for v in draw.integers(1, 12, 2))
    return {"made_by": "scikit-learn", "vectors": [
        vector(draw, 5, 2, 0.1), vector(draw, 8, 3, 0.3), vector(draw, 4, 1, 0),
        vector(draw, clips, cases, draw.choice([0, 0.2, 0.9]))]}


if __name__ == "__main__":
    vectors.command_line(make, 20270)
