"""A mail server of one's own: the sandbox's mailbox, listening on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import override_settings

from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.mailbox.control import ANSWERS
from integrations.sandbox.mailbox.mailbox import Mailbox
from integrations.sandbox.mailbox.state import Incoming, Mail

ACCOUNT = {
    "SMTP_HOST": "127.0.0.1",
    "SMTP_PORT": "0",
    "SMTP_USER": "shop@provodnik.example",
    "SMTP_PASSWORD": "mail-password-of-the-tests",
    "IMAP_HOST": "127.0.0.1",
    "IMAP_PORT": "0",
}


class Post:
    """What the mail server got, and how it answers."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    @property
    def letters(self) -> list[Mail]:
        with self.mailbox.hub.lock:
            return list(self.mailbox.state.letters)

    @property
    def steps(self) -> list[tuple[str, int]]:
        """Every command that was answered, and with what."""
        with self.mailbox.hub.lock:
            entries = self.mailbox.hub.journal.listing("mailbox")
        return [(entry["operation"], entry["status"]) for entry in entries]

    def answers(self, code: str, *, times: int | None = None) -> None:
        """One of the control's codes, from now on."""
        operation, options = ANSWERS[code]
        options = dict(options)
        detail = {"description": options.pop("description", "")}
        self.fault(options.pop("kind"), operation=operation, times=times, detail=detail, **options)

    def comes_back(self, letter: Mail, kind: str = "hard") -> None:
        with self.mailbox.hub.lock:
            self.mailbox.send_back(letter, kind)

    def gets(self, source: bytes) -> None:
        """A message from outside, for the shop's own inbox."""
        with self.mailbox.hub.lock:
            state = self.mailbox.state
            state.last_uid += 1
            at = self.mailbox.hub.clock.now().isoformat(timespec="seconds")
            message = Incoming(uid=state.last_uid, at=at, source=source.decode("utf-8", "replace"))
            state.inbox = [*state.inbox, message]

    def fault(self, kind: str, **options: Any) -> None:
        with self.mailbox.hub.lock:
            self.mailbox.hub.faults.plan("mailbox", kind, **options)

    def recovers(self) -> None:
        with self.mailbox.hub.lock:
            self.mailbox.hub.faults.clear("mailbox")


@contextmanager
def post_office(
    *, sender: str = "Проводник <shop@provodnik.example>", **changes: str
) -> Iterator[Post]:
    """A working mailbox in the settings and a server behind it; other credentials stay.

    Inside it use `override_settings`, not the `settings` fixture, which would be undone in the wrong order.
    """
    account = {**settings.CREDENTIALS, **ACCOUNT}
    with (
        override_settings(SANDBOX=True, CREDENTIALS=account),
        SandboxServer() as server,
    ):
        mailbox = server.sandbox.get(Mailbox)
        while not mailbox.imap_port:
            server.sandbox.stopping.wait(0.01)
        with override_settings(
            CREDENTIALS={
                **account,
                "SMTP_PORT": str(mailbox.port),
                "IMAP_PORT": str(mailbox.imap_port),
                **changes,
            },
            EMAIL_FROM=sender,
        ):
            yield Post(mailbox)
