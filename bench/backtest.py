"""How long does looking back over many sessions take?

    python3 bench/backtest.py DATA_DIR [--sessions 10000] [--program PATH]

DATA_DIR is the data folder of a stopped server that has judged at least one session (`./run --once` leaves one in
`data`). Its judged sessions are multiplied in a copy of the database, and `bonafide backtest` runs on that.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "bonafide/target"))


def multiply(database: Path, wanted: int) -> int:
    db = sqlite3.connect(database)
    db.execute("PRAGMA foreign_keys = ON")
    columns = lambda table: [row[1] for row in db.execute(f"PRAGMA table_info({table})")]  # noqa: E731
    of_verification, of_assessment = columns("verifications"), columns("assessments")
    judged = db.execute(
        f"SELECT {', '.join('v.' + c for c in of_verification)}, {', '.join('a.' + c for c in of_assessment)} "
        "FROM verifications v JOIN assessments a ON a.organization = v.organization AND a.verification = v.id"
    ).fetchall()
    if not judged:
        raise SystemExit("no session was judged in this data folder")
    insert = lambda table, names: (  # noqa: E731
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    )
    have = len(judged)
    for n in range(wanted - have):
        row = judged[n % have]
        verification = dict(zip(of_verification, row[: len(of_verification)]))
        assessment = dict(zip(of_assessment, row[len(of_verification) :]))
        verification["id"] = assessment["verification"] = uuid.uuid4().bytes
        assessment["id"], assessment["number"] = uuid.uuid4().bytes, 1
        db.execute(insert("verifications", of_verification), list(verification.values()))
        db.execute(insert("assessments", of_assessment), list(assessment.values()))
    db.commit()
    return db.execute("SELECT SUM(LENGTH(detail)) FROM assessments").fetchone()[0]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--sessions", type=int, default=10_000)
    arguments.add_argument("--program", default=str(TARGET / "debug/bonafide"))
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(asked.data, data)
        size = multiply(data / "bonafide.db", asked.sessions)
        weights = Path(folder) / "weights.json"
        weights.write_text(json.dumps({"score_tolerance": 0.95, "portrait_match_tolerance": 0.05}))
        command = [asked.program, "backtest", "--weights", str(weights), "--data-dir", str(data), "--json"]
        told = json.loads(subprocess.check_output(command))
        report = told["report"]
        print(f"{report['sessions']} sessions ({size / 1e6:.0f} MB of stored decisions): {told['seconds']:.2f} s")
        print(f"before {report['before']}, after {report['after']}, {len(report['flips'])} would change")


main()
