"""Many people at once on one machine: does everybody end with the right result, and do other calls stay quick?

    python3 bench/sessions.py [--sessions 200] [--program PATH]

Starts a server of its own on loopback with a fresh data folder. Every fourth person holds up somebody else's face.
While all of them are in progress, another caller reads and lists sessions and is timed. At the end the decisions of a
hundred are made again from what was stored.
"""

import argparse
import base64
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "bonafide/target"))


class Api:
    """One connection, as a client keeps it."""

    def __init__(self, port: int, client: str, token: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Authorization": f"Bearer {token}", "X-Client-Id": client}

    def post(self, path: str, body: dict):
        headers = self.headers | {"Content-Type": "application/json"}
        return self.send(path, json.dumps(body).encode(), headers)

    def picture(self, session: str, jpeg: bytes):
        line = b"----bench"
        parts = b"".join(
            b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (line, name, value)
            for name, value in ((b"session_id", session.encode()), (b"latitude", b"45.5"), (b"longitude", b"-73.6"))
        )
        head = b'--%s\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = parts + head % line + jpeg + b"\r\n--%s--\r\n" % line
        headers = self.headers | {"Content-Type": f"multipart/form-data; boundary={line.decode()}"}
        return self.send("/idv/sdk/document/front/add", body, headers)

    def send(self, path: str, body: bytes, headers: dict):
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text)


def person(api: Api, n: int, pictures: dict, results: dict) -> None:
    def good(answer):
        assert answer[0] == 200, answer
        return answer[1]

    session = good(api.post("/idv/session/create", {}))["session_id"]
    good(api.post("/idv/sdk/consent/add", {"session_id": session, "consented": True}))
    good(api.post("/idv/sdk/document/type/update", {"session_id": session, "document_type_e": "passport"}))
    good(api.picture(session, pictures["passport.jpg"]))
    place = {"session_id": session, "latitude": 45.5, "longitude": -73.6}
    good(api.post("/idv/sdk/liveness/session/generate", place))
    selfie = pictures["other.jpg" if n % 4 == 3 else "selfie.jpg"]
    good(api.post("/idv/sdk/liveness/session/process", place | {"images": [base64.b64encode(selfie).decode()]}))
    while True:
        status, body = api.post("/idv/sdk/finalize", {"session_id": session})
        if status == 200:
            results[n] = (session, body["verified"])
            return
        assert status == 503, (status, body)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sessions", type=int, default=200)
    arguments.add_argument("--program", default=str(TARGET / "debug/bonafide"))
    asked = arguments.parse_args()
    pictures = {name: (SAMPLE / name).read_bytes() for name in ("passport.jpg", "selfie.jpg", "other.jpg")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        made = [asked.program, "oauth-clients", "create", "--name", "bench", "--data-dir", folder, "--json"]
        client = json.loads(subprocess.check_output(made))
        log = open(Path(folder) / "server.log", "wb")
        serve = [asked.program, "serve", "--data-dir", folder, "--listen", f"127.0.0.1:{port}"]
        # The limit of a caller is not what is measured.
        unlimited = os.environ | {"BONAFIDE_REQUESTS_PER_MINUTE": "1000000000"}
        server = subprocess.Popen(serve, stdout=log, stderr=log, env=unlimited)
        try:
            ended, fine = run(asked.sessions, port, client, pictures, server.pid)
        finally:
            server.terminate()
            server.wait()
        # With the server gone, its decisions are made again from what it stored.
        replayed = 0
        for session in ended[:100]:
            again = [asked.program, "replay", session, "--data-dir", folder, "--json"]
            decisions = json.loads(subprocess.check_output(again))
            replayed += bool(decisions) and all(decision["same"] for decision in decisions)
        print(f"decisions made again, equal to the last bit: {replayed} of {len(ended[:100])} sessions")
        sys.exit(not fine or replayed != len(ended[:100]))


def run(sessions: int, port: int, client: dict, pictures: dict, pid: int) -> tuple[list[str], bool]:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                break
        except OSError:
            time.sleep(0.1)
    form = f"grant_type=client_credentials&client_id={client['client_id']}&client_secret={client['client_secret']}"
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/oauth2/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
    token = json.loads(connection.getresponse().read())["access_token"]
    api = lambda: Api(port, client["client_id"], token)  # noqa: E731
    results, failures, times = {}, [], []
    over = threading.Event()

    def one(n: int) -> None:
        try:
            person(api(), n, pictures, results)
        except Exception as error:  # noqa: BLE001: every kind of failure is counted
            failures.append((n, repr(error)))

    def other() -> None:
        mine = api()
        session = mine.post("/idv/session/create", {})[1]["session_id"]
        calls = [
            ("/idv/session/read", {"session_id": session}),
            ("/idv/sdk/session/read", {"session_id": session}),
            ("/idv/session/test/read", {"session_id": session}),
            ("/idv/session/list", {"take": 5}),
            ("/idv/session/create", {}),
        ]
        while not over.is_set():
            for path, body in calls:
                begin = time.perf_counter()
                status, _ = mine.post(path, body)
                times.append((time.perf_counter() - begin) * 1000)
                if status != 200:
                    failures.append((path, status))
            time.sleep(0.05)

    begin = time.perf_counter()
    threads = [threading.Thread(target=one, args=(n,)) for n in range(sessions)]
    caller = threading.Thread(target=other)
    for thread in threads:
        thread.start()
    caller.start()
    while any(t.is_alive() for t in threads):
        time.sleep(2)
        print(f"\r{len(results)}/{sessions} done, {len(failures)} failures", end="", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - begin
    over.set()
    caller.join()
    print(file=sys.stderr)
    memory = next(l for l in open(f"/proc/{pid}/status") if l.startswith("VmHWM"))
    right = sum(n in results and results[n][1] is (n % 4 != 3) for n in range(sessions))
    cuts = statistics.quantiles(times, n=100)
    print(f"{sessions} sessions in {seconds:.0f} s ({sessions / seconds:.2f} a second)")
    print(f"right results: {right}, lost: {sessions - len(results)}, failures: {failures[:5]}")
    print(f"other calls meanwhile: {len(times)}, p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms")
    print(f"most memory of the server: {int(memory.split()[1]) // 1024} MiB")
    return [session for session, _ in results.values()], right == sessions and not failures


main()
