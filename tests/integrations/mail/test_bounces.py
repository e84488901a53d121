"""What follows when a letter comes back: read once, from a mailbox that people use too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from integrations.clock import wall_clock
from integrations.errors import ServiceUnreachable
from integrations.mail.bounces import incoming as module
from integrations.mail.bounces import report as reports
from integrations.mail.bounces.incoming import get_incoming
from integrations.mail.errors import MailMisconfigured, MailOff
from integrations.mail.letters import Letter
from integrations.mail.sender import get_mailbox
from integrations.models import Bounce, MailboxPlace, MailMessage, Suppression
from integrations.services import bounces, outbox, post
from integrations.services.bounces import read_mailbox
from tests.support.mail import post_office

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).parent / "fixtures"
TO = "anna@example.com"


@pytest.fixture
def office():
    with post_office() as one:
        yield one


HEARD: list[dict[str, object]] = []
REACTIONS = {
    "letter.written": ("integrations.services.post.deliver",),
    "mail.bounced": ("tests.integrations.mail.test_bounces.hear",),
}


def hear(**facts: object) -> None:
    HEARD.append(facts)


def a_letter(key: str = "l:1") -> MailMessage:
    with transaction.atomic():
        message = post.write(
            key=key,
            kind="email_change",
            to=TO,
            language="ru",
            context={"partner": "ООО «Пример»", "code": "P1", "email": "b@b.ru", "number": 1},
            case="application:1",
        )
    outbox.drain()
    message.refresh_from_db()
    assert message.status == MailMessage.Status.SENT
    return message


def test_a_returned_letter_is_marked_and_its_address_suppressed(office, settings):
    settings.REACTIONS = "tests.integrations.mail.test_bounces.REACTIONS"
    HEARD.clear()
    message = a_letter()
    office.comes_back(office.letters[0])
    assert read_mailbox() == 1
    message.refresh_from_db()
    assert message.status == MailMessage.Status.BOUNCED
    assert message.error.startswith("5.1.1")
    (bounce,) = Bounce.objects.all()
    assert (bounce.letter, bounce.address, bounce.is_hard) == (message, TO, True)
    assert Suppression.objects.get().reason == Suppression.Reason.BOUNCED
    outbox.drain()
    (heard,) = HEARD
    assert heard == {"message_id": message.message_id, "address": TO, "is_hard": True}


def test_a_report_is_read_once_and_people_keep_their_mail_unread(office):
    a_letter()
    office.gets((FIXTURES / "letter__from_a_person.eml").read_bytes())
    office.comes_back(office.letters[0])
    office.gets((FIXTURES / "bounce__says_nothing.eml").read_bytes())
    assert read_mailbox() == 2
    assert read_mailbox() == 0
    office.comes_back(office.letters[0], "delayed")
    assert read_mailbox() == 1
    MailboxPlace.objects.update(validity=0)
    read_mailbox()
    assert Bounce.objects.count() == 3
    assert all(message.flags == [] for message in office.mailbox.incoming())


def test_three_soft_ones_within_two_weeks_are_enough(office):
    for number in range(3):
        message = a_letter(f"l:{number}")
        office.comes_back(office.letters[-1], "soft")
        read_mailbox()
        message.refresh_from_db()
        assert message.status == MailMessage.Status.BOUNCED
        assert Suppression.objects.exists() == (number == 2)


def test_soft_ones_of_long_ago_do_not_count(office):
    for number in range(3):
        a_letter(f"l:{number}")
        office.comes_back(office.letters[-1], "soft")
        read_mailbox()
        Bounce.objects.update(created_at=wall_clock() - timedelta(days=15))
    assert not Suppression.objects.exists()


def test_a_delay_changes_nothing_but_is_seen(office):
    message = a_letter()
    for _ in range(4):
        office.comes_back(office.letters[0], "delayed")
    assert read_mailbox() == 4
    message.refresh_from_db()
    assert message.status == MailMessage.Status.SENT
    assert Bounce.objects.filter(action="delayed").count() == 4
    assert not Suppression.objects.exists()


def test_a_complaint_suppresses_at_once(office):
    message = a_letter()
    office.comes_back(office.letters[0], "complaint")
    assert read_mailbox() == 1
    message.refresh_from_db()
    assert message.status == MailMessage.Status.SENT
    assert Suppression.objects.get().reason == Suppression.Reason.COMPLAINT


def test_a_forged_report_suppresses_nobody(office):
    """Anybody may write to the mailbox; the letter it names was never sent."""
    office.gets((FIXTURES / "bounce__yandex.eml").read_bytes())
    assert read_mailbox() == 1
    assert Bounce.objects.get().letter is None
    assert not Suppression.objects.exists()


def test_a_letter_that_is_no_row_is_proved_by_its_own_header(office):
    """Mailings keep their letters elsewhere."""
    with get_mailbox().session() as session:
        session.send(
            Letter(subject="S", text="t\n", html="<p>t</p>"), to="Boris@example.com", key="m:1"
        )
    office.comes_back(office.letters[0])
    read_mailbox()
    assert Suppression.objects.get().address == "boris@example.com"
    assert Bounce.objects.get().about == office.letters[0].message_id


def test_a_letter_whose_message_id_was_replaced_is_found(office):
    message = a_letter()
    letter = office.letters[0]
    letter.source = letter.source.replace(letter.message_id, "<other@relay.example>")
    office.comes_back(letter)
    read_mailbox()
    assert Bounce.objects.get().letter == message


def test_what_breaks_the_reader_is_kept_and_the_next_one_read(office, monkeypatch):
    message = a_letter()
    real = reports.read

    def breaks_once(source: bytes) -> object:
        monkeypatch.setattr(reports, "read", real)
        raise RecursionError

    monkeypatch.setattr(reports, "read", breaks_once)
    office.gets((FIXTURES / "bounce__yandex.eml").read_bytes())
    office.comes_back(office.letters[0])
    assert read_mailbox() == 2
    assert Bounce.objects.get(action="unreadable").diagnostic == "RecursionError"
    assert Bounce.objects.get(letter=message).is_hard


def test_a_worker_killed_between_two_reports_loses_none(office, monkeypatch):
    a_letter()
    for _ in range(2):
        office.comes_back(office.letters[0], "delayed")
    real = bounces.apply

    def killed(report: reports.Report) -> object:
        if Bounce.objects.exists():
            raise KeyboardInterrupt
        return real(report)

    with monkeypatch.context() as patch:
        patch.setattr(bounces, "apply", killed)
        with pytest.raises(KeyboardInterrupt):
            read_mailbox()
    assert Bounce.objects.count() == 1
    assert read_mailbox() == 1
    assert Bounce.objects.count() == 2


def test_without_a_mailbox_nothing_is_read(settings):
    settings.CREDENTIALS = {}
    assert read_mailbox() == 0
    with pytest.raises(MailOff, match="IMAP_HOST"):
        get_incoming()


def test_a_wrong_password_or_folder_is_a_matter_of_settings():
    for wrong in ({"IMAP_PASSWORD": "another"}, {"IMAP_FOLDER": "Nowhere"}):
        with post_office(**wrong), pytest.raises(MailMisconfigured) as refused:
            read_mailbox()
        assert "another" not in str(refused.value)


def test_nobody_listens():
    with post_office(IMAP_PORT="1"), pytest.raises(ServiceUnreachable):
        read_mailbox()


def test_nothing_is_read_without_tls_from_another_machine(office, monkeypatch):
    """This server offers no STARTTLS: no password is sent to it."""
    monkeypatch.setattr(module, "is_this_machine", lambda _host: False)
    with pytest.raises(ServiceUnreachable):
        read_mailbox()
    assert "login" not in [step for step, _status in office.steps]
