"""The audit finds gifts, uses and days of promo codes that contradict each other."""

from __future__ import annotations

import pgtrigger
import pytest

from payments.models import DayEntry, Gift, Payment, PromoCode, PromoUse
from payments.services import gifts, promotions
from payments.services.audit import audit_ledgers
from tests import factories

GIFTS = "every paid gift waits, is claimed once, or went back with its money"
USES = "every used promo code made a payment cheaper or gave days"


def found() -> set[str]:
    return {difference.rule for difference in audit_ledgers().differences}


@pytest.fixture
def claimed(db) -> Gift:
    gift = factories.a_gift()
    gifts.claim(token=gift.token, customer_id=factories.a_customer().pk)
    gift.refresh_from_db()
    return gift


@pytest.fixture
def days_code(db) -> PromoUse:
    code = factories.a_promo_code(kind=PromoCode.Kind.DAYS, value=7)
    promotions.enter(customer_id=factories.a_customer().pk, text=code.code)
    return PromoUse.objects.get()


@pytest.fixture
def discounted(db) -> Payment:
    code = factories.a_promo_code()
    return factories.a_paid_payment(promo_code=code, discount=50)


def test_what_the_shop_does_is_in_order(claimed, days_code, discounted):
    assert found() == set()
    assert PromoUse.objects.get(payment=discounted).status == "used"


def test_a_paid_gift_that_is_gone_is_found(db):
    factories.a_gift().delete()
    assert GIFTS in found()


def test_a_gift_nobody_paid_for_is_found(db):
    Gift.objects.create(payment=factories.a_payment(purpose="gift"))
    assert found() == {GIFTS}


@pytest.mark.parametrize("status", ["waiting", "revoked"])
def test_a_gift_in_the_wrong_state_is_found(claimed, status):
    Gift.objects.update(status=status)
    assert found() == {GIFTS}


def test_a_gift_whose_days_went_to_somebody_else_is_found(claimed):
    Gift.objects.update(claimed_by=factories.a_customer())
    assert found() == {GIFTS}


def test_a_gift_of_another_length_is_found(claimed):
    Payment.objects.update(length=31)
    assert found() == {GIFTS}


def test_a_use_without_its_days_is_found(days_code):
    PromoUse.objects.update(status=PromoUse.Status.RESERVED)
    assert found() == {USES}


def test_days_of_a_code_that_nobody_entered_are_found(days_code):
    with pgtrigger.ignore("payments.DayEntry:append_only"):
        DayEntry.objects.update(key="promo:0")
    assert found() == {USES}


def test_a_use_of_somebody_else_is_found(days_code):
    PromoUse.objects.update(customer=factories.a_customer())
    assert found() == {USES}


def test_a_discount_without_a_use_is_found(discounted):
    PromoUse.objects.all().delete()
    assert found() == {USES}


def test_a_use_of_another_code_is_found(discounted):
    PromoUse.objects.update(code=factories.a_promo_code())
    assert found() == {USES}
