"""A mail server that keeps what it gets and refuses what it is told to.

    smtp_server.py [--tls CERTIFICATE KEY] [--implicit] [--login NAME PASSWORD]

Writes JSON lines: first {"port": …}, then one for every message taken. It ends with its standard input.

Recipients by the part before the @: bounce (550), full (452), later (451), slow (half a minute), relay (530),
spam (554 once the content is there). The words of a refusal repeat the recipient, as those of real servers do.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import os
import ssl
import sys
import threading
import warnings

from aiosmtpd.smtp import SMTP, AuthResult


# A login without TLS, and clients that leave, are part of the tests.
warnings.filterwarnings("ignore", module="aiosmtpd")
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


class Keeper:
    async def handle_RCPT(self, server, session, envelope, address, options):
        refusals = {
            "bounce": f"550 5.1.1 <{address}>: no such user",
            "full": f"452 4.2.2 <{address}>: over quota",
            "later": f"451 4.7.1 <{address}>: greylisted",
            "relay": f"530 5.7.0 <{address}>: log in first",
        }
        who = address.split("@")[0]
        if who == "slow":
            await asyncio.sleep(30)
        if who in refusals:
            return refusals[who]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("spam@"):
            return f"554 5.7.1 <{envelope.rcpt_tos[0]}> does not want this: {envelope.content[:40]!r}"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = [part for part in message.walk() if not part.is_multipart()]
        say(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            tls=server.transport.get_extra_info("sslcontext") is not None,
            login=session.authenticated,
            headers=[[name.lower(), str(value)] for name, value in message.items()],
            type=message.get_content_type(),
            parts=[
                {"type": part.get_content_type(), "charset": part.get_content_charset(), "text": part.get_content()}
                for part in parts
            ],
            defects=[str(defect) for part in message.walk() for defect in part.defects],
            raw=envelope.content.decode("utf-8"),
        )
        return "250 2.0.0 kept"


def say(**line):
    print(json.dumps(line), flush=True)


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tls", nargs=2)
    arguments.add_argument("--implicit", action="store_true")
    arguments.add_argument("--login", nargs=2)
    arguments = arguments.parse_args()

    context = None
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)

    def authenticate(server, session, envelope, mechanism, data):
        right = [data.login.decode(), data.password.decode()] == arguments.login
        return AuthResult(success=right, handled=right)

    starttls = context is not None and not arguments.implicit

    def session():
        return SMTP(
            Keeper(),
            enable_SMTPUTF8=True,
            tls_context=context if starttls else None,
            require_starttls=starttls,
            authenticator=authenticate if arguments.login else None,
            auth_required=arguments.login is not None,
            auth_require_tls=False,
        )

    server = await asyncio.get_running_loop().create_server(
        session, "127.0.0.1", 0, ssl=context if arguments.implicit else None
    )
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    say(port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
