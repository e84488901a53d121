"""The one sender of letters: Django's SMTP backend, one recipient a letter, every outcome named.

Reference: https://docs.djangoproject.com/en/5.2/topics/email/#smtp-backend. A mailbox at Yandex takes 500 letters a
day and only under its own name, so EMAIL_FROM is the mailbox that signs in.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from ipaddress import ip_address

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.utils.crypto import salted_hmac

from integrations.mail import errors
from integrations.mail.addresses import NotAnAddress, sender
from integrations.mail.errors import SERVICE, MailOff
from integrations.mail.letters import Letter
from integrations.mail.session import Session, sign_out

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
    timeout: int = TIMEOUT

    @property
    def implicit_tls(self) -> bool:
        """465 speaks TLS from the first byte."""
        return self.port == IMPLICIT_TLS

    @property
    def starttls(self) -> bool:
        """Every other port must offer STARTTLS; only a server on this machine may do without."""
        return not self.implicit_tls and not is_this_machine(self.host)

    def session(self) -> Session:
        """One connection for many letters: `with mailbox.session() as session: session.send(…)`."""
        return Session(self)

    def send(self, letter: Letter, *, to: str, key: str) -> None:
        """Hand one letter in over a connection of its own; raises as `Session.send` does."""
        with self.session() as session:
            session.send(letter, to=to, key=key)

    def message_id(self, key: str) -> str:
        """The Message-ID of the letter that tells this fact: the same for a repeat, and nobody else can know it."""
        return f"<{_mark('message', key)}@{self.from_address.rpartition('@')[2]}>"

    def letter_id(self, message_id: str, address: str) -> str:
        return letter_id(message_id, address)

    def hello(self) -> None:
        """Sign in and out again: a harmless call that needs the password. Raises as `send` does."""
        sign_out(self.sign_in())

    def sign_in(self) -> EmailBackend:
        """An open connection on which we are known. Raises MailMisconfigured, MailPaused, ServiceUnreachable."""
        connection = EmailBackend(
            host=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            timeout=self.timeout,
            fail_silently=False,
            use_ssl=self.implicit_tls,
            use_tls=self.starttls,
        )
        try:
            connection.open()
        except (smtplib.SMTPException, OSError) as error:
            raise errors.opening(error) from None
        return connection


def letter_id(message_id: str, address: str) -> str:
    """X-Letter-Id: proves to a returned letter that we sent it, and to this address."""
    return _mark("letter", f"{message_id} {address.lower()}")


def _mark(what: str, text: str) -> str:
    return salted_hmac(f"integrations.mail.{what}", text, algorithm="sha256").hexdigest()[:32]


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
