"""Receivers that lie among receivers that do not: is anything lost, is anybody kept waiting, and how much goes through?

    python3 bench/webhooks.py [--events 10000] [--endpoints 50] [--liars 11] [--compare] [--binary PATH]

Starts a server of its own on loopback with a fresh data folder (SQLite). Sessions are created as fast as they can be;
each is one event that goes to every endpoint. When the honest endpoints have everything, sessions are created one by
one, and the time from event to arrival is taken. `--compare` does it all again without the liars. Prints a table; the
status is 1 when a message was lost, came twice without need, or was signed wrongly, and when liars held others up.
"""

import argparse
import asyncio
import inspect
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "clients/webhooks"))

from honest import Honest  # noqa: E402
from installation import BINARY, Api, Installation  # noqa: E402
from liars import DELIVERED, FAILS, GONE, Liars  # noqa: E402

WORD = "idv.session.created"
# Sessions that are created one by one, and how many a second.
SINGLE, PACE = 60, 2
# Seconds without a new message until the rest counts as lost.
PATIENCE = 60
# How much later a message may come, once the others' backlog is gone, because of liars: in milliseconds at the 95th
# percentile, and times the value without them.
LATER_MS, LATER_TIMES = 250, 3


class Remote:
    """An object with a loop, in a process of its own."""

    def __init__(self, kind: type):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=serve, args=(theirs, kind), daemon=True)
        self.process.start()

    def call(self, method: str, *arguments):
        self.pipe.send((method, arguments))
        return self.pipe.recv()


def serve(pipe, kind: type) -> None:
    async def run():
        target, loop = kind(), asyncio.get_running_loop()
        while True:
            method, arguments = await loop.run_in_executor(None, pipe.recv)
            result = getattr(target, method)(*arguments)
            pipe.send(await result if inspect.isawaitable(result) else result)

    asyncio.run(run())


class Measured(NamedTuple):
    """What a run showed: the rows of the table, the latencies of single messages in milliseconds, what was wrong."""

    rows: dict[str, str]
    single_ms: list[float]
    wrong: list[str]


