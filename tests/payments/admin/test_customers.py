from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from integrations.models import OutboxMessage
from payments.models import Customer, DayEntry, Subscription
from payments.services import staff
from payments.services.customers import meet_customer
from tests import factories
from tests.support.office import messages_of, owner, page, queries_of, signed_in, staff_member


def form(**fields) -> dict[str, str]:
    return {"number": "14", "reason": "сбой на панели", "key": str(uuid4())} | fields


def test_a_customer_page_explains_the_end_of_access(office):
    inviter = factories.a_customer(username="masha")
    friend = meet_customer(telegram_id=77, username="petr", invite_code=inviter.invite_code)
    factories.a_paid_payment(customer=friend)

    text = office.get(page(inviter)).content.decode()

    assert "за друга" in text
    assert "+7" in text
    assert "@petr" in text
    assert "Пригласил" in office.get(page(friend)).content.decode()


def test_days_are_given_with_a_reason(office):
    customer = factories.a_customer()

    response = office.post(page(customer, "give_days"), form(), follow=True)

    entry = DayEntry.objects.get()
    assert (entry.seconds, entry.reason) == (14 * 86400, "сбой на панели")
    assert "14 дней" in messages_of(response)
    assert OutboxMessage.objects.get().topic == "subscription.changed"
    assert "14 дней" in LogEntry.objects.get().get_change_message()


def test_a_form_sent_twice_gives_once(office):
    customer, twice = factories.a_customer(), form()

    office.post(page(customer, "give_days"), twice)
    response = office.post(page(customer, "give_days"), twice, follow=True)

    assert DayEntry.objects.count() == 1
    assert "дважды" in messages_of(response)


@pytest.mark.parametrize(
    "wrong", [{"number": "0"}, {"number": "-5"}, {"number": "99999"}, {"reason": ""}, {"key": "x"}]
)
def test_a_wrong_form_gives_nothing(office, wrong):
    response = office.post(page(factories.a_customer(), "give_days"), form(**wrong))

    assert response.context["form"].errors
    assert DayEntry.objects.count() == 0


def test_giving_days_needs_its_own_right(db):
    client = signed_in(staff_member("payments.view_customer"))

    assert client.post(page(factories.a_customer(), "give_days"), form()).status_code == 403


def test_a_customer_page_asks_the_same_number_of_queries_however_much_he_bought(office):
    customer = factories.a_finished_payment().customer
    few = queries_of(office, page(customer))
    for _number in range(20):
        factories.a_finished_payment(customer=Customer.objects.get(pk=customer.pk))
    factories.some_days(customer, number=3, staff=User.objects.get(username="owner"))

    assert queries_of(office, page(customer)) == few


def test_a_subscription_is_compared_with_the_panel_on_request(office):
    subscription = factories.a_finished_payment().customer.subscription
    OutboxMessage.objects.all().delete()

    office.post(page(subscription, "sync"))
    office.post(page(subscription, "sync"))

    messages = OutboxMessage.objects.filter(topic="subscription.changed")
    assert [message.payload for message in messages] == [{"subscription_id": subscription.pk}] * 2


def test_a_subscription_page_never_shows_the_access_link(office):
    subscription = factories.a_finished_payment().customer.subscription

    assert subscription.access_url not in office.get(page(subscription)).content.decode()


def test_given_days_start_where_access_ends(db):
    customer = factories.a_finished_payment().customer
    before = Subscription.objects.get(customer=customer).expires_at

    given: dict[str, Any] = {"number": 2, "reason": "за терпение", "staff": owner(), "key": "k"}
    assert staff.give_days(customer_id=customer.pk, **given)
    assert not staff.give_days(customer_id=customer.pk, **given)

    entry = DayEntry.objects.get(kind="manual")
    assert entry.starts_at == before
    assert Subscription.objects.get(customer=customer).expires_at == entry.ends_at
