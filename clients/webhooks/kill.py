"""Killed without warning again and again: does every event still arrive?

    kill.py [--kills 50] [--binary PATH] [--seed 1]

Starts a server of its own (SQLite) with two webhooks, lets a few clients create sessions as fast as they can, and kills
it with SIGKILL up to 400 ms later, over and over. At the end, with nothing on its way any more: each confirmed session
has its event, events are numbered without gaps, every event that an API tells arrived there at least once, nothing
arrived that never happened, and what arrived again had the same id and the same body but for the number of the attempt.
The status is 1 when something was wrong, and then it says what.
"""

import argparse
import asyncio
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

from installation import BINARY, Api, Installation, Refused
from receiver import TAKEN, headers, is_signed, listen_in_thread, path

CLIENTS = 4
LATEST_KILL_S = 0.4
# A receiver takes up to this long, so that there is always something on its way.
SLOWEST_ANSWER_S = 0.1
# Seconds until nothing is on its way any more.
PATIENCE = 300
DIALECTS = ("vult", "athenty")


class Receiver:
    """Remembers every message, by webhook and id: the headers and bodies of all its attempts, in their order."""

    def __init__(self):
        self.got = {f"/{dialect}": defaultdict(list) for dialect in DIALECTS}
        self.random = random.Random(2)
        self.port = listen_in_thread(self.take)

    def take(self, transport, head, body):
        sent = headers(head)
        self.got[path(head)][sent["webhook-id"]].append((sent, body))
        later = self.random.random() * SLOWEST_ANSWER_S
        asyncio.get_running_loop().call_later(later, transport.write, TAKEN)


def create(api: Api, confirmed: list[str], go: threading.Event) -> None:
    """Creates sessions until the server is gone."""
    try:
        api.get("/ready")
        go.wait()
        while True:
            confirmed.append(api.post("/idv/session/create")["session_id"])
    except (OSError, http.client.HTTPException):
        pass


def burst(installation: Installation, seconds: float, confirmed: list[str]) -> None:
    """Starts the server, keeps it busy, kills it."""
    installation.start()
    go = threading.Event()
    clients = [threading.Thread(target=create, args=(installation.api(), confirmed, go)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    go.set()
    time.sleep(seconds)
    installation.kill()
    for client in clients:
        client.join()


def drained(api: Api, webhooks: dict[str, str]) -> bool:
    until = time.monotonic() + PATIENCE
    while any(api.deliveries(webhook)["pending"] for webhook in webhooks.values()):
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def misnumbered(events: list[dict]):
    positions = [event["position"] for event in events]
    if positions != list(range(1, len(events) + 1)):
        yield "events are not numbered from 1 without gaps"
    last = defaultdict(int)
    for event in events:
        last[event["subject"]] += 1
        if event["sequence"] != last[event["subject"]]:
            yield f"{event['id']} of {event['subject']} is number {event['sequence']}, not {last[event['subject']]}"


def without_attempt(body: bytes) -> dict:
    text = json.loads(body)
    text.get("metadata", {}).pop("delivery_attempt", None)
    return text


def attempts(tries: list[tuple[dict, bytes]]) -> list[int]:
    numbers = [json.loads(body).get("metadata", {}).get("delivery_attempt") for _, body in tries]
    return [number for number in numbers if number is not None]


def wrong_about(dialect: str, secret: str, events: list[dict], got: dict[str, list]):
    """What is wrong with what a webhook got; `events` are those it is told of, as its API words them."""
    told = {event["id"]: event["message"]["body"] for event in events}
    for id in told.keys() - got.keys():
        yield f"{dialect}: {id} is lost: {told[id]}"
    for id, tries in got.items():
        if id not in told:
            yield f"{dialect}: {id} never happened: {tries[0][1].decode()}"
            continue
        told[id].get("metadata", {}).pop("delivery_attempt", None)
        for sent, body in tries:
            if without_attempt(body) != told[id]:
                yield f"{dialect}: {id} says {body.decode()}, the event {told[id]}"
            if not is_signed(secret, sent, body):
                yield f"{dialect}: {id} is not signed with the webhook's secret"
        numbers = attempts(tries)
        if numbers != sorted(set(numbers)):
            yield f"{dialect}: attempts of {id} are numbered {numbers}"


def run(kills: int, binary: Path, seed: int) -> int:
    start = time.monotonic()
    moments, receiver, confirmed = random.Random(seed), Receiver(), []
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(binary, Path(folder))
        try:
            installation.start()
            api, webhooks, secrets = installation.api(), {}, {}
            for dialect in DIALECTS:
                new = {"api": dialect, "name": dialect, "url": f"http://127.0.0.1:{receiver.port}/{dialect}"}
                made = api.post("/console/webhooks", new)
                webhooks[dialect], secrets[dialect] = made["id"], made["secret"]
            installation.kill()
            for n in range(kills):
                burst(installation, moments.random() * LATEST_KILL_S, confirmed)
                if sys.stderr.isatty():
                    print(f"\r{n + 1}/{kills} kills", end="\n" if n + 1 == kills else "", file=sys.stderr, flush=True)
            installation.start()
            api, wrong = installation.api(), []
            if not drained(api, webhooks):
                wrong.append(f"after {PATIENCE} s messages were still on their way")
            worded = {dialect: list(api.events(api=dialect)) for dialect in DIALECTS}
            counts = {dialect: api.deliveries(webhook) for dialect, webhook in webhooks.items()}
            errors = installation.errors()
        finally:
            installation.stop()
    events = worded[DIALECTS[0]]
    wrong += misnumbered(events)
    created = {event["subject"] for event in events if event["type"] == "verification.created"}
    wrong += [f"session {id} was confirmed and has no event" for id in confirmed if id not in created]
    for dialect in DIALECTS:
        # One API tests a webhook while it is being registered, and that webhook alone is told.
        mine = webhooks[dialect]
        told = [e for e in worded[dialect] if "message" in e]
        told = [e for e in told if e["type"] != "webhook.tested" or e["subject"] == mine]
        wrong += wrong_about(dialect, secrets[dialect], told, receiver.got[f"/{dialect}"])
        if counts[dialect] != {"pending": 0, "delivered": len(told), "dead": 0}:
            wrong.append(f"{dialect}: {len(told)} events to tell, and the server says {counts[dialect]}")
    wrong += [f"the server logged {line}" for line in errors]
    for what in wrong:
        print(f"kill.py: {what}", file=sys.stderr)
    all_tries = [tries for got in receiver.got.values() for tries in got.values()]
    messages, repeats = len(all_tries), sum(len(tries) - 1 for tries in all_tries)
    print(
        f"{kills} kills, {len(confirmed)} sessions confirmed, {len(events)} events, {messages} messages, "
        f"{repeats} repeats, {len(wrong)} wrong, {time.monotonic() - start:.0f} s"
    )
    # Kills that hit nothing prove nothing.
    if kills and not repeats:
        print("kill.py: no kill hit a message on its way", file=sys.stderr)
    return 1 if wrong or kills and not repeats else 0


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--binary", type=Path, default=BINARY)
    arguments.add_argument("--seed", type=int, default=1, help="of the moments at which it is killed")
    asked = arguments.parse_args()
    try:
        return run(asked.kills, asked.binary, asked.seed)
    except Refused as refusal:
        sys.exit(f"kill.py: {refusal}")


sys.exit(main())
