"""The doctor on keys that are set and should be others, and on calls refused because of one."""

from __future__ import annotations

import pytest

from integrations.callbacks import RawCallback
from integrations.models import InboundCallback
from integrations.services import inbox
from integrations.tilda import client as tilda_client
from payments.registry import forget_providers
from project.doctor.findings import Finding, Level
from project.doctor.providers import providers
from project.doctor.refusals import ADVICE, advice
from project.doctor.sources import sources
from project.doctor.tilda import tilda
from tests.support.http_server import HttpServer, answer

NOWHERE = "http://127.0.0.1:9"
CLOUD = {"CLOUDPAYMENTS_PUBLIC_ID": "pk_1", "CLOUDPAYMENTS_API_SECRET": "secret"}


def titled(findings: list[Finding], title: str) -> Finding | None:
    return next((finding for finding in findings if finding.title == title), None)


def provider(
    settings, slug: str, credentials: dict[str, str] | None = None, *, calls: bool = False
) -> list[Finding]:
    settings.PAYMENT_PROVIDERS = [slug]
    settings.CREDENTIALS = settings.CREDENTIALS if credentials is None else credentials
    forget_providers()
    (section,) = providers(calls=calls)
    return section.findings


@pytest.mark.parametrize(
    ("slug", "credentials", "shown"),
    [
        (
            "yookassa",
            {"YUKASSA_SHOP_ID": "1", "YUKASSA_SECRET_KEY": "test_1", "YUKASSA_BASE_URL": NOWHERE},
            "test: YUKASSA_SECRET_KEY begins with test_",
        ),
        (
            "yookassa",
            {"YUKASSA_SHOP_ID": "1", "YUKASSA_SECRET_KEY": "live_1", "YUKASSA_BASE_URL": NOWHERE},
            None,
        ),
        (
            "cryptobot",
            {"CRYPTOBOT_TOKEN": "1:a", "CRYPTOBOT_API_URL": "http://testnet-pay.localhost:9"},
            "test: CRYPTOBOT_API_URL is the test network's",
        ),
        ("cryptobot", {"CRYPTOBOT_TOKEN": "1:a", "CRYPTOBOT_API_URL": NOWHERE}, None),
        ("cloudpayments", {**CLOUD, "CLOUDPAYMENTS_BASE_URL": NOWHERE}, None),
    ],
)
def test_a_shop_of_invented_money_is_told_of(settings, slug, credentials, shown):
    mode = titled(provider(settings, slug, credentials), "Mode")
    assert (mode.detail if mode else None) == shown
    settings.SANDBOX = True
    assert titled(provider(settings, slug, credentials), "Mode") is None


@pytest.mark.parametrize(("word", "is_test"), [("1", True), ("0", False)])
def test_the_last_call_tells_of_a_site_in_test_mode(settings, db, word, is_test):
    body = f"TransactionId=1&Amount=1.00&TestMode={word}".encode()
    inbox.store_callback(source="cloudpayments", raw=RawCallback(body=body, headers={}, kind="pay"))
    credentials = {**CLOUD, "CLOUDPAYMENTS_BASE_URL": NOWHERE}
    mode = titled(provider(settings, "cloudpayments", credentials, calls=True), "Mode")
    assert (mode is not None) is is_test


def test_keys_copied_from_a_sandbox_are_told_of(settings):
    keys = {"ONEPLAT_SHOP_ID": "4242", "ONEPLAT_SHOP_SECRET": "plat-sandbox-secret"}
    found = [one for one in provider(settings, "oneplat", keys) if one.level is Level.FAILED]
    assert "ONEPLAT_SHOP_SECRET is the sandbox's" in [one.detail for one in found]
    settings.SANDBOX = True
    assert "sandbox's" not in str(provider(settings, "oneplat", keys))


@pytest.mark.parametrize("slug", ["tilda", "umnico", "protalk", "flexbe"])
def test_a_secret_that_can_be_guessed_is_told_of(settings, slug):
    name = f"{slug.upper()}_WEBHOOK_SECRET"
    for secret, is_short in (("s" * 19, True), ("s" * 20, False), ("", False)):
        settings.CREDENTIALS = {name: secret}
        (section,) = [one for one in sources(calls=False) if one.name.lower() == slug]
        found = titled(section.findings, "Secret")
        assert (found is not None) is is_short
        if found:
            assert found.detail == f"{name} has 19 characters: it can be guessed"
        assert "ssss" not in str(section)


@pytest.mark.parametrize(
    ("slug", "reason", "words"),
    [
        ("umnico", "no secret", "end with /<UMNICO_WEBHOOK_SECRET>"),
        ("flexbe", "not a site of ours", "FLEXBE_SITES"),
        ("tilda", "wrong key", "not TILDA_WEBHOOK_SECRET"),
        ("flexbe", "no fields", ""),
    ],
)
def test_a_refused_call_says_what_to_do(settings, db, slug, reason, words):
    inbox.store_refused(
        source=slug,
        raw=RawCallback(body=b"a=1", headers={}),
        verdict=InboundCallback.Verdict.REJECTED,
        reason=reason,
    )
    (section,) = [one for one in sources(calls=True) if one.name.lower() == slug]
    refused = titled(section.findings, "Last refused call")
    assert refused is not None
    assert words in refused.hint if words else not refused.hint


def test_a_signature_that_does_not_fit_names_the_secret(settings, db):
    inbox.store_refused(
        source="oneplat",
        raw=RawCallback(body=b"{}", headers={}),
        verdict=InboundCallback.Verdict.REJECTED,
        reason="signature",
    )
    refused = titled(provider(settings, "oneplat", calls=True), "Last refused call")
    assert refused is not None
    assert "ONEPLAT_SHOP_SECRET" in refused.hint


def test_advice_is_a_sentence_for_every_reason():
    for reason in ADVICE:
        said = advice(reason, ("A_SECRET",))
        assert said.endswith((".", "?"))
        assert "{" not in said


def test_the_look_of_the_site_is_tried_with_its_keys(settings):
    assert tilda()[0].detail.startswith("built in: ")
    with HttpServer() as server:
        settings.PUBLIC_URL = "https://shop.example.com"
        settings.CREDENTIALS = {
            "TILDA_BASE_URL": server.url,
            "TILDA_PUBLIC_KEY": "public",
            "TILDA_SECRET_KEY": "hidden-key",
        }
        tilda_client._account.cache_clear()
        settings.TILDA_PROJECT_ID = ""
        assert tilda()[0].level is Level.WARNING
        assert server.received == []
        settings.TILDA_PROJECT_ID = "77"
        server.plan(answer(200, {"status": "FOUND", "result": [{"id": "1", "title": "a"}]}))
        look, told_at = tilda()
        assert look.detail == "project 77, 1 pages"
        assert told_at.detail == "https://shop.example.com/partners/look/published"
        server.plan(answer(200, {"status": "ERROR", "message": "Wrong hidden-key"}))
        look = tilda()[0]
        assert look.level is Level.FAILED
        assert "hidden-key" not in look.detail
        assert "TILDA_PROJECT_ID" in look.hint
