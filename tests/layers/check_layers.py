#!/usr/bin/env python3
"""Reads every #include below src/ and apps/ and fails on one that goes sideways or up, or that takes an outside library
into a room that may not know it. The floors are those of docs/architecture.md.

check_layers.py [ROOT]
"""
import pathlib
import re
import sys

# A room may include itself and every room of a lower floor.
FLOORS = [
    ["base"],
    ["schema"],
    ["store", "media", "infer"],
    ["ingest", "refine", "synth", "augment", "reason", "dialogue", "export", "simulate", "eval"],
    ["pipeline"],
    ["apps"],
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

EVERYWHERE = None
TESTS = "tests"
# Start of an outside header -> the rooms whose files may name it.
LIBRARIES = {
    "duckdb.h": ["store"],
    "yaml-cpp/": ["base"],
    "nlohmann/": ["base"],
    "spdlog/": ["base"],
    "xxhash.h": ["base"],
    "openssl/": ["base"],
    "zstd.h": ["base"],
    "simdjson.h": ["base", "ingest", "export"],
    "libav": ["media"],
    "libsw": ["media"],
    "jpeglib.h": ["media"],
    "jerror.h": ["media"],
    "turbojpeg.h": ["media"],
    "png.h": ["media"],
    "webp/": ["media"],
    "tiff": ["media"],
    "opencv2/": ["media"],
    "httplib.h": ["infer"],
    "CLI/": ["apps"],
    "fmt/": EVERYWHERE,
    "gtest/": TESTS,
    "gmock/": TESTS,
}
# Headers of the system besides the C++ library, whose names have neither '.' nor '/'.
SYSTEM = re.compile(r"(sys/\w+|unistd|fcntl|dirent|sched|pthread|signal|emmintrin|immintrin)\.h$")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def mistake_of(room, file, is_test, is_quoted, header):
    """What is wrong with one include, or nothing."""
    if header.startswith("surgsigma/"):
        other = header.split("/")[1]
        if other not in FLOOR_OF:
            return f"'{other}' is on no floor"
        if other != room and FLOOR_OF[other] >= FLOOR_OF[room]:
            direction = "sideways" if FLOOR_OF[other] == FLOOR_OF[room] else "upward"
            return f"{room} includes {direction} into {other}"
        return None
    if is_quoted:
        return None if (file.parent / header).is_file() else "no such file beside this one; write surgsigma/<room>/<file>"
    if ("." not in header and "/" not in header) or SYSTEM.match(header):
        return None
    for start, rooms in LIBRARIES.items():
        if header.startswith(start):
            is_allowed = rooms is EVERYWHERE or (is_test if rooms is TESTS else room in rooms)
            return None if is_allowed else f"{room} may not know <{start.rstrip('/')}>"
    return "an outside library that tests/layers/check_layers.py does not know"


def rooms_in(root):
    """(room, file) of every source file."""
    for file in sorted(root.glob("src/surgsigma/*/**/*")):
        if file.suffix in (".h", ".cpp"):
            yield file.relative_to(root / "src/surgsigma").parts[0], file
    for file in sorted(root.glob("apps/**/*")):
        if file.suffix in (".h", ".cpp"):
            yield "apps", file


def includes_of(file):
    """(line number, is quoted, header) of every include."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        include = INCLUDE.match(line)
        if include:
            yield number, include[1] == '"', include[2]


def test_files(root, files):
    """x_test.cpp, and headers that nothing but tests include."""
    users = {}
    for file in files:
        for _, is_quoted, header in includes_of(file):
            target = root / "src" / header if header.startswith("surgsigma/") else file.parent / header
            if is_quoted:
                users.setdefault(target, []).append(file)
    tests = {file for file in files if file.stem.endswith("_test")}
    return tests | {header for header, by in users.items() if all(file in tests for file in by)}


def mistakes_in(root):
    found = []
    rooms = list(rooms_in(root))
    tests = test_files(root, [file for _, file in rooms])
    for room, file in rooms:
        where = file.relative_to(root)
        if room not in FLOOR_OF:
            found.append(f"{where}: room '{room}' is on no floor")
            continue
        for number, is_quoted, header in includes_of(file):
            mistake = mistake_of(room, file, file in tests, is_quoted, header)
            if mistake:
                found.append(f"{where}:{number}: {header}: {mistake}")
    return found, len(rooms)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    if root.is_file():
        root = root.parents[2]
    found, files = mistakes_in(root)
    print("\n".join(found) if found else f"{files} files keep to their floors")
    if files == 0:
        print(f"no source files below {root}")
    return 1 if found or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
