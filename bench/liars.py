"""Receivers of webhooks that do everything a receiver can do wrong, each on a port of its own of 127.0.0.1."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from functools import partial

# Messages to a liar stay pending or die, arrive, or the webhook is switched off.
FAILS, DELIVERED, GONE = "fails", "delivered", "gone"

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


def answering(text: bytes) -> Callable[[Reader, Writer], Awaitable[None]]:
    """Reads each message and answers it the same."""

    async def answer(reader: Reader, writer: Writer) -> None:
        while await message(reader):
            writer.write(text)

    return answer


async def message(reader: Reader) -> bytes:
    """Nothing when the sender has hung up."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"\r\ncontent-length:")[1].split(b"\r\n")[0])
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


async def byte_a_second(reader: Reader, writer: Writer) -> None:
    for byte in b"HTTP/1.1 204 No Content\r\nX-Patience: " + b"a" * 3600:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


async def never(reader: Reader, writer: Writer) -> None:
    while await reader.read(65536):
        pass


def reset(writer: Writer) -> None:
    """Hangs up without a word (RST)."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def reset_at_once(reader: Reader, writer: Writer) -> None:
    reset(writer)


async def reset_in_answer(reader: Reader, writer: Writer) -> None:
    if await message(reader):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        await writer.drain()
        # So that it has left before.
        await asyncio.sleep(0.01)
        reset(writer)


async def endless(reader: Reader, writer: Writer) -> None:
    if await message(reader):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(b"a" * 65536)
            await writer.drain()


class Liars:
    """Opened by kind; they remember how often the receiver was asked that redirects lead to."""

    # What the sender has to make of each kind.
    KINDS = {
        "500": FAILS,
        "429, Retry-After: 1": FAILS,
        "header a byte a second": FAILS,
        "accepts, never answers": FAILS,
        "resets at once": FAILS,
        "resets in the answer's head": FAILS,
        "302 to another receiver": FAILS,
        "endless body after 200": DELIVERED,
        "no HTTP": FAILS,
        "TLS where http is spoken": FAILS,
        "410": GONE,
    }

    def __init__(self):
        self.redirected = 0

    async def open(self, kinds: list[str]) -> list[str]:
        """The addresses of new liars of these kinds."""
        return [await self.open_one(kind) for kind in kinds]

    def followed(self) -> int:
        """How often a redirect was followed."""
        return self.redirected

    async def open_one(self, kind: str) -> str:
        encrypted = None
        if kind == "TLS where http is spoken":
            # It refuses plain text before it needs a certificate.
            encrypted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        answer = await self.answer(kind)
        server = await asyncio.start_server(partial(guarded, answer), "127.0.0.1", 0, ssl=encrypted, backlog=1024)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    async def answer(self, kind: str):
        if kind == "302 to another receiver":
            server = await asyncio.start_server(partial(guarded, self.trap), "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            to = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n"
            return answering(to.encode())
        return {
            "500": answering(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"),
            "429, Retry-After: 1": answering(
                b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
            ),
            "header a byte a second": byte_a_second,
            "accepts, never answers": never,
            "resets at once": reset_at_once,
            "resets in the answer's head": reset_in_answer,
            "endless body after 200": endless,
            "no HTTP": answering(b"\x00\x01 what is this? \xff\xfe\r\n\r\n"),
            "TLS where http is spoken": never,
            "410": answering(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"),
        }[kind]

    async def trap(self, reader: Reader, writer: Writer) -> None:
        self.redirected += 1
        await answering(b"HTTP/1.1 204 No Content\r\n\r\n")(reader, writer)


async def guarded(answer, reader: Reader, writer: Writer) -> None:
    """The sender may hang up at any time."""
    try:
        await answer(reader, writer)
    except ConnectionError:
        pass
    finally:
        writer.close()
