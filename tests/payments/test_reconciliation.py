from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from integrations.clock import now
from integrations.errors import ServiceUnreachable
from payments.management.commands.reconcile import moment
from payments.models import Payment
from payments.money import Money
from payments.provider import EventKind, ProviderEvent, Trust
from payments.registry import get_provider
from payments.services.reconciliation import Kind, compare
from tests.payments.events import send

WEEK = timedelta(days=7)


@pytest.fixture
def listing(monkeypatch) -> list[ProviderEvent]:
    """What 1Plat lists; tests append to it."""
    rows: list[ProviderEvent] = []

    def list_payments(self, *, since: datetime) -> Iterator[ProviderEvent]:
        yield from rows

    monkeypatch.setattr(type(get_provider("oneplat")), "list_payments", list_payments)
    return rows


def said(
    payment: Payment | None = None, kind: EventKind = EventKind.PAID, **fields
) -> ProviderEvent:
    if payment is not None:
        fields = {"reference": payment.reference, "money": payment.money} | fields
    return ProviderEvent(kind=kind, trust=Trust.SIGNED, event_id="listed", **fields)


def kinds() -> list[Kind]:
    result = compare(get_provider("oneplat"), since=now() - WEEK)
    return [found.kind for found in result.discrepancies]


@pytest.fixture
def paid(make_payment: Callable[..., Payment]) -> Payment:
    payment = make_payment(external_id="guid-1")
    send(payment, EventKind.PAID)
    return payment


def test_what_both_have_is_in_order(paid, listing):
    listing.append(said(paid))
    assert kinds() == []


def test_a_listed_payment_is_matched_by_the_providers_id(paid, listing):
    listing.append(said(external_id="guid-1", money=paid.money))
    assert kinds() == []


def test_a_list_without_sums_is_compared_without_sums(paid, listing):
    listing.append(said(paid, money=None))
    assert kinds() == []


def test_paid_there_but_not_here(make_payment, listing):
    listing.append(said(make_payment(status=Payment.Status.EXPIRED)))
    assert kinds() == [Kind.PAID_THERE]


def test_paid_here_but_not_there(paid, listing):
    assert kinds() == [Kind.PAID_HERE]


def test_an_older_payment_of_ours_is_not_expected_in_the_list(paid, listing):
    Payment.objects.update(created_at=now() - 2 * WEEK)
    assert kinds() == []


def test_an_order_that_is_not_ours(db, listing):
    listing.append(said(reference="somebody-elses", money=Money(Decimal(5), "RUB")))
    assert kinds() == [Kind.UNKNOWN_HERE]


@pytest.mark.parametrize(
    "money", [Money(Decimal("199.01"), "RUB"), Money(Decimal("199.00"), "USD")]
)
def test_another_sum_or_currency(paid, listing, money):
    listing.append(said(paid, money=money))
    assert kinds() == [Kind.AMOUNT]


def test_refunded_there_but_not_here(paid, listing):
    listing.append(said(paid, EventKind.REFUNDED))
    assert kinds() == [Kind.REFUNDED_THERE]


def test_what_is_still_open_there_is_no_difference(make_payment, listing):
    listing.append(said(make_payment(), EventKind.PENDING))
    assert kinds() == []


def test_the_command_changes_nothing_and_fails(make_payment, listing, capsys):
    payment = make_payment()
    listing.append(said(payment))
    with pytest.raises(SystemExit) as stopped:
        call_command("reconcile", "--since", "7d")
    assert stopped.value.code == 1
    shown = capsys.readouterr().out
    assert f"❌ 1Plat № {payment.pk} {payment.reference}: paid there, pending here" in shown
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PENDING


def test_the_command_succeeds_when_nothing_is_open(paid, listing, capsys):
    listing.append(said(paid))
    call_command("reconcile", "--provider", "oneplat")
    assert "✅ 1Plat: 1 listed" in capsys.readouterr().out


def test_a_provider_that_does_not_answer_fails_the_command(db, monkeypatch, capsys):
    def unreachable(self, *, since: datetime) -> Iterator[ProviderEvent]:
        raise ServiceUnreachable("1Plat did not answer", service="1Plat")

    monkeypatch.setattr(type(get_provider("oneplat")), "list_payments", unreachable)
    with pytest.raises(SystemExit):
        call_command("reconcile")
    assert "❌ 1Plat: 1Plat did not answer" in capsys.readouterr().out


def test_a_provider_that_is_off_is_said_so(db):
    with pytest.raises(CommandError, match="not switched on"):
        call_command("reconcile", "--provider", "stripe")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T09:30+03:00", datetime(2026, 11, 20, 6, 30, tzinfo=UTC)),
    ],
)
def test_since_is_a_date(text, expected):
    assert moment(text) == expected


def test_since_may_count_back():
    assert abs(now() - WEEK - moment("7d")) < timedelta(seconds=5)
