"""What a server's words mean: our limit, somebody's full mailbox, spam."""

from __future__ import annotations

import smtplib

import pytest

from integrations.errors import IntegrationError, ServiceUnreachable
from integrations.mail.errors import (
    AddressRefused,
    LetterRefused,
    LooksLikeSpam,
    MailMisconfigured,
    MailPaused,
    opening,
    sending,
)

DATA, SENDER, RCPT = "data", "sender", "rcpt"


def error(step: str, code: int, words: bytes) -> Exception:
    if step == RCPT:
        return smtplib.SMTPRecipientsRefused({"a@b.ru": (code, words)})
    if step == SENDER:
        return smtplib.SMTPSenderRefused(code, words, "s@b.ru")
    return smtplib.SMTPDataError(code, words)


@pytest.mark.parametrize(
    ("step", "code", "words", "kind"),
    [
        (RCPT, 451, b"4.7.1 Rate limit exceeded", MailPaused),
        (SENDER, 421, b"4.7.0 Too many messages, slow down", MailPaused),
        (DATA, 550, b"5.4.5 Daily user sending limit exceeded", MailPaused),
        (DATA, 554, b"5.7.1 Message quota exceeded", MailPaused),
        (RCPT, 450, b"4.7.1 Greylisted, try again later", ServiceUnreachable),
        (RCPT, 452, b"4.2.2 Mailbox over quota", ServiceUnreachable),
        (RCPT, 552, b"5.2.2 Mailbox quota exceeded", AddressRefused),
        (RCPT, 452, b"4.5.3 Too many recipients", ServiceUnreachable),
        (DATA, 552, b"5.3.4 Message size exceeds limit", LetterRefused),
        (RCPT, 550, b"5.1.1 No such user", AddressRefused),
        (DATA, 554, b"5.7.1 Message rejected under suspicion of SPAM", LooksLikeSpam),
        (DATA, 550, b"5.7.1 This looks like spam", LooksLikeSpam),
        (DATA, 550, b"5.6.0 Malformed", LetterRefused),
        (SENDER, 553, b"5.7.1 Sender address rejected: not owned by auth user.", MailMisconfigured),
        (SENDER, 530, b"5.7.7 Must issue a STARTTLS command first", MailMisconfigured),
    ],
)
def test_the_words_are_read_where_the_code_is_not_enough(step, code, words, kind):
    found: IntegrationError = sending(error(step, code, words))
    assert type(found) is kind
    assert found.status == code
    assert words.decode() not in str(found)


def test_a_limit_at_the_door_is_no_wrong_password():
    refused = smtplib.SMTPAuthenticationError(535, b"5.7.8 Authentication failed")
    limited = smtplib.SMTPAuthenticationError(454, b"4.7.0 Too many login attempts")
    assert type(opening(refused)) is MailMisconfigured
    assert type(opening(limited)) is MailPaused
