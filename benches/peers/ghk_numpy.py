#!/usr/bin/env python3
"""One simulated probit likelihood with its score by a plain recursion in numpy, over cases and draws at once, and the same
by logsum, in one run.

    python3 ghk_numpy.py TABLE.parquet [--draws N] [--logsum PROGRAM] [--repeat N]

The table has a row per alternative (chid, alt, choice, x1, x2). Covariance of the differences against the first
alternative is full. Both use the points of one Halton sequence per case and agree on ln L to rounding. logsum's time is
the difference of two runs of its program, which evaluate likelihood and score a few times and many times more, at draws
that are generated anew each time: what it takes at draws that are kept, `cargo bench --bench probit` says.
"""
import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19)


def halton(base, n):
    """Elements 0 ... n − 1 of the sequence."""
    points, scale, index = np.zeros(n), 1.0, np.arange(n)
    while index.any():
        scale /= base
        points += scale * (index % base)
        index //= base
    return points


def likelihood_and_score(x, chosen, beta, constants, factor, uniforms):
    """ln L and its derivatives in beta, constants and the factor of the covariance of differences.

    x: cases × alternatives × attributes; uniforms: alternatives − 2 × cases × draws.
    """
    n_cases, n_alternatives, n_attributes = x.shape
    m = n_alternatives - 1
    v = x @ beta + np.concatenate(([0.0], constants))
    full = np.zeros((n_alternatives, m))
    full[1:] = factor
    value, d_beta, d_constants, d_factor = 0.0, np.zeros(n_attributes), np.zeros(n_alternatives), np.zeros_like(factor)
    for j in range(n_alternatives):
        rows = np.flatnonzero(chosen == j)
        others = [k for k in range(n_alternatives) if k != j]
        difference = full[others] - full[j]
        cholesky = np.linalg.cholesky(difference @ difference.T)
        b = v[rows][:, [j]] - v[rows][:, others]
        u = uniforms[:, rows]
        t, p, eta, hazard, slope = [], [], [], [], []
        for k in range(m):
            limit = b[:, [k]] - sum((cholesky[k, i] * eta[i] for i in range(k)), np.zeros(1))
            t.append(limit / cholesky[k, k])
            p.append(ndtr(t[k]))
            hazard.append(np.exp(-0.5 * t[k] ** 2) / np.sqrt(2 * np.pi) / p[k])
            if k + 1 < m:
                eta.append(ndtri(u[k] * p[k]))
                slope.append(hazard[k] * u[k] * p[k] * np.sqrt(2 * np.pi) * np.exp(0.5 * eta[k] ** 2))
        weight = np.prod(np.broadcast_arrays(*p), axis=0)
        total = weight.sum(axis=1, keepdims=True)
        value += np.log(total / weight.shape[1]).sum()
        weight = weight / total
        adjoint = [None] * m
        for k in reversed(range(m)):
            through = -sum((cholesky[i, k] * adjoint[i] for i in range(k + 1, m)), np.zeros(1))
            inner = hazard[k] + (through * slope[k] if k + 1 < m else 0.0)
            adjoint[k] = inner / cholesky[k, k]
        d_limits = np.stack([(weight * a).sum(axis=1) for a in adjoint], axis=1)
        d_cholesky = np.zeros((m, m))
        for k in range(m):
            for i in range(k):
                d_cholesky[k, i] = -(weight * adjoint[k] * eta[i]).sum()
            d_cholesky[k, k] = -(weight * adjoint[k] * t[k]).sum()
        for at, k in enumerate(others):
            d_beta += d_limits[:, at] @ (x[rows, j] - x[rows, k])
            d_constants[j] += d_limits[:, at].sum()
            d_constants[k] -= d_limits[:, at].sum()
        # Through the Cholesky factor to the covariance of these differences, and to the one factor of all.
        inverse = np.linalg.inv(cholesky)
        phi = np.tril(cholesky.T @ d_cholesky)
        phi[np.diag_indices(m)] *= 0.5
        d_covariance = inverse.T @ phi @ inverse
        d_covariance = 0.5 * (d_covariance + d_covariance.T)
        d_difference = 2 * d_covariance @ difference
        d_full = np.zeros_like(full)
        d_full[others] += d_difference
        d_full[j] -= d_difference.sum(axis=0)
        d_factor += np.tril(d_full[1:])
    return value, d_beta, d_constants[1:], d_factor


def of_logsum(program, table, draws, beta, constants, factor, names, replications):
    """Seconds and ln L of one evaluation and so many replications."""
    parameters = {f"b_{name}": value for name, value in zip(("x1", "x2"), beta)}
    parameters |= {f"asc_{name}": value for name, value in zip(names[1:], constants)}
    for k in range(1, len(factor)):
        for i in range(k + 1):
            parameters[f"chol_{names[k + 1]}_{names[i + 1]}"] = factor[k, i]
    lines = ["[data]", f'file = "{table}"', 'layout = "long"', 'case = "chid"', 'alternative = "alt"', 'choice = "choice"', "[parameters]"]
    lines += [f"{name} = {float(value)!r}" for name, value in parameters.items()]
    lines += ["[utility]", 'all = "b_x1 * x1 + b_x2 * x2"'] + [f'{name} = "asc_{name}"' for name in names[1:]]
    lines += ["[probit]", 'covariance = "full"', "[draws]", f"number = {draws}", 'method = "halton"', f"replications = {replications}"]
    with tempfile.TemporaryDirectory() as folder:
        model, fit = Path(folder, "model.toml"), Path(folder, "fit.json")
        model.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [program, "estimate", str(model), "-o", str(fit), "--quiet", "--max-iterations", "0", "--threads", "1"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = json.loads(fit.read_text(encoding="utf-8"))
    return found["elapsed_seconds"]["estimate"], found["log_likelihood"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--logsum", default="logsum")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    frame = pd.read_parquet(given.table)
    names = [str(name) for name in frame["alt"].unique()]
    n = len(names)
    x = frame[["x1", "x2"]].to_numpy().reshape(-1, n, 2)
    chosen = frame["choice"].to_numpy().reshape(-1, n).argmax(axis=1)
    cases, drop = len(x), 100
    uniforms = np.stack([halton(PRIMES[d], drop + cases * given.draws)[drop:].reshape(cases, given.draws) for d in range(n - 2)])
    beta, constants = np.array([-0.9, 0.6]), np.array([0.4, -0.2, 0.1])
    factor = np.array([[1.0, 0, 0], [0.5, 1.1, 0], [0.3, -0.4, 0.9]])
    plain, ours = [], []
    few, many = 2, 22
    for _ in range(given.repeat):
        started = time.perf_counter()
        value, *_ = likelihood_and_score(x, chosen, beta, constants, factor, uniforms)
        plain.append(time.perf_counter() - started)
        arguments = (given.logsum, given.table.resolve(), given.draws, beta, constants, factor, names)
        slow, ours_value = of_logsum(*arguments, many)
        fast, _ = of_logsum(*arguments, few)
        ours.append((slow - fast) / (many - few))
    print(f"ln L: numpy {value:.6f}, logsum {ours_value:.6f}")
    print(f"likelihood and score, one thread: numpy {min(plain):.3f} s, logsum {1e3 * min(ours):.2f} ms: {min(plain) / min(ours):.0f} times")


if __name__ == "__main__":
    main()
