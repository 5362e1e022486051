"""A server of ours, asked, started and killed the way its operator would: for the programs beside this one."""

import http.client
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "bonafide/target"))
BINARY = TARGET / "debug/bonafide"
# Seconds until a server has to serve.
PATIENCE = 300


class Refused(Exception):
    """An answer that is none of 2xx: the request and what was said to it."""


class Api:
    """One connection, as a client keeps it. Every method returns the answer's JSON, or raises `Refused` or `OSError`."""

    def __init__(self, url: str, key: str, timeout: float = 300):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def get(self, path: str, **query) -> dict:
        return self.call("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: dict | None = None) -> dict:
        return self.call("POST", path, {} if body is None else body)

    def delete(self, path: str) -> dict:
        return self.call("DELETE", path)

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        text = None if body is None else json.dumps(body)
        while True:
            self.connection.request(method, path, text, self.headers)
            answer = self.connection.getresponse()
            said = answer.read()
            if answer.status != 429:
                break
            time.sleep(float(answer.headers["Retry-After"]))
        if answer.status // 100 != 2:
            raise Refused(f"{method} {path} {text or ''}: {answer.status} {said.decode(errors='replace')}")
        return json.loads(said) if said else {}

    def events(self, after: int = 0, **query):
        """Every event after a position, oldest first."""
        while True:
            page = self.get("/console/events", after=after, limit=200, **query)
            yield from page["data"]
            if not page["data"]:
                return
            after = page["next"]

    def deliveries(self, webhook: str) -> dict[str, int]:
        """How many messages of a webhook are pending, delivered and dead."""
        counts = self.get(f"/console/webhooks/{webhook}")["deliveries"]
        return {status: counts.get(status, 0) for status in ("pending", "delivered", "dead")}


class Installation:
    """A data folder with one key of a sandbox, and the server on it. `settings` are the server's, without
    `BONAFIDE_`."""

    def __init__(self, binary: Path, folder: Path, **settings):
        self.binary, self.folder = binary, folder
        self.data = folder / "data"
        self.url = None
        # Receivers are on this machine, and how fast we ask is not what is tested.
        defaults = {"WEBHOOK_NETWORKS": '["127.0.0.0/8"]', "REQUESTS_PER_MINUTE": 1_000_000}
        ours = {f"BONAFIDE_{k}": str(v) for k, v in (defaults | settings).items()}
        self.environment = os.environ | ours | {"NO_COLOR": "1"}
        scopes = ["--scope", "verifications", "--scope", "keys"]
        made = [binary, "keys", "create", "--sandbox", *scopes, "--data-dir", self.data, "--json"]
        self.key = json.loads(subprocess.check_output(made, env=self.environment))["key"]
        self.server = None

    def api(self, timeout: float = 300) -> Api:
        return Api(self.url, self.key, timeout)

    def start(self) -> None:
        """Returns when it is ready, at a port that was free: `url` is another one each time."""
        command = [self.binary, "serve", "--data-dir", self.data, "--listen", "127.0.0.1:0"]
        self.url = None
        with open(self.folder / "server.log", "ab") as log:
            before = log.tell()
            self.server = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment)
        until = time.monotonic() + PATIENCE
        while not self.ready(before):
            if self.server.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"the server did not become ready:\n{self.log_end()}")
            time.sleep(0.02)

    def ready(self, before: int) -> bool:
        """`before` is where this start begins in the log."""
        if self.url is None:
            log = (self.folder / "server.log").read_bytes()[before:]
            serving = re.search(rb"serving listen=(\S+) ", log)
            if not serving:
                return False
            self.url = f"http://{serving[1].decode()}"
        try:
            self.api(5).get("/ready")
        except (OSError, Refused, http.client.HTTPException):
            return False
        return True

    def kill(self) -> None:
        """Without a chance to tidy up."""
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            self.server.terminate()
            try:
                self.server.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def log_end(self) -> str:
        return "\n".join((self.folder / "server.log").read_text(errors="replace").splitlines()[-20:])

    def errors(self) -> list[str]:
        """What the server logged as an error."""
        with open(self.folder / "server.log", encoding="utf-8", errors="replace") as log:
            return [line.rstrip() for line in log if "ERROR" in line]
