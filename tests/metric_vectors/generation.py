#!/usr/bin/env python3
"""Writes generation.json: Frechet distances with scipy.linalg.sqrtm as pytorch-fid takes them, kernel distances with
numpy in the steps and with the draws of torch-fidelity's metric_kid.py. Needs: pip install numpy scipy."""
import json
import pathlib

import numpy as np
from scipy import linalg


def frechet(a, b):
    s1, s2 = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = linalg.sqrtm(s1 @ s2)
    difference = a.mean(0) - b.mean(0)
    return float(difference @ difference + np.trace(s1) + np.trace(s2) - 2 * np.trace(np.real(root)))


def mmd(x, y):
    m = len(x)
    kernel = lambda p, q: (p @ q.T / p.shape[1] + 1) ** 3
    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    return (xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * xy.sum() / m**2


def mmd_of_all(x, y):
    kernel = lambda p, q: (p @ q.T / p.shape[1] + 1) ** 3
    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    n, m = len(x), len(y)
    return (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * xy.mean()


def main():
    draws = np.random.default_rng(9)
    mix = draws.normal(size=(6, 6))
    a = np.round(draws.normal(size=(40, 6)) @ mix, 6)
    b = np.round(draws.normal(0.3, 1.4, size=(50, 6)), 6)
    rng = np.random.RandomState(2020)
    values = []
    for _ in range(7):
        x = a[rng.choice(len(a), 20, replace=False)]
        y = b[rng.choice(len(b), 20, replace=False)]
        values.append(mmd(x, y))
    out = {"made_by": f"numpy {np.__version__}", "a": a.tolist(), "b": b.tolist(), "frechet": frechet(a, b),
           "kernel_mean": float(np.mean(values)), "kernel_standard_deviation": float(np.std(values)),
           "kernel_all_pairs": float(mmd_of_all(a, b)), "eigenvalues": np.linalg.eigvalsh(np.cov(a, rowvar=False)).tolist()}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
