"""Notices reach the group's topics once, and wait where Telegram does not take them."""

from __future__ import annotations

import pytest

from bot.models import Notice, StaffTopic, Topic
from bot.notices import topics
from bot.notices.sending import claim_next, send_due
from integrations.clock import now
from tests.bot.notices.raised import due_at_once, said, said_in, trouble
from tests.support.crowd import at_once
from tests.support.http_server import HttpServer, answer
from tests.support.sandbox import calls_of, plan_fault

pytestmark = pytest.mark.django_db
together = pytest.mark.django_db(transaction=True)

State = Notice.State


def test_each_topic_is_made_once_and_written_into(sandbox, group):
    trouble("a")
    trouble("b", kind="other")
    trouble("c", kind="lead", topic=Topic.LEAD)
    assert send_due() == 3
    assert list(group.topics.values()) == ["#система", "#обращения"]
    system, leads = group.topics
    assert said_in(sandbox) == [system, system, leads]
    assert set(Notice.objects.values_list("state", flat=True)) == {State.SENT}


@together
def test_workers_at_once_make_one_topic_and_send_each_notice_once(sandbox, group):
    for number in range(8):
        trouble(f"{number}", kind=f"kind {number}")
    at_once(*[send_due] * 4, late=())
    for _round in range(3):  # those that had to wait for the topic
        due_at_once()
        send_due()
    assert calls_of(sandbox, "telegram").count("createForumTopic") == 1
    assert len(said(sandbox)) == 8


@together
def test_without_the_row_as_a_lock_there_would_be_more(sandbox, group, monkeypatch):
    """The control of the one above."""
    monkeypatch.setattr(
        topics, "thread_of", lambda chat, topic: topics._make(StaffTopic(pk=0), chat, topic)
    )
    for number in range(4):
        trouble(f"{number}", kind=f"kind {number}")
    at_once(*[send_due] * 4, late=())
    assert calls_of(sandbox, "telegram").count("createForumTopic") == 4


def test_a_topic_somebody_deleted_is_made_anew(sandbox, group):
    trouble("a")
    send_due()
    [thread] = group.topics
    with sandbox.lock:
        group.topics.clear()
    trouble("b", kind="other")
    send_due()
    assert list(group.topics) != [thread]
    assert said_in(sandbox)[-1] == next(iter(group.topics))


@pytest.mark.parametrize("lacking", ["is_forum", "manages_topics"])
def test_a_group_without_topics_hears_it_all_the_same(sandbox, group, lacking):
    setattr(group, lacking, False)
    trouble("a")
    trouble("b", kind="other")
    assert send_due() == 2
    assert said_in(sandbox) == [None, None]
    # It is not asked about with every notice.
    assert calls_of(sandbox, "telegram").count("createForumTopic") == 1


def test_more_of_the_same_edit_the_message(sandbox, group):
    moment = now()
    trouble("a", at=moment)
    send_due()
    trouble("b", at=moment)
    trouble("c", at=moment)
    due_at_once()
    send_due()
    [text] = said(sandbox)
    assert "Ещё таких за 5 минут: 2" in text
    assert "ответ c" in text
    assert Notice.objects.get().shown_count == 3


def test_what_telegram_does_not_take_waits_and_goes_later(sandbox, group):
    plan_fault(sandbox, "telegram", "status", status=500, operation="createForumTopic")
    trouble("a")
    assert send_due() == 0
    waiting = Notice.objects.get()
    assert (waiting.state, said(sandbox)) == (State.WAITING, [])
    assert waiting.error
    due_at_once()
    assert send_due() == 1
    assert len(said(sandbox)) == 1


def test_telegram_says_how_long_to_wait(sandbox, group):
    plan_fault(sandbox, "telegram", "status", status=429, detail={"retry_after": 40})
    trouble("a")
    send_due()
    left = Notice.objects.get().claimed_at - now()
    assert 30 < left.total_seconds() <= 41


def test_a_chat_the_bot_was_thrown_out_of_loses_nothing(sandbox, group):
    group.blocked = True
    trouble("a")
    send_due()
    assert Notice.objects.get().state == State.WAITING
    group.blocked = False
    due_at_once()
    send_due()
    assert len(said(sandbox)) == 1


def test_a_lost_answer_repeats_a_trouble_but_not_a_sale(sandbox, group):
    plan_fault(sandbox, "telegram", "after", operation="sendMessage", times=2)
    trouble("a")
    send_due()
    trouble("b", kind="sale", topic=Topic.PAYMENT)
    send_due()
    due_at_once()
    send_due()
    assert [text.count("ответ a") for text in said(sandbox)].count(1) == 2
    assert [text.count("ответ b") for text in said(sandbox)].count(1) == 1
    assert set(Notice.objects.values_list("state", flat=True)) == {State.SENT}


def test_a_worker_killed_in_the_middle_repeats_a_trouble_but_not_a_sale(sandbox, group):
    trouble("a")
    trouble("b", kind="sale", topic=Topic.PAYMENT)
    claim_next()
    claim_next()
    assert send_due() == 0  # the leases of both
    due_at_once()
    send_due()
    [text] = said(sandbox)
    assert "ответ a" in text
    assert Notice.objects.get(topic=Topic.PAYMENT).error == "maybe sent"


def test_a_group_that_moved_is_followed_with_its_topics(settings):
    moved = answer(400, {"ok": False, "parameters": {"migrate_to_chat_id": -100777}})
    made = answer(200, {"ok": True, "result": {"message_thread_id": 5}})
    sent = answer(200, {"ok": True, "result": {"message_id": 6}})
    with HttpServer() as server:
        settings.CREDENTIALS = {**settings.CREDENTIALS, "TELEGRAM_API_URL": server.url}
        server.plan(moved, made, sent)
        trouble("a")
        assert send_due() == 1
    notice = Notice.objects.get()
    assert (notice.chat_id, notice.message_id) == (-100777, 6)
    assert StaffTopic.objects.get().thread_id == 5
