#!/usr/bin/env python3
"""Peer of `bench_probe video-extract`: every STEP-th frame of a video to JPEG files with the ffmpeg command line.

video_extract.py VIDEO STEP FOLDER THREADS [select|fps]     prints {"seconds", "files", "bytes"}

The setting is -q:v 2, the finest that people use. On the benchmark's clip it gives 47.3 dB (luma); libjpeg quality 91 gives
47.1 dB and 92 47.7 dB, so ours is measured at 92; bench/pixels.py fails if it is worse.
"""
import json
import os
import shutil
import subprocess
import sys
import time


def main():
    video, step, folder, threads = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    how = sys.argv[5] if len(sys.argv) > 5 else "select"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    wanted = []
    if step > 1:
        wanted = ["-vf", f"select=not(mod(n\\,{step}))" if how == "select" else f"fps=25/{step}"]
    command = ["ffmpeg", "-nostdin", "-v", "error", "-threads", threads, "-i", video, *wanted, "-vsync", "0",
               "-q:v", "2", "-threads", threads, os.path.join(folder, "%06d.jpg")]
    begin = time.perf_counter()
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - begin
    files = [entry.stat().st_size for entry in os.scandir(folder)]
    print(json.dumps({"seconds": seconds, "files": len(files), "bytes": sum(files)}))


if __name__ == "__main__":
    main()
