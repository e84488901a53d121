"""Who may call as a site of Flexbe."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected
from integrations.flexbe.source import FlexbeHooks
from tests.integrations.flexbe.test_wire import body

SECRET = "flexbe/secret+of=tests"


def hooks(sites: str = "") -> FlexbeHooks:
    return FlexbeHooks({"FLEXBE_WEBHOOK_SECRET": SECRET, "FLEXBE_SITES": sites})


def call(name: str = "lead__contract", secret: str = SECRET) -> RawCallback:
    return RawCallback(body=body(name), headers={}, path_secret=secret)


def test_a_call_with_the_secret_is_taken_and_kept_without_it():
    hooks().verify(call())
    ack, keep = hooks().answer(call())
    assert (ack.status, ack.body, keep) == (200, "ok", True)
    kept = hooks().storable(call())
    assert (kept.path_secret, kept.body) == ("", body("lead__contract"))


@pytest.mark.parametrize("secret", ["", "x", SECRET + "x", "é\udcff"])
def test_without_the_very_secret_a_call_is_refused(secret):
    with pytest.raises(CallbackRejected, match="secret"):
        hooks().verify(call(secret=secret))


def test_without_a_secret_set_everything_is_refused():
    for secret in ("", "x"):
        with pytest.raises(CallbackRejected, match="no secret is set"):
            FlexbeHooks({"FLEXBE_SITES": "promo.example.test"}).verify(call(secret=secret))


@pytest.mark.parametrize(
    "sites", ["promo.example.test", "other.example,40001", "Promo.Example.Test"]
)
def test_a_listed_site_is_taken_by_its_domain_or_its_number(sites):
    hooks(sites).verify(call())
    with pytest.raises(CallbackRejected, match="site"):
        hooks(sites).verify(call("lead__idn_no_email"))


@pytest.mark.parametrize("sites", ["дома-цены.рф", "xn----7sblg6ajc1e4b.xn--p1ai", "ДОМА-ЦЕНЫ.РФ"])
def test_a_cyrillic_domain_is_known_in_either_spelling(sites):
    hooks(sites).verify(call("lead__idn_no_email"))
    with pytest.raises(CallbackRejected):
        hooks(sites).verify(call())


def test_a_call_that_names_no_site_is_nobodys():
    raw = RawCallback(body=urlencode({"event": "lead"}).encode(), headers={}, path_secret=SECRET)
    with pytest.raises(CallbackRejected):
        hooks("promo.example.test").verify(raw)
    with pytest.raises(CallbackMalformed):
        hooks().verify(RawCallback(body=b"", headers={}, path_secret=SECRET))
