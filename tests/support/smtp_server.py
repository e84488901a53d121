"""`python -m tests.support.smtp_server PORT FILE`: a mail server in a process of its own, with bad days.

Every 37th RCPT hears 450, every 53rd letter 451 after its last byte, every 71st MAIL 421. What was taken stands in
FILE, an address a line, written before the answer leaves.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

GREYLISTED, BUSY, AWAY = 37, 53, 71


class Post:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.mails, self.recipients, self.letters = count(1), count(1), count(1)

    async def handle_MAIL(
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if next(self.mails) % AWAY == 0:
            return "421 4.3.0 Try again later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if next(self.recipients) % GREYLISTED == 0:
            return "450 4.7.1 Greylisted, come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if next(self.letters) % BUSY == 0:
            return "451 4.3.0 Local error"
        with self.file.open("a") as output:
            output.writelines(f"{address}\n" for address in envelope.rcpt_tos)
        return "250 OK"


def let_in(*_: Any) -> AuthResult:
    return AuthResult(success=True)


async def main(port: int, file: Path) -> None:
    post = Post(file)

    def connection() -> SMTP:
        return SMTP(post, authenticator=let_in, auth_require_tls=False, hostname="mail.test")

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
