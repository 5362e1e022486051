#!/usr/bin/env python3
"""A KYC request for one person, by the Athenty API.

Wants ATHENTY_KEY in the environment.
"""

import json
import os
from urllib.request import Request, urlopen

API = "https://api.athenty.com/v2/api"


def ask(method: str, path: str, body: dict | None = None) -> dict:
    headers = {"X-Api-Key": os.environ["ATHENTY_KEY"], "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    with urlopen(Request(API + path, data, headers, method=method), timeout=60) as answer:
        return json.load(answer)


made = ask(
    "POST",
    "/requests",
    {
        "type": "kyc",
        "requirements": ["document", "person", "biometric_face"],
        "subjectName": "Hannah Bret",
        "expiresDays": 14,
    },
)
print("request:", made["id"])
print("her device captures with a token of", len(made["accessToken"]), "characters")
print("status:", ask("GET", f"/requests/{made['id']}")["status"])
page = ask("GET", "/requests?status=initiated,in_progress&limit=1")
print("open requests:", page["pagination"]["total"])
