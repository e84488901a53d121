"""The office's view of charging without the customer, and of held money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry

from payments.models import AutoRenewal, Payment, ProviderSubscription, SavedMethod
from payments.provider import EventKind, MethodKept
from payments.providers.yookassa.adapter import Provider
from payments.registry import forget_providers
from payments.services import holds
from tests import factories
from tests.payments.events import event, send
from tests.support.office import list_of, messages_of, page, queries_of, signed_in, staff_member

TOKEN = "token-nobody-may-see"
SEES = (
    "payments.view_autorenewal",
    "payments.view_savedmethod",
    "payments.view_providersubscription",
    "payments.view_customer",
    "payments.view_payment",
)


@pytest.fixture
def renewal(db) -> AutoRenewal:
    payment = factories.a_payment(provider="yookassa", save_method=True)
    send(payment, EventKind.PAID, method_kept=MethodKept(token=TOKEN, title="Visa ·· 4242"))
    return AutoRenewal.objects.get()


@pytest.fixture
def running(renewal) -> ProviderSubscription:
    return ProviderSubscription.objects.create(
        provider="cloudpayments",
        external_id="sc_1",
        customer=renewal.customer,
        plan=renewal.plan,
        amount=199,
        currency="RUB",
    )


def test_no_page_shows_the_token(office, renewal, running):
    pages = [
        *[list_of(model) for model in (AutoRenewal, SavedMethod, ProviderSubscription)],
        *[page(row) for row in (renewal, renewal.method, running, renewal.customer)],
        page(renewal.customer.payments.get()),
    ]
    for address in pages:
        response = office.get(address)
        assert response.status_code == 200, address
        assert TOKEN not in response.content.decode(), address


def test_a_renewal_tells_what_was_agreed(office, renewal):
    text = office.get(page(renewal)).content.decode()
    assert "Visa ·· 4242" in text
    assert "199" in text
    assert "включено" in text
    assert "Автопродление" in office.get(page(renewal.customer)).content.decode()


def test_staff_switch_it_off_with_a_reason(office, renewal, running):
    asked = office.get(page(renewal, "stop"))
    assert "больше ничего не спишем" in asked.content.decode()
    assert not office.post(page(renewal, "stop"), {"reason": "нет"}).context["form"].is_valid()
    response = office.post(page(renewal, "stop"), {"reason": "просьба клиента"}, follow=True)
    renewal.refresh_from_db()
    running.refresh_from_db()
    assert (renewal.is_on, running.status) == (False, "canceled")
    assert "выключил сотрудник: просьба клиента" in response.content.decode()
    assert "просьба клиента" in LogEntry.objects.get().get_change_message()
    again = office.post(page(renewal, "stop"), {"reason": "просьба клиента"}, follow=True)
    assert "Уже выключено" in messages_of(again)


def test_the_button_is_for_those_who_may_press_it(renewal):
    reader = signed_in(staff_member(*SEES))
    assert "/stop/" not in reader.get(page(renewal)).content.decode()
    assert "/stop/" not in reader.get(page(renewal.customer)).content.decode()
    assert reader.post(page(renewal, "stop"), {"reason": "просто так"}).status_code == 403
    may = signed_in(staff_member(*SEES, "payments.stop_renewal", name="petr"))
    assert "/stop/" in may.get(page(renewal)).content.decode()
    assert "/stop/" in may.get(page(renewal.customer)).content.decode()


def test_lists_take_the_same_queries_however_long(office, renewal):
    before = queries_of(office, list_of(AutoRenewal))
    for _ in range(3):
        payment = factories.a_payment(provider="yookassa", save_method=True)
        kept = MethodKept(token=f"{TOKEN}{payment.pk}", title="Visa ·· 1111")
        send(payment, EventKind.PAID, method_kept=kept)
    assert queries_of(office, list_of(AutoRenewal)) == before
    assert office.get(list_of(SavedMethod)).content.decode().count("Visa ·· 1111") >= 3


# --- held money


@pytest.fixture
def held(db, settings, monkeypatch) -> Payment:
    settings.PAYMENT_PROVIDERS = ["yookassa"]
    forget_providers()
    payment = factories.a_payment(provider="yookassa")
    send(payment, EventKind.PENDING, held=True, event_id="held")
    told = event(payment, EventKind.PENDING, held=True)
    monkeypatch.setattr(Provider, "fetch", lambda self, _id: told)
    monkeypatch.setattr(
        Provider,
        "capture",
        lambda self, _of, *, money: event(payment, EventKind.PAID, amount=f"{money.amount:f}"),
    )
    monkeypatch.setattr(Provider, "release", lambda self, _of: event(payment, EventKind.CANCELED))
    return payment


def test_a_held_payment_offers_both_ways(office, held):
    text = office.get(page(held)).content.decode()
    assert "деньги заморожены" in text
    assert "Списать" in text
    assert "Отменить заморозку" in text
    assert "Списать" not in office.get(page(factories.a_payment())).content.decode()


def test_staff_take_a_part_with_a_reason(office, held):
    form = {"amount": "150.00", "reason": "скидка по обращению"}
    response = office.post(page(held, "capture_hold"), form, follow=True)
    held.refresh_from_db()
    assert (held.status, held.amount) == (Payment.Status.PAID, Decimal("150.00"))
    assert "Готово" in messages_of(response)
    assert "скидка по обращению" in LogEntry.objects.get().get_change_message()


def test_staff_release_with_a_reason(office, held):
    office.post(page(held, "release_hold"), {"reason": "подозрительный платёж"})
    held.refresh_from_db()
    assert held.status == Payment.Status.CANCELED


def test_what_is_not_held_any_more_is_said_calmly(office, held):
    holds.release_hold(payment_id=held.pk)
    form = {"amount": "199.00", "reason": "проверено вручную"}
    response = office.post(page(held, "capture_hold"), form, follow=True)
    assert "уже нет" in messages_of(response)


def test_only_finance_may_settle_a_hold(held):
    reader = signed_in(staff_member("payments.view_payment"))
    assert "Отменить заморозку" not in reader.get(page(held)).content.decode()
    assert reader.post(page(held, "release_hold"), {"reason": "просто так"}).status_code == 403
