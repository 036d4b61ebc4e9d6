"""Draws small pictures at the places where an export looks for them: make_pictures.py EXPORT MEDIA_ROOT COUNT

Each says SIMULATED across its middle, so that nobody takes it for a recording.
"""

import pathlib
import sys

from PIL import Image, ImageDraw

ENDINGS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}


def draw(path: pathlib.Path, number: int) -> None:
    picture = Image.new("RGB", (96, 54), (120, 40 + number % 100, 40))
    ImageDraw.Draw(picture).text((8, 20), "SIMULATED", fill=(255, 255, 255))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, ENDINGS[path.suffix.lower()])


def main() -> None:
    export, root, count = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    made = 0
    for line in (export / "media.tsv").read_text(encoding="utf-8").splitlines():
        path = pathlib.PurePosixPath(line.split("\t")[0])
        if path.suffix.lower() not in ENDINGS:
            continue
        draw(root / path.relative_to("media"), made)
        made += 1
        if made == count:
            break
    if made == 0:
        sys.exit("the export names no picture")


if __name__ == "__main__":
    main()
