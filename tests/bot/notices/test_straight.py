"""News past the table of notices: over a real wire to Telegram and to a mail server, and never a look at the database.

No test here has one: to ask it would fail the test.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.notices import straight
from bot.notices.straight import PAUSES, Telling
from integrations.clock import now
from tests.bot.notices.raised import said
from tests.support.mail import Post, post_office
from tests.support.sandbox import plan_fault

OLGA, PYOTR = "olga@staff.example", "pyotr@staff.example"


@pytest.fixture
def post(sandbox, settings) -> Iterator[Post]:
    """A group in Telegram, and a mailbox for one address."""
    settings.STAFF_EMAIL = [OLGA]
    with post_office() as office:
        yield office


def news() -> Telling:
    return Telling(straight.away(now() - timedelta(seconds=61)))


def to(post: Post) -> list[str]:
    return [letter.to for letter in post.letters]


def sign_ins(post: Post) -> int:
    return [operation for operation, _status in post.steps].count("connect")


def later(monkeypatch, seconds: float) -> None:
    moved = time.monotonic() + seconds
    monkeypatch.setattr("bot.notices.straight.time.monotonic", lambda: moved)


def test_the_group_alone_hears_it_where_telegram_answers(post, sandbox):
    telling = news()
    assert [telling.go_on() for _turn in range(3)][-1]
    assert len(said(sandbox)) == 1
    assert post.letters == []


def test_without_a_group_it_is_a_letter(post, sandbox, settings):
    settings.STAFF_CHAT_ID = ""
    telling = news()
    assert [telling.go_on() for _turn in range(3)][-1]
    [letter] = post.letters
    assert letter.to == OLGA
    assert letter.subject.strip() == "🔴 База данных не отвечает больше минуты"
    assert "Вызовы получают 503" in letter.text
    assert settings.PUBLIC_URL in letter.text
    assert "Telegram" not in letter.text
    assert "/admin/" not in letter.html  # it is away with the database
    assert said(sandbox) == []


def test_where_telegram_refuses_it_is_a_letter(post, sandbox):
    plan_fault(sandbox, "telegram", "status", status=429, times=1)
    telling = news()
    assert [telling.go_on() for _turn in range(3)][-1]
    [letter] = post.letters
    assert "Telegram не принимает уведомления" in letter.text
    assert said(sandbox) == []  # who had to know knows


@pytest.mark.parametrize("token", ["4242:test-bot-token", ""])
def test_where_telegram_is_out_of_reach_it_is_a_letter(post, settings, token):
    settings.CREDENTIALS.update(TELEGRAM_API_URL="http://127.0.0.1:1", BOT_TOKEN=token)
    telling = news()
    assert telling.go_on()
    assert to(post) == [OLGA]


def test_an_answer_that_was_lost_means_both(post, sandbox):
    plan_fault(sandbox, "telegram", "after")
    post.answers("421", times=1)
    telling = news()
    assert [telling.go_on() for _turn in range(3)][-1]
    assert len(said(sandbox)) == 1
    assert to(post) == [OLGA]


def test_the_return_goes_to_whom_the_loss_was_told(post, sandbox, settings):
    plan_fault(sandbox, "telegram", "status", status=429, times=1)
    loss = news()
    loss.go_on()
    settings.STAFF_EMAIL = [OLGA, PYOTR]
    over = Telling(straight.back(loss.news.at, now()), also=loss.by_letter)
    assert over.go_on()
    assert to(post) == [OLGA, OLGA]
    assert "снова отвечает" in post.letters[1].subject
    assert "Не отвечала с" in post.letters[1].text
    [told] = said(sandbox)
    assert "снова отвечает" in told


def test_a_letter_that_was_not_taken_is_tried_again(post, settings, caplog):
    settings.STAFF_CHAT_ID = ""
    post.answers("421", times=1)
    telling = news()
    assert not telling.go_on()
    assert not telling.is_heard
    assert "staff.no_letter" in caplog.text
    assert telling.go_on()
    assert to(post) == [OLGA]


def test_a_wrong_password_is_tried_ever_more_seldom(post, settings, monkeypatch):
    settings.STAFF_CHAT_ID = ""
    post.answers("535")
    telling = news()
    telling.go_on()
    for pause in (*PAUSES, PAUSES[-1]):
        before = sign_ins(post)
        if pause:
            later(monkeypatch, pause - 1)
            telling.go_on()
            assert sign_ins(post) == before
        later(monkeypatch, 1)
        telling.go_on()
        assert sign_ins(post) == before + 1
    post.recovers()
    later(monkeypatch, PAUSES[-1])
    assert telling.go_on()
    assert to(post) == [OLGA]


def test_the_group_is_asked_at_every_look_while_letters_wait(post, sandbox, settings):
    plan_fault(sandbox, "telegram", "status", status=429, times=3)
    post.answers("535")
    telling = news()
    assert [telling.go_on() for _turn in range(4)] == [False, False, False, True]
    assert len(said(sandbox)) == 1
    assert sign_ins(post) == 2


def test_an_address_that_is_none_is_in_nobodys_way(post, settings, caplog):
    settings.STAFF_CHAT_ID = ""
    settings.STAFF_EMAIL = ["nobody@staff.example", OLGA]
    post.fault("status", operation="rcpt", subject="nobody@staff.example", times=None, status=550)
    telling = news()
    assert [telling.go_on() for _turn in range(3)][-1]
    assert to(post) == [OLGA]
    assert [step for step in post.steps if step[0] == "rcpt"] == [("rcpt", 550), ("rcpt", 250)]
    assert "staff.no_such_address" in caplog.text


def test_one_reader_whose_letter_was_refused_holds_no_other_up(post, settings):
    settings.STAFF_CHAT_ID = ""
    settings.STAFF_EMAIL = [OLGA, PYOTR]
    post.answers("554", times=1)
    telling = news()
    assert not telling.go_on()
    assert to(post) == [PYOTR]
    assert telling.go_on()
    assert to(post) == [PYOTR, OLGA]


def test_a_letter_whose_answer_was_lost_is_not_repeated(post, settings, caplog):
    settings.STAFF_CHAT_ID = ""
    post.answers("after", times=1)
    telling = news()
    telling.go_on()
    assert telling.go_on()
    assert to(post) == [OLGA]
    assert "staff.letter_unclear" in caplog.text


def test_a_silent_mail_server_is_left_soon(post, settings, monkeypatch, caplog):
    settings.STAFF_CHAT_ID = ""
    monkeypatch.setattr("integrations.mail.urgent.PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CREDENTIALS["SMTP_PORT"] = str(silent.getsockname()[1])
        started = time.monotonic()
        news().go_on()
        assert time.monotonic() - started < 2
    assert "staff.no_letter" in caplog.text


def test_an_address_without_a_mailbox_is_said_in_the_log(sandbox, settings, caplog):
    settings.STAFF_CHAT_ID, settings.STAFF_EMAIL = "", [OLGA]
    telling = news()
    assert not telling.go_on()
    assert "SMTP_HOST is not set" in caplog.text
