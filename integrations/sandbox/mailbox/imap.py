"""The IMAP side: as much of RFC 3501 as a program needs that reads what came back."""

from __future__ import annotations

import re
import socketserver
from datetime import datetime
from typing import Any, ClassVar, Protocol

from integrations.sandbox.core.hub import Hub
from integrations.sandbox.mailbox.state import Incoming

PATIENCE = 60  # seconds without a command
VALIDITY = 1
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
UIDS = re.compile(r"\bUID ([\d:*,]+)")
SINCE = re.compile(r"\bSINCE (\d{1,2}-[A-Z]{3}-\d{4})", re.IGNORECASE)
WANTED = re.compile(r"BODY(?:\.PEEK)?\[(HEADER)?\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)
FLAGS = re.compile(r"\((.*)\)")


class HoldsReturns(Protocol):
    """What stands behind the server."""

    slug: ClassVar[str]
    hub: Hub
    account: tuple[str, str]

    def incoming(self) -> list[Incoming]: ...


class ImapServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], mailbox: HoldsReturns) -> None:
        self.mailbox = mailbox
        super().__init__(address, Conversation)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to speak of."""


class Conversation(socketserver.StreamRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self.connection.settimeout(PATIENCE)
        self.mailbox = self.server.mailbox
        self.is_known = self.is_open = False
        try:
            self.say("* OK provodnik.example sandbox")
            while line := self.rfile.readline(4000):
                tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
                verb, _, rest = rest.partition(" ")
                if not self.command(tag, verb.upper(), rest):
                    return
        except OSError:
            return

    def command(self, tag: str, verb: str, rest: str) -> bool:
        """Answer; False ends the connection."""
        if verb == "LOGOUT":
            self.say("* BYE", f"{tag} OK LOGOUT")
            return False
        if verb == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1", f"{tag} OK CAPABILITY")
        elif verb == "NOOP":
            self.say(f"{tag} OK NOOP")
        elif verb == "LOGIN":
            self.login(tag, rest)
        elif not self.is_known:
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] LOGIN first")
        elif verb in ("SELECT", "EXAMINE"):
            self.select(tag, words(rest)[0])
        elif verb == "UID" and self.is_open:
            kind, _, rest = rest.partition(" ")
            known = {"SEARCH": self.search, "FETCH": self.fetch, "STORE": self.store}
            known.get(kind.upper(), self.unknown)(tag, rest)
        else:
            self.unknown(tag, rest)
        return True

    # --- commands -----------------------------------------------------------------------------------------------

    def login(self, tag: str, rest: str) -> None:
        self.is_known = tuple(words(rest)) == self.mailbox.account
        self.say(
            f"{tag} OK LOGIN"
            if self.is_known
            else f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials or IMAP is disabled"
        )
        self.note("login", 200 if self.is_known else 401)

    def select(self, tag: str, folder: str) -> None:
        self.is_open = folder.upper() == "INBOX"
        if not self.is_open:
            self.say(f"{tag} NO [NONEXISTENT] No such mailbox")
            return
        count = len(self.messages())
        self.say(
            f"* {count} EXISTS",
            f"* OK [UIDVALIDITY {VALIDITY}] valid",
            f"{tag} OK [READ-WRITE] SELECT",
        )

    def search(self, tag: str, rest: str) -> None:
        found = self.messages()
        if asked := UIDS.search(rest):
            found = among(found, asked[1])
        if since := SINCE.search(rest):
            day = datetime.strptime(since[1].title(), "%d-%b-%Y").date()  # noqa: DTZ007 - a date
            found = [one for one in found if datetime.fromisoformat(one.at).date() >= day]
        if "UNSEEN" in rest.upper():
            found = [one for one in found if "\\Seen" not in one.flags]
        numbers = "".join(f" {one.uid}" for one in found)
        self.say(f"* SEARCH{numbers}", f"{tag} OK SEARCH")
        self.note("search", 200)

    def fetch(self, tag: str, rest: str) -> None:
        numbers, _, what = rest.partition(" ")
        asked = WANTED.search(what)
        everything = self.messages()
        for place, one in enumerate(everything, 1):
            if asked is None or one not in among(everything, numbers):
                continue
            text = one.source.encode()
            if asked[1]:
                text = text.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            name = f"BODY[{asked[1] or ''}]"
            if asked[2]:
                start = int(asked[2])
                text, name = text[start : start + int(asked[3])], f"{name}<{start}>"
            head = f"* {place} FETCH (UID {one.uid} {name} {{{len(text)}}}\r\n"
            self.wfile.write(head.encode() + text + b")\r\n")
        self.say(f"{tag} OK FETCH")
        self.note("fetch", 200)

    def store(self, tag: str, rest: str) -> None:
        numbers, _, what = rest.partition(" ")
        flags = FLAGS.search(what)
        with self.mailbox.hub.lock:
            for one in among(self.mailbox.incoming(), numbers):
                changed = set(flags[1].split()) if flags else set()
                have = set(one.flags)
                one.flags = sorted(have - changed if what.startswith("-") else have | changed)
            self.mailbox.hub.changed()
        self.say(f"{tag} OK STORE")

    def unknown(self, tag: str, _rest: str) -> None:
        self.say(f"{tag} BAD Command not recognized")

    # --- the wire -------------------------------------------------------------------------------------------------

    def messages(self) -> list[Incoming]:
        with self.mailbox.hub.lock:
            return list(self.mailbox.incoming())

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def note(self, operation: str, status: int) -> None:
        hub = self.mailbox.hub
        with hub.lock:
            hub.journal.add(
                at=hub.clock.now().isoformat(timespec="milliseconds"),
                service=self.mailbox.slug,
                direction="in",
                method="IMAP",
                path=operation.upper(),
                operation=operation,
                subject="",
                status=status,
                ms=0,
                fault="",
                request="",
                answer="",
            )


def words(rest: str) -> list[str]:
    """Atoms and quoted strings."""
    return [
        re.sub(r"\\(.)", r"\1", quoted) if quoted or not atom else atom
        for quoted, atom in QUOTED.findall(rest)
    ]


def among(messages: list[Incoming], numbers: str) -> list[Incoming]:
    """A set of RFC 3501: `3`, `4,7`, `5:*`. `*` is the last message, so `9:*` names it even where it is before 9."""
    last = max((one.uid for one in messages), default=0)
    found: set[int] = set()
    for span in numbers.split(","):
        first, _, second = span.partition(":")
        ends = sorted(last if end == "*" else int(end) for end in (first, second or first))
        found |= {one.uid for one in messages if ends[0] <= one.uid <= ends[1]}
    return [one for one in messages if one.uid in found]
