#!/usr/bin/env python3
"""Runs logsum on the case description of a comparison run (JSON) and prints one JSON object.

    python3 logsum.py CASE.json [--logsum PROGRAM] [--table parquet|csv] [--threads N]

The description names a table with a row per alternative (chid, alt, choice, perhaps avail, the attributes) and a
model. The model file is written to a temporary folder, the program is run on it, and its fit file becomes the answer:
log-likelihood, seconds, and the estimates by the names of the description. Whatever goes wrong is the answer as well,
with status "failed" and a note. A family that is not in FAMILIES cannot be estimated.

The times and the memory of the answer's process include this script's own: some 0.05 s and 10 MB.
"""
import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path


# Randomisations of the draws that measure the simulation error; None for as many as usual.
REPLICATIONS = None


def quoted(text):
    """A TOML string: JSON's escapes are a subset of TOML's. Serves as a quoted key too."""
    return json.dumps(str(text), ensure_ascii=False)


def coefficient(attribute):
    """A parameter may not bear the name of a column."""
    return f"b_{attribute}"


def multinomial(case):
    """Generic coefficients and constants: the parts of a model file, and our name of each parameter of the case."""
    ours = {f"asc_{alternative}": f"asc_{alternative}" for alternative in case["asc_alts"]}
    ours |= {attribute: coefficient(attribute) for attribute in case["attributes"]}
    utility = {"all": " + ".join(f"`{coefficient(name)}` * `{name}`" for name in case["attributes"]) or "0"}
    utility |= {alternative: f"`asc_{alternative}`" for alternative in case["asc_alts"]}
    return {"parameters": dict.fromkeys(ours.values(), 0.0), "utility": utility, "tables": ""}, ours


def mixed(case):
    """The same with random coefficients: normal ones, and lognormal ones."""
    parts, ours = multinomial(case)
    shapes = {"n": "normal", "ln": "lognormal"}
    random = [f'{quoted(coefficient(name))} = {{ distribution = "{shapes[kind]}" }}' for name, kind in case["random"].items()]
    ours |= {f"sd.{name}": f"sd_{coefficient(name)}" for name in case["random"]}
    draws = f'number = {case["draws"]}\nmethod = "halton"'
    if REPLICATIONS is not None:
        draws += f"\nreplications = {REPLICATIONS}"
    return parts | {"tables": "\n[random]\n" + "\n".join(random) + "\n\n[draws]\n" + draws + "\n"}, ours


def probit(case):
    """Normal errors with any covariance; differences against the alternative without a constant, the first one."""
    parts, ours = multinomial(case)
    draws = f'number = {case["draws"]}\nmethod = "halton"'
    if REPLICATIONS is not None:
        draws += f"\nreplications = {REPLICATIONS}"
    tables = '\n[probit]\ncovariance = "full"\n\n[draws]\n' + draws + "\n"
    return parts | {"tables": tables}, ours


def nested(case):
    """One level of nests; the case's names are those of scales, mu = 1/dissimilarity."""
    parts, ours = multinomial(case)
    names = {nest: f"lambda_{nest}" for nest in case["nests"]}
    lines = [
        f'{quoted(nest)} = {{ members = [{", ".join(quoted(member) for member in members)}], dissimilarity = {quoted(names[nest])} }}'
        for nest, members in case["nests"].items()
    ]
    ours |= {f"mu.{nest}": name for nest, name in names.items()}
    parts["parameters"] |= dict.fromkeys(names.values(), 1.0)
    return parts | {"tables": "\n[nests]\n" + "\n".join(lines) + "\n"}, ours


# Each function takes the case and gives the parts of the model file ("tables" stands as it is, at the end) and, by the
# case's names of the parameters, logsum's.
FAMILIES = {"mnl": multinomial, "mixed": mixed, "nested": nested, "probit": probit}


