"""The panel of the settings."""

from __future__ import annotations

import pytest
from django.test import override_settings

from integrations.errors import ServiceRefused
from integrations.remnawave.client import get_panel

COMPLETE = {
    "REMNAWAVE_BASE_URL": "http://127.0.0.1:9/remnawave",
    "REMNAWAVE_API_TOKEN": "panel-token",
    "DEFAULT_SQUAD_UUID": "0b9d6a52-7c0e-4d0e-9f2b-5a3c1f1f0a01",
    "REMNAWAVE_VERSION": "3",
}


@pytest.mark.parametrize("name", ["REMNAWAVE_BASE_URL", "REMNAWAVE_API_TOKEN"])
def test_what_is_missing_is_named(name: str) -> None:
    with (
        override_settings(CREDENTIALS=COMPLETE | {name: ""}),
        pytest.raises(ServiceRefused, match=f"remnawave is not configured: {name} is empty"),
    ):
        get_panel()


def test_a_version_that_cannot_be_is_refused() -> None:
    with (
        override_settings(CREDENTIALS=COMPLETE | {"REMNAWAVE_VERSION": "4"}),
        pytest.raises(ServiceRefused, match="REMNAWAVE_VERSION is none of auto, 2, 3"),
    ):
        get_panel()


def test_squad_and_version_may_be_left_out() -> None:
    required = {name: COMPLETE[name] for name in ("REMNAWAVE_BASE_URL", "REMNAWAVE_API_TOKEN")}

    with override_settings(CREDENTIALS=required):
        assert get_panel() is get_panel()


def test_new_credentials_make_a_new_panel() -> None:
    with override_settings(CREDENTIALS=COMPLETE):
        before = get_panel()
        assert before.version() == "3.x"
    with override_settings(CREDENTIALS=COMPLETE | {"REMNAWAVE_VERSION": "2"}):
        assert get_panel() is not before
        assert get_panel().version() == "2.x"
