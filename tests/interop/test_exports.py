"""Reads exports as trainers do. SURGSIGMA_EXPORTS names a folder of export folders; see run.sh."""

import hashlib
import json
import os
import pathlib
import re

import datasets
import pyarrow.parquet
import pytest
from PIL import Image

ROOT = pathlib.Path(os.environ.get("SURGSIGMA_EXPORTS", "."))
EXPORTS = sorted(path.parent for path in ROOT.glob("*/manifest.json"))
BOX = re.compile(r"\[(-?[\d.]+), (-?[\d.]+), (-?[\d.]+), (-?[\d.]+)\]")
RESERVED = re.compile(r"<image>|<video>|<audio>|<bbox>|<ref-object>|<\|\S+?\|>")
THOUGHT = re.compile(r"\A<think>\n(?:Level [123]: .+\n)+</think>\n<answer>.+</answer>\Z", re.DOTALL)

if not EXPORTS:
    pytest.skip("SURGSIGMA_EXPORTS names no folder with exports", allow_module_level=True)


def manifest_of(export):
    return json.loads((export / "manifest.json").read_text(encoding="utf-8"))


def exports_of(*formats):
    chosen = [export for export in EXPORTS if manifest_of(export)["format"] in formats]
    return pytest.mark.parametrize("export", chosen, ids=[export.name for export in chosen])


every_export = pytest.mark.parametrize("export", EXPORTS, ids=[export.name for export in EXPORTS])


