"""The notices' page of the back office, their tile, and what the doctor says of the group."""

from __future__ import annotations

import pytest

from bot.models import Notice
from project.doctor.findings import Level
from project.doctor.telegram import telegram
from tests.support.http_server import HttpServer, answer
from tests.support.office import (
    list_of,
    messages_of,
    owner,
    page,
    queries_of,
    shown,
    signed_in,
    staff_member,
)


@pytest.fixture
def notice(db) -> Notice:
    return Notice.objects.create(
        key="a:1",
        topic="problem",
        title="⚠️ Исключение: поздно",
        text="⚠️ Исключение: поздно\nСчёт <b>№ 7</b>",
        url="/admin/payments/payment/7/change/",
        case="payment:7",
        count=12,
    )


def test_a_notice_is_read_without_markup_and_leads_to_its_page(notice):
    words = signed_in(owner()).get(page(notice)).content.decode()
    assert "Счёт № 7" in words
    assert "/admin/payments/payment/7/change/" in words
    assert "12" in words


def test_whoever_takes_it_first_has_it(notice):
    anna = staff_member("bot.view_notice", "bot.change_notice", name="anna")
    for user in (anna, owner()):
        said = signed_in(user).post(page(notice, "take"), follow=True)
    assert "Уже в работе: anna" in messages_of(said)
    notice.refresh_from_db()
    assert (notice.taken_by, notice.taken_name) == (anna, "anna")


def test_whoever_may_only_look_takes_nothing(notice):
    client = signed_in(staff_member("bot.view_notice"))
    assert client.post(page(notice, "take")).status_code == 403
    assert "Взять в работу" not in client.get(page(notice)).content.decode()


def test_it_is_found_by_words_by_its_case_and_by_its_queue(notice):
    client = signed_in(owner())
    other = Notice.objects.create(
        key="b:1", topic="lead", title="Письмо", error="down", taken_name="Игорь"
    )
    assert shown(client, Notice, "q=исключение") == {notice.pk}
    assert shown(client, Notice, "q=игорь") == {other.pk}
    assert shown(client, Notice, "q=payment:7") == {notice.pk}
    assert shown(client, Notice, "queue=unsent") == {other.pk}
    assert shown(client, Notice, "topic__exact=lead") == {other.pk}


def test_a_list_costs_the_same_however_long_it_is(notice):
    client = signed_in(owner())
    before = queries_of(client, list_of(Notice))
    for number in range(10):
        Notice.objects.create(key=f"c:{number}", topic="lead", title="Письмо")
    assert queries_of(client, list_of(Notice)) == before


ME = answer(200, {"ok": True, "result": {"id": 42, "is_bot": True, "username": "a_bot"}})


@pytest.mark.parametrize(
    ("chat", "rights", "level", "words"),
    [
        ({"is_forum": True}, {"can_manage_topics": True}, Level.FINE, "with topics"),
        ({"is_forum": True}, {}, Level.WARNING, "may not make topics"),
        ({}, {}, Level.FINE, "without topics"),
    ],
)
def test_the_doctor_says_what_the_group_allows(settings, chat, rights, level, words):
    known = {"id": -1, "type": "supergroup", "title": "Staff", **chat}
    member = {"status": "administrator", **rights}
    with HttpServer() as server:
        settings.CREDENTIALS = {**settings.CREDENTIALS, "TELEGRAM_API_URL": server.url}
        server.plan(ME, *(answer(200, {"ok": True, "result": one}) for one in (known, member)))
        group = telegram()[1]
    assert (group.title, group.level) == ("Staff group", level)
    assert words in group.detail


def test_the_doctor_says_when_nobody_hears_anything(settings):
    settings.STAFF_CHAT_ID = ""
    with HttpServer() as server:
        settings.CREDENTIALS = {**settings.CREDENTIALS, "TELEGRAM_API_URL": server.url}
        server.plan(ME)
        assert telegram()[1].detail == "nobody hears notices"
