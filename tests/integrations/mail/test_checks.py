"""What is said at start-up about e-mail."""

from __future__ import annotations

import pytest

from integrations.mail.checks import check_mail

WHOLE = {
    "SMTP_HOST": "smtp.example.com",
    "SMTP_USER": "shop@example.com",
    "SMTP_PASSWORD": "p",
}


def found(settings, *, sender: str = "shop@example.com", **changes: str) -> list[str | None]:
    settings.EMAIL_FROM = sender
    settings.CREDENTIALS = {**WHOLE, **changes}
    return [message.id for message in check_mail()]


def test_a_whole_mailbox_and_none_are_both_right(settings):
    assert found(settings) == []
    settings.CREDENTIALS, settings.EMAIL_FROM = {}, ""
    assert check_mail() == []


def test_a_mailbox_by_halves_is_named(settings):
    assert found(settings, SMTP_PASSWORD="") == ["integrations.W020"]


@pytest.mark.parametrize("sender", ["почта@дома-цены.рф", "Магазин", '"a b"@example.com'])
def test_a_sender_no_server_takes_is_refused(settings, sender):
    assert found(settings, sender=sender) == ["integrations.E020"]


def test_a_sender_with_a_cyrillic_domain_is_fine(settings):
    assert found(settings, sender="Дом <noreply@дома-цены.рф>") == []


def test_a_port_is_a_number(settings):
    assert found(settings, IMAP_PORT="imaps") == ["integrations.E021"]


@pytest.mark.parametrize(
    ("day", "minute", "bulk", "ids"),
    [
        (400, 30, 300, []),
        (0, 0, 0, []),
        (400, -1, 300, ["integrations.E022"]),
        (400, 30, 400, ["integrations.W021"]),
        (400, 30, 0, ["integrations.W021"]),
    ],
)
def test_caps_leave_room(settings, day, minute, bulk, ids):
    settings.MAIL_A_DAY, settings.MAIL_A_MINUTE, settings.MAIL_BULK_A_DAY = day, minute, bulk
    assert found(settings) == ids
