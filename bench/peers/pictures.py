#!/usr/bin/env python3
"""Peer of `bench_probe pictures`: the same measures with OpenCV and numpy, one process per thread.

pictures.py FOLDER [PROCESSES] [ROUNDS] [REDUCE] [values]

REDUCE 1 decodes whole pictures and shrinks them (INTER_AREA), which is how quality.h defines the working picture; 2 lets
OpenCV decode at half size, as the probe does (IMREAD_REDUCED_COLOR_2); 0 measures whole pictures, which is what scripts
usually do (its numbers are other ones then). With `values` the measures of each frame are printed as well, in the order of
NAMES. The motion's shift is found in OpenCV's own way (phase correlation) and not compared.
"""
import json
import multiprocessing
import os
import sys
import time

import cv2
import numpy

WINDOW = numpy.ones((15, 15), numpy.uint8)
PAIR = numpy.ones((2, 2), numpy.uint8)
VALUES = numpy.arange(256)
NAMES = ("field", "luma", "sharpness", "smoke", "colourfulness", "dark", "bright", "black", "specular", "motion", "dct",
         "difference")


def first_bright(bright):
    """For each row the first of three bright pixels in a row, -1 if there are none."""
    steady = bright[:, :-2] & bright[:, 1:-1] & bright[:, 2:]
    found = steady.argmax(1)
    return numpy.where(steady.any(1), found, -1)


def edge_points(luma, black):
    """Where black surroundings end, met from all four sides."""
    bright = luma > black
    high, wide = luma.shape
    points = []
    for side in (bright, bright[:, ::-1], bright.T, bright.T[:, ::-1]):
        found = first_bright(side)
        at = numpy.flatnonzero((found > 1) & (found < side.shape[1] - 3))
        points.append((at + 0.5, found[at].astype(float)))
    (y0, x0), (y1, x1), (x2, y2), (x3, y3) = points
    return numpy.concatenate([x0, wide - x1, x2, x3]), numpy.concatenate([y0, y1, y2, high - y3])


def fitted(x, y):
    mean_x, mean_y = x.mean(), y.mean()
    u, v = x - mean_x, y - mean_y
    system = numpy.column_stack([u, v, numpy.ones(len(u))])
    (a, b, c), *_ = numpy.linalg.lstsq(system, u * u + v * v, rcond=None)
    return a / 2 + mean_x, b / 2 + mean_y, float(numpy.sqrt(max(c + a * a / 4 + b * b / 4, 0)))


def field_of(luma, black):
    """Least-squares circle through the border, worst points dropped again and again."""
    x, y = edge_points(luma, black)
    least = 0.15 * sum(luma.shape)
    if len(x) < least:
        return None
    kept, count = numpy.ones(len(x), bool), 0
    for _ in range(12):
        circle = fitted(x[kept], y[kept])
        misfit = numpy.abs(numpy.hypot(x - circle[0], y - circle[1]) - circle[2])
        kept = misfit <= max(1.5, 2 * numpy.median(misfit))
        if kept.sum() == count:
            break
        count = kept.sum()
    good = (misfit <= max(1.5, 0.015 * circle[2])).sum()
    if not 0.25 * min(luma.shape) <= circle[2] <= 0.75 * numpy.hypot(*luma.shape) or good < max(least, 0.6 * len(x)):
        return None
    outside = numpy.ones(luma.shape, numpy.uint8)
    cv2.circle(outside, (int(circle[0]), int(circle[1])), int(circle[2] * 1.03 + 1), 0, -1)
    share = cv2.countNonZero(outside) / luma.size
    dark = cv2.countNonZero(outside & (luma <= black)) / luma.size
    return circle if share >= 0.02 and dark >= 0.85 * share else None


