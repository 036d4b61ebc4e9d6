"""Rows of the benchmarks that score: metrics of eval beside the packages that people use for them, and intervals.

Inputs are drawn once by `bench_metrics make-...` and read by both sides; only the metric itself is timed. Before anything is
timed, the values of both are compared. Peers run with what run.sh installed in build/bench-peers/metrics.
"""
from harness import PEERS, ROOT, THREADS, Failure, Run, count, duration, median, megabytes, peak, say, spread

PYTHON = ROOT / "build" / "bench-peers" / "metrics" / "bin" / "python"
TOLERANCE = 1e-9  # of every value; the sums of both are in other orders


def ours(bench, name, **arguments):
    return Run([bench.build / "bin" / "bench_metrics", name, *(f"{k}={v}" for k, v in arguments.items())])


def peer(*words):
    return Run([PYTHON, PEERS / "metrics.py", *words])


def has_peers():
    if (PYTHON.parents[1] / "stamp").exists():
        return True
    say(f"  without a peer: {PYTHON.parents[1].relative_to(ROOT)} is not installed, see run.sh")
    return False


def drawn(bench, name, maker, **arguments):
    def make(folder):
        folder.mkdir()
        ours(bench, maker, folder=folder, **arguments)

    return bench.made(name, make)


def compare(what, mine, theirs):
    """Every value of the peer is ours."""
    for name, value in theirs.json["values"].items():
        other = mine.json["values"].get(name)
        if other is None or abs(other - value) > TOLERANCE * max(1, abs(value)):
            raise Failure(f"{what}: {name} is {other} ours and {value} the peer's")
    return len(theirs.json["values"])


def row(bench, name, work, goal, mine, peers, repeats=None, memory=""):
    """mine(threads) beside peers: (words, function, times how much); the first decides. The ratio is that of two threads,
    then of one; `cpu_ratio` that of processor time."""
    if not has_peers():
        peers = []
    repeats = repeats if not bench.options.quick else None
    sides = bench.in_turns(lambda: mine(THREADS), lambda: mine(1), *(run for _, run, _ in peers), repeats=repeats)
    two, one = median(sides[0]), median(sides[1])
    times = [median(runs) * scale for runs, (_, _, scale) in zip(sides[2:], peers)]
    cpu = [median(runs, lambda r: r.json["cpu"]) * scale / median(sides[1], lambda r: r.json["cpu"])
           for runs, (_, _, scale) in zip(sides[2:], peers)]
    used = f"{megabytes(peak(sides[0]))}{memory} / " + (megabytes(peak(sides[2])) if peers else "-")
    bench.add(name, work, f">= {goal}x", f"{duration(two)}; one thread: {duration(one)}",
              "; ".join(f"{words}: {duration(t)}" for (words, _, _), t in zip(peers, times)) or "not installed",
              "; ".join(f"{t / two:.1f}x (one thread {t / one:.1f}x)" for t in times) or "-", used,
              times[0] / two >= goal if peers else None, repeats=repeats, value=round(times[0] / two, 2) if peers else None,
              one_thread=[round(t / one, 2) for t in times], cpu_ratio=[round(c, 2) for c in cpu],
              ours_s=spread(sides[0]), ours_one_thread_s=spread(sides[1]), peer_s=[spread(r) for r in sides[2:]])
    say(f"  processor time: {bench.rows[-1]['cpu_ratio']}")


# --- rows --------------------------------------------------------------------------------------------------------------


def boxes(bench):
    return drawn(bench, "metric-boxes", "make-coco", images=bench.size(50_000, 500), cases=bench.size(200, 20))


def frames(bench):
    return drawn(bench, "metric-triplets", "make-triplets", frames=bench.size(100_000, 2000), cases=bench.size(200, 4),
                 table=ROOT / "tests" / "metric_vectors" / "triplets.json")


def coco_ap(bench):
    folder = boxes(bench)
    mine = lambda threads: ours(bench, "coco", folder=folder, threads=threads)
    theirs = lambda: peer("coco", folder)
    if has_peers():
        compare("COCO", mine(1), theirs())
    images, answers = bench.size((50_000, 500_000), (500, 5000))
    row(bench, "coco_ap", f"COCO AP and AR: {count(images)} pictures, {count(answers)} boxes with scores, 7 classes", 10, mine,
        [("pycocotools", theirs, 1)], repeats=3)


def triplet_ap(bench):
    folder = frames(bench)
    part, whole = 2000, bench.size(100_000, 2000)
    mine = lambda threads: ours(bench, "triplets", folder=folder, threads=threads)
    alone = lambda: peer("triplets", folder, "ivt", str(whole))
    all_parts = lambda: peer("triplets", folder, "ivt,i,v,t,iv,it", str(part))
    if has_peers():
        compare("triplets", mine(1), alone())
        compare("triplets, some frames", ours(bench, "triplets", folder=folder, threads=1, frames=part), all_parts())
    row(bench, "triplet_ap", f"AP by video and over all frames of triplets and their five parts, and top-k: {count(whole)} frames, "
        "100 classes", 20, mine,
        [(f"ivtmetrics, the same six ({count(part)} frames, times {whole // part})", all_parts, whole / part),
         ("triplets alone", alone, 1)], repeats=3)


def phase_shares(bench):
    folder = drawn(bench, "metric-phases", "make-phases", frames=bench.size(2_000_000, 20_000), cases=bench.size(80, 4))
    mine = lambda threads: ours(bench, "phases", folder=folder, threads=threads)
    theirs = lambda: peer("phases", folder)
    if has_peers():
        compare("phases", mine(1), theirs())
    row(bench, "phase_shares", f"accuracy, precision, recall, Jaccard and F1 by video and over all of {bench.size(80, 4)} videos, "
        f"{count(bench.size(2_000_000, 20_000))} frames", 50, mine, [("scikit-learn", theirs, 1)])


