"""What a payment of each purpose buys, and what its refund takes back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.clock import now
from integrations.services import outbox
from payments.models import DayEntry, Gift, Payment, Referral
from payments.provider import EventKind
from payments.services import gifts
from payments.services.audit import audit_ledgers
from payments.services.customers import meet_customer
from payments.services.fulfilment import give_access
from payments.services.gifts import Claim
from tests.payments.events import send

PAID, REFUNDED = EventKind.PAID, EventKind.REFUNDED
DAY = 86400


@pytest.fixture(autouse=True)
def _the_books_are_in_order(db):
    yield
    assert audit_ledgers().differences == []


@pytest.fixture(autouse=True)
def _no_pauses(settings):
    settings.COOLDOWNS = dict.fromkeys(settings.COOLDOWNS, 0)


def days_of(customer) -> float:
    entries = DayEntry.objects.filter(subscription__customer=customer)
    return round(sum(entry.seconds for entry in entries) / DAY, 3)


@pytest.fixture
def a_gift(make_payment, customer) -> Gift:
    payment = make_payment(customer=customer, purpose="gift")
    send(payment, PAID)
    return Gift.objects.get()


def test_a_gift_gives_its_payer_no_days_and_waits(a_gift, customer):
    assert (a_gift.status, a_gift.claimed_by) == ("waiting", None)
    assert not DayEntry.objects.exists()


def test_a_gift_rewards_whoever_invited_its_payer(make_payment, customer):
    friend = meet_customer(telegram_id=5, invite_code=customer.invite_code)
    payment = make_payment(customer=friend, purpose="gift")
    send(payment, PAID)
    assert days_of(customer) == 7
    send(payment, REFUNDED)
    assert days_of(customer) == 0
    assert Referral.objects.get().status == "revoked"


def test_a_gift_is_claimed_once_and_makes_nobody_an_inviter(a_gift, make_customer):
    one, two = make_customer(), make_customer()
    assert gifts.claim(token=a_gift.token, customer_id=one.pk)[0] is Claim.RECEIVED
    assert gifts.claim(token=a_gift.token, customer_id=two.pk)[0] is Claim.TAKEN
    assert gifts.claim(token=a_gift.token, customer_id=one.pk)[0] is Claim.YOURS
    assert (days_of(one), days_of(two)) == (30, 0)
    assert not Referral.objects.exists()


def test_the_payer_may_open_his_own_gift(a_gift, customer):
    assert gifts.claim(token=a_gift.token, customer_id=customer.pk)[0] is Claim.RECEIVED
    assert days_of(customer) == 30


def test_an_invented_token_opens_nothing(a_gift, customer):
    assert gifts.claim(token="nothing", customer_id=customer.pk) == (Claim.UNKNOWN, None)


def test_a_refund_revokes_a_gift_that_waits(a_gift, customer):
    send(a_gift.payment, REFUNDED)
    assert gifts.claim(token=a_gift.token, customer_id=customer.pk)[0] is Claim.REVOKED
    assert days_of(customer) == 0


def test_a_refund_of_a_claimed_gift_takes_its_days_from_whoever_has_it(a_gift, make_customer):
    receiver = make_customer()
    gifts.claim(token=a_gift.token, customer_id=receiver.pk)
    send(a_gift.payment, REFUNDED)
    assert days_of(receiver) == 0
    assert Gift.objects.get().status == "revoked"


def test_days_that_staff_gave_before_the_money_are_not_given_beside_the_gift(
    make_payment, customer, admin_user
):
    payment = make_payment(customer=customer, purpose="gift")
    give_access(payment_id=payment.pk, reason="the bank is slow", staff=admin_user)
    send(payment, PAID)
    assert days_of(customer) == 0
    give_access(payment_id=payment.pk, reason="once more", staff=admin_user)
    assert days_of(customer) == 0


@pytest.fixture
def change(make_payment, customer, move_clock):
    """A month for 199 bought ten days ago, and an open change to a year for 1500 with 132 of credit."""
    bought = make_payment(customer=customer)
    send(bought, PAID)
    move_clock(timedelta(days=10))
    return make_payment(
        customer=customer,
        purpose="change",
        replaces=bought,
        length=365,
        amount=Decimal("1368.00"),
        discount=Decimal("132.00"),
    )


def paid(payment: Payment) -> None:
    send(payment, PAID, amount=str(payment.amount))


def refunded(payment: Payment) -> None:
    send(payment, REFUNDED, amount=str(payment.amount))


def ends_in(customer) -> float:
    customer.subscription.refresh_from_db()
    left: float = (customer.subscription.expires_at - now()).total_seconds()
    return round(left / DAY, 2)


def test_a_change_takes_the_rest_and_gives_the_new_term_from_now(change, customer):
    paid(change)
    assert ends_in(customer) == 365


def test_a_refunded_change_gives_the_rest_back(change, customer):
    paid(change)
    refunded(change)
    assert ends_in(customer) == 20
    kinds = [entry.kind for entry in DayEntry.objects.order_by("pk")]
    assert kinds == ["purchase", "clawback", "purchase", "clawback", "restored"]


def test_refunding_both_leaves_nothing_whichever_comes_first(change, customer, make_payment):
    paid(change)
    refunded(change)
    refunded(change.replaces)
    assert days_of(customer) == 0


def test_refunding_the_replaced_purchase_leaves_what_the_money_of_the_change_bought(
    change, customer
):
    paid(change)
    refunded(change.replaces)
    # 1368 of 1500 were paid: that share of the year stays; the ten days lived before are taken back.
    assert days_of(customer) == pytest.approx(365 * 1368 / 1500, abs=0.01)
    refunded(change)
    assert days_of(customer) == 0


def test_a_change_paid_after_its_origin_was_refunded_buys_the_same(change, customer):
    refunded(change.replaces)
    paid(change)
    assert days_of(customer) == pytest.approx(365 * 1368 / 1500, abs=0.01)


def test_one_rest_is_credited_to_one_change(change, customer, make_payment):
    again = make_payment(
        customer=customer,
        purpose="change",
        replaces=change.replaces,
        length=365,
        amount=change.amount,
        discount=change.discount,
    )
    paid(change)
    paid(again)
    assert ends_in(customer) == pytest.approx(365 + 365 * 1368 / 1500, abs=0.01)


def test_late_money_buys_what_was_promised_then(change, customer, move_clock):
    promised = now() + timedelta(days=365)
    move_clock(timedelta(days=5))
    paid(change)
    customer.subscription.refresh_from_db()
    assert abs(customer.subscription.expires_at - promised) < timedelta(minutes=1)


def test_money_that_comes_after_the_rest_has_run_out_counts_only_what_was_used(
    change, customer, move_clock
):
    move_clock(timedelta(days=60))
    paid(change)
    # 132 of 199 stand for 19.9 of the 30 days: so much was used, the other forty days were without access.
    assert ends_in(customer) == pytest.approx(365 - 30 * 132 / 199, abs=0.01)


def test_a_chain_of_changes_follows_its_origin(change, customer, make_payment):
    paid(change)
    second = make_payment(
        customer=customer,
        purpose="change",
        replaces=change,
        length=90,
        amount=Decimal("100.00"),
        discount=Decimal("1500.00"),
    )
    paid(second)
    assert ends_in(customer) == 90
    refunded(change.replaces)
    # 132 of 1500 of the first change came from its origin, and all of that went into the second one.
    lost = 132 / 1500 * 1500 / 1600
    assert days_of(customer) == pytest.approx(90 * (1 - lost), abs=0.01)


def test_two_refunds_of_a_chain_end_the_same_in_either_order(make_payment, make_customer):
    ends = []
    for first in (0, 1):
        customer = make_customer()
        origin = make_payment(customer=customer)
        paid(origin)
        chain = [origin]
        for _step in range(2):
            one = make_payment(
                customer=customer,
                purpose="change",
                replaces=chain[-1],
                length=100,
                amount=Decimal("50.00"),
                discount=Decimal("150.00"),
            )
            paid(one)
            chain.append(one)
        for number in (first, 1 - first):
            refunded(chain[number])
        ends.append(days_of(customer))
    assert ends[0] == pytest.approx(ends[1], abs=0.01)
    assert ends[0] == pytest.approx(25, abs=0.01)


def test_an_open_change_is_closed_when_the_money_of_its_origin_goes_back(change):
    refunded(change.replaces)
    outbox.drain()
    change.refresh_from_db()
    assert change.status == Payment.Status.CANCELED
