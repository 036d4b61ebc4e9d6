"""Opens the pictures and clips that exports write, as trainers do. SURGSIGMA_EXPORTS names a folder of export folders; those
whose manifest tells of written media are read here. See run.sh."""

import fractions
import io
import json
import os
import pathlib
import shutil
import subprocess

import datasets
import pytest
from PIL import Image

cv2 = pytest.importorskip("cv2")
xxhash = pytest.importorskip("xxhash")

ROOT = pathlib.Path(os.environ.get("SURGSIGMA_EXPORTS", "."))


def manifest_of(export):
    return json.loads((export / "manifest.json").read_text(encoding="utf-8"))


EXPORTS = [path.parent for path in sorted(ROOT.glob("*/manifest.json")) if manifest_of(path.parent)["media"]["written"]]
if not EXPORTS:
    pytest.skip("SURGSIGMA_EXPORTS names no folder with exports that write their media", allow_module_level=True)

every_export = pytest.mark.parametrize("export", EXPORTS, ids=[export.name for export in EXPORTS])


def listed(export):
    """Lines of media.tsv as dictionaries, numbers as numbers."""
    names = manifest_of(export)["media"]["columns"]
    lines = []
    for line in (export / "media.tsv").read_text(encoding="utf-8").splitlines():
        row = dict(zip(names, line.split("\t"), strict=True))
        lines.append({name: int(text) if text.lstrip("-").isdigit() and name != "rate" else text for name, text in row.items()})
    return lines


def rows_of(export):
    for file in manifest_of(export)["files"]:
        if file["path"].endswith(".jsonl"):
            with open(export / file["path"], encoding="utf-8") as stream:
                yield from map(json.loads, stream)


def shown_in(row):
    """Every path that a row of llava or swift names."""
    for name in ("image", "video", "images", "videos"):
        waiting = [row.get(name)]
        while waiting:
            value = waiting.pop()
            if isinstance(value, str):
                yield value
            elif value:
                waiting.extend(value)


def probe(path):
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-count_frames", "-of", "json", path],
        check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def key_times(path):
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-skip_frame", "nokey", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path],
        check=True, capture_output=True, text=True)
    return [float(line.strip(",")) for line in answer.stdout.split()]


@every_export
def test_every_shown_file_is_there_and_every_file_is_shown(export):
    names = {line["path"] for line in listed(export)}
    files = {str(path.relative_to(export)) for path in (export / "media").rglob("*") if path.is_file()}
    assert names == files
    shown = {name for row in rows_of(export) for name in shown_in(row)}
    assert shown <= files
    assert not shown or shown == files
    assert manifest_of(export)["media"]["missing"] == 0


@every_export
def test_names_are_hashes_of_the_content(export):
    for name in {line["path"] for line in listed(export)}:
        digest = xxhash.xxh3_64_hexdigest((export / name).read_bytes())
        assert name.rsplit(".", 1)[0] == f"media/{digest[:2]}/{digest}"


@every_export
def test_pictures_have_the_size_that_is_told(export):
    seen = 0
    for line in listed(export):
        if line["path"].endswith(".mp4"):
            continue
        with Image.open(export / line["path"]) as picture:
            picture.load()
            assert picture.size == (line["width"], line["height"])
            assert not picture.getexif()
        pixels = cv2.imread(str(export / line["path"]))
        assert pixels.shape[:2] == (line["height"], line["width"])
        assert line["bytes"] == (export / line["path"]).stat().st_size
        seen += 1
    assert seen > 0


@every_export
@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="no ffprobe")
def test_clips_have_the_rate_and_frames_that_are_told(export):
    for line in listed(export):
        if not line["path"].endswith(".mp4"):
            continue
        about = probe(export / line["path"])
        (stream,) = about["streams"]  # no sound
        assert stream["codec_name"] == "h264" and stream["pix_fmt"] == "yuv420p"
        assert (stream["width"], stream["height"]) == (line["width"], line["height"])
        rate = fractions.Fraction(line["rate"])
        assert fractions.Fraction(stream["r_frame_rate"]) == fractions.Fraction(stream["avg_frame_rate"]) == rate
        assert int(stream["nb_read_frames"]) == line["pictures"]
        times = key_times(export / line["path"])
        seconds = line["pictures"] / rate
        assert len(times) >= int(seconds) and times[0] == 0
        assert all(later - earlier <= 1 + 1 / rate for earlier, later in zip(times, times[1:]))
        tags = set(about["format"].get("tags", {})) | set(stream.get("tags", {}))
        assert tags <= {"major_brand", "minor_version", "compatible_brands", "language", "handler_name", "vendor_id"}


@every_export
def test_opencv_reads_clips_to_their_end(export):
    for line in listed(export):
        if not line["path"].endswith(".mp4"):
            continue
        reader = cv2.VideoCapture(str(export / line["path"]))
        count = 0
        while reader.read()[0]:
            count += 1
        assert count == line["pictures"]


@every_export
def test_clip_rates_are_summed_up(export):
    counted = {}
    for line in listed(export):
        if line["rate"]:
            counted[line["rate"]] = counted.get(line["rate"], 0) + 1
    assert counted == manifest_of(export)["media"]["written"]["clip_rates"]


@every_export
def test_boxes_lie_in_the_written_pictures(export):
    sizes = {line["path"]: (line["width"], line["height"]) for line in listed(export)}
    for row in rows_of(export):
        for box in (row.get("objects") or {}).get("bbox", []):
            width, height = sizes[row["images"][0]]
            assert 0 <= box[0] < box[2] <= width and 0 <= box[1] < box[3] <= height


@every_export
def test_embedded_pictures_are_the_written_ones(export, tmp_path):
    manifest = manifest_of(export)
    if manifest["format"] != "hf":
        pytest.skip("embeds nothing")
    sizes = {line["path"]: (line["width"], line["height"]) for line in listed(export)}
    loaded = datasets.load_dataset(str(export), "image", cache_dir=str(tmp_path))
    for rows in loaded.values():
        assert isinstance(rows[0]["images"][0], Image.Image)
        for row in rows.cast_column("images", datasets.List(datasets.Image(decode=False))):
            for name, picture in zip(row["sg_media"], row["images"], strict=True):
                assert picture["bytes"] == (export / name).read_bytes()
                assert Image.open(io.BytesIO(picture["bytes"])).size == sizes[name]
