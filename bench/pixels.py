"""Rows of the benchmarks that look at pixels: pictures, videos, smoke, shards and the whole way from videos to pairs.

Pixels are drawn by `surgsigma simulate --pixels`. Peers in Python and JavaScript run with what run.sh installed below
build/bench-peers; a row whose peer could not be installed has a figure of ours and no ratio.
"""
import hashlib
import os
import random
import shutil
import statistics
import tarfile

import memory
from harness import (PEERS, ROOT, THREADS, Failure, Run, add_pair, count, duration, median, megabytes, peak, say, spread)

TOOLS = ROOT / "build" / "bench-peers"
SIZE = "854x480"
RATE = 25
QUALITY = 92  # as close to the pixels as ffmpeg -q:v 2


def python_peer(name, *words):
    return Run([TOOLS / "venv" / "bin" / "python", PEERS / f"{name}.py", *words])


def has_peer(kind):
    if (TOOLS / kind / "stamp").exists():
        return True
    say(f"  without a peer: {'OpenCV' if kind == 'venv' else 'sharp'} is not in {TOOLS.relative_to(ROOT)}, see run.sh")
    return False


def alone(bench, name, work, goal, ours):
    """A row whose peer is not there."""
    runs = bench.in_turns(ours)[0]
    bench.add(name, work, f">= {goal}x", duration(median(runs)), "not installed", "-", megabytes(peak(runs)), None,
              ours_s=spread(runs))


def processor_ratio(bench, runs):
    """Seconds of processor time of the peers over ours: steadier than wall time where others use the machine."""
    bench.rows[-1]["cpu_ratio"] = [round(median(r, lambda x: x.cpu) / median(runs[0], lambda x: x.cpu), 2) for r in runs[1:]]
    say(f"  processor time: {bench.rows[-1]['cpu_ratio']}")


def ffmpeg(*words):
    Run(["ffmpeg", "-nostdin", "-v", "error", "-y", *words])


# --- data --------------------------------------------------------------------------------------------------------------


def drawn(bench):
    """Drawn videos of three quarters of a minute in the layout of Cholec80, sorted."""
    folder = bench.made("drawn", lambda out: bench.surgsigma("simulate", "cholec80", out, "--videos", str(bench.size(4, 2)),
                                                             "--pixels", "--length", str(bench.size(0.02, 0.002))))
    return sorted(folder.rglob("*.mp4"))


def clip(bench):
    """A minute of H.264 as x264 makes it when nobody asks for anything: keyframes up to ten seconds apart, B-frames."""
    def make(out):
        out.mkdir()
        first, second = drawn(bench)[:2]
        ffmpeg("-i", first, "-i", second, "-filter_complex", "[0:v][1:v]concat=n=2", "-t", "60", "-c:v", "libx264",
               "-pix_fmt", "yuv420p", out / "clip.mp4")

    return bench.made("clip", make) / "clip.mp4"


def streamed_clip(bench):
    """The same minute with a keyframe every two seconds, as recorders and streaming write it."""
    return bench.made("streamed", lambda out: (out.mkdir(), ffmpeg(
        "-i", clip(bench), "-c:v", "libx264", "-g", "50", out / "clip.mp4"))) / "clip.mp4"


def repeated(bench, seconds, source=clip):
    """The clip again and again, without coding it anew."""
    folder = bench.made(f"repeated-{source.__name__}-{seconds}", lambda out: (out.mkdir(), ffmpeg(
        "-stream_loop", "-1", "-i", source(bench), "-t", str(seconds), "-c", "copy", out / "long.mp4")))
    return folder / "long.mp4"


def frames_of(video):
    answer = Run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries",
                  "stream=nb_read_packets", "-of", "csv=p=0", video])
    return int(answer.output.strip().strip(","))


def pictures(bench):
    """JPEG files of two videos, in order, as ffmpeg writes them at its finest usual setting."""
    def make(out):
        for video in drawn(bench)[:2]:
            (out / video.stem).mkdir(parents=True)
            ffmpeg("-i", video, "-vf", "fps=5", "-q:v", "2", "-frames:v", str(bench.size(150, 10)), out / video.stem / "%04d.jpg")

    return bench.made("pictures", make)


# --- pictures ----------------------------------------------------------------------------------------------------------

