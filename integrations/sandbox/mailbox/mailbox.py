"""Every mailbox of the world in one: takes letters for anybody, as a strict provider's server would."""

from __future__ import annotations

import logging
import socketserver
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address

from integrations.sandbox.core.base import Simulator, Tile, credential
from integrations.sandbox.core.hub import Hub
from integrations.sandbox.mailbox.imap import ImapServer
from integrations.sandbox.mailbox.returns import report
from integrations.sandbox.mailbox.smtp import SmtpServer
from integrations.sandbox.mailbox.state import Incoming, Mail, MailboxState

log = logging.getLogger(__name__)

KEPT = 200  # letters


class Mailbox(Simulator):
    """The caller of every method holds the lock. `port` is 0 while nobody listens."""

    slug = "mailbox"
    state_class = MailboxState
    order = 35
    state: MailboxState

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.port = self.imap_port = 0
        self.account = ("", "")  # who may sign in, as it was when the server began

    def start(self) -> None:
        """Listen where the product expects servers, and only if that is this machine."""
        self.account = credential("SMTP_USER"), credential("SMTP_PASSWORD")
        self.port = self._listen("SMTP", SmtpServer)
        self.imap_port = self._listen("IMAP", ImapServer)

    def _listen(self, name: str, kind: type[SmtpServer] | type[ImapServer]) -> int:
        try:
            here = ip_address(credential(f"{name}_HOST", "-")).is_loopback
            address = credential(f"{name}_HOST"), int(credential(f"{name}_PORT", "0"))
            server = kind(address, self)
        except (ValueError, OSError) as error:
            log.warning("sandbox: no %s server: %s", name, error)
            return 0
        if not here:
            server.server_close()
            return 0
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True, name=name).start()
        self.hub.spawn(lambda: self._stop(server), f"{name}-stop")
        return int(server.server_address[1])

    def _stop(self, server: socketserver.BaseServer) -> None:
        self.hub.stopping.wait()
        server.shutdown()
        server.server_close()

    def incoming(self) -> list[Incoming]:
        return self.state.inbox

    def is_over_limit(self) -> bool:
        """Whether the mailbox has sent what it may within 24 hours."""
        since = (self.hub.clock.now() - timedelta(hours=24)).isoformat(timespec="seconds")
        sent = sum(letter.at > since for letter in self.state.letters)
        return bool(self.state.daily_limit) and sent >= self.state.daily_limit

    def send_back(self, letter: Mail, kind: str) -> None:
        """Somebody's server returns a letter, or its reader complains: the shop's inbox hears of it."""
        self.state.last_uid += 1
        at = self.hub.clock.now()
        source = report(letter, kind, number=self.state.last_uid, at=at)
        message = Incoming(
            uid=self.state.last_uid, at=at.isoformat(timespec="seconds"), source=source
        )
        self.state.inbox = [*self.state.inbox, message][-KEPT:]
        letter.returned = [*letter.returned, kind]
        self.hub.changed()

    def take(self, source: bytes, *, sender: str, to: str) -> Mail:
        """Keep a letter; the newest stands last."""
        message = message_from_bytes(source, policy=policy.default)
        self.state.last_id += 1
        letter = Mail(
            id=self.state.last_id,
            at=self.hub.clock.now().isoformat(timespec="seconds"),
            sender=sender,
            to=to,
            subject=str(message["subject"] or ""),
            text=_part(message, "plain"),
            html=_part(message, "html"),
            source=source.decode("utf-8", "replace"),
            message_id=str(message["message-id"] or ""),
        )
        self.state.letters = [*self.state.letters, letter][-KEPT:]
        self.hub.changed()
        return letter

    def tile(self) -> Tile:
        count = len(self.state.letters)
        newest = self.state.letters[-1].to if count else "–"
        return Tile(
            title="Почта",
            about="Письма, которые система отправила по e-mail: кому бы ни были, лежат здесь.",
            link="/mail/",
            action="Открыть почту",
            icon="mail",
            facts=[("Писем", str(count)), ("Последнее для", newest)],
            trouble="" if self.port else "Почтовый сервер не запущен.",
        )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    return "" if body is None else str(body.get_content())
