from __future__ import annotations

import pytest
from django.core.checks import CheckMessage
from django.db import connection

from integrations import checks as integration_checks
from payments import checks as payment_checks
from project import checks


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def set_credential(settings, **changes: str) -> None:
    settings.CREDENTIALS = settings.CREDENTIALS | changes


@pytest.mark.parametrize(
    ("token", "found"),
    [("", "integrations.E001"), ("hello", "integrations.E002"), ("12:short", "integrations.E002")],
)
def test_a_bot_needs_its_token(settings, token, found):
    set_credential(settings, BOT_TOKEN=token)
    messages = integration_checks.check_bot()
    assert ids(messages) == [found]
    assert "BOT_TOKEN" in messages[0].msg


def test_bot_mode_is_one_of_two(settings):
    settings.BOT_MODE = "pooling"
    (message,) = integration_checks.check_bot()
    assert message.id == "integrations.E003"
    assert "polling or webhook" in message.msg


@pytest.mark.parametrize("secret", ["", "with spaces", "ключ"])
def test_a_webhook_needs_a_secret_telegram_takes(settings, secret):
    settings.BOT_MODE = "webhook"
    settings.PUBLIC_URL = "https://shop.example.com"
    set_credential(settings, BOT_WEBHOOK_SECRET=secret)
    assert ids(integration_checks.check_bot()) == ["integrations.E004"]


def test_a_webhook_needs_https(settings):
    settings.BOT_MODE = "webhook"
    settings.PUBLIC_URL = "http://shop.example.com"
    assert ids(integration_checks.check_bot()) == ["integrations.E005"]


def test_a_missing_panel_names_both_variables(settings):
    set_credential(settings, REMNAWAVE_BASE_URL="", REMNAWAVE_API_TOKEN="")
    messages = integration_checks.check_panel()
    assert [message.msg.split()[0] for message in messages] == [
        "REMNAWAVE_BASE_URL",
        "REMNAWAVE_API_TOKEN",
    ]


def test_white_space_inside_a_credential_is_found_and_not_shown(settings):
    set_credential(settings, REMNAWAVE_API_TOKEN="ab cd")
    (message,) = integration_checks.check_values()
    assert message.id == "integrations.E010"
    assert "ab cd" not in message.msg


def test_an_address_without_a_scheme_is_found(settings):
    set_credential(settings, REMNAWAVE_BASE_URL="panel.example.com")
    assert ids(integration_checks.check_values()) == ["integrations.E011"]


def test_an_unknown_provider_is_named_with_the_known_ones(settings):
    settings.PAYMENT_PROVIDERS = ["oneplat", "nopay"]
    (message,) = payment_checks.check_providers()
    assert message.id == "payments.E001"
    assert "'nopay'" in message.msg
    assert "oneplat" in (message.hint or "")


def test_a_provider_switched_on_twice_is_named(settings):
    settings.PAYMENT_PROVIDERS = ["oneplat", "oneplat"]
    assert ids(payment_checks.check_providers()) == ["payments.E002"]


def test_a_provider_without_credentials_names_them(settings):
    set_credential(settings, ONEPLAT_SHOP_SECRET="")
    (message,) = payment_checks.check_providers()
    assert message.id == "payments.E003"
    assert message.msg.startswith("ONEPLAT_SHOP_SECRET is not set")


def test_no_provider_at_all_is_a_warning(settings):
    settings.PAYMENT_PROVIDERS = []
    assert ids(payment_checks.check_providers()) == ["payments.W001"]


def test_negative_referral_days_are_refused(settings):
    settings.REFERRAL_DAYS = -1
    assert ids(payment_checks.check_rules()) == ["payments.E004"]


@pytest.mark.parametrize("key", ["short", "a" * 60])
def test_a_weak_secret_key_is_found(settings, key):
    settings.SECRET_KEY = key
    assert ids(checks.check_secret_key()) == ["project.E001"]


@pytest.mark.parametrize(
    ("url", "hosts", "found"),
    [
        ("https://shop.example.com", ["shop.example.com"], []),
        ("https://shop.example.com", [".example.com"], []),
        ("https://xn--80aaxitdbjk.xn--p1ai", ["xn--80aaxitdbjk.xn--p1ai"], []),
        ("shop.example.com", ["shop.example.com"], ["project.E002"]),
        ("https://папитон.рф", ["xn--80ayfgpk.xn--p1ai"], ["project.E003", "project.E005"]),
        ("https://папитон.рф", ["папитон.рф"], ["project.E003", "project.E004"]),
        ("https://shop.example.com", ["www.example.com"], ["project.E005"]),
    ],
)
def test_the_public_address_and_the_allowed_hosts_agree(settings, url, hosts, found):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = url, hosts
    assert ids(checks.check_public_url()) == found


def test_a_host_in_cyrillic_is_shown_as_it_must_be_written(settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://папитон.рф", ["*"]
    (message,) = checks.check_public_url()
    assert checks.punycode("папитон.рф") in message.msg


def test_a_proxy_that_is_no_network_is_found(settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1", "172.16.0.0/12", "nginx"]
    (message,) = checks.check_proxies()
    assert "'nginx'" in message.msg


def test_unknown_log_settings_are_found(settings):
    settings.LOG_FORMAT, settings.LOG_LEVEL = "yaml", "LOUD"
    assert ids(checks.check_logs()) == ["project.E007", "project.E008"]


@pytest.mark.parametrize(
    ("mode", "found"), [("polling", "project.E014"), ("webhook", "project.W002")]
)
def test_behind_a_pooler_a_session_is_needed_somewhere(settings, mode, found):
    settings.BOT_MODE, settings.DB_POOLER, settings.DATABASE_SESSION = mode, True, None
    assert ids(checks.check_pooler()) == [found]
    settings.DATABASE_SESSION = settings.DATABASES["default"]
    assert checks.check_pooler() == []


def test_supabases_pooler_is_known_by_its_address(settings, monkeypatch):
    place = settings.DATABASES["default"]
    monkeypatch.setitem(place, "HOST", "aws-0-eu-central-1.pooler.supabase.com")
    monkeypatch.setitem(place, "PORT", 6543)
    assert ids(checks.check_pooler()) == ["project.E013"]
    monkeypatch.setitem(place, "PORT", 5432)
    assert checks.check_pooler() == []


def test_production_refuses_what_a_sandbox_may(settings):
    settings.SANDBOX, settings.ADMIN_REQUIRE_2FA = True, False
    settings.PUBLIC_URL = "http://shop.example.com"
    assert ids(checks.check_production()) == ["project.E009", "project.E010", "project.W001"]


def test_a_database_that_may_forget_is_found(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    messages = checks.check_durability(databases=["default"])
    assert any("synchronous_commit is off" in message.msg for message in messages)


def test_no_database_is_asked_unless_told_to():
    assert checks.check_durability(databases=None) == []
