"""Vectors of the metric family safety: scikit-learn on random criteria, some answers unread, one criterion never met.
See vectors.py for the flags. Needs numpy, scikit-learn."""
import numpy as np
import vectors
from sklearn import metrics


def ap(truth, score):
    return float(metrics.average_precision_score(truth, score)) if truth.any() else np.nan


def bins_of(score, truth, count):
    place = np.minimum((score * count).astype(int), count - 1)
    return [{"frames": int((place == b).sum()), "mean_score": vectors.mean(score[place == b]),
             "mean_truth": vectors.mean(truth[place == b])}
            for b in range(count)]


def vector(draw, frames, cases, rates):
    criteria = [f"C{k + 1}" for k in range(len(rates))]
    truth = draw.binomial(3, rates, (frames, len(rates))) / 3
    met = (truth > 0.5).astype(int)
    score = np.round(np.clip(0.5 * truth + 0.6 * draw.random(truth.shape), 0, 1), 2)
    answer = np.where(draw.random(truth.shape) < 0.75, met, 1 - met)
    answer[draw.random(frames) < 0.15] = -1
    case = draw.integers(cases, size=frames)
    expected, of_case = {}, np.full((len(rates), cases), np.nan)
    for k, name in enumerate(criteria):
        t, a = met[:, k], answer[:, k]
        wrong = np.where(a < 0, 1 - t, a)  # unread: the other answer
        sides = [metrics.recall_score(t, wrong, pos_label=side) if (t == side).any() else np.nan for side in (1, 0)]
        of_case[k] = [ap(t[case == c], score[case == c, k]) for c in range(cases)]
        table = bins_of(score[:, k], truth[:, k], 10)
        error = sum(row["frames"] * abs(row["mean_score"] - row["mean_truth"]) for row in table if row["frames"])
        expected.update({
            f"support/{name}": int(t.sum()), f"accuracy/{name}": metrics.accuracy_score(t, wrong),
            f"sensitivity/{name}": vectors.number(sides[0]), f"specificity/{name}": vectors.number(sides[1]),
            f"balanced_accuracy/{name}": (None if np.isnan(sides).any()
                                          else float(metrics.balanced_accuracy_score(t, wrong))),
            f"balanced_accuracy:present_side/{name}": vectors.mean(sides),
            f"ap/{name}": vectors.number(ap(t, score[:, k])), f"ap:video/{name}": vectors.mean(of_case[k]),
            f"brier/{name}": float(np.mean((score[:, k] - truth[:, k]) ** 2)),
            f"brier:binary/{name}": metrics.brier_score_loss(t, score[:, k], labels=[0, 1], pos_label=1),
            f"calibration_error/{name}": error / frames})
    for stem in ("accuracy", "balanced_accuracy", "balanced_accuracy:present_side", "brier", "brier:binary",
                 "calibration_error"):
        values = [expected[f"{stem}/{name}"] for name in criteria]
        expected["mean_" + stem] = vectors.mean(values)
    expected["all_right"] = float(np.mean((answer == met).all(axis=1)))
    expected["parse_rate"] = float(np.mean(answer >= 0))
    expected["map"] = vectors.mean(expected[f"ap/{name}"] for name in criteria)
    expected["map:video_class"] = vectors.mean(expected[f"ap:video/{name}"] for name in criteria)
    expected["map:class_video"] = vectors.mean(vectors.mean(of_case[:, c]) for c in range(cases))
    return {"input": {"criteria": criteria, "truth": truth.tolist(), "scores": score.tolist(),
                      "answers": answer.tolist(), "case": case.tolist()},
            "expected": expected, "reliability": bins_of(score[:, 0], truth[:, 0], 5)}


def make(seed):
    draw = np.random.default_rng(seed)
    frames, cases, criteria = (int(v) for v in draw.integers([2, 1, 1], [80, 8, 6]))
    return {"made_by": "scikit-learn", "vectors": [
        vector(draw, 60, 4, [0.3, 0.2, 0.4]), vector(draw, 40, 5, [0.5, 0, 0.2]), vector(draw, 25, 3, [0.1, 0.6, 0.9]),
        vector(draw, frames, cases, draw.choice([0, 0.05, 0.3, 0.6, 1], criteria))]}


if __name__ == "__main__":
    vectors.command_line(make, 20271)
