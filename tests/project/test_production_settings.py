"""Production settings as a new process meets them: everything comes from the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from redis import Redis

from tests.support.valkey import own_valkey

COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "project.settings.production",
    "SECRET_KEY": "Zk3-" + "uVq9xW_7rT2mLp" * 5,
    "ALLOWED_HOSTS": "shop.example.com",
    "PUBLIC_URL": "https://shop.example.com",
    "REDIS_URL": settings.REDIS_URL,
    "ONEPLAT_SHOP_ID": "4242",
    "ONEPLAT_SHOP_SECRET": "an-invented-secret",
    "BOT_TOKEN": "123456789:AAinvented-token-of-nobody-000000000",
    "REMNAWAVE_BASE_URL": "https://panel.example.com",
    "FNS_API_KEY": "0123456789abcdef0123456789abcdef01234567",
    "REMNAWAVE_API_TOKEN": "an-invented-token",
}
SHOW = "from django.conf import settings; print(repr(settings.{}))"


@pytest.fixture
def run(db):
    """Run Python in a clean environment: `changes` adds variables, None takes one away."""
    database = settings.DATABASES["default"]
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)

    def start(*command: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, **COMPLETE, **changes}
        return subprocess.run(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env={name: value for name, value in environment.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return start


@pytest.fixture
def value_of(run):
    def read(name: str, **changes: str | None) -> str:
        done = run("-c", SHOW.format(name), **changes)
        assert done.returncode == 0, done.stderr
        return str(done.stdout).strip()

    return read


def test_a_complete_environment_passes_every_check(run):
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_URL", "DATABASE_URL", "REDIS_URL"]
)
@pytest.mark.parametrize("value", [None, "  "])
def test_a_missing_variable_is_named(run, name, value):
    done = run("-c", SHOW.format("DEBUG"), **{name: value})
    assert done.returncode != 0
    assert f"Set the environment variable {name} (or {name}_FILE)." in done.stderr


@pytest.mark.parametrize("name", ["SANDBOX", "DEBUG"])
def test_what_is_for_local_settings_is_refused(run, name):
    done = run("-c", SHOW.format("DEBUG"), **{name: "true"})
    assert done.returncode != 0
    assert f"{name} is for local settings" in done.stderr


def test_debug_and_sandbox_are_off(value_of):
    assert value_of("DEBUG") == "False"
    assert value_of("SANDBOX") == "False"


@pytest.mark.parametrize(("name", "wrong"), [("DB_POOL", "many"), ("SECURE_SSL_REDIRECT", "maybe")])
def test_a_wrong_type_is_refused_by_name(run, name, wrong):
    done = run("-c", SHOW.format("DEBUG"), **{name: wrong})
    assert done.returncode != 0
    assert name in done.stderr


def test_a_pooler_changes_what_a_connection_may(run):
    """Prepared statements and the server's cursors: off behind it, unless somebody says that it can follow them."""
    show = (
        "from django.conf import settings as s; d = s.DATABASES['default'];"
        "print(d['DISABLE_SERVER_SIDE_CURSORS'], d['OPTIONS'].get('prepare_threshold'),"
        " s.DATABASE_SESSION and (s.DATABASE_SESSION['PORT'], s.DATABASE_SESSION['DISABLE_SERVER_SIDE_CURSORS']))"
    )
    behind = {"DB_POOLER": "true", "DATABASE_SESSION_URL": "postgres://u@db.example.com:5433/p"}
    assert run("-c", show).stdout.strip() == "False 1 None"
    assert run("-c", show, **behind).stdout.strip() == "True None (5433, False)"
    assert run("-c", show, **behind, DB_PREPARE="true").stdout.startswith("True 1 ")


def test_celerys_messages_go_to_a_broker_of_their_own(run, tmp_path):
    """Nothing of them at REDIS_URL, where the pace of Telegram and the marks of wake-ups stay."""
    send = (
        "import django; django.setup(); from project.celery import app;"
        "app.send_task('payments.drain_callbacks', expires=5)"
    )
    with own_valkey(tmp_path) as redis, own_valkey(tmp_path) as broker:
        done = run("-c", send, REDIS_URL=redis.url, BROKER_URL=broker.url)
        assert done.returncode == 0, done.stderr
        assert Redis.from_url(broker.url).llen("money") == 1
        assert Redis.from_url(redis.url).dbsize() == 0


def test_a_secret_may_come_from_a_file(value_of, tmp_path):
    secret = tmp_path / "oneplat"
    secret.write_text("  from-a-file\n")
    changes = {"ONEPLAT_SHOP_SECRET": None, "ONEPLAT_SHOP_SECRET_FILE": str(secret)}
    assert value_of("CREDENTIALS['ONEPLAT_SHOP_SECRET']", **changes) == "'from-a-file'"


def test_a_file_that_is_missing_is_named(run, tmp_path: Path):
    changes = {"SECRET_KEY": None, "SECRET_KEY_FILE": str(tmp_path / "nothing")}
    done = run("-c", SHOW.format("DEBUG"), **changes)
    assert "SECRET_KEY_FILE names a file that cannot be read" in done.stderr


def test_white_space_around_a_secret_is_dropped(value_of):
    changes = {"ONEPLAT_SHOP_SECRET": " padded-secret\r\n"}
    assert value_of("CREDENTIALS['ONEPLAT_SHOP_SECRET']", **changes) == "'padded-secret'"


def test_a_secret_may_begin_with_a_dollar(value_of):
    changes = {"ONEPLAT_SHOP_SECRET": "$HOME-is-no-variable"}
    assert value_of("CREDENTIALS['ONEPLAT_SHOP_SECRET']", **changes) == "'$HOME-is-no-variable'"


def test_a_secret_from_a_file_is_hidden_in_logs(run, tmp_path):
    secret = tmp_path / "panel"
    secret.write_text("marker-of-the-panel\n")
    changes = {"REMNAWAVE_API_TOKEN": None, "REMNAWAVE_API_TOKEN_FILE": str(secret)}
    program = (
        "import django, logging; django.setup();"
        "logging.getLogger('x').warning('panel said marker-of-the-panel')"
    )
    done = run("-c", program, **changes)
    assert '"event": "panel said ***"' in done.stderr


def test_the_credentials_object_shows_nothing(value_of):
    assert value_of("CREDENTIALS") == "<Credentials>"


def test_an_unknown_provider_is_named(run):
    done = run("manage.py", "check", PAYMENT_PROVIDERS="oneplat,onepalt")
    assert done.returncode != 0
    assert "PAYMENT_PROVIDERS names 'onepalt'" in done.stderr


def test_reports_to_sentry_are_cleaned(run):
    program = (
        "import django; django.setup(); import sentry_sdk; from project import sentry;"
        "print(sentry_sdk.get_client().options['include_local_variables'],"
        " sentry.clean({'message': 'said an-invented-secret', 'extra': {'token': 'abc'}}, {}))"
    )
    done = run("-c", program, SENTRY_DSN="https://public@sentry.example.com/1")
    assert done.stdout.strip() == "False {'message': 'said ***', 'extra': {'token': '***'}}"


def test_granians_own_lines_are_json_too(run):
    program = (
        "import json, logging; from granian.log import LogLevels, configure_logging;"
        "configure_logging(LogLevels.info, json.load(open('project/granian.json')));"
        "logging.getLogger('_granian').info('Listening, not at an-invented-secret')"
    )
    done = run("-c", program)
    assert json.loads(done.stderr)["event"] == "Listening, not at ***"