# How far the mean difference over all frames may be: the same definitions, but other shrinking and a drawn circle. The
# sharpness is relative.
TOLERANCES = {"field": 0, "luma": 0.004, "smoke": 0.02, "colourfulness": 0.8, "dark": 0.01, "bright": 0.004, "black": 0.01,
              "specular": 0.006, "motion": 0.004, "sharpness": 0.12}
HASH_BITS = 3  # of 64, on average


def same_measures(ours, peer):
    if len(ours["values"]) != len(peer["values"]):
        raise Failure(f"measures of {len(ours['values'])} frames ours, {len(peer['values'])} the peer's")
    apart = {}
    for name in peer["names"]:
        at, there = ours["names"].index(name), peer["names"].index(name)
        pairs = [(a[at], b[there]) for a, b in zip(ours["values"], peer["values"])]
        if name in ("dct", "difference"):
            apart[name] = sum((int(a, 16) ^ int(b, 16)).bit_count() for a, b in pairs) / len(pairs)
        else:
            scale = sum(abs(b) for _, b in pairs) / len(pairs) if name == "sharpness" else 1
            apart[name] = sum(abs(a - b) for a, b in pairs) / len(pairs) / max(scale, 1e-9)
    wrong = {n: v for n, v in apart.items() if v > TOLERANCES.get(n, HASH_BITS)}
    if wrong:
        raise Failure(f"measures differ by {wrong}")
    return {n: round(v, 5) for n, v in apart.items()}


def picture_quality(bench):
    folder, rounds = pictures(bench), bench.size(3, 1)
    ours = lambda: bench.probe("pictures", folder=folder, threads=THREADS, rounds=rounds)
    first = bench.probe("pictures", folder=folder, threads=THREADS, values=1).json
    work = f"quality measures and perceptual hashes of {count(first['frames'] * rounds)} JPEG files, {SIZE}"
    if not has_peer("venv"):
        return alone(bench, "picture_quality", work, 9, ours)
    peer = lambda reduce, *more: python_peer("pictures", folder, str(THREADS), str(rounds), str(reduce), *more)
    apart = {words: same_measures(first, peer(reduce, "values").json) for words, reduce in (("shrunk", 1), ("half", 2))}
    runs = add_pair(bench, "picture_quality", work, 9, ours,
                    [("OpenCV, two processes, decoded and shrunk", lambda: peer(1)), ("decoded at half size", lambda: peer(2)),
                     ("measured at full size", lambda: peer(0))], apart=apart)
    processor_ratio(bench, runs)


