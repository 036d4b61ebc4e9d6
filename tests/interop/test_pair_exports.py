"""Reads exports of pairs as trainers do. SURGSIGMA_PAIR_EXPORTS names a folder of export folders; see run.sh."""

import collections
import hashlib
import io
import json
import os
import pathlib
import tarfile

import pytest
from PIL import Image

webdataset = pytest.importorskip("webdataset")
yaml = pytest.importorskip("yaml")

ROOT = pathlib.Path(os.environ.get("SURGSIGMA_PAIR_EXPORTS", "."))
EXPORTS = sorted(path.parent for path in ROOT.glob("*/manifest.json"))
ROLES = {
    "desmoking": ("smoke_input", "clean_target"),
    "instrument_segmentation": ("picture", "mask"),
    "depth_estimation": ("picture", "depth"),
    "next_frame_generation": ("picture", "later_picture"),
    "conditional_video_generation": ("first_picture", "clip"),
}

if "SURGSIGMA_PAIR_EXPORTS" not in os.environ or not EXPORTS:
    pytest.skip("SURGSIGMA_PAIR_EXPORTS names no folder with exports of pairs", allow_module_level=True)


def manifest_of(export):
    return json.loads((export / "manifest.json").read_text(encoding="utf-8"))


def exports_of(name):
    chosen = [export for export in EXPORTS if manifest_of(export)["format"] == name]
    return pytest.mark.parametrize("export", chosen, ids=[export.name for export in chosen])


every_export = pytest.mark.parametrize("export", EXPORTS, ids=[export.name for export in EXPORTS])


def check_file(name, content, about):
    """A picture opens with the size that the pair says; a clip is an mp4."""
    if name.endswith(".mp4"):
        assert content[4:8] == b"ftyp"
        return
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        assert picture.size == (about["width"], about["height"])


@every_export
def test_files_have_the_hashes_of_the_manifest(export):
    for file in manifest_of(export)["files"]:
        content = (export / file["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert len(content) == file["bytes"]


@every_export
def test_row_counts_add_up(export):
    manifest = manifest_of(export)
    counted = sum(n for tasks in manifest["rows"].values() for by_source in tasks.values() for n in by_source.values())
    assert counted == manifest["rows_total"] == sum(file["rows"] for file in manifest["files"])
    assert counted > 0


def pairs_of(export):
    """(part, task, description, {role: (name, bytes)}) of every pair, by the way of its format."""
    for file in manifest_of(export)["files"]:
        path = export / file["path"]
        if path.name == "manifest.jsonl":
            for line in path.read_text(encoding="utf-8").splitlines():
                about = json.loads(line)
                files = {role: (name, (path.parent / name).read_bytes()) for role, name in about["files"].items()}
                yield file["part"], file["config"], about, files
        elif path.suffix == ".tar":
            for sample in webdataset.WebDataset([str(path)], shardshuffle=False, empty_check=False):
                about = json.loads(sample["json"])
                names = about["files"].items()
                files = {role: (name, sample[name.split(".", 1)[1]]) for role, name in names}
                assert sample["__key__"].split("/")[-1] == about["pair_id"]
                yield file["part"], file["config"], about, files


@every_export
def test_pairs_open_and_say_what_they_are(export):
    counted = collections.Counter()
    cases = collections.defaultdict(set)
    for part, task, about, files in pairs_of(export):
        assert about["task"] == task and tuple(files) == ROLES[task]
        for name, content in files.values():
            check_file(name, content, about)
        counted[part, task] += 1
        cases[part].add(about["case"])
    wanted = {
        (part, task): sum(by_source.values())
        for part, tasks in manifest_of(export)["rows"].items()
        for task, by_source in tasks.items()
    }
    assert counted == wanted
    parts = list(cases)
    assert all(not cases[a] & cases[b] for a in parts for b in parts if a < b)


@exports_of("wds")
def test_shards_are_plain_ustar_without_times_or_owners(export):
    shards = [export / file["path"] for file in manifest_of(export)["files"] if file["path"].endswith(".tar")]
    for shard in shards:
        assert shard.read_bytes()[257:265] == b"ustar\00000"
        with tarfile.open(shard) as archive:
            members = archive.getmembers()
        assert all(m.isreg() and (m.mtime, m.uid, m.gid) == (0, 0, 0) for m in members)
        keys = [m.name.split(".", 1)[0] for m in members]
        assert keys == sorted(keys) and set(collections.Counter(keys).values()) == {3}


@exports_of("wds")
def test_energon_finds_its_dataset_and_its_split(export):
    dataset = yaml.safe_load((export / ".nv-meta/dataset.yaml").read_text(encoding="utf-8"))
    assert dataset == {"__module__": "megatron.energon", "__class__": "CrudeWebdataset"}
    split = yaml.safe_load((export / ".nv-meta/split.yaml").read_text(encoding="utf-8"))
    named = [name for shards in split["split_parts"].values() for name in shards]
    assert sorted(named) == sorted(str(path.relative_to(export)) for path in export.rglob("*.tar"))
    assert set(split["split_parts"]) == {"train", "val", "test"} and split["exclude"] == []
