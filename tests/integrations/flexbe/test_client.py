"""Flexbe's API through our client, against its simulator over real HTTP."""

from __future__ import annotations

import pytest

from integrations.errors import ServiceUnreachable
from integrations.flexbe.client import (
    DONE,
    Flexbe,
    FlexbeBusy,
    FlexbeOff,
    FlexbeRefused,
    get_flexbe,
)
from integrations.sandbox.core.sandbox import Sandbox
from integrations.sandbox.flexbe.api import ERRORS
from integrations.sandbox.flexbe.site import Flexbe as Site
from tests.support.sandbox import plan_fault, running_sandbox

KEY = "key-of-the-site"


@pytest.fixture
def sandbox():
    with running_sandbox(FLEXBE_API_KEY=KEY) as sandbox:
        with sandbox.lock:
            sandbox.get(Site).choose({"callback_url": "http://127.0.0.1:9/", "retry_seconds": []})
        yield sandbox


@pytest.fixture
def api(sandbox: Sandbox) -> Flexbe:
    return Flexbe(base_url=f"{sandbox.base_url}/flexbe", api_key=KEY)


def a_lead(sandbox: Sandbox, **fields: str) -> str:
    with sandbox.lock:
        return str(sandbox.get(Site).submit({"name": "Иван", **fields}).id)


def test_the_key_is_checked(sandbox, api):
    api.check()
    stranger = Flexbe(base_url=f"{sandbox.base_url}/flexbe", api_key="another-key")
    with pytest.raises(FlexbeRefused, match="key") as refused:
        stranger.check()
    assert "another-key" not in str(refused.value)


def test_leads_are_read_from_an_object_and_from_an_empty_list(sandbox, api):
    assert api.leads() == []
    first = a_lead(sandbox, phone="79000000001")
    second = a_lead(sandbox, phone="79000000002")
    assert [one.id for one in api.leads()] == [second, first]
    assert [one.id for one in api.leads(client_phone="79000000001")] == [first]
    assert api.lead(first).status == "0"
    assert api.lead("1") is None


def test_a_lead_is_changed(sandbox, api):
    number = a_lead(sandbox)
    api.change_lead(number, status=DONE, note="Готово & <всё>")
    found = api.lead(number)
    assert (found.status, found.note) == (DONE, "Готово & <всё>")


def test_the_hundred_and_first_call_of_a_minute_may_be_made_later(sandbox, api):
    with sandbox.lock:
        sandbox.get(Site).choose({"a_minute": 1})
    api.check()
    with pytest.raises(FlexbeBusy) as busy:
        api.check()
    assert (busy.value.maybe_executed, busy.value.retry_after) == (False, 60)


@pytest.mark.parametrize(
    ("code", "error"), [(0, FlexbeRefused), (1, FlexbeBusy), (2, FlexbeRefused), (7, FlexbeRefused)]
)
def test_an_error_under_200_is_what_it_says(sandbox, api, code, error, monkeypatch):
    monkeypatch.setitem(ERRORS, 7, "Something new")
    plan_fault(sandbox, "flexbe", "status", status=200, detail={"code": code})
    with pytest.raises(error):
        api.check()


@pytest.mark.parametrize("kind", ["garbage", "reset", "status"])
def test_no_usable_answer_is_asked_for_again(sandbox, api, kind):
    plan_fault(sandbox, "flexbe", kind, operation="getLeads")
    with pytest.raises(ServiceUnreachable):
        api.lead("900001")


def test_the_key_goes_to_listed_domains_only(settings):
    settings.CREDENTIALS = {}
    with pytest.raises(FlexbeOff, match="FLEXBE_API_KEY"):
        get_flexbe("promo.example.test")
    settings.CREDENTIALS = {
        "FLEXBE_API_KEY": KEY,
        "FLEXBE_SITES": "promo.example.test,40001,дома.рф",
    }
    for domain in ("evil.example", "", "40001"):
        with pytest.raises(FlexbeOff, match="FLEXBE_SITES"):
            get_flexbe(domain)
    assert get_flexbe("Дома.рф") is get_flexbe("xn--80ahyh.xn--p1ai")
