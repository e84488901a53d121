from __future__ import annotations

import pytest

from integrations.errors import ServiceUnreachable
from payments.errors import CheckTooSoon, UnknownPayment
from payments.models import DayEntry, Payment, PaymentEvent
from payments.services.checks import check_payment
from payments.services.expiry import expire_payments
from tests.payments.conftest import order
from tests.support.http_server import answer

CUSTOMER = PaymentEvent.Origin.CHECK
STAFF = PaymentEvent.Origin.STAFF


def test_a_lost_callback_is_made_good_by_the_button(oneplat, make_payment):
    payment = make_payment(external_id="guid-a")
    oneplat.plan(answer(200, order(status=1, reference=payment.reference)))
    assert check_payment(payment_id=payment.pk, origin=CUSTOMER).status == Payment.Status.PAID
    assert PaymentEvent.objects.get().origin == CUSTOMER


def test_an_unpaid_order_stays_as_it_is(oneplat, make_payment):
    payment = make_payment(external_id="guid-a")
    oneplat.plan(answer(200, order(status=0, reference=payment.reference)))
    assert check_payment(payment_id=payment.pk, origin=CUSTOMER).status == Payment.Status.PENDING
    assert not DayEntry.objects.exists()


def test_a_customer_asks_once_in_a_while_staff_always(oneplat, make_payment, settings):
    payment = make_payment(external_id="guid-a")
    oneplat.otherwise = answer(200, order(status=0, reference=payment.reference))
    check_payment(payment_id=payment.pk, origin=CUSTOMER)
    with pytest.raises(CheckTooSoon) as too_soon:
        check_payment(payment_id=payment.pk, origin=CUSTOMER)
    assert 0 < too_soon.value.seconds <= settings.CHECK_COOLDOWN_SECONDS
    check_payment(payment_id=payment.pk, origin=STAFF)
    assert len(oneplat.received) == 2


def test_an_answer_about_another_order_pays_for_nothing(oneplat, make_payment):
    payment = make_payment(external_id="guid-a")
    oneplat.plan(answer(200, order(status=1, reference="f" * 32)))
    with pytest.raises(UnknownPayment):
        check_payment(payment_id=payment.pk, origin=STAFF)
    assert not DayEntry.objects.exists()


def test_a_dead_provider_is_said_plainly_and_changes_nothing(oneplat, make_payment):
    payment = make_payment(external_id="guid-a")
    oneplat.otherwise = answer(503)
    with pytest.raises(ServiceUnreachable):
        check_payment(payment_id=payment.pk, origin=STAFF)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.PENDING


def test_late_money_is_honoured(oneplat, make_payment):
    payment = make_payment(external_id="guid-a", invoice_expires_at="2020-01-01T00:00Z")
    assert expire_payments() == 1
    oneplat.plan(answer(200, order(status=2, reference=payment.reference)))
    assert check_payment(payment_id=payment.pk, origin=STAFF).status == Payment.Status.PAID
