"""Vectors of the metric family remaining_time: scikit-learn's mean_absolute_error and numpy on random durations.

remaining_time.py > remaining_time.json        needs numpy, scikit-learn
"""
import json
import sys

import numpy as np
from sklearn.metrics import mean_absolute_error


def vector(seed, clips, cases, unread):
    draw = np.random.default_rng(seed)
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
    expected = {"mae": mae, "mae:read": mean_absolute_error(truth[read], answer[read]),
                "mae:clip": float(np.mean(by_clip)),
                "mae:inside_horizon": mean_absolute_error(truth[inside], charged[inside]),
                "mae:outside_horizon": mean_absolute_error(truth[outside], charged[outside]),
                "within_2s": float(np.mean(read & (np.abs(charged - truth) <= 2))),
                "bias": float(np.mean(charged - truth)), "bias:read": float(np.mean((answer - truth)[read])),
                "skill": 1 - mae / mean_absolute_error(truth, np.full(len(truth), median)),
                "parse_rate": float(read.mean())}
    return {"id": f"random-{seed}", "input": {"horizon": horizon, "train_median": median, "clips": rows},
            "expected": expected}


json.dump({"made_with": "scikit-learn", "vectors": [vector(1, 5, 2, 0.1), vector(2, 8, 3, 0.3), vector(3, 4, 1, 0)]},
          sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
