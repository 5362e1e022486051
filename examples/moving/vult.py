#!/usr/bin/env python3
"""One person through the Vult API: vult.py DOCUMENT SELFIE

Wants VULT_URL, VULT_CLIENT_ID and VULT_CLIENT_SECRET in the environment, and in VULT_PATHS the name of a JSON file: the
vendor publishes its operations without their paths, so each customer has them from the vendor.
"""

import base64
import json
import os
import sys
import uuid
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

API, CLIENT = os.environ["VULT_URL"], os.environ["VULT_CLIENT_ID"]
# The operation's name in the vendor's documentation, and where it is.
PATHS = json.loads(Path(os.environ["VULT_PATHS"]).read_text(encoding="utf-8"))
PLACE = {"latitude": 52.52, "longitude": 13.40}


def send(operation: str, body: bytes, kind: str, token: str = "") -> dict:
    headers = {"Content-Type": kind, "X-Client-Id": CLIENT}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with urlopen(Request(API + PATHS[operation], body, headers), timeout=60) as answer:
        return json.load(answer)


def post(operation: str, body: dict) -> dict:
    return send(operation, json.dumps(body).encode(), "application/json", token)


def upload(operation: str, fields: dict, picture: bytes) -> dict:
    """A form with a file in it (multipart/form-data)."""
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n')
    body = "".join(parts).encode() + picture + f"\r\n--{boundary}--\r\n".encode()
    return send(operation, body, f"multipart/form-data; boundary={boundary}", token)


document, selfie = (Path(name).read_bytes() for name in sys.argv[1:3])
form = {
    "grant_type": "client_credentials",
    "client_id": CLIENT,
    "client_secret": os.environ["VULT_CLIENT_SECRET"],
}
token = send("token", urlencode(form).encode(), "application/x-www-form-urlencoded")["access_token"]

this = {"session_id": post("IDV session create", {"user_id": "customer-7"})["session_id"]}
print("session:", this["session_id"])
post("IDV SDK consent add", {**this, "consented": True})
upload("IDV SDK document front add", {**this, **PLACE}, document)
post("IDV SDK liveness session generate", {**this, **PLACE})
images = [base64.b64encode(selfie).decode()]
post("IDV SDK liveness session process", {**this, **PLACE, "images": images})
post("IDV SDK finalize", this)
session = post("IDV session read", this)
print("verified:", str(session["verified"]).lower())
