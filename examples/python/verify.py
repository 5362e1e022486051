#!/usr/bin/env python3
"""One person through the Vult API: verify.py DOCUMENT SELFIE

Wants BASE_URL, CLIENT_ID and CLIENT_SECRET in the environment.
"""

import base64
import json
import os
import sys
import uuid
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

BASE, CLIENT = os.environ["BASE_URL"], os.environ["CLIENT_ID"]
PLACE = {"latitude": 52.52, "longitude": 13.40}


def send(path: str, body: bytes, kind: str, token: str = "") -> dict:
    headers = {"Content-Type": kind, "X-Client-Id": CLIENT}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        with urlopen(Request(BASE + path, body, headers), timeout=60) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise SystemExit(f"{path} answered {error.code}: {error.read().decode()}") from None


def post(path: str, body: dict) -> dict:
    return send(path, json.dumps(body).encode(), "application/json", token)


def upload(path: str, fields: dict, picture: bytes) -> dict:
    """A form with a file in it (multipart/form-data)."""
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="image.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = "".join(parts).encode() + picture + f"\r\n--{boundary}--\r\n".encode()
    return send(path, body, f"multipart/form-data; boundary={boundary}", token)


document, selfie = (Path(name).read_bytes() for name in sys.argv[1:3])

form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": os.environ["CLIENT_SECRET"]}
token = send("/oauth2/token", urlencode(form).encode(), "application/x-www-form-urlencoded")["access_token"]

# On your server.
this = {"session_id": post("/idv/session/create", {"user_id": "user-7"})["session_id"]}
print("session", this["session_id"])

# On the person's device.
post("/idv/sdk/consent/add", {**this, "consented": True})
upload("/idv/sdk/document/front/add", {**this, **PLACE}, document)
post("/idv/sdk/liveness/session/generate", {**this, **PLACE})
images = [base64.b64encode(selfie).decode()]
post("/idv/sdk/liveness/session/process", {**this, **PLACE, "images": images})
# Answers with the result, after up to 50 s.
post("/idv/sdk/finalize", this)

# On your server again.
session = post("/idv/session/read", this)
read = post("/idv/document/read", this)
print(f"verified: {str(session['verified']).lower()}, score: {session['score']}")
print(f"name: {read['first_name']} {read['last_name']}, document: {read['document_number']}")
