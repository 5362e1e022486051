"""Every event of every API made to happen at a running server, and every message of it looked at.

    BASE_URL=http://127.0.0.1:8080 API_KEY=sk_sbox_... collect.py FILE

The key is one of a sandbox and may do everything; the server may send to 127.0.0.0/8 (BONAFIDE_WEBHOOK_NETWORKS). One
webhook of each API is registered for the time of the run, and a second one of vult and athenty whose secret was rotated
a moment ago. Each has to get exactly the events that its API tells, each once, worded and numbered as the list of
events has them, small, and without a word about anybody. One message of each type and webhook is written to FILE for
verify.mjs and put before verify.py. The status is 1 when something was wrong.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from installation import Api, Refused
from receiver import TAKEN, headers, is_signed, listen_in_thread, path

# Seconds until every message has to be there.
PATIENCE = 300
MOST_BYTES = 20_000
# Parts of names of fields that hold something about a person; those that end in "id" hold an id.
PERSONAL = set("name first last middle birth born dob age sex gender address street city postal zip".split()) | set(
    "country nationality mail email phone mobile number mrz image photo selfie latitude longitude ip".split()
)
CANARY = "Wilhelmina Canary"
CANARY_MAIL = "wilhelmina.canary@example.org"


class Webhook:
    """One that is registered, and the messages that it was sent: heads and bodies."""

    def __init__(self, api: Api, port: int, kind: dict, rotated: bool):
        self.dialect, self.vendor_header = kind["api"], kind.get("signature_header")
        self.path = f"/{self.dialect}{'/rotated' if rotated else ''}"
        new = {"api": self.dialect, "name": self.path, "url": f"http://127.0.0.1:{port}{self.path}"}
        made = api.post("/console/webhooks", new)
        self.id, self.secrets, self.messages = made["id"], [made["secret"]], []
        if rotated:
            rotation = api.post(f"/console/webhooks/{self.id}/rotate", {"overlap_s": 3600})
            self.secrets.append(rotation["secret"])

    def deliveries(self):
        """One message of each type, as verify.py wants it."""
        seen = set()
        for head, body in self.messages:
            kind = type_of(self.dialect, json.loads(body))
            if kind not in seen:
                seen.add(kind)
                yield {
                    "dialect": self.dialect,
                    "secret": self.secrets[-1],
                    "secrets": self.secrets,
                    "vendor_header": self.vendor_header,
                    "headers": headers(head),
                    "body": body.decode(),
                }


def type_of(dialect: str, body: dict) -> str:
    return body["event" if dialect == "verifyhq" else "type"]


def sequence_of(dialect: str, body: dict) -> int:
    return {"vult": body, "athenty": body.get("metadata", {})}.get(dialect, body.get("data"))["sequence"]


def cause(api: Api, kinds: list[dict], webhooks: list[Webhook]):
    """Every event of every API, and a person whose name must go nowhere. Says what could not be made to happen."""
    new = {"metadata": {"email": CANARY_MAIL, "name": CANARY}}
    api.post("/idv/session/create", new)
    for kind in kinds:
        for event in kind["events"]:
            try:
                api.post("/console/events/trigger", {"api": kind["api"], "event": event})
            except Refused as refusal:
                yield str(refusal)
    for webhook in webhooks:
        api.post(f"/console/webhooks/{webhook.id}/test")


def arrived(api: Api, webhooks: list[Webhook]) -> bool:
    until = time.monotonic() + PATIENCE
    while any(api.deliveries(webhook.id)["pending"] for webhook in webhooks):
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def events_of(api: Api, after: int, dialect: str) -> dict[str, dict]:
    return {event["id"]: event for event in api.events(after, api=dialect)}


def misnumbered(events: dict[str, dict]):
    """Of each subject the events count from 1, in the order of the list."""
    last = Counter()
    for event in events.values():
        last[event["subject"]] += 1
        # What happened to a webhook before is no event of this run.
        if event["sequence"] != last[event["subject"]] and not event["type"].startswith("webhook."):
            yield f"{event['id']} of {event['subject']} is number {event['sequence']}, not {last[event['subject']]}"


def names(value):
    """Every name of a field, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names(inner)