def borders_of(luma, black):
    bright = luma > black
    rows = numpy.flatnonzero(bright.sum(1) > luma.shape[1] // 100)
    columns = numpy.flatnonzero(bright.sum(0) > luma.shape[0] // 100)
    if not len(rows) or not len(columns):
        return 0, 0, luma.shape[1], luma.shape[0]
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def hashes_of(luma):
    small = cv2.resize(luma, (32, 32), interpolation=cv2.INTER_AREA)
    transformed = cv2.dct(small.astype(numpy.float32))
    transformed[0] *= 2 ** 0.5  # OpenCV's is orthonormal; the hash compares plain sums
    transformed[:, 0] *= 2 ** 0.5
    low = transformed[:8, :8].flatten()
    low[0] = transformed[0, 8]
    dct = numpy.packbits(low > numpy.sort(low)[32], bitorder="little").view(numpy.uint64)[0]
    tiny = cv2.resize(small, (9, 8), interpolation=cv2.INTER_AREA)
    return dct, numpy.packbits(tiny[:, 1:] > tiny[:, :-1], bitorder="little").view(numpy.uint64)[0]


def moved(before, now):
    """Difference of two thumbnails, and what is left of it after the shift between them."""
    difference = cv2.norm(now, before, cv2.NORM_L1) / now.size / 255
    (shift_x, shift_y), _ = cv2.phaseCorrelate(before.astype(numpy.float32), now.astype(numpy.float32))
    shifted = cv2.warpAffine(before, numpy.float32([[1, 0, shift_x], [0, 1, shift_y]]), now.shape[::-1])
    y, x = now.shape[0] // 8, now.shape[1] // 8
    left = cv2.norm(now[y:-y, x:-x], shifted[y:-y, x:-x], cv2.NORM_L1)
    return difference, left


def measure(data, before, reduce):
    """The measures of one frame and its thumbnail."""
    picture = cv2.imdecode(data, cv2.IMREAD_REDUCED_COLOR_2 if reduce == 2 else cv2.IMREAD_COLOR)
    if reduce == 1:
        picture = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    whole = cv2.calcHist([luma], [0], None, [256], [0, 256]).ravel()
    level = 255 - int(numpy.searchsorted(numpy.cumsum(whole[::-1]), luma.size / 10))
    black = min(40, max(14, level // 5))
    field = field_of(luma, black)
    left, top, right, bottom = borders_of(luma, black)
    inside = numpy.zeros(luma.shape, numpy.uint8)
    if field:
        cv2.circle(inside, (round(field[0] - 0.5), round(field[1] - 0.5)), round(field[2] * 0.98 - 1), 255, -1)
    else:
        inside[top:bottom, left:right] = 255
    histogram = cv2.calcHist([luma], [0], inside, [256], [0, 256]).ravel()
    count = max(histogram.sum(), 1)
    shares = numpy.cumsum(histogram) / count
    mean = float(histogram @ VALUES / count) / 255
    dark, bright = float(shares[16]), float(1 - shares[249])
    black_share = float(whole[:17].sum() / luma.size)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(luma, cv2.CV_16S), mask=inside)
    blue, green, red = cv2.split(picture)
    least = cv2.min(cv2.min(blue, green), red)
    most = cv2.max(cv2.max(blue, green), red)
    pale = cv2.compare(cv2.subtract(most, least), cv2.convertScaleAbs(most, alpha=0.2, beta=-0.4), cv2.CMP_LE)
    specular = cv2.countNonZero(cv2.bitwise_and(pale, cv2.inRange(most, 230, 255), mask=inside)) / count
    least = cv2.bitwise_or(least, cv2.bitwise_not(inside))
    pooled = cv2.erode(least, PAIR, anchor=(0, 0))[::2, ::2]
    channel = cv2.erode(pooled, WINDOW)
    smoke = cv2.mean(channel, cv2.inRange(pooled, 0, 254))[0] / max(64, int(numpy.searchsorted(shares, 0.99)))
    red_green = cv2.subtract(red, green, dtype=cv2.CV_16S)
    yellow_blue = cv2.addWeighted(cv2.add(red, green, dtype=cv2.CV_16S), 0.5, blue.astype(numpy.int16), -1, 0)
    mean_rg, spread_rg = cv2.meanStdDev(red_green, mask=inside)
    mean_yb, spread_yb = cv2.meanStdDev(yellow_blue, mask=inside)
    colour = float(numpy.hypot(spread_rg, spread_yb)[0, 0] + 0.3 * numpy.hypot(mean_rg, mean_yb)[0, 0])
    share = 0.25 if reduce else 0.125
    thumbnail = cv2.resize(luma, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    motion = 0.0
    if before is not None and before.shape == thumbnail.shape:
        motion, _ = moved(before, thumbnail)
    if field:
        half = field[2] / 2 ** 0.5
        left, right = max(0, int(field[0] - half)), int(field[0] + half)
        top, bottom = max(0, int(field[1] - half)), int(field[1] + half)
    dct, difference = hashes_of(luma[top:bottom, left:right])
    row = (int(field is not None), mean, float(deviation[0, 0]) ** 2, min(1.0, smoke), colour, dark, bright, black_share,
           specular, motion, f"{dct:016x}", f"{difference:016x}")
    return row, thumbnail


def measured(job):
    paths, rounds, reduce = job
    rows = []
    for _ in range(rounds):
        before, rows = None, []
        for path in paths:
            row, before = measure(numpy.fromfile(path, numpy.uint8), before, reduce)
            rows.append(row)
    return rows


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
    answer = {"seconds": seconds, "frames": len(paths) * rounds}
    if sys.argv[5:] == ["values"]:
        answer |= {"names": NAMES, "values": [row for part in parts for row in part]}
    print(json.dumps(answer, default=float))


if __name__ == "__main__":
    main()