def lines(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def data_files(export):
    return [(export / file["path"], file) for file in manifest_of(export)["files"]]


# --- every format ----------------------------------------------------------------------------------------------------


@every_export
def test_files_have_the_hashes_of_the_manifest(export):
    for path, file in data_files(export):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
        assert path.stat().st_size == file["bytes"]


@every_export
def test_row_counts_add_up(export):
    manifest = manifest_of(export)
    counted = sum(n for tasks in manifest["rows"].values() for by_source in tasks.values() for n in by_source.values())
    assert counted == manifest["rows_total"] == sum(file["rows"] for file in manifest["files"])
    assert counted > 0


@every_export
def test_a_simulated_world_is_marked_everywhere(export):
    manifest = manifest_of(export)
    card = (export / "README.md").read_text(encoding="utf-8")
    assert manifest["simulated"]
    assert "- simulated\n" in card and "Everything here is simulated" in card
    assert "(simulated)" in (export / "LICENCES.md").read_text(encoding="utf-8")
    assert all(source["simulated"] for source in manifest["licences"]["sources"])


@every_export
def test_no_file_of_a_test_case_is_in_a_training_file(export):
    if manifest_of(export)["format"] == "llava":
        pytest.skip("the rows of this format do not name their case")
    cases = {}
    for path, file in data_files(export):
        rows = lines(path) if path.suffix == ".jsonl" else pyarrow.parquet.read_table(path, columns=["sg_case"]).to_pylist()
        cases.setdefault(file["part"], set()).update(row["sg_case"] for row in rows)
    parts = list(cases)
    for i, part in enumerate(parts):
        for other in parts[i + 1 :]:
            assert not cases[part] & cases[other]


@every_export
def test_missing_media_are_listed(export):
    media = manifest_of(export)["media"]
    if media["written"]:
        pytest.skip("nothing is missing where media are written; see test_media_exports.py")
    listed = [line.split("\t") for line in (export / "media.tsv").read_text(encoding="utf-8").splitlines()]
    assert len(listed) == media["files"] == len({row[0] for row in listed})
    missing = (export / "missing-media.txt").read_text(encoding="utf-8").splitlines()
    assert missing == [row[0] for row in listed if row[1] == "missing"]
    assert len(missing) == media["missing"] <= media["files"]
    if manifest_of(export)["parameters"]["cap"] == 0:
        assert media["missing"] < media["files"], "some pictures were drawn"


# --- llava -----------------------------------------------------------------------------------------------------------


def as_list(value):
    return [] if value is None else [value] if isinstance(value, str) else value


@exports_of("llava")
def test_llava_rows_survive_qwens_loader(export):
    """The rules of qwen-vl-finetune: tags only in human turns, as many as media; everything not human is trained on."""
    for path, file in data_files(export):
        rows = lines(path)
        assert len(rows) == file["rows"]
        assert len({row["id"] for row in rows}) == len(rows)
        for row in rows:
            images, videos = as_list(row.get("image")), as_list(row.get("video"))
            assert bool(images) != bool(videos)
            turns = row["conversations"]
            assert [turn["from"] for turn in turns] == ["human", "gpt"] * (len(turns) // 2) and turns
            asked = [turn["value"] for turn in turns[::2]]
            answered = [turn["value"] for turn in turns[1::2]]
            assert asked[0].startswith("<image>\n" * len(images) + "<video>\n" * len(videos))
            assert sum(text.count("<image>") for text in asked) == len(images)
            assert sum(text.count("<video>") for text in asked) == len(videos)
            assert all(text.strip() for text in asked + answered)
            assert not any(RESERVED.search(text) for text in answered)
            assert "{box:" not in "".join(asked + answered)
            for media in images + videos:
                assert media.startswith("media/") and ".." not in media.split("/")


@exports_of("llava")
def test_boxes_are_in_the_range_of_the_profile(export):
    if manifest_of(export)["box_profile"]["name"] != "permille":
        pytest.skip("another profile")
    boxes = [tuple(map(int, found)) for path, _ in data_files(export) for found in BOX.findall(path.read_text(encoding="utf-8"))]
    assert boxes
    for x1, y1, x2, y2 in boxes:
        assert 0 <= x1 < x2 <= 1000 and 0 <= y1 < y2 <= 1000


@exports_of("llava")
def test_reasoning_is_a_set_of_its_own(export):
    manifest = manifest_of(export)
    if manifest["parameters"]["reasoning"] != "separate":
        pytest.skip("no reasoning asked for")
    thinking = [row for path, file in data_files(export) if file["config"] == "reasoning" for row in lines(path)]
    direct = {row["id"]: row for path, file in data_files(export) if file["config"] == "direct" for row in lines(path)}
    assert thinking
    for row in thinking:
        assert THOUGHT.match(row["conversations"][-1]["value"]), row
        plain = direct[row["id"]]
        assert plain["conversations"][:-1] == row["conversations"][:-1]
        assert "<think>" not in plain["conversations"][-1]["value"]


# --- swift -----------------------------------------------------------------------------------------------------------

RENAMED_BY_SWIFT = {"query", "prompt", "input", "instruction", "question", "problem", "response", "answer", "output", "targets",
                    "target", "answer_key", "answers", "text", "completion", "content", "system", "system_prompt", "image", "video"}


@exports_of("swift", "swift-grpo")
def test_swift_rows_pass_the_checks_of_its_preprocessor(export):
    is_grpo = manifest_of(export)["format"] == "swift-grpo"
    for path, file in data_files(export):
        rows = lines(path)
        assert len(rows) == file["rows"]
        columns = set(rows[0])
        assert not columns & RENAMED_BY_SWIFT
        for row in rows:
            assert set(row) == columns
            roles = [message["role"] for message in row["messages"]]
            turns = roles + ["assistant"] if is_grpo else roles
            assert turns == ["user", "assistant"] * (len(turns) // 2)
            texts = [message["content"] for message in row["messages"]]
            joined = "".join(texts)
            assert joined.count("<image>") == len(row.get("images", []))
            assert joined.count("<video>") == len(row.get("videos", []))
            assert row.get("images") or row.get("videos")
            assert row["channel"] == row["sg_task"]
            assert row["sg_simulated"] is True
            json.loads(row["sg_answer"])
            if is_grpo:
                assert row["solution"].strip()
            objects = row.get("objects")
            assert joined.count("<bbox>") == (len(objects["bbox"]) if objects else 0)
            if objects:
                assert objects["bbox_type"] == "real"
                assert len(objects["ref"]) == max(1, joined.count("<ref-object>"))
                for x1, y1, x2, y2 in objects["bbox"]:
                    assert 0 <= x1 < x2 and 0 <= y1 < y2


@exports_of("swift", "swift-grpo")
def test_swift_files_load_as_its_loader_loads_them(export, tmp_path):
    for path, file in data_files(export):
        rows = datasets.load_dataset("json", data_files=str(path), split="train", cache_dir=str(tmp_path))
        assert len(rows) == file["rows"]
        if "-boxes" in path.name:
            assert rows[0]["objects"]["bbox"]


# --- hf --------------------------------------------------------------------------------------------------------------


@exports_of("hf")
def test_hf_loads_with_pictures(export, tmp_path):
    configs = {file["config"] for _, file in data_files(export)}
    assert "image" in configs
    seen = 0
    for config in configs:
        expected = {}
        for _, file in data_files(export):
            if file["config"] == config:
                part = {"val": "validation"}.get(file["part"], file["part"])
                expected[part] = expected.get(part, 0) + file["rows"]
        loaded = datasets.load_dataset(str(export), config, cache_dir=str(tmp_path))
        assert {part: len(rows) for part, rows in loaded.items()} == expected
        if config != "image":
            continue
        for rows in loaded.values():
            assert isinstance(rows.features["images"].feature, datasets.Image)
            stored = rows.cast_column("images", datasets.List(datasets.Image(decode=False)))
            for i, images in enumerate(stored["images"]):
                if all(image["bytes"] for image in images):
                    picture = rows[i]["images"][0]
                    assert isinstance(picture, Image.Image)
                    assert manifest_of(export)["media"]["written"] or picture.size == (96, 54)
                    seen += 1
                    break
    if manifest_of(export)["parameters"]["cap"] == 0:
        assert seen > 0


@exports_of("hf")
def test_hf_messages_are_what_trl_wants(export):
    for path, file in data_files(export):
        table = pyarrow.parquet.ParquetFile(path)
        assert table.metadata.num_rows == file["rows"]
        features = json.loads(table.schema_arrow.metadata[b"huggingface"])["info"]["features"]
        assert list(features) == table.schema_arrow.names
        part = table.schema_arrow.field("messages").type.value_type.field("content").type.value_type
        assert [field.name for field in part] == ["type", "text"]
        medium = "videos" if "video" in file["config"] else "images"
        for row in table.read().to_pylist():
            roles = [message["role"] for message in row["messages"]]
            assert roles == ["user", "assistant"] * (len(roles) // 2) and roles
            parts = [part for message in row["messages"] for part in message["content"]]
            placeholders = [part for part in parts if part["type"] == medium[:-1]]
            texts = [part["text"] for part in parts if part["type"] == "text"]
            assert len(placeholders) == len(row[medium]) == len(row["sg_media"]) > 0
            assert all(part["text"] is None for part in placeholders)
            assert len(placeholders) + len(texts) == len(parts)
            assert all(text.strip() for text in texts)
            assert not any(RESERVED.search(text) for text in texts)


@exports_of("hf")
def test_a_cap_holds_for_every_task_and_part(export):
    manifest = manifest_of(export)
    cap = manifest["parameters"]["cap"]
    if cap == 0:
        pytest.skip("no cap")
    for tasks in manifest["rows"].values():
        for by_source in tasks.values():
            assert sum(by_source.values()) <= cap
