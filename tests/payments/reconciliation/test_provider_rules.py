"""What is a difference between a provider's list and our books, and what is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.clock import now
from payments.models import MoneyEntry, Payment, ReconciliationLine
from payments.money import Money
from payments.provider import EventKind
from tests import factories
from tests.payments.reconciliation.scenario import (
    WEEK,
    kinds,
    only_line,
    reconciled,
    roubles,
    said,
)

Kind = ReconciliationLine.Kind


@pytest.fixture
def paid(db) -> Payment:
    return factories.a_paid_payment()


def test_what_both_have_is_in_order(paid, listing):
    listing.append(said(paid, paid_at=paid.paid_at, refunded=roubles("0")))
    run = reconciled()
    assert (kinds(run), run.theirs, run.ours, run.status) == ([], 1, 1, "done")


def test_a_row_is_matched_by_our_number_alone(paid, listing):
    listing.append(replace(said(paid), external_id=""))
    assert kinds() == []


def test_a_row_is_matched_by_their_number_alone(paid, listing):
    listing.append(replace(said(paid), reference=""))
    assert kinds() == []


def test_a_list_without_sums_is_compared_without_sums(paid, listing):
    listing.append(said(paid, money=None))
    assert kinds() == []


@pytest.mark.parametrize("state", ["created", "pending", "failed", "canceled", "expired"])
def test_paid_there_but_not_here(db, listing, state):
    payment = factories.EVERY_STATE[state](external_id="guid-there")
    listing.append(said(payment))
    line = only_line()
    assert (line.kind, line.payment) == (Kind.PAID_THERE, payment)
    assert "199.00 RUB" in line.theirs


def test_paid_and_given_back_without_us_is_nobodys_loss(db, listing):
    listing.append(
        said(factories.an_expired_payment(), EventKind.REFUNDED, refunded=roubles("199"))
    )
    assert kinds() == []


def test_paid_here_but_not_there(paid, listing):
    line = only_line()
    assert (line.kind, line.payment) == (Kind.MISSING_THERE, paid)


def test_an_older_payment_of_ours_is_not_expected_in_the_list(paid, listing):
    Payment.objects.update(created_at=now() - 2 * WEEK)
    assert kinds() == []


def test_a_payment_that_arrives_while_their_list_is_read_is_not_expected_in_it(paid, listing):
    Payment.objects.update(paid_at=now() + timedelta(minutes=1))
    assert kinds() == []


def test_an_order_that_is_not_ours(db, listing):
    listing.append(said(reference="somebody-elses", money=roubles("5")))
    listing.append(
        said(None, EventKind.REFUNDED, reference="somebody-elses", refunded=roubles("5"))
    )
    line = only_line()
    assert (line.kind, line.reference, line.payment) == (Kind.MISSING_HERE, "somebody-elses", None)
    assert line.theirs == "оплачен, 5.00 RUB, возвращено 5.00 RUB"


@pytest.mark.parametrize(
    "money", [Money(Decimal("199.01"), "RUB"), Money(Decimal("199.00"), "USD"), roubles("199.004")]
)
def test_another_sum_or_currency(paid, listing, money):
    listing.append(said(paid, money=money))
    line = only_line()
    assert (line.kind, line.ours) == (Kind.AMOUNT, "199.00 RUB")


def test_an_order_paid_twice_there_is_another_sum(paid, listing):
    listing += [said(paid), said(paid)]
    assert only_line().theirs == "398.00 RUB"


def test_a_wrong_sum_that_waits_for_a_person_is_a_difference_of_sums(db, listing):
    payment = factories.a_payment_in_review()
    listing.append(said(payment, money=roubles("198")))
    booked = MoneyEntry.objects.filter(payment=payment, debit="clearing").exists()
    assert kinds() == ([] if booked else [Kind.AMOUNT])


def test_refunded_there_but_not_here(paid, listing):
    listing.append(said(paid, EventKind.REFUNDED))
    line = only_line()
    assert (line.kind, line.theirs) == (Kind.REFUNDED_THERE, "возвращено 199.00 RUB")


def test_a_part_refunded_there(paid, listing):
    listing.append(said(paid, refunded=roubles("50")))
    assert only_line().theirs == "возвращено 50.00 RUB"


def test_refunds_as_rows_of_their_own_add_up(db, listing):
    payment = factories.a_refunded_payment()
    listing.append(said(payment, refunded=roubles("0")))
    listing.append(said(payment, EventKind.REFUNDED, money=None, refunded=roubles("100")))
    listing.append(said(payment, EventKind.REFUNDED, money=None, refunded=roubles("99")))
    assert kinds() == []


def test_refunded_here_but_not_there(db, listing):
    payment = factories.a_refunded_payment()
    listing.append(said(payment, refunded=roubles("0")))
    assert kinds() == [Kind.REFUNDED_HERE]


def test_a_list_that_never_tells_of_refunds_says_nothing_about_ours(db, listing):
    listing.append(said(factories.a_refunded_payment()))
    assert kinds() == []


@pytest.mark.parametrize(("apart", "expected"), [(23, []), (25, [Kind.DATE])])
def test_more_than_a_day_between_the_dates(paid, listing, apart, expected):
    listing.append(said(paid, paid_at=paid.paid_at - timedelta(hours=apart)))
    assert kinds() == expected


def test_what_is_still_open_there_is_no_difference(db, listing):
    listing.append(said(factories.a_payment(), EventKind.PENDING))
    run = reconciled()
    assert (kinds(run), run.theirs) == ([], 0)


def test_another_providers_payment_is_not_ours(paid, listing):
    Payment.objects.update(provider="elsewhere")
    listing.append(said(paid))
    assert kinds() == [Kind.MISSING_HERE]
