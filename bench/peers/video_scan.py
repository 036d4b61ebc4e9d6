#!/usr/bin/env python3
"""Peer of `bench_probe scan`: keyframes of videos with the ffmpeg command line, one process a video, two at a time, and the
perceptual hash of each with OpenCV's cosine transform. No measures, no text, no check for damage.

video_scan.py PROCESSES VIDEO...     prints {"seconds", "frames"}
"""
import concurrent.futures
import json
import subprocess
import sys
import time

import cv2
import numpy

SIDE = 32


def hash_of(picture):
    low = cv2.dct(picture.astype(numpy.float32))[:8, :8].flatten()
    return numpy.packbits(low > numpy.median(low)).tobytes()


def hashes_of(video):
    command = ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-skip_frame", "nokey", "-i", video, "-vsync", "0",
               "-vf", f"scale={SIDE}:{SIDE}:flags=area,format=gray", "-f", "rawvideo", "-"]
    pixels = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return [hash_of(picture) for picture in numpy.frombuffer(pixels, numpy.uint8).reshape(-1, SIDE, SIDE)]


def main():
    processes, videos = int(sys.argv[1]), sys.argv[2:]
    begin = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        hashes = list(pool.map(hashes_of, videos))
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "frames": sum(len(h) for h in hashes)}))


if __name__ == "__main__":
    main()
