"""What an SMTP server's answers mean to whoever wanted to send a letter.

The first digit decides (RFC 5321, 4.2.1): 4 is worth another try, 5 is not. Which command was refused says whose
fault it is. Yandex: 535 = app password or "mail clients" switched off; 553 on MAIL = the sender is not the mailbox
that signed in; 554 = the content looks like spam. Words of a limit mean the mailbox, whatever the code: going on
would prolong it.
"""

from __future__ import annotations

import re
import smtplib
from enum import StrEnum

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable

SERVICE = "mail"
LIMIT = re.compile(
    rb"\b(rate|limit\w*|quota\w*|throttl\w*|exceed\w*|too (many|much|fast|frequent\w*))\b",
    re.IGNORECASE,
)
# Somebody's full mailbox, a letter's size, recipients of one letter: words of a limit, but not of our mailbox's.
NOT_OURS = re.compile(rb"^\s*[45]\.(2\.\d+|3\.4|5\.3)\b")
SPAM = re.compile(rb"\bspam\b", re.IGNORECASE)
LOOKS_LIKE_SPAM = 554


class MailOff(ServiceRefused):
    """There is no e-mail channel: a variable is missing or wrong. Its name is in the message."""


class MailMisconfigured(ServiceRefused):
    """The server does not let us in, or not under this sender. A person has to change the settings."""


class AddressRefused(ServiceRefused):
    """Nobody can be reached at this address."""


class LetterRefused(ServiceRefused):
    """The server does not take this letter: too large, or it looks like spam."""


class LooksLikeSpam(LetterRefused):
    """The server takes this letter for spam; mailings wait after it (integrations.services.mail_gate)."""


class AddressSuppressed(AddressRefused):
    """Nothing is written to this address any more; the reason is in the message."""


class Why(StrEnum):
    """Why no letter leaves now."""

    MINUTE = "minute"  # our cap of a minute
    DAY = "day"  # our cap of a day
    LIMIT = "limit"  # the server's own limit
    SPAM = "spam"  # the server takes our mailings for spam
    SETTINGS = "settings"  # the server does not let us in


class MailPaused(ServiceUnreachable):
    """No letter leaves for `retry_after` seconds: surely not sent, worth another try then."""

    def __init__(
        self, message: str, *, why: Why, retry_after: int = 0, status: int | None = None
    ) -> None:
        super().__init__(message, service=SERVICE, status=status, maybe_executed=False)
        self.why = why
        self.retry_after = retry_after


class MaybeSent(ServiceUnreachable):
    """The letter went out and its answer was lost: another try may send it twice."""


def opening(error: Exception) -> IntegrationError:
    """Signing in failed: surely nothing was sent."""
    code = _code(error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return MailMisconfigured(
            "the server offers no TLS or no sign-in on this port", service=SERVICE
        )
    if code is not None and is_limit(error):
        return _limited(code)
    if code is not None and code >= 500:
        return MailMisconfigured(
            f"the server refused the sign-in with {code}", service=SERVICE, status=code
        )
    return _later(error, code)


def sending(error: Exception, *, is_handed_over: bool = True) -> IntegrationError:
    """The letter itself was refused, or its fate is unknown: `is_handed_over` where the server may have all of it."""
    said = _code(error)
    if said is None:
        if is_handed_over:
            return MaybeSent(f"the connection was lost: {type(error).__name__}", service=SERVICE)
        return _later(error, None)
    if is_limit(error):
        return _limited(said)
    if said < 500:
        return _later(error, said)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return AddressRefused(
            f"the server knows no such address ({said})", service=SERVICE, status=said
        )
    if isinstance(error, smtplib.SMTPSenderRefused):
        return MailMisconfigured(
            f"the server refused EMAIL_FROM with {said}", service=SERVICE, status=said
        )
    kind = LooksLikeSpam if said == LOOKS_LIKE_SPAM or SPAM.search(_words(error)) else LetterRefused
    return kind(f"the server refused the letter with {said}", service=SERVICE, status=said)


def is_limit(error: Exception) -> bool:
    """Whether the server says that this mailbox has sent too much."""
    words = _words(error)
    return bool(LIMIT.search(words)) and not NOT_OURS.match(words)


def _code(error: Exception) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((answer[0] for answer in error.recipients.values()), default=None)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _words(error: Exception) -> bytes:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return b" ".join(answer[1] for answer in error.recipients.values())
    said = getattr(error, "smtp_error", b"")
    return said if isinstance(said, bytes) else str(said).encode()


def _limited(code: int) -> MailPaused:
    return MailPaused(f"the server's own limit is reached ({code})", why=Why.LIMIT, status=code)


def _later(error: Exception, code: int | None) -> ServiceUnreachable:
    what = f"answered {code}" if code else f"is not to be reached: {type(error).__name__}"
    return ServiceUnreachable(
        f"the mail server {what}", service=SERVICE, status=code, maybe_executed=False
    )
