from __future__ import annotations

import pytest

from payments.admin import search
from payments.models import Customer, DayEntry, MoneyEntry, Payment
from tests import factories
from tests.support.office import shown


@pytest.fixture
def payment(db):
    factories.a_payment()
    customer = factories.a_customer(username="Anna_Petrova", first_name="Анна Петрова")
    return factories.a_paid_payment(customer=customer, external_id="9f2c-guid-77")


@pytest.mark.parametrize(
    "term",
    [
        "{0.pk}",
        "№ {0.pk}",
        "{0.reference}",
        "{0.reference:.10}",
        "9f2c-guid",
        "{0.customer.telegram_id}",
        "@anna_petrova",
        "петров",
        "ANNA_P",
    ],
)
def test_a_payment_is_found_by_anything_people_know_of_it(office, payment, term):
    assert payment.pk in shown(office, Payment, f"q={term.format(payment)}")


@pytest.mark.parametrize("term", ["%", "_", "nobody", "@", "'; --", "9" * 40, "☂"])
def test_what_fits_nothing_finds_nothing(office, payment, term):
    assert shown(office, Payment, f"q={term}") == set()


def test_a_short_name_must_fit_whole(payment):
    short = factories.a_customer(username="io")

    assert search.customer_ids("@io") == [short.pk]
    assert search.customer_ids("an") == []


def test_postings_are_found_the_way_payments_are(office, payment):
    assert len(shown(office, MoneyEntry, f"q={payment.pk}")) == 1
    assert len(shown(office, DayEntry, "q=@anna_petrova")) == 1
    assert shown(office, Customer, "q=петрова") == {payment.customer_id}


def test_the_search_never_joins(payment, django_assert_num_queries):
    with django_assert_num_queries(4) as captured:
        search.payment_ids("anna_petrova")

    assert not [query for query in captured if "JOIN" in query["sql"]]
