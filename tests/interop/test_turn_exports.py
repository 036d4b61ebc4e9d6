"""Reads pairs exported as conversations. SURGSIGMA_TURN_EXPORTS names a folder of export folders; see run.sh."""

import json
import os
import pathlib

import pytest
from PIL import Image

datasets = pytest.importorskip("datasets")

ROOT = pathlib.Path(os.environ.get("SURGSIGMA_TURN_EXPORTS", "."))

if "SURGSIGMA_TURN_EXPORTS" not in os.environ or not list(ROOT.glob("*/manifest.json")):
    pytest.skip("SURGSIGMA_TURN_EXPORTS names no folder with exports", allow_module_level=True)


def files_of(name):
    manifest = json.loads((ROOT / name / "manifest.json").read_text(encoding="utf-8"))
    return [(ROOT / name / file["path"], file) for file in manifest["files"] if file["rows"] > 0]


def check_media(export, images, videos):
    for name in images:
        with Image.open(export / name) as picture:
            picture.load()
    for name in videos:
        assert (export / name).read_bytes()[4:8] == b"ftyp"


def as_list(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def test_llava_rows_ask_with_one_picture_and_answer_with_one_medium():
    seen = set()
    for path, file in files_of("llava"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == file["rows"]
        for line in lines:
            row = json.loads(line)
            human, gpt = row["conversations"]
            assert human["from"] == "human" and human["value"].startswith("<image>\n") and len(human["value"]) > 10
            images, videos = as_list(row.get("image")), as_list(row.get("video"))
            assert gpt == {"from": "gpt", "value": "<video>" if videos else "<image>"}
            assert (human["value"] + gpt["value"]).count("<image>") == len(images)
            check_media(ROOT / "llava", images, videos)
            seen.add(gpt["value"])
    assert seen == {"<image>", "<video>"}


def test_swift_files_load_with_one_set_of_columns(tmp_path):
    for path, file in files_of("swift"):
        rows = datasets.load_dataset("json", data_files=str(path), split="train", cache_dir=str(tmp_path))
        assert len(rows) == file["rows"]
        for row in rows:
            assert [m["role"] for m in row["messages"]] == ["user", "assistant"]
            tags = "".join(m["content"] for m in row["messages"])
            assert tags.count("<image>") == len(row["images"])
            assert tags.count("<video>") == len(row.get("videos") or [])
            assert row["channel"] == row["sg_task"]
            check_media(ROOT / "swift", row["images"], row.get("videos") or [])


def test_hf_loads_with_input_and_target(tmp_path):
    configs = {file["config"] for _, file in files_of("hf")}
    assert configs == {"image", "video"}
    for config in configs:
        loaded = datasets.load_dataset(str(ROOT / "hf"), config, cache_dir=str(tmp_path))
        wanted = sum(file["rows"] for _, file in files_of("hf") if file["config"] == config)
        assert sum(len(rows) for rows in loaded.values()) == wanted
        for rows in loaded.values():
            row = rows[0]
            kinds = [part["type"] for message in row["messages"] for part in message["content"]]
            assert kinds == ["image", "text", config]
            assert all(isinstance(picture, Image.Image) for picture in row["images"])
            assert len(row["images"]) == (2 if config == "image" else 1)
            if config == "image":
                assert row["images"][0].size == row["images"][1].size
            else:
                check_media(ROOT / "hf", [], row["videos"])
