#!/usr/bin/env python3
"""Peer of `bench_probe pictures`: the same measures with OpenCV and numpy, one process per thread.

pictures.py FOLDER [PROCESSES] [ROUNDS] [REDUCE]

REDUCE 2 lets OpenCV decode at half size as the probe does (IMREAD_REDUCED_COLOR_2); 1 decodes whole pictures and shrinks
them, which is what scripts usually do.
"""
import json
import multiprocessing
import os
import sys
import time

import cv2
import numpy

WINDOW = numpy.ones((15, 15), numpy.uint8)


def field_of(luma, black):
    """Circle round the largest bright part, if it fills its circle."""
    bright = (luma > black).astype(numpy.uint8)
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    largest = max(contours, key=cv2.contourArea)
    (x, y), radius = cv2.minEnclosingCircle(largest)
    if radius > 0.75 * float(numpy.hypot(*luma.shape)) or cv2.contourArea(largest) < 0.8 * numpy.pi * radius ** 2:
        return None
    return x, y, radius


def borders_of(luma, black):
    bright = luma > black
    rows = numpy.flatnonzero(bright.sum(1) > luma.shape[1] // 100)
    columns = numpy.flatnonzero(bright.sum(0) > luma.shape[0] // 100)
    if not len(rows) or not len(columns):
        return 0, 0, luma.shape[1], luma.shape[0]
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def hashes_of(luma):
    small = cv2.resize(luma, (32, 32), interpolation=cv2.INTER_AREA).astype(numpy.float32)
    low = cv2.dct(small)[:8, :8].flatten()
    dct = numpy.packbits(low > numpy.median(low)).tobytes()
    tiny = cv2.resize(luma, (9, 8), interpolation=cv2.INTER_AREA)
    return dct, numpy.packbits(tiny[:, 1:] > tiny[:, :-1]).tobytes()


def measure(data, before, reduce):
    """The measures of one frame and its thumbnail."""
    if reduce == 2:
        picture = cv2.imdecode(data, cv2.IMREAD_REDUCED_COLOR_2)
    else:
        whole = cv2.imdecode(data, cv2.IMREAD_COLOR)
        picture = cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    black = min(40, max(14, int(numpy.percentile(luma, 90)) // 5))
    field = field_of(luma, black)
    left, top, right, bottom = borders_of(luma, black)
    inside = numpy.zeros(luma.shape, numpy.uint8)
    if field:
        cv2.circle(inside, (int(field[0]), int(field[1])), int(field[2] * 0.98 - 1), 255, -1)
    else:
        inside[top:bottom, left:right] = 255
    histogram = cv2.calcHist([luma], [0], inside, [256], [0, 256]).ravel()
    count = max(histogram.sum(), 1)
    shares = numpy.cumsum(histogram) / count
    mean = float((histogram * numpy.arange(256)).sum() / count) / 255
    dark, bright = float(shares[16]), float(1 - shares[249])
    black_share = float((luma <= 16).mean())
    laplacian = cv2.Laplacian(luma, cv2.CV_16S)
    _, deviation = cv2.meanStdDev(laplacian, mask=inside)
    blue, green, red = cv2.split(picture)
    least = cv2.min(cv2.min(blue, green), red)
    most = cv2.max(cv2.max(blue, green), red)
    specular = cv2.countNonZero(cv2.bitwise_and(
        inside, ((most >= 230) & (5 * (most.astype(numpy.uint16) - least) <= most)).astype(numpy.uint8) * 255)) / count
    least[inside == 0] = 255
    pooled = cv2.erode(least, numpy.ones((2, 2), numpy.uint8))[::2, ::2]
    channel = cv2.erode(pooled, WINDOW)
    smoke = float(channel[pooled < 255].mean()) / max(64, int(numpy.searchsorted(shares, 0.99)))
    red_green = cv2.subtract(red, green, dtype=cv2.CV_16S)
    yellow_blue = cv2.addWeighted(cv2.add(red, green, dtype=cv2.CV_16S), 0.5, blue.astype(numpy.int16), -1, 0)
    mean_rg, spread_rg = cv2.meanStdDev(red_green, mask=inside)
    mean_yb, spread_yb = cv2.meanStdDev(yellow_blue, mask=inside)
    colour = float(numpy.hypot(spread_rg, spread_yb)[0, 0] + 0.3 * numpy.hypot(mean_rg, mean_yb)[0, 0])
    thumbnail = cv2.resize(luma, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    motion = 0.0
    if before is not None and before.shape == thumbnail.shape:
        motion = float(cv2.norm(thumbnail, before, cv2.NORM_L1)) / thumbnail.size / 255
        cv2.phaseCorrelate(before.astype(numpy.float32), thumbnail.astype(numpy.float32))
    if field:
        half = field[2] / 2 ** 0.5
        left, right = max(0, int(field[0] - half)), int(field[0] + half)
        top, bottom = max(0, int(field[1] - half)), int(field[1] + half)
    dct, difference = hashes_of(luma[top:bottom, left:right])
    row = (mean, float(deviation[0, 0]) ** 2, smoke, colour, motion, dark, bright, black_share, specular)
    return row, bool(field), dct, difference, thumbnail


def measured(job):
    paths, rounds, reduce = job
    sums, fields = numpy.zeros(9), 0
    for _ in range(rounds):
        before, sums, fields = None, numpy.zeros(9), 0
        for path in paths:
            data = numpy.fromfile(path, numpy.uint8)
            row, has_field, _, _, before = measure(data, before, reduce)
            sums += row
            fields += has_field
    return sums.tolist(), fields


def main():
    folder = sys.argv[1]
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    reduce = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    paths = sorted(os.path.join(top, name) for top, _, names in os.walk(folder) for name in names)
    cv2.setNumThreads(1)
    jobs = [(paths[len(paths) * i // processes:len(paths) * (i + 1) // processes], rounds, reduce)
            for i in range(processes)]
    with multiprocessing.Pool(processes) as pool:
        pool.map(abs, range(processes))
        begin = time.perf_counter()
        parts = pool.map(measured, jobs, 1)
        seconds = time.perf_counter() - begin
    sums = [sum(part[0][i] for part in parts) for i in range(9)]
    print(json.dumps({"seconds": seconds, "frames": len(paths) * rounds, "fields": sum(part[1] for part in parts),
                      "luma": sums[0], "sharpness": sums[1], "smoke": sums[2], "colourfulness": sums[3],
                      "motion": sums[4]}))


if __name__ == "__main__":
    main()
