"""Every list, form and card of the back office, for every ready role: opened or refused, never broken."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import RequestFactory
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from bot.models import Notice, Recipient
from integrations.clock import now
from integrations.models import Alert, Bounce, Brand, MailPause, Suppression
from payments.models import (
    AutoRenewal,
    DayEntry,
    MoneyEntry,
    Payment,
    ProviderState,
    ProviderSubscription,
    ReconciliationRun,
    Referral,
    Refund,
    Reminder,
    SavedMethod,
    Statement,
)
from payments.services.pay_pages import new_page
from project.roles import ROLES, ensure_roles
from tests import factories
from tests.bot.mailings.rows import a_mailing, agreed
from tests.partners.office_rows import one_of_everything
from tests.support.office import list_of, page, signed_in, staff_member

OPENED, REFUSED = 200, 403


@pytest.fixture
def a_row_of_everything(db) -> User:
    """One row at least of all that is registered; the owner who can see the rest."""
    ensure_roles()
    boss = User.objects.create_superuser("boss")
    payment = factories.a_finished_payment()
    factories.a_refunded_payment()
    factories.a_payment_in_review()
    factories.a_gift()
    factories.a_promo_use()
    factories.a_call()
    factories.a_reaction(payment)
    factories.some_days(factories.a_customer(), number=1, staff=boss)
    customer = payment.customer
    Notice.objects.create(key="n", topic="problem", title="Исключение", text="Исключение")
    Alert.objects.create(name="ProcessSilent", subject="bot", severity="critical", state="firing")
    agreed(1)
    Recipient.objects.create(mailing=a_mailing(), address="1", customer=customer)
    payment.bot_messages.create(key="m", kind="access", chat_id=1, customer=customer)
    Referral.objects.create(inviter=customer, friend=factories.a_customer())
    Refund.objects.create(payment=payment, origin="customer", amount=10, currency="RUB")
    new_page(customer_id=customer.pk, plan_id=payment.plan_id)
    saved = SavedMethod.objects.create(
        customer=customer, provider="yookassa", token="t", title="Visa ·· 4242"
    )
    price = {"plan": payment.plan, "amount": 200, "currency": "RUB"}
    AutoRenewal.objects.create(customer=customer, method=saved, **price)
    ProviderSubscription.objects.create(
        customer=customer, provider="cloudpayments", external_id="sc_1", **price
    )
    term = customer.subscription
    Reminder.objects.create(subscription=term, ends_at=term.expires_at, kind="d3")
    ProviderState.objects.create(slug="oneplat")
    ReconciliationRun.objects.create(subject="oneplat", since=now(), until=now())
    Statement.objects.create(provider="oneplat", name="a.csv", uploaded_by=boss, sha256="0" * 64)
    TOTPDevice.objects.create(user=staff_member(name="vera"), name="phone", confirmed=True)
    Suppression.objects.create(address="anna@example.test", reason="staff")
    Bounce.objects.create(report_id="r", address="anna@example.test", action="failed")
    MailPause.objects.create(scope="all", why="limit", until=now())
    Brand.objects.create(pk=1, name="Проводник")
    one_of_everything(boss)
    return boss


def in_role(name: str) -> User:
    user = staff_member(name="in a role")
    user.groups.add(Group.objects.get(name=name))
    return user


def expected(user: User, model, what: str) -> int:
    request = RequestFactory().get("/")
    request.user = user
    office = admin.site._registry[model]
    may = office.has_add_permission if what == "add" else office.has_view_or_change_permission
    return OPENED if may(request) else REFUSED


def add_page(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


@pytest.mark.parametrize("role", [*ROLES, "superuser"])
def test_every_page_opens_or_refuses(a_row_of_everything, role):
    user = a_row_of_everything if role == "superuser" else in_role(role)
    client = signed_in(user)
    client.raise_request_exception = False
    wrong, seen = [], 0

    for model in admin.site._registry:
        addresses = [(list_of(model), "view"), (add_page(model), "add")]
        row = model._default_manager.first()
        if row is not None:
            addresses += [(page(row), "view"), (page(row, "history"), "view")]
        for address, what in addresses:
            status = client.get(address).status_code
            seen += status == OPENED
            if status != expected(user, model, what):
                wrong.append((address, status))

    assert wrong == []
    assert seen > len(ROLES)


def test_there_is_a_row_of_nearly_everything(a_row_of_everything):
    empty = [
        model.__name__ for model in admin.site._registry if not model._default_manager.exists()
    ]
    assert empty == ["AccessAttempt"]
    assert DayEntry.objects.exists()
    assert MoneyEntry.objects.exists()
    assert Payment.objects.count() > 2
