#!/usr/bin/env python3
"""Peer of `bench_probe smoke`: the formula of src/surgsigma/synth/smoke.h in numpy, on one core, in single precision.

smoke.py CLEAN.npy PARAMETERS.json OURS.npy REPEATS     CLEAN and OURS are height x width x 3 bytes; prints the best time of
                                                       REPEATS and how far the pictures are apart

The noise, the mixing of bits and the order of operations are the C++ program's, so the pictures agree within one grey level.
"""
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
import numpy as np

F = np.float32
STEP_X, STEP_Y, STEP_Z = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
EXTINCTION = (1.0, 1.02, 1.06)
ENTRIES = 16384


def mixed_bits(h):
    h = h ^ (h >> np.uint32(16))
    h = h * np.uint32(0x7FEB352D)
    h ^= h >> np.uint32(15)
    h *= np.uint32(0x846CA68B)
    h ^= h >> np.uint32(16)
    return h


def mixed_number(value):
    return int(mixed_bits(np.array([value & 0xFFFFFFFF], np.uint32))[0])


def wrapped(value):
    return np.uint32(value & 0xFFFFFFFF)


def faded(t):
    return t * t * t * (t * (t * F(6) - F(15)) + F(10))


def slope(lattice, dx, dy, dz):
    h = mixed_bits(lattice)
    gx = (h & np.uint32(1023)).astype(F) - F(511.5)
    gy = (h >> np.uint32(10) & np.uint32(1023)).astype(F) - F(511.5)
    gz = (h >> np.uint32(20) & np.uint32(1023)).astype(F) - F(511.5)
    return gx * dx + gy * dy + gz * dz


def noise(seed, origin, x, y, frequency):
    whole = [int(np.floor(part)) for part in origin]
    part_x, part_y, z = (F(part - base) for part, base in zip(origin, whole))
    key = seed + whole[0] * STEP_X + whole[1] * STEP_Y + whole[2] * STEP_Z
    px, py = x * F(frequency) + part_x, y * F(frequency) + part_y
    floor_x, floor_y = np.floor(px), np.floor(py)
    dx, dy = px - floor_x, py - floor_y
    u, v = faded(dx), faded(dy)
    corner = floor_x.astype(np.int32).view(np.uint32) * np.uint32(STEP_X)
    corner += floor_y.astype(np.int32).view(np.uint32) * np.uint32(STEP_Y)

    def plane(base, dz):
        a = slope(corner + wrapped(base), dx, dy, dz)
        b = slope(corner + wrapped(base + STEP_X), dx - F(1), dy, dz)
        c = slope(corner + wrapped(base + STEP_Y), dx, dy - F(1), dz)
        d = slope(corner + wrapped(base + STEP_X + STEP_Y), dx - F(1), dy - F(1), dz)
        top = a + (b - a) * u
        low = c + (d - c) * u
        return top + (low - top) * v

    first, second = plane(key, z), plane(key + STEP_Z, z - F(1))
    return (first + (second - first) * faded(z)) * F(1 / 511.5)


def plume_grid(p, width, height, seconds):
    step = p["grid_px"]
    columns, rows = (width - 1) // step + 2, (height - 1) // step + 2
    if p["plume"] == 0:
        return np.zeros((rows, columns), F)
    length = np.sqrt(1 + p["lean"] ** 2)
    axis = (p["lean"] / length, -1 / length)

    def field(number, octave, x, y):
        carried = p["drift"] / p["scale"] * seconds * 2.0**octave
        own = 0.37 + 17.13 * octave
        origin = (own - carried * float(F(axis[0])), own - carried * float(F(axis[1])),
                  own + p["churn"] * seconds * 1.5**octave)
        return noise(mixed_number(p["pattern"] + number * 0x9E3779B1), origin, x, y, 2.0**octave)

    px, py = np.meshgrid(np.arange(columns, dtype=F) * F(step), np.arange(rows, dtype=F) * F(step))
    per_px = F(1 / (p["scale"] * width))
    x, y = px * per_px, py * per_px
    bend = field(1, 0, x, y)
    across_y = field(2, 0, x, y)

    dx, dy = (px - F(p["source_x"] * width)) * F(1 / width), (py - F(p["source_y"] * height)) * F(1 / width)
    along = dx * F(axis[0]) + dy * F(axis[1])
    across = dx * F(axis[1]) - dy * F(axis[0])
    ahead = np.maximum(along, F(0))
    half = F(p["mouth"]) + F(p["spread"]) * ahead
    a = across / half + F(0.9) * bend * (ahead / half)
    b = (along - ahead) / F(p["mouth"])
    envelope = np.exp(-(a * a) - b * b) / (F(1) + F(p["thinning"]) * ahead)

    x, y = x + F(p["warp"]) * bend, y + F(p["warp"]) * across_y
    total = np.zeros_like(x)
    for octave in range(5):
        total += F(0.5**octave) * field(3 + octave, octave, x, y)
    density = np.clip(F(0.5) + F(1) * total, F(0), F(1))
    return np.where(envelope < F(1e-4), F(0), F(p["plume"]) * envelope * density)


