"""How often somebody was shown: by day and place, none lost, none made up, never at a page's cost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connections, transaction
from structlog.testing import capture_logs

from integrations import clock
from partners.models import Partner, Shows
from partners.services import shows
from tests.partners.factories import a_partner

PERSON = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36"
}
ROBOTS = (
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "TelegramBot (like TwitterBot)",
    "curl/8.5.0",
    "python-requests/2.32",
    "Mozilla/5.0 HeadlessChrome/142.0",
    "WhatsApp/2.23",
    "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
    "",
)


def counted() -> dict[tuple[int, str], int]:
    return {(row.partner_id, row.surface): row.count for row in Shows.objects.all()}


@pytest.mark.django_db
class TestCounting:
    def test_one_statement_for_many(self, django_assert_num_queries):
        ids = [a_partner().pk for _ in range(3)]
        shows.count(ids[:2], "catalogue")
        with django_assert_num_queries(
            4
        ):  # a savepoint, how long to wait, the count, the savepoint's end
            shows.count([*ids, ids[0]], Shows.Surface.CATALOGUE)
        assert counted() == {
            (ids[0], "catalogue"): 2,
            (ids[1], "catalogue"): 2,
            (ids[2], "catalogue"): 1,
        }

    def test_a_day_is_the_owners(self, monkeypatch, settings):
        settings.TIME_ZONE = "Europe/Moscow"
        partner = a_partner()
        for hour in (20, 22):  # UTC; 22:00 is tomorrow in Moscow
            moment = datetime(2026, 11, 22, hour, tzinfo=ZoneInfo("UTC"))
            monkeypatch.setattr(shows, "now", lambda moment=moment: moment)
            shows.count([partner.pk], "page")
        days = Shows.objects.order_by("day").values_list("day", "count")
        assert [(str(day), number) for day, number in days] == [
            ("2026-11-22", 1),
            ("2026-11-23", 1),
        ]

    def test_nobody_costs_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            shows.count([], "page")

    def test_what_the_database_refuses_is_logged_and_the_page_is_there(self, client, monkeypatch):
        partner = a_partner()
        monkeypatch.setattr(shows, "COUNT", "SELECT %s, %s, %s FROM nowhere")
        with capture_logs() as logged:
            assert client.get(f"/partners/{partner.code}/", headers=PERSON).status_code == 200
        assert [(line["event"], line["lost"]) for line in logged] == [("shows_not_counted", 1)]

    @pytest.mark.parametrize(
        ("address", "surface"),
        [
            ("/partners/", "catalogue"),
            ("/partners/{code}/", "page"),
            ("/partners/{code}/card/", "embed"),
            ("/partners/embed/", "embed"),
        ],
    )
    def test_each_place_counts_its_own(self, client, address, surface):
        partner = a_partner()
        a_partner(status="hidden")
        for _ in range(2):
            client.get(address.format(code=partner.code), headers=PERSON)
        assert counted() == {(partner.pk, surface): 2}

    @pytest.mark.parametrize("robot", ROBOTS)
    def test_robots_are_not_people(self, client, robot):
        partner = a_partner()
        client.get(f"/partners/{partner.code}/", headers={"User-Agent": robot})
        assert counted() == {}

    def test_people_are(self, client):
        partner = a_partner()
        for browser in (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1 Mobile Safari/604.1",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 YaBrowser/25.10 Yowser/2.5 Safari/537.36",
        ):
            client.get(f"/partners/{partner.code}/", headers={"User-Agent": browser})
        assert counted() == {(partner.pk, "page"): 3}

    def test_neither_a_head_nor_a_page_fetched_in_advance_is_a_show(self, client):
        partner = a_partner()
        client.head(f"/partners/{partner.code}/", headers=PERSON)
        client.get(f"/partners/{partner.code}/", headers={**PERSON, "Sec-Purpose": "prefetch"})
        assert counted() == {}


def together(number: int, act: Callable[[int], None]) -> None:
    barrier, failed = threading.Barrier(number), []

    def run(index: int) -> None:
        try:
            barrier.wait(10)
            act(index)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_no_show_is_lost_and_no_two_pages_lock_each_other(self, monkeypatch):
        monkeypatch.setattr(shows, "PATIENCE", "10s")  # two cores may be busy with other tests
        ids = [a_partner().pk for _ in range(6)]

        def look(index: int) -> None:
            for turn in range(10):
                shows.count(ids if (index + turn) % 2 else ids[::-1], "catalogue")

        together(4, look)
        assert counted() == {(pk, "catalogue"): 40 for pk in ids}

    def test_a_partner_who_is_gone_meanwhile_is_no_error(self):
        with capture_logs() as logged:
            shows.count([10**15], "page")
        assert [line["lost"] for line in logged] == [1]
        assert counted() == {}

    def test_a_page_does_not_wait_for_a_row_that_somebody_holds(self, client):
        partner = a_partner()
        shows.count([partner.pk], "page")
        answers: list[int] = []

        def visit(_index: int) -> None:
            with capture_logs() as logged:
                answers.append(client.get(f"/partners/{partner.code}/", headers=PERSON).status_code)
            assert [line["lost"] for line in logged if line["event"] == "shows_not_counted"] == [1]

        with transaction.atomic():
            Shows.objects.select_for_update().get()
            started = clock.wall_clock()
            together(1, visit)
            assert clock.wall_clock() - started < timedelta(seconds=10)
        assert answers == [200]
        assert Partner.objects.get().is_listed
        assert counted() == {(partner.pk, "page"): 1}
