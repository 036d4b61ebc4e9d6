"""Vectors of the metric family generation: Frechet distances with scipy.linalg.sqrtm as pytorch-fid takes them, kernel
distances with numpy in the steps and with the draws of torch-fidelity's metric_kid.py (both packages themselves need
torch). See vectors.py for the flags. Needs numpy, scipy."""
import numpy as np
import vectors
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


def vector(draws, dimensions, of_a, of_b, subset, subsets):
    mix = draws.normal(size=(dimensions, dimensions))
    a = np.round(draws.normal(size=(of_a, dimensions)) @ mix, 6)
    b = np.round(draws.normal(0.3, 1.4, size=(of_b, dimensions)), 6)
    rng = np.random.RandomState(2020)
    values = []
    for _ in range(subsets):
        x = a[rng.choice(len(a), subset, replace=False)]
        y = b[rng.choice(len(b), subset, replace=False)]
        values.append(mmd(x, y))
    return {"a": a.tolist(), "b": b.tolist(), "subset": subset, "subsets": subsets, "frechet": frechet(a, b),
            "kernel_mean": float(np.mean(values)), "kernel_standard_deviation": float(np.std(values)),
            "kernel_all_pairs": float(mmd_of_all(a, b)),
            "eigenvalues": np.linalg.eigvalsh(np.cov(a, rowvar=False)).tolist()}


def make(seed):
    draws = np.random.default_rng(seed)
    dimensions = int(draws.integers(2, 12))
    samples = [dimensions + int(v) for v in draws.integers(3, 40, 2)]
    return {"made_by": "numpy, scipy",
            "vectors": [vector(draws, 6, 40, 50, 20, 7),
                        vector(draws, dimensions, *samples, int(draws.integers(2, min(samples) + 1)), 5)]}


if __name__ == "__main__":
    vectors.command_line(make, 9)
