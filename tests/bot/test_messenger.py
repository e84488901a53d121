"""Sending once: crashes between Telegram and the database, refusals, lost answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telegram import InlineKeyboardMarkup

from bot import messenger
from bot.messenger import Letter, Outcome, StillSending, WhenUnsure
from bot.models import Message
from bot.rendering import Screen
from integrations.clock import wall_clock
from integrations.errors import ServiceRefused, ServiceUnreachable
from integrations.sandbox.telegram.simulator import Telegram
from integrations.telegram.errors import MaybeSent, RetryLater
from tests.support.sandbox import calls_of, plan_fault

pytestmark = pytest.mark.django_db(transaction=True)

State = Message.State


@pytest.fixture
def chat(sandbox, make_customer):
    customer = make_customer()
    telegram = sandbox.get(Telegram)
    with sandbox.lock:
        telegram.add_chat(chat_id=customer.telegram_id).started = True
    return customer


@pytest.fixture
def letter(chat):
    def make(when_unsure: WhenUnsure = WhenUnsure.REPEAT, **fields) -> Letter:
        screen = Screen(text="Новость", keyboard=InlineKeyboardMarkup([]))
        values = {
            "key": "news:1",
            "kind": Message.Kind.REFUNDED,
            "chat_id": chat.telegram_id,
            "screen": screen,
            "when_unsure": when_unsure,
            "customer": chat,
        }
        return Letter(**(values | fields))

    return make


def sent(sandbox) -> int:
    return calls_of(sandbox, "telegram").count("sendMessage")


def crashed(letter: Letter, *, ago: timedelta) -> None:
    """A worker died between Telegram's answer and ours."""
    Message.objects.create(
        key=letter.key,
        kind=letter.kind,
        chat_id=letter.chat,
        state=State.SENDING,
        claimed_at=wall_clock() - ago,
    )


def test_a_letter_is_sent_once(sandbox, letter):
    assert messenger.send_once(letter()) is Outcome.SENT
    assert messenger.send_once(letter()) is Outcome.SENT
    assert sent(sandbox) == 1
    row = Message.objects.get()
    assert (row.state, row.text, row.attempts) == (State.SENT, "Новость", 1)
    assert row.message_id


def test_a_letter_in_another_workers_hands_is_left_there(sandbox, letter):
    crashed(letter(), ago=timedelta(seconds=5))
    with pytest.raises(StillSending) as waits:
        messenger.send_once(letter())
    assert 50 < waits.value.retry_after <= 60
    assert sent(sandbox) == 0


@pytest.mark.parametrize(
    ("when_unsure", "outcome", "copies"),
    [
        (WhenUnsure.REPEAT, Outcome.SENT, 1),
        (WhenUnsure.LEAVE, Outcome.LOST, 0),
        (WhenUnsure.ASK, Outcome.UNSURE, 0),
    ],
)
def test_after_a_crash_each_kind_does_as_it_was_told(sandbox, letter, when_unsure, outcome, copies):
    crashed(letter(), ago=timedelta(minutes=2))
    assert messenger.send_once(letter(when_unsure)) is outcome
    assert sent(sandbox) == copies


def test_429_gives_the_claim_back_and_says_when_to_come_again(sandbox, letter):
    plan_fault(sandbox, "telegram", "status", status=429, detail={"retry_after": 17})
    with pytest.raises(RetryLater) as waits:
        messenger.send_once(letter(WhenUnsure.ASK))
    assert waits.value.retry_after == 17
    assert Message.objects.get().state == State.QUEUED
    assert messenger.send_once(letter(WhenUnsure.ASK)) is Outcome.SENT


def test_telegram_out_of_reach_gives_the_claim_back(sandbox, letter, settings):
    reachable = settings.CREDENTIALS
    settings.CREDENTIALS = {**reachable, "TELEGRAM_API_URL": "http://127.0.0.1:9"}
    with pytest.raises(ServiceUnreachable):
        messenger.send_once(letter(WhenUnsure.ASK))
    assert Message.objects.get().state == State.QUEUED
    settings.CREDENTIALS = reachable
    assert messenger.send_once(letter(WhenUnsure.ASK)) is Outcome.SENT


def test_an_answer_that_got_lost_is_not_repeated_blindly(sandbox, letter):
    plan_fault(sandbox, "telegram", "after", operation="sendMessage")
    assert messenger.send_once(letter(WhenUnsure.ASK)) is Outcome.UNSURE
    assert Message.objects.get().state == State.UNCERTAIN
    assert messenger.send_once(letter(WhenUnsure.ASK)) is Outcome.UNSURE
    assert sent(sandbox) == 1


def test_news_that_must_arrive_is_repeated_after_a_lost_answer(sandbox, letter):
    plan_fault(sandbox, "telegram", "after", operation="sendMessage")
    with pytest.raises(MaybeSent):
        messenger.send_once(letter(WhenUnsure.REPEAT))
    assert messenger.send_once(letter(WhenUnsure.REPEAT)) is Outcome.SENT
    assert sent(sandbox) == 2


def test_a_second_copy_that_gets_lost_too_is_tried_again(sandbox, letter):
    plan_fault(sandbox, "telegram", "after", operation="sendMessage", times=2)
    assert messenger.send_once(letter(WhenUnsure.ASK)) is Outcome.UNSURE
    with pytest.raises(MaybeSent):
        messenger.send_again(letter(WhenUnsure.ASK))
    assert messenger.send_again(letter(WhenUnsure.ASK)) is Outcome.SENT


def test_a_bonus_is_not_told_twice(sandbox, letter):
    plan_fault(sandbox, "telegram", "after", operation="sendMessage")
    assert messenger.send_once(letter(WhenUnsure.LEAVE)) is Outcome.LOST
    assert messenger.send_once(letter(WhenUnsure.LEAVE)) is Outcome.LOST
    assert sent(sandbox) == 1


def test_whoever_blocked_the_bot_gets_nothing_more(sandbox, letter, chat):
    plan_fault(sandbox, "telegram", "status", operation="sendMessage", status=403)
    assert messenger.send_once(letter()) is Outcome.LOST
    assert messenger.send_once(letter()) is Outcome.LOST
    assert sent(sandbox) == 1
    chat.refresh_from_db()
    assert chat.blocked_bot_at is not None


def test_a_text_telegram_refuses_stays_to_be_repeated(sandbox, letter):
    plan_fault(sandbox, "telegram", "status", operation="sendMessage", status=400)
    with pytest.raises(ServiceRefused):
        messenger.send_once(letter())
    row = Message.objects.get()
    assert row.state == State.QUEUED
    assert "400" in row.error
    assert messenger.send_once(letter()) is Outcome.SENT


def test_the_journal_keeps_the_text_without_the_link(letter):
    link = "https://vpn.example/sub/abc"
    screen = Screen(text=f"Ссылка: {link}", keyboard=InlineKeyboardMarkup([]), secret=link)
    messenger.send_once(letter(screen=screen))
    assert Message.objects.get().text == "Ссылка: …"