def upsampled(grid, step, width, height):
    y, x = np.arange(height), np.arange(width)
    part_y, part_x = ((y % step) / F(step)).astype(F)[:, None], ((x % step) / F(step)).astype(F)
    lines = grid[y // step] + (grid[y // step + 1] - grid[y // step]) * part_y
    left = lines[:, x // step]
    return left + (lines[:, x // step + 1] - left) * part_x


def blurred(planes, step):
    def along(values, axis):
        size = values.shape[axis]
        pads = [(0, 0)] * 3
        pads[axis] = (2 * step, 2 * step)
        padded = np.pad(values, pads, mode="edge")
        cut = lambda k: padded.take(range(0), axis) if k < 0 else padded[
            tuple(slice(k * step, k * step + size) if i == axis else slice(None) for i in range(3))]
        return (cut(0) + cut(4)) * F(0.0625) + (cut(1) + cut(3)) * F(0.25) + cut(2) * F(0.375)

    return along(along(planes, 1), 2)


def tables():
    v = np.arange(256) / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(F)
    v = np.arange(ENTRIES) / (ENTRIES - 1)
    encoded = np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055)
    return linear, np.floor(encoded * 255 + 0.5).astype(np.uint8)


LINEAR, ENCODED = tables()


def add_smoke(clean, p, seconds=0.0):
    height, width = clean.shape[:2]
    thickness = upsampled(plume_grid(p, width, height, seconds), p["grid_px"], width, height)
    middle_x, middle_y = F(0.5 * (width - 1)), F(0.5 * (height - 1))
    dx, dy = np.arange(width, dtype=F) - middle_x, (np.arange(height, dtype=F) - middle_y)[:, None]
    radius = (dx * dx + dy * dy) / (middle_x * middle_x + middle_y * middle_y)
    distance = F(0.6) + F(0.2) * (-dy / middle_y) + F(0.2) * (F(1) - F(2) * radius)
    reach = F(p["source_distance"])
    thickness = F(p["ambient"]) * distance + thickness * (np.minimum(distance, reach) / reach)
    fade = np.exp(-thickness)
    blur = F(2 * p["scatter"]) * (F(1) - fade)
    air = F(p["air_light"]) * (F(1) - F(p["cone"]) * radius)

    light = np.ascontiguousarray(LINEAR[clean].transpose(2, 0, 1))
    near = blurred(light, p["scatter_px"])
    wide = blurred(near, 2 * p["scatter_px"])
    to_near = np.minimum(blur, F(1))
    light = light + to_near * (near - light) + (blur - to_near) * (wide - near)
    t = np.exp(-np.array(EXTINCTION, F)[:, None, None] * thickness)
    mean = light * t + air * np.array(p["tint"], F)[:, None, None] * (F(1) - t)

    key = mixed_number(p["pattern"] ^ mixed_number(round(seconds * 1e6)))
    sample = np.arange(width * height * 3, dtype=np.uint32).reshape(height, width, 3)
    h = mixed_bits(sample * np.uint32(STEP_X) + np.uint32(key))
    pairs = (h & np.uint32(0x00FF00FF)) + (h >> np.uint32(8) & np.uint32(0x00FF00FF))
    grain = ((pairs & np.uint32(0xFFFF)) + (pairs >> np.uint32(16))).astype(F)
    grain = ((grain - F(510)) * F(1 / 147.7998)).transpose(2, 0, 1)
    lost = (F(1) - t * t) * (F(p["noise_read"] ** 2) + F(p["noise_shot"] ** 2) * mean)
    light = np.clip(mean + np.sqrt(np.maximum(lost, F(0))) * grain, F(0), F(1))
    picture = ENCODED[(light * F(ENTRIES - 1) + F(0.5)).astype(np.int32)].transpose(1, 2, 0)
    return np.ascontiguousarray(picture), (fade * F(255) + F(0.5)).astype(np.uint8), float(1 - fade.mean())


def main(clean_path, parameters_path, ours_path, repeats):
    clean = np.load(clean_path)
    with open(parameters_path, "rb") as file:
        parameters = json.load(file)
    best = float("inf")
    for _ in range(int(repeats)):
        begin = time.perf_counter()
        picture, transmission, veil = add_smoke(clean, parameters)
        best = min(best, time.perf_counter() - begin)
    apart = np.abs(picture.astype(np.int16) - np.load(ours_path).astype(np.int16))
    print(json.dumps({"seconds": best, "mean_veil": veil, "levels_apart": int(apart.max()),
                      "share_apart": float((apart > 0).mean())}))


if __name__ == "__main__":
    main(*sys.argv[1:])
