from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection

from integrations.errors import ServiceUnreachable
from payments.errors import AlreadyOpening, InvoiceRefused, NotForSale, Refusal
from payments.models import Payment
from payments.provider import Method
from payments.services.checkout import cancel_payment, start_checkout
from payments.services.transitions import close_open
from tests.payments.conftest import order
from tests.support.http_server import after, answer, reset


@pytest.fixture
def buy(customer, plan):
    def buy(**fields) -> Payment:
        return start_checkout(
            **{
                "customer_id": customer.pk,
                "plan_id": plan.pk,
                "provider": "oneplat",
                "method": Method.CARD,
                "shown_amount": plan.amount,
            }
            | fields
        )

    return buy


def test_an_invoice_is_opened_with_what_the_provider_gave(oneplat, buy):
    oneplat.plan(answer(200, order("guid-a")))
    payment = buy()
    assert (payment.status, payment.external_id) == ("pending", "guid-a")
    assert payment.requisites["card_number"] == "2200 0000 1111 2222"
    assert payment.amount_to_pay == Decimal(199)
    assert payment.invoice_expires_at.year == 2099
    assert oneplat.received[0].json["merchant_order_id"] == payment.reference


@pytest.mark.django_db(transaction=True)
def test_our_row_is_committed_before_the_provider_hears_of_it(oneplat, buy):
    committed: list[Payment] = []

    def look(request):
        committed.extend(Payment.objects.filter(reference=request.json["merchant_order_id"]))
        connection.close()  # the server's thread has a connection of its own

    oneplat.plan(after(look, answer(200, order())))
    payment = buy()
    assert committed == [payment]


def test_the_same_open_invoice_is_given_again(oneplat, buy):
    oneplat.plan(answer(200, order()))
    assert buy() == buy()
    assert len(oneplat.received) == 1


def test_another_way_opens_another_invoice(oneplat, buy):
    oneplat.plan(answer(200, order("guid-a")), answer(200, order("guid-b")))
    assert buy() != buy(method=Method.SBP)


def test_a_double_tap_opens_one(buy, make_payment, customer):
    make_payment(customer=customer, status="created")
    with pytest.raises(AlreadyOpening):
        buy()


def test_a_price_the_customer_did_not_see_is_not_charged(buy, plan):
    with pytest.raises(NotForSale):
        buy(shown_amount=Decimal("1.00"))
    plan.is_active = False
    plan.save()
    with pytest.raises(NotForSale):
        buy()
    assert not Payment.objects.exists()


def test_a_provider_that_is_not_switched_on_sells_nothing(buy):
    with pytest.raises(NotForSale):
        buy(provider="nosuch")


def test_no_requisites_is_a_refusal_with_its_reason(oneplat, buy):
    oneplat.plan(answer(500, {"error": "Не удалось получить реквизиты"}))
    with pytest.raises(InvoiceRefused) as refused:
        buy()
    assert refused.value.reason == Refusal.NO_REQUISITES
    assert Payment.objects.get().status == Payment.Status.FAILED


def test_an_unknown_outcome_keeps_the_row_open(oneplat, buy):
    oneplat.plan(reset())
    with pytest.raises(ServiceUnreachable):
        buy()
    payment = Payment.objects.get()
    assert (payment.status, payment.external_id) == ("created", "")
    oneplat.plan(answer(200, order("guid-b")))
    assert buy().external_id == "guid-b"


def test_an_invoice_is_given_up_by_its_own_customer_only(make_payment, customer, make_customer):
    payment = make_payment(customer=customer)
    assert not cancel_payment(payment_id=payment.pk, customer_id=make_customer().pk)
    assert cancel_payment(payment_id=payment.pk, customer_id=customer.pk)
    assert not cancel_payment(payment_id=payment.pk, customer_id=customer.pk)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.CANCELED


def test_only_an_open_payment_can_be_given_up(make_payment):
    payment = make_payment(status=Payment.Status.REVIEW)
    assert not close_open(payment_id=payment.pk, to=Payment.Status.EXPIRED)
