#!/usr/bin/env python3
"""Screening of names beside open peers, on the same labelled pairs in the same run, one thread each.

    bench/names.py DATA [--bonafide FILE] [--json]

DATA/names/nomenklatura_cases_dev.csv holds the pairs. Bonafide is judged at its own threshold by
`bonafide eval names`; each peer at the threshold that gives it the best F1 on these very pairs, which is kinder to
the peer. Peers: nomenklatura (its matchers logic-v1 and logic-v2) and the token set ratio of rapidfuzz.
"""

import argparse
import csv
import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from peers import newest_build

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bonafide" / "names"
PINNED = ["nomenklatura==4.17.4", "rapidfuzz==3.14.6"]
# nomenklatura needs PyICU, which has no wheel: Debian's own Python has it as a package.
PYTHON, ICU = "/usr/bin/python3", "python3-icu"
PEERS = ["logic-v1", "logic-v2", "token-set"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--bonafide", type=Path, help="the program [default: the newest build]")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--worker", help=argparse.SUPPRESS)
    args = arguments.parse_args()
    if args.worker:
        return work(args.worker, args.data)
    python = environment()
    results = {"bonafide": bonafide(args.bonafide or newest_build(), args.data)}
    for peer in PEERS:
        ran = subprocess.run([python, __file__, args.data, "--worker", peer], capture_output=True, text=True)
        if ran.returncode:
            sys.exit(f"names: {peer} failed:\n{ran.stderr[-2000:]}")
        results[peer] = judged(json.loads(ran.stdout))
    if args.json:
        return print(json.dumps(results, indent=2))
    print(f"{'':14}{'F1':>8}{'FPR':>8}{'strong missed':>16}{'threshold':>11}{'ms a pair':>11}")
    for name, r in results.items():
        ms = "" if r["ms"] is None else f"{r['ms']:.3f}"
        print(f"{name:14}{r['f1']:8.3f}{r['fpr']:8.3f}{r['strong_misses']:16}{r['threshold']:>11}{ms:>11}")


def environment():
    python, mark = CACHE / "bin/python", CACHE / ".installed"
    if not mark.exists() or mark.read_text() != "\n".join(PINNED):
        print("names: installing the peers (once)", file=sys.stderr)
        if subprocess.run([PYTHON, "-c", "import icu"], capture_output=True).returncode:
            subprocess.run([*([] if os.geteuid() == 0 else ["sudo"]), "apt-get", "install", "-y", "-q", ICU, "python3-venv"], check=True)
        subprocess.run([PYTHON, "-m", "venv", "--system-site-packages", CACHE], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--only-binary=:all:", *PINNED], check=True)
        mark.write_text("\n".join(PINNED))
    return python


def bonafide(program, data):
    ran = subprocess.run([program, "eval", "names", data, "--json"], capture_output=True, text=True, check=True)
    metrics = json.loads(ran.stdout)["metrics"]
    return {"f1": metrics["f1"]["value"], "fpr": metrics["fpr"]["value"],
            "strong_misses": metrics["strong_misses"]["k"], "threshold": "its own", "ms": None}


def pairs(data):
    with open(data / "names/nomenklatura_cases_dev.csv", newline="") as file:
        return list(csv.DictReader(file))


def judged(run):
    """The threshold with the best F1, and what it gives."""
    scored, best = run["scored"], None
    for step in range(1, 100):
        threshold = step / 100
        told = [(same, strong, score >= threshold) for same, strong, score in scored]
        tp = sum(same and hit for same, _, hit in told)
        fp = sum(not same and hit for same, _, hit in told)
        missed = sum(same and not hit for same, _, hit in told)
        different = sum(not same for same, _, _ in told)
        result = {"f1": 2 * tp / max(1, 2 * tp + fp + missed), "fpr": fp / different,
                  "strong_misses": sum(same and strong and not hit for same, strong, hit in told),
                  "threshold": f"{threshold:.2f}", "ms": run["ms"]}
        if best is None or result["f1"] > best["f1"]:
            best = result
    return best


def work(peer, data):
    """In the peers' Python: every pair's score, and the time of one."""
    rows = pairs(data)
    score = scorer(peer)
    score(rows[0])
    start = time.perf_counter()
    scored = [(r["is_match"] == "true", r["quality"] == "STRONG", score(r)) for r in rows]
    print(json.dumps({"scored": scored, "ms": (time.perf_counter() - start) * 1000 / len(rows)}))


def scorer(peer):
    if peer == "token-set":
        from rapidfuzz import fuzz, utils
        return lambda r: fuzz.token_set_ratio(r["name1"], r["name2"], processor=utils.default_process) / 100
    from nomenklatura.matching import get_algorithm
    try:
        from followthemoney import ValueEntity as Entity
    except ImportError:
        from nomenklatura.entity import CompositeEntity as Entity
    algorithm = get_algorithm(peer)
    config = algorithm.default_config()

    def entity(number, schema, name):
        return Entity.from_dict({"id": number, "schema": schema, "properties": {"name": [name]}})

    # The matcher remembers what it made of an entity by its id, so every name needs one of its own.
    numbers = itertools.count()

    def score(r):
        a, b = (entity(f"n{next(numbers)}", r["schema"], r[name]) for name in ("name1", "name2"))
        return algorithm.compare(a, b, config).score

    return score


if __name__ == "__main__":
    main()
