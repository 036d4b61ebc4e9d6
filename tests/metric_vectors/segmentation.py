"""Vectors of the metric family segmentation: IoU, surface distance and Hausdorff distance as MONAI 1.1 defines them
(compute_iou, compute_surface_dice, compute_hausdorff_distance), and the SAR-RARP50 board over them. MONAI itself needs
torch; its functions are these lines around scipy's binary_erosion and distance_transform_edt. scikit-learn gives IoU and
Dice, scikit-image the Hausdorff distance once more. See vectors.py for the flags. Needs numpy, scipy, scikit-learn,
scikit-image."""
import numpy as np
import vectors
from scipy.ndimage import binary_erosion, distance_transform_edt
from skimage.metrics import hausdorff_distance
from sklearn.metrics import f1_score, jaccard_score

CLASSES = [1, 2, 3, 4]
TOLERANCES = [0, 1.5, 10]


def edges(mask):
    return binary_erosion(mask) ^ mask


def distances(a, b):
    """Of the edges of a to those of b."""
    own, other = edges(a), edges(b)
    return distance_transform_edt(~other)[own] if other.any() else np.full(own.sum(), np.inf)


def score(truth, answer):
    there_is_any = (truth | answer).any()
    result = {"iou": jaccard_score(truth.ravel(), answer.ravel()) if there_is_any else None,
              "dice": f1_score(truth.ravel(), answer.ravel()) if there_is_any else None}
    there, back = distances(truth, answer), distances(answer, truth)
    count = len(there) + len(back)
    result["nsd"] = [vectors.ratio((there <= t).sum() + (back <= t).sum(), count) for t in TOLERANCES]
    both = truth.any() and answer.any()
    result["hd"] = float(max(there.max(), back.max())) if both else None
    result["hd95"] = float(max(np.percentile(there, 95), np.percentile(back, 95))) if both else None
    if both:
        assert np.isclose(result["hd"], hausdorff_distance(edges(truth), edges(answer)))
    return result


def plane(draw, high, wide, near=None):
    labels = np.zeros((high, wide), int)
    shapes = []
    y, x = np.mgrid[:high, :wide]
    for c in CLASSES[:3]:
        if near is None:
            if draw.random() < 0.3:
                continue
            shape = [c, draw.uniform(0, wide), draw.uniform(0, high),
                     *(draw.uniform(1, max(2, side / 3)) for side in (wide, high))]
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


def board_of(scores):
    """SAR-RARP50: IoU and NSD at 10 px, both mean over classes; empty against empty is 1."""
    return [np.mean([1 if v is None else v for v in values])
            for values in ([s["iou"] for s in scores], [s["nsd"][TOLERANCES.index(10)] for s in scores])]


def make(seed):
    draw = np.random.default_rng(seed)
    videos = int(draw.integers(1, 5))
    frames, per_video, sums = [], {}, np.zeros((3, len(CLASSES)))
    for number in range(int(draw.integers(8, 14))):
        high, wide = int(draw.integers(1, 50)), int(draw.integers(1, 60))
        truth, shapes = plane(draw, high, wide)
        answer, _ = plane(draw, high, wide, shapes)
        if number == 4:
            truth[:], answer[:] = 0, 0
        if number == 5:
            answer = None
        video = int(number if number < videos else draw.integers(videos))
        seen = np.zeros_like(truth) if answer is None else answer
        scores = [score(truth == c, seen == c) for c in CLASSES]
        frames.append({"video": video, "truth": text(truth), "answer": None if answer is None else text(answer),
                       "expected": scores})
        per_video.setdefault(video, []).append([0, 0] if answer is None else board_of(scores))
        sums += [[f(truth == c, seen == c).sum() for c in CLASSES] for f in (np.logical_and, np.logical_or)] + \
            [[(truth == c).sum() for c in CLASSES]]
    iou, nsd = np.mean([np.mean(boards, axis=0) for boards in per_video.values()], axis=0)
    of_class = [vectors.ratio(both, either) for both, either in zip(sums[0], sums[1])]
    expected = {"sar_miou": float(iou), "sar_nsd": float(nsd), "sar_score": float(np.sqrt(iou * nsd)),
                "mc_iou:union": vectors.mean(of_class),
                "mc_iou": vectors.mean(v for v, t in zip(of_class, sums[2]) if t)}
    expected |= {f"iou:union/{c}": v for c, v in zip(CLASSES, of_class)}
    return {"made_by": "segmentation.py, scipy, scikit-learn, scikit-image", "labels": CLASSES,
            "tolerances": TOLERANCES, "videos": videos, "frames": frames, "expected": expected}


if __name__ == "__main__":
    vectors.command_line(make, 20265)
