"""A mailing's way from a draft to its end, and what becomes of each recipient."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from bot.mailings import collecting, running, sending
from bot.mailings.running import NotPossible, NotReady
from bot.models import Mailing, MailingLink, Notice, Recipient
from integrations.clock import now, wall_clock
from integrations.models import Consent
from integrations.services import consents
from tests.bot.mailings.rows import a_mailing, agreed, states
from tests.bot.mailings.telegram import FakeTelegram
from tests.factories import a_customer

pytestmark = pytest.mark.django_db

Status, State = Mailing.Status, Recipient.State


@pytest.fixture
def people(telegram):
    found = [a_customer(first_name=f"Анна {number}") for number in range(12)]
    agreed(*(one.telegram_id for one in found))
    return found


def started(**fields) -> Mailing:
    mailing = a_mailing(**fields)
    running.schedule(mailing)
    return mailing


def test_everybody_gets_it_once(telegram: FakeTelegram, people):
    mailing = started(button_ru="Сайт", button_url="https://example.test/")
    assert sending.send_due() == 12
    mailing.refresh_from_db()
    assert (mailing.status, mailing.total, mailing.excluded) == (Status.DONE, 12, {})
    assert states(mailing) == {State.SENT: 12}
    assert telegram.counts() == {one.telegram_id: 1 for one in people}
    assert telegram.texts[people[3].telegram_id] == ["Здравствуйте, Анна 3!"]
    assert sending.send_due() == 0
    assert MailingLink.objects.get(mailing=mailing).url == "https://example.test/"


def test_who_blocked_the_bot_is_not_tried_again_and_his_consent_ends(telegram, people):
    gone = people[0]
    telegram.blocked.add(gone.telegram_id)
    mailing = started()
    sending.send_due()
    assert states(mailing) == {State.SENT: 11, State.BLOCKED: 1}
    gone.refresh_from_db()
    assert gone.blocked_bot_at is not None
    consent = Consent.objects.get(address=str(gone.telegram_id))
    assert consent.withdrawn_by == consents.Withdrawal.BLOCKED
    started()
    sending.send_due()
    assert telegram.calls[gone.telegram_id] == 1


def test_a_429_stops_the_channel_and_loses_nobody(telegram, people, settings):
    settings.TELEGRAM_A_SECOND, settings.TELEGRAM_BULK_A_SECOND = 1000, 1000
    telegram.too_many(3, chat=people[2].telegram_id)
    mailing = started()
    sending.send_due(seconds=2)
    first = states(mailing)
    assert first[State.WAITING] >= 9
    assert sending.send_due(seconds=1) == 0
    telegram.wait_out_ban()
    sending.send_due(seconds=5)
    assert states(mailing) == {State.SENT: 12}
    assert telegram.counts() == {one.telegram_id: 1 for one in people}


def test_a_lost_answer_is_unclear_and_never_repeated(telegram, people):
    telegram.silent.add(people[0].telegram_id)
    mailing = started()
    sending.send_due()
    sending.send_due()
    assert states(mailing) == {State.SENT: 11, State.UNCLEAR: 1}
    assert telegram.calls[people[0].telegram_id] == 1


def test_what_a_killed_worker_held_is_unclear_after_the_lease(telegram, people, settings):
    mailing = started()
    collecting.begin_due()
    collecting.collect_waiting()
    first = Recipient.objects.filter(mailing=mailing).order_by("pk")[:2]
    held, reserved = first
    long_ago = wall_clock() - timedelta(seconds=settings.MAILING_LEASE_SECONDS + 1)
    Recipient.objects.filter(pk=held.pk).update(state=State.SENDING, claimed_at=long_ago)
    ahead = wall_clock() + timedelta(seconds=60)
    Recipient.objects.filter(pk=reserved.pk).update(not_before=ahead)
    sending.send_due()
    assert states(mailing) == {State.SENT: 10, State.UNCLEAR: 1, State.WAITING: 1}
    Recipient.objects.filter(pk=reserved.pk).update(not_before=long_ago)
    sending.send_due()
    assert states(mailing) == {State.SENT: 11, State.UNCLEAR: 1}
    assert held.address not in map(str, telegram.calls)


def test_who_says_no_meanwhile_is_left_out(telegram, people):
    mailing = started()
    collecting.begin_due()
    collecting.collect_waiting()
    consents.withdraw(
        channel=consents.Channel.TELEGRAM,
        address=str(people[5].telegram_id),
        by=consents.Withdrawal.BOT,
    )
    sending.send_due()
    assert states(mailing) == {State.SENT: 11, State.EXCLUDED: 1}


def test_pause_resume_and_stop(telegram, people):
    mailing = started()
    collecting.begin_due()
    running.pause(mailing)
    assert sending.send_due() == 0
    running.resume(mailing)
    assert mailing.status == Status.COLLECTING
    collecting.collect_waiting()
    running.pause(mailing, reason="посмотреть")
    assert sending.send_due() == 0
    assert mailing.pause_reason == "посмотреть"
    running.resume(mailing)
    assert mailing.status == Status.RUNNING
    running.stop(mailing)
    assert sending.send_due() == 0
    assert states(mailing) == {State.CANCELLED: 12}
    for verb in (running.pause, running.resume, running.stop, running.unschedule):
        with pytest.raises(NotPossible):
            verb(mailing)
    assert telegram.counts() == {}


def test_a_mailing_waits_for_its_moment(telegram, people, move_clock):
    mailing = a_mailing()
    running.schedule(mailing, now() + timedelta(hours=1))
    assert sending.send_due() == 0
    running.unschedule(mailing)
    assert mailing.status == Status.DRAFT
    running.schedule(mailing, now() + timedelta(hours=1))
    move_clock(timedelta(hours=2))
    assert sending.send_due() == 12


def test_nobody_is_woken_in_the_night(telegram, people, settings):
    settings.QUIET_HOURS = (
        (now().hour + 2) % 24,
        (now().hour + 5) % 24,
    )  # Moscow is three hours ahead
    mailing = started(keeps_quiet_hours=True)
    assert sending.send_due() == 0
    other = started(keeps_quiet_hours=False, is_service=True)
    assert sending.send_due() == 12
    settings.QUIET_HOURS = (0, 0)
    assert sending.send_due() == 12
    assert {states(mailing)[State.SENT], states(other)[State.SENT]} == {12}


def test_a_mailing_with_problems_does_not_start(people):
    with pytest.raises(NotReady) as refused:
        running.schedule(a_mailing(body_ru="{naem}"))
    assert refused.value.problems


def test_a_refused_token_pauses_the_mailing_with_the_reason(telegram, people):
    telegram.unauthorized = True
    mailing = started()
    sending.send_due()
    mailing.refresh_from_db()
    assert mailing.status == Status.PAUSED
    assert "BOT_TOKEN" in mailing.pause_reason
    assert "Рассылка остановилась: Новости" in Notice.objects.get().title
    assert states(mailing) == {State.WAITING: 12}


def test_collecting_twice_writes_everybody_once(telegram, people):
    mailing = started()
    collecting.begin_due()
    assert collecting.collect(mailing.pk)
    Mailing.objects.filter(pk=mailing.pk).update(status=Status.COLLECTING)
    assert collecting.collect(mailing.pk)
    assert states(mailing) == {State.WAITING: 12}
    rows = Recipient.objects.filter(mailing=mailing)
    secrets = set(rows.values_list("unsubscribe_token", flat=True)) | set(
        rows.values_list("click_token", flat=True)
    )
    assert len(secrets) == 24
    assert all(len(one) == 30 for one in secrets)


def test_two_mailings_share_the_senders(telegram, people):
    both = [started(name=name) for name in ("one", "two")]
    sending.send_due()
    assert [states(one) for one in both] == [{State.SENT: 12}] * 2
    order = telegram.order
    firsts = {order.index(text) for text in set(order)}
    assert connection.vendor == "postgresql"
    assert len(order) == 24
    assert firsts


def test_a_test_message_comes_to_its_author_alone(telegram, people):
    running.send_test(a_mailing(), to="700700700", languages=["ru", "en"])
    assert telegram.texts[700700700] == ["Здравствуйте, Анна!", "Hello, Anna!"]
    assert Recipient.objects.count() == 0
