"""Subscriptions a provider charges by itself: begun once, each charge a payment once, ended at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import ServiceUnreachable
from integrations.models import InboundCallback
from payments.abilities import SubscriptionFacts
from payments.models import AutoRenewal, Payment, ProviderSubscription
from payments.money import Money
from payments.provider import EventKind, MethodKept, ProviderEvent, Trust, Verdict
from payments.providers.cloudpayments.adapter import Provider
from payments.registry import forget_providers
from payments.services import inbound, provider_subscriptions
from payments.services.callbacks import answer_check
from payments.services.renewal_runs import renew_due
from payments.services.renewals import Reason
from tests import factories
from tests.payments.events import send
from tests.payments.renewals.conftest import days, told

pytestmark = pytest.mark.django_db
Status = ProviderSubscription.Status
PRICE = Money(Decimal("199.00"), "RUB")
NAME = "sc_1"


@pytest.fixture(autouse=True)
def _switched_on(settings, clock):
    settings.PAYMENT_PROVIDERS = ["cloudpayments"]
    settings.RENEWALS_BY_PROVIDER = ["cloudpayments"]
    settings.CREDENTIALS = {
        "CLOUDPAYMENTS_PUBLIC_ID": "pk",
        "CLOUDPAYMENTS_API_SECRET": "secret",
        "CLOUDPAYMENTS_BASE_URL": "http://127.0.0.1:9",
    }
    forget_providers()


@pytest.fixture
def renewal() -> AutoRenewal:
    payment = factories.a_payment(provider="cloudpayments", save_method=True)
    send(payment, EventKind.PAID, method_kept=MethodKept(token="tk_1", title="Visa ·· 4242"))
    return AutoRenewal.objects.get()


class Service:
    """The provider's subscriptions."""

    def __init__(self) -> None:
        self.rows: list[SubscriptionFacts] = []
        self.cancelled: list[str] = []
        self.is_lost = False
        self.starts_at: datetime | None = None

    def create(self, _provider: Provider, **asked: Any) -> SubscriptionFacts:
        facts = SubscriptionFacts(
            external_id=f"sc_{len(self.rows) + 1}",
            status="active",
            money=asked["money"],
            payer_id=str(asked["payer_id"]),
        )
        self.rows.append(facts)
        self.starts_at = asked["starts_at"]
        if self.is_lost:
            self.is_lost = False
            raise ServiceUnreachable("no answer", service="x")
        return facts

    def cancel(self, _provider: Provider, name: str) -> None:
        self.cancelled.append(name)
        self.rows = [
            replace(one, status="canceled") if one.external_id == name else one for one in self.rows
        ]

    def find(self, _provider: Provider, name: str) -> SubscriptionFacts:
        return next(one for one in self.rows if one.external_id == name)


@pytest.fixture
def service(monkeypatch) -> Service:
    found = Service()
    monkeypatch.setattr(Provider, "create_subscription", lambda self, **k: found.create(self, **k))
    monkeypatch.setattr(Provider, "cancel_subscription", lambda self, n: found.cancel(self, n))
    monkeypatch.setattr(Provider, "find_subscription", lambda self, n: found.find(self, n))
    monkeypatch.setattr(Provider, "find_subscriptions", lambda self, *, payer_id: found.rows)
    return found


@pytest.fixture
def running(renewal, service) -> ProviderSubscription:
    provider_subscriptions.begin(renewal_id=renewal.pk)
    return ProviderSubscription.objects.get()


def charged(number: str = "700", **fields: Any) -> ProviderEvent:
    defaults: dict[str, Any] = {
        "kind": EventKind.PAID,
        "trust": Trust.SIGNED,
        "event_id": f"{number}:Completed",
        "external_id": f"transaction-{number}",
        "money": PRICE,
        "operation": number,
        "subscription": NAME,
    }
    return ProviderEvent(**(defaults | fields))


def arrives(*events: ProviderEvent) -> str:
    """What became of a call that says this."""
    row = factories.a_call()
    InboundCallback.objects.filter(pk=row.pk).update(source="cloudpayments")
    row.refresh_from_db()
    call = inbound.look_up(row, list(events))
    inbound.lock_customers_of([call])
    inbound.apply_call(call)
    row.refresh_from_db()
    return row.status


def test_the_provider_takes_over_the_charging(renewal, service, running):
    renewal.refresh_from_db()
    assert (renewal.is_on, renewal.disabled_reason) == (False, Reason.HANDED_OVER.value)
    assert (running.external_id, running.status, running.amount) == (NAME, "active", PRICE.amount)
    assert told("renewal.off") == 0
    end = renewal.customer.subscription.expires_at
    assert service.starts_at == end - timedelta(hours=24)


def test_it_begins_once_whatever_happens_to_the_answer(renewal, service):
    service.is_lost = True
    with pytest.raises(ServiceUnreachable):
        provider_subscriptions.begin(renewal_id=renewal.pk)
    for _ in range(2):
        provider_subscriptions.begin(renewal_id=renewal.pk)
    assert (len(service.rows), ProviderSubscription.objects.count()) == (1, 1)


def test_it_does_not_begin_where_the_owner_does_not_want_it(settings, renewal, service):
    settings.RENEWALS_BY_PROVIDER = []
    provider_subscriptions.begin(renewal_id=renewal.pk)
    assert service.rows == []
    renewal.refresh_from_db()
    assert renewal.is_on


