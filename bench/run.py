#!/usr/bin/env python3
"""Measures surgsigma beside its peers on one machine in one run; see run.sh and docs/bench.md. Rows of label files and
conversations are here, rows of pictures and videos in pixels.py, of metrics in metrics.py, what they share in harness.py."""
import argparse
import json
import os
import pathlib
import platform
import shutil
import sys
import time

import metrics
import pixels
from harness import (ROOT, THREADS, Bench, Failure, Run, add_pair, count, duration, median, megabytes, must_agree, peak, say,
                     spread)

# --- rows --------------------------------------------------------------------------------------------------------------


def phase_files(bench):
    videos = bench.size(80, 4)

    def make(folder):
        bench.surgsigma("simulate", "cholec80", folder, "--videos", str(videos))
        shutil.rmtree(folder / "tool_annotations")

    folder = bench.made("phases", make)
    out = bench.scratch("phases")
    peer_file = out / "peer.parquet"
    read = (f"read_csv('{folder}/phase_annotations/*.txt', delim='\\t', header=true, auto_detect=false, filename=true, "
            "columns={'Frame': 'BIGINT', 'Phase': 'VARCHAR'})").replace("\\t", "\t")
    copy = (f"COPY (SELECT filename, \"Frame\" AS frame, \"Phase\" AS phase FROM {read}) TO '{peer_file}' "
            "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    unordered = "SET preserve_insertion_order = false"

    def ours():
        return bench.probe("phase-files", folder=folder, out=out, threads=THREADS)

    first = ours()
    bench.probe("sql", threads=THREADS, timed=copy)
    answer = bench.probe("sql", threads=THREADS, answer=f"""
        WITH ours AS (SELECT regexp_extract(video_id, '(\\d+)$', 1)::INT AS video, labels[1] AS phase,
                             unnest(range(begin_frame, end_frame)) AS frame
                      FROM read_parquet('{out}/raw_annotations-*.parquet') WHERE kind = 'phase'),
             peer AS (SELECT regexp_extract(filename, 'video(\\d+)-phase', 1)::INT AS video, phase, frame
                      FROM read_parquet('{peer_file}')),
             a AS (SELECT video, phase, count(*) AS frames, sum(hash(frame, phase)::HUGEINT)::VARCHAR AS checksum
                   FROM ours GROUP BY ALL),
             b AS (SELECT video, phase, count(*) AS frames, sum(hash(frame, phase)::HUGEINT)::VARCHAR AS checksum
                   FROM peer GROUP BY ALL)
        SELECT (SELECT count(*) FROM (FROM a EXCEPT FROM b)) + (SELECT count(*) FROM (FROM b EXCEPT FROM a)) AS differences,
               (SELECT sum(frames)::BIGINT FROM a) AS frames, (SELECT count(DISTINCT video) FROM a) AS videos""").json
    found = answer["rows"][0]
    if found["differences"] != 0 or found["videos"] != videos or found["frames"] != first.json["rows"]:
        raise Failure(f"phase files differ: {found}, {first.json}")
    add_pair(bench, "phase_files",
             f"{videos} phase files, {count(found['frames'])} rows, to Parquet", 3, ours,
             [("DuckDB read_csv, COPY", lambda: bench.probe("sql", threads=THREADS, timed=copy)),
              ("in any order", lambda: bench.probe("sql", threads=THREADS, setup=unordered, timed=copy))],
             frames=found["frames"])


def labels_of_cholect50(bench, videos):
    return bench.made(f"cholect50-{videos}", lambda folder: bench.surgsigma(
        "simulate", "cholect50", folder, "--videos", str(videos)))


def frame_files(bench):
    files = bench.size(20000, 1000)
    labels = labels_of_cholect50(bench, 20) / "labels"
    folder = bench.made("frames", lambda out: Run([sys.executable, ROOT / "bench" / "make_data.py", "frames", labels,
                                                   out, str(files)]))
    ours = lambda: bench.probe("frame-files", folder=folder, threads=THREADS)
    peer = lambda processes: bench.peer("frame_files", folder, str(processes))
    must_agree("frame files", ours().json, peer(THREADS).json,
               ["files", "errors", "interactions", "frame_sum", "boxes", "corner_sum", "triplets"])
    add_pair(bench, "frame_files", f"{count(files)} JSON files, one per picture, to records", 5, ours,
             [("CPython json, one process", lambda: peer(1)), ("two processes", lambda: peer(THREADS))])


def coco_file(bench):
    sizes = bench.size((100, 500), (5, 20))

    def folder_of(megabytes_of_file, order):
        return bench.made(f"coco-{megabytes_of_file}-{order}", lambda out: Run(
            [sys.executable, ROOT / "bench" / "make_data.py", "coco", out / "boxes.json", str(megabytes_of_file), order]))

    fields = ["errors", "boxes", "masks", "frames", "corners", "points", "labels"]
    repeats = None if bench.options.quick else 3
    small = [bench.probe("coco-file", folder=folder_of(sizes[0], "first")) for _ in range(3)]
    for order, name in (("first", "coco_file"), ("last", "coco_file_twice")):
        folder = folder_of(sizes[1], order)
        ours = lambda: bench.probe("coco-file", folder=folder)
        peer = lambda: bench.peer("coco_file", folder / "boxes.json")
        found = ours().json
        must_agree("COCO file", found, peer().json, fields)
        words = "categories before annotations" if order == "first" else "categories last, as instances_train2017.json"
        add_pair(bench, name, f"one COCO file of {sizes[1]} MB, {count(found['boxes'])} objects with outlines, {words}",
                 8, ours, [("json.load and a loop", peer)], repeats=repeats,
                 peak_small_mb=round(peak(small), 1), small_mb=sizes[0])
        bench.rows[-1]["memory"] += f" (ours at {sizes[0]} MB: {megabytes(peak(small))})"


def dialogue(bench):
    folder = labels_of_cholect50(bench, 20)
    dump = bench.scratch("dialogue") / "dump"
    bench.probe("dialogue", folder=folder, tasks="plain", dump=dump)
    inputs, made = f"{dump}.inputs.jsonl", f"{dump}.conversations.jsonl"
    agreement = bench.peer("dialogue", inputs, "check", made).json
    if agreement["differences"] != 0:
        raise Failure(f"dialogue differs: {json.dumps(agreement)[:3000]}")
    runs = bench.in_turns(lambda: bench.probe("dialogue", folder=folder, tasks="plain"),
                          lambda: bench.peer("dialogue", inputs, "lines"),
                          lambda: bench.peer("dialogue", inputs, "rows"),
                          lambda: bench.probe("dialogue", folder=folder, tasks="all"))
    rate = [median(r, lambda x: x.json["conversations"] / x.seconds) for r in runs]
    bench.add("dialogue", "conversations from records in memory, one core; open questions of two tasks", ">= 20x",
              f"{count(rate[0])}/s", f"f-strings, json.dumps of each: {count(rate[1])}/s; dicts only: {count(rate[2])}/s",
              f"{rate[0] / rate[1]:.1f}x; {rate[0] / rate[2]:.1f}x",
              f"{megabytes(peak(runs[0]))} / {megabytes(peak(runs[1]))}", rate[0] / rate[1] >= 20,
              value=round(rate[0] / rate[1], 2), ours_s=spread(runs[0]), peer_s=[spread(r) for r in runs[1:3]],
              texts_compared=agreement["texts_equal"], conversations=agreement["conversations"])
    bench.add("dialogue_all", "the same videos, all tasks and forms, several turns", "-", f"{count(rate[3])}/s", "-", "-",
              megabytes(peak(runs[3])), None, value=round(rate[3]), ours_s=spread(runs[3]),
              conversations=runs[3][0].json["conversations"])


PARTS = ["cholec80", "cholect50", "endoscapes2023", "multibypass140", "sar-rarp50", "autolaparo", "grasp"]


def mixture(bench):
    scale = bench.size("paper", "demo")
    return bench.made(f"mixture-{scale}", lambda folder: bench.surgsigma("simulate", "all", folder, "--scale", scale))


def build_database(bench, world, folder):
    """init, ingest of every source, build: wall time by step, rows by table, seconds by stage, peak memory."""
    runs = {"init": bench.surgsigma("init", folder)}
    for source in PARTS:
        if (world / source).exists():
            runs[f"ingest {source}"] = bench.surgsigma("--db", folder, "--jobs", THREADS, "ingest", source, world / source)
    runs["build"] = bench.surgsigma("--db", folder, "--jobs", THREADS, "build")
    stages = {}
    for run in runs.values():
        for stage, seconds in run.json.get("seconds_by_stage", {}).items():
            stages[stage] = stages.get(stage, 0) + seconds
    return {"wall": sum(r.wall for r in runs.values()), "peak_mb": max(r.peak_mb for r in runs.values()),
            "cpu": sum(r.cpu for r in runs.values()), "stages": stages,
            "ingest_wall": sum(r.wall for n, r in runs.items() if n.startswith("ingest")),
            "build_wall": runs["build"].wall, "rows": runs["build"].json["rows"]}


def full_build(bench):
    world = mixture(bench)
    builds = []
    for turn in range(1 if bench.options.quick else 3):
        shutil.rmtree(bench.out / "scratch" / "db", ignore_errors=True)
        (bench.out / "scratch").mkdir(exist_ok=True)
        builds.append(build_database(bench, world, bench.out / "scratch" / "db"))
        say(f"  {builds[-1]['wall']:.1f} s, {builds[-1]['peak_mb']:.0f} MB")
    chosen = sorted(builds, key=lambda b: b["wall"])[len(builds) // 2]
    made = chosen["rows"].get("conversations", 0)
    tables = bench.probe("sql", threads=THREADS, answer=f"""SELECT count(*) AS conversations,
        count(DISTINCT conversation_id) AS ids FROM read_parquet('{bench.out}/scratch/db/tables/conversations/*.parquet')""")
    found = tables.json["rows"][0]
    if found["conversations"] != made:
        raise Failure(f"the build reports {made} conversations, Parquet holds {found['conversations']}")
    memory = max(b["peak_mb"] for b in builds)
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in sorted(chosen["stages"].items(), key=lambda s: -s[1]))
    bench.add("full_build", f"mixture `{mixture(bench).name.split('-')[1]}`: label files to {count(made)} conversations with "
              f"{count(chosen['rows'].get('reasoning', 0))} reasoning chains in Parquet", "< 60 s, <= 1 GiB",
              f"{chosen['wall']:.1f} s (ingest {chosen['ingest_wall']:.1f}, build {chosen['build_wall']:.1f})", "-", "-",
              megabytes(memory), chosen["wall"] < 60 and memory <= 1024, repeats=len(builds), value=round(chosen["wall"], 1),
              walls=[round(b["wall"], 2) for b in builds], thread_seconds=stages, cpu=round(chosen["cpu"], 1),
              tables=chosen["rows"])


def database(bench):
    folder = bench.out / "scratch" / "db"
    if not (folder / "surgsigma.json").exists():
        (bench.out / "scratch").mkdir(exist_ok=True)
        build_database(bench, mixture(bench), folder)
    return folder


def export(bench):
    folder = database(bench)
    out = bench.out / "scratch" / "export"
    manifest = json.loads((folder / "surgsigma.json").read_text())
    def listed(table):
        return "[" + ", ".join(f"'{folder / p['file']}'" for p in manifest["partitions"] if p["table"] == table) + "]"

    peer_file = bench.out / "scratch" / "peer.jsonl"
    # The peer gets the rows that ours picks, in the same order, as one Parquet file: it has no splits to look up.
    peer_rows = bench.out / "scratch" / "peer.parquet"
    bench.probe("sql", threads=THREADS, timed=f"""COPY (SELECT * FROM read_parquet({listed("conversations")}) c
        SEMI JOIN (FROM read_parquet({listed("splits")}) WHERE scheme = 'strict' AND part IN ('train', 'val', 'test')) s
        ON c.source_id = s.source_id AND c.case_id = s.case_id) TO '{peer_rows}' (FORMAT parquet, COMPRESSION zstd)""")

    def ours():
        shutil.rmtree(out, ignore_errors=True)
        return bench.surgsigma("--db", folder, "--jobs", THREADS, "export", "llava", out)

    def statement(order):
        """The rows that ours wrote; boxes stay tokens, which is less work than ours."""
        return f"""COPY (SELECT c.conversation_id AS id, [x.path FOR x IN media_of] AS image,
            list_transform(turns, lambda t, i: {{'from': if(i % 2 = 1, 'human', 'gpt'),
                                                 'value': if(i = 1, '<image>\n' || t, t)}}) AS conversations
          FROM (SELECT *, list_transform(media, lambda m: {{'path': 'media/' || m}}) AS media_of
                FROM read_parquet('{peer_rows}')) c {order}) TO '{peer_file}' (FORMAT json)"""

    def peer(order):
        peer_file.unlink(missing_ok=True)
        return bench.probe("sql", threads=THREADS, timed=statement(order))

    in_order = "ORDER BY source_id, video_id, begin_us, end_us, task, conversation_id"
    ours()
    peer("")
    answer = bench.probe("sql", threads=THREADS, answer=f"""
        WITH a AS (SELECT id, conversations FROM read_json('{out}/*.jsonl', format='newline_delimited',
                     columns={{'id': 'VARCHAR', 'conversations': 'STRUCT("from" VARCHAR, "value" VARCHAR)[]'}})),
             b AS (SELECT id, conversations FROM read_json('{peer_file}', format='newline_delimited',
                     columns={{'id': 'VARCHAR', 'conversations': 'STRUCT("from" VARCHAR, "value" VARCHAR)[]'}}))
        SELECT count(*) AS ours, (SELECT count(*) FROM b) AS peers, count(b.id) AS joined,
               count_if(list_transform(a.conversations, lambda t: regexp_replace(t.value, '^(<image>\\n|<video>\\n)+', ''))
                      = list_transform(b.conversations, lambda t: replace(t.value, '<image>\n', ''))) AS equal,
               count_if(b.conversations::VARCHAR LIKE '%{{box:%') AS with_boxes
        FROM a LEFT JOIN b USING (id)""").json["rows"][0]
    complete = answer["ours"] == answer["peers"] == answer["joined"]
    if not complete or answer["equal"] + answer["with_boxes"] < answer["ours"]:
        raise Failure(f"exports differ: {answer}")
    repeats = None if bench.options.quick else 3
    written = sum(f.stat().st_size for f in out.glob("*.jsonl"))
    add_pair(bench, "export", f"{count(answer['ours'])} conversations to LLaVA JSON lines, {written / 1e9:.2f} GB", 3, ours,
             [("DuckDB COPY with ORDER BY", lambda: peer(in_order)), ("in file order", lambda: peer(""))], repeats=repeats,
             compared=answer)


def rebuild(bench):
    folder = database(bench)
    runs = [bench.surgsigma("--db", folder, "--jobs", THREADS, "build") for _ in range(bench.repeats + 1)][-bench.repeats:]
    if any(r.json["units_done"] != 0 for r in runs):
        raise Failure("a build with nothing changed did something")
    wall = median(runs, lambda r: r.wall)
    bench.add("rebuild", f"build with nothing changed, {runs[0].json['units_kept']} units", "< 1 s", duration(wall), "-", "-",
              megabytes(peak(runs)), wall < 1, value=round(wall, 4), walls=[round(r.wall, 4) for r in runs])


ROWS = {"phase_files": phase_files, "frame_files": frame_files, "coco_file": coco_file, "dialogue": dialogue,
        "full_build": full_build, "export": export, "rebuild": rebuild, **pixels.ROWS, **metrics.ROWS}
GROUPS = {"pixels": list(pixels.ROWS), "metrics": list(metrics.ROWS),
          "labels": [name for name in ROWS if name not in pixels.ROWS and name not in metrics.ROWS]}

# --- report ------------------------------------------------------------------------------------------------------------


def machine(bench):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    duckdb = bench.probe("sql", answer="SELECT version() AS version").json["rows"][0]["version"]
    compiler = ""
    for line in open(bench.build / "CMakeCache.txt"):
        if line.startswith(("CMAKE_BUILD_TYPE:", "CMAKE_CXX_COMPILER:")):
            compiler += line.strip().split("=")[1] + " "
    return {"cpu": model, "cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory, 1),
            "kernel": platform.release(), "python": platform.python_version(), "duckdb": duckdb, "build": compiler.strip(),
            "date": time.strftime("%Y-%m-%d")}


def table(bench):
    lines = ["| work | goal | ours | peer | ratio | memory, ours / peer | reached |", "|---|---|---|---|---|---|---|"]
    for row in bench.rows:
        reached = {True: "yes", False: "**no**", None: "-"}[row["reached"]]
        lines.append(f"| {row['work']} | {row['goal']} | {row['ours']} | {row['peer']} | {row['ratio']} | {row['memory']} | "
                     f"{reached} |")
    return "\n".join(lines)


def compare(bench):
    """Remarks on rows that are a quarter worse than the stored baseline."""
    path = ROOT / "bench" / "baseline.json"
    if bench.options.quick or not path.exists():
        return
    known = json.loads(path.read_text())["rows"]
    for row in bench.rows:
        old = known.get(row["row"])
        if not old or not row.get("value"):
            continue
        change = row["value"] / old["value"] if old["better"] == "higher" else old["value"] / row["value"]
        if change < 0.75:
            say(f"worse than the baseline: {row['row']} is {row['value']}, was {old['value']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small data, one repeat")
    parser.add_argument("--only", default="", help="rows, separated by commas: " + ", ".join(ROWS) +
                        "; groups: " + ", ".join(GROUPS))
    parser.add_argument("--build", default=str(ROOT / "build" / "release"))
    parser.add_argument("--out", default=str(ROOT / "build" / "bench"))
    parser.add_argument("--repeats", type=int, default=5)
    bench = Bench(parser.parse_args())
    failed = []
    wanted = [row for name in bench.options.only.split(",") if name for row in GROUPS.get(name, [name])]
    for name in wanted:
        if name not in ROWS:
            parser.error(f"no row '{name}'")
    for name in wanted or ROWS:
        say(name)
        try:
            ROWS[name](bench)
        except Failure as failure:
            say(f"  FAILED: {failure}")
            failed.append(name)
    about = machine(bench)
    (bench.out / "results.json").write_text(json.dumps({"machine": about, "quick": bench.options.quick,
                                                        "rows": bench.rows, "failed": failed}, indent=2))
    print(", ".join(f"{k} {v}" for k, v in about.items()) + "\n")
    print(table(bench))
    compare(bench)
    shutil.rmtree(bench.out / "scratch" / "export", ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