def captions(bench):
    folder = drawn(bench, "metric-captions", "make-captions", captions=bench.size(100_000, 1000))
    mine = lambda threads: ours(bench, "captions", folder=folder, threads=threads)
    cider, every = (lambda: peer("captions", folder, "cider")), (lambda: peer("captions", folder, "all"))
    if has_peers():
        compare("captions", mine(1), every())
    row(bench, "captions", f"CIDEr, CIDEr-D, BLEU, ROUGE-L and a METEOR of {count(bench.size(100_000, 1000))} captions", 10, mine,
        [("pycocoevalcap, CIDEr alone", cider, 1), ("with BLEU and ROUGE-L", every, 1)], repeats=3)


def ssim(bench, window, colour):
    stored, measured = bench.size((40, 1000), (2, 4))
    folder = drawn(bench, "metric-pairs", "make-pairs", pairs=stored)
    some = min(stored, bench.size(20, 2))

    def mine(threads, pairs=measured):
        return ours(bench, "ssim", folder=folder, pairs=pairs, window=window, colour=colour, threads=threads)

    theirs = lambda: peer("ssim", folder, str(some), window, colour)
    if has_peers():
        compare("SSIM", mine(1, some), theirs())
    quarter = mine(THREADS, max(1, measured // 4))
    words = {"rgb": "RGB (and the grey one, which the peer does not)", "gray": "grey"}[colour]
    row(bench, f"ssim_{window}_{colour}", f"SSIM, {window} window, {count(measured)} pairs of 854x480, {words}", 5, mine,
        [(f"scikit-image ({some} pairs, times {measured // some})", theirs, measured / some)], repeats=3,
        memory=f" (ours at {max(1, measured // 4)} pairs: {megabytes(quarter.peak_mb)})")


def nsd(bench):
    stored, measured, some = bench.size((100, 400, 10), (4, 4, 4))
    folder = drawn(bench, "metric-masks", "make-masks", masks=stored)

    def mine(threads, masks=measured):
        return ours(bench, "nsd", folder=folder, masks=masks, threads=threads)

    whole, cropped = (lambda: peer("nsd", folder, str(some), "whole")), (lambda: peer("nsd", folder, str(some), "cropped"))
    if has_peers():
        for theirs in (whole, cropped):
            compare("NSD", mine(1, some), theirs())
    quarter = mine(THREADS, max(1, measured // 4))
    row(bench, "nsd", f"surface distance (with overlaps and Hausdorff) of {count(measured)} masks of 854x480, 7 classes", 5, mine,
        [(f"MONAI 1.1's lines around scipy ({some} masks, times {measured // some})", whole, measured / some),
         ("cropped to the class first", cropped, measured / some)], repeats=3,
        memory=f" (ours at {max(1, measured // 4)} masks: {megabytes(quarter.peak_mb)})")


def bootstrap(bench):
    """Intervals of scorers whose values are sums over cases: the slowest of three decides."""
    resamples = bench.size(10_000, 100)
    folder = drawn(bench, "metric-phases-200", "make-phases", frames=bench.size(200_000, 20_000), cases=200)
    kinds = {"phases": {"folder": folder}, "labels": {"cases": 200}, "masks": {"cases": 200}}
    runs = bench.in_turns(*(lambda of=of, more=more: ours(bench, "bootstrap", of=of, resamples=resamples, threads=THREADS, **more)
                            for of, more in kinds.items()))
    times = {of: median(r) for of, r in zip(kinds, runs)}
    numbers = {of: r[0].json["numbers"] for of, r in zip(kinds, runs)}
    slowest = max(times.values())
    bench.add("bootstrap", f"intervals by {count(resamples)} resamples of 200 cases, sums over cases", "< 1 s",
              "; ".join(f"{of} ({numbers[of]} values): {duration(t)}" for of, t in times.items()), "-", "-",
              megabytes(max(peak(r) for r in runs)), slowest < 1, value=round(slowest, 4),
              ours_s={of: spread(r) for of, r in zip(kinds, runs)})


def bootstrap_ranked(bench):
    """Intervals of ranked scores: a resample is a sweep over every ranking."""
    resamples = bench.size(10_000, 100)
    for name, folder, words in (("triplets", frames(bench), "AP of the triplets above"),
                                ("coco", boxes(bench), "AP of the boxes above")):
        runs = bench.in_turns(lambda: ours(bench, "bootstrap", of=name, folder=folder, resamples=resamples, threads=THREADS),
                              repeats=None if bench.options.quick else 3)[0]
        time = median(runs)
        bench.add(f"bootstrap_{name}", f"intervals by {count(resamples)} resamples, {words}: {runs[0].json['cases']} cases", "-",
                  f"{duration(time)}, {time / resamples * 1000:.1f} ms a resample", "-", "-", megabytes(peak(runs)), None,
                  repeats=None if bench.options.quick else 3, value=round(time, 2), ours_s=spread(runs))


ROWS = {"coco_ap": coco_ap, "triplet_ap": triplet_ap, "phase_shares": phase_shares, "captions": captions,
        **{f"ssim_{window}_{colour}": (lambda bench, w=window, c=colour: ssim(bench, w, c))
           for window in ("gaussian", "uniform") for colour in ("rgb", "gray")},
        "nsd": nsd, "bootstrap": bootstrap, "bootstrap_ranked": bootstrap_ranked}
