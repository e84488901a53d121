"""A thousand leads at the same moment against the partners' months: none too many, none lost, each counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, connections
from django.db.models import QuerySet

from integrations.models import OutboxMessage
from partners.models import Lead, LeadOffer, QuotaMonth, Region, Specialisation
from partners.services import matching, quotas
from tests.partners.factories import a_partner, vocabulary

pytestmark = pytest.mark.django_db(transaction=True)
LEADS, PARTNERS, WORKERS, LIMIT = 1_000, 150, 16, 10


def some_leads(many: int) -> list[Lead]:
    region, work = Region.objects.get(code="99"), Specialisation.objects.get(code="roofing")
    return Lead.objects.bulk_create(
        Lead(source="api", text="Крыша", region=region, specialisation=work) for _ in range(many)
    )


def some_partners(many: int, *, used: Callable[[int], int]) -> None:
    """Companies of every quality, some of whose month has been used already."""
    vocabulary()
    for number in range(many):
        partner = a_partner(
            rating=Decimal(number % 5 + 1), ratings=1, response_rate=Decimal(number % 10) / 10
        )
        QuotaMonth.objects.create(partner=partner, month=quotas.this_month(), used=used(number))


def match_all(wishes: list[Lead], *, limit: int) -> float:
    """Every lead by one of the workers, all begun together; returns the seconds it took."""
    start = Barrier(WORKERS)

    def work(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            for lead in wishes[number::WORKERS]:
                matching.match(lead, limit=limit)
        finally:
            connections.close_all()

    began = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(work, range(WORKERS)))
    return time.monotonic() - began


def used_of() -> dict[int, int]:
    rows = QuotaMonth.objects.filter(month=quotas.this_month())
    return dict(rows.values_list("partner_id", "used"))


def test_a_thousand_leads_fill_every_place_and_none_twice(capsys):
    some_partners(PARTNERS, used=lambda number: number % LIMIT)
    before = used_of()
    seconds = match_all(some_leads(LEADS), limit=3)
    had = Counter(LeadOffer.objects.values_list("partner_id", flat=True))
    assert used_of() == dict.fromkeys(before, LIMIT)
    assert had == {partner: LIMIT - used for partner, used in before.items()}

    got = Counter(LeadOffer.objects.values_list("lead_id", flat=True))
    statuses = dict(Lead.objects.values_list("pk", "status"))
    assert len(statuses) == LEADS
    assert {pk for pk, status in statuses.items() if status == Lead.Status.OFFERED} == set(got)
    assert {statuses[pk] for pk in statuses.keys() - got.keys()} == {Lead.Status.NOBODY}
    assert max(got.values()) == 3
    told = OutboxMessage.objects.filter(topic="lead.offered", reaction__endswith=".tell_partner")
    assert told.count() == sum(got.values())
    with capsys.disabled():
        print(
            f"\n{LEADS} leads by {WORKERS} at once in {seconds:.1f} s: {sum(got.values())} offers to"
            f" {len(had)} partners, {len(got)} leads offered, {LEADS - len(got)} to nobody"
        )


@pytest.mark.parametrize("guarded", [True, False])
def test_the_last_place_is_given_once_because_of_the_locks(guarded, monkeypatch):
    """The control: without them everybody sees the last place free."""
    locked = quotas._locked

    def slowly(rows: QuerySet[QuotaMonth]) -> list[QuotaMonth]:
        seen = list(locked(rows) if guarded else rows.select_related("partner"))
        time.sleep(0.02)
        return seen

    monkeypatch.setattr(quotas, "_locked", slowly)
    if not guarded:
        monkeypatch.setattr(matching, "_wait_for_turn", lambda: None)
    some_partners(3, used=lambda _number: LIMIT - 1)
    match_all(some_leads(2 * WORKERS), limit=3)
    assert (set(used_of().values()) == {LIMIT}) is guarded
    assert (LeadOffer.objects.count() == 3) is guarded
