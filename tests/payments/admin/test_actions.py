from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from integrations.errors import ServiceUnreachable
from integrations.models import InboundCallback, OutboxMessage
from payments.models import DayEntry, MoneyEntry, Payment
from payments.provider import EventKind, ProviderEvent, Trust
from payments.providers.oneplat.adapter import Provider
from tests import factories
from tests.support.office import PASSWORD, messages_of, owner, page, signed_in, staff_member


@pytest.fixture
def provider_says(monkeypatch):
    """What the provider's API answers when it is asked."""

    def say(answer):
        def fetch(self, external_id):
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(Provider, "fetch", fetch)

    return say


def paid(payment: Payment) -> ProviderEvent:
    return ProviderEvent(
        kind=EventKind.PAID,
        trust=Trust.SIGNED,
        event_id=f"{payment.external_id}:2",
        reference=payment.reference,
        external_id=payment.external_id,
        money=payment.money,
    )


def test_a_check_settles_a_payment_whose_call_was_lost(office, provider_says):
    payment = factories.a_payment()
    provider_says(paid(payment))

    response = office.post(page(payment, "check"), follow=True)

    payment.refresh_from_db()
    assert payment.status == Payment.Status.PAID
    assert "ждёт оплаты → оплачен" in messages_of(response)
    assert payment.events.get().origin == "staff"
    assert LogEntry.objects.get().object_id == str(payment.pk)


def test_a_silent_provider_is_reported_calmly(office, provider_says):
    payment = factories.a_payment()
    provider_says(ServiceUnreachable("1Plat does not answer", service="1Plat"))

    response = office.post(page(payment, "check"), follow=True)

    assert response.status_code == 200
    assert "не ответила" in messages_of(response)
    assert Payment.objects.get(pk=payment.pk).status == Payment.Status.PENDING


def test_an_answer_about_another_order_changes_nothing(office, provider_says):
    payment = factories.a_payment()
    provider_says(paid(factories.a_payment(external_id=f"{payment.external_id}x")))

    response = office.post(page(payment, "check"), follow=True)

    assert "о другом заказе" in messages_of(response)
    assert not MoneyEntry.objects.filter(credit="revenue").exists()


def test_an_invoice_that_was_never_opened_cannot_be_asked_about(office):
    response = office.post(page(factories.a_new_payment(), "check"), follow=True)

    assert "спросить не о чем" in messages_of(response)


def test_access_is_given_with_a_reason_after_a_page_that_says_what_happens(office):
    payment = factories.a_payment_in_review()
    asked = office.get(page(payment, "give_access"))
    assert any("Доступ продлится" in effect for effect in asked.context["effects"])

    office.post(page(payment, "give_access"), {"reason": "доплатил рубль переводом"})

    entry = DayEntry.objects.get(payment=payment)
    assert (entry.kind, entry.reason) == ("manual", "доплатил рубль переводом")
    assert str(entry.granted_by) == "owner"
    assert not MoneyEntry.objects.filter(credit="revenue").exists()
    assert "доплатил рубль" in LogEntry.objects.get().get_change_message()


@pytest.mark.parametrize("reason", ["", "  ", "ок"])
def test_access_is_not_given_without_a_reason(office, reason):
    payment = factories.a_payment_in_review()

    response = office.post(page(payment, "give_access"), {"reason": reason})

    assert response.context["form"].errors
    assert DayEntry.objects.count() == 0


def test_days_already_given_are_not_given_again(office):
    payment = factories.a_payment_without_access()
    asked = office.get(page(payment, "give_access"))
    assert any("уже начислены" in effect for effect in asked.context["effects"])

    office.post(page(payment, "give_access"), {"reason": "панель ожила"})

    assert DayEntry.objects.filter(payment=payment).count() == 1
    assert OutboxMessage.objects.filter(topic="access.ordered").count() == 1


def test_repeating_a_case_wakes_its_calls_and_reactions(office):
    payment = factories.a_payment_without_access()
    factories.a_call(payment, status=InboundCallback.Status.DEAD)

    response = office.post(page(payment, "repeat"), follow=True)

    assert "вызовов – 2" in messages_of(response)
    calls = InboundCallback.objects.filter(case=payment.case)
    assert {call.status for call in calls} == {InboundCallback.Status.RECEIVED}


def test_a_case_with_nothing_to_repeat_says_so(office):
    response = office.post(page(factories.a_payment(), "repeat"), follow=True)

    assert "Повторять нечего" in messages_of(response)


@pytest.mark.parametrize("name", ["check", "repeat"])
def test_actions_are_no_links(office, name):
    assert office.get(page(factories.a_payment(), name)).status_code == 405


@pytest.mark.parametrize("name", ["check", "give_access", "repeat"])
def test_each_action_needs_its_own_right(db, name):
    client = signed_in(staff_member("payments.view_payment"))

    response = client.post(page(factories.a_payment(), name), {"reason": "очень нужно"})

    assert response.status_code == 403
    assert DayEntry.objects.count() == 0


@pytest.mark.parametrize("name", ["check", "give_access", "repeat"])
def test_actions_are_safe_from_other_sites(db, name):
    owner()
    client = Client(enforce_csrf_checks=True)
    client.login(username="owner", password=PASSWORD)

    response = client.post(page(factories.a_payment(), name), {"reason": "очень нужно"})

    assert response.status_code == 403
