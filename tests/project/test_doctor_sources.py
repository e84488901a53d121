"""What the doctor says of the services that call us and are no payment provider."""

from __future__ import annotations

import pytest

from integrations.callbacks import RawCallback
from integrations.models import InboundCallback
from integrations.services import inbox
from project.doctor.findings import Finding, Level
from project.doctor.sources import sources

SECRET = "form-key-of-the-tests"


def tilda(*, calls: bool = True) -> dict[str, Finding]:
    (section,) = [one for one in sources(calls=calls) if one.name == "Tilda"]
    return {finding.title: finding for finding in section.findings}


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = "https://shop.example.com"


def test_without_its_secret_the_site_is_told_about_and_nothing_fails(db):
    found = tilda()
    assert found["Keys"].level is Level.WARNING
    assert found["Keys"].detail == "not set: TILDA_WEBHOOK_SECRET"
    assert (
        found["Callback address"].detail == "https://shop.example.com/integrations/callbacks/tilda"
    )
    assert found["Last accepted call"].detail == "none yet"
    assert set(tilda(calls=False)) == {"Keys", "Callback address", "Look"}


def test_a_refused_call_worries_until_one_is_accepted(settings, db):
    settings.CREDENTIALS = {**settings.CREDENTIALS, "TILDA_WEBHOOK_SECRET": SECRET}
    raw = RawCallback(body=b"a=1", headers={}, remote_addr="192.0.2.7")
    inbox.store_refused(
        source="tilda", raw=raw, verdict=InboundCallback.Verdict.REJECTED, reason="no key"
    )
    assert tilda()["Last refused call"].level is Level.WARNING
    inbox.store_callback(source="tilda", raw=raw)
    found = tilda()
    assert found["Last refused call"].level is Level.FINE
    assert "192.0.2.7" in found["Last accepted call"].detail
    assert SECRET not in str(found)
