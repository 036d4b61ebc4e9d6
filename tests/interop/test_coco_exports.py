"""Reads COCO exports with pycocotools. SURGSIGMA_COCO_EXPORTS names a folder of export folders; see run.sh."""

import csv
import hashlib
import json
import os
import pathlib

import pytest
from PIL import Image

coco_module = pytest.importorskip("pycocotools.coco")
mask_module = pytest.importorskip("pycocotools.mask")
cocoeval = pytest.importorskip("pycocotools.cocoeval")

ROOT = pathlib.Path(os.environ.get("SURGSIGMA_COCO_EXPORTS", "."))
FILES = sorted(ROOT.glob("*/annotations/instances_*.json"))

if "SURGSIGMA_COCO_EXPORTS" not in os.environ or not FILES:
    pytest.skip("SURGSIGMA_COCO_EXPORTS names no folder with COCO exports", allow_module_level=True)

every_file = pytest.mark.parametrize("path", FILES, ids=[f"{p.parts[-3]}-{p.stem}" for p in FILES])


@every_file
def test_pycocotools_loads_every_object(path):
    coco = coco_module.COCO(str(path))
    document = json.loads(path.read_text(encoding="utf-8"))
    assert len(coco.imgs) == len(document["images"]) > 0
    assert len(coco.anns) == len(document["annotations"]) > 0
    assert sorted(coco.getCatIds()) == [category["id"] for category in document["categories"]]
    videos = {video["id"]: video for video in document["videos"]}
    licences = {licence["id"] for licence in document["licenses"]}
    for image in coco.imgs.values():
        assert videos[image["video_id"]]["name"] == image["video"]
        assert image["license"] in licences
        numerator, denominator = map(int, image["fps_fraction"].split("/"))
        assert image["fps"] == pytest.approx(numerator / denominator)
        assert image["time_us"] == pytest.approx(image["frame"] * denominator / numerator * 1e6, abs=2)


@every_file
def test_areas_and_masks_are_those_of_pycocotools(path):
    coco = coco_module.COCO(str(path))
    masks = 0
    for annotation in coco.anns.values():
        image = coco.imgs[annotation["image_id"]]
        x, y, width, height = annotation["bbox"]
        assert 0 <= x and 0 <= y and width > 0 and height > 0
        assert x + width <= image["width"] + 1e-6 and y + height <= image["height"] + 1e-6
        if "segmentation" not in annotation:
            assert annotation["area"] == pytest.approx(width * height)
            continue
        decoded = coco.annToMask(annotation)
        assert decoded.shape == (image["height"], image["width"])
        assert decoded.sum() == annotation["area"] == mask_module.area(coco.annToRLE(annotation))
        found = mask_module.toBbox(coco.annToRLE(annotation))
        assert found[0] >= x - 2 and found[1] >= y - 2
        assert found[0] + found[2] <= x + width + 2 and found[1] + found[3] <= y + height + 2
        masks += 1
    print(masks, "masks compared")


@every_file
def test_pictures_are_there_in_their_true_size(path):
    export = path.parent.parent
    listed = {row["path"]: row for row in csv.DictReader((export / "pictures.tsv").open(encoding="utf-8"), delimiter="\t")}
    for image in json.loads(path.read_text(encoding="utf-8"))["images"]:
        with Image.open(export / image["file_name"]) as picture:
            picture.load()
            assert picture.size == (image["width"], image["height"])
        content = (export / image["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == listed[image["file_name"]]["sha256"]


@every_file
def test_the_truth_scores_one_against_itself(path):
    coco = coco_module.COCO(str(path))
    results = [
        {"image_id": a["image_id"], "category_id": a["category_id"], "bbox": a["bbox"], "score": 0.9}
        for a in coco.anns.values()
        if not a["iscrowd"]
    ]
    score = cocoeval.COCOeval(coco, coco.loadRes(results), "bbox")
    score.evaluate()
    score.accumulate()
    score.summarize()
    assert score.stats[0] == pytest.approx(1.0)


def test_cases_stay_in_their_part():
    for export in {path.parent.parent for path in FILES}:
        cases = {}
        for path in export.glob("annotations/*.json"):
            document = json.loads(path.read_text(encoding="utf-8"))
            cases[path.stem] = {video["case"] for video in document["videos"]}
        parts = list(cases)
        assert all(not cases[a] & cases[b] for a in parts for b in parts if a < b)
        assert len({json.dumps(json.loads(p.read_text())["categories"]) for p in export.glob("annotations/*.json")}) == 1
