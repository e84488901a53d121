"""The page of a payment provider: addresses, keys that are never shown, what an examination found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from integrations import skew
from integrations.callbacks import RawCallback
from integrations.clock import wall_clock
from integrations.models import InboundCallback
from integrations.sandbox.core.server import SandboxServer
from integrations.services import inbox
from payments.models import Incident, Payment, ProviderState
from payments.models.payment import new_reference
from payments.registry import forget_providers, get_provider
from payments.services import callbacks, provider_states
from payments.services.examination import examine
from payments.services.provider_health import health_of, silence_of
from payments.services.self_test import is_self_test, run_self_test, self_test_reference
from project.callback_addresses import callback_addresses
from tests import factories
from tests.support.http_server import HttpServer, answer
from tests.support.office import (
    list_of,
    messages_of,
    owner,
    page,
    queries_of,
    signed_in,
    staff_member,
)

SEE = "payments.view_providerstate"


@pytest.fixture
def office(db) -> Client:
    return signed_in(owner())


@pytest.fixture
def sandbox(settings, db) -> Iterator[SandboxServer]:
    settings.SANDBOX = True
    with SandboxServer() as server:
        settings.CREDENTIALS = settings.CREDENTIALS | {"ONEPLAT_BASE_URL": f"{server.url}/oneplat"}
        forget_providers()
        yield server


@pytest.fixture
def door(settings, live_server) -> str:
    """Our own web server, as the public address."""
    settings.PUBLIC_URL = live_server.url
    return str(live_server.url)


def a_state() -> ProviderState:
    return provider_states.state_of("oneplat")


def calls_every(pause: timedelta, *, count: int, last: timedelta) -> None:
    for number in range(count):
        body = f"{last} {number}".encode()
        pk = inbox.store_callback(source="oneplat", raw=RawCallback(body=body, headers={}))
        at = wall_clock() - last - pause * number
        InboundCallback.objects.filter(pk=pk).update(received_at=at, last_delivery_at=at)


def test_every_provider_that_is_on_has_a_line(office, settings):
    settings.PAYMENT_PROVIDERS = ["oneplat", "cryptobot"]
    ProviderState.objects.create(slug="switched_off")
    shown = office.get(list_of(ProviderState))
    assert [row.slug for row in shown.context["cl"].result_list] == ["oneplat", "cryptobot"]
    assert "ключей нет" in shown.content.decode()


def test_the_page_has_addresses_and_no_secret(office, settings):
    settings.PUBLIC_URL = "https://shop.example.com"
    shown = office.get(page(a_state())).content.decode()
    assert 'data-copy="https://shop.example.com/payments/callbacks/oneplat"' in shown
    assert "https://shop.example.com/1plat-webhook" in shown
    assert "ONEPLAT_SHOP_SECRET" in shown
    assert settings.CREDENTIALS["ONEPLAT_SHOP_SECRET"] not in shown


def test_no_address_is_shown_where_nobody_calls_one(office, settings):
    settings.PAYMENT_PROVIDERS = ["oneplat", "tgstars", "banktransfer"]
    assert callback_addresses(get_provider("tgstars")) == []
    assert callback_addresses(get_provider("banktransfer")) == []
    shown = office.get(page(ProviderState.objects.create(slug="tgstars"))).content.decode()
    assert "data-copy" not in shown
    assert "не вызывает нас по адресу" in shown


def test_refusals_are_counted_by_reason(office):
    for number in range(3):
        inbox.store_refused(
            source="oneplat",
            raw=RawCallback(body=f"{number}".encode(), headers={}),
            verdict=InboundCallback.Verdict.REJECTED,
            reason="signature" if number else "address",
        )
    health = health_of(get_provider("oneplat"))
    assert health.refusals == [("signature", 2), ("address", 1)]
    assert "signature" in office.get(page(a_state())).content.decode()


@pytest.mark.parametrize(
    ("count", "last", "expected"),
    [(5, 999, False), (40, 10, False), (40, 50, True)],
)
def test_silence_is_measured_by_what_is_usual(db, count, last, expected):
    """A call every ten minutes; few calls teach nothing."""
    calls_every(timedelta(minutes=10), count=count, last=timedelta(minutes=last))
    silence = silence_of("oneplat")
    assert silence.is_long is expected
    assert (silence.usual is None) is (count == 5)


def test_the_poller_and_its_back_off_are_seen(office):
    state = a_state()
    assert "ещё не спрашивали" in office.get(page(state)).content.decode()
    provider_states.gave_no_answer("oneplat", ConnectionError("1Plat did not answer"))
    shown = office.get(page(state)).content.decode()
    assert "не отвечает (1)" in shown
    assert "1Plat did not answer" in shown


@pytest.mark.django_db(transaction=True)
class TestExamination:
    def test_it_asks_the_provider_and_knocks_at_our_own_door(self, sandbox, door, office):
        state = a_state()
        response = office.post(page(state, "examine"), follow=True)
        assert "Проверено" in messages_of(response)
        state.refresh_from_db()
        found = state.examination
        assert found["account"]["ok"]
        assert abs(found["skew"]) < 5
        assert found["limits"]
        test = found["self_test"]
        assert (test["passed"], test["signed"], test["status"]) == (True, True, 200)
        assert (test["address"], test["outside"]) == ("127.0.0.1", False)
        shown = response.content.decode()
        assert "ключи верны" in shown
        assert "TRUSTED_PROXIES" in shown

    def test_the_self_test_moves_nothing_and_bothers_nobody(self, sandbox, door):
        payment = factories.a_payment()
        assert run_self_test(get_provider("oneplat")).passed
        call = InboundCallback.objects.get()
        InboundCallback.objects.update(received_at=wall_clock() - timedelta(hours=1))
        callbacks.drain_callbacks()
        call.refresh_from_db()
        assert (call.status, call.outcome) == (InboundCallback.Status.APPLIED, "nothing to do")
        assert Incident.objects.count() == 0
        assert health_of(get_provider("oneplat")).accepted is None
        payment.refresh_from_db()
        assert payment.status == Payment.Status.PENDING

    def test_without_a_signature_of_ours_a_refusal_is_the_right_answer(self, door, settings):
        settings.PAYMENT_PROVIDERS = ["yookassa"]
        settings.CREDENTIALS = settings.CREDENTIALS | {
            "YUKASSA_SHOP_ID": "1",
            "YUKASSA_SECRET_KEY": "test_x",
        }
        forget_providers()
        test = run_self_test(get_provider("yookassa"))
        assert (test.signed, test.passed, test.answer.status) == (False, True, 403)
        assert (test.address, test.verdict) == ("127.0.0.1", "address")

    def test_a_door_nobody_answers_fails_the_self_test(self, sandbox, settings):
        settings.PUBLIC_URL = "http://127.0.0.1:9"
        test = run_self_test(get_provider("oneplat"))
        assert (test.passed, test.answer.status, test.answer.error) == (
            False,
            None,
            "ConnectionError",
        )

    def test_wrong_keys_are_said_so(self, sandbox, door, settings, office):
        settings.CREDENTIALS = settings.CREDENTIALS | {
            "ONEPLAT_SHOP_SECRET": "stale-secret-of-ours"
        }
        with HttpServer() as server:
            server.otherwise = answer(401, {"error": "wrong merchant secret"})
            settings.CREDENTIALS = settings.CREDENTIALS | {"ONEPLAT_BASE_URL": server.url}
            forget_providers()
            examine(get_provider("oneplat"))
        shown = office.get(page(a_state())).content.decode()
        assert "ключи не подошли" in shown
        assert "stale-secret-of-ours" not in shown

    def test_a_clock_that_is_off_is_a_warning(self, db, settings, office):
        with HttpServer() as server:
            date = "Sun, 22 Nov 2026 00:00:00 GMT"
            server.otherwise = answer(200, {"name": "shop"}, headers={"Date": date})
            settings.CREDENTIALS = settings.CREDENTIALS | {"ONEPLAT_BASE_URL": server.url}
            settings.PUBLIC_URL = "http://127.0.0.1:9"
            forget_providers()
            examine(get_provider("oneplat"))
        assert abs(a_state().examination["skew"]) > skew.LARGEST
        assert "Часы расходятся" in office.get(page(a_state())).content.decode()


def test_a_test_payment_exists_in_the_sandbox_only(sandbox, office, settings):
    customer = factories.a_customer()
    factories.a_plan()
    state = a_state()
    response = office.post(page(state, "try_paying"))
    payment = Payment.objects.get()
    assert (payment.customer, response.url) == (customer, payment.pay_url)
    settings.SANDBOX = False
    assert "Пробная оплата" not in office.get(page(state)).content.decode()
    assert office.post(page(state, "try_paying")).status_code == 403


def test_looking_is_not_examining(db):
    client = signed_in(staff_member(SEE))
    state = a_state()
    assert "Проверить сейчас</button>" not in client.get(page(state)).content.decode()
    assert client.post(page(state, "examine")).status_code == 403
    assert signed_in(staff_member(name="boris")).get(page(state)).status_code == 403


def test_pages_take_a_fixed_number_of_queries(office):
    state = a_state()
    calls_every(timedelta(minutes=5), count=1, last=timedelta(0))
    few = queries_of(office, page(state)), queries_of(office, list_of(ProviderState))
    calls_every(timedelta(minutes=5), count=30, last=timedelta(minutes=1))
    assert queries_of(office, page(state)) <= few[0]
    assert queries_of(office, list_of(ProviderState)) <= few[1]


def test_a_self_tests_number_is_none_that_an_order_can_have():
    assert is_self_test(self_test_reference())
    assert not any(is_self_test(new_reference()) for _try in range(1000))
