#!/usr/bin/env python3
"""A receiver of webhooks that takes only what is signed: webhook.py [PORT]

The webhook's secret, whsec_…, is in WEBHOOK_SECRET. Each event is printed once.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
# In a real receiver this is a table with a unique column: the same event may come twice.
seen = set()


def is_ours(headers, body: bytes) -> bool:
    """Standard Webhooks: over the bytes as they came, not older than five minutes."""
    event, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isdigit() or abs(time.time() - int(sent)) > 300:
        return False
    right = hmac.digest(KEY, f"{event}.{sent}.".encode() + body, hashlib.sha256)
    right = "v1," + base64.b64encode(right).decode()
    # While a secret is rotated there are two: one that fits is enough.
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(right.encode(), one.encode()) for one in given)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        ours = is_ours(self.headers, body)
        # At once, and the work afterwards: who answers late gets the message again.
        self.send_response(204 if ours else 401)
        self.end_headers()
        if ours and self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            event = json.loads(body)
            print(event["type"], event.get("session_id", ""), flush=True)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 3000), Receiver)
print("listening on", server.server_address[1], flush=True)
server.serve_forever()
