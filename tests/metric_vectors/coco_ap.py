"""Vectors of the metric family coco_ap: pycocotools on random boxes and masks, with crowds, sizes of all ranges, more
than 100 detections in one picture, and equal scores. See vectors.py for the flags. Needs numpy, pycocotools."""
import contextlib
import io

import numpy as np
import vectors
from pycocotools import mask as masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

NAMES = ["ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar1", "ar10", "ar100", "ar_small", "ar_medium",
         "ar_large"]


def near(draw, box):
    x, y, w, h = box
    return [float(v) for v in (x + draw.normal() * w / 12, y + draw.normal() * h / 12, w * draw.uniform(0.8, 1.2),
                               h * draw.uniform(0.8, 1.2))]


def random_box(draw, largest):
    w, h = draw.uniform(4, largest, 2)
    return [float(v) for v in (draw.uniform(0, 300), draw.uniform(0, 300), w, h)]


def boxes(draw, images, categories, crowded, levels):
    truths, detections = [], []
    for image in range(1, images + 1):
        for category in range(1, categories + 1):
            count = draw.integers(6, 12) if crowded else draw.integers(0, 5)
            own = [random_box(draw, draw.choice([40, 100, 250])) for _ in range(count)]
            for box in own:
                area = box[2] * box[3] * draw.choice([1.0, 0.6])
                truths.append({"image": image, "category": category, "bbox": box, "area": float(area),
                               "iscrowd": int(draw.random() < 0.15)})
            count = 130 if crowded and image == 1 else draw.integers(0, 8)
            for _ in range(count):
                box = near(draw, own[draw.integers(len(own))]) if own and draw.random() < 0.7 else random_box(draw, 120)
                score = draw.random() if levels == 0 else draw.integers(levels) / levels
                detections.append({"image": image, "category": category, "bbox": [round(v, 3) for v in box],
                                   "score": float(score)})
    # One class without truth.
    detections.append({"image": 1, "category": categories + 1, "bbox": [1, 1, 5, 5], "score": 0.5})
    return truths, detections


def blobs(draw, images):
    high, wide = 60, 80
    truths, detections = [], []

    def blob(cx, cy, rx, ry):
        y, x = np.mgrid[:high, :wide]
        return np.asfortranarray((((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1).astype(np.uint8))

    def row(image, picture):
        rle = masks.encode(picture)
        return {"image": image, "category": 1, "counts": rle["counts"].decode(), "size": [high, wide]}

    for image in range(1, images + 1):
        for _ in range(draw.integers(1, 4)):
            shape = [draw.uniform(10, 70), draw.uniform(10, 50), draw.uniform(4, 25), draw.uniform(4, 25)]
            truth = row(image, blob(*shape))
            truth["area"] = float(masks.area({"size": truth["size"], "counts": truth["counts"].encode()}))
            truth["iscrowd"] = int(draw.random() < 0.2)
            truths.append(truth)
            for _ in range(draw.integers(0, 3)):
                moved = [shape[0] + draw.normal() * 2, shape[1] + draw.normal() * 2, shape[2] * draw.uniform(0.8, 1.2),
                         shape[3] * draw.uniform(0.8, 1.2)]
                detections.append(row(image, blob(*moved)) | {"score": float(draw.random())})
    return truths, detections


def evaluate(truths, detections, images, categories, kind):
    def segmentation(item):
        return {"size": item["size"], "counts": item["counts"]}

    document = {"info": {}, "images": [{"id": i + 1, "height": 400, "width": 400} for i in range(images)],
                "categories": [{"id": c + 1, "name": str(c + 1)} for c in range(categories)], "annotations": []}
    for number, truth in enumerate(truths):
        row = {"id": number + 1, "image_id": truth["image"], "category_id": truth["category"], "area": truth["area"],
               "iscrowd": truth["iscrowd"]}
        row |= {"bbox": truth["bbox"]} if kind == "bbox" else {"segmentation": segmentation(truth)}
        document["annotations"].append(row)
    results = []
    for detection in detections:
        row = {"image_id": detection["image"], "category_id": detection["category"], "score": detection["score"]}
        row |= {"bbox": detection["bbox"]} if kind == "bbox" else {"segmentation": segmentation(detection)}
        results.append(row)
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = document
        coco.createIndex()
        run = COCOeval(coco, coco.loadRes(results), kind)
        run.evaluate()
        run.accumulate()
        run.summarize()
    expected = {name: None if value == -1 else float(value) for name, value in zip(NAMES, run.stats)}
    precision = run.eval["precision"][:, :, :, 0, 2]
    expected["ap_of_category"] = [None if (precision[:, :, c] == -1).any() else float(precision[:, :, c].mean())
                                  for c in range(categories)]
    return expected


def make(seed):
    draw = np.random.default_rng(seed)
    made = []
    images, categories = (int(v) for v in draw.integers([1, 1], [15, 6]))
    for name, images, categories, crowded, levels in (
            ("plain", 12, 3, False, 0), ("over_100", 2, 1, True, 0), ("ties", 10, 2, False, 4),
            ("any_size", images, categories, False, 0), ("many_ties", images, categories, False, 2)):
        truths, detections = boxes(draw, images, categories, crowded, levels)
        made.append({"id": name, "kind": "bbox", "images": images, "categories": categories + 1, "has_ties": levels > 0,
                     "truths": truths, "detections": detections,
                     "expected": evaluate(truths, detections, images, categories + 1, "bbox")})
    truths, detections = blobs(draw, 8)
    made.append({"id": "masks", "kind": "segm", "images": 8, "categories": 1, "has_ties": False, "truths": truths,
                 "detections": detections, "expected": evaluate(truths, detections, 8, 1, "segm")})
    return {"made_by": "coco_ap.py, pycocotools", "vectors": made}


if __name__ == "__main__":
    vectors.command_line(make, 20262)
