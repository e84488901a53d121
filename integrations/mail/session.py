"""One connection for many letters: one recipient each, every outcome named, nothing sent twice by a lost connection.

Measured over 30 ms: three letters a second with a connection for each, eight with one for all.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Mapping
from typing import Protocol

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import utf8_charset_qp
from django.utils.module_loading import import_string

from integrations.errors import IntegrationError
from integrations.mail import errors
from integrations.mail.addresses import NotAnAddress, travelling
from integrations.mail.errors import SERVICE, AddressRefused
from integrations.mail.letters import Letter

log = structlog.get_logger(__name__)

LETTERS_A_CONNECTION = 100
ASKED_AFTER = 2.0  # idle seconds after which it is asked whether the server is still there
IDLE = 25.0  # … and after which the connection is not used again
OK = 250
WILL_DO = (250, 251)
ID_HEADER = "X-Letter-Id"  # proves to a delivery report that the letter was ours


class Gate(Protocol):
    """Who may be written to, and how much may leave. `settings.MAIL_GATE` names the one that is asked."""

    def admit(self, address: str, *, bulk: bool) -> None:
        """Counts the letter. Raises AddressSuppressed and MailPaused."""

    def refused(self, error: IntegrationError, *, bulk: bool) -> IntegrationError:
        """The letter did not leave, for this reason; returns the reason to raise."""

    def sent(self, *, bulk: bool) -> None:
        """The server took the letter."""


class SignsIn(Protocol):
    """A mailbox, as far as a session needs it."""

    @property
    def from_header(self) -> str: ...

    @property
    def from_address(self) -> str: ...

    def message_id(self, key: str) -> str: ...

    def letter_id(self, message_id: str, address: str) -> str: ...

    def sign_in(self) -> EmailBackend: ...


class Session:
    """Letters handed in over one connection. Not for two threads at once; close it, or use it as a context."""

    def __init__(self, mailbox: SignsIn, *, gate: Gate | None = None) -> None:
        self.mailbox = mailbox
        self._gate: Gate = gate or import_string(settings.MAIL_GATE)
        self._connection: EmailBackend | None = None
        self._letters = 0
        self._used = 0.0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(
        self,
        letter: Letter,
        *,
        to: str,
        key: str,
        headers: Mapping[str, str] | None = None,
        bulk: bool = False,
    ) -> str:
        """Hand one letter in; returns its Message-ID, which follows from `key`: the name of the fact it tells.

        `headers` are added to the letter's own; `bulk` is a letter nobody waits for. Raises AddressRefused (among
        them AddressSuppressed), LetterRefused, MailMisconfigured (another try hears the same), ServiceUnreachable
        (surely not sent; among them MailPaused) and MaybeSent.
        """
        try:
            address = travelling(to)
        except NotAnAddress as error:
            raise AddressRefused(str(error), service=SERVICE) from None
        source = self._written(letter, address, key, headers or {}, bulk=bulk)
        self._gate.admit(address, bulk=bulk)
        try:
            self._hand_in(address, source)
        except IntegrationError as error:
            raise self._gate.refused(error, bulk=bulk) from None
        self._gate.sent(bulk=bulk)
        log.info("mail.sent", key=key)
        return self.mailbox.message_id(key)

    def close(self) -> None:
        """What goes wrong at the farewell changes nothing about the letters."""
        connection, self._connection = self._connection, None
        if connection is not None:
            sign_out(connection)

    def forget(self) -> None:
        """Let go of a connection that belongs to another process, without a word on it."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.connection is not None:
            connection.connection.close()

    def _written(
        self, letter: Letter, address: str, key: str, headers: Mapping[str, str], *, bulk: bool
    ) -> bytes:
        message_id = self.mailbox.message_id(key)
        own = {
            "Message-ID": message_id,
            ID_HEADER: self.mailbox.letter_id(message_id, address),
            "Auto-Submitted": "auto-generated",
            **({"Precedence": "bulk"} if bulk else {}),
            **headers,
        }
        message = EmailMultiAlternatives(
            subject=letter.subject,
            body=letter.text,
            from_email=self.mailbox.from_header,
            to=[address],
            reply_to=[letter.reply_to] if letter.reply_to else None,
            headers=own,
        )
        # Seven bits on the way: a server without 8BITMIME changes nothing, and no line is too long.
        message.encoding = utf8_charset_qp
        message.attach_alternative(letter.html, "text/html")
        return bytes(message.message()).replace(b"\n", b"\r\n")

    def _hand_in(self, address: str, source: bytes) -> None:
        smtp, is_handed_over = self._named(), False
        try:
            answer = smtp.rcpt(address)
            if answer[0] not in WILL_DO:
                raise smtplib.SMTPRecipientsRefused({address: answer})
            is_handed_over = True
            code, words = smtp.data(source)
            if code != OK:
                raise smtplib.SMTPDataError(code, words)
        except (smtplib.SMTPException, OSError) as error:
            self._drop(error)
            raise errors.sending(error, is_handed_over=is_handed_over) from None
        self._letters += 1
        self._used = time.monotonic()

    def _named(self) -> smtplib.SMTP:
        """A connection on which our sender was accepted. One that was kept and is found dead is opened anew, once."""
        was_kept = self._connection is not None
        while True:
            smtp = self._ready()
            try:
                answer = smtp.mail(self.mailbox.from_address)
                if answer[0] != OK:
                    raise smtplib.SMTPSenderRefused(*answer, self.mailbox.from_address)
            except (smtplib.SMTPException, OSError) as error:
                self._drop(error)
                if was_kept and isinstance(error, smtplib.SMTPServerDisconnected | OSError):
                    was_kept = False
                    continue
                raise errors.sending(error, is_handed_over=False) from None
            return smtp

    def _ready(self) -> smtplib.SMTP:
        """The connection, opened where there is none, it is worn out, or the server has hung up."""
        if self._connection is not None and not self._is_good():
            self.close()
        if self._connection is None:
            self._connection = self.mailbox.sign_in()
            self._letters, self._used = 0, time.monotonic()
        return _line(self._connection)

    def _is_good(self) -> bool:
        idle = time.monotonic() - self._used
        if self._letters >= LETTERS_A_CONNECTION or idle > IDLE:
            return False
        if idle < ASKED_AFTER or self._connection is None:
            return True
        try:
            return bool(_line(self._connection).noop()[0] == OK)
        except (smtplib.SMTPException, OSError):
            return False

    def _drop(self, error: Exception) -> None:
        """After a plain refusal the connection is good for the next letter; after anything else it is not."""
        refused = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
        if not refused or self._connection is None:
            self.close()
            return
        try:
            _line(self._connection).rset()
        except (smtplib.SMTPException, OSError):
            self.close()


def _line(connection: EmailBackend) -> smtplib.SMTP:
    if connection.connection is None:
        raise smtplib.SMTPServerDisconnected("not connected")
    return connection.connection


def sign_out(connection: EmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError) as error:
        log.info("mail.farewell", error=type(error).__name__)
