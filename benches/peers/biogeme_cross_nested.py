#!/usr/bin/env python3
"""The cross-nested logit of the Swissmetro by Biogeme and by logsum, in one run.

    python3 biogeme_cross_nested.py [--logsum PROGRAM] [--repeat N]

Both estimate datasets/swissmetro/cross_nested.toml: the train in two nests, its allocation estimated. Prints for each the
log-likelihood, seconds of the estimation with standard errors, and seconds of the whole process. Biogeme compiles its
likelihood first; the time of a gradient once that is done stands apart, beside logsum's on one thread
(`cargo bench --bench nested` has more of those).
"""
import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "datasets" / "swissmetro"


def of_biogeme():
    """Run in a process of its own: a JSON line."""
    started = time.perf_counter()
    import biogeme.database as db
    import pandas as pd
    from biogeme import models
    from biogeme.biogeme import BIOGEME
    from biogeme.expressions import Beta, Variable
    from biogeme.nests import NestsForCrossNestedLogit, OneNestForCrossNestedLogit

    frame = pd.read_csv(DATA / "swissmetro.csv")
    frame = frame[frame["PURPOSE"].isin((1, 3)) & (frame["CHOICE"] != 0)]
    frame = frame[[name for name in frame.columns if frame[name].dtype != object]]
    frame["train_cost"] = frame["TRAIN_CO"] * (frame["GA"] == 0) / 100
    frame["sm_cost"] = frame["SM_CO"] * (frame["GA"] == 0) / 100
    data = db.Database("swissmetro", frame.astype(float))
    b_time, b_cost = Beta("b_time", 0, None, None, 0), Beta("b_cost", 0, None, None, 0)
    v = {
        1: Beta("asc_train", 0, None, None, 0) + b_time * Variable("TRAIN_TT") / 100 + b_cost * Variable("train_cost"),
        2: b_time * Variable("SM_TT") / 100 + b_cost * Variable("sm_cost"),
        3: Beta("asc_car", 0, None, None, 0) + b_time * Variable("CAR_TT") / 100 + b_cost * Variable("CAR_CO") / 100,
    }
    available = {
        1: Variable("TRAIN_AV") * (Variable("SP") != 0),
        2: Variable("SM_AV"),
        3: Variable("CAR_AV") * (Variable("SP") != 0),
    }
    alpha = Beta("alpha_existing", 0.5, 0, 1, 0)
    existing = OneNestForCrossNestedLogit(nest_param=Beta("mu_existing", 2, 1, 10, 0), dict_of_alpha={1: alpha, 3: 1.0}, name="existing")
    public = OneNestForCrossNestedLogit(nest_param=Beta("mu_public", 2, 1, 10, 0), dict_of_alpha={1: 1 - alpha, 2: 1.0}, name="public")
    nests = NestsForCrossNestedLogit(choice_set=[1, 2, 3], tuple_of_nests=(existing, public))
    likelihood = models.logcnl(v, available, nests, Variable("CHOICE"))
    with tempfile.TemporaryDirectory() as folder:
        import os

        os.chdir(folder)
        fitted = time.perf_counter()
        b = BIOGEME(data, likelihood, generate_html=False, generate_yaml=False, save_iterations=False)
        b.model_name = "cross_nested"
        result = b.estimate()
        seconds = time.perf_counter() - fitted
        raw = result.raw_estimation_results
        theta = [float(result.get_beta_values()[name]) for name in raw.beta_names]
        gradients = []
        try:
            for _ in range(5):
                at = time.perf_counter()
                b.function_evaluator.evaluate(dict(zip(raw.beta_names, theta)), gradient=True, hessian=False, bhhh=False)
                gradients.append(time.perf_counter() - at)
        except Exception as error:  # another version names it otherwise
            print(f"the gradient could not be timed: {error}", file=sys.stderr)
        os.chdir("/")
    print(json.dumps({
        "log_likelihood": raw.final_log_likelihood,
        "fit": seconds,
        "gradient": min(gradients) if gradients else None,
        "total": time.perf_counter() - started,
    }))


def of_logsum(program):
    started = time.perf_counter()
    command = [program, "estimate", str(DATA / "cross_nested.toml"), "--format", "json", "--quiet"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    total = time.perf_counter() - started
    fit = json.loads(ended.stdout)
    return {"log_likelihood": fit["log_likelihood"], "fit": fit["elapsed_seconds"]["estimate"], "total": total}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logsum", default="logsum")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--biogeme", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.biogeme:
        of_biogeme()
        return
    theirs, ours = [], []
    for _ in range(given.repeat):
        ours.append(of_logsum(given.logsum))
        ended = subprocess.run([sys.executable, __file__, "--biogeme"], capture_output=True, text=True)
        lines = [line for line in ended.stdout.splitlines() if line.startswith("{")]
        if not lines:
            sys.exit(f"Biogeme failed: {ended.stderr[-600:]}")
        theirs.append(json.loads(lines[-1]))
    best = {name: min(runs, key=lambda run: run["fit"]) for name, runs in (("biogeme", theirs), ("logsum", ours))}
    for name, run in best.items():
        gradient = f", warm gradient {1e3 * run['gradient']:.1f} ms" if run.get("gradient") else ""
        print(f"{name}: ln L {run['log_likelihood']:.4f}, fit {run['fit']:.3f} s, whole process {run['total']:.2f} s{gradient}")
    ratio = [best["biogeme"][key] / best["logsum"][key] for key in ("fit", "total")]
    print(f"ratios: fit {ratio[0]:.0f}, whole process {ratio[1]:.0f}")


if __name__ == "__main__":
    main()
