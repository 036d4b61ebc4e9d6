#!/usr/bin/env python3
"""Peer of `bench_probe frame-files`: the usual loop over label files, one process per core, vectors to tuples in memory.

frame_files.py FOLDER PROCESSES     FOLDER holds frames/VID*/*.json and classes.json
"""
import json
import multiprocessing
import os
import sys
import time

WIDTH, HEIGHT = 854, 480


def triplet_words(vector, classes):
    if vector[0] >= 0:
        return classes["triplet"][int(vector[0])]
    parts = zip((vector[1], vector[7], vector[8]), (classes["instrument"], classes["verb"], classes["target"]))
    return ",".join(names[int(i)] if i >= 0 else "" for i, names in parts)


def read(job):
    paths, classes = job
    rows = []
    for path in paths:
        with open(path, "rb") as file:
            document = json.loads(file.read())
        video = document["video"]
        for frame, vectors in document["annotations"].items():
            index = int(frame)
            for v in vectors:
                box = None
                if v[3] >= 0:
                    box = (v[3] * WIDTH, v[4] * HEIGHT, (v[3] + v[5]) * WIDTH, (v[4] + v[6]) * HEIGHT)
                rows.append((video, index, triplet_words(v, classes), v[2], box, v[14]))
    KEPT.append(rows)
    return len(rows)


KEPT = []  # the tuples stay where they were made, as ours stay in memory


def tally(_):
    triplets, boxes, frame_sum, corner_sum, count = {}, 0, 0, 0.0, 0
    for rows in KEPT:
        for _, frame, words, _, box, _ in rows:
            count += 1
            frame_sum += frame
            triplets[words] = triplets.get(words, 0) + 1
            if box:
                boxes += 1
                corner_sum += sum(box)
    time.sleep(0.2)  # so that the other process takes the other call
    return os.getpid(), {"interactions": count, "frame_sum": frame_sum, "boxes": boxes, "corner_sum": corner_sum,
                         "triplets": triplets}


def listed(root):
    paths = []
    for entry in sorted(os.scandir(root), key=lambda e: e.name):
        with os.scandir(entry.path) as files:
            paths.extend(sorted(f.path for f in files))
    return paths


def merged(parts):
    total = {"interactions": 0, "frame_sum": 0, "boxes": 0, "corner_sum": 0.0, "triplets": {}}
    for part in parts:
        for key in ("interactions", "frame_sum", "boxes", "corner_sum"):
            total[key] += part[key]
        for words, count in part["triplets"].items():
            total["triplets"][words] = total["triplets"].get(words, 0) + count
    return total


def main():
    folder, processes = sys.argv[1], int(sys.argv[2])
    with open(os.path.join(folder, "classes.json")) as file:
        classes = {name: {int(k): v for k, v in words.items()} for name, words in json.load(file).items()}
    with multiprocessing.Pool(processes) as pool:
        pool.map(len, [[]] * processes)  # the processes are there before the clock starts
        begin = time.perf_counter()
        paths = listed(os.path.join(folder, "frames"))
        share = (len(paths) + processes - 1) // processes
        jobs = [(paths[i:i + share], classes) for i in range(0, len(paths), share)]
        pool.map(read, jobs, chunksize=1)
        seconds = time.perf_counter() - begin
        parts = dict(pool.map(tally, range(processes), chunksize=1))
    answer = merged(parts.values())
    print(json.dumps({"seconds": seconds, "files": len(paths), "errors": 0, **answer}))


if __name__ == "__main__":
    main()
