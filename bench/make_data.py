#!/usr/bin/env python3
"""Makes the input files of the benchmarks that `surgsigma simulate` does not make. The same call gives the same bytes.

make_data.py frames LABELS OUT COUNT     CholecT50 label files -> one file per picture, with invented boxes
make_data.py coco OUT MEGABYTES ORDER    one COCO file; ORDER first: categories first, last: as instances_train2017.json
"""
import json
import pathlib
import random
import sys


def make_frames(labels, out, count):
    draw = random.Random(1)
    done = 0
    for path in sorted(pathlib.Path(labels).glob("VID*.json")):
        document = json.loads(path.read_text())
        folder = pathlib.Path(out) / "frames" / path.stem
        folder.mkdir(parents=True)
        if done == 0:
            (pathlib.Path(out) / "classes.json").write_text(json.dumps(document["categories"]))
        for frame, vectors in document["annotations"].items():
            for vector in vectors:
                if vector[1] >= 0:
                    vector[3:7] = [round(draw.uniform(0.02, 0.5), 4) for _ in range(4)]
            text = json.dumps({"video": document["video"], "fps": document["fps"], "annotations": {frame: vectors}})
            (folder / f"{int(frame):06}.json").write_text(text)
            done += 1
            if done == count:
                return
    sys.exit(f"only {done} frames in {labels}")


def outline_texts(draw, count):
    """(segmentation, area, bbox) as text: outlines of about 30 corners, as long as COCO's own on average."""
    made = []
    for _ in range(count):
        x, y = draw.uniform(0, 400), draw.uniform(0, 250)
        width, height = draw.uniform(20, 220), draw.uniform(20, 200)
        corners = []
        for _ in range(draw.randint(10, 46)):
            corners += [round(x + draw.random() * width, 2), round(y + draw.random() * height, 2)]
        box = [round(v, 2) for v in (x, y, width, height)]
        made.append((json.dumps([corners]), round(width * height * 0.6, 4), json.dumps(box)))
    return made


LABELS = ["grasper", "bipolar", "hook", "scissors", "clipper", "irrigator", "specimen bag", "gallbladder", "liver",
          "cystic duct"]
PICTURES_PER_VIDEO = 1000
OBJECTS_PER_PICTURE = 7  # instances_train2017.json: 860 001 objects on 118 287 pictures


def make_coco(out, megabytes, order):
    draw = random.Random(1)
    outlines = outline_texts(draw, 4096)
    size = sum(len(s) + len(b) for s, _, b in outlines) / len(outlines) + 95
    pictures = int(megabytes * 1e6 / (size * OBJECTS_PER_PICTURE + 90))
    categories = json.dumps([{"supercategory": "object", "id": i + 1, "name": n} for i, n in enumerate(LABELS)])
    pathlib.Path(out).parent.mkdir(parents=True, exist_ok=True)
    with open(out, "w") as file:
        file.write('{"info": {"description": "invented"}, "licenses": [], ')
        if order == "first":
            file.write(f'"categories": {categories}, ')
        file.write('"images": [')
        for i in range(pictures):
            name = f"video{i // PICTURES_PER_VIDEO + 1:03}/{i % PICTURES_PER_VIDEO:06}.jpg"
            file.write(f'{", " if i else ""}{{"license": 1, "file_name": "{name}", "height": 480, "width": 854, "id": {i + 1}}}')
        file.write('], "annotations": [')
        for i in range(pictures * OBJECTS_PER_PICTURE):
            outline, area, box = outlines[draw.randrange(4096)]
            file.write(f'{", " if i else ""}{{"segmentation": {outline}, "area": {area}, "iscrowd": 0, '
                       f'"image_id": {i // OBJECTS_PER_PICTURE + 1}, "bbox": {box}, '
                       f'"category_id": {draw.randrange(10) + 1}, "id": {i + 1}}}')
        file.write("]" if order == "first" else f'], "categories": {categories}')
        file.write("}")


if __name__ == "__main__":
    if sys.argv[1] == "frames":
        make_frames(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        make_coco(sys.argv[2], float(sys.argv[3]), sys.argv[4])
