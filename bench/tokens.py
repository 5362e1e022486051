"""How many access tokens are issued a second, and whether a client is locked out that asks for one all the time.

    python3 bench/tokens.py [--seconds 10] [--connections 8] [--program PATH]

Starts a server of its own on loopback with a fresh data folder. First as many tokens as it gives, by all connections
together; then, with the limits as they are shipped, ten clients that each ask as one vendor's Node library does: a
token every 3.6 seconds, because it takes the seconds of `expires_in` for milliseconds. Fails below 300 a second, and
where one of the ten is refused.
"""

import argparse
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

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "bonafide/target"))
GOAL = 300
EVERY = 3.6


class Connection:
    """Bytes that are made once: what is measured is the server."""

    def __init__(self, port: int, client: dict):
        form = (
            f"grant_type=client_credentials&client_id={client['client_id']}"
            f"&client_secret={client['client_secret']}&scope=identity-verification"
        )
        self.request = (
            "POST /connect/token HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(form)}\r\n\r\n{form}"
        ).encode()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def token(self) -> int:
        """The status that one more token is answered with."""
        self.socket.sendall(self.request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.read()
        head, _, body = answer.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields[b"content-length"]):
            body += self.read()
        return int(head.split(b" ", 2)[1])

    def read(self) -> bytes:
        some = self.socket.recv(65536)
        if not some:
            raise ConnectionError("the server hung up")
        return some


def together(work, many: int) -> list:
    """What each of some threads comes to."""
    results: list = [None] * many

    def one(n: int) -> None:
        results[n] = work(n)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result is not None for result in results), "a thread came to no end"
    return results


def serve(program: str, folder: str, environment: dict) -> tuple[subprocess.Popen, int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = open(Path(folder) / "server.log", "ab")
    command = [program, "serve", "--data-dir", folder, "--listen", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | environment)
    ready = [program, "ready", "--url", f"http://127.0.0.1:{port}"]
    for _ in range(600):
        if subprocess.run(ready, capture_output=True, check=False).returncode == 0:
            return server, port
        time.sleep(0.1)
    server.kill()
    sys.exit("the server did not start")


def rate(port: int, client: dict, connections: int, seconds: float) -> tuple[float, list[float]]:
    end = time.monotonic() + seconds

    def asks(_: int) -> list[float]:
        connection, times = Connection(port, client), []
        while (began := time.monotonic()) < end:
            status = connection.token()
            assert status == 200, status
            times.append(time.monotonic() - began)
        return times

    times = sorted(time for of_one in together(asks, connections) for time in of_one)
    return len(times) / seconds, times


def patient(port: int, clients: list[dict], seconds: float) -> list[int]:
    def asks(n: int) -> list[int]:
        connection, statuses = Connection(port, clients[n]), []
        for _ in range(round(seconds / EVERY)):
            statuses.append(connection.token())
            time.sleep(EVERY)
        return statuses

    return [status for of_one in together(asks, len(clients)) for status in of_one]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--connections", type=int, default=8)
    arguments.add_argument("--program", default=str(TARGET / "debug/bonafide"))
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make = [asked.program, "oauth-clients", "create", "--data-dir", folder, "--json"]
        clients = [json.loads(subprocess.check_output(make)) for _ in range(10)]
        # The limit of a caller is not what is measured.
        server, port = serve(asked.program, folder, {"BONAFIDE_REQUESTS_PER_MINUTE": "1000000000"})
        try:
            each, times = rate(port, clients[0], asked.connections, asked.seconds)
        finally:
            server.terminate()
            server.wait()
        median, worst = statistics.median(times) * 1000, times[int(len(times) * 0.99)] * 1000
        print(f"{each:.0f} tokens a second by {asked.connections} connections; median {median:.1f} ms, 99 % {worst:.1f} ms")
        server, port = serve(asked.program, folder, {})
        try:
            statuses = patient(port, clients, max(asked.seconds, 2 * EVERY))
        finally:
            server.terminate()
            server.wait()
        refused = sum(status != 200 for status in statuses)
        print(f"{len(statuses)} tokens for {len(clients)} clients, one every {EVERY} s: {refused} refused")
        sys.exit(each < GOAL or refused > 0)


if __name__ == "__main__":
    main()
