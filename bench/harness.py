"""What all rows of the benchmarks share: running a process and what it took, taking turns, and writing a row down.

Every row first checks that ours and the peer's outcome agree; a row that disagrees has no figure. Ours and the peer take
turns, after one unmeasured turn each. Memory is the largest resident set of any process of the row.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench" / "peers"
THREADS = 2


def say(text):
    print(text, file=sys.stderr, flush=True)


class Failure(Exception):
    pass


class Run:
    """One finished process: what it printed, its wall time and its largest resident set."""

    def __init__(self, command, may_find_data_errors=False):
        begin = time.perf_counter()
        process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        self.peak_mb = usage.ru_maxrss / 1024
        self.cpu = usage.ru_utime + usage.ru_stime
        if process.returncode not in ((0, 3) if may_find_data_errors else (0,)):
            raise Failure(f"exit code {process.returncode}: {' '.join(str(c) for c in command)[:400]}")
        self.json = json.loads(self.output) if self.output.startswith("{") else {}
        self.seconds = self.json.get("seconds", self.wall)


class Bench:
    def __init__(self, options):
        self.options = options
        self.build = pathlib.Path(options.build).resolve()
        self.out = pathlib.Path(options.out).resolve()
        self.data = self.out / ("data-quick" if options.quick else "data")
        self.repeats = 1 if options.quick else options.repeats
        self.rows = []
        self.data.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("SURGSIGMA_CATALOG", str(ROOT / "catalog"))

    def size(self, full, quick):
        return quick if self.options.quick else full

    def surgsigma(self, *words):
        return Run([self.build / "bin" / "surgsigma", "--quiet", "--json", *words], may_find_data_errors=True)

    def probe(self, name, **arguments):
        return Run([self.build / "bin" / "bench_probe", name, *(f"{k}={v}" for k, v in arguments.items())])

    def peer(self, name, *words):
        return Run([sys.executable, PEERS / f"{name}.py", *words])

    def scratch(self, name):
        path = self.out / "scratch" / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def made(self, name, make):
        """A folder of input data, made once."""
        path = self.data / name
        if not path.exists():
            say(f"  making {name}")
            unfinished = path.with_name(name + ".making")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(path)
        return path

    def in_turns(self, *sides, repeats=None):
        """Runs each side once unmeasured, then in turns; the runs of each side."""
        repeats = repeats or self.repeats
        runs = [[] for _ in sides]
        for turn in range(repeats + (0 if self.options.quick else 1)):
            for side, kept in zip(sides, runs):
                run = side()
                if turn > 0 or self.options.quick:
                    kept.append(run)
        return runs

    def add(self, name, work, goal, ours, peer, ratio, memory, reached, repeats=None, **more):
        row = {"row": name, "work": work, "goal": goal, "ours": ours, "peer": peer, "ratio": ratio, "memory": memory,
               "reached": reached, "repeats": repeats or self.repeats, "load": os.getloadavg()[0], **more}
        self.rows.append(row)
        say(f"  ours {ours} | peer {peer} | {ratio} | {memory}")


def median(runs, of=lambda r: r.seconds):
    return statistics.median(of(r) for r in runs)


def peak(runs):
    return max(r.peak_mb for r in runs)


def spread(runs):
    return [round(r.seconds, 4) for r in runs]


def duration(seconds):
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def megabytes(value):
    return f"{value:,.0f} MB".replace(",", " ")


def count(value):
    return f"{value:,.0f}".replace(",", " ")


def must_agree(what, ours, peer, fields):
    for field in fields:
        a, b = ours.get(field), peer.get(field)
        same = abs(a - b) <= 1e-9 * max(abs(a), abs(b)) if isinstance(a, float) or isinstance(b, float) else a == b
        if not same:
            raise Failure(f"{what}: {field} is {str(a)[:200]} ours and {str(b)[:200]} the peer's")


def add_pair(bench, name, work, goal_ratio, ours, peers, unit="", repeats=None, **more):
    """A row of ours against one or more peers, all timed in turns. `peers`: (words, function) pairs; the first decides."""
    runs = bench.in_turns(ours, *(p for _, p in peers), repeats=repeats)
    mine = median(runs[0])
    times = [median(r) for r in runs[1:]]
    ratio = times[0] / mine
    bench.add(name, work, f">= {goal_ratio}x", duration(mine) + unit,
              "; ".join(f"{words}: {duration(t)}" for (words, _), t in zip(peers, times)),
              "; ".join(f"{t / mine:.1f}x" for t in times),
              f"{megabytes(peak(runs[0]))} / {megabytes(peak(runs[1]))}", ratio >= goal_ratio, repeats=repeats,
              value=round(ratio, 2), ours_s=spread(runs[0]), peer_s=[spread(r) for r in runs[1:]], **more)
    return runs
