"""Vectors of the metric family clip_classes: scikit-learn on random classes, some answers unread, one class absent.

clip_classes.py > clip_classes.json        needs numpy, scikit-learn
"""
import json
import sys

import numpy as np
from sklearn import metrics


def vector(seed, items, classes, cases, absent):
    draw = np.random.default_rng(seed)
    labels = [f"class{k}" for k in range(classes)]
    present = [k for k in range(classes) if k not in absent]
    truth = draw.choice(present, items)
    answer = np.where(draw.random(items) < 0.6, truth, draw.integers(-1, classes, items))
    case = draw.integers(cases, size=items)
    here = sorted(set(truth.tolist()))
    expected = {"accuracy": metrics.accuracy_score(truth, answer), "parse_rate": float(np.mean(answer >= 0)),
                "accuracy:video": float(np.mean([np.mean((truth == answer)[case == c]) for c in sorted(set(case))])),
                "macro_f1": metrics.f1_score(truth, answer, labels=here, average="macro", zero_division=0),
                "macro_precision": metrics.precision_score(truth, answer, labels=here, average="macro",
                                                           zero_division=0),
                "class_mean_recall": metrics.recall_score(truth, answer, labels=here, average="macro")}
    each = metrics.precision_recall_fscore_support(truth, answer, labels=list(range(classes)), zero_division=0)
    for k in range(classes):
        for name, row in zip(("precision", "recall", "f1"), each):
            expected[f"{name}/{labels[k]}"] = row[k] if k in here else None
        expected[f"support/{labels[k]}"] = int(each[3][k])
    name = lambda k: labels[k] if k >= 0 else None
    return {"id": f"random-{seed}",
            "input": {"labels": labels, "gold": [name(k) for k in truth], "pred": [name(k) for k in answer],
                      "case": case.tolist()}, "expected": expected}


json.dump({"made_with": "scikit-learn", "vectors": [
    vector(1, 40, 4, 3, []), vector(2, 60, 10, 5, [3, 7]), vector(3, 12, 6, 2, [0])]},
    sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