def test_switched_off_while_the_provider_was_asked_it_is_cancelled_again(
    renewal, service, monkeypatch
):
    def create(_self: Provider, **asked: Any) -> SubscriptionFacts:
        provider_subscriptions.stop_renewing(
            customer_id=renewal.customer_id, reason=Reason.CUSTOMER
        )
        made: SubscriptionFacts = service.create(_self, **asked)
        return made

    monkeypatch.setattr(Provider, "create_subscription", create)
    provider_subscriptions.begin(renewal_id=renewal.pk)
    running = ProviderSubscription.objects.get()
    assert (running.status, told("subscription.cancel")) == (Status.CANCELED, 1)


def test_each_charge_extends_the_term_once(renewal, running):
    for number in ("700", "701", "700", "701"):
        arrives(charged(number))
    assert days(renewal) == 90
    keys = Payment.objects.exclude(renewal_key=None).values_list("renewal_key", flat=True)
    assert sorted(map(str, keys)) == [f"charge:{running.pk}:700", f"charge:{running.pk}:701"]


def test_we_do_not_charge_besides(renewal, running, bank, clock):
    clock.forward(days=29, minutes=5)
    renew_due()
    assert bank.asked == []


def test_a_charge_under_the_first_orders_number_is_a_payment_of_its_own(renewal, running):
    first = renewal.customer.payments.get()
    named = {"reference": first.reference, "external_id": first.external_id}
    arrives(charged("700", **named))
    arrives(charged("701", **named))
    assert days(renewal) == 90
    first.refresh_from_db()
    assert first.events.filter(outcome="review").count() == 0


def test_the_first_charge_may_pay_the_order_itself(running):
    order = factories.a_payment(provider="cloudpayments", customer=running.customer)
    named = {"reference": order.reference, "external_id": order.external_id}
    for _ in range(2):
        arrives(charged("702", **named))
    order.refresh_from_db()
    assert order.status == Payment.Status.PAID
    assert not Payment.objects.filter(renewal_key__startswith="charge:").exists()


def test_another_sum_is_for_a_person(renewal, running):
    arrives(charged(money=Money(Decimal("99.00"), "RUB")))
    assert Payment.objects.latest("pk").status == Payment.Status.REVIEW
    assert days(renewal) == 30


def test_a_refund_of_one_charge_finds_its_payment(renewal, running):
    arrives(charged())
    back = charged(kind=EventKind.REFUNDED, event_id="900:Refunded", operation="900")
    arrives(back)
    assert Payment.objects.latest("pk").status == Payment.Status.REFUNDED


def test_an_unknown_subscription_stays_the_unknown_payers_case(renewal, running):
    assert arrives(charged(subscription="sc_stranger")) == InboundCallback.Status.WAITING
    assert days(renewal) == 30


def test_a_declined_attempt_is_nobodys_payment(renewal, running):
    failed = charged(kind=EventKind.PENDING, event_id="700:Declined")
    assert arrives(failed) == InboundCallback.Status.APPLIED
    assert Payment.objects.count() == 1


def news(status: str) -> ProviderEvent:
    return ProviderEvent(
        kind=EventKind.UNKNOWN,
        trust=Trust.SIGNED,
        event_id=f"{NAME}:{status}",
        subscription=NAME,
        subscription_status=status,
    )


def test_its_status_is_followed_and_what_ended_stays_ended(running):
    seen = []
    for status in ("past_due", "active", "past_due", "ended", "active"):
        arrives(news(status))
        running.refresh_from_db()
        seen.append(running.status)
    assert seen == ["past_due", "active", "past_due", "ended", "ended"]
    assert (told("subscription.past_due"), told("subscription.stopped")) == (2, 1)


def test_news_of_a_strangers_subscription_change_nothing(running):
    assert arrives(replace(news("ended"), subscription="sc_x")) == InboundCallback.Status.APPLIED
    running.refresh_from_db()
    assert running.status == Status.ACTIVE


def test_off_in_one_tap_and_the_provider_learns_of_it_once(service, running):
    stop = {"customer_id": running.customer_id, "reason": Reason.CUSTOMER}
    assert provider_subscriptions.stop_renewing(**stop)
    assert not provider_subscriptions.stop_renewing(**stop)
    running.refresh_from_db()
    assert running.status == Status.CANCELED
    for _ in range(2):
        provider_subscriptions.cancel_at_provider(subscription_id=running.pk)
    assert service.cancelled == [NAME]


@pytest.mark.parametrize(
    ("changes", "status", "verdict"),
    [
        ({}, Status.ACTIVE, Verdict.ACCEPT),
        ({}, Status.PAST_DUE, Verdict.ACCEPT),
        ({}, Status.CANCELED, Verdict.NOT_PAYABLE),
        ({"money": Money(Decimal(1), "RUB")}, Status.ACTIVE, Verdict.WRONG_AMOUNT),
        ({"subscription": "sc_x"}, Status.ACTIVE, Verdict.UNKNOWN_PAYMENT),
        ({"subscription": ""}, Status.ACTIVE, Verdict.UNKNOWN_PAYMENT),
    ],
)
def test_a_question_before_its_charge_is_answered(running, changes, status, verdict):
    ProviderSubscription.objects.update(status=status)
    event = charged(kind=EventKind.CHECK, **changes)
    assert answer_check(provider="cloudpayments", event=event) is verdict


def test_a_held_sum_may_not_be_charged_a_second_time(renewal):
    payment = factories.a_payment(provider="cloudpayments")
    asked = charged(
        kind=EventKind.CHECK,
        subscription="",
        reference=payment.reference,
        external_id=payment.external_id,
    )
    assert answer_check(provider="cloudpayments", event=asked) is Verdict.ACCEPT
    send(payment, EventKind.PENDING, held=True)
    assert answer_check(provider="cloudpayments", event=asked) is Verdict.NOT_PAYABLE
