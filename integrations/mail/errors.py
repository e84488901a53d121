"""What an SMTP server's answers mean to whoever wanted to send a letter.

The first digit decides (RFC 5321, 4.2.1): 4 is worth another try, 5 is not. Which command was refused says whose
fault it is. Yandex: 535 = app password or "mail clients" switched off; 553 on MAIL = the sender is not the mailbox
that signed in; 554 = the content looks like spam.
"""

from __future__ import annotations

import smtplib

from integrations.errors import IntegrationError, ServiceRefused, ServiceUnreachable

SERVICE = "mail"


class MailOff(ServiceRefused):
    """There is no e-mail channel: a variable is missing or wrong. Its name is in the message."""


class MailMisconfigured(ServiceRefused):
    """The server does not let us in, or not under this sender. A person has to change the settings."""


class AddressRefused(ServiceRefused):
    """Nobody can be reached at this address."""


class LetterRefused(ServiceRefused):
    """The server does not take this letter: too large, or it looks like spam."""


class MaybeSent(ServiceUnreachable):
    """The letter went out and its answer was lost: another try may send it twice."""


def opening(error: Exception) -> IntegrationError:
    """Signing in failed: surely nothing was sent."""
    code = _code(error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return MailMisconfigured(
            "the server offers no TLS or no sign-in on this port", service=SERVICE
        )
    if code is not None and code >= 500:
        return MailMisconfigured(
            f"the server refused the sign-in with {code}", service=SERVICE, status=code
        )
    return _later(error, code)


def sending(error: Exception) -> IntegrationError:
    """The letter itself was refused, or its fate is unknown."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((answer[0] for answer in error.recipients.values()), default=0)
        if code < 500:
            return _later(error, code)
        return AddressRefused(
            f"the server knows no such address ({code})", service=SERVICE, status=code
        )
    said = _code(error)
    if isinstance(error, smtplib.SMTPSenderRefused) and said is not None and said >= 500:
        return MailMisconfigured(
            f"the server refused EMAIL_FROM with {said}", service=SERVICE, status=said
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return AddressRefused("the server cannot carry this address", service=SERVICE)
    if said is not None and said >= 500:
        return LetterRefused(
            f"the server refused the letter with {said}", service=SERVICE, status=said
        )
    if said is not None:
        return _later(error, said)
    return MaybeSent(f"the connection was lost: {type(error).__name__}", service=SERVICE)


def _code(error: Exception) -> int | None:
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _later(error: Exception, code: int | None) -> ServiceUnreachable:
    what = f"answered {code}" if code else f"is not to be reached: {type(error).__name__}"
    return ServiceUnreachable(
        f"the mail server {what}", service=SERVICE, status=code, maybe_executed=False
    )