def model_file(case, parts, table):
    """The text of the model file."""
    data = {"file": Path(case["data_dir"], f"{case['data']}.{table}"), "layout": "long"}
    data |= {"case": "chid", "alternative": "alt", "choice": "choice"}
    if case["avail"]:
        data["filter"] = "avail == 1"
    if case["panel"]:
        data["decision_maker"] = "id"
    lines = [f"title = {quoted(case['title'])}", "", "[data]"]
    lines += [f"{name} = {quoted(value)}" for name, value in data.items()]
    lines += ["", "[parameters]"] + [f"{quoted(name)} = {start}" for name, start in parts["parameters"].items()]
    lines += ["", "[utility]"] + [f"{quoted(name)} = {quoted(text)}" for name, text in parts["utility"].items()]
    return "\n".join(lines) + "\n" + parts["tables"]


def answer(fit, ours, threads):
    """The fit file in the words of the comparison. One number is named `n_obs` there: the cases."""
    by_term = {parameter["term"]: parameter for parameter in fit["parameters"]}
    for nest in (fit.get("nests") or {}).get("nests", []):
        # The comparison has scales.
        by_term[f"lambda_{nest['name']}"] = {"estimate": nest["scale"]["estimate"], "std_error": nest["scale"]["std_error"]}
    return {
        "version": fit["logsum_version"],
        "status": "ok",
        "n_obs": fit["n_cases"],
        "n_params": fit["n_parameters"],
        "log_likelihood": fit["log_likelihood"],
        "converged": fit["converged"],
        "iterations": fit["convergence"]["iterations"],
        "seconds_fit": fit["elapsed_seconds"]["estimate"],
        "threads": threads,
        "note": "; ".join([f"read in {fit['elapsed_seconds']['read']:.3f} s", f"gradient norm {fit['convergence']['gradient_norm']:.1e}", *fit["warnings"]]),
        "coefficients": {name: by_term[term]["estimate"] for name, term in ours.items()},
        "std_errs": {name: by_term[term]["std_error"] for name, term in ours.items()},
    }


def run(case, program, table, threads):
    """Estimates the case; the answer."""
    if case["family"] not in FAMILIES:
        return {"status": "failed", "note": f"family {case['family']}: logsum has {', '.join(FAMILIES)}"}
    parts, ours = FAMILIES[case["family"]](case)
    with tempfile.TemporaryDirectory() as folder:
        model, fit = Path(folder, "model.toml"), Path(folder, "fit.json")
        model.write_text(model_file(case, parts, table), encoding="utf-8")
        command = [program, "estimate", str(model), "--output", str(fit), "--quiet", "--threads", str(threads)]
        try:
            ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        except OSError as error:
            return {"status": "failed", "note": f"{program}: {error.strerror}; give the program with --logsum"}
        # Exit code 1 is a fit that has not converged, which the answer says.
        if ended.returncode not in (0, 1) or not fit.exists():
            return {"status": "failed", "note": f"exit {ended.returncode}: {' '.join(ended.stderr.split())}"[:300]}
        return answer(json.loads(fit.read_text(encoding="utf-8")), ours, threads)


def main():
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = int(os.environ.get("RAYON_NUM_THREADS") or cores)  # a comparison on fewer threads tells it in this way
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", type=Path, help="the case description (JSON)")
    parser.add_argument("--logsum", default="logsum", help="the program (default: logsum, from PATH)")
    parser.add_argument("--table", choices=("parquet", "csv"), default="parquet", help="which copy of the table to read")
    parser.add_argument("--threads", type=int, default=cores, help="threads to use (default: all cores)")
    parser.add_argument("--replications", type=int, help="randomisations of the draws; 0 leaves the simulation error out")
    given = parser.parse_args()
    global REPLICATIONS
    REPLICATIONS = given.replications
    case = json.loads(given.case.read_text(encoding="utf-8"))
    print(json.dumps({"package": "logsum"} | run(case, given.logsum, given.table, given.threads)))


if __name__ == "__main__":
    main()
