from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from integrations.clock import now
from integrations.models import InboundCallback, OutboxMessage
from payments.models import (
    Customer,
    DayEntry,
    Gift,
    MoneyEntry,
    Payment,
    Plan,
    PromoCode,
    PromoUse,
    Referral,
    Subscription,
)
from payments.services import gifts, promotions
from payments.services.customers import meet_customer
from tests import factories
from tests.support.office import list_of, queries_of, shown

MODELS = (
    Payment,
    Customer,
    Subscription,
    MoneyEntry,
    DayEntry,
    Referral,
    Plan,
    Gift,
    PromoCode,
    PromoUse,
    InboundCallback,
    OutboxMessage,
)


def a_full_life() -> None:
    """Rows in every list at once."""
    inviter = factories.a_customer()
    friend = meet_customer(
        telegram_id=factories.a_customer().payer_id + 10**6, invite_code=inviter.invite_code
    )
    factories.a_plan(code=f"p{friend.pk}")
    factories.a_payment_without_access(customer=friend)
    factories.a_payment_in_review()
    gifts.claim(token=factories.a_gift(customer=inviter).token, customer_id=friend.pk)
    use = factories.a_promo_use(customer=friend)
    promotions.enter(customer_id=inviter.pk, text=use.code.code)


def test_every_list_asks_the_same_number_of_queries_for_one_row_and_for_thirty(office):
    """All lists in one test: the thirty lives are most of its work."""
    a_full_life()
    few = {model.__name__: queries_of(office, list_of(model)) for model in MODELS}
    for _number in range(30):
        a_full_life()

    many = {model.__name__: queries_of(office, list_of(model)) for model in MODELS}
    assert many == few
    assert [model for model in MODELS if len(shown(office, model)) < 30] == []


def test_queues_hold_what_needs_a_person(office):
    made = {name: make() for name, make in factories.EVERY_STATE.items()}

    assert shown(office, Payment, "queue=no_access") == {made["paid"].pk, made["failing"].pk}
    assert shown(office, Payment, "queue=review") == {made["review"].pk}
    assert shown(office, Payment, "queue=open") == {made["created"].pk, made["pending"].pk}


def test_filters_by_state_and_provider_combine(office):
    paid = factories.a_paid_payment()
    factories.a_payment()

    assert shown(office, Payment, "status__exact=paid&provider=oneplat") == {paid.pk}
    assert shown(office, Payment, "provider=nobody") == set()


def test_every_state_is_a_word_with_a_sign(office):
    for make in factories.EVERY_STATE.values():
        make()

    text = office.get(list_of(Payment)).content.decode()

    for word in ("ждёт оплаты", "оплачен", "на проверке", "возвращён", "не прошёл", "истёк"):
        assert f"</span>{word}</span>" in text


def test_dates_lead_from_the_year_down_to_the_day(office):
    old = factories.a_payment(created_at=now() - timedelta(days=400))
    new = factories.a_payment()
    year, day = f"{localdate():%Y}", f"{localdate():%Y-%m-%d}"

    assert shown(office, Payment) == {old.pk, new.pk}
    assert shown(office, Payment, f"when={year}") == {new.pk}
    assert shown(office, Payment, f"when={day}") == {new.pk}
    page = office.get(list_of(Payment, f"when={day[:7]}")).content.decode()
    assert f"?when={day}" in page


@pytest.mark.parametrize("odd", ["2026-13", "x", "2026-11-22-01", "99999", "-", "2026-02-30"])
def test_a_date_that_is_none_is_ignored(office, odd):
    payment = factories.a_payment()

    assert shown(office, Payment, f"when={odd}") == {payment.pk}


def test_subscriptions_are_found_by_their_end(office):
    running = factories.a_finished_payment().customer.subscription
    ended = factories.a_paid_payment().customer.subscription
    Subscription.objects.filter(pk=ended.pk).update(expires_at=now() - timedelta(days=1))

    assert shown(office, Subscription, "state=active") == {running.pk}
    assert shown(office, Subscription, "state=ended") == {ended.pk}
    assert shown(office, Subscription, "state=behind") == {ended.pk}
    assert shown(office, Subscription, "state=soon") == set()


EDITED = (Plan, PromoCode)  # by staff, on their own pages


@pytest.mark.parametrize(
    "model", [one for one in MODELS if one not in EDITED], ids=lambda model: model.__name__
)
def test_what_services_write_nobody_writes_by_hand(office, model):
    a_full_life()
    row = model.objects.first()
    base = list_of(model)

    assert office.get(f"{base}add/").status_code == 403
    assert office.post(f"{base}{row.pk}/change/", {}).status_code == 403
    assert office.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


def test_names_from_outside_are_text_and_never_markup(office):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    customer = factories.a_customer(first_name=evil, username=evil[:60])
    payment = factories.a_paid_payment(customer=customer)
    rows = [payment, customer, customer.subscription]

    pages = [list_of(type(row)) for row in rows]
    pages += [f"{list_of(type(row))}{row.pk}/change/" for row in rows]
    pages.append(list_of(Payment, "q=%3Cscript%3Ealert(1)"))

    for address in pages:
        text = office.get(address).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
