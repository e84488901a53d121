"""The doctor compares what stands in a provider's cabinet with what has to stand there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from integrations.sandbox.core.server import SandboxServer
from payments.registry import forget_providers, get_provider
from project.doctor import providers
from project.doctor.entered import entered_addresses
from project.doctor.findings import Finding, Level
from tests.support.http_server import HttpServer, answer

FINE, WARNING, FAILED = Level.FINE, Level.WARNING, Level.FAILED
KINDS = {"check", "pay", "fail", "confirm", "refund", "cancel", "recurrent"}
OURS = "https://shop.example.com/payments/callbacks/cloudpayments"


def keys(base_url: str) -> dict[str, str]:
    return {
        "CLOUDPAYMENTS_PUBLIC_ID": "pk_site",
        "CLOUDPAYMENTS_API_SECRET": "secret-of-the-site",
        "CLOUDPAYMENTS_BASE_URL": base_url,
    }


@pytest.fixture
def shop(settings) -> Iterator[None]:
    settings.PUBLIC_URL = "https://shop.example.com"
    settings.PAYMENT_PROVIDERS = ["cloudpayments"]
    yield
    forget_providers()


@pytest.fixture
def site(shop, settings) -> Iterator[str]:
    """The simulated cabinet, everything right; its control address."""
    settings.SANDBOX = True
    settings.CREDENTIALS = settings.CREDENTIALS | keys("")
    with SandboxServer() as server:
        settings.CREDENTIALS = settings.CREDENTIALS | keys(f"{server.url}/cloudpayments")
        forget_providers()
        yield f"{server.url}/control/cloudpayments/options"


@pytest.fixture
def api(shop, settings) -> Iterator[HttpServer]:
    """Their API, which answers the same to every question."""
    with HttpServer() as server:
        settings.CREDENTIALS = settings.CREDENTIALS | keys(server.url)
        forget_providers()
        yield server


def cabinet(api: HttpServer, **changes: Any) -> None:
    model = {
        "IsEnabled": True,
        "Address": f"{OURS}/pay",
        "HttpMethod": "POST",
        "Encoding": "UTF8",
        "Format": "CloudPayments",
    }
    api.otherwise = answer(200, {"Success": True, "Message": None, "Model": model | changes})


def found() -> dict[str, Finding]:
    findings = entered_addresses(get_provider("cloudpayments"))
    return {finding.title.removeprefix("Entered address, "): finding for finding in findings}


def change(site: str, **options: Any) -> None:
    requests.post(site, json=options, timeout=10).raise_for_status()


def test_a_cabinet_with_our_addresses_is_fine(site):
    said = found()
    assert {kind: finding.detail for kind, finding in said.items()} == {
        kind: f"{OURS}/{kind}" for kind in KINDS
    }
    assert {finding.level for finding in said.values()} == {FINE}


def test_check_that_is_switched_off_is_broken(site):
    change(site, check=False)
    said = found()["check"]
    assert (said.level, said.detail) == (FAILED, "switched off there")
    assert said.hint == f"Switch it on in the cabinet, to {OURS}/check"


def test_another_address_breaks_what_money_hangs_on_and_worries_about_the_rest(site):
    change(site, callback_url="https://old.example.com/cloudpayments")
    said = found()
    assert (said["pay"].level, said["pay"].detail, said["pay"].hint) == (
        FAILED,
        "is https://old.example.com/cloudpayments/pay",
        f"Enter {OURS}/pay in the cabinet.",
    )
    assert {kind for kind in KINDS if said[kind].level is FAILED} == {"check", "pay"}
    assert {kind for kind in KINDS if said[kind].level is FINE} == set()


def test_one_address_for_all_types_is_right_for_one_of_them(api):
    cabinet(api)
    assert {kind for kind, finding in found().items() if finding.level is FINE} == {"pay"}
    assert len(api.received) == len(KINDS)
    assert {one.path for one in api.received} >= {"/site/notifications/Pay/get"}


@pytest.mark.parametrize(
    ("address", "level"),
    [
        (" https://SHOP.example.com:443/payments/callbacks/cloudpayments/pay ", FINE),
        (f"{OURS}/pay/", FAILED),
        (f"{OURS}/pay?a=1", FAILED),
        ("http://shop.example.com/payments/callbacks/cloudpayments/pay", FAILED),
        ("https://[shop/pay", FAILED),
        ("", FAILED),
        (None, FAILED),
    ],
)
def test_addresses_are_compared_as_a_program_would_call_them(api, address, level):
    cabinet(api, Address=address)
    assert found()["pay"].level is level


def test_a_cyrillic_domain_is_its_punycode(api, settings):
    settings.PUBLIC_URL = "https://xn--80aswg.xn--p1ai"
    cabinet(api, Address="https://сайт.рф/payments/callbacks/cloudpayments/pay")
    assert found()["pay"].level is FINE


def test_a_form_that_is_not_read_is_broken(api):
    cabinet(api, HttpMethod="GET")
    said = found()["pay"]
    assert (said.level, said.detail) == (FAILED, "sent by GET, not by POST")
    assert "POST" in said.hint


def test_a_refusal_is_not_known_and_the_others_are_asked(api):
    api.otherwise = answer(200, {"Success": False, "Message": "Not found", "Model": None})
    said = found()
    assert set(said) == KINDS
    assert {finding.level for finding in said.values()} == {WARNING}
    assert said["check"].detail.startswith("not known: ")


def test_silence_ends_the_questions(api):
    api.otherwise = answer(502)
    (said,) = found().values()
    assert said.level is WARNING
    assert said.detail.startswith("not known: ")


@pytest.mark.django_db
def test_wrong_keys_are_told_once(api):
    api.otherwise = answer(401)
    (section,) = providers(calls=False)
    assert [one.level for one in section.findings if one.title == "Account"] == [FAILED]
    assert not [one for one in section.findings if one.title.startswith("Entered")]
