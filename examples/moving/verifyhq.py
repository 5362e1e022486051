#!/usr/bin/env python3
"""One user by the VerifyHQ API, by a card alone: verifyhq.py FRONT BACK

Wants VERIFYHQ_KEY in the environment.
"""

import json
import os
import sys
import time
import uuid
from pathlib import Path
from urllib.request import Request, urlopen

API = "https://api.verifyhq.com/v1"


def ask(path: str, body: bytes | None = None, kind: str = "application/json") -> dict:
    headers = {"X-API-Key": os.environ["VERIFYHQ_KEY"], "Content-Type": kind}
    with urlopen(Request(API + path, body, headers), timeout=60) as answer:
        return json.load(answer)


def form(fields: dict, files: dict) -> tuple[bytes, str]:
    """A form with files in it (multipart/form-data)."""
    boundary = uuid.uuid4().hex
    lines = []
    for name, value in fields.items():
        lines.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, content in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.jpg"\r\n\r\n'
        lines += [head.encode(), content, b"\r\n"]
    lines.append(f"--{boundary}--\r\n".encode())
    return b"".join(lines), f"multipart/form-data; boundary={boundary}"


front, back = (Path(name).read_bytes() for name in sys.argv[1:3])
user = f"user-{uuid.uuid4()}"

started = ask("/verifications/identity", json.dumps({"userId": user, "tier": "BASIC"}).encode())
print("verification:", started["id"])
fields = {"userId": user, "documentType": "ID_CARD", "documentCountry": "US"}
ask("/verifications/document", *form(fields, {"frontImage": front, "backImage": back}))

until = time.monotonic() + 60
while (now := ask(f"/verifications/identity/{started['id']}"))["status"] in ("PENDING", "IN_PROGRESS"):
    if time.monotonic() > until:
        sys.exit("the checks took more than a minute")
    time.sleep(0.5)
print("status:", now["status"])
