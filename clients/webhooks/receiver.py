"""A receiver of webhooks on this machine: as much of HTTP/1.1 as a sender of ours needs, and quick."""

import asyncio
import base64
import hashlib
import hmac
import re
import threading
from collections.abc import Callable
from functools import cache

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

# Is given the connection, the head of a request without the empty line after it, and the body; has to write an answer
# to the connection, now or later.
Take = Callable[[asyncio.Transport, bytes, bytes], None]


class Connection(asyncio.Protocol):
    """Requests of one connection, in their order."""

    # How many this process has seen.
    opened = 0

    def __init__(self, take: Take):
        self.take, self.waiting = take, b""

    def connection_made(self, transport):
        self.transport = transport
        Connection.opened += 1

    def data_received(self, data):
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.waiting, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.waiting) < whole:
                return
            head, body = self.waiting[:end], self.waiting[end + 4 : whole]
            self.waiting = self.waiting[whole:]
            self.take(self.transport, head, body)


async def listen(take: Take, port: int = 0) -> int:
    """Takes messages from now on; the port on 127.0.0.1."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(take), "127.0.0.1", port, backlog=1024)
    return server.sockets[0].getsockname()[1]


def listen_in_thread(take: Take) -> int:
    """The same beside a program that has no loop of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return asyncio.run_coroutine_threadsafe(listen(take), loop).result()


def path(head: bytes) -> str:
    return head.split(b" ", 2)[1].decode()


def headers(head: bytes) -> dict[str, str]:
    """By lower-case name."""
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def is_signed(secret: str, sent: dict[str, str], body: bytes) -> bool:
    """Whether one of the Standard Webhooks signatures is this secret's."""
    text = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.digest(key(secret), text, hashlib.sha256)).decode()
    return f"v1,{right}" in sent["webhook-signature"].split(" ")


@cache
def key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))
