"""Every mailbox of the world in one: takes letters for anybody, as a strict provider's server would."""

from __future__ import annotations

import logging
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address

from integrations.sandbox.core.base import Simulator, Tile, credential
from integrations.sandbox.core.hub import Hub
from integrations.sandbox.mailbox.smtp import SmtpServer
from integrations.sandbox.mailbox.state import Mail, MailboxState

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
        self.port = 0
        self.account = ("", "")  # who may sign in, as it was when the server began

    def start(self) -> None:
        """Listen where the product expects a server, and only if that is this machine."""
        try:
            here = ip_address(credential("SMTP_HOST", "-")).is_loopback
            server = SmtpServer((credential("SMTP_HOST"), int(credential("SMTP_PORT", "0"))), self)
        except (ValueError, OSError) as error:
            log.warning("sandbox: no mail server: %s", error)
            return
        if not here:
            server.server_close()
            return
        self.account = credential("SMTP_USER"), credential("SMTP_PASSWORD")
        self.port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True, name="smtp").start()
        self.hub.spawn(lambda: self._stop(server), "smtp-stop")

    def _stop(self, server: SmtpServer) -> None:
        self.hub.stopping.wait()
        server.shutdown()
        server.server_close()

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
