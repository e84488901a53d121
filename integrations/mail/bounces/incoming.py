"""The mailbox reports come to, by IMAP: TLS always but on this machine, nothing marked, nothing moved.

People write to the same mailbox. Of what they write only the headers are looked at, and it stays unread.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, U
from imap_tools.errors import ImapToolsError

from integrations.errors import ServiceUnreachable
from integrations.mail.bounces.report import may_be_report
from integrations.mail.errors import MailMisconfigured, MailOff
from integrations.mail.sender import is_this_machine

SERVICE = "imap"
TIMEOUT = 20  # seconds for each answer
TLS_PORT = 993
DEFAULT_FOLDER = "INBOX"
AT_ONCE = 50  # messages whose headers are asked for together
MOST = 256 * 1024  # bytes of a report that are read; the fields stand before the returned letter
UID = re.compile(rb"\bUID (\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail:
    """Where reports are read."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str

    @contextmanager
    def open(self) -> Iterator[Folder]:
        """The folder, read-only. Raises MailMisconfigured and ServiceUnreachable."""
        box = self._connected()
        try:
            yield Folder(box)
        except (imaplib.IMAP4.error, ImapToolsError, OSError) as error:
            raise _lost(error) from None
        finally:
            try:
                box.logout()
            except (imaplib.IMAP4.error, ImapToolsError, OSError):
                box.client.shutdown()

    def _connected(self) -> BaseMailBox:
        try:
            if self.port == TLS_PORT:
                box: BaseMailBox = MailBox(
                    self.host,
                    self.port,
                    timeout=TIMEOUT,
                    ssl_context=ssl.create_default_context(),
                )
            elif is_this_machine(self.host):
                box = MailBoxUnencrypted(self.host, self.port, timeout=TIMEOUT)
            else:
                box = MailBoxStartTls(
                    self.host,
                    self.port,
                    timeout=TIMEOUT,
                    ssl_context=ssl.create_default_context(),
                )
        except (imaplib.IMAP4.error, OSError) as error:
            raise _lost(error) from None
        try:
            box.login(self.user, self.password, initial_folder=None)
            box.folder.set(self.folder, readonly=True)
        except ImapToolsError:
            box.client.shutdown()
            raise MailMisconfigured(
                "the server refused IMAP_USER, IMAP_PASSWORD or IMAP_FOLDER", service=SERVICE
            ) from None
        except (imaplib.IMAP4.error, OSError) as error:
            box.client.shutdown()
            raise _lost(error) from None
        return box


class Folder:
    """An open folder. Numbers of messages grow for as long as `validity` stays the same (RFC 3501, 2.3.1.1)."""

    def __init__(self, box: BaseMailBox) -> None:
        self._box = box
        _name, values = box.client.response("UIDVALIDITY")
        self.validity = int(values[0] or 0) if values else 0

    def after(self, uid: int) -> list[int]:
        """Messages behind this one. The range n:* names the last message even where it is before n."""
        return self._numbers(AND(uid=U(str(uid + 1), "*")), above=uid)

    def since(self, day: date) -> list[int]:
        return self._numbers(AND(date_gte=day), above=0)

    def reports(self, uids: list[int]) -> Iterator[tuple[int, bytes]]:
        """Each of these messages, in order, with its source where its headers look like a report's, else b""."""
        for start in range(0, len(uids), AT_ONCE):
            some = uids[start : start + AT_ONCE]
            headers = self._fetch(some, "BODY.PEEK[HEADER]")
            for uid in some:
                if may_be_report(headers.get(uid, b"")):
                    yield uid, self._fetch([uid], f"BODY.PEEK[]<0.{MOST}>").get(uid, b"")
                else:
                    yield uid, b""

    def _numbers(self, criteria: AND, *, above: int) -> list[int]:
        return sorted(uid for uid in map(int, self._box.uids(criteria)) if uid > above)

    def _fetch(self, uids: list[int], what: str) -> dict[int, bytes]:
        numbers = ",".join(map(str, uids))
        answer, rows = self._box.client.uid("fetch", numbers, f"(UID {what})")
        if answer != "OK":
            raise imaplib.IMAP4.error("FETCH was refused")
        found: dict[int, bytes] = {}
        for row, following in zip(rows, [*rows[1:], b""], strict=True):
            if not isinstance(row, tuple):
                continue
            # The number stands before the text, or behind it.
            tail = following if isinstance(following, bytes) else b""
            number = UID.search(row[0]) or UID.search(tail)
            if number:
                found[int(number[1])] = row[1]
        return found


def get_incoming() -> IncomingMail:
    """The mailbox of the settings; user and password are the sender's where none are given. Raises MailOff."""
    credentials = settings.CREDENTIALS
    host = credentials.get("IMAP_HOST") or ""
    port = credentials.get("IMAP_PORT") or str(TLS_PORT)
    user = credentials.get("IMAP_USER") or credentials.get("SMTP_USER") or ""
    password = credentials.get("IMAP_PASSWORD") or credentials.get("SMTP_PASSWORD") or ""
    for name, value in (("IMAP_HOST", host), ("IMAP_USER", user), ("IMAP_PASSWORD", password)):
        if not value:
            raise MailOff(f"{name} is not set", service=SERVICE)
    if not port.isdecimal():
        raise MailOff("IMAP_PORT is no number", service=SERVICE)
    folder = credentials.get("IMAP_FOLDER") or DEFAULT_FOLDER
    return IncomingMail(host=host, port=int(port), user=user, password=password, folder=folder)


def _lost(error: Exception) -> ServiceUnreachable:
    return ServiceUnreachable(
        f"the mailbox is not to be read: {type(error).__name__}",
        service=SERVICE,
        maybe_executed=False,
    )
