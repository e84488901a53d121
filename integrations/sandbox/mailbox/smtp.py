"""The SMTP side: one thread a connection, the commands a mail program needs, faults on demand.

Like Yandex it wants a sign-in, refuses a sender that is not the mailbox that signed in (553), more than 35 recipients
(452), letters over its size (552) and over its daily limit (550), and offers no SMTPUTF8.
"""

from __future__ import annotations

import base64
import binascii
import re
import socket
import socketserver
import struct
import time
from typing import Any, ClassVar, Protocol

from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.hub import Hub
from integrations.sandbox.mailbox.state import Mail

MAX_SIZE = 1_000_000
MAX_RECIPIENTS = 35
PATIENCE = 60  # seconds without a command
ADDRESS = re.compile(r"(?:FROM|TO):\s*<([^<>\s]*)>", re.IGNORECASE)
GREETING = (
    "provodnik.example",
    f"SIZE {MAX_SIZE}",
    "8BITMIME",
    "AUTH LOGIN PLAIN",
    "ENHANCEDSTATUSCODES",
)


class TakesLetters(Protocol):
    """What stands behind the server."""

    slug: ClassVar[str]
    hub: Hub
    account: tuple[str, str]

    def take(self, source: bytes, *, sender: str, to: str) -> Mail: ...

    def is_over_limit(self) -> bool: ...


class Cut(Exception):
    """The connection is to end at once."""


class SmtpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], mailbox: TakesLetters) -> None:
        self.mailbox = mailbox
        super().__init__(address, Conversation)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to speak of."""


class Conversation(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        self.connection.settimeout(PATIENCE)
        self.mailbox = self.server.mailbox
        self.user = self.sender = ""
        self.recipients: list[str] = []
        try:
            self.step("connect", "", lambda: self.say("220 provodnik.example sandbox"))
            while line := self.rfile.readline(2000):
                self.command(line.decode("utf-8", "replace").strip())
        except (Cut, OSError):
            return

    def command(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        known = {
            "EHLO": self.hello, "HELO": self.hello, "AUTH": self.auth, "MAIL": self.mail,
            "RCPT": self.rcpt, "DATA": self.data, "RSET": self.reset, "NOOP": self.noop, "QUIT": self.quit,
        }  # fmt: skip
        known.get(verb.upper(), self.unknown)(rest)

    # --- commands -----------------------------------------------------------------------------------------------

    def hello(self, _rest: str) -> None:
        *first, last = GREETING
        self.say(*(f"250-{word}" for word in first), f"250 {last}")

    def auth(self, rest: str) -> None:
        kind, _, initial = rest.partition(" ")
        if kind.upper() == "PLAIN":
            _, user, password = ([*self.secret(initial or self.ask("")).split("\x00"), "", ""])[:3]
        else:
            user = self.secret(initial or self.ask("VXNlcm5hbWU6"))
            password = self.secret(self.ask("UGFzc3dvcmQ6"))
        self.step("auth", user, lambda: self.check(user, password))

    def check(self, user: str, password: str) -> None:
        if (user, password) != self.mailbox.account:
            self.say("535 5.7.8 Error: authentication failed: Invalid user or password!")
            return
        self.user = user
        self.say("235 2.7.0 Authentication successful")

    def mail(self, rest: str) -> None:
        self.step("mail", "", lambda: self.begin(rest))

    def begin(self, rest: str) -> None:
        found = ADDRESS.match(rest)
        if not self.user:
            self.say("530 5.7.1 Authentication required")
        elif found is None or "SMTPUTF8" in rest.upper():
            self.say("501 5.5.4 Syntax: MAIL FROM:<address>")
        elif found[1] != self.user:
            self.say("553 5.7.1 Sender address rejected: not owned by auth user.")
        else:
            self.sender, self.recipients = found[1], []
            self.say("250 2.1.0 Ok")

    def rcpt(self, rest: str) -> None:
        found = ADDRESS.match(rest)
        address = found[1] if found else ""
        self.step("rcpt", address, lambda: self.receiver(address))

    def receiver(self, address: str) -> None:
        if not self.sender:
            self.say("503 5.5.1 MAIL first")
        elif not address.isascii() or "@" not in address:
            self.say("501 5.1.3 Bad recipient address syntax")
        elif len(self.recipients) >= MAX_RECIPIENTS:
            self.say("452 4.5.3 Too many recipients")
        elif self.is_over_limit():
            self.say("550 5.4.5 Daily sending limit exceeded")
        else:
            self.recipients.append(address)
            self.say("250 2.1.5 Ok")

    def is_over_limit(self) -> bool:
        with self.mailbox.hub.lock:
            return self.mailbox.is_over_limit()

    def data(self, _rest: str) -> None:
        if not self.recipients:
            self.say("503 5.5.1 RCPT first")
            return
        self.say("354 End data with <CR><LF>.<CR><LF>")
        source = bytearray()
        while (line := self.rfile.readline(70_000)) not in (b".\r\n", b".\n", b""):
            source += line[1:] if line.startswith(b"..") else line
        to = ", ".join(self.recipients)
        self.step("data", self.recipients[0], lambda: self.keep(bytes(source), to))

    def keep(self, source: bytes, to: str) -> None:
        if len(source) > MAX_SIZE:
            self.say("552 5.3.4 Message too big")
            return
        with self.mailbox.hub.lock:
            letter = self.mailbox.take(source, sender=self.sender, to=to)
        self.recipients = []
        self.say(f"250 2.0.0 Ok: queued as {letter.id}")

    def reset(self, _rest: str) -> None:
        self.sender, self.recipients = "", []
        self.say("250 2.0.0 Ok")

    def noop(self, _rest: str) -> None:
        self.say("250 2.0.0 Ok")

    def quit(self, _rest: str) -> None:
        self.say("221 2.0.0 Bye")
        raise Cut

    def unknown(self, _rest: str) -> None:
        self.say("502 5.5.2 Command not recognized")

    # --- the wire -------------------------------------------------------------------------------------------------

    def say(self, *lines: str) -> None:
        self.answer = lines[-1]
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def ask(self, challenge: str) -> str:
        self.say(f"334 {challenge}")
        return self.rfile.readline(2000).decode("ascii", "replace").strip()

    @staticmethod
    def secret(text: str) -> str:
        try:
            return base64.b64decode(text, validate=True).decode("utf-8", "replace")
        except binascii.Error:
            return ""

    def step(self, operation: str, subject: str, answer: Any) -> None:
        """Answer, or do what the next fitting fault says; both are in the journal."""
        hub, started = self.mailbox.hub, time.monotonic()
        with hub.lock:
            fault = hub.faults.take(self.mailbox.slug, operation, subject)
        self.answer = ""
        try:
            if fault is None:
                answer()
            else:
                self.misbehave(fault, answer)
        finally:
            with hub.lock:
                hub.journal.add(
                    at=hub.clock.now().isoformat(timespec="milliseconds"),
                    service=self.mailbox.slug,
                    direction="in",
                    method="SMTP",
                    path=operation.upper(),
                    operation=operation,
                    subject=subject,
                    status=int(self.answer[:3] or 0),
                    ms=round((time.monotonic() - started) * 1000),
                    fault="" if fault is None else fault.kind,
                    request=subject,
                    answer=self.answer,
                )
                hub.changed(save=False)

    def misbehave(self, fault: Fault, answer: Any) -> None:
        if fault.kind == "status":
            words = str(fault.detail.get("description") or "Requested action aborted")
            self.say(f"{fault.status} {words}")
        elif fault.kind == "garbage":
            self.say("<html>502 Bad Gateway</html>")
        elif fault.kind == "slow":
            self.mailbox.hub.stopping.wait(fault.seconds)
            answer()
        else:
            if fault.kind == "after":
                self.wfile = _Silence()  # type: ignore[assignment]
                answer()
                self.answer = ""
            if fault.kind in ("after", "hang"):
                self.mailbox.hub.stopping.wait(fault.seconds)
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            raise Cut


class _Silence:
    """A connection on which nothing is said any more."""

    closed = False

    def write(self, data: bytes) -> int:
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        self.closed = True
