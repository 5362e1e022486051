"""The mail server of `clients/run`: keeps each message, sends none.

    mail.py FILE

Writes its port to the output once it listens, then a line of JSON to FILE for each message: to whom, and its text.
"""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


class Keeper:
    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = message.get_body(("plain",)).get_content()
        with open(sys.argv[1], "a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps({"to": envelope.rcpt_tos, "text": text}) + "\n")
        return "250 2.0.0 kept"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keeper(), enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if len(sys.argv) != 2:
    sys.exit("usage: mail.py FILE")
asyncio.run(main())
