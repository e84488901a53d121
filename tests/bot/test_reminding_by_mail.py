"""Reminders by e-mail: only where the chat is closed, never twice."""

from __future__ import annotations

from typing import Any

import pytest

from bot import reminding
from integrations.errors import ServiceUnreachable
from integrations.mail.errors import MailMisconfigured
from integrations.mail.sender import Mailbox
from integrations.models import OutboxMessage
from payments.models import Customer, PayLink, Reminder
from tests.bot.reminded import (
    EMAIL,
    Killed,
    Kind,
    Status,
    due,
    leaves_address,
    send,
    send_letter,
    state_of,
)
from tests.support.mail import post_office

pytestmark = pytest.mark.django_db(transaction=True)


async def test_who_blocked_the_bot_gets_a_letter(anna, clock, worker):
    await leaves_address()
    await anna.blocks()
    reminder = await due(clock)
    with post_office() as office:
        await worker()
        (letter,) = office.letters
    assert letter.to == EMAIL
    assert letter.subject == "До конца срока: 3 дня"
    assert "До конца срока: 3 дня – 31 марта 2027, 12:00 (МСК)." in letter.text.replace("\xa0", " ")
    page = await PayLink.objects.aget()
    for part in (letter.text, letter.html):
        assert f"/pay/{page.token}" in part
        assert "https://t.me/" in part
    assert "Анна &lt;b&gt;" in letter.html
    assert "Анна <b>" in letter.text
    assert await state_of(reminder) == (Status.SENT, "email")


async def test_the_letter_is_english_for_who_reads_english(anna, clock, worker):
    await leaves_address()
    await Customer.objects.aupdate(language="en")
    await anna.blocks()
    await due(clock)
    with post_office() as office:
        await worker()
        (letter,) = office.letters
    assert letter.subject == "Your term ends in 3 days"
    assert '<html lang="en">' in letter.html
    assert "because the bot could not write to you" in letter.text


async def test_a_block_that_telegram_tells_of_only_now_leads_to_the_letter(anna, clock, worker):
    await leaves_address()
    reminder = await due(clock)
    with anna.world.sandbox.lock:
        anna.chat.blocked = True
    with post_office() as office:
        await worker()
        assert len(office.letters) == 1
    assert await state_of(reminder) == (Status.SENT, "email")
    assert (await Customer.objects.aget()).blocked_bot_at is not None


async def test_without_an_address_or_without_mail_it_is_visible_that_nobody_was_told(
    anna, clock, worker
):
    await anna.blocks()
    reminder = await due(clock)
    await worker()
    assert (await state_of(reminder))[0] == Status.FAILED
    assert reminder.note == Reminder.Why.NOBODY_THERE
    await leaves_address()
    reminder = await due(clock, Kind.TODAY)
    await worker()
    await reminder.arefresh_from_db()
    assert reminder.note == Reminder.Why.NO_MAIL


async def test_an_address_that_is_refused_is_not_tried_again(anna, clock, worker):
    await leaves_address()
    await anna.blocks()
    reminder = await due(clock)
    with post_office() as office:
        office.answers("550")
        await worker()
        tries = len(office.steps)
        await worker()
        assert len(office.steps) == tries
    assert (await state_of(reminder))[0] == Status.FAILED
    assert "550" in reminder.note
    assert not await OutboxMessage.objects.filter(delivered_at=None).aexists()


@pytest.mark.parametrize(
    ("code", "error"), [("451", ServiceUnreachable), ("535", MailMisconfigured)]
)
async def test_what_surely_did_not_leave_is_tried_again(anna, clock, code, error):
    await leaves_address()
    await anna.blocks()
    reminder = await due(clock)
    with post_office() as office:
        await send(reminder_id=reminder.pk)
        office.answers(code)
        with pytest.raises(error):
            await send_letter(reminder_id=reminder.pk)
        office.recovers()
        await send_letter(reminder_id=reminder.pk)
        await send_letter(reminder_id=reminder.pk)
        assert len(office.letters) == 1
    assert await state_of(reminder) == (Status.SENT, "email")


async def test_a_letter_whose_answer_was_lost_is_not_repeated(anna, clock):
    await leaves_address()
    await anna.blocks()
    reminder = await due(clock)
    with post_office() as office:
        office.answers("after", times=1)
        await send_letter(reminder_id=reminder.pk)
        await send_letter(reminder_id=reminder.pk)
        assert len(office.letters) == 1
    assert (await state_of(reminder))[0] == Status.UNCLEAR


@pytest.mark.parametrize("sent", [False, True], ids=["before", "after"])
async def test_killed_around_the_letter_leaves_it_said_at_most_once(anna, clock, monkeypatch, sent):
    await leaves_address()
    await anna.blocks()
    reminder = await due(clock)
    real = Mailbox.send

    def killed(self: Mailbox, *args: Any, **facts: Any) -> None:
        if sent:
            real(self, *args, **facts)
        raise Killed

    with post_office() as office:
        with monkeypatch.context() as patch:
            patch.setattr(Mailbox, "send", killed)
            with pytest.raises(Killed):
                await send_letter(reminder_id=reminder.pk)
        await send_letter(reminder_id=reminder.pk)
        assert len(office.letters) == int(sent)
    assert (await state_of(reminder))[0] == Status.UNCLEAR


async def test_a_letter_without_telegrams_word_still_has_the_way_to_pay(anna, clock, monkeypatch):
    await leaves_address()
    await anna.blocks()
    reminder = await due(clock)

    def silent() -> str:
        raise ServiceUnreachable("telegram is down", service="telegram")

    monkeypatch.setattr(reminding, "our_username", silent)
    with post_office() as office:
        await send_letter(reminder_id=reminder.pk)
        (letter,) = office.letters
    assert "/pay/" in letter.text
    assert "t.me" not in letter.text + letter.html