def matched(hashes):
    """For each picture and its copy: bits apart, and bits between the copy and the picture of the other video."""
    names = sorted(n for n in hashes if not n.startswith("copy/"))
    bits = lambda a, b: (int(hashes[a], 2) ^ int(hashes[b], 2)).bit_count()
    own = [bits(n, "copy/" + n) for n in names]
    others = [bits(n, "copy/" + names[(i + len(names) // 2) % len(names)]) for i, n in enumerate(names)]
    return sum(own) / len(own), sum(others) / len(others)


def picture_phash(bench):
    def make(out):  # the pictures and copies of them, smaller and coarser
        for source in sorted(pictures(bench).iterdir()):
            (out / "copy" / source.name).mkdir(parents=True)
            shutil.copytree(source, out / source.name)
            ffmpeg("-i", source / "%04d.jpg", "-vf", "scale=640:360", "-q:v", "8", out / "copy" / source.name / "%04d.jpg")

    copies, folder, rounds = bench.made("copies", make), pictures(bench), bench.size(3, 1)
    ours = lambda: bench.probe("pictures", folder=folder, threads=THREADS, rounds=rounds)
    work = "the same, beside a perceptual hash alone"
    if not has_peer("node"):
        return alone(bench, "picture_phash", work, 8, ours)
    os.environ["NODE_PATH"] = str(TOOLS / "node" / "node_modules")
    peer = lambda files, times: Run(["node", PEERS / "phash.js", files, str(THREADS), str(times)])
    theirs = peer(copies, 1).json["hashes"]
    mine = bench.probe("pictures", folder=copies, threads=THREADS, values=1).json
    at = mine["names"].index("dct")
    values = {name: f"{int(row[at], 16):064b}" for name, row in zip(sorted(theirs), mine["values"])}
    found = {"ours": matched(values), "sharp": matched(theirs)}
    say(f"  bits to a copy, to another video: {found}")
    if any(own > 6 or other < 2 * own + 6 for own, other in found.values()):
        raise Failure(f"a hash does not tell copies from other pictures: {found}")
    runs = add_pair(bench, "picture_phash", work, 8, ours, [("sharp-phash, two processes", lambda: peer(folder, rounds))],
                    bits=found)
    processor_ratio(bench, runs)


def smoke(bench):
    out = bench.scratch("smoke")
    repeats = bench.size(20, 2)
    ours = lambda: bench.probe("smoke", repeats=repeats)
    work = f"smoke on one picture, {SIZE}, one core"
    bench.probe("smoke", repeats=1, dump=out)
    if not has_peer("venv"):
        return alone(bench, "smoke", work, 5, ours)
    peer = lambda times: python_peer("smoke", out / "clean.npy", out / "parameters.json", out / "smoke.npy", str(times))
    found = peer(1).json
    if found["levels_apart"] > 1 or found["share_apart"] > 0.01:
        raise Failure(f"smoke differs: {found}")
    add_pair(bench, "smoke", work, 5, ours, [("numpy, the same formula", lambda: peer(bench.size(5, 1)))], apart=found)


# --- videos ------------------------------------------------------------------------------------------------------------


def extraction(bench, step, name, words, repeats):
    video = clip(bench)
    out, peer_out = bench.scratch(f"{name}-ours"), bench.scratch(f"{name}-peer")
    frames = frames_of(video)
    wanted = (frames + step - 1) // step
    ours = lambda: bench.probe("video-extract", video=video, folder=out, step=step, quality=QUALITY, threads=THREADS)
    peer = lambda: bench.peer("video_extract", video, str(step), peer_out, str(THREADS))
    files = (ours().json["files"], peer().json["files"])
    if files != (wanted, wanted):
        raise Failure(f"{files} files, {wanted} are wanted")
    apart = {}
    if has_peer("venv"):  # only to compare
        apart = python_peer("picture_noise", video, str(step), out, peer_out, str(bench.size(20, 3))).json
        if apart["ours_db"] < apart["peer_db"] - 0.1 or apart["peer_db"] < 38:
            raise Failure(f"pictures differ from the video's: {apart}")
    runs = add_pair(bench, name, f"{words} of a minute of H.264, {SIZE}, to {count(wanted)} JPEG files", 3, ours,
                    [("ffmpeg -threads 2 -q:v 2", peer)], repeats=repeats, apart=apart)
    processor_ratio(bench, runs)


def extract_25th(bench):
    extraction(bench, 25, "extract_25th", "every 25th frame", None)


def extract_all(bench):
    extraction(bench, 1, "extract_all", "every frame", bench.size(3, 1))


def random_frames(bench):
    for seconds, words in bench.size(((60, "a minute"), (600, "ten minutes")), ((10, "ten seconds"),)):
        video = repeated(bench, seconds)
        frames = frames_of(video)
        wanted = sorted(random.Random(1).sample(range(frames - 1), 60))
        listed = ",".join(map(str, wanted))
        ours = lambda: bench.probe("video-random", video=video, frames=listed, threads=THREADS)
        found = bench.probe("video-random", video=video, frames=listed, threads=THREADS, check=1).json
        if found["frames"] != len(wanted) or found["different_in_order"] != 0:
            raise Failure(f"{found['frames']} frames, {found['different_in_order']} differ from those of a pass in order")
        name = "random_frames" if seconds == 60 else f"random_frames_{seconds}s"
        work = f"60 frames at random of {words} of H.264 with x264's own keyframes, {SIZE}, bit-exact"
        if not has_peer("venv"):
            alone(bench, name, work, 5, ours)
            continue
        peer = lambda: python_peer("video_random", video, *map(str, wanted))
        sums = peer().json["sums"]
        # OpenCV's colours are a level darker throughout, because swscale does not round: that offset is taken away.
        apart = {i: (found["sums"][i] - sums[i]) / (854 * 480 * 3) for i in map(str, wanted) if i in sums}
        offset = statistics.median(apart.values())
        far = [i for i in map(str, wanted) if abs(apart.get(i, 99) - offset) > 0.4]
        if abs(offset) > 2 or len(far) > len(wanted) // 10:
            raise Failure(f"{len(far)} frames have another brightness than OpenCV's: {far}, offset {offset:.2f}")
        runs = add_pair(bench, name, work, 5, ours, [("OpenCV, CAP_PROP_POS_FRAMES", peer)], repeats=bench.size(3, 1),
                        peer_differs=far)
        processor_ratio(bench, runs)


def scan(bench):
    scan_of(bench, "scan", streamed_clip, "a keyframe every two seconds", bench.size(1200, 20))
    scan_of(bench, "scan_long_groups", clip, "x264's own keyframes", bench.size(1200, 20))


def scan_of(bench, name, source, words, seconds):
    videos = [repeated(bench, seconds, source)] * 2
    ours = lambda: bench.probe("scan", videos=",".join(map(str, videos)), threads=THREADS)
    first = ours().json
    if first["errors"] != 0:
        raise Failure(f"{first['errors']} errors in the scan")
    keyframes = 0
    peers = []
    if has_peer("venv"):
        peer = lambda: python_peer("video_scan", str(THREADS), *videos)
        keyframes = peer().json["frames"]
        if not keyframes <= first["frames"] <= 6 * keyframes:  # one in two seconds where keyframes are ten apart
            raise Failure(f"{first['frames']} frames were measured, the videos have {keyframes} keyframes")
        peers = [peer]
    runs = bench.in_turns(ours, *peers, repeats=bench.size(3, 1))
    times = [first["video_seconds"] / median(r) for r in runs]
    bench.add(name, f"identity scan of {2 * seconds // 60} minutes of video with {words}, {SIZE}, two files: "
              f"{count(first['frames'])} frames measured and hashed", ">= 200 x real time", f"{duration(median(runs[0]))}, {times[0]:.0f} x real time",
              f"ffmpeg -skip_frame nokey, hash of {count(keyframes)} keyframes alone: {duration(median(runs[1]))}" if peers else
              "not installed", f"{times[0] / times[1]:.1f}x" if peers else "-",
              " / ".join(megabytes(peak(r)) for r in runs), times[0] >= 200, repeats=bench.size(3, 1), value=round(times[0]),
              ours_s=spread(runs[0]), keyframes=keyframes, frames=first["frames"])
    if peers:
        processor_ratio(bench, runs)


def simulate_pixels(bench):
    out = bench.out / "scratch" / "simulated"
    length = bench.size(0.0125, 0.002)

    def ours():
        shutil.rmtree(out, ignore_errors=True)
        return bench.surgsigma("--jobs", THREADS, "simulate", "cholec80", out, "--videos", "1", "--pixels", "--length", length)

    runs = bench.in_turns(ours, repeats=bench.size(3, 1))[0]
    video = next(out.rglob("*.mp4"))
    frames, drawn_frames = frames_of(video), runs[0].json["rows"]["picture"]
    if frames != drawn_frames:
        raise Failure(f"{drawn_frames} pictures were drawn, the video has {frames} frames")
    times = frames / RATE / median(runs, lambda r: r.wall)
    bench.add("simulate_pixels", f"simulate --pixels: {frames / RATE:.0f} s of video, {SIZE} at {RATE} frames a second, with labels",
              "faster than real time", f"{duration(median(runs, lambda r: r.wall))}, {times:.1f} x real time", "-", "-",
              megabytes(peak(runs)), times > 1, repeats=bench.size(3, 1), value=round(times, 2),
              walls=[round(r.wall, 2) for r in runs])


# --- shards and the whole way -------------------------------------------------------------------------------------------


def contents(archive):
    with tarfile.open(archive) as tar:
        return {m.name.removeprefix("./"): hashlib.sha256(tar.extractfile(m).read()).hexdigest() for m in tar if m.isfile()}


def shards(bench):
    files, out = bench.size(5000, 100), bench.scratch("shards")

    def make(folder):
        folder.mkdir()
        draw = random.Random(1)
        for i in range(files):
            (folder / f"{i:06}.jpg").write_bytes(draw.randbytes(draw.randrange(50_000, 110_000)))

    folder = bench.made("shard-files", make)
    names = bench.scratch("shard-names") / "names"
    names.write_text("".join(f"{name}\n" for name in sorted(os.listdir(folder))))

    def peer(*words):
        (out / "peer.tar").unlink(missing_ok=True)
        return Run(["tar", "--format=ustar", *words, "-C", folder, "-cf", out / "peer.tar", "-T", names])

    ours = lambda: bench.probe("shards", folder=folder, out=out / "ours.tar")
    written = ours().json["bytes"]
    peer()
    if contents(out / "ours.tar") != contents(out / "peer.tar"):
        raise Failure("the archives hold other files")
    runs = add_pair(bench, "shards", f"{count(files)} files of {written / 1e6:.0f} MB to one WebDataset shard in the page cache, "
                    "one core", 1, ours, [("GNU tar", peer), ("GNU tar -b 2048", lambda: peer("-b", "2048"))])
    row, speeds = bench.rows[-1], [written / median(r) / 1e9 for r in runs]
    row.update(goal=">= 1 GB/s", reached=speeds[0] >= 1, value=round(speeds[0], 2), bytes=written,
               ours=f"{row['ours']}, {speeds[0]:.2f} GB/s", peer=f"{row['peer']} ({speeds[1]:.2f} GB/s)")
    shutil.rmtree(out)


def two_hours(bench):
    """Labels of whole operations in the layout of Cholec80, and as long a video for each: a drawn clip again and again."""
    videos, length = bench.size((4, 0.8), (2, 0.02))

    def make(out):
        bench.surgsigma("simulate", "cholec80", out, "--videos", str(videos), "--length", str(length), "--seed", "2")
        clips = drawn(bench)
        made = sorted(out.glob("phase_annotations/*-phase.txt"))
        place = clips[0].parent.relative_to(bench.data / "drawn")
        (out / place).mkdir(exist_ok=True)
        for labels, video in zip(made, clips):
            frames = len(labels.read_text().splitlines()) - 1
            target = out / place / (labels.name.removesuffix("-phase.txt") + ".mp4")
            ffmpeg("-stream_loop", "-1", "-i", video, "-t", f"{frames / RATE + 0.2:.2f}", "-c", "copy", target)

    return bench.made("two-hours", make)


def pixel_pipeline(bench):
    world = two_hours(bench)
    work = bench.out / "scratch" / "pixels"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    program = [bench.build / "bin" / "surgsigma", "--quiet", "--json"]
    database = ["--db", work / "db", "--jobs", THREADS]
    steps = memory.Steps(ROOT)
    steps.run("init", [*program, "init", work / "db"])
    steps.run("ingest", [*program, *database, "ingest", "cholec80", world])
    for stage in ("measure", "build"):  # the first is a part of the second, run alone so that the plot can tell them apart
        steps.run(stage, [*program, *database, "build", *(["--only", stage] if stage != "build" else [])])
    steps.run("export wds", [*program, *database, "export", "wds", work / "wds"])
    steps.run("export llava", [*program, *database, "export", "llava", work / "llava"])
    rows = steps.answers["build"]["rows"]
    tables = bench.probe("sql", answer=f"""SELECT (SELECT count(*) FROM read_parquet('{work}/db/tables/frames/*.parquet')) AS frames,
        (SELECT count(*) FROM read_parquet('{work}/db/tables/pairs/*.parquet')) AS pairs,
        (SELECT sum(duration_us)::BIGINT FROM read_parquet('{work}/db/tables/media/*.parquet')) AS us""").json["rows"][0]
    if not tables["frames"] or not tables["pairs"]:
        raise Failure(f"nothing came of the pixels: {tables}")
    hours = tables["us"] / 3.6e9
    early, late = steps.halves("measure")
    is_flat = late <= 1.1 * early + 32
    plot = ROOT / "docs" / "images" / "memory.svg" if not bench.options.quick else bench.out / "memory.svg"
    plot.parent.mkdir(exist_ok=True)
    plot.write_text(steps.svg(f"Memory of the whole pipeline on {hours:.1f} hours of simulated video, {THREADS} jobs"))
    say(f"  plot: {plot}")
    bench.add("pixel_pipeline", f"{hours:.1f} hours of simulated video, {SIZE}, four files: init, ingest, build, exports of pairs and "
              f"conversations ({count(tables['frames'])} frames measured, {count(tables['pairs'])} pairs, "
              f"{count(rows.get('conversations', 0))} conversations)", "< 1 GiB, flat",
              f"{steps.seconds():.0f} s ({', '.join(f'{n} {s:.0f}' for n, s in steps.parts())})", "-", "-",
              f"{megabytes(steps.peak_mb())} (scan: first half {early:.0f}, second half {late:.0f})",
              steps.peak_mb() < 1024 and is_flat, repeats=1, value=round(steps.peak_mb()), parts=steps.parts(), tables=rows)
    shutil.rmtree(work)


ROWS = {"picture_quality": picture_quality, "picture_phash": picture_phash, "extract_25th": extract_25th,
        "extract_all": extract_all, "random_frames": random_frames, "scan": scan, "smoke": smoke, "shards": shards,
        "pixel_pipeline": pixel_pipeline, "simulate_pixels": simulate_pixels}
