"""Vectors of the metric family clip_classes: scikit-learn on random classes, some answers unread or outside the
vocabulary, some classes absent; nltk's edit_distance on plans. See vectors.py for the flags. Needs numpy, scikit-learn,
nltk."""
import itertools

import numpy as np
import vectors
from nltk.metrics.distance import edit_distance
from sklearn import metrics

UNREAD, ELSEWHERE = -1, -2


def vector(draw, items, classes, cases, absent):
    labels = [f"class{k}" for k in range(classes)]
    present = [k for k in range(classes) if k not in absent]
    truth = draw.choice(present, items)
    answer = np.where(draw.random(items) < 0.6, truth, draw.integers(ELSEWHERE, classes, items))
    case = draw.integers(cases, size=items)
    here = sorted(set(truth.tolist()))
    expected = {"accuracy": metrics.accuracy_score(truth, answer), "parse_rate": float(np.mean(answer != UNREAD)),
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
    name = lambda k: labels[k] if k >= 0 else None if k == UNREAD else "something else"
    return {"input": {"labels": labels, "gold": [name(k) for k in truth], "pred": [name(k) for k in answer],
                      "case": case.tolist()}, "expected": expected}


def edit(truth, answer):
    return 1 - edit_distance(truth, answer) / max(len(truth), len(answer))


def collapsed(plan):
    return [step for step, _ in itertools.groupby(plan)]


def plans(draw, count, classes, cases):
    """Every first plan has four steps and is read, so that each value is defined."""
    rows = []
    for i in range(count):
        truth = draw.integers(classes, size=4 if i == 0 else draw.integers(1, 7)).tolist()
        answer = []
        for step in truth:
            answer += [step if draw.random() < 0.8 else int(draw.choice([ELSEWHERE, *range(classes)]))
                       for _ in range(draw.choice([0, 1, 1, 1, 1, 2]))]
        rows.append({"case": int(draw.integers(cases)), "truth": truth,
                     "answer": None if i and draw.random() < 0.1 else answer})
    read = [row for row in rows if row["answer"] is not None]
    expected = {"parse_rate": len(read) / count,
                "plan_edit:tokens": sum(edit(r["truth"], r["answer"]) for r in read) / count,
                "plan_edit:collapsed": sum(edit(collapsed(r["truth"]), collapsed(r["answer"])) for r in read) / count,
                "plan_success": sum(r["truth"] == r["answer"] for r in read) / count}
    for k in (1, 2, 3):
        expected[f"plan_success@{k}"] = (sum(r["truth"][:k] == r["answer"][:k] for r in read if len(r["truth"]) >= k) /
                                         sum(len(r["truth"]) >= k for r in rows))
    return {"classes": classes, "cases": cases, "plans": rows, "expected": expected}


def make(seed):
    draw = np.random.default_rng(seed)
    items, classes = (int(v) for v in draw.integers([10, 3], [80, 12]))
    return {"made_by": "scikit-learn, nltk",
            "vectors": [vector(draw, 40, 4, 3, []), vector(draw, 60, 10, 5, [3, 7]), vector(draw, 12, 6, 2, [0]),
                        vector(draw, items, classes, int(draw.integers(1, 9)), draw.choice(classes, 2))],
            "plans": [plans(draw, 30, 4, 3), plans(draw, int(draw.integers(1, 40)), int(draw.integers(1, 9)), 2)]}


if __name__ == "__main__":
    vectors.command_line(make, 20267)
