"""A mailing is started, watched, paused, stopped and reported; each of it by whoever may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils.timezone import localtime

from bot.mailings import running
from bot.models import Mailing, MailingLink, Recipient
from integrations.clock import now
from integrations.errors import ServiceUnreachable
from tests.bot.mailings.rows import a_mailing, agreed
from tests.factories import a_customer
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

pytestmark = pytest.mark.django_db

Status = Mailing.Status
State = Recipient.State


@pytest.fixture
def client():
    return signed_in(owner())


@pytest.fixture
def ready() -> Mailing:
    anna, _silent = a_customer(), a_customer()
    agreed(anna.telegram_id)
    return a_mailing(body_en="Hello!")


@pytest.fixture
def begun() -> Mailing:
    mailing = a_mailing(status=Status.RUNNING, started_at=now(), total=4, excluded={"blocked": 3})
    for number, state in enumerate([State.SENT, State.SENT, State.WAITING, State.BLOCKED]):
        Recipient.objects.create(
            mailing=mailing, address=f"{number}", state=state, error="=1+1" if number else ""
        )
    MailingLink.objects.create(mailing=mailing, number=1, url="https://a.example/", clicks=2)
    return mailing


def test_before_it_begins_one_reads_how_many_get_it_and_why_others_do_not(client, ready):
    words = client.get(page(ready, "start")).content.decode()
    assert "Получат: 1." in words
    assert "Не получат, не давал согласия: 1." in words


def test_it_is_scheduled_taken_back_and_scheduled_anew(client, ready):
    tomorrow = localtime(now() + timedelta(days=1))
    when = {"at_0": f"{tomorrow:%d.%m.%Y}", "at_1": f"{tomorrow:%H:%M:%S}"}
    client.post(page(ready, "start"), when)
    ready.refresh_from_db()
    assert ready.status == Status.SCHEDULED
    assert ready.starts_at > now() + timedelta(hours=23)
    client.post(page(ready, "unschedule"))
    client.post(page(ready, "start"), {"at_0": "", "at_1": ""})
    ready.refresh_from_db()
    assert ready.status == Status.SCHEDULED
    assert ready.starts_at <= now()
    assert LogEntry.objects.filter(object_id=ready.pk).count() == 3


def test_a_time_that_has_passed_is_refused(client, ready):
    said = client.post(
        page(ready, "start"), {"at_0": "01.01.2020", "at_1": "10:00:00"}, follow=True
    )
    assert "уже прошло" in messages_of(said)


def test_a_mailing_for_nobody_does_not_begin(client):
    mailing = a_mailing()
    said = client.post(page(mailing, "start"), {"at_0": "", "at_1": ""}, follow=True)
    assert "Никто не получит" in messages_of(said)
    mailing.refresh_from_db()
    assert mailing.status == Status.DRAFT


def test_pause_going_on_and_stop(client, begun):
    for step, status in (
        ("pause", Status.PAUSED),
        ("resume", Status.RUNNING),
        ("stop", Status.STOPPED),
    ):
        client.post(page(begun, step))
        begun.refresh_from_db()
        assert begun.status == status
    assert begun.recipients.filter(state=State.CANCELLED).count() == 1
    said = client.post(page(begun, "resume"), follow=True)
    assert "уже в другом состоянии" in messages_of(said)


def test_the_page_says_how_far_it_is_and_leads_to_each_outcome(client, begun):
    words = client.get(page(begun)).content.decode()
    assert "75 %" in words
    assert f"mailing__id__exact={begun.pk}&amp;state__exact=blocked" in words
    assert "https://a.example/" in words
    assert "заблокировал бота" in words
    live = client.get(page(begun, "live")).content.decode()
    assert 'data-moving="1"' in live
    assert "<html" not in live


def test_recipients_are_found_by_mailing_outcome_and_address(client, begun):
    Recipient.objects.create(mailing=a_mailing(), address="9", state=State.SENT)
    sent = shown(client, Recipient, f"mailing__id__exact={begun.pk}&state__exact=sent")
    assert len(sent) == 2
    assert len(shown(client, Recipient, "q=9")) == 1
    before = queries_of(client, list_of(Recipient))
    for number in range(5):
        Recipient.objects.create(mailing=a_mailing(), address=f"more {number}")
    assert queries_of(client, list_of(Recipient)) == before


def test_the_report_opens_in_a_spreadsheet_and_runs_nothing_there(client, begun):
    response = client.get(page(begun, "report_csv"))
    text = b"".join(response).decode()
    assert text.startswith("\ufeffАдрес;Язык;Состояние")
    assert len(text.splitlines()) == 5
    assert ";'=1+1" in text


def test_a_trial_goes_where_it_was_asked_for_and_says_what_went_wrong(client, ready, monkeypatch):
    tried = []
    monkeypatch.setattr(running, "send_test", lambda row, **facts: tried.append(facts))
    said = client.post(page(ready, "try_out"), {"to": "77", "languages": "ru,en"}, follow=True)
    assert tried == [{"to": "77", "languages": ["ru", "en"]}]
    assert "Отправлено на 77" in messages_of(said)

    def refused(row, **facts):
        raise ServiceUnreachable("telegram is away", service="telegram")

    monkeypatch.setattr(running, "send_test", refused)
    words = client.post(page(ready, "try_out"), {"to": "77", "languages": "ru"}).content.decode()
    assert "telegram is away" in words


@pytest.mark.parametrize("step", ["start", "pause", "resume", "stop", "unschedule"])
def test_whoever_only_writes_starts_and_stops_nothing(begun, step):
    client = signed_in(staff_member("bot.view_mailing", "bot.change_mailing"))
    assert client.post(page(begun, step)).status_code == 403


def test_the_list_costs_the_same_however_long_it_is(client):
    a_mailing()
    before = queries_of(client, list_of(Mailing))
    for _number in range(5):
        a_mailing()
    assert queries_of(client, list_of(Mailing)) == before