def create(api: Api, sessions: int, callers: int, installation: Installation) -> list[float]:
    """Sessions from several callers at once; the milliseconds that each took."""
    left, took, lock = iter(range(sessions)), [], threading.Lock()

    def caller(api: Api) -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            begin = time.perf_counter()
            api.post("/idv/session/create")
            took.append((time.perf_counter() - begin) * 1000)

    threads = [threading.Thread(target=caller, args=(installation.api(),)) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def create_paced(api: Api, sessions: int) -> None:
    begin = time.monotonic()
    for n in range(sessions):
        time.sleep(max(0, begin + n / PACE - time.monotonic()))
        api.post("/idv/session/create")


def until_all(honest: Remote, events: int, say: str) -> bool:
    """Waits until every honest endpoint has so many events."""
    before, since = None, time.monotonic()
    while True:
        messages, _, fewest = honest.call("counts")
        if sys.stderr.isatty():
            print(f"\r{say}: {fewest} of {events} events at the last endpoint", end="", file=sys.stderr, flush=True)
        if fewest >= events:
            return True
        if messages != before:
            before, since = messages, time.monotonic()
        if time.monotonic() - since > PATIENCE:
            return False
        time.sleep(0.05)


def wrong_about_honest(api: Api, webhook: str, events: int):
    # What came is recorded a moment later.
    until = time.monotonic() + PATIENCE
    while (counts := api.deliveries(webhook))["pending"] and time.monotonic() < until:
        time.sleep(0.2)
    if counts != {"pending": 0, "delivered": events, "dead": 0}:
        yield f"an honest endpoint has {counts} of {events} events"


def wrong_about_liar(api: Api, webhook: str, kind: str, events: int):
    """Nothing is lost there either, and what it made of the messages is what the server believes."""
    read = api.get(f"/console/webhooks/{webhook}")
    counts, reason = read["deliveries"], read.get("disabled_reason")
    expected = Liars.KINDS[kind]
    # What happens once it is switched off is not for it.
    if expected != GONE and sum(counts.values()) != events:
        yield f"{kind}: of {events} events there are {counts}"
    if (expected == DELIVERED) != ("delivered" in counts):
        yield f"{kind}: messages are {counts}"
    if (expected == GONE) != (reason == "gone"):
        yield f"{kind}: switched off because {reason}"


def unneeded(api: Api, webhooks: list[str], twice: list[tuple[int, str, int]]):
    """What came more often than the server says it tried."""
    for endpoint, event, times in twice:
        attempts = api.get(f"/console/webhooks/{webhooks[endpoint]}/deliveries/{event}")["data"]
        if len(attempts) < times:
            yield f"{event} came {times} times to endpoint {endpoint} in {len(attempts)} attempts"


def peak_mib(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024


def processor_s(pid: int) -> float:
    """User and system time of all its threads."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentiles(values: list[float]) -> str:
    cuts = statistics.quantiles(values, n=100)
    return f"{cuts[49]:.0f} / {cuts[94]:.0f} / {cuts[98]:.0f} ms"


def register(api: Api, name: str, url: str) -> tuple[str, str]:
    new = {"api": "vult", "name": name, "url": url, "events": [WORD]}
    made = api.post("/console/webhooks", new)
    return made["id"], made["secret"]


def measure(binary: Path, events: int, endpoints: int, kinds: list[str], callers: int) -> Measured:
    honest, liars = Remote(Honest), Remote(Liars)
    ports, lying = honest.call("open", endpoints), liars.call("open", kinds)
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(binary, Path(folder))
        try:
            installation.start()
            api = installation.api()
            made = [register(api, f"honest {port}", f"http://127.0.0.1:{port}/") for port in ports]
            honest_ids, secrets = zip(*made, strict=True)
            honest.call("learn", list(secrets))
            liar_ids = [register(api, kind, url)[0] for kind, url in zip(kinds, lying, strict=True)]
            pid, before = installation.server.pid, processor_s(installation.server.pid)
            begin = time.time()
            took = create(api, events, callers, installation)
            last, waiting = time.time(), events * endpoints - honest.call("counts")[0]
            arrived = until_all(honest, events, "backlog")
            drained, processor = time.time(), processor_s(pid) - before
            connections = honest.call("counts")[1]
            create_paced(api, SINGLE)
            arrived &= until_all(honest, events + SINGLE, "single")
            born, at, numbers, wrong, twice = honest.call("report")
            if not arrived:
                wrong.append(f"no message came for {PATIENCE} s, and some were missing")
            for webhook in honest_ids:
                wrong += wrong_about_honest(api, webhook, events + SINGLE)
            for webhook, kind in zip(liar_ids, kinds, strict=True):
                wrong += wrong_about_liar(api, webhook, kind, events + SINGLE)
            wrong += unneeded(api, honest_ids, twice)
            if followed := liars.call("followed"):
                wrong.append(f"{followed} redirects were followed")
            wrong += [f"the server logged {line}" for line in installation.errors()[:5]]
            peak = peak_mib(pid)
        finally:
            installation.stop()
            honest.process.terminate()
            liars.process.terminate()
    bulk = [t for t, n in zip(at, numbers, strict=True) if born[n] < drained]
    single = [(t - born[n]) * 1000 for t, n in zip(at, numbers, strict=True) if born[n] >= drained]
    rows = {
        "events made": f"{events / (last - begin):.0f} a second",
        "their calls, 50 / 95 / 99 %": percentiles(took),
        "messages delivered, overall": f"{len(bulk) / (max(bulk) - begin):.0f} a second",
        "… while events were made": f"{sum(t < last for t in bulk) / (last - begin):.0f} a second",
        "… after the last event": f"{waiting / (drained - last):.0f} a second" if waiting else "none were left",
        "every honest endpoint had all after the last event": f"{drained - last:.1f} s",
        "event to arrival, one by one, 50 / 95 / 99 %": percentiles(single),
        "messages in a connection": f"{len(bulk) / connections:.1f}",
        "came again": str(sum(times - 1 for _, _, times in twice)),
        "most memory of the server": f"{peak} MiB",
        "its processor time for a message": f"{processor / len(bulk) * 1000:.2f} ms",
    }
    return Measured(rows, single, wrong)


def held_up(with_liars: Measured, without: Measured):
    late, early = (statistics.quantiles(m.single_ms, n=20)[18] for m in (with_liars, without))
    if late > max(early * LATER_TIMES, early + LATER_MS):
        yield f"with liars a message takes {late:.0f} ms at the 95th percentile, without them {early:.0f} ms"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=10_000)
    arguments.add_argument("--endpoints", type=int, default=50)
    arguments.add_argument("--liars", type=int, default=len(Liars.KINDS), help="of the endpoints")
    arguments.add_argument("--callers", type=int, default=8, help="that create sessions at once")
    arguments.add_argument("--compare", action="store_true", help="again without the liars")
    arguments.add_argument("--binary", type=Path, default=BINARY)
    asked = arguments.parse_args()
    if not 0 <= asked.liars < asked.endpoints <= 100:
        arguments.error("there are at most 100 endpoints, and at least one of them does not lie")
    honest, all_kinds = asked.endpoints - asked.liars, list(Liars.KINDS)
    kinds = [all_kinds[n % len(all_kinds)] for n in range(asked.liars)]
    runs = {f"{honest} honest endpoints, {asked.liars} liars": kinds}
    if asked.compare:
        runs[f"{honest} honest endpoints"] = []
    results = [measure(asked.binary, asked.events, honest, kinds, asked.callers) for kinds in runs.values()]
    wrong = [what for result in results for what in result.wrong]
    if asked.compare:
        wrong += held_up(*results)
    print(f"| {asked.events} events | {' | '.join(runs)} |")
    print("|---" * (len(runs) + 1) + "|")
    for name in results[0].rows:
        print(f"| {name} | {' | '.join(result.rows[name] for result in results)} |")
    for what in wrong:
        print(f"webhooks.py: {what}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
