"""audit_ledgers finds every kind of difference that somebody with the database's password could make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pgtrigger
import pytest
from django.core.management import call_command

from integrations.clock import now
from payments.models import DayEntry, Incident, MoneyEntry, Payment, Plan, Referral, Subscription
from payments.provider import EventKind
from payments.services import days
from payments.services.audit import RULES, audit_ledgers
from tests.payments.events import send

LEDGERS = ("payments.MoneyEntry:append_only", "payments.DayEntry:append_only")


@pytest.fixture
def paid(make_payment: Callable[..., Payment]) -> Payment:
    """A customer who bought twice; the first of the two payments."""
    payment = make_payment()
    send(payment, EventKind.PAID)
    send(make_payment(customer=payment.customer), EventKind.PAID)
    return payment


@pytest.fixture
def rewarded(make_customer, make_payment) -> Referral:
    referral = Referral.objects.create(inviter=make_customer(), friend=make_customer())
    send(make_payment(customer=referral.friend), EventKind.PAID)
    referral.refresh_from_db()
    return referral


def found() -> list[str]:
    """The rules that are broken, in their order."""
    return [difference.rule for difference in audit_ledgers().differences]


FOLD, ENDS, POSTED, ACCOUNTS, PURCHASES, CLAWBACKS, REWARDS, ACCESS, GIFTS, SUSPENSE, *_OTHERS = (
    RULES
)


def test_an_empty_shop_is_in_order(db):
    report = audit_ledgers()
    assert report.differences == []
    assert report.counts == {"subscriptions": 0, "day entries": 0, "payments": 0, "postings": 0}


def test_everything_the_shop_does_is_in_order(paid, rewarded, make_payment, admin_user, plan):
    """Purchases, renewals, a bonus, gifts, refunds, late and wrong money, calendar months."""
    days.grant_manually(paid.customer, days=3, reason="sorry", staff=admin_user, key="m:1")
    send(paid, EventKind.REFUNDED)
    send(rewarded.friend.payments.get(), EventKind.REFUNDED)
    send(make_payment(status=Payment.Status.EXPIRED), EventKind.PAID)
    send(make_payment(), EventKind.PAID, amount="1.00")
    send(make_payment(), EventKind.FAILED)
    month = Plan.objects.create(
        code="month", title_ru="м", title_en="m", length=1, unit="month", amount=Decimal("199.00")
    )
    send(make_payment(plan=month, length=1, unit="month"), EventKind.PAID)
    assert found() == []


def test_balances_add_up_to_zero(paid, rewarded):
    send(paid, EventKind.REFUNDED)
    balances = {account: sum_ for account, _currency, sum_ in audit_ledgers().balances}
    assert balances == {
        "clearing": Decimal("398.00"),
        "refunds": Decimal("199.00"),
        "revenue": Decimal("-597.00"),
    }


def entry_of(payment: Payment) -> DayEntry:
    return payment.day_entries.get(kind="purchase")


def tamper(model, pk: int, **fields) -> None:
    with pgtrigger.ignore(*LEDGERS):
        model.objects.filter(pk=pk).update(**fields)


def test_an_end_moved_by_hand_is_found(paid):
    Subscription.objects.update(expires_at=now() + timedelta(days=999))
    assert found() == [ENDS]


def test_a_subscription_that_never_began_is_found(customer):
    Subscription.objects.create(customer=customer, expires_at=now() + timedelta(days=1))
    assert found() == [ENDS]


def test_a_longer_entry_is_found(paid):
    entry = entry_of(paid)
    tamper(DayEntry, entry.pk, seconds=entry.seconds + 1)
    assert found() == [FOLD]


def test_an_entry_moved_in_time_breaks_the_next_one_too(paid):
    entry = entry_of(paid)
    hour = timedelta(hours=1)
    tamper(DayEntry, entry.pk, starts_at=entry.starts_at - hour, ends_at=entry.ends_at - hour)
    assert found() == [FOLD, FOLD]


def test_an_entry_that_is_gone_is_found(paid):
    with pgtrigger.ignore(*LEDGERS):
        entry_of(paid).delete()
    assert set(found()) == {FOLD, PURCHASES}


def test_a_capture_that_is_gone_is_found(paid):
    with pgtrigger.ignore(*LEDGERS):
        paid.money_entries.all().delete()
    assert found() == [POSTED]


def test_a_capture_of_another_sum_is_found(paid):
    tamper(MoneyEntry, paid.money_entries.get().pk, amount=Decimal("198.99"))
    assert found() == [POSTED]


def test_a_capture_in_another_currency_is_found(paid):
    tamper(MoneyEntry, paid.money_entries.get().pk, currency="USD")
    assert found() == [POSTED]


def test_money_for_a_payment_nobody_paid_is_found(make_payment):
    payment = make_payment()
    post(payment, kind="capture", debit="clearing", credit="revenue", amount=payment.amount)
    assert found() == [POSTED]


def post(payment: Payment, *, kind: str, debit: str, credit: str, amount: Decimal) -> None:
    MoneyEntry.objects.create(
        payment=payment,
        key=f"{kind}:{payment.pk}:9",
        kind=kind,
        debit=debit,
        credit=credit,
        amount=amount,
        currency="RUB",
    )


def test_a_refund_the_status_does_not_know_is_found(paid):
    post(paid, kind="refund", debit="refunds", credit="clearing", amount=Decimal("10.00"))
    assert found() == [POSTED]


def test_a_refund_above_the_capture_is_found(paid):
    post(paid, kind="refund", debit="refunds", credit="clearing", amount=Decimal("200.00"))
    Payment.objects.filter(pk=paid.pk).update(status=Payment.Status.PARTLY_REFUNDED)
    assert found() == [POSTED]


def test_a_posting_between_the_wrong_accounts_is_found(paid):
    tamper(MoneyEntry, paid.money_entries.get().pk, credit="fees")
    assert found() == [ACCOUNTS]


def test_a_payment_marked_paid_by_hand_is_found(make_payment):
    payment = make_payment()
    Payment.objects.filter(pk=payment.pk).update(status="paid", paid_at=now(), access="granted")
    assert found() == [POSTED, PURCHASES, ACCESS]


def test_a_paid_payment_marked_unpaid_by_hand_is_found(paid):
    Payment.objects.filter(pk=paid.pk).update(status="failed")
    assert found() == [POSTED, PURCHASES]


def test_more_days_than_were_bought_are_found(paid):
    Payment.objects.filter(pk=paid.pk).update(length=7)
    assert found() == [PURCHASES]


def test_days_given_to_somebody_else_are_found(paid, make_customer):
    Payment.objects.filter(pk=paid.pk).update(customer=make_customer())
    assert found() == [PURCHASES]


def test_a_refund_that_left_the_days_is_found(paid):
    post(paid, kind="refund", debit="refunds", credit="clearing", amount=paid.amount)
    Payment.objects.filter(pk=paid.pk).update(status=Payment.Status.REFUNDED)
    assert found() == [PURCHASES]


def test_money_that_waits_without_an_open_case_is_found(make_payment):
    send(make_payment(), EventKind.PAID, amount="1.00")
    Incident.objects.update(
        status="resolved", resolution="by hand", resolved_at=now(), resolved_by=None
    )
    assert found() == [SUSPENSE]


def test_a_case_whose_money_never_came_in_is_found(make_payment):
    send(make_payment(), EventKind.PAID, amount="1.00")
    tamper(MoneyEntry, MoneyEntry.objects.get().pk, amount=Decimal("0.50"))
    assert found() == [SUSPENSE]


def test_a_clawback_of_something_else_is_found(paid):
    send(paid, EventKind.REFUNDED)
    back = DayEntry.objects.get(kind="clawback")
    tamper(DayEntry, back.pk, reverses=back)
    assert found() == [PURCHASES, CLAWBACKS]


def test_a_reward_without_days_is_found(rewarded):
    with pgtrigger.ignore(*LEDGERS):
        DayEntry.objects.filter(kind="referral").delete()
    assert found() == [ENDS, REWARDS]


def test_a_reward_for_a_friend_who_did_not_pay_is_found(rewarded, make_payment):
    tamper(DayEntry, DayEntry.objects.get(kind="referral").pk, payment=make_payment())
    assert found() == [REWARDS]


def test_a_reward_taken_back_that_still_counts_is_found(rewarded):
    send(rewarded.friend.payments.get(), EventKind.REFUNDED)
    Referral.objects.update(status=Referral.Status.REWARDED)
    assert found() == [REWARDS]


def test_access_that_was_never_bought_is_found(make_payment):
    payment = make_payment()
    Payment.objects.filter(pk=payment.pk).update(access=Payment.Access.GRANTED)
    assert found() == [ACCESS]


def test_at_most_fifty_differences_are_listed(make_payment, customer):
    for _number in range(60):
        payment = make_payment(customer=customer)
        Payment.objects.filter(pk=payment.pk).update(access=Payment.Access.GRANTED)
    assert len(audit_ledgers().differences) == 50


def test_the_command_counts_and_succeeds(paid, capsys):
    call_command("audit_ledgers")
    shown = capsys.readouterr().out
    assert "2 payments" in shown
    assert f"✅ {len(RULES)} rules hold" in shown


def test_the_command_names_each_difference_and_fails(paid, capsys):
    Subscription.objects.update(expires_at=now())
    with pytest.raises(SystemExit) as stopped:
        call_command("audit_ledgers")
    assert stopped.value.code == 1
    assert f"❌ subscription {paid.customer.subscription.pk}: ends " in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_the_audit_reads_one_snapshot_and_cannot_write():
    assert audit_ledgers().differences == []
