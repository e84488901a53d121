"""Held money: a person takes it or lets it go, and nothing is given before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integrations.errors import ServiceRefused, ServiceUnreachable
from payments.errors import NothingHeld
from payments.models import DayEntry, MoneyEntry, Payment
from payments.money import Money
from payments.provider import EventKind, InvoiceRequest, Method, ProviderEvent
from payments.providers.yookassa.adapter import Provider
from payments.services import checkout, expiry, holds
from tests import factories
from tests.payments.events import event, send
from tests.payments.renewals.conftest import told

pytestmark = pytest.mark.django_db
Status = Payment.Status


@pytest.fixture
def held(monkeypatch) -> Payment:
    payment = factories.a_payment(provider="yookassa")
    send(payment, EventKind.PENDING, held=True, event_id="held")
    monkeypatch.setattr(
        Provider, "fetch", lambda self, _id: event(payment, EventKind.PENDING, held=True)
    )
    return payment


@pytest.fixture
def calls(monkeypatch, held) -> list[Money | str]:
    """What the provider was asked for; it does it."""
    asked: list[Money | str] = []

    def capture(_self: Provider, _of: ProviderEvent, *, money: Money) -> ProviderEvent:
        asked.append(money)
        return event(held, EventKind.PAID, amount=f"{money.amount:f}")

    def release(_self: Provider, _of: ProviderEvent) -> ProviderEvent:
        asked.append("release")
        return event(held, EventKind.CANCELED)

    monkeypatch.setattr(Provider, "capture", capture)
    monkeypatch.setattr(Provider, "release", release)
    return asked


def test_held_money_is_seen_and_gives_nothing(held):
    assert (held.status, bool(held.held_at)) == (Status.PENDING, True)
    assert (told("payment.held"), DayEntry.objects.count()) == (1, 0)
    send(held, EventKind.PENDING, held=True, event_id="held again")
    assert told("payment.held") == 1


def test_a_held_payment_neither_lapses_nor_is_cancelled_by_its_payer(held):
    Payment.objects.update(invoice_expires_at=held.created_at)
    assert expiry.expire_payments() == 0
    assert not checkout.cancel_payment(payment_id=held.pk, customer_id=held.customer_id)
    held.refresh_from_db()
    assert held.status == Status.PENDING


def test_a_capture_takes_the_money_and_gives_the_days(held, calls):
    payment = holds.capture_hold(payment_id=held.pk, amount=held.amount)
    assert (payment.status, calls) == (Status.PAID, [held.money])
    assert DayEntry.objects.get().seconds == 30 * 86400


def test_a_smaller_capture_is_a_discount(held, calls):
    payment = holds.capture_hold(payment_id=held.pk, amount=Decimal("150.00"))
    assert payment.status == Status.PAID
    assert (payment.amount, payment.discount) == (Decimal(150), Decimal(49))
    assert calls == [Money(Decimal("150.00"), "RUB")]
    assert MoneyEntry.objects.get().amount == 150


@pytest.mark.parametrize("amount", ["0", "-1", "199.01"])
def test_no_other_sum_is_asked_for(held, calls, amount):
    with pytest.raises(NothingHeld):
        holds.capture_hold(payment_id=held.pk, amount=Decimal(amount))
    assert calls == []


def test_a_release_gives_nothing_and_tells_the_payer(held, calls):
    payment = holds.release_hold(payment_id=held.pk)
    assert (payment.status, calls) == (Status.CANCELED, ["release"])
    assert (DayEntry.objects.count(), told("hold.released")) == (0, 1)


def test_what_is_not_held_can_be_neither_taken_nor_released(held, calls):
    holds.release_hold(payment_id=held.pk)
    for call in (
        lambda: holds.capture_hold(payment_id=held.pk, amount=held.amount),
        lambda: holds.release_hold(payment_id=held.pk),
    ):
        with pytest.raises(NothingHeld):
            call()
    assert calls == ["release"]


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (ServiceRefused("no", service="x"), Decimal("199.00")),
        (ServiceUnreachable("?", service="x"), Decimal("150.00")),
    ],
    ids=["refused", "unclear"],
)
def test_a_refused_sum_is_taken_back_and_an_unclear_one_stays(held, monkeypatch, error, left):
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(Provider, "capture", refuse)
    with pytest.raises(type(error)):
        holds.capture_hold(payment_id=held.pk, amount=Decimal("150.00"))
    held.refresh_from_db()
    assert (held.status, held.amount, held.amount + held.discount) == (Status.PENDING, left, 199)


@pytest.mark.parametrize("switched_on", [True, False])
def test_an_order_asks_for_a_hold_only_where_the_owner_wants_it(settings, monkeypatch, switched_on):
    settings.HOLD_PAYMENTS = switched_on
    asked: list[InvoiceRequest] = []

    def create(_self: Provider, request: InvoiceRequest) -> None:
        asked.append(request)
        raise ServiceUnreachable("enough", service="x")

    monkeypatch.setattr(Provider, "create_invoice", create)
    plan = factories.a_plan()
    with pytest.raises(ServiceUnreachable):
        checkout.start_checkout(
            customer_id=factories.a_customer().pk,
            plan_id=plan.pk,
            provider="yookassa",
            method=Method.CARD,
            shown_amount=plan.amount,
        )
    assert [request.hold for request in asked] == [switched_on]
