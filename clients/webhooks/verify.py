"""Deliveries of ours under the two webhook verifiers of Python: accepted as sent, refused when anything is off.

    verify.py FILE

A line of FILE is one delivery, made less than five minutes ago:
{"dialect", "secret", "secrets": [old, new] while a secret is rotated, "vendor_header" or null,
 "headers": with lower-case names, "body": the text as sent}

Says for each API and verifier how often it accepted and refused. The status is 1 when one was wrong, when a verifier is
not there, and when there was nothing to verify.
"""

import json
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone

try:
    import standardwebhooks
    import svix.webhooks
except ImportError as error:
    sys.exit(f"verify.py: {error.name} is not there; install clients/requirements.txt")

VERIFIERS = {
    "standardwebhooks (Python)": (standardwebhooks.Webhook, standardwebhooks.WebhookVerificationError),
    "svix (Python)": (svix.webhooks.Webhook, svix.webhooks.WebhookVerificationError),
}
STRANGER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
ACCEPT, REFUSE = True, False
# What they allow is 300 s. Ahead needs more than one second: theirs goes on while we sign.
OLD, EARLY = timedelta(seconds=-301), timedelta(seconds=310)


def one_byte_off(body: str) -> str:
    """A body with one bit of one ASCII character of its second half changed; it ends with one."""
    raw = bytearray(body.encode())
    at = next(i for i in range(len(raw) // 2, len(raw)) if raw[i] < 0x80)
    raw[at] ^= 1
    return raw.decode()


def cases(webhook, delivery: dict, secret: str):
    """What is tried, what has to come of it, and with which secret, body and headers."""
    body, headers = delivery["body"], delivery["headers"]
    sent = int(headers["webhook-timestamp"])

    def at(seconds: int) -> dict:
        return headers | {"webhook-timestamp": str(seconds)}

    def signed(off: timedelta) -> dict:
        when = (datetime.now(tz=timezone.utc) + off).replace(microsecond=0)
        signature = webhook(secret).sign(headers["webhook-id"], when, body)
        return at(int(when.timestamp())) | {"webhook-signature": signature}

    yield "as sent", ACCEPT, secret, body, headers
    yield "with one byte changed", REFUSE, secret, one_byte_off(body), headers
    yield "under another secret", REFUSE, STRANGER, body, headers
    yield "under another id", REFUSE, secret, body, headers | {"webhook-id": headers["webhook-id"] + "x"}
    yield "said to be 301 s older", REFUSE, secret, body, at(sent - 301)
    yield "said to be 301 s newer", REFUSE, secret, body, at(sent + 301)
    yield "signed anew now", ACCEPT, secret, body, signed(timedelta())
    yield "signed anew 301 s ago", REFUSE, secret, body, signed(OLD)
    yield "signed anew for 310 s ahead", REFUSE, secret, body, signed(EARLY)


def verify(delivery: dict, counts: Counter) -> list[str]:
    """What a verifier got wrong of one delivery."""
    wrong = []
    secrets = delivery.get("secrets") or [delivery["secret"]]
    signatures = [s for s in delivery["headers"]["webhook-signature"].split(" ") if s.startswith("v1,")]
    if len(signatures) != len(secrets):
        wrong.append(f"{len(secrets)} secrets and {len(signatures)} signatures")
    for name, (webhook, refusal) in VERIFIERS.items():
        for secret in secrets:
            for what, expected, key, body, headers in cases(webhook, delivery, secret):
                try:
                    webhook(key).verify(body, headers)
                    got = ACCEPT
                except refusal:
                    got = REFUSE
                counts[delivery["dialect"], name, got] += 1
                if got != expected:
                    wrong.append(f"{name} {'accepted' if got else 'refused'} it {what}")
    return wrong


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit("usage: verify.py FILE")
    counts, failed, line = Counter(), False, 0
    with open(sys.argv[1], encoding="utf-8", newline="\n") as lines:
        for line, text in enumerate(lines, 1):
            try:
                wrong = verify(json.loads(text), counts)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                wrong = [f"is not a delivery: {error!r}"]
            for what in wrong:
                failed = True
                print(f"verify.py: line {line}: {what}", file=sys.stderr)
    if line == 0:
        sys.exit("verify.py: the file is empty")
    for dialect, name in sorted({(d, n) for d, n, _ in counts}):
        print(f"{dialect}: {name}: {counts[dialect, name, ACCEPT]} accepted, {counts[dialect, name, REFUSE]} refused")
    return 1 if failed else 0


sys.exit(main())
