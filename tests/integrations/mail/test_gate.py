"""What stands before a letter: an address nobody writes to, our caps, the server's "enough"."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from integrations.clock import wall_clock
from integrations.mail.errors import LooksLikeSpam, MailMisconfigured, MailPaused, Why
from integrations.mail.letters import Letter
from integrations.mail.sender import get_mailbox
from integrations.models import MailMessage, MailMinute, MailPause, OutboxMessage, Suppression
from integrations.services import mail_gate, outbox, post, suppression
from tests.support.mail import post_office

pytestmark = pytest.mark.django_db

LETTER = Letter(subject="S", text="t\n", html="<p>t</p>\n")
TO = "anna@example.com"
LIMIT = {"kind": "status", "status": 451, "detail": {"description": "4.7.1 Rate limit exceeded"}}


@pytest.fixture
def office():
    with post_office() as one:
        yield one


def send(number: int = 1, *, bulk: bool = False) -> None:
    with get_mailbox().session() as session:
        session.send(LETTER, to=TO, key=f"k:{number}", bulk=bulk)


def written(number: int = 1) -> MailMessage:
    with transaction.atomic():
        return post.write(
            key=f"l:{number}",
            kind="email_change",
            to=TO,
            language="ru",
            context={"partner": "ООО «Пример»", "code": "P1", "email": "b@b.ru", "number": number},
        )


def due_now() -> None:
    OutboxMessage.objects.update(not_before=wall_clock() - timedelta(seconds=1))


def test_a_suppressed_address_gets_nothing_and_the_letter_says_why(office):
    suppression.suppress("Anna@Example.com", reason=Suppression.Reason.BOUNCED)
    message = written()
    outbox.drain()
    message.refresh_from_db()
    assert message.status == MailMessage.Status.SUPPRESSED
    assert message.error == "письма возвращаются"
    assert office.steps == []
    assert not OutboxMessage.objects.filter(delivered_at=None).exists()
    assert suppression.forgive(TO)
    post.send_again(message.pk, wish="again")
    outbox.drain()
    assert len(office.letters) == 1


def test_suppressing_twice_keeps_the_first_reason():
    assert suppression.suppress(TO, reason=Suppression.Reason.STAFF, detail="asked for it")
    assert not suppression.suppress(TO.upper(), reason=Suppression.Reason.BOUNCED)
    assert Suppression.objects.get().reason == Suppression.Reason.STAFF
    assert suppression.is_suppressed(TO)
    assert suppression.suppressed([TO, "b@example.com"]) == {TO}
    assert suppression.suppress("a@дома-цены.рф", reason=Suppression.Reason.STAFF)
    assert suppression.is_suppressed("a@xn----7sblg6ajc1e4b.xn--p1ai")


def test_over_the_cap_a_letter_waits_and_is_not_lost(office, settings):
    settings.MAIL_A_DAY, settings.MAIL_A_MINUTE = 2, 0
    letters = [written(n) for n in range(3)]
    outbox.drain()
    assert len(office.letters) == 2
    (left,) = OutboxMessage.objects.filter(delivered_at=None)
    assert left.not_before > wall_clock() + timedelta(hours=23)
    assert "MAIL_A_DAY" in MailMessage.objects.get(status="waiting").error
    MailMinute.objects.update(minute=wall_clock() - timedelta(hours=25))
    due_now()
    outbox.drain()
    assert len(office.letters) == len(letters)
    assert set(MailMessage.objects.values_list("status", flat=True)) == {"sent"}


def test_the_servers_limit_pauses_everybody_longer_each_time(office):
    office.fault(LIMIT["kind"], operation="rcpt", times=None, status=451, detail=LIMIT["detail"])
    with pytest.raises(MailPaused) as limited:
        send()
    assert (limited.value.why, limited.value.retry_after) == (Why.LIMIT, 900)
    asked = len(office.steps)
    for bulk in (False, True):
        with pytest.raises(MailPaused) as paused:
            send(2, bulk=bulk)
        assert 890 < paused.value.retry_after <= 900
    assert len(office.steps) == asked
    MailPause.objects.update(until=wall_clock())
    with pytest.raises(MailPaused) as again:
        send(3)
    assert again.value.retry_after == 1800
    office.recovers()
    assert mail_gate.go_on() == 1
    send(4)
    assert not MailPause.objects.exists()
    assert sum(MailMinute.objects.values_list("sent", flat=True)) == 1


def test_spam_stops_mailings_and_not_what_somebody_waits_for(office):
    office.answers("554", times=1)
    with pytest.raises(MailPaused) as spam:
        send(bulk=True)
    assert (spam.value.why, spam.value.retry_after) == (Why.SPAM, 3600)
    with pytest.raises(MailPaused):
        send(2, bulk=True)
    send(3)
    assert [one.scope for one in mail_gate.pauses()] == ["bulk"]


def test_a_letter_taken_for_spam_is_tried_three_times(office):
    office.answers("554")
    message = written()
    for status, tries in (("waiting", 1), ("waiting", 2), ("refused", 3)):
        due_now()
        outbox.drain()
        message.refresh_from_db()
        assert (message.status, message.attempts) == (status, tries)
    assert not OutboxMessage.objects.filter(delivered_at=None).exists()
    with pytest.raises(LooksLikeSpam):
        send()


def test_wrong_settings_stop_letters_and_lose_none(office):
    office.answers("535")
    message = written()
    for tries in (1, 2, 2):
        due_now()
        outbox.drain()
        message.refresh_from_db()
        assert (message.status, message.attempts) == ("waiting", tries)
    (pause,) = mail_gate.pauses()
    assert (pause.why, pause.times) == (MailPause.Why.SETTINGS, 2)
    assert "535" in pause.said
    office.recovers()
    mail_gate.go_on()
    due_now()
    outbox.drain()
    assert len(office.letters) == 1
    assert mail_gate.pauses() == []


def test_a_mailbox_that_may_not_use_the_sender_says_so():
    with (
        post_office(sender="Проводник <other@provodnik.example>"),
        pytest.raises(MailMisconfigured),
    ):
        send()
    assert MailPause.objects.get().why == MailPause.Why.SETTINGS


def test_a_burst_of_letters_uses_one_connection(office):
    for number in range(6):
        written(number)
    outbox.drain()
    assert len(office.letters) == 6
    assert [step for step, _status in office.steps].count("connect") == 1
    stored = set(MailMessage.objects.values_list("message_id", flat=True))
    assert stored == {letter.message_id for letter in office.letters}
