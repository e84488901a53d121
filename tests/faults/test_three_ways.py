"""The customer's button, staff's button and the callback on one payment, all at once; and every order of statuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest
import requests
from django.db import connection

from integrations.callbacks import RawCallback
from integrations.sandbox.core.server import SandboxServer
from integrations.services import inbox
from payments.errors import CheckTooSoon
from payments.models import DayEntry, MoneyEntry, Payment, PaymentEvent
from payments.registry import forget_providers, get_provider
from payments.services.callbacks import drain_callbacks
from payments.services.checks import check_payment
from payments.services.confirmations import confirm_callbacks

SHOP = {"ONEPLAT_SHOP_ID": "4242", "ONEPLAT_SHOP_SECRET": "plat-demo-secret-01"}
ROUNDS = 50


@pytest.fixture
def bank(settings):
    """A 1Plat that knows our orders; returns how to open one there, paid or not."""
    settings.SANDBOX = True
    settings.CREDENTIALS = settings.CREDENTIALS | SHOP
    with SandboxServer() as server:
        settings.CREDENTIALS = settings.CREDENTIALS | {"ONEPLAT_BASE_URL": f"{server.url}/oneplat"}
        forget_providers()
        yield Bank(server.url)


class Bank:
    def __init__(self, url: str) -> None:
        self.url = url

    def open(self, payment: Payment, *, mode: str = "") -> None:
        order = {
            "merchant_order_id": payment.reference,
            "user_id": payment.customer.telegram_id,
            "amount": 199,
            "method": "card",
        }
        opened = requests.post(
            f"{self.url}/oneplat/api/merchant/order/create/by-api",
            json=order | {"email": "nobody@customer.invalid"},
            headers={"x-shop": SHOP["ONEPLAT_SHOP_ID"], "x-secret": SHOP["ONEPLAT_SHOP_SECRET"]},
            timeout=15,
        ).json()
        Payment.objects.filter(pk=payment.pk).update(external_id=opened["guid"])
        payment.refresh_from_db()
        if mode:
            body = {"merchant_order_id": payment.reference, "mode": mode}
            assert requests.post(f"{self.url}/control/oneplat/pay", json=body, timeout=15).json()[
                "ok"
            ]


def store(payment: Payment, *, status: str = "1", signature: str = "hmac", **changes: str) -> None:
    """A genuine call about a payment, verified and stored as the web process would."""
    provider = get_provider("oneplat")
    fields = {"reference": payment.reference, "external_id": payment.external_id} | changes
    raw: RawCallback = provider.build_test_callback(  # type: ignore[attr-defined]
        money=payment.money, status=status, signature=signature, **fields
    )
    provider.verify(raw)
    inbox.store_callback(source="oneplat", raw=raw)


@pytest.mark.django_db(transaction=True)
def test_fifty_checks_and_calls_at_once_are_one_grant(bank, make_payment, settings):
    settings.CHECK_COOLDOWN_SECONDS = 0
    payment = make_payment()
    bank.open(payment, mode="lost")

    def act(number: int) -> None:
        try:
            if number % 3 == 0:
                store(payment, signature=("hmac", "md5")[number % 2])
                drain_callbacks(seconds=5)
                confirm_callbacks(seconds=5)
            else:
                origin = PaymentEvent.Origin.CHECK if number % 3 == 1 else PaymentEvent.Origin.STAFF
                check_payment(payment_id=payment.pk, origin=origin)
        except CheckTooSoon:
            return  # two taps in one instant: the second is told to wait
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as crowd:
        list(crowd.map(act, range(ROUNDS)))
    drain_callbacks()
    confirm_callbacks()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID
    assert DayEntry.objects.filter(kind=DayEntry.Kind.PURCHASE).count() == 1
    assert MoneyEntry.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations(("1", "0", "-2", "2"))), ids=" ".join)
def test_whatever_order_the_statuses_come_in_the_payment_is_paid_once(make_payment, order):
    payment = make_payment(external_id="guid-of-all-orders")
    for status in order:
        store(payment, status=status)
        drain_callbacks()
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID
    assert [entry.days for entry in DayEntry.objects.all()] == [payment.plan.length]
    assert MoneyEntry.objects.count() == 1


@pytest.mark.django_db
def test_a_forged_status_under_a_genuine_md5_is_asked_about_and_gives_nothing(bank, make_payment):
    """The MD5 covers neither status nor guid: whoever saw one call could write "paid" into it."""
    payment = make_payment()
    bank.open(payment)
    store(payment, status="1", signature="md5")
    drain_callbacks()
    confirm_callbacks()
    payment.refresh_from_db()
    assert payment.is_open
    assert not DayEntry.objects.exists()


@pytest.mark.django_db
def test_the_guid_of_a_paid_order_pays_for_no_other(bank, make_payment):
    """Anna's money is in; her guid in a call about Boris's order must not open it, under either signature."""
    anna, boris = make_payment(), make_payment()
    bank.open(anna, mode="lost")
    bank.open(boris)
    for signature in ("hmac", "md5"):
        store(boris, signature=signature, external_id=anna.external_id)
    drain_callbacks()
    confirm_callbacks()
    boris.refresh_from_db()
    assert boris.is_open
    assert not DayEntry.objects.filter(payment=boris).exists()
