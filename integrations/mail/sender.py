"""The one sender of letters: Django's SMTP backend, one recipient a letter, every outcome named.

Reference: https://docs.djangoproject.com/en/5.2/topics/email/#smtp-backend. A mailbox at Yandex takes 500 letters a
day and only under its own name, so EMAIL_FROM is the mailbox that signs in.
"""

from __future__ import annotations

import hashlib
import smtplib
from dataclasses import dataclass, field
from ipaddress import ip_address

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from integrations.mail import errors
from integrations.mail.addresses import NotAnAddress, sender, travelling
from integrations.mail.errors import SERVICE, AddressRefused, MailOff
from integrations.mail.letters import Letter

log = structlog.get_logger(__name__)

TIMEOUT = 10  # seconds for each answer of the server
IMPLICIT_TLS = 465
DEFAULT_PORT = "465"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where letters are handed in, and under which name."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    from_header: str
    from_address: str

    @property
    def implicit_tls(self) -> bool:
        """465 speaks TLS from the first byte."""
        return self.port == IMPLICIT_TLS

    @property
    def starttls(self) -> bool:
        """Every other port must offer STARTTLS; only a server on this machine may do without."""
        return not self.implicit_tls and not is_this_machine(self.host)

    def send(self, letter: Letter, *, to: str, key: str) -> None:
        """Hand one letter in. `key` names the fact it tells: a repeat carries the same Message-ID.

        Raises AddressRefused, LetterRefused, MailMisconfigured (another try hears the same), ServiceUnreachable
        (surely not sent) and MaybeSent.
        """
        try:
            address = travelling(to)
        except NotAnAddress as error:
            raise AddressRefused(str(error), service=SERVICE) from None
        message = EmailMultiAlternatives(
            subject=letter.subject,
            body=letter.text,
            from_email=self.from_header,
            to=[address],
            headers={"Message-ID": self._message_id(key), "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(letter.html, "text/html")
        connection = self._sign_in()
        try:
            connection.send_messages([message])
        except (smtplib.SMTPException, OSError) as error:
            raise errors.sending(error) from None
        finally:
            self._sign_out(connection)
        log.info("mail.sent", key=key)

    def hello(self) -> None:
        """Sign in and out again: a harmless call that needs the password. Raises as `send` does."""
        self._sign_out(self._sign_in())

    def _sign_in(self) -> EmailBackend:
        connection = EmailBackend(
            host=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            timeout=TIMEOUT,
            fail_silently=False,
            use_ssl=self.implicit_tls,
            use_tls=self.starttls,
        )
        try:
            connection.open()
        except (smtplib.SMTPException, OSError) as error:
            raise errors.opening(error) from None
        return connection

    @staticmethod
    def _sign_out(connection: EmailBackend) -> None:
        """What goes wrong at the farewell changes nothing about the letter."""
        try:
            connection.close()
        except (smtplib.SMTPException, OSError) as error:
            log.info("mail.farewell", error=type(error).__name__)

    def _message_id(self, key: str) -> str:
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        return f"<{digest}@{self.from_address.rpartition('@')[2]}>"


def is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def mail_is_on() -> bool:
    """Whether there is an e-mail channel at all."""
    try:
        get_mailbox()
    except MailOff:
        return False
    return True


def get_mailbox() -> Mailbox:
    """The mailbox of the settings. Raises MailOff where it is not, or wrongly, described."""
    credentials = settings.CREDENTIALS
    host = credentials.get("SMTP_HOST") or ""
    port = credentials.get("SMTP_PORT") or DEFAULT_PORT
    user = credentials.get("SMTP_USER") or ""
    password = credentials.get("SMTP_PASSWORD") or ""
    for name, value in (
        ("SMTP_HOST", host),
        ("EMAIL_FROM", settings.EMAIL_FROM),
        ("SMTP_USER", user),
        ("SMTP_PASSWORD", password),
    ):
        if not value:
            raise MailOff(f"{name} is not set", service=SERVICE)
    if not port.isdecimal():
        raise MailOff("SMTP_PORT is no number", service=SERVICE)
    try:
        from_header, from_address = sender(settings.EMAIL_FROM)
    except NotAnAddress:
        raise MailOff("EMAIL_FROM is no address", service=SERVICE) from None
    return Mailbox(
        host=host,
        port=int(port),
        user=user,
        password=password,
        from_header=from_header,
        from_address=from_address,
    )
