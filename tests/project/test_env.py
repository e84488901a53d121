"""The environment as credentials: read by name, listed without a look into files nobody asked for."""

from __future__ import annotations

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from project import env


@pytest.fixture
def variables(monkeypatch) -> dict[str, str]:
    """The whole environment, as these tests set it."""
    given: dict[str, str] = {}
    monkeypatch.setattr(env.env, "ENVIRON", environ.fileaware_mapping.FileAwareMapping(given))
    return given


def test_listing_reads_no_file_of_a_stranger(variables, tmp_path):
    there = tmp_path / "ca.pem"
    there.write_text("certificates")
    variables |= {"SSL_CERT_FILE": str(there), "OTHER_FILE": "/nowhere/at/all", "EMPTY": ""}
    variables |= {"BOT_TOKEN": "4242:token"}
    listed = dict(env.Credentials({"SHOP_ID": "1", "UNSET": ""}))
    assert listed["BOT_TOKEN"] == "4242:token"
    assert listed["SHOP_ID"] == "1"
    assert "certificates" not in listed.values()
    assert {"OTHER", "EMPTY", "UNSET"}.isdisjoint(listed)


def test_what_is_asked_for_by_name_is_read_from_its_file(variables, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("kept apart\n")
    variables |= {"SHOP_SECRET_FILE": str(secret), "BROKEN_FILE": "/nowhere/at/all"}
    credentials = env.Credentials({"SHOP_SECRET": "invented"})
    assert credentials["SHOP_SECRET"] == "kept apart"
    assert dict(credentials)["SHOP_SECRET"] == "kept apart"
    with pytest.raises(ImproperlyConfigured, match="BROKEN_FILE"):
        credentials.get("BROKEN")


def test_values_in_files_are_named_where_they_can_be_read(variables, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("kept apart\n")
    variables |= {"SHOP_SECRET_FILE": str(secret), "BROKEN_FILE": "/nowhere/at/all", "PLAIN": "1"}
    assert env.given_by_file() == ["SHOP_SECRET"]
