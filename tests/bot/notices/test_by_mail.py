"""Where Telegram does not take notices they go as one letter, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.models import Notice
from bot.notices.by_mail import mail_overdue
from bot.notices.sending import send_due
from integrations.clock import now
from integrations.models import MailMessage
from tests.bot.notices.raised import due_at_once, said, trouble
from tests.support.crowd import at_once
from tests.support.sandbox import plan_fault

pytestmark = pytest.mark.django_db

State = Notice.State


@pytest.fixture(autouse=True)
def addresses(settings) -> None:
    settings.STAFF_EMAIL = ["olga@staff.example", "igor@staff.example"]


@pytest.fixture
def down(sandbox, group) -> None:
    plan_fault(sandbox, "telegram", "status", status=500, times=None)


def minutes_ago(minutes: int) -> None:
    Notice.objects.update(created_at=now() - timedelta(minutes=minutes))


def tried(*events: str) -> None:
    for event in events:
        trouble(event, kind=event)
    for _each in events:
        send_due()


def test_all_that_wait_are_one_letter_for_each_address(down):
    tried("a", "b", "c")
    minutes_ago(6)
    assert mail_overdue() == 3
    letters = MailMessage.objects.order_by("to")
    assert [letter.to for letter in letters] == ["igor@staff.example", "olga@staff.example"]
    assert letters[0].subject == "Уведомления сотрудникам: 3"
    assert all(f"ответ {event}" in letters[0].text for event in "abc")
    assert "Telegram не принимает" in letters[0].html
    assert mail_overdue() == 0
    assert MailMessage.objects.count() == 2


def test_until_five_minutes_have_gone_telegram_is_waited_for(down):
    tried("a")
    minutes_ago(4)
    assert mail_overdue() == 0


def test_a_notice_nobody_has_tried_yet_is_not_overdue(group):
    trouble("a")
    minutes_ago(60)
    assert mail_overdue() == 0


def test_what_was_mailed_is_not_said_again_and_later_ones_go_to_telegram(sandbox, down):
    tried("a")
    minutes_ago(6)
    mail_overdue()
    with sandbox.lock:
        sandbox.faults.clear("telegram")
    trouble("b", kind="b")
    due_at_once()
    send_due()
    [text] = said(sandbox)
    assert "ответ b" in text
    assert set(Notice.objects.values_list("state", flat=True)) == {State.MAILED, State.SENT}


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_one_letter(down, settings):
    settings.STAFF_EMAIL = ["olga@staff.example"]
    tried("a", "b")
    minutes_ago(6)
    told = at_once(mail_overdue, mail_overdue, late=())
    assert sorted(told) == [0, 2]
    assert MailMessage.objects.count() == 1


def test_without_a_group_all_go_by_letter(settings):
    settings.STAFF_CHAT_ID = ""
    trouble("a")
    minutes_ago(6)
    assert mail_overdue() == 1
    assert "Telegram не принимает" not in MailMessage.objects.earliest("pk").text


def test_a_long_digest_says_how_many_more(settings):
    settings.STAFF_CHAT_ID, settings.STAFF_EMAIL = "", ["olga@staff.example"]
    for number in range(45):
        trouble(f"{number}", kind=f"{number}")
    minutes_ago(6)
    assert mail_overdue() == 45
    assert "Ещё уведомлений: 5" in MailMessage.objects.get().text


def test_the_letter_is_complete_in_english(settings):
    settings.STAFF_CHAT_ID, settings.STAFF_EMAIL = "", ["olga@staff.example"]
    settings.LANGUAGE_CODE = "en"
    trouble("a")
    minutes_ago(6)
    mail_overdue()
    words = MailMessage.objects.get().text.replace("ответ a", "").replace("Москва", "")
    assert not [letter for letter in words if "а" <= letter.lower() <= "я"]
