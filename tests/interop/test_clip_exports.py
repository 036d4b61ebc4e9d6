"""Checks cosmos exports with ffprobe. SURGSIGMA_CLIP_EXPORTS names a folder of export folders; see run.sh."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess

import pytest

jsonschema = pytest.importorskip("jsonschema")

ROOT = pathlib.Path(os.environ.get("SURGSIGMA_CLIP_EXPORTS", "."))
EXPORTS = sorted(path.parent for path in ROOT.glob("*/manifest.json"))
LISTS = {"train": "training", "val": "validation", "test": "test"}

if "SURGSIGMA_CLIP_EXPORTS" not in os.environ or not EXPORTS:
    pytest.skip("SURGSIGMA_CLIP_EXPORTS names no folder with cosmos exports", allow_module_level=True)
if shutil.which("ffprobe") is None:
    pytest.skip("there is no ffprobe", allow_module_level=True)

TIMES = {"begin_s": {"type": "number", "minimum": 0}, "end_s": {"type": "number", "minimum": 0}}
CAPTION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "subjects": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "kind", "concept_id", "seen"],
                "properties": {"seen": {"type": "array", "minItems": 1, "items": {"properties": TIMES, "required": ["begin_s", "end_s"]}}},
            },
        },
        "background": {"type": "string", "minLength": 1},
        "actions": {
            "type": "array",
            "minItems": 1,
            "items": {"properties": {**TIMES, "description": {"type": "string"}}, "required": ["begin_s", "end_s", "description"]},
        },
        "segments": {
            "type": "array",
            "minItems": 1,
            "items": {
                "properties": {**TIMES, "phase": {"type": "string"}, "step": {"type": "string"}, "description": {"type": "string"}},
                "required": ["begin_s", "end_s", "description"],
                "additionalProperties": False,
            },
        },
        "temporal_caption": {"type": "string", "minLength": 1},
    },
}

every_export = pytest.mark.parametrize("export", EXPORTS, ids=[export.name for export in EXPORTS])


def clips_of(export):
    for part, name in LISTS.items():
        path = export / "manifests" / f"{part}.json"
        if path.exists():
            document = json.loads(path.read_text(encoding="utf-8"))
            assert list(document) == [name]
            for row in document[name]:
                assert list(row) == ["video"]
                yield part, export / row["video"]


def probe(path):
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)],
        check=True, capture_output=True, text=True,
    )
    streams = json.loads(answer.stdout)["streams"]
    assert len(streams) == 1, "no sound"
    stream = streams[0]
    return stream["width"], stream["height"], int(stream["nb_read_frames"]), stream["r_frame_rate"], stream["pix_fmt"]


@every_export
def test_all_videos_of_a_clip_are_alike(export):
    parameters = json.loads((export / "manifest.json").read_text())["parameters"]
    wanted = (parameters["clip_width"], parameters["clip_height"], parameters["clip_frames"], parameters["clip_rate"], "yuv420p")
    count = 0
    for _, clip in clips_of(export):
        about = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))
        assert probe(clip) == wanted
        for control in ("blur", "depth", "seg"):
            file = clip.with_name(f"{clip.stem}.{control}.mp4")
            assert file.exists() == (control in about["controls"])
            if file.exists():
                assert probe(file) == wanted
        count += 1
    assert count == json.loads((export / "manifest.json").read_text())["rows_total"] > 0


@every_export
def test_captions_have_their_schema_and_lie_within_the_clip(export):
    told = 0
    for part, clip in clips_of(export):
        about = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))
        caption = about["caption_json"]
        jsonschema.validate(caption, CAPTION)
        assert about["part"] == part and about["caption_origin"] == "template"
        length = about["frames"] / about["fps"] + 0.001
        for member in ("actions", "segments"):
            for one in caption.get(member, []):
                assert 0 <= one["begin_s"] <= one["end_s"] <= length
        assert bool(caption.get("segments")) == ("temporal_caption" in caption)
        assert bool(caption.keys() - {"background"}) <= bool(about["records"])
        told += "temporal_caption" in caption
    assert told > 0


@every_export
def test_files_have_the_hashes_of_the_manifest(export):
    for file in json.loads((export / "manifest.json").read_text())["files"]:
        assert hashlib.sha256((export / file["path"]).read_bytes()).hexdigest() == file["sha256"]
