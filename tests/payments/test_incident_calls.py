"""Every kind of exception from the bytes a provider sends to its resolution, each way staff can decide it.

CloudPayments can tell of all of them: one order may have many operations, and each names its sum and currency.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from integrations.clock import now
from integrations.models import InboundCallback
from payments.models import DayEntry, Incident, Payment, Refund
from payments.money import Money
from payments.providers.cloudpayments import signatures
from payments.registry import forget_providers
from payments.services import chargebacks, incident_watch
from payments.services.audit import audit_ledgers
from payments.services.callbacks import drain_callbacks
from payments.services.confirmations import confirm_callbacks
from payments.services.incident_actions import ACTIONS, act
from payments.services.incident_desk import Decision
from payments.services.refunds import complete_manual
from payments.services.settlement import money_left
from payments.services.transitions import close_open
from tests.support.http_server import HttpServer, answer
from tests.support.office import staff_member

SECRET = "cp-demo-api-secret-01"
_numbers = count(504_001)


class Shop:
    """One order at CloudPayments, and the calls about it as the product receives them."""

    def __init__(self, client: Client, payment: Payment, api: HttpServer) -> None:
        self.client, self.payment, self.api = client, payment, api
        self.operations: list[int] = []

    def told(self, kind: str = "pay", *, invoice: str = "", **fields: str) -> None:
        """A notification, signed, stored and settled."""
        number = next(_numbers)
        said = {
            "TransactionId": str(number),
            "Amount": "199.00",
            "DateTime": "2030-01-01 00:00:00",
            "InvoiceId": invoice or self.payment.reference,
        }
        if kind == "pay":
            said |= {
                "Currency": "RUB",
                "OperationType": "Payment",
                "Status": "Completed",
                "GatewayName": "Test",
                "TestMode": "1",
            }
            self.operations.append(number)
        elif kind == "refund":
            said |= {"PaymentTransactionId": "", "OperationType": "Refund"}
        body = urlencode(said | fields).encode()
        response = self.client.post(
            f"/payments/callbacks/cloudpayments/{kind}",
            data=body,
            content_type="application/x-www-form-urlencoded",
            headers={signatures.HEADER: signatures.sign(body, secret=SECRET)},
        )
        assert response.content == b'{"code":0}'
        self.work()

    def work(self) -> None:
        InboundCallback.objects.filter(status="waiting").update(
            received_at=now() - timedelta(minutes=5), not_before=now() - timedelta(seconds=1)
        )
        drain_callbacks(seconds=2)
        confirm_callbacks(seconds=2)
        InboundCallback.objects.filter(status="waiting").update(
            received_at=now() - timedelta(minutes=5), not_before=now() - timedelta(seconds=1)
        )
        drain_callbacks(seconds=2)

    def gives_back(self) -> None:
        """The refund that was ordered arrives as the provider's own notification."""
        refund = Refund.objects.get()
        operation = refund.operation or str(self.operations[0])
        self.told("refund", PaymentTransactionId=operation, Amount=f"{refund.amount:.2f}")


@pytest.fixture
def shop(client, settings, make_payment, oneplat) -> Shop:
    settings.PAYMENT_PROVIDERS = ["cloudpayments"]
    settings.CREDENTIALS = {
        "CLOUDPAYMENTS_PUBLIC_ID": "pk_demo",
        "CLOUDPAYMENTS_API_SECRET": SECRET,
        "CLOUDPAYMENTS_BASE_URL": oneplat.url,
    }
    forget_providers()
    payment = make_payment(provider="cloudpayments")
    Payment.objects.filter(pk=payment.pk).update(external_id=payment.reference)
    payment.refresh_from_db()
    return Shop(client, payment, oneplat)


@pytest.fixture
def olga(db) -> User:
    return staff_member(name="olga")


def under(shop: Shop) -> None:
    shop.told(Amount="150.00")


def over(shop: Shop) -> None:
    shop.told(Amount="500.00")


def foreign(shop: Shop) -> None:
    shop.told(Amount="3.00", Currency="USD")


def twice(shop: Shop) -> None:
    shop.told()
    shop.told()


def late(shop: Shop) -> None:
    close_open(payment_id=shop.payment.pk, to=Payment.Status.EXPIRED)
    shop.told()


def without_access(shop: Shop) -> None:
    shop.told()
    Payment.objects.update(paid_at=now() - timedelta(hours=1))
    incident_watch.watch_incidents()


def without_call(shop: Shop) -> None:
    """A part goes back of money whose Pay never came, and an hour passes."""
    shop.told("refund", PaymentTransactionId="1", Amount="50.00")
    InboundCallback.objects.update(
        received_at=now() - timedelta(hours=2), not_before=now() - timedelta(seconds=1)
    )
    drain_callbacks(seconds=2)


def found_refund(shop: Shop) -> None:
    shop.told()
    shop.told("refund", PaymentTransactionId=str(shop.operations[0]))


def charged_back(shop: Shop) -> None:
    shop.told()
    chargebacks.report(payment_id=shop.payment.pk, detail="письмо из банка")


def stranger(shop: Shop) -> None:
    shop.told(invoice="f" * 32)


