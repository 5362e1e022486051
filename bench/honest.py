"""The receivers that do as they should, and count."""

import re
import time
from array import array
from datetime import datetime
from functools import partial

from receiver import TAKEN, Connection, headers, is_signed, listen

ID = re.compile(rb"\r\nwebhook-id: *(\S+)", re.IGNORECASE)
CREATED = re.compile(rb'"created_at":"([^"]+)"')
# One in so many signatures is looked at: there are too many messages for more.
LOOKED_AT = 50


class Honest:
    """Takes every message of many endpoints and remembers which came, and when."""

    async def open(self, endpoints: int) -> list[int]:
        """Their ports: each is a host of its own to a sender that keeps connections open."""
        # Of each event, by id, its number: the order in which they came to be known here; and when it happened.
        self.numbers: dict[bytes, int] = {}
        self.born = array("d")
        # Of each endpoint, by number, how often it came there.
        self.came = [bytearray() for _ in range(endpoints)]
        # Of each message when it came and the number of its event.
        self.at, self.events = array("d"), array("L")
        self.secrets, self.wrong = [], []
        return [await listen(partial(self.take, endpoint)) for endpoint in range(endpoints)]

    def learn(self, secrets: list[str]) -> None:
        """What messages to each endpoint are signed with."""
        self.secrets = secrets

    def take(self, endpoint: int, transport, head: bytes, body: bytes) -> None:
        transport.write(TAKEN)
        now = time.time()
        id = ID.search(head)[1]
        number = self.numbers.setdefault(id, len(self.numbers))
        if number == len(self.born):
            self.born.append(datetime.fromisoformat(CREATED.search(body)[1].decode()).timestamp())
        came = self.came[endpoint]
        if number >= len(came):
            came.extend(bytes(number + 1 - len(came)))
        came[number] = min(came[number] + 1, 255)
        self.at.append(now)
        self.events.append(number)
        if len(self.at) % LOOKED_AT == 0 and not is_signed(self.secrets[endpoint], headers(head), body):
            self.wrong.append(f"{id.decode()} to endpoint {endpoint} is signed wrongly")

    def counts(self) -> tuple[int, int, int]:
        """Messages, connections that they came in, and the events of the endpoint that has fewest."""
        return len(self.at), Connection.opened, min(len(came) - came.count(0) for came in self.came)

    def report(self) -> tuple[array, array, array, list[str], list[tuple[int, str, int]]]:
        """When each event happened; of each message when it came and the number of its event; what was wrong; which
        endpoint got which event more than once, and how often."""
        ids = list(self.numbers)
        twice = [
            (endpoint, ids[number].decode(), times)
            for endpoint, came in enumerate(self.came)
            for number, times in enumerate(came)
            if times > 1
        ]
        return self.born, self.at, self.events, self.wrong, twice
