"""What the doctor says of the way back to people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.sandbox.core.sandbox import Sandbox
from project.doctor.channels import flexbe, protalk
from project.doctor.findings import Finding, Level
from tests.support.sandbox import calls_of, plan_fault, running_sandbox

KEY = "key-of-the-site"


def by_title(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.title: finding for finding in findings}


@pytest.fixture
def sandbox(settings) -> Iterator[Sandbox]:
    with running_sandbox(FLEXBE_API_KEY=KEY, PROTALK_CLIENT_BOT_TOKEN="t") as sandbox:
        settings.CREDENTIALS = {
            "FLEXBE_API_KEY": KEY,
            "FLEXBE_BASE_URL": f"{sandbox.base_url}/flexbe",
            "FLEXBE_SITES": "promo.example.test",
            "PROTALK_BASE_URL": f"{sandbox.base_url}/protalk",
            "PROTALK_CLIENT_BOT_TOKEN": "secret-token",
        }
        yield sandbox


def test_a_bot_without_a_token_is_told_about_and_no_bot_is_made_to_think(sandbox):
    found = by_title(protalk())
    assert found["Clients' bot"].level is Level.FINE
    assert found["Partners' bot"].level is Level.WARNING
    assert "PROTALK_PARTNER_BOT_TOKEN is not set" in found["Partners' bot"].detail
    assert "secret-token" not in str(found)
    assert calls_of(sandbox, "protalk") == []


def test_the_key_of_the_site_is_tried(sandbox):
    assert [finding.level for finding in flexbe()] == [Level.FINE, Level.FINE]
    plan_fault(sandbox, "flexbe", "reset")
    assert by_title(flexbe())["API"].level is Level.FAILED
    plan_fault(sandbox, "flexbe", "status", status=200, detail={"code": 0})
    wrong = by_title(flexbe())["API"]
    assert (wrong.level, wrong.detail) == (
        Level.FAILED,
        "flexbe refused: the key is not this site's",
    )
    assert "FLEXBE_API_KEY" in wrong.hint


def test_without_a_key_or_sites_it_says_what_that_means(settings):
    settings.CREDENTIALS = {}
    found = by_title(flexbe())
    assert found["Sites"].level is Level.WARNING
    assert (found["API"].level, found["API"].detail) == (
        Level.FINE,
        "off: FLEXBE_API_KEY is not set",
    )
    settings.CREDENTIALS = {"FLEXBE_API_KEY": KEY, "FLEXBE_SITES": "40001"}
    assert by_title(flexbe())["API"].level is Level.FAILED