# kind: how it comes about, then decision -> status of the order and days in the end
WAYS = {
    "underpaid": (under, {"accept": ("paid", 30), "return": ("refunded", 0)}),
    "overpaid": (
        over,
        {"accept": ("paid", 30), "accept_part": ("paid", 30), "return": ("refunded", 0)},
    ),
    "wrong_currency": (foreign, {"accept": ("paid", 30), "return": ("refunded", 0)}),
    "paid_twice": (twice, {"again": ("paid", 60), "return": ("paid", 30)}),
    "late": (late, {"keep": ("paid", 30), "refund": ("refunded", 0)}),
    "no_access": (without_access, {"keep": ("paid", 30), "retry": ("paid", 30)}),
    "no_callback": (without_call, {"keep": ("pending", 0), "count": ("partly_refunded", 30)}),
    "refund_found": (found_refund, {"keep": ("refunded", 0)}),
    "chargeback": (charged_back, {"lost": ("refunded", 0), "keep": ("paid", 30)}),
    "unknown_payer": (stranger, {"link": ("paid", 30), "not_ours": ("pending", 0)}),
}
EVERY_WAY = [(kind, code) for kind, (_come, codes) in WAYS.items() for code in codes]


def test_every_decision_of_every_kind_is_tried():
    tried = {kind: {*codes} for kind, (_come, codes) in WAYS.items()}
    offered = {
        kind: {action.code for action in actions} - {"tell"} for kind, actions in ACTIONS.items()
    }
    assert tried == offered


@pytest.mark.parametrize(("kind", "code"), EVERY_WAY)
def test_from_the_call_to_the_decision(shop, olga, kind, code):
    come, ends = WAYS[kind]
    come(shop)
    incident = Incident.objects.get()
    assert incident.kind == kind
    assert audit_ledgers().differences == []
    if code == "count":
        says_paid(shop)
    payment_id = shop.payment.pk if code == "link" else None
    act(
        incident_id=incident.pk,
        code=code,
        decision=Decision(staff=olga, reason="так договорились", payment_id=payment_id),
    )
    if Refund.objects.filter(status="ordered").exists():
        shop.gives_back()
    if code == "retry":
        Payment.objects.update(access="granted")
        incident_watch.watch_incidents()
    shop.work()
    shop.payment.refresh_from_db()
    incident.refresh_from_db()
    days = sum(entry.seconds for entry in DayEntry.objects.all()) // 86400
    assert (shop.payment.status, days, incident.status) == (*ends[code], "resolved")
    assert audit_ledgers().differences == []


@pytest.mark.parametrize("decided", [True, False])
def test_money_in_another_currency_goes_back_in_it(shop, olga, decided):
    foreign(shop)
    if decided:
        act(
            incident_id=Incident.objects.get().pk,
            code="accept",
            decision=Decision(staff=olga, reason="так договорились"),
        )
    # The notification of a refund names no currency.
    shop.told("refund", PaymentTransactionId=str(shop.operations[0]), Amount="3.00")
    shop.payment.refresh_from_db()
    assert shop.payment.status == "refunded"
    told = shop.payment.events.get(kind="refunded")
    assert (told.amount, told.currency) == (Decimal("3.00"), "USD")
    assert (Refund.objects.get().amount, Refund.objects.get().currency) == (Decimal("3.00"), "USD")
    assert audit_ledgers().differences == []


def test_money_that_was_given_back_by_hand_in_another_currency_is_not_counted_again(shop, olga):
    foreign(shop)
    accept = Decision(staff=olga, reason="так договорились")
    act(incident_id=Incident.objects.get().pk, code="accept", decision=accept)
    refund = Refund.objects.create(
        payment=shop.payment, amount=Decimal("1.00"), currency="USD", status="manual"
    )
    complete_manual(refund_id=refund.pk, staff=olga, evidence="платёжка № 1")
    shop.told("refund", PaymentTransactionId=str(shop.operations[0]), Amount="1.00")
    shop.payment.refresh_from_db()
    assert shop.payment.status == "partly_refunded"
    assert money_left(shop.payment) == Money(Decimal("2.00"), "USD")


@pytest.mark.parametrize(("kind", "word"), [("refund", "refunded"), ("cancel", "canceled")])
def test_where_no_operation_was_heard_of_the_currency_is_the_orders(shop, kind, word):
    shop.told(kind, **({"PaymentTransactionId": "1"} if kind == "refund" else {}))
    InboundCallback.objects.update(received_at=now() - timedelta(days=1), not_before=now())
    drain_callbacks(seconds=2)
    assert shop.payment.events.get(kind=word).currency == "RUB"


def test_a_refund_that_names_another_currency_than_its_charge_is_a_persons_case(shop):
    shop.told()
    shop.told("refund", PaymentTransactionId=str(shop.operations[0]), Currency="USD")
    shop.payment.refresh_from_db()
    assert shop.payment.status == "paid"
    assert Incident.objects.get().kind == "refund_found"


def says_paid(shop: Shop) -> None:
    """What the API answers when it is asked about the order."""
    model = {
        "TransactionId": 1,
        "Amount": 199.0,
        "Currency": "RUB",
        "Status": "Completed",
        "InvoiceId": shop.payment.reference,
        "Type": 0,
    }
    shop.api.plan(answer(200, {"Success": True, "Model": model}))