def is_personal(name: str) -> bool:
    parts = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower().split("_")
    return parts[-1] != "id" and any(part in PERSONAL for part in parts)


def wrong_about(webhook: Webhook, kind: dict, events: dict[str, dict]):
    """What is wrong with what a webhook got; `events` as its API words them."""
    told = lambda e: "message" in e and (e["type"] != "webhook.tested" or e["subject"] == webhook.id)  # noqa: E731
    expected = {id for id, event in events.items() if told(event)}
    ids = Counter()
    types = set()
    numbers = defaultdict(list)
    for head, body in webhook.messages:
        sent, text = headers(head), json.loads(body)
        id = sent["webhook-id"]
        ids[id] += 1
        types.add(type_of(webhook.dialect, text))
        if not all(is_signed(secret, sent, body) for secret in webhook.secrets):
            yield f"{id} is not signed with every secret"
        if len(body) >= MOST_BYTES:
            yield f"{id} has {len(body)} bytes"
        for name in filter(is_personal, names(text)):
            yield f"{id} has a field {name}"
        if b"@" in body or CANARY.split()[1].encode() in body:
            yield f"{id} is about a person: {body.decode()}"
        if id not in expected:
            continue
        event = events[id]
        if text != event["message"]["body"]:
            yield f"{id} is not what the list of events says: {text}, {event['message']['body']}"
        if sequence_of(webhook.dialect, text) != event["sequence"]:
            yield f"{id} is number {event['sequence']} of its subject and says {text}"
        numbers[event["subject"]].append(event["sequence"])
    for subject, seen in numbers.items():
        if len(seen) != len(set(seen)):
            yield f"numbers of {subject} come twice: {seen}"
    for id, times in ids.items():
        if times > 1:
            yield f"{id} came {times} times"
        if id not in expected:
            yield f"{id} is no event for it"
    for id in expected - set(ids):
        yield f"{id} ({events[id]['type']}) never came"
    for name in set(kind["events"]) - types:
        yield f"no message of type {name} came"


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit("usage: BASE_URL=... API_KEY=... collect.py FILE")
    api = Api(os.environ["BASE_URL"], os.environ["API_KEY"])
    by_path = {}

    def take(transport, head, body):
        # One API tests a webhook while it is being registered.
        if webhook := by_path.get(path(head)):
            webhook.messages.append((head, body))
        transport.write(TAKEN)

    port = listen_in_thread(take)
    kinds = api.get("/console/event-types")["data"]
    wanted = [(kind, False) for kind in kinds] + [(k, True) for k in kinds if k["api"] in ("vult", "athenty")]
    webhooks, wrong = [], []
    try:
        for kind, rotated in wanted:
            webhook = Webhook(api, port, kind, rotated)
            webhooks.append(webhook)
            by_path[webhook.path] = webhook
        if not arrived(api, webhooks):
            wrong.append(f"after {PATIENCE} s the messages of registering were still on their way")
        for webhook in webhooks:
            webhook.messages.clear()
        before = int(api.get("/console/events", after="latest")["next"])
        wrong += cause(api, kinds, webhooks)
        if not arrived(api, webhooks):
            wrong.append(f"after {PATIENCE} s messages were still on their way")
        for (kind, _), webhook in zip(wanted, webhooks, strict=True):
            events = events_of(api, before, webhook.dialect)
            wrong += misnumbered(events)
            wrong += [f"{webhook.path}: {what}" for what in wrong_about(webhook, kind, events)]
            print(f"{webhook.path}: {len(kind['events'])} types, {len(webhook.messages)} messages")
    except Refused as refusal:
        sys.exit(f"collect.py: {refusal}")
    finally:
        for webhook in webhooks:
            api.delete(f"/console/webhooks/{webhook.id}")
    for what in wrong:
        print(f"collect.py: {what}", file=sys.stderr)
    with open(sys.argv[1], "w", encoding="utf-8", newline="\n") as file:
        for webhook in webhooks:
            file.writelines(json.dumps(delivery) + "\n" for delivery in webhook.deliveries())
    verify = [sys.executable, Path(__file__).with_name("verify.py"), sys.argv[1]]
    return 1 if subprocess.run(verify).returncode or wrong else 0


sys.exit(main())
